"""One coded document measured: its own rows, and a tally from which those of many documents follow.

A measured document is all that a report wants to know of a document, so that it is found once and kept. Tallies of many
documents are added up by blocks, and those by groups: one document more, less or changed then changes the tally of one
block and one group only, for which few others are read.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, TypeVar

from annotator.agreement.comparison import Compared, compare_document, pool_compared
from annotator.agreement.estimate import plain
from annotator.agreement.rows import LabelRow, ScaleRow, label_row, scale_row
from annotator.agreement.selection import select
from annotator.agreement.sums import Sums, document_sums, pool_sums
from annotator.agreement.together import TogetherRow, together_row
from annotator.agreement.units import units_by_scale
from annotator.records import CodebookInfo, CodedDocument

EMPTY: Final = "the text is empty"
TOO_FEW_SUBMITTED: Final = "fewer than two reviewers have submitted this document"
TOO_FEW_COUNTED: Final = "fewer than two of the submitted codings of this document are counted here"
BLOCK: Final = 8
"""Documents in a block, about."""
GROUP: Final = 4
"""Blocks in a group; where there are fewer, all are one group."""

Key = tuple[str, int]
"""A document's slug and the number of its revision."""

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """One document's rows; `skipped` says why it counts for nothing, and its rows then repeat that reason."""

    slug: str
    revision: int
    title: str
    length: int
    reviewers: tuple[str, ...]
    skipped: str
    labels: tuple[LabelRow, ...]
    scales: tuple[ScaleRow, ...]
    together: TogetherRow

    @property
    def key(self) -> Key:
        """What names the document in its study."""
        return self.slug, self.revision

    def as_dict(self) -> dict[str, Any]:
        """Return the fields, JSON-safe."""
        return plain(self)


@dataclass(frozen=True, slots=True)
class Tally:
    """What is known of one or many documents.

    `sums` are those of the documents that count. `left_out` counts codings by the reason they do not count,
    `unknown_labels` live passages by labels the codebook does not have.
    """

    sums: Sums
    n_skipped: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    unknown_labels: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class MeasuredDocument:
    """A document's own rows, its tally for those of many documents, and the sums for comparing its reviewers."""

    row: DocumentReport
    tally: Tally
    compared: Compared


def measure(
    document: CodedDocument,
    codebook: CodebookInfo,
    *,
    rounds: tuple[int, ...] | None = (1,),
    independent: bool | None = True,
    include_machines: bool = False,
) -> MeasuredDocument:
    """Measure one document with the codings that count: see `report.report`.

    Raises
    ------
    ValueError
        When a span is not a passage of the text, or stored sentences do not partition it.
    """
    selection = select([document], rounds=rounds, independent=independent, include_machines=include_machines)
    (chosen,) = selection.documents
    skipped = _reason_to_skip(document, chosen)
    units = {} if skipped else units_by_scale(chosen, codebook.scales)
    sums = pool_sums([], codebook) if skipped else document_sums(chosen, codebook, units)
    known = {label.code for label in codebook.labels}
    labels = [passage.label for coding in chosen.codings for passage in coding.passages]
    return MeasuredDocument(
        row=DocumentReport(
            slug=chosen.slug,
            revision=chosen.revision,
            title=chosen.title,
            length=len(chosen.text),
            reviewers=tuple(coding.reviewer for coding in chosen.codings),
            skipped=skipped,
            labels=tuple(label_row(label, sums, skipped=skipped, alone=True) for label in codebook.labels),
            scales=tuple(scale_row(scale, sums, skipped=skipped, alone=True) for scale in codebook.scales),
            together=together_row(sums.together, [label.code for label in codebook.labels], skipped=skipped),
        ),
        tally=Tally(
            sums=sums,
            n_skipped=int(bool(skipped)),
            left_out=Counter(selection.left_out),
            unknown_labels=Counter(label for label in labels if label not in known),
        ),
        compared=pool_compared([], codebook) if skipped else compare_document(chosen, codebook, units),
    )


def pool_tallies(parts: Sequence[Tally], codebook: CodebookInfo) -> Tally:
    """Add tallies, in their order; of none, all is 0."""
    left_out: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    for part in parts:
        left_out.update(part.left_out)
        unknown.update(part.unknown_labels)
    return Tally(
        sums=pool_sums([part.sums for part in parts], codebook),
        n_skipped=sum(part.n_skipped for part in parts),
        left_out=left_out,
        unknown_labels=unknown,
    )


def blocks(keys: Sequence[Key]) -> list[list[list[Key]]]:
    """Part documents into groups of blocks of about `BLOCK` each, the same ones in whatever order they are given.

    Which block and group a document is in hangs on its own key, and on how many documents there are only where their
    number doubles. Figures are added up in the order of groups, blocks and keys, to the last digit.
    """
    n_blocks = 1
    while n_blocks * BLOCK < len(keys):
        n_blocks *= 2
    n_groups = max(1, n_blocks // GROUP)
    found: list[list[list[Key]]] = [[[] for _ in range(n_blocks // n_groups)] for _ in range(n_groups)]
    for number, key in sorted((_scattered(key), key) for key in keys):
        found[number % n_groups][number % n_blocks // n_groups].append(key)
    return found


def pool_groups(parts: Mapping[Key, Part], pool: Callable[[Sequence[Part]], Part]) -> list[Part]:
    """Add up what is known of each document, block by block, to one part for each group of `blocks`."""
    return [pool([pool([parts[key] for key in block]) for block in group]) for group in blocks(list(parts))]


def _scattered(key: Key) -> int:
    slug, revision = key
    return int.from_bytes(sha256(f"{slug} {revision}".encode()).digest()[:8])


def _reason_to_skip(document: CodedDocument, chosen: CodedDocument) -> str:
    if not document.text:
        return EMPTY
    if len(chosen.codings) >= 2:
        return ""
    submitted = {coding.reviewer for coding in document.codings if coding.state == "submitted"}
    return TOO_FEW_SUBMITTED if len(submitted) < 2 else TOO_FEW_COUNTED

"""The agreement of a study or a document: a row for each label and scale of its codebook, pooled and by document.

Labels are layers of their own and never one nominal variable: AI-generated text may state facts and opinions.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from annotator.agreement.estimate import plain
from annotator.agreement.rows import LabelRow, ScaleRow, label_row, scale_row
from annotator.agreement.selection import select
from annotator.agreement.sums import Sums, document_sums
from annotator.records import CodebookInfo, CodedDocument

EMPTY: Final = "the text is empty"
TOO_FEW_SUBMITTED: Final = "fewer than two reviewers have submitted this document"
TOO_FEW_COUNTED: Final = "fewer than two of the submitted codings of this document are counted here"


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

    def as_dict(self) -> dict[str, Any]:
        """Return the fields, JSON-safe."""
        return plain(self)


@dataclass(frozen=True, slots=True)
class Report:
    """The agreement of all documents together, and of each.

    `reviewers` are those of the documents used, sorted by pseudonym. `left_out` counts codings by the reason they do
    not count, `unknown_labels` live passages by labels the codebook does not have, and `n_documents` documents used.
    """

    codebook: tuple[str, int]
    n_documents: int
    n_skipped: int
    reviewers: tuple[str, ...]
    left_out: Mapping[str, int]
    unknown_labels: Mapping[str, int]
    labels: tuple[LabelRow, ...]
    scales: tuple[ScaleRow, ...]
    per_document: tuple[DocumentReport, ...]

    @property
    def used(self) -> tuple[DocumentReport, ...]:
        """Documents that count."""
        return tuple(document for document in self.per_document if not document.skipped)

    @property
    def skipped(self) -> tuple[DocumentReport, ...]:
        """Documents that do not count; each says why."""
        return tuple(document for document in self.per_document if document.skipped)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields, JSON-safe: None beside a reason for what is undefined, floats and no percentages."""
        return plain(self)


def report(
    documents: Iterable[CodedDocument],
    codebook: CodebookInfo | None = None,
    *,
    rounds: tuple[int, ...] | None = (1,),
    independent: bool | None = True,
    include_machines: bool = False,
) -> Report:
    """Compute what suits a codebook, over all documents pooled and over each.

    Parameters
    ----------
    documents : iterable of CodedDocument
        Of one study, with all their codings. Documents without text or with fewer than two codings that count are
        skipped.
    codebook : CodebookInfo, optional
        Whose labels and scales make the rows; the study's own when omitted. Codings made with other versions are
        read by the codes of labels and scales.
    rounds, independent, include_machines
        Which codings count: see `selection.select`.

    Returns
    -------
    Report

    Raises
    ------
    ValueError
        When documents are of several studies, no codebook is known, a span is not a passage of its text, or stored
        sentences do not partition it.
    """
    given = tuple(documents)
    if len({document.study.slug for document in given}) > 1:
        raise ValueError("documents of several studies: pseudonyms name reviewers within one study only")
    codebook = codebook or _codebook_of(given)
    selection = select(given, rounds=rounds, independent=independent, include_machines=include_machines)
    known = {label.code for label in codebook.labels}
    unknown: Counter[str] = Counter()
    sums: list[Sums] = []
    rows: list[DocumentReport] = []
    for document, chosen in zip(given, selection.documents, strict=True):
        skipped = _reason_to_skip(document, chosen)
        mine = [] if skipped else [document_sums(chosen, codebook)]
        sums += mine
        rows.append(
            DocumentReport(
                slug=chosen.slug,
                revision=chosen.revision,
                title=chosen.title,
                length=len(chosen.text),
                reviewers=tuple(coding.reviewer for coding in chosen.codings),
                skipped=skipped,
                labels=tuple(label_row(label, mine, skipped=skipped, alone=True) for label in codebook.labels),
                scales=tuple(scale_row(scale, mine, skipped=skipped, alone=True) for scale in codebook.scales),
            )
        )
        labels = [passage.label for coding in chosen.codings for passage in coding.passages]
        unknown.update(label for label in labels if label not in known)
    return Report(
        codebook=codebook.key,
        n_documents=len(sums),
        n_skipped=len(rows) - len(sums),
        reviewers=tuple(sorted(frozenset().union(*(each.reviewers for each in sums)))),
        left_out=selection.left_out,
        unknown_labels=dict(sorted(unknown.items())),
        labels=tuple(label_row(label, sums) for label in codebook.labels),
        scales=tuple(scale_row(scale, sums) for scale in codebook.scales),
        per_document=tuple(rows),
    )


def _codebook_of(documents: Sequence[CodedDocument]) -> CodebookInfo:
    for document in documents:
        if document.study.codebook in document.codebooks:
            return document.codebooks[document.study.codebook]
    raise ValueError("no document carries the study's codebook: hand it over")


def _reason_to_skip(document: CodedDocument, chosen: CodedDocument) -> str:
    if not document.text:
        return EMPTY
    if len(chosen.codings) >= 2:
        return ""
    submitted = {coding.reviewer for coding in document.codings if coding.state == "submitted"}
    return TOO_FEW_SUBMITTED if len(submitted) < 2 else TOO_FEW_COUNTED

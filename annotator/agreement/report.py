"""The agreement of a study or a document: a row for each label and scale of its codebook, pooled and by document.

Labels are layers of their own and never one nominal variable: AI-generated text may state facts and opinions.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from annotator.agreement.comparison import Comparison, Subject, comparison, pool_compared
from annotator.agreement.estimate import plain
from annotator.agreement.measured import (
    DocumentReport,
    Key,
    MeasuredDocument,
    Tally,
    measure,
    pool_groups,
    pool_tallies,
)
from annotator.agreement.rows import LabelRow, ScaleRow, label_row, scale_row
from annotator.agreement.selection import Work
from annotator.agreement.together import TogetherRow, together_row
from annotator.records import CodebookInfo, CodedDocument

SCHEMA_VERSION: Final = 1
"""Rises when a field of the published JSON changes its meaning; fields may be added."""


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
    together: TogetherRow
    per_document: Sequence[DocumentReport]

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
        When documents are of several studies or one is given twice, no codebook is known, a span is not a passage of
        its text, or stored sentences do not partition it.
    """
    choice = {"rounds": rounds, "independent": independent, "include_machines": include_machines}
    codebook, measured = _measured(documents, codebook, choice)
    tallies = {key: each.tally for key, each in measured.items()}
    pooled = pool_groups(tallies, lambda parts: pool_tallies(parts, codebook))
    return pooled_report(pooled, codebook, [each.row for each in measured.values()])


def compare(
    documents: Iterable[CodedDocument],
    subject: Subject,
    codebook: CodebookInfo | None = None,
    *,
    rounds: tuple[int, ...] | None = (1,),
    independent: bool | None = True,
    include_machines: bool = False,
) -> Comparison:
    """Compare every two reviewers, and each with the others, on one subject, over all documents; see `report`."""
    choice = {"rounds": rounds, "independent": independent, "include_machines": include_machines}
    codebook, measured = _measured(documents, codebook, choice)
    compared = {key: each.compared for key, each in measured.items()}
    pooled = pool_groups(compared, lambda parts: pool_compared(parts, codebook))
    return comparison(pool_compared(pooled, codebook), subject, codebook)


def _measured(
    documents: Iterable[CodedDocument], codebook: CodebookInfo | None, choice: Mapping[str, Any]
) -> tuple[CodebookInfo, dict[Key, MeasuredDocument]]:
    given = tuple(documents)
    if len({document.study.slug for document in given}) > 1:
        raise ValueError("documents of several studies: pseudonyms name reviewers within one study only")
    codebook = codebook or _codebook_of(given)
    measured = {(each.slug, each.revision): measure(each, codebook, **choice) for each in given}
    if len(measured) < len(given):
        raise ValueError("a document is given twice: its codings belong together")
    return codebook, measured


def pooled_report(tallies: Sequence[Tally], codebook: CodebookInfo, per_document: Sequence[DocumentReport]) -> Report:
    """Compute a report from the tallies of its groups, in their order; see `measured.blocks`."""
    tally = pool_tallies(tallies, codebook)
    return Report(
        codebook=codebook.key,
        n_documents=len(tally.sums.titles),
        n_skipped=tally.n_skipped,
        reviewers=tuple(sorted(tally.sums.reviewers)),
        left_out=dict(sorted(tally.left_out.items())),
        unknown_labels=dict(sorted(tally.unknown_labels.items())),
        labels=tuple(label_row(label, tally.sums) for label in codebook.labels),
        scales=tuple(scale_row(scale, tally.sums) for scale in codebook.scales),
        together=together_row(tally.sums.together, [label.code for label in codebook.labels]),
        per_document=per_document,
    )


def published(
    found: Report,
    *,
    study: str,
    demo: bool,
    document: Key | None,
    work: Work,
    include_machines: bool,
    comparison: Comparison | None = None,
) -> dict[str, Any]:
    """Return a report as it is published, JSON-safe: of a study or one of its documents, over the work named.

    `comparison` is of its reviewers, if one was asked for.
    """
    slug, revision = document or (None, None)
    return {
        "schema_version": SCHEMA_VERSION,
        "study": study,
        "demo": demo,
        "document": slug,
        "revision": revision,
        "work": work.key,
        "include_machines": include_machines,
        "report": found.as_dict(),
        "comparison": comparison.as_dict() if comparison else None,
    }


def _codebook_of(documents: Sequence[CodedDocument]) -> CodebookInfo:
    for document in documents:
        if document.study.codebook in document.codebooks:
            return document.codebooks[document.study.codebook]
    raise ValueError("no document carries the study's codebook: hand it over")

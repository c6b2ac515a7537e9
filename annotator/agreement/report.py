"""The agreement of a study or a document: a row for each label and scale of its codebook, pooled and by document.

Labels are layers of their own and never one nominal variable: AI-generated text may state facts and opinions.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.alpha import DIFFERENCES, NO_PAIRS, NO_VARIATION, alpha_from_coincidences
from annotator.agreement.counts import coincidences, count_patterns
from annotator.agreement.estimate import Estimate, not_computable, plain
from annotator.agreement.layers import (
    Layer,
    character_alpha,
    character_percent,
    character_prevalence,
    layer,
    pool_layers,
    sentence_alpha,
    sentence_percent,
    sentence_prevalence,
)
from annotator.agreement.percent import percent_from_coincidences
from annotator.agreement.selection import select
from annotator.agreement.spans import ink_before
from annotator.agreement.units import answers, rating_units
from annotator.records import CodebookInfo, CodedDocument, LabelInfo, ScaleInfo

EMPTY: Final = "the text is empty"
TOO_FEW_SUBMITTED: Final = "fewer than two reviewers have submitted this document"
TOO_FEW_COUNTED: Final = "fewer than two of the submitted codings of this document are counted here"
SAME_RATING: Final = not_computable("all who judged gave the same rating, so there is no variation to compare")
NO_SHARED: Final[Mapping[str, str]] = {
    "passage": not_computable("no two reviewers judged the same passage on this scale"),
    "document": not_computable("no two reviewers judged the same document on this scale"),
}
NO_RATINGS: Final = not_computable("nobody gave a judgement on this scale")


@dataclass(frozen=True, slots=True)
class LabelRow:
    """How far reviewers mark the same text with a label; prevalences are the shares of judgements that are "marked"."""

    label: str
    name: str
    sentence_alpha: Estimate
    character_alpha: Estimate
    sentence_percent: Estimate
    character_percent: Estimate
    sentence_prevalence: Estimate
    character_prevalence: Estimate
    n_passages: int
    n_documents: int
    n_reviewers: int


@dataclass(frozen=True, slots=True)
class PointCount:
    """How often a point of a scale was given; `missing` marks "cannot be judged"."""

    value: int
    name: str
    missing: bool
    count: int


@dataclass(frozen=True, slots=True)
class MissingShare:
    """How much of a reviewer's ratings, or of all, is "cannot be judged"; `share` is None where there are none."""

    reviewer: str
    n_ratings: int
    n_missing: int
    share: float | None


@dataclass(frozen=True, slots=True)
class ScaleRow:
    """How far reviewers rate alike.

    `alpha` is that of the scale's level. Alpha and percent agreement are conditional on shared units; `coverage` is
    the share of the ratings other than "cannot be judged" that could be compared. `missing` is over all reviewers,
    with an empty name; `n_documents` counts documents with a unit that two reviewers rated.
    """

    scale: str
    question: str
    level: str
    target: str
    labels: tuple[str, ...]
    alpha: Estimate
    percent: Estimate
    coverage: Estimate
    missing: MissingShare
    missing_by_reviewer: tuple[MissingShare, ...]
    distribution: tuple[PointCount, ...]
    n_units: int
    n_documents: int
    n_reviewers: int


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


@dataclass(frozen=True, slots=True)
class _Ratings:
    """A scale's sums: units as patterns of values, who is in units of two or more, and all answers counted."""

    patterns: Counter[tuple[int, ...]]
    reviewers: frozenset[str]
    answers: Counter[tuple[str, int, bool]]
    n_documents: int


@dataclass(frozen=True, slots=True)
class _Sums:
    """All that a report needs to know of a document that counts; sums of several documents add up."""

    reviewers: frozenset[str]
    layers: Mapping[str, Layer]
    ratings: Mapping[str, _Ratings]


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
    sums: list[_Sums] = []
    rows: list[DocumentReport] = []
    for document, chosen in zip(given, selection.documents, strict=True):
        skipped = _reason_to_skip(document, chosen)
        mine = [] if skipped else [_document_sums(chosen, codebook)]
        sums += mine
        rows.append(
            DocumentReport(
                slug=chosen.slug,
                revision=chosen.revision,
                title=chosen.title,
                length=len(chosen.text),
                reviewers=tuple(coding.reviewer for coding in chosen.codings),
                skipped=skipped,
                labels=tuple(_label_row(label, mine, skipped) for label in codebook.labels),
                scales=tuple(_scale_row(scale, mine, skipped) for scale in codebook.scales),
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
        labels=tuple(_label_row(label, sums, "") for label in codebook.labels),
        scales=tuple(_scale_row(scale, sums, "") for scale in codebook.scales),
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


def _document_sums(document: CodedDocument, codebook: CodebookInfo) -> _Sums:
    ink = ink_before(document.text)
    return _Sums(
        reviewers=frozenset(coding.reviewer for coding in document.codings),
        layers={label.code: _layer(document, label, ink) for label in codebook.labels},
        ratings={scale.code: _ratings(document, scale) for scale in codebook.scales},
    )


def _layer(document: CodedDocument, label: LabelInfo, ink: NDArray[np.int64]) -> Layer:
    marked = {
        coding.reviewer: [(each.start, each.end) for each in coding.passages if each.label == label.code]
        for coding in document.codings
    }
    return layer(marked, len(document.text), document.sentences, ink)


def _ratings(document: CodedDocument, scale: ScaleInfo) -> _Ratings:
    units = [unit for unit in rating_units(document, scale) if len(unit) >= 2]
    return _Ratings(
        patterns=Counter(tuple(sorted(unit.values())) for unit in units),
        reviewers=frozenset().union(*units),
        answers=Counter((reviewer, each.value, each.missing) for reviewer, each in answers(document, scale)),
        n_documents=1 if units else 0,
    )


def _pool_ratings(parts: Sequence[_Ratings]) -> _Ratings:
    patterns: Counter[tuple[int, ...]] = Counter()
    given: Counter[tuple[str, int, bool]] = Counter()
    for part in parts:
        patterns.update(part.patterns)
        given.update(part.answers)
    return _Ratings(
        patterns=patterns,
        reviewers=frozenset().union(*(part.reviewers for part in parts)),
        answers=given,
        n_documents=sum(part.n_documents for part in parts),
    )


def _explain(estimate: Estimate, reason: str) -> Estimate:
    """Give an undefined estimate its reason in the words of its row; leave a defined one alone."""
    return estimate if estimate.value is not None else replace(estimate, reason=reason)


def _label_row(label: LabelInfo, sums: Sequence[_Sums], skipped: str) -> LabelRow:
    pooled = pool_layers(each.layers[label.code] for each in sums)
    figures = {
        "sentence_alpha": sentence_alpha(pooled),
        "character_alpha": character_alpha(pooled),
        "sentence_percent": sentence_percent(pooled),
        "character_percent": character_percent(pooled),
        "sentence_prevalence": sentence_prevalence(pooled),
        "character_prevalence": character_prevalence(pooled),
    }
    if skipped:
        figures = {name: _explain(figure, not_computable(skipped)) for name, figure in figures.items()}
    return LabelRow(
        label=label.code,
        name=label.name,
        n_passages=pooled.n_passages,
        n_documents=pooled.n_documents,
        n_reviewers=len(pooled.reviewers),
        **figures,
    )


def _scale_row(scale: ScaleInfo, sums: Sequence[_Sums], skipped: str) -> ScaleRow:
    pooled = _pool_ratings([each.ratings[scale.code] for each in sums])
    readers = sorted(frozenset().union(*(each.reviewers for each in sums)))
    values, counts, multiplicity = count_patterns(pooled.patterns)
    pairs = coincidences(counts, multiplicity)
    n_reviewers = len(pooled.reviewers)
    alpha = alpha_from_coincidences(pairs, values, DIFFERENCES[scale.level], n_reviewers)
    judged = sum(times for (_, _, missing), times in pooled.answers.items() if not missing)
    coverage = Estimate(
        pairs.n_values / judged if judged else None,
        n_units=pairs.n_units,
        n_reviewers=n_reviewers,
        n_values=judged,
    )
    no_pairs = not_computable(skipped) if skipped else NO_SHARED[scale.target]
    reasons = {NO_PAIRS: no_pairs, NO_VARIATION: SAME_RATING}
    return ScaleRow(
        scale=scale.code,
        question=scale.question,
        level=scale.level,
        target=scale.target,
        labels=scale.labels,
        alpha=_explain(alpha, reasons.get(alpha.reason, alpha.reason)),
        percent=_explain(percent_from_coincidences(pairs, n_reviewers), no_pairs),
        coverage=_explain(coverage, not_computable(skipped) if skipped else NO_RATINGS),
        missing=_missing_share("", pooled.answers),
        missing_by_reviewer=tuple(
            _missing_share(reader, {key: times for key, times in pooled.answers.items() if key[0] == reader})
            for reader in readers
        ),
        distribution=_distribution(scale, pooled.answers),
        n_units=pairs.n_units,
        n_documents=pooled.n_documents,
        n_reviewers=n_reviewers,
    )


def _missing_share(reviewer: str, given: Mapping[tuple[str, int, bool], int]) -> MissingShare:
    n_ratings = sum(given.values())
    n_missing = sum(times for (_, _, missing), times in given.items() if missing)
    return MissingShare(reviewer, n_ratings, n_missing, n_missing / n_ratings if n_ratings else None)


def _distribution(scale: ScaleInfo, given: Mapping[tuple[str, int, bool], int]) -> tuple[PointCount, ...]:
    """Count the points in the codebook's order; values only another version knows follow, without a name."""
    counts: defaultdict[tuple[int, bool], int] = defaultdict(int)
    for (_, value, missing), times in given.items():
        counts[value, missing] += times
    points = [(point.value, point.name, point.missing) for point in scale.points]
    known = {(value, missing) for value, _, missing in points}
    points += [(value, "", missing) for value, missing in sorted(counts.keys() - known)]
    return tuple(PointCount(value, name, missing, counts[value, missing]) for value, name, missing in points)

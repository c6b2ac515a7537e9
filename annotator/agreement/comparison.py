"""Reviewers compared: every two with each other, and each with the majority of the others.

A subject is what they are compared on: one label, one scale, or all labels. A label that lies across the others is no
value beside them in the table of all labels; only the u-alpha of all labels, which takes sets of them, has it there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.alpha import DIFFERENCES, NO_PAIRS, NO_VARIATION, alpha_from_coincidences
from annotator.agreement.competence import Competence, competence_of_votes
from annotator.agreement.counts import Coincidences
from annotator.agreement.estimate import Estimate, not_computable, plain
from annotator.agreement.f1 import NO_SHARED_DOCUMENT
from annotator.agreement.kappa import NO_SHARED, cohen
from annotator.agreement.pairs import MODES, PairSums, pair_f1, pair_sums, pair_u_alpha, pool_pairs
from annotator.agreement.spans import ink_before, merge
from annotator.agreement.units import Units, judged_units, units_by_scale
from annotator.agreement.votes import (
    ABSENT,
    Votes,
    against_others,
    crossed,
    pool_votes,
    recoded,
    sentence_votes,
    unit_votes,
)
from annotator.records import CodebookInfo, CodedDocument, ScaleInfo

ALL: Final = "all"
SENTENCES_UNMARKED: Final = not_computable("both left all sentences that both read unmarked")
SENTENCES_MARKED: Final = not_computable("both marked all sentences that both read, so nothing varies")
SAME_RATING: Final = not_computable("both gave the same rating throughout, so there is no variation to compare")
NO_SHARED_UNIT: Final[Mapping[str, str]] = {
    "passage": not_computable("the two judged no passage in common on this scale"),
    "document": not_computable("the two judged no document in common on this scale"),
}
NO_PAIR: Final = not_computable("there is no other reviewer to compare with")
NONE_DEFINED: Final = not_computable("it is defined with none of the others")
FEW_REVIEWERS: Final = not_computable("a majority of others wants three reviewers")
NO_MAJORITY: Final = not_computable("nowhere do others who judged the same have a majority")


@dataclass(frozen=True, slots=True)
class Subject:
    """What reviewers are compared on: `kind` is all, label or scale; `key` names it in addresses and files."""

    key: str
    kind: str
    code: str
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """What comparisons follow from, of one document or pooled: votes on sentences, on each scale's units, and pairs."""

    sentences: Votes
    ratings: Mapping[str, Votes]
    pairs: PairSums


@dataclass(frozen=True, slots=True)
class Mean:
    """A reviewer's mean over the others with whom a figure is defined; `n_undefined` counts those where it is not."""

    value: float | None
    n_pairs: int
    n_undefined: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PairRow:
    """Two reviewers. The F1s are None for a scale; `table` has the first reviewer's values in rows.

    `agreement` is Cohen's kappa on sentences for a label, the alpha of its level for a scale, u-alpha for all labels;
    `percent` is the share of sentences or units to which both gave the same.
    """

    first: str
    second: str
    n_documents: int
    agreement: Estimate
    percent: Estimate
    f1_exact: Estimate | None
    f1_overlap: Estimate | None
    f1_char: Estimate | None
    table: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """One reviewer beside the others: means over pairs, and answers against the majority of the others.

    `table` has the reviewer's values in rows and the majority's in columns, the last for units without majority;
    `majority` is the share of units with a majority on which the reviewer gave the same. `competence` is that of Dawid
    and Skene's model, None where `Comparison.competence_reason` or too few units forbid it.
    """

    reviewer: str
    agreement: Mean
    f1_exact: Mean | None
    f1_overlap: Mean | None
    f1_char: Mean | None
    majority: Estimate
    n_undecided: int
    table: tuple[tuple[int, ...], ...]
    n_units: int
    competence: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Reviewers compared on one subject.

    `measure` and `unit` name what `PairRow.agreement` is and what the tables count; `values` are what their rows and
    columns stand for: points of a scale, or sets of labels, the empty one for unmarked sentences.
    """

    subject: Subject
    measure: str
    unit: str
    values: tuple[Any, ...]
    reviewers: tuple[str, ...]
    pairs: tuple[PairRow, ...]
    readers: tuple[ReaderRow, ...]
    competence_reason: str

    def as_dict(self) -> dict[str, Any]:
        """Return the fields, JSON-safe."""
        return plain(self)

    def pair(self, first: str, second: str) -> PairRow | None:
        """Return the row of two reviewers, in whatever order they are named."""
        wanted = {first, second}
        return next((row for row in self.pairs if {row.first, row.second} == wanted), None)


def subjects(codebook: CodebookInfo) -> tuple[Subject, ...]:
    """List what reviewers can be compared on: all labels, each label, each scale."""
    return (
        Subject(ALL, "all", "", "All labels"),
        *(Subject(f"label-{label.code}", "label", label.code, label.name) for label in codebook.labels),
        *(Subject(f"scale-{scale.code}", "scale", scale.code, scale.question) for scale in codebook.scales),
    )


def bases_of(codebook: CodebookInfo) -> dict[str, ScaleInfo]:
    """Return the labels whose marks name what they rest on, each with the scale that asks it.

    That is a nominal scale of passages asked of the one label alone, such as whether machine text is declared. Such
    labels lie across the others.
    """
    return {
        scale.labels[0]: scale
        for scale in codebook.scales
        if scale.target == "passage" and scale.level == "nominal" and len(scale.labels) == 1
    }


def compare_document(
    document: CodedDocument, codebook: CodebookInfo, units: Mapping[str, Units] | None = None
) -> Compared:
    """Sum a document, with the codings that count and with text, for all that reviewers are compared on.

    `units` are those of its scales, from `units.units_by_scale`, if known.

    Raises
    ------
    ValueError
        When a span is not a passage of the text, or stored sentences do not partition it.
    """
    length = len(document.text)
    names = [coding.reviewer for coding in document.codings]
    marked = {
        label.code: {
            coding.reviewer: [(each.start, each.end) for each in coding.passages if each.label == label.code]
            for coding in document.codings
        }
        for label in codebook.labels
    }
    merged = {label: {name: merge(spans, length) for name, spans in each.items()} for label, each in marked.items()}
    units = units_by_scale(document, codebook.scales) if units is None else units
    shared = {code: [unit for unit in judged_units(each) if len(unit) >= 2] for code, each in units.items()}
    return Compared(
        sentences=sentence_votes(merged, names, document.sentences, ink_before(document.text)),
        ratings={code: unit_votes(each, names) for code, each in shared.items()},
        pairs=pair_sums(marked, length),
    )


def pool_compared(parts: Sequence[Compared], codebook: CodebookInfo) -> Compared:
    """Add the sums of documents; of none, all are 0."""
    return Compared(
        sentences=pool_votes(part.sentences for part in parts),
        ratings={scale.code: pool_votes(part.ratings[scale.code] for part in parts) for scale in codebook.scales},
        pairs=pool_pairs((part.pairs for part in parts), [label.code for label in codebook.labels]),
    )


def comparison(sums: Compared, subject: Subject, codebook: CodebookInfo, *, with_model: bool = True) -> Comparison:
    """Compare all reviewers on one subject; fitting Dawid and Skene's model takes longest and can be left out."""
    votes = _votes_on(sums, subject, codebook)
    tables = crossed(votes)
    names = votes.reviewers
    pairs = tuple(
        PairRow(
            first=names[one],
            second=names[other],
            n_documents=int(sums.pairs.documents[one, other]),
            agreement=_agreement(sums, subject, codebook, (one, other), tables[one, other], votes.values),
            percent=_percent(tables[one, other]),
            **_f1(sums.pairs, subject, one, other),
            table=_rows(tables[one, other]),
        )
        for one, other in combinations(range(len(names)), 2)
    )
    model = competence_of_votes(votes) if with_model else Competence(votes.values)
    return Comparison(
        subject=subject,
        measure=_measure(subject, codebook),
        unit=_unit(subject, codebook),
        values=votes.values,
        reviewers=names,
        pairs=pairs,
        readers=_readers(votes, pairs, model),
        competence_reason=model.reason,
    )


def _scale(subject: Subject, codebook: CodebookInfo) -> ScaleInfo:
    return next(scale for scale in codebook.scales if scale.code == subject.code)


def _measure(subject: Subject, codebook: CodebookInfo) -> str:
    if subject.kind == "scale":
        return f"alpha-{_scale(subject, codebook).level}"
    return "cohen" if subject.kind == "label" else "u-alpha"


def _unit(subject: Subject, codebook: CodebookInfo) -> str:
    return _scale(subject, codebook).target if subject.kind == "scale" else "sentence"


def _votes_on(sums: Compared, subject: Subject, codebook: CodebookInfo) -> Votes:
    """Return the votes on a subject, over all values of the codebook for a label or scale."""
    if subject.kind == "scale":
        votes = sums.ratings[subject.code]
        points = {point.value for point in _scale(subject, codebook).points if not point.missing}
        return recoded(votes, lambda value: value, sorted(points.union(votes.values)))
    if subject.kind == "label":
        layer = ((), (subject.code,))
        return recoded(sums.sentences, lambda labels: layer[subject.code in labels], layer)
    across = bases_of(codebook)
    kept = [(label.code,) for label in codebook.labels if label.code not in across]

    def beside(labels: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(label for label in labels if label not in across)

    found = {beside(labels) for labels in sums.sentences.values}
    return recoded(sums.sentences, beside, [(), *kept, *sorted(found.difference([(), *kept]))])


def _agreement(
    sums: Compared,
    subject: Subject,
    codebook: CodebookInfo,
    pair: tuple[int, int],
    table: NDArray[np.int64],
    values: Sequence[Any],
) -> Estimate:
    """Return the figure of two reviewers: u-alpha, Cohen's kappa, or the alpha of the scale's level."""
    if subject.kind == "all":
        return pair_u_alpha(sums.pairs, *pair)
    if subject.kind == "label":
        kappa = cohen(table)
        together = SENTENCES_MARKED if table[1, 1] else SENTENCES_UNMARKED
        return _explained(kappa, {NO_SHARED: NO_SHARED_DOCUMENT, NO_VARIATION: together})
    scale = _scale(subject, codebook)
    n_units = int(table.sum())
    met = Coincidences(pairs=(table + table.T).astype(float), agreeing=float(np.trace(table)), n_units=n_units)
    alpha = alpha_from_coincidences(met, values, DIFFERENCES[scale.level], 2)
    return _explained(alpha, {NO_PAIRS: NO_SHARED_UNIT[scale.target], NO_VARIATION: SAME_RATING})


def _explained(estimate: Estimate, reasons: Mapping[str, str]) -> Estimate:
    """Give an undefined figure its reason in the words of two reviewers."""
    return replace(estimate, reason=reasons.get(estimate.reason, estimate.reason))


def _percent(table: NDArray[np.int64]) -> Estimate:
    n_units = int(table.sum())
    if not n_units:
        return Estimate(None, NO_SHARED)
    return Estimate(float(np.trace(table)) / n_units, n_units=n_units, n_reviewers=2, n_values=2 * n_units)


def _f1(sums: PairSums, subject: Subject, one: int, other: int) -> dict[str, Estimate | None]:
    """Return the F1s by field: of a label's passages or of all; None for a scale, which marks nothing."""
    if subject.kind == "scale":
        return {f"f1_{mode}": None for mode in MODES}
    labels = sums.labels if subject.kind == "all" else (subject.code,)
    return {f"f1_{mode}": pair_f1(sums, one, other, mode, labels) for mode in MODES}


def _rows(table: NDArray[np.int64]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(row) for row in table.tolist())


def _readers(votes: Votes, pairs: Sequence[PairRow], model: Competence) -> tuple[ReaderRow, ...]:
    tables, judged = against_others(votes), votes.times @ (votes.patterns != ABSENT)
    found = {} if model.fit is None else dict(zip(model.reviewers, model.fit.competence.tolist(), strict=True))
    rows = []
    for place, name in enumerate(votes.reviewers):
        mine = [row for row in pairs if name in (row.first, row.second)]
        rows.append(
            ReaderRow(
                reviewer=name,
                agreement=_mean([row.agreement for row in mine]),
                **{f"f1_{mode}": _mean([getattr(row, f"f1_{mode}") for row in mine]) for mode in MODES},
                majority=_majority(tables[place], len(votes.reviewers)),
                n_undecided=int(tables[place][:, -1].sum()),
                table=_rows(tables[place]),
                n_units=int(judged[place]),
                competence=found.get(name),
            )
        )
    return tuple(rows)


def _mean(figures: Sequence[Estimate | None]) -> Mean | None:
    given = [each for each in figures if each is not None]
    if figures and not given:
        return None
    values = [each.value for each in given if each.value is not None]
    undefined = len(given) - len(values)
    if values:
        return Mean(sum(values) / len(values), len(values), undefined)
    return Mean(None, 0, undefined, NONE_DEFINED if given else NO_PAIR)


def _majority(table: NDArray[np.int64], n_reviewers: int) -> Estimate:
    """Return the share of units on which a reviewer gave what the majority of the others did, from `against_others`."""
    if n_reviewers < 3:
        return Estimate(None, FEW_REVIEWERS)
    decided = table[:, :-1]
    n_units = int(decided.sum())
    if not n_units:
        return Estimate(None, NO_MAJORITY)
    return Estimate(float(np.trace(decided)) / n_units, n_units=n_units, n_reviewers=n_reviewers)

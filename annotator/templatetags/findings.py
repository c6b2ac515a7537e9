"""What figures of agreement found, in sentences: for the pages, beside their numbers."""

from collections.abc import Mapping, Sequence
from typing import Final

from django import template

from annotator.agreement.comparison import Comparison, PairRow, ReaderRow, Subject
from annotator.agreement.estimate import Estimate
from annotator.agreement.intervals import Interval
from annotator.agreement.report import Report
from annotator.agreement.rows import LabelRow, ScaleRow
from annotator.agreement.together import TogetherRow
from annotator.records import CodebookInfo
from annotator.templatetags.figures import coefficient, counted, share, signed, worded

register = template.Library()

FIRM: Final = 0.667
"""What custom asks for tentative conclusions, of the lower end of an interval."""
RISE: Final = 0.05
"""From which rise of α without a reviewer it is said whose the clearest is."""
APART: Final = 0.1
"""From which difference of two alphas one is said to lie above the other; below it both are about the same."""
MEASURE_WORDS: Final[Mapping[str, str]] = {
    "cohen": "Cohen’s κ",
    "u-alpha": "u-α",
    "alpha-nominal": "α nominal",
    "alpha-ordinal": "α ordinal",
    "alpha-interval": "α interval",
    "alpha-ratio": "α ratio",
}
F1_WORDS: Final[Mapping[str, str]] = {
    "overlap": "passages that overlap",
    "exact": "the same passages",
    "char": "the same characters",
}
UNIT_WORDS: Final[Mapping[str, str]] = {"sentence": "sentence", "passage": "passage", "document": "document"}


def value_words(value: object, subject: Subject, codebook: CodebookInfo) -> str:
    """Name a value of a comparison's tables: "−1 rather critical", "Fact + Opinion", "not marked"."""
    if subject.kind == "scale":
        scale = next(each for each in codebook.scales if each.code == subject.code)
        names = {point.value: point.name for point in scale.points}
        number = signed(value) if any(point.value < 0 for point in scale.points) else str(value)
        return f"{number} {names.get(value, '')}".strip()
    return labels_words(value, codebook)


def labels_words(labels: Sequence[str], codebook: CodebookInfo) -> str:
    """Name a set of labels in the codebook's order; "not marked" for the empty one."""
    names = {label.code: label.name for label in codebook.labels}
    return " + ".join(names[code] for code in names if code in labels) or "not marked"


@register.filter
def pairs_found(found: Comparison) -> str:
    """Say between which ends the figure of every two reviewers lies, and whose these are."""
    measure = MEASURE_WORDS[found.measure]
    if len(found.pairs) == 1:
        (row,) = found.pairs
        return f"{measure} of {_pair(row)}: {_told(row.agreement)}" + _stop(row.agreement)
    defined = sorted((row for row in found.pairs if row.agreement.value is not None), key=_value)
    undefined = len(found.pairs) - len(defined)
    if not defined:
        return f"{measure} cannot be computed for any two reviewers." if found.pairs else ""
    least, most = defined[0], defined[-1]
    if len(defined) == 1:
        words = f"{measure} is {coefficient(least.agreement.value)} for {_pair(least)}."
    else:
        words = (
            f"Over {counted(len(defined), 'pair')}, {measure} lies between {coefficient(least.agreement.value)}"
            f" ({_pair(least)}) and {coefficient(most.agreement.value)} ({_pair(most)})."
        )
    if undefined:
        words += f" For {counted(undefined, 'pair')} it cannot be computed."
    return words


def table_found(row: PairRow, found: Comparison, codebook: CodebookInfo) -> str:
    """Say how often two reviewers gave the same, and where they differed most."""
    units = UNIT_WORDS[found.unit]
    n_units = row.percent.n_units
    if not n_units:
        return f"{row.first} and {row.second} judged no {units} in common."
    same = sum(counts[place] for place, counts in enumerate(row.table))
    words = f"{row.first} and {row.second} gave the same to {same:,} of {counted(n_units, units)}."
    most, mine, theirs = _largest_off_diagonal(row.table)
    if not most:
        return words
    one, other = (value_words(found.values[place], found.subject, codebook) for place in (mine, theirs))
    often = "once" if most == 1 else f"{most:,} times"
    return f"{words} Most of what differs: {one} with {row.first} and {other} with {row.second}, {often}."


@register.filter
def majority_found(row: ReaderRow) -> str:
    """Say how often a reviewer gave what the majority of the others did."""
    majority = row.majority
    if majority.value is None:
        return majority.reason
    same = sum(counts[place] for place, counts in enumerate(row.table))
    words = (
        f"{row.reviewer} gave what more than half of the others did {same:,} of {counted(majority.n_units, 'time')}"
        f" ({share(majority.value)})."
    )
    if row.n_undecided:
        words += f" {counted(row.n_undecided, 'time')} the others had no majority."
    return words


@register.filter
def together_found(row: TogetherRow) -> str:
    """Say which of the two questions reviewers answer more alike: what is marked, or with which label."""
    unit, coding = row.unit_alpha.value, row.coding_alpha.value
    if unit is None or coding is None:
        return row.coding_alpha.reason if coding is None and unit is not None else row.u_alpha.reason
    figures = f"|u-α is {coefficient(unit)} and cu-α {coefficient(coding)}"
    if coding - unit > APART:
        return (
            f"Where two reviewers mark the same text they mostly give it the same labels; what they mark differs more"
            f" ({figures}). Labels are clearer than borders: the unit rule of the codebook is the place to look."
        )
    if unit - coding > APART:
        return (
            f"Reviewers mark much the same text, and differ more in the labels they give it ({figures})."
            " Borders are clearer than labels: their definitions are the place to look."
        )
    return f"What is marked and which label it gets are agreed on about equally ({figures})."


@register.filter
def readers_found(found: Comparison) -> str:
    """Say between which ends the reviewers' means lie."""
    means = [row.agreement.value for row in found.readers if row.agreement and row.agreement.value is not None]
    measure = MEASURE_WORDS[found.measure]
    if not means:
        return f"No reviewer has a mean {measure} with the others."
    low, high = coefficient(min(means)), coefficient(max(means))
    if low == high:
        return f"Every reviewer’s mean {measure} with the others is {low}."
    return f"The reviewers’ mean {measure} with the others lies between {low} and {high}."


@register.filter
def labels_found(rows: Sequence[LabelRow]) -> str:
    """Say between which labels α on sentences lies, and for which its interval stays above what custom asks."""
    return _range_found([(row.name, row.sentence_alpha, row.interval) for row in rows], "α on sentences")


@register.filter
def scales_found(rows: Sequence[ScaleRow]) -> str:
    """Say between which scales α lies, and for which its interval stays above what custom asks."""
    return _range_found([(f"“{row.question}”", row.alpha, row.interval) for row in rows], "α of the scale’s level")


@register.filter
def ratings_found(row: ScaleRow) -> str:
    """Say which point of a scale was given most, of those that judge."""
    judged = [point for point in row.distribution if not point.missing]
    total = sum(point.count for point in judged)
    if not total:
        return "Nobody gave a judgement."
    most = max(judged, key=lambda point: point.count)
    return f"Given most: {worded(most, row.distribution)}, {most.count:,} of {counted(total, 'judgement')}."


@register.filter
def missing_found(rows: Sequence[ScaleRow]) -> str:
    """Say on which scale "cannot be judged" has the largest share."""
    asked = [row for row in rows if row.missing.n_missing]
    if not asked:
        return "Nobody answered “cannot be judged” anywhere."
    most = max(asked, key=lambda row: row.missing.share)
    return f"Its share is largest on “{most.question}”: {share(most.missing.share)} of all answers."


@register.filter
def without_found(report: Report) -> str:
    """Say whose leaving out raises which α most, if by enough to speak of."""
    rows = [(row.name, row.sentence_alpha, row.without) for row in report.labels]
    rows += [(f"“{row.question}”", row.alpha, row.without) for row in report.scales]
    rises = [
        (rest.value - every.value, name, every.value, rest.value, reviewer)
        for name, every, without in rows
        if every.value is not None and without
        for reviewer, rest in without.without.items()
        if rest.value is not None
    ]
    if not rises:
        return ""
    rise, name, before, after, reviewer = max(rises, key=lambda each: each[0])
    if rise < RISE:
        return "Without no one reviewer does any α rise by .05 or more."
    rest = f"{coefficient(after)} without {reviewer}, and {coefficient(before)} with all"
    return f"The clearest rise: α of {name} is {rest}."


def _range_found(rows: Sequence[tuple[str, Estimate, Interval | None]], measure: str) -> str:
    defined = sorted((row for row in rows if row[1].value is not None), key=lambda row: row[1].value)
    if not defined:
        return ""
    (least, low, _), (most, high, _) = defined[0], defined[-1]
    if len(defined) == 1:
        words = f"{measure} can be computed for {least} only: {coefficient(low.value)}."
    else:
        words = f"{measure} lies between {coefficient(low.value)} for {least} and {coefficient(high.value)} for {most}."
    bounded = [(name, found) for name, _, found in defined if found and found.low is not None]
    if not bounded:
        return words
    firm = [name for name, found in bounded if found.low >= FIRM]
    if firm:
        return f"{words} The lower end of the interval reaches .667 for {', '.join(firm)}."
    return f"{words} The lower end of no interval reaches .667."


def _value(row: PairRow) -> float:
    return row.agreement.value


def _pair(row: PairRow) -> str:
    return f"{row.first} with {row.second}"


def _told(estimate: Estimate) -> str:
    return estimate.reason if estimate.value is None else coefficient(estimate.value)


def _stop(estimate: Estimate) -> str:
    return "" if estimate.value is None else "."


def _largest_off_diagonal(table: Sequence[Sequence[int]]) -> tuple[int, int, int]:
    """Return the largest count of two different values, with its row and column; 0 where all is on the diagonal."""
    cells = (
        (count, one, other) for one, counts in enumerate(table) for other, count in enumerate(counts) if one != other
    )
    return max(cells, key=lambda cell: cell[0], default=(0, 0, 0))

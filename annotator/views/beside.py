"""What stands beside a study's figures: published yardsticks, and how many more documents an interval wants."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from annotator.agreement.estimate import Estimate
from annotator.agreement.intervals import Interval
from annotator.agreement.planning import documents_needed
from annotator.agreement.report import Report
from annotator.agreement.yardsticks import Yardstick, yardsticks_of
from annotator.templatetags.figures import coefficient, counted

REACHES: Final[Mapping[str, float]] = {"05": 0.05, "10": 0.10, "15": 0.15, "20": 0.20}
"""How far an interval may reach to either side, as may be asked for."""
USUAL: Final = "10"
MANY: Final = 10_000
"""More documents than this are not counted any closer: nobody plans with them."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A published figure and the one of ours that may stand beside it; None where no study is spoken of."""

    name: str
    estimate: Estimate | None
    yardstick: Yardstick


@dataclass(frozen=True, slots=True)
class Wanted:
    """What would narrow the interval of one label or scale, in words."""

    code: str
    name: str
    is_label: bool
    words: str


def figures_of(report: Report) -> Iterator[tuple[str, str, bool, str, Estimate, Interval | None]]:
    """List code, name, whether it is a label, measure, figure and interval of each row's headline."""
    for row in report.labels:
        yield row.label, row.name, True, "sentence-alpha", row.sentence_alpha, row.interval
    for row in report.scales:
        yield row.scale, row.question, False, f"alpha-{row.level}", row.alpha, row.interval


def published(report: Report) -> list[Beside]:
    """Set the yardsticks of the report's codebook beside its figures; only ever the same measure."""
    ours = {(code, measure): (name, figure) for code, name, _, measure, figure, _ in figures_of(report)}
    return [
        Beside(*ours[each.code, each.measure], each)
        for each in yardsticks_of(report.codebook[0], [code for code, _ in ours])
        if (each.code, each.measure) in ours
    ]


def wanted(report: Report, reach: float) -> list[Wanted]:
    """Say for each row how many more documents would let its interval reach only so far to either side."""
    return [
        Wanted(code, name, is_label, _words(figure, found, reach))
        for code, name, is_label, _, figure, found in figures_of(report)
        if found is not None
    ]


def _words(figure: Estimate, found: Interval, reach: float) -> str:
    if figure.value is None or found.low is None or found.error is None:
        return found.reason
    now = f"now ± {coefficient(figure.value - found.low)}"
    more = documents_needed(found.error, found.n_documents, 2 * reach, found.n_effective)
    if not more:
        return f"narrow enough, {now}"
    if more > MANY:
        return f"more than {MANY:,} documents, {now}"
    return f"about {counted(more, 'more document')} like these, {now}"


def beside(report: Report, asked: str) -> dict[str, Any]:
    """Return the context of both parts; `asked` is the reach as the address names it."""
    key = asked if asked in REACHES else USUAL
    return {
        "yardsticks": published(report),
        "reach": key,
        "reaches": [(each, coefficient(value)) for each, value in REACHES.items()],
        "reach_words": coefficient(REACHES[key]),
        "wanted": wanted(report, REACHES[key]),
    }

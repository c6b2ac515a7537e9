"""Charts as SVG from templates: coloured by class, so that both themes and the content policy hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import template

from annotator.agreement.estimate import Estimate
from annotator.agreement.intervals import FEW_DOCUMENTS, Interval
from annotator.agreement.leave_out import LeftOut
from annotator.agreement.rows import PointCount, ScaleRow
from annotator.records import LabelInfo
from annotator.templatetags.figures import coefficient, sign

register = template.Library()

LEAST_WIDTH = 3.0  # a passage of a few words is still seen on a strip of a long text
DASHES = ("", "7 3", "2.5 2.5", "10 2 2 2", "4 4")
AXIS_START, AXIS_END = -0.2, 1.0  # of every chart of agreement, so that charts can be compared
GUIDES = (0.667, 0.8)


@dataclass(frozen=True, slots=True)
class Stroke:
    """The passages of one label on a strip: an SVG path, its height and its dashes."""

    label: str
    path: str
    dash: str


def _strokes(
    spans: Iterable[tuple[int, int, str]],
    labels: Sequence[str],
    length: int,
    ends: tuple[float, float],
    tops: Sequence[float],
) -> list[Stroke]:
    left, right = ends
    scale = (right - left) / max(length, 1)
    paths: dict[str, list[str]] = {code: [] for code in labels}
    top_of = dict(zip(labels, tops, strict=True))
    for start, end, code in spans:
        if code in paths:
            begin = min(left + start * scale, right - LEAST_WIDTH)
            stop = max(left + end * scale, begin + LEAST_WIDTH)
            paths[code].append(f"M{begin:.1f} {top_of[code]:g}H{stop:.1f}")
    return [
        Stroke(code, "".join(path), DASHES[index % len(DASHES)])
        for index, (code, path) in enumerate(paths.items())
        if path
    ]


@register.inclusion_tag("annotator/_strip.html")
def strip(spans: Sequence[tuple[int, int, str]], labels: Sequence[str], length: int) -> dict[str, Any]:
    """Draw one's passages along the text: a row for each label."""
    height = max(24, 6 * len(labels) + 6)
    tops = [4 + 6 * index for index in range(len(labels))]
    return {
        "strokes": _strokes(spans, labels, length, (0, 220), tops),
        "height": height,
        "base": height - 1.5,
        "passages": len(spans),
    }


def _place(value: float) -> float:
    """Return the x of a figure on the axis of 220 pixels with 16 at either side."""
    within = min(max(value, AXIS_START), AXIS_END)
    return round(16 + 188 * (within - AXIS_START) / (AXIS_END - AXIS_START), 1)


def _stretch(low: float | None, high: float | None) -> tuple[float, float] | None:
    return None if low is None or high is None else (_place(low), _place(high))


@register.inclusion_tag("annotator/_alpha_axis.html")
def alpha_axis() -> dict[str, Any]:
    """Draw the head of a column of plotted agreement: zero and the two customary guide lines."""
    low, high = GUIDES
    return {"zero": _place(0), "low": _place(low), "high": _place(high), "one": _place(1)}


@register.inclusion_tag("annotator/_alpha_plot.html")
def alpha_plot(estimate: Estimate, interval: Interval | None = None, without: LeftOut | None = None) -> dict[str, Any]:
    """Draw one figure on the axis from −.2 to 1; below it an arrow; the reason where it is undefined.

    A bar is its interval, the line under it what it is with one reviewer left out. That too few documents can be
    compared is said once for all figures of a page, and not with each.
    """
    low, high = GUIDES
    missing = interval.reason if interval and estimate.value is not None else ""
    return {
        "bar": _stretch(interval.low, interval.high) if interval else None,
        "rough": interval is not None and interval.rough,
        "span": _stretch(without.low, without.high) if without else None,
        "no_interval": "" if missing == FEW_DOCUMENTS else missing,
        "estimate": estimate,
        "x": None if estimate.value is None else _place(estimate.value),
        "below": estimate.value is not None and estimate.value < AXIS_START,
        "zero": _place(0),
        "low": _place(low),
        "high": _place(high),
    }


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a distribution, ready to be drawn."""

    point: PointCount
    x: float
    y: float
    height: float
    value: str


def _bars(points: Sequence[PointCount], largest: float) -> list[Bar]:
    total = sum(point.count for point in points) or 1
    bars, x = [], 6.0
    for point in points:
        x += 18 if point.missing and bars and not bars[-1].point.missing else 0
        height = round(76 * (point.count / total) / largest, 1) if largest else 0.0
        bars.append(Bar(point, x, round(112 - height, 1), height, sign(point, points)))
        x += 52
    return bars


@register.simple_tag
def largest_share(rows: Sequence[ScaleRow]) -> float:
    """Return the largest share any point has on any of the scales: the one axis of their charts."""
    shares = [
        point.count / total
        for row in rows
        if (total := sum(each.count for each in row.distribution))
        for point in row.distribution
    ]
    return max(shares, default=0.0)


@register.inclusion_tag("annotator/_distribution.html")
def distribution(row: ScaleRow, largest: float) -> dict[str, Any]:
    """Draw how often each point of a scale was given; "cannot be judged" stands apart."""
    bars = _bars(row.distribution, largest)
    judged = [bar for bar in bars if not bar.point.missing]
    said = ", ".join(f"{bar.point.name} {bar.point.count}" for bar in bars)
    return {
        "row": row,
        "bars": bars,
        "width": (bars[-1].x + 52) if bars else 60,
        "first": judged[0] if judged else None,
        "last": judged[-1] if len(judged) > 1 else None,
        "words": f"{row.question} {said}",
        "total": sum(point.count for point in row.distribution),
    }


@register.filter
def set_named(codes: Sequence[str], labels: Sequence[LabelInfo]) -> str:
    """Return the names of a set of labels by their codes, in the codebook's order."""
    return " + ".join(label.name for label in labels if label.code in codes)


@register.filter
def ends(found: Interval | LeftOut | None) -> str:
    """Print the ends of an interval or range: ".31 to .78"; nothing where there is none."""
    if found is None or found.low is None or found.high is None:
        return ""
    return f"{coefficient(found.low)} to {coefficient(found.high)}"


@register.filter
def without_reviewer(found: LeftOut | None, reviewer: str) -> Estimate | None:
    """Return a figure as it is without a reviewer; None where the reviewer had no part in it."""
    return found.without.get(reviewer) if found else None

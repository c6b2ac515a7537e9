"""Agreement over the documents as they were completed, drawn as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django import template

from annotator.agreement.estimate import Estimate
from annotator.agreement.timeline import Series, Step
from annotator.templatetags.charts import AXIS_END, AXIS_START, GUIDES
from annotator.templatetags.figures import coefficient, counted

register = template.Library()

LEFT, RIGHT, TOP, BOTTOM = 30.0, 328.0, 18.0, 128.0


@dataclass(frozen=True, slots=True)
class Mark:
    """Something at a place of the x axis, with its words."""

    x: float
    words: str


def _across(place: float, n_documents: int) -> float:
    return round(LEFT + (RIGHT - LEFT) * place / max(n_documents, 1), 1)


def _up(value: float) -> float:
    within = min(max(value, AXIS_START), AXIS_END)
    return round(BOTTOM - (BOTTOM - TOP) * (within - AXIS_START) / (AXIS_END - AXIS_START), 1)


Point = tuple[float, float, float]
"""Where a figure is drawn, and the figure."""


def _points(places: Sequence[float], estimates: Sequence[Estimate]) -> list[Point | None]:
    """Place figures; None where there is none, or one that is 0 whatever was said."""
    return [
        None if each.value is None or each.note else (x, _up(each.value), each.value)
        for x, each in zip(places, estimates, strict=True)
    ]


def _path(points: Sequence[Point | None]) -> str:
    """Join neighbouring points; a missing one breaks the line."""
    pieces, pen = [], "M"
    for point in points:
        if point:
            pieces.append(f"{pen}{point[0]} {point[1]}")
        pen = "L" if point else "M"
    return "".join(pieces)


def version_marks(steps: Sequence[Step], n_documents: int) -> list[Mark]:
    """Return where the codebook versions differ from those of the step before, and what they are from there on."""
    found = []
    for before, step in pairwise(steps):
        if step.codebooks != before.codebooks:
            words = ", ".join(f"v{version}" for _, version in step.codebooks)
            found.append(Mark(_across(step.first - 1, n_documents), words))
    return found


def reader_marks(steps: Sequence[Step], n_documents: int) -> list[Mark]:
    """Return where somebody reads for the first time, or no longer."""
    return [
        Mark(_across(step.first - 1, n_documents), f"+{len(step.joined)} −{len(step.left)}")
        for step in steps
        if step.joined or step.left
    ]


@register.inclusion_tag("annotator/_timeline.html")
def timeline_chart(series: Series, steps: Sequence[Step]) -> dict[str, Any]:
    """Draw a line for all documents so far, a ring for each step alone, and marks where versions or readers change."""
    n_documents = steps[-1].last if steps else 0
    ends = [_across(step.last, n_documents) for step in steps]
    middles = [_across((step.first - 1 + step.last) / 2, n_documents) for step in steps]
    so_far = _points(ends, series.so_far)
    defined = [(step, point) for step, point in zip(steps, so_far, strict=True) if point]
    words = "nothing can be computed yet"
    if defined:
        told = [f"{coefficient(value)} after {counted(step.last, 'document')}" for step, (_, _, value) in defined]
        words = f"α of all documents so far is {told[0]}" + (f" and {told[-1]}" if len(told) > 1 else "")
    low, high = GUIDES
    return {
        "words": f"{series.name}: {words}.",
        "path": _path(so_far),
        "dots": [point for point in so_far if point],
        "rings": [point for point in _points(middles, series.alone) if point],
        "versions": version_marks(steps, n_documents),
        "readers": reader_marks(steps, n_documents),
        "zero": _up(0),
        "low": _up(low),
        "high": _up(high),
        "left": LEFT,
        "right": RIGHT,
        "top": TOP,
        "bottom": BOTTOM,
        "n_documents": n_documents,
        "is_empty": not defined,
        "reason": series.so_far[-1].reason or series.so_far[-1].note if steps else "",
    }

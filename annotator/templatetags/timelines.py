"""Agreement over the documents as they were completed, drawn as SVG."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

from django import template

from annotator.agreement.estimate import Estimate
from annotator.agreement.timeline import Change, Placed, Series, Step
from annotator.templatetags.charts import AXIS_END, AXIS_START, GUIDES
from annotator.templatetags.figures import coefficient, counted

register = template.Library()

LEFT, RIGHT, TOP, BOTTOM = 30.0, 328.0, 18.0, 128.0
ROOM = 34.0  # between the words of two marks, so that none is written over another


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
    found = [
        (_across(step.first - 1, n_documents), (len(step.joined), len(step.left)))
        for step in steps
        if step.joined or step.left
    ]
    return [Mark(x, signed_counts(*map(sum, zip(*numbers, strict=True)))) for x, numbers in _apart(found)]


def signed_counts(came: int, left: int) -> str:
    """Write how many came and left: +2 −1; nothing of nobody."""
    return " ".join(f"{sign}{number}" for sign, number in (("+", came), ("−", left)) if number)


Thing = TypeVar("Thing")


def _apart(things: Iterable[tuple[float, Thing]]) -> list[tuple[float, list[Thing]]]:
    """Put things at places, in order, together with those before them that are too close to be told apart."""
    groups: list[tuple[float, list[Thing]]] = []
    for x, thing in things:
        if groups and x - groups[-1][0] < ROOM:
            groups[-1][1].append(thing)
        else:
            groups.append((x, [thing]))
    return groups


def change_marks(changes: Sequence[Placed], n_documents: int) -> list[Mark]:
    """Return where the study changed after its first document."""
    shown = [each for each in changes if each.after and each.change.kind != "role"]
    groups = _apart((_across(each.after, n_documents), each.change) for each in shown)
    return [Mark(x, _change_words(group)) for x, group in groups]


def _change_words(group: Sequence[Change]) -> str:
    kinds = Counter(each.kind for each in group)
    version = next((each.name for each in reversed(group) if each.kind == "codebook"), "")
    return f"{version} {signed_counts(kinds['joined'], kinds['left'])}".strip()


@register.filter
def change_told(placed: Placed) -> str:
    """Say what changed, for the table."""
    change = placed.change
    match change.kind:
        case "codebook":
            return f"codebook {change.name} in force, {change.detail} before"
        case "joined":
            return f"{change.name} joined" + (f" as {change.detail}" if change.detail else "")
        case "left":
            return f"{change.name} left"
        case _:
            return f"{change.name} is {change.detail} from here on"


@register.filter
def place_told(placed: Placed, n_documents: int) -> str:
    """Say where a change stands among the documents."""
    if not placed.after:
        return "before the first document"
    return f"after document {placed.after:,}" + (", the last one" if placed.after == n_documents else "")


@register.inclusion_tag("annotator/_timeline.html")
def timeline_chart(series: Series, steps: Sequence[Step], changes: Sequence[Placed] = ()) -> dict[str, Any]:
    """Draw a line for all documents so far, a ring for each step alone, and marks where versions or readers change.

    Under them stands what changed in the study meanwhile, as far as the reader may know it.
    """
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
        "changes": change_marks(changes, n_documents),
        "tell_changes": bool(changes),
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

"""Lanes: one band for each reviewer over the length of a text, drawn where the reviewer's passages lie."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from django import template

from annotator.agreement.spans import merge
from annotator.records import CodedDocument, Coding, LabelInfo
from annotator.templatetags.charts import DASHES
from annotator.templatetags.figures import counted, share

register = template.Library()

LEAST_WIDTH = 3  # pixels: a passage of a few words is still seen in a long text
CHARACTERS_IN_A_PIXEL = 20  # a longer text than fits at this scale scrolls sideways in its lanes
FITTING, WIDEST = 1000, 10_000  # pixels of a text that fits, and of the longest
ROW = 6  # pixels for each label in a band
KEPT = ("layer", "mode", "view", "order", "kind", "work", "revision")  # what choosing reviewers leaves as it is


@dataclass(frozen=True, slots=True)
class Stroke:
    """The passages of one label in a band: an SVG path and its dashes."""

    label: str
    path: str
    dash: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One reviewer's band, empty where the reviewer is not shown, and the same in words."""

    reviewer: str
    shown: bool
    strokes: tuple[Stroke, ...]
    words: str


def _path(spans: Sequence[tuple[int, int]], top: int, scale: float) -> str:
    """Draw spans at a height, each with a pixel of air behind it; in steps from one to the next, since there are many.

    Spans that fall on the same pixels are drawn as one.
    """
    drawn: list[list[int]] = []
    for start, end in spans:
        left = round(start * scale)
        right = max(round(end * scale) - 1, left + LEAST_WIDTH)
        if drawn and left <= drawn[-1][1]:
            drawn[-1][1] = max(drawn[-1][1], right)
        else:
            drawn.append([left, right])
    at, parts = 0, [f"M0 {top}"]
    for left, right in drawn:
        parts.append(f"m{left - at} 0h{right - left}")
        at = right
    return "".join(parts)


def _strokes(coding: Coding, codes: Sequence[str], scale: float) -> Iterator[Stroke]:
    for row, code in enumerate(codes):
        spans = [(passage.start, passage.end) for passage in coding.passages if passage.label == code]
        if spans:
            yield Stroke(code, _path(sorted(spans), ROW * row + ROW, scale), DASHES[row % len(DASHES)])


def _marked(coding: Coding, length: int) -> float:
    """Share of the characters in any passage."""
    spans = merge([(passage.start, passage.end) for passage in coding.passages], length)
    return int((spans[:, 1] - spans[:, 0]).sum()) / max(length, 1)


@register.inclusion_tag("annotator/_lanes.html", takes_context=True)
def lanes(
    context: template.Context,
    document: CodedDocument,
    everybody: Sequence[str],
    labels: Sequence[LabelInfo],
    in_words: Mapping[str, str],
) -> dict[str, Any]:
    """Draw the lanes of the reviewers shown, and leave those of the others empty; a form chooses which are.

    `in_words` says of each reviewer shown what was marked.
    """
    length = len(document.text)
    width = min(max(FITTING, length // CHARACTERS_IN_A_PIXEL), WIDEST)
    codes = [label.code for label in labels]
    codings = {coding.reviewer: coding for coding in document.codings}
    drawn = []
    for reviewer in everybody:
        coding = codings.get(reviewer)
        words = "not shown"
        if coding is not None:
            marked = f": {in_words[reviewer]};" if coding.passages else ","
            words = f"{counted(len(coding.passages), 'passage')}{marked} {share(_marked(coding, length))} of the text"
        strokes = tuple(_strokes(coding, codes, width / max(length, 1))) if coding else ()
        drawn.append(Lane(reviewer, coding is not None, strokes, words))
    asked = context["request"].GET
    return {
        "lanes": drawn,
        "n_shown": len(codings),
        "width": width,
        "fits": width == FITTING,
        "height": ROW * len(codes) + ROW,
        "ticks": _ticks(length),
        "kept": [(key, asked[key]) for key in KEPT if key in asked],
        "request": context["request"],
    }


def _ticks(length: int) -> list[tuple[str, str]]:
    """Return the ticks of the axis: where each stands, in percent of the width, and its words."""
    return [(f"{100 * at / length:.2f}", f"{at:,}") for at in range(0, length, _round_step(length))]


def _round_step(length: int) -> int:
    """Return the distance of the ticks of an axis of this length: 1, 2 or 5 times a power of ten, five to ten ticks."""
    step, factors = 1, cycle((2, 2.5, 2))
    while length / step > 10:
        step = int(step * next(factors))
    return step

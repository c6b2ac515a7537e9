"""One reviewer's readings beside the gold, drawn as SVG: training as rings, checks as a line."""

from typing import Any

from django import template

from annotator.queries.drift import ReaderOverTime
from annotator.templatetags.figures import coefficient, counted

register = template.Library()

LEFT, RIGHT, TOP, BOTTOM = 30.0, 328.0, 22.0, 110.0


def _up(value: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * value, 1)


@register.inclusion_tag("annotator/_drift.html")
def drift_chart(reader: ReaderOverTime, least: float | None) -> dict[str, Any]:
    """Draw a figure from 0 to 1 for each document in the order of submission; `least` is the pass mark, if any."""
    step = (RIGHT - LEFT) / max(len(reader.readings), 1)
    rings, dots = [], []
    for place, reading in enumerate(reader.readings):
        value = reading.standing.value
        if value is not None:
            point = (round(LEFT + step * (place + 0.5), 1), _up(value), value)
            (dots if reading.is_check else rings).append(point)
    told = [coefficient(value) for _, _, value in dots]
    words = f"{counted(len(dots), 'check')}: {', '.join(told)}" if told else "no check with a figure"
    trained = ", ".join(coefficient(value) for _, _, value in rings) or "none"
    return {
        "words": f"{reader.member.pseudonym}, {words}. Training: {trained}.",
        "rings": rings,
        "dots": dots,
        "path": "".join(f"{'L' if index else 'M'}{x} {y}" for index, (x, y, _) in enumerate(dots)),
        "least": None if least is None else _up(least),
        "least_words": coefficient(least),
        "left": LEFT,
        "right": RIGHT,
        "top": _up(1),
        "bottom": BOTTOM,
    }

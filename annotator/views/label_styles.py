"""Colours and lines of labels: the stylesheet written from a codebook, and how well its colours can be seen.

A label is known by its line, told apart by style and distance, before its colour. Colours come checked as #rrggbb and
codes as small letters, digits and hyphens; both are checked again here, where they enter a stylesheet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from annotator.colours import DARK_GROUND, LEAST_CONTRAST, LIGHT_GROUND, channels, contrast
from annotator.models import Label
from annotator.models.validators import validate_code, validate_colour

LINES = ("solid", "dashed", "dotted", "double", "wavy")  # by position; a sixth label begins again, told apart by colour
FIRST_GAP, GAP_STEP = 3, 4  # pixels between baseline and line, so that the lines of overlapping labels lie apart
ROOMY = 3  # labels whose lines the usual distance of the lines of a text has room for; each more wants a GAP_STEP
# Borders know no wavy line, so what draws a label's line as one gets two rows of arcs over its background.
_ARC = "#0000 1.25px, var(--c) 1.5px 2.5px, #0000 2.75px"
WAVE = (
    f"radial-gradient(circle at 2px 3px, {_ARC}) 0 calc(100% - 3px) / 8px 3px repeat-x, "
    f"radial-gradient(circle at 6px 0, {_ARC}) 0 100% / 8px 3px repeat-x,"
)
LIGHT_TINT, DARK_TINT = 0.35, 0.22  # both of the bright colour of the dark theme: pale paint under dark or light words


@dataclass(frozen=True, slots=True)
class Contrast:
    """How well the line of a label stands out from its ground in each theme (WCAG ratio)."""

    label: Label
    light: float
    dark: float


def contrasts(labels: Iterable[Label]) -> list[Contrast]:
    """Return the contrast of each label's line with the page."""
    return [
        Contrast(label, contrast(label.colour_light, LIGHT_GROUND), contrast(label.colour_dark, DARK_GROUND))
        for label in labels
    ]


def conflicts(labels: Sequence[Label]) -> list[str]:
    """Say which labels cannot be told from the page or from one another."""
    found = []
    for seen in contrasts(labels):
        for theme, ratio in (("light", seen.light), ("dark", seen.dark)):
            if ratio < LEAST_CONTRAST:
                found.append(f"The line of {seen.label.name} is only {ratio:.1f}:1 on the {theme} page.")
    if len(labels) > len(LINES):
        found.append(f"Only {len(LINES)} line styles exist, so labels {len(LINES)} places apart share one.")
    return found


def _rgb(colour: str, alpha: float) -> str:
    red, green, blue = channels(colour)
    return f"rgb({red} {green} {blue} / {alpha})"


def _rules(label: Label, index: int) -> str:
    validate_code(label.code)
    validate_colour(label.colour_light)
    validate_colour(label.colour_dark)
    code, line, gap = label.code, LINES[index % len(LINES)], FIRST_GAP + GAP_STEP * (index % len(LINES))
    wave, thick = WAVE if line == "wavy" else "", 3 if line == "double" else 2  # a border is not double below 3
    light_tint, dark_tint = _rgb(label.colour_dark, LIGHT_TINT), _rgb(label.colour_dark, DARK_TINT)
    return f"""\
@property --{code} {{ syntax: "<color>"; inherits: true; initial-value: {label.colour_light}; }}
@property --{code}-tint {{ syntax: "<color>"; inherits: true; initial-value: {light_tint}; }}
:root, .specimen {{
  --{code}: light-dark({label.colour_light}, {label.colour_dark});
  --{code}-tint: light-dark({light_tint}, {dark_tint});
}}
[data-label="{code}"] {{
  --c: var(--{code}); --t: var(--{code}-tint); --style: {line}; --wave: {wave}; --thick: {thick}px; --gap: {gap}px;
}}
::highlight(label-{code}) {{
  background-color: var(--{code}-tint); text-decoration: underline {line} 2px var(--{code});
  text-underline-offset: {gap}px; text-decoration-skip-ink: none;
}}
@media (prefers-contrast: more) {{ :root, .specimen {{ --{code}-tint: transparent; }} }}
@media (forced-colors: active) {{ :root, .specimen {{ --{code}: CanvasText; --{code}-tint: Canvas; }} }}
"""


def stylesheet(labels: Iterable[Label]) -> str:
    """Write the stylesheet of the labels. Registered properties settle `light-dark()`, which a highlight inherits."""
    rules = [_rules(label, index) for index, label in enumerate(labels)]
    if len(rules) > ROOMY:  # or the lowest lines would run through the words below
        rules.append(
            f":root {{ --read-line: calc(1.75rem + {GAP_STEP * (min(len(rules), len(LINES)) - ROOMY)}px); }}\n"
        )
    return "".join(rules)

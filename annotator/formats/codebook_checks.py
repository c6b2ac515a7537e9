"""What makes a codebook unfit to be stored or used: every fault, each with its place, in words for its author.

The limits are those of the database's columns, so that what passes here is stored.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from annotator.colours import DARK_GROUND, LEAST_CONTRAST, LIGHT_GROUND, contrast
from annotator.records import CodebookInfo, LabelInfo, PointInfo, ScaleInfo

LEVELS, TARGETS = ("nominal", "ordinal", "interval"), ("passage", "document")
MOST_VERSION, MOST_POSITION, MOST_VALUE = 100_000, 100, 1000
CODE, NAME, TITLE, PROSE, ANCHOR, GUIDELINES = 60, 100, 300, 10_000, 2_000, 200_000  # code points, at most

_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # no name has a use for them
_UNSAFE = re.compile("[\x00\r\ud800-\udfff]")  # CR: line ends are LF, so that a form gives back what it was given

Place = tuple[str | int, ...]
"""Where in a codebook: () itself, ("label", 0), ("scale", 1) or ("scale", 1, "point", 0), counted from 0."""


class Fault(NamedTuple):
    """One fault: its place, the field there ("" for the whole), what is wrong and what to do.

    `stops` says when it counts: "storing" for what no draft may hold, "publishing" for what a draft may still lack.
    """

    place: Place
    field: str
    reason: str
    stops: str = "storing"


def place_name(place: Place, codebook: CodebookInfo | None = None) -> str:
    """Return a place in words, counted from 1, with its code or value where the codebook is given."""
    if not place:
        return "codebook"
    kind, number, *rest = place
    name = f"{kind} {int(number) + 1}"
    parts = () if codebook is None else codebook.labels if kind == "label" else codebook.scales
    if int(number) < len(parts) and parts[int(number)].code:
        name += f" ({parts[int(number)].code[:CODE]})"
    return f"{name}, point {int(rest[1]) + 1}" if rest else name


def check(codebook: CodebookInfo) -> list[Fault]:
    """Return every fault of a codebook, in the order of its parts."""
    found = [*_itself(codebook)]
    for number, label in enumerate(codebook.labels):
        found += _label(("label", number), label)
    found += _doubles("label", "code", [label.code for label in codebook.labels], "label")
    found += _doubles("label", "shortcut", [label.shortcut for label in codebook.labels], "label")
    codes = {label.code for label in codebook.labels}
    for number, scale in enumerate(codebook.scales):
        found += _scale(("scale", number), scale, codes)
    found += _doubles("scale", "code", [scale.code for scale in codebook.scales], "scale")
    return sorted(found, key=lambda fault: [str(step).rjust(6) for step in fault.place])


def _itself(codebook: CodebookInfo) -> Iterator[Fault]:
    yield from _code((), "slug", codebook.slug)
    yield from _between((), "version", codebook.version, 1, MOST_VERSION)
    yield from _name((), "title", codebook.title, TITLE)
    yield from _prose((), "guidelines", codebook.guidelines, GUIDELINES)
    if not codebook.labels:
        yield Fault((), "label", "is missing: a codebook needs at least one label", "publishing")


def _label(place: Place, label: LabelInfo) -> Iterator[Fault]:
    yield from _code(place, "code", label.code)
    yield from _name(place, "name", label.name, NAME)
    yield from _prose(place, "definition", label.definition, PROSE, needed=True)
    for field in ("use_when", "not_when", "when_in_doubt"):
        yield from _prose(place, field, getattr(label, field), PROSE)
    for field in ("examples", "counterexamples"):
        yield from _lines(place, field, getattr(label, field))
    for field, ground, theme in (("colour_light", LIGHT_GROUND, "light"), ("colour_dark", DARK_GROUND, "dark")):
        colour = getattr(label, field)
        if not _COLOUR.fullmatch(colour):
            yield Fault(place, field, "must be # and six small hexadecimal digits, such as #0b6bb0")
        elif (ratio := contrast(colour, ground)) < LEAST_CONTRAST:
            # Cut, not rounded: 2.97 must not read as the 3.0 that is asked for.
            reason = f"is only {int(ratio * 10) / 10}:1 on the {theme} page ({ground}); a line needs 3:1"
            yield Fault(place, field, reason, "publishing")
    if label.shortcut not in ("", *"123456789"):
        yield Fault(place, "shortcut", "must be a digit from 1 to 9, or empty for no key")
    yield from _between(place, "position", label.position, 1, MOST_POSITION)
    for _, version, code in label.replaces:
        if not _CODE.fullmatch(code) or version < 1:
            yield Fault(place, "replaces", "must name labels as slug/version/code, such as my-codebook/1/claim")
            break
    if len(set(label.replaces)) < len(label.replaces):
        yield Fault(place, "replaces", "names a label twice")


def _scale(place: Place, scale: ScaleInfo, codes: set[str]) -> Iterator[Fault]:
    yield from _code(place, "code", scale.code)
    yield from _name(place, "question", scale.question, TITLE)
    if scale.level not in LEVELS:
        yield Fault(place, "level", f"must be one of {', '.join(LEVELS)}")
    if scale.target not in TARGETS:
        yield Fault(place, "target", f"must be one of {', '.join(TARGETS)}")
    for code in dict.fromkeys(scale.labels):
        if code not in codes:
            yield Fault(place, "labels", f"asks this of “{code[:CODE]}”, which is no label of the codebook")
    if len(set(scale.labels)) < len(scale.labels):
        yield Fault(place, "labels", "names a label twice")
    if scale.target == "document" and scale.labels:
        yield Fault(place, "labels", "must be empty: a scale of the document is asked of no label", "publishing")
    yield from _between(place, "position", scale.position, 1, MOST_POSITION)
    judged = sum(not point.missing for point in scale.points)
    if judged < 2:
        had = "has no points" if not scale.points else f"has {judged} that can be judged"
        asked = f"{scale.level} scale" if scale.level in LEVELS else "scale"
        reason = f"{had}: every {asked} needs two or more, “cannot be judged” not counted"
        yield Fault(place, "point", reason, "publishing")
    for number, point in enumerate(scale.points):
        yield from _point((*place, "point", number), point)
    yield from _doubles((*place, "point"), "value", [str(point.value) for point in scale.points], "point")


def _point(place: Place, point: PointInfo) -> Iterator[Fault]:
    yield from _between(place, "value", point.value, -MOST_VALUE, MOST_VALUE)
    yield from _name(place, "name", point.name, NAME)
    yield from _prose(place, "anchor", point.anchor, ANCHOR)


def _code(place: Place, field: str, value: str) -> Iterator[Fault]:
    if len(value) > CODE:
        yield Fault(place, field, f"has {len(value)} characters; {CODE} is the most")
    elif not _CODE.fullmatch(value):
        yield Fault(place, field, "must be made of small letters a to z, digits and single hyphens")


def _name(place: Place, field: str, value: str, most: int) -> Iterator[Fault]:
    if not value.strip():
        yield Fault(place, field, "must not be empty")
    elif len(value) > most:
        yield Fault(place, field, f"has {len(value)} characters; {most} is the most")
    if unfit := _CONTROLS.search(value):
        yield Fault(place, field, f"holds a control character (U+{ord(unfit[0]):04X}) at place {unfit.start() + 1}")


def _prose(place: Place, field: str, value: str, most: int, needed: bool = False) -> Iterator[Fault]:
    if needed and not value.strip():
        yield Fault(place, field, "must not be empty")
    if len(value) > most:
        yield Fault(place, field, f"has {len(value):,} characters; {most:,} is the most")
    if unfit := _UNSAFE.search(value):
        yield Fault(place, field, f"holds U+{ord(unfit[0]):04X} at place {unfit.start() + 1}, which no text may")


def _lines(place: Place, field: str, values: tuple[str, ...]) -> Iterator[Fault]:
    for value in values:
        if not value.strip() or "\n" in value:
            yield Fault(place, field, "must be lines of their own: none empty, none with a line end inside")
            break
    yield from _prose(place, field, "\n".join(values), PROSE)


def _between(place: Place, field: str, value: int, least: int, most: int) -> Iterator[Fault]:
    if not least <= value <= most:
        yield Fault(place, field, f"must be a whole number from {least} to {most}")


def _doubles(kind: str | Place, field: str, values: Iterable[str], noun: str) -> Iterator[Fault]:
    """Blame the second and later ones; an empty value is none."""
    start = (kind,) if isinstance(kind, str) else kind
    first: dict[str, int] = {}
    for number, value in enumerate(values):
        if value and first.setdefault(value, number) != number:
            words = f"“{value[:CODE]}” already belongs to {noun} {first[value] + 1}"
            yield Fault((*start, number), field, f"{words}. Choose another" if field == "shortcut" else words)

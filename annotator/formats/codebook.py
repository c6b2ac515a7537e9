"""Codebook files in TOML: one file holds labels, scales and guidelines of one version, read and written.

Tables: `slug`, `version`, `title`, `guidelines` (Markdown), `published_at` (a time, where the version is published),
then `[[label]]` and `[[scale]]` with `[[scale.point]]`. Keys are the fields of LabelInfo, ScaleInfo and PointInfo in
`annotator.records`; `replaces` of a label is a list of "slug/version/code". A `position` left out is the place in the
file. Faults are named all at once, each with its line where the file writes its tables in the usual way.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from annotator.formats.codebook_checks import Fault, Place, check, place_name
from annotator.formats.problems import FormatError, Problem, shown
from annotator.records import CodebookInfo, LabelInfo, PointInfo, ScaleInfo

TITLE, MEDIA_TYPE, EXTENSION = "Codebook", "application/toml", "toml"

_CODEBOOK = {"slug": str, "version": int, "title": str, "guidelines": str, "published_at": datetime}
_LABEL = {
    **dict.fromkeys(("code", "name", "definition", "use_when", "not_when", "when_in_doubt"), str),
    **dict.fromkeys(("examples", "counterexamples", "replaces"), list),
    **dict.fromkeys(("colour_light", "colour_dark", "shortcut"), str),
    "position": int,
}
_SCALE = {
    **dict.fromkeys(("code", "question", "level", "target"), str),
    "labels": list,
    "required": bool,
    "needs_evidence": bool,
    "position": int,
}
_POINT = {"value": int, "name": str, "anchor": str, "missing": bool}
_NEEDED = {
    "slug": "",
    "version": 1,
    "title": "",
    "code": "",
    "name": "",
    "question": "",
    "level": "",
    "target": "",
    "value": 0,
}
_TYPES = {str: "text", int: "a whole number", bool: "true or false", list: "a list of texts", datetime: "a time"}
_OLDER = re.compile(r"([^/]+)/([0-9]{1,6})/([^/]+)")

_HEADING = re.compile(r"\s*\[\[?\s*([a-z.]+)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")


def read(stream: BinaryIO) -> CodebookInfo:
    """Read one codebook.

    Raises
    ------
    FormatError
        With every fault by line, place and field, and their total; those that only stop publishing included.
    """
    return parse(stream.read())


def parse(raw: bytes, *, draft: bool = False) -> CodebookInfo:
    """Read a codebook from the bytes of a file; see `read`. A draft may have what only stops publishing."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refusal([Problem(0, "", f"is not UTF-8 at byte {error.start + 1}")]) from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        line = int(place[1]) if place else 1 + text.count("\n")  # else it says "at end of document"
        raise _refusal([Problem(line, "", f"is not TOML: {error}")]) from None
    except (RecursionError, ValueError):  # brackets in brackets; a number of more than 4,300 digits
        raise _refusal([Problem(0, "", "is not TOML that can be read: too deep, or a number too long")]) from None
    taker = _Taker()
    codebook = taker.codebook(data)
    blamed = {(fault.place, fault.field) for fault in taker.faults}
    faults = taker.faults + [each for each in check(codebook) if (each.place, each.field) not in blamed]
    if any(not draft or fault.stops == "storing" for fault in faults):
        lines = _Lines(text)
        raise _refusal([_problem(fault, codebook, lines) for fault in faults])
    return codebook


def _problem(fault: Fault, codebook: CodebookInfo, lines: "_Lines") -> Problem:
    where = place_name(fault.place, codebook)
    return Problem(lines.of(fault), f"{where}, {fault.field}" if fault.field else where, fault.reason)


def _refusal(problems: list[Problem]) -> FormatError:
    return FormatError(sorted(problems, key=lambda problem: problem.line), len(problems))


class _Taker:
    """Makes records of tables, noting what does not fit and going on with something harmless in its place."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def codebook(self, data: dict[str, Any]) -> CodebookInfo:
        """Take the whole file."""
        labels = [
            LabelInfo(**self.fields(("label", at), table, _LABEL, at + 1))
            for at, table in self.tables((), data, "label")
        ]
        scales = []
        for at, table in self.tables((), data, "scale"):
            place = ("scale", at)
            points = [
                PointInfo(**self.fields((*place, "point", number), point, _POINT))
                for number, point in self.tables(place, table, "point")
            ]
            scales.append(ScaleInfo(points=tuple(points), **self.fields(place, table, _SCALE, at + 1)))
        own = self.fields((), data, _CODEBOOK)
        if (then := own.get("published_at")) is not None and then.utcoffset() is None:
            self.faults.append(Fault((), "published_at", "must say its offset from UTC, such as Z"))
        return CodebookInfo(labels=tuple(labels), scales=tuple(scales), **own)

    def tables(self, place: Place, table: dict[str, Any], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """Take the tables of one name out of another; what is no table counts for one without fields."""
        found = table.pop(name, [])
        if not isinstance(found, list):
            self.faults.append(Fault(place, name, f"must be tables, each under [[{'.'.join((*place[:1], name))}]]"))
            return
        for number, each in enumerate(found):
            if not isinstance(each, dict):
                self.faults.append(Fault((*place, name, number), "", "must be a table"))
            yield number, dict(each) if isinstance(each, dict) else {}

    def fields(
        self, place: Place, table: dict[str, Any], known: dict[str, type], position: int | None = None
    ) -> dict[str, Any]:
        """Take the fields of a table by their types."""
        taken: dict[str, Any] = {} if position is None else {"position": position}
        taken |= {name: value for name, value in _NEEDED.items() if name in known}
        for name in taken.keys() - table.keys() - {"position"}:
            self.faults.append(Fault(place, name, "is missing"))
        for name, value in table.items():
            if name not in known:
                near = f"; known are {', '.join(known)}"
                self.faults.append(Fault(place, ascii(name[:50])[1:-1], f"is not a field of this table{near}"))
            elif not _is(value, known[name]):
                self.faults.append(Fault(place, name, f"must be {_TYPES[known[name]]}, not {shown(value)}"))
            elif name == "replaces":
                taken[name] = self.older(place, value)
            else:
                taken[name] = tuple(value) if isinstance(value, list) else value
        return taken

    def older(self, place: Place, values: list[str]) -> tuple[tuple[str, int, str], ...]:
        """Take the names of older labels."""
        found = [_OLDER.fullmatch(value) for value in values]
        if not all(found):
            reason = "must name labels as slug/version/code, such as my-codebook/1/claim"
            self.faults.append(Fault(place, "replaces", reason))
        return tuple(sorted((name[1], int(name[2]), name[3]) for name in found if name))


def _is(value: object, kind: type) -> bool:
    if kind is list:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return type(value) is kind  # a bool is an int to isinstance, and a datetime a date


class _Lines:
    """On which line each table and field stands; 0 where the file spells them in an unusual way."""

    def __init__(self, text: str) -> None:
        self.found: dict[tuple[Place, str], int] = {}
        place: Place = ()
        labels = scales = points = -1
        quote = ""  # that ends the text over several lines we are in
        for number, line in enumerate(text.split("\n"), 1):
            if quote:
                quote = "" if quote in line else quote
                continue
            if heading := _HEADING.match(line):
                match heading[1]:
                    case "label":
                        labels += 1
                        place = ("label", labels)
                    case "scale":
                        scales, points = scales + 1, -1
                        place = ("scale", scales)
                    case "scale.point":
                        points += 1
                        place = ("scale", scales, "point", points)
                self.found[place, ""] = number
            elif key := _KEY.match(line):
                self.found[place, key[1]] = number
            for mark in ('"""', "'''"):
                if line.count(mark) % 2:
                    quote = mark

    def of(self, fault: Fault) -> int:
        """Return the line of a field, else that of its table."""
        return self.found.get((fault.place, fault.field), self.found.get((fault.place, ""), 0))


def write(codebook: CodebookInfo) -> str:
    """Return the file of a codebook: reading it gives an equal record."""
    blocks = [_table("", _own(codebook))]
    for label in codebook.labels:
        values = {name: getattr(label, name) for name in _LABEL}
        values["replaces"] = tuple(f"{slug}/{version}/{code}" for slug, version, code in label.replaces)
        blocks.append(_table("[[label]]\n", values))
    for scale in codebook.scales:
        blocks.append(_table("[[scale]]\n", {name: getattr(scale, name) for name in _SCALE}))
        for point in scale.points:
            blocks.append(_table("[[scale.point]]\n", {name: getattr(point, name) for name in _POINT}))
    return "\n".join(blocks)


def _own(codebook: CodebookInfo) -> dict[str, Any]:
    return {name: value for name in _CODEBOOK if (value := getattr(codebook, name)) is not None}


def _table(heading: str, values: dict[str, Any]) -> str:
    return heading + "".join(f"{name} = {_value(value)}\n" for name, value in values.items())


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        return _text(value)
    return _list(value)


def _list(values: Sequence[str]) -> str:
    return "[\n" + "".join(f"  {_quoted(value)},\n" for value in values) + "]" if values else "[]"


def _text(value: str) -> str:
    """Spell a text over several lines as it is where TOML can, so that a person can edit it there."""
    plain = not re.search("[\x00-\x08\x0b-\x1f\x7f]", value)
    if "\n" in value and plain and "'''" not in value and not value.endswith("'"):
        return f"'''\n{value}'''"
    return _quoted(value)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    escaped = re.sub("[\x00-\x1f\x7f\x85\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", escaped)
    return f'"{escaped}"'

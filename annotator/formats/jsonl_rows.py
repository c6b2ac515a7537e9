"""The shape of each row of our JSON Lines: what fields it has and what each may hold. Meaning is the reader's part."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from annotator.formats.problems import shown

DEEPEST = 32  # nesting of a row; what reliability asks of every JSON input
HIGHEST = 2**31 - 1

Kind = Callable[[Any], Any]
Fields = dict[str, Kind]

_UNSAFE = re.compile("[\x00\ud800-\udfff]")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SLUG = re.compile(r"[-a-zA-Z0-9_]+")
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class ShapeError(Exception):
    """A value that does not fit its field; `path` leads from the field to the fault."""

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path


def decode(line: str) -> dict[str, Any]:
    """Read one line as a JSON object; ShapeError where it is not one, or says a thing twice."""
    try:
        row = json.loads(line, object_pairs_hook=_object, parse_constant=_constant)
    except json.JSONDecodeError as error:
        raise ShapeError(f"is not JSON: {error.msg} at character {error.pos + 1}") from None
    except RecursionError:
        raise ShapeError(f"is nested deeper than {DEEPEST}") from None
    except ValueError:  # Python's own limit on the digits of a whole number
        raise ShapeError("holds a number too long to be read") from None
    if not isinstance(row, dict):
        raise ShapeError("is not a JSON object")
    return row


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ShapeError(f"names {shown(twice)} twice in one object")
    return members


def _constant(name: str) -> float:
    raise ShapeError(f"holds {name}, which is not JSON")


def unsafe_strings(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (path, reason) for NUL and lone surrogates in strings and keys at any depth, and for too deep a nesting."""
    waiting: list[tuple[str, int, Any]] = [("", 0, row)]
    while waiting:
        path, depth, value = waiting.pop()
        if isinstance(value, str):
            if _UNSAFE.search(value):
                yield path, "holds a NUL or a lone surrogate, which no text may"
        elif isinstance(value, dict | list):
            if depth == DEEPEST:
                yield path, f"is nested deeper than {DEEPEST}"
                continue
            if isinstance(value, list):
                nested = ((i, item) for i, item in enumerate(value) if isinstance(item, str | dict | list))
                waiting.extend((f"{path}[{i}]", depth + 1, item) for i, item in nested)
                continue
            for name, item in value.items():
                if _UNSAFE.search(name):
                    yield path, f"has a field {shown(name)} whose name holds a NUL or a lone surrogate"
                    continue
                waiting.append((f"{path}.{name}" if path else name, depth + 1, item))


def take(
    row: dict[str, Any], fields: Fields, complain: Callable[[str, str], None], later: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return what of `row` fits `fields`, calling `complain` with (field, reason) for all that does not.

    Fields named in `later` came into the format after its first files were written, and may be missing.
    """
    taken = {}
    for name, kind in fields.items():
        if name not in row:
            if name not in later:
                complain(name, "is missing")
            continue
        try:
            taken[name] = kind(row[name])
        except ShapeError as error:
            complain(name + error.path, error.reason)
    for name in row:
        if name not in fields and name != "type":
            complain(ascii(name[:50])[1:-1], "is not a field of this type of row")
    return taken


def text(value: Any) -> str:
    """Take any string."""
    if not isinstance(value, str):
        raise ShapeError(f"must be a string, not {shown(value)}")
    return value


def filled(value: Any) -> str:
    """Take a string that is not blank."""
    if not text(value).strip():
        raise ShapeError("must not be blank")
    return value


def flag(value: Any) -> bool:
    """Take true or false."""
    if not isinstance(value, bool):
        raise ShapeError(f"must be true or false, not {shown(value)}")
    return value


def number(lowest: int = 0, highest: int = HIGHEST) -> Kind:
    """Make a kind of whole numbers from `lowest` to `highest`."""

    def take_number(value: Any) -> int:
        if type(value) is not int or not lowest <= value <= highest:  # a bool is an int to isinstance
            raise ShapeError(f"must be a whole number from {lowest} to {highest}, not {shown(value)}")
        return value

    return take_number


def matching(pattern: re.Pattern[str], what: str) -> Kind:
    """Make a kind of strings that match `pattern` from end to end."""

    def take_matching(value: Any) -> str:
        if not pattern.fullmatch(text(value)):
            raise ShapeError(f"must be {what}, not {shown(value)}")
        return value

    return take_matching


def one_of(*words: str) -> Kind:
    """Make a kind of these words."""

    def take_word(value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            raise ShapeError(f"must be one of {', '.join(word or '(empty)' for word in words)}, not {shown(value)}")
        return value

    return take_word


def optional(kind: Kind) -> Kind:
    """Make a kind that also takes null."""
    return lambda value: None if value is None else kind(value)


def listed(kind: Kind) -> Kind:
    """Make a kind of lists of `kind`, kept as tuples."""

    def take_list(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise ShapeError(f"must be a list, not {shown(value)}")
        taken = []
        for i, item in enumerate(value):
            try:
                taken.append(kind(item))
            except ShapeError as error:
                raise ShapeError(error.reason, f"[{i}]{error.path}") from None
        return tuple(taken)

    return take_list


def having(fields: Fields, later: frozenset[str] = frozenset()) -> Kind:
    """Make a kind of objects with exactly these fields, kept as dicts; those in `later` may be missing."""

    def take_object(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ShapeError(f"must be an object, not {shown(value)}")

        def complain(field: str, reason: str) -> None:
            raise ShapeError(reason, f".{field}")

        return take(value, fields, complain, later)

    return take_object


def moment(value: Any) -> datetime:
    """Take a time with its offset from UTC."""
    if _TIME.fullmatch(text(value)):
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            pass  # the thirteenth month, or a day before year 1: said below
    raise ShapeError(f"must be a time such as 2026-03-01T09:30:00.000000Z, not {shown(value)}")


def day(value: Any) -> date:
    """Take a date."""
    if _DATE.fullmatch(text(value)):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass  # the thirteenth month: said below
    raise ShapeError(f"must be a date such as 2026-03-01, not {shown(value)}")


def uuid(value: Any) -> UUID:
    """Take an id."""
    if not _UUID.fullmatch(text(value)):
        raise ShapeError(f"must be a UUID in small letters with hyphens, not {shown(value)}")
    return UUID(value)


slug = matching(_SLUG, "made of letters a to z, digits, - and _")
code = matching(_CODE, "made of small letters a to z, digits and single hyphens")
sha256 = matching(_SHA256, "64 hexadecimal digits in small letters")
count = number()
ordinal = number(1)

RATING: Fields = {
    "scale": code,
    "point": number(-(2**31)),
    "missing": flag,
    "name": text,
    "evidence": listed(uuid),
    "version": ordinal,
}
OLDER: Fields = {"codebook": code, "version": ordinal, "label": code}
RECODED: Fields = {
    "codebook": code,
    "codebook_version": ordinal,
    "label": optional(code),
    "informed": flag,
    "version": ordinal,
    "created_at": optional(moment),
    "updated_at": optional(moment),
}
LABEL: Fields = {
    "code": code,
    "name": filled,
    "definition": text,
    "use_when": text,
    "not_when": text,
    "when_in_doubt": text,
    "examples": listed(text),
    "counterexamples": listed(text),
    "colour_light": text,
    "colour_dark": text,
    "shortcut": text,
    "position": count,
    "replaces": listed(having(OLDER)),
}
POINT: Fields = {"value": number(-(2**31)), "name": text, "anchor": text, "missing": flag}
SCALE: Fields = {
    "code": code,
    "question": text,
    "level": one_of("nominal", "ordinal", "interval"),
    "target": one_of("passage", "document"),
    "labels": listed(code),
    "required": flag,
    "needs_evidence": flag,
    "position": count,
    "points": listed(having(POINT)),
}
PLACE: Fields = {
    "study": code,
    "demo": flag,
    "document": slug,
    "revision": ordinal,
    "revision_sha256": sha256,
    "codebook": code,
    "codebook_version": ordinal,
    "round": ordinal,
    "reviewer": filled,
}

LATER = {
    "study": frozenset({"purpose", "order", "due_on"}),
    "document": frozenset({"place"}),
    "assignment": frozenset({"reclaimed_at", "place", "due_on"}),
    "annotation": frozenset({"recoded"}),
    "decision": frozenset({"point", "points"}),
}
"""Fields of rows that older files lack, by type of row."""

HEADER: Fields = {
    "format": one_of("credence-jsonl"),
    "version": number(1, 1),
    "software": text,
    "exported_at": optional(moment),
    "demo": flag,
}
ROWS: dict[str, Fields] = {
    "codebook": {
        "slug": code,
        "version": ordinal,
        "title": filled,
        "guidelines": text,
        "published_at": optional(moment),
        "labels": listed(having(LABEL, later=frozenset({"replaces"}))),
        "scales": listed(having(SCALE)),
    },
    "study": {
        "slug": code,
        "title": filled,
        "codebook": code,
        "codebook_version": ordinal,
        "blinding": one_of("until_submitted", "until_closed", "open"),
        "demo": flag,
        "reviewers_per_document": optional(ordinal),
        "created_at": optional(moment),
        "closed_at": optional(moment),
        "purpose": one_of("reliability", "teaching"),
        "order": one_of("random", "fixed", "least_covered"),
        "due_on": optional(day),
    },
    "document": {
        "study": code,
        "demo": flag,
        "document": slug,
        "title": filled,
        "source": text,
        "byline": text,
        "published_on": optional(day),
        "retrieved_at": optional(moment),
        "url": text,
        "language": text,
        "licence": text,
        "disclosure": text,
        "withdrawn_at": optional(moment),
        "revision": ordinal,
        "revision_sha256": sha256,
        "length": count,
        "segmentation_method": text,
        "segmentation_version": text,
        "sentences": listed(ordinal),
        "codebooks": listed(having({"slug": code, "version": ordinal})),
        "place": optional(ordinal),
        "text": optional(text),
    },
    "assignment": {
        "id": uuid,
        **PLACE,
        "reviewer_kind": one_of("human", "machine"),
        "role": one_of("reviewer", "adjudicator"),
        "state": one_of("open", "submitted", "declined"),
        "independent": flag,
        "reason": text,
        "created_at": optional(moment),
        "begun_at": optional(moment),
        "submitted_at": optional(moment),
        "revealed_at": optional(moment),
        "informed_at": optional(moment),
        "reclaimed_at": optional(moment),
        "place": optional(ordinal),
        "due_on": optional(day),
        "ratings": listed(having(RATING)),
    },
    "annotation": {
        "id": uuid,
        "assignment": uuid,
        **PLACE,
        "label": code,
        "start": count,
        "end": ordinal,
        "start_utf16": count,
        "end_utf16": ordinal,
        "quote": text,
        "prefix": text,
        "suffix": text,
        "ratings": listed(having(RATING)),
        "note": text,
        "version": ordinal,
        "derived_from": optional(uuid),
        "derivation": one_of("", "revised", "carried", "suggested", "settled", "imported"),
        "recoded": listed(having(RECODED)),
        "created_at": optional(moment),
        "updated_at": optional(moment),
        "deleted_at": optional(moment),
    },
    "decision": {
        "id": uuid,
        "assignment": uuid,
        **PLACE,
        "start": count,
        "end": ordinal,
        "start_utf16": count,
        "end_utf16": ordinal,
        "quote": text,
        "prefix": text,
        "suffix": text,
        "outcome": one_of("took", "merged", "redrew", "nothing_here", "contested", "agreed_by_rule"),
        "scale": text,
        "annotation": optional(uuid),
        "votes": listed(uuid),
        "distribution": listed(having({"label": text, "reviewers": ordinal})),
        "point": optional(number(-(2**31))),
        "points": listed(having({"point": optional(number(-(2**31))), "reviewers": ordinal})),
        "reason": text,
        "version": ordinal,
        "created_at": optional(moment),
        "updated_at": optional(moment),
    },
    "comment": {
        "id": uuid,
        "study": code,
        "demo": flag,
        "document": slug,
        "revision": ordinal,
        "revision_sha256": sha256,
        "author": filled,
        "start": count,
        "end": ordinal,
        "start_utf16": count,
        "end_utf16": ordinal,
        "quote": text,
        "prefix": text,
        "suffix": text,
        "annotation": optional(uuid),
        "thread": optional(uuid),
        "words": text,
        "former": listed(having({"words": text, "written_at": optional(moment)})),
        "version": ordinal,
        "created_at": optional(moment),
        "updated_at": optional(moment),
        "deleted_at": optional(moment),
    },
    "end": {"codebooks": count, "studies": count, "documents": count, "assignments": count, "annotations": count},
}

"""What differs between two descriptions of a codebook: labels and scales added, removed, and changed field by field."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from typing import Any

from annotator.records import CodebookInfo, LabelInfo, PointInfo, ScaleInfo

AROUND = 8  # words kept on each side of a change
MOST_COMPARED = 10_000  # words and spaces
Value = str | int | bool | tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field with what it held and holds."""

    field: str
    before: Value
    after: Value

    @property
    def name(self) -> str:
        """The field in words."""
        return self.field.replace("_", " ")

    @property
    def before_words(self) -> str:
        """What it held, in words."""
        return _worded(self.before)

    @property
    def after_words(self) -> str:
        """What it holds, in words."""
        return _worded(self.after)

    @property
    def stretches(self) -> list[tuple[str, str]]:
        """A text word by word: kept, gone and new stretches in reading order; none for what is no long text.

        Long kept stretches are cut to the words around a change. Of very long texts there are none either: comparing
        them takes the square of their length.
        """
        if not (isinstance(self.before, str) and isinstance(self.after, str) and " " in self.before + self.after):
            return []
        old, new = (re.findall(r"\s+|\S+", text) for text in (self.before, self.after))
        if len(old) + len(new) > MOST_COMPARED:
            return []
        found: list[tuple[str, str]] = []
        for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if kind == "equal":
                found.append(("kept", _shortened(old[a:b], first=a == 0, last=b == len(old))))
            else:
                found += [(name, "".join(words)) for name, words in (("gone", old[a:b]), ("new", new[c:d])) if words]
        return found


@dataclass(frozen=True, slots=True)
class Change:
    """One part that differs: the codebook itself, a label, a scale or a point ("scale code, point value").

    `what` is added, removed or changed. `older` names the codes of labels a label replaces under another code.
    """

    kind: str
    code: str
    name: str
    what: str
    fields: tuple[FieldChange, ...] = ()
    older: tuple[str, ...] = ()


def _worded(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(str(each) for each in value) if isinstance(value, tuple) else str(value) or "empty"


def _shortened(words: Sequence[str], *, first: bool, last: bool) -> str:
    if len(words) <= 4 * AROUND:
        return "".join(words)
    head = "" if first else "".join(words[: 2 * AROUND])
    tail = "" if last else "".join(words[-2 * AROUND :])
    return f"{head} … {tail}"


def changes(before: CodebookInfo, after: CodebookInfo) -> list[Change]:
    """Return what makes `after` another codebook than `before`; slug, version and publication are left aside.

    Labels belong together by code, else where exactly one replaces exactly one other: then it was renamed.
    """
    found = _compared("codebook", "", after.title, before, after, ("title", "guidelines"))
    found += _labels(before, after)
    found += _parts("scale", before.scales, after.scales)
    olds = {scale.code: scale for scale in before.scales}
    for scale in after.scales:
        if scale.code in olds:
            found += _points(olds[scale.code], scale)
    return found


def _labels(before: CodebookInfo, after: CodebookInfo) -> list[Change]:
    olds = {label.code: label for label in before.labels}
    replaced = {label.code: older_codes(label, before) for label in after.labels}
    heirs: dict[str, list[str]] = {}
    for code, older in replaced.items():
        for each in older:
            heirs.setdefault(each, []).append(code)
    found, seen = [], set()
    for label in after.labels:
        older = replaced[label.code]
        other = tuple(code for code in older if code != label.code)
        same = olds.get(label.code)
        if same is None and len(older) == 1 and len(heirs[older[0]]) == 1 and older[0] in olds:
            same = olds[older[0]]
        if same is None:
            found.append(Change("label", label.code, label.name, "added", older=other))
            continue
        seen.add(same.code)
        compared = _compared("label", label.code, label.name, same, label, _names(LabelInfo, "replaces"), other)
        found += compared or ([Change("label", label.code, label.name, "changed", older=other)] if other else [])
    gone = [label for label in before.labels if label.code not in seen]
    return found + [Change("label", label.code, label.name, "removed") for label in gone]


def older_codes(label: LabelInfo, older: CodebookInfo) -> tuple[str, ...]:
    """Return the codes of labels of that older version which a label replaces."""
    return tuple(code for slug, version, code in label.replaces if (slug, version) == older.key)


def _parts(kind: str, before: Sequence[ScaleInfo], after: Sequence[ScaleInfo]) -> list[Change]:
    olds = {part.code: part for part in before}
    found = []
    for part in after:
        if part.code not in olds:
            found.append(Change(kind, part.code, part.question, "added"))
        else:
            names = _names(ScaleInfo, "points")
            found += _compared(kind, part.code, part.question, olds[part.code], part, names)
    kept = {part.code for part in after}
    return found + [Change(kind, part.code, part.question, "removed") for part in before if part.code not in kept]


def _points(before: ScaleInfo, after: ScaleInfo) -> list[Change]:
    olds = {point.value: point for point in before.points}
    found = []
    for point in after.points:
        code = f"{after.code}, point {point.value}"
        if point.value not in olds:
            found.append(Change("point", code, point.name, "added"))
        else:
            found += _compared("point", code, point.name, olds[point.value], point, _names(PointInfo))
    kept = {point.value for point in after.points}
    gone = [point for point in before.points if point.value not in kept]
    return found + [Change("point", f"{after.code}, point {each.value}", each.name, "removed") for each in gone]


def _names(kind: type, *without: str) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name not in without)


def _compared(
    kind: str, code: str, name: str, before: object, after: object, names: Iterable[str], older: tuple[str, ...] = ()
) -> list[Change]:
    pairs = [FieldChange(field, getattr(before, field), getattr(after, field)) for field in names]
    different = tuple(pair for pair in pairs if pair.before != pair.after)
    return [Change(kind, code, name, "changed", different, older)] if different else []


def for_history(found: Iterable[Change]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return changes as the states before and after that an event keeps."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for change in found:
        key = f"{change.kind} {change.code}".strip()
        if change.what == "changed":
            before[key] = {pair.field: _plain(pair.before) for pair in change.fields}
            after[key] = {pair.field: _plain(pair.after) for pair in change.fields}
        else:
            before[key], after[key] = ({}, None) if change.what == "removed" else (None, {"name": change.name})
        if change.older:
            after[key]["replaces"] = list(change.older)
    return before, after


def _plain(value: Value) -> Any:
    return list(value) if isinstance(value, tuple) else value

"""What one row of our JSON Lines is compared with beyond its own shape: its codebook, its text, its assignment."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from annotator.formats.problems import shown
from annotator.records import CodebookInfo, CodedComment, CodedRating, CodedRecoding, LabelInfo, PointInfo, ScaleInfo
from sources.text import Utf16Index, quote_context

Complain = Callable[[str, str], None]
Row = dict[str, Any]
LATE_KINDS = {"decision": "decisions", "comment": "comments"}
"""Rows that older files lack, and what the end counts them as."""


@dataclass(slots=True)
class Instrument:
    """A codebook and what a rating or label is looked up in."""

    info: CodebookInfo
    labels: frozenset[str]
    scales: dict[str, ScaleInfo]
    points: dict[tuple[str, int], PointInfo]


def check_codebook(taken: Row, complain: Complain) -> None:
    """Complain of codes and values that are there twice, and of scales asked of labels that are not there."""
    labels = [label["code"] for label in taken.get("labels", ())]
    scales = taken.get("scales", ())
    refuse_doubles(labels, "labels[{}].code", complain)
    refuse_doubles([scale["code"] for scale in scales], "scales[{}].code", complain)
    for i, scale in enumerate(scales):
        refuse_doubles([point["value"] for point in scale["points"]], f"scales[{i}].points[{{}}].value", complain)
        refuse_doubles(scale["labels"], f"scales[{i}].labels[{{}}]", complain)
        for k, label in enumerate(scale["labels"]):
            if label not in labels:
                complain(f"scales[{i}].labels[{k}]", f"the codebook has no label {label}")


def _label(taken: Row) -> LabelInfo:
    older = tuple((each["codebook"], each["version"], each["label"]) for each in taken.get("replaces", ()))
    return LabelInfo(**{**taken, "replaces": older})


def build_instrument(taken: Row) -> Instrument:
    """Make the record of a codebook whose row has no fault."""
    scales = tuple(
        ScaleInfo(**{**scale, "points": tuple(PointInfo(**point) for point in scale["points"])})
        for scale in taken["scales"]
    )
    labels = tuple(_label(label) for label in taken["labels"])
    return Instrument(
        CodebookInfo(**{**taken, "labels": labels, "scales": scales}),
        frozenset(label.code for label in labels),
        {scale.code: scale for scale in scales},
        {(scale.code, point.value): point for scale in scales for point in scale.points},
    )


def fitting_ratings(taken: Row, instrument: Instrument, target: str, complain: Complain) -> tuple[CodedRating, ...]:
    """Return the ratings of a passage or document, complaining where one does not fit the codebook."""
    label = taken.get("label")
    refuse_doubles([rating["scale"] for rating in taken["ratings"]], "ratings[{}].scale", complain)
    ratings = []
    for i, rating in enumerate(taken["ratings"]):
        scale = instrument.scales.get(rating["scale"])
        point = instrument.points.get((rating["scale"], rating["point"]))
        if scale is None:
            complain(f"ratings[{i}].scale", f"the codebook has no scale {rating['scale']}")
            continue
        if scale.target != target:
            complain(f"ratings[{i}].scale", f"scale {scale.code} is asked of a {scale.target}, not a {target}")
        elif label is not None and scale.labels and label not in scale.labels:
            complain(f"ratings[{i}].scale", f"scale {scale.code} is not asked of label {label}")
        if point is None:
            complain(f"ratings[{i}].point", f"scale {scale.code} has no point {rating['point']}")
            continue
        if rating["missing"] != point.missing:
            complain(f"ratings[{i}].missing", "differs from the codebook")
        if rating["name"] != point.name:
            complain(f"ratings[{i}].name", "differs from the codebook")
        ratings.append(CodedRating(scale.code, point.value, point.missing, rating["evidence"], rating["version"]))
    return tuple(ratings)


def recodings(
    taken: Row, made_with: tuple[str, int], codebooks: Mapping[tuple[str, int], Instrument | None], complain: Complain
) -> tuple[CodedRecoding, ...]:
    """Return what a passage was said to be of later versions, complaining of versions and labels that are not there."""
    found = []
    for i, each in enumerate(taken["recoded"]):
        key = each["codebook"], each["codebook_version"]
        if key == made_with:
            complain(f"recoded[{i}].codebook_version", "is the version that the passage was made with")
        elif key not in codebooks:
            complain(f"recoded[{i}].codebook", f"no line above describes codebook {key[0]} {key[1]}")
        elif (book := codebooks[key]) is not None and each["label"] is not None and each["label"] not in book.labels:
            complain(f"recoded[{i}].label", f"codebook {key[0]} {key[1]} has no label {each['label']}")
        rest = {name: each[name] for name in ("informed", "version", "created_at", "updated_at")}
        found.append(CodedRecoding(key, each["label"] or "", **rest))
    refuse_doubles([each.codebook for each in found], "recoded[{}].codebook_version", complain)
    return tuple(found)


def check_comment(taken: Row, above: Sequence[CodedComment], complain: Complain) -> CodedComment:
    """Return a comment, complaining where it answers none of those above or has words that it should not have."""
    if taken["thread"] is not None:
        thread = next((each for each in above if each.id == taken["thread"]), None)
        if thread is None or thread.thread is not None:
            complain("thread", f"no line above is the first comment {taken['thread']} of a thread on this document")
        elif (thread.start, thread.end) != (taken["start"], taken["end"]):
            complain("start", "differs from the thread's: an answer stands where its thread does")
    if (taken["deleted_at"] is None) is not bool(taken["words"].strip()):
        complain("words", "must be there exactly where the comment is not deleted")
    former = tuple((each["words"], each["written_at"]) for each in taken["former"])
    given = ("id", "author", "start", "end", "words", "annotation", "thread", "version")
    times = ("created_at", "updated_at", "deleted_at")
    return CodedComment(former=former, **{name: taken[name] for name in (*given, *times)})


def check_outcome(taken: Row, instrument: Instrument, complain: Complain) -> None:
    """Complain where a decision makes what its outcome does not, or names what the codebook does not have."""
    outcome = taken["outcome"]
    if taken["scale"]:
        _check_scale(taken, instrument, complain)
        return
    if (taken["annotation"] is None) is not (outcome in ("nothing_here", "contested")):
        complain("annotation", "must be set exactly where the outcome makes one")
    for name in ("point", "points"):
        if taken[name] not in (None, ()):
            complain(name, "belongs to a decision on a scale only")
    if taken["distribution"] and outcome != "contested":
        complain("distribution", "belongs to a contested stretch only")
    labels = [each["label"] for each in taken["distribution"]]
    refuse_doubles(labels, "distribution[{}].label", complain)


def _check_scale(taken: Row, instrument: Instrument, complain: Complain) -> None:
    outcome, code = taken["outcome"], taken["scale"]
    scale = instrument.scales.get(code)
    if scale is None:
        complain("scale", f"the codebook has no scale {code}")
        return
    if (taken["annotation"] is None) is not (scale.target == "document"):
        complain(
            "annotation", f"must be set exactly where the scale is asked of a passage; {code} is of a {scale.target}"
        )
    if outcome not in ("took", "contested", "agreed_by_rule"):
        complain("outcome", "must be took, contested or agreed_by_rule of a scale")
    elif (taken["point"] is None) is not (outcome == "contested"):
        complain("point", "must be set exactly where a point was taken")
    if taken["points"] and outcome != "contested":
        complain("points", "belongs to a contested scale only")
    if taken["distribution"]:
        complain("distribution", "belongs to a contested stretch only")
    refuse_doubles([each["point"] for each in taken["points"]], "points[{}].point", complain)
    named = [taken["point"], *(each["point"] for each in taken["points"])]
    for value in named:
        if value is not None and (code, value) not in instrument.points:
            complain("point", f"scale {code} has no point {value}")


def refuse_doubles(values: Iterable[Any], place: str, complain: Complain) -> None:
    """Complain of each value that came before; `place` is the field, with {} for the value's number."""
    seen = set()
    for i, value in enumerate(values):
        if value in seen:
            complain(place.format(i), f"is there twice: {shown(value)}")
        seen.add(value)


def follows(time: datetime, earlier: datetime | None) -> bool:
    """Whether `time` is not before a time that is known."""
    return earlier is not None and time >= earlier


def compare(taken: Row, name: str, expected: object, complain: Complain) -> None:
    """Complain where an annotation says otherwise than its assignment."""
    if name in taken and taken[name] != expected:
        complain(name, f"differs from the assignment's, which is {shown(expected)}")


def check_span(taken: Row, text: str, utf16: Utf16Index, complain: Complain) -> None:
    """Complain where offsets, quote and context do not agree with the text; what is missing was complained of."""
    if not taken.keys() >= {"start", "end", "start_utf16", "end_utf16", "quote", "prefix", "suffix"}:
        return
    start, end = taken["start"], taken["end"]
    if end > len(text):
        complain("end", f"is {end}, but the text has {len(text)} code points")
    elif start >= end:
        complain("start", f"is {start}, which is not before the end, {end}")
    else:
        for name, offset in (("start_utf16", start), ("end_utf16", end)):
            expected = utf16.to_utf16(offset)
            if taken[name] != expected:
                complain(name, f"is {taken[name]}, but offset {offset} is {expected} in UTF-16 units")
        if taken["quote"] != text[start:end]:
            complain("quote", f"is not the text from {start} to {end}")
        prefix, suffix = quote_context(text, start, end)
        if taken["prefix"] != prefix:
            complain("prefix", "is not the 32 code points before the passage")
        if taken["suffix"] != suffix:
            complain("suffix", "is not the 32 code points after the passage")

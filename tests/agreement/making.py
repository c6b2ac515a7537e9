"""Small coded documents for the tests of agreement."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID, uuid4

from annotator.agreement.layers import Layer, layer
from annotator.agreement.spans import ink_before, token_spans
from annotator.records import (
    CodebookInfo,
    CodedDocument,
    CodedPassage,
    CodedRating,
    Coding,
    LabelInfo,
    PointInfo,
    ScaleInfo,
    StudyInfo,
)

SLANT = ScaleInfo(
    code="slant",
    question="How does the passage present its main subject?",
    level="ordinal",
    target="passage",
    labels=("fact", "opinion"),
    points=(
        *(PointInfo(value, f"{value:+}") for value in range(-2, 3)),
        PointInfo(9, "cannot be judged", missing=True),
    ),
)
BASIS = ScaleInfo(
    code="basis",
    question="Is it declared?",
    level="nominal",
    target="passage",
    labels=("ai",),
    points=(PointInfo(1, "declared"), PointInfo(2, "suspected")),
)
CREDIBILITY = ScaleInfo(
    code="credibility",
    question="How credible is the information?",
    level="ordinal",
    target="document",
    points=tuple(PointInfo(value, str(value), missing=value == 6) for value in range(1, 7)),
)
CODEBOOK = CodebookInfo(
    slug="book",
    version=1,
    title="Book",
    labels=(LabelInfo("fact", "Fact"), LabelInfo("opinion", "Opinion"), LabelInfo("ai", "AI-generated")),
    scales=(SLANT, BASIS, CREDIBILITY),
)
STUDY = StudyInfo(slug="study", title="Study", codebook=CODEBOOK.key)

Mark = tuple[str, int, int] | tuple[str, int, int, Mapping[str, int]]
"""Label, start, end and, if any, ratings by scale; a 9 is "cannot be judged"."""


def make_rating(scale: str, value: int) -> CodedRating:
    missing = {"slant": 9, "credibility": 6}
    return CodedRating(scale=scale, value=value, missing=missing.get(scale) == value)


def make_passage(mark: Mark, identifier: UUID | None = None) -> CodedPassage:
    label, start, end, *ratings = mark
    given = ratings[0] if ratings else {}
    return CodedPassage(
        id=identifier or uuid4(),
        label=label,
        start=start,
        end=end,
        ratings=tuple(make_rating(scale, value) for scale, value in given.items()),
    )


def make_coding(reviewer: str, marks: Sequence[Mark] = (), ratings: Mapping[str, int] | None = None, **other) -> Coding:
    return Coding(
        id=uuid4(),
        reviewer=reviewer,
        codebook=CODEBOOK.key,
        passages=tuple(make_passage(mark) for mark in marks),
        ratings=tuple(make_rating(scale, value) for scale, value in (ratings or {}).items()),
        **other,
    )


def make_document(
    codings: Sequence[Coding], text: str = "x" * 100, sentences: Sequence[int] | None = None, slug: str = "text"
) -> CodedDocument:
    """Return a document; sentences of ten characters unless their ends are given."""
    ends = sentences if sentences is not None else (*range(10, len(text), 10), len(text))
    return CodedDocument(
        study=STUDY,
        codebooks={CODEBOOK.key: CODEBOOK},
        slug=slug,
        title=slug.title(),
        text=text,
        sha256="",
        sentences=tuple(ends),
        codings=tuple(codings),
    )


FOUR = "One two. Three four. Five six. Seven eight."
SENTENCES = ((0, 8), (9, 20), (21, 30), (31, 43))


def of_four(*codings: Coding, slug: str = "text") -> CodedDocument:
    """Return a document of four sentences, each with the space behind it; `SENTENCES` are without."""
    return make_document(codings, FOUR, (9, 21, 31, 43), slug)


def make_layer(
    length: int, ends: Sequence[int] | None = None, text: str = "", **marked: Sequence[tuple[int, int]]
) -> Layer:
    """Return the layer of one document: spans by reviewer, on a text of one letter if none is given."""
    text = text or "x" * length
    return layer(marked, length, ends if ends is not None else (length,), ink_before(text), token_spans(text))


def shifted(coding: Coding, by: int) -> Coding:
    """Return a coding with all passages moved."""
    moved = tuple(replace(each, start=each.start + by, end=each.end + by) for each in coding.passages)
    return replace(coding, passages=moved)


def make_marked(**passages: str) -> dict[str, dict[str, list[tuple[int, int]]]]:
    """Return spans by reviewer and label, from words like "0-20:fact 30-50:opinion"; of no words, none."""
    marked: dict[str, dict[str, list[tuple[int, int]]]] = {reviewer: {} for reviewer in passages}
    for reviewer, words in passages.items():
        for word in words.split():
            span, label = word.split(":")
            start, end = map(int, span.split("-"))
            marked[reviewer].setdefault(label, []).append((start, end))
    return marked

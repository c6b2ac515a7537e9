"""A reader's work beside the gold standard of the same text, and the pass marks taken of it. Pure.

Gold that is contested is none: its stretches are left out, so that nobody is right or wrong there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from annotator.agreement.spans import Spans, ink_before, marked_sentences, merge
from annotator.records import CodebookInfo, CodedDocument, CodedPassage, CodedRating, Coding, ScaleInfo

SENTENCE_F1: Final = "sentence-f1"
CHARACTER_F1: Final = "character-f1"
SENTENCE_SHARE: Final = "sentence-share"
WITHIN: Final = "within"
LABEL_MEASURES: Final = (SENTENCE_F1, CHARACTER_F1, SENTENCE_SHARE)

USUAL_LABEL: Final = 0.7
"""F1 on sentences: whoever misses three in ten of the gold's and marks as many others reaches it. Sentences, because a
passage may begin a word earlier or later and say the same; F1, because of rare labels most sentences have none, so that
who marks nothing would agree on nearly all."""
USUAL_SCALE: Final = 0.8
"""Share of ratings within one point of the gold's: neighbours are often both defensible, two points apart is another
judgement. Of a nominal scale, or one of three points or fewer, the very point, and `USUAL_LABEL` of them."""
FEW_POINTS: Final = 3

NO_GOLD: Final = "the gold of these documents has none"
NO_RATING: Final = "no rating of the gold in these documents has one beside it"


@dataclass(frozen=True, slots=True)
class Marks:
    """What the gold and a reader mark with one label: sentences or characters, of one document or of several.

    `units` counts those that are compared, `both` those that both mark.
    """

    units: int = 0
    gold: int = 0
    theirs: int = 0
    both: int = 0

    def __add__(self, other: "Marks") -> "Marks":
        return Marks(
            self.units + other.units, self.gold + other.gold, self.theirs + other.theirs, self.both + other.both
        )

    @property
    def alike(self) -> int:
        """Units that both mark, or neither does."""
        return self.units - self.gold - self.theirs + 2 * self.both

    @property
    def f1(self) -> float | None:
        """Twice what both mark, over what the one and the other mark; None where neither marks anything."""
        marked = self.gold + self.theirs
        return 2 * self.both / marked if marked else None

    @property
    def share(self) -> float | None:
        """Share of all units on which they are alike."""
        return self.alike / self.units if self.units else None


@dataclass(frozen=True, slots=True)
class Ratings:
    """Ratings of the gold on one scale, by how many points the reader's is away; `unanswered` those without one."""

    away: tuple[int, ...] = ()
    unanswered: int = 0

    def __add__(self, other: "Ratings") -> "Ratings":
        most = max(len(self.away), len(other.away))
        both = [each.away + (0,) * (most - len(each.away)) for each in (self, other)]
        return Ratings(tuple(map(sum, zip(*both, strict=True))), self.unanswered + other.unanswered)

    @property
    def total(self) -> int:
        """Ratings of the gold that are compared."""
        return sum(self.away) + self.unanswered

    def near(self, points: int) -> int:
        """How many are at most so many points away."""
        return sum(self.away[: points + 1])


@dataclass(frozen=True, slots=True)
class Beside:
    """One document: marks by label on sentences and on characters, and ratings by scale."""

    sentences: Mapping[str, Marks]
    characters: Mapping[str, Marks]
    scales: Mapping[str, Ratings]

    def marks(self, measure: str, code: str) -> Marks:
        """Return the marks a measure of labels counts."""
        found = self.characters if measure == CHARACTER_F1 else self.sentences
        return found.get(code, Marks())


@dataclass(frozen=True, slots=True)
class Mark:
    """A pass mark: what to reach at least for one label or scale. `away` counts points of a scale."""

    subject: str
    code: str
    measure: str
    least: float
    away: int = 0

    @property
    def is_of_label(self) -> bool:
        """Whether it is of a label, not of a scale."""
        return self.subject == "label"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a reader stands with a pass mark: the figure, over how many documents, and what it is made of."""

    mark: Mark
    value: float | None
    n_documents: int
    marks: Marks
    ratings: Ratings
    reason: str = ""

    @property
    def reached(self) -> bool:
        """Whether the mark is reached; a figure that cannot be computed yet reaches nothing."""
        return self.value is not None and self.value >= self.mark.least - 1e-9


def usual_marks(codebook: CodebookInfo) -> tuple[Mark, ...]:
    """Return the marks a training begins with: of all labels, and of the scales that must be answered."""
    labels = tuple(Mark("label", label.code, SENTENCE_F1, USUAL_LABEL) for label in codebook.labels)
    return labels + tuple(_usual_of(scale) for scale in codebook.scales if scale.required)


def _usual_of(scale: ScaleInfo) -> Mark:
    coarse = scale.level == "nominal" or len(_ranks(scale)) <= FEW_POINTS
    return Mark("scale", scale.code, WITHIN, USUAL_LABEL if coarse else USUAL_SCALE, 0 if coarse else 1)


def beside_gold(document: CodedDocument, codebook: CodebookInfo, gold: Coding, theirs: Coding) -> Beside:
    """Compare a reader's work with the gold; both are of the document and read with `codebook`."""
    contested = [(each.start, each.end) for each in gold.decisions if each.outcome == "contested" and not each.scale]
    length, ink = len(document.text), ink_before(document.text)
    left_out = merge(contested, length)
    sentences, characters = {}, {}
    for label in codebook.labels:
        spans = [_spans(coding, label.code, length) for coding in (gold, theirs)]
        rows = marked_sentences([*spans, left_out], document.sentences, ink)
        sentences[label.code] = _count(*rows) if rows.size else Marks()
        characters[label.code] = _count(*(_covered(each, length) for each in (*spans, left_out)))
    scales = {scale.code: _compare(scale, gold, theirs) for scale in codebook.scales}
    return Beside(sentences, characters, scales)


def _spans(coding: Coding, label: str, length: int) -> Spans:
    return merge([(each.start, each.end) for each in _live(coding) if each.label == label], length)


def _live(coding: Coding) -> Iterable[CodedPassage]:
    return (passage for passage in coding.passages if passage.deleted_at is None)


def _covered(spans: Spans, length: int) -> np.ndarray:
    found = np.zeros(length, dtype=bool)
    for start, end in spans.tolist():
        found[start:end] = True
    return found


def _count(gold: np.ndarray, theirs: np.ndarray, left_out: np.ndarray) -> Marks:
    kept = ~left_out
    return Marks(
        int(kept.sum()), int((gold & kept).sum()), int((theirs & kept).sum()), int((gold & theirs & kept).sum())
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A passage of the gold with the reader's own of the same label, or either alone.

    `passage` is the gold's, or the reader's where the gold has none.
    """

    passage: CodedPassage
    gold: CodedPassage | None
    theirs: CodedPassage | None

    @property
    def same_words(self) -> bool:
        """Whether both begin and end alike."""
        if self.gold is None or self.theirs is None:
            return False
        return (self.gold.start, self.gold.end) == (self.theirs.start, self.theirs.end)


def places(gold: Coding, theirs: Coding) -> tuple[Place, ...]:
    """Set the passages of both beside each other, in the order of the text."""
    found = [Place(each, each, _partner(each, theirs)) for each in _live(gold)]
    met = {place.theirs.id for place in found if place.theirs is not None}
    found += [Place(each, None, each) for each in _live(theirs) if each.id not in met]
    return tuple(sorted(found, key=lambda place: (place.passage.start, -place.passage.end, place.passage.label)))


def _ranks(scale: ScaleInfo) -> dict[int, int]:
    """Return the place of each point among those that judge, by its value."""
    return {value: rank for rank, value in enumerate(sorted(each.value for each in scale.points if not each.missing))}


def _compare(scale: ScaleInfo, gold: Coding, theirs: Coding) -> Ratings:
    found = Ratings()
    ranks = _ranks(scale)
    if scale.target == "document":
        pairs = [(_rating(gold.ratings, scale), _rating(theirs.ratings, scale))]
    else:
        pairs = [
            (_rating(each.ratings, scale), _rating(partner.ratings, scale))
            for each in _live(gold)
            if (partner := _partner(each, theirs)) is not None
        ]
    for wanted, given in pairs:
        if wanted is None or wanted not in ranks:
            continue
        if given is None or given not in ranks:
            found += Ratings(unanswered=1)
            continue
        points = abs(ranks[wanted] - ranks[given])
        points = min(points, 1) if scale.level == "nominal" else points
        found += Ratings((0,) * points + (1,))
    return found


def _rating(ratings: Iterable[CodedRating], scale: ScaleInfo) -> int | None:
    return next((each.value for each in ratings if each.scale == scale.code), None)


def _partner(passage: CodedPassage, theirs: Coding) -> CodedPassage | None:
    """Return the reader's passage of the same label that shares the most with one of the gold's: half of the shorter.

    What the reader did not mark is the label's affair, not the scale's.
    """

    def shared(other: CodedPassage) -> int:
        return min(passage.end, other.end) - max(passage.start, other.start)

    found = max((each for each in _live(theirs) if each.label == passage.label), key=shared, default=None)
    if found is None:
        return None
    shorter = min(passage.end - passage.start, found.end - found.start)
    return found if 2 * shared(found) >= shorter else None


def standing(mark: Mark, read: Sequence[Beside], needed: int) -> Standing:
    """Take a mark over the last `needed` documents it applies to, in the order in which they were read.

    It applies where the gold or the reader has the label, and where the gold has a rating to compare. So a document
    without opinions neither proves nor disproves that somebody knows one, and an early slip is left behind.
    """
    if mark.is_of_label:
        counts = [each.marks(mark.measure, mark.code) for each in read]
        used = [each for each in counts if each.gold or each.theirs][-needed:]
        marks = sum(used, Marks())
        value = marks.share if mark.measure == SENTENCE_SHARE else marks.f1
        reason = "" if marks.gold else NO_GOLD
        return Standing(mark, None if reason else value, len(used), marks, Ratings(), reason)
    ratings = [each.scales.get(mark.code, Ratings()) for each in read]
    chosen = [each for each in ratings if each.total][-needed:]
    pooled = sum(chosen, Ratings())
    value = pooled.near(mark.away) / pooled.total if pooled.total else None
    return Standing(mark, value, len(chosen), Marks(), pooled, "" if pooled.total else NO_RATING)


def standings(marks: Iterable[Mark], read: Sequence[Beside], needed: int) -> tuple[Standing, ...]:
    """Take all marks."""
    return tuple(standing(mark, read, needed) for mark in marks)


def passed(marks: Iterable[Mark], read: Sequence[Beside], needed: int) -> bool:
    """Whether enough documents were read and every mark is reached."""
    return len(read) >= needed and all(each.reached for each in standings(marks, read, needed))


def can_be_taken(mark: Mark, golds: Iterable[Coding], codebook: CodebookInfo) -> bool:
    """Whether any of these golds has the label, or a rating on the scale, so that somebody could reach the mark."""
    if mark.is_of_label:
        return any(each.label == mark.code for gold in golds for each in _live(gold))
    scale = next((each for each in codebook.scales if each.code == mark.code), None)
    if scale is None:
        return False
    ranks = _ranks(scale)
    return any(
        _rating(ratings, scale) in ranks
        for gold in golds
        for ratings in (gold.ratings, *(each.ratings for each in _live(gold)))
    )

"""What a lead may want to ask a reviewer about a document, from the work itself: questions with figures, no verdicts.

Every question has a threshold of its own below, and innocent answers: marks made without a network arrive at once, a
text may be read before the first mark, a scale may have one fitting answer. Nothing here is added up. Pure.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from statistics import median
from typing import Final

from annotator.records import CodebookInfo, CodedDocument, CodedPassage, CodedRating, Coding

AT_ONCE: Final = timedelta(seconds=3)
ROW_OF_MARKS: Final = 6
READ_IN: Final = timedelta(seconds=10)  # for 1,000 characters: about four times as quick as people read silently
TEXT_TO_READ: Final = 2000
UNMARKED_SHARE: Final = 0.2
UNMARKED: Final = 1000
OTHERS_MARKS: Final = 3
RATINGS: Final = 8
CANNOT_SHARE: Final = 0.5
TIMES_THE_OTHERS: Final = 3
PASSAGES: Final = 5
MOST_OF_TEXT: Final = 0.5
LONG_TEXT: Final = 1000


@dataclass(frozen=True, slots=True)
class Question:
    """One question about one reviewer's work on one document.

    `kind` is a key of KINDS. `said` has the figures and `asked` the question, in words; `figures` the same as numbers.
    `start` and `end` name the stretch it is about, in code points, half-open; both None where it is about the whole.
    """

    kind: str
    document: str
    revision: int
    reviewer: str
    said: str
    asked: str
    figures: Mapping[str, float] = field(default_factory=dict)
    start: int | None = None
    end: int | None = None
    scale: str = ""


@dataclass(frozen=True, slots=True)
class _Work:
    """One reviewer's work on a document beside that of the others."""

    document: CodedDocument
    own: Coding
    others: tuple[Coding, ...]
    codebook: CodebookInfo

    def question(self, kind: str, said: str, asked: str, figures: Mapping[str, float], **more: object) -> Question:
        names = (self.document.slug, self.document.revision, self.own.reviewer)
        return Question(kind, *names, said, asked, figures, **more)

    @property
    def length(self) -> int:
        return len(self.document.text)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _percent(part: float) -> str:
    return f"{part * 100:.0f} %"


def _quick(work: _Work) -> Iterator[Question]:
    made = sorted(
        (each for each in work.own.passages if each.created_at and not each.derivation),
        key=lambda each: each.created_at,
    )
    gaps = [(later, later.created_at - sooner.created_at) for sooner, later in pairwise(made)]
    close = [later for later, gap in gaps if gap <= AT_ONCE]
    if len(made) < ROW_OF_MARKS or 2 * len(close) < len(gaps):
        return
    first = close[0]
    yield work.question(
        "quick",
        f"{len(close)} of {_count(len(made), 'passage')} were made within {AT_ONCE.seconds} s of the one before.",
        "Was the text read before, or did the marks wait for a network?",
        {"close": len(close), "passages": len(made), "seconds": AT_ONCE.seconds},
        start=first.start,
        end=first.end,
    )


def _brief(work: _Work) -> Iterator[Question]:
    begun, submitted = work.own.begun_at, work.own.submitted_at
    if begun is None or submitted is None or work.length < TEXT_TO_READ or not work.own.passages:
        return
    taken = submitted - begun
    if taken * 1000 >= READ_IN * work.length:
        return
    yield work.question(
        "brief",
        f"From the first act to submission {taken.total_seconds():.0f} s passed, for {work.length:,} characters.",
        "Was the text read before the first mark?",
        {"seconds": taken.total_seconds(), "characters": work.length},
    )


def _unmarked(work: _Work) -> Iterator[tuple[int, int]]:
    """Yield the stretches in which this reviewer marked nothing."""
    at = 0
    for passage in sorted(work.own.passages, key=lambda each: each.start):
        if passage.start > at:
            yield at, passage.start
        at = max(at, passage.end)
    if at < work.length:
        yield at, work.length


def _unlabelled(work: _Work) -> Iterator[Question]:
    for start, end in _unmarked(work):
        if end - start < max(UNMARKED, UNMARKED_SHARE * work.length):
            continue
        inside = {
            other.reviewer: sum(start <= each.start and each.end <= end for each in other.passages)
            for other in work.others
        }
        marked_by, marks = sum(map(bool, inside.values())), sum(inside.values())
        if marks < OTHERS_MARKS or 2 * marked_by < len(work.others):
            continue
        share = (end - start) / work.length
        row = f"{end - start:,} characters in a row, {_percent(share)} of the text"
        where = "the whole text" if share == 1 else row
        who = f"{marked_by} of {len(work.others)} others" if len(work.others) > 1 else "the other reviewer"
        yield work.question(
            "unlabelled",
            f"Nothing is marked in {where}; there {who} marked {_count(marks, 'passage')}.",
            "Was this part read, and is nothing of it to be marked?",
            {"characters": end - start, "share": share, "others": marked_by, "others_passages": marks},
            start=start,
            end=end,
        )


def _ratings(codings: Iterable[Coding]) -> list[CodedRating]:
    found = []
    for coding in codings:
        found += [*coding.ratings, *(rating for passage in coding.passages for rating in passage.ratings)]
    return found


def _one_point(work: _Work) -> Iterator[Question]:
    own, theirs = _ratings([work.own]), _ratings(work.others)
    for scale in work.codebook.scales:
        given = [each for each in own if each.scale == scale.code]
        if len(given) < RATINGS or len({each.value for each in given}) > 1 or given[0].missing:
            continue
        points = Counter(each.value for each in theirs if each.scale == scale.code)
        if len(points) == 1 and points.total() >= RATINGS:
            continue  # everybody finds one answer fitting
        names = {point.value: point.name for point in scale.points}
        name = names.get(given[0].value, str(given[0].value))
        beside = f"; of {_count(points.total(), 'rating')} of others {_count(len(points), 'point')}" if points else ""
        yield work.question(
            "one_point",
            f"All {len(given)} ratings on “{scale.question}” are “{name}”{beside}.",
            "Does this answer fit each of them?",
            {"ratings": len(given), "point": given[0].value, "others": points.total(), "others_points": len(points)},
            scale=scale.code,
        )


def _cannot_judge(work: _Work) -> Iterator[Question]:
    own, theirs = _ratings([work.own]), _ratings(work.others)
    missing, others = sum(each.missing for each in own), sum(each.missing for each in theirs)
    if len(own) < RATINGS or missing < CANNOT_SHARE * len(own):
        return
    if theirs and 2 * others * len(own) >= missing * len(theirs):
        return  # others cannot judge it either
    beside = f"; of {_count(len(theirs), 'rating')} of others {others}" if theirs else ""
    yield work.question(
        "cannot_judge",
        f"{missing} of {_count(len(own), 'rating')} say that it cannot be judged{beside}.",
        "Are the questions unclear, or is it the text?",
        {"missing": missing, "ratings": len(own), "others_missing": others, "others": len(theirs)},
    )


def _middle(passages: Sequence[CodedPassage]) -> float:
    return median(each.end - each.start for each in passages)


def _lengths(work: _Work) -> Iterator[Question]:
    own, theirs = work.own.passages, [each for other in work.others for each in other.passages]
    if len(own) < PASSAGES or len(theirs) < PASSAGES:
        return
    middle, others = _middle(own), _middle(theirs)
    if others / TIMES_THE_OTHERS < middle < others * TIMES_THE_OTHERS:
        return
    yield work.question(
        "lengths",
        f"The middle one of {len(own)} passages has {middle:,.0f} characters, that of the others {others:,.0f}.",
        "Is it clear where a passage begins and ends?",
        {"characters": middle, "others": others, "passages": len(own)},
    )


def _odd_passage(work: _Work) -> Iterator[Question]:
    for each in work.own.passages:
        length = each.end - each.start
        place = {"start": each.start, "end": each.end}
        if work.length >= LONG_TEXT and length > MOST_OF_TEXT * work.length:
            share = length / work.length
            words = f"One passage has {length:,} characters, {_percent(share)} of the text."
            yield work.question(
                "odd_passage", words, "Is all of it meant?", {"characters": length, "share": share}, **place
            )
        elif length == 1:
            words = f"One passage is a single character, “{work.document.text[each.start : each.end]}”."
            yield work.question("odd_passage", words, "Was it a slip?", {"characters": 1}, **place)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of question: its name, when it is asked, and how it is found."""

    name: str
    when: str
    find: Callable[[_Work], Iterator[Question]]


KINDS: Final[Mapping[str, Kind]] = {
    "quick": Kind(
        "Time per passage",
        f"Half of the passages or more were made within {AT_ONCE.seconds} s of the one before, where there are at least"
        f" {ROW_OF_MARKS}.",
        _quick,
    ),
    "brief": Kind(
        "Time for the document",
        f"From the first act to submission less than {READ_IN.seconds} s passed for 1,000 characters, in a text of at"
        f" least {TEXT_TO_READ:,}.",
        _brief,
    ),
    "unlabelled": Kind(
        "Long unlabelled stretches",
        f"Nothing is marked in a row of at least {UNMARKED:,} characters and {UNMARKED_SHARE:.0%} of the text, where at"
        f" least half of the others marked {OTHERS_MARKS} passages or more.",
        _unlabelled,
    ),
    "one_point": Kind(
        "All ratings on one point",
        f"At least {RATINGS} ratings on a scale are all the same, and those of the others are not.",
        _one_point,
    ),
    "cannot_judge": Kind(
        "Many “cannot be judged”",
        f"Half of at least {RATINGS} ratings say so, and others’ less than half as often.",
        _cannot_judge,
    ),
    "lengths": Kind(
        "Passages of other lengths",
        f"The middle length of at least {PASSAGES} passages is {TIMES_THE_OTHERS} times that of the others or more, or"
        f" the others’ that of these.",
        _lengths,
    ),
    "odd_passage": Kind(
        "A very long or short passage",
        f"A passage is a single character, or more than half of a text of at least {LONG_TEXT:,} characters.",
        _odd_passage,
    ),
}


def questions_of(document: CodedDocument, codebook: CodebookInfo) -> list[Question]:
    """Return the questions about each coding of a document, each beside the others, in the order of pseudonyms.

    Parameters
    ----------
    document : CodedDocument
        With one coding for each reviewer: submitted work, live passages.
    codebook : CodebookInfo
        Whose scales are looked at.
    """
    found = []
    for own in sorted(document.codings, key=lambda each: each.reviewer):
        others = tuple(each for each in document.codings if each.reviewer != own.reviewer)
        work = _Work(document, own, others, codebook)
        found += [question for kind in KINDS.values() for question in kind.find(work)]
    return found

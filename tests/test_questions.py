"""What is asked about a piece of work, and what is not: each threshold from both sides."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from annotator.questions import KINDS, questions_of
from tests.agreement.making import CODEBOOK, make_coding, make_document

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
LONG = "word " * 1000  # 5,000 characters


def made(coding: Any, *seconds: float, **more: Any) -> Any:
    """Give the passages of a coding the times at which they were made."""
    times = [NINE + timedelta(seconds=each) for each in seconds]
    passages = tuple(
        replace(passage, created_at=at, **more) for passage, at in zip(coding.passages, times, strict=True)
    )
    return replace(coding, passages=passages)


def asked(*codings: Any, text: str = LONG) -> list[tuple[str, str]]:
    """Return kind and reviewer of each question."""
    return [(each.kind, each.reviewer) for each in questions_of(make_document(codings, text), CODEBOOK)]


def in_a_row(number: int, length: int = 20, step: int = 40, start: int = 0) -> list[tuple[str, int, int]]:
    """So many passages one after the other."""
    return [("fact", start + at * step, start + at * step + length) for at in range(number)]


def test_half_of_the_marks_within_three_seconds_raise_a_question_about_time() -> None:
    seven = make_coding("a", in_a_row(7, step=700))
    assert asked(made(seven, 0, 3, 6, 9, 60, 120, 180)) == [("quick", "a")]
    assert asked(made(seven, 0, 3, 6, 60, 120, 180, 240)) == []
    assert asked(made(seven, 0, 3.1, 6.2, 9.3, 12.4, 15.5, 18.6)) == []
    five = make_coding("a", in_a_row(5, step=900))
    assert asked(made(five, 0, 1, 2, 3, 4)) == [], "of few marks nothing can be said"
    assert asked(made(seven, 0, 1, 2, 3, 4, 5, 6, derivation="imported")) == [], "those were made elsewhere"
    (question,) = questions_of(make_document([made(seven, 0, 60, 61, 62, 63, 120, 180)], LONG), CODEBOOK)
    assert (question.said, question.start, question.end) == (
        "3 of 7 passages were made within 3 s of the one before.",
        1400,
        1420,
    )


def test_a_document_done_faster_than_anybody_reads_raises_one() -> None:
    def took(seconds: float, text: str = LONG, marks: int = 1) -> list[tuple[str, str]]:
        work = make_coding("a", in_a_row(marks), begun_at=NINE, submitted_at=NINE + timedelta(seconds=seconds))
        return asked(work, text=text)

    assert took(49) == [("brief", "a")]
    assert took(50) == []
    assert took(1, text="word " * 399) == [], "a short text is soon read"
    assert took(1, marks=0) == [], "nothing marked, nothing begun before the end"


def test_what_only_one_left_unmarked_raises_one_with_its_place() -> None:
    others = [make_coding(name, in_a_row(3, start=2000)) for name in ("b", "c")]
    own = make_coding("a", [("fact", 0, 1000), ("fact", 2900, 5000)])
    found = [each for each in questions_of(make_document([own, *others], LONG), CODEBOOK) if each.reviewer == "a"]
    assert [(each.kind, each.start, each.end) for each in found] == [("unlabelled", 1000, 2900)]
    assert found[0].said == (
        "Nothing is marked in 1,900 characters in a row, 38 % of the text; there 2 of 2 others marked 6 passages."
    )
    assert ("unlabelled", "a") in asked(make_coding("a"), *others), "nothing marked at all"
    assert asked(make_coding("a"), make_coding("b"), make_coding("c")) == [], "nobody found anything"
    few = [make_coding("b", in_a_row(2, start=2000)), make_coding("c")]
    assert ("unlabelled", "a") not in asked(own, *few)
    near = make_coding("a", [("fact", 0, 1950), ("fact", 2900, 5000)])
    assert ("unlabelled", "a") not in asked(near, *others), "950 characters are no long stretch"
    lonely = [*others[:1], make_coding("c", [("fact", 0, 5000)]), make_coding("d", [("fact", 0, 5000)])]
    assert ("unlabelled", "a") not in asked(own, *lonely), "one of three others marked something there"


def rated(name: str, *values: int) -> Any:
    """Somebody with so many passages, all over the text, rated on slant."""
    return make_coding(name, [("fact", at * 400, at * 400 + 40, {"slant": value}) for at, value in enumerate(values)])


def test_ratings_all_alike_raise_one_unless_everybodys_are() -> None:
    assert asked(rated("a", *[0] * 8)) == [("one_point", "a")]
    assert asked(rated("a", *[0] * 7)) == []
    assert asked(rated("a", *[0] * 8, 1)) == []
    assert asked(rated("a", *[0] * 8), rated("b", *[0] * 8)) == []
    assert ("one_point", "a") in asked(rated("a", *[0] * 8), rated("b", *[0] * 7, 1))
    (question,) = questions_of(make_document([rated("a", *[0] * 8), rated("b", *[0] * 7, 1)], LONG), CODEBOOK)
    assert question.said == (
        "All 8 ratings on “How does the passage present its main subject?” are “+0”; of 8 ratings of others 2 points."
    )


def test_many_cannot_be_judged_raise_one_unless_others_cannot_either() -> None:
    assert asked(rated("a", *[9] * 4, *[0, 1] * 2)) == [("cannot_judge", "a")]
    assert asked(rated("a", *[9] * 3, *[0, 1] * 2, 0)) == []
    assert ("cannot_judge", "a") in asked(rated("a", *[9] * 8), rated("b", *[9] * 3, *[0, 1] * 2, 0))
    half = asked(rated("a", *[9] * 8), rated("b", *[9] * 4, *[0, 1] * 2))
    assert half == [], "half of the others' cannot be judged either"


def test_passages_of_other_lengths_raise_one() -> None:
    others = make_coding("b", in_a_row(5, length=60, step=900))
    assert asked(make_coding("a", in_a_row(5, length=20, step=900)), others) == [("lengths", "a"), ("lengths", "b")]
    assert asked(make_coding("a", in_a_row(5, length=21, step=900)), others) == []
    assert asked(make_coding("a", in_a_row(4, length=20, step=1100)), others) == []


def test_a_passage_of_one_character_or_most_of_the_text_raises_one() -> None:
    assert asked(make_coding("a", [("fact", 0, 2501)])) == [("odd_passage", "a")]
    assert asked(make_coding("a", [("fact", 0, 2500)])) == []
    assert asked(make_coding("a", [("fact", 0, 600)]), text="x" * 999) == [], "most of a short text is no wonder"
    (question,) = questions_of(make_document([make_coding("a", [("fact", 5, 6)])], LONG), CODEBOOK)
    assert (question.said, question.asked) == ("One passage is a single character, “w”.", "Was it a slip?")


def test_each_kind_says_when_it_is_asked_and_none_is_a_verdict() -> None:
    assert all(kind.when.endswith(".") for kind in KINDS.values())
    work = [rated("a", *[9] * 8), rated("b", *[0] * 8), make_coding("c", [("fact", 5, 6)])]
    found = questions_of(make_document(work, LONG), CODEBOOK)
    assert len({each.kind for each in found}) >= 3
    assert all(each.asked.endswith("?") for each in found)


@pytest.mark.parametrize("text", ["", "\U0001f9e0"])
def test_an_empty_or_tiny_text_raises_none(text: str) -> None:
    assert asked(make_coding("a"), make_coding("b"), text=text) == []

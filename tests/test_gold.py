"""Work beside the gold: counted by hand on a text of four sentences, and what pass marks make of it."""

from uuid import uuid4

import pytest

from annotator.gold import Beside, Mark, Marks, Ratings, beside_gold, can_be_taken, passed, standing, usual_marks
from annotator.records import CodedDecision, CodedDocument, CodedPassage, CodedRating, Coding, StudyInfo
from tests.staging import small_codebook

BOOK = small_codebook()
TEXT = "Aaaa. Bbbb. Cccc. Dddd."
ENDS = (6, 12, 18, 23)
FIRST, SECOND, THIRD, FOURTH = (0, 5), (6, 11), (12, 17), (18, 23)


def passage(span: tuple[int, int], label: str = "opinion", slant: int | None = None) -> CodedPassage:
    ratings = () if slant is None else (CodedRating("slant", slant, slant == 9),)
    return CodedPassage(uuid4(), label, *span, ratings=ratings)


def coding(*passages: CodedPassage, credibility: int | None = None, contested: tuple[int, int] | None = None) -> Coding:
    ratings = () if credibility is None else (CodedRating("credibility", credibility, credibility == 6),)
    decisions = () if contested is None else (CodedDecision(uuid4(), *contested, "contested"),)
    return Coding(uuid4(), "", BOOK.key, passages=passages, ratings=ratings, decisions=decisions)


def compared(gold: Coding, theirs: Coding) -> Beside:
    study = StudyInfo("s", "S", BOOK.key)
    document = CodedDocument(study, {BOOK.key: BOOK}, "d", "D", TEXT, "", sentences=ENDS, codings=(gold, theirs))
    return beside_gold(document, BOOK, gold, theirs)


def test_sentences_and_characters_are_counted_as_by_hand() -> None:
    found = compared(coding(passage(FIRST), passage(SECOND)), coding(passage(SECOND), passage(THIRD)))
    assert found.sentences["opinion"] == Marks(units=4, gold=2, theirs=2, both=1)
    assert found.characters["opinion"] == Marks(units=23, gold=10, theirs=10, both=5)
    assert found.sentences["fact"] == Marks(units=4)
    assert (found.sentences["opinion"].f1, found.sentences["opinion"].share) == (0.5, 0.5)
    assert found.sentences["fact"].f1 is None


def test_what_is_contested_is_neither_right_nor_wrong() -> None:
    gold = coding(passage(FIRST), contested=SECOND)
    found = compared(gold, coding(passage(FIRST), passage(SECOND)))
    assert found.sentences["opinion"] == Marks(units=3, gold=1, theirs=1, both=1)
    assert found.characters["opinion"] == Marks(units=18, gold=5, theirs=5, both=5)


def test_ratings_are_compared_by_points_where_both_marked_the_passage() -> None:
    gold = coding(passage(FIRST, slant=0), passage(SECOND, slant=2), passage(THIRD, slant=9), passage(FOURTH, slant=1))
    theirs = coding(passage(FIRST, slant=0), passage(SECOND, slant=-1), passage(THIRD, slant=1))
    assert compared(gold, theirs).scales["slant"] == Ratings((1, 0, 0, 1))
    silent = coding(passage(FIRST), passage(SECOND, slant=9))
    assert compared(gold, silent).scales["slant"] == Ratings((), unanswered=2)
    assert compared(coding(credibility=2), coding(credibility=4)).scales["credibility"] == Ratings((0, 0, 1))
    assert compared(coding(credibility=2), coding()).scales["credibility"] == Ratings((), unanswered=1)
    assert compared(coding(credibility=6), coding(credibility=4)).scales["credibility"].total == 0


def test_of_a_nominal_scale_one_point_is_as_far_as_any() -> None:
    gold = coding(CodedPassage(uuid4(), "ai", *FIRST, ratings=(CodedRating("basis", 1),)))
    theirs = coding(CodedPassage(uuid4(), "ai", *FIRST, ratings=(CodedRating("basis", 2),)))
    assert compared(gold, theirs).scales["basis"] == Ratings((0, 1))


def test_sums_of_documents() -> None:
    assert Marks(4, 2, 2, 1) + Marks(3, 1, 1, 1) == Marks(7, 3, 3, 2)
    assert Ratings((1,)) + Ratings((0, 2), 1) == Ratings((1, 2), 1)
    assert Ratings((1, 2), 1).near(0) == 1
    assert Ratings((1, 2), 1).near(5) == 3


OPINION = Mark("label", "opinion", "sentence-f1", 0.7)


def read(*counts: tuple[int, int, int]) -> list[Beside]:
    return [Beside({"opinion": Marks(20, *each)}, {}, {}) for each in counts]


def test_a_mark_is_taken_over_the_last_documents_it_applies_to() -> None:
    found = standing(OPINION, read((5, 5, 0), (0, 0, 0), (4, 4, 3), (6, 6, 5)), 2)
    assert (found.n_documents, found.marks, found.value) == (2, Marks(40, 10, 10, 8), 0.8)
    assert found.reached
    assert not standing(OPINION, read((5, 5, 0), (4, 4, 3)), 2).reached


def test_what_nobody_marked_cannot_be_computed_and_reaches_nothing() -> None:
    found = standing(OPINION, read((0, 0, 0)), 1)
    assert (found.value, found.reached, bool(found.reason)) == (None, False, True)
    assert not standing(OPINION, read((0, 3, 0)), 1).reached


def test_a_mark_of_exactly_the_figure_is_reached() -> None:
    mark = Mark("label", "opinion", "sentence-share", 0.9)
    assert standing(mark, read((2, 2, 1)), 1).value == 0.9
    assert standing(mark, read((2, 2, 1)), 1).reached


@pytest.mark.parametrize(("documents", "ok"), [(1, False), (2, True)])
def test_passing_wants_enough_documents_and_all_marks(documents: int, ok: bool) -> None:
    assert passed([OPINION], read(*[(4, 4, 4)] * documents), 2) is ok
    assert not passed([OPINION, Mark("scale", "slant", "within", 0.5, 1)], read((4, 4, 4), (4, 4, 4)), 2)


def test_usual_marks_ask_for_labels_and_for_scales_that_must_be_answered() -> None:
    found = {mark.code: (mark.measure, mark.least, mark.away) for mark in usual_marks(BOOK)}
    assert found["opinion"] == ("sentence-f1", 0.7, 0)
    assert found["slant"] == ("within", 0.8, 1)
    assert found["basis"] == ("within", 0.7, 0)


def test_a_mark_that_no_gold_has_cannot_be_taken() -> None:
    gold = [coding(passage(FIRST, slant=9))]
    assert can_be_taken(OPINION, gold, BOOK)
    assert not can_be_taken(Mark("label", "fact", "sentence-f1", 0.7), gold, BOOK)
    assert not can_be_taken(Mark("scale", "slant", "within", 0.7, 1), gold, BOOK)
    assert not can_be_taken(Mark("scale", "gone", "within", 0.7, 1), gold, BOOK)
    assert can_be_taken(Mark("scale", "credibility", "within", 0.7, 1), [coding(credibility=2)], BOOK)

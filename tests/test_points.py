"""What several points on a scale come to, against counts and distances made by hand."""

import pytest

from annotator.ids import uuid7
from annotator.points import agreed_point, distance, majority_point, uncontested
from annotator.records import CodedPassage, CodedRating, PointInfo, ScaleInfo


def scale(level, *values):
    points = (*(PointInfo(value, str(value)) for value in values), PointInfo(9, "cannot judge", missing=True))
    return ScaleInfo("s", "How?", level, "passage", points)


@pytest.mark.parametrize(
    ("given", "agreed", "majority"),
    [
        ([], None, None),
        ([3], None, 3),
        ([3, 3], 3, 3),
        ([3, 4], None, None),  # a half is no majority
        ([3, 3, 4], None, 3),
        ([9, 9], 9, 9),  # "cannot be judged" is an answer
    ],
)
def test_agreed_and_majority(given, agreed, majority):
    assert (agreed_point(given), majority_point(given)) == (agreed, majority)


@pytest.mark.parametrize(
    ("level", "values", "given", "apart"),
    [
        ("nominal", (1, 2, 5), (1, 2, 5), 1),
        ("nominal", (1, 2, 5), (1, 1, 5), 2 / 3),
        ("ordinal", (1, 2, 5), (1, 5), 1),
        ("ordinal", (1, 2, 5), (1, 2), 1 / 2),  # one step of two
        ("interval", (1, 2, 5), (1, 2), 1 / 4),  # one of four
        ("interval", (1, 2, 5), (1, 9), 1),
        ("ordinal", (1, 2, 5), (9, 9), 0),
        ("ordinal", (1,), (1, 9), 1),
        ("ordinal", (1, 2), (1,), 0),
    ],
)
def test_distance(level, values, given, apart):
    assert distance(scale(level, *values), given) == pytest.approx(apart)


def rated(*ratings):
    return CodedPassage(uuid7(), "fact", 0, 4, ratings=tuple(CodedRating(code, value) for code, value in ratings))


def test_a_gold_passage_gets_what_nobody_contradicts():
    one, two, three = rated(("a", 1), ("b", 2), ("c", 3)), rated(("a", 1), ("b", 4)), rated(("a", 1), ("d", 5))
    assert uncontested([one, two, three]) == (("a", 1),)
    assert uncontested([one, two, three], taken=one.id) == (("a", 1), ("c", 3))
    assert uncontested([one]) == (("a", 1), ("b", 2), ("c", 3))
    assert uncontested([]) == ()

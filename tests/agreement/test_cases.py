"""Cases of adjudication, by hand: which passages are readings of the same words, and how divided reviewers are."""

import pytest

from annotator.agreement.cases import cases_of
from tests.agreement.making import make_coding, make_document


def told(document, settled=()):
    """Each case as start, end and its passages as reviewer:label."""
    return [
        (case.start, case.end, " ".join(f"{each.reviewer}:{each.label}" for each in case.group.members))
        for case in cases_of(document, settled)
    ]


def of(**marks):
    return make_document([make_coding(reviewer, given) for reviewer, given in marks.items()])


def test_labels_over_mostly_the_same_words_are_alternatives_and_a_mark_inside_a_long_one_is_not():
    document = of(a=[("fact", 0, 40)], b=[("opinion", 15, 40)], c=[("ai", 0, 90)])
    assert told(document) == [(0, 40, "a:fact b:opinion"), (0, 90, "c:ai")]


def test_one_label_hangs_together_by_half_of_the_shorter_so_that_neighbours_make_no_chain():
    document = of(a=[("fact", 0, 50)], b=[("fact", 0, 10), ("fact", 45, 60)], c=[("fact", 60, 70)])
    assert told(document) == [(0, 50, "b:fact a:fact"), (45, 60, "b:fact"), (60, 70, "c:fact")]


def test_half_of_the_shorter_is_enough_to_hang_together_and_a_character_less_is_not():
    assert told(of(a=[("fact", 0, 20)], b=[("fact", 10, 40)])) == [(0, 40, "a:fact b:fact")]
    assert told(of(a=[("fact", 0, 20)], b=[("fact", 11, 40)])) == [(0, 20, "a:fact"), (11, 40, "b:fact")]


def test_who_uses_two_labels_on_the_same_words_says_two_things():
    document = of(a=[("fact", 0, 20), ("ai", 0, 20)], b=[("fact", 0, 20)], c=[("opinion", 0, 20)])
    assert told(document) == [(0, 20, "a:fact b:fact c:opinion"), (0, 20, "a:ai")]


def test_settled_passages_are_left_out():
    document = of(a=[("fact", 0, 20)], b=[("fact", 5, 20)])
    gone = document.codings[0].passages[0].id
    assert told(document, {gone}) == [(5, 20, "b:fact")]


@pytest.mark.parametrize(
    ("marks", "division"),
    [
        ({"a": [("fact", 0, 20)], "b": [("fact", 0, 20)]}, 0),
        ({"a": [("fact", 0, 20)], "b": [("fact", 0, 10)]}, 0.5),  # 10 of 20 shared
        ({"a": [("fact", 0, 20)], "b": [("opinion", 0, 20)]}, 1),
        ({"a": [("fact", 0, 20)], "b": [("fact", 0, 20)], "c": []}, 2 / 3),  # a-c and b-c of three pairs
        ({"a": [("fact", 0, 20)], "b": [], "c": []}, 2 / 3),  # b and c are alike
        ({"a": [("fact", 0, 20)]}, 0),
    ],
)
def test_division_is_the_mean_over_pairs_of_what_is_not_shared(marks, division):
    (case,) = cases_of(of(**marks))
    assert case.division == pytest.approx(division)


def test_the_most_divided_come_first_and_among_equals_those_rated_apart():
    document = of(
        a=[("fact", 0, 10), ("fact", 20, 30), ("fact", 40, 50, {"slant": 1})],
        b=[("fact", 0, 10), ("opinion", 20, 30), ("fact", 40, 50, {"slant": 2})],
    )
    assert [case.start for case in sorted(cases_of(document), key=lambda case: case.rank)] == [20, 40, 0]


@pytest.mark.parametrize(
    ("marks", "agreed"),
    [
        ({"a": [("fact", 0, 9, {"slant": 1})], "b": [("fact", 0, 9, {"slant": 1})]}, True),
        (
            {"a": [("fact", 0, 9, {"slant": 1})], "b": [("fact", 0, 9, {"slant": 2})]},
            True,
        ),  # the scale is a case of its own
        ({"a": [("fact", 0, 9)], "b": [("fact", 0, 8)]}, False),
        ({"a": [("fact", 0, 9)], "b": [("opinion", 0, 9)]}, False),
        ({"a": [("fact", 0, 9)], "b": [("fact", 0, 9)], "c": []}, False),
        ({"a": [("fact", 0, 9)]}, False),  # alone, nobody agrees
    ],
)
def test_agreed_is_the_same_words_and_label_by_everybody(marks, agreed):
    (case,) = cases_of(of(**marks))
    assert case.agreed is agreed

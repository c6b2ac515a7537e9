"""What most reviewers say: small cases by hand, and character by character."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.agreement.consensus import confusion, majorities, majority, marked_confusion, quorum_spans
from annotator.agreement.spans import merge

LENGTH = 30
spans = st.lists(
    st.tuples(st.integers(0, LENGTH - 1), st.integers(1, 12)).map(lambda pair: (pair[0], min(LENGTH, sum(pair)))),
    max_size=5,
).map(lambda pairs: merge(pairs, LENGTH))


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ("aab", "a"),
        ("baa", "a"),
        ("a", "a"),
        ("ab", None),
        ("aabb", None),
        ("aabc", None),
        ("aaabc", "a"),
        ("", None),
    ],
)
def test_a_majority_is_more_than_half_of_the_votes_cast(votes, expected):
    assert majority(votes) == expected


def test_a_value_of_zero_can_win():
    assert majorities([{"a": 0, "b": 0, "c": 1}, {"a": 0, "b": 1}, {}]) == [0, None, None]


def characters(marks):
    table = np.zeros((len(marks), LENGTH), dtype=bool)
    for row, mark in enumerate(marks):
        for start, end in mark:
            table[row, start:end] = True
    return table


@given(marks=st.lists(spans, min_size=1, max_size=5), data=st.data())
def test_a_quorum_marks_the_characters_enough_reviewers_mark(marks, data):
    quorum = data.draw(st.one_of(st.none(), st.integers(1, len(marks))))
    found = quorum_spans(marks, quorum)
    enough = characters(marks).sum(axis=0) >= (len(marks) / 2 + 0.5 if quorum is None else quorum)
    assert (characters([found])[0] == enough).all()
    assert (found[1:, 0] > found[:-1, 1]).all()
    assert (found[:, 0] < found[:, 1]).all()


def test_runs_by_hand():
    marks = [merge(each, 20) for each in ([(0, 4), (4, 8), (15, 18)], [(2, 10)], [(3, 6), (16, 20)])]
    assert quorum_spans(marks).tolist() == [[2, 8], [16, 18]]
    assert quorum_spans(marks, 1).tolist() == [[0, 10], [15, 20]]
    assert quorum_spans(marks, 3).tolist() == [[3, 6]]


def test_of_two_reviewers_more_than_half_are_both():
    assert quorum_spans([merge([(0, 4)], 9), merge([(2, 6)], 9)]).tolist() == [[2, 4]]


def test_those_who_marked_nothing_count_among_those_assigned():
    nothing = merge([], 9)
    assert quorum_spans([merge([(0, 4)], 9), merge([(0, 4)], 9), nothing, nothing]).tolist() == []
    assert quorum_spans([nothing, nothing], 1).shape == (0, 2)
    assert quorum_spans([]).shape == (0, 2)


@pytest.mark.parametrize("quorum", [0, 3, -1])
def test_a_quorum_is_a_number_of_the_reviewers(quorum):
    with pytest.raises(ValueError, match=f"quorum of {quorum} among 2"):
        quorum_spans([merge([], 9), merge([], 9)], quorum)


UNITS = [
    {"a": "fact", "b": "fact", "c": "opinion"},
    {"a": "opinion", "b": "fact", "c": "fact"},
    {"a": "opinion", "b": "opinion"},
    {"a": "fact", "b": "opinion", "c": "fact"},
    {"b": "fact", "c": "fact"},
    {"a": "fact"},
]


def test_a_reviewer_against_the_majority_of_the_others():
    # Of the others: split, fact, opinion, split; the last two have no answer of a or no others.
    assert confusion(UNITS, "a", ["fact", "opinion"]).tolist() == [[0, 0], [1, 1]]


def test_a_reviewer_against_a_majority_with_the_own_vote():
    # fact, fact, opinion, fact and the own vote alone.
    assert confusion(UNITS, "a", ["fact", "opinion"], own_vote=True).tolist() == [[3, 0], [1, 1]]


def test_categories_nobody_uses_stay_in_the_table():
    assert confusion(UNITS, "b", ["ai", "opinion", "fact"]).tolist() == [[0, 0, 0], [0, 1, 1], [0, 0, 1]]


def test_a_value_the_codebook_does_not_have_is_refused():
    with pytest.raises(ValueError, match="'opinion' is none"):
        confusion(UNITS, "a", ["fact"])


@given(mine=spans, theirs=spans)
def test_marked_characters_against_a_consensus(mine, theirs):
    one, other = characters([mine, theirs])
    expected = [[(~one & ~other).sum(), (~one & other).sum()], [(one & ~other).sum(), (one & other).sum()]]
    assert marked_confusion(mine, theirs, LENGTH).tolist() == expected

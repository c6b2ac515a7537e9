"""J. Cohen, A coefficient of agreement for nominal scales, 1960; Weighted kappa, 1968: on tables others published."""

import numpy as np
import pytest

from annotator.agreement.kappa import cohen, cohen_of_two, confusion, pairwise_cohen
from annotator.agreement.measures import MEASURES
from annotator.agreement.weights import linear, quadratic

NAN = np.nan
# R. Artstein & M. Poesio, Inter-coder agreement for computational linguistics, 2008, section 2.
ARTSTEIN_POESIO = [[20, 20], [10, 50]]
# SAS/STAT, the FREQ procedure, two dermatologists: terrible, poor, marginal, clear.
SKIN = [[10, 4, 1, 0], [5, 10, 12, 2], [2, 4, 12, 5], [0, 2, 6, 13]]
SCORES = [0, 1, 2, 3]


def ratings_of(table):
    """Return two reviewers' ratings, categories numbered from 0, that have this table."""
    cells = [(row, column) for (row, column), times in np.ndenumerate(np.array(table)) for _ in range(times)]
    return np.array(cells, dtype=float).T


def test_kappa_is_that_of_artstein_and_poesio_2008():
    estimate = cohen(ARTSTEIN_POESIO)
    assert estimate.value == pytest.approx(0.348, abs=5e-4)
    assert (estimate.n_units, estimate.n_values, estimate.n_reviewers) == (100, 200, 2)


@pytest.mark.parametrize(
    ("key", "weights", "printed"),
    [
        ("cohen", None, 0.3449),
        ("cohen-linear", linear(SCORES), 0.5082),
        ("cohen-quadratic", quadratic(SCORES), 0.6607),
    ],
)
def test_kappa_of_the_skin_condition_is_the_printed_one(key, weights, printed):
    assert cohen(SKIN, weights).value == pytest.approx(printed, abs=5e-5)
    assert MEASURES[key].compute(ratings_of(SKIN), SCORES).value == pytest.approx(printed, abs=5e-5)


def test_kappa_falls_where_nearly_all_units_are_of_one_category():
    assert cohen([[80, 7], [8, 5]]).value == pytest.approx(0.314, abs=5e-4)


def test_kappa_of_two_reviewers_on_24_characters():
    # K. Krippendorff, On the reliability of unitizing continuous data, 1995, example A read as characters.
    data = np.zeros((2, 24))
    data[0, 2:10] = data[0, 14:20] = data[1, 4:8] = data[1, 15:17] = 1
    assert cohen_of_two(data, [0, 1]).value == pytest.approx(0.385, abs=5e-4)


def test_weights_follow_the_distances_of_categories_and_not_their_ranks():
    # 0 to 1 is a third of 0 to 3. Observed: 1/3 + 1. Expected, margins 3, 1, 0 and 1, 2, 1: (2 + 3 + 1/3 + 2/3) / 4.
    table = [[1, 1, 1], [0, 1, 0], [0, 0, 0]]
    assert cohen(table, linear([0, 1, 3])).value == pytest.approx(1 - (4 / 3) / (6 / 4))
    assert cohen(table, linear([0, 1, 2])).value != pytest.approx(1 - (4 / 3) / (6 / 4))


def test_rows_are_the_first_reviewer_and_units_one_did_not_judge_are_left_out():
    first, second = [1, 1, 2, NAN, 3, NAN], [2, 2, 1, 1, NAN, NAN]
    assert confusion(first, second, [3, 2, 1]).tolist() == [[0, 0, 0], [0, 0, 1], [0, 2, 0]]


def test_confusions_of_documents_add_up():
    data = ratings_of(SKIN)
    parts = [confusion(*data[:, some], SCORES) for some in (slice(0, 20), slice(20, None))]
    assert (parts[0] + parts[1]).tolist() == SKIN


def test_each_pair_has_its_own_units_and_kappa():
    data = np.array([[0, 1, 0, 1, NAN], [0, 1, 0, 1, 1], [1, 0, NAN, NAN, NAN], [NAN, NAN, NAN, NAN, 0]])
    pairs = pairwise_cohen(data, [0, 1], names=["ann", "bob", "cat", "dan"])
    assert [(pair.first, pair.second, pair.names, pair.kappa.value, pair.n) for pair in pairs] == [
        (0, 1, ("ann", "bob"), 1, 4),
        (0, 2, ("ann", "cat"), -1, 2),
        (0, 3, ("ann", "dan"), None, 0),
        (1, 2, ("bob", "cat"), -1, 2),
        (1, 3, ("bob", "dan"), 0, 1),
        (2, 3, ("cat", "dan"), None, 0),
    ]
    assert pairs[2].kappa.reason == "Not computable: no unit was judged by both reviewers."
    assert pairs[4].kappa.note == "Only one unit could be compared."
    assert [pair.names for pair in pairwise_cohen(data[:2], [0, 1])] == [("", "")]
    assert pairwise_cohen(data[:1], [0, 1]) == ()


def test_pairs_are_weighted_as_asked():
    (pair,) = pairwise_cohen(ratings_of(SKIN), SCORES, quadratic(SCORES))
    assert pair.kappa == cohen(SKIN, quadratic(SCORES))


def test_names_are_one_for_each_reviewer():
    with pytest.raises(ValueError, match="names"):
        pairwise_cohen([[1, 2], [1, 2]], [1, 2], names=["ann"])


def test_kappa_of_three_reviewers_is_refused():
    with pytest.raises(ValueError, match="two reviewers"):
        cohen_of_two([[1, 2], [1, 2], [1, 2]], [1, 2])


@pytest.mark.parametrize("table", [[[1, 2]], [[1, 2], [3, 4], [5, 6]], [[1, -1], [1, 1]], [[0.5, 1], [1, 1]], [1, 2]])
def test_a_table_that_counts_no_two_reviewers_is_refused(table):
    with pytest.raises(ValueError, match=r"table|counts"):
        cohen(table)


@pytest.mark.parametrize(("first", "second"), [([1, 2], [1]), ([[1, 2]], [[1, 2]]), (1, 2)])
def test_reviewers_with_different_units_are_refused(first, second):
    with pytest.raises(ValueError, match="for each unit"):
        confusion(first, second, [1, 2])

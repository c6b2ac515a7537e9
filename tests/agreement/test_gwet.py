"""K. L. Gwet, Computing inter-rater reliability in the presence of high agreement, 2008: AC1; 2014: AC2.

What the irrCAC package of R computes stands beside the ratings of tests/agreement/test_krippendorff_2011.py.
"""

import numpy as np
import pytest

from annotator.agreement.chance import gwet, gwet_from_shares, pool_shares, shares, weighted_percent
from annotator.agreement.kappa import cohen
from annotator.agreement.measures import MEASURES
from annotator.agreement.weights import agreement_weights, identity, linear, quadratic
from tests.agreement.test_cohen import ratings_of

# Two reviewers and a rare category: percent agreement 0.85, chance 0.21875, where Cohen's kappa is 0.314.
RARE = [[80, 7], [8, 5]]


def test_ac1_of_a_rare_category_is_that_of_irrcac():
    data = ratings_of(RARE)
    assert gwet(data, [0, 1]).value == pytest.approx(0.808, abs=5e-4)
    assert weighted_percent(data, [0, 1]).value == pytest.approx(0.85)
    assert gwet(data, [0, 1]).value == pytest.approx((0.85 - 0.21875) / (1 - 0.21875))
    assert cohen(RARE).value == pytest.approx(0.314, abs=5e-4)


def test_the_registry_computes_ac1():
    assert MEASURES["ac1"].compute(ratings_of(RARE), [0, 1]).value == pytest.approx(0.808, abs=5e-4)


def test_a_category_nobody_gave_lowers_the_chance_of_ac1():
    # Shares 1/2 and 1/2, p = 0: e = 2 / (2 * 1) * 1/2 = 1/2 with two categories, 3 / (3 * 2) * 1/2 = 1/4 with three.
    assert gwet([[0], [1]], [0, 1]).value == pytest.approx(-1)
    assert gwet([[0], [1]], [0, 1, 2]).value == pytest.approx(-1 / 3)


def test_units_with_one_value_count_in_the_chance_of_ac1_and_not_in_the_agreement():
    # p = 1/2; shares 3/4 and 1/4 give e = 3/8, so 1/5; with the third unit 1/2 and 1/2 give e = 1/2, so 0.
    assert gwet([[0, 0], [0, 1]], [0, 1]).value == pytest.approx(1 / 5)
    assert gwet([[0, 0, 1], [0, 1, np.nan]], [0, 1]).value == pytest.approx(0)


def test_weights_follow_the_distances_of_categories():
    assert identity([5, 7, 11]).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert linear([0, 1, 4]) == pytest.approx(np.array([[1, 3 / 4, 0], [3 / 4, 1, 1 / 4], [0, 1 / 4, 1]]))
    assert quadratic([0, 1, 4]) == pytest.approx(np.array([[1, 15 / 16, 0], [15 / 16, 1, 7 / 16], [0, 7 / 16, 1]]))
    assert linear([3]).tolist() == [[1]]


def test_weighted_percent_agreement_by_hand():
    # Pairs of (0, 1), (0, 4) and (1, 4), with linear weights 3/4, 0 and 1/4; and of (4, 4).
    data = [[0, 4], [1, 4], [4, np.nan]]
    assert weighted_percent(data, [0, 1, 4], linear([0, 1, 4])).value == pytest.approx((1 / 3 + 1) / 2)
    assert weighted_percent(data, [0, 1, 4], quadratic([0, 1, 4])).value == pytest.approx((22 / 48 + 1) / 2)


def test_ac2_of_documents_pools_their_sums_and_is_no_average():
    first, second = [[2, 0, 0], [1, 1, 0]], [[0, 0, 3], [0, 1, 0]]
    pooled = pool_shares([shares(first), shares(second)], 3)
    together = gwet_from_shares(shares(first + second), 3, linear([0, 1, 2]))
    assert gwet_from_shares(pooled, 3, linear([0, 1, 2])) == together
    assert (pooled.n_units, pooled.n_values, pooled.n_judged) == (3, 7, 4)


@pytest.mark.parametrize(
    "weights",
    [
        [[1, 0, 0], [0, 1, 0]],
        [[1, 0], [0.5, 1]],
        [[1, 0], [0, 0.5]],
        [[1, 1], [1, 1]],
        [[1, -0.5], [-0.5, 1]],
        [[1, np.nan], [np.nan, 1]],
    ],
    ids=["shape", "not symmetric", "equal below 1", "different as equal", "below 0", "not a number"],
)
def test_weights_that_are_none_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        agreement_weights(weights, 2)
    with pytest.raises(ValueError, match="weights"):
        gwet([[0, 1], [0, 1]], [0, 1], weights)
    with pytest.raises(ValueError, match="weights"):
        cohen(RARE, weights)

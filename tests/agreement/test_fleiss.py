"""J. L. Fleiss, Measuring nominal scale agreement among many raters, 1971; J. J. Randolph's answer of 2005."""

import numpy as np
import pytest

from annotator.agreement.chance import fleiss, fleiss_from_shares, randolph, randolph_from_shares, shares

# How many of six psychiatrists gave each patient each of five diagnoses: a group of digits is a patient.
THIRTY_PATIENTS = (
    "00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031 "
    "00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006"
)
# Ten units and fourteen reviewers: how many gave each of five categories.
TEN_UNITS = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]


def test_kappa_of_thirty_patients_is_the_printed_one():
    counts = [[int(digit) for digit in patient] for patient in THIRTY_PATIENTS.split()]
    estimate = fleiss_from_shares(shares(counts), 6)
    assert estimate.value == pytest.approx(0.430, abs=5e-4)
    assert (estimate.n_units, estimate.n_values, estimate.n_reviewers) == (30, 180, 6)


def test_kappa_of_ten_units_is_the_published_one():
    # https://en.wikipedia.org/wiki/Fleiss%27_kappa, worked example.
    estimate = fleiss_from_shares(shares(TEN_UNITS), 14)
    assert estimate.value == pytest.approx(0.210, abs=5e-4)
    assert (estimate.n_units, estimate.n_values, estimate.n_reviewers) == (10, 140, 14)


# Randolph 2005: three reviewers say yes or no to four cases.
YES_OR_NO = np.array([[1, 1, 1], [1, 1, 0], [1, 1, 0], [1, 1, 1]]).T


def test_fixed_and_free_marginal_kappa_are_those_of_randolph_2005():
    assert fleiss(YES_OR_NO, [1, 0]).value == pytest.approx(-0.2)
    assert randolph(YES_OR_NO, [1, 0]).value == pytest.approx(0.33, abs=5e-3)


def test_a_category_nobody_gave_lowers_the_chance_of_randolph_and_leaves_that_of_fleiss():
    # p = 2/3: with e = 1/2 kappa is 1/3, with e = 1/4 it is 5/9.
    assert randolph(YES_OR_NO, [0, 1]).value == pytest.approx(1 / 3)
    assert randolph(YES_OR_NO, [0, 1, 2, 3]).value == pytest.approx(5 / 9)
    assert fleiss(YES_OR_NO, [0, 1, 2, 3]).value == fleiss(YES_OR_NO, [0, 1]).value


def test_units_with_one_value_count_in_the_chance_of_fleiss_and_not_in_the_agreement():
    # Without the third unit p = 1/2, shares 3/4 and 1/4, e = 5/8: -1/3. With it shares 1/2 and 1/2, e = 1/2: 0.
    assert fleiss([[0, 0], [0, 1]], [0, 1]).value == pytest.approx(-1 / 3)
    assert fleiss([[0, 0, 1], [0, 1, np.nan]], [0, 1]).value == pytest.approx(0)
    assert randolph([[0, 0, 1], [0, 1, np.nan]], [0, 1]).value == randolph([[0, 0], [0, 1]], [0, 1]).value


def test_units_weigh_the_same_however_many_values_they_have():
    # Shares 1, 0 and 1/2, 1/2 of four and two values: p = 1/2, e = 9/16 + 1/16, so -1/3. By values: 5/6, 1/6.
    assert fleiss_from_shares(shares([[4, 0], [1, 1]]), 4).value == pytest.approx(-1 / 3)
    assert randolph_from_shares(shares([[4, 0], [1, 1]]), 4).value == pytest.approx(0)


def test_scotts_pi_of_two_reviewers_on_24_characters():
    # K. Krippendorff, On the reliability of unitizing continuous data, 1995, example A read as characters.
    data = np.zeros((2, 24))
    data[0, 2:10] = data[0, 14:20] = data[1, 4:8] = data[1, 15:17] = 1
    assert fleiss(data, [0, 1]).value == pytest.approx(0.314, abs=5e-4)

"""K. Krippendorff, Content Analysis, 4th ed., 2019, section 12.6: figure 12.11, three observers of 60 characters."""

import pytest

from annotator.agreement.continuum import unitized
from annotator.agreement.measures import MEASURES
from annotator.agreement.unitizing import (
    coding_alpha,
    coding_coverage,
    u_alpha,
    unit_alpha,
    value_alpha,
    value_coverage,
)
from tests.agreement.making import make_marked

MARKED = make_marked(
    Alex="0-7:1 7-13:2 30-32:5 32-37:6 37-44:6 44-60:7",
    Paul="0-7:1 7-13:3 13-21:5 32-44:6",
    Suzan="0-7:1 7-13:4 13-21:5 32-37:6 37-41:6 41-44:6",
)
SUMS = unitized(MARKED, 60)


def test_u_alpha_is_the_printed_one():
    assert u_alpha(SUMS).value == pytest.approx(0.510, abs=5e-4)


def test_unit_alpha_is_the_printed_one_but_for_the_rounding_of_the_printed_tables():
    # 0.413 is printed, computed from tables rounded to whole numbers; the unrounded ones give 0.4136.
    assert unit_alpha(SUMS).value == pytest.approx(0.4136, abs=5e-5)
    assert unit_alpha(SUMS).value == pytest.approx(0.413, abs=1e-3)


def test_coding_alpha_is_the_printed_one():
    assert coding_alpha(SUMS).value == pytest.approx(0.724, abs=5e-4)


@pytest.mark.parametrize(("value", "printed"), [("1", 1), ("5", 1), ("6", 1), ("2", 0), ("3", 0), ("4", 0)])
def test_value_alpha_is_the_printed_one(value, printed):
    assert value_alpha(SUMS, value).value == pytest.approx(printed, abs=1e-12)


def test_a_value_that_only_one_observer_saw_has_no_alpha():
    assert value_alpha(SUMS, "7").value is None
    assert value_alpha(SUMS, "7").reason == "Not computable: no other reviewer marked any of the text marked so."


@pytest.mark.parametrize(("value", "printed"), [("5", 0.44), ("7", 0)])
def test_the_coverage_of_a_value_is_the_printed_one(value, printed):
    assert value_coverage(SUMS, value).value == pytest.approx(printed, abs=5e-3)


def test_lengths_and_squares_add_up_by_hand():
    # Gaps are 17 + 27 + 27 long; 6 is marked as 5 + 7, as 12 and as 5 + 4 + 3; 7 by one as 16.
    assert SUMS.values == ((), *((str(number),) for number in range(1, 8)))
    assert SUMS.lengths.tolist() == [71, 21, 6, 6, 6, 18, 36, 16]
    assert SUMS.squares.tolist() == [71, 3 * 49, 36, 36, 36, 4 + 64 + 64, 25 + 49 + 144 + 25 + 16 + 9, 256]


def test_coverage_is_the_share_of_the_lengths_that_pairs_have_marked():
    # 0-13 and 32-44 are marked by all three, 13-21 by two; each pair of three counts half.
    assert coding_coverage(SUMS).value == pytest.approx((3 * 25 + 2 * 8 / 2) / 180)
    assert (coding_alpha(SUMS).n_units, coding_alpha(SUMS).n_values) == (33, 3 * 25 + 2 * 8)


@pytest.mark.parametrize(("key", "printed"), [("u-alpha", 0.510), ("unit-alpha", 0.4136), ("coding-alpha", 0.724)])
def test_the_registry_computes_the_printed_alphas(key, printed):
    assert MEASURES[key].takes == "unitized"
    assert MEASURES[key].compute(SUMS).value == pytest.approx(printed, abs=5e-4)


def test_the_registry_computes_the_printed_alpha_of_a_value():
    assert MEASURES["value-alpha"].takes == "value"
    assert MEASURES["value-alpha"].compute(SUMS, "5").value == pytest.approx(1)

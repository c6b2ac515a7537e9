"""How many more documents narrow an interval: the least number that does, by the formula of the interval itself."""

from math import sqrt

import pytest

from annotator.agreement.intervals import jackknife
from annotator.agreement.planning import documents_needed
from annotator.agreement.student import quantile


def width(error, n_documents, number, share=1.0):
    return 2 * quantile(0.975, share * number - 1) * error * sqrt(n_documents / number)


@pytest.mark.parametrize("share", [1.0, 0.62, 0.2])
@pytest.mark.parametrize(("error", "n_documents"), [(0.05, 20), (0.1, 8), (0.01, 100), (0.3, 3)])
@pytest.mark.parametrize("wanted", [0.5, 0.2, 0.1, 0.03])
def test_it_is_the_least_number_that_narrows_the_interval(error, n_documents, wanted, share):
    more = documents_needed(error, n_documents, wanted, share * n_documents)
    number = n_documents + more
    assert width(error, n_documents, number, share) <= wanted
    if more:
        enough = share * (number - 1) >= 3 - 1e-9
        assert not enough or width(error, n_documents, number - 1, share) > wanted


def test_by_hand():
    # With 10 documents and an error of 0.1 the width is 2 * 2.262 * 0.1 = 0.452; t falls as documents are added:
    # 2 * 2.021 * 0.1 * sqrt(10 / 41) = 0.1996, and 2 * 2.023 * 0.1 * sqrt(10 / 40) = 0.2023.
    assert documents_needed(0.1, 10, 0.453) == 0
    assert documents_needed(0.1, 10, 0.2) == 31


def test_one_interval_as_wide_as_wanted_needs_no_more():
    found = jackknife(-3, [-3.5, -3.25, -3, -2.75, -2.5], (1, 2, 3, 5, 8), list("abcde"))
    assert documents_needed(found.error, 5, found.high - found.low + 1e-9, found.n_effective) == 0
    assert documents_needed(found.error, 5, found.high - found.low - 1e-9, found.n_effective) == 1


def test_a_tiny_width_is_answered_too():
    assert documents_needed(0.1, 10, 1e-5) == pytest.approx((2 * 1.95996 * 0.1 / 1e-5) ** 2 * 10, rel=1e-4)


def test_no_error_needs_only_what_an_interval_needs():
    assert documents_needed(0, 10, 0.1) == 0
    assert documents_needed(0, 1, 0.1) == 2
    assert documents_needed(0, 4, 0.1, 1.0) == 8


def test_three_effective_documents_are_enough_whatever_the_rounding():
    for n_documents in range(3, 100):
        for n_effective in range(1, n_documents + 1):
            least = max(n_documents, -(-3 * n_documents // n_effective))
            assert documents_needed(0, n_documents, 0.1, n_effective) == least - n_documents


@pytest.mark.parametrize("wrong", [(0.1, 10, 0), (-0.1, 10, 1), (0.1, 0, 1), (0.1, 10, 1, 0), (0.1, 10, float("nan"))])
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match="width above 0"):
        documents_needed(*wrong)

"""K. Krippendorff, Computing Krippendorff's alpha-reliability, 2011: 12 units, 4 observers, values missing."""

import numpy as np
import pytest

from annotator.agreement.alpha import DIFFERENCES, alpha, alpha_from_counts
from annotator.agreement.chance import fleiss, gwet, randolph, weighted_percent
from annotator.agreement.counts import count_values
from annotator.agreement.measures import MEASURES
from annotator.agreement.percent import percent, percent_from_counts
from annotator.agreement.weights import linear, quadratic

UNITS = ["11.1", "2232", "3333", "3333", "2222", "1234", "4444", "1121", "2222", ".555", "..11", "..3."]
DATA = np.array([[np.nan if value == "." else float(value) for value in unit] for unit in UNITS]).T
CATEGORIES = [1, 2, 3, 4, 5]
PRINTED = {"nominal": 0.743421, "ordinal": 0.815388, "interval": 0.849107, "ratio": 0.797403}


@pytest.mark.parametrize(("level", "printed"), PRINTED.items())
def test_alpha_is_the_printed_one(level, printed):
    assert alpha(DATA, DIFFERENCES[level]).value == pytest.approx(printed, abs=5e-7)


@pytest.mark.parametrize(("level", "printed"), PRINTED.items())
def test_alpha_from_counts_is_the_printed_one(level, printed):
    values, counts = count_values(DATA)
    assert alpha_from_counts(counts, values, DIFFERENCES[level]).value == pytest.approx(printed, abs=5e-7)


@pytest.mark.parametrize(("level", "printed"), PRINTED.items())
def test_the_registry_computes_the_printed_alpha(level, printed):
    assert MEASURES[f"alpha-{level}"].compute(DATA).value == pytest.approx(printed, abs=5e-7)
    assert MEASURES[f"alpha-{level}"].compute(DATA, CATEGORIES).value == pytest.approx(printed, abs=5e-7)


def test_forty_values_on_eleven_units_are_pairable():
    estimate = alpha(DATA)
    assert (estimate.n_units, estimate.n_values, estimate.n_reviewers) == (11, 40, 4)


def test_percent_agreement_is_that_of_gwet_2014():
    assert percent(DATA).value == pytest.approx(0.81818, abs=5e-6)
    assert percent_from_counts(count_values(DATA)[1]).value == pytest.approx(0.81818, abs=5e-6)
    assert weighted_percent(DATA, CATEGORIES).value == pytest.approx(0.81818, abs=5e-6)


# K. L. Gwet, Handbook of Inter-Rater Reliability, 4th ed., 2014, takes up the same ratings, of which the last unit has
# one: it counts in the chance of Fleiss' kappa, AC1 and AC2.
GWET = {
    "percent": 0.81818,
    "fleiss": 0.76117,
    "randolph": 0.77273,
    "ac1": 0.77544,
    "ac2-linear": 0.85874,
    "ac2-quadratic": 0.91400,
}


@pytest.mark.parametrize(("key", "printed"), GWET.items())
def test_the_registry_computes_the_figures_of_gwet_2014(key, printed):
    assert MEASURES[key].compute(DATA, CATEGORIES).value == pytest.approx(printed, abs=5e-6)


@pytest.mark.parametrize(
    ("estimate", "printed"),
    [
        (fleiss(DATA, CATEGORIES), 0.76117),
        (randolph(DATA, CATEGORIES), 0.77273),
        (gwet(DATA, CATEGORIES), 0.77544),
        (gwet(DATA, CATEGORIES, linear(CATEGORIES)), 0.85874),
        (gwet(DATA, CATEGORIES, quadratic(CATEGORIES)), 0.91400),
    ],
    ids=["fleiss", "randolph", "ac1", "ac2 linear", "ac2 quadratic"],
)
def test_figures_are_those_of_gwet_2014_with_the_size_of_alpha(estimate, printed):
    assert estimate.value == pytest.approx(printed, abs=5e-6)
    assert (estimate.n_units, estimate.n_values, estimate.n_reviewers) == (11, 40, 4)

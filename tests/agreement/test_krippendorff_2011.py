"""K. Krippendorff, Computing Krippendorff's alpha-reliability, 2011: 12 units, 4 observers, values missing."""

import numpy as np
import pytest

from annotator.agreement.alpha import DIFFERENCES, alpha, alpha_from_counts
from annotator.agreement.counts import count_values
from annotator.agreement.measures import MEASURES
from annotator.agreement.percent import percent, percent_from_counts

UNITS = ["11.1", "2232", "3333", "3333", "2222", "1234", "4444", "1121", "2222", ".555", "..11", "..3."]
DATA = np.array([[np.nan if value == "." else float(value) for value in unit] for unit in UNITS]).T
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


def test_forty_values_on_eleven_units_are_pairable():
    estimate = alpha(DATA)
    assert (estimate.n_units, estimate.n_values, estimate.n_reviewers) == (11, 40, 4)


def test_percent_agreement_is_that_of_gwet_2014():
    assert percent(DATA).value == pytest.approx(0.81818, abs=5e-6)
    assert percent_from_counts(count_values(DATA)[1]).value == pytest.approx(0.81818, abs=5e-6)

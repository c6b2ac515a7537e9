"""Student's t: the printed table, what can be worked out, and SciPy where it is installed."""

from math import pi, sqrt, tan

import pytest

from annotator.agreement.student import quantile

# Degrees of freedom, then the quantiles at 0.95, 0.975 and 0.995 as printed in statistical tables.
PRINTED = {
    1: (6.314, 12.706, 63.657),
    2: (2.920, 4.303, 9.925),
    3: (2.353, 3.182, 5.841),
    4: (2.132, 2.776, 4.604),
    5: (2.015, 2.571, 4.032),
    10: (1.812, 2.228, 3.169),
    20: (1.725, 2.086, 2.845),
    30: (1.697, 2.042, 2.750),
    60: (1.671, 2.000, 2.660),
    120: (1.658, 1.980, 2.617),
    1e9: (1.645, 1.960, 2.576),
}
PROBABILITIES = (0.6, 0.9, 0.95, 0.975, 0.995, 0.9999)


@pytest.mark.parametrize(("degrees", "printed"), PRINTED.items())
def test_quantiles_are_the_printed_ones(degrees, printed):
    found = [quantile(probability, degrees) for probability in (0.95, 0.975, 0.995)]
    assert found == pytest.approx(printed, abs=5.001e-4)


@pytest.mark.parametrize("probability", PROBABILITIES)
def test_one_and_two_degrees_of_freedom_have_a_formula(probability):
    assert quantile(probability, 1) == pytest.approx(tan(pi * (probability - 0.5)), rel=1e-9)
    centred = 2 * probability - 1
    assert quantile(probability, 2) == pytest.approx(centred * sqrt(2 / (1 - centred**2)), rel=1e-9)


@pytest.mark.parametrize("degrees", [0.3, 1, 2.5, 8, 77.7, 9_999, 10_001, 1e6])
def test_the_distribution_is_symmetric(degrees):
    assert quantile(0.5, degrees) == 0
    assert quantile(0.1, degrees) == -quantile(0.9, degrees)


@pytest.mark.parametrize("probability", PROBABILITIES)
def test_the_two_ways_meet_where_one_takes_over(probability):
    assert quantile(probability, 9_999.999) == pytest.approx(quantile(probability, 10_000), rel=2e-10)


@pytest.mark.parametrize("degrees", [0.5, 1, 2, 2.2, 3, 4.7, 9, 33.3, 150, 2_000, 9_000, 20_000, 3e7])
@pytest.mark.parametrize("probability", PROBABILITIES)
def test_quantiles_are_those_of_scipy(probability, degrees):
    stats = pytest.importorskip("scipy.stats")
    assert quantile(probability, degrees) == pytest.approx(stats.t.ppf(probability, degrees), rel=1e-9)


@pytest.mark.parametrize(("probability", "degrees"), [(0, 3), (1, 3), (0.9, 0), (0.9, -1), (float("nan"), 3)])
def test_what_is_out_of_range_is_refused(probability, degrees):
    with pytest.raises(ValueError, match="quantile"):
        quantile(probability, degrees)

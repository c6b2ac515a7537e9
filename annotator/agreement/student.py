"""Quantiles of Student's t distribution, for degrees of freedom that need not be whole; no SciPy at run time."""

from functools import lru_cache
from math import exp, lgamma, log, pi, sqrt
from statistics import NormalDist
from typing import Final

MANY: Final = 1e4
"""Degrees of freedom from which the series around the normal quantile is as exact as the fraction."""

TINY: Final = 1e-300


@lru_cache(maxsize=1024)
def quantile(probability: float, degrees: float) -> float:
    """Return the value below which a t variable lies with a probability.

    Parameters
    ----------
    probability : float
        Above 0 and below 1.
    degrees : float
        Degrees of freedom, above 0.

    Returns
    -------
    float
        To about ten digits.

    Raises
    ------
    ValueError
        When the probability or the degrees of freedom are out of range.

    References
    ----------
    M. Abramowitz & I. A. Stegun, Handbook of Mathematical Functions, 1964, 26.7.5 (series) and 26.5.8 (fraction).
    """
    if not 0 < probability < 1 or not degrees > 0:
        raise ValueError("a quantile wants a probability between 0 and 1 and degrees of freedom above 0")
    if probability < 0.5:
        return -quantile(1 - probability, degrees)
    if degrees >= MANY:
        return _near_normal(NormalDist().inv_cdf(probability), degrees)
    scale = exp(lgamma((degrees + 1) / 2) - lgamma(degrees / 2)) / sqrt(degrees * pi)
    value, step = 0.0, 1.0
    while step > 1e-13 * value:  # the distribution is concave above 0: tangents approach from below and never pass
        density = scale * exp(-(degrees + 1) / 2 * log(1 + value * value / degrees))
        step = (probability - cumulative(value, degrees)) / density
        value += step
    return value


def cumulative(value: float, degrees: float) -> float:
    """Return the probability that a t variable is at most a value of 0 or more."""
    outside = degrees / (degrees + value * value)
    return 1 - _incomplete_beta(outside, 1 - outside, degrees / 2, 0.5) / 2


def _near_normal(z: float, degrees: float) -> float:
    return z + (z**3 + z) / (4 * degrees) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)


def _incomplete_beta(x: float, rest: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function of x = 1 - rest by its continued fraction."""
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(rest, x, b, a)
    if x == 0:
        return 0.0
    front = exp(a * log(x) + b * log(rest) + lgamma(a + b) - lgamma(a) - lgamma(b)) / a
    numerator, denominator, fraction, factor, m = 1.0, 0.0, 1.0, 0.0, 0
    while abs(factor - 1) > 1e-15:
        m += 1
        half = m // 2
        if m % 2:
            term = -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        else:
            term = half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))
        denominator = 1 / _away_from_zero(1 + term * denominator)
        numerator = _away_from_zero(1 + term / numerator)
        factor = numerator * denominator
        fraction *= factor
    return front / fraction


def _away_from_zero(number: float) -> float:
    return number if abs(number) > TINY else TINY

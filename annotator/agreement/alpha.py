"""Krippendorff's alpha, with the difference functions nominal, ordinal, interval and ratio."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotator.agreement.counts import Coincidences, coincidences, count_values, pairable_reviewers
from annotator.agreement.estimate import Estimate, not_computable

Difference = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]
"""Maps ascending values, shape (n_categories,), and how often each occurs, shape (..., n_categories), to squared
differences of all pairs; only a difference that looks at the counts answers with as many tables as there are counts."""

NO_PAIRS: Final = not_computable("no unit was judged by two reviewers")
NO_VARIATION: Final = not_computable("all judgements are the same, so there is no variation to compare")
ONE_UNIT: Final = "Only one unit could be compared; alpha is then 0 whatever the reviewers said."


def nominal(values: NDArray[np.float64], totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values are equal or not."""
    return (values[:, None] != values[None, :]).astype(float)


def ordinal(values: NDArray[np.float64], totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values differ by how many of the values given lie between them: the interval difference of their mean ranks."""
    return interval(np.cumsum(totals, axis=-1) - totals / 2, totals)


def interval(values: NDArray[np.float64], totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values differ by their distance."""
    return (values[..., :, None] - values[..., None, :]) ** 2


def ratio(values: NDArray[np.float64], totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values differ by their distance in proportion to their sum.

    Raises
    ------
    ValueError
        When a value is negative: a ratio scale starts at 0.
    """
    if (values < 0).any():
        raise ValueError("a ratio scale has no negative values")
    sums = values[:, None] + values[None, :]
    return ((values[:, None] - values[None, :]) / np.where(sums == 0, 1, sums)) ** 2


DIFFERENCES: Final[Mapping[str, Difference]] = {
    "nominal": nominal,
    "ordinal": ordinal,
    "interval": interval,
    "ratio": ratio,
}


def alpha(data: ArrayLike, difference: Difference = nominal) -> Estimate:
    """Krippendorff's alpha for reviewers who judged the same units.

    Parameters
    ----------
    data : array_like of float, shape (n_reviewers, n_units)
        Value given by reviewer i to unit j; NaN where the reviewer did not judge it.
    difference : callable
        One of `DIFFERENCES`: what the scale's level makes of two values.

    Returns
    -------
    Estimate
        `value` is at most 1; 1 is perfect, 0 is chance, less is legal. None with a `reason` when no unit has two
        values or all pairable values are equal: undefined is never reported as 0 or 1.

    Raises
    ------
    ValueError
        When the data is not two-dimensional, a value is infinite, or negative on a ratio scale.

    References
    ----------
    K. Krippendorff, Computing Krippendorff's alpha-reliability, 2011. Worked example:
    tests/agreement/test_krippendorff_2011.py
    """
    values, counts = count_values(data)
    return alpha_from_coincidences(coincidences(counts), values, difference, pairable_reviewers(data))


def alpha_from_counts(counts: ArrayLike, values: ArrayLike, difference: Difference = nominal) -> Estimate:
    """Krippendorff's alpha from how many reviewers gave each value to each unit.

    Parameters
    ----------
    counts : array_like of int, shape (n_units, n_categories)
    values : array_like of float, shape (n_categories,)
        What the columns stand for, ascending.
    difference : callable
        One of `DIFFERENCES`.

    Returns
    -------
    Estimate
        As `alpha`; `n_reviewers` is the most values on one unit, since counts do not say whose they are.

    Raises
    ------
    ValueError
        When counts or values do not have the shape and order asked for.
    """
    sums = coincidences(counts)
    most = int(np.asarray(counts).sum(axis=1).max(initial=0))
    return alpha_from_coincidences(sums, values, difference, most if sums.n_units else 0)


def alpha_from_coincidences(
    sums: Coincidences, values: ArrayLike, difference: Difference, n_reviewers: int
) -> Estimate:
    """Krippendorff's alpha from coincidences, of one document or pooled; see `alpha`."""
    ascending, totals = np.asarray(values, dtype=float), sums.totals
    if ascending.shape != totals.shape or (ascending[1:] <= ascending[:-1]).any():
        raise ValueError("values must ascend and name each category once")
    size = {"n_units": sums.n_units, "n_reviewers": n_reviewers, "n_values": sums.n_values}
    if not sums.n_units:
        return Estimate(None, NO_PAIRS, **size)
    if np.count_nonzero(totals) < 2:
        return Estimate(None, NO_VARIATION, **size)
    given = np.flatnonzero(totals)
    value = float(alphas(sums.pairs[np.ix_(given, given)], ascending[given], difference))
    return Estimate(value, note=ONE_UNIT if sums.n_units == 1 else "", **size)


def alpha_of_category(sums: Coincidences, place: int, n_reviewers: int) -> Estimate:
    """Nominal alpha of values recoded to one category, by its place among those of the coincidences, or any other."""
    own = float(sums.pairs[place, place])
    crossed = float(sums.pairs[place].sum()) - own
    rest = float(sums.pairs.sum()) - own - 2 * crossed
    recoded = replace(sums, pairs=np.array([[rest, crossed], [crossed, own]]))
    return alpha_from_coincidences(recoded, (0, 1), nominal, n_reviewers)


def alphas(pairs: ArrayLike, values: ArrayLike, difference: Difference) -> NDArray[np.float64]:
    """Krippendorff's alpha of many coincidence matrices at once, such as those of resamples; see `alpha`.

    Parameters
    ----------
    pairs : array_like of float, shape (..., n_categories, n_categories)
        Coincidence matrices; a difference that depends on the counts takes those of each.
    values : array_like of float, shape (n_categories,)
        What rows and columns stand for, ascending.
    difference : callable
        One of `DIFFERENCES`.

    Returns
    -------
    ndarray of float, shape (...)
        NaN where there are no pairable values or no variation.
    """
    matrices = np.asarray(pairs, dtype=float)
    totals = matrices.sum(axis=-1)
    squared = difference(_near_one(values), totals)
    observed = (matrices * squared).sum(axis=(-2, -1))
    expected = (np.matmul(squared, totals[..., None])[..., 0] * totals).sum(axis=-1)
    share = np.full_like(expected, np.nan)
    np.divide((totals.sum(axis=-1) - 1) * observed, expected, out=share, where=expected > 0)
    return 1 - share


def _near_one(values: ArrayLike) -> NDArray[np.float64]:
    """Return values over the power of two that brings the greatest near 1: every share stays, to the last digit.

    Without it the squares of the least and greatest numbers would be 0 or infinite.
    """
    numbers = np.asarray(values, dtype=float)
    _, exponent = np.frexp(np.abs(numbers).max(initial=0))
    half = int(exponent) // 2
    return np.ldexp(np.ldexp(numbers, -half), half - exponent)

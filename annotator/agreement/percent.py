"""Percent agreement: the share of equal pairs of judgements, a float like every other figure; no chance correction."""

import numpy as np
from numpy.typing import ArrayLike

from annotator.agreement.alpha import NO_PAIRS
from annotator.agreement.counts import Coincidences, coincidences, count_values, pairable_reviewers
from annotator.agreement.estimate import Estimate


def percent(data: ArrayLike) -> Estimate:
    """Percent agreement of reviewers who judged the same units.

    Parameters
    ----------
    data : array_like of float, shape (n_reviewers, n_units)
        Value given by reviewer i to unit j; NaN where the reviewer did not judge it.

    Returns
    -------
    Estimate
        `value` from 0 to 1: the mean over units with two or more values of the share of equal pairs. It is 1 when
        all values are equal, and None when no unit has two values.

    Raises
    ------
    ValueError
        When the data is not two-dimensional or a value is infinite.

    References
    ----------
    K. L. Gwet, Handbook of Inter-Rater Reliability, 4th ed., 2014, ch. 2 (missing values).
    """
    _, counts = count_values(data)
    return percent_from_coincidences(coincidences(counts), pairable_reviewers(data))


def percent_from_counts(counts: ArrayLike) -> Estimate:
    """Percent agreement from how many reviewers gave each value to each unit, shape (n_units, n_categories)."""
    sums = coincidences(counts)
    most = int(np.asarray(counts).sum(axis=1).max(initial=0))
    return percent_from_coincidences(sums, most if sums.n_units else 0)


def percent_from_coincidences(sums: Coincidences, n_reviewers: int) -> Estimate:
    """Percent agreement from coincidences, of one document or pooled; see `percent`."""
    size = {"n_units": sums.n_units, "n_reviewers": n_reviewers, "n_values": sums.n_values}
    if not sums.n_units:
        return Estimate(None, NO_PAIRS, **size)
    return Estimate(sums.agreeing / sums.n_units, **size)

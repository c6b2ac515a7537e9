"""Agreement corrected for a chance that is known or the same for all reviewers: Fleiss, Randolph, Gwet.

The codebook's categories count here, also those nobody gave. Categories are numbers: the values of a scale's points
that are no missing values, or the places of labels in the codebook's order.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotator.agreement.alpha import NO_PAIRS, NO_VARIATION
from annotator.agreement.counts import count_categories, pairable_reviewers, whole_counts
from annotator.agreement.estimate import Estimate, not_computable
from annotator.agreement.keeping import quick_to_keep
from annotator.agreement.weights import agreement_weights

ONE_CATEGORY: Final = not_computable("the codebook has one category, so that agreement is certain")
ONE_UNIT: Final = "Only one unit could be compared."


@quick_to_keep
@dataclass(frozen=True, slots=True)
class Shares:
    """What is known of a set of units once raw values are forgotten, every unit weighing the same.

    Attributes
    ----------
    pairs : ndarray of float, shape (n_categories, n_categories)
        Sum over units with two or more values of the share of c with k among their ordered pairs of values.
    given : ndarray of float, shape (n_categories,)
        Sum over units with one or more values of the share of each category among their values.
    n_units : int
        Units with two or more values.
    n_values : int
        Values on these.
    n_judged : int
        Units with one or more values.
    """

    pairs: NDArray[np.float64]
    given: NDArray[np.float64]
    n_units: int
    n_values: int
    n_judged: int

    @property
    def varies(self) -> bool:
        """Whether pairable values, those on units with two or more, are of two or more categories."""
        return np.count_nonzero(self.pairs.sum(axis=1)) >= 2


def shares(counts: ArrayLike, multiplicity: ArrayLike | None = None) -> Shares:
    """Sum the shares of units whose value counts are given; units without values drop out.

    Parameters
    ----------
    counts : array_like of int, shape (n_units, n_categories)
        How many reviewers gave each category of the codebook to each unit: from `counts.count_categories`.
    multiplicity : array_like of int, shape (n_units,), optional
        How many units each row stands for; 1 when omitted.

    Returns
    -------
    Shares

    Raises
    ------
    ValueError
        When a count is negative or not whole, or the shapes do not fit.
    """
    table, times = whole_counts(counts, multiplicity)
    judged = table.any(axis=1)
    table, times = table[judged], times[judged]
    sizes = table.sum(axis=1)
    pairable = sizes >= 2
    several, of, each = table[pairable], sizes[pairable], times[pairable]
    weights = each / (of * (of - 1))
    return Shares(
        pairs=(several * weights[:, None]).T @ several - np.diag(weights @ several),
        given=(times / sizes) @ table,
        n_units=round(float(each.sum())),
        n_values=round(float(of @ each)),
        n_judged=round(float(times.sum())),
    )


def pool_shares(parts: Iterable[Shares], n_categories: int) -> Shares:
    """Add the shares of several documents that have one codebook; of none, all sums are 0."""
    pairs, given = np.zeros((n_categories, n_categories)), np.zeros(n_categories)
    n_units = n_values = n_judged = 0
    for part in parts:
        pairs, given = pairs + part.pairs, given + part.given
        n_units, n_values, n_judged = n_units + part.n_units, n_values + part.n_values, n_judged + part.n_judged
    return Shares(pairs=pairs, given=given, n_units=n_units, n_values=n_values, n_judged=n_judged)


def fleiss(data: ArrayLike, categories: ArrayLike) -> Estimate:
    """Fleiss' kappa: by chance, values are drawn from what all reviewers gave. Of two reviewers it is Scott's pi.

    Parameters
    ----------
    data : array_like of float, shape (n_reviewers, n_units)
        Value given by reviewer i to unit j; NaN where the reviewer did not judge it.
    categories : array_like of float, shape (n_categories,)
        All values that could have been given, in the codebook's order.

    Returns
    -------
    Estimate
        `value` is at most 1; 1 is perfect, 0 is chance, less is legal. None with a `reason` when no unit has two
        values or all pairable values are equal. Units with one value count in the chance, not in the agreement.

    Raises
    ------
    ValueError
        When the data is not two-dimensional, a value is none of the categories, or these are not distinct numbers.

    References
    ----------
    J. L. Fleiss, Measuring nominal scale agreement among many raters, 1971. Unequal numbers of values: K. L. Gwet,
    Handbook of Inter-Rater Reliability, 4th ed., 2014, ch. 2. Worked examples: tests/agreement/test_fleiss.py
    """
    return fleiss_from_shares(shares(count_categories(data, categories)), pairable_reviewers(data))


def fleiss_from_shares(sums: Shares, n_reviewers: int) -> Estimate:
    """Fleiss' kappa from shares, of one document or pooled; see `fleiss`."""
    if not sums.varies:
        return _undefined(sums, n_reviewers, NO_VARIATION)
    given = sums.given / sums.n_judged
    unequal = np.outer(given, given)[~np.eye(len(given), dtype=bool)]
    return _corrected(sums, n_reviewers, _disagreement(sums), float(unequal.sum()))


def randolph(data: ArrayLike, categories: ArrayLike) -> Estimate:
    """Randolph's free-marginal kappa, also Brennan and Prediger's: by chance, all categories are equally likely.

    Parameters
    ----------
    data : array_like of float, shape (n_reviewers, n_units)
        Value given by reviewer i to unit j; NaN where the reviewer did not judge it.
    categories : array_like of float, shape (n_categories,)
        All values that could have been given, in the codebook's order.

    Returns
    -------
    Estimate
        `value` is at most 1, and 1 also where all values are equal. None with a `reason` when no unit has two values
        or the codebook has one category.

    Raises
    ------
    ValueError
        As `fleiss`.

    References
    ----------
    J. J. Randolph, Free-marginal multirater kappa, 2005. R. L. Brennan & D. J. Prediger, Coefficient kappa: some uses,
    misuses, and alternatives, 1981. Worked examples: tests/agreement/test_fleiss.py
    """
    return randolph_from_shares(shares(count_categories(data, categories)), pairable_reviewers(data))


def randolph_from_shares(sums: Shares, n_reviewers: int) -> Estimate:
    """Randolph's kappa from shares, of one document or pooled; see `randolph`."""
    n_categories = len(sums.given)
    if n_categories < 2 or not sums.n_units:
        return _undefined(sums, n_reviewers, ONE_CATEGORY)
    return _corrected(sums, n_reviewers, _disagreement(sums), 1 - 1 / n_categories)


def gwet(data: ArrayLike, categories: ArrayLike, weights: ArrayLike | None = None) -> Estimate:
    """Gwet's AC1, or AC2 with weights: reviewers agree by chance only on units that are hard to judge.

    Parameters
    ----------
    data : array_like of float, shape (n_reviewers, n_units)
        Value given by reviewer i to unit j; NaN where the reviewer did not judge it.
    categories : array_like of float, shape (n_categories,)
        All values that could have been given, in the codebook's order.
    weights : array_like of float, shape (n_categories, n_categories), optional
        From one of `weights.WEIGHTS`; categories are equal or not when omitted.

    Returns
    -------
    Estimate
        `value` is at most 1, and 1 also where all values are equal. None with a `reason` when no unit has two values
        or the codebook has one category. Units with one value count in the chance, not in the agreement.

    Raises
    ------
    ValueError
        As `fleiss`, and when the weights are none: see `weights.agreement_weights`.

    References
    ----------
    K. L. Gwet, Computing inter-rater reliability and its variance in the presence of high agreement, 2008; Handbook of
    Inter-Rater Reliability, 4th ed., 2014. Worked examples: tests/agreement/test_gwet.py
    """
    return gwet_from_shares(shares(count_categories(data, categories)), pairable_reviewers(data), weights)


def gwet_from_shares(sums: Shares, n_reviewers: int, weights: ArrayLike | None = None) -> Estimate:
    """Gwet's AC1 or AC2 from shares, of one document or pooled; see `gwet`."""
    n_categories = len(sums.given)
    total = float(agreement_weights(weights, n_categories).sum())
    if n_categories < 2 or not sums.n_units:
        return _undefined(sums, n_reviewers, ONE_CATEGORY)
    given = sums.given / sums.n_judged
    by_chance = total / (n_categories * (n_categories - 1)) * float((given * (1 - given)).sum())
    return _corrected(sums, n_reviewers, _disagreement(sums, weights), 1 - by_chance)


def weighted_percent(data: ArrayLike, categories: ArrayLike, weights: ArrayLike | None = None) -> Estimate:
    """Percent agreement in which different values agree in part, a float; without weights, that of `percent`.

    Parameters
    ----------
    data : array_like of float, shape (n_reviewers, n_units)
        Value given by reviewer i to unit j; NaN where the reviewer did not judge it.
    categories : array_like of float, shape (n_categories,)
        All values that could have been given, in the codebook's order.
    weights : array_like of float, shape (n_categories, n_categories), optional
        From one of `weights.WEIGHTS`; categories are equal or not when omitted.

    Returns
    -------
    Estimate
        `value` from 0 to 1: the mean over units with two or more values of the mean weight of their pairs. It is 1
        when all values are equal, and None when no unit has two values.

    Raises
    ------
    ValueError
        As `gwet`.

    References
    ----------
    K. L. Gwet, Handbook of Inter-Rater Reliability, 4th ed., 2014.
    """
    return weighted_percent_from_shares(shares(count_categories(data, categories)), pairable_reviewers(data), weights)


def weighted_percent_from_shares(sums: Shares, n_reviewers: int, weights: ArrayLike | None = None) -> Estimate:
    """Weighted percent agreement from shares, of one document or pooled; see `weighted_percent`."""
    differing = _disagreement(sums, weights)
    return Estimate(1 - differing, **_size(sums, n_reviewers)) if sums.n_units else _undefined(sums, n_reviewers, "")


def _disagreement(sums: Shares, weights: ArrayLike | None = None) -> float:
    """Average over units what pairs of values lack in agreement: exactly 0 when all are equal; 0 without units."""
    return float((sums.pairs * (1 - agreement_weights(weights, len(sums.given)))).sum()) / (sums.n_units or 1)


def _size(sums: Shares, n_reviewers: int) -> dict[str, int]:
    return {"n_units": sums.n_units, "n_reviewers": n_reviewers, "n_values": sums.n_values}


def _undefined(sums: Shares, n_reviewers: int, reason: str) -> Estimate:
    """Return no figure, because there are no pairs or, where there are, for the reason given."""
    return Estimate(None, reason if sums.n_units else NO_PAIRS, **_size(sums, n_reviewers))


def _corrected(sums: Shares, n_reviewers: int, differing: float, expected: float) -> Estimate:
    """Relate the disagreement observed to that expected: the usual form, which rounding keeps from 1, rearranged."""
    note = ONE_UNIT if sums.n_units == 1 else ""
    return Estimate(1 - differing / expected, note=note, **_size(sums, n_reviewers))

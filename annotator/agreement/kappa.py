"""Cohen's kappa of two reviewers, and the table of who gave what from which it follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotator.agreement.alpha import NO_PAIRS, NO_VARIATION
from annotator.agreement.chance import ONE_UNIT
from annotator.agreement.counts import category_codes, distinct_categories, whole_counts
from annotator.agreement.estimate import Estimate, not_computable
from annotator.agreement.weights import agreement_weights

NO_SHARED: Final = not_computable("no unit was judged by both reviewers")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two reviewers, as rows of the data and by name where names are known, and their kappa on the units both judged.

    A mean over pairs hides that each rests on units of its own: show `n` beside each.
    """

    first: int
    second: int
    names: tuple[str, str]
    kappa: Estimate

    @property
    def n(self) -> int:
        """Number of units that both judged."""
        return self.kappa.n_units


def confusion(first: ArrayLike, second: ArrayLike, categories: ArrayLike) -> NDArray[np.int64]:
    """Count which category the second reviewer gave where the first gave which; tables of several documents add up.

    Parameters
    ----------
    first, second : array_like of float, shape (n_units,)
        Value each reviewer gave to unit j; NaN where there is none.
    categories : array_like of float, shape (n_categories,)
        All values that could have been given, in the codebook's order.

    Returns
    -------
    ndarray of int, shape (n_categories, n_categories)
        Rows are the first reviewer's categories, columns the second's. Units that one of them did not judge are left
        out.

    Raises
    ------
    ValueError
        When the reviewers have different numbers of units, a value is none of the categories, or these are not
        distinct numbers.
    """
    if np.ndim(first) != 1 or np.shape(first) != np.shape(second):
        raise ValueError("both reviewers must have one value, or NaN, for each unit")
    n_categories = len(distinct_categories(categories))
    rows, columns = category_codes(first, categories), category_codes(second, categories)
    both = (rows >= 0) & (columns >= 0)
    cells = np.bincount(rows[both] * n_categories + columns[both], minlength=n_categories**2)
    return cells.reshape(n_categories, n_categories)


def cohen(table: ArrayLike, weights: ArrayLike | None = None) -> Estimate:
    """Cohen's kappa: by chance, each reviewer's values are drawn from what that reviewer gave.

    Parameters
    ----------
    table : array_like of int, shape (n_categories, n_categories)
        From `confusion`, of one document or added up over several.
    weights : array_like of float, shape (n_categories, n_categories), optional
        From one of `weights.WEIGHTS`; categories are equal or not when omitted.

    Returns
    -------
    Estimate
        `value` is at most 1; 1 is perfect, 0 is chance, and 0 also where one of the reviewers never varies. None with
        a `reason` when no unit was judged by both or both gave all units one and the same value. `n_units` is the
        number of units both judged.

    Raises
    ------
    ValueError
        When the table is not square or does not count, or the weights are none: see `weights.agreement_weights`.

    References
    ----------
    J. Cohen, A coefficient of agreement for nominal scales, 1960; Weighted kappa, 1968. Worked examples:
    tests/agreement/test_cohen.py
    """
    counts, _ = whole_counts(table)
    if counts.shape[0] != counts.shape[1]:
        raise ValueError("the table of two reviewers must have as many rows as columns")
    differing = 1 - agreement_weights(weights, len(counts))
    n = round(float(counts.sum()))
    if not n:
        return Estimate(None, NO_SHARED)
    size = {"n_units": n, "n_reviewers": 2, "n_values": 2 * n}
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    if np.count_nonzero(rows + columns) < 2:
        return Estimate(None, NO_VARIATION, **size)
    value = 1 - n * float((differing * counts).sum()) / float(rows @ differing @ columns)
    return Estimate(value, note=ONE_UNIT if n == 1 else "", **size)


def cohen_of_two(data: ArrayLike, categories: ArrayLike, weights: ArrayLike | None = None) -> Estimate:
    """Cohen's kappa of data by two reviewers; of more there is one for each pair, see `pairwise_cohen`.

    Parameters
    ----------
    data : array_like of float, shape (n_reviewers, n_units)
        Value given by reviewer i to unit j, NaN where the reviewer did not judge it; no more than two reviewers.
    categories : array_like of float, shape (n_categories,)
        All values that could have been given, in the codebook's order.
    weights : array_like of float, shape (n_categories, n_categories), optional
        From one of `weights.WEIGHTS`; categories are equal or not when omitted.

    Returns
    -------
    Estimate
        As `cohen`; None with a `reason` also for fewer than two reviewers.

    Raises
    ------
    ValueError
        As `confusion`, and when the data is not two-dimensional or has more than two reviewers.
    """
    table = _of_reviewers(data)
    if len(table) > 2:
        raise ValueError("Cohen's kappa is of two reviewers")
    return cohen(confusion(*table, categories), weights) if len(table) == 2 else Estimate(None, NO_PAIRS)


def pairwise_cohen(
    data: ArrayLike, categories: ArrayLike, weights: ArrayLike | None = None, names: Sequence[str] | None = None
) -> tuple[Pair, ...]:
    """Cohen's kappa of every pair of reviewers, on the units both judged.

    Parameters
    ----------
    data : array_like of float, shape (n_reviewers, n_units)
        Value given by reviewer i to unit j; NaN where the reviewer did not judge it.
    categories : array_like of float, shape (n_categories,)
        All values that could have been given, in the codebook's order.
    weights : array_like of float, shape (n_categories, n_categories), optional
        From one of `weights.WEIGHTS`; categories are equal or not when omitted.
    names : sequence of str, optional
        The reviewers, in the order of rows; empty names when omitted.

    Returns
    -------
    tuple of Pair
        In the order of rows: first with second, first with third, and so on. Empty for fewer than two reviewers.

    Raises
    ------
    ValueError
        As `confusion`, and when the data is not two-dimensional or the names are not one for each reviewer.
    """
    table = _of_reviewers(data)
    known = [""] * len(table) if names is None else list(names)
    if len(known) != len(table):
        raise ValueError("names must be one for each reviewer")
    return tuple(
        Pair(
            first=one,
            second=other,
            names=(known[one], known[other]),
            kappa=cohen(confusion(table[one], table[other], categories), weights),
        )
        for one, other in combinations(range(len(table)), 2)
    )


def _of_reviewers(data: ArrayLike) -> NDArray[np.float64]:
    table = np.asarray(data, dtype=float)
    if table.ndim != 2:
        raise ValueError("data must have the shape (reviewers, units)")
    return table

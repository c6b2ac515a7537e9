"""Counts first: reliability data reduced to the sums from which every measure of coding follows.

Units are reduced to how often each value occurs on them, equal units to one row with a multiplicity, and rows to
coincidences. Coincidences of several documents add up, so a study's figure pools its documents.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotator.agreement.keeping import quick_to_keep


@quick_to_keep
@dataclass(frozen=True, slots=True)
class Coincidences:
    """What is known of a set of units once the raw values are forgotten.

    Attributes
    ----------
    pairs : ndarray of float, shape (n_categories, n_categories)
        Coincidence matrix o_ck over pairable values: how often c and k met on a unit, each unit weighing as many
        as its values.
    agreeing : float
        Sum over units of the share of equal pairs among their pairs of values.
    n_units : int
        Units with two or more values.
    """

    pairs: NDArray[np.float64]
    agreeing: float
    n_units: int

    @property
    def totals(self) -> NDArray[np.float64]:
        """Number n_c of pairable values in each category, shape (n_categories,)."""
        return self.pairs.sum(axis=1)

    @property
    def n_values(self) -> int:
        """Number n of pairable values."""
        return round(float(self.pairs.sum()))


def coincidences(counts: ArrayLike, multiplicity: ArrayLike | None = None) -> Coincidences:
    """Sum the coincidences of units whose value counts are given; units with fewer than two values drop out.

    Parameters
    ----------
    counts : array_like of int, shape (n_units, n_categories)
        How many reviewers gave each category to each unit.
    multiplicity : array_like of int, shape (n_units,), optional
        How many units each row stands for; 1 when omitted.

    Returns
    -------
    Coincidences

    Raises
    ------
    ValueError
        When a count is negative or not whole, or the shapes do not fit.

    References
    ----------
    K. Krippendorff, Computing Krippendorff's alpha-reliability, 2011, section C.
    """
    table, times, _ = _pairable(counts, multiplicity)
    return _met(table, times)


def coincidences_of_counts(counts: NDArray[np.int64]) -> Coincidences:
    """Return `coincidences` of counts that were counted here, shape (n_units, n_categories): nothing to be refused."""
    table = counts[counts.sum(axis=1) >= 2].astype(float)
    return _met(table, np.ones(len(table)))


def _met(table: NDArray[np.float64], times: NDArray[np.float64]) -> Coincidences:
    sizes = table.sum(axis=1)
    weights = times / (sizes - 1)
    pairs = (table * weights[:, None]).T @ table - np.diag(weights @ table)
    agreeing = (table * (table - 1)).sum(axis=1) * weights / sizes
    return Coincidences(pairs=pairs, agreeing=float(agreeing.sum()), n_units=round(float(times.sum())))


def whole_counts(
    counts: ArrayLike, multiplicity: ArrayLike | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return counts, shape (n_rows, n_columns), and the multiplicity of each row, 1 when omitted.

    Raises
    ------
    ValueError
        When a count is negative or not whole, or the shapes do not fit.
    """
    table = np.asarray(counts, dtype=float)
    if table.ndim != 2:
        raise ValueError("counts must have the shape (units, categories)")
    times = np.ones(len(table)) if multiplicity is None else np.asarray(multiplicity, dtype=float)
    if times.shape != (len(table),):
        raise ValueError("multiplicity must have one number for each row of counts")
    if any((array < 0).any() or (array != np.floor(array)).any() for array in (table, times)):
        raise ValueError("counts must be whole numbers from 0 up")
    return table, times


def pool(parts: Iterable[Coincidences], n_categories: int) -> Coincidences:
    """Add the coincidences of several documents that share their categories; of none, all sums are 0."""
    parts = list(parts)
    return Coincidences(
        pairs=np.array([np.zeros((n_categories, n_categories)), *(part.pairs for part in parts)]).sum(axis=0),
        agreeing=sum((part.agreeing for part in parts), start=0.0),
        n_units=sum(part.n_units for part in parts),
    )


def count_values(data: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Count each value on each unit.

    Parameters
    ----------
    data : array_like of float, shape (n_reviewers, n_units)
        Value given by reviewer i to unit j; NaN where there is none.

    Returns
    -------
    values : ndarray of float, shape (n_categories,)
        The values that occur, ascending.
    counts : ndarray of int, shape (n_units, n_categories)

    Raises
    ------
    ValueError
        When the data is not two-dimensional or a value is infinite.
    """
    table = np.asarray(data, dtype=float)
    if table.ndim != 2:
        raise ValueError("data must have the shape (reviewers, units)")
    if np.isinf(table).any():
        raise ValueError("a value is infinite")
    values = np.unique(table[~np.isnan(table)])
    counts = np.zeros((table.shape[1], len(values)), dtype=np.int64)
    for column, value in enumerate(values):
        np.sum(table == value, axis=0, out=counts[:, column])
    return values, counts


def distinct_categories(categories: ArrayLike) -> NDArray[np.float64]:
    """Return the codebook's categories as numbers, in their order, shape (n_categories,).

    Raises
    ------
    ValueError
        When a category is not a finite number or occurs twice.
    """
    listed = np.asarray(categories, dtype=float)
    if listed.ndim != 1 or not np.isfinite(listed).all() or len(np.unique(listed)) != len(listed):
        raise ValueError("categories must be finite numbers that differ from each other")
    return listed


def category_codes(data: ArrayLike, categories: ArrayLike) -> NDArray[np.int64]:
    """Replace each value by its place in the list of categories, and NaN by -1; the shape stays.

    Raises
    ------
    ValueError
        When a value is none of the categories, or these are not distinct numbers.
    """
    table, listed = np.asarray(data, dtype=float), distinct_categories(categories)
    given = ~np.isnan(table)
    order = np.argsort(listed)
    places = np.searchsorted(listed[order], table[given])
    strange = np.append(listed[order], np.nan)[places] != table[given]
    if strange.any():
        raise ValueError(f"{table[given][strange][0]:g} is none of the categories")
    codes = np.full(table.shape, -1, dtype=np.int64)
    codes[given] = order[places]
    return codes


def count_categories(data: ArrayLike, categories: ArrayLike) -> NDArray[np.int64]:
    """Count each category of the codebook on each unit, those that nobody gave included.

    Parameters
    ----------
    data : array_like of float, shape (n_reviewers, n_units)
        Value given by reviewer i to unit j; NaN where there is none.
    categories : array_like of float, shape (n_categories,)
        All values that could have been given, in the codebook's order.

    Returns
    -------
    ndarray of int, shape (n_units, n_categories)

    Raises
    ------
    ValueError
        When the data is not two-dimensional, a value is none of the categories, or these are not distinct numbers.
    """
    codes = category_codes(data, categories)
    if codes.ndim != 2:
        raise ValueError("data must have the shape (reviewers, units)")
    n_units, n_categories = codes.shape[1], len(distinct_categories(categories))
    cells = (np.arange(n_units) * n_categories + codes)[codes >= 0]
    return np.bincount(cells, minlength=n_units * n_categories).reshape(n_units, n_categories)


def pairable_reviewers(data: ArrayLike) -> int:
    """Count the reviewers, rows of the data, with a value on a unit that another judged too."""
    given = ~np.isnan(np.asarray(data, dtype=float))
    return int((given & (given.sum(axis=0) >= 2)).any(axis=1).sum())


def count_patterns(
    patterns: Mapping[tuple[int, ...], int],
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Count values in patterns, a pattern being the values on a unit and how many units have just these.

    Returns
    -------
    values : ndarray of float, shape (n_categories,)
        The values that occur, ascending.
    counts : ndarray of int, shape (n_patterns, n_categories)
    multiplicity : ndarray of int, shape (n_patterns,)
    """
    values = sorted({value for pattern in patterns for value in pattern})
    column = {value: index for index, value in enumerate(values)}
    counts = np.zeros((len(patterns), len(values)), dtype=np.int64)
    for row, pattern in enumerate(patterns):
        for value in pattern:
            counts[row, column[value]] += 1
    return np.array(values, dtype=float), counts, np.array(list(patterns.values()), dtype=np.int64)


def coincidences_by_document(
    counts: ArrayLike, documents: ArrayLike, n_documents: int, multiplicity: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Sum the coincidences of each document apart: what intervals are made of.

    Parameters
    ----------
    counts : array_like of int, shape (n_units, n_categories)
        How many reviewers gave each category to each unit.
    documents : array_like of int, shape (n_units,)
        Which document each unit is in, from 0 up; in any order.
    n_documents : int
    multiplicity : array_like of int, shape (n_units,), optional
        How many units each row stands for; 1 when omitted.

    Returns
    -------
    ndarray of float, shape (n_documents, n_categories, n_categories)
        `Coincidences.pairs` of every document; all 0 for one without pairable values.

    Raises
    ------
    ValueError
        When a count is negative or not whole, a document is unknown, or the shapes do not fit.
    """
    table, times, kept = _pairable(counts, multiplicity)
    numbers = np.asarray(documents, dtype=np.int64)
    if numbers.shape != kept.shape:
        raise ValueError("documents must have one number for each row of counts")
    numbers = numbers[kept]
    if ((numbers < 0) | (numbers >= n_documents)).any():
        raise ValueError("documents are numbered from 0 up")
    weights = times / (table.sum(axis=1) - 1)
    columns = np.ascontiguousarray(table.T)
    pairs = np.zeros((n_documents, len(columns), len(columns)))
    for one, column in enumerate(columns):
        weighted = column * weights
        for other in range(one + 1):
            met = weighted * (columns[other] - (one == other))
            pairs[:, one, other] = pairs[:, other, one] = np.bincount(numbers, met, n_documents)
    return pairs


def _pairable(
    counts: ArrayLike, multiplicity: ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return the counts and multiplicities of units with two or more values, and which rows these are."""
    table, times = whole_counts(counts, multiplicity)
    kept = table.sum(axis=1) >= 2
    return table[kept], times[kept], kept

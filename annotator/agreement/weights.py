"""How much two categories agree: weights from 0 to 1, shape (n_categories, n_categories), 1 where they are equal."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotator.agreement.counts import distinct_categories


def identity(scores: ArrayLike) -> NDArray[np.float64]:
    """Weigh equal categories 1 and all others 0, whatever their scores."""
    return np.eye(len(distinct_categories(scores)))


def linear(scores: ArrayLike) -> NDArray[np.float64]:
    """Weigh categories by their distance as a share of the greatest: 1 − |s(k) − s(l)| / (s(max) − s(min)).

    Parameters
    ----------
    scores : array_like of float, shape (n_categories,)
        The categories themselves, or 0, 1, 2, ... to make all steps between neighbours equal.

    Returns
    -------
    ndarray of float, shape (n_categories, n_categories)

    Raises
    ------
    ValueError
        When a score is not a finite number or occurs twice.
    """
    return _short_of_one(1 - _distances(scores))


def quadratic(scores: ArrayLike) -> NDArray[np.float64]:
    """Weigh categories by their squared distance as a share of the greatest; see `linear`."""
    return _short_of_one(1 - _distances(scores) ** 2)


WEIGHTS: Final[Mapping[str, Callable[[ArrayLike], NDArray[np.float64]]]] = {
    "identity": identity,
    "linear": linear,
    "quadratic": quadratic,
}


def agreement_weights(weights: ArrayLike | None, n_categories: int) -> NDArray[np.float64]:
    """Return weights that are fit to be used; `identity` for None.

    Raises
    ------
    ValueError
        When the shape does not fit the categories, the weights are not symmetric, equal categories do not weigh 1,
        or others do not weigh from 0 to less than 1.
    """
    if weights is None:
        return np.eye(n_categories)
    table = np.asarray(weights, dtype=float)
    if table.shape != (n_categories, n_categories):
        raise ValueError(f"weights of {n_categories} categories must have the shape ({n_categories}, {n_categories})")
    same = np.eye(n_categories, dtype=bool)
    fit = (table[same] == 1).all() and ((table >= 0) & ((table < 1) | same)).all() and (table == table.T).all()
    if not fit:
        raise ValueError("weights must be symmetric, 1 for equal categories, and from 0 to less than 1 for others")
    return table


def _short_of_one(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keep categories that differ from being weighed as equal by rounding, however near each other they are."""
    return np.where(np.eye(len(weights), dtype=bool), 1, np.minimum(weights, np.nextafter(1, 0)))


def _distances(scores: ArrayLike) -> NDArray[np.float64]:
    listed = distinct_categories(scores) / 2  # so that no distance is beyond the greatest number
    apart = np.abs(listed[:, None] - listed[None, :])
    return apart / (apart.max(initial=0) or 1)

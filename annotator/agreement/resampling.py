"""Documents left out one at a time, or drawn again and again: from the sums of each document to figures of many.

A document's sums are whatever adds up over documents and suffices for a figure: coincidences, or the lengths of the
unitizing measures. Characters or passages of one document are not independent, so whole documents are resampled.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Figure = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Maps sums of many sets of documents, shape (n_sets, ...), to their figures, shape (n_sets,), NaN where undefined."""

RESAMPLES: Final = 2000
SEED: Final = 20111
BLOCK: Final = 1 << 20
"""Numbers held at once, so that memory does not grow with the product of resamples and documents."""
REMEMBERED: Final = 1 << 21
"""Numbers drawn, at most, that are kept for the next figure: four such sets take 64 MB."""
NEAR: Final = 1 << 16
"""Numbers counted at once: few enough to stay near the processor."""


def figure_of_all(sums: ArrayLike, figure: Figure) -> float:
    """Return the figure of all documents, from the sums of each, shape (n_documents, ...); NaN when undefined."""
    return float(figure(np.asarray(sums, dtype=float).sum(axis=0, keepdims=True))[0])


def figures_without_each(sums: ArrayLike, figure: Figure) -> NDArray[np.float64]:
    """Compute a figure once without each document.

    Parameters
    ----------
    sums : array_like of float, shape (n_documents, ...)
        Sums of each document.
    figure : callable
        See `Figure`.

    Returns
    -------
    ndarray of float, shape (n_documents,)
        NaN where the figure of the other documents is undefined.
    """
    table = np.asarray(sums, dtype=float)
    if not len(table):
        return np.empty(0)
    nothing = np.zeros((1, *table.shape[1:]))
    before = np.cumsum(np.concatenate([nothing, table[:-1]]), axis=0)
    after = np.cumsum(np.concatenate([nothing, table[:0:-1]]), axis=0)[::-1]
    return _in_blocks(before + after, figure)  # additions alone, since a difference of sums may leave a false crumb


def figures_of_resamples(
    sums: ArrayLike, figure: Figure, n_resamples: int = RESAMPLES, seed: int = SEED
) -> NDArray[np.float64]:
    """Compute a figure of resamples: as many documents as there are, drawn with replacement.

    Parameters
    ----------
    sums : array_like of float, shape (n_documents, ...)
        Sums of each document. Their order changes nothing.
    figure : callable
        See `Figure`.
    n_resamples : int
    seed : int
        The same seed gives the same figures.

    Returns
    -------
    ndarray of float, shape (n_resamples,)
        NaN where the figure of the documents drawn is undefined.

    Raises
    ------
    ValueError
        When there is no document to draw from.

    References
    ----------
    B. Efron & R. J. Tibshirani, An Introduction to the Bootstrap, 1993, ch. 6.
    """
    table = np.asarray(sums, dtype=float)
    if not len(table):
        raise ValueError("there is no document to draw from")
    flat = table.reshape(len(table), -1)
    flat = flat[np.lexsort(flat.T)]
    some = (times @ flat for times in _draws(n_resamples, len(flat), seed))
    return np.concatenate([_in_blocks(each.reshape(-1, *table.shape[1:]), figure) for each in some])


def _draws(n_resamples: int, n_documents: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """Yield how often each document was drawn, some resamples at a time; few enough are drawn once for all figures."""
    rows = max(1, BLOCK // n_documents)
    if n_resamples * n_documents <= REMEMBERED:
        yield _remembered_draws(n_resamples, n_documents, seed)
        return
    random = np.random.default_rng(seed)
    yield from (draw(random, min(rows, n_resamples - start), n_documents) for start in range(0, n_resamples, rows))


@lru_cache(maxsize=4)
def _remembered_draws(n_resamples: int, n_documents: int, seed: int) -> NDArray[np.float64]:
    times = draw(np.random.default_rng(seed), n_resamples, n_documents)
    times.flags.writeable = False
    return times


def draw(random: np.random.Generator, n_resamples: int, n_documents: int) -> NDArray[np.float64]:
    """Draw documents with replacement; return how often each was drawn, shape (n_resamples, n_documents)."""
    weights = np.empty((n_resamples, n_documents))
    rows = max(1, NEAR // n_documents)
    for start in range(0, n_resamples, rows):
        some = weights[start : start + rows]
        drawn = random.integers(n_documents, size=some.shape)
        drawn += np.arange(len(some))[:, None] * n_documents
        some[:] = np.bincount(drawn.ravel(), minlength=drawn.size).reshape(some.shape)
    return weights


def _in_blocks(sums: NDArray[np.float64], figure: Figure) -> NDArray[np.float64]:
    rows = max(1, BLOCK // max(1, sums[0].size))
    return np.concatenate([figure(sums[start : start + rows]) for start in range(0, len(sums), rows)])

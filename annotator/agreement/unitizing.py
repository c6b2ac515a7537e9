"""The u-alpha family over a continuum: do reviewers mark the same passages, and do they give them the same labels.

Each figure takes the sums of `continuum`: of one document or many, of all labels together or of one layer.

References
----------
K. Krippendorff, Y. Mathet, S. Bouvry and A. Widlöcher, On the reliability of unitizing textual continua: Further
developments, 2016. K. Krippendorff, Content Analysis, 4th ed., 2019, section 12.6; its example:
tests/agreement/test_krippendorff_2019.py
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotator.agreement.continuum import Unitized
from annotator.agreement.estimate import Estimate, not_computable
from annotator.agreement.layers import EVERYBODY_MARKED, NO_DOCUMENT, NOBODY_MARKED

MARKED_ALIKE: Final = not_computable("everybody marked the whole text alike, so there is no variation to compare")
NOTHING_SHARED: Final = not_computable("no two reviewers marked the same text")
ONE_VALUE: Final = not_computable("all text that two reviewers marked has the same labels, so nothing can differ")
VALUE_UNUSED: Final = not_computable("nobody marked any text so")
VALUE_NOT_SHARED: Final = not_computable("no other reviewer marked any of the text marked so")


def u_alpha(sums: Unitized) -> Estimate:
    """Agreement on where passages lie and on their labels.

    Returns
    -------
    Estimate
        `value` is at most 1; 0 is chance, less is legal. None with a reason when there is no document to compare,
        nobody marked anything, or everybody marked the whole text alike. `n_units` counts characters, `n_values` how
        often they were read.
    """
    lengths = sums.lengths
    if np.count_nonzero(lengths) < 2:
        return _undefined(sums, MARKED_ALIKE)
    products = _unequal(np.outer(lengths, lengths))
    return _estimate(sums, _alpha(_unequal(sums.pairs), products, lengths.sum(), sums.squares))


def u_alphas(pairs: ArrayLike, squares: ArrayLike) -> NDArray[np.float64]:
    """u-alpha of many sums at once, such as those of resamples; see `u_alpha`.

    Parameters
    ----------
    pairs : array_like of float, shape (..., n_categories, n_categories)
        Lengths l_ck, the gap first; see `continuum.Unitized`.
    squares : array_like of float, shape (..., n_categories)
        Squared lengths of units, plain lengths of gaps.

    Returns
    -------
    ndarray of float, shape (...)
        NaN where there is nothing to compare or no variation.
    """
    matrices = np.asarray(pairs, dtype=float)
    lengths = matrices.sum(axis=-1)
    total = lengths.sum(axis=-1)
    observed = (matrices * ~np.eye(matrices.shape[-1], dtype=bool)).sum(axis=(-2, -1))
    expected = total * (lengths * (total[..., None] - lengths)).sum(axis=-1)
    share = np.full_like(expected, np.nan)
    np.divide(observed * (total**2 - np.sum(squares, axis=-1)), expected, out=share, where=expected > 0)
    return 1 - share


def unit_alpha(sums: Unitized) -> Estimate:
    """|u-alpha: agreement on what is marked, with any label, and what is not.

    Returns
    -------
    Estimate
        As `u_alpha`, which it equals for one layer; None also when everybody marked the whole text with any labels.
    """
    lengths = sums.lengths
    gap, units = lengths[0], lengths[1:].sum()
    if not gap or not units:
        return _undefined(sums, EVERYBODY_MARKED)
    return _estimate(sums, _alpha(sums.pairs[0, 1:].sum(), gap * units, gap + units, sums.squares))


def coding_alpha(sums: Unitized) -> Estimate:
    """cu-alpha: agreement on the labels of text that two or more reviewers marked; see `coding_coverage`.

    Returns
    -------
    Estimate
        None with a reason when there is no such text, or all of it has the same labels. `n_units` counts characters
        that two or more reviewers marked, `n_values` how often they did.

    Notes
    -----
    A unit is not paired with itself: what is left out is the square of the length it shares with other reviewers'
    units, averaged over them. Of the readings in use it is the one that gives the printed 0.724.
    """
    pairs, lengths = _shared(sums)
    if np.count_nonzero(lengths) < 2:
        return _undefined_shared(sums, ONE_VALUE if lengths.any() else NOTHING_SHARED)
    products = _unequal(np.outer(lengths, lengths))
    return _estimate_shared(sums, _alpha(_unequal(pairs), products, lengths.sum(), sums.shared_squares))


def coding_coverage(sums: Unitized) -> Estimate:
    """Share of what u-alpha compares that is left for cu-alpha: lengths marked by both reviewers of a pair."""
    if not sums.n_documents:
        return _undefined(sums, NO_DOCUMENT)
    _, lengths = _shared(sums)
    return _estimate(sums, lengths.sum() / sums.lengths.sum())


def value_alpha(sums: Unitized, *labels: str) -> Estimate:
    """(k)u-alpha: agreement on one value, where two or more reviewers marked the text; see `value_coverage`.

    Parameters
    ----------
    sums : Unitized
    *labels : str
        The value: text marked with just these labels.

    Returns
    -------
    Estimate
        None with a reason when nobody marked text so, no other reviewer marked any of that text, or all text that
        two or more reviewers marked is marked so. Sizes are those of `coding_alpha`.
    """
    place = _place(sums, labels)
    pairs, lengths = _shared(sums)
    if not place or not lengths[place - 1]:
        return _undefined_shared(sums, VALUE_NOT_SHARED if place else VALUE_UNUSED)
    if np.count_nonzero(lengths) < 2:
        return _undefined_shared(sums, ONE_VALUE)
    # 1 - (e_k / l_k) (l_k - l_kk) / (e_k - e_kk), where e_k and e_kk have the factor T* / D* in common.
    length, total = lengths[place - 1], lengths.sum()
    observed = np.delete(pairs[place - 1], place - 1).sum() / length
    expected = length * (total - length) / (length * total - sums.shared_squares[place])
    return _estimate_shared(sums, 1 - observed / expected)


def value_coverage(sums: Unitized, *labels: str) -> Estimate:
    """Share of the text marked with just these labels that `value_alpha` rests on: what others marked too."""
    place = _place(sums, labels)
    if not place:
        return _undefined(sums, VALUE_UNUSED)
    _, lengths = _shared(sums)
    return _estimate(sums, lengths[place - 1] / sums.lengths[place])


def value_share(sums: Unitized, *labels: str) -> Estimate:
    """Share of all text, over reviewers and documents, that is marked with just these labels; 0 where nobody did."""
    if not sums.n_documents:
        return _undefined(sums, NO_DOCUMENT)
    place = _place(sums, labels)
    return _estimate(sums, sums.lengths[place] / sums.lengths.sum() if place else 0)


def _alpha(observed: float, products: float, total: float, squares: NDArray[np.float64]) -> float:
    """One minus observed over expected disagreement, from the lengths that differ and the products of their totals.

    Expected are all pairs of places but those within one unit, or of a place in a gap with itself.
    """
    return 1 - observed * (total**2 - squares.sum()) / (total * products)


def _unequal(table: NDArray[np.float64]) -> float:
    """Sum a square table without its diagonal; exactly 0 when nothing is off it."""
    return float(table[~np.eye(len(table), dtype=bool)].sum())


def _shared(sums: Unitized) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lengths of pairs of units without gaps, and their totals l*_c."""
    pairs = sums.pairs[1:, 1:]
    return pairs, pairs.sum(axis=1)


def _place(sums: Unitized, labels: tuple[str, ...]) -> int:
    """Return where a value is among those that occur; 0, the place of the gap, when it does not."""
    value = tuple(sorted(set(labels)))
    return sums.values.index(value) if value in sums.values else 0


def _estimate(sums: Unitized, value: float | None, reason: str = "") -> Estimate:
    number = None if value is None else float(value)
    return Estimate(number, reason, sums.n_characters, len(sums.reviewers), sums.n_values)


def _estimate_shared(sums: Unitized, value: float | None, reason: str = "") -> Estimate:
    number = None if value is None else float(value)
    return Estimate(number, reason, sums.n_shared_characters, len(sums.reviewers), sums.n_shared_values)


def _undefined(sums: Unitized, reason: str) -> Estimate:
    """Say why a figure over all text is undefined: for want of documents, of any passage, or as told."""
    if not sums.n_documents:
        reason = NO_DOCUMENT
    elif len(sums.values) < 2:
        reason = NOBODY_MARKED
    return _estimate(sums, None, reason)


def _undefined_shared(sums: Unitized, reason: str) -> Estimate:
    return _estimate_shared(sums, None, reason if sums.n_documents else NO_DOCUMENT)

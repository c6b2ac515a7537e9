"""How far a figure might lie from that of other documents like these, read by the same reviewers: the jackknife.

Documents are what is sampled. Deleting one at a time needs no seed and holds its level better than the percentiles of
resamples; these serve for the share of resamples below a customary limit. tests/benchmarks/agreement_coverage.py
measures how often the interval holds the true value.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import isnan, sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotator.agreement.alpha import Difference, alphas, nominal
from annotator.agreement.estimate import plain
from annotator.agreement.keeping import quick_to_keep
from annotator.agreement.resampling import RESAMPLES, Figure, figure_of_all, figures_of_resamples, figures_without_each
from annotator.agreement.student import quantile
from annotator.agreement.unitizing import u_alphas

LEVEL: Final = 0.95
LIMIT: Final = 0.667
"""Krippendorff's customary lower limit for tentative conclusions."""
FEWEST: Final = 3
"""Effective documents below which no interval is given."""
MANY: Final = 20
"""Documents from which the share of resamples below the limit is given."""
RARE: Final = 0.05
"""Share of the judgements below which a value is rare, and intervals that rest on it are rough."""
PERHAPS_RARE: Final = 0.08
"""The same with fewer than `MANY` documents, from which it cannot be told more closely how rare a value is."""
UNDEFINED: Final = 0.05
"""Share of resamples without a figure above which no interval is given."""
SAME: Final = 1e-12
SMALL: Final = 1 << 17
"""Numbers, at most, of sums whose interval is remembered: 48 such take 48 MB."""

Mass = Callable[[NDArray[np.float64]], tuple[NDArray[np.float64], bool]]
"""Maps sums of each document to its mass, shape (n_documents,), and whether an interval over them is rough."""


def no_interval(reason: str) -> str:
    """Return the sentence a page shows in place of an interval."""
    return f"No interval: {reason}."


NO_FIGURE: Final = no_interval("the figure itself is not computable")
FEW_DOCUMENTS: Final = no_interval("fewer than three documents could be compared")
NO_SPREAD: Final = no_interval("leaving out any document changes nothing, so nothing shows how far the figure varies")
UNSTABLE: Final = no_interval("too many resamples of the documents have no figure at all")


@quick_to_keep
@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval of one figure over documents.

    Attributes
    ----------
    low, high : float or None
        Its ends; `high` is cut at 1. None when there is none, and `reason` then says why in a sentence.
    level : float
        How often such an interval is meant to hold the true value.
    error : float or None
        Standard error of the figure.
    n_documents : int
        Documents with something to compare.
    n_effective : float
        How many documents of equal mass would count as much.
    degrees : float or None
        Degrees of freedom of the t quantile.
    rough : bool
        Whether the level is known not to hold: where all but 5 % of the judgements are the same, or all but 8 % with
        fewer than 20 documents.
    dominant : str
        The document with most of the mass, when `n_effective` is below 3; else empty.
    below : float or None
        Share of the resamples whose figure is below 0.667, from 20 documents up. It is no probability.
    n_undefined : int
        Resamples without a figure; they are left out of `below`.
    """

    low: float | None = None
    high: float | None = None
    reason: str = ""
    level: float = LEVEL
    error: float | None = None
    n_documents: int = 0
    n_effective: float = 0.0
    degrees: float | None = None
    rough: bool = False
    dominant: str = ""
    below: float | None = None
    n_undefined: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the fields, JSON-safe."""
        return plain(self)


@dataclass(frozen=True, slots=True)
class _Alphas:
    """`alpha.alphas` over some values, as a figure that equals another of the same values."""

    values: tuple[float, ...]
    difference: Difference

    def __call__(self, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        return alphas(sums, self.values, self.difference)


MARKED: Final = _Alphas((0, 1), nominal)
"""Alpha of a layer: of unmarked and marked."""


def alpha_interval(
    pairs: ArrayLike, values: ArrayLike, difference: Difference, names: Sequence[str], level: float = LEVEL
) -> Interval:
    """Interval of Krippendorff's alpha of a scale.

    Parameters
    ----------
    pairs : array_like of float, shape (n_documents, n_categories, n_categories)
        Coincidence matrix of each document, from `counts.coincidences_by_document` or `ratings.Ratings.by_document`.
    values : array_like of float, shape (n_categories,)
        What rows and columns stand for, ascending.
    difference : callable
        One of `alpha.DIFFERENCES`; an ordinal one takes the counts of each set of documents.
    names : sequence of str
        What each document is called.
    level : float

    Returns
    -------
    Interval
        The mass of a document is the number of its pairable values; `rough` when nearly all values are the same.
    """
    figure = _Alphas(tuple(np.asarray(values, dtype=float).tolist()), difference)
    return _known_interval(np.asarray(pairs, dtype=float), figure, scale_mass, names, level)


def layer_interval(pairs: ArrayLike, names: Sequence[str], level: float = LEVEL) -> Interval:
    """Interval of the nominal alpha of a layer, or of any two categories.

    Parameters
    ----------
    pairs : array_like of float, shape (n_documents, 2, 2)
        Coincidence matrix of each document, such as `layers.Layer.sentences.pairs`.
    names : sequence of str
        What each document is called.
    level : float

    Returns
    -------
    Interval
        The mass of a document is how often it was judged as the rarer of marked and unmarked; `rough` when that is
        rare.
    """
    return _known_interval(np.asarray(pairs, dtype=float).reshape(-1, 2, 2), MARKED, layer_mass, names, level)


def u_interval(documents: ArrayLike, names: Sequence[str], level: float = LEVEL) -> Interval:
    """Interval of the u-alpha of a layer.

    Parameters
    ----------
    documents : array_like of float, shape (n_documents, 6)
        Each document's layer, from `continuum.stack_layers`.
    names : sequence of str
        What each document is called.
    level : float

    Returns
    -------
    Interval
        The mass of a document is as in `layer_interval`, in characters. Without resamples: a layer's alpha on
        sentences, which rests on the same passages, has them.
    """
    sums = np.asarray(documents, dtype=float).reshape(-1, 6)
    return _known_interval(sums, u_figure, _lengths_mass, names, level, n_resamples=0)


def character_interval(documents: ArrayLike, names: Sequence[str], level: float = LEVEL) -> Interval:
    """Interval of the alpha of a layer on characters, from the same sums and otherwise as `u_interval`."""
    pairs = lengths_of(np.asarray(documents, dtype=float).reshape(-1, 6))
    return _known_interval(pairs, MARKED, layer_mass, names, level, n_resamples=0)


def lengths_of(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the lengths of a layer's sums, shape (..., 2, 2): pairs of characters, unmarked and marked."""
    return sums[..., :4].reshape(*sums.shape[:-1], 2, 2)


def u_figure(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """u-alpha of a layer from its sums, shape (..., 6)."""
    return u_alphas(lengths_of(sums), sums[..., 4:])


def layer_mass(pairs: NDArray[np.float64]) -> tuple[NDArray[np.float64], bool]:
    """Return how often each document was judged as the rarer of two values, and whether that makes intervals rough.

    `pairs` has the shape (n_documents, 2, 2).
    """
    given = pairs.sum(axis=2)
    return given[:, int(np.argmin(given.sum(axis=0)))], _rough(given)


def scale_mass(pairs: NDArray[np.float64]) -> tuple[NDArray[np.float64], bool]:
    """Return how many pairable values each document has, and whether so many are the same that intervals are rough.

    `pairs` has the shape (n_documents, n_categories, n_categories).
    """
    given = pairs.sum(axis=2)
    return given.sum(axis=1), _rough(given)


def _lengths_mass(sums: NDArray[np.float64]) -> tuple[NDArray[np.float64], bool]:
    return layer_mass(lengths_of(sums))


def _rough(given: NDArray[np.float64]) -> bool:
    """Whether all values but the commonest are rare, from how often each document has each; see `Interval.rough`."""
    total = given.sum(axis=0)
    n_documents = np.count_nonzero(given.any(axis=1))
    return bool(total.sum() - total.max(initial=0) < (RARE if n_documents >= MANY else PERHAPS_RARE) * total.sum())


def _known_interval(
    sums: NDArray[np.float64],
    figure: Figure,
    mass: Mass,
    names: Sequence[str],
    level: float,
    n_resamples: int = RESAMPLES,
) -> Interval:
    """Return `interval`, as it was found before if of the same sums: after an edit most of a study's are as before."""
    find = _remembered_interval if sums.size <= SMALL else _found_interval
    return find(sums.tobytes(), sums.shape, figure, mass, tuple(names), level, n_resamples)


def _found_interval(
    sums: bytes,
    shape: tuple[int, ...],
    figure: Figure,
    mass: Mass,
    names: tuple[str, ...],
    level: float,
    n_resamples: int,
) -> Interval:
    table = np.frombuffer(sums).reshape(shape)
    masses, rough = mass(table)
    return interval(table, figure, masses, names, rough=rough, level=level, n_resamples=n_resamples)


_remembered_interval = lru_cache(maxsize=48)(_found_interval)


def interval(
    sums: ArrayLike,
    figure: Figure,
    mass: ArrayLike,
    names: Sequence[str],
    *,
    rough: bool = False,
    level: float = LEVEL,
    n_resamples: int = RESAMPLES,
) -> Interval:
    """Interval of any figure that follows from sums which add up over documents.

    Parameters
    ----------
    sums : array_like of float, shape (n_documents, ...)
        Sums of each document; one whose sums are all 0 has nothing to compare and drops out.
    figure : callable
        Maps sums of many sets of documents, shape (n_sets, ...), to their figures, NaN where undefined.
    mass : array_like of float, shape (n_documents,)
        How much each document weighs in the figure, in any unit.
    names : sequence of str
        What each document is called.
    rough : bool
        Whether the level is known not to hold.
    level : float
    n_resamples : int
        Resamples for the share below the limit; none are drawn for 0, and nothing then says how many are undefined.

    Returns
    -------
    Interval

    Raises
    ------
    ValueError
        When there is not one mass and name for each document.
    """
    table = np.asarray(sums, dtype=float)
    masses = np.asarray(mass, dtype=float)
    if not len(table) == len(masses) == len(names):
        raise ValueError("every document has sums, a mass and a name")
    kept = table.any(axis=tuple(range(1, table.ndim)))
    table, named = table[kept], [name for name, keep in zip(names, kept, strict=True) if keep]
    point = figure_of_all(table, figure) if kept.any() else None
    without = figures_without_each(table, figure)
    found = jackknife(point, without, masses[kept], named, rough=rough, level=level)
    if found.low is None or not n_resamples:
        return found
    figures = figures_of_resamples(table, figure, n_resamples)
    defined = figures[~np.isnan(figures)]
    found = replace(found, n_undefined=len(figures) - len(defined))
    if found.n_undefined > UNDEFINED * len(figures):
        return replace(found, low=None, high=None, reason=UNSTABLE)
    below = float((defined < LIMIT).mean()) if found.n_documents >= MANY else None
    return replace(found, below=below)


def jackknife(
    point: float | None,
    without: ArrayLike | Callable[[int], float | None],
    mass: ArrayLike,
    names: Sequence[str],
    *,
    rough: bool = False,
    level: float = LEVEL,
) -> Interval:
    """Interval from a figure and the same figure without each document.

    Parameters
    ----------
    point : float or None
        The figure of all documents; None or NaN when undefined.
    without : array_like of float, shape (n_documents,), or callable
        The figure without each document, NaN where undefined; or what computes it from the number of the document.
    mass, names, rough, level
        See `interval`.

    Returns
    -------
    Interval
        No interval when the figure is undefined with or without any document, when the documents count as fewer than
        three, or when all give the same figure.

    Raises
    ------
    ValueError
        When there is not one figure, mass and name for each document, or a mass is negative.

    References
    ----------
    J. Hughes, Toward improved inference for Krippendorff's alpha agreement coefficient, 2022 (jackknife). L. Kish,
    Survey Sampling, 1965, 11.7 (effective size). Upper ends above 1 are cut.
    """
    masses = np.asarray(mass, dtype=float)
    n_documents = len(masses)
    if (masses < 0).any():
        raise ValueError("no document has a negative mass")
    if callable(without):
        answers = (without(number) for number in range(n_documents))
        without = [np.nan if answer is None else answer for answer in answers]
    left = np.asarray(without, dtype=float)
    if not n_documents == len(left) == len(names):
        raise ValueError("every document has a figure without it, a mass and a name")
    base = Interval(level=level, n_documents=n_documents, n_effective=_effective(masses), rough=rough)
    reason = _reason_against(point, left, masses, names, base)
    if reason:
        dominates = n_documents >= FEWEST and _below(base.n_effective) and masses.any()
        return replace(base, reason=reason, dominant=names[int(np.argmax(masses))] if dominates else "")
    pseudo = n_documents * point - (n_documents - 1) * left
    error = float(pseudo.std(ddof=1)) / sqrt(n_documents)
    degrees = base.n_effective - 1
    reach = quantile((1 + level) / 2, degrees) * error
    return replace(base, low=point - reach, high=min(1.0, point + reach), error=error, degrees=degrees)


def _effective(masses: NDArray[np.float64]) -> float:
    return float(masses.sum() ** 2 / (masses**2).sum()) if masses.any() else 0.0


def _below(n_effective: float) -> bool:
    """Whether the documents count as fewer than three; equal ones may miss that by a rounding."""
    return n_effective < FEWEST - 1e-9


def _reason_against(
    point: float | None, left: NDArray[np.float64], masses: NDArray[np.float64], names: Sequence[str], base: Interval
) -> str:
    if point is None or isnan(point):
        return NO_FIGURE
    if base.n_documents < FEWEST:
        return FEW_DOCUMENTS
    if _below(base.n_effective):
        share = masses.max() / masses.sum() if masses.any() else 0.0
        most = f"“{names[int(np.argmax(masses))]}” alone holds {share:.0%} of what is compared"
        counted = f"{base.n_documents} documents count as {base.n_effective:.2f}"
        return no_interval(f"{most}, so that {counted} and three are needed")
    if np.isnan(left).any():
        return no_interval(f"without “{names[int(np.argmax(np.isnan(left)))]}” the figure is not computable")
    if np.ptp(left) <= SAME:
        return NO_SPREAD
    return ""

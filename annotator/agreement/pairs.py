"""Every two reviewers on the same text: how many of one's passages the other has, and how far they cut it alike.

Sums of documents add up over those that both of a pair read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.continuum import GAP, Value, pieces
from annotator.agreement.estimate import Estimate
from annotator.agreement.f1 import MODES as F1_MODES
from annotator.agreement.f1 import NO_SHARED_DOCUMENT, Hits, span_f1
from annotator.agreement.layers import NOBODY_MARKED
from annotator.agreement.spans import Spans, possible
from annotator.agreement.unitizing import MARKED_ALIKE

MODES: Final = ("exact", "overlap", "char")
"""The modes of F1 that are summed for pairs, of `f1.MODES`. In each of them both reviewers have as many hits."""


@dataclass(frozen=True, slots=True, eq=False)
class PairSums:
    """What every two reviewers have in common: at [i, j] over the documents that both i and j read, of one or many.

    Attributes
    ----------
    reviewers : tuple of str
        Ascending.
    labels : tuple of str
        In the codebook's order.
    values : tuple of tuple of str
        Sets of labels that occur, ascending, the gap first; see `continuum`.
    hits : ndarray of int, shape (n_reviewers, n_reviewers, n_modes, n_labels)
        Passages of i that j has as well, or characters in mode "char"; on the diagonal, i's own.
    own : ndarray of int, shape (n_reviewers, n_reviewers, n_modes, n_labels)
        Passages or characters of i.
    lengths : ndarray of float, shape (n_reviewers, n_reviewers, n_values)
        Characters to which i gave each value.
    squares : ndarray of float, shape (n_reviewers, n_reviewers)
        z of i's texts, summed over the values; see `continuum.Unitized.squares`.
    differing : ndarray of float, shape (n_reviewers, n_reviewers)
        Characters to which i and j gave different values.
    documents : ndarray of int, shape (n_reviewers, n_reviewers)
        How many documents both read.
    """

    reviewers: tuple[str, ...]
    labels: tuple[str, ...]
    values: tuple[Value, ...]
    hits: NDArray[np.int64]
    own: NDArray[np.int64]
    lengths: NDArray[np.float64]
    squares: NDArray[np.float64]
    differing: NDArray[np.float64]
    documents: NDArray[np.int64]


def pair_sums(marked: Mapping[str, Mapping[str, Sequence[tuple[int, int]]]], length: int) -> PairSums:
    """Sum one document.

    Parameters
    ----------
    marked : mapping of label to mapping of reviewer to spans
        Half-open, in code points; every reviewer under every label, without spans where nothing was marked.
    length : int
        Length of the text in code points, more than 0.

    Returns
    -------
    PairSums
        Abutting passages of one label stay two where passages are matched, and are one unit where texts are cut, as
        in the u-alpha of a label.

    Raises
    ------
    ValueError
        When a span is not a passage of the text.
    """
    labels = tuple(marked)
    names = sorted(frozenset().union(*marked.values()))
    cut = pieces({name: {label: marked[label][name] for label in labels} for name in names}, length, joined=True)
    sizes, readers, n_values = np.diff(cut.cuts), cut.cuts[:-1] // length, len(cut.values)
    points = np.unique(np.append(cut.cuts % length, length))
    stretches = np.diff(points).astype(float)
    starts = cut.cuts[:-1] % length
    spread = np.searchsorted(points, starts + sizes) - np.searchsorted(points, starts)
    column = np.repeat(cut.column, spread).reshape(len(names), -1)
    given = (column[:, None, :] == np.arange(n_values)[:, None]).astype(float)
    same = _together(given.reshape(len(names), -1), np.tile(stretches, n_values))
    hits = np.zeros((len(names), len(names), len(MODES), len(labels)), dtype=np.int64)
    for place, label in enumerate(labels):
        labelled = np.array([label in value for value in cut.values])[column].astype(float)
        hits[:, :, MODES.index("char"), place] = np.rint(_together(labelled, stretches))
        passages = [possible(sorted(set(map(tuple, marked[label][name]))), length) for name in names]
        for mode in ("exact", "overlap"):
            hits[:, :, MODES.index(mode), place] = _matched(passages, length, mode)
    lengths = np.bincount(readers * n_values + cut.column, sizes, minlength=len(names) * n_values)
    squares = np.bincount(readers, np.where(cut.column > 0, sizes.astype(float) ** 2, sizes), minlength=len(names))
    everybody = np.ones(len(names))
    return PairSums(
        reviewers=tuple(names),
        labels=labels,
        values=cut.values,
        hits=hits,
        own=np.repeat(np.einsum("iiml->iml", hits)[:, None], len(names), axis=1),
        lengths=np.repeat(lengths.reshape(len(names), 1, n_values), len(names), axis=1),
        squares=np.outer(squares, everybody),
        differing=length - same,
        documents=np.ones((len(names), len(names)), dtype=np.int64),
    )


def _together(given: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum the weights of what both of every two rows have."""
    return (given * weights) @ given.T


def _matched(passages: Sequence[Spans], length: int, mode: str) -> NDArray[np.int64]:
    """Count the passages of one label that both of every two reviewers have; on the diagonal, each one's own."""
    table = np.diag([len(each) for each in passages])
    for one, other in combinations(range(len(passages)), 2):
        if len(passages[one]) and len(passages[other]):
            found = F1_MODES[mode](passages[one], passages[other], length).first_hit
            table[one, other] = table[other, one] = found
    return table


def pool_pairs(parts: Iterable[PairSums], labels: Sequence[str]) -> PairSums:
    """Add the sums of documents that share their labels; of none, all are 0."""
    given = list(parts)
    names = sorted(frozenset().union(*(part.reviewers for part in given)))
    values = sorted({GAP}.union(*(part.values for part in given)))
    row, column = {name: at for at, name in enumerate(names)}, {value: at for at, value in enumerate(values)}
    square, counted = (len(names), len(names)), (len(MODES), len(labels))
    pooled = PairSums(
        reviewers=tuple(names),
        labels=tuple(labels),
        values=tuple(values),
        hits=np.zeros((*square, *counted), dtype=np.int64),
        own=np.zeros((*square, *counted), dtype=np.int64),
        lengths=np.zeros((*square, len(values))),
        squares=np.zeros(square),
        differing=np.zeros(square),
        documents=np.zeros(square, dtype=np.int64),
    )
    of_size: dict[int, list[PairSums]] = {}
    for part in given:
        of_size.setdefault(len(part.reviewers), []).append(part)
    for size, alike in of_size.items():  # one addition for all that have so many reviewers
        rows = np.array([[row[name] for name in part.reviewers] for part in alike], dtype=np.int64)
        at = rows[:, :, None], rows[:, None, :]
        lengths = np.zeros((len(alike), size, size, len(values)))
        for place, part in enumerate(alike):
            lengths[place][..., [column[value] for value in part.values]] = part.lengths
        np.add.at(pooled.lengths, at, lengths)
        for field in ("hits", "own", "squares", "differing", "documents"):
            np.add.at(getattr(pooled, field), at, np.array([getattr(part, field) for part in alike]))
    return pooled


def pair_f1(sums: PairSums, first: int, second: int, mode: str, labels: Sequence[str]) -> Estimate:
    """F1 of two reviewers over some labels together; passages of different labels never match. See `f1.span_f1`."""
    at, chosen = MODES.index(mode), [sums.labels.index(label) for label in labels]
    mine, theirs, common = (
        int(table[at, chosen].sum())
        for table in (sums.own[first, second], sums.own[second, first], sums.hits[first, second])
    )
    return span_f1(Hits(mine, theirs, common, common, int(sums.documents[first, second]))).f1


def pair_u_alpha(sums: PairSums, first: int, second: int) -> Estimate:
    """u-alpha of all labels together between two reviewers, text under several labels valued their set.

    Returns
    -------
    Estimate
        As `unitizing.u_alpha` of the two alone.
    """
    lengths = sums.lengths[first, second] + sums.lengths[second, first]
    total = float(lengths.sum())
    size = {"n_units": round(total / 2), "n_reviewers": 2, "n_values": round(total)}
    if not total:
        return Estimate(None, NO_SHARED_DOCUMENT)
    if np.count_nonzero(lengths) < 2:
        return Estimate(None, NOBODY_MARKED if lengths[0] else MARKED_ALIKE, **size)
    products = float(lengths @ (total - lengths))
    squares = float(sums.squares[first, second] + sums.squares[second, first])
    observed = 2 * float(sums.differing[first, second])
    return Estimate(1 - observed * (total**2 - squares) / (total * products), **size)

"""A text as a continuum that each reviewer cuts into units and gaps: the sums from which the u-alpha family follows.

A reviewer's text is cut at all of that reviewer's own boundaries. What lies between two cuts has the set of labels
marked there as its value; a piece without labels is a gap. Sums of several documents add up, whatever their labels.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.keeping import quick_to_keep
from annotator.agreement.spans import Spans, merge, possible

Value = tuple[str, ...]
"""The labels of a piece of text, sorted; empty for a gap."""

GAP: Value = ()
LAYER: Value = ("marked",)
"""The only value of a layer but the gap."""


@quick_to_keep
@dataclass(frozen=True, slots=True)
class Unitized:
    """What is known of unitized documents once their passages are forgotten; of one document or pooled.

    Attributes
    ----------
    values : tuple of tuple of str
        The values that occur, ascending; the first is the gap, even where there is none.
    pairs : ndarray of float, shape (n_categories, n_categories)
        Lengths l_ck in characters: over pairs of different reviewers, what one values c and the other k, divided by
        the reviewers of the document but one. Sums to the length of all reviewers' texts.
    squares : ndarray of float, shape (n_categories,)
        z_c: the squared lengths of the units valued c; of the gap its plain length, since a gap has no inner
        structure.
    shared_squares : ndarray of float, shape (n_categories,)
        z*_c: as z_c, of the length that a unit shares with what other reviewers marked, averaged over them; 0 for
        the gap.
    n_characters : int
        Length of the texts.
    n_values : int
        Judgements of characters: length of the texts, each as often as it was read.
    n_shared_characters : int
        Characters that two or more reviewers marked, with any label.
    n_shared_values : int
        How often these were marked.
    """

    values: tuple[Value, ...]
    pairs: NDArray[np.float64]
    squares: NDArray[np.float64]
    shared_squares: NDArray[np.float64]
    n_characters: int = 0
    n_values: int = 0
    n_shared_characters: int = 0
    n_shared_values: int = 0
    reviewers: frozenset[str] = frozenset()
    n_documents: int = 0

    @property
    def lengths(self) -> NDArray[np.float64]:
        """Length l_c that reviewers gave each value, shape (n_categories,)."""
        return self.pairs.sum(axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """The texts of all reviewers laid end to end and cut: the value of [cuts[g], cuts[g + 1]) is values[column[g]]."""

    values: tuple[Value, ...]
    column: NDArray[np.int64]
    cuts: NDArray[np.int64]


def unitized(
    marked: Mapping[str, Mapping[str, Sequence[tuple[int, int]]]], length: int, *, joined: bool = False
) -> Unitized:
    """Sum one document as all its reviewers cut it.

    Parameters
    ----------
    marked : mapping of reviewer to mapping of label to spans
        Half-open, in code points; an empty mapping for a reviewer who marked nothing.
    length : int
        Length of the text in code points.
    joined : bool, optional
        Whether passages of one label that merely abut are one unit. By default they stay two; passages of one label
        that share a character are one unit always.

    Returns
    -------
    Unitized
        Of no document, all sums 0, when fewer than two reviewers are given or the text is empty.

    Raises
    ------
    ValueError
        When a span is not a passage of the text.

    References
    ----------
    K. Krippendorff, Y. Mathet, S. Bouvry and A. Widlöcher, On the reliability of unitizing textual continua: Further
    developments, 2016.
    """
    found = pieces(marked, length, joined=joined)
    m = len(marked)
    if m < 2 or not length:
        return pool_unitized([])
    return _sums(found.values, found.column, found.cuts, m, length, frozenset(marked))


def pieces(
    marked: Mapping[str, Mapping[str, Sequence[tuple[int, int]]]], length: int, *, joined: bool = False
) -> Pieces:
    """Cut one document as each of its reviewers does; parameters and errors are those of `unitized`."""
    labels = sorted({label for layers in marked.values() for label in layers})
    readers, bits, units = _units(marked, labels, length, joined)
    cuts, codes = _cut(units, readers, bits, len(marked), length)
    occurring, codes = np.unique(np.append(codes, 0), return_inverse=True)
    values, codes = [_decode(int(code), labels) for code in occurring], codes[:-1]
    order = sorted(range(len(values)), key=values.__getitem__)
    return Pieces(tuple(values[place] for place in order), np.argsort(order)[codes], cuts)


def unitized_layer(marked: Mapping[str, Sequence[tuple[int, int]]], length: int, *, joined: bool = False) -> Unitized:
    """Sum one document's layer, in which text is marked or not; spans by reviewer, otherwise as `unitized`."""
    (label,) = LAYER
    return unitized({reviewer: {label: spans} for reviewer, spans in marked.items()}, length, joined=joined)


def pool_unitized(parts: Iterable[Unitized]) -> Unitized:
    """Add the sums of several documents, each with its own reviewers and labels; alphas are never averaged."""
    documents = list(parts)
    values = sorted({GAP}.union(*(part.values for part in documents)))
    column = {value: place for place, value in enumerate(values)}
    pairs = np.zeros((len(values), len(values)))
    squares, shared_squares = np.zeros(len(values)), np.zeros(len(values))
    for part in documents:
        at = np.array([column[value] for value in part.values])
        pairs[at[:, None], at] += part.pairs
        squares[at] += part.squares
        shared_squares[at] += part.shared_squares
    return Unitized(
        values=tuple(values),
        pairs=pairs,
        squares=squares,
        shared_squares=shared_squares,
        n_characters=sum(part.n_characters for part in documents),
        n_values=sum(part.n_values for part in documents),
        n_shared_characters=sum(part.n_shared_characters for part in documents),
        n_shared_values=sum(part.n_shared_values for part in documents),
        reviewers=frozenset().union(*(part.reviewers for part in documents)),
        n_documents=sum(part.n_documents for part in documents),
    )


def stack_layers(parts: Sequence[Unitized]) -> NDArray[np.float64]:
    """Lay out the sums of a layer, document by document, the gap first, also where nothing is marked.

    Parameters
    ----------
    parts : sequence of Unitized
        From `unitized_layer`.

    Returns
    -------
    ndarray of float, shape (n_documents, 6)
        The four lengths of `pairs`, row by row, and the two of `squares`.
    """
    stacked = np.zeros((len(parts), 6))
    for row, part in zip(stacked, parts, strict=True):
        size = len(part.values)
        row[:4].reshape(2, 2)[:size, :size] = part.pairs
        row[4 : 4 + size] = part.squares
    return stacked


def _units(
    marked: Mapping[str, Mapping[str, Sequence[tuple[int, int]]]], labels: Sequence[str], length: int, joined: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64], Spans]:
    """Merge each reviewer's spans of each label; return whose they are, the bit of their label, and the spans.

    Reviewers' layers are laid end to end, one place apart so that none abut, and merged in one go.
    """
    bit = {label: 1 << place for place, label in enumerate(labels)}
    layers = [
        (reader, bit[label], spans) for reader, each in enumerate(marked.values()) for label, spans in each.items()
    ]
    spans = possible([span for *_, found in layers for span in found], length)
    offsets = np.repeat(np.arange(len(layers)), [len(found) for *_, found in layers]) * (length + 1)
    merged = merge(spans + offsets[:, None], len(layers) * (length + 1), joined=joined)
    owner = merged[:, 0] // (length + 1)
    # More labels than an integer has bits are rare, and slower: NumPy then adds Python's integers.
    bits = np.array([each for _, each, _ in layers], dtype=np.int64 if len(labels) < 63 else object)
    readers = np.array([reader for reader, *_ in layers], dtype=np.int64)
    return readers[owner], bits[owner], merged - (owner * (length + 1))[:, None]


def _cut(
    units: Spans, readers: NDArray[np.int64], bits: NDArray[np.int64], m: int, length: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Lay the reviewers' texts end to end and cut each at its boundaries; return the cuts and the pieces' labels.

    The labels of a piece are a sum of their bits: the sum of all bits that have begun and not ended before it.
    """
    placed = units + (readers * length)[:, None]
    texts = np.arange(m + 1) * length
    places = np.concatenate([placed[:, 0], placed[:, 1], texts])
    changes = np.concatenate([bits, -bits, np.zeros_like(texts)])
    order = np.argsort(places)
    places, running = places[order], np.cumsum(changes[order])
    last = np.append(places[1:] > places[:-1], True)
    return places[last], running[last][:-1]


def _decode(code: int, labels: Sequence[str]) -> Value:
    return tuple(label for place, label in enumerate(labels) if code >> place & 1)


def _sums(
    values: tuple[Value, ...],
    column: NDArray[np.int64],
    cuts: NDArray[np.int64],
    m: int,
    length: int,
    reviewers: frozenset[str],
) -> Unitized:
    """Sweep the pieces of all reviewers over the text they share; `column` tells the value of each piece."""
    sizes, starts = np.diff(cuts), cuts[:-1] % length
    points = np.unique(np.append(starts, length))
    first, after = np.searchsorted(points, starts), np.searchsorted(points, starts + sizes)
    shape = len(points), len(values)
    begun = np.bincount(first * len(values) + column, minlength=points.size * len(values))
    over = np.bincount(after * len(values) + column, minlength=points.size * len(values))
    # How many reviewers give each value to each stretch between neighbouring boundaries. Whole numbers up to the
    # division by m - 1, so that what never met is exactly 0.
    counts = np.cumsum((begun - over).reshape(shape), axis=0)[:-1].astype(float)
    stretches = np.diff(points)
    lengths = counts * stretches[:, None]
    pairs = (lengths.T @ counts - np.diag(lengths.sum(axis=0))) / (m - 1)
    markers = m - counts[:, 0]
    others = np.concatenate([[0], np.cumsum(stretches * (markers - 1))])
    unit = column > 0
    shared = np.where(unit, others[after] - others[first], 0) / (m - 1)
    together = markers >= 2
    return Unitized(
        values=values,
        pairs=pairs,
        squares=np.bincount(column, np.where(unit, sizes**2, sizes), minlength=len(values)),
        shared_squares=np.bincount(column, shared**2, minlength=len(values)),
        n_characters=length,
        n_values=m * length,
        n_shared_characters=int(stretches[together].sum()),
        n_shared_values=int((stretches * markers)[together].sum()),
        reviewers=reviewers,
        n_documents=1,
    )

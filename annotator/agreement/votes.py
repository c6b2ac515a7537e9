"""Who gave which value to which unit, equal units counted once: what every table of two reviewers follows from.

Values are whatever reviewers give to a unit: the set of labels on a sentence, or a point of a scale. Votes of several
documents add up, each with its own reviewers.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotator.agreement.spans import Spans, marked_sentences

ABSENT: Final = -1
"""In place of a value: the reviewer was not asked, did not answer, or answered "cannot be judged"."""
CODE: Final = np.int32  # of a value, in patterns: they are most of what is kept of a document
CHUNK: Final = 8192  # patterns crossed at once, so that memory does not grow with them


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """What reviewers gave to units, of one document or pooled.

    Attributes
    ----------
    reviewers : tuple of str
        All who could have voted, ascending.
    values : tuple of hashable
        What the codes stand for, ascending.
    patterns : ndarray of int, shape (n_patterns, n_reviewers)
        For each reviewer the place of the value among `values`, or `ABSENT`.
    times : ndarray of int, shape (n_patterns,)
        How many units have just these votes.
    """

    reviewers: tuple[str, ...]
    values: tuple[Any, ...]
    patterns: NDArray[np.int32]
    times: NDArray[np.int64]

    @property
    def n_units(self) -> int:
        """Number of units."""
        return int(self.times.sum())


def unit_votes(units: Iterable[Mapping[str, Hashable]], reviewers: Iterable[str]) -> Votes:
    """Count the votes on units, a unit being the values given to it by reviewer.

    Raises
    ------
    ValueError
        When somebody voted who is none of the reviewers.
    """
    given = [dict(unit) for unit in units]
    names = tuple(sorted(reviewers))
    if strange := frozenset().union(*given) - frozenset(names):
        raise ValueError(f"{min(strange)} is none of the reviewers")
    values = sorted({value for unit in given for value in unit.values()})
    place = {value: number for number, value in enumerate(values)}
    counts = Counter(tuple(place[unit[name]] if name in unit else ABSENT for name in names) for unit in given)
    patterns = np.array(list(counts), dtype=CODE).reshape(len(counts), len(names))
    return Votes(names, tuple(values), patterns, np.array(list(counts.values()), dtype=np.int64))


def sentence_votes(
    marked: Mapping[str, Mapping[str, Spans]], reviewers: Iterable[str], ends: ArrayLike, ink: NDArray[np.int64]
) -> Votes:
    """Count the votes on a document's sentences: the set of labels each reviewer gave to each of them.

    Parameters
    ----------
    marked : mapping of label to mapping of reviewer to spans
        Disjoint spans in reading order, as from `spans.merge`.
    reviewers : iterable of str
        All who read the text: no label is a vote as well.
    ends : array_like of int, shape (n_sentences,)
    ink : ndarray of int, shape (length + 1,)
        Both as `spans.marked_sentences` takes them.

    Returns
    -------
    Votes
        Values are sorted tuples of labels, the empty one for sentences left unmarked.
    """
    names, labels = sorted(reviewers), sorted(marked)
    layers = [marked_sentences([marked[label][name] for name in names], ends, ink) for label in labels]
    given = np.array(layers, dtype=bool).reshape(len(labels), len(names), -1)
    columns, inverse, times = np.unique(
        given.reshape(len(labels) * len(names), -1), axis=1, return_inverse=True, return_counts=True
    )
    if not inverse.size:
        return unit_votes([], names)
    sets = columns.reshape(len(labels), len(names), -1)
    units = [
        {
            name: tuple(label for place, label in enumerate(labels) if sets[place, reader, column])
            for reader, name in enumerate(names)
        }
        for column in range(sets.shape[2])
    ]
    votes = unit_votes(units, names)
    return Votes(votes.reviewers, votes.values, votes.patterns, times.astype(np.int64))


def pool_votes(parts: Iterable[Votes]) -> Votes:
    """Add the votes of several documents; who was not in a document is absent from its units."""
    given = list(parts)
    names = sorted(frozenset().union(*(part.reviewers for part in given)))
    values = sorted(frozenset().union(*(part.values for part in given)))
    row, place = {name: at for at, name in enumerate(names)}, {value: at for at, value in enumerate(values)}
    patterns = np.full((sum(len(part.times) for part in given), len(names)), ABSENT, dtype=np.int64)
    start = 0
    for part in given:
        stop = start + len(part.times)
        codes = np.array([*(place[value] for value in part.values), ABSENT])  # ABSENT points at the last
        patterns[start:stop, [row[name] for name in part.reviewers]] = codes[part.patterns]
        start = stop
    times = np.concatenate([np.empty(0, dtype=np.int64), *(part.times for part in given)])
    return _counted(tuple(names), tuple(values), patterns, times)


def _counted(
    names: tuple[str, ...], values: tuple[Any, ...], patterns: NDArray[np.integer], times: NDArray[np.int64]
) -> Votes:
    """Add the times of equal patterns."""
    base = len(values) + 1
    if base ** len(names) < 2**62:
        keys = (patterns + 1) @ base ** np.arange(len(names))
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        distinct = patterns[first]
    else:
        distinct, inverse = np.unique(patterns, axis=0, return_inverse=True)
    counts = np.bincount(inverse.ravel(), times, minlength=len(distinct))
    return Votes(names, values, distinct.astype(CODE), counts.astype(np.int64))


def recoded(votes: Votes, change: Callable[[Any], Hashable], values: Sequence[Any] = ()) -> Votes:
    """Return the votes with each value changed, as a label's layer is from sets of labels.

    `values` are the values that follow, where their order matters or some may not occur; found when omitted.

    Raises
    ------
    ValueError
        When a changed value is none of the `values`.
    """
    changed = [change(value) for value in votes.values]
    known = list(values) if values else sorted(set(changed))
    if strange := [value for value in changed if value not in known]:
        raise ValueError(f"{strange[0]!r} is none of the values")
    codes = np.array([*(known.index(value) for value in changed), ABSENT])
    return _counted(votes.reviewers, tuple(known), codes[votes.patterns], votes.times)


def crossed(votes: Votes) -> NDArray[np.int64]:
    """Count, for every two reviewers, which value the second gave where the first gave which.

    Returns
    -------
    ndarray of int, shape (n_reviewers, n_reviewers, n_values, n_values)
        At [i, j] the table of i and j as `kappa.confusion` makes it, over the units both judged.
    """
    n_reviewers, n_values = len(votes.reviewers), len(votes.values)
    found = np.zeros((n_reviewers, n_reviewers, n_values, n_values), dtype=np.int64)
    base = n_values + 1  # ABSENT is counted too, in a first row and column that are then cut off
    codes = votes.patterns.T.astype(np.int64) + 1
    for one, other in combinations_with_replacement(range(n_reviewers), 2):
        cells = codes[one] * base + codes[other]
        table = np.rint(np.bincount(cells, votes.times, minlength=base**2)).reshape(base, base)[1:, 1:]
        found[one, other], found[other, one] = table, table.T
    return found


def against_others(votes: Votes) -> NDArray[np.int64]:
    """Count, for every reviewer, what the majority of the others gave where the reviewer gave which value.

    Returns
    -------
    ndarray of int, shape (n_reviewers, n_values, n_values + 1)
        Rows are the reviewer's values; the last column counts units on which the others have no majority, a majority
        being more than half of their votes. Units that nobody else judged are left out.
    """
    n_values = len(votes.values)
    found = np.zeros((len(votes.reviewers), n_values, n_values + 1), dtype=np.int64)
    if not n_values:
        return found
    for start in range(0, len(votes.times), CHUNK):
        patterns, times = votes.patterns[start : start + CHUNK], votes.times[start : start + CHUNK]
        given = patterns[:, :, None] == np.arange(n_values)
        everybody = given.sum(axis=1)
        for reviewer, mine in enumerate(patterns.T):
            others = everybody - given[:, reviewer]
            cast, most = others.sum(axis=1), others.max(axis=1)
            column = np.where(2 * most > cast, others.argmax(axis=1), n_values)
            kept = (mine != ABSENT) & (cast > 0)
            np.add.at(found[reviewer], (mine[kept], column[kept]), times[kept])
    return found

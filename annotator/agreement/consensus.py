"""What most reviewers say: majorities of votes, text that a quorum marks, and how one reviewer's reading differs.

An adjudicated label goes before any of this; adjudication is not known here.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.spans import Spans, characters_by_markers

Value = TypeVar("Value", bound=Hashable)


def majority(votes: Iterable[Value]) -> Value | None:
    """Return what more than half of the votes say; None for ties, mere pluralities and no votes."""
    counts = Counter(votes)
    most = counts.most_common(1)
    return most[0][0] if most and 2 * most[0][1] > counts.total() else None


def majorities(units: Iterable[Mapping[str, Value]]) -> list[Value | None]:
    """Return the majority of each unit, a unit being the votes cast on it by reviewer."""
    return [majority(unit.values()) for unit in units]


def quorum_spans(marks: Sequence[Spans], quorum: int | None = None) -> Spans:
    """Find the runs of characters that at least a quorum of the reviewers mark.

    Parameters
    ----------
    marks : sequence of ndarray of int, shape (n_spans, 2)
        For each of m reviewers assigned, disjoint spans in reading order, as from `spans.merge`; empty for one who
        marked nothing.
    quorum : int, optional
        From 1 to m; more than half of m when omitted.

    Returns
    -------
    ndarray of int, shape (n_runs, 2)
        In reading order, never touching: where spans end within a run does not matter.

    Raises
    ------
    ValueError
        When the quorum is not a number of reviewers.
    """
    needed = len(marks) // 2 + 1 if quorum is None else quorum
    if not marks:
        return np.empty((0, 2), dtype=np.int64)
    if not 1 <= needed <= len(marks):
        raise ValueError(f"a quorum of {needed} among {len(marks)} reviewers")
    spans = np.concatenate([np.empty((0, 2), dtype=np.int64), *marks])
    boundaries, place = np.unique(spans, return_inverse=True)
    steps = np.bincount(place.ravel(), np.tile([1, -1], len(spans)), len(boundaries))
    enough = np.cumsum(steps) >= needed
    changes = np.flatnonzero(np.diff(enough, prepend=False))
    return boundaries[changes].reshape(-1, 2)


def confusion(
    units: Iterable[Mapping[str, Value]], reviewer: str, categories: Sequence[Value], *, own_vote: bool = False
) -> NDArray[np.int64]:
    """Cross a reviewer's answers with the majority.

    Parameters
    ----------
    units : iterable of mapping of reviewer to value
        The votes cast on each unit.
    reviewer : str
        Whose answers.
    categories : sequence of value
        In the codebook's order.
    own_vote : bool
        Whether the majority counts the reviewer's own vote. By default it is that of the others: with few reviewers
        one's own vote would make one's agreement with the majority.

    Returns
    -------
    ndarray of int, shape (n_categories, n_categories)
        Rows are the reviewer's answers, columns the majority. Units without the reviewer or a majority are left out.

    Raises
    ------
    ValueError
        When a value is none of the categories.
    """
    row = {category: number for number, category in enumerate(categories)}
    table = np.zeros((len(row), len(row)), dtype=np.int64)
    for unit in units:
        strange = [value for value in unit.values() if value not in row]
        if strange:
            raise ValueError(f"{strange[0]!r} is none of the categories")
        agreed = majority(value for name, value in unit.items() if own_vote or name != reviewer)
        if reviewer in unit and agreed is not None:
            table[row[unit[reviewer]], row[agreed]] += 1
    return table


def marked_confusion(spans: Spans, consensus: Spans, length: int) -> NDArray[np.int64]:
    """Cross the characters a reviewer marks with those of a consensus.

    Parameters
    ----------
    spans, consensus : ndarray of int, shape (n_spans, 2)
        Disjoint spans in reading order, as from `spans.merge` and `quorum_spans`.
    length : int
        Length of the text in code points.

    Returns
    -------
    ndarray of int, shape (2, 2)
        Rows: the reviewer left unmarked, marked; columns: the consensus.
    """
    neither, one, both = characters_by_markers([spans, consensus], length)
    mine = int((spans[:, 1] - spans[:, 0]).sum()) - both
    return np.array([[neither, one - mine], [mine, both]])

"""Span F1 of two reviewers: how many of each one's passages the other has; no chance correction.

For rare passages it is what kappa tends to. Passages are a set: one marked twice alike counts once, and passages of
one label that overlap are not merged. Passages of different labels never match.

References
----------
E. F. Tjong Kim Sang and F. De Meulder, Introduction to the CoNLL-2003 shared task, 2003 (exact). G. Hripcsak and
A. S. Rothschild, Agreement, the F-measure, and reliability in information retrieval, 2005 (between reviewers).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import combinations
from typing import Any, Final

import numpy as np

from annotator.agreement.estimate import Estimate, not_computable, plain
from annotator.agreement.spans import Spans, characters_by_markers, merge, possible, touched

NO_SHARED_DOCUMENT: Final = not_computable("no document has been submitted by both reviewers")
NEITHER_MARKED: Final = not_computable("neither reviewer marked anything in the documents both submitted")
FIRST_MARKED_NOTHING: Final = not_computable("the first reviewer marked nothing in the documents both submitted")
SECOND_MARKED_NOTHING: Final = not_computable("the second reviewer marked nothing in the documents both submitted")

NO_SPANS: Final[Spans] = np.empty((0, 2), dtype=np.int64)

Layers = Mapping[str, Sequence[tuple[int, int]]]
"""One reviewer's spans in a document, by label; half-open, in code points."""


@dataclass(frozen=True, slots=True)
class Hits:
    """What two reviewers marked, and how much of it the other has, of one document or pooled.

    `first` and `second` count their passages, or characters in that mode; `first_hit` and `second_hit` those that
    the other reviewer has as well.
    """

    first: int = 0
    second: int = 0
    first_hit: int = 0
    second_hit: int = 0
    n_documents: int = 0


@dataclass(frozen=True, slots=True)
class SpanF1:
    """Precision: the share of the first reviewer's passages that the second has; recall: the reverse; and both.

    `n_units` of each counts the passages it is a share of, or the characters in that mode.
    """

    precision: Estimate
    recall: Estimate
    f1: Estimate

    def as_dict(self) -> dict[str, Any]:
        """Return the fields, JSON-safe."""
        return plain(self)


def hits(first: Layers, second: Layers, length: int, mode: str) -> Hits:
    """Count what two reviewers of one document have in common.

    Parameters
    ----------
    first, second : mapping of label to spans
        Half-open, in code points; an empty mapping for a reviewer who marked nothing.
    length : int
        Length of the text in code points.
    mode : str
        One of `MODES`.

    Returns
    -------
    Hits
        Of no document, all 0, when the text is empty.

    Raises
    ------
    ValueError
        When a span is not a passage of the text.
    KeyError
        When there is no such mode.
    """
    return _hits(_distinct(first, length), _distinct(second, length), length, mode)


def pair_hits(marked: Mapping[str, Layers], length: int, mode: str) -> dict[tuple[str, str], Hits]:
    """Count, for every two reviewers of one document in the order of their names, what they have in common."""
    passages = {reviewer: _distinct(marked[reviewer], length) for reviewer in sorted(marked)}
    pairs = combinations(passages, 2)
    return {(one, other): _hits(passages[one], passages[other], length, mode) for one, other in pairs}


def pool_hits(parts: Iterable[Hits]) -> Hits:
    """Add what two reviewers have in common over several documents; of none, all is 0."""
    counts = [(each.first, each.second, each.first_hit, each.second_hit, each.n_documents) for each in parts]
    return Hits(*map(sum, zip(*counts, strict=True)))


def pool_pair_hits(parts: Iterable[Mapping[tuple[str, str], Hits]]) -> dict[tuple[str, str], Hits]:
    """Add up several documents for every two reviewers, over those that both of them read."""
    found: dict[tuple[str, str], list[Hits]] = {}
    for part in parts:
        for pair, each in part.items():
            found.setdefault(pair, []).append(each)
    return {pair: pool_hits(each) for pair, each in sorted(found.items())}


def span_f1(sums: Hits) -> SpanF1:
    """Precision, recall and F1 of two reviewers.

    Returns
    -------
    SpanF1
        F1 is 0 when they have nothing in common, also when one of them marked nothing: precision or recall is then
        None. All are None, with the reason, when neither marked anything.
    """
    both = sums.first + sums.second
    if not both:
        nothing = Estimate(None, NEITHER_MARKED if sums.n_documents else NO_SHARED_DOCUMENT, n_reviewers=2)
        return SpanF1(nothing, nothing, nothing)
    precision = sums.first_hit / sums.first if sums.first else None
    recall = sums.second_hit / sums.second if sums.second else None
    value = 2 * precision * recall / (precision + recall) if precision and recall else 0.0
    return SpanF1(
        precision=Estimate(precision, "" if sums.first else FIRST_MARKED_NOTHING, sums.first, 2),
        recall=Estimate(recall, "" if sums.second else SECOND_MARKED_NOTHING, sums.second, 2),
        f1=Estimate(value, n_units=both, n_reviewers=2),
    )


def f1(sums: Hits) -> Estimate:
    """F1 alone; see `span_f1`."""
    return span_f1(sums).f1


def exact(first: Spans, second: Spans, length: int) -> Hits:
    """Match passages with the same start and end."""
    common = len(set(map(tuple, first.tolist())) & set(map(tuple, second.tolist())))
    return Hits(len(first), len(second), common, common)


def overlap(first: Spans, second: Spans, length: int) -> Hits:
    """Match passages that share a character one to one, as many as possible.

    Of the passages not dealt with, the one that ends first is paired with the one of the other reviewer that ends
    first among those that share a character with it. That never costs a pair, also where one reviewer's passages
    overlap: all candidates hold the last character of the first, and end no earlier than the one chosen. So any passage
    left that shares a character with the one chosen does so with each candidate, and where a largest matching pairs
    otherwise, partners can be exchanged until it contains this pair. O(n log n).
    """
    passages = [(end, start, side) for side, spans in enumerate((first, second)) for start, end in spans.tolist()]
    passages.sort()
    by_start = sorted(range(len(passages)), key=lambda rank: passages[rank][1], reverse=True)
    begun: tuple[list[int], list[int]] = ([], [])
    paired: set[int] = set()
    for rank, (end, _, side) in enumerate(passages):
        while by_start and passages[by_start[-1]][1] < end:
            heappush(begun[passages[by_start[-1]][2]], by_start.pop())
        candidates = begun[1 - side]
        while candidates and candidates[0] < rank:
            heappop(candidates)
        if candidates and rank not in paired:
            paired |= {rank, heappop(candidates)}
    return Hits(len(first), len(second), len(paired) // 2, len(paired) // 2)


def overlap_any(first: Spans, second: Spans, length: int) -> Hits:
    """Match a passage that shares a character with any of the other reviewer's: one may serve several."""
    return Hits(len(first), len(second), int(touched(first, second).sum()), int(touched(second, first).sum()))


def char(first: Spans, second: Spans, length: int) -> Hits:
    """Match characters, whatever passages they are in."""
    marks = [merge(first, length), merge(second, length)]
    one, other = (int((spans[:, 1] - spans[:, 0]).sum()) for spans in marks)
    common = int(characters_by_markers(marks, length)[2])
    return Hits(one, other, common, common)


MODES: Final[Mapping[str, Callable[[Spans, Spans, int], Hits]]] = {
    "exact": exact,
    "overlap": overlap,
    "overlap_any": overlap_any,
    "char": char,
}


def _distinct(layers: Layers, length: int) -> dict[str, Spans]:
    """Return spans by label, each once and in reading order; refuse impossible ones."""
    return {label: possible(sorted({(start, end) for start, end in spans}), length) for label, spans in layers.items()}


def _hits(first: Mapping[str, Spans], second: Mapping[str, Spans], length: int, mode: str) -> Hits:
    count = MODES[mode]
    labels = sorted({*first, *second})
    parts = [count(first.get(label, NO_SPANS), second.get(label, NO_SPANS), length) for label in labels]
    return replace(pool_hits(parts), n_documents=1 if length else 0)

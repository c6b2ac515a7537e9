"""Spans on a text: refuse impossible ones, merge overlapping ones, count what is marked by how many.

Spans are half-open, in code points. Everything here sorts boundaries and sweeps them once: O(S log S) in the number of
spans, whatever the length of the text. Only the cutting of a text into tokens reads it.
"""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Spans = NDArray[np.int64]
"""Shape (n_spans, 2): start and end."""

TOKEN: Final = re.compile(r"\w+|[^\w\s]")


def possible(spans: ArrayLike, length: int) -> Spans:
    """Return spans as an array of shape (n_spans, 2), in the order given.

    Raises
    ------
    ValueError
        When a span starts before 0, ends after the text, or has no character.
    """
    table = np.asarray(spans, dtype=np.int64).reshape(-1, 2)
    bad = (table[:, 0] < 0) | (table[:, 1] > length) | (table[:, 0] >= table[:, 1])
    if bad.any():
        start, end = table[bad][0]
        raise ValueError(f"span {start}-{end} is not a passage of a text of {length} characters")
    return table


def merge(spans: ArrayLike, length: int, *, joined: bool = False) -> Spans:
    """Join spans that share a character; spans that merely abut stay two, exact duplicates become one.

    Parameters
    ----------
    spans : array_like of int, shape (n_spans, 2)
        One reviewer's spans of one label, in any order.
    length : int
        Length of the text in code points.
    joined : bool, optional
        Whether spans that merely abut become one as well.

    Returns
    -------
    ndarray of int, shape (n_merged, 2)
        Disjoint, in reading order.

    Raises
    ------
    ValueError
        When a span starts before 0, ends after the text, or has no character.
    """
    table = possible(spans, length)
    if len(table) < 2:
        return table
    table = table[np.argsort(table[:, 0], kind="stable")]
    reach = np.maximum.accumulate(table[:, 1])
    opens = np.concatenate([[True], table[1:, 0] >= reach[:-1] + joined])
    closes = np.concatenate([opens[1:], [True]])
    return np.column_stack([table[opens, 0], reach[closes]])


def characters_by_markers(marks: Sequence[Spans], length: int) -> NDArray[np.int64]:
    """Count the characters that exactly k of the reviewers mark, for every k.

    Parameters
    ----------
    marks : sequence of ndarray of int, shape (n_spans, 2)
        For each of m reviewers, disjoint spans; empty for one who marked nothing.
    length : int
        Length of the text in code points.

    Returns
    -------
    ndarray of int, shape (m + 1,)
        Entry k is the number of characters marked by k reviewers; the entries sum to `length`.
    """
    spans = np.concatenate([np.empty((0, 2), dtype=np.int64), *marks])
    boundaries = np.concatenate([spans[:, 1], spans[:, 0]])
    order = np.argsort(boundaries, kind="stable")  # at one place, ends come first: abutting passages never count twice
    markers = np.cumsum(np.repeat([-1, 1], len(spans))[order])
    stretches = np.diff(boundaries[order])
    found = np.zeros(len(marks) + 1, dtype=np.int64)
    np.add.at(found, markers[:-1], stretches)
    found[0] = length - found[1:].sum()
    return found


def ink_before(text: str) -> NDArray[np.int64]:
    """Count the characters that are not white space before every offset, shape (len(text) + 1,)."""
    characters = np.frombuffer(text.encode("utf-32-le"), dtype="<U1")
    return np.concatenate([[0], np.cumsum(~np.strings.isspace(characters))])


def marked_sentences(marks: Sequence[Spans], ends: ArrayLike, ink: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell who marks which sentence.

    A reviewer marks a sentence when the spans cover at least half of its characters other than white space, so a
    trailing space never matters, nor whether sentences were marked one by one. A sentence of white space is no unit.

    Parameters
    ----------
    marks : sequence of ndarray of int, shape (n_spans, 2)
        For each of m reviewers, disjoint spans in reading order.
    ends : array_like of int, shape (n_sentences,)
        End of each sentence; sentences partition the text.
    ink : ndarray of int, shape (length + 1,)
        From `ink_before`.

    Returns
    -------
    ndarray of bool, shape (m, n_units)
        Sentences with ink, in reading order; none when no sentences are stored.

    Raises
    ------
    ValueError
        When the ends do not ascend to the end of the text.
    """
    bounds = np.concatenate([[0], np.asarray(ends, dtype=np.int64)])
    if len(bounds) == 1:
        return np.zeros((len(marks), 0), dtype=bool)
    if (np.diff(bounds) <= 0).any() or bounds[-1] != len(ink) - 1:
        raise ValueError("sentence ends must ascend to the end of the text")
    bounds = ink[bounds]
    sizes = np.diff(bounds)
    covered = [np.diff(_passed(ink[spans[:, 0]], bounds) - _passed(ink[spans[:, 1]], bounds)) for spans in marks]
    return 2 * np.array(covered).reshape(len(marks), -1)[:, sizes > 0] >= sizes[sizes > 0]


def token_spans(text: str) -> Spans:
    """Cut a text into tokens, in reading order: runs of letters, digits and underscores, and any other single sign.

    White space is in no token. A combining accent, or each part of a joined emoji, is a sign of its own.
    """
    return np.array([match.span() for match in TOKEN.finditer(text)], dtype=np.int64).reshape(-1, 2)


def tokens_by_markers(marks: Sequence[Spans], tokens: ArrayLike) -> NDArray[np.int64]:
    """Count the tokens that exactly k of the reviewers mark, for every k; one marked character marks a token.

    Parameters
    ----------
    marks : sequence of ndarray of int, shape (n_spans, 2)
        For each of m reviewers, spans in any order.
    tokens : array_like of int, shape (n_tokens, 2)
        From `token_spans`; may be empty.

    Returns
    -------
    ndarray of int, shape (m + 1,)
        Entry k is the number of tokens marked by k reviewers.
    """
    table = np.asarray(tokens, dtype=np.int64).reshape(-1, 2)
    markers = np.zeros(len(table), dtype=np.int64)
    for spans in marks:
        markers += touched(table, spans)
    return np.bincount(markers, minlength=len(marks) + 1)


def touched(spans: Spans, others: Spans) -> NDArray[np.bool_]:
    """Tell of each span whether it shares a character with any of the others, shape (n_spans,)."""
    begun = np.searchsorted(np.sort(others[:, 0]), spans[:, 1], side="left")
    over = np.searchsorted(np.sort(others[:, 1]), spans[:, 0], side="right")
    return begun > over


def _passed(points: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sum the distances from every ascending point that lies before each of the places `at`."""
    before = np.searchsorted(points, at)
    return before * at - np.concatenate([[0], np.cumsum(points)])[before]

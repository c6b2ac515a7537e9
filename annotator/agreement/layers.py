"""Each label as its own layer of the text: who marked what, on characters, tokens and sentences.

A reviewer who marked nothing is in the layer with no spans and counts; a reviewer who was not assigned or has not
submitted is not in it. That is the difference between "nothing here" and "nobody looked".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotator.agreement.alpha import alpha_from_coincidences, nominal
from annotator.agreement.chance import Shares, gwet_from_shares, pool_shares, shares
from annotator.agreement.counts import Coincidences, coincidences, pool
from annotator.agreement.estimate import Estimate, not_computable
from annotator.agreement.keeping import quick_to_keep
from annotator.agreement.percent import percent_from_coincidences
from annotator.agreement.spans import characters_by_markers, marked_sentences, merge, tokens_by_markers

NOBODY_MARKED: Final = not_computable("nobody marked anything, so there is no variation to compare")
EVERYBODY_MARKED: Final = not_computable("everybody marked the whole text, so there is no variation to compare")
NO_DOCUMENT: Final = not_computable("no document has been submitted by two reviewers")
NO_SENTENCES: Final = not_computable("the text has no stored sentences")
NO_TOKENS: Final = not_computable("no tokens of the text were counted")


@quick_to_keep
@dataclass(frozen=True, slots=True)
class Layer:
    """One label's sums, of one document or pooled over documents: categories are unmarked and marked, in this order.

    `without` has the sums of sentences as they are without each reviewer; documents a reviewer did not read stay whole.
    `by_document` has the `pairs` of sentences of each document, shape (n_documents, 2, 2); `shares` are of sentences.
    """

    characters: Coincidences
    sentences: Coincidences
    tokens: Coincidences
    reviewers: frozenset[str] = frozenset()
    n_passages: int = 0
    n_documents: int = 0
    without: Mapping[str, Coincidences] = field(default_factory=dict)
    shares: Shares = field(default_factory=lambda: pool_shares([], 2))
    by_document: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2, 2)))


def layer(
    marked: Mapping[str, Sequence[tuple[int, int]]],
    length: int,
    ends: ArrayLike,
    ink: NDArray[np.int64],
    tokens: ArrayLike = (),
) -> Layer:
    """Sum one document's layer.

    Parameters
    ----------
    marked : mapping of reviewer to spans
        Spans of the one label, half-open code points; an empty sequence for a reviewer who marked nothing.
    length : int
        Length of the text in code points.
    ends : array_like of int, shape (n_sentences,)
        End of each stored sentence; may be empty.
    ink : ndarray of int, shape (length + 1,)
        From `spans.ink_before`.
    tokens : array_like of int, shape (n_tokens, 2), optional
        From `spans.token_spans`; without them there is no token alpha.

    Returns
    -------
    Layer
        Of no document, all sums 0, when fewer than two reviewers are given or the text is empty.

    Raises
    ------
    ValueError
        When a span is not a passage of the text, or the sentences do not partition it.
    """
    marks = [merge(spans, length) for spans in marked.values()]
    if len(marks) < 2 or not length:
        return pool_layers([])
    split = [(len(marks) - k, k) for k in range(len(marks) + 1)]
    table = marked_sentences(marks, ends, ink)
    times = np.bincount(table.sum(axis=0), minlength=len(marks) + 1)
    sentences = coincidences(split, times)
    return Layer(
        characters=coincidences(split, characters_by_markers(marks, length)),
        sentences=sentences,
        tokens=coincidences(split, tokens_by_markers(marks, tokens)),
        reviewers=frozenset(marked),
        n_passages=sum(len(spans) for spans in marked.values()),
        n_documents=1,
        without=_without_each(table, list(marked)),
        shares=shares(split, times),
        by_document=sentences.pairs[None],
    )


def _without_each(marked: NDArray[np.bool_], reviewers: Sequence[str]) -> dict[str, Coincidences]:
    """Sum the sentences once without each reviewer, from who marks which, shape (n_reviewers, n_units).

    Everybody judges every sentence, so all follows from how many sentences both of a pair mark.
    """
    left, n_units = len(reviewers) - 1, marked.shape[1]
    if left < 2 or not n_units:
        return dict.fromkeys(reviewers, pool([], 2))
    table = marked.astype(float)
    both = table @ table.T
    ones = np.diag(both)
    together = (both.sum() - ones.sum() - 2 * (both.sum(axis=1) - ones)) / (left - 1)
    found = {}
    for reviewer, n_marked, met in zip(reviewers, ones.sum() - ones, together, strict=True):
        apart = n_marked - met
        pairs = np.array([[left * n_units - n_marked - apart, apart], [apart, met]])
        found[reviewer] = Coincidences(pairs=pairs, agreeing=float(np.trace(pairs)) / left, n_units=n_units)
    return found


def pool_layers(layers: Iterable[Layer]) -> Layer:
    """Add the layers of several documents, each with its own number of reviewers; alphas are never averaged."""
    parts = list(layers)
    return Layer(
        characters=pool((part.characters for part in parts), 2),
        sentences=pool((part.sentences for part in parts), 2),
        tokens=pool((part.tokens for part in parts), 2),
        reviewers=frozenset().union(*(part.reviewers for part in parts)),
        n_passages=sum(part.n_passages for part in parts),
        n_documents=sum(part.n_documents for part in parts),
        without={
            reviewer: pool((part.without.get(reviewer, part.sentences) for part in parts), 2)
            for reviewer in sorted(frozenset().union(*(part.without for part in parts)))
        },
        shares=pool_shares((part.shares for part in parts), 2),
        by_document=np.concatenate([np.zeros((0, 2, 2)), *(part.by_document for part in parts)]),
    )


def sentence_alpha(sums: Layer) -> Estimate:
    """Nominal alpha over sentences, each marked or not by every reviewer of its document.

    Returns
    -------
    Estimate
        None with a reason when there are no documents or sentences to compare, nobody marked anything, or everybody
        marked everything.
    """
    return _alpha(sums, sums.sentences)


def character_alpha(sums: Layer) -> Estimate:
    """Nominal alpha over characters, each marked or not by every reviewer of its document; see `sentence_alpha`.

    References
    ----------
    K. Krippendorff, On the reliability of unitizing continuous data, 1995 (its example A as characters):
    tests/agreement/test_krippendorff_1995.py
    """
    return _alpha(sums, sums.characters)


def token_alpha(sums: Layer) -> Estimate:
    """Nominal alpha over tokens, each marked by a reviewer who marked any of its characters; see `sentence_alpha`."""
    return _alpha(sums, sums.tokens, NO_TOKENS)


def sentence_ac1(sums: Layer) -> Estimate:
    """Gwet's AC1 over sentences: beside alpha, which falls with rare labels; 1 when nobody marked anything."""
    return _explain(sums, gwet_from_shares(sums.shares, len(sums.reviewers)))


def sentence_percent(sums: Layer) -> Estimate:
    """Percent agreement over sentences: 1 when nobody marked anything, None when there is nothing to compare."""
    return _explain(sums, percent_from_coincidences(sums.sentences, len(sums.reviewers)))


def character_percent(sums: Layer) -> Estimate:
    """Percent agreement over characters; see `sentence_percent`."""
    return _explain(sums, percent_from_coincidences(sums.characters, len(sums.reviewers)))


def sentence_prevalence(sums: Layer) -> Estimate:
    """Share of all judgements of sentences, over reviewers and documents, that are "marked"."""
    return _prevalence(sums, sums.sentences)


def character_prevalence(sums: Layer) -> Estimate:
    """Share of all characters, over reviewers and documents, that are marked."""
    return _prevalence(sums, sums.characters)


def _alpha(sums: Layer, units: Coincidences, no_units: str = NO_SENTENCES) -> Estimate:
    estimate = alpha_from_coincidences(units, (0, 1), nominal, len(sums.reviewers))
    if estimate.value is None and units.n_units:
        return replace(estimate, reason=EVERYBODY_MARKED if units.totals[1] else NOBODY_MARKED)
    return _explain(sums, estimate, no_units)


def _prevalence(sums: Layer, units: Coincidences) -> Estimate:
    size = {"n_units": units.n_units, "n_reviewers": len(sums.reviewers), "n_values": units.n_values}
    value = float(units.totals[1] / units.totals.sum()) if units.n_units else None
    return _explain(sums, Estimate(value, **size))


def _explain(sums: Layer, estimate: Estimate, no_units: str = NO_SENTENCES) -> Estimate:
    """Say why there are no units at all, in the words of layers."""
    if estimate.value is not None:
        return estimate
    return replace(estimate, reason=no_units if sums.n_documents else NO_DOCUMENT)

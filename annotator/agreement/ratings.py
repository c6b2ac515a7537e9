"""A scale's ratings summed: what shared units tell once their values are forgotten. Sums of documents add up."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotator.agreement.chance import Shares, pool_shares, shares
from annotator.agreement.counts import Coincidences, coincidences_of_counts, pool
from annotator.agreement.keeping import quick_to_keep
from annotator.agreement.units import Units, answered_units, answers
from annotator.records import CodedDocument, CodedRating, ScaleInfo


@quick_to_keep
@dataclass(frozen=True, slots=True)
class Ratings:
    """The sums of a scale, of one document or pooled.

    Attributes
    ----------
    values : ndarray of float, shape (n_values,)
        Those of the scale's points but "cannot be judged", and others given on any unit, ascending.
    units, shares : Coincidences, Shares
        Over these values; units of one value enter the shares only.
    judged : Coincidences
        Over "cannot be judged" and judged, in this order.
    by_document : ndarray of float, shape (n_documents, n_values, n_values)
        The `pairs` of units of each document.
    reviewers, judging : frozenset of str
        Who is in the units, and in those of `judged`, that two or more share.
    answers : Counter of reviewer, value and whether it is "cannot be judged"
    n_documents : int
        Documents with a unit of two or more values.
    without : mapping of reviewer to Coincidences
        `units` without each reviewer; documents a reviewer did not read stay whole.
    """

    values: NDArray[np.float64]
    units: Coincidences
    shares: Shares
    judged: Coincidences
    by_document: NDArray[np.float64]
    reviewers: frozenset[str]
    judging: frozenset[str]
    answers: Counter[tuple[str, int, bool]]
    n_documents: int
    without: Mapping[str, Coincidences]


def document_ratings(document: CodedDocument, scale: ScaleInfo, units: Units | None = None) -> Ratings:
    """Sum a document's answers on a scale, from the codings that count; `units` are its `answered_units`, if known."""
    units = answered_units(document, scale) if units is None else units
    given = [{name: rating.value for name, rating in unit.items() if not rating.missing} for unit in units]
    listed = {point.value for point in scale.points if not point.missing}
    values = sorted(listed.union(*(unit.values() for unit in given)))
    readers = [coding.reviewer for coding in document.codings]
    table = _counts([unit.values() for unit in given], values)
    judged = [[not rating.missing for rating in unit.values()] for unit in units]
    found = coincidences_of_counts(table)
    return Ratings(
        values=np.array(values, dtype=float),
        units=found,
        shares=shares(table),
        judged=coincidences_of_counts(_counts(judged, [False, True])),
        by_document=found.pairs[None],
        reviewers=_sharing(given),
        judging=_sharing(units),
        answers=Counter((reviewer, each.value, each.missing) for reviewer, each in answers(document, scale)),
        n_documents=1 if found.n_units else 0,
        without={
            name: coincidences_of_counts(
                table - _counts([[unit[name]] if name in unit else [] for unit in given], values)
            )
            for name in readers
        },
    )


def pool_ratings(parts: Sequence[Ratings]) -> Ratings:
    """Add a scale's sums over documents, in their order; of none, all are 0."""
    values = np.unique(np.concatenate([np.zeros(0), *(part.values for part in parts)]))
    k = len(values)
    wide = [part if len(part.values) == k else _widened(part, values) for part in parts]
    given: Counter[tuple[str, int, bool]] = Counter()
    for part in wide:
        given.update(part.answers)
    return Ratings(
        values=values,
        units=pool((part.units for part in wide), k),
        shares=pool_shares((part.shares for part in wide), k),
        judged=pool((part.judged for part in wide), 2),
        by_document=np.concatenate([np.zeros((0, k, k)), *(part.by_document for part in wide)]),
        reviewers=frozenset().union(*(part.reviewers for part in wide)),
        judging=frozenset().union(*(part.judging for part in wide)),
        answers=given,
        n_documents=sum(part.n_documents for part in wide),
        without={
            name: pool((part.without.get(name, part.units) for part in wide), k)
            for name in sorted(frozenset().union(*(part.without for part in wide)))
        },
    )


def _widened(sums: Ratings, values: NDArray[np.float64]) -> Ratings:
    """Return the sums over more values, ascending, than occur in them."""
    at = np.searchsorted(values, sums.values)

    def placed(pairs: NDArray[np.float64]) -> NDArray[np.float64]:
        wide = np.zeros((*pairs.shape[:-2], len(values), len(values)))
        wide[..., at[:, None], at] = pairs
        return wide

    return replace(
        sums,
        values=values,
        units=replace(sums.units, pairs=placed(sums.units.pairs)),
        shares=over_categories(sums.shares, sums.values, values),
        by_document=placed(sums.by_document),
        without={name: replace(each, pairs=placed(each.pairs)) for name, each in sums.without.items()},
    )


def over_categories(sums: Shares, values: ArrayLike, categories: ArrayLike) -> Shares:
    """Return shares over more categories, in any order, than the values they are over, each of which is one of them."""
    own, listed = np.asarray(values, dtype=float), np.asarray(categories, dtype=float)
    if np.array_equal(own, listed):
        return sums
    at = (listed == own[:, None]).argmax(axis=1) if len(own) else np.zeros(0, dtype=int)
    pairs, given = np.zeros((len(listed), len(listed))), np.zeros(len(listed))
    pairs[at[:, None], at], given[at] = sums.pairs, sums.given
    return replace(sums, pairs=pairs, given=given)


def _counts(units: Sequence[Sequence[int]], values: Sequence[int]) -> NDArray[np.int64]:
    column = {value: place for place, value in enumerate(values)}
    table = np.zeros((len(units), len(values)), dtype=np.int64)
    for row, unit in enumerate(units):
        for value in unit:
            table[row, column[value]] += 1
    return table


def _sharing(units: Sequence[Mapping[str, int | CodedRating]]) -> frozenset[str]:
    return frozenset().union(*(unit for unit in units if len(unit) >= 2))

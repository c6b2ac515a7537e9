"""Dawid and Skene's model: each unit has one true label, and each reviewer's own habits of reading it.

Where labels differ between honest readers the model calls a reading an error that is none: show what comes of it beside
the raw majority, and never as a ranking.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotator.agreement.estimate import not_computable
from annotator.agreement.votes import ABSENT, Votes

FEWEST_REVIEWERS: Final = 3
FEWEST_UNITS: Final = 30
TOLERANCE: Final = 1e-8
"""Change of the log-likelihood at which the fit is done."""
MOST_STEPS: Final = 10_000
MOST_WORK: Final = 300_000_000
"""Products that a fit to votes may take over all its steps: about half a second."""
TINY: Final = 1e-300
NEVER: Final = 1e-6
"""Expected answers on units of a label below which nothing is known of how a reviewer reads it."""
TOO_LITTLE: Final = not_computable(
    f"competence wants {FEWEST_REVIEWERS} reviewers who judged {FEWEST_UNITS} units each"
)

UNSETTLED: Final = not_computable("the model finds no rest: the answers agree too little for it, or are too many")

Answer = tuple[Hashable, str, Hashable]
"""Unit, reviewer and the label given. A reviewer may answer the same unit several times."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """The model fitted to counts.

    Attributes
    ----------
    prior : ndarray of float, shape (n_labels,)
        Share of the units whose true label is j.
    errors : ndarray of float, shape (n_reviewers, n_labels, n_labels)
        Probability that reviewer r says k of a unit whose true label is j, at [r, j, k]; a row is NaN when the
        reviewer met no unit that might be j.
    posterior : ndarray of float, shape (n_units, n_labels)
        Probability of each true label of each unit.
    log_likelihood : float
        Of the counts at the fit.
    n_steps : int
        Steps it took.
    settled : bool
        Whether the likelihood had come to rest, or the fit was stopped.
    """

    prior: NDArray[np.float64]
    errors: NDArray[np.float64]
    posterior: NDArray[np.float64]
    log_likelihood: float
    n_steps: int
    settled: bool

    @property
    def competence(self) -> NDArray[np.float64]:
        """Probability of the true label, by reviewer: the diagonal of `errors` weighted by `prior`, NaN rows aside."""
        right = np.diagonal(self.errors, axis1=1, axis2=2)
        weights = np.where(np.isnan(right), 0, self.prior)
        return (np.nan_to_num(right) * weights).sum(axis=1) / weights.sum(axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class Competence:
    """What the model says of reviewers and units, or the reason in words why nothing.

    `fit` has the reviewers, labels and units in the order named here; `left_out` maps reviewers with too few units to
    how many they judged: their answers do not count.
    """

    labels: tuple[Hashable, ...]
    reviewers: tuple[str, ...] = ()
    units: tuple[Hashable, ...] = ()
    left_out: dict[str, int] | None = None
    fit: Fit | None = None
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the figures of prior and reviewers, JSON-safe; unknown rows of errors are None."""
        found: dict[str, Any] = {"labels": list(self.labels), "left_out": self.left_out or {}, "reason": self.reason}
        if self.fit is not None:
            rows = np.where(np.isnan(self.fit.errors), None, self.fit.errors)
            found["prior"] = self.fit.prior.tolist()
            found["errors"] = dict(zip(self.reviewers, rows.tolist(), strict=True))
            found["competence"] = dict(zip(self.reviewers, self.fit.competence.tolist(), strict=True))
        return found


def competence(answers: Iterable[Answer], labels: Sequence[Hashable]) -> Competence:
    """Estimate how each reviewer reads each label, without knowing the true ones.

    Parameters
    ----------
    answers : iterable of (unit, reviewer, label)
        In any order; repeats count as independent readings.
    labels : sequence of hashable
        In the codebook's order.

    Returns
    -------
    Competence
        Reviewers with fewer than 30 units are left out; with fewer than three others there is no fit and a reason.

    Raises
    ------
    ValueError
        When a label is none of the labels.

    References
    ----------
    A. P. Dawid & A. M. Skene, Maximum likelihood estimation of observer error-rates using the EM algorithm, 1979.
    Worked example: tests/agreement/test_dawid_skene_1979.py
    """
    given = list(answers)
    column = {label: number for number, label in enumerate(labels)}
    strange = [label for *_, label in given if label not in column]
    if strange:
        raise ValueError(f"{strange[0]!r} is none of the labels")
    seen: dict[str, set[Hashable]] = {}
    for unit, reviewer, _ in given:
        seen.setdefault(reviewer, set()).add(unit)
    few = {reviewer: len(units) for reviewer, units in sorted(seen.items()) if len(units) < FEWEST_UNITS}
    reviewers = tuple(sorted(seen.keys() - few.keys()))
    if len(reviewers) < FEWEST_REVIEWERS:
        return Competence(tuple(labels), left_out=few, reason=TOO_LITTLE)
    kept = [answer for answer in given if answer[1] not in few]
    units = {unit: number for number, unit in enumerate(dict.fromkeys(unit for unit, *_ in kept))}
    row = {reviewer: number for number, reviewer in enumerate(reviewers)}
    counts = np.zeros((len(units), len(reviewers), len(labels)))
    for unit, reviewer, label in kept:
        counts[units[unit], row[reviewer], column[label]] += 1
    return Competence(tuple(labels), reviewers, tuple(units), few, fit_errors(counts))


def competence_of_votes(votes: Votes) -> Competence:
    """Estimate how each reviewer reads each value; see `competence`. Units are not named: `units` is empty.

    Reviewers with fewer than 30 units are left out, and units that then only one reviewer judged, until all who stay
    share 30 units or more with others who do.
    """
    judged = votes.patterns != ABSENT
    kept = np.arange(len(votes.reviewers))
    while True:
        shared = judged[:, kept].sum(axis=1) >= 2
        enough = votes.times[shared] @ judged[shared][:, kept] >= FEWEST_UNITS
        if enough.all():
            break
        kept = kept[enough]
    n_judged = votes.times @ judged
    few = {name: int(n_judged[place]) for place, name in enumerate(votes.reviewers) if place not in kept}
    if len(kept) < FEWEST_REVIEWERS:
        return Competence(votes.values, left_out=few, reason=TOO_LITTLE)
    counts = votes.patterns[shared][:, kept][:, :, None] == np.arange(len(votes.values))
    steps = min(MOST_STEPS, max(1, MOST_WORK // (counts.size * len(votes.values))))
    fit = fit_errors(counts, votes.times[shared], steps)
    if not fit.settled:
        return Competence(votes.values, left_out=few, reason=UNSETTLED)
    return Competence(votes.values, tuple(votes.reviewers[place] for place in kept), (), few, fit)


def fit_errors(counts: ArrayLike, multiplicity: ArrayLike | None = None, most_steps: int | None = None) -> Fit:
    """Fit the model by expectation and maximisation, starting from the shares of the labels on each unit.

    Parameters
    ----------
    counts : array_like of int, shape (n_units, n_reviewers, n_labels)
        How often each reviewer gave each label to each unit; every unit has at least one.
    multiplicity : array_like of int, shape (n_units,), optional
        How many units each row stands for; 1 when omitted.
    most_steps : int, optional
        After how many steps to stop; `MOST_STEPS` when omitted.

    Returns
    -------
    Fit

    Raises
    ------
    ValueError
        When counts have another shape, or there is no unit or one without an answer.

    References
    ----------
    Dawid & Skene 1979, equations 2.3 to 2.5 and 3.1; see `competence`.
    """
    table = np.asarray(counts, dtype=float)
    if table.ndim != 3 or not len(table) or (table.sum(axis=(1, 2)) <= 0).any():
        raise ValueError("counts must have the shape (units, reviewers, labels) and answers on every unit")
    n_rows, n_reviewers, n_labels = table.shape
    flat, pattern, times = _patterns(
        table.reshape(n_rows, -1), np.ones(n_rows) if multiplicity is None else multiplicity
    )
    n_units = times.sum()
    posterior = flat.reshape(-1, n_reviewers, n_labels).sum(axis=1)
    posterior /= posterior.sum(axis=1, keepdims=True)
    before, step, settled, last = -np.inf, 0, False, MOST_STEPS if most_steps is None else most_steps
    # Sums by einsum: the threads of a matrix product wait for each other at every step when the machine is busy.
    while step < last and not settled:
        step += 1
        weights = posterior * times[:, None]
        prior = weights.sum(axis=0) / n_units
        said = np.einsum("pj,pa->ja", weights, flat).reshape(n_labels, n_reviewers, n_labels)
        met = said.sum(axis=2, keepdims=True)
        errors = np.divide(said, met, out=np.full_like(said, 1 / n_labels), where=met > 0)
        chances = np.log(np.maximum(errors, TINY)).reshape(n_labels, -1)
        joint = np.log(np.maximum(prior, TINY)) + np.einsum("pa,ja->pj", flat, chances)
        most = joint.max(axis=1, keepdims=True)
        posterior = np.exp(joint - most)
        sizes = posterior.sum(axis=1, keepdims=True)
        posterior /= sizes
        likelihood = float(times @ (most + np.log(sizes))[:, 0])
        settled = abs(likelihood - before) < TOLERANCE
        before = likelihood
    errors = np.where(met > NEVER, errors, np.nan).transpose(1, 0, 2)
    return Fit(prior, errors, posterior[pattern], likelihood, step, settled)


def _patterns(
    rows: NDArray[np.float64], multiplicity: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the distinct rows, which of them each row is, and for how many units each stands."""
    order = np.lexsort(rows.T)
    ordered = rows[order]
    first = np.concatenate([[True], (ordered[1:] != ordered[:-1]).any(axis=1)])
    pattern = np.empty(len(rows), dtype=np.int64)
    pattern[order] = np.cumsum(first) - 1
    return ordered[first], pattern, np.bincount(pattern, multiplicity)

"""Gamma of Mathet, Widlöcher and Métivier: agreement on where passages are and how they are labelled, both at once.

It aligns the passages of all reviewers as cheaply as they can be aligned, and compares what that costs with what it
costs for passages moved about at random. Finding the alignment takes long, and the random texts make the figure vary a
little: so it is computed on request and never on a page. Needs SciPy, which the extra `gamma` brings.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, comb, sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.resampling import SEED
from annotator.agreement.spans import possible

Passage = tuple[int, int, str]
"""Where a passage begins and ends, [start, end) in code points, and its label."""

EMPTY: Final = 1.0
"""What it costs to leave a passage unaligned with somebody: the measure of all other costs."""
SAMPLES: Final = 30
"""Random texts at least."""
MOST_SAMPLES: Final = 1_000
MOST_ALIGNMENTS: Final = 500_000
"""Ways to align single passages that are looked at; with more the best alignment is not searched for."""
Z: Final = 1.959964
"""Quantile of the normal distribution that leaves 2.5 % above it."""
TOO_FEW: Final = "fewer than two reviewers"
NOTHING_MARKED: Final = "nobody marked anything"
TOO_MANY: Final = "so many passages lie near each other that the best alignment cannot be found in reasonable time"


class SciPyMissingError(ImportError):
    """SciPy is not installed; the message says how to get it."""


class TooManyError(ValueError):
    """There are too many ways to align the passages."""


@dataclass(frozen=True, slots=True)
class Gamma:
    """A document's gamma, or why there is none.

    `observed` is the disorder of the best alignment, `expected` the mean disorder of the best alignments of
    `n_samples` random texts, and `error` how far gamma may lie off, at a level of 95 %, because these are random.
    It says nothing of other documents or reviewers.
    """

    value: float | None = None
    reason: str = ""
    observed: float | None = None
    expected: float | None = None
    error: float | None = None
    n_samples: int = 0
    n_passages: int = 0
    n_reviewers: int = 0


def gamma(
    reviewers: Sequence[Sequence[Passage]],
    length: int,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    precision: float = 0.02,
    seed: int = SEED,
) -> Gamma:
    """Gamma of a document.

    Parameters
    ----------
    reviewers : sequence of sequences of (start, end, label)
        The passages of each reviewer; who marked nothing is an empty one.
    length : int
        Of the text, in code points.
    alpha, beta : float
        Weights of place and of label in what two passages cost; see `costs`.
    precision : float
        How far the mean of the random texts may lie off, as a share of it: more are drawn until it does not.
    seed : int
        The same seed gives the same figure.

    Returns
    -------
    Gamma

    Raises
    ------
    SciPyMissingError
    ValueError
        When a passage is none of the text.

    References
    ----------
    Y. Mathet, A. Widlöcher & J.-P. Métivier, The unified and holistic method gamma (γ) for inter-annotator agreement
    measure and alignment, 2015; random texts as in its section 5.2.
    """
    possible([passage[:2] for each in reviewers for passage in each], length)
    size = {"n_passages": sum(len(each) for each in reviewers), "n_reviewers": len(reviewers)}
    if len(reviewers) < 2:
        return Gamma(reason=TOO_FEW, **size)
    if not size["n_passages"]:
        return Gamma(reason=NOTHING_MARKED, **size)
    try:
        observed = best_disorder(reviewers, alpha=alpha, beta=beta)
        random = np.random.default_rng(seed)
        drawn: list[float] = []
        wanted = SAMPLES
        while len(drawn) < min(wanted, MOST_SAMPLES):
            drawn.append(best_disorder(moved_at_random(reviewers, length, random), alpha=alpha, beta=beta))
            if len(drawn) == wanted:
                wanted = max(wanted, ceil((Z * np.std(drawn, ddof=1) / (precision * np.mean(drawn))) ** 2))
    except TooManyError:
        return Gamma(reason=TOO_MANY, **size)
    expected = float(np.mean(drawn))
    off = Z * float(np.std(drawn, ddof=1)) / sqrt(len(drawn)) / expected
    value = 1 - observed / expected
    return Gamma(value, "", observed, expected, off * observed / expected, len(drawn), **size)


def costs(first: Sequence[Passage], second: Sequence[Passage], alpha: float, beta: float) -> NDArray[np.float64]:
    """Return what it costs to align each passage with each, and with none, as (len(first) + 1) x (len(second) + 1).

    Place costs ((|start − start'| + |end − end'|) / (length + length'))², another label 1, and none `EMPTY`.
    """
    table = np.full((len(first) + 1, len(second) + 1), EMPTY)
    if first and second:
        starts, ends, others_starts, others_ends = (
            np.array([each[at] for each in passages], dtype=float) for passages in (first, second) for at in (0, 1)
        )
        off = np.abs(starts[:, None] - others_starts) + np.abs(ends[:, None] - others_ends)
        place = (off / ((ends - starts)[:, None] + (others_ends - others_starts))) ** 2
        differ = np.array([each[2] for each in first])[:, None] != np.array([each[2] for each in second])
        table[:-1, :-1] = EMPTY * (alpha * place + beta * differ)
    return table


def best_disorder(reviewers: Sequence[Sequence[Passage]], *, alpha: float = 1.0, beta: float = 1.0) -> float:
    """Return the disorder of the best alignment: its cost over the mean number of a reviewer's passages.

    An alignment parts all passages into sets with one of each reviewer at most; a set costs the mean of what its pairs
    cost, where a missing passage is a pair with none. Two reviewers make a linear assignment problem, more an integer
    program, and both are solved exactly.

    Raises
    ------
    SciPyMissingError
    TooManyError
    ValueError
        When nobody marked anything.
    """
    n_passages = sum(len(each) for each in reviewers)
    if not n_passages:
        raise ValueError(NOTHING_MARKED)
    cost = _of_two(*reviewers, alpha, beta) if len(reviewers) == 2 else _of_many(reviewers, alpha, beta)
    return cost * len(reviewers) / n_passages


def _solvers() -> Any:
    try:
        from scipy import optimize, sparse
    except ImportError as error:
        raise SciPyMissingError("Gamma needs SciPy. Install it with: pip install '.[gamma]'") from error
    return optimize, sparse


def _of_two(first: Sequence[Passage], second: Sequence[Passage], alpha: float, beta: float) -> float:
    optimize, _ = _solvers()
    table = np.minimum(costs(first, second, alpha, beta)[:-1, :-1], 2 * EMPTY)  # as much as leaving both alone
    rows, columns = optimize.linear_sum_assignment(table)
    alone = len(first) + len(second) - 2 * len(rows)
    return float(table[rows, columns].sum()) + alone * EMPTY


def _of_many(reviewers: Sequence[Sequence[Passage]], alpha: float, beta: float) -> float:
    optimize, sparse = _solvers()
    sets, cost = _sets(reviewers, alpha, beta)
    firsts = np.cumsum([0, *(len(each) for each in reviewers)])
    holds = [np.nonzero(sets[:, number] < len(each))[0] for number, each in enumerate(reviewers)]
    which = np.concatenate([firsts[number] + sets[held, number] for number, held in enumerate(holds)])
    held = np.concatenate(holds)
    table = sparse.csr_array((np.ones(len(held)), (which, held)), shape=(int(firsts[-1]), len(sets)))
    found = optimize.milp(
        cost,
        integrality=np.ones(len(cost)),
        bounds=optimize.Bounds(0, 1),
        constraints=optimize.LinearConstraint(table, 1, 1),
        options={"mip_rel_gap": 0},
    )
    if found.x is None:
        raise TooManyError(found.message)
    return float(cost[found.x > 0.5].sum())


def _sets(
    reviewers: Sequence[Sequence[Passage]], alpha: float, beta: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the sets that a best alignment may have, and the cost of each.

    A row has the number of each reviewer's passage, or how many they have for none. A set that costs more than its
    passages left alone is in no best alignment, nor is one that would in the end.
    """
    n_pairs = comb(len(reviewers), 2)
    sets = np.arange(len(reviewers[0]) + 1)[:, None]
    sums = np.zeros(len(sets))
    for number in range(1, len(reviewers)):
        tables = [costs(earlier, reviewers[number], alpha, beta) for earlier in reviewers[:number]]
        after = len(reviewers) - 1 - number
        grown, totals, n_kept = [], [], 0
        for some in _slices(len(sets), len(reviewers[number]) + 1):
            total = sums[some, None] + sum(table[sets[some, at]] for at, table in enumerate(tables))
            alone = (sets[some] < [len(each) for each in reviewers[:number]]).sum(axis=1)[:, None]
            alone = alone + (np.arange(total.shape[1]) < total.shape[1] - 1) + after
            row, column = np.nonzero(total <= n_pairs * EMPTY * alone)
            n_kept += len(row)
            if n_kept > MOST_ALIGNMENTS:
                raise TooManyError(TOO_MANY)
            grown.append(np.column_stack([sets[some][row], column]))
            totals.append(total[row, column])
        sets, sums = np.concatenate(grown), np.concatenate(totals)
    some = (sets < [len(each) for each in reviewers]).any(axis=1)
    return sets[some], sums[some] / n_pairs


def _slices(n_rows: int, n_columns: int) -> Iterator[slice]:
    """Cut rows into slices of which each makes a table of some million cells at most."""
    step = max(1, (1 << 21) // n_columns)
    return (slice(*each) for each in pairwise([*range(0, n_rows, step), n_rows]))


def moved_at_random(
    reviewers: Sequence[Sequence[Passage]], length: int, random: np.random.Generator
) -> list[list[Passage]]:
    """Return as many random reviewers: each has the passages of one of them, all moved on by the same distance.

    What would be moved behind the end comes in again at the beginning. Distances differ from one another by half a
    passage of average length or more, as long as there is room. Drawn again where it came to nobody who marked.
    """
    lengths = [end - start for each in reviewers for start, end, _ in each]
    apart = sum(lengths) / len(lengths) / 2
    while True:
        free = np.ones(length + 1, dtype=bool)
        made: list[list[Passage]] = []
        for _ in reviewers:
            places = np.nonzero(free)[0]
            distance = int(random.choice(places)) if len(places) else int(random.integers(length + 1))
            free[max(0, ceil(distance - apart)) : int(distance + apart) + 1] = False
            chosen = reviewers[int(random.integers(len(reviewers)))]
            moves = (distance - length if start + distance > length else distance for start, _, _ in chosen)
            made.append([(start + by, end + by, label) for (start, end, label), by in zip(chosen, moves, strict=True)])
        if any(made):
            return made

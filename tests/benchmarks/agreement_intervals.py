"""Alpha and its intervals at size, with the krippendorff package in the same run: seconds, ratios and peak memory.

Run on request: python -m tests.benchmarks.agreement_intervals. Ordinal ratings of 5 reviewers on 5 points in documents
of 20 units. The package has no intervals; resampling with it means computing everything again, which is timed for a few
resamples and scaled up to 1,000, its jackknife left aside. Times depend on the machine and its other work.
"""

import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import Any

import krippendorff
import numpy as np
from numpy.typing import NDArray

from annotator.agreement.alpha import alpha, alphas, ordinal
from annotator.agreement.competence import fit_errors
from annotator.agreement.counts import coincidences_by_document, count_values
from annotator.agreement.intervals import Interval, jackknife
from annotator.agreement.leave_out import alpha_without_each
from annotator.agreement.resampling import figure_of_all, figures_of_resamples, figures_without_each

REVIEWERS, POINTS, UNITS = 5, 5, 20
RESAMPLES = 1000
TURNS = 7
TIMED = 3
"""Resamples timed with the package."""


def ratings(n_ratings: int) -> NDArray[np.float64]:
    """Return random ratings, shape (reviewers, units): agreement on three in five, a tenth missing."""
    random = np.random.default_rng(7)
    units = n_ratings // REVIEWERS
    truth = random.integers(0, POINTS, units)
    noise = random.integers(0, POINTS, (REVIEWERS, units))
    data = np.where(random.random(noise.shape) < 0.4, noise, truth).astype(float)
    data[random.random(noise.shape) < 0.1] = np.nan
    return data


def with_intervals(data: NDArray[np.float64]) -> tuple[Interval, NDArray[np.float64]]:
    """From the array to the jackknife interval and the figures of the resamples."""
    values, counts = count_values(data)
    n_documents = data.shape[1] // UNITS
    pairs = coincidences_by_document(counts, np.arange(data.shape[1]) // UNITS, n_documents)

    def figure(sums: NDArray[np.float64]) -> NDArray[np.float64]:
        return alphas(sums, values, ordinal)

    names = [str(number) for number in range(n_documents)]
    left = figures_without_each(pairs, figure)
    found = jackknife(figure_of_all(pairs, figure), left, pairs.sum(axis=(1, 2)), names)
    return found, figures_of_resamples(pairs, figure, RESAMPLES)


def naively(data: NDArray[np.float64]) -> None:
    """One resample of documents with the package."""
    n_documents = data.shape[1] // UNITS
    drawn = np.random.default_rng(1).integers(n_documents, size=n_documents)
    columns = (drawn[:, None] * UNITS + np.arange(UNITS)).ravel()
    krippendorff.alpha(data[:, columns], level_of_measurement="ordinal")


def seconds(work: Callable[..., Any], *given: Any, turns: int = TURNS) -> float:
    """Return the least time of several turns."""
    took = []
    for _ in range(turns):
        began = time.perf_counter()
        work(*given)
        took.append(time.perf_counter() - began)
    return min(took)


def peak(work: Callable[..., Any], *given: Any) -> float:
    """Return the most memory that was held at once, in MiB, without what was there before."""
    tracemalloc.start()
    work(*given)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 2**20


def shown(name: str, own: float, target: str, other: float | None, note: str = "") -> None:
    """Print one row."""
    ratio = f"krippendorff {other * 1e3:10.0f} ms, ratio {other / own:6.0f}" if other else ""
    print(f"{name:44} {own * 1e3:7.1f} ms  target {target:10} {ratio}{note}")  # noqa: T201


def main() -> None:
    """Measure."""
    for number in (10_000, 100_000, 1_000_000):
        data, name = ratings(number), f"{number:,} ratings"
        target, wider = {100_000: ("< 10 ms", "< 0.1 s"), 1_000_000: ("", "< 0.5 s")}.get(number, ("", ""))
        naive = seconds(partial(krippendorff.alpha, level_of_measurement="ordinal"), data, turns=TIMED)
        shown(f"alpha ordinal, {name}", seconds(alpha, data, ordinal), target, naive)
        again = seconds(naively, data, turns=TIMED) * RESAMPLES
        note = f", peak {peak(with_intervals, data):.0f} MiB"
        shown(f"+ 1,000 resamples and jackknife, {name}", seconds(with_intervals, data), wider, again, note)
    data = ratings(100_000)
    shown("alpha without each reviewer, 100,000 ratings", seconds(alpha_without_each, data, "abcde", ordinal), "", None)
    said = np.nan_to_num(data.T, nan=-1)[..., None] == np.arange(POINTS)
    said = said[said.any(axis=(1, 2))]
    shown("Dawid and Skene, 100,000 ratings", seconds(fit_errors, said, turns=TIMED), "", None)


if __name__ == "__main__":
    main()

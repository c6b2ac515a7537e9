"""The u-alpha family from 250 to 250,000 passages, and the krippendorff package on the same texts by character.

Run on request: python -m tests.benchmarks.agreement_spans. Five reviewers mark 50 passages each, with three labels that
overlap, in every document of 20,000 characters. Prints the best of several runs, the most memory NumPy and Python took
beyond the passages themselves, and the ratio to the package, which is given one column for every character and has no
u-alpha: it says how much cheaper the text is when it is not read. Times are the processor's, so that other work on the
machine counts little.
"""

import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence

import krippendorff
import numpy as np

from annotator.agreement.continuum import Unitized, pool_unitized, unitized, unitized_layer
from annotator.agreement.f1 import MODES, f1, pair_hits, pool_pair_hits
from annotator.agreement.unitizing import (
    coding_alpha,
    coding_coverage,
    u_alpha,
    unit_alpha,
    value_alpha,
    value_coverage,
)

LENGTH = 20_000
EACH = 50
REVIEWERS = "abcde"
LABELS = ("fact", "opinion", "ai")
# Passages of a reviewer over all documents, the seconds and MiB aimed at, runs, and whether the package can follow.
ROWS = ((50, 0.005, 0, 20, True), (500, 0.02, 0, 10, True), (5_000, 0.15, 0, 5, True), (50_000, 2.0, 250, 2, False))

Marked = dict[str, dict[str, list[tuple[int, int]]]]


def make_document(random: np.random.Generator) -> Marked:
    """Return spans by reviewer and label: the same passages with other ends, a fifth of them with another label."""
    starts = np.sort(random.choice(LENGTH - 700, EACH, replace=False))
    labels = random.integers(0, len(LABELS), EACH)
    marked: Marked = {}
    for reviewer in REVIEWERS:
        found: dict[str, list[tuple[int, int]]] = {label: [] for label in LABELS}
        begun = starts + random.integers(0, 60, EACH)
        ended = begun + random.integers(20, 500, EACH)
        other = np.where(random.random(EACH) < 0.2, random.integers(0, len(LABELS), EACH), labels)
        for start, end, label in zip(begun.tolist(), ended.tolist(), other.tolist(), strict=True):
            found[LABELS[label]].append((start, end))
        marked[reviewer] = found
    return marked


def family(sums: Unitized) -> list[float | None]:
    """Compute every figure of the family."""
    found = [u_alpha(sums), unit_alpha(sums), coding_alpha(sums), coding_coverage(sums)]
    for value in sums.values[1:]:
        found += [value_alpha(sums, *value), value_coverage(sums, *value)]
    return [estimate.value for estimate in found]


def whole_family(documents: Sequence[Marked]) -> list[float | None]:
    """Compute the family over all labels together, from the passages."""
    return family(pool_unitized(unitized(marked, LENGTH) for marked in documents))


def layer_family(documents: Sequence[Marked]) -> list[float | None]:
    """Compute the u-alpha of each label's layer, from the passages."""

    def layer(marked: Marked, label: str) -> Unitized:
        return unitized_layer({reviewer: found[label] for reviewer, found in marked.items()}, LENGTH)

    pooled = (pool_unitized(layer(marked, label) for marked in documents) for label in LABELS)
    return [u_alpha(sums).value for sums in pooled]


def pairwise_f1(documents: Sequence[Marked], mode: str) -> list[float | None]:
    """Compute the F1 of every two reviewers, from the passages."""
    pooled = pool_pair_hits(pair_hits(marked, LENGTH, mode) for marked in documents)
    return [f1(sums).value for sums in pooled.values()]


def by_character(documents: Sequence[Marked]) -> float:
    """Compute the package's nominal alpha on the sets of labels of all characters."""
    table = np.zeros((len(REVIEWERS), LENGTH * len(documents)), dtype=np.int8)
    for number, marked in enumerate(documents):
        for row, reviewer in enumerate(REVIEWERS):
            text = table[row, number * LENGTH : (number + 1) * LENGTH]
            for place, label in enumerate(LABELS):
                for start, end in marked[reviewer][label]:
                    text[start:end] |= 1 << place
    return krippendorff.alpha(table, level_of_measurement="nominal")


def best(compute: Callable[[], object], runs: int) -> float:
    """Return the seconds of processor time of the fastest run."""

    def took() -> Iterator[float]:
        for _ in range(runs):
            began = time.process_time()
            compute()
            yield time.process_time() - began

    return min(took())


def peak(compute: Callable[[], object]) -> float:
    """Return the MiB that are taken at most, in a run of its own since counting is slow."""
    tracemalloc.start()
    compute()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 2**20


def shown(name: str, seconds: float, more: str = "") -> None:
    """Print one row."""
    print(f"{name:34} {seconds * 1e3:9.1f} ms  {more}")  # noqa: T201


def main() -> None:
    """Measure."""
    random = np.random.default_rng(7)
    for each, seconds, mib, runs, follows in ROWS:
        documents = [make_document(random) for _ in range(each // EACH)]
        size = f"5 x {each:,}"
        took = best(lambda documents=documents: whole_family(documents), runs)
        memory = peak(lambda documents=documents: whole_family(documents))
        aim = f"aim {seconds * 1e3:.0f} ms" + (f", {mib} MiB" if mib else "")
        shown(f"{size} u-alpha family", took, f"{aim}; peak {memory:.1f} MiB")
        shown(f"{size} u-alpha of 3 layers", best(lambda documents=documents: layer_family(documents), min(runs, 3)))
        if follows:
            theirs = best(lambda documents=documents: by_character(documents), 1)
            shown(f"{size} krippendorff by character", theirs, f"{theirs / took:.0f} times as long")
            for mode in MODES:
                ours = best(lambda documents=documents, mode=mode: pairwise_f1(documents, mode), min(runs, 3))
                shown(f"{size} F1 {mode}, 10 pairs", ours)


if __name__ == "__main__":
    main()

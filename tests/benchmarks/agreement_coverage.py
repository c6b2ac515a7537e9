"""How often the interval over documents holds the true alpha, by simulation: designs, alphas and numbers of documents.

Run on request: python -m tests.benchmarks.agreement_coverage [seconds, 60 unless given]. Seeded; more time makes more
studies and finer shares. Wanted is 95 % everywhere.

Three reviewers read every sentence. In a document they agree to the degree A: each reports the sentence's own value
with probability sqrt(A) and else a random one, so a pair agrees beyond chance with probability A. A varies between
documents, as does how common each value is there; both are drawn apart from the length, so the true alpha is known
exactly: 1 - (1 - mean of A) c / (c + 1), with c the concentration of the values, for every difference function alike.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, islice
from math import factorial, prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.alpha import Difference, alphas, nominal, ordinal
from annotator.agreement.counts import coincidences
from annotator.agreement.intervals import Interval, jackknife

REVIEWERS = 3
ALPHAS = (0.3, 0.53, 0.8)
DOCUMENTS = (5, 10, 20, 50)
STEADINESS = 10.0
"""Concentration of the degree of agreement over documents: a deviation of 0.15 around one half."""
EVENNESS = 20.0
"""Concentration of how common each value is in a document."""
SENTENCE = 120
"""Characters of a sentence of the seeds, roughly."""
SEEDS = sorted((Path(__file__).resolve().parents[2] / "fixtures" / "documents").glob("*.txt"))
ROUND = 50
"""Studies simulated at once."""


@dataclass(frozen=True)
class Design:
    """What is judged: how common each value is, on documents of these many sentences, over and over."""

    name: str
    difference: Difference
    shares: tuple[float, ...]
    sentences: tuple[int, ...]

    @property
    def is_layer(self) -> bool:
        """Whether the values are unmarked and marked."""
        return len(self.shares) == 2


def seed_sentences() -> tuple[int, ...]:
    """Return how many sentences each seed has, from its characters."""
    return tuple(len(path.read_text(encoding="utf-8")) // SENTENCE for path in SEEDS)


def designs() -> list[Design]:
    """List what is simulated; equal documents have as many sentences as the seeds on average."""
    uneven = seed_sentences()
    even = (sum(uneven) // len(uneven),)
    slant = (0.08, 0.2, 0.44, 0.2, 0.08)
    return [
        Design("label, equal documents", nominal, (0.7, 0.3), even),
        Design("label, lengths of the seeds", nominal, (0.7, 0.3), uneven),
        Design("label, lengths 1:2:3:5:8", nominal, (0.7, 0.3), (20, 40, 60, 100, 160)),
        Design("label on 3 %, equal documents", nominal, (0.97, 0.03), even),
        Design("ordinal, equal documents", ordinal, slant, even),
        Design("ordinal, lengths of the seeds", ordinal, slant, uneven),
        Design("ordinal, lengths 1:2:3:5:8", ordinal, slant, (20, 40, 60, 100, 160)),
    ]


def simulate(
    random: np.random.Generator, design: Design, alpha: float, n_studies: int, n_documents: int
) -> NDArray[np.float64]:
    """Return coincidence matrices of documents, shape (n_studies, n_documents, n_values, n_values)."""
    shares = np.array(design.shares)
    n_values = len(shares)
    size = (n_studies, n_documents)
    mean = 1 - (1 - alpha) * (EVENNESS + 1) / EVENNESS
    kept = np.sqrt(random.beta(STEADINESS * mean, STEADINESS * (1 - mean), size))[..., None, None]
    common = random.dirichlet(EVENNESS * shares, size)
    says = kept * np.eye(n_values) + (1 - kept) * common[..., None, :]  # by the sentence's own value, then the report
    units = list(combinations_with_replacement(range(n_values), REVIEWERS))
    counts = np.array([np.bincount(unit, minlength=n_values) for unit in units])
    ways = np.array([factorial(REVIEWERS) / prod(map(factorial, count)) for count in counts.tolist()])
    given_value = np.exp(np.log(np.maximum(says, 1e-300)) @ counts.T) * ways
    chances = (common[..., None] * given_value).sum(axis=-2)
    chances /= chances.sum(axis=-1, keepdims=True)
    lengths = np.resize(design.sentences, n_documents)
    times = random.multinomial(lengths, chances)
    each = np.array([coincidences(count[None]).pairs for count in counts])
    return (times @ each.reshape(len(each), -1)).reshape(*size, n_values, n_values)


def intervals(design: Design, studies: NDArray[np.float64]) -> list[Interval]:
    """Compute the interval of each study, without resamples."""
    values = np.arange(len(design.shares), dtype=float)
    total = studies.sum(axis=1)
    points = alphas(total, values, design.difference)
    left = alphas(total[:, None] - studies, values, design.difference)  # whole sums of thirds and halves: no crumbs
    mass = studies.sum(axis=3)
    rarer = mass.sum(axis=1).argmin(axis=-1)
    mass = np.take_along_axis(mass, rarer[:, None, None], 2)[..., 0] if design.is_layer else mass.sum(axis=2)
    names = [str(number) for number in range(studies.shape[1])]
    return [jackknife(*study, names) for study in zip(points, left, mass, strict=True)]


def row(name: str, cells: Sequence[str]) -> str:
    """Lay out one line of the table."""
    return f"{name:36}" + "".join(f"{cell:>17}" for cell in cells)


def main() -> None:
    """Simulate and print."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    cells = [(design, alpha, number) for design in designs() for alpha in ALPHAS for number in DOCUMENTS]
    seen: list[list[bool | None]] = [[] for _ in cells]
    widths: list[list[float]] = [[] for _ in cells]
    random = np.random.default_rng(1979)
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        for place, (design, alpha, number) in enumerate(cells):
            for found in intervals(design, simulate(random, design, alpha, ROUND, number)):
                inside = None if found.low is None else found.low <= alpha <= found.high
                seen[place].append(inside)
                if found.low is not None:
                    widths[place].append(found.high - found.low)
    print(f"{len(seen[0])} studies a cell; share of intervals with the true alpha, median width, (no interval)")  # noqa: T201
    print(row("design, true alpha", [f"{number} documents" for number in DOCUMENTS]))  # noqa: T201
    texts = iter([cell(held, width) for held, width in zip(seen, widths, strict=True)])
    for design in designs():
        for alpha in ALPHAS:
            print(row(f"{design.name} {alpha:.2f}", list(islice(texts, len(DOCUMENTS)))))  # noqa: T201


def cell(held: Sequence[bool | None], widths: Sequence[float]) -> str:
    """Say how often the intervals hold the truth, how wide they are, and how many studies have none."""
    given = [inside for inside in held if inside is not None]
    none = 1 - len(given) / len(held)
    share = f"{np.mean(given):.0%} {np.median(widths):.2f}" if given else "none"
    return f"{share} ({none:.0%})" if none else share


if __name__ == "__main__":
    main()

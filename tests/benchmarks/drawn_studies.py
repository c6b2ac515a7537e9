"""Studies drawn at random whose true agreement is known, as the sums from which intervals are made.

Three reviewers read every unit. In a document they agree to the degree A: each reports the unit's own value with
probability sqrt(A) and else a random one, so a pair agrees beyond chance with probability A. A varies between
documents, as does how common each value is there; both are drawn apart from the length, so the true alpha is known
exactly: 1 - (1 - mean of A) c / (c + 1), with c the concentration of the values, for every difference function alike.

Sentences and ratings are drawn apart from each other. Marked text comes in clauses of random length that hang
together, in their own value, in whether a reviewer reports it, and in what is reported else: so passages are runs of
clauses, and the true alpha, which asks of single characters, stays the same. That of u-alpha is the same too, since
what it leaves out of the expected pairs, those within one passage, vanishes as documents are added.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import factorial, prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.counts import coincidences

REVIEWERS = 3
STEADINESS = 10.0
"""Concentration of the degree of agreement over documents: a deviation of 0.15 around one half."""
EVENNESS = 20.0
"""Concentration of how common each value is in a document."""
SENTENCE = 120
"""Characters of a sentence of the seeds, roughly."""
CLAUSE = 40
"""Characters of a clause, on average."""
HOLDS = 0.75
"""Chance that a clause goes on as the one before: passages are then some 160 characters long."""
SEEDS = sorted((Path(__file__).resolve().parents[2] / "fixtures" / "documents").glob("*.txt"))


@dataclass(frozen=True)
class Design:
    """What is judged: how common each value is, on documents of these lengths in characters, over and over."""

    name: str
    shares: tuple[float, ...]
    lengths: tuple[int, ...]


def seed_lengths() -> tuple[int, ...]:
    """Return how many characters each seed has."""
    return tuple(len(path.read_text(encoding="utf-8")) for path in SEEDS)


def designs(shares: Sequence[float], rare: Sequence[float]) -> list[Design]:
    """List the designs; equal documents are as long as the seeds on average."""
    uneven = seed_lengths()
    even = (sum(uneven) // len(uneven),)
    return [
        Design("equal documents", tuple(shares), even),
        Design("lengths of the seeds", tuple(shares), uneven),
        Design("rare value, equal documents", tuple(rare), even),
    ]


def _agreement(
    random: np.random.Generator, design: Design, alpha: float, size: tuple[int, int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw, for each document, the chance to report a unit's own value and how common each value is."""
    mean = 1 - (1 - alpha) * (EVENNESS + 1) / EVENNESS
    kept = np.sqrt(random.beta(STEADINESS * mean, STEADINESS * (1 - mean), size))
    return kept, random.dirichlet(EVENNESS * np.array(design.shares), size)


def units(
    random: np.random.Generator, design: Design, alpha: float, n_studies: int, n_documents: int
) -> NDArray[np.float64]:
    """Draw sentences or ratings; return coincidences, shape (n_studies, n_documents, n_values, n_values)."""
    n_values = len(design.shares)
    size = (n_studies, n_documents)
    own, common = _agreement(random, design, alpha, size)
    kept = own[..., None, None]
    says = kept * np.eye(n_values) + (1 - kept) * common[..., None, :]  # by the unit's own value, then the report
    judged = list(combinations_with_replacement(range(n_values), REVIEWERS))
    counts = np.array([np.bincount(unit, minlength=n_values) for unit in judged])
    ways = np.array([factorial(REVIEWERS) / prod(map(factorial, count)) for count in counts.tolist()])
    given_value = np.exp(np.log(np.maximum(says, 1e-300)) @ counts.T) * ways
    chances = (common[..., None] * given_value).sum(axis=-2)
    chances /= chances.sum(axis=-1, keepdims=True)
    sentences = np.array(design.lengths) // SENTENCE
    times = random.multinomial(np.resize(sentences, n_documents), chances)
    each = np.array([coincidences(count[None]).pairs for count in counts])
    return (times @ each.reshape(len(each), -1)).reshape(*size, n_values, n_values)


@dataclass(frozen=True)
class Marked:
    """Texts drawn with what reviewers marked, all of them laid end to end.

    `sizes` are the lengths of the clauses, shape (n_clauses,), `text` says which text each is in, from 0 up, and
    `marks` which reviewers mark it, shape (REVIEWERS, n_clauses).
    """

    sizes: NDArray[np.int64]
    text: NDArray[np.int64]
    marks: NDArray[np.bool_]
    n_texts: int

    def pairs(self) -> NDArray[np.float64]:
        """Coincidences of characters, unmarked and marked, shape (n_texts, 2, 2)."""
        marked = self.marks.sum(axis=0)
        left = REVIEWERS - marked
        weight = self.sizes / (REVIEWERS - 1)
        apart = np.bincount(self.text, weight * marked * left, self.n_texts)
        both = np.bincount(self.text, weight * marked * (marked - 1), self.n_texts)
        neither = np.bincount(self.text, weight * left * (left - 1), self.n_texts)
        return np.stack([neither, apart, apart, both], axis=-1).reshape(-1, 2, 2)

    def squares(self) -> NDArray[np.float64]:
        """Lengths of gaps, and squared lengths of passages, abutting ones joined, shape (n_texts, 2)."""
        first = np.append(True, self.text[1:] != self.text[:-1])
        found = np.zeros((self.n_texts, 2))
        for row in self.marks:
            passage = np.cumsum(first | np.append(True, row[1:] != row[:-1])) - 1
            length = np.bincount(passage, np.where(row, self.sizes, 0))
            start = np.flatnonzero(np.append(True, passage[1:] != passage[:-1]))
            found[:, 1] += np.bincount(self.text[start], length**2, self.n_texts)
            found[:, 0] += np.bincount(self.text, np.where(row, 0, self.sizes), self.n_texts)
        return found

    def spans(self, text: int) -> list[list[tuple[int, int]]]:
        """What each reviewer marks in one text, clause by clause: half-open, in characters of the text."""
        here = self.text == text
        ends = np.cumsum(self.sizes[here])
        starts = ends - self.sizes[here]
        return [list(zip(starts[row].tolist(), ends[row].tolist(), strict=True)) for row in self.marks[:, here]]


def texts(random: np.random.Generator, design: Design, alpha: float, n_studies: int, n_documents: int) -> Marked:
    """Draw the texts of studies, study after study, with what is marked in them."""
    own, common = _agreement(random, design, alpha, (n_studies, n_documents))
    clauses = np.tile(np.resize(np.array(design.lengths) // CLAUSE, n_documents), n_studies)
    text = np.repeat(np.arange(len(clauses)), clauses)
    first = np.append(True, text[1:] != text[:-1])
    marked, reports = common[..., 1].ravel()[text], own.ravel()[text]
    value = _hanging(random, marked, first)
    marks = [
        np.where(_hanging(random, reports, first), value, _hanging(random, marked, first)) for _ in range(REVIEWERS)
    ]
    return Marked(random.geometric(1 / CLAUSE, len(text)), text, np.array(marks), len(clauses))


def _hanging(random: np.random.Generator, chance: NDArray[np.float64], first: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Draw true or false for each clause by its chance; it goes on as the one before with probability HOLDS."""
    fresh = random.random(len(chance)) < chance
    begins = first | (random.random(len(chance)) >= HOLDS)
    return fresh[np.maximum.accumulate(np.where(begins, np.arange(len(chance)), 0))]

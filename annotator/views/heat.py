"""How a text is shaded: by how many reviewers mark each stretch of it, or by how many pairs of them differ."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

from annotator.agreement.units import Stretch

STEPS = 5
MODES = ("marked", "divided")


@dataclass(frozen=True, slots=True)
class HeatStep:
    """A step of the legend: its number and the counts it stands for."""

    step: int
    words: str


@dataclass(frozen=True, slots=True)
class Heat:
    """The shading of one layer, or of any label, over so many reviewers."""

    mode: str
    of: int
    one_layer: bool

    @property
    def most(self) -> int:
        """The largest count there can be: all reviewers; all pairs; in one layer one half against the other."""
        if self.mode == "marked":
            return self.of
        return self.of**2 // 4 if self.one_layer else comb(self.of, 2)

    @property
    def least(self) -> int:
        """The smallest count there can be above none: one reviewer; one against all others."""
        return 1 if self.mode == "marked" else max(self.of - 1, 1)

    @property
    def total(self) -> int:
        """What the counts are out of: reviewers, or pairs of them."""
        return self.of if self.mode == "marked" else comb(self.of, 2)

    def count(self, piece: Stretch) -> int:
        """Return how many reviewers mark the stretch, or how many pairs of them differ about it."""
        return piece.marked if self.mode == "marked" else piece.pairs_apart(self.of)

    def step(self, count: int) -> int:
        """Return the step of a count, 1 to 5: of up to five reviewers their number, else the share of five."""
        if self.mode == "marked" and self.of <= STEPS:
            return count
        return math.ceil(STEPS * count / self.most)

    def legend(self) -> list[HeatStep]:
        """Return the steps that can occur, with the counts of each."""
        counts: dict[int, list[int]] = {}
        for count in range(self.least, self.most + 1):
            counts.setdefault(self.step(count), []).append(count)
        return [
            HeatStep(step, str(found[0]) if len(found) == 1 else f"{found[0]} to {found[-1]}")
            for step, found in counts.items()
        ]

    def runs(self, pieces: Sequence[Stretch]) -> list[int]:
        """Return what the script paints: length and code of each run of characters, from the start of the text on.

        A code is 0 for what is not shaded, else twice the step and 1 more where, shaded by number, labels differ.
        Numbers alone, because a long text has thousands of runs.
        """
        found: list[int] = []
        for piece in pieces:
            count = self.count(piece)
            code = 2 * self.step(count) + (self.mode == "marked" and labels_differ(piece)) if count else 0
            if found and found[-1] == code:
                found[-2] += piece.end - piece.start
            else:
                found += [piece.end - piece.start, code]
        return found


def labels_differ(piece: Stretch) -> bool:
    """Whether the reviewers who mark the stretch use different sets of labels."""
    return len(piece.labels) > 1 and any(len(reviewers) < piece.marked for reviewers in piece.labels.values())

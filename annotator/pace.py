"""How long reading and marking takes, from the times of what was done: the usual pace, and the time left. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import quantiles
from typing import Final

PAUSE: Final = timedelta(minutes=5)
"""What a longer pause between two acts counts as: somebody may have read so long, and beyond that was away."""
LEAST: Final = 5
"""Pieces of work below which no pace is told: of fewer, one slow reader would be the pace."""
CHARACTERS: Final = 1000
"""A pace is the time for so many characters (code points)."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds for 1,000 characters over `n` pieces of work: the middle one, and the ends of the middle half."""

    middle: float
    quick: float
    slow: float
    n: int

    def time_for(self, characters: int) -> "TimeLeft":
        """Return how long so many characters take."""
        return TimeLeft(*(each * characters / CHARACTERS for each in (self.middle, self.quick, self.slow)))


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """Seconds at the middle pace, and at those that a quarter of the work was quicker, or slower, than."""

    middle: float
    quick: float
    slow: float


def active_time(times: Sequence[datetime]) -> timedelta:
    """Return the time from the first act to the last, in which no pause counts for more than PAUSE."""
    return sum((min(later - sooner, PAUSE) for sooner, later in pairwise(sorted(times))), timedelta())


def usual_pace(works: Iterable[tuple[Sequence[datetime], int]]) -> Pace | None:
    """Return the pace of pieces of work, each with the times of its acts and the length of its text.

    Work of a single act, such as a text in which nothing was marked, tells no time and is left out. None where fewer
    than LEAST are left.
    """
    taken = [
        active_time(times).total_seconds() * CHARACTERS / length for times, length in works if len(times) > 1 and length
    ]
    if len(taken) < LEAST:
        return None
    quick, middle, slow = quantiles(taken, n=4, method="inclusive")
    return Pace(middle, quick, slow, len(taken))

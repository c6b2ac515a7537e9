"""What the rows of these files are made of: figures with the reasons beside them, and the columns these stand under."""

from typing import Final

from annotator.agreement.comparison import Mean
from annotator.agreement.estimate import Estimate
from annotator.agreement.intervals import Interval
from annotator.agreement.leave_out import LeftOut
from annotator.formats.cells import Cell

Row = list[Cell]
INTERVAL: Final = ("interval_low", "interval_high", "interval_rough", "interval_reason")
RANGE: Final = ("without_one_low", "without_one_high")


def figure(name: str) -> tuple[str, ...]:
    """Name the columns under which `told` stands."""
    return name, f"{name}_reason"


def gave(who: str) -> tuple[str, ...]:
    """Name the columns of what somebody gave."""
    return f"{who}_gave", f"{who}_gave_name"


def told(estimate: Estimate | Mean | None) -> Row:
    """Return a figure and why there is none."""
    return [None, None] if estimate is None else [estimate.value, estimate.reason or None]


def interval(found: Interval | None) -> Row:
    """Return the cells under `INTERVAL`."""
    return [None] * 4 if found is None else [found.low, found.high, found.rough, found.reason or None]


def without_one(found: LeftOut | None) -> Row:
    """Return the cells under `RANGE`."""
    return [None, None] if found is None else [found.low, found.high]

"""What is wrong with a file that was to be read: every bad row, by line, field and reason."""

from typing import NamedTuple

SHOWN = 100


class Problem(NamedTuple):
    """One fault: line number from 1, the field ("" for the row as a whole), and what is wrong with it, in words."""

    line: int
    field: str
    reason: str


class FormatError(ValueError):
    """A file that cannot be read.

    Attributes
    ----------
    rows : list of Problem
        The first 100 faults in the order of their lines.
    total : int
        How many there are.
    """

    def __init__(self, rows: list[Problem], total: int) -> None:
        first = rows[0]
        place = f"line {first.line}" + (f", {first.field}" if first.field else "")
        super().__init__(f"{total} bad rows or fields; {place}: {first.reason}")
        self.rows = rows
        self.total = total


class Problems:
    """Collects faults: all are counted, the first 100 found are kept."""

    def __init__(self) -> None:
        self.rows: list[Problem] = []
        self.total = 0

    def add(self, line: int, field: str, reason: str) -> None:
        """Note a fault."""
        self.total += 1
        if len(self.rows) < SHOWN:
            self.rows.append(Problem(line, field, reason))

    def raise_any(self) -> None:
        """Raise FormatError unless nothing was found."""
        if self.total:
            raise FormatError(sorted(self.rows, key=lambda problem: problem.line), self.total)


def shown(value: object) -> str:
    """Return `value` cut short and in ASCII, so that a message can carry whatever a file held.

    An integer is not written out: Python refuses to print one of more than 4,300 digits.
    """
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return "a very large number"
    text = (
        ascii(value[:50] if isinstance(value, str) else value)
        if not isinstance(value, dict | list)
        else "a list or object"
    )
    return text if len(text) <= 60 else text[:57] + "..."

"""How often the intervals hold the true figure, by simulation: the table that the method page shows.

The figures are those of `coverage.json` beside this file, which `python -m tests.benchmarks.agreement_coverage` writes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Final

PATH: Final = Path(__file__).with_name("coverage.json")
FLOOR: Final = 0.92
"""Share of intervals with the true figure below which an interval is to be called rough."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Studies of one kind: a measure, a design, the true figure and how many documents.

    Attributes
    ----------
    measure, design : str
        What was computed, and how documents and values were drawn.
    alpha : float
        The true figure.
    n_documents : int
    held : float or None
        Share of the intervals given that hold the true figure; None when no study had one.
    width : float or None
        Median distance of their ends.
    none : float
        Share of the studies without an interval.
    rough : float
        Share of the intervals given that were called rough.
    """

    measure: str
    design: str
    alpha: float
    n_documents: int
    held: float | None
    width: float | None
    none: float
    rough: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """The whole table: how many studies stand behind each cell, by which seed, and the cells."""

    n_studies: int
    n_reviewers: int
    seed: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the printed table: cells that differ in the number of documents alone."""

    measure: str
    design: str
    alpha: float
    cells: tuple[Cell, ...]


@cache
def coverage() -> Coverage:
    """Read the table."""
    stored = json.loads(PATH.read_text(encoding="utf-8"))
    names = [each.name for each in fields(Cell)]
    return Coverage(
        n_studies=stored["n_studies"],
        n_reviewers=stored["n_reviewers"],
        seed=stored["seed"],
        cells=tuple(Cell(**dict(zip(names, row, strict=True))) for row in stored["cells"]),
    )


def write(found: Coverage, path: Path = PATH) -> None:
    """Store a table, one cell a line, so that two versions can be compared."""
    rows = ",\n".join(
        json.dumps([getattr(cell, each.name) for each in fields(Cell)], ensure_ascii=False) for cell in found.cells
    )
    head = f'"n_studies": {found.n_studies},\n"n_reviewers": {found.n_reviewers},\n"seed": {found.seed},\n'
    path.write_text(f'{{\n{head}"cells": [\n{rows}\n]\n}}\n', encoding="utf-8")


def lines(cells: Sequence[Cell]) -> tuple[Line, ...]:
    """Gather cells into lines, in their order."""
    grouped: dict[tuple[str, str, float], list[Cell]] = {}
    for cell in cells:
        grouped.setdefault((cell.measure, cell.design, cell.alpha), []).append(cell)
    return tuple(Line(*key, tuple(row)) for key, row in grouped.items())

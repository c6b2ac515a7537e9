"""How every figure is computed: measures, units, intervals and how often these hold, for whoever is signed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotator.agreement import intervals
from annotator.agreement.coverage import FLOOR, Cell, Line, coverage, lines
from annotator.agreement.measures import MEASURES, Measure
from annotator.agreement.resampling import RESAMPLES
from annotator.agreement.yardsticks import YARDSTICKS
from annotator.views.beside import Beside

TAKES: Final[Mapping[str, str]] = {
    "ratings": "Ratings of shared units",
    "layer": "One label’s layer of the text",
    "unitized": "Passages as units of a continuum",
    "value": "Passages as units of a continuum",
    "hits": "The passages of two reviewers",
}


@dataclass(frozen=True, slots=True)
class Family:
    """Measures that take the same data."""

    name: str
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Simulated:
    """The lines of the coverage table that belong to one measure, by design."""

    measure: Measure
    designs: tuple[tuple[str, tuple[Line, ...]], ...]


def families() -> list[Family]:
    """Group the measures by what they take, in the registry's order."""
    grouped: dict[str, list[Measure]] = {}
    for measure in MEASURES.values():
        grouped.setdefault(TAKES[measure.takes], []).append(measure)
    return [Family(name, tuple(measures)) for name, measures in grouped.items()]


def simulated(cells: Sequence[Cell]) -> list[Simulated]:
    """Group the lines of the coverage table by measure and design."""
    grouped: dict[str, dict[str, list[Line]]] = {}
    for line in lines(cells):
        grouped.setdefault(line.measure, {}).setdefault(line.design, []).append(line)
    return [
        Simulated(MEASURES[key], tuple((name, tuple(rows)) for name, rows in designs.items()))
        for key, designs in grouped.items()
    ]


@require_safe
@login_required
def method(request: HttpRequest) -> HttpResponse:
    """Explain the figures."""
    table = coverage()
    numbers = list(dict.fromkeys(cell.n_documents for cell in table.cells))
    context = {
        "section": "method",
        "families": families(),
        "table": table,
        "numbers": numbers,
        "simulated": simulated(table.cells),
        "floor": FLOOR,
        "few": intervals.FEWEST,
        "many": intervals.MANY,
        "rare": intervals.RARE,
        "perhaps": intervals.PERHAPS_RARE,
        "limit": intervals.LIMIT,
        "resamples": RESAMPLES,
        "yardsticks": [Beside(f"{each.code} ({each.codebook})", None, each) for each in YARDSTICKS],
    }
    return render(request, "annotator/method.html", context)

"""How often the interval over documents holds the true figure, by simulation: the table of the method page.

Run on request: nice python -m tests.benchmarks.agreement_coverage [studies a cell, 2000 unless given]. Prints the table
and, with the usual number of studies, stores it where the page reads it. Every cell has a seed of its own, so that any
of them can be drawn again alone. Wanted is 95 % everywhere. Intervals are made without resamples, which never move
their ends.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.alpha import alphas, nominal, ordinal
from annotator.agreement.coverage import Cell, Coverage, lines, write
from annotator.agreement.intervals import Interval, jackknife, layer_mass, lengths_of, scale_mass, u_figure
from annotator.agreement.resampling import Figure, figure_of_all, figures_without_each
from tests.benchmarks.drawn_studies import REVIEWERS, Design, designs, texts, units

STUDIES: Final = 2000
SEED: Final = 1979
ALPHAS: Final = (0.3, 0.53, 0.8)
DOCUMENTS: Final = (5, 10, 20, 50)
ROUND: Final = 50
"""Studies drawn at once."""
LABEL, RARE_LABEL = (0.7, 0.3), (0.97, 0.03)
SLANT, RARE_SLANT = (0.08, 0.2, 0.44, 0.2, 0.08), (0.005, 0.01, 0.97, 0.01, 0.005)

Study = NDArray[np.float64]
"""The sums of one study's documents, shape (n_documents, ...)."""
Draw = Callable[[np.random.Generator, Design, float, int, int], NDArray[np.float64]]


def _interval(study: Study, figure: Figure, mass: NDArray[np.float64], rough: bool) -> Interval:
    names = [str(number) for number in range(len(study))]
    return jackknife(figure_of_all(study, figure), figures_without_each(study, figure), mass, names, rough=rough)


def _of_layer(study: Study) -> Interval:
    return _interval(study, partial(alphas, values=(0, 1), difference=nominal), *layer_mass(study))


def _of_scale(study: Study) -> Interval:
    values = np.arange(study.shape[-1], dtype=float)
    return _interval(study, partial(alphas, values=values, difference=ordinal), *scale_mass(study))


def _of_continuum(study: Study) -> Interval:
    return _interval(study, u_figure, *layer_mass(lengths_of(study)))


def _characters(random: np.random.Generator, design: Design, alpha: float, studies: int, number: int) -> Study:
    return texts(random, design, alpha, studies, number).pairs().reshape(studies, number, 2, 2)


def _passages(random: np.random.Generator, design: Design, alpha: float, studies: int, number: int) -> Study:
    drawn = texts(random, design, alpha, studies, number)
    sums = np.concatenate([drawn.pairs().reshape(-1, 4), drawn.squares()], axis=1)
    return sums.reshape(studies, number, 6)


MEASURED: Final[Mapping[str, tuple[Draw, Callable[[Study], Interval], list[Design]]]] = {
    "sentence-alpha": (units, _of_layer, designs(LABEL, RARE_LABEL)),
    "character-alpha": (_characters, _of_layer, designs(LABEL, RARE_LABEL)),
    "u-alpha": (_passages, _of_continuum, designs(LABEL, RARE_LABEL)),
    "alpha-ordinal": (units, _of_scale, designs(SLANT, RARE_SLANT)),
}
"""By the key of a measure: how studies are drawn, how their interval is made, and on which designs."""


def simulate(measure: str, design: Design, alpha: float, n_documents: int, n_studies: int) -> Cell:
    """Draw the studies of one cell and see how many intervals hold the true figure."""
    draw, interval_of, listed = MEASURED[measure]
    place = [list(MEASURED).index(measure), listed.index(design), ALPHAS.index(alpha), n_documents]
    random = np.random.default_rng([SEED, *place])
    found: list[Interval] = []
    while len(found) < n_studies:
        number = min(ROUND, n_studies - len(found))
        found += [interval_of(study) for study in draw(random, design, alpha, number, n_documents)]
    given = [each for each in found if each.low is not None]
    return Cell(
        measure=measure,
        design=design.name,
        alpha=alpha,
        n_documents=n_documents,
        held=round(sum(each.low <= alpha <= each.high for each in given) / len(given), 4) if given else None,
        width=round(float(np.median([each.high - each.low for each in given])), 4) if given else None,
        none=round(1 - len(given) / n_studies, 4),
        rough=round(sum(each.rough for each in given) / len(given), 4) if given else 0.0,
    )


def cells(n_studies: int) -> tuple[Cell, ...]:
    """Simulate the whole table."""
    return tuple(
        simulate(measure, design, alpha, number, n_studies)
        for measure, (_, _, listed) in MEASURED.items()
        for design in listed
        for alpha in ALPHAS
        for number in DOCUMENTS
    )


def row(name: str, parts: Sequence[str]) -> str:
    """Lay out one line of the table."""
    return f"{name:56}" + "".join(f"{part:>22}" for part in parts)


def words(cell: Cell) -> str:
    """Say how often the intervals hold the truth, how wide they are, how many are called rough, and how many lack."""
    if cell.held is None:
        return "none"
    rough = f" rough {cell.rough:.0%}" if cell.rough else ""
    none = f" ({cell.none:.0%})" if cell.none else ""
    return f"{cell.held:.1%} {cell.width:.2f}{rough}{none}"


def main() -> None:
    """Simulate, print and store."""
    n_studies = int(sys.argv[1]) if len(sys.argv) > 1 else STUDIES
    found = Coverage(n_studies, REVIEWERS, SEED, cells(n_studies))
    print(f"{n_studies} studies a cell: intervals with the true figure, median width, called rough, (none)")  # noqa: T201
    print(row("measure, design, true figure", [f"{number} documents" for number in DOCUMENTS]))  # noqa: T201
    for line in lines(found.cells):
        print(row(f"{line.measure}, {line.design}, {line.alpha:.2f}", [words(cell) for cell in line.cells]))  # noqa: T201
    if n_studies == STUDIES:
        write(found)


if __name__ == "__main__":
    main()

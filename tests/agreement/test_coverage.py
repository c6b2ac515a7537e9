"""The stored table of coverage: its shape, that its draws are what they say, and that it can be drawn again."""

import numpy as np
import pytest

from annotator.agreement.continuum import stack_layers, unitized_layer
from annotator.agreement.coverage import FLOOR, Coverage, coverage, lines, write
from annotator.agreement.measures import MEASURES
from tests.agreement.making import make_layer
from tests.benchmarks.agreement_coverage import ALPHAS, DOCUMENTS, MEASURED, SEED, STUDIES, simulate
from tests.benchmarks.drawn_studies import REVIEWERS, Design, texts, units


def test_the_table_has_every_measure_design_alpha_and_number_of_documents():
    found = coverage()
    assert (found.n_studies, found.n_reviewers, found.seed) == (STUDIES, REVIEWERS, SEED)
    wanted = [
        (measure, design.name, alpha, number)
        for measure, (*_, listed) in MEASURED.items()
        for design in listed
        for alpha in ALPHAS
        for number in DOCUMENTS
    ]
    assert [(each.measure, each.design, each.alpha, each.n_documents) for each in found.cells] == wanted
    assert {each.measure for each in found.cells} <= MEASURES.keys()
    assert all(0 <= share <= 1 for each in found.cells for share in (each.held or 0, each.none, each.rough))
    assert all(each.width > 0 for each in found.cells if each.held is not None)


def test_the_table_has_a_line_for_each_true_figure():
    found = lines(coverage().cells)
    assert len(found) == sum(len(listed) for *_, listed in MEASURED.values()) * len(ALPHAS)
    assert all([cell.n_documents for cell in line.cells] == list(DOCUMENTS) for line in found)


@pytest.mark.parametrize("place", [0, 56, 96, 140])
def test_a_cell_of_the_table_can_be_drawn_again(place):
    """Sums over many numbers may end differently on another machine, and a study or two then with them."""
    stored = coverage().cells[place]
    design = next(each for each in MEASURED[stored.measure][2] if each.name == stored.design)
    again = simulate(stored.measure, design, stored.alpha, stored.n_documents, STUDIES)
    for name in ("held", "width", "none", "rough"):
        assert getattr(again, name) == pytest.approx(getattr(stored, name), abs=0.002), name


def test_where_the_level_does_not_hold_the_interval_is_called_rough():
    """A study of such a design is called rough nearly always, and one of the others hardly ever."""
    for cell in coverage().cells:
        if cell.held is not None:
            assert cell.held >= FLOOR or cell.rough > 0.9, cell
            assert cell.rough < 0.05 or cell.design.startswith("rare"), cell


def test_a_table_written_is_read_as_it_was(tmp_path, monkeypatch):
    made = Coverage(7, 3, 1, coverage().cells[:3])
    write(made, tmp_path / "table.json")
    monkeypatch.setattr("annotator.agreement.coverage.PATH", tmp_path / "table.json")
    assert coverage.__wrapped__() == made


@pytest.mark.parametrize("alpha", [0.3, 0.8])
def test_what_is_drawn_has_the_alpha_it_is_said_to_have(alpha):
    random = np.random.default_rng(5)
    for draw in (
        units(random, Design("a label", (0.7, 0.3), (9000, 3000)), alpha, 10, 400).sum(axis=(0, 1)),
        texts(random, Design("a label", (0.7, 0.3), (9000, 3000)), alpha, 4, 400).pairs().sum(axis=0),
    ):
        total = draw.sum(axis=1)
        assert 1 - 2 * draw[0, 1] * total.sum() / (2 * total.prod()) == pytest.approx(alpha, abs=0.03)


def test_the_sums_drawn_are_those_the_engine_makes_of_the_same_marks():
    drawn = texts(np.random.default_rng(5), Design("a label", (0.6, 0.4), (900, 400)), 0.5, 2, 3)
    for text, (pairs, squares) in enumerate(zip(drawn.pairs(), drawn.squares(), strict=True)):
        length = int(drawn.sizes[drawn.text == text].sum())
        marked = dict(zip("abc", drawn.spans(text), strict=True))
        assert pairs == pytest.approx(make_layer(length, **marked).characters.pairs)
        (engine,) = stack_layers([unitized_layer(marked, length, joined=True)])
        assert [*pairs.ravel(), *squares] == pytest.approx(engine)

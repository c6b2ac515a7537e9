"""The page on the method: every measure of the registry, the stored table of coverage, and the way there."""

from collections.abc import Callable
from types import SimpleNamespace

from annotator.agreement.coverage import FLOOR, coverage
from annotator.agreement.measures import MEASURES
from annotator.templatetags.figures import tenths
from tests.pages.conftest import Page


def test_every_measure_stands_there_with_its_formula_source_and_when_there_is_none(read: Callable[..., Page]) -> None:
    page = read("eli", "/method/")
    assert {row["id"] for row in page.all("tr") if row.get("id")} == set(MEASURES)
    for measure in MEASURES.values():
        for words in (measure.name, measure.formula, measure.undefined, measure.reference):
            assert words in page.words


def test_the_table_of_coverage_is_the_stored_one_with_what_falls_short_in_bold(read: Callable[..., Page]) -> None:
    page = read("eli", "/method/")
    cells = [cell for cell in coverage().cells if cell.held is not None]
    assert cells
    assert all(tenths(cell.held) in page.words for cell in cells)
    assert f"{coverage().n_studies:,} studies" in page.words
    assert page.markup.count("<strong>9") + page.markup.count("<strong>8") == sum(cell.held < FLOOR for cell in cells)


def test_the_words_that_split_figures_arbitrarily_are_quoted_and_never_used(read: Callable[..., Page]) -> None:
    words = read("eli", "/method/").words
    assert "Words such as “moderate” or “substantial” are not used here" in words
    assert words.count("substantial") == 1
    assert "almost perfect" not in words


def test_the_note_of_every_figure_leads_there(
    read: Callable[..., Page], urls: SimpleNamespace, marked: None, reveal: Callable[..., None]
) -> None:
    reveal("ben")
    for url in (urls.study, urls.document):
        links = {link.get("href") for link in read("ben", url).all("a")}
        assert {"/method/", "/method/#sentence-alpha", "/method/#u-alpha", "/method/#alpha-ordinal"} <= links

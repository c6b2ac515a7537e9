"""Beside a study's figures: yardsticks only of the same measure and codebook, and documents wanted for a width."""

import re
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest
from django.test import Client

from annotator.agreement.report import Report, report
from annotator.agreement.yardsticks import BABE, YARDSTICKS
from annotator.formats import codebook as codebook_file
from annotator.management.commands.demo import FIXTURES
from annotator.views.beside import REACHES, beside, published, wanted
from tests.agreement.making import CODEBOOK, make_coding, of_four
from tests.pages.conftest import Page


def study_of(number: int, slug: str = "credence-default") -> Report:
    """Return the report of texts of which two reviewers mark the same sentence, or in every third another one."""
    codebook = replace(CODEBOOK, slug=slug)
    documents = []
    for each in range(number):
        codings = [make_coding("a", [("fact", 0, 8)]), make_coding("b", [("fact", *((9, 20) if each % 3 else (0, 8)))])]
        documents.append(of_four(*codings, slug=f"text-{each}"))
    return report(documents, codebook)


def test_a_smaller_width_wants_more_documents_and_a_wide_one_none() -> None:
    found = {key: wanted(study_of(12), reach)[0].words for key, reach in (REACHES | {"99": 0.99}).items()}
    numbers = [int(re.match(r"about ([\d,]+) more documents like these", found[key])[1]) for key in REACHES]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > 3 * numbers[1] > 0  # half the width wants four times the documents in all
    assert found["99"].startswith("narrow enough, now ± .")


def test_where_there_is_no_interval_the_reason_stands_instead() -> None:
    few, none = study_of(2), study_of(0)
    assert wanted(few, 0.1)[0].words == "No interval: fewer than three documents could be compared."
    assert wanted(few, 0.1)[1].words == "No interval: the figure itself is not computable."
    assert len(wanted(none, 0.1)) == len(CODEBOOK.labels) + len(CODEBOOK.scales)


def test_a_yardstick_stands_beside_the_same_measure_of_the_same_codebook_only() -> None:
    assert [(each.yardstick.code, each.name) for each in published(study_of(3))] == [
        ("opinion", "Opinion"),
        ("slant", "How does the passage present its main subject?"),
    ]
    assert published(study_of(3, "another")) == []
    nominal = replace(CODEBOOK, slug="credence-default", scales=(replace(CODEBOOK.scales[0], level="nominal"),))
    assert [each.yardstick.code for each in published(report([], nominal))] == ["opinion"]


def test_every_yardstick_belongs_to_a_label_or_scale_of_the_codebook_that_comes_along() -> None:
    with (FIXTURES / "codebook.toml").open("rb") as stream:
        info = codebook_file.read(stream)
    codes = {each.code for each in (*info.labels, *info.scales)}
    assert {each.codebook for each in YARDSTICKS} == {info.slug}
    assert {each.code for each in YARDSTICKS} <= codes
    assert all(each.differs.startswith("other codebook, other texts") for each in YARDSTICKS)


def test_the_published_figures_are_those_of_the_paper() -> None:
    found = {each.code: [figure for _, figures in each.reported for figure in figures] for each in YARDSTICKS}
    assert found == {"opinion": [0.26, 0.46, 0.60], "slant": [0.21, 0.39, 0.40]}
    assert {each.source for each in YARDSTICKS} == {BABE}


@pytest.mark.parametrize(("query", "reach"), [("", "10"), ("?narrow=05", "05"), ("?narrow=0.05", "10")])
def test_the_width_is_chosen_in_the_address(
    as_: Callable[[str], Client], urls: SimpleNamespace, marked: None, query: str, reach: str
) -> None:
    assert as_("ada").get(urls.study + query).context["reach"] == reach
    assert beside(study_of(0), reach)["reach"] == reach


def test_a_study_of_one_text_says_why_nothing_can_be_planned(
    read: Callable[..., Page], urls: SimpleNamespace, marked: None
) -> None:
    page = read("ada", urls.study)
    assert "No interval: fewer than three documents could be compared." in page.words
    assert "other codebook, other texts" not in page.words  # its codebook has no yardsticks
    assert "/studies/harbour/over-time/" in {link.get("href") for link in page.all("a")}

"""Agreement over time: blind before the reveal, then figures step by step, and days only for those who see the work."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from annotator.actions.study import add_member, close_study
from annotator.templatetags.figures import on_day
from annotator.views.over_time import batches, chosen_batch
from tests.pages.conftest import Page

URL = "/studies/harbour/over-time/"
RULE = "Agreement is shown once you have submitted a document and chosen “Show others’ work” on it."


def test_before_the_reveal_there_is_the_sentence_of_the_study(read: Callable[..., Page], marked: None) -> None:
    words = read("ben", URL).words
    assert RULE in words
    assert "α" not in words


def test_after_the_reveal_lines_steps_and_versions_are_there(
    read: Callable[..., Page], stage: Any, marked: None, reveal: Callable[..., None]
) -> None:
    reveal("ben")
    page = read("ben", URL)
    drawn = [tag["aria-label"] for tag in page.all("svg") if tag.get("role") == "img"]
    assert "Fact: α of all documents so far is 1.00 after 1 document." in drawn
    assert "The document was read with one version." in page.words
    assert "Harbour-Text" in page.words
    pseudonyms = dict(stage.study.memberships.values_list("user__username", "pseudonym"))
    assert "Not computable: no two reviewers judged the same document on this scale." in page.words
    assert pseudonyms["cleo"] not in page.words  # nobody joined or left


def test_figures_come_with_no_day_to_whom_only_figures_are_shown(
    read: Callable[..., Page], stage: Any, cast: SimpleNamespace, marked: None, reveal: Callable[..., None]
) -> None:
    reveal("ben")
    day = on_day(stage.study.assignments.filter(submitted_at__isnull=False).first().submitted_at)
    assert "Completed" in read("ben", URL).words
    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="reader")
    assert RULE in read("eli", URL).words
    close_study(actor=cast.ada, study=stage.study)
    words = read("eli", URL).words
    assert "Steps" in words
    assert "Completed" not in words
    assert day not in words


@pytest.mark.parametrize("query", ["?batch=nonsense", "?batch=0", "?batch=-1", "?batch=9999999", "?batch=2&work=x"])
def test_unknown_words_mean_the_usual(as_: Callable[[str], Client], marked: None, query: str) -> None:
    client = as_("ada")
    assert client.get(URL + query).context["batch"] == client.get(URL).context["batch"] == 1


@pytest.mark.parametrize(
    ("n_documents", "asked", "offered", "batch"),
    [
        (0, "", [1], 1),
        (3, "", [1, 2], 1),
        (3, "2", [1, 2], 2),
        (12, "", [1, 2, 5, 10], 1),
        (13, "", [1, 2, 5, 10], 2),
        (24, "100", [1, 2, 5, 10], 2),
        (61, "1", [2, 5, 10, 25], 10),
        (1000, "", [25, 100], 100),
        (90000, "", [100], 7500),
    ],
)
def test_steps_are_few_unless_more_are_asked_for(n_documents: int, asked: str, offered: list[int], batch: int) -> None:
    assert batches(n_documents) == offered
    assert chosen_batch(asked, n_documents) == batch

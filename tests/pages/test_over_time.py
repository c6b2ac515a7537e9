"""Agreement over time: blind before the reveal, then figures step by step, and days only for those who see the work."""

import csv
import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from annotator.actions.codebook import publish_codebook, start_next_version
from annotator.actions.study import add_member, close_study, remove_member, use_codebook
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


def test_those_who_run_the_study_read_what_changed_in_it_and_where(
    read: Callable[..., Page],
    as_: Callable[[str], Client],
    stage: Any,
    cast: SimpleNamespace,
    marked: None,
    reveal: Callable[..., None],
) -> None:
    later = start_next_version(actor=cast.ada, codebook=stage.codebook)
    later = publish_codebook(actor=cast.ada, codebook=later)
    use_codebook(actor=cast.ada, study=stage.study, codebook=later)
    add_member(actor=cast.ada, study=stage.study, user=cast.eli)
    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="reader")
    remove_member(actor=cast.ada, study=stage.study, user=cast.eli)
    add_member(actor=cast.ada, study=stage.study, user=cast.eli)
    eli = stage.study.memberships.get(user=cast.eli).pseudonym
    ben = stage.study.memberships.get(user=cast.ben).pseudonym
    answer = as_("ada").get("/studies/harbour/figures/study-changes.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    told = [(row["after_documents"], row["kind"], row["name"], row["detail"]) for row in rows]
    assert ("0", "joined", ben, "reviewer") in told
    assert told[-5:] == [
        ("1", "codebook", "v2", "v1"),
        ("1", "joined", eli, "reviewer"),
        ("1", "role", eli, "reader"),
        ("1", "left", eli, ""),
        ("1", "joined", eli, "reviewer"),
    ]
    words = read("ada", URL).words
    for said in (
        f"{ben} joined as reviewer",
        "before the first document",
        "codebook v2 in force, v1 before",
        f"{eli} is reader from here on",
        "after document 1, the last one",
        "v2 +2 −1",
    ):
        assert said in words, said
    reveal("ben")
    for name in ("ben", "dora"):
        words = read(name, URL).words
        assert "What changed in the study" not in words
        assert eli not in words
    assert len(as_("ben").get("/studies/harbour/figures/study-changes.csv").content.splitlines()) == 1

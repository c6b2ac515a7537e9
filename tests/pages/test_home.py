"""Home: one's own assignments, what to do next, and the list's filters."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tests.pages.conftest import FERRY, Page


def test_an_assignment_not_begun_can_be_started(read: Callable[..., Page], urls: SimpleNamespace) -> None:
    page = read("ben", urls.home)
    assert "1 open, 0 submitted" in page.words
    assert "Start the first document" in page.words
    assert {"class": "button", "href": urls.workbench} in page.all("a")


def test_progress_is_said_in_words_and_drawn(
    read: Callable[..., Page], urls: SimpleNamespace, mark: Callable[..., Any]
) -> None:
    mark("ben", FERRY, "fact")
    page = read("ben", urls.home)
    assert "1 passage, 2 ratings missing" in page.words  # its slant, and the document's credibility
    assert "Continue where I was" in page.words
    assert [path["data-label"] for path in page.all("path") if path.get("class") == "line-of"] == ["fact"]


def test_a_submitted_assignment_offers_others_work_then_agreement(
    read: Callable[..., Page], urls: SimpleNamespace, submit: Callable[..., None], reveal: Callable[..., None]
) -> None:
    submit("ben")
    assert "Show others’ work" in read("ben", urls.home).words
    reveal("ben")
    page = read("ben", urls.home)
    assert "See agreement" in page.words
    assert {"class": "button", "href": urls.document} in page.all("a")


def test_somebody_without_assignments_learns_what_to_do(read: Callable[..., Page], stage: Any) -> None:
    assert "Tell them your user name: eli" in read("eli", "/").words
    assert "Read the guidelines" in read("dora", "/").words
    assert "Go to the studies" in read("ada", "/").words


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", True),
        ("?q=HARBOUR", True),
        ("?q=zebra", False),
        ("?state=open", True),
        ("?state=submitted", False),
        ("?language=en", True),
        ("?language=fa", False),
        ("?state=nonsense&sort=nonsense", True),
        ("?sort=-passages", True),
        ("?q=%F0%9F%A7%A0%22%3E%3Cscript%3E", False),
    ],
)
def test_the_list_can_be_searched_filtered_and_sorted(
    read: Callable[..., Page], stage: Any, query: str, shown: bool
) -> None:
    page = read("ben", f"/{query}")
    assert ("Harbour-Text" in page.words) is shown
    assert ("Nothing fits this search" in page.words) is not shown


def test_sample_data_is_said_to_be_sample_data(read: Callable[..., Page], stage: Any) -> None:
    stage.study.demo = True
    stage.study.save()
    assert "Sample data" in read("ben", "/").words
    assert "Sample data: the labels in this study are invented" in read("ben", "/studies/harbour/").words


def test_the_number_of_queries_does_not_grow_with_assignments(
    as_: Callable[[str], Client],
    make_stage: Callable[..., Any],
    stage: Any,
    mark: Callable[..., Any],
    django_assert_num_queries: Callable[..., Any],
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = as_("ben")
    client.get("/")  # the session's first visit writes its age
    mark("ben", FERRY, "fact")
    with CaptureQueriesContext(
        connection,
    ) as first:
        client.get("/")
    for slug in ("lake", "river"):
        another = make_stage(slug=slug)
        mark("ben", FERRY, "fact", assignment=another.assignments["ben"])
    with django_assert_num_queries(len(first)):
        client.get("/")


def test_the_workbench_hands_over_addresses_and_no_account_number(
    as_: Callable[[str], Client], urls: SimpleNamespace, cast: SimpleNamespace
) -> None:
    response = as_("ben").get(urls.workbench)
    config = response.context["config"]
    assert set(config) == {"assignment", "user", "api", "login", "home", "agreement", "guidelines", "text"}
    assert config["text"] == urls.text
    assert config["agreement"] == urls.document
    assert len(config["user"]) == 32
    assert "csrftoken" in response.cookies


def test_the_stores_name_is_the_same_at_each_visit_and_anothers_for_another(cast: SimpleNamespace) -> None:
    from annotator.views.workbench import opaque_name

    assert opaque_name(cast.ben) == opaque_name(cast.ben)
    assert opaque_name(cast.ben) != opaque_name(cast.cleo)

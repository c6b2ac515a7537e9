"""Before the reveal a page is the same, byte for byte, whatever others do."""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tests.pages.conftest import BEST, FERRY, MACHINE


def bytes_of(client: Client, url: str) -> bytes:
    """The answer without the form tokens, which differ at every request."""
    response = client.get(url)
    content = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", response.content)
    headers = sorted((key, value) for key, value in response.headers.items() if key != "Set-Cookie")
    return repr((response.status_code, headers)).encode() + content


PAGES = ("home", "workbench", "text", "studies", "study", "document", "codebook", "account")


@pytest.mark.parametrize("submitted", [False, True], ids=["open", "submitted"])
def test_nothing_a_reviewer_can_open_changes_with_others_work(
    submitted: bool,
    as_: Callable[[str], Client],
    urls: SimpleNamespace,
    stage: Any,
    mark: Callable[..., Any],
    submit: Callable[..., None],
    reveal: Callable[..., None],
) -> None:
    mark("ben", FERRY, "fact", ratings=[("slant", 0)])
    if submitted:
        submit("ben")
    client = as_("ben")
    after = {}
    before = {page: bytes_of(client, getattr(urls, page)) for page in PAGES}
    mark("cleo", FERRY, "opinion", ratings=[("slant", -2)], note="quite wrong")
    mark("cleo", MACHINE, "ai", ratings=[("basis", 2)])
    mark("cleo", BEST, "opinion")
    after["worked"] = {page: bytes_of(client, getattr(urls, page)) for page in PAGES}
    submit("cleo")
    after["submitted"] = {page: bytes_of(client, getattr(urls, page)) for page in PAGES}
    reveal("cleo")
    after["revealed"] = {page: bytes_of(client, getattr(urls, page)) for page in PAGES}
    for moment, pages in after.items():
        for page in PAGES:
            assert pages[page] == before[page], (moment, page)


def test_others_work_shows_after_the_reveal(
    as_: Callable[[str], Client], urls: SimpleNamespace, marked: None, reveal: Callable[..., None]
) -> None:
    """The same comparison must fail once it should: otherwise it proves nothing."""
    client = as_("ben")
    before = bytes_of(client, urls.document)
    reveal("ben")
    assert bytes_of(client, urls.document) != before


def test_staff_with_an_open_assignment_are_blind_too(
    stage: Any, as_: Callable[[str], Client], cast: SimpleNamespace, urls: SimpleNamespace, marked: None
) -> None:
    from annotator.actions.assignments import assign_revision

    assert "2 of 2" in as_("ada").get(urls.document).content.decode()
    assign_revision(actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.ada)
    page = as_("ada").get(urls.document).content.decode()
    assert "Others’ work is not shown yet" in page
    assert "2 of 2" not in page


@pytest.mark.parametrize("page", ["document", "study"])
def test_an_answer_with_others_work_is_kept_in_no_cache(
    page: str, as_: Callable[[str], Client], urls: SimpleNamespace, marked: None, reveal: Callable[..., None]
) -> None:
    reveal("ben")
    response = as_("ben").get(getattr(urls, page))
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "Cookie" in response.headers["Vary"]

"""The page of questions: for those who run the study, on work they may see, with the place; blind while they review."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotator.actions.assignments import assign_revision, submit_assignment
from annotator.actions.study import add_member, add_revisions
from tests.pages.conftest import Page

URL = "/studies/harbour/questions/"
WORDS = ("Harbour", "news", "Parts", "ferry", "carried", "people", "coast")
AT_ONCE = "passages were made within 3 s of the one before."


@pytest.fixture
def quick(stage: Any, mark: Callable[..., Any], submit: Callable[..., None]) -> str:
    """Ben has marked many words at once and submitted; his pseudonym."""
    for words in WORDS:
        mark("ben", words, "fact")
    submit("ben")
    return stage.study.memberships.get(user__username="ben").pseudonym


def test_a_lead_reads_a_question_with_its_figures_and_goes_to_the_place(
    read: Callable[..., Page], as_: Callable[[str], Client], stage: Any, quick: str
) -> None:
    page = read("ada", URL)
    assert f"6 of 7 {AT_ONCE}" in page.words
    assert "Was the text read before, or did the marks wait for a network?" in page.words
    assert quick in page.words
    assert "ben" not in page.words
    start, end = stage.span("news")
    place = f"/studies/harbour/documents/harbour-text/?revision=1&work=first&who={quick}#at-{start}-{end}"
    assert place in {link.get("href") for link in page.all("a")}
    assert as_("ada").get(place).status_code == 200


def test_only_those_who_run_the_study_are_let_in(as_: Callable[[str], Client], stage: Any, quick: str) -> None:
    assert as_("ada").get(URL).status_code == 200
    for name in ("ben", "cleo", "dora", "eli"):
        assert as_(name).get(URL).status_code == 404, name


def test_work_that_is_not_submitted_raises_no_question(
    read: Callable[..., Page], stage: Any, mark: Callable[..., Any], submit: Callable[..., None]
) -> None:
    for words in WORDS:
        mark("ben", words, "fact")
    assert "Nothing to ask yet" in read("ada", URL).words
    submit("ben")
    assert AT_ONCE in read("ada", URL).words


def test_a_lead_who_reviews_is_shown_nothing_before_the_reveal(
    read: Callable[..., Page], stage: Any, cast: SimpleNamespace, quick: str, submit: Callable[..., None]
) -> None:
    add_member(actor=cast.ada, study=stage.study, user=cast.cleo, role="lead")
    words = read("cleo", URL).words
    assert quick not in words
    assert AT_ONCE not in words
    submit("cleo")
    words = read("cleo", URL).words
    assert quick not in words, "submitted, and the text not revealed yet"


def test_questions_are_chosen_by_reviewer_and_kind(read: Callable[..., Page], stage: Any, quick: str) -> None:
    assert AT_ONCE in read("ada", f"{URL}?reviewer={quick}&kind=quick").words
    assert AT_ONCE not in read("ada", f"{URL}?kind=lengths").words
    assert "Nothing stands out here" in read("ada", f"{URL}?kind=lengths").words
    for unknown in ("reviewer=R-NONE1", "kind=__class__", "page=-3"):
        assert AT_ONCE in read("ada", f"{URL}?{unknown}").words


def test_more_texts_take_no_more_queries(
    as_: Callable[[str], Client],
    stage: Any,
    cast: SimpleNamespace,
    quick: str,
    make_document: Callable[..., Any],
) -> None:
    client = as_("ada")

    def counted() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(URL).status_code == 200
        return len(seen)

    counted()
    before = counted()
    for number in range(4):
        revision = make_document(f"more-{number}")
        add_revisions(actor=cast.ada, study=stage.study, revisions=[revision])
        for user in (cast.ben, cast.cleo):
            work = assign_revision(actor=cast.ada, study=stage.study, revision=revision, reviewer=user)
            submit_assignment(actor=user, assignment_id=work.pk, accept_gaps=True)
    assert counted() == before

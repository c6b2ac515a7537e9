"""The board of a study: who may open it, what it shows and leaves out, and its file."""

import csv
import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from annotator.actions.study import add_member, close_study
from annotator.models import Assignment, Study, User
from annotator.views.board import heads
from tests.pages.conftest import FERRY, Page

URL = "/studies/harbour/board/"


@pytest.fixture
def pseudonyms(stage: Any) -> dict[str, str]:
    """Pseudonyms by name."""
    return dict(stage.study.memberships.values_list("user__username", "pseudonym"))


def file_of(client: Client, query: str = "") -> list[dict[str, str]]:
    """The board's file, read as a program reads it."""
    answer = client.get(f"/studies/harbour/board.csv{query}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="harbour-board.csv"'
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_those_who_run_the_study_open_it_from_its_page_and_nobody_else_does(
    read: Callable[..., Page], as_: Callable[[str], Client], stage: Any
) -> None:
    assert URL in {link.get("href") for link in read("ada", "/studies/harbour/").all("a")}
    assert "Board" in read("ada", URL).words
    for name in ("ben", "dora", "eli"):
        assert as_(name).get(URL).status_code == 404, name
        assert as_(name).get("/studies/harbour/board.csv").status_code == 404, name
    assert URL not in {link.get("href") for link in read("ben", "/studies/harbour/").all("a")}


def test_a_lead_reads_states_by_pseudonym_and_no_names(
    read: Callable[..., Page],
    stage: Any,
    cast: SimpleNamespace,
    submit: Callable[..., None],
    pseudonyms: dict[str, str],
) -> None:
    Study.objects.update(reviewers_per_document=3)
    submit("ben")
    page = read("ada", URL)
    assert "1 of 2 assignments submitted." in page.words
    assert "A document is to have 3 reviewers: 0 of 1 document have as many submissions" in page.words
    assert "and 1 assignment is still to be made." in page.words
    assert "1 reviewer to be asked" in page.words
    assert pseudonyms["ben"] in page.words
    assert pseudonyms["cleo"] in page.words
    assert not any(name in page.words for name in ("ben", "cleo"))
    assert "Not yet known: 1 submitted piece of work" in page.words


def test_a_choice_shows_what_fits_it_and_says_where_nothing_does(
    read: Callable[..., Page], stage: Any, submit: Callable[..., None], pseudonyms: dict[str, str]
) -> None:
    assert "No document is like that" in read("ada", f"{URL}?show=one-short").words
    submit("ben")
    shown = read("ada", f"{URL}?show=one-short")
    assert "Harbour-Text" in shown.words
    own = read("ada", f"{URL}?reviewer={pseudonyms['ben']}&show=open")
    assert "No document is like that" in own.words
    assert "Harbour-Text" in read("ada", f"{URL}?reviewer={pseudonyms['cleo']}&show=open").words


@pytest.mark.parametrize(
    "query",
    ["show=x", "sort=__class__", "reviewer=R-NONE1", "page=-1", "reviewers=99999999999999", "page=%D9%A3"],
)
def test_an_unknown_word_asks_for_nothing(read: Callable[..., Page], stage: Any, query: str) -> None:
    assert "Harbour-Text" in read("ada", f"{URL}?{query}").words
    assert read("ada", f"{URL}?{query}").words.count("open") == read("ada", URL).words.count("open")


def test_marking_changes_no_word_of_it_and_submitting_does(
    as_: Callable[[str], Client],
    read: Callable[..., Page],
    stage: Any,
    mark: Callable[..., Any],
    submit: Callable[..., None],
) -> None:
    def seen() -> tuple[str, bytes]:
        return read("ada", URL).words, as_("ada").get("/studies/harbour/board.csv").content

    before = seen()
    mark("ben", FERRY, "fact")
    assert seen() == before
    submit("ben")
    assert all(now != then for now, then in zip(seen(), before, strict=True))


def test_the_file_has_a_row_for_every_round_and_one_for_a_text_without_readers(
    as_: Callable[[str], Client],
    stage: Any,
    cast: SimpleNamespace,
    make_document: Callable[..., Any],
    submit: Callable[..., None],
    pseudonyms: dict[str, str],
) -> None:
    stage.study.revisions.add(make_document("alone", "Nobody has me.\n"))
    submit("ben")
    rows = file_of(as_("ada"))
    assert [(row["document"], row["reviewer"], row["round"], row["state"]) for row in rows] == [
        ("alone", "", "", ""),
        *sorted(
            [
                ("harbour-text", pseudonyms["ben"], "1", "submitted"),
                ("harbour-text", pseudonyms["cleo"], "1", "open"),
            ]
        ),
    ]
    assert {row["submitted"] for row in rows if row["document"] == "harbour-text"} == {"1"}
    only = file_of(as_("ada"), f"?reviewer={pseudonyms['ben']}")
    assert [row["reviewer"] for row in only] == [pseudonyms["ben"]]


def test_a_closed_study_has_no_time_left_and_gives_nothing_out(
    read: Callable[..., Page], stage: Any, cast: SimpleNamespace
) -> None:
    assert "/studies/harbour/distribute/" in {link.get("href") for link in read("ada", URL).all("a")}
    close_study(actor=cast.ada, study=stage.study)
    page = read("ada", URL)
    assert "None: the study is closed." in page.words
    assert "/studies/harbour/distribute/" not in {link.get("href") for link in page.all("a")}


def test_a_study_without_texts_says_so(read: Callable[..., Page], stage: Any) -> None:
    stage.study.revisions.clear()
    assert "The study has no documents yet" in read("ada", URL).words


def test_columns_are_turned_where_there_are_many_reviewers(
    read: Callable[..., Page], stage: Any, cast: SimpleNamespace
) -> None:
    for number in range(13):
        user = User.objects.create(username=f"more-{number}")
        add_member(actor=cast.ada, study=stage.study, user=user)
        Assignment.objects.create(study=stage.study, revision=stage.revision, reviewer=user, codebook=stage.codebook)
    first, second = read("ada", URL), read("ada", f"{URL}?reviewers=2")
    assert "1 to 12 of 15" in first.words
    assert "13 to 15 of 15" in second.words
    heads_of = [len(page.all("th")) for page in (first, second)]
    assert heads_of[0] - heads_of[1] == 9


def test_heads_begin_with_the_first_title_and_with_the_largest_number() -> None:
    assert {key: head.next_sort for key, head in heads("title").items()} == {
        "title": "-title",
        "length": "-length",
        "submitted": "-submitted",
        "missing": "-missing",
    }
    assert (heads("-missing")["missing"].next_sort, heads("-missing")["missing"].sorted) == ("missing", "descending")
    assert (heads("-missing")["title"].next_sort, heads("-missing")["title"].sorted) == ("title", "")

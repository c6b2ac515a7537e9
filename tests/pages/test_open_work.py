"""The page on which a lead takes idle work back, gives it back and moves deadlines; and what its reviewer sees."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from annotator.actions.assignments import assign_revision
from annotator.actions.study import close_study
from annotator.models import Assignment

ADDRESS = "/studies/harbour/open-work/"


@pytest.fixture
def idle(stage: Any) -> Any:
    """The stage, everything given out forty days ago."""
    Assignment.objects.update(created_at=timezone.now() - timedelta(days=40))
    return stage


def test_a_lead_takes_work_back_and_its_reviewer_is_told(
    idle: Any, cast: SimpleNamespace, as_: Callable[[str], Client]
) -> None:
    client, mine = as_("ada"), idle.assignments["ben"]
    assert ADDRESS in client.get("/studies/harbour/setup/").content.decode()
    page = client.get(ADDRESS).content.decode()
    assert all(str(each.pk) in page for each in idle.assignments.values())
    assert "Nothing is idle or late" in client.get(f"{ADDRESS}?days=60").content.decode()
    answer = client.post(f"{ADDRESS}?days=30", {"act": "reclaim", "assignment": [mine.pk]})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{ADDRESS}?days=30")
    assert "1 document taken back. What was marked is kept." in client.get(ADDRESS).content.decode()
    home = as_("ben").get("/").content.decode()
    assert "What you marked in these is kept." in home
    assert as_("ben").get(f"/assignments/{mine.pk}/").status_code == 404
    assert as_("ben").get(f"/api/v1/assignments/{mine.pk}/").json()["state"] == "declined"
    assert client.post(ADDRESS, {"act": "give-back", "assignment": [mine.pk]}).status_code == 302
    assert "1 document given back, with everything in them." in client.get(ADDRESS).content.decode()
    assert "Taken back" not in as_("ben").get("/").content.decode()
    assert as_("ben").get(f"/assignments/{mine.pk}/").status_code == 200


def test_a_deadline_is_moved_for_what_is_ticked(idle: Any, as_: Callable[[str], Client]) -> None:
    client, mine = as_("ada"), idle.assignments["ben"]
    form = {"act": "deadline", "assignment": [mine.pk]}
    assert client.post(ADDRESS, {**form, "due_on": "2999-12-31"}).status_code == 302
    assert "1 document due 31 Dec 2999." in client.get(ADDRESS).content.decode()
    assert "due 31 Dec 2999" in as_("ben").get("/").content.decode()
    assert "due " not in as_("cleo").get("/").content.decode()
    for wrong in ("2001-01-01", "soon", "0000-00-00"):
        assert client.post(ADDRESS, {**form, "due_on": wrong}).status_code == 400
    assert client.post(ADDRESS, {**form, "due_on": ""}).status_code == 302
    assert "1 document due as the study says." in client.get(ADDRESS).content.decode()


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"act": "reclaim"}, 400, "Tick at least one document."),
        ({"act": "reclaim", "assignment": ["x"]}, 400, "Tick at least one document."),
        ({"act": "reclaim", "assignment": ["01890a5d-ac96-774b-bcce-b302099a8057"]}, 404, "not yours"),
        ({"act": "burn", "assignment": ["mine"]}, 400, "Choose what is to be done."),
        ({"assignment": ["mine"]}, 400, "Choose what is to be done."),
    ],
)
def test_unfit_wishes_are_refused(
    idle: Any, as_: Callable[[str], Client], form: dict[str, Any], status: int, words: str
) -> None:
    mine = str(idle.assignments["ben"].pk)
    named = [mine if each == "mine" else each for each in form.get("assignment", ())]
    answer = as_("ada").post(ADDRESS, {**form, "assignment": named})
    assert (answer.status_code, words in answer.content.decode()) == (status, True)
    assert not Assignment.objects.exclude(reclaimed_at=None).exists()


def test_a_closed_study_shows_what_is_open_and_changes_nothing(
    idle: Any, cast: SimpleNamespace, as_: Callable[[str], Client]
) -> None:
    close_study(actor=cast.ada, study=idle.study)
    page = as_("ada").get(ADDRESS).content.decode()
    assert "What is open stays as it is, and is not counted." in page
    answer = as_("ada").post(ADDRESS, {"act": "reclaim", "assignment": [idle.assignments["ben"].pk]})
    assert answer.status_code == 409


def test_much_open_work_is_shown_page_by_page(
    idle: Any, as_: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.views.open_work.ON_A_PAGE", 1)
    pages = [as_("ada").get(f"{ADDRESS}?days=7&page={page}").content.decode() for page in (1, 2)]
    rows = [[str(each.pk) for each in idle.assignments.values() if str(each.pk) in page] for page in pages]
    assert sorted(map(len, rows)) == [1, 1]
    assert rows[0] != rows[1]
    assert "1 to 1 of 2" in pages[0]


def test_a_lead_who_reviews_is_told_that_the_date_alone_counts(
    stage: Any, cast: SimpleNamespace, as_: Callable[[str], Client]
) -> None:
    assert "was given out or worked on in the last 14 days" in as_("ada").get(ADDRESS).content.decode()
    assign_revision(actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.ada)
    page = as_("ada").get(ADDRESS).content.decode()
    assert "whether others are at work is hidden from you" in page
    assert "was given out in the last 14 days" in page

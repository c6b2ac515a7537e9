"""Idle work listed, taken back, given back and given another day, by API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annotator.models import Assignment

PATH = "studies/harbour/assignments/"


@pytest.fixture
def mine(stage):
    Assignment.objects.update(created_at=timezone.now() - timedelta(days=40))
    return str(stage.assignments["ben"].pk)


def test_work_is_taken_back_and_given_back(ada, ben, mine):
    found = ada.get("studies/harbour/open-work/?days=30").data
    assert mine in {row["id"] for row in found["waiting"]}
    assert (found["taken_back"], found["by_date_only"]) == ([], False)
    done = ada.post(f"{PATH}reclaim/", {"assignments": [mine]}).data["results"]
    assert [(row["id"], row["state"], row["reclaimed_at"] is not None) for row in done] == [(mine, "declined", True)]
    assert ada.post(f"{PATH}reclaim/", {"assignments": [mine]}).data["results"] == []
    assert ben.get("assignments/").data["results"][0]["reclaimed_at"] == done[0]["reclaimed_at"]
    assert [row["id"] for row in ada.get("studies/harbour/open-work/").data["taken_back"]] == [mine]
    back = ada.post(f"{PATH}give-back/", {"assignments": [mine]}).data["results"]
    assert [(row["state"], row["reclaimed_at"]) for row in back] == [("open", None)]


def test_a_save_after_it_is_refused_with_the_reason(ada, ben, mine, passage, refused):
    ada.post(f"{PATH}reclaim/", {"assignments": [mine]})
    body = passage("Harbour news")
    answer = ben.put("annotations/01890a5d-ac96-774b-bcce-b302099a8057/", body, if_none_match="*")
    refused(answer, 409, "reclaimed")


def test_a_deadline_of_its_own(ada, ben, mine):
    day = timezone.localdate().isoformat()
    done = ada.post(f"{PATH}deadline/", {"assignments": [mine], "due_on": day}).data["results"]
    assert [row["due_on"] for row in done] == [day]
    assert [row["due_on"] for row in ben.get("assignments/").data["results"]] == [day]


@pytest.mark.parametrize("deed", ["reclaim", "give-back", "deadline"])
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "assignments"),
        ({"assignments": []}, "assignments"),
        ({"assignments": ["x"]}, "assignments"),
        ({"assignments": "all"}, "assignments"),
        ({"assignments": ["01890a5d-ac96-774b-bcce-b302099a8057"] * 1001}, "assignments"),
        ({"reason": "late"}, "reason"),
    ],
)
def test_unfit_bodies_are_refused(ada, mine, refused, deed, body, field):
    day = {"due_on": None} if deed == "deadline" else {}
    sound = {} if field == "assignments" else {"assignments": [mine]}
    answer = ada.post(f"{PATH}{deed}/", {**day, **sound, **body})
    refused(answer, 400, "invalid")
    assert {fault["field"].partition(".")[0] for fault in answer.data["errors"]} == {field}


def test_days_have_their_bounds(ada, mine, refused):
    for wrong in ("0", "366", "x", "9" * 400):
        refused(ada.get(f"studies/harbour/open-work/?days={wrong}"), 400, "invalid")

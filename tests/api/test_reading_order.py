"""The order of texts and the deadlines, by API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annotator.actions.assignments import assign_revision
from annotator.actions.study import add_revisions
from annotator.models import Assignment

ORDER = "studies/harbour/order/"


@pytest.fixture
def three(stage, cast, make_document):
    """Slugs of the study's texts by title, all of them ben's."""
    texts = [make_document(slug, f"The text {slug}.\n") for slug in ("anchor", "buoy")]
    add_revisions(actor=cast.ada, study=stage.study, revisions=texts)
    for text in texts:
        assign_revision(actor=cast.ada, study=stage.study, revision=text, reviewer=cast.ben)
    return ["anchor", "buoy", "harbour-text"]


def named(*slugs):
    return [{"document": slug, "revision": 1} for slug in slugs]


def test_the_list_of_assignments_follows_the_order(ada, ben, three):
    assert ada.get(ORDER).data["texts"] == named(*three)
    digest = ada.get(ORDER).data["digest"]
    assert ada.send("PATCH", "studies/harbour/", {"order": "fixed"}, if_match='"1"').data["order"] == "fixed"
    assert [row["document"] for row in ben.get("assignments/").data["results"]] == three
    sorted_anew = ada.put(ORDER, {"texts": named(*three[::-1]), "digest": digest})
    assert sorted_anew.data["texts"] == named(*three[::-1])
    assert [row["document"] for row in ben.get("assignments/").data["results"]] == three[::-1]
    first = ben.get("assignments/?limit=2").data
    second = ben.get(f"assignments/?limit=2&after={first['next']}").data
    assert [row["document"] for row in first["results"] + second["results"]] == three[::-1]
    assert second["next"] is None


def test_a_page_goes_on_after_work_that_was_submitted_meanwhile(ben, three):
    first = ben.get("assignments/?limit=1&state=open").data
    Assignment.objects.filter(pk=first["next"]).update(state="submitted", submitted_at=timezone.now())
    rest = ben.get(f"assignments/?state=open&after={first['next']}").data["results"]
    assert len({row["id"] for row in rest} | {first["next"]}) == 3


def test_a_page_after_nothing_of_ones_own_is_refused(ben, cleo, three, refused):
    theirs = cleo.get("assignments/").data["results"][0]["id"]
    for unknown in (theirs, "01890a5d-ac96-774b-bcce-b302099a8057"):
        refused(ben.get(f"assignments/?after={unknown}"), 400, "invalid")


@pytest.mark.parametrize(
    "texts",
    [named("anchor", "buoy"), named("anchor", "buoy", "harbour-text", "buoy"), named("anchor", "buoy", "x"), [], "all"],
)
def test_an_unfit_order_is_refused(ada, three, refused, texts):
    answer = ada.put(ORDER, {"texts": texts})
    refused(answer, 400, "invalid")
    assert {fault["field"] for fault in answer.data["errors"]} == {"texts"}


def test_an_order_that_changed_meanwhile_is_not_overwritten(ada, three, refused):
    digest = ada.get(ORDER).data["digest"]
    ada.put(ORDER, {"texts": named("buoy", "anchor", "harbour-text")})
    refused(ada.put(ORDER, {"texts": named("harbour-text", "buoy", "anchor"), "digest": digest}), 409, "changed")


def test_a_deadline_is_told_to_the_reviewer(ada, ben, stage, refused):
    today = timezone.localdate()
    changed = ada.send("PATCH", "studies/harbour/", {"due_on": today.isoformat()}, if_match='"1"')
    assert changed.data["due_on"] == today.isoformat()
    assert [row["due_on"] for row in ben.get("assignments/").data["results"]] == [today.isoformat()]
    assert ben.get(f"assignments/{stage.assignments['ben'].pk}/").data["due_on"] == today.isoformat()
    over = (today - timedelta(days=1)).isoformat()
    for wrong in (over, "tomorrow", 20261231, "2026-02-30", "0000-00-00", "x" * 100):
        answer = ada.send("PATCH", "studies/harbour/", {"due_on": wrong}, if_match='"2"')
        refused(answer, 400, "invalid")
        assert {fault["field"] for fault in answer.data["errors"]} == {"due_on"}
    assert ada.send("PATCH", "studies/harbour/", {"due_on": None}, if_match='"2"').data["due_on"] is None

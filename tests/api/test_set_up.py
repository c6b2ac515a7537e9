"""A study made, changed, given documents, closed and reopened by API, and each refusal in the usual words."""

import pytest

from annotator.actions.assignments import submit_assignment
from annotator.actions.study import add_member
from annotator.models import Study

BODY = {"slug": "quay", "title": "Quay", "codebook": {"slug": "small", "version": 1}}
TEXT = {"document": "harbour-text", "revision": 1}


def test_a_study_is_made_with_its_texts(ada, stage):
    made = ada.post("studies/", {**BODY, "purpose": "teaching", "texts": [TEXT], "reviewers_per_document": 2})
    assert made.status_code == 201
    assert (made.data["purpose"], made.data["blinding"], made.data["version"]) == ("teaching", "until_submitted", 1)
    assert (made.data["role"], made.data["texts"], made.data["reviewers_per_document"]) == ("lead", [TEXT], 2)
    assert ada.get("studies/quay/").data == made.data


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"slug": "harbour"}, 409, "exists", None),
        ({"slug": "new"}, 400, "invalid", "slug"),
        ({"slug": "Not a slug"}, 400, "invalid", "slug"),
        ({"title": ""}, 400, "invalid", "title"),
        ({"title": 7}, 400, "invalid", "title"),
        ({"codebook": {"slug": "small", "version": 2}}, 400, "invalid", "codebook"),
        ({"codebook": "small"}, 400, "invalid", "codebook"),
        ({"purpose": "fun"}, 400, "invalid", "purpose"),
        ({"blinding": "never"}, 400, "invalid", "blinding"),
        ({"reviewers_per_document": 0}, 400, "invalid", "reviewers_per_document"),
        ({"reviewers_per_document": True}, 400, "invalid", "reviewers_per_document"),
        ({"texts": [{"document": "nothing", "revision": 1}]}, 400, "invalid", "texts"),
        ({"texts": [{"document": "harbour-text", "revision": 2}]}, 400, "invalid", "texts"),
        ({"owner": "me"}, 400, "invalid", "owner"),
    ],
)
def test_an_unfit_study_is_refused(ada, stage, refused, change, status, code, field):
    answer = ada.post("studies/", {**BODY, **change})
    refused(answer, status, code)
    if field:
        assert {fault["field"].partition(".")[0] for fault in answer.data["errors"]} == {field}
    assert Study.objects.count() == 1


def test_a_lead_alone_makes_no_study_and_runs_their_own(ada, eli, cast, stage, refused):
    refused(eli.post("studies/", BODY), 404, "not_found")
    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="lead")
    refused(eli.post("studies/", BODY), 404, "not_found")
    assert eli.send("PATCH", "studies/harbour/", {"title": "Pier"}, if_match='"1"').data["title"] == "Pier"


def test_a_change_names_the_version_it_is_made_to(ada, stage, refused):
    refused(ada.send("PATCH", "studies/harbour/", {"title": "Pier"}), 428, "if_match")
    changed = ada.send("PATCH", "studies/harbour/", {"title": "Pier"}, if_match='"1"')
    assert (changed.data["title"], changed.data["version"], changed.headers["ETag"]) == ("Pier", 2, '"2"')
    stale = ada.send("PATCH", "studies/harbour/", {"title": "Mole"}, if_match='"1"')
    refused(stale, 412, "stale")
    assert (stale.data["current"]["title"], stale.data["current"]["version"]) == ("Pier", 2)
    again = ada.send("PATCH", "studies/harbour/", {"title": "Pier"}, if_match='"1"')
    assert (again.status_code, again.data["version"]) == (200, 2), "a lost answer is no conflict with oneself"
    refused(ada.send("PATCH", "studies/harbour/", {"slug": "pier"}, if_match='"2"'), 400, "invalid")


def test_a_rule_with_consequences_is_confirmed(ada, cast, make_stage, refused):
    stage = make_stage(blinding="until_closed")
    submit_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, accept_gaps=True)
    wanted = {"blinding": "until_submitted"}
    refused(ada.send("PATCH", "studies/harbour/", wanted, if_match='"1"'), 409, "confirm")
    changed = ada.send("PATCH", "studies/harbour/", {**wanted, "confirm": True}, if_match='"1"')
    assert changed.data["blinding"] == "until_submitted"
    open_now = {"blinding": "open", "confirm": True}
    refused(ada.send("PATCH", "studies/harbour/", open_now, if_match='"2"'), 409, "assigned")


def test_texts_are_added_and_taken_out(ada, stage, mark, make_document, refused):
    make_document("mill", "A wheel.\n")
    added = ada.post("studies/harbour/texts/", {"texts": [{"document": "mill", "revision": 1}, TEXT]})
    assert [each["document"] for each in added.data["texts"]] == ["harbour-text", "mill"]
    assert ada.delete("studies/harbour/texts/mill/1/").status_code == 204
    refused(ada.delete("studies/harbour/texts/mill/1/"), 404, "not_found")
    refused(ada.post("studies/harbour/texts/", {"texts": [{"document": "x", "revision": 1}]}), 400, "invalid")
    mark("ben", "Harbour news", "fact")
    refused(ada.delete("studies/harbour/texts/harbour-text/1/"), 409, "worked_on")


def test_who_reviews_a_text_does_not_take_it_out(ada, cast, stage, refused):
    from annotator.actions.assignments import assign_revision

    assign_revision(actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.ada)
    refused(ada.delete("studies/harbour/texts/harbour-text/1/"), 403, "blind")


def test_a_study_is_closed_with_the_number_left_open_and_reopened(ada, stage, refused):
    refused(ada.post("studies/harbour/close/"), 409, "open_work")
    refused(ada.post("studies/harbour/close/", {"open_assignments": True}), 400, "invalid")
    closed = ada.post("studies/harbour/close/", {"open_assignments": 2})
    assert closed.data["closed_at"] is not None
    refused(ada.post("studies/harbour/texts/", {"texts": []}), 409, "closed")
    refused(ada.send("PATCH", "studies/harbour/", {"purpose": "teaching"}, if_match='"1"'), 409, "closed")
    assert ada.post("studies/harbour/reopen/").data["closed_at"] is None

"""The history of a study over HTTP: one's own acts; for those who run it, all acts on what they may see."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotator.actions.annotation import delete_annotation
from annotator.actions.assignments import assign_revision, submit_assignment

WORDS = "The ferry carried 1,200 people in May."
PATH = "studies/harbour/events/"


def verbs(response):
    return [(row["verb"], row["kind"]) for row in response.data["results"]]


def test_reviewer_sees_own_acts_without_their_numbers(ben, stage, mark):
    assert ben.get(PATH).data["results"] == []
    annotation = mark("ben", WORDS, "fact")
    (row,) = ben.get(PATH).data["results"]
    assert (row["verb"], row["kind"], row["object_id"], row["seq"]) == (
        "created",
        "annotation",
        str(annotation.pk),
        None,
    )
    assert row["assignment"] == str(stage.assignments["ben"].pk)
    assert row["actor"] == stage.study.memberships.get(user__username="ben").pseudonym
    assert (row["before"], row["after"]["label"]) == (None, "fact")


def test_colleague_at_work_changes_no_byte_of_a_reviewers_history(ben, cast, stage, mark):
    mark("ben", WORDS, "fact")
    before = ben.get(PATH).content
    mark("cleo", WORDS, "fact")
    submit_assignment(actor=cast.cleo, assignment_id=stage.assignments["cleo"].pk, accept_gaps=True)
    assert ben.get(PATH).content == before


def test_lead_sees_what_was_done_to_the_study_and_to_submitted_work(ada, dora, cast, stage, mark):
    mark("ben", WORDS, "fact")
    assert ("created", "annotation") not in verbs(ada.get(PATH))
    assert ("created", "study") in verbs(ada.get(PATH))
    submit_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, accept_gaps=True)
    for caller in (ada, dora):
        assert ("created", "annotation") in verbs(caller.get(PATH))
        assert ("submitted", "assignment") in verbs(caller.get(PATH))
    numbers = [row["seq"] for row in ada.get(PATH).data["results"]]
    assert numbers == sorted(numbers)
    assert all(row["seq"] is None for row in dora.get(PATH).data["results"])


def test_lead_who_reviews_a_text_of_the_study_sees_no_numbers(ada, cast, stage, mark):
    assign_revision(actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.ada)
    rows = ada.get(PATH)
    assert all(row["seq"] is None for row in rows.data["results"])
    mark("ben", WORDS, "fact")
    submit_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, accept_gaps=True)
    assert ada.get(PATH).content == rows.content


@pytest.mark.parametrize("who", ["ada", "ben"])
def test_history_is_read_page_by_page(by_session, stage, mark, who):
    for words in ("Harbour", "news", "ferry", "carried", "people"):
        mark("ben", words, "fact")
    caller = by_session(who)
    whole = caller.get(PATH).data["results"]
    assert len(whole) >= 5
    seen, after = [], ""
    while after is not None:
        page = caller.get(f"{PATH}?limit=2{after and f'&after={after}'}").data
        seen += page["results"]
        after = page["next"]
    assert seen == whole


def test_history_of_one_passage_holds_what_its_reviewer_did_to_it(ada, ben, cleo, stage, mark, refused):
    mark("ben", "Harbour", "fact")
    annotation = mark("ben", WORDS, "fact")
    path = f"{PATH}?annotation={annotation.pk}"
    ben.delete(f"annotations/{annotation.pk}/", if_match='"1"')
    assert verbs(ben.get(path)) == [("created", "annotation"), ("deleted", "annotation")]
    for other in (ada, cleo):
        assert verbs(other.get(path)) == []
    refused(ben.get(f"{PATH}?annotation=x"), 400, "invalid")


def test_bad_place_in_the_history_is_refused(ada, ben, stage, refused):
    for after in ("x", "-1", "1.5", str(10**30), "%D9%A3", "2026-01-01T00:00:00Z_a"):
        refused(ada.get(f"{PATH}?after={after}"), 400, "invalid")
    for after in ("x", "5", "2026-13-01T00:00:00Z_a", "2026-01-01T00:00:00_a", "_", "9" * 121):
        refused(ben.get(f"{PATH}?after={after}"), 400, "invalid")


def test_outsider_finds_no_history(eli, stage, refused):
    refused(eli.get(PATH), 404, "not_found")


def test_history_is_not_written_from_outside(ada, stage, refused):
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        refused(ada.send(method, PATH, {}), 405, "method")


def test_history_asks_a_fixed_number_of_queries(ben, stage, mark):
    def counted() -> int:
        with CaptureQueriesContext(connection) as seen:
            ben.get(PATH)
        return len(seen)

    ben.get(PATH)
    mark("ben", "news", "fact")
    before = counted()
    for words in ("Harbour", "ferry", "carried"):
        mark("ben", words, "fact")
    assert counted() == before


@pytest.fixture
def worked(cast, stage, mark):
    """Ben has marked and submitted, cleo has marked one word and deleted it."""
    mark("ben", WORDS, "fact")
    submit_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, accept_gaps=True)
    gone = mark("cleo", "news", "fact")
    delete_annotation(actor=cast.cleo, annotation_id=gone.pk, versions={1})
    return gone


def test_acts_are_looked_for_by_member_kind_verb_day_and_document(ada, cleo, stage, worked, refused):
    ben = stage.study.memberships.get(user__username="ben").pseudonym
    found = ada.get(f"{PATH}?actor={ben}").data["results"]
    assert {row["actor"] for row in found} == {ben}
    assert verbs(ada.get(f"{PATH}?kind=annotation")) == [("created", "annotation")]
    assert verbs(ada.get(f"{PATH}?verb=submitted")) == [("submitted", "assignment")]
    assert verbs(ada.get(f"{PATH}?document=harbour-text&actor={ben}")) == verbs(ada.get(f"{PATH}?actor={ben}"))
    assert ada.get(f"{PATH}?document=other").data["results"] == []
    day = found[0]["at"][:10]
    assert len(ada.get(f"{PATH}?day={day}").data["results"]) == len(ada.get(PATH).data["results"])
    assert ada.get(f"{PATH}?day=2001-01-01").data["results"] == []
    for query in ("actor=R-NONE1", "kind=x'", "verb=", "day=yesterday", "newest=perhaps"):
        refused(ada.get(f"{PATH}?{query}"), 400, "invalid")
    refused(cleo.get(f"{PATH}?actor={ben}"), 400, "invalid")


@pytest.mark.parametrize("who", ["ada", "cleo"])
def test_the_newest_come_first_where_they_are_asked_for_so(by_session, stage, worked, who, refused):
    caller = by_session(who)
    whole = caller.get(PATH).data["results"]
    seen, after = [], ""
    while after is not None:
        page = caller.get(f"{PATH}?newest=true&limit=1{after and f'&after={after}'}").data
        seen += page["results"]
        after = page["next"]
    assert seen == whole[::-1]
    refused(caller.get(f"{PATH}?newest=true&after=5"), 400, "invalid")


def test_it_says_what_the_caller_can_bring_back_and_a_restored_passage_is_no_longer_that(ada, cleo, stage, worked):
    def restorable(caller):
        return [(row["verb"], row["kind"]) for row in caller.get(PATH).data["results"] if row["restorable"]]

    assert restorable(cleo) == [("deleted", "annotation")]
    assert restorable(ada) == []
    cleo.post(f"annotations/{worked.pk}/restore/", {})
    assert restorable(cleo) == []


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"])
def test_the_ends_of_the_calendar_are_days_like_others(ada, ben, stage, refused, moment):
    for caller, extra in ((ben, ""), (ada, "&newest=true")):
        refused(caller.get(f"{PATH}?after={moment}_a{extra}"), 400, "invalid")
    for day in ("0001-01-01", "9999-12-31"):
        assert ada.get(f"{PATH}?day={day}").data["results"] == []
        assert ada.get(f"/studies/harbour/history/?day={day}").status_code == 200
    assert ada.get(f"/studies/harbour/history/?before={moment}_a").status_code == 200

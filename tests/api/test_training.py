"""Training by API: what a lead sets up, what a reviewer is refused and shown, and what nobody is told."""

from types import SimpleNamespace
from typing import Any

import pytest

from annotator.models import Assignment, Qualification
from tests.schooling import BEST, NOBODY, School, hand_in, mark

BASE = "studies/harbour/training/"
MARK = {"subject": "label", "code": "opinion", "measure": "sentence-f1", "least": 0.7, "away": 0}


def test_a_lead_sets_a_training_up_and_a_reviewer_passes_it(
    school: School, cast: SimpleNamespace, ada: Any, ben: Any, refused: Any
) -> None:
    first = ada.get(BASE)
    assert (first.data["needed"], first.data["opened_at"], first.headers["ETag"]) == (3, None, '"1"')
    golds = [school.gold(), school.gold()]
    added = [ada.post(f"{BASE}texts/", {"gold": str(gold.pk)}).data for gold in golds]
    assert [(each["document"], each["position"], each["study"]) for each in added] == [
        ("lesson-1", 1, "school"),
        ("lesson-2", 2, "school"),
    ]
    assert ada.put(f"{BASE}texts/{added[1]['id']}/", {"position": 1}).data["position"] == 1
    stored = ada.put(BASE, {"needed": 1, "marks": [MARK]}, if_match='"1"')
    assert (stored.data["marks"], stored.data["impossible"], stored.headers["ETag"]) == ([MARK], [], '"2"')
    refused(ada.post(f"{BASE}open/", {}), 428, "if_match")
    refused(ada.post(f"{BASE}open/", {}, if_match='"1"'), 412, "stale")
    assert ada.post(f"{BASE}open/", {}, if_match='"2"').data["opened_at"] is not None
    real = school.stage.assignments["ben"].pk
    for path in (f"assignments/{real}/", f"assignments/{real}/lean/"):
        refused(ben.get(path), 409, "training")
    refused(ben.post(f"assignments/{real}/submit/", {"accept_gaps": True}), 409, "training")
    refused(ben.get("documents/harbour-text/"), 404, "not_found")
    own = ben.get(f"{BASE}mine/").data
    assert (own["held"], own["needed"], own["qualification"], len(own["assignments"])) == (True, 1, None, 1)
    lesson = own["assignments"][0]
    assert ben.get(f"assignments/{lesson}/").data["purpose"] == "training"
    refused(ben.get(f"assignments/{lesson}/gold/"), 409, "open")
    school.read(cast.ben)
    beside = ben.get(f"assignments/{lesson}/gold/").data
    assert (beside["qualified"], beside["next"], beside["number"]) == (True, None, 1)
    assert [passage["quote"] for passage in beside["gold"]["passages"]] == [BEST, NOBODY]
    assert beside["gold"]["passages"][0]["note"] == "nobody can check what is best"
    assert beside["theirs"]["passages"][0]["note"] == ""
    (standing,) = beside["standings"]
    assert (standing["value"], standing["reached"], standing["both"], standing["gold"]) == (1.0, True, 2, 2)
    assert ben.get(f"assignments/{real}/").status_code == 200
    refused(ben.post(f"assignments/{lesson}/reveal/", {}), 409, "training")
    refused(ada.post(f"assignments/{lesson}/reopen/", {"reason": "x"}), 409, "training")
    refused(ada.post(f"assignments/{golds[0].pk}/reopen/", {"reason": "x"}), 409, "teaches")
    assert ada.post(f"{BASE}end/", {}, if_match='"3"').data["opened_at"] is None


def test_where_everybody_is_and_letting_on_by_hand(
    school: School, cast: SimpleNamespace, ada: Any, refused: Any
) -> None:
    school.teach(2, 2)
    school.read(cast.ben)
    listed = {row["reviewer"]: row for row in ada.get(f"{BASE}reviewers/").data["results"]}
    places = {who: school.stage.study.memberships.get(user=getattr(cast, who)).pseudonym for who in ("ben", "cleo")}
    assert (listed[places["ben"]]["read"], listed[places["ben"]]["open"]) == (1, True)
    assert listed[places["ben"]]["standings"][0]["value"] == 1.0
    assert (listed[places["cleo"]]["read"], listed[places["cleo"]]["standings"]) == (0, [])
    page = ada.get(f"{BASE}reviewers/?limit=1").data
    assert (len(page["results"]), page["next"]) == (1, min(places.values()))
    address = f"{BASE}reviewers/{places['cleo']}/pass/"
    refused(ada.post(address, {}), 400, "invalid")
    refused(ada.post(address, {"reason": "  "}), 400, "invalid")
    assert ada.post(address, {"reason": "taught elsewhere"}).status_code == 204
    assert ada.post(address, {"reason": "again"}).status_code == 204
    assert Qualification.objects.get(reviewer=cast.cleo).reason == "taught elsewhere"
    dora = school.stage.study.memberships.get(user=cast.dora).pseudonym
    refused(ada.post(f"{BASE}reviewers/{dora}/pass/", {"reason": "x"}), 409, "not_training")
    refused(ada.post(f"{BASE}reviewers/R-NONE1/pass/", {"reason": "x"}), 404, "not_found")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"needed", "marks"}),
        ({"needed": "3", "marks": []}, {"needed"}),
        ({"needed": 21, "marks": []}, {"needed"}),
        ({"needed": 2**31, "marks": []}, {"needed"}),
        ({"needed": 1, "marks": [{**MARK, "least": 2}]}, {"marks.0.least"}),
        ({"needed": 1, "marks": [{**MARK, "least": "0.7"}]}, {"marks.0.least"}),
        ({"needed": 1, "marks": [{**MARK, "least": True}]}, {"marks.0.least"}),
        ({"needed": 1, "marks": [{**MARK, "least": 10**400}]}, {"marks.0.least"}),
        ({"needed": 1, "marks": [{**MARK, "measure": "luck"}]}, {"marks.0.measure"}),
        ({"needed": 1, "marks": [{**MARK, "subject": "text"}]}, {"marks.0.subject"}),
        ({"needed": 1, "marks": [{**MARK, "code": "nothing"}]}, {"marks.label.nothing"}),
        ({"needed": 1, "marks": [{**MARK, "away": 101}]}, {"marks.0.away"}),
        ({"needed": 1, "marks": [{**MARK, "away": 1}]}, {"marks.label.opinion"}),
        ({"needed": 1, "marks": [MARK, MARK]}, {"marks.label.opinion"}),
        ({"needed": 1, "marks": [{**MARK, "author": 1}]}, {"marks.0.author"}),
        ({"needed": 1, "marks": MARK}, {"marks"}),
        ({"needed": 1, "marks": [], "version": 3}, {"version"}),
    ],
)
def test_marks_that_make_no_sense_are_refused_by_field(
    stage: Any, ada: Any, refused: Any, body: dict[str, Any], fields: set[str]
) -> None:
    answer = ada.put(BASE, body, if_match="*")
    if any(each.get("least") == 10**400 for each in body.get("marks", ()) if isinstance(each, dict)):
        assert answer.status_code == 400
    else:
        refused(answer, 400, "invalid")
        assert {fault["field"].removesuffix(".non_field_errors") for fault in answer.data["errors"]} == fields
    assert ada.get(BASE).headers["ETag"] == '"1"'


def test_golds_that_cannot_teach_are_refused(school: School, ada: Any, refused: Any) -> None:
    path, gold, unfinished = f"{BASE}texts/", school.gold(), school.gold(submitted=False)
    refused(ada.post(path, {}), 400, "invalid")
    refused(ada.post(path, {"gold": "x"}), 400, "invalid")
    refused(ada.post(path, {"gold": str(gold.pk), "kind": "exam"}), 400, "invalid")
    for pk in (unfinished.pk, school.stage.assignments["ben"].pk):
        answer = ada.post(path, {"gold": str(pk)})
        refused(answer, 400, "invalid")
        assert [fault["field"] for fault in answer.data["errors"]] == ["gold"]
    made = ada.post(path, {"gold": str(gold.pk)}).data
    refused(ada.post(path, {"gold": str(gold.pk), "kind": "check"}), 409, "exists")
    refused(ada.put(f"{path}{made['id']}/", {"position": 2}), 400, "invalid")
    refused(ada.post(f"{path}{made['id']}/give/", {}), 400, "invalid")
    assert ada.delete(f"{path}{made['id']}/").status_code == 204
    assert ada.delete(f"{path}{made['id']}/").status_code == 204
    assert ada.get(f"{path}{made['id']}/").data["retired_at"] is not None
    refused(ada.post(f"{BASE}open/", {}, if_match="*"), 409, "few")


def test_a_check_is_given_out_and_followed_by_the_lead_alone(
    school: School, cast: SimpleNamespace, ada: Any, ben: Any, refused: Any
) -> None:
    made = ada.post(f"{BASE}texts/", {"gold": str(school.gold().pk), "kind": "check"}).data
    assert ada.post(f"{BASE}texts/{made['id']}/give/", {}).data == {"given": 2}
    work = Assignment.objects.get(reviewer=cast.ben, revision=school.golds[0].revision)
    assert ben.get(f"assignments/{work.pk}/").data["purpose"] == "study"
    refused(ben.get(f"assignments/{work.pk}/gold/"), 404, "not_found")
    mark(work, BEST, "opinion", ratings=[("slant", -1)])
    hand_in(work)
    refused(ben.get(f"assignments/{work.pk}/gold/"), 404, "not_found")
    refused(ben.get("studies/harbour/beside-gold/"), 404, "not_found")
    found = ada.get("studies/harbour/beside-gold/").data
    (reader,) = found["results"]
    assert (found["checks"], reader["latest"], reader["readings"][0]["is_check"]) == (1, None, True)
    assert round(reader["readings"][0]["standing"]["value"], 3) == 0.667
    slant = ada.get("studies/harbour/beside-gold/?of=scale-slant").data
    (reading,) = slant["results"][0]["readings"]
    assert (reading["standing"]["ratings"], reading["standing"]["near"]) == (1, 0)
    refused(ada.get("studies/harbour/beside-gold/?from=x"), 400, "unknown_parameter")


def test_a_figure_is_of_work_that_did_not_make_the_gold_itself(school: School, cast: SimpleNamespace, ada: Any) -> None:
    """In the study of the gold, what was submitted before it was settled is a vote in it, and no reading of it."""
    stage = school.stage
    mark(stage.assignments["ben"], BEST, "opinion", ratings=[("slant", 1)])
    hand_in(stage.assignments["ben"])
    gold = ada.post(
        "studies/harbour/assignments/",
        {
            "document": "harbour-text",
            "revision": 1,
            "role": "adjudicator",
            "reviewer": stage.study.memberships.get(user=cast.dora).pseudonym,
        },
    ).data
    settled = Assignment.objects.get(pk=gold["id"])
    mark(settled, BEST, "opinion", ratings=[("slant", 1)])
    hand_in(settled)
    ada.post(f"{BASE}texts/", {"gold": gold["id"], "kind": "check"})
    mark(stage.assignments["cleo"], BEST, "opinion", ratings=[("slant", 1)])
    hand_in(stage.assignments["cleo"])
    found = ada.get("studies/harbour/beside-gold/").data
    assert [reader["reviewer"] for reader in found["results"]] == [
        stage.study.memberships.get(user=cast.cleo).pseudonym
    ]


def test_training_work_is_in_no_figure_count_or_export(
    school: School, cast: SimpleNamespace, ada: Any, dora: Any
) -> None:
    texts = school.teach(2, 1)
    school.stage.study.revisions.add(texts[0].revision)  # a training document may be a text of the study as well
    done = school.read(cast.ben)
    for caller in (ada, dora):
        for form in ("jsonl", "csv", "assignments-csv"):
            told = b"".join(caller.get(f"studies/harbour/export/{form}/")).decode()
            assert str(done.pk) not in told, form
    answer = ada.get("studies/harbour/agreement/?work=first").data
    assert (answer["report"]["n_documents"], answer["report"]["reviewers"]) == (0, [])
    page = ada.get("/studies/harbour/").content.decode()
    assert "0 of 2 submitted" in page


def test_who_is_in_training_reads_no_document_of_the_study_in_its_export(
    school: School, cast: SimpleNamespace, ben: Any
) -> None:
    def exported() -> list[str]:
        lines = b"".join(ben.get("studies/harbour/export/jsonl/")).decode().splitlines()
        return [line for line in lines if BEST in line]

    assert len(exported()) == 1
    school.teach(2, 1)
    assert exported() == []
    school.read(cast.ben)
    assert len(exported()) == 1

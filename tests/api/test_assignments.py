"""Assignments over HTTP: one answer for the workbench, then submit, reveal, revise, reopen."""

import gzip
from uuid import uuid4

import pytest

from annotator.actions.assignments import reveal_assignment, submit_assignment
from annotator.actions.study import close_study
from annotator.ids import uuid7
from annotator.models import Annotation, Assignment

WORDS = "The ferry carried 1,200 people in May."
OPINION = "It is the best ferry on the coast."


@pytest.fixture
def path(stage):
    return f"assignments/{stage.assignments['ben'].pk}/"


def test_one_answer_holds_everything_the_workbench_needs(ben, path, passage, stage):
    annotation_id = uuid7()
    sent = passage(WORDS, ratings=[{"scale": "slant", "point": 1}])
    ben.put(f"annotations/{annotation_id}/", sent, if_none_match="*")
    rating = {"point": 3, "evidence": [str(annotation_id)]}
    ben.put(f"{path}ratings/credibility/", rating, if_none_match="*")
    data = ben.get(path).data
    revision = stage.revision
    assert (data["id"], data["state"], data["round"]) == (str(stage.assignments["ben"].pk), "open", 1)
    assert data["study"] == {
        "slug": "harbour",
        "title": "Harbour",
        "demo": False,
        "blinding": "until_submitted",
        "closed_at": None,
    }
    assert data["document"]["slug"] == "harbour-text"
    assert data["document"]["source"] == ""
    assert data["revision"] == {
        "number": 1,
        "sha256": revision.sha256,
        "length": len(revision.text),
        "text": revision.text,
        "sentences": list(revision.sentences),
    }
    assert [label["code"] for label in data["codebook"]["labels"]] == ["fact", "opinion", "ai"]
    slant, _basis, credibility = data["codebook"]["scales"]
    assert (slant["labels"], slant["required"], slant["target"]) == (["fact", "opinion"], True, "passage")
    assert [point["value"] for point in slant["points"]] == [-2, -1, 0, 1, 2, 9]
    assert slant["points"][-1]["missing"] is True
    assert (credibility["target"], credibility["labels"]) == ("document", [])
    assert [row["id"] for row in data["annotations"]] == [str(annotation_id)]
    assert data["annotations"][0]["quote"] == WORDS
    assert data["ratings"] == [{"scale": "credibility", **rating, "version": 1}]


def test_passages_stand_in_reading_order(ben, path, passage):
    for words, label in ((OPINION, "opinion"), ("ferry", "fact"), (WORDS, "opinion")):
        ben.put(f"annotations/{uuid7()}/", passage(words, label), if_none_match="*")
    assert [row["quote"] for row in ben.get(path).data["annotations"]] == [WORDS, "ferry", OPINION]


def test_deleted_passage_is_left_out(ben, path, passage):
    mark = f"annotations/{uuid7()}/"
    ben.put(mark, passage(WORDS), if_none_match="*")
    ben.delete(mark, if_match='"1"')
    assert ben.get(path).data["annotations"] == []


def test_answer_has_a_fixed_number_of_queries(ben, path, passage, django_assert_num_queries):
    ben.get(path)
    # session, user, the assignment with study and document, sentences, codebook, its labels, scales, their labels and
    # points, whether a training comes first, passages and their ratings, document ratings
    with django_assert_num_queries(13):
        ben.get(path)
    first, second = uuid7(), uuid7()
    ben.put(f"annotations/{first}/", passage(WORDS, ratings=[{"scale": "slant", "point": 1}]), if_none_match="*")
    ben.put(f"{path}ratings/credibility/", {"point": 3, "evidence": [str(first)]}, if_none_match="*")
    with django_assert_num_queries(14):  # and the evidence
        ben.get(path)
    ben.put(f"annotations/{second}/", passage(OPINION, "opinion"), if_none_match="*")
    with django_assert_num_queries(14):
        assert len(ben.get(path).data["annotations"]) == 2


def test_passages_are_the_same_here_and_each_by_itself(ben, path, passage):
    for words, label in ((WORDS, "fact"), (OPINION, "opinion")):
        body = passage(words, label, note="n", ratings=[{"scale": "slant", "point": 1}])
        ben.put(f"annotations/{uuid7()}/", body, if_none_match="*")
    listed = ben.get(path).json()["annotations"]
    assert len(listed) == 2
    assert [list(one.items()) for one in listed] == [
        list(ben.get(f"annotations/{one['id']}/").json().items()) for one in listed
    ]


def test_lean_passages_say_the_same_but_what_follows_from_the_text(ben, path, passage):
    body = passage(WORDS, "fact", note="n", ratings=[{"scale": "slant", "point": 1}])
    ben.put(f"annotations/{uuid7()}/", body, if_none_match="*")
    whole, lean = ben.get(path).json(), ben.get(f"{path}lean/").json()
    kept = ("id", "label", "start", "end", "note", "ratings", "version")
    assert lean["annotations"] == [{name: one[name] for name in kept} for one in whole["annotations"]] != []
    assert {**lean, "annotations": 0, "version_tag": 0} == {**whole, "annotations": 0, "version_tag": 0}
    tag = ben.get(f"{path}lean/").headers["ETag"]
    assert ben.get(f"{path}lean/", if_none_match=tag).status_code == 304


def test_an_assignment_is_sent_packed_to_who_takes_it_so(client, cast, stage):
    client.force_login(cast.ben)
    for part in ("", "lean/"):
        url = f"/api/v1/assignments/{stage.assignments['ben'].pk}/{part}"
        plain, packed = client.get(url), client.get(url, headers={"Accept-Encoding": "gzip"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.content) == plain.content
        again = client.get(url, headers={"If-None-Match": packed.headers["ETag"]})
        assert again.status_code == 304, "compressing weakens the tag, and it is still known"


def test_unchanged_assignment_is_answered_304_and_any_change_shows(ben, path, passage):
    first = ben.get(path)
    assert first.headers["ETag"] == f'"{first.data["version_tag"]}"'
    assert ben.get(path, if_none_match=first.headers["ETag"]).status_code == 304
    ben.put(f"annotations/{uuid7()}/", passage(WORDS), if_none_match="*")
    second = ben.get(path, if_none_match=first.headers["ETag"])
    assert second.status_code == 200
    ben.put(f"{path}ratings/credibility/", {"point": 3}, if_none_match="*")
    assert ben.get(path, if_none_match=second.headers["ETag"]).status_code == 200


def test_colleague_at_work_changes_no_byte(ben, cleo, path, passage):
    before = (ben.get(path).content, ben.get("assignments/").content, ben.get("annotations/").content)
    cleo.put(f"annotations/{uuid7()}/", passage(WORDS, who="cleo"), if_none_match="*")
    cleo.post(path.replace(path.split("/")[1], cleo.get("assignments/").data["results"][0]["id"]) + "submit/")
    assert (ben.get(path).content, ben.get("assignments/").content, ben.get("annotations/").content) == before


def test_assignment_of_another_answers_as_one_that_is_not_there(cleo, dora, ada, eli, path, refused):
    unknown = f"assignments/{uuid4()}/"
    for caller in (cleo, dora, ada, eli):
        for act in ("", "ratings/", "ratings/credibility/"):
            theirs, none = caller.get(path + act), caller.get(unknown + act)
            refused(theirs, 404, "not_found")
            assert {**theirs.data, "request_id": 0} == {**none.data, "request_id": 0}
        for act, body in (("submit/", {}), ("reveal/", {}), ("revise/", {"reason": "x"})):
            refused(caller.post(path + act, body), 404, "not_found")
            refused(caller.post(unknown + act, body), 404, "not_found")


def test_list_shows_own_assignments_only_and_filters_them(ben, cleo, ada, stage, make_stage, passage):
    make_stage("quay")
    rows = ben.get("assignments/").data["results"]
    assert {(row["study"], row["document"], row["state"]) for row in rows} == {
        ("harbour", "harbour-text", "open"),
        ("quay", "quay-text", "open"),
    }
    assert ada.get("assignments/").data["results"] == []
    assert [row["study"] for row in ben.get("assignments/?study=quay").data["results"]] == ["quay"]
    ben.post(f"assignments/{stage.assignments['ben'].pk}/submit/", {"accept_gaps": True})
    assert [row["study"] for row in ben.get("assignments/?state=submitted").data["results"]] == ["harbour"]
    assert [row["study"] for row in ben.get("assignments/?state=open").data["results"]] == ["quay"]


def test_list_is_read_page_by_page(ben, stage, make_stage):
    make_stage("quay")
    first = ben.get("assignments/?limit=1").data
    second = ben.get(f"assignments/?limit=1&after={first['next']}").data
    assert second["next"] is None
    assert {first["results"][0]["study"], second["results"][0]["study"]} == {"harbour", "quay"}


def test_list_asks_a_fixed_number_of_queries_and_reads_no_text(ben, stage, make_stage, django_assert_num_queries):
    ben.get("me/")  # the session notes its use
    with django_assert_num_queries(3) as seen:  # session, user, assignments
        ben.get("assignments/")
    assert not any('"sources_revision"."text"' in query["sql"] for query in seen.captured_queries)
    make_stage("quay")
    with django_assert_num_queries(3):
        assert len(ben.get("assignments/").data["results"]) == 2


def test_list_refuses_an_unknown_state(ben, stage, refused):
    refused(ben.get("assignments/?state=done"), 400, "invalid")
    refused(ben.get("assignments/?reviewer=ben"), 400, "unknown_parameter")


def test_submit_names_every_gap(ben, path, passage, refused):
    annotation_id = uuid7()
    ben.put(f"annotations/{annotation_id}/", passage(WORDS), if_none_match="*")
    response = ben.post(f"{path}submit/", {})
    refused(response, 409, "gaps")
    assert {fault["field"] for fault in response.data["errors"]} == {
        f"annotations.{annotation_id}.slant",
        "ratings.credibility",
    }
    assert ben.get(path).data["state"] == "open"


def test_submit_locks_the_work(ben, path, passage, refused):
    mark = f"annotations/{uuid7()}/"
    ben.put(mark, passage(WORDS), if_none_match="*")
    response = ben.post(f"{path}submit/", {"accept_gaps": True})
    assert (response.status_code, response.data["state"]) == (200, "submitted")
    assert response.data == ben.get(path).data
    refused(ben.put(mark, passage(WORDS, note="x"), if_match='"1"'), 409, "submitted")
    refused(ben.put(f"annotations/{uuid7()}/", passage(OPINION), if_none_match="*"), 409, "submitted")
    refused(ben.delete(mark, if_match='"1"'), 409, "submitted")
    refused(ben.put(f"{path}ratings/credibility/", {"point": 1}, if_none_match="*"), 409, "submitted")
    assert ben.get(path).data == response.data


def test_submitting_again_changes_nothing(ben, path):
    first = ben.post(f"{path}submit/", {"accept_gaps": True})
    second = ben.post(f"{path}submit/")
    assert (second.status_code, second.data) == (200, first.data)


def test_work_of_a_closed_study_is_closed(ben, path, passage, stage, cast, refused):
    mark = f"annotations/{uuid7()}/"
    ben.put(mark, passage(WORDS), if_none_match="*")
    close_study(actor=cast.ada, study=stage.study)
    refused(ben.put(mark, passage(WORDS, note="x"), if_match='"1"'), 409, "closed")
    refused(ben.delete(mark, if_match='"1"'), 409, "closed")
    refused(ben.post(f"{path}submit/", {"accept_gaps": True}), 409, "closed")


def test_reveal_waits_for_submission(ben, path, refused):
    refused(ben.post(f"{path}reveal/"), 409, "open")
    ben.post(f"{path}submit/", {"accept_gaps": True})
    response = ben.post(f"{path}reveal/")
    assert response.status_code == 200
    assert response.data["revealed_at"] is not None
    assert ben.post(f"{path}reveal/").data == response.data


def test_reveal_shows_the_submitted_work_of_others(ben, path, passage, stage, cast, mark):
    mark("cleo", WORDS, "fact")
    ben.post(f"{path}submit/", {"accept_gaps": True})
    ben.post(f"{path}reveal/")
    theirs = f"assignments/{stage.assignments['cleo'].pk}/"
    assert ben.get(theirs).status_code == 404
    assert ben.get("annotations/").data["results"] == []
    submit_assignment(actor=cast.cleo, assignment_id=stage.assignments["cleo"].pk, accept_gaps=True)
    assert ben.get(theirs).data["annotations"][0]["quote"] == WORDS
    assert len(ben.get("annotations/").data["results"]) == 1


def test_reveal_waits_for_the_closing_where_the_study_says_so(ben, make_stage, cast, refused):
    stage = make_stage("quay", blinding="until_closed")
    path = f"assignments/{stage.assignments['ben'].pk}/"
    ben.post(f"{path}submit/", {"accept_gaps": True})
    refused(ben.post(f"{path}reveal/"), 409, "blind")
    close_study(actor=cast.ada, study=stage.study)
    assert ben.post(f"{path}reveal/").status_code == 200


def test_revise_opens_a_second_round_with_copies(ben, path, passage, stage, refused):
    ben.put(f"annotations/{uuid7()}/", passage(WORDS), if_none_match="*")
    refused(ben.post(f"{path}revise/", {"reason": "early"}), 409, "not_revealed")
    ben.post(f"{path}submit/", {"accept_gaps": True})
    ben.post(f"{path}reveal/")
    response = ben.post(f"{path}revise/", {"reason": "I missed a line."})
    assert (response.status_code, response.data["round"], response.data["state"]) == (201, 2, "open")
    assert response.data["reason"] == "I missed a line."
    assert [row["quote"] for row in response.data["annotations"]] == [WORDS]
    assert response.data["id"] != str(stage.assignments["ben"].pk)
    refused(ben.post(f"{path}revise/", {"reason": "again"}), 409, "exists")


def test_revise_needs_a_reason(ben, path, cast, stage, refused):
    submit_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, accept_gaps=True)
    reveal_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk)
    for body in ({}, {"reason": ""}, {"reason": "  "}, {"reason": 5}, {"reason": None}):
        refused(ben.post(f"{path}revise/", body), 400, "invalid")
    assert Assignment.objects.filter(round=2).count() == 0


def test_lead_reopens_a_submitted_round_and_its_reviewer_does_not(ben, ada, dora, path, refused):
    ben.post(f"{path}submit/", {"accept_gaps": True})
    for caller in (ben, dora):
        refused(caller.post(f"{path}reopen/", {"reason": "please"}), 404, "not_found")
    response = ada.post(f"{path}reopen/", {"reason": "Submitted by mistake."})
    assert (response.status_code, response.data["state"]) == (200, "open")
    assert ben.get(path).data["state"] == "open"


def test_reopen_refuses_once_others_work_was_shown(ben, ada, path, refused):
    refused(ada.post(f"{path}reopen/", {"reason": "x"}), 409, "open")
    ben.post(f"{path}submit/", {"accept_gaps": True})
    ben.post(f"{path}reveal/")
    refused(ada.post(f"{path}reopen/", {"reason": "x"}), 409, "revealed")
    assert Annotation.objects.count() == 0


def test_lead_and_adjudicator_read_submitted_work(ben, ada, dora, path, passage):
    ben.put(f"annotations/{uuid7()}/", passage(WORDS), if_none_match="*")
    ben.post(f"{path}submit/", {"accept_gaps": True})
    for caller in (ada, dora):
        assert [row["quote"] for row in caller.get(path).data["annotations"]] == [WORDS]
        assert len(caller.get("annotations/").data["results"]) == 1

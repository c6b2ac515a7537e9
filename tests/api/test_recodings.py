"""Passages to code again by API: one's own alone, answered, changed and taken back."""

import pytest

from annotator.actions.assignments import reveal_assignment, submit_assignment
from annotator.actions.study import use_codebook
from annotator.ids import uuid7
from tests.actions.test_recoding import BEST, FERRY, split


@pytest.fixture
def work(cast, stage, mark):
    """Ben's and cleo's submitted facts, in a study that is read with facts split into events and statements."""
    found = {"ben": mark("ben", FERRY, "fact"), "cleo": mark("cleo", BEST, "fact")}
    for name in found:
        submit_assignment(actor=getattr(cast, name), assignment_id=stage.assignments[name].pk, accept_gaps=True)
    codebook = split(stage.codebook, cast.ada, "fact", "event", "statement")
    use_codebook(actor=cast.ada, study=stage.study, codebook=codebook)
    return found


def test_one_is_asked_of_ones_own_passages_and_the_lead_sees_how_far_all_are(ben, cleo, ada, work):
    data = ben.get("studies/harbour/recodings/").data
    (case,) = data["results"]
    assert (case["annotation"], case["label"], case["quote"]) == (str(work["ben"].pk), "fact", FERRY)
    assert (case["choices"], case["answer"]) == (["event", "statement"], None)
    assert (data["codebook_version"], data["progress"]) == (2, None)
    seen = ada.get("studies/harbour/recodings/").data
    assert seen["results"] == []
    assert [(row["asked"], row["answered"], row["left"]) for row in seen["progress"]] == [(1, 0, 1), (1, 0, 1)]
    assert [each["quote"] for each in cleo.get("studies/harbour/recodings/").data["results"]] == [BEST]


def test_an_answer_is_given_changed_and_taken_back(ben, ada, work, refused):
    path = f"annotations/{work['ben'].pk}/recoding/"
    refused(ben.get(path), 404, "not_found")
    body = {"label": "event", "codebook_version": 2}
    refused(ben.put(path, body), 428, "if_match")
    made = ben.put(path, body, if_none_match="*")
    assert (made.status_code, made.headers["ETag"], made.data["label"]) == (201, '"1"', "event")
    assert ben.put(path, body, if_none_match="*").status_code == 200
    assert ben.get(path).data == made.data
    assert ben.get(path, if_none_match='"1"').status_code == 304
    assert ada.get(path).data["label"] == "event"
    none = {**body, "label": None}
    conflict = ben.put(path, none, if_none_match="*")
    refused(conflict, 409, "different")
    assert conflict.data["current"] == made.data
    refused(ben.put(path, none, if_match='"7"'), 412, "stale")
    assert ben.put(path, none, if_match='"1"').data["label"] is None
    refused(ben.delete(path), 428, "if_match")
    assert ben.delete(path, if_match='"2"').status_code == 204
    assert ben.delete(path, if_match='"2"').status_code == 204
    refused(ben.get(path), 404, "not_found")
    assert ben.get(f"annotations/{work['ben'].pk}/").data["label"] == "fact", "what was marked stays"


def test_what_does_not_fit_is_refused_in_words(ben, cleo, work, refused):
    path = f"annotations/{work['ben'].pk}/recoding/"
    body = {"label": "event", "codebook_version": 2}
    for changes, field in [
        ({"label": "fact"}, "label"),
        ({"label": 3}, "label"),
        ({"label": "\x00"}, "label"),
        ({"codebook_version": "2"}, "codebook_version"),
        ({"codebook_version": 0}, "codebook_version"),
        ({"informed": False}, "informed"),
    ]:
        answer = ben.put(path, {**body, **changes}, if_none_match="*")
        assert answer.status_code == 400
        assert field in {fault["field"] for fault in answer.data["errors"]}, changes
    refused(ben.put(path, {**body, "codebook_version": 1}, if_none_match="*"), 409, "changed")
    refused(cleo.put(path, body, if_none_match="*"), 404, "not_found")
    refused(ben.put(f"annotations/{uuid7()}/recoding/", body, if_none_match="*"), 404, "not_found")


def test_nobodys_answer_is_seen_before_the_work_it_is_about(ben, cleo, cast, stage, work, refused):
    path = f"annotations/{work['cleo'].pk}/recoding/"
    before = ben.get(path)
    cleo.put(path, {"label": "statement", "codebook_version": 2}, if_none_match="*")
    after = ben.get(path)
    assert {**before.data, "request_id": 0} == {**after.data, "request_id": 0}
    reveal_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk)
    assert ben.get(path).data["label"] == "statement"

"""Bringing back, over HTTP, what was taken back: document ratings and decisions."""

import pytest

from annotator.actions.adjudication import Verdict, decide_case, undo_decision
from annotator.actions.annotation import Precondition
from annotator.actions.assignments import assign_revision, submit_assignment
from annotator.ids import uuid7

WORDS = "The ferry carried 1,200 people in May."


@pytest.fixture
def address(stage):
    """Ben's rating of how credible the document is."""
    return f"assignments/{stage.assignments['ben'].pk}/ratings/credibility/"


def test_a_rating_comes_back_with_a_new_etag_and_only_once(ben, cleo, ada, address, refused):
    refused(ben.post(f"{address}restore/", {}), 404, "not_found")
    ben.put(address, {"point": 2, "evidence": []}, if_none_match="*")
    assert ben.delete(address, {}, if_match='"1"').status_code == 204
    for other in (cleo, ada):
        refused(other.post(f"{address}restore/", {}), 404, "not_found")
    answer = ben.post(f"{address}restore/", {})
    assert (answer.status_code, answer.data["point"], answer.headers["ETag"]) == (200, 2, '"2"')
    assert ben.get(address).data == answer.data
    assert ben.post(f"{address}restore/", {}).data == answer.data
    refused(ben.post(f"{address}restore/", {"point": 3}), 400, "invalid")


def test_a_rating_is_not_brought_back_over_another_and_the_refusal_shows_it(ben, cast, stage, address, refused):
    ben.put(address, {"point": 2, "evidence": []}, if_none_match="*")
    ben.delete(address, {}, if_match='"1"')
    ben.put(address, {"point": 4, "evidence": []}, if_none_match="*")
    answer = ben.post(f"{address}restore/", {})
    refused(answer, 409, "different")
    assert answer.data["current"]["point"] == 4
    ben.delete(address, {}, if_match='"2"')
    submit_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, accept_gaps=True)
    refused(ben.post(f"{address}restore/", {}), 409, "submitted")


def test_an_undone_decision_stands_again(dora, ben, ada, cast, stage, mark, refused):
    vote = mark("ben", WORDS, "fact")
    submit_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, accept_gaps=True)
    gold = assign_revision(
        actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.dora, role="adjudicator"
    )
    verdict = Verdict("took", vote.start, vote.end, (vote.pk,), taken=vote.pk)
    decision, _ = decide_case(
        actor=cast.dora,
        decision_id=uuid7(),
        assignment_id=gold.pk,
        verdict=verdict,
        precondition=Precondition(create=True),
    )
    undo_decision(actor=cast.dora, decision_id=decision.pk, versions={1})
    path = f"decisions/{decision.pk}/restore/"
    for other in (ben, ada):
        refused(other.post(path, {}), 404, "not_found")
    answer = dora.post(path, {})
    assert (answer.status_code, answer.data["outcome"], answer.headers["ETag"]) == (200, "took", '"3"')
    assert dora.get(f"annotations/{answer.data['annotation']}/").data["quote"] == WORDS
    submit_assignment(actor=cast.dora, assignment_id=gold.pk, accept_gaps=True)
    undone = dora.send("DELETE", f"decisions/{decision.pk}/", {}, if_match='"3"')
    refused(undone, 409, "submitted")

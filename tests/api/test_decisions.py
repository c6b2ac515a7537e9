"""Decisions of adjudication, read through the same door as all work."""

import pytest

from annotator.actions.assignments import assign_revision, submit_assignment
from annotator.actions.study import close_study
from annotator.models import Decision

WORDS = "The ferry carried 1,200 people in May."


@pytest.fixture
def decision(cast, stage, mark):
    """A decision of dora's over a vote of ben's, in her own assignment."""
    vote = mark("ben", WORDS, "fact")
    submit_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, accept_gaps=True)
    gold = assign_revision(
        actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.dora, role="adjudicator"
    )
    made = Decision.objects.create(
        assignment=gold, start=vote.start, end=vote.end, outcome="contested", reason="Both readings hold."
    )
    made.votes.add(vote)
    return made


def test_adjudicator_reads_own_decisions(dora, decision):
    (row,) = dora.get("decisions/").data["results"]
    assert row == dora.get(f"decisions/{decision.pk}/").data
    assert (row["outcome"], row["reason"], row["scale"], row["annotation"]) == (
        "contested",
        "Both readings hold.",
        "",
        None,
    )
    assert row["votes"] == [str(vote.pk) for vote in decision.votes.all()]
    assert dora.get(f"decisions/{decision.pk}/", if_none_match='"1"').status_code == 304


def test_decision_not_submitted_exists_for_its_author_alone(ada, ben, cleo, eli, decision, refused):
    for caller in (ada, ben, cleo, eli):
        assert caller.get("decisions/").data["results"] == []
        refused(caller.get(f"decisions/{decision.pk}/"), 404, "not_found")


def test_decisions_are_filtered_by_assignment_study_and_document(dora, decision):
    for query, number in {
        f"assignment={decision.assignment_id}": 1,
        "study=harbour": 1,
        "study=x": 0,
        "document=harbour-text": 1,
        "document=x": 0,
    }.items():
        assert len(dora.get(f"decisions/?{query}").data["results"]) == number, query


def test_submitted_decisions_are_read_by_the_lead(ada, cleo, cast, decision, stage):
    submit_assignment(actor=cast.dora, assignment_id=decision.assignment_id, accept_gaps=True)
    assert len(ada.get("decisions/").data["results"]) == 1
    assert cleo.get("decisions/").data["results"] == []
    close_study(actor=cast.ada, study=stage.study)
    assert cleo.get("decisions/").data["results"] == []


def test_decisions_are_not_written_here(dora, decision, refused):
    for method in ("PUT", "PATCH", "DELETE", "POST"):
        refused(dora.send(method, f"decisions/{decision.pk}/", {}), 405, "method")

"""Decisions of adjudication: read through the same door as all work, made by the adjudicator alone."""

import pytest

from annotator.actions.adjudication import settle_agreed
from annotator.actions.assignments import assign_revision, submit_assignment
from annotator.actions.study import close_study
from annotator.ids import uuid7
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


@pytest.fixture
def two(cast, stage, mark):
    """The passages that ben and cleo submitted, and dora's gold assignment."""
    votes = [
        mark("ben", WORDS, "fact", ratings=[("slant", 1)]),
        mark("cleo", "carried 1,200 people in May.", "opinion"),
    ]
    for name in ("ben", "cleo"):
        submit_assignment(actor=getattr(cast, name), assignment_id=stage.assignments[name].pk, accept_gaps=True)
    gold = assign_revision(
        actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.dora, role="adjudicator"
    )
    return gold, votes


def body_of(gold, passages, **changes):
    start, end = min(each.start for each in passages), max(each.end for each in passages)
    ids = [str(each.pk) for each in passages]
    body = {"assignment": str(gold.pk), "start": start, "end": end, "outcome": "took", "votes": ids, "taken": ids[0]}
    return {key: value for key, value in {**body, **changes}.items() if value is not None}


def test_a_case_is_settled_changed_and_undone(dora, two, refused):
    gold, votes = two
    path = f"decisions/{uuid7()}/"
    made = dora.put(path, body_of(gold, votes), if_none_match="*")
    assert (made.status_code, made.headers["ETag"], made.data["outcome"]) == (201, '"1"', "took")
    assert sorted(made.data["votes"]) == sorted(str(vote.pk) for vote in votes)
    taken = dora.get(f"annotations/{made.data['annotation']}/").data
    assert (taken["quote"], taken["ratings"]) == (WORDS, [{"scale": "slant", "point": 1}])
    again = dora.put(path, body_of(gold, votes), if_none_match="*")
    assert (again.status_code, again.data) == (200, made.data)
    contested = body_of(gold, votes, outcome="contested", taken=None, reason="both hold")
    refused(dora.put(path, contested), 428, "if_match")
    refused(dora.put(path, contested, if_none_match="*"), 409, "different")
    stale = dora.put(path, contested, if_match='"4"')
    refused(stale, 412, "stale")
    assert stale.data["current"] == made.data
    changed = dora.put(path, contested, if_match='"1"')
    assert (changed.status_code, changed.headers["ETag"], changed.data["annotation"]) == (200, '"2"', None)
    refused(dora.get(f"annotations/{taken['id']}/"), 410, "deleted")
    refused(dora.delete(path), 428, "if_match")
    assert dora.delete(path, if_match='"2"').status_code == 204
    assert dora.delete(path, if_match='"2"').status_code == 204
    refused(dora.get(path), 404, "not_found")
    refused(dora.put(path, contested, if_none_match="*"), 410, "deleted")


def test_a_passage_is_redrawn_with_its_own_ratings(dora, two, stage):
    gold, votes = two
    start, end = stage.span("carried 1,200 people")
    drawn = {"label": "fact", "start": start, "end": end, "quote": "carried 1,200 people"}
    rated = {**drawn, "ratings": [{"scale": "slant", "point": -1}]}
    made = dora.put(
        f"decisions/{uuid7()}/",
        body_of(gold, votes, outcome="redrew", taken=None, passage=rated),
        if_none_match="*",
    )
    passage = dora.get(f"annotations/{made.data['annotation']}/").data
    assert {key: passage[key] for key in rated} == rated


def test_what_does_not_fit_is_refused_in_words(dora, ben, two, refused):
    gold, votes = two
    path = f"decisions/{uuid7()}/"
    for changes, field in [
        ({"outcome": "agreed_by_rule", "taken": None}, "outcome"),
        ({"outcome": "contested"}, "taken"),
        ({"votes": [str(uuid7())], "taken": None, "outcome": "contested"}, "votes.0"),
        ({"votes": "all"}, "votes"),
        ({"start": "0"}, "start"),
        ({"taken": "first"}, "taken"),
        ({"passage": []}, "passage"),
        ({"scale": "slant"}, "start"),  # a decision on a scale has no stretch of its own
        ({"point": 1}, "point"),
        ({"start": None}, "start"),
    ]:
        answer = dora.put(path, body_of(gold, votes, **changes), if_none_match="*")
        refused(answer, 400, "invalid")
        assert field in {fault["field"] for fault in answer.data["errors"]}, changes
    refused(dora.put(path, body_of(gold, votes, end=10**6), if_none_match="*"), 400, "span")
    refused(ben.put(path, body_of(gold, votes), if_none_match="*"), 404, "not_found")
    own = body_of(gold, votes, assignment=str(votes[0].assignment_id))
    refused(ben.put(path, own, if_none_match="*"), 409, "not_adjudicator")
    assert dora.get("decisions/").data["results"] == []


def test_a_scale_is_settled_changed_and_undone(dora, cast, stage, mark, refused):
    for name, slant in (("ben", 1), ("cleo", -1)):
        mark(name, WORDS, "fact", ratings=[("slant", slant)])
        submit_assignment(actor=getattr(cast, name), assignment_id=stage.assignments[name].pk, accept_gaps=True)
    gold = assign_revision(
        actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.dora, role="adjudicator"
    )
    (whole,) = settle_agreed(actor=cast.dora, assignment_id=gold.pk)
    passage = str(whole.annotation_id)
    path = f"decisions/{uuid7()}/"
    body = {"assignment": str(gold.pk), "scale": "slant", "annotation": passage, "outcome": "took", "point": 1}
    made = dora.put(path, body, if_none_match="*")
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    assert {key: made.data[key] for key in body} == body
    assert len(made.data["votes"]) == 2
    assert dora.put(path, body, if_none_match="*").status_code == 200
    assert dora.get(f"annotations/{passage}/").data["ratings"] == [{"scale": "slant", "point": 1}]
    contested = {**body, "outcome": "contested"}
    del contested["point"]
    refused(dora.put(path, contested, if_none_match="*"), 409, "different")
    assert dora.put(path, contested, if_match='"1"').data["point"] is None
    assert dora.get(f"annotations/{passage}/").data["ratings"] == []
    for changes, field in [
        ({"point": "1"}, "point"),
        ({"point": 2**40}, "point"),
        ({"point": True}, "point"),
        ({"point": 7}, "point"),
        ({"scale": "mood"}, "scale"),
        ({"annotation": str(uuid7())}, "annotation"),
        ({"annotation": "first"}, "annotation"),
        ({"outcome": "merged"}, "outcome"),
        ({"votes": []}, "votes"),
        ({"start": 0}, "start"),
    ]:
        answer = dora.put(f"decisions/{uuid7()}/", {**body, **changes}, if_none_match="*")
        refused(answer, 400, "invalid")
        assert field in {fault["field"] for fault in answer.data["errors"]}, changes
    assert dora.delete(path, if_match='"2"').status_code == 204
    refused(dora.get(path), 404, "not_found")

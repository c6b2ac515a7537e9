"""Submitting, revealing, revising and reopening work; giving texts to reviewers."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from annotator.actions.annotation import Precondition, delete_annotation
from annotator.actions.assignments import (
    assign_revision,
    reopen_assignment,
    reveal_assignment,
    revise_assignment,
    submit_assignment,
)
from annotator.actions.errors import ConflictError, InvalidError, NotFoundError
from annotator.actions.rating import rate_document
from annotator.actions.study import add_member, close_study, remove_member
from annotator.models import Annotation, Assignment, Codebook, Rating, Scale
from annotator.queries import coded_documents
from annotator.triggers import TRIGGERS

FERRY = "The ferry carried 1,200 people in May."


@pytest.fixture
def bens(stage):
    return stage.assignments["ben"]


def gaps_of(stage, cast, who="ben"):
    with pytest.raises(ConflictError) as caught:
        submit_assignment(actor=getattr(cast, who), assignment_id=stage.assignments[who].pk)
    assert caught.value.code == "gaps"
    return {fault.field: fault.code for fault in caught.value.errors}


def test_submitting_locks_the_work_and_leaves_one_event(bens, fill, submit, frames):
    fill("ben")
    before = timezone.now()
    with frames.deed("submitted", "assignment", bens) as seen:
        done = submit(bens, accept_gaps=False)
    assert (done.state, done.is_open) == ("submitted", False)
    assert before <= done.submitted_at <= timezone.now()
    assert (seen.event.before["state"], seen.event.after["state"]) == ("open", "submitted")
    assert seen.event.after["gaps"] == []


def test_submitting_again_changes_nothing(bens, fill, submit, frames):
    fill("ben")
    first = submit(bens)
    with frames.untouched():
        assert submit(bens).submitted_at == first.submitted_at


def test_nobody_submits_for_another(bens, cast, frames):
    for actor in (cast.cleo, cast.ada, cast.dora, cast.eli):
        with frames.refusal(NotFoundError):
            submit_assignment(actor=actor, assignment_id=bens.pk, accept_gaps=True)


def test_work_without_a_passage_may_be_submitted_once_the_document_is_rated(stage, cast, bens, frames):
    assert gaps_of(stage, cast) == {"ratings.credibility": "required"}
    rate_document(
        actor=cast.ben, assignment_id=bens.pk, scale="credibility", point=6, precondition=Precondition(create=True)
    )
    with frames.deed("submitted", "assignment", bens):
        submit_assignment(actor=cast.ben, assignment_id=bens.pk)


def test_submitting_untouched_work_begins_it_at_that_moment(bens, submit):
    done = submit(bens)
    assert done.begun_at == done.submitted_at


def test_gaps_name_the_passage_and_the_scale_and_nothing_is_stored(stage, cast, bens, mark, frames):
    passage = mark("ben", FERRY, "fact")
    machine = mark("ben", FERRY, "ai")
    mark("cleo", FERRY, "opinion")
    with frames.untouched():
        found = gaps_of(stage, cast)
    assert found == {
        f"annotations.{passage.pk}.slant": "required",
        f"annotations.{machine.pk}.basis": "required",
        "ratings.credibility": "required",
    }


def test_a_deleted_passage_leaves_no_gap_of_its_own(stage, cast, mark):
    passage = mark("ben", FERRY, "fact")
    delete_annotation(actor=cast.ben, annotation_id=passage.pk, versions={1})
    assert gaps_of(stage, cast) == {"ratings.credibility": "required"}


def test_deleted_evidence_is_a_gap(stage, cast, fill):
    passage = fill("ben")
    delete_annotation(actor=cast.ben, annotation_id=passage.pk, versions={1})
    assert gaps_of(stage, cast) == {"ratings.credibility": "evidence_deleted"}


@pytest.mark.parametrize(("point", "missing"), [(3, {"ratings.tone": "evidence"}), (9, {})])
def test_a_scale_that_needs_evidence_asks_for_it_unless_it_cannot_be_judged(stage, cast, bens, fill, point, missing):
    # No scale like this is in the small codebook, whose published version is frozen: thawed for this test alone.
    with connection.cursor() as cursor:
        for trigger in TRIGGERS:
            if trigger.table in ("annotator_scale", "annotator_scalepoint"):
                table = f' ON "{trigger.table}"' if connection.vendor == "postgresql" else ""
                cursor.execute(f'DROP TRIGGER "{trigger.name}"{table}')
    scale = Scale.objects.create(codebook=stage.codebook, code="tone", question="Tone?", target="document")
    Scale.objects.filter(pk=scale.pk).update(needs_evidence=True)
    for value in (1, 2, 3):
        scale.points.create(value=value, name=str(value))
    scale.points.create(value=9, name="cannot be judged", missing=True)
    fill("ben")
    rate_document(
        actor=cast.ben, assignment_id=bens.pk, scale="tone", point=point, precondition=Precondition(create=True)
    )
    if missing:
        assert gaps_of(stage, cast) == missing
    else:
        assert submit_assignment(actor=cast.ben, assignment_id=bens.pk).is_submitted


def test_accepted_gaps_stand_in_the_history(bens, mark, submit, frames):
    passage = mark("ben", FERRY, "fact")
    with frames.deed("submitted", "assignment", bens) as seen:
        submit(bens)
    assert seen.event.after["gaps"] == [f"annotations.{passage.pk}.slant", "ratings.credibility"]


def test_in_a_closed_study_nothing_is_submitted(stage, cast, bens, submit, frames):
    close_study(actor=cast.ada, study=stage.study)
    with frames.refusal(ConflictError, "closed"):
        submit(bens)


def test_declined_work_is_not_submitted(bens, submit, frames):
    Assignment.objects.filter(pk=bens.pk).update(state="declined")
    with frames.refusal(ConflictError, "declined"):
        submit(bens)


def test_revealing_is_one_act_after_submitting(bens, cast, submit, frames):
    submit(bens)
    with frames.deed("revealed", "assignment", bens) as seen:
        shown = reveal_assignment(actor=cast.ben, assignment_id=bens.pk)
    assert shown.revealed_at >= shown.submitted_at
    assert (seen.event.before["revealed_at"], seen.event.after["revealed_at"]) == (None, shown.revealed_at.isoformat())


def test_revealing_again_changes_nothing(bens, cast, submit, frames):
    submit(bens)
    reveal_assignment(actor=cast.ben, assignment_id=bens.pk)
    with frames.untouched():
        reveal_assignment(actor=cast.ben, assignment_id=bens.pk)


def test_nothing_is_revealed_before_submitting(bens, cast, frames):
    with frames.refusal(ConflictError, "open"):
        reveal_assignment(actor=cast.ben, assignment_id=bens.pk)


def test_nobody_reveals_for_another(bens, cast, submit, frames):
    submit(bens)
    for actor in (cast.cleo, cast.ada, cast.dora, cast.eli):
        with frames.refusal(NotFoundError):
            reveal_assignment(actor=actor, assignment_id=bens.pk)


def test_until_closed_nothing_is_revealed_before_the_closing(make_stage, cast, submit, frames):
    stage = make_stage(blinding="until_closed")
    bens = stage.assignments["ben"]
    submit(bens)
    with frames.refusal(ConflictError, "blind"):
        reveal_assignment(actor=cast.ben, assignment_id=bens.pk)
    close_study(actor=cast.ada, study=stage.study)
    with frames.deed("revealed", "assignment", bens):
        reveal_assignment(actor=cast.ben, assignment_id=bens.pk)


def test_until_closed_work_left_open_is_not_revealed_by_the_closing(make_stage, cast, frames):
    stage = make_stage(blinding="until_closed")
    close_study(actor=cast.ada, study=stage.study)
    with frames.refusal(ConflictError, "open"):
        reveal_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk)


def test_in_an_open_study_revealing_is_possible_after_submitting(make_stage, cast, submit, frames):
    stage = make_stage(blinding="open")
    submit(stage.assignments["ben"])
    with frames.deed("revealed", "assignment"):
        reveal_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk)


def test_an_adjudicator_has_nothing_to_reveal_and_no_second_round(stage, cast, submit, frames):
    gold = assign_revision(
        actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.dora, role="adjudicator"
    )
    submit(gold)
    with frames.refusal(ConflictError, "adjudicator"):
        reveal_assignment(actor=cast.dora, assignment_id=gold.pk)
    with frames.refusal(ConflictError, "adjudicator"):
        revise_assignment(actor=cast.dora, assignment_id=gold.pk, reason="second thoughts")
    with frames.deed("reopened", "assignment", gold):
        reopen_assignment(actor=cast.ada, assignment_id=gold.pk, reason="asked for")


@pytest.fixture
def revealed(bens, cast, fill, mark, submit):
    """Ben's submitted and revealed work: a rated passage that is evidence, one more, and one that was deleted."""
    fill("ben")
    mark("ben", "Fares will rise", "opinion", note="hm", ratings=[("slant", -1)])
    dead = mark("ben", "Harbour news", "fact", ratings=[("slant", 0)])
    delete_annotation(actor=cast.ben, annotation_id=dead.pk, versions={1})
    submit(bens)
    return reveal_assignment(actor=cast.ben, assignment_id=bens.pk)


def content(assignment):
    passages = Annotation.objects.live().filter(assignment=assignment)
    found = {(p.start, p.end, p.label.code, p.note) for p in passages}
    spans = {p.pk: (p.start, p.end) for p in passages}
    for rating in Rating.objects.filter(assignment=assignment):
        if rating.annotation_id is None or rating.annotation_id in spans:
            evidence = tuple(sorted(spans[passage.pk] for passage in rating.evidence.all()))
            found.add((spans.get(rating.annotation_id), rating.scale.code, rating.point.value, evidence))
    return found


def test_a_second_round_is_a_copy_with_its_reason_and_leaves_one_event(stage, revealed, cast, frames):
    with frames.deed("revised", "assignment") as seen:
        second = revise_assignment(actor=cast.ben, assignment_id=revealed.pk, reason="Saw the point")
    assert (second.round, second.state, second.reason, second.reviewer) == (2, "open", "Saw the point", cast.ben)
    assert seen.event.object_id == str(second.pk)
    assert (seen.event.before, seen.event.after["round"], seen.event.after["copied"]) == (None, 2, 2)
    assert content(second) == content(revealed)
    copies = Annotation.objects.filter(assignment=second)
    assert {copy.derived_from.assignment_id for copy in copies} == {revealed.pk}
    assert {(copy.derivation, copy.version) for copy in copies} == {("revised", 1)}


def test_the_first_round_stays_as_it_was(stage, revealed, cast, edit, frames):
    before = content(revealed)
    second = revise_assignment(actor=cast.ben, assignment_id=revealed.pk, reason="Saw the point")
    copy = Annotation.objects.filter(assignment=second).first()
    edit(copy, note="changed in round 2")
    revealed.refresh_from_db()
    assert (content(revealed), revealed.state, revealed.round) == (before, "submitted", 1)
    with frames.refusal(ConflictError, "submitted"):
        edit(copy.derived_from, note="changed in round 1")


def test_there_is_one_second_round(revealed, cast, frames):
    revise_assignment(actor=cast.ben, assignment_id=revealed.pk, reason="once")
    with frames.refusal(ConflictError, "exists"):
        revise_assignment(actor=cast.ben, assignment_id=revealed.pk, reason="twice")


def test_a_second_round_begins_no_third(revealed, cast, submit, frames):
    second = submit(revise_assignment(actor=cast.ben, assignment_id=revealed.pk, reason="once"))
    with frames.refusal(ConflictError, "open"):
        reveal_assignment(actor=cast.ben, assignment_id=second.pk)
    with frames.refusal(ConflictError, "not_revealed"):
        revise_assignment(actor=cast.ben, assignment_id=second.pk, reason="again")


@pytest.mark.parametrize("reason", ["", " \n"])
def test_revising_needs_a_reason(revealed, cast, frames, reason):
    with frames.refusal(InvalidError):
        revise_assignment(actor=cast.ben, assignment_id=revealed.pk, reason=reason)


def test_revising_comes_after_the_reveal(bens, cast, submit, frames):
    submit(bens)
    with frames.refusal(ConflictError, "not_revealed"):
        revise_assignment(actor=cast.ben, assignment_id=bens.pk, reason="too early")


def test_in_a_closed_study_nothing_is_revised(stage, revealed, cast, frames):
    close_study(actor=cast.ada, study=stage.study)
    with frames.refusal(ConflictError, "closed"):
        revise_assignment(actor=cast.ben, assignment_id=revealed.pk, reason="too late")


def test_nobody_revises_for_another(revealed, cast, frames):
    for actor in (cast.cleo, cast.ada, cast.eli):
        with frames.refusal(NotFoundError):
            revise_assignment(actor=actor, assignment_id=revealed.pk, reason="mine")


def test_a_lead_reopens_work_in_place_with_a_reason(stage, bens, cast, fill, submit, edit, frames):
    passage = fill("ben")
    submit(bens)
    with frames.deed("reopened", "assignment", bens) as seen:
        again = reopen_assignment(actor=cast.ada, assignment_id=bens.pk, reason="Wrong text marked")
    assert (again.state, again.submitted_at, again.round) == ("open", None, 1)
    assert (seen.event.actor, seen.event.after["reason"]) == (cast.ada, "Wrong text marked")
    assert seen.event.before["state"] == "submitted"
    with frames.deed("changed", "annotation", passage):
        edit(passage, note="writable again")


def test_the_lead_of_the_study_reopens_too_and_nobody_else(stage, bens, cast, submit, frames):
    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="lead")
    submit(bens)
    for actor in (cast.ben, cast.cleo, cast.dora):
        with frames.refusal(NotFoundError):
            reopen_assignment(actor=actor, assignment_id=bens.pk, reason="please")
    with frames.deed("reopened", "assignment", bens):
        reopen_assignment(actor=cast.eli, assignment_id=bens.pk, reason="asked for")


def test_work_is_not_reopened_once_its_reviewer_saw_others(revealed, cast, frames):
    with frames.refusal(ConflictError, "revealed"):
        reopen_assignment(actor=cast.ada, assignment_id=revealed.pk, reason="too late")


def test_open_work_closed_studies_and_missing_reasons_are_not_reopened(stage, bens, cast, submit, frames):
    with frames.refusal(ConflictError, "open"):
        reopen_assignment(actor=cast.ada, assignment_id=bens.pk, reason="why")
    submit(bens)
    with frames.refusal(InvalidError):
        reopen_assignment(actor=cast.ada, assignment_id=bens.pk, reason=" ")
    close_study(actor=cast.ada, study=stage.study)
    with frames.refusal(ConflictError, "closed"):
        reopen_assignment(actor=cast.ada, assignment_id=bens.pk, reason="why")


def test_work_begun_before_the_first_reveal_is_independent_and_later_work_is_not(
    stage, cast, make_document, bens, fill, submit, frames
):
    other = make_document("other", "Another text. It has two sentences.\n")
    later = make_document("later", "A third text. It is read after the reveal.\n")
    stage.study.revisions.add(other, later)
    begun = assign_revision(actor=cast.ada, study=stage.study, revision=other, reviewer=cast.ben)
    after = assign_revision(actor=cast.ada, study=stage.study, revision=later, reviewer=cast.ben)
    Assignment.objects.filter(pk=begun.pk).update(begun_at=timezone.now() - timedelta(hours=1))
    fill("ben")
    submit(bens)
    reveal_assignment(actor=cast.ben, assignment_id=bens.pk)
    submit(begun)
    submit(after)
    rows = {row.pk: row.is_independent for row in Assignment.objects.filter(reviewer=cast.ben).with_independence()}
    assert rows == {bens.pk: True, begun.pk: True, after.pk: False}
    second = revise_assignment(actor=cast.ben, assignment_id=bens.pk, reason="seen")
    assert not Assignment.objects.with_independence().get(pk=second.pk).is_independent
    codings = [coding for document in coded_documents(stage.study, cast.ben) for coding in document.codings]
    assert {coding.id: coding.independent for coding in codings} == {**rows, second.pk: False}


def test_assigning_opens_work_with_the_studys_codebook_and_leaves_one_event(stage, cast, frames):
    add_member(actor=cast.ada, study=stage.study, user=cast.eli)
    with frames.deed("assigned", "assignment") as seen:
        made = assign_revision(actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.eli)
    assert (made.state, made.round, made.role, made.codebook) == ("open", 1, "reviewer", stage.codebook)
    assert (made.begun_at, seen.event.object_id) == (None, str(made.pk))


def test_assigning_again_changes_nothing(stage, cast, bens, frames):
    with frames.untouched():
        again = assign_revision(actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.ben)
    assert again == bens


def test_a_lead_of_the_study_assigns_and_others_do_not(stage, cast, make_document, frames):
    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="lead")
    for actor in (cast.ben, cast.dora):
        with frames.refusal(NotFoundError):
            assign_revision(actor=actor, study=stage.study, revision=stage.revision, reviewer=cast.eli)
    with frames.deed("assigned", "assignment"):
        assign_revision(actor=cast.eli, study=stage.study, revision=stage.revision, reviewer=cast.eli)


def test_only_active_members_are_assigned(stage, cast, make_document, frames):
    other = make_document("other", "Another text.\n")
    stage.study.revisions.add(other)
    with frames.refusal(InvalidError) as caught:
        assign_revision(actor=cast.ada, study=stage.study, revision=other, reviewer=cast.eli)
    assert [fault.field for fault in caught.value.errors] == ["reviewer"]
    remove_member(actor=cast.ada, study=stage.study, user=cast.ben)
    with frames.refusal(InvalidError):
        assign_revision(actor=cast.ada, study=stage.study, revision=other, reviewer=cast.ben)


def test_only_texts_of_the_study_are_assigned(stage, cast, make_document, frames):
    stray = make_document("stray")
    with frames.refusal(InvalidError) as caught:
        assign_revision(actor=cast.ada, study=stage.study, revision=stray, reviewer=cast.ben)
    assert [fault.field for fault in caught.value.errors] == ["revision"]


def test_a_role_that_is_none_is_refused(stage, cast, frames):
    add_member(actor=cast.ada, study=stage.study, user=cast.eli)
    with frames.refusal(InvalidError) as caught:
        assign_revision(actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.eli, role="reader")
    assert [fault.field for fault in caught.value.errors] == ["role"]


def test_withdrawn_documents_and_closed_studies_take_no_assignment(stage, cast, frames):
    from sources.store import withdraw_document

    add_member(actor=cast.ada, study=stage.study, user=cast.eli)
    withdraw_document(stage.revision.document, "wrong licence")
    stage.revision.document.refresh_from_db()
    with frames.refusal(ConflictError, "withdrawn"):
        assign_revision(actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.eli)
    close_study(actor=cast.ada, study=stage.study)
    with frames.refusal(ConflictError, "closed"):
        assign_revision(actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.eli)


def test_a_text_has_one_adjudicator_and_only_adjudicators_and_leads_may_be_it(stage, cast, frames):
    def give(user):
        return assign_revision(
            actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=user, role="adjudicator"
        )

    add_member(actor=cast.ada, study=stage.study, user=cast.eli)
    with frames.refusal(InvalidError):
        give(cast.eli)
    with frames.deed("assigned", "assignment"):
        give(cast.dora)
    with frames.refusal(ConflictError, "adjudicated"):
        give(cast.ada)


def test_work_goes_on_with_the_codebook_it_was_opened_with(stage, bens, cast, mark):
    assert bens.codebook == Codebook.objects.get(slug="small", version=1)
    assert mark("ben", FERRY, "fact").label.codebook == bens.codebook

"""Creating, filling, closing and reopening a study; its members and their pseudonyms."""

import re

import pytest
from django.core.exceptions import ValidationError

from annotator.actions.assignments import reveal_assignment
from annotator.actions.codebook import create_codebook
from annotator.actions.errors import ConflictError, InvalidError, NotFoundError
from annotator.actions.study import (
    add_member,
    add_revisions,
    close_study,
    create_study,
    remove_member,
    reopen_study,
)
from annotator.models import Assignment, Membership, Study
from tests.staging import small_codebook


@pytest.fixture
def found(stage, cast):
    def make(slug="coast", actor=None, codebook=None, **extra):
        values = {"title": "Coast", "codebook": codebook or stage.codebook}
        return create_study(actor=actor or cast.ada, slug=slug, **{**values, **extra})

    return make


def test_a_new_study_has_its_maker_as_lead_its_texts_and_one_event(stage, cast, found, frames):
    with frames.deed("created", "study") as seen:
        study = found(demo=True, revisions=[stage.revision])
    assert seen.event.object_id == str(study.pk)
    assert (seen.event.ledger.study, seen.event.seq) == (study, 1)
    assert seen.event.after == {"slug": "coast", "title": "Coast", "demo": True}
    assert list(study.revisions.all()) == [stage.revision]
    assert study.role_of(cast.ada) == "lead"
    assert study.blinding == "until_closed", "the rule that keeps every document independent is the default"


def test_only_staff_who_run_studies_make_one(cast, stage, found, frames):
    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="lead")
    for actor in (cast.ben, cast.dora, cast.eli):
        with frames.refusal(NotFoundError):
            found(actor=actor)


def test_a_study_needs_a_published_codebook(cast, found, frames):
    from dataclasses import replace

    draft = create_codebook(actor=cast.ada, info=replace(small_codebook(), version=2))
    with frames.refusal(InvalidError) as caught:
        found(codebook=draft)
    assert [fault.field for fault in caught.value.errors] == ["codebook"]


def test_an_address_is_used_once(found, frames):
    with frames.refusal(ConflictError, "exists"):
        found("harbour")


@pytest.mark.parametrize("wrong", [{"slug": "Not A Slug"}, {"title": ""}, {"title": "x" * 301}, {"blinding": "never"}])
def test_unfit_words_are_refused(found, frames, wrong):
    with frames.refusal(ValidationError):
        found(**wrong)


def test_texts_are_added_once(stage, cast, make_document, frames):
    other = make_document("other", "Another text.\n")
    with frames.deed("extended", "study", stage.study) as seen:
        add_revisions(actor=cast.ada, study=stage.study, revisions=[stage.revision, other])
    assert seen.event.after == {"added": [other.sha256]}
    with frames.untouched():
        add_revisions(actor=cast.ada, study=stage.study, revisions=[other])


def test_withdrawn_texts_strangers_and_closed_studies_take_no_text(stage, cast, make_document, frames):
    from sources.store import withdraw_document

    good, bad = make_document("good", "A text.\n"), make_document("bad", "Another text.\n")
    withdraw_document(bad.document, "wrong licence")
    bad.document.refresh_from_db()
    with frames.refusal(ConflictError, "withdrawn"):
        add_revisions(actor=cast.ada, study=stage.study, revisions=[good, bad])
    for actor in (cast.ben, cast.dora, cast.eli):
        with frames.refusal(NotFoundError):
            add_revisions(actor=actor, study=stage.study, revisions=[good])
    close_study(actor=cast.ada, study=stage.study)
    with frames.refusal(ConflictError, "closed"):
        add_revisions(actor=cast.ada, study=stage.study, revisions=[good])


def test_a_member_gets_a_random_pseudonym_that_holds_nothing_of_the_name(stage, cast, frames):
    with frames.deed("added", "membership") as seen:
        member = add_member(actor=cast.ada, study=stage.study, user=cast.eli)
    assert re.fullmatch("R-[A-Z]{3}[2-9]", member.pseudonym)
    assert seen.event.after == {"role": "reviewer", "pseudonym": member.pseudonym}
    pseudonyms = set(stage.study.memberships.values_list("pseudonym", flat=True))
    assert len(pseudonyms) == stage.study.memberships.count()


def test_a_pseudonym_taken_by_chance_is_drawn_again(stage, cast, monkeypatch):
    taken = Membership.objects.get(study=stage.study, user=cast.ben).pseudonym
    draws = iter([taken, "R-NEW2"])
    monkeypatch.setattr("annotator.actions.study.new_pseudonym", lambda: next(draws))
    assert add_member(actor=cast.ada, study=stage.study, user=cast.eli).pseudonym == "R-NEW2"


def test_one_person_has_different_pseudonyms_in_different_studies(stage, make_stage, cast):
    make_stage("second")
    names = Membership.objects.filter(user=cast.ben).values_list("pseudonym", flat=True)
    assert len(set(names)) == 2


def test_adding_a_member_again_changes_nothing_or_the_role(stage, cast, frames):
    before = Membership.objects.get(study=stage.study, user=cast.ben)
    with frames.untouched():
        add_member(actor=cast.ada, study=stage.study, user=cast.ben)
    with frames.deed("changed", "membership", before) as seen:
        after = add_member(actor=cast.ada, study=stage.study, user=cast.ben, role="adjudicator")
    assert (after.pk, after.pseudonym, after.role) == (before.pk, before.pseudonym, "adjudicator")
    assert (seen.event.before["role"], seen.event.after["role"]) == ("reviewer", "adjudicator")


def test_a_member_who_leaves_keeps_work_and_pseudonym_and_may_return(stage, cast, fill, frames):
    passage = fill("ben")
    before = Membership.objects.get(study=stage.study, user=cast.ben)
    with frames.deed("left", "membership", before):
        remove_member(actor=cast.ada, study=stage.study, user=cast.ben)
    assert stage.study.role_of(cast.ben) is None
    passage.refresh_from_db()
    assert (passage.is_deleted, passage.assignment.reviewer) == (False, cast.ben)
    with frames.deed("changed", "membership", before):
        back = add_member(actor=cast.ada, study=stage.study, user=cast.ben)
    assert (back.pseudonym, back.left_at) == (before.pseudonym, None)


def test_members_are_the_leads_business_and_roles_have_names(stage, cast, frames):
    for actor in (cast.ben, cast.dora, cast.eli):
        with frames.refusal(NotFoundError):
            add_member(actor=actor, study=stage.study, user=cast.eli)
        with frames.refusal(NotFoundError):
            remove_member(actor=actor, study=stage.study, user=cast.cleo)
    with frames.refusal(InvalidError) as caught:
        add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="owner")
    assert [fault.field for fault in caught.value.errors] == ["role"]
    with frames.refusal(NotFoundError):
        remove_member(actor=cast.ada, study=stage.study, user=cast.eli)


def test_a_lead_of_one_study_does_not_run_another(stage, make_stage, cast, frames):
    other = make_stage("second")
    add_member(actor=cast.ada, study=other.study, user=cast.eli, role="lead")
    for refused in (close_study, reopen_study):
        with frames.refusal(NotFoundError):
            refused(actor=cast.eli, study=stage.study)
    with frames.deed("closed", "study", other.study):
        close_study(actor=cast.eli, study=other.study)


def test_closing_counts_the_work_left_open_and_leaves_one_event(stage, cast, submit, frames):
    submit(stage.assignments["ben"])
    with frames.deed("closed", "study", stage.study) as seen:
        closed = close_study(actor=cast.ada, study=stage.study)
    assert closed.is_closed
    assert seen.event.after == {"open_assignments": 1}
    assert Assignment.objects.get(pk=stage.assignments["cleo"].pk).is_open
    with frames.untouched():
        assert close_study(actor=cast.ada, study=stage.study).closed_at == closed.closed_at


def test_a_study_is_reopened_and_takes_work_again(stage, cast, mark, frames):
    with frames.untouched():
        reopen_study(actor=cast.ada, study=stage.study)
    close_study(actor=cast.ada, study=stage.study)
    with frames.deed("reopened", "study", stage.study):
        assert not reopen_study(actor=cast.ada, study=stage.study).is_closed
    with frames.deed("created", "annotation"):
        mark("ben", "Fares will rise", "fact")


def test_a_study_stays_closed_once_its_closing_showed_others_work(make_stage, cast, submit, frames):
    stage = make_stage(blinding="until_closed")
    submit(stage.assignments["ben"])
    close_study(actor=cast.ada, study=stage.study)
    reveal_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk)
    with frames.refusal(ConflictError, "revealed"):
        reopen_study(actor=cast.ada, study=stage.study)


def test_a_reveal_before_the_closing_does_not_keep_a_study_closed(stage, cast, submit):
    submit(stage.assignments["ben"])
    reveal_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk)
    close_study(actor=cast.ada, study=stage.study)
    reopen_study(actor=cast.ada, study=stage.study)
    assert not Study.objects.get(pk=stage.study.pk).is_closed

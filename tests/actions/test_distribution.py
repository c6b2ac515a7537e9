"""Texts dealt out in a study: what was forecast is done, once, with its history; knowledge is noted as ever."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from annotator.actions.assignments import (
    assign_revision,
    reveal_assignment,
    submit_assignment,
)
from annotator.actions.distribution import Wish, distribute_texts, forecast, reviewers_of
from annotator.actions.errors import ConflictError, InvalidError, NotFoundError
from annotator.actions.study import add_member, add_revisions, close_study, remove_member
from annotator.models import Assignment, Event, User
from annotator.queries import verification
from sources.store import withdraw_document


@pytest.fixture
def course(make_stage: Any, make_document: Any, cast: SimpleNamespace) -> SimpleNamespace:
    """A study of seven texts, the first read by ben already, and five reviewers."""
    stage = make_stage(reviewers=("ben",))
    add_member(actor=cast.ada, study=stage.study, user=cast.cleo)
    add_revisions(actor=cast.ada, study=stage.study, revisions=[make_document(f"text-{n}") for n in range(6)])
    for name in ("dov", "eva", "fin"):
        add_member(actor=cast.ada, study=stage.study, user=User.objects.create(username=name))
    add_member(actor=cast.ada, study=stage.study, user=User.objects.create(username="model", kind="machine"))
    return SimpleNamespace(study=stage.study, stage=stage, cast=cast)


def wish_of(course: SimpleNamespace, per_text: int = 3, for_all: int = 0) -> Wish:
    return Wish(per_text, for_all, reviewers_of(course.study))


def test_what_was_forecast_is_done_once(course: SimpleNamespace) -> None:
    shown = forecast(course.study, wish_of(course))
    assert (shown.n_texts, shown.plan.n_given) == (7, 20)  # ben has one of the 21
    assert Assignment.objects.filter(study=course.study).count() == 1
    done = distribute_texts(actor=course.cast.ada, study=course.study, wish=wish_of(course), digest=shown.digest)
    rows = Assignment.objects.filter(study=course.study)
    assert {(row.revision_id, row.reviewer_id) for row in rows} == {
        (text, reader) for text, readers in shown.plan.readers.items() for reader in readers
    }
    assert [rows.filter(revision=text).count() for text in course.study.revisions.all()] == [3] * 7
    assert max(done.plan.loads.values()) - min(done.plan.loads.values()) <= 1
    made = Event.objects.filter(verb="assigned", ledger__study=course.study)
    assert set(made.values_list("assignment_id", flat=True)) >= set(rows.values_list("pk", flat=True))
    assert verification().faults == []
    again = distribute_texts(actor=course.cast.ada, study=course.study, wish=wish_of(course))
    assert again.plan.n_given == 0
    assert rows.count() == 21


def test_a_forecast_that_no_longer_holds_is_not_done(course: SimpleNamespace, frames: Any) -> None:
    shown = forecast(course.study, wish_of(course))
    text = next(text for text in course.study.revisions.all() if text.pk in shown.plan.given)
    reader = shown.plan.given[text.pk][0]
    assign_revision(actor=course.cast.ada, study=course.study, revision=text, reviewer=User.objects.get(pk=reader))
    with frames.refusal(ConflictError, "changed"):
        distribute_texts(actor=course.cast.ada, study=course.study, wish=wish_of(course), digest=shown.digest)


def test_who_declined_a_text_is_not_given_it_and_leaves_room_for_another(course: SimpleNamespace) -> None:
    Assignment.objects.filter(pk=course.stage.assignments["ben"].pk).update(state="declined")
    distribute_texts(actor=course.cast.ada, study=course.study, wish=wish_of(course, per_text=4))
    rows = Assignment.objects.filter(study=course.study, revision=course.stage.revision)
    assert rows.filter(state="declined").count() == 1
    assert rows.filter(state="open").count() == 4
    assert not rows.filter(state="open", reviewer=course.cast.ben).exists()


def test_who_adjudicates_a_text_is_not_given_it_to_review_when_they_become_a_reviewer(course: SimpleNamespace) -> None:
    ada, text, dora = course.cast.ada, course.stage.revision, course.cast.dora
    assign_revision(actor=ada, study=course.study, revision=text, reviewer=dora, role="adjudicator")
    add_member(actor=ada, study=course.study, user=dora, role="reviewer")
    distribute_texts(actor=ada, study=course.study, wish=wish_of(course, per_text=6))
    given = Assignment.objects.filter(study=course.study, reviewer=dora)
    assert sorted(given.values_list("role", flat=True)) == ["adjudicator"] + ["reviewer"] * 6
    assert given.get(role="adjudicator").revision == text


def test_open_work_of_who_left_is_dealt_out_anew_and_submitted_work_counts(course: SimpleNamespace) -> None:
    text = course.stage.revision
    remove_member(actor=course.cast.ada, study=course.study, user=course.cast.ben)
    assert len(forecast(course.study, wish_of(course, 2)).plan.given[text.pk]) == 2
    add_member(actor=course.cast.ada, study=course.study, user=course.cast.ben)
    submit_assignment(actor=course.cast.ben, assignment_id=course.stage.assignments["ben"].pk, accept_gaps=True)
    remove_member(actor=course.cast.ada, study=course.study, user=course.cast.ben)
    assert len(forecast(course.study, wish_of(course, 2)).plan.given[text.pk]) == 1


def test_work_left_open_by_somebody_who_is_gone_counts_for_nothing(course: SimpleNamespace) -> None:
    """As it is where somebody left before open work was returned."""
    course.study.memberships.filter(user=course.cast.ben).update(left_at=timezone.now())
    assert len(forecast(course.study, wish_of(course, 2)).plan.given[course.stage.revision.pk]) == 2


def test_a_withdrawn_document_is_given_to_nobody(course: SimpleNamespace) -> None:
    gone = course.study.revisions.exclude(pk=course.stage.revision.pk).first()
    withdraw_document(gone.document, "wrong licence")
    found = forecast(course.study, wish_of(course))
    assert found.n_texts == 6
    assert gone.pk not in found.plan.given


def test_who_has_seen_others_work_begins_informed(course: SimpleNamespace) -> None:
    ben = course.stage.assignments["ben"]
    submit_assignment(actor=course.cast.ben, assignment_id=ben.pk, accept_gaps=True)
    cleo = assign_revision(
        actor=course.cast.ada, study=course.study, revision=course.stage.revision, reviewer=course.cast.cleo
    )
    submit_assignment(actor=course.cast.cleo, assignment_id=cleo.pk, accept_gaps=True)
    reveal_assignment(actor=course.cast.cleo, assignment_id=cleo.pk)
    distribute_texts(actor=course.cast.ada, study=course.study, wish=wish_of(course))
    later = Assignment.objects.filter(study=course.study, state="open")
    assert {row.reviewer_id for row in later if row.informed_at} == {course.cast.cleo.pk}
    assert all(row.informed_at for row in later if row.reviewer_id == course.cast.cleo.pk)


def test_refusals(course: SimpleNamespace, frames: Any) -> None:
    ada, study = course.cast.ada, course.study
    members = reviewers_of(study)
    assert "model" not in {member.user.username for member in members}
    with frames.refusal(NotFoundError):
        distribute_texts(actor=course.cast.ben, study=study, wish=wish_of(course))
    for bad, field in (
        (Wish(2, 0, ()), "reviewers"),
        (Wish(6, 0, members), "per_text"),
        (Wish(0, 0, members), "per_text"),
        (Wish(2, 8, members), "for_all"),
        (Wish(1, 0, (study.memberships.get(user=course.cast.dora),)), "reviewers"),
    ):
        with frames.refusal(InvalidError) as caught:
            distribute_texts(actor=ada, study=study, wish=bad)
        assert caught.value.errors[0].field == field
    close_study(actor=ada, study=study)
    with frames.refusal(ConflictError, "closed"):
        distribute_texts(actor=ada, study=study, wish=wish_of(course))

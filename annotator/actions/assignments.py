"""What is done to an assignment as a whole: submit, reveal, revise, reopen; and the locks all writing shares."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Max, Q
from django.utils import timezone

from annotator.actions.errors import ConflictError, FieldError, InvalidError, NotFoundError
from annotator.actions.history import record, state_of
from annotator.actions.qualifying import advance, record_steps
from annotator.actions.transactions import writes
from annotator.models import (
    Annotation,
    Assignment,
    Decision,
    Membership,
    Rating,
    Scale,
    Study,
    Training,
    TrainingText,
    User,
)
from sources.models import Revision


def _locked(assignment_id: UUID) -> Any:
    # Without the study: joined, it would be as it was before the lock was waited for, and a closing go unseen.
    return (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("revision", "codebook")
        .filter(pk=assignment_id)
    )


def lock_own_assignment(actor: User, assignment_id: UUID) -> Assignment:
    """Lock and return the actor's assignment, or raise NotFoundError. The first lock of every writing action."""
    assignment = _locked(assignment_id).filter(reviewer=actor).first()
    if assignment is None:
        raise NotFoundError
    return assignment


def refuse_who_left(assignment: Assignment) -> None:
    """Raise ConflictError where the reviewer left the study: what was done stays, nothing is added."""
    if not Membership.objects.active().filter(study=assignment.study_id, user=assignment.reviewer_id).exists():
        raise ConflictError("left", "You are no longer a member of this study. Your work in it can only be read.")


def refuse_unless_open(assignment: Assignment) -> None:
    """Raise ConflictError where the assignment or its study takes no more work, or none of this reviewer's."""
    if assignment.study.is_closed:
        raise ConflictError("closed", "The study is closed. Nothing more can be changed in it.")
    if assignment.is_submitted:
        raise ConflictError("submitted", "This work was submitted and is locked.")
    refuse_who_left(assignment)
    if assignment.state == Assignment.State.DECLINED and assignment.reclaimed_at is not None:
        raise ConflictError(
            "reclaimed",
            "Whoever runs the study took this document back. What you saved is kept; ask them to give it back to you.",
        )
    if assignment.state == Assignment.State.DECLINED:
        raise ConflictError("declined", "This assignment was declined.")
    refuse_untrained(assignment)


def refuse_untrained(assignment: Assignment) -> None:
    """Raise ConflictError where its reviewer has to pass the training of the study first."""
    if Training.objects.locking(assignment).exists():
        raise ConflictError("training", "This document opens once you have passed the training of the study.")


def lock_open_assignment(actor: User, assignment_id: UUID) -> Assignment:
    """Lock and return the actor's assignment; raise unless it is open."""
    assignment = lock_own_assignment(actor, assignment_id)
    refuse_unless_open(assignment)
    return assignment


def note_beginning(assignment: Assignment) -> None:
    """Keep the moment of the first act: it decides whether the work is independent."""
    if assignment.begun_at is None:
        assignment.begun_at = timezone.now()
        assignment.save(update_fields=["begun_at"])


def note_knowledge(assignments: Iterable[Assignment]) -> None:
    """Mark reviews about to be given, or given back, to somebody who can see others' work now: not independent.

    `assignments` are loaded with their study and reviewer, and still as they were before the change.
    """
    for assignment in assignments:
        if assignment.role != Assignment.Role.REVIEWER or assignment.round != 1 or assignment.informed_at is not None:
            continue
        seen = Assignment.objects.seen_of_others(assignment.reviewer, assignment.study, assignment.revision_id)
        # Training on other texts teaches the codebook and leaves work independent; gold of this very text does not.
        taught = TrainingText.objects.read_by(assignment.reviewer).filter(revision=assignment.revision_id)
        if seen.exists() or taught.exists():
            assignment.informed_at = timezone.now()
            if not assignment._state.adding:
                assignment.save(update_fields=["informed_at"])


def _record(actor: User, verb: str, assignment: Assignment, before: dict[str, Any] | None, **extra: Any) -> None:
    record(
        actor=actor,
        verb=verb,
        row=assignment,
        study=assignment.study,
        assignment=assignment,
        before=before,
        after={**state_of(assignment), **extra},
    )


def find_gaps(assignment: Assignment) -> list[FieldError]:
    """Return what is still missing before submission, each gap naming its passage or scale.

    Required ratings not given, and ratings whose evidence was deleted or, where the scale needs some, never named. A
    scale that adjudication keeps as contested is answered so.
    """
    contested = set(
        Decision.objects.live()
        .filter(assignment=assignment, scale__isnull=False, outcome=Decision.Outcome.CONTESTED)
        .values_list("annotation_id", "scale_id")
    )
    scales = list(assignment.codebook.scales.prefetch_related("labels"))
    passages = list(Annotation.objects.live().filter(assignment=assignment).select_related("label"))
    rated = set(
        Rating.objects.filter(assignment=assignment, annotation__isnull=False).values_list("annotation_id", "scale_id")
    )
    gaps = []
    for passage in passages:
        for scale in scales:
            asked_of = {label.pk for label in scale.labels.all()}
            asked = scale.target == Scale.Target.PASSAGE and (not asked_of or passage.label_id in asked_of)
            if asked and scale.required and (passage.pk, scale.pk) not in rated | contested:
                gaps.append(
                    FieldError(
                        f"annotations.{passage.pk}.{scale.code}",
                        "required",
                        f"“{scale.question}” is not answered for {passage.label.name},"
                        f" {passage.start} to {passage.end}.",
                    )
                )
    document_ratings = {
        rating.scale_id: rating
        for rating in Rating.objects.filter(assignment=assignment, annotation__isnull=True)
        .select_related("point")
        .prefetch_related("evidence")
    }
    for scale in scales:
        if scale.target != Scale.Target.DOCUMENT:
            continue
        field = f"ratings.{scale.code}"
        rating = document_ratings.get(scale.pk)
        if rating is None:
            if scale.required and (None, scale.pk) not in contested:
                gaps.append(FieldError(field, "required", f"“{scale.question}” is not answered."))
            continue
        evidence = list(rating.evidence.all())
        if any(passage.is_deleted for passage in evidence):
            gaps.append(FieldError(field, "evidence_deleted", f"A passage named for “{scale.question}” was deleted."))
        elif scale.needs_evidence and not evidence and not rating.point.missing:
            gaps.append(FieldError(field, "evidence", f"“{scale.question}” names no passage that justifies it."))
    return gaps


@writes
def submit_assignment(*, actor: User, assignment_id: UUID, accept_gaps: bool = False) -> Assignment:
    """Lock the work: from now on it is reliability data. Submitting again changes nothing.

    Of a training document the gold is shown from now on, and the next one is given, or the documents of the study open.

    Raises NotFoundError; ConflictError `gaps` with the list of them unless accepted, `closed`, `declined`.
    """
    assignment = lock_own_assignment(actor, assignment_id)
    if assignment.is_submitted:
        return assignment
    refuse_unless_open(assignment)
    gaps = find_gaps(assignment)
    if gaps and not accept_gaps:
        raise ConflictError("gaps", f"{len(gaps)} answers are missing. Give them, or submit with the gaps.", gaps)
    before = state_of(assignment)
    assignment.state, assignment.submitted_at = Assignment.State.SUBMITTED, timezone.now()
    assignment.begun_at = assignment.begun_at or assignment.submitted_at
    assignment.save(update_fields=["state", "submitted_at", "begun_at"])
    steps = advance(actor, assignment.study, actor) if assignment.is_training else []
    _record(actor, "submitted", assignment, before, gaps=[gap.field for gap in gaps])
    record_steps(actor, assignment.study, steps)
    return assignment


def _refuse_adjudicator(assignment: Assignment) -> None:
    if assignment.role == Assignment.Role.ADJUDICATOR:
        raise ConflictError("adjudicator", "An adjudicator sees all submitted work; there is nothing to reveal.")


def _refuse_training(assignment: Assignment) -> None:
    if assignment.is_training:
        raise ConflictError(
            "training", "This is a training document: its gold is shown beside your work, and it stays as submitted."
        )


@writes
def reveal_assignment(*, actor: User, assignment_id: UUID) -> Assignment:
    """Show others' work on this text to its reviewer: the only writer of `revealed_at`.

    Raises NotFoundError; ConflictError `adjudicator`, `training`, `left`, `open` before submission, `blind` where the
    study's rule still holds.
    """
    assignment = lock_own_assignment(actor, assignment_id)
    if assignment.revealed_at is not None:
        return assignment
    _refuse_adjudicator(assignment)
    _refuse_training(assignment)
    refuse_who_left(assignment)
    if not assignment.is_submitted or assignment.round != 1:
        raise ConflictError("open", "Submit your work first; then others' work can be shown.")
    if not assignment.may_reveal:
        raise ConflictError("blind", "In this study others' work is shown once the study is closed.")
    before = state_of(assignment)
    assignment.revealed_at = timezone.now()
    assignment.save(update_fields=["revealed_at"])
    _record(actor, "revealed", assignment, before)
    return assignment


@writes
def revise_assignment(*, actor: User, assignment_id: UUID, reason: str) -> Assignment:
    """Open round 2 as a copy of the submitted first round, with a reason; round 1 stays as it was.

    Raises NotFoundError; InvalidError without a reason; ConflictError `adjudicator`, `training`, `not_revealed`,
    `closed`, `left`, `exists`.
    """
    first = lock_own_assignment(actor, assignment_id)
    if not reason.strip():
        raise InvalidError("reason", "Say why you revise your work.", "blank")
    _refuse_adjudicator(first)
    _refuse_training(first)
    if first.study.is_closed:
        raise ConflictError("closed", "The study is closed. Nothing more can be changed in it.")
    refuse_who_left(first)
    if first.revealed_at is None:
        raise ConflictError("not_revealed", "A second round begins after others' work was shown.")
    own = Assignment.objects.filter(study=first.study, revision=first.revision, reviewer=actor)
    if own.filter(round__gt=first.round).exists():
        raise ConflictError("exists", "You have begun a second round of this text already.")
    second = Assignment.objects.create(
        study=first.study,
        revision=first.revision,
        reviewer=actor,
        codebook=first.codebook,
        role=first.role,
        round=first.round + 1,
        reason=reason,
        begun_at=timezone.now(),
    )
    copies: dict[UUID, Annotation] = {}
    for passage in Annotation.objects.live().filter(assignment=first):
        copies[passage.pk] = Annotation.objects.create(
            assignment=second,
            label_id=passage.label_id,
            start=passage.start,
            end=passage.end,
            note=passage.note,
            derived_from=passage,
            derivation=Annotation.Derivation.REVISED,
        )
    for rating in Rating.objects.filter(assignment=first).prefetch_related("evidence"):
        if rating.annotation_id is not None and rating.annotation_id not in copies:
            continue  # of a deleted passage
        copy = Rating.objects.create(
            assignment=second,
            annotation=copies.get(rating.annotation_id),
            scale_id=rating.scale_id,
            point_id=rating.point_id,
        )
        copy.evidence.set([copies[passage.pk] for passage in rating.evidence.all() if passage.pk in copies])
    _record(actor, "revised", second, None, copied=len(copies))
    return second


@writes
def reopen_assignment(*, actor: User, assignment_id: UUID, reason: str) -> Assignment:
    """Let a lead reopen a submitted round in place, before its reviewer saw others' work on the text.

    Where the reviewer can see other work meanwhile, of another text or study, the round is no longer independent.
    Raises NotFoundError unless the actor runs the study; InvalidError; ConflictError `revealed`, `open`, `closed`,
    `training` for work on a training document, `teaches` for the gold of one.
    """
    assignment = _locked(assignment_id).first()
    if assignment is None or not assignment.study.is_run_by(actor):
        raise NotFoundError
    if not reason.strip():
        raise InvalidError("reason", "Say why the work is reopened.", "blank")
    if assignment.study.is_closed:
        raise ConflictError("closed", "The study is closed. Nothing more can be changed in it.")
    if assignment.revealed_at is not None:
        raise ConflictError("revealed", "Its reviewer has seen others' work. A second round keeps both apart.")
    if not assignment.is_submitted:
        raise ConflictError("open", "This work is not submitted.")
    if assignment.is_training:
        raise ConflictError("training", "Its reviewer has seen the gold of this training document; it stays as it is.")
    if taught := TrainingText.objects.bound().filter(gold=assignment).select_related("study").first():
        words = f"This gold is used for the training of “{taught.study}”. Take the document out of it first."
        if taught.retired_at is not None:
            words = f"Reviewers of “{taught.study}” were taught by this gold; it stays as it is."
        raise ConflictError("teaches", words)
    before = state_of(assignment)
    note_knowledge([assignment])
    assignment.state, assignment.submitted_at = Assignment.State.OPEN, None
    assignment.save(update_fields=["state", "submitted_at"])
    _record(actor, "reopened", assignment, before, reason=reason)
    return assignment


@writes
def assign_revision(
    *, actor: User, study: Any, revision: Any, reviewer: User, role: str = Assignment.Role.REVIEWER
) -> Assignment:
    """Give a member of the study one of its texts; giving it again changes nothing.

    Raises NotFoundError unless the actor runs the study; InvalidError (not a member, not a text of the study);
    ConflictError `closed`, `withdrawn`, `adjudicated`, `training` for a training document of the study.
    """
    if not study.is_run_by(actor):
        raise NotFoundError
    study = type(study).objects.select_for_update().get(pk=study.pk)
    if study.is_closed:
        raise ConflictError("closed", "The study is closed. Nothing more can be changed in it.")
    known = Assignment.objects.filter(study=study, revision=revision, reviewer=reviewer, round=1).first()
    if known is not None and not known.is_training:
        return known
    lesson = TrainingText.objects.lessons().in_use().filter(study=study, revision=revision)
    if known is not None or (role == Assignment.Role.REVIEWER and lesson.exists()):
        raise ConflictError("training", "This is a training document of the study; the training gives it out.")
    if role not in Assignment.Role.values:
        raise InvalidError("role", f"“{role}” is not a role of an assignment.")
    fitting = {
        Assignment.Role.REVIEWER: Q(),
        Assignment.Role.ADJUDICATOR: Q(role__in=[Membership.Role.ADJUDICATOR, Membership.Role.LEAD]),
    }[role]
    if not study.memberships.active().filter(fitting, user=reviewer).exists():
        raise InvalidError("reviewer", "Only a member of the study can be assigned a text of it.")
    if not study.revisions.filter(pk=revision.pk).exists():
        raise InvalidError("revision", "This text does not belong to the study.")
    if revision.document.is_withdrawn:
        raise ConflictError("withdrawn", "This document was withdrawn; it takes no new assignments.")
    if role == Assignment.Role.ADJUDICATOR:
        gold = Assignment.objects.gold().filter(study=study, revision=revision)
        if gold.exclude(state=Assignment.State.DECLINED).exists():
            raise ConflictError("adjudicated", "This text has an adjudicator already.")
    return give(actor, study, revision, reviewer, role)


def last_places(study: Study, reviewers: Iterable[int]) -> dict[int, int]:
    """Return the last place each reviewer has given out in a study, 0 where there is none."""
    rows = Assignment.objects.filter(study=study, reviewer__in=(reviewers := list(reviewers)), place__isnull=False)
    return dict.fromkeys(reviewers, 0) | dict(rows.values_list("reviewer").annotate(Max("place")).order_by())


def give(
    actor: User, study: Study, revision: Revision, reviewer: User, role: str = Assignment.Role.REVIEWER
) -> Assignment:
    """Store a new assignment. The study is locked, and the caller has checked that the text may be given."""
    assignment = Assignment(study=study, revision=revision, reviewer=reviewer, codebook=study.codebook, role=role)
    assignment.place = last_places(study, [reviewer.pk])[reviewer.pk] + 1
    note_knowledge([assignment])
    assignment.save(force_insert=True)
    _record(actor, "assigned", assignment, None)
    return assignment

"""Bringing back a decision that was undone, with the passage or the rating it made."""

from uuid import UUID

from django.utils import timezone

from annotator.actions.annotation import refuse_overlap
from annotator.actions.annotation import state_of as state_of_passage
from annotator.actions.assignments import refuse_unless_open
from annotator.actions.errors import ConflictError, DeletedError
from annotator.actions.gold import Done, keep, lock_own_decision, rating_on, state_of, write_point
from annotator.actions.history import Act
from annotator.actions.rating import cleared_state
from annotator.actions.transactions import writes
from annotator.models import Annotation, Assignment, Decision, Scale, User


@writes
def restore_decision(*, actor: User, decision_id: UUID) -> Decision:
    """Let a decision stand again as it was when it was undone; restoring one that stands changes nothing.

    What was decided about the ratings of its passage, and was undone with it, is restored by itself.

    Raises NotFoundError; ConflictError `settled` where another decision settles any of it by now, `overlap` where a
    newer passage of the gold standard is in the place of its own, `different` where the scale was rated otherwise
    since, submitted, closed; DeletedError where the passage whose rating it settles is gone.
    """
    decision, gold = lock_own_decision(actor, decision_id)
    if decision.deleted_at is None:
        return decision
    refuse_unless_open(gold)
    done: Done = []
    before = state_of(decision)
    if decision.scale is None:
        _refuse_settled(decision)
        _restore_passage(gold, decision.annotation, done)
    else:
        _restore_point(gold, decision, decision.scale, done)
    decision.deleted_at, decision.updated_at, decision.version = None, timezone.now(), decision.version + 1
    decision.save(update_fields=["deleted_at", "updated_at", "version"])
    done.append(("restored", Act(decision, gold, before, state_of(decision))))
    keep(actor, gold, done)
    return decision


def _refuse_settled(decision: Decision) -> None:
    votes = list(decision.votes.all())
    here = Decision.objects.live().filter(assignment=decision.assignment_id, scale=None)
    if other := here.filter(votes__in=votes).first():
        raise ConflictError(
            "settled", f"Another decision, on {other.start} to {other.end}, settles this by now. Undo that one first."
        )


def _restore_passage(gold: Assignment, passage: Annotation | None, done: Done) -> None:
    if passage is None or not passage.is_deleted:
        return
    refuse_overlap(gold, passage.label, passage.start, passage.end, passage.pk)
    before = state_of_passage(passage)
    passage.deleted_at, passage.updated_at, passage.version = None, timezone.now(), passage.version + 1
    passage.save(update_fields=["deleted_at", "updated_at", "version"])
    done.append(("restored", Act(passage, gold, before, state_of_passage(passage))))


def _restore_point(gold: Assignment, decision: Decision, scale: Scale, done: Done) -> None:
    passage = decision.annotation
    if passage is not None and passage.is_deleted:
        raise DeletedError("The passage whose rating this settles was taken back. Restore that first.")
    if Decision.objects.live().filter(assignment=gold, scale=scale, annotation=passage).exists():
        raise ConflictError("settled", "Another decision settles this scale by now. Undo that one first.")
    rating = rating_on(gold, scale, passage)
    if rating is not None and rating.point_id != decision.point_id:
        raise ConflictError("different", "This scale has been rated otherwise since. Change that rating.")
    state = cleared_state(gold.pk, scale.code) if passage is None else None
    same = state is not None and decision.point is not None and state["point"] == decision.point.value
    evidence = Annotation.objects.filter(assignment=gold, pk__in=state["evidence"]) if state and same else ()
    write_point(gold, scale, passage, decision.point, done, list(evidence))

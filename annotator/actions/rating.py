"""Ratings of a whole document, which may point at the passages that justify them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone

from annotator.actions.annotation import Precondition, find_point
from annotator.actions.assignments import lock_own_assignment, note_beginning, refuse_unless_open
from annotator.actions.errors import ConflictError, InvalidError, NotFoundError, StaleError
from annotator.actions.history import record
from annotator.actions.transactions import writes
from annotator.models import Annotation, Assignment, Event, Rating, Scale, User


def state_of(rating: Rating) -> dict[str, Any]:
    """Return the rating as history keeps it."""
    return {
        "scale": rating.scale.code,
        "point": rating.point.value,
        "evidence": sorted(str(passage.pk) for passage in rating.evidence.all()),
        "version": rating.version,
    }


def _find_scale(assignment: Assignment, code: str) -> Scale:
    scale = assignment.codebook.scales.filter(code=code, target=Scale.Target.DOCUMENT).first()
    if scale is None:
        raise NotFoundError
    return scale


def _find_rating(assignment: Assignment, scale: Scale) -> Rating | None:
    return (
        Rating.objects.select_related("scale", "point")
        .filter(assignment=assignment, annotation__isnull=True, scale=scale)
        .first()
    )


def next_version(assignment: Assignment, scale: Scale) -> int:
    """One more than any version this rating had before it was cleared: an old ETag must never fit a new rating."""
    cleared = Event.objects.filter(assignment=assignment, kind="rating", verb="cleared").values_list(
        "before", flat=True
    )
    return 1 + max((state["version"] for state in cleared if state and state["scale"] == scale.code), default=0)


def _find_evidence(assignment: Assignment, ids: Sequence[UUID]) -> list[Annotation]:
    found = {passage.pk: passage for passage in Annotation.objects.filter(assignment=assignment, pk__in=ids)}
    for index, wanted in enumerate(ids):
        if wanted not in found:
            raise InvalidError(f"evidence.{index}", "Evidence must be one of your own passages in this text.")
    return list(found.values())


@writes
def rate_document(
    *,
    actor: User,
    assignment_id: UUID,
    scale: str,
    point: int,
    evidence: Sequence[UUID] = (),
    precondition: Precondition,
) -> tuple[Rating, bool]:
    """Rate the document on one scale, or change that rating; return it and whether it is new.

    Raises NotFoundError (assignment or scale), InvalidError (point, evidence), PreconditionMissingError, StaleError,
    ConflictError (different, submitted, closed).
    """
    precondition.refuse_if_missing()
    assignment = lock_own_assignment(actor, assignment_id)
    asked = _find_scale(assignment, scale)
    chosen = find_point(asked, point, "point")
    passages = _find_evidence(assignment, evidence)
    existing = _find_rating(assignment, asked)
    wanted = {"point": point, "evidence": sorted(str(passage.pk) for passage in passages)}
    before = state_of(existing) if existing is not None else None
    if before is not None and {key: before[key] for key in wanted} == wanted:
        return existing, False
    if existing is None:
        if not precondition.create:
            raise NotFoundError
        refuse_unless_open(assignment)
        version = next_version(assignment, asked)
        rating = Rating.objects.create(assignment=assignment, scale=asked, point=chosen, version=version)
    else:
        if precondition.create:
            raise ConflictError("different", "This scale is rated already. Edit that rating.", current=existing)
        if not precondition.admits(existing.version):
            raise StaleError(existing)
        refuse_unless_open(assignment)
        rating = existing
        rating.point, rating.version, rating.updated_at = chosen, rating.version + 1, timezone.now()
        rating.save(update_fields=["point", "version", "updated_at"])
    rating.evidence.set(passages)
    note_beginning(assignment)
    record(
        actor=actor,
        verb="rated",
        row=rating,
        study=assignment.study,
        assignment=assignment,
        before=before,
        after=state_of(rating),
    )
    return rating, existing is None


@writes
def clear_document_rating(*, actor: User, assignment_id: UUID, scale: str, precondition: Precondition) -> None:
    """Take a document rating back; where there is none, nothing changes.

    Raises NotFoundError, PreconditionMissingError, StaleError, ConflictError (submitted, closed).
    """
    assignment = lock_own_assignment(actor, assignment_id)
    asked = _find_scale(assignment, scale)
    existing = _find_rating(assignment, asked)
    if existing is None:
        return
    precondition.refuse_if_missing()
    if not precondition.admits(existing.version):
        raise StaleError(existing)
    refuse_unless_open(assignment)
    before = state_of(existing)
    record_id = existing.pk
    existing.delete()
    existing.pk = record_id  # the event names the row that was
    record(actor=actor, verb="cleared", row=existing, study=assignment.study, assignment=assignment, before=before)


def cleared_state(assignment_id: UUID, scale: str) -> dict[str, Any] | None:
    """Return the rating on a scale as it was when it was last taken back; None where it never was, or is erased."""
    cleared = Event.objects.filter(assignment=assignment_id, kind="rating", verb="cleared", before__scale=scale)
    last = cleared.order_by("-seq").first()
    return last.before if last is not None else None


@writes
def restore_document_rating(*, actor: User, assignment_id: UUID, scale: str) -> Rating:
    """Bring back the rating of a scale that was taken back last, with its evidence; one that is there stays as it is.

    Raises NotFoundError (assignment, scale, or nothing was ever taken back); ConflictError `different` where the scale
    was rated otherwise since, submitted, closed.
    """
    assignment = lock_own_assignment(actor, assignment_id)
    asked = _find_scale(assignment, scale)
    state = cleared_state(assignment.pk, asked.code)
    existing = _find_rating(assignment, asked)
    if state is None:
        if existing is not None:
            return existing
        raise NotFoundError
    if existing is not None:
        if (existing.point.value, state_of(existing)["evidence"]) == (state["point"], state["evidence"]):
            return existing
        raise ConflictError("different", "This scale has been rated again. Change that rating.", current=existing)
    refuse_unless_open(assignment)
    rating = Rating.objects.create(
        assignment=assignment,
        scale=asked,
        point=find_point(asked, state["point"], "point"),
        version=next_version(assignment, asked),
    )
    rating.evidence.set(Annotation.objects.filter(assignment=assignment, pk__in=state["evidence"]))
    note_beginning(assignment)
    record(
        actor=actor,
        verb="restored",
        row=rating,
        study=assignment.study,
        assignment=assignment,
        after=state_of(rating),
    )
    return rating

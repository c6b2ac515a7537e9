"""What a reviewer does to passages: save, delete, restore. Every write is idempotent and versioned."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from annotator.actions.assignments import lock_open_assignment, lock_own_assignment, note_beginning, refuse_unless_open
from annotator.actions.errors import (
    ConflictError,
    DeletedError,
    InvalidError,
    NotFoundError,
    PreconditionMissingError,
    SpanError,
    StaleError,
)
from annotator.actions.history import record
from annotator.actions.transactions import writes
from annotator.models import Annotation, Assignment, Event, Label, Rating, Scale, ScalePoint, User

ANY_VERSION = frozenset({-1})


@dataclass(frozen=True, slots=True)
class Precondition:
    """What a write says of the row it meets: that it must not exist, or which versions it may have."""

    create: bool = False
    versions: frozenset[int] | None = None

    def refuse_if_missing(self) -> None:
        """Raise PreconditionMissingError where an edit names no version."""
        if not self.create and self.versions is None:
            raise PreconditionMissingError

    def admits(self, version: int) -> bool:
        """Whether an edit may meet this version."""
        return self.versions is not None and (self.versions == ANY_VERSION or version in self.versions)


def state_of(annotation: Annotation) -> dict[str, Any]:
    """Return the annotation as history keeps it."""
    ratings = annotation.ratings.select_related("scale", "point").order_by("scale__code")
    return {
        "label": annotation.label.code,
        "start": annotation.start,
        "end": annotation.end,
        "note": annotation.note,
        "ratings": [{"scale": rating.scale.code, "point": rating.point.value} for rating in ratings],
        "version": annotation.version,
        "deleted": annotation.is_deleted,
    }


def _content(state: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in state.items() if key not in ("version", "deleted")}


def find_label(assignment: Assignment, code: str) -> Label:
    """Return the label of the assignment's codebook, or raise InvalidError."""
    label = assignment.codebook.labels.filter(code=code).first()
    if label is None:
        raise InvalidError("label", f"“{code}” is not a label of this codebook.")
    return label


def find_point(scale: Scale, value: int, field: str) -> ScalePoint:
    """Return the point of the scale, or raise InvalidError."""
    point = scale.points.filter(value=value).first()
    if point is None:
        raise InvalidError(field, f"{value} is not a point of “{scale.code}”.")
    return point


def wanted_points(
    assignment: Assignment, label: Label, ratings: Sequence[tuple[str, int]]
) -> dict[str, tuple[Scale, ScalePoint]]:
    """Return scale and point of each rating by scale code, or raise InvalidError where one is not asked here."""
    wanted: dict[str, tuple[Scale, ScalePoint]] = {}
    scales = {scale.code: scale for scale in assignment.codebook.scales.prefetch_related("labels", "points")}
    for index, (code, value) in enumerate(ratings):
        field = f"ratings.{index}.scale"
        scale = scales.get(code)
        if scale is None or scale.target != Scale.Target.PASSAGE:
            raise InvalidError(field, f"“{code}” is not a passage scale of this codebook.")
        if code in wanted:
            raise InvalidError(field, f"“{code}” is rated twice.")
        asked_of = [asked.code for asked in scale.labels.all()]
        if asked_of and label.code not in asked_of:
            raise InvalidError(field, f"“{code}” is not asked of “{label.code}”.")
        wanted[code] = (scale, find_point(scale, value, f"ratings.{index}.point"))
    return wanted


def refuse_overlap(assignment: Assignment, label: Label, start: int, end: int, own_id: UUID) -> None:
    """Raise ConflictError where another live passage of the assignment has the label and shares characters."""
    clash = (
        Annotation.objects.live()
        .filter(assignment=assignment, label=label, start__lt=end, end__gt=start)
        .exclude(pk=own_id)
        .first()
    )
    if clash is not None:
        raise ConflictError(
            "overlap",
            f"This overlaps your passage {clash.start} to {clash.end} with the same label. Merge or replace it.",
        )


def check_span(assignment: Assignment, start: int, end: int, quote: str) -> None:
    """Raise SpanError where the span is not one of the text, ConflictError where the quote is not its words."""
    length = assignment.revision.length
    if start < 0 or start >= end:
        raise SpanError("start", "The passage must begin before it ends.")
    if end > length:
        raise SpanError("end", f"The passage must end within the text of {length} characters.")
    if assignment.revision.text[start:end] != quote:
        raise ConflictError(
            "quote", "The quote is not the text between these offsets. Count in Unicode code points and send again."
        )


def _kept_ratings(annotation: Annotation, label: Label) -> list[tuple[str, int]]:
    """The present ratings that are still asked when the label becomes `label`."""
    kept = []
    for rating in annotation.ratings.select_related("scale", "point").prefetch_related("scale__labels"):
        asked_of = [asked.code for asked in rating.scale.labels.all()]
        if not asked_of or label.code in asked_of:
            kept.append((rating.scale.code, rating.point.value))
    return kept


def replace_ratings(annotation: Annotation, wanted: dict[str, tuple[Scale, ScalePoint]]) -> None:
    """Give the passage these ratings and no others."""
    present = {rating.scale.code: rating for rating in annotation.ratings.select_related("scale")}
    for code in present.keys() - wanted.keys():
        present[code].delete()
    for code, (scale, point) in wanted.items():
        rating = present.get(code)
        if rating is None:
            Rating.objects.create(
                assignment_id=annotation.assignment_id, annotation=annotation, scale=scale, point=point
            )
        elif rating.point_id != point.pk:
            rating.point, rating.version, rating.updated_at = point, rating.version + 1, timezone.now()
            rating.save(update_fields=["point", "version", "updated_at"])


def find_own_annotation(actor: User, annotation_id: UUID) -> Annotation:
    """Return the actor's own annotation, tombstones included, or raise NotFoundError."""
    found = (
        Annotation.objects.select_related("label", "assignment__revision", "assignment__codebook", "assignment__study")
        .filter(pk=annotation_id, assignment__reviewer=actor)
        .first()
    )
    if found is None:
        raise NotFoundError
    return found


@writes
def save_annotation(
    *,
    actor: User,
    annotation_id: UUID,
    assignment_id: UUID,
    label: str,
    start: int,
    end: int,
    quote: str,
    note: str = "",
    ratings: Sequence[tuple[str, int]] | None = None,
    precondition: Precondition,
) -> tuple[Annotation, bool]:
    """Create or edit a passage; return it and whether it is new.

    `start` and `end` are half-open code points and `quote` the exact words between them. `ratings` are pairs of scale
    code and point value and replace the present ones; None keeps those that the label still asks for. Sending the
    same request again gives the same row.

    Raises NotFoundError, PreconditionMissingError, SpanError, InvalidError (foreign label, scale or point),
    StaleError, DeletedError and ConflictError: quote, overlap, id_taken, different, submitted, closed.
    """
    precondition.refuse_if_missing()
    assignment = lock_own_assignment(actor, assignment_id)
    existing = Annotation.objects.select_related("label", "assignment").filter(pk=annotation_id).first()
    if existing is None and not precondition.create:
        raise NotFoundError
    if existing is not None and existing.assignment.reviewer_id != actor.pk:
        if precondition.create:
            raise ConflictError("id_taken", "This id is taken. Choose another one.")
        raise NotFoundError
    if existing is not None and existing.assignment_id != assignment.pk:
        raise InvalidError("assignment", "A passage stays in the assignment it was made in.")
    if existing is not None and existing.is_deleted:
        raise DeletedError
    chosen = find_label(assignment, label)
    if ratings is None:  # a replayed create must look as it did the first time, whatever was rated since
        ratings = _kept_ratings(existing, chosen) if existing is not None and not precondition.create else []
    wanted = wanted_points(assignment, chosen, ratings)
    check_span(assignment, start, end, quote)
    requested = {
        "label": chosen.code,
        "start": start,
        "end": end,
        "note": note,
        "ratings": [{"scale": code, "point": wanted[code][1].value} for code in sorted(wanted)],
    }
    if existing is not None:
        return _edit(actor, assignment, existing, chosen, requested, wanted, precondition), False
    refuse_unless_open(assignment)
    refuse_overlap(assignment, chosen, start, end, annotation_id)
    try:
        with transaction.atomic():
            created = Annotation.objects.create(
                id=annotation_id, assignment=assignment, label=chosen, start=start, end=end, note=note
            )
    except IntegrityError as error:  # the id was taken in another assignment between the look and the insert
        raise ConflictError("id_taken", "This id is taken. Choose another one.") from error
    replace_ratings(created, wanted)
    note_beginning(assignment)
    record(
        actor=actor,
        verb="created",
        row=created,
        study=assignment.study,
        assignment=assignment,
        after=state_of(created),
    )
    return created, True


def _edit(
    actor: User,
    assignment: Assignment,
    annotation: Annotation,
    label: Label,
    requested: dict[str, Any],
    wanted: dict[str, tuple[Scale, ScalePoint]],
    precondition: Precondition,
) -> Annotation:
    before = state_of(annotation)
    if _content(before) == requested:
        return annotation  # already so: a retry whose answer was lost, or nothing to change
    if precondition.create:
        created = Event.objects.filter(kind="annotation", object_id=str(annotation.pk), verb="created").first()
        if created is not None and created.after is not None and _content(created.after) == requested:
            return annotation  # the replay of a create that was edited since
        raise ConflictError("different", "This id already holds another passage of yours.", current=annotation)
    if not precondition.admits(annotation.version):
        raise StaleError(annotation)
    refuse_unless_open(assignment)
    refuse_overlap(assignment, label, requested["start"], requested["end"], annotation.pk)
    changes = {
        "label": label,
        "start": requested["start"],
        "end": requested["end"],
        "note": requested["note"],
        "version": annotation.version + 1,
        "updated_at": timezone.now(),
    }
    updated = Annotation.objects.filter(pk=annotation.pk, version=annotation.version).update(**changes)
    if updated != 1:
        raise StaleError(annotation)
    for name, value in changes.items():
        setattr(annotation, name, value)
    replace_ratings(annotation, wanted)
    record(
        actor=actor,
        verb="changed",
        row=annotation,
        study=assignment.study,
        assignment=assignment,
        before=before,
        after=state_of(annotation),
    )
    return annotation


def _change_deletion(actor: User, annotation: Annotation, verb: str, deleted: bool) -> Annotation:
    before = state_of(annotation)
    annotation.deleted_at = timezone.now() if deleted else None
    annotation.updated_at = timezone.now()
    annotation.version += 1
    annotation.save(update_fields=["deleted_at", "updated_at", "version"])
    assignment = annotation.assignment
    record(
        actor=actor,
        verb=verb,
        row=annotation,
        study=assignment.study,
        assignment=assignment,
        before=before,
        after=state_of(annotation),
    )
    return annotation


@writes
def delete_annotation(*, actor: User, annotation_id: UUID, versions: Collection[int] | None) -> Annotation:
    """Make a passage a tombstone; deleting one's own tombstone again changes nothing.

    Raises NotFoundError, PreconditionMissingError, StaleError, ConflictError (submitted, closed).
    """
    annotation = find_own_annotation(actor, annotation_id)
    assignment = lock_own_assignment(actor, annotation.assignment_id)
    annotation.refresh_from_db()
    if annotation.is_deleted:
        return annotation
    precondition = Precondition(versions=frozenset(versions) if versions is not None else None)
    precondition.refuse_if_missing()
    refuse_unless_open(assignment)
    if not precondition.admits(annotation.version):
        raise StaleError(annotation)
    return _change_deletion(actor, annotation, "deleted", deleted=True)


@writes
def restore_annotation(*, actor: User, annotation_id: UUID) -> Annotation:
    """Bring a deleted passage back with its ratings; restoring a live one changes nothing.

    Raises NotFoundError, ConflictError (overlap, submitted, closed).
    """
    annotation = find_own_annotation(actor, annotation_id)
    assignment = lock_open_assignment(actor, annotation.assignment_id)
    annotation.refresh_from_db()
    if not annotation.is_deleted:
        return annotation
    refuse_overlap(assignment, annotation.label, annotation.start, annotation.end, annotation.pk)
    return _change_deletion(actor, annotation, "restored", deleted=False)

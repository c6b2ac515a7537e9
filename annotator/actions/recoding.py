"""Coding a passage again whose label was split: its reviewer says which of the new ones it is. Nothing is rewritten."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.utils import timezone

from annotator.actions.annotation import Precondition, find_own_annotation
from annotator.actions.assignments import lock_own_assignment, refuse_who_left
from annotator.actions.errors import ConflictError, DeletedError, InvalidError, NotFoundError, StaleError
from annotator.actions.history import Act, record_all
from annotator.actions.transactions import writes
from annotator.models import Annotation, Assignment, Label, Recoding, User
from annotator.models.descriptions import codebook_info, codebooks_behind, passage_said
from annotator.reading import Reader


def state_of(recoding: Recoding) -> dict[str, Any]:
    """Return the answer as history keeps it."""
    return {
        "annotation": str(recoding.annotation_id),
        "codebook": recoding.codebook.slug,
        "codebook_version": recoding.codebook.version,
        "label": recoding.label.code if recoding.label is not None else None,
        "informed": recoding.informed,
        "version": recoding.version,
        "deleted": recoding.is_deleted,
    }


def _lock(actor: User, annotation_id: UUID) -> tuple[Annotation, list[Annotation]]:
    """Lock the work and return the passage with its like: the same words and label in the reviewer's other rounds."""
    passage = find_own_annotation(actor, annotation_id)
    work = passage.assignment
    if work.role != Assignment.Role.REVIEWER or work.purpose != Assignment.Purpose.STUDY:
        raise NotFoundError
    like = Annotation.objects.live().filter(
        assignment__study=work.study_id,
        assignment__revision=work.revision_id,
        assignment__reviewer=actor,
        assignment__state=Assignment.State.SUBMITTED,
        label=passage.label_id,
        start=passage.start,
        end=passage.end,
    )
    for owner in sorted({work.pk, *like.values_list("assignment_id", flat=True)}):
        lock_own_assignment(actor, owner)
    passage.refresh_from_db()
    locked = lock_own_assignment(actor, work.pk)
    if passage.is_deleted:
        raise DeletedError("This passage was deleted, so that nothing is to be said of it.")
    if locked.study.is_closed:
        raise ConflictError("closed", "The study is closed. Nothing more can be changed in it.")
    if not locked.is_submitted:
        raise ConflictError("open", "This work is not submitted. Change the passage in the workbench instead.")
    refuse_who_left(locked)
    passage.assignment = locked
    return passage, list(like.select_related("assignment").order_by("pk"))


def _find_label(passage: Annotation, code: str | None, seen: int) -> Label | None:
    """Return the new label, None for none of them; raise where nothing is asked, or the label is no choice."""
    codebook = passage.assignment.study.codebook
    if codebook.version != seen:
        words = f"The study is read with version {codebook.version} now. Look at its labels and answer again."
        raise ConflictError("changed", words)
    older, newer = codebook_info(passage.assignment.codebook), codebook_info(codebook)
    reader = Reader(newer, codebooks_behind(newer, {newer.key: newer, older.key: older}))
    answers = Recoding.objects.live().filter(annotation=passage).select_related("label", "codebook")
    heirs = reader.choices(passage_said(passage, answers), older) if older.key != newer.key else ()
    if not heirs:
        raise InvalidError("annotation", f"“{passage.label.code}” was not split, so that nothing is to be said of it.")
    if code is not None and code not in heirs:
        choices = ", ".join(heirs)
        raise InvalidError("label", f"“{code}” is none of the labels that this one was split into: {choices}.")
    return None if code is None else codebook.labels.get(code=code)


def _existing(passage: Annotation) -> Recoding | None:
    rows = Recoding.objects.select_related("label", "codebook")
    return rows.filter(annotation=passage, codebook=passage.assignment.study.codebook_id).first()


@writes
def recode_passage(
    *, actor: User, annotation_id: UUID, label: str | None, codebook_version: int, precondition: Precondition
) -> tuple[Recoding, bool]:
    """Say which of the labels that the passage's own was split into it is, None for none of them.

    Return the answer and whether it is new; sending the same again gives the same row. The same words with the same
    label in the reviewer's other rounds are answered with it, but for those that were answered for themselves: what
    was said before the reveal stays as independent as it was. `codebook_version` is the version that was looked at.

    Raises NotFoundError, PreconditionMissingError, InvalidError (annotation, label), DeletedError, StaleError and
    ConflictError: changed, different, open, closed, left.
    """
    precondition.refuse_if_missing()
    passage, like = _lock(actor, annotation_id)
    chosen = _find_label(passage, label, codebook_version)
    existing = _existing(passage)
    live = existing is not None and not existing.is_deleted
    if live and existing.label_id == (chosen and chosen.pk):
        return existing, False
    if not live and not precondition.create:
        raise NotFoundError
    if live and precondition.create:
        raise ConflictError(
            "different", "This passage is answered otherwise already. Edit that answer.", current=existing
        )
    if live and not precondition.admits(existing.version):
        raise StaleError(existing)
    work = passage.assignment
    informed = Assignment.objects.seen_of_others(actor, work.study, work.revision_id).exists()
    verb = "changed" if live else "recoded"
    together = _together(passage, like, existing if live else None)
    acts = [_answer(each, work, chosen, informed) for each in together]
    record_all(actor=actor, verb=verb, study=work.study, acts=acts)
    return next(act.row for act in acts if act.row.annotation_id == passage.pk), not live


def _together(passage: Annotation, like: list[Annotation], existing: Recoding | None) -> list[Annotation]:
    """Return the passage with those of its like that are not answered, or are as it is."""
    rows = Recoding.objects.live().filter(annotation__in=like, codebook=passage.assignment.study.codebook_id)
    others = {row.annotation_id: row for row in rows if existing is None or not _alike(row, existing)}
    return [each for each in like if each.pk == passage.pk or each.pk not in others]


def _alike(one: Recoding, other: Recoding) -> bool:
    return (one.label_id, one.informed) == (other.label_id, other.informed)


def _answer(passage: Annotation, work: Assignment, label: Label | None, informed: bool) -> Act:
    codebook = work.study.codebook
    recoding = (
        Recoding.objects.select_related("label", "codebook").filter(annotation=passage, codebook=codebook).first()
    )
    if recoding is None:
        recoding = Recoding.objects.create(
            assignment=passage.assignment, annotation=passage, codebook=codebook, label=label, informed=informed
        )
        return Act(recoding, passage.assignment, None, state_of(recoding))
    before = state_of(recoding)
    recoding.label, recoding.informed = label, informed or (recoding.informed and not recoding.is_deleted)
    recoding.deleted_at, recoding.updated_at, recoding.version = None, timezone.now(), recoding.version + 1
    recoding.save(update_fields=["label", "informed", "deleted_at", "updated_at", "version"])
    return Act(recoding, passage.assignment, before, state_of(recoding))


@writes
def undo_recoding(*, actor: User, annotation_id: UUID, versions: Collection[int] | None) -> None:
    """Take the answer about a passage back, so that it is asked again; where there is none, nothing changes.

    The same answer to the same words in the reviewer's other rounds is taken back with it.

    Raises NotFoundError, PreconditionMissingError, DeletedError, StaleError and ConflictError: open, closed, left.
    """
    passage, like = _lock(actor, annotation_id)
    existing = _existing(passage)
    if existing is None or existing.is_deleted:
        return
    precondition = Precondition(versions=frozenset(versions) if versions is not None else None)
    precondition.refuse_if_missing()
    if not precondition.admits(existing.version):
        raise StaleError(existing)
    rows = Recoding.objects.live().select_related("label", "codebook", "assignment")
    acts = []
    for recoding in rows.filter(annotation__in=like, codebook=existing.codebook_id).order_by("pk"):
        if not _alike(recoding, existing):
            continue
        before = state_of(recoding)
        recoding.deleted_at = recoding.updated_at = timezone.now()
        recoding.version += 1
        recoding.save(update_fields=["deleted_at", "updated_at", "version"])
        acts.append(Act(recoding, recoding.assignment, before, state_of(recoding)))
    record_all(actor=actor, verb="undone", study=passage.assignment.study, acts=acts)

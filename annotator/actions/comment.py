"""What readers of each other's work do in a discussion: write, answer, edit their own, delete and restore it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from annotator.actions.annotation import Precondition
from annotator.actions.errors import (
    ConflictError,
    DeletedError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    SpanError,
    StaleError,
)
from annotator.actions.history import record
from annotator.actions.transactions import writes
from annotator.models import Annotation, Assignment, Comment, CommentVersion, Membership, Study, User
from annotator.models.comment import WORDS_LENGTH, may_discuss
from sources.models import Revision


@dataclass(frozen=True, slots=True)
class Place:
    """Where a thread begins: a stretch of a text in a study, and perhaps the passage that it is about."""

    study: Study
    revision: Revision
    start: int
    end: int
    annotation: UUID | None = None


def state_of(comment: Comment) -> dict[str, Any]:
    """Return the comment as history keeps it: without its words, which stand in the comment and its versions."""
    return {
        "start": comment.start,
        "end": comment.end,
        "annotation": str(comment.annotation_id) if comment.annotation_id else None,
        "thread": str(comment.thread_id) if comment.thread_id else None,
        "version": comment.version,
        "deleted": comment.is_deleted,
    }


def _record(actor: User, verb: str, comment: Comment, before: dict[str, Any] | None = None) -> None:
    """Write history with the author's own review of the text, which whoever may see may read the discussion.

    Who reviewed nothing of it keeps the act to themselves.
    """
    own = Assignment.objects.filter(study=comment.study_id, revision=comment.revision_id, reviewer=actor)
    assignment = own.reviews().without_training().order_by("round").first()
    after = state_of(comment)
    record(actor=actor, verb=verb, row=comment, study=comment.study, assignment=assignment, before=before, after=after)


def _refuse_who_may_not(actor: User, study: Study, revision: Revision) -> None:
    if not may_discuss(actor, study, revision):
        raise NotFoundError
    if not Membership.objects.active().filter(study=study, user=actor).exists():
        raise NotAllowedError("Only members of the study take part in its discussions, under their pseudonyms.")


def _refuse_unfit(words: str) -> None:
    if not words.strip():
        raise InvalidError("words", "Write something.", "blank")
    if len(words) > WORDS_LENGTH:
        raise InvalidError("words", f"A comment has at most {WORDS_LENGTH:,} characters.")


def _check_place(actor: User, place: Place) -> Annotation | None:
    if place.start < 0 or place.start >= place.end:
        raise SpanError("start", "The passage must begin before it ends.")
    if place.end > place.revision.length:
        raise SpanError("end", f"The passage must end within the text of {place.revision.length} characters.")
    if place.annotation is None:
        return None
    rows = Annotation.objects.live().visible_to(actor)
    passage = rows.filter(pk=place.annotation, assignment__study=place.study, assignment__revision=place.revision)
    passage = passage.filter(assignment__state=Assignment.State.SUBMITTED).first()  # till then it is its author's alone
    if passage is None:
        raise InvalidError("annotation", "The passage must be a submitted one of this text that you may see.")
    return passage


@writes
def write_comment(
    *,
    actor: User,
    comment_id: UUID,
    place: Place | None = None,
    thread_id: UUID | None = None,
    words: str,
    precondition: Precondition,
) -> tuple[Comment, bool]:
    """Open a thread at a place, answer in one, or edit one's own comment; return it and whether it is new.

    To create name the `place` of a new thread or the thread that is answered; an edit changes nothing but the words,
    and the former words are kept. Sending the same again gives the same row.

    Raises NotFoundError (where others' work may not be seen, too), NotAllowedError, PreconditionMissingError,
    SpanError, InvalidError (words, annotation, thread), StaleError, DeletedError and ConflictError: id_taken,
    different.
    """
    precondition.refuse_if_missing()
    existing = Comment.objects.select_for_update().filter(pk=comment_id).first()
    if not precondition.create:
        return _edit(actor, existing, words, precondition), False
    thread = _find_thread(actor, thread_id) if thread_id is not None else None
    if thread is not None:
        place = Place(thread.study, thread.revision, thread.start, thread.end, thread.annotation_id)
    elif place is None:
        raise InvalidError("thread", "Name the thread that is answered, or the place of a new one.")
    _refuse_who_may_not(actor, place.study, place.revision)
    _refuse_unfit(words)
    annotation_id = place.annotation
    if thread is None:
        _check_place(actor, place)
    wanted = (place.study.pk, place.revision.pk, place.start, place.end, annotation_id, thread_id, words)
    if existing is not None and existing.author_id != actor.pk:  # said to those alone who may read it here
        raise ConflictError("id_taken", "This id is taken. Choose another one.")
    if existing is not None:
        return _again(existing, wanted), False
    try:
        with transaction.atomic():
            comment = Comment.objects.create(
                id=comment_id,
                study=place.study,
                revision=place.revision,
                start=place.start,
                end=place.end,
                annotation_id=annotation_id,
                thread=thread,
                author=actor,
                words=words,
            )
    except IntegrityError as error:  # the id was taken between the look and the insert
        raise ConflictError("id_taken", "This id is taken. Choose another one.") from error
    _record(actor, "commented", comment)
    return comment, True


def _find_thread(actor: User, thread_id: UUID) -> Comment:
    thread = Comment.objects.visible_to(actor).select_related("study", "revision").filter(pk=thread_id).first()
    if thread is None:
        raise InvalidError("thread", "There is no such thread, or it is not shown to you.")
    if thread.thread_id is not None:
        raise InvalidError("thread", "Name the first comment of the thread: answers are not answered one by one.")
    return thread


def _again(existing: Comment, wanted: tuple[Any, ...]) -> Comment:
    """Return the comment where it was created so, whether or not it was edited since."""
    if existing.is_deleted:
        raise DeletedError("This comment was deleted. Restore it instead of sending it again.")
    first = existing.versions.order_by("number").values_list("words", flat=True).first()
    rest = (existing.study_id, existing.revision_id, existing.start, existing.end, existing.annotation_id)
    created = (*rest, existing.thread_id, existing.words if first is None else first)
    if created != wanted:
        raise ConflictError("different", "This id already holds another comment of yours.", current=existing)
    return existing


def _edit(actor: User, comment: Comment | None, words: str, precondition: Precondition) -> Comment:
    if comment is None or comment.author_id != actor.pk:
        raise NotFoundError
    _refuse_who_may_not(actor, comment.study, comment.revision)
    if comment.is_deleted:
        raise DeletedError("This comment was deleted. Restore it before you edit it.")
    _refuse_unfit(words)
    if comment.words == words:
        return comment
    if not precondition.admits(comment.version):
        raise StaleError(comment)
    before = state_of(comment)
    CommentVersion.objects.create(
        comment=comment, number=comment.version, words=comment.words, written_at=comment.updated_at
    )
    comment.words, comment.version, comment.updated_at = words, comment.version + 1, timezone.now()
    comment.save(update_fields=["words", "version", "updated_at"])
    _record(actor, "changed", comment, before)
    return comment


def _lock_own(actor: User, comment_id: UUID) -> Comment:
    comment = Comment.objects.select_for_update().filter(pk=comment_id, author=actor).first()
    if comment is None:
        raise NotFoundError
    _refuse_who_may_not(actor, comment.study, comment.revision)
    return comment


def _change_deletion(actor: User, comment: Comment, verb: str, *, deleted: bool) -> Comment:
    before = state_of(comment)
    comment.deleted_at = timezone.now() if deleted else None
    comment.version += 1
    comment.save(update_fields=["deleted_at", "version"])
    _record(actor, verb, comment, before)
    return comment


@writes
def delete_comment(*, actor: User, comment_id: UUID, versions: Collection[int] | None) -> Comment:
    """Make one's own comment a tombstone; its answers stay. Deleting it again changes nothing.

    Raises NotFoundError, NotAllowedError, PreconditionMissingError, StaleError.
    """
    comment = _lock_own(actor, comment_id)
    if comment.is_deleted:
        return comment
    precondition = Precondition(versions=frozenset(versions) if versions is not None else None)
    precondition.refuse_if_missing()
    if not precondition.admits(comment.version):
        raise StaleError(comment)
    return _change_deletion(actor, comment, "deleted", deleted=True)


@writes
def restore_comment(*, actor: User, comment_id: UUID) -> Comment:
    """Bring one's own deleted comment back; restoring a live one changes nothing.

    Raises NotFoundError, NotAllowedError.
    """
    comment = _lock_own(actor, comment_id)
    if not comment.is_deleted:
        return comment
    return _change_deletion(actor, comment, "restored", deleted=False)

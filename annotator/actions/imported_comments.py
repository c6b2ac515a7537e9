"""Bringing in what was said about texts, exactly as recorded: part of an import."""

from collections.abc import Callable

from annotator.actions.errors import ConflictError
from annotator.models import Annotation, Comment, CommentVersion, Study, User
from annotator.records import CodedComment, CodedDocument
from sources.models import Revision


def take_comments(study: Study, revision: Revision, document: CodedDocument, author: Callable[[str], User]) -> int:
    """Store the comments that are not here, and return how many; one that is here must be equal.

    Raises ConflictError `different` where it is not, and `identity` where its author could sign in and say it.
    """
    ids = [each.id for each in document.comments]
    here = {row.pk: row for row in Comment.objects.filter(pk__in=ids).select_related("author")}
    named = [each.annotation for each in document.comments if each.annotation is not None]
    passages = Annotation.objects.filter(pk__in=named, assignment__study=study, assignment__revision=revision)
    known = set(passages.values_list("pk", flat=True))
    made = 0
    for comment in document.comments:
        user = author(comment.author)
        row = here.get(comment.id)
        if row is not None:
            _refuse_difference(row, study, revision, comment, user)
            continue
        if user.has_usable_password():
            raise ConflictError(
                "identity",
                f"“{comment.author}” is somebody who can sign in here, and only they may speak under that name. Import"
                " the discussion into an empty database.",
            )
        _make(study, revision, comment, user, comment.annotation if comment.annotation in known else None)
        made += 1
    return made


def _refuse_difference(row: Comment, study: Study, revision: Revision, comment: CodedComment, user: User) -> None:
    stored = (row.study_id, row.revision_id, row.author_id, row.start, row.end, row.thread_id, row.version)
    wanted = (study.pk, revision.pk, user.pk, comment.start, comment.end, comment.thread, comment.version)
    said = comment.words if comment.deleted_at is None else row.words
    if stored != wanted or row.words != said or row.is_deleted is not (comment.deleted_at is not None):
        raise ConflictError("different", f"Comment {comment.id} is here already, with other content.")


def _make(study: Study, revision: Revision, comment: CodedComment, user: User, annotation: object) -> None:
    times = {"created_at": comment.created_at, "updated_at": comment.updated_at or comment.created_at}
    row = Comment.objects.create(
        id=comment.id,
        study=study,
        revision=revision,
        author=user,
        start=comment.start,
        end=comment.end,
        annotation_id=annotation,
        thread_id=comment.thread,
        words=comment.words,
        version=comment.version,
        deleted_at=comment.deleted_at,
        **{name: time for name, time in times.items() if time is not None},
    )
    CommentVersion.objects.bulk_create(
        CommentVersion(comment=row, number=number, words=words, written_at=written_at or row.created_at)
        for number, (words, written_at) in enumerate(comment.former, start=1)
    )

"""What was said about the passages of a text, thread by thread, to those who may see each other's work on it."""

from dataclasses import dataclass
from uuid import UUID

from annotator.models import Comment, CommentVersion, Study, User
from annotator.models.comment import may_discuss
from sources.models import Revision


@dataclass(frozen=True, slots=True)
class Said:
    """A comment as the viewer is shown it: its author's pseudonym, and what it said before it was edited.

    Of one that is deleted the words are its author's alone.
    """

    comment: Comment
    author: str
    own: bool
    former: tuple[CommentVersion, ...]

    @property
    def id(self) -> UUID:
        """The comment's id."""
        return self.comment.pk

    @property
    def is_readable(self) -> bool:
        """Whether the viewer is shown the words."""
        return self.own or not self.comment.is_deleted


@dataclass(frozen=True, slots=True)
class Thread:
    """A first comment with its answers, in the order in which they were written."""

    first: Said
    answers: tuple[Said, ...]

    @property
    def start(self) -> int:
        """First code point of the passage."""
        return self.first.comment.start

    @property
    def end(self) -> int:
        """Behind its last code point."""
        return self.first.comment.end

    @property
    def n_comments(self) -> int:
        """How many comments stand."""
        return sum(not each.comment.is_deleted for each in (self.first, *self.answers))


def said_of(rows: list[Comment], viewer: User) -> list[Said]:
    """Return comments as the viewer is shown them; they come with their versions and authors' memberships."""
    names: dict[int, dict[int, str]] = {}
    for row in rows:
        if row.study_id not in names:
            names[row.study_id] = dict(row.study.memberships.values_list("user_id", "pseudonym"))
    return [
        Said(
            row,
            names[row.study_id][row.author_id],
            row.author_id == viewer.pk,
            tuple(row.versions.all()) if row.author_id == viewer.pk or not row.is_deleted else (),
        )
        for row in rows
    ]


def threads_on(study: Study, revision: Revision, viewer: User) -> list[Thread] | None:
    """Return the threads on a text in its order; None where the viewer may not read them."""
    if not may_discuss(viewer, study, revision):
        return None
    rows = Comment.objects.visible_to(viewer).filter(study=study, revision=revision)
    found = said_of(
        list(rows.select_related("study").prefetch_related("versions").order_by("created_at", "pk")), viewer
    )
    answers: dict[UUID, list[Said]] = {}
    for each in found:
        if each.comment.thread_id is not None:
            answers.setdefault(each.comment.thread_id, []).append(each)
    threads = [Thread(each, tuple(answers.get(each.id, ()))) for each in found if each.comment.thread_id is None]
    return sorted(threads, key=lambda thread: (thread.start, thread.end, thread.first.comment.created_at))

"""What readers of each other's work say about a passage: threads of comments, which are no part of any figure."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from annotator.ids import uuid7
from annotator.models.annotation import OFFSET, Annotation
from annotator.models.assignment import Assignment
from annotator.models.study import Study
from annotator.models.user import User
from sources.models import Revision

WORDS_LENGTH = 10_000


def _shown_work(user: User) -> models.QuerySet[Assignment]:
    """Others' submitted reviews that the user may see."""
    seen = Assignment.objects.submitted().reviews().without_training().work_visible_to(user)
    return seen.exclude(reviewer=user)


def _first_rounds(user: User) -> models.QuerySet[Assignment]:
    """First rounds that the user has open: on their texts others' words are kept away, whatever the study's rule."""
    return Assignment.objects.reviews().open().filter(reviewer=user, round=1)


def may_discuss(user: User, study: Study, revision: Revision) -> bool:
    """Whether the user may read what is said about a text: whoever may see others' work on it, and codes it no more."""
    if _first_rounds(user).filter(revision=revision).exists():
        return False
    return _shown_work(user).filter(study=study, revision=revision).exists()


class CommentQuerySet(models.QuerySet["Comment"]):
    """Words about comments."""

    def visible_to(self, user: User) -> "CommentQuerySet":
        """The only door to discussions for pages, API and exports: see `may_discuss`."""
        seen = _shown_work(user).filter(study=OuterRef("study"), revision=OuterRef("revision"))
        held = _first_rounds(user).filter(revision=OuterRef("revision"))
        return self.filter(Exists(seen), ~Exists(held))

    def threads(self) -> "CommentQuerySet":
        """First comments, each of which opens a thread."""
        return self.filter(thread__isnull=True)


class Comment(models.Model):
    """One comment on a passage [start, end) of a text in a study; with `thread`, an answer to the comment named.

    Deleted = a tombstone, whose words are its author's alone until it is restored.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)  # chosen by the client, so that a retry is the same row
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="comments")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="comments")
    start = models.PositiveIntegerField(validators=OFFSET)
    end = models.PositiveIntegerField(validators=OFFSET)
    annotation = models.ForeignKey(Annotation, on_delete=models.PROTECT, null=True, blank=True, related_name="comments")
    thread = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="answers")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="comments")
    words = models.TextField(max_length=WORDS_LENGTH)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(start__gte=0) & Q(start__lt=F("end")), name="comment_start_before_end"),
            models.CheckConstraint(condition=Q(version__gte=1), name="comment_version_is_positive"),
            models.CheckConstraint(condition=~Q(thread=F("id")), name="comment_answers_another"),
        ]
        indexes = [
            models.Index(fields=["study", "revision"], name="comment_study_revision")
        ]  # the discussion of a text

    def __str__(self) -> str:
        return f"{self.start}-{self.end}"

    @property
    def is_deleted(self) -> bool:
        """Whether it is a tombstone."""
        return self.deleted_at is not None


class CommentVersion(models.Model):
    """What a comment said before it was edited; `number` is the version that said so."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    words = models.TextField(max_length=WORDS_LENGTH)
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["comment", "number"], name="comment_version_number_is_unique")]

    def __str__(self) -> str:
        return f"version {self.number}"

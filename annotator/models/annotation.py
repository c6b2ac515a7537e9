"""What reviewers find: annotations (passage, label, note), ratings, and the decisions of adjudication."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from annotator.ids import uuid7
from annotator.models.assignment import Assignment
from annotator.models.codebook import Label, Scale, ScalePoint
from annotator.models.user import User

OFFSET = [MinValueValidator(0), MaxValueValidator(2**31 - 1)]
NOTE_LENGTH = 10_000


class WorkQuerySet(models.QuerySet):
    """Words about rows that belong to an assignment."""

    def visible_to(self, user: User) -> "WorkQuerySet":
        """The only door to reviewers' work for views, API, admin and queries (Assignment.work_visible_to)."""
        return self.filter(assignment__in=Assignment.objects.work_visible_to(user).values("pk"))

    def live(self) -> "WorkQuerySet":
        """Without tombstones."""
        return self.filter(deleted_at__isnull=True)


class Annotation(models.Model):
    """A reviewer's passage: span [start, end) in code points, one label, a note. Deleted = a tombstone."""

    class Derivation(models.TextChoices):
        REVISED = "revised", "revised"
        CARRIED = "carried", "carried"
        SUGGESTED = "suggested", "suggested"
        SETTLED = "settled", "settled"
        IMPORTED = "imported", "imported"

    id = models.UUIDField(primary_key=True, default=uuid7)  # chosen by the client, so that a retry is the same row
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="annotations")
    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="annotations")
    start = models.PositiveIntegerField(validators=OFFSET)
    end = models.PositiveIntegerField(validators=OFFSET)
    note = models.TextField(blank=True, max_length=NOTE_LENGTH)
    version = models.PositiveIntegerField(default=1)
    derived_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="derived")
    derivation = models.CharField(max_length=10, choices=Derivation, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        ordering = ["start", "-end"]
        constraints = [
            models.CheckConstraint(
                condition=Q(start__gte=0) & Q(start__lt=F("end")), name="annotation_start_before_end"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="annotation_version_is_positive"),
            models.CheckConstraint(
                condition=Q(derivation__in=["", "revised", "carried", "suggested", "settled", "imported"]),
                name="annotation_derivation_is_known",
            ),
            models.UniqueConstraint(
                fields=["assignment", "start", "end", "label"],
                condition=Q(deleted_at__isnull=True),
                name="annotation_span_label_is_unique",
            ),
        ]
        indexes = [
            models.Index(
                fields=["assignment", "start"], condition=Q(deleted_at__isnull=True), name="annotation_reading_order"
            ),  # the workbench's reading order
        ]

    def __str__(self) -> str:
        return f"{self.start}-{self.end}"

    @property
    def is_deleted(self) -> bool:
        """Whether it is a tombstone."""
        return self.deleted_at is not None

    @property
    def quote(self) -> str:
        """The exact words of the passage."""
        return self.assignment.revision.text[self.start : self.end]


class Rating(models.Model):
    """A scale point given to a passage or, without one, to the whole document, with the passages that justify it."""

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="ratings")
    annotation = models.ForeignKey(Annotation, on_delete=models.PROTECT, null=True, blank=True, related_name="ratings")
    scale = models.ForeignKey(Scale, on_delete=models.PROTECT, related_name="ratings")
    point = models.ForeignKey(ScalePoint, on_delete=models.PROTECT, related_name="ratings")
    evidence = models.ManyToManyField(Annotation, blank=True, related_name="justifies")
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = WorkQuerySet.as_manager()

    class Meta:
        ordering = ["scale__position"]
        constraints = [
            models.UniqueConstraint(
                fields=["annotation", "scale"],
                condition=Q(annotation__isnull=False),
                name="rating_of_passage_is_unique",
            ),
            models.UniqueConstraint(
                fields=["assignment", "scale"],
                condition=Q(annotation__isnull=True),
                name="rating_of_document_is_unique",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="rating_version_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.scale}: {self.point}"


class Decision(models.Model):
    """What the adjudicator settled: a case of passages; or one scale, of a gold passage or of the whole document.

    With a scale, `annotation` is the gold passage that is rated, none meaning the document, and `point` what was taken.
    The rating itself is the gold's, like any other.
    """

    class Outcome(models.TextChoices):
        TOOK = "took", "took"
        MERGED = "merged", "merged"
        REDREW = "redrew", "redrew"
        NOTHING_HERE = "nothing_here", "nothing here"
        CONTESTED = "contested", "legitimately contested"
        AGREED_BY_RULE = "agreed_by_rule", "agreed by rule"

    MAKES_ANNOTATION = ("took", "merged", "redrew", "agreed_by_rule")

    id = models.UUIDField(primary_key=True, default=uuid7)
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="decisions")
    start = models.PositiveIntegerField(validators=OFFSET)
    end = models.PositiveIntegerField(validators=OFFSET)
    scale = models.ForeignKey(Scale, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions")
    outcome = models.CharField(max_length=20, choices=Outcome)
    annotation = models.ForeignKey(
        Annotation, on_delete=models.PROTECT, null=True, blank=True, related_name="decided_by"
    )
    point = models.ForeignKey(ScalePoint, on_delete=models.PROTECT, null=True, blank=True, related_name="decided_by")
    votes = models.ManyToManyField(Annotation, blank=True, related_name="voted_in")
    reason = models.TextField(blank=True, max_length=NOTE_LENGTH)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        ordering = ["start", "-end"]
        constraints = [
            models.CheckConstraint(condition=Q(start__gte=0) & Q(start__lt=F("end")), name="decision_start_before_end"),
            models.CheckConstraint(condition=Q(version__gte=1), name="decision_version_is_positive"),
            models.CheckConstraint(
                condition=Q(scale__isnull=False)
                | Q(outcome__in=["took", "merged", "redrew", "agreed_by_rule"], annotation__isnull=False)
                | Q(outcome__in=["nothing_here", "contested"], annotation__isnull=True),
                name="decision_annotation_iff_made",
            ),
            models.CheckConstraint(
                condition=Q(scale__isnull=True, point__isnull=True)
                | Q(scale__isnull=False, outcome__in=["took", "agreed_by_rule"], point__isnull=False)
                | Q(scale__isnull=False, outcome="contested", point__isnull=True),
                name="decision_point_iff_taken",
            ),
            models.UniqueConstraint(
                fields=["annotation", "scale"],
                condition=Q(annotation__isnull=False, scale__isnull=False, deleted_at__isnull=True),
                name="decision_on_passage_scale_is_unique",
            ),
            models.UniqueConstraint(
                fields=["assignment", "scale"],
                condition=Q(annotation__isnull=True, scale__isnull=False, deleted_at__isnull=True),
                name="decision_on_document_scale_is_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} {self.start}-{self.end}"

    @property
    def is_on_scale(self) -> bool:
        """Whether it settles a rating, not passages."""
        return self.scale_id is not None

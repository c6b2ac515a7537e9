"""What a reviewer says of a passage whose label was split: which of the new ones it is. The passage stays as it was."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from annotator.ids import uuid7
from annotator.models.annotation import Annotation, WorkQuerySet
from annotator.models.assignment import Assignment
from annotator.models.codebook import Codebook, Label


class Recoding(models.Model):
    """The label of a later codebook that a passage is read as; none of the new ones where `label` is empty.

    `informed` means that its reviewer could see others' work by then, so that the answer is not independent. An answer
    that was taken back is a tombstone, and the next one of the same passage is the same row.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="recodings")
    annotation = models.ForeignKey(Annotation, on_delete=models.PROTECT, related_name="recodings")
    codebook = models.ForeignKey(Codebook, on_delete=models.PROTECT, related_name="recodings")
    label = models.ForeignKey(Label, on_delete=models.PROTECT, null=True, blank=True, related_name="recodings")
    informed = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["annotation", "codebook"], name="recoding_annotation_codebook_is_unique"),
            models.CheckConstraint(condition=Q(version__gte=1), name="recoding_version_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.annotation} as {self.label or 'none of them'}"

    @property
    def is_deleted(self) -> bool:
        """Whether it was taken back."""
        return self.deleted_at is not None

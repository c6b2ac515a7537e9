"""Outlets, documents and their immutable texts."""

from typing import Any, Self
from uuid import uuid4

from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils import timezone

from sources.validators import validate_language, validate_name

country_code = RegexValidator(r"\A[A-Z]{2}\Z", "Write the two capital letters of ISO 3166-1, for example US.")
web_address = URLValidator(schemes=["http", "https"])


class ImmutableError(Exception):
    """An attempt to change or delete what is kept for good; the message is fit to be shown to a person."""


class SourceKind(models.TextChoices):
    """What sort of outlet a source is."""

    NEWSPAPER = "newspaper", "Newspaper or magazine"
    BROADCASTER = "broadcaster", "Broadcaster"
    AGENCY = "agency", "News agency"
    ONLINE = "online", "Online outlet"
    GOVERNMENT = "government", "Government or military"
    ORGANISATION = "organisation", "Organisation or company"
    ACADEMIC = "academic", "Academic publisher"
    PERSONAL = "personal", "Personal site or blog"
    OTHER = "other", "Other"


class Source(models.Model):
    """An outlet: who published a document."""

    name = models.CharField(max_length=300, unique=True, validators=[validate_name])
    homepage = models.URLField(max_length=2000, blank=True, validators=[web_address])
    kind = models.CharField(max_length=20, choices=SourceKind, blank=True)
    country = models.CharField(
        max_length=2, blank=True, validators=[country_code], help_text="Two letters of ISO 3166-1, for example US."
    )
    owner = models.CharField(max_length=300, blank=True, validators=[validate_name])
    notes = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="source_name_is_not_empty"),
            models.CheckConstraint(condition=Q(kind__in=["", *SourceKind.values]), name="source_kind_is_known"),
        ]

    def __str__(self) -> str:
        return self.name


class DocumentQuerySet(models.QuerySet["Document"]):
    """Documents, in words."""

    def available(self) -> Self:
        """Documents that may be assigned: not withdrawn, with a text."""
        return self.filter(Exists(Revision.objects.filter(document=OuterRef("pk"))), withdrawn_at=None)

    def withdrawn(self) -> Self:
        """Documents withdrawn by a curator."""
        return self.exclude(withdrawn_at=None)

    def disclosing_ai(self) -> Self:
        """Documents whose own text says that AI took part in writing it."""
        return self.exclude(disclosure="")

    def with_figures(self) -> Self:
        """Add `revision_count` and `current_length` (code points of the newest revision, None without one)."""
        newest = Revision.objects.filter(document=OuterRef("pk")).order_by("-number")
        return self.annotate(revision_count=Count("revisions"), current_length=Subquery(newest.values("length")[:1]))


class Document(models.Model):
    """One text with its metadata; the text itself stands in its revisions."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True, related_name="documents")
    slug = models.SlugField(max_length=100, unique=True)
    title = models.CharField(max_length=300, validators=[validate_name])
    byline = models.CharField(max_length=300, blank=True, validators=[validate_name])
    published_on = models.DateField(null=True, blank=True)
    retrieved_at = models.DateTimeField(null=True, blank=True)
    url = models.URLField(max_length=2000, blank=True, validators=[web_address])
    language = models.CharField(
        max_length=35, default="und", validators=[validate_language], help_text="A BCP 47 tag such as en or zh-Hant."
    )
    licence = models.CharField(max_length=300, blank=True)
    disclosure = models.TextField(
        "AI disclosure", blank=True, help_text="What the text itself says about AI in its making, in the printed words."
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawal_reason = models.CharField(max_length=300, blank=True, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="document_title_is_not_empty"),
            models.CheckConstraint(condition=~Q(slug=""), name="document_slug_is_not_empty"),
            models.CheckConstraint(condition=~Q(language=""), name="document_language_is_not_empty"),
            models.CheckConstraint(
                condition=Q(withdrawal_reason="") | Q(withdrawn_at__isnull=False),
                name="document_reason_only_when_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_withdrawn(self) -> bool:
        """Whether no new assignments may be made."""
        return self.withdrawn_at is not None

    @property
    def current_revision(self) -> "Revision | None":
        """The newest text, or None before the first is stored."""
        return self.revisions.order_by("-number").first()


class RevisionQuerySet(models.QuerySet["Revision"]):
    """Revisions, in words."""

    def current(self) -> Self:
        """The newest revision of every document."""
        newer = Revision.objects.filter(document=OuterRef("document"), number__gt=OuterRef("number"))
        return self.filter(~Exists(newer))

    def available(self) -> Self:
        """Revisions of documents that are not withdrawn."""
        return self.filter(document__withdrawn_at=None)

    def without_text(self) -> Self:
        """Leave the text in the database until it is asked for; lists need only the figures."""
        return self.defer("text")


class Immutable(models.Model):
    """A row that is written once. The triggers refuse a change in the database; this refuses it earlier and kindly."""

    class Meta:
        abstract = True

    kept_because: str

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; raise ImmutableError for a row that is already stored."""
        if not self._state.adding:
            raise ImmutableError(f"{self} cannot be changed: {self.kept_because}")
        super().save(*args, **kwargs)

    def delete(self, using: Any = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        """Raise ImmutableError."""
        raise ImmutableError(f"{self} cannot be deleted: {self.kept_because}")


class Revision(Immutable):
    """One immutable text of a document. Its offsets are half-open, zero-based, in Unicode code points."""

    kept_because = (
        "labels point into this exact text. Store a corrected text as a new revision, or withdraw the document."
    )

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(editable=False)
    text = models.TextField(editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    length = models.PositiveIntegerField("length in code points", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["document_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="revision_number_is_unique_in_document"),
            models.UniqueConstraint(fields=["document", "sha256"], name="revision_text_is_unique_in_document"),
            models.CheckConstraint(condition=Q(number__gte=1), name="revision_number_starts_at_one"),
            models.CheckConstraint(condition=Q(length__gte=1), name="revision_text_is_not_empty"),
            # So the database itself counts code points, and no offset can mean bytes or UTF-16 units.
            models.CheckConstraint(condition=Q(length=Length("text")), name="revision_length_counts_code_points"),
            models.CheckConstraint(condition=Exact(Length("sha256"), 64), name="revision_sha256_has_64_characters"),
        ]

    def __str__(self) -> str:
        return f"{self.document}, revision {self.number}"

    def segmentation(self, kind: str) -> "Segmentation":
        """The stored cutting of this text into units of `kind`; raises Segmentation.DoesNotExist without one.

        Reads the whole relation, so that `prefetch_related("segmentations")` spares the query.
        """
        for segmentation in self.segmentations.all():
            if segmentation.kind == kind:
                return segmentation
        raise Segmentation.DoesNotExist(f"{self} has no {kind} segmentation.")

    @property
    def sentences(self) -> tuple[int, ...]:
        """End of each sentence in code points; sentence i is [ends[i-1], ends[i]), and they partition the text."""
        return tuple(self.segmentation(SegmentationKind.SENTENCE).ends)


class SegmentationKind(models.TextChoices):
    """What the units of a segmentation are."""

    SENTENCE = "sentence", "Sentences"
    BLOCK = "block", "Blocks (paragraphs)"


class Segmentation(Immutable):
    """A revision's text cut into units, made once by the server, so that every reviewer marks the same units."""

    kept_because = "reviewers have marked these units."

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="segmentations")
    kind = models.CharField(max_length=10, choices=SegmentationKind)
    method = models.CharField(max_length=50)
    method_version = models.CharField(max_length=50)
    ends = models.JSONField(help_text="End of each unit in code points, rising; the last is the length of the text.")

    class Meta:
        ordering = ["revision_id", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "kind"], name="segmentation_kind_is_unique_in_revision"),
            models.CheckConstraint(condition=Q(kind__in=SegmentationKind.values), name="segmentation_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.revision}"


def original_path(original: "Original", name: str) -> str:
    """A random place to keep an uploaded file: nothing the sender chose reaches the file system."""
    token = uuid4().hex
    return f"{token[:2]}/{token}"


class Original(models.Model):
    """The file a text came from, byte for byte. Offered to curators as a download, never served in place."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="originals")
    name = models.CharField(max_length=255, help_text="The file's own name, cleaned.")
    media_type = models.CharField(max_length=127)
    sha256 = models.CharField("SHA-256", max_length=64)
    file = models.FileField(upload_to=original_path, max_length=100)
    address = models.URLField(max_length=2000, blank=True, validators=[web_address])
    retrieved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["revision_id", "pk"]
        constraints = [
            models.CheckConstraint(condition=Exact(Length("sha256"), 64), name="original_sha256_has_64_characters"),
        ]

    def __str__(self) -> str:
        return self.name

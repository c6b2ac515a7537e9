"""The instrument: a codebook's labels, scales and guidelines, in numbered versions that freeze when published."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from annotator.models.validators import validate_code, validate_colour
from annotator.records import CodebookInfo
from sources.validators import validate_name

SMALL = [MinValueValidator(-1000), MaxValueValidator(1000)]


class CodebookQuerySet(models.QuerySet["Codebook"]):
    """Words about codebooks."""

    def published(self) -> "CodebookQuerySet":
        """Frozen versions, fit for a study."""
        return self.filter(published_at__isnull=False)

    def visible_to(self, user: models.Model) -> "CodebookQuerySet":
        """Every version to staff who keep codebooks; to others those of studies they belong to or worked with.

        And those they may write.
        """
        if user.is_staff and user.has_perm("annotator.view_codebook"):
            return self.all()
        return self.filter(
            Q(studies__memberships__user=user, studies__memberships__left_at__isnull=True)
            | Q(assignments__reviewer=user)
            | Q(pk__in=Codebook.objects.written_by(user).values("pk"))
        ).distinct()

    def written_by(self, user: models.Model) -> "CodebookQuerySet":
        """Versions whose drafts the user may write and publish, and of which the user may begin a new version.

        All of them for staff who keep codebooks; for others those they began, and all versions of a codebook that a
        study uses which they lead.
        """
        if user.keeps_codebooks:
            return self.all()
        led = Codebook.objects.filter(
            studies__memberships__user=user,
            studies__memberships__role="lead",
            studies__memberships__left_at__isnull=True,
        )
        return self.filter(Q(begun_by=user) | Q(slug__in=led.values("slug")))


class Codebook(models.Model):
    """One version of labels, scales and guidelines."""

    read_as: CodebookInfo | None = None  # by `descriptions.codebook_info`, once it can change no more

    slug = models.CharField(max_length=60, validators=[validate_code])
    version = models.PositiveIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(100_000)])
    title = models.CharField(max_length=300, validators=[validate_name])
    guidelines = models.TextField(blank=True, max_length=200_000, help_text="Markdown")
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    retired_at = models.DateTimeField(null=True, blank=True)
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    objects = CodebookQuerySet.as_manager()

    class Meta:
        ordering = ["slug", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["slug", "version"], name="codebook_slug_version_is_unique"),
            models.CheckConstraint(condition=Q(version__gte=1), name="codebook_version_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"

    @property
    def is_frozen(self) -> bool:
        """Whether it was published: labels, scales and words then stay as they are."""
        return self.published_at is not None

    def is_written_by(self, user: models.Model) -> bool:
        """Whether the user may write this while it is a draft, publish it, and begin the next version."""
        return Codebook.objects.written_by(user).filter(pk=self.pk).exists()


class Label(models.Model):
    """A nominal category of a passage. `position` decides the line style; `replaces` reads older versions."""

    codebook = models.ForeignKey(Codebook, on_delete=models.PROTECT, related_name="labels")
    code = models.CharField(max_length=60, validators=[validate_code])
    name = models.CharField(max_length=100, validators=[validate_name])
    definition = models.TextField(max_length=10_000)
    use_when = models.TextField(blank=True, max_length=10_000)
    not_when = models.TextField(blank=True, max_length=10_000)
    when_in_doubt = models.TextField(blank=True, max_length=10_000)
    examples = models.TextField(blank=True, max_length=10_000, help_text="One example a line")
    counterexamples = models.TextField(blank=True, max_length=10_000, help_text="One example a line, with the reason")
    colour_light = models.CharField(max_length=7, validators=[validate_colour])
    colour_dark = models.CharField(max_length=7, validators=[validate_colour])
    shortcut = models.CharField(max_length=1, blank=True)
    position = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(100)])
    replaces = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="replaced_by")

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["codebook", "code"], name="label_codebook_code_is_unique"),
            models.UniqueConstraint(
                fields=["codebook", "shortcut"], condition=~Q(shortcut=""), name="label_shortcut_is_unique"
            ),
            models.CheckConstraint(condition=Q(shortcut__in=["", *"123456789"]), name="label_shortcut_is_a_digit"),
        ]

    def __str__(self) -> str:
        return self.name


class Scale(models.Model):
    """A rating scale, asked of passages (of some labels; none named means all) or of the whole document."""

    class Level(models.TextChoices):
        NOMINAL = "nominal", "nominal"
        ORDINAL = "ordinal", "ordinal"
        INTERVAL = "interval", "interval"

    class Target(models.TextChoices):
        PASSAGE = "passage", "passage"
        DOCUMENT = "document", "document"

    codebook = models.ForeignKey(Codebook, on_delete=models.PROTECT, related_name="scales")
    code = models.CharField(max_length=60, validators=[validate_code])
    question = models.CharField(max_length=300, validators=[validate_name])
    level = models.CharField(max_length=10, choices=Level, default=Level.ORDINAL)
    target = models.CharField(max_length=10, choices=Target, default=Target.PASSAGE)
    labels = models.ManyToManyField(Label, blank=True, related_name="scales")
    required = models.BooleanField(default=False)
    needs_evidence = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(100)])

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["codebook", "code"], name="scale_codebook_code_is_unique"),
            models.CheckConstraint(
                condition=Q(level__in=["nominal", "ordinal", "interval"]), name="scale_level_is_known"
            ),
            models.CheckConstraint(condition=Q(target__in=["passage", "document"]), name="scale_target_is_known"),
        ]

    def __str__(self) -> str:
        return self.question


class ScalePoint(models.Model):
    """One anchored point. A rating points at a point, so "9 of 5" cannot be stored."""

    scale = models.ForeignKey(Scale, on_delete=models.PROTECT, related_name="points")
    value = models.SmallIntegerField(validators=SMALL)
    name = models.CharField(max_length=100, validators=[validate_name])
    anchor = models.TextField(blank=True, max_length=2_000)
    missing = models.BooleanField(default=False, help_text="An answer, but a missing value in statistics")

    class Meta:
        ordering = ["missing", "value"]
        constraints = [models.UniqueConstraint(fields=["scale", "value"], name="scale_point_value_is_unique")]

    def __str__(self) -> str:
        return f"{self.value} {self.name}"

"""Studies, and who belongs to them."""

import secrets

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from annotator.models.codebook import Codebook
from annotator.models.user import User
from annotator.models.validators import validate_code, validate_visible
from sources.models import Revision
from sources.validators import validate_name

_PSEUDONYM_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_pseudonym() -> str:
    """Return a random pseudonym such as "R-KTM4": no order of joining shows in it."""
    letters = "".join(secrets.choice(_PSEUDONYM_LETTERS) for _ in range(3))
    return f"R-{letters}{secrets.randbelow(8) + 2}"


class StudyQuerySet(models.QuerySet["Study"]):
    """Words about studies."""

    def visible_to(self, user: User) -> "StudyQuerySet":
        """Studies the user belongs to; all of them for staff who run studies or see all work."""
        if user.runs_studies or user.sees_all_work:
            return self.all()
        return self.filter(Exists(Membership.objects.active().filter(study=OuterRef("pk"), user=user)))

    def run_by(self, user: User) -> "StudyQuerySet":
        """Studies the user may change: as a lead, or as site staff."""
        if user.runs_studies:
            return self.all()
        lead = Membership.objects.active().filter(study=OuterRef("pk"), user=user, role=Membership.Role.LEAD)
        return self.filter(Exists(lead))


class Study(models.Model):
    """One codebook version, some revisions, some reviewers and a blinding rule."""

    class Blinding(models.TextChoices):
        UNTIL_SUBMITTED = "until_submitted", "until submitted"
        UNTIL_CLOSED = "until_closed", "until closed"
        OPEN = "open", "open"

    class Purpose(models.TextChoices):
        RELIABILITY = "reliability", "reliability study"
        TEACHING = "teaching", "teaching"

    class Order(models.TextChoices):
        RANDOM = "random", "random for each reviewer"
        FIXED = "fixed", "fixed"
        LEAST_COVERED = "least_covered", "least covered first"

    class ExtraMeasure(models.TextChoices):
        TOGETHER = "together", "all labels together"
        WEAKEST = "weakest", "the label agreed on least"

    slug = models.CharField(max_length=60, unique=True, validators=[validate_code])
    title = models.CharField(max_length=300, validators=[validate_name])
    codebook = models.ForeignKey(Codebook, on_delete=models.PROTECT, related_name="studies")
    revisions = models.ManyToManyField(Revision, blank=True, related_name="studies")
    reviewers_per_document = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    blinding = models.CharField(
        max_length=20,
        choices=Blinding,
        default=Blinding.UNTIL_CLOSED,
        help_text="When others' work may be shown. Until closed keeps every document of a reviewer independent.",
    )
    purpose = models.CharField(max_length=20, choices=Purpose, default=Purpose.RELIABILITY)
    order = models.CharField(max_length=20, choices=Order, default=Order.RANDOM)
    due_on = models.DateField(null=True, blank=True)
    # One reviewer more where a document's agreement is below a figure, up to so many in all; no rule without the last.
    extra_up_to = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(3), MaxValueValidator(1000)]
    )
    extra_below = models.FloatField(default=0.667, validators=[MinValueValidator(-1.0), MaxValueValidator(1.0)])
    extra_measure = models.CharField(max_length=20, choices=ExtraMeasure, default=ExtraMeasure.TOGETHER)
    extra_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    demo = models.BooleanField(default=False, help_text="The labels are invented, and every page and export says so")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)  # so that of two leads at once none is overwritten

    objects = StudyQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        verbose_name_plural = "studies"
        constraints = [
            models.CheckConstraint(
                condition=Q(blinding__in=["until_submitted", "until_closed", "open"]), name="study_blinding_is_known"
            ),
            models.CheckConstraint(condition=Q(purpose__in=["reliability", "teaching"]), name="study_purpose_is_known"),
            models.CheckConstraint(
                condition=Q(extra_measure__in=["together", "weakest"]), name="study_extra_measure_is_known"
            ),
            models.CheckConstraint(
                condition=Q(order__in=["random", "fixed", "least_covered"]), name="study_order_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @staticmethod
    def usual_blinding(purpose: str) -> str:
        """Return the rule that suits a purpose.

        Until closed for a reliability study, since after a first look at others' work nothing a reviewer does is
        independent any more; until submitted for teaching, where comparing at once is what one learns from.
        """
        return Study.Blinding.UNTIL_SUBMITTED if purpose == Study.Purpose.TEACHING else Study.Blinding.UNTIL_CLOSED

    @property
    def is_blind(self) -> bool:
        """Whether reviewers work without seeing others' work at first; in an open study no work is independent."""
        return self.blinding != self.Blinding.OPEN

    @property
    def is_closed(self) -> bool:
        """Whether no more work is taken."""
        return self.closed_at is not None

    def role_of(self, user: User) -> str | None:
        """Return the user's role here, or None."""
        membership = self.memberships.active().filter(user=user).first()
        return membership.role if membership else None

    def is_run_by(self, user: User) -> bool:
        """Whether the user may change this study."""
        return user.runs_studies or self.role_of(user) == Membership.Role.LEAD


class TextPlace(models.Model):
    """Where a text stands in the fixed order of a study; texts without a place come after the others."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="places")
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+")
    place = models.PositiveIntegerField()

    class Meta:
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["study", "revision"], name="textplace_study_revision_is_unique")]

    def __str__(self) -> str:
        return f"{self.place} of {self.study}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Words about members."""

    def active(self) -> "MembershipQuerySet":
        """Members who have not left."""
        return self.filter(left_at__isnull=True)

    def visible_to(self, user: User) -> "MembershipQuerySet":
        """All members of studies one runs, adjudicates or oversees; elsewhere one's own row only."""
        if user.runs_studies or user.sees_all_work:
            return self.all()
        trusted = Membership.objects.active().filter(
            study=OuterRef("study"), user=user, role__in=[Membership.Role.LEAD, Membership.Role.ADJUDICATOR]
        )
        return self.filter(Q(user=user) | Exists(trusted))


class Membership(models.Model):
    """A user's place in a study, under a random pseudonym."""

    class Role(models.TextChoices):
        LEAD = "lead", "lead"
        ADJUDICATOR = "adjudicator", "adjudicator"
        REVIEWER = "reviewer", "reviewer"
        READER = "reader", "reader"

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role, default=Role.REVIEWER)
    pseudonym = models.CharField(max_length=40, default=new_pseudonym, validators=[validate_visible])
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    left_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)  # so that of two leads at once none is overwritten

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["pseudonym"]  # random, so that no list shows who joined first
        constraints = [
            models.UniqueConstraint(fields=["study", "user"], name="membership_study_user_is_unique"),
            models.UniqueConstraint(fields=["study", "pseudonym"], name="membership_study_pseudonym_is_unique"),
            models.CheckConstraint(
                condition=Q(role__in=["lead", "adjudicator", "reviewer", "reader"]), name="membership_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.pseudonym

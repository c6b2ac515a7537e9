"""Training: documents with a gold standard that reviewers begin with, or meet unmarked later on; and who passed.

A training document is teaching material: its gold is shown beside one's work once that is submitted. A check is an
ordinary document of the study that happens to have a gold: nothing about the assignment of it tells, and only those who
run the study see how it was read.
"""

import uuid
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from annotator.models.assignment import Assignment
from annotator.models.study import Membership, Study
from annotator.models.user import User
from annotator.models.validators import validate_code
from sources.models import Revision

MOST_NEEDED = 20
MOST_AWAY = 100
USUALLY_NEEDED = 3  # with fewer, one odd document decides; more is a day's work before the first real document


class TrainingQuerySet(models.QuerySet["Training"]):
    """Words about training."""

    def under_way(self) -> "TrainingQuerySet":
        """Begun and not ended, in studies that still take work."""
        return self.filter(opened_at__isnull=False, study__closed_at__isnull=True)

    def holding(self, user: User | int) -> "TrainingQuerySet":
        """Training under way that the user, or who has this id, has to pass before the study's documents open."""
        trainee = Membership.objects.active().filter(
            study=OuterRef("study"), user=user, role=Membership.Role.REVIEWER, user__kind=User.Kind.HUMAN
        )
        passed = Qualification.objects.filter(study=OuterRef("study"), reviewer=user)
        return self.under_way().filter(Exists(trainee), ~Exists(passed))

    def locking(self, assignment: Assignment) -> "TrainingQuerySet":
        """The training, if any, that keeps an assignment shut for now. Who runs or settles is never held."""
        if assignment.purpose != Assignment.Purpose.STUDY or assignment.role != Assignment.Role.REVIEWER:
            return self.none()
        return self.holding(assignment.reviewer_id).filter(study=assignment.study_id)


def waiting_for_training(user: User) -> Q:
    """Return what is true of the user's own assignments that a training keeps shut for now."""
    return Q(
        Exists(Training.objects.holding(user).filter(study=OuterRef("study"))),
        purpose=Assignment.Purpose.STUDY,
        role=Assignment.Role.REVIEWER,
        reviewer=user,
    )


class Training(models.Model):
    """How a study trains its reviewers. Each pass mark is taken over the last `needed` documents it applies to."""

    study = models.OneToOneField(Study, on_delete=models.PROTECT, related_name="training")
    needed = models.PositiveSmallIntegerField(
        default=USUALLY_NEEDED, validators=[MinValueValidator(1), MaxValueValidator(MOST_NEEDED)]
    )
    opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)  # so that of two leads at once none is overwritten

    objects = TrainingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(needed__gte=1) & Q(needed__lte=MOST_NEEDED), name="training_needed_is_possible"
            ),
        ]

    def __str__(self) -> str:
        return f"Training of {self.study}"

    @property
    def is_open(self) -> bool:
        """Whether reviewers have to pass it now."""
        return self.opened_at is not None


class TrainingTextQuerySet(models.QuerySet["TrainingText"]):
    """Words about texts with a gold."""

    def in_use(self) -> "TrainingTextQuerySet":
        """Not taken out."""
        return self.filter(retired_at__isnull=True)

    def bound(self) -> "TrainingTextQuerySet":
        """In use, or given to a reviewer already: its gold stays as it is."""
        given = Assignment.objects.training().filter(study=OuterRef("study"), revision=OuterRef("revision"))
        return self.filter(Q(retired_at__isnull=True) | Q(Exists(given), kind=TrainingText.Kind.LESSON))

    def lessons(self) -> "TrainingTextQuerySet":
        """Those of the training, whose gold is shown."""
        return self.filter(kind=TrainingText.Kind.LESSON)

    def checks(self) -> "TrainingTextQuerySet":
        """Those met unmarked among the documents of the study."""
        return self.filter(kind=TrainingText.Kind.CHECK)

    def taught_in(self, study: Study) -> models.QuerySet:
        """Revisions that the study trains with: nobody is given them as documents of the study meanwhile."""
        return self.lessons().in_use().filter(study=study).values("revision")

    def visible_to(self, user: User) -> "TrainingTextQuerySet":
        """Those of studies the user runs: to anybody else a check would no longer be one."""
        return self.filter(study__in=Study.objects.run_by(user).values("pk"))

    def read_by(self, user: User) -> "TrainingTextQuerySet":
        """Lessons on which the user has submitted work: they know the gold of these texts, or may ask for it."""
        own = Assignment.objects.submitted().filter(
            study=OuterRef("study"),
            revision=OuterRef("revision"),
            reviewer=user,
            purpose=Assignment.Purpose.TRAINING,
        )
        return self.lessons().filter(Exists(own))

    def shown_to(self, user: User) -> "TrainingTextQuerySet":
        """Lessons whose gold the user is shown, beside the user's own submitted work on them.

        Beside `Assignment.work_visible_to` the only door to others' work: to this gold, as teaching material. It too
        stays shut while the user reviews the same text blind, in whatever study.
        """
        held = Assignment.objects.blind_reviews(user).under_way().filter(revision=OuterRef("revision"))
        return self.read_by(user).filter(~Exists(held))


class TrainingText(models.Model):
    """A text of which the gold is known: a lesson, or a check. Taken out, it stays for those who have read it."""

    class Kind(models.TextChoices):
        LESSON = "lesson", "training document"
        CHECK = "check", "check"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="training_texts")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="training_texts")
    gold = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="teaches")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.LESSON)
    position = models.PositiveSmallIntegerField(default=1)
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TrainingTextQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["study", "revision"], name="trainingtext_study_revision_is_unique"),
            models.CheckConstraint(condition=Q(kind__in=["lesson", "check"]), name="trainingtext_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.revision}"


class PassMark(models.Model):
    """What a reviewer has to reach for one label or scale. Named by code, so that it outlives a codebook version."""

    class Subject(models.TextChoices):
        LABEL = "label", "label"
        SCALE = "scale", "scale"

    class Measure(models.TextChoices):
        SENTENCE_F1 = "sentence-f1", "F1 on sentences"
        CHARACTER_F1 = "character-f1", "F1 on characters"
        SENTENCE_SHARE = "sentence-share", "share of sentences alike"
        WITHIN = "within", "share of ratings near the gold’s"

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="pass_marks")
    subject = models.CharField(max_length=5, choices=Subject)
    code = models.CharField(max_length=60, validators=[validate_code])
    measure = models.CharField(max_length=20, choices=Measure)
    least = models.DecimalField(
        max_digits=3, decimal_places=2, validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(Decimal(1))]
    )
    away = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(MOST_AWAY)])  # points, for a scale

    class Meta:
        ordering = ["subject", "code"]
        constraints = [
            models.UniqueConstraint(fields=["study", "subject", "code"], name="passmark_study_subject_code_is_unique"),
            models.CheckConstraint(
                condition=Q(least__gt=Decimal(0)) & Q(least__lte=Decimal(1)), name="passmark_least_is_a_share"
            ),
            models.CheckConstraint(
                condition=Q(subject="scale", measure="within")
                | Q(subject="label", measure__in=["sentence-f1", "character-f1", "sentence-share"], away=0),
                name="passmark_measure_suits_its_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.get_measure_display()}"


class Qualification(models.Model):
    """That a reviewer may read the documents of a study: once reached it stays, whatever is changed later."""

    class How(models.TextChoices):
        PASSED = "passed", "reached the pass marks"
        BY_HAND = "by_hand", "let on by who runs the study"
        BEFORE = "before", "had begun to read before the training"

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="qualifications")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="qualifications")
    how = models.CharField(max_length=10, choices=How)
    reason = models.TextField(blank=True, max_length=10_000)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "reviewer"], name="qualification_study_reviewer_is_unique"),
            models.CheckConstraint(
                condition=Q(how__in=["passed", "by_hand", "before"]), name="qualification_how_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(how="by_hand") | ~Q(reason=""), name="qualification_by_hand_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer}: {self.get_how_display()}"

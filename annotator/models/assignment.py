"""Assignments: the doors through which anyone may read or code a text, and the rule of blind review."""

import uuid
from typing import TYPE_CHECKING, Any, Final, Protocol

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone

from annotator.models.codebook import Codebook
from annotator.models.study import Membership, Study
from annotator.models.user import User
from sources.models import Revision

if TYPE_CHECKING:
    from datetime import date, datetime


def begun_by(first_reveal: "datetime | None", begun_at: "datetime | None", submitted_at: "datetime | None") -> bool:
    """Whether work was begun before its reviewer's first reveal, if there was one."""
    return first_reveal is None or (begun_at or submitted_at or timezone.now()) <= first_reveal


class FirstLook(Protocol):
    """What of a piece of work tells whether its reviewer began it knowing nobody else's."""

    round: int
    informed_at: "datetime | None"
    begun_at: "datetime | None"
    submitted_at: "datetime | None"


def is_first_look(work: FirstLook, first_reveal: "datetime | None") -> bool:
    """Whether work of a study that is blind was begun before its reviewer could first see others' work in it."""
    if work.round != 1 or work.informed_at is not None:
        return False
    return begun_by(first_reveal, work.begun_at, work.submitted_at)


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Words about assignments. `work_visible_to` is the one rule of blind review; all else is built on it."""

    def submitted(self) -> "AssignmentQuerySet":
        """Handed in and locked."""
        return self.filter(state=Assignment.State.SUBMITTED)

    def open(self) -> "AssignmentQuerySet":
        """Still being worked on."""
        return self.filter(state=Assignment.State.OPEN)

    def reviews(self) -> "AssignmentQuerySet":
        """Reviewers' work, without the adjudicator's."""
        return self.filter(role=Assignment.Role.REVIEWER)

    def gold(self) -> "AssignmentQuerySet":
        """The gold standard: the adjudicator's work."""
        return self.filter(role=Assignment.Role.ADJUDICATOR)

    def without_training(self) -> "AssignmentQuerySet":
        """What is about the documents of the study: training enters no figure, count or export of it."""
        return self.filter(purpose=Assignment.Purpose.STUDY)

    def training(self) -> "AssignmentQuerySet":
        """Work on training documents, of which the gold is shown once it is submitted."""
        return self.filter(purpose=Assignment.Purpose.TRAINING)

    def blind_reviews(self, user: User) -> "AssignmentQuerySet":
        """First-round reviews of the user's own in studies whose rule hides others' work for a while, and training."""
        open_to_all = Q(study__blinding=Study.Blinding.OPEN, purpose=Assignment.Purpose.STUDY)
        return self.reviews().filter(reviewer=user, round=1).exclude(open_to_all)

    def under_way(self) -> "AssignmentQuerySet":
        """Open, in a study that still takes work, and held by a member who has not left."""
        members = Membership.objects.active().filter(study=OuterRef("study"), user=OuterRef("reviewer"))
        return self.open().filter(Exists(members), study__closed_at__isnull=True)

    def not_blinding(self, user: User) -> "AssignmentQuerySet":
        """Leave out texts on which the user has a first-round review under way, in whatever study."""
        return self.filter(_not_blinding(user))

    def work_visible_to(self, user: User) -> "AssignmentQuerySet":
        """Assignments whose passages, ratings, decisions and history the user may see.

        One's own, always. Others' only once submitted, never while one reviews the same text blind, and then: for
        site staff and leads and adjudicators of the study, unless they review in it themselves; for a reviewer of the
        same text as the study's rule says (after submitting and revealing; for `until_closed` the study must be
        closed as well); in an `open` study for every member; the gold standard of closed studies also for readers.
        Who leaves a study keeps one's own.

        Who oversees a study and reviews in it sees nothing of it while a review of theirs is under way there, and
        the texts they reviewed only after revealing them: otherwise their own work would not be independent.

        Work on training documents is shown to its author and to those entrusted with the study only, never among
        reviewers, and revealing plays no part in it.
        """
        return self.filter(Q(reviewer=user) | _shown_of_others(_EveryStudy(user)))

    def measured_for(self, user: User, study: Study | None = None) -> "AssignmentQuerySet":
        """Submitted work that may enter agreement figures shown to the user: all of it, or of one study as it is now.

        What the user may see; and, for a reader, all submitted work of closed studies, of which only figures are
        shown. One's own unsubmitted work is never reliability data, and work on training documents never either.
        """
        asked = _OneStudy(study, user) if study is not None else _EveryStudy(user)
        read = asked.member(Membership.Role.READER) & asked.closed & _not_blinding(user)
        seen = Q(reviewer=user) | _shown_of_others(asked)
        work = self.submitted().without_training().filter(seen | read)
        return work if study is None else work.filter(study=study)

    def seen_of_others(self, user: User, study: Study, revision_id: int) -> "AssignmentQuerySet":
        """Others' work in the study, or on the text in any study, that the user can see now, be it as figures."""
        submitted = self.submitted().filter(Q(study=study) | Q(revision=revision_id)).exclude(reviewer=user)
        if not submitted.exists():  # nothing to see, whoever looks: most texts are given out before any is submitted
            return self.none()
        return submitted.measured_for(user)

    def with_independence(self) -> "AssignmentQuerySet":
        """Annotate `first_reveal`: when this reviewer first saw others' work in the study (see `is_independent`)."""
        reveals = (
            Assignment.objects.filter(study=OuterRef("study"), reviewer=OuterRef("reviewer"))
            .filter(revealed_at__isnull=False)
            .order_by("revealed_at")
        )
        return self.select_related("study").annotate(first_reveal=Subquery(reveals.values("revealed_at")[:1]))


def _not_blinding(user: User) -> Q:
    """Whether an assignment is of a text on which the user has no first-round review under way, in whatever study."""
    held = Assignment.objects.blind_reviews(user).under_way()
    return ~Q(revision__in=held.values("revision"))  # looked up once, not for every row


class _Asked(Protocol):
    """What the rule of blind review asks of the study that an assignment is in, and of the user there."""

    user: User
    study: Any
    """What the work and the members of that study are found by."""
    closed: Q

    def member(self, *roles: str) -> Q:
        """Whether the user belongs to the study, in one of these roles if any are named."""
        ...

    def ruled(self, blinding: str) -> Q:
        """Whether this is the study's rule."""
        ...

    def holds(self, work: AssignmentQuerySet) -> Q:
        """Whether there is such work in the study."""
        ...

    def holds_here(self, work: AssignmentQuerySet) -> Q:
        """Whether there is such work in the study on the assignment's own text."""
        ...


class _EveryStudy:
    """Asked for each assignment, whatever study it is in."""

    study: Final = OuterRef("study")
    closed: Final = Q(study__closed_at__isnull=False)

    def __init__(self, user: User) -> None:
        self.user = user
        self._members = Membership.objects.active().filter(study=self.study, user=user)

    def member(self, *roles: str) -> Q:
        return Q(Exists(self._members.filter(role__in=roles) if roles else self._members))

    def ruled(self, blinding: str) -> Q:
        return Q(study__blinding=blinding)

    def holds(self, work: AssignmentQuerySet) -> Q:
        return Q(Exists(work))

    def holds_here(self, work: AssignmentQuerySet) -> Q:
        return Q(Exists(work.filter(revision=OuterRef("revision"))))


class _OneStudy:
    """Asked once, of one study as it stands now: of its thousands of assignments only the texts are looked up."""

    def __init__(self, study: Study, user: User) -> None:
        self.user, self.study = user, study
        self.closed = _always(study.is_closed)
        self._role = study.role_of(user)

    def member(self, *roles: str) -> Q:
        return _always(self._role is not None and (not roles or self._role in roles))

    def ruled(self, blinding: str) -> Q:
        return _always(self.study.blinding == blinding)

    def holds(self, work: AssignmentQuerySet) -> Q:
        return _always(work.exists())

    def holds_here(self, work: AssignmentQuerySet) -> Q:
        return Q(revision__in=work.values("revision"))


def _always(held: bool) -> Q:
    """Return what is so of every row or of none, and takes the database no time."""
    none = Q(pk__in=[])
    return ~none if held else none


def _shown_of_others(asked: _Asked) -> Q:
    """Whether somebody else's assignment is shown to the user: the rule of `work_visible_to`."""
    user = asked.user
    here = Assignment.objects.blind_reviews(user).filter(study=asked.study)
    unrevealed = here.without_training().filter(revealed_at__isnull=True).exclude(state=Assignment.State.DECLINED)
    reviewing = asked.holds(here.under_way()) | asked.holds_here(unrevealed)
    entrusted = asked.member(Membership.Role.LEAD, Membership.Role.ADJUDICATOR)
    trusted = ~reviewing if user.sees_all_work else ~reviewing & entrusted
    own = Assignment.objects.submitted().reviews().filter(study=asked.study, reviewer=user, round=1)
    revealed = asked.holds_here(own.filter(revealed_at__isnull=False))
    by_rule = (
        Q(purpose=Assignment.Purpose.STUDY)
        & asked.member()
        & (
            (revealed & asked.ruled(Study.Blinding.UNTIL_SUBMITTED))
            | (revealed & asked.ruled(Study.Blinding.UNTIL_CLOSED) & asked.closed)
            | asked.ruled(Study.Blinding.OPEN)
        )
    )
    reads_gold = asked.member(Membership.Role.READER) & Q(role=Assignment.Role.ADJUDICATOR) & asked.closed
    submitted = Q(state=Assignment.State.SUBMITTED)
    return submitted & (trusted | by_rule | reads_gold) & _not_blinding(user)


class Assignment(models.Model):
    """One reviewer, one revision, one study, one round. Round 1 stays as submitted and is the reliability data."""

    class State(models.TextChoices):
        OPEN = "open", "open"
        SUBMITTED = "submitted", "submitted"
        DECLINED = "declined", "declined"

    class Role(models.TextChoices):
        REVIEWER = "reviewer", "reviewer"
        ADJUDICATOR = "adjudicator", "adjudicator"

    class Purpose(models.TextChoices):
        STUDY = "study", "study"
        TRAINING = "training", "training"

    first_reveal: "datetime | None"  # by with_independence()

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)  # random: no count of others shows
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="assignments")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="assignments")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    codebook = models.ForeignKey(Codebook, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=12, choices=Role, default=Role.REVIEWER)
    purpose = models.CharField(max_length=10, choices=Purpose, default=Purpose.STUDY, editable=False)
    round = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(100)])
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    reason = models.TextField(blank=True, max_length=10_000, help_text="Why the first round was revised")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    begun_at = models.DateTimeField(null=True, blank=True, editable=False)  # the first act; decides independence
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    revealed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Given, or given back, to someone who could see others' work in the study or on the text: not independent.
    informed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Declined because its reviewer left the study: opened again if they come back.
    returned_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Declined because whoever runs the study took it back; what was done is kept, and it can be given back.
    reclaimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Its place among what the reviewer reads in the study, where the least covered comes first: settled when it is
    # given out, from what was given out, so that no order tells what anybody did since.
    place = models.PositiveIntegerField(null=True, blank=True, editable=False)
    due_on = models.DateField(null=True, blank=True, editable=False)  # instead of the study's

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["study", "revision", "reviewer", "round"], name="assignment_reviewer_round_is_unique"
            ),
            models.UniqueConstraint(
                fields=["study", "revision"],
                condition=Q(role="adjudicator") & ~Q(state="declined"),
                name="assignment_one_adjudicator",
            ),
            models.CheckConstraint(
                condition=(Q(state="submitted") & Q(submitted_at__isnull=False))
                | (~Q(state="submitted") & Q(submitted_at__isnull=True)),
                name="assignment_submitted_iff_dated",
            ),
            models.CheckConstraint(
                condition=Q(revealed_at__isnull=True) | Q(revealed_at__gte=F("submitted_at")),
                name="assignment_revealed_after_submission",
            ),
            models.CheckConstraint(condition=Q(round__gte=1), name="assignment_round_is_positive"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "submitted", "declined"]), name="assignment_state_is_known"
            ),
            models.CheckConstraint(condition=Q(role__in=["reviewer", "adjudicator"]), name="assignment_role_is_known"),
            models.CheckConstraint(
                condition=Q(purpose="study")
                | Q(purpose="training", role="reviewer", round=1, revealed_at__isnull=True),
                name="assignment_training_is_one_round",
            ),
        ]
        indexes = [
            models.Index(fields=["reviewer", "state"], name="assignment_reviewer_state"),  # home: my assignments
            models.Index(fields=["revision", "reviewer"], name="assignment_revision_reviewer"),  # not_blinding()
        ]

    def __str__(self) -> str:
        return f"{self.study}: {self.revision}"

    @property
    def is_open(self) -> bool:
        """Whether its reviewer may still write."""
        return self.state == self.State.OPEN

    @property
    def is_submitted(self) -> bool:
        """Whether it is locked and counts as reliability data."""
        return self.state == self.State.SUBMITTED

    @property
    def is_training(self) -> bool:
        """Whether it is work on a training document: never reliability data, whatever its state."""
        return self.purpose == self.Purpose.TRAINING

    @property
    def deadline(self) -> "date | None":
        """The day by which it is wanted: its own, or the study's. Nothing is locked by it."""
        return self.due_on or self.study.due_on

    @property
    def is_overdue(self) -> bool:
        """Whether it is open after its day."""
        takes_work = self.is_open and not self.study.is_closed
        return takes_work and self.deadline is not None and self.deadline < timezone.localdate()

    @property
    def is_independent(self) -> bool:
        """Whether it is first-round work begun before this reviewer could first see others' work in the study.

        Work of an `open` study never is. Needs `with_independence()`.
        """
        return self.study.is_blind and is_first_look(self, self.first_reveal)

    @property
    def may_reveal(self) -> bool:
        """Whether "Show others' work" is open to its reviewer by the study's rule."""
        if not self.is_submitted or self.round != 1 or self.revealed_at is not None:
            return False
        if self.role == self.Role.ADJUDICATOR or self.is_training:
            return False
        return self.study.blinding != Study.Blinding.UNTIL_CLOSED or self.study.is_closed

"""Ways in: one-time invitations, codes for whole classes, and links that set a new password."""

import hashlib
import secrets
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from annotator.models.study import Membership, Study
from annotator.models.user import User
from annotator.models.validators import validate_visible

if TYPE_CHECKING:
    from datetime import datetime

INVITATION_DAYS, LONGEST_INVITATION_DAYS = 14, 90
PASSWORD_LINK_LIFETIME = timedelta(hours=24)
LONGEST_CODE_DAYS = 366
MOST_PLACES = 1_000
MOST_DOCUMENTS = 100

# No vowels, so that no word comes up; none of 0 O 1 I L 2 Z 5 S 8 B 6 G, which are taken for each other. Their number
# is a prime, so that the last letter, a weighted sum of the others, tells every single slip and every swap.
CODE_LETTERS = "34579ACDEFHJKMNPQRTVWXY"
CODE_LENGTH = 10  # nine at random, 40 bits, and the check


def digest_of(secret: str) -> str:
    """Return what is stored of a link's secret. Its 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _check_letter(letters: str) -> str:
    total = sum(weight * CODE_LETTERS.index(letter) for weight, letter in enumerate(letters, start=1))
    return CODE_LETTERS[total % len(CODE_LETTERS)]


def new_code() -> str:
    """Return a random class code such as "KTM4W-XD7RC", its last letter a check of the others."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH - 1))
    letters += _check_letter(letters)
    return f"{letters[:5]}-{letters[5:]}"


def read_code(typed: str) -> str | None:
    """Return a typed code in its one spelling, or None for what is no code: mistyped, as its check tells."""
    letters = "".join(letter for letter in typed.upper() if letter not in " -–—.")
    if len(letters) != CODE_LENGTH or set(letters) - set(CODE_LETTERS):
        return None
    return f"{letters[:5]}-{letters[5:]}" if _check_letter(letters[:-1]) == letters[-1] else None


class OneTimeLinkQuerySet(models.QuerySet):
    """Words about one-time links."""

    def working(self) -> "OneTimeLinkQuerySet":
        """Not used, not revoked, not expired."""
        return self.filter(used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=timezone.now())


class OneTimeLink(models.Model):
    """What invitations and password links share: a secret of which the SHA-256 is kept, good for one use."""

    PREFIX = ""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(editable=False)
    used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = OneTimeLinkQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def new_secret(cls) -> str:
        """Return a fresh secret: the prefix and 32 random bytes."""
        return cls.PREFIX + secrets.token_urlsafe(32)

    @property
    def state(self) -> str:
        """One word: open, used, revoked or expired."""
        if self.used_at is not None:
            return "used"
        if self.revoked_at is not None:
            return "revoked"
        return "open" if self.expires_at > timezone.now() else "expired"


class Invitation(OneTimeLink):
    """A link by which one person joins a study in a given role."""

    PREFIX = "credence_join_"

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="invitations", editable=False)
    role = models.CharField(max_length=12, choices=Membership.Role, default=Membership.Role.REVIEWER, editable=False)
    note = models.CharField(max_length=200, blank=True, validators=[validate_visible], editable=False)
    used_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations", editable=False
    )

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=["lead", "adjudicator", "reviewer", "reader"]), name="invitation_role_is_known"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="invitation_expires_after_creation"
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_by__isnull=True)
                | Q(used_at__isnull=False, used_by__isnull=False),
                name="invitation_used_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True), name="invitation_used_or_revoked"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.study}: {self.get_role_display()}"


class PasswordLink(OneTimeLink):
    """A link by which the holder of an account sets a new password. One at a time works for an account."""

    PREFIX = "credence_password_"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="password_links", editable=False)
    # The study by which its maker had the right to make it; none for site staff.
    study = models.ForeignKey(
        Study, on_delete=models.PROTECT, null=True, blank=True, related_name="password_links", editable=False
    )

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(used_at__isnull=True, revoked_at__isnull=True),
                name="password_link_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="password_link_expires_after_creation"
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True), name="password_link_used_or_revoked"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class ClassCodeQuerySet(models.QuerySet["ClassCode"]):
    """Words about class codes."""

    def taken(self, code: "ClassCode") -> int:
        """Take one place of a code while there is one; return how many were taken: 1 or 0."""
        usable = self.filter(pk=code.pk, revoked_at__isnull=True, expires_at__gt=timezone.now())
        return usable.filter(joined__lt=F("places")).update(joined=F("joined") + 1)


class ClassCode(models.Model):
    """A code by which so many people join a study as reviewers until a date.

    It is kept readable: whoever runs the study writes it on a board again and again, and 40 bits under a quick hash
    would be no secret from whoever holds the table.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="codes", editable=False)
    code = models.CharField(max_length=11, unique=True, default=new_code, editable=False)
    places = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MOST_PLACES)], editable=False
    )
    joined = models.PositiveSmallIntegerField(default=0, editable=False)
    documents = models.PositiveSmallIntegerField(
        default=1,
        validators=[MaxValueValidator(MOST_DOCUMENTS)],
        editable=False,
        help_text="How many documents each person is given on joining",
    )
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ClassCodeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(places__gte=1), name="class_code_has_places"),
            models.CheckConstraint(condition=Q(joined__lte=F("places")), name="class_code_is_not_overfull"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="class_code_expires_after_creation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.study}: {self.places} places"

    @property
    def state(self) -> str:
        """One word: open, full, revoked or expired."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at <= timezone.now():
            return "expired"
        return "full" if self.joined >= self.places else "open"

    @property
    def left(self) -> int:
        """How many places are left."""
        return self.places - self.joined


def end_of(days: int) -> "datetime":
    """Return the moment so many days from now."""
    return timezone.now() + timedelta(days=days)

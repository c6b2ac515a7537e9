"""Accounts, the tokens that act for them, and the count of failed sign-ins."""

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils import timezone

from annotator.models.validators import validate_visible

TOKEN_PREFIX = "credence_"  # noqa: S105 - lets scanners of leaked secrets recognise one
TOKEN_LIFETIME = timedelta(days=90)


class User(AbstractUser):
    """A person or a machine that reviews. Never deleted: erasing scrubs the row and keeps it inactive.

    There is no pseudonym here: one alias for life would link a person across studies (see Membership).
    """

    class Kind(models.TextChoices):
        HUMAN = "human", "human"
        MACHINE = "machine", "machine"

    username = models.CharField(
        max_length=150,
        unique=True,
        validators=[AbstractUser.username_validator, validate_visible],
        error_messages={"unique": "This user name is taken."},
    )
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.HUMAN)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=["human", "machine"]), name="user_kind_is_known"),
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True) | models.Q(is_active=False), name="user_erased_is_inactive"
            ),
        ]

    @property
    def sees_all_work(self) -> bool:
        """Whether this is site staff trusted with reviewers' work (blindness to one's own texts still holds)."""
        return self.is_active and self.is_staff and self.has_perm("annotator.view_annotation")

    @property
    def runs_studies(self) -> bool:
        """Whether this is site staff who may run any study."""
        return self.is_active and self.is_staff and self.has_perm("annotator.change_study")

    @property
    def keeps_codebooks(self) -> bool:
        """Whether this is site staff who may write every codebook."""
        return self.is_active and self.is_staff and self.has_perm("annotator.change_codebook")

    @property
    def begins_codebooks(self) -> bool:
        """Whether this person may begin codebooks: site staff permitted to, and whoever leads a study."""
        if self.is_active and self.is_staff and self.has_perm("annotator.add_codebook"):
            return True
        return self.is_active and self.memberships.filter(role="lead", left_at__isnull=True).exists()

    @property
    def keeps_sources(self) -> bool:
        """Whether this is a curator: site staff who may read and keep every source."""
        return self.is_active and self.is_staff and self.has_perm("sources.view_document")


class TokenQuerySet(models.QuerySet["Token"]):
    """Words about tokens."""

    def usable(self) -> "TokenQuerySet":
        """Not revoked, not expired, of an active user."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=timezone.now(), user__is_active=True)


def _expiry() -> datetime:
    return timezone.now() + TOKEN_LIFETIME


class Token(models.Model):
    """Lets a program act for a user. Only the SHA-256 of the secret is kept; the secret is shown once."""

    class Scope(models.TextChoices):
        READ = "read", "read"
        WRITE = "write", "read and write"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=100, validators=[validate_visible])
    scope = models.CharField(max_length=5, choices=Scope, default=Scope.READ)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(default=_expiry)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=models.Q(scope__in=["read", "write"]), name="token_scope_is_known"),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")), name="token_expires_after_creation"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def new_secret() -> str:
        """Return a fresh secret: the prefix and 32 random bytes."""
        return TOKEN_PREFIX + secrets.token_urlsafe(32)

    @staticmethod
    def digest_of(secret: str) -> str:
        """Return what is stored of a secret. Its 256 random bits need no slow hash."""
        return hashlib.sha256(secret.encode()).hexdigest()

    @property
    def is_usable(self) -> bool:
        """Whether a request with this token is let in."""
        return self.revoked_at is None and self.expires_at > timezone.now()


class LoginFailure(models.Model):
    """A wrong password, kept for the length of the lock; one row counts for the name and for the address."""

    key = models.CharField(max_length=64)  # SHA-256 of "name:…" or "address:…": no typed name is kept readable
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="login_failure_key_at")]  # counted at each sign-in

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"

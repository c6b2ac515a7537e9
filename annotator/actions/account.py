"""Accounts and tokens."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.utils import timezone

from annotator.actions.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from annotator.actions.history import record
from annotator.actions.permissions import require, require_over_account
from annotator.actions.transactions import writes
from annotator.models import Token, User
from annotator.models.user import TOKEN_LIFETIME

LONGEST_TOKEN = timedelta(days=366)


@writes
def create_user(
    *,
    actor: User | None,
    username: str,
    password: str | None,
    kind: str = User.Kind.HUMAN,
    is_staff: bool = False,
    is_superuser: bool = False,
) -> User:
    """Create an account; without a password it cannot sign in. `actor` None = the account makes itself (first start).

    Raises NotAllowedError: without the right to add accounts, or to make staff unless a superuser; django
    ValidationError for an unfit name or password; ConflictError `exists`.
    """
    if actor is not None:
        require(actor, "annotator.add_user")
        if (is_staff or is_superuser) and not actor.is_superuser:
            raise NotAllowedError("Only an administrator may make staff.")
    elif User.objects.filter(is_superuser=True).exists():
        raise NotAllowedError("The site has an administrator already, who makes accounts.")
    if User.objects.filter(username=username).exists():
        raise ConflictError("exists", f"There is a user “{username}” already.")
    user = User(username=username, kind=kind, is_staff=is_staff, is_superuser=is_superuser)
    if password is None:
        user.set_unusable_password()
    else:
        validate_password(password, user)
        user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save()
    record(actor=actor or user, verb="created", row=user, after={"kind": kind, "staff": is_staff})
    return user


@writes
def create_token(*, actor: User, name: str, scope: str, expires_at: datetime | None = None) -> tuple[Token, str]:
    """Make a token for the actor; return it and its secret, which is shown this once.

    Raises InvalidError: blank name, unknown scope, expiry in the past or over a year away.
    """
    if not name.strip():
        raise InvalidError("name", "Name the token after what will use it.", "blank")
    if scope not in Token.Scope.values:
        raise InvalidError("scope", "Choose read or write.")
    now = timezone.now()
    expires_at = expires_at or now + TOKEN_LIFETIME
    if not now < expires_at <= now + LONGEST_TOKEN:
        raise InvalidError("expires_at", "Choose a day between tomorrow and a year from now.")
    secret = Token.new_secret()
    token = Token(user=actor, name=name, scope=scope, expires_at=expires_at, digest=Token.digest_of(secret))
    token.full_clean()
    token.save()
    record(actor=actor, verb="created", row=token, after={"scope": scope, "expires_at": expires_at.isoformat()})
    return token, secret


@writes
def revoke_token(*, actor: User, token_id: UUID) -> Token:
    """End one of the actor's tokens at once; ending it again changes nothing. Raises NotFoundError."""
    token = Token.objects.select_for_update().filter(pk=token_id, user=actor).first()
    if token is None:
        raise NotFoundError
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        record(actor=actor, verb="revoked", row=token)
    return token


@writes
def change_password(*, actor: User, user: User, password: str) -> User:
    """Set a new password; the change itself ends every other session.

    Raises NotAllowedError unless it is the actor's own account or one that the actor may change; django
    ValidationError.
    """
    require_over_account(actor, user)
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    record(actor=actor, verb="changed_password", row=user)
    return user

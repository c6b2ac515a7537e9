"""Who is calling: a token before the session; and the permission that denies by default."""

from typing import Any

from django.utils import timezone
from rest_framework import authentication, exceptions, permissions
from rest_framework.request import Request

from annotator.actions.transactions import writes
from annotator.models import Token, User

NOTED_EVERY = 60  # seconds between writes of "last used"


@writes
def _note_use(token: Token) -> None:
    """Keep when a token was last used: in its turn, as all writing, so that no reader is told that we are busy."""
    token.last_used_at = timezone.now()
    token.save(update_fields=["last_used_at"])


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Token credence_…`. Wrong, expired or revoked is 401; it never falls through to the session."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        """Return the token's owner, None without a token, or raise AuthenticationFailed."""
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        scheme, _, secret = header.partition(" ")
        if scheme.lower() != "token" or not secret.strip():
            raise exceptions.AuthenticationFailed
        token = Token.objects.usable().select_related("user").filter(digest=Token.digest_of(secret.strip())).first()
        if token is None:
            raise exceptions.AuthenticationFailed
        if token.last_used_at is None or (timezone.now() - token.last_used_at).total_seconds() > NOTED_EVERY:
            _note_use(token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, which makes missing credentials a 401."""
        return "Token"


class SessionAuthentication(authentication.SessionAuthentication):
    """Django's session; a failed CSRF check says so by its code."""

    def enforce_csrf(self, request: Request) -> None:
        """Raise PermissionDenied with code `csrf`."""
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as error:
            raise exceptions.PermissionDenied(code="csrf") from error


class SignedIn(permissions.BasePermission):
    """Denies by default: no caller without an account, no write with a read token."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the caller may ask this view at all; what they get is the queryset's business."""
        if not request.user.is_authenticated:
            return False
        if isinstance(request.auth, Token) and request.method not in permissions.SAFE_METHODS:
            return request.auth.scope == Token.Scope.WRITE
        return True

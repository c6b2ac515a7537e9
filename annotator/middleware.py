"""What every request passes through: the content policy, a check of its address, and the age of its session."""

import time
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from annotator.views.errors import address_too_long, bad_request

Handler = Callable[[HttpRequest], HttpResponse]

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
_TRUSTED_TYPES = "; require-trusted-types-for 'script'; trusted-types 'none'"
LONGEST_ADDRESS = 8_192  # characters
RENEW_SESSION_AFTER = 5 * 60  # seconds


class PolicyMiddleware:
    """Sends the content security policy, and keeps personal answers out of every cache.

    The admin keeps its own scripts, which predate Trusted Types; all else of the policy holds there too.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        response = self.get_response(request)
        policy = _POLICY if request.path.startswith("/admin/") else _POLICY + _TRUSTED_TYPES
        response.headers.setdefault("Content-Security-Policy", policy)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "private, no-store")
            patch_vary_headers(response, ["Cookie", "Authorization"])
        return response


class RequestCheckMiddleware:
    """Refuses addresses that no database can hold (NUL, bytes that are not UTF-8) or that are too long to be real.

    A cookie that no database can hold is none of ours, and as good as not sent.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        raw = request.META.get("QUERY_STRING", "")
        if len(request.path) + len(raw) > LONGEST_ADDRESS:
            return address_too_long(request)
        query = unquote_to_bytes(raw.replace("+", " "))
        try:
            readable = b"\0" not in query and bool(query.decode() or True) and "\0" not in request.path
        except UnicodeDecodeError:
            readable = False
        if not readable:
            return bad_request(request)
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if "\0" not in value}
        return self.get_response(request)


class SessionAgeMiddleware:
    """Ends a session seven days after sign-in; renews the eight idle hours while it is used."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            now = int(time.time())
            began = request.session.setdefault("began", now)
            if now - began > settings.SESSION_ABSOLUTE_AGE:
                logout(request)
            elif now - request.session.get("renewed", 0) > RENEW_SESSION_AFTER:
                request.session["renewed"] = now
        return self.get_response(request)

"""Pages for what goes wrong; under /api/ the same things are answered as problem+json."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from annotator.api.errors import problem_response


def _answer(request: HttpRequest, status: int, code: str, title: str, detail: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem_response(request, status, code, title, detail)
    return render(request, "error.html", {"status": status, "title": title, "detail": detail}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request could not be read."""
    return _answer(request, 400, "bad_request", "This request could not be read", "Go back and try again.")


def address_too_long(request: HttpRequest) -> HttpResponse:
    """414: an address longer than any of ours."""
    return _answer(request, 414, "too_long", "This address is too long", "An address may have 8,192 characters.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in, and not allowed."""
    return _answer(request, 403, "forbidden", "Not allowed", "Your account may not do this.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: not there or not yours; the two look the same."""
    detail = "There is nothing at this address, or it is not yours."
    return _answer(request, 404, "not_found", "Not found", detail)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a fault of ours."""
    detail = "Something failed on our side. What you sent was not saved, unless it was answered as saved before."
    if request.path.startswith("/api/"):
        return problem_response(request, 500, "error", "Something failed", detail)
    # Without the request: who is signed in is asked of the database, which may be what failed.
    page = render_to_string("error.html", {"status": 500, "title": "Something failed", "detail": detail})
    return HttpResponse(page, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form or request did not carry the token of this session."""
    detail = "The page was open longer than your session. Reload it and send again; nothing was saved."
    return _answer(request, 403, "csrf", "The session has changed", detail)

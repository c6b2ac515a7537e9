"""Every refusal of the API as `application/problem+json` (RFC 9457): what is wrong, where, and what to do."""

import logging
import math
import uuid
from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import islice
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

from annotator.actions.errors import ActionError, BusyError, FieldError, NotFoundError
from annotator.actions.sign_in import TooManyFailuresError

MEDIA_TYPE = "application/problem+json"
MOST_FAULTS = 100
MOST_NAMED = 8
MOST_LETTERS = 200
logger = logging.getLogger(__name__)


class ProblemError(exceptions.APIException):
    """A refusal made by the API itself rather than by an action."""

    def __init__(self, status: int, code: str, title: str, detail: str, errors: Iterable[FieldError] = ()) -> None:
        super().__init__(detail, code)
        self.status_code = status
        self.code, self.title, self.errors = code, title, list(errors)


def problem_body(status: int, code: str, title: str, detail: str, errors: Iterable[FieldError] = ()) -> dict[str, Any]:
    """Return the body of a refusal."""
    return {
        "type": f"/api/v1/reference/#{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": [{"field": e.field, "code": e.code, "detail": e.detail} for e in _shortened(errors)],
        "request_id": str(uuid.uuid4()),
    }


def problem_response(request: HttpRequest, status: int, code: str, title: str, detail: str) -> JsonResponse:
    """Return a refusal outside the REST framework: for middleware and error pages."""
    return JsonResponse(problem_body(status, code, title, detail), status=status, content_type=MEDIA_TYPE)


def _shortened(errors: Iterable[FieldError]) -> list[FieldError]:
    """The first hundred faults, without field names that a client made endless."""
    return [FieldError(fault.field[:MOST_LETTERS], fault.code, fault.detail) for fault in islice(errors, MOST_FAULTS)]


def _flatten(detail: Any, field: str = "") -> list[FieldError]:
    """Turn the framework's nested messages into a flat list of faults."""
    if isinstance(detail, Mapping):
        found = []
        for key, value in detail.items():
            place = field if key == "non_field_errors" else f"{field}.{key}" if field else str(key)
            found += _flatten(value, place)
        return found
    if isinstance(detail, list):
        found = []
        for index, value in enumerate(detail):
            nested = isinstance(value, Mapping | list)
            if nested and not value:
                continue
            found += _flatten(value, f"{field}.{index}" if nested else field)
        return found
    return [FieldError(field, getattr(detail, "code", "invalid") or "invalid", str(detail))]


def _as_problem(error: Exception) -> tuple[int, str, str, str, list[FieldError]] | None:
    match error:
        case ActionError():
            return error.status, error.code, error.title, error.detail, error.errors
        case ProblemError():
            return error.status_code, error.code, error.title, str(error.detail), error.errors
        case exceptions.ValidationError():
            found = _flatten(error.detail)
            names = list(dict.fromkeys(fault.field[:MOST_LETTERS] for fault in found if fault.field))
            named = ", ".join(names[:MOST_NAMED]) + (" and others" if len(names) > MOST_NAMED else "")
            return 400, "invalid", "Invalid", f"Correct {named or 'the request'} and send it again.", found
        case ValidationError():
            found = [
                FieldError("" if field == "__all__" else field, fault.code or "invalid", " ".join(fault.messages))
                for field, faults in (
                    error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
                ).items()
                for fault in faults
            ]
            return 400, "invalid", "Invalid", "Correct the fields named and send again.", found
        case Http404() | exceptions.NotFound():
            absent = NotFoundError()
            return absent.status, absent.code, absent.title, absent.detail, []
        case RequestDataTooBig():
            return 413, "too_large", "Too large", "A JSON body may have 2.5 MB. Send less at a time.", []
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return 401, "unauthenticated", "Sign in", "Sign in, or send a valid token.", []
        case PermissionDenied() | exceptions.PermissionDenied():
            code = getattr(getattr(error, "detail", None), "code", None)
            if code == "csrf":
                return 403, "csrf", "The session has changed", "Read the CSRF cookie again and send once more.", []
            return 403, "forbidden", "Not allowed", "Your account or token may not do this.", []
        case exceptions.MethodNotAllowed():
            return 405, "method", "Method not allowed", "This address does not take this method.", []
        case exceptions.UnsupportedMediaType():
            return 415, "media_type", "Not JSON", "Send the body as application/json in UTF-8.", []
        case exceptions.NotAcceptable():
            return 406, "not_acceptable", "Not acceptable", "This address answers in JSON only.", []
        case TooManyFailuresError():
            return 429, "too_fast", "Too many wrong attempts", "Wait as long as Retry-After says.", []
        case exceptions.Throttled():
            return 429, "too_fast", "Too fast", "Wait as long as Retry-After says.", []
        case exceptions.ParseError():
            return 400, "bad_json", "Not readable", str(error.detail), []
        case SuspiciousOperation():
            return 400, "bad_request", "Bad request", "The request could not be read.", []
        case OperationalError() | InterfaceError():
            logger.error("The database did not answer", exc_info=error)
            busy = BusyError()
            return busy.status, busy.code, busy.title, busy.detail, []
        case _:
            return None


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an exception raised in a view; None leaves a fault of ours to the 500 handler, which logs it."""
    found = _as_problem(error)
    if found is None:
        return None
    status, code, title, detail, errors = found
    body = problem_body(status, code, title, detail, errors)
    current = getattr(error, "current", None)
    if current is not None and (present := context["view"].present(current)) is not None:
        body["current"] = present
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Token"
    if status in (429, 503):
        wait = getattr(error, "wait", None) or 1
        headers["Retry-After"] = str(math.ceil(wait.total_seconds() if isinstance(wait, timedelta) else wait))
    return Response(body, status=status, headers=headers, content_type=MEDIA_TYPE)

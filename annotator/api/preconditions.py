"""Reading If-Match and If-None-Match: what a write says of the row it meets."""

import re

from rest_framework.request import Request
from rest_framework.serializers import ErrorDetail, ValidationError

from annotator.actions.annotation import ANY_VERSION, Precondition

# A proxy that compresses answers weakens their tags; a weak one still names the version that was read.
_TAG = re.compile(r'\s*(?:W/)?"([0-9]{1,10})"\s*')


def _versions(header: str) -> frozenset[int]:
    """The versions named; a header that cannot be read names none, so that it meets no row (412)."""
    if header.strip() == "*":
        return ANY_VERSION
    found = [_TAG.fullmatch(part) for part in header.split(",")]
    return frozenset(int(tag[1]) for tag in found if tag) if all(found) else frozenset()


def precondition_of(request: Request) -> Precondition:
    """Return the request's precondition; ValidationError where If-None-Match is not `*` or both headers are sent."""
    match = request.META.get("HTTP_IF_MATCH")
    none_match = request.META.get("HTTP_IF_NONE_MATCH")
    if none_match is None:
        return Precondition(versions=None if match is None else _versions(match))
    if match is not None or none_match.strip() != "*":
        detail = ErrorDetail("Send If-None-Match: * to create, or If-Match alone to edit.", "invalid")
        raise ValidationError({"If-None-Match": detail})
    return Precondition(create=True)

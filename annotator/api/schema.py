"""The published description of the API (OpenAPI 3.1): what every operation shares, and how one is described."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from annotator.api.errors import MEDIA_TYPE

PROBLEMS = {
    400: "The request cannot be read or does not fit; `errors` names the fields.",
    401: "Credentials are missing, wrong or expired.",
    403: "The CSRF token is missing, the token's scope is too narrow, or others' work is not shown yet.",
    404: "There is nothing at this address, or it is not yours.",
    405: "This address does not take this method.",
    406: "The Accept header leaves out JSON.",
    409: "The state of things does not allow it; `code` says which state.",
    410: "The passage was deleted.",
    411: "The body came without its length.",
    412: "The row was changed in the meantime; `current` is the row as it is.",
    413: "The body is too large.",
    415: "The body is not JSON in UTF-8.",
    429: "Too many wrong attempts; Retry-After says how long to wait.",
    428: "Neither If-Match nor If-None-Match was sent.",
    503: "The database is busy. Nothing was saved; trying again is safe.",
}
ALWAYS = (400, 405, 406, 503)
WRITING = (403, 411, 413, 415)

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description='The version that is edited, such as `"3"`; or `*` for any.'
)
CREATES = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, enum=["*"], description="Sent to create: the row must not exist yet."
)
IF_CHANGED = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="ETag of the answer the client has; answered 304."
)


class FaultSerializer(serializers.Serializer):
    """One fault of the input."""

    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer):
    """A refusal (RFC 9457): what is wrong, where, and what to do."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = FaultSerializer(many=True)
    request_id = serializers.UUIDField()


class StaleProblemSerializer(ProblemSerializer):
    """A refusal with the row as it is."""

    current = serializers.DictField(required=False)


class TokenScheme(OpenApiAuthenticationExtension):
    """A token in the Authorization header."""

    target_class = "annotator.api.auth.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Describe the header."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token credence_…`, made on the page My tokens. It acts as its owner, less its scope.",
        }


class SessionScheme(OpenApiAuthenticationExtension):
    """The session of the pages."""

    target_class = "annotator.api.auth.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Describe the cookie."""
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "The cookie of the pages. Writes also send X-CSRFToken, the value of the cookie csrftoken.",
        }


class StrictBodyDescription(OpenApiSerializerExtension):
    """A body of which every field is known says so."""

    target_class = "annotator.api.fields.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        """Return the usual description; of a body, closed against other fields."""
        described = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**described, "additionalProperties": False} if direction == "request" else described


class ChoiceDescription(OpenApiSerializerFieldExtension):
    """A set of words, described once under its own name."""

    target_class = "annotator.api.fields.Choice"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        """Return a reference to the set."""
        name = self.target.name_of_set
        component = ResolvedComponent(
            name=name,
            type=ResolvedComponent.SCHEMA,
            schema={"type": "string", "enum": self.target.words},
            object=name,
        )
        auto_schema.registry.register_on_missing(component)
        return component.ref


def describe(
    operation_id: str,
    summary: str,
    answers: Mapping[int, Any],
    *,
    body: Any = None,
    parameters: Iterable[Any] = (),
    problems: Iterable[int] = (),
    writes: bool = False,
    public: bool = False,
    media_type: str = "application/json",
) -> Callable[[Any], Any]:
    """Describe one method of a view: its answers by status, and which refusals it may give besides the common ones."""
    refusals = {*ALWAYS, *(WRITING if writes else ()), *(() if public else (401,)), *problems}
    responses: dict[Any, Any] = {
        (status, media_type): OpenApiResponse(answer, description="Done.") if answer is not None else None
        for status, answer in answers.items()
        if status not in (204, 304)
    }
    if 204 in answers:
        responses[204] = OpenApiResponse(description="Done; there is nothing to show.")
    if 304 in answers:
        responses[304] = OpenApiResponse(description="The client has this version already.")
    for status in sorted(refusals):
        kind = StaleProblemSerializer if status in (409, 412) else ProblemSerializer
        responses[status, MEDIA_TYPE] = OpenApiResponse(kind, description=PROBLEMS[status])
    kept = [name for name in answers if name != 204]
    tag = OpenApiParameter(
        "ETag", OpenApiTypes.STR, OpenApiParameter.HEADER, response=kept, description="The version of this answer."
    )
    has_tag = any(getattr(parameter, "name", "") in ("If-Match", "If-None-Match") for parameter in parameters)
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        request=body,
        responses=responses,
        parameters=[*parameters, *([tag] if has_tag and kept else [])],
        auth=[] if public else None,
    )

"""The published description of the API: as OpenAPI 3.1, and as a page for people, drawn from it by our own template."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from annotator.api.base import AnyAccept, ApiView, is_known
from annotator.api.codes import CODES
from annotator.api.schema import ALWAYS

MEDIA_TYPE = "application/vnd.oai.openapi+json"
REF = "#/components/schemas/"


@cache
def openapi() -> dict[str, Any]:
    """Return the description of the whole API; it is the same for every reader and never changes while we run."""
    return SchemaGenerator().get_schema(request=None, public=True)


@cache
def _rendered() -> tuple[bytes, str]:
    body = json.dumps(openapi(), ensure_ascii=False, separators=(",", ":")).encode()
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'


@dataclass(frozen=True, slots=True)
class Property:
    """A parameter, or a field of a body."""

    name: str
    place: str
    kind: str
    required: bool
    words: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of an operation."""

    status: str
    words: str
    shape: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of an address."""

    key: str
    method: str
    path: str
    summary: str
    words: str
    parameters: tuple[Property, ...]
    body: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The addresses that begin with one noun."""

    name: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a body or an answer looks like."""

    name: str
    words: str
    properties: tuple[Property, ...]


def _marked(text: str) -> SafeString:
    """Words in which what stands between backticks is code."""
    parts = enumerate(text.split("`"))
    return format_html_join("", "{}", ((format_html("<code>{}</code>", part) if n % 2 else part,) for n, part in parts))


def _kind(schema: Mapping[str, Any]) -> str:
    """The type of a value in words, such as "list of Annotation" or "integer 0 to 1000"."""
    if "$ref" in schema:
        return schema["$ref"].removeprefix(REF)
    for key in ("allOf", "oneOf", "anyOf"):
        if key in schema:
            return " or ".join(_kind(part) for part in schema[key])
    if "enum" in schema:
        return " or ".join("empty" if value == "" else str(value) for value in schema["enum"] if value is not None)
    named = schema.get("type", "anything")
    kinds = [named] if isinstance(named, str) else list(named)
    if "array" in kinds:
        return f"list of {_kind(schema.get('items', {}))}"
    words = " or ".join(kinds)
    if "format" in schema:
        words += f" ({schema['format']})"
    if "minimum" in schema and "maximum" in schema:
        words += f" {schema['minimum']} to {schema['maximum']}"
    elif "maxLength" in schema:
        words += f" of at most {schema['maxLength']} characters"
    return words


def _parameters(operation: Mapping[str, Any]) -> Iterator[Property]:
    for parameter in operation.get("parameters", ()):
        yield Property(
            parameter["name"],
            parameter["in"],
            _kind(parameter["schema"]),
            parameter.get("required", False),
            _marked(parameter.get("description", "")),
        )


def _shape_of(content: Mapping[str, Any]) -> str:
    return next((_kind(media["schema"]) for media in content.values() if media.get("schema")), "")


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> Operation:
    common = {str(status) for status in ALWAYS}
    return Operation(
        key=operation["operationId"],
        method=method.upper(),
        path=format_html_join(mark_safe("/<wbr>"), "{}", ((step,) for step in path.split("/"))),
        summary=operation.get("summary", ""),
        words=_marked(operation.get("description", "")),
        parameters=tuple(_parameters(operation)),
        body=_shape_of(operation.get("requestBody", {}).get("content", {})),
        answers=tuple(
            Answer(status, _marked(answer.get("description", "")), _shape_of(answer.get("content", {})))
            for status, answer in operation["responses"].items()
            if status not in common
        ),
    )


def sections(schema: Mapping[str, Any]) -> list[Section]:
    """Return the operations under the noun their address begins with."""
    found: dict[str, list[Operation]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append(_operation(method, path, operation))
    return [Section(name, tuple(operations)) for name, operations in found.items()]


def shapes(schema: Mapping[str, Any]) -> list[Shape]:
    """Return what bodies and answers look like, by name."""
    return [
        Shape(
            name,
            _marked(shape.get("description", "")),
            tuple(
                Property(key, "", _kind(value), key in shape.get("required", ()), _marked(value.get("description", "")))
                for key, value in shape["properties"].items()
            ),
        )
        for name, shape in sorted(schema["components"]["schemas"].items())
        if "properties" in shape
    ]


class Schema(ApiView):
    """The description for programs. Open to everybody."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    content_negotiation_class = AnyAccept

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        """Send the description, the same for everybody."""
        body, tag = _rendered()
        headers = {"ETag": tag, "Cache-Control": "public, max-age=300"}
        if is_known(request, tag):
            return HttpResponse(status=304, headers=headers)
        return HttpResponse(body, content_type=MEDIA_TYPE, headers=headers)


class Reference(ApiView):
    """The description for people. Open to everybody."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    content_negotiation_class = AnyAccept

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        """Show the page."""
        schema = openapi()
        described = shapes(schema)
        context = {
            "sections": sections(schema),
            "shapes": described,
            "names": {shape.name for shape in described},
            "codes": [(code, _marked(code.words)) for code in CODES],
            "info": schema["info"],
        }
        return render(request._request, "annotator/api_reference.html", context)

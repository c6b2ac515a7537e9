"""What all views of the API share: strict parameters and bodies, pages by key, and answers that carry a version."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.http import parse_etags
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation, DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator.actions.errors import FieldError, NotFoundError
from annotator.api.errors import ProblemError
from annotator.api.fields import CODE_LENGTH, LARGEST, SLUG_LENGTH, Identifier
from annotator.api.parsers import refuse_encoding
from annotator.models import User

MOST_ROWS = 1000
Row = TypeVar("Row", bound=Model)


class AnyAccept(BaseContentNegotiation):
    """For addresses that have one form only: what the client would rather have changes nothing."""

    def select_parser(self, request: Request, parsers: list[BaseParser]) -> BaseParser | None:
        """Return the parser of the body's type, if there is one."""
        return DefaultContentNegotiation().select_parser(request, parsers)

    def select_renderer(
        self, request: Request, renderers: list[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the one renderer."""
        return renderers[0], renderers[0].media_type


class Parameters(serializers.Serializer):
    """Query parameters of an address that takes none."""


class PageParameters(Parameters):
    """Query parameters of a list: so many rows, after the one named by `next` of the page before."""

    limit = serializers.IntegerField(
        min_value=1, max_value=MOST_ROWS, default=100, help_text="Rows in one answer, at most."
    )


class PageByIdParameters(PageParameters):
    """A list in the order of random or time-ordered ids."""

    after = Identifier(required=False, help_text="`next` of the page before.")


class PageBySlugParameters(PageParameters):
    """A list in the order of slugs."""

    after = serializers.RegexField(
        r"^[-a-zA-Z0-9_]+$", max_length=SLUG_LENGTH, required=False, help_text="`next` of the page before."
    )


class PageByNumberParameters(PageParameters):
    """A list in the order of numbers."""

    after = serializers.IntegerField(
        min_value=0, max_value=LARGEST, required=False, help_text="`next` of the page before."
    )


class ApiView(APIView):
    """A view that refuses what it does not know. `parameters` names what a GET takes in its address."""

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    parameters: type[Parameters] = Parameters

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check who asks, then the address, then that the body can be read: before any row is looked at."""
        refuse_encoding(request)
        super().initial(request, *args, **kwargs)
        if request.method not in self.allowed_methods:
            return  # answered 405
        if "HTTP_TRANSFER_ENCODING" in request.META and "CONTENT_LENGTH" not in request.META:
            raise ProblemError(411, "length", "Length is missing", "Send the body with its Content-Length.")
        safe = request.method in SAFE_METHODS
        self.query = _read_parameters(request, self.parameters if safe else Parameters)
        if not safe:
            self.sent = request.data

    def body(self, kind: type[serializers.Serializer]) -> dict[str, Any]:
        """Return the checked values of the body, or raise ValidationError."""
        checker = kind(data=self.sent)
        checker.is_valid(raise_exception=True)
        return checker.validated_data

    def present(self, row: Model) -> Any:
        """Return a row as this address shows it, for the `current` of a refusal; None where it shows none."""
        return None

    @property
    def viewer(self) -> User:
        """Who asks."""
        return self.request.user


class NotThere(ApiView):
    """Any other address: the same 404 for everybody and every method."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raise NotFoundError."""
        raise NotFoundError


def _read_parameters(request: Request, kind: type[Parameters]) -> dict[str, Any]:
    known = kind().fields
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        raise ProblemError(
            400,
            "unknown_parameter",
            "Unknown parameter",
            f"This address takes {', '.join(sorted(known)) or 'no parameters'}.",
            [FieldError(unknown[0][:CODE_LENGTH], "unknown_parameter", "There is no such parameter here.")],
        )
    for name, values in request.query_params.lists():
        if len(values) > 1:
            raise serializers.ValidationError({name: serializers.ErrorDetail("Give it once.", "repeated")})
    checker = kind(data=request.query_params.dict())
    checker.is_valid(raise_exception=True)
    return checker.validated_data


def page_of(rows: QuerySet[Row], key: str, query: dict[str, Any]) -> tuple[list[Row], Any]:
    """Return one page in the order of `key`, which is unique, and the key of its last row if more follow."""
    if "after" in query:
        rows = rows.filter(**{f"{key}__gt": query["after"]})
    found = list(rows.order_by(key)[: query["limit"] + 1])
    if len(found) <= query["limit"]:
        return found, None
    found.pop()
    return found, getattr(found[-1], key)


def page_answer(kind: type[serializers.Serializer], rows: Iterable[Any], following: Any) -> Response:
    """Answer one page: `results`, and `next`, the `after` of the following page or null."""
    following = None if following is None else str(following)
    return Response({"results": kind(rows, many=True).data, "next": following})


def find(rows: QuerySet[Row], **key: Any) -> Row:
    """Return the one row, or raise NotFoundError: in the same words whether it is not there or not the viewer's."""
    row = rows.filter(**key).first()
    if row is None:
        raise NotFoundError
    return row


def is_known(request: HttpRequest | Request, tag: str) -> bool:
    """Whether If-None-Match says that the client has this version; a proxy that compresses may have weakened it."""
    sent = parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))
    return "*" in sent or tag in [known.removeprefix("W/") for known in sent]


def versioned(request: Request, data: Any, version: int | str, status: int = 200) -> Response:
    """Answer with an ETag; a GET for what the client has already is answered 304."""
    tag = f'"{version}"'
    if request.method in SAFE_METHODS and is_known(request, tag):
        return Response(status=304, headers={"ETag": tag})
    return Response(data, status=status, headers={"ETag": tag})

"""Exports of a study, streamed as of one moment; and the import of our own lossless format."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import IO

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.errors import FieldError, NotFoundError
from annotator.actions.imports import import_documents
from annotator.api.base import AnyAccept
from annotator.api.errors import ProblemError
from annotator.api.parsers import NDJSON, LinesParser
from annotator.api.schema import describe
from annotator.api.studies import StudyView
from annotator.formats import FORMATS, FormatError, Options
from annotator.models import Assignment, Codebook, Membership, Study, User
from annotator.queries import codebook_info, coded_documents
from annotator.records import CodedDocument
from sources.restore import find_text

PIECE = 64 * 1024  # characters sent at a time
SLOWEST_READER = "600s"


class ImportCountSerializer(serializers.Serializer):
    """How much was stored; what was there already is not counted."""

    studies = serializers.IntegerField()
    documents = serializers.IntegerField()
    assignments = serializers.IntegerField()
    annotations = serializers.IntegerField()


def find_format(key: str) -> ModuleType:
    """Return the module of a format, or raise NotFoundError."""
    if key not in FORMATS:
        raise NotFoundError
    return FORMATS[key]


@contextmanager
def one_moment() -> Iterator[None]:
    """Let all reads inside see the database as it is at the first of them, without keeping anybody from writing."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{SLOWEST_READER}'")
            yield
    else:
        # Django would begin an IMMEDIATE transaction, which takes the lock of writers.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def _pieces(lines: Iterable[str]) -> Iterator[str]:
    kept: list[str] = []
    size = 0
    for line in lines:
        kept.append(line)
        size += len(line)
        if size >= PIECE:
            yield "".join(kept)
            kept, size = [], 0
    yield "".join(kept)


def _documents(study: Study, viewer: User) -> Iterator[CodedDocument]:
    """The study's texts with the work the viewer may see; to a reader no text without any."""
    reads = study.role_of(viewer) == Membership.Role.READER
    for document in coded_documents(study, viewer, purpose="work"):
        if document.codings or not reads:
            yield document


def _codebooks(study: Study, viewer: User) -> tuple[Codebook, ...]:
    seen = Assignment.objects.filter(study=study).work_visible_to(viewer).values("codebook")
    return tuple(Codebook.objects.filter(Q(pk=study.codebook_id) | Q(pk__in=seen)).order_by("slug", "version"))


def export_pieces(study: Study, viewer: User, module: ModuleType) -> Iterator[str]:
    """Yield the file piece by piece. The same work gives the same bytes, so no time of export is written in it."""
    with one_moment():
        options = Options(
            software=f"Credence {settings.VERSION}",
            codebooks=tuple(codebook_info(codebook) for codebook in _codebooks(study, viewer)),
        )
        yield from _pieces(module.lines(_documents(study, viewer), options))


class Export(StudyView):
    """The study as a file."""

    content_negotiation_class = AnyAccept

    @describe(
        "export_study",
        "Export a study",
        {200: OpenApiTypes.STR},
        problems=(404,),
        media_type=NDJSON,
    )
    def get(self, request: Request, slug: str, format_key: str) -> StreamingHttpResponse:
        """Stream what the viewer may see of the study in the format `jsonl`, `csv` or `assignments-csv`."""
        module = find_format(format_key)
        study = self.study(slug)
        is_asked = request.method == "GET"  # a HEAD needs no file
        media_type = module.MEDIA_TYPE
        response = StreamingHttpResponse(
            export_pieces(study, self.viewer, module) if is_asked else iter(()),
            content_type=media_type if "charset" in media_type else f"{media_type}; charset=utf-8",
        )
        name = study.slug if format_key == module.EXTENSION else f"{study.slug}-{format_key}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.{module.EXTENSION}"'
        response.headers["Cache-Control"] = "private, no-store"
        return response


class Import(StudyView):
    """Coded documents coming in."""

    parser_classes: list[type[BaseParser]] = [LinesParser]

    @describe(
        "import_study",
        "Import our own export",
        {200: ImportCountSerializer},
        body={NDJSON: OpenApiTypes.STR},
        problems=(404, 409),
        writes=True,
    )
    def post(self, request: Request, slug: str, format_key: str) -> Response:
        """Store a study exactly as recorded, whole or not at all; the same file again changes nothing. Staff only."""
        if not (self.viewer.runs_studies and self.viewer.keeps_sources):
            raise NotFoundError
        module = find_format(format_key)
        if not hasattr(module, "parse"):
            raise NotFoundError
        documents = _read(module, self.sent)
        strange = sorted({document.study.slug for document in documents} - {slug})
        if strange:
            detail = f"The file holds the study “{strange[0]}”; send it to that study's address."
            raise ProblemError(400, "invalid", "Invalid", detail, [FieldError("study", "invalid", detail)])
        return Response(ImportCountSerializer(import_documents(actor=self.viewer, documents=documents)).data)


def _read(module: ModuleType, file: IO[bytes]) -> list[CodedDocument]:
    try:
        return module.parse(file, texts=find_text).documents
    except FormatError as error:
        faults = [FieldError(f"lines.{row.line}.{row.field}".rstrip("."), "invalid", row.reason) for row in error.rows]
        detail = f"{error.total} faults in the file; nothing was stored. The first {len(faults)} are listed."
        raise ProblemError(400, "bad_rows", "Bad rows", detail, faults) from error

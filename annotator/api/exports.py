"""Exports of a study, streamed as of one moment; and the import of our own lossless format."""

from types import ModuleType
from typing import IO

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
from annotator.formats import FORMATS, FormatError
from annotator.queries.exports import export_pieces
from annotator.records import CodedDocument
from sources.restore import find_text


class ImportCountSerializer(serializers.Serializer):
    """How much was stored; what was there already is not counted."""

    studies = serializers.IntegerField()
    documents = serializers.IntegerField()
    assignments = serializers.IntegerField()
    annotations = serializers.IntegerField()
    comments = serializers.IntegerField()


def find_format(key: str) -> ModuleType:
    """Return the module of a format, or raise NotFoundError."""
    if key not in FORMATS:
        raise NotFoundError
    return FORMATS[key]


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

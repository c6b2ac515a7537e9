"""Annotations: a reviewer's passages, written by the workbench and read by whoever may see them."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.annotation import delete_annotation, restore_annotation, save_annotation
from annotator.actions.errors import DeletedError, NotFoundError
from annotator.api.base import ApiView, PageByIdParameters, find, page_answer, page_of, versioned
from annotator.api.fields import (
    CODE_LENGTH,
    LARGEST,
    SLUG_LENGTH,
    Identifier,
    NothingSerializer,
    Offset,
    StrictSerializer,
    Text,
    Whole,
)
from annotator.api.preconditions import precondition_of
from annotator.api.schema import CREATES, IF_CHANGED, IF_MATCH, describe
from annotator.models import Annotation
from annotator.models.annotation import NOTE_LENGTH
from sources.models import Revision
from sources.text import Utf16Index

LONGEST_QUOTE = 2_000_000  # more than a body may hold
MOST_RATINGS = 100


class PassageRatingSerializer(serializers.Serializer):
    """The point given to a passage on one scale."""

    scale = serializers.CharField(source="scale.code")
    point = serializers.IntegerField(source="point.value")


class AnnotationSerializer(serializers.Serializer):
    """A passage as it is. Offsets are half-open; `start` and `end` count code points, the others UTF-16 units."""

    id = serializers.UUIDField()
    assignment = serializers.UUIDField(source="assignment_id")
    label = serializers.CharField(source="label.code")
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    start_utf16 = serializers.IntegerField()
    end_utf16 = serializers.IntegerField()
    quote = serializers.CharField(source="words")
    note = serializers.CharField()
    ratings = PassageRatingSerializer(many=True, source="ratings.all")
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class AnnotationPageSerializer(serializers.Serializer):
    """One page of passages in the order they were made."""

    results = AnnotationSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class PassageRatingBodySerializer(StrictSerializer):
    """The point to give to the passage on one scale."""

    scale = Text(max_length=CODE_LENGTH)
    point = Whole(min_value=-LARGEST, max_value=LARGEST)


class AnnotationBodySerializer(StrictSerializer):
    """A passage to save. `quote` is the exact text between the offsets; `ratings` left out keeps those still asked."""

    assignment = Identifier()
    label = Text(max_length=CODE_LENGTH)
    start = Offset()
    end = Offset()
    quote = Text(max_length=LONGEST_QUOTE, allow_blank=True)
    note = Text(max_length=NOTE_LENGTH, allow_blank=True, default="")
    ratings = PassageRatingBodySerializer(many=True, required=False, max_length=MOST_RATINGS)


class AnnotationListParameters(PageByIdParameters):
    """Which passages to list."""

    assignment = Identifier(required=False)
    study = serializers.CharField(max_length=SLUG_LENGTH, required=False)
    document = serializers.CharField(max_length=SLUG_LENGTH, required=False)
    label = serializers.CharField(max_length=CODE_LENGTH, required=False)


FILTERS = {
    "assignment": "assignment_id",
    "study": "assignment__study__slug",
    "document": "assignment__revision__document__slug",
    "label": "label__code",
}


def to_show(rows: QuerySet[Annotation]) -> QuerySet[Annotation]:
    """Load with each passage what AnnotationSerializer shows of it."""
    return rows.select_related("label", "assignment").prefetch_related("ratings__scale", "ratings__point")


def with_words(rows: Sequence[Annotation], texts: Iterable[Revision] | None = None) -> Sequence[Annotation]:
    """Give each passage `words`, `start_utf16` and `end_utf16`. The texts are read once for all, or handed in."""
    if texts is None:
        wanted = {row.assignment.revision_id for row in rows}
        texts = Revision.objects.filter(pk__in=wanted).only("text", "document_id", "number") if wanted else ()
    found = {revision.pk: (revision.text, Utf16Index(revision.text)) for revision in texts}
    for row in rows:
        text, index = found[row.assignment.revision_id]
        row.words = text[row.start : row.end]
        row.start_utf16, row.end_utf16 = index.to_utf16(row.start), index.to_utf16(row.end)
    return rows


def shown(annotation_id: UUID) -> dict[str, Any]:
    """Return one passage, fresh from the database, as the API shows it."""
    row = to_show(Annotation.objects.all()).get(pk=annotation_id)
    return AnnotationSerializer(with_words([row])[0]).data


class AnnotationList(ApiView):
    """The passages the viewer may see."""

    parameters = AnnotationListParameters

    @describe(
        "list_annotations",
        "List passages",
        {200: AnnotationPageSerializer},
        parameters=[AnnotationListParameters],
    )
    def get(self, request: Request) -> Response:
        """List live passages."""
        chosen = {path: self.query[name] for name, path in FILTERS.items() if name in self.query}
        rows = to_show(Annotation.objects.visible_to(self.viewer).live().filter(**chosen))
        found, following = page_of(rows, "id", self.query)
        return page_answer(AnnotationSerializer, with_words(found), following)


class AnnotationDetail(ApiView):
    """One passage, under an id that its maker chose."""

    def present(self, row: Model) -> Any:
        """Show the passage a refusal is about."""
        return shown(row.pk)

    @describe(
        "get_annotation",
        "Read a passage",
        {200: AnnotationSerializer, 304: None},
        parameters=[IF_CHANGED],
        problems=(404, 410),
    )
    def get(self, request: Request, annotation_id: UUID) -> Response:
        """Show one passage."""
        row = find(to_show(Annotation.objects.visible_to(self.viewer)), pk=annotation_id)
        if row.is_deleted:  # what others took back was never said
            raise DeletedError if row.assignment.reviewer_id == self.viewer.pk else NotFoundError
        return versioned(request, AnnotationSerializer(with_words([row])[0]).data, row.version)

    @describe(
        "save_annotation",
        "Create or edit a passage",
        {200: AnnotationSerializer, 201: AnnotationSerializer},
        body=AnnotationBodySerializer,
        parameters=[IF_MATCH, CREATES],
        problems=(404, 409, 410, 412, 428),
        writes=True,
    )
    def put(self, request: Request, annotation_id: UUID) -> Response:
        """Create with `If-None-Match: *`, edit with `If-Match`; the same request sent again gives the same row."""
        precondition = precondition_of(request)
        precondition.refuse_if_missing()
        body = self.body(AnnotationBodySerializer)
        ratings = body.get("ratings")
        row, is_new = save_annotation(
            actor=self.viewer,
            annotation_id=annotation_id,
            assignment_id=body["assignment"],
            label=body["label"],
            start=body["start"],
            end=body["end"],
            quote=body["quote"],
            note=body["note"],
            ratings=None if ratings is None else [(rating["scale"], rating["point"]) for rating in ratings],
            precondition=precondition,
        )
        data = shown(row.pk)
        return versioned(request, data, data["version"], status=201 if is_new else 200)

    @describe(
        "delete_annotation",
        "Delete a passage",
        {204: None},
        parameters=[IF_MATCH],
        problems=(404, 409, 412, 428),
        writes=True,
    )
    def delete(self, request: Request, annotation_id: UUID) -> Response:
        """Delete with `If-Match`; deleting one's own deleted passage again is no fault."""
        self.body(NothingSerializer)
        versions = precondition_of(request).versions
        row = delete_annotation(actor=self.viewer, annotation_id=annotation_id, versions=versions)
        return Response(status=204, headers={"ETag": f'"{row.version}"'})


class AnnotationRestore(ApiView):
    """The way back from a deletion."""

    @describe(
        "restore_annotation", "Restore a deleted passage", {200: AnnotationSerializer}, problems=(404, 409), writes=True
    )
    def post(self, request: Request, annotation_id: UUID) -> Response:
        """Bring a deleted passage back with its ratings, while the assignment is open."""
        self.body(NothingSerializer)
        row = restore_annotation(actor=self.viewer, annotation_id=annotation_id)
        data = shown(row.pk)
        return versioned(request, data, data["version"])

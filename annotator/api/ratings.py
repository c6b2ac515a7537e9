"""Ratings of a whole document, one for each scale of an assignment."""

from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.rating import clear_document_rating, rate_document, restore_document_rating
from annotator.api.base import ApiView, find, versioned
from annotator.api.fields import LARGEST, Identifier, NothingSerializer, StrictSerializer, Whole
from annotator.api.preconditions import precondition_of
from annotator.api.schema import CREATES, IF_CHANGED, IF_MATCH, describe
from annotator.models import Assignment, Rating

MOST_EVIDENCE = 1000


class DocumentRatingSerializer(serializers.Serializer):
    """The point given to the document on one scale, and the passages that justify it, deleted ones included."""

    scale = serializers.CharField(source="scale.code")
    point = serializers.IntegerField(source="point.value")
    evidence = serializers.SerializerMethodField()
    version = serializers.IntegerField()

    def get_evidence(self, rating: Rating) -> list[UUID]:
        """Ids of the passages."""
        return sorted(passage.pk for passage in rating.evidence.all())


class DocumentRatingListSerializer(serializers.Serializer):
    """All document ratings of one assignment."""

    results = DocumentRatingSerializer(many=True)


class DocumentRatingBodySerializer(StrictSerializer):
    """The point to give, and the ids of the passages that justify it."""

    point = Whole(min_value=-LARGEST, max_value=LARGEST)
    evidence = serializers.ListField(child=Identifier(), max_length=MOST_EVIDENCE, default=list)


def document_ratings(assignment: Assignment) -> QuerySet[Rating]:
    """Return the document ratings of an assignment with what DocumentRatingSerializer shows of them."""
    rows = Rating.objects.filter(assignment=assignment, annotation__isnull=True)
    return rows.select_related("scale", "point").prefetch_related("evidence").order_by("scale__position", "scale__code")


class RatingList(ApiView):
    """The document ratings of an assignment."""

    @describe("list_ratings", "List document ratings", {200: DocumentRatingListSerializer}, problems=(404,))
    def get(self, request: Request, assignment_id: UUID) -> Response:
        """List the document ratings; there is at most one for each scale, so there are no pages."""
        assignment = find(Assignment.objects.work_visible_to(self.viewer), pk=assignment_id)
        return Response({"results": DocumentRatingSerializer(document_ratings(assignment), many=True).data})


class RatingDetail(ApiView):
    """The rating of the document on one scale."""

    def present(self, row: Model) -> Any:
        """Show the rating a refusal is about."""
        return DocumentRatingSerializer(row).data

    @describe(
        "get_rating",
        "Read a document rating",
        {200: DocumentRatingSerializer, 304: None},
        parameters=[IF_CHANGED],
        problems=(404,),
    )
    def get(self, request: Request, assignment_id: UUID, scale: str) -> Response:
        """Show one document rating."""
        assignment = find(Assignment.objects.work_visible_to(self.viewer), pk=assignment_id)
        rating = find(document_ratings(assignment), scale__code=scale)
        return versioned(request, DocumentRatingSerializer(rating).data, rating.version)

    @describe(
        "rate_document",
        "Rate the document",
        {200: DocumentRatingSerializer, 201: DocumentRatingSerializer},
        body=DocumentRatingBodySerializer,
        parameters=[IF_MATCH, CREATES],
        problems=(404, 409, 412, 428),
        writes=True,
    )
    def put(self, request: Request, assignment_id: UUID, scale: str) -> Response:
        """Rate with `If-None-Match: *`, change the rating with `If-Match`."""
        precondition = precondition_of(request)
        precondition.refuse_if_missing()
        body = self.body(DocumentRatingBodySerializer)
        rating, is_new = rate_document(
            actor=self.viewer,
            assignment_id=assignment_id,
            scale=scale,
            point=body["point"],
            evidence=body["evidence"],
            precondition=precondition,
        )
        return versioned(request, DocumentRatingSerializer(rating).data, rating.version, 201 if is_new else 200)

    @describe(
        "clear_rating",
        "Take a document rating back",
        {204: None},
        parameters=[IF_MATCH],
        problems=(404, 409, 412, 428),
        writes=True,
    )
    def delete(self, request: Request, assignment_id: UUID, scale: str) -> Response:
        """Take the rating back; where there is none, nothing changes."""
        self.body(NothingSerializer)
        clear_document_rating(
            actor=self.viewer, assignment_id=assignment_id, scale=scale, precondition=precondition_of(request)
        )
        return Response(status=204)


class RatingRestore(ApiView):
    """The way back from taking a document rating back."""

    def present(self, row: Model) -> Any:
        """Show the rating a refusal is about."""
        return DocumentRatingSerializer(row).data

    @describe(
        "restore_rating", "Restore a document rating", {200: DocumentRatingSerializer}, problems=(404, 409), writes=True
    )
    def post(self, request: Request, assignment_id: UUID, scale: str) -> Response:
        """Bring back what was taken back last on this scale, while the assignment is open."""
        self.body(NothingSerializer)
        rating = restore_document_rating(actor=self.viewer, assignment_id=assignment_id, scale=scale)
        return versioned(request, DocumentRatingSerializer(rating).data, rating.version)

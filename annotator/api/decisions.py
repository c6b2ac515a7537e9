"""Decisions of adjudication, read-only here."""

from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.api.base import ApiView, PageByIdParameters, find, page_answer, page_of, versioned
from annotator.api.fields import SLUG_LENGTH, Choice, Identifier
from annotator.api.schema import IF_CHANGED, describe
from annotator.models import Decision


class DecisionSerializer(serializers.Serializer):
    """What the adjudicator settled about a stretch of text, or about one scale of the document."""

    id = serializers.UUIDField()
    assignment = serializers.UUIDField(source="assignment_id")
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    scale = serializers.CharField(source="scale.code", default="")
    outcome = Choice("Outcome", Decision.Outcome.values)
    annotation = serializers.UUIDField(source="annotation_id", allow_null=True)
    votes = serializers.SerializerMethodField()
    reason = serializers.CharField()
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def get_votes(self, decision: Decision) -> list[UUID]:
        """Ids of the passages it was settled over."""
        return sorted(passage.pk for passage in decision.votes.all())


class DecisionPageSerializer(serializers.Serializer):
    """One page of decisions."""

    results = DecisionSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class DecisionListParameters(PageByIdParameters):
    """Which decisions to list."""

    assignment = Identifier(required=False)
    study = serializers.CharField(max_length=SLUG_LENGTH, required=False)
    document = serializers.CharField(max_length=SLUG_LENGTH, required=False)


FILTERS = {
    "assignment": "assignment_id",
    "study": "assignment__study__slug",
    "document": "assignment__revision__document__slug",
}


def _to_show(rows: QuerySet[Decision]) -> QuerySet[Decision]:
    return rows.live().select_related("scale").prefetch_related("votes")


class DecisionList(ApiView):
    """The decisions the viewer may see."""

    parameters = DecisionListParameters

    @describe("list_decisions", "List decisions", {200: DecisionPageSerializer}, parameters=[DecisionListParameters])
    def get(self, request: Request) -> Response:
        """List decisions."""
        chosen = {path: self.query[name] for name, path in FILTERS.items() if name in self.query}
        rows = _to_show(Decision.objects.visible_to(self.viewer).filter(**chosen))
        found, following = page_of(rows, "id", self.query)
        return page_answer(DecisionSerializer, found, following)


class DecisionDetail(ApiView):
    """One decision."""

    @describe(
        "get_decision",
        "Read a decision",
        {200: DecisionSerializer, 304: None},
        parameters=[IF_CHANGED],
        problems=(404,),
    )
    def get(self, request: Request, decision_id: UUID) -> Response:
        """Show one decision."""
        decision = find(_to_show(Decision.objects.visible_to(self.viewer)), pk=decision_id)
        return versioned(request, DecisionSerializer(decision).data, decision.version)

"""Decisions of adjudication: the adjudicator settles cases, and whoever may see the gold standard reads how."""

from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.adjudication import OUTCOMES, Drawn, Verdict, decide_case, undo_decision
from annotator.actions.decisions_restored import restore_decision
from annotator.actions.errors import InvalidError
from annotator.actions.scale_decisions import ScaleVerdict, decide_scale
from annotator.api.annotations import LONGEST_QUOTE, MOST_RATINGS, PassageRatingBodySerializer
from annotator.api.base import ApiView, PageByIdParameters, find, page_answer, page_of, versioned
from annotator.api.fields import (
    CODE_LENGTH,
    SLUG_LENGTH,
    Choice,
    Identifier,
    NothingSerializer,
    Offset,
    StrictSerializer,
    Text,
    Whole,
)
from annotator.api.preconditions import precondition_of
from annotator.api.schema import CREATES, IF_CHANGED, IF_MATCH, describe
from annotator.models import Decision
from annotator.models.annotation import NOTE_LENGTH

MOST_VOTES = 5000


class DecisionSerializer(serializers.Serializer):
    """What the adjudicator settled: passages, or one `scale`.

    With a scale, `annotation` is the gold passage that is rated, null the whole document, and `point` what was taken,
    null where it is contested; the votes are then the passages whose ratings were settled.
    """

    id = serializers.UUIDField()
    assignment = serializers.UUIDField(source="assignment_id")
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    scale = serializers.CharField(source="scale.code", default="")
    outcome = Choice("Outcome", Decision.Outcome.values)
    point = serializers.IntegerField(source="point.value", default=None, allow_null=True)
    annotation = serializers.UUIDField(source="annotation_id", allow_null=True)
    votes = serializers.SerializerMethodField()
    reason = serializers.CharField()
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def get_votes(self, decision: Decision) -> list[UUID]:
        """Ids of the passages it was settled over."""
        return sorted(passage.pk for passage in decision.votes.all())


class DrawnPassageSerializer(StrictSerializer):
    """The passage of a merge or redrawing. `ratings` left out keeps those that all votes with its label share."""

    label = Text(max_length=CODE_LENGTH)
    start = Offset()
    end = Offset()
    quote = Text(max_length=LONGEST_QUOTE, allow_blank=True)
    ratings = PassageRatingBodySerializer(many=True, required=False, max_length=MOST_RATINGS)


class DecisionBodySerializer(StrictSerializer):
    """A case to settle: passages with a stretch and `votes`, or a rating with a `scale`; and how.

    `took` names the vote that is `taken` as it is; `merged` and `redrew` send a `passage`; the others make none. Of a
    scale `took` names the `point`, and `contested` none; `annotation` is the gold passage that is rated, left out for
    the whole document. A `reason` is asked for where more than half of the reviewers say otherwise.
    """

    assignment = Identifier()
    start = Offset(required=False)
    end = Offset(required=False)
    outcome = Choice("ChosenOutcome", list(OUTCOMES))
    votes = serializers.ListField(child=Identifier(), max_length=MOST_VOTES, required=False)
    scale = Text(max_length=CODE_LENGTH, required=False)
    annotation = Identifier(required=False)
    point = Whole(min_value=-1000, max_value=1000, required=False)
    taken = Identifier(required=False)
    passage = DrawnPassageSerializer(required=False)
    reason = Text(max_length=NOTE_LENGTH, allow_blank=True, default="")


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
    return rows.live().select_related("scale", "point").prefetch_related("votes")


def _shown(decision_id: UUID) -> dict[str, Any]:
    row = Decision.objects.select_related("scale", "point").prefetch_related("votes").get(pk=decision_id)
    return DecisionSerializer(row).data


def _refuse_mixed(body: dict[str, Any]) -> None:
    """Raise InvalidError where the fields are not those of a decision of its kind."""
    of_passages, of_scales = ("start", "end", "votes"), ("annotation", "point")
    if "scale" in body:
        for name in (*of_passages, "taken", "passage"):
            if name in body:
                raise InvalidError(name, "A decision on a scale has none: leave it out.")
        return
    for name in of_passages:
        if name not in body:
            raise InvalidError(name, "This field is required.", "required")
    for name in of_scales:
        if name in body:
            raise InvalidError(name, "Only a decision on a scale has one: leave it out, or name the scale.")


def _scale_verdict(body: dict[str, Any]) -> ScaleVerdict:
    return ScaleVerdict(body["scale"], body["outcome"], body.get("point"), body.get("annotation"), body["reason"])


def _verdict(body: dict[str, Any]) -> Verdict:
    sent = body.get("passage")
    drawn = None
    if sent is not None:
        ratings = sent.get("ratings")
        given = None if ratings is None else tuple((rating["scale"], rating["point"]) for rating in ratings)
        drawn = Drawn(sent["label"], sent["start"], sent["end"], sent["quote"], given)
    votes = tuple(dict.fromkeys(body["votes"]))
    return Verdict(body["outcome"], body["start"], body["end"], votes, body.get("taken"), drawn, body["reason"])


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
    """One decision, under an id that the adjudicator's client chose."""

    def present(self, row: Model) -> Any:
        """Show the decision a refusal is about."""
        return _shown(row.pk)

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

    @describe(
        "save_decision",
        "Settle a case, or settle it otherwise",
        {200: DecisionSerializer, 201: DecisionSerializer},
        body=DecisionBodySerializer,
        parameters=[IF_MATCH, CREATES],
        problems=(404, 409, 410, 412, 428),
        writes=True,
    )
    def put(self, request: Request, decision_id: UUID) -> Response:
        """Settle with `If-None-Match: *`, change with `If-Match`; the same request sent again gives the same row."""
        precondition = precondition_of(request)
        precondition.refuse_if_missing()
        body = self.body(DecisionBodySerializer)
        _refuse_mixed(body)
        named = {"actor": self.viewer, "decision_id": decision_id, "assignment_id": body["assignment"]}
        if "scale" in body:
            row, is_new = decide_scale(**named, verdict=_scale_verdict(body), precondition=precondition)
        else:
            row, is_new = decide_case(**named, verdict=_verdict(body), precondition=precondition)
        data = _shown(row.pk)
        return versioned(request, data, data["version"], status=201 if is_new else 200)

    @describe(
        "undo_decision",
        "Undo a decision",
        {204: None},
        parameters=[IF_MATCH],
        problems=(404, 409, 412, 428),
        writes=True,
    )
    def delete(self, request: Request, decision_id: UUID) -> Response:
        """Take it back with the passage it made, with `If-Match`; undoing it again is no fault."""
        self.body(NothingSerializer)
        versions = precondition_of(request).versions
        row = undo_decision(actor=self.viewer, decision_id=decision_id, versions=versions)
        return Response(status=204, headers={"ETag": f'"{row.version}"'})


class DecisionRestore(ApiView):
    """The way back from undoing a decision."""

    @describe(
        "restore_decision",
        "Restore an undone decision",
        {200: DecisionSerializer},
        problems=(404, 409, 410),
        writes=True,
    )
    def post(self, request: Request, decision_id: UUID) -> Response:
        """Let an undone decision stand again with the passage it made, while the assignment is open."""
        self.body(NothingSerializer)
        row = restore_decision(actor=self.viewer, decision_id=decision_id)
        data = _shown(row.pk)
        return versioned(request, data, data["version"])

"""Work beside the gold by API: a training document after it is submitted, where one stands, and readings over time."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.errors import BlindError, ConflictError
from annotator.api.base import ApiView, PageParameters, find, page_of
from annotator.api.fields import Choice
from annotator.api.schema import describe
from annotator.api.studies import PSEUDONYM_LENGTH, StudyView
from annotator.gold import Standing
from annotator.models import Assignment, PassMark
from annotator.queries import lesson_result
from annotator.queries.drift import drift, followed_members
from annotator.records import CodedRating, Coding

OF_LENGTH = 80


class StandingSerializer(serializers.Serializer):
    """A figure beside the gold. `value` is null with a `reason` where it cannot be computed; `least` is the pass mark.

    Of a label, `units` sentences or characters were compared, of which the gold, the reader, and both mark so many. Of
    a scale, `near` of `ratings` are at most `away` points from the gold's.
    """

    subject = Choice("MarkSubject", PassMark.Subject.values)
    code = serializers.CharField()
    measure = Choice("MarkMeasure", PassMark.Measure.values)
    away = serializers.IntegerField()
    least = serializers.FloatField()
    value = serializers.FloatField(allow_null=True)
    reason = serializers.CharField()
    reached = serializers.BooleanField()
    documents = serializers.IntegerField()
    units = serializers.IntegerField()
    gold = serializers.IntegerField()
    theirs = serializers.IntegerField()
    both = serializers.IntegerField()
    ratings = serializers.IntegerField()
    near = serializers.IntegerField()


class GoldRatingSerializer(serializers.Serializer):
    """A point given on a scale."""

    scale = serializers.CharField()
    point = serializers.IntegerField()


class GoldPassageSerializer(serializers.Serializer):
    """A passage read with the study's codebook; offsets are half-open code points."""

    label = serializers.CharField()
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    quote = serializers.CharField()
    note = serializers.CharField()
    reasons = serializers.ListField(child=serializers.CharField(), help_text="Why the adjudicator decided so.")
    ratings = GoldRatingSerializer(many=True)


class GoldStretchSerializer(serializers.Serializer):
    """A stretch where the gold has nothing, or is contested: there nothing is counted."""

    start = serializers.IntegerField()
    end = serializers.IntegerField()
    outcome = serializers.CharField()
    reason = serializers.CharField()


class ReadingSideSerializer(serializers.Serializer):
    """One side: passages, and ratings of the document."""

    passages = GoldPassageSerializer(many=True)
    ratings = GoldRatingSerializer(many=True)


class BesideGoldSerializer(serializers.Serializer):
    """A training document beside its gold. `standings` are taken over the documents read up to this one."""

    document = serializers.CharField()
    revision = serializers.IntegerField()
    gold = ReadingSideSerializer()
    theirs = ReadingSideSerializer()
    without_passage = GoldStretchSerializer(many=True)
    standings = StandingSerializer(many=True)
    number = serializers.IntegerField()
    next = serializers.UUIDField(allow_null=True, help_text="The training document that is open now.")
    qualified = serializers.BooleanField()


class DriftReadingSerializer(serializers.Serializer):
    """A document with a known gold that somebody submitted."""

    title = serializers.CharField()
    submitted_at = serializers.DateTimeField()
    is_check = serializers.BooleanField()
    standing = StandingSerializer()


class DriftReaderSerializer(serializers.Serializer):
    """A reviewer's readings in the order of submission; the latest two checks pooled, and those before."""

    reviewer = serializers.CharField()
    readings = DriftReadingSerializer(many=True)
    before = serializers.FloatField(allow_null=True)
    latest = serializers.FloatField(allow_null=True)


class DriftSerializer(serializers.Serializer):
    """How reviewers read beside the gold; `of` names what is followed, empty for all labels together."""

    of = serializers.CharField()
    checks = serializers.IntegerField()
    results = DriftReaderSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class DriftParameters(PageParameters):
    """What to follow, and of which reviewers."""

    after = serializers.CharField(max_length=PSEUDONYM_LENGTH, required=False, help_text="`next` of the page before.")

    of = serializers.CharField(
        max_length=OF_LENGTH, required=False, help_text="Such as `label-opinion` or `scale-slant`; else all labels."
    )


def standing_data(standings: Iterable[Standing]) -> list[dict[str, Any]]:
    """Return figures as the API shows them."""
    return [
        {
            "subject": each.mark.subject,
            "code": each.mark.code,
            "measure": each.mark.measure,
            "away": each.mark.away,
            "least": each.mark.least,
            "value": each.value,
            "reason": each.reason,
            "reached": each.reached,
            "documents": each.n_documents,
            "units": each.marks.units,
            "gold": each.marks.gold,
            "theirs": each.marks.theirs,
            "both": each.marks.both,
            "ratings": each.ratings.total,
            "near": each.ratings.near(each.mark.away),
        }
        for each in standings
    ]


def _ratings(ratings: Iterable[CodedRating]) -> list[dict[str, Any]]:
    return [{"scale": each.scale, "point": each.value} for each in ratings]


def _side(coding: Coding, text: str) -> dict[str, Any]:
    reasons: dict[UUID | None, list[str]] = {}
    for each in coding.decisions:
        if each.reason:
            reasons.setdefault(each.annotation, []).append(each.reason)
    return {
        "passages": [
            {
                "label": each.label,
                "start": each.start,
                "end": each.end,
                "quote": text[each.start : each.end],
                "note": each.note,
                "reasons": reasons.get(each.id, []),
                "ratings": _ratings(each.ratings),
            }
            for each in coding.passages
        ],
        "ratings": _ratings(coding.ratings),
    }


class BesideGold(ApiView):
    """A training document of one's own beside its gold."""

    @describe(
        "get_beside_gold",
        "Read my work beside the gold",
        {200: BesideGoldSerializer},
        problems=(403, 404, 409),
    )
    def get(self, request: Request, assignment_id: UUID) -> Response:
        """Show the gold of a training document and one's own submitted work on it, with the reasons.

        409 `open` before it is submitted; 403 `blind` while one holds the same text unsubmitted in another study.
        """
        rows = Assignment.objects.training().exclude(state=Assignment.State.DECLINED).filter(reviewer=self.viewer)
        assignment = find(
            rows.select_related("study__codebook", "reviewer", "revision__document", "codebook"), pk=assignment_id
        )
        if not assignment.is_submitted:
            raise ConflictError("open", "Submit your work first; then the gold is shown beside it.")
        result = lesson_result(assignment, self.viewer)
        if result is None:
            raise BlindError("You hold this text unsubmitted in another study, too. Submit that first.")
        text = result.document.text
        stretches = [
            {"start": each.start, "end": each.end, "outcome": each.outcome, "reason": each.reason}
            for each in result.gold.decisions
            if each.annotation is None and not each.scale
        ]
        data = {
            "document": result.document.slug,
            "revision": result.document.revision,
            "gold": _side(result.gold, text),
            "theirs": _side(result.theirs, text),
            "without_passage": stretches,
            "standings": standing_data(result.standings),
            "number": result.number,
            "next": result.following.pk if result.following else None,
            "qualified": result.qualification is not None,
        }
        return Response(BesideGoldSerializer(data).data)


class Drift(StudyView):
    """How reviewers read beside the gold over time."""

    parameters = DriftParameters

    @describe(
        "get_drift",
        "Read how reviewers read beside the gold",
        {200: DriftSerializer},
        parameters=[DriftParameters],
        problems=(404,),
    )
    def get(self, request: Request, slug: str) -> Response:
        """Show each reviewer's readings of documents whose gold is known; leads only, of work they may see."""
        study = self.run_study(slug)
        members, following = page_of(followed_members(study, self.viewer), "pseudonym", self.query)
        found = drift(study, self.viewer, members, self.query.get("of", ""))
        readers = [
            {
                "reviewer": reader.member.pseudonym,
                "before": reader.before,
                "latest": reader.latest,
                "readings": [
                    {
                        "title": each.title,
                        "submitted_at": each.submitted_at,
                        "is_check": each.is_check,
                        "standing": standing_data([each.standing])[0],
                    }
                    for each in reader.readings
                ],
            }
            for reader in found.readers
        ]
        of = f"{found.of.subject}-{found.of.code}" if found.of.code else ""
        data = {"of": of, "checks": found.n_checks, "results": readers, "next": following}
        return Response(DriftSerializer(data).data)

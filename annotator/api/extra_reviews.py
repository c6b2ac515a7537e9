"""Texts whose agreement asks for one reviewer more."""

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.errors import BlindError
from annotator.api.assignments import listed
from annotator.api.fields import NothingSerializer
from annotator.api.open_work import ChangedAssignmentsSerializer
from annotator.api.schema import describe
from annotator.api.studies import StudyTextSerializer, StudyView
from annotator.extra_reviews import give_extra_reviews
from annotator.models import Assignment, Study
from annotator.queries import hidden_revisions, low_texts, may_see_agreement
from sources.models import Revision


class LowTextSerializer(serializers.Serializer):
    """A text, its figure by the measure of the study's rule, and over how many reviews."""

    text = StudyTextSerializer(source="revision")
    agreement = serializers.FloatField(source="value")
    reviews = serializers.IntegerField(source="n_reviews")


class LowTextListSerializer(serializers.Serializer):
    """Texts whose agreement is low, and which one reviewer more may read."""

    results = LowTextSerializer(many=True)


class ExtraReviews(StudyView):
    """What the rule of extra reviewers is about now."""

    def shown(self, study: Study) -> QuerySet[Revision]:
        """Return the texts of which the caller may see agreement, or raise BlindError."""
        if not may_see_agreement(study, self.viewer):
            raise BlindError("You review in this study yourself. Its agreement is shown once your work is submitted.")
        return study.revisions.exclude(pk__in=hidden_revisions(study, self.viewer).values("pk"))

    @describe("list_low_texts", "List texts whose agreement is low", {200: LowTextListSerializer}, problems=(403, 404))
    def get(self, request: Request, slug: str) -> Response:
        """List the texts of which every review is in and agreement is below the rule's figure. Leads only."""
        study = self.run_study(slug)
        return Response(LowTextListSerializer({"results": low_texts(study, self.shown(study))}).data)

    @describe(
        "give_extra_reviews",
        "Give each to one reviewer more",
        {200: ChangedAssignmentsSerializer},
        problems=(404,),
        writes=True,
    )
    def post(self, request: Request, slug: str) -> Response:
        """Give each of these texts to one reviewer more, as the rule does by itself after a submission. Leads only."""
        study = self.run_study(slug)
        self.body(NothingSerializer)
        made = give_extra_reviews(study, self.shown(study))
        rows = listed(Assignment.objects.filter(pk__in=[each.pk for each in made])).order_by("pk")
        return Response(ChangedAssignmentsSerializer({"results": rows}).data)

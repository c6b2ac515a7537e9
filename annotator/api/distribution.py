"""Giving the texts of a study out to its reviewers in one act, after a look at what that would do."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.distribution import Forecast, Wish, distribute_texts, forecast, reviewers_of
from annotator.actions.errors import InvalidError
from annotator.api.base import Parameters
from annotator.api.fields import StrictSerializer, Text, Whole
from annotator.api.schema import describe
from annotator.api.studies import PSEUDONYM_LENGTH, StudyView
from annotator.models import Study

MOST_READERS, MOST_TEXTS = 1000, 100_000
DIGEST_LENGTH = 16


class LoadSerializer(serializers.Serializer):
    """How many texts a reviewer has in the end."""

    reviewer = serializers.CharField()
    texts = serializers.IntegerField()


class ForecastSerializer(serializers.Serializer):
    """What a distribution does: assignments made, texts for each reviewer, pairs of reviewers who share no text.

    `compared` counts texts with two readers or more, on which agreement can be computed. `digest` stands for all of it.
    """

    assignments = serializers.IntegerField()
    texts = serializers.IntegerField()
    compared = serializers.IntegerField()
    loads = LoadSerializer(many=True)
    apart = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    digest = serializers.CharField()


class DistributionParameters(Parameters):
    """What is asked for."""

    per_text = serializers.IntegerField(min_value=1, max_value=MOST_READERS, help_text="Readers for each text.")
    for_all = serializers.IntegerField(
        min_value=0, max_value=MOST_TEXTS, default=0, help_text="Texts that every reviewer reads."
    )


class DistributionBodySerializer(StrictSerializer):
    """What is asked for; all reviewers of the study where none is named."""

    per_text = Whole(min_value=1, max_value=MOST_READERS)
    for_all = Whole(min_value=0, max_value=MOST_TEXTS, default=0)
    reviewers = serializers.ListField(
        child=Text(max_length=PSEUDONYM_LENGTH), required=False, max_length=MOST_READERS, help_text="Pseudonyms."
    )
    digest = Text(
        max_length=DIGEST_LENGTH, required=False, help_text="That of the forecast; refused where it has changed."
    )


def _wish(study: Study, per_text: int, for_all: int, names: list[str] | None = None) -> Wish:
    members = {member.pseudonym: member for member in reviewers_of(study)}
    for name in names or ():
        if name not in members:
            raise InvalidError("reviewers", "The study has no such reviewer.")
    chosen = tuple(members.values()) if names is None else tuple(members[name] for name in dict.fromkeys(names))
    return Wish(per_text, for_all, chosen)


def _answer(found: Forecast) -> Response:
    answer = {
        "assignments": found.plan.n_given,
        "texts": found.n_texts,
        "compared": found.plan.n_compared,
        "loads": [{"reviewer": pseudonym, "texts": number} for pseudonym, number in found.loads],
        "apart": [list(pair) for pair in found.pairs_apart],
        "digest": found.digest,
    }
    return Response(ForecastSerializer(answer).data)


class Distribution(StudyView):
    """How the texts of a study are dealt out: evenly, and so that every two reviewers share some."""

    parameters = DistributionParameters

    @describe(
        "forecast_distribution",
        "Forecast a distribution",
        {200: ForecastSerializer},
        parameters=[DistributionParameters],
        problems=(404,),
    )
    def get(self, request: Request, slug: str) -> Response:
        """Say what a distribution among all reviewers would do; nothing is given out. Leads only."""
        study = self.run_study(slug)
        return _answer(forecast(study, _wish(study, self.query["per_text"], self.query["for_all"])))

    @describe(
        "distribute",
        "Give out the texts",
        {200: ForecastSerializer},
        body=DistributionBodySerializer,
        problems=(404, 409),
        writes=True,
    )
    def post(self, request: Request, slug: str) -> Response:
        """Give out what every text lacks, all or none; what is given already stays. Leads only."""
        study = self.run_study(slug)
        body = self.body(DistributionBodySerializer)
        wish = _wish(study, body["per_text"], body["for_all"], body.get("reviewers"))
        return _answer(distribute_texts(actor=self.viewer, study=study, wish=wish, digest=body.get("digest")))

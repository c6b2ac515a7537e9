"""The fixed order in which the texts of a study are read."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.set_up import fixed_order, order_digest, sort_revisions
from annotator.api.fields import StrictSerializer, Text
from annotator.api.schema import describe
from annotator.api.studies import (
    MOST_TEXTS,
    StudyTextSerializer,
    StudyView,
    TextKeySerializer,
    find_texts,
)
from annotator.models import Study
from sources.models import Revision

DIGEST_LENGTH = 16


class FixedOrderSerializer(serializers.Serializer):
    """The texts of a study in its fixed order, which holds where its `order` is "fixed"; `digest` stands for it."""

    texts = StudyTextSerializer(many=True)
    digest = serializers.CharField()


class FixedOrderBodySerializer(StrictSerializer):
    """All texts of the study, each once, in the order wanted."""

    texts = TextKeySerializer(many=True, max_length=MOST_TEXTS)
    digest = Text(
        max_length=DIGEST_LENGTH, required=False, help_text="That of the order read; refused where it has changed."
    )


def _answer(study: Study, order: list[int]) -> Response:
    rows = Revision.objects.filter(pk__in=order).without_text().select_related("document").in_bulk()
    texts = [rows[pk] for pk in order]
    return Response(FixedOrderSerializer({"texts": texts, "digest": order_digest(order)}).data)


class ReadingOrder(StudyView):
    """The fixed order of a study's texts."""

    @describe("get_reading_order", "Read the fixed order of the texts", {200: FixedOrderSerializer}, problems=(404,))
    def get(self, request: Request, slug: str) -> Response:
        """List the texts in the fixed order; those never sorted come last, by title. Leads only."""
        study = self.run_study(slug)
        return _answer(study, fixed_order(study))

    @describe(
        "sort_texts",
        "Sort the texts",
        {200: FixedOrderSerializer},
        body=FixedOrderBodySerializer,
        problems=(404, 409),
        writes=True,
    )
    def put(self, request: Request, slug: str) -> Response:
        """Put the texts in this order. Leads only."""
        study = self.run_study(slug)
        body = self.body(FixedOrderBodySerializer)
        texts = find_texts(study.revisions.all(), body["texts"], "The study has no text {revision} of “{document}”.")
        order = [text.pk for text in texts]
        return _answer(study, sort_revisions(actor=self.viewer, study=study, order=order, seen=body.get("digest")))

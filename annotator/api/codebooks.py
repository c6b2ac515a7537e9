"""Codebooks: labels, scales and guidelines, read by who works with them; `codebook_drafts` writes them."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.api.base import ApiView, PageByNumberParameters, find, page_answer, page_of, versioned
from annotator.api.codebook_drafts import (
    CodebookWrites,
    FullCodebookSerializer,
    NewCodebookSerializer,
    begin,
    in_full,
)
from annotator.api.fields import SLUG_LENGTH, Choice
from annotator.api.schema import IF_CHANGED, describe
from annotator.models import Codebook, Label, Scale


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


class LabelSerializer(serializers.Serializer):
    """A label with its guidance."""

    code = serializers.CharField()
    name = serializers.CharField()
    definition = serializers.CharField()
    use_when = serializers.CharField()
    not_when = serializers.CharField()
    when_in_doubt = serializers.CharField()
    examples = serializers.SerializerMethodField()
    counterexamples = serializers.SerializerMethodField()
    colour_light = serializers.CharField()
    colour_dark = serializers.CharField()
    shortcut = serializers.CharField()
    position = serializers.IntegerField()

    def get_examples(self, label: Label) -> list[str]:
        """One string for each example."""
        return _lines(label.examples)

    def get_counterexamples(self, label: Label) -> list[str]:
        """One string for each counterexample."""
        return _lines(label.counterexamples)


class ScalePointSerializer(serializers.Serializer):
    """One point of a scale; `missing` marks an answer that is a missing value in statistics."""

    value = serializers.IntegerField()
    name = serializers.CharField()
    anchor = serializers.CharField()
    missing = serializers.BooleanField()


class ScaleSerializer(serializers.Serializer):
    """A scale with its points; no `labels` means that it is asked of every passage."""

    code = serializers.CharField()
    question = serializers.CharField()
    level = Choice("ScaleLevel", Scale.Level.values)
    target = Choice("ScaleTarget", Scale.Target.values)
    labels = serializers.SerializerMethodField()
    required = serializers.BooleanField()
    needs_evidence = serializers.BooleanField()
    position = serializers.IntegerField()
    points = ScalePointSerializer(many=True, source="points.all")

    def get_labels(self, scale: Scale) -> list[str]:
        """The codes of the labels it is asked of."""
        return [label.code for label in scale.labels.all()]


class CodebookSummarySerializer(serializers.Serializer):
    """A codebook version by name."""

    slug = serializers.CharField()
    version = serializers.IntegerField()
    title = serializers.CharField()
    published_at = serializers.DateTimeField(allow_null=True)
    retired_at = serializers.DateTimeField(allow_null=True)


class CodebookSerializer(CodebookSummarySerializer):
    """A codebook version in full."""

    guidelines = serializers.CharField()
    labels = LabelSerializer(many=True, source="labels.all")
    scales = ScaleSerializer(many=True, source="scales.all")


class CodebookPageSerializer(serializers.Serializer):
    """One page of codebook versions."""

    results = CodebookSummarySerializer(many=True)
    next = serializers.CharField(allow_null=True)


class CodebookListParameters(PageByNumberParameters):
    """Which codebook versions to list."""

    slug = serializers.CharField(max_length=SLUG_LENGTH, required=False)


def prefetched(prefix: str = "") -> tuple[Any, ...]:
    """What to prefetch so that CodebookSerializer asks nothing more; `prefix` leads to the codebook."""
    return (
        Prefetch(f"{prefix}labels"),
        Prefetch(f"{prefix}scales"),
        Prefetch(f"{prefix}scales__labels"),
        Prefetch(f"{prefix}scales__points"),
    )


class CodebookList(ApiView):
    """The codebook versions the viewer works with."""

    parameters = CodebookListParameters

    @describe("list_codebooks", "List codebooks", {200: CodebookPageSerializer}, parameters=[CodebookListParameters])
    def get(self, request: Request) -> Response:
        """List codebook versions."""
        rows: QuerySet[Codebook] = Codebook.objects.visible_to(self.viewer)
        if "slug" in self.query:
            rows = rows.filter(slug=self.query["slug"])
        found, following = page_of(rows, "pk", self.query)
        return page_answer(CodebookSummarySerializer, found, following)

    @describe(
        "begin_codebook",
        "Begin a codebook",
        {201: FullCodebookSerializer},
        body=NewCodebookSerializer,
        problems=(404, 409),
        writes=True,
    )
    def post(self, request: Request) -> Response:
        """Store a codebook as a draft; every fault no draft may have is named at once."""
        return begin(self)


class CodebookDetail(CodebookWrites):
    """One codebook version."""

    @describe(
        "get_codebook",
        "Read a codebook",
        {200: FullCodebookSerializer, 304: None},
        parameters=[IF_CHANGED],
        problems=(404,),
    )
    def get(self, request: Request, slug: str, version: int) -> Response:
        """Show labels, scales and guidelines; the ETag is what a change of a draft must name."""
        data, tag = in_full(find(Codebook.objects.visible_to(self.viewer), slug=slug, version=version))
        return versioned(request, data, tag)

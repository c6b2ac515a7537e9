"""Drafts of codebooks that were discarded, parts taken out of a draft, and the ways back."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.codebooks_restored import (
    content_of,
    discarded_drafts,
    parts_taken_out,
    restore_draft,
    restore_part,
)
from annotator.api.base import ApiView
from annotator.api.codebook_drafts import DraftView
from annotator.api.codebooks import CodebookSummarySerializer
from annotator.api.fields import CODE_LENGTH, Choice, NothingSerializer, StrictSerializer, Text
from annotator.api.schema import describe

MOST = 100
KINDS = ["label", "scale"]


class DiscardedSerializer(serializers.Serializer):
    """A discarded draft: what it was, and the act by which it was discarded, under which it is restored."""

    act = serializers.CharField()
    at = serializers.DateTimeField()
    slug = serializers.CharField()
    version = serializers.IntegerField()
    title = serializers.CharField()
    labels = serializers.IntegerField()
    scales = serializers.IntegerField()


class DiscardedListSerializer(serializers.Serializer):
    """Discarded drafts, the latest first."""

    results = DiscardedSerializer(many=True)


class DiscardedList(ApiView):
    """The drafts that the caller discarded; to keepers of all codebooks, those of others too."""

    @describe("list_discarded_codebooks", "List discarded drafts", {200: DiscardedListSerializer})
    def get(self, request: Request) -> Response:
        """List what can be brought back, at most a hundred."""
        rows = []
        for act in discarded_drafts(self.viewer).order_by("-at", "-hash")[:MOST]:
            info = content_of(act)
            about = {"slug": info.slug, "version": info.version, "title": info.title}
            counts = {"labels": len(info.labels), "scales": len(info.scales)}
            rows.append({"act": act.hash, "at": act.at, **about, **counts})
        return Response(DiscardedListSerializer({"results": rows}).data)


class DiscardedRestore(ApiView):
    """Bringing one back."""

    @describe(
        "restore_codebook",
        "Restore a discarded draft",
        {201: CodebookSummarySerializer},
        problems=(404, 409),
        writes=True,
    )
    def post(self, request: Request, act: str) -> Response:
        """Store it as a draft again, under the next number where its own is taken."""
        self.body(NothingSerializer)
        codebook = restore_draft(actor=self.viewer, act=act)
        return Response(CodebookSummarySerializer(codebook).data, status=201)


class TakenOutSerializer(serializers.Serializer):
    """A label or scale that was taken out of a draft."""

    kind = Choice("PartKind", KINDS)
    code = serializers.CharField(source="part.code")
    name = serializers.CharField()
    at = serializers.DateTimeField()


class TakenOutListSerializer(serializers.Serializer):
    """What was taken out of a draft, the latest first."""

    results = TakenOutSerializer(many=True)


class RestorePartSerializer(StrictSerializer):
    """Which part is put back."""

    kind = Choice("PartKind", KINDS)
    code = Text(max_length=CODE_LENGTH)


class CodebookTakenOut(DraftView):
    """What was taken out of a draft."""

    @describe("list_taken_out", "List what was taken out of a draft", {200: TakenOutListSerializer}, problems=(404,))
    def get(self, request: Request, slug: str, version: int) -> Response:
        """List labels and scales that were taken out and can be put back."""
        found = parts_taken_out(self.written(slug, version), self.viewer)
        return Response(TakenOutListSerializer({"results": found}).data)

    @describe(
        "restore_part",
        "Put back what was taken out",
        {200: CodebookSummarySerializer},
        body=RestorePartSerializer,
        problems=(404, 409),
        writes=True,
    )
    def post(self, request: Request, slug: str, version: int) -> Response:
        """Put a label or scale back behind the others."""
        codebook = self.written(slug, version)
        body = self.body(RestorePartSerializer)
        restored = restore_part(actor=self.viewer, codebook=codebook, kind=body["kind"], code=body["code"])
        return Response(CodebookSummarySerializer(restored).data)

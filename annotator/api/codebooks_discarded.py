"""Drafts of codebooks that were discarded, and the way back."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.codebooks_restored import content_of, discarded_drafts, restore_draft
from annotator.api.base import ApiView
from annotator.api.codebooks import CodebookSummarySerializer
from annotator.api.fields import NothingSerializer
from annotator.api.schema import describe

MOST = 100


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

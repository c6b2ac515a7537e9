"""Sources, documents and their revisions, for those who keep them and those who read them."""

from django.db.models import Exists, OuterRef, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.api.base import (
    ApiView,
    PageByNumberParameters,
    PageBySlugParameters,
    find,
    page_answer,
    page_of,
    versioned,
)
from annotator.api.fields import LARGEST, SLUG_LENGTH, Choice
from annotator.api.schema import IF_CHANGED, describe
from annotator.models import Study, User
from annotator.queries import readable_revisions
from sources.models import Document, Revision, Segmentation, SegmentationKind, Source, SourceKind


class SourceSerializer(serializers.Serializer):
    """An outlet."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    homepage = serializers.CharField()
    kind = Choice("OutletKindOrNone", ["", *SourceKind.values])
    country = serializers.CharField()
    owner = serializers.CharField()


class SourcePageSerializer(serializers.Serializer):
    """One page of outlets."""

    results = SourceSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class DocumentSerializer(serializers.Serializer):
    """A document without its text; `source` is the outlet's number, null without one."""

    slug = serializers.CharField()
    title = serializers.CharField()
    source = serializers.IntegerField(source="source_id", allow_null=True)
    byline = serializers.CharField()
    published_on = serializers.DateField(allow_null=True)
    retrieved_at = serializers.DateTimeField(allow_null=True)
    url = serializers.CharField()
    language = serializers.CharField()
    licence = serializers.CharField()
    disclosure = serializers.CharField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawal_reason = serializers.CharField()


class DocumentPageSerializer(serializers.Serializer):
    """One page of documents."""

    results = DocumentSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class RevisionSummarySerializer(serializers.Serializer):
    """A revision without its text; `length` counts code points."""

    number = serializers.IntegerField()
    sha256 = serializers.CharField()
    length = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class RevisionPageSerializer(serializers.Serializer):
    """One page of a document's revisions."""

    results = RevisionSummarySerializer(many=True)
    next = serializers.CharField(allow_null=True)


class SegmentationSerializer(serializers.Serializer):
    """A text cut into units: the end of each, in code points, and what cut it."""

    kind = Choice("UnitKind", SegmentationKind.values)
    method = serializers.CharField()
    method_version = serializers.CharField()
    ends = serializers.ListField(child=serializers.IntegerField())


class RevisionSerializer(RevisionSummarySerializer):
    """A revision with its text; offsets are half-open and count code points. `sentences` holds the end of each."""

    document = serializers.CharField(source="document.slug")
    text = serializers.CharField()
    sentences = serializers.SerializerMethodField()
    segmentations = SegmentationSerializer(many=True, source="segmentations.all")

    def get_sentences(self, revision: Revision) -> list[int]:
        """The end of each sentence."""
        return sentence_ends(revision)


class SourceListParameters(PageByNumberParameters):
    """Which outlets to list."""

    kind = Choice("OutletKind", SourceKind.values, required=False)


class DocumentListParameters(PageBySlugParameters):
    """Which documents to list."""

    study = serializers.CharField(max_length=SLUG_LENGTH, required=False)
    source = serializers.IntegerField(min_value=1, max_value=LARGEST, required=False)
    language = serializers.CharField(max_length=35, required=False)


def sentence_ends(revision: Revision) -> list[int]:
    """Return the end of each sentence in code points; empty for a text that was never cut."""
    kept: list[Segmentation] = [cut for cut in revision.segmentations.all() if cut.kind == SegmentationKind.SENTENCE]
    return kept[0].ends if kept else []


def readable_documents(user: User) -> QuerySet[Document]:
    """Return the documents of which a user may read a text; curators also those without a text."""
    if user.keeps_sources:
        return Document.objects.all()
    return Document.objects.filter(Exists(readable_revisions(user).filter(document=OuterRef("pk"))))


def readable_sources(user: User) -> QuerySet[Source]:
    """Return the outlets of the documents a user may read; curators see all."""
    if user.keeps_sources:
        return Source.objects.all()
    return Source.objects.filter(pk__in=readable_documents(user).values("source"))


class SourceList(ApiView):
    """The outlets."""

    parameters = SourceListParameters

    @describe("list_sources", "List outlets", {200: SourcePageSerializer}, parameters=[SourceListParameters])
    def get(self, request: Request) -> Response:
        """List outlets."""
        rows = readable_sources(self.viewer)
        if "kind" in self.query:
            rows = rows.filter(kind=self.query["kind"])
        found, following = page_of(rows, "id", self.query)
        return page_answer(SourceSerializer, found, following)


class SourceDetail(ApiView):
    """One outlet."""

    @describe("get_source", "Read an outlet", {200: SourceSerializer}, problems=(404,))
    def get(self, request: Request, source_id: int) -> Response:
        """Show one outlet."""
        return Response(SourceSerializer(find(readable_sources(self.viewer), pk=source_id)).data)


class DocumentList(ApiView):
    """The documents."""

    parameters = DocumentListParameters

    @describe("list_documents", "List documents", {200: DocumentPageSerializer}, parameters=[DocumentListParameters])
    def get(self, request: Request) -> Response:
        """List documents; `study` limits them to those of which a text readable here belongs to that study."""
        rows = readable_documents(self.viewer)
        if "study" in self.query:
            studies = Study.objects.visible_to(self.viewer).filter(slug=self.query["study"])
            texts = readable_revisions(self.viewer).filter(document=OuterRef("pk"), studies__in=studies)
            rows = rows.filter(Exists(texts))
        if "source" in self.query:
            rows = rows.filter(source=self.query["source"])
        if "language" in self.query:
            rows = rows.filter(language=self.query["language"])
        found, following = page_of(rows, "slug", self.query)
        return page_answer(DocumentSerializer, found, following)


class DocumentDetail(ApiView):
    """One document."""

    @describe("get_document", "Read a document's metadata", {200: DocumentSerializer}, problems=(404,))
    def get(self, request: Request, slug: str) -> Response:
        """Show one document without its text."""
        return Response(DocumentSerializer(find(readable_documents(self.viewer), slug=slug)).data)


class RevisionList(ApiView):
    """The revisions of a document."""

    parameters = PageByNumberParameters

    @describe(
        "list_revisions",
        "List a document's revisions",
        {200: RevisionPageSerializer},
        parameters=[PageByNumberParameters],
        problems=(404,),
    )
    def get(self, request: Request, slug: str) -> Response:
        """List the revisions the viewer may read, without their texts."""
        document = find(readable_documents(self.viewer), slug=slug)
        rows = readable_revisions(self.viewer).without_text().filter(document=document)
        found, following = page_of(rows, "number", self.query)
        return page_answer(RevisionSummarySerializer, found, following)


class RevisionDetail(ApiView):
    """One revision."""

    @describe(
        "get_revision",
        "Read a text",
        {200: RevisionSerializer, 304: None},
        parameters=[IF_CHANGED],
        problems=(404,),
    )
    def get(self, request: Request, slug: str, number: int) -> Response:
        """Show one text, which never changes; its ETag is its SHA-256."""
        rows = readable_revisions(self.viewer).select_related("document").prefetch_related("segmentations")
        revision = find(rows, document__slug=slug, number=number)
        return versioned(request, RevisionSerializer(revision).data, revision.sha256)

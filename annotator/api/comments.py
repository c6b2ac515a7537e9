"""Discussions of passages: read and written by those who may see each other's work on a text."""

from typing import Any
from uuid import UUID

from django.db.models import Model
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.comment import Place, delete_comment, restore_comment, write_comment
from annotator.actions.errors import InvalidError, NotFoundError
from annotator.api.base import ApiView, PageByIdParameters, find, page_answer, page_of, versioned
from annotator.api.fields import (
    LARGEST,
    SLUG_LENGTH,
    Identifier,
    NothingSerializer,
    Offset,
    StrictSerializer,
    Text,
    Whole,
)
from annotator.api.preconditions import precondition_of
from annotator.api.schema import CREATES, IF_CHANGED, IF_MATCH, describe
from annotator.models import Comment, Study, User
from annotator.models.comment import WORDS_LENGTH
from annotator.queries.discussion import Said, said_of


class CommentVersionSerializer(serializers.Serializer):
    """What a comment said before it was edited."""

    number = serializers.IntegerField()
    words = serializers.CharField()
    written_at = serializers.DateTimeField()


class CommentSerializer(serializers.Serializer):
    """A comment on a passage, by its author's pseudonym; `thread` is the first comment of the thread it answers in.

    Of a deleted one the words are shown to its author alone.
    """

    id = serializers.UUIDField()
    study = serializers.CharField(source="comment.study.slug")
    document = serializers.CharField(source="comment.revision.document.slug")
    revision = serializers.IntegerField(source="comment.revision.number")
    start = serializers.IntegerField(source="comment.start")
    end = serializers.IntegerField(source="comment.end")
    annotation = serializers.UUIDField(source="comment.annotation_id", allow_null=True)
    thread = serializers.UUIDField(source="comment.thread_id", allow_null=True)
    author = serializers.CharField()
    own = serializers.BooleanField()
    words = serializers.SerializerMethodField()
    versions = CommentVersionSerializer(many=True, source="former")
    version = serializers.IntegerField(source="comment.version")
    created_at = serializers.DateTimeField(source="comment.created_at")
    updated_at = serializers.DateTimeField(source="comment.updated_at")
    deleted_at = serializers.DateTimeField(source="comment.deleted_at", allow_null=True)

    def get_words(self, said: Said) -> str:
        """What it says; empty where it is deleted and somebody else's."""
        return said.comment.words if said.is_readable else ""


class CommentPageSerializer(serializers.Serializer):
    """One page of comments."""

    results = CommentSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class CommentBodySerializer(StrictSerializer):
    """A comment to write: in a `thread`, or at a place of a text of a study. An edit changes its `words` alone."""

    words = Text(max_length=WORDS_LENGTH)
    thread = Identifier(required=False)
    study = Text(max_length=SLUG_LENGTH, required=False)
    document = Text(max_length=SLUG_LENGTH, required=False)
    revision = Whole(min_value=1, max_value=LARGEST, required=False)
    start = Offset(required=False)
    end = Offset(required=False)
    annotation = Identifier(required=False)


class CommentListParameters(PageByIdParameters):
    """Which comments to list."""

    study = serializers.CharField(max_length=SLUG_LENGTH, required=False)
    document = serializers.CharField(max_length=SLUG_LENGTH, required=False)
    thread = Identifier(required=False)


FILTERS = {"study": "study__slug", "document": "revision__document__slug", "thread": "thread_id"}
PLACE = ("study", "document", "revision", "start", "end")


def _shown(comment_id: UUID, viewer: User) -> dict[str, Any]:
    rows = Comment.objects.select_related("study", "revision__document").prefetch_related("versions")
    (said,) = said_of(list(rows.filter(pk=comment_id)), viewer)
    return CommentSerializer(said).data


def _place(body: dict[str, Any], viewer: User) -> Place | None:
    """Return the place that a body names; NotFoundError where its text is not one of the study that the viewer sees."""
    if "thread" in body:
        for name in (*PLACE, "annotation"):
            if name in body:
                raise InvalidError(name, "An answer stands where its thread does: leave it out.")
        return None
    if not any(name in body for name in PLACE):
        return None
    for name in PLACE:
        if name not in body:
            raise InvalidError(name, "This field is required.", "required")
    study = Study.objects.visible_to(viewer).filter(slug=body["study"]).first()
    texts = study.revisions.filter(document__slug=body["document"], number=body["revision"]) if study else None
    revision = texts.first() if texts is not None else None
    if study is None or revision is None:
        raise NotFoundError
    return Place(study, revision, body["start"], body["end"], body.get("annotation"))


class CommentList(ApiView):
    """The comments the viewer may read."""

    parameters = CommentListParameters

    @describe("list_comments", "List comments", {200: CommentPageSerializer}, parameters=[CommentListParameters])
    def get(self, request: Request) -> Response:
        """List comments, deleted ones included, in the order in which they were begun."""
        chosen = {path: self.query[name] for name, path in FILTERS.items() if name in self.query}
        rows = Comment.objects.visible_to(self.viewer).filter(**chosen)
        rows = rows.select_related("study", "revision__document").defer("revision__text").prefetch_related("versions")
        found, following = page_of(rows, "id", self.query)
        return page_answer(CommentSerializer, said_of(list(found), self.viewer), following)


class CommentDetail(ApiView):
    """One comment, under an id that its author's client chose."""

    def present(self, row: Model) -> Any:
        """Show the comment a refusal is about."""
        return _shown(row.pk, self.viewer)

    @describe(
        "get_comment", "Read a comment", {200: CommentSerializer, 304: None}, parameters=[IF_CHANGED], problems=(404,)
    )
    def get(self, request: Request, comment_id: UUID) -> Response:
        """Show one comment with what it said before."""
        comment = find(Comment.objects.visible_to(self.viewer), pk=comment_id)
        return versioned(request, _shown(comment.pk, self.viewer), comment.version)

    @describe(
        "write_comment",
        "Write, answer or edit a comment",
        {200: CommentSerializer, 201: CommentSerializer},
        body=CommentBodySerializer,
        parameters=[IF_MATCH, CREATES],
        problems=(403, 404, 409, 410, 412, 428),
        writes=True,
    )
    def put(self, request: Request, comment_id: UUID) -> Response:
        """Write with `If-None-Match: *`, edit one's own with `If-Match`; the same request again gives the same row."""
        precondition = precondition_of(request)
        precondition.refuse_if_missing()
        body = self.body(CommentBodySerializer)
        row, is_new = write_comment(
            actor=self.viewer,
            comment_id=comment_id,
            place=_place(body, self.viewer) if precondition.create else None,
            thread_id=body.get("thread"),
            words=body["words"],
            precondition=precondition,
        )
        return versioned(request, _shown(row.pk, self.viewer), row.version, status=201 if is_new else 200)

    @describe(
        "delete_comment",
        "Delete a comment",
        {204: None},
        parameters=[IF_MATCH],
        problems=(403, 404, 412, 428),
        writes=True,
    )
    def delete(self, request: Request, comment_id: UUID) -> Response:
        """Delete one's own with `If-Match`; answers stay, and it can be restored."""
        self.body(NothingSerializer)
        versions = precondition_of(request).versions
        row = delete_comment(actor=self.viewer, comment_id=comment_id, versions=versions)
        return Response(status=204, headers={"ETag": f'"{row.version}"'})


class CommentRestore(ApiView):
    """Bringing a deleted comment back."""

    def present(self, row: Model) -> Any:
        """Show the comment a refusal is about."""
        return _shown(row.pk, self.viewer)

    @describe("restore_comment", "Restore a comment", {200: CommentSerializer}, problems=(403, 404), writes=True)
    def post(self, request: Request, comment_id: UUID) -> Response:
        """Restore one's own; restoring a live one changes nothing."""
        self.body(NothingSerializer)
        row = restore_comment(actor=self.viewer, comment_id=comment_id)
        return versioned(request, _shown(row.pk, self.viewer), row.version)

"""Assignments: what the workbench opens, and what is done to a piece of work as a whole."""

import hashlib
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.assignments import (
    refuse_untrained,
    reopen_assignment,
    reveal_assignment,
    revise_assignment,
    submit_assignment,
)
from annotator.actions.errors import InvalidError
from annotator.api.annotations import AnnotationSerializer
from annotator.api.base import ApiView, PageByIdParameters, find, page_answer, versioned
from annotator.api.codebooks import CodebookSerializer, prefetched
from annotator.api.documents import sentence_ends
from annotator.api.fields import SLUG_LENGTH, Choice, Flag, NothingSerializer, StrictSerializer, Text
from annotator.api.passages import LeanPassageSerializer, lean_passages_of, passages_of
from annotator.api.ratings import DocumentRatingSerializer, document_ratings
from annotator.api.schema import IF_CHANGED, describe
from annotator.extra_reviews import after_submission
from annotator.models import Assignment, Membership, Study, User
from annotator.queries import own_in_reading_order
from sources.models import Revision

REASON_LENGTH = 10_000


class AssignmentSummarySerializer(serializers.Serializer):
    """An assignment by name: whose text, in which study, how far it is."""

    id = serializers.UUIDField()
    study = serializers.CharField(source="study.slug")
    document = serializers.CharField(source="revision.document.slug")
    revision = serializers.IntegerField(source="revision.number")
    role = Choice("AssignmentRole", Assignment.Role.values)
    purpose = Choice("AssignmentPurpose", Assignment.Purpose.values)
    round = serializers.IntegerField()
    state = Choice("AssignmentState", Assignment.State.values)
    submitted_at = serializers.DateTimeField(allow_null=True)
    revealed_at = serializers.DateTimeField(allow_null=True)
    reclaimed_at = serializers.DateTimeField(allow_null=True)
    due_on = serializers.DateField(source="deadline", allow_null=True)


class AssignmentPageSerializer(serializers.Serializer):
    """One page of assignments."""

    results = AssignmentSummarySerializer(many=True)
    next = serializers.CharField(allow_null=True)


class StudyFrameSerializer(serializers.Serializer):
    """What the workbench needs of the study."""

    slug = serializers.CharField()
    title = serializers.CharField()
    demo = serializers.BooleanField()
    blinding = Choice("Blinding", Study.Blinding.values)
    closed_at = serializers.DateTimeField(allow_null=True)


class DocumentFrameSerializer(serializers.Serializer):
    """What the workbench needs of the document; `source` is the outlet's name, empty without one."""

    slug = serializers.CharField()
    title = serializers.CharField()
    source = serializers.CharField(source="source.name", default="")
    byline = serializers.CharField()
    published_on = serializers.DateField(allow_null=True)
    url = serializers.CharField()
    language = serializers.CharField()
    licence = serializers.CharField()
    disclosure = serializers.CharField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)


class RevisionTextSerializer(serializers.Serializer):
    """The text, and where each of its sentences ends, in code points."""

    number = serializers.IntegerField()
    sha256 = serializers.CharField()
    length = serializers.IntegerField()
    text = serializers.CharField()
    sentences = serializers.SerializerMethodField()

    def get_sentences(self, revision: Revision) -> list[int]:
        """The end of each sentence; empty for a text that was never cut."""
        return sentence_ends(revision)


class AssignmentSerializer(serializers.Serializer):
    """Everything the workbench needs, in one answer. `version_tag` changes whenever anything in it does."""

    id = serializers.UUIDField()
    state = Choice("AssignmentState", Assignment.State.values)
    round = serializers.IntegerField()
    role = Choice("AssignmentRole", Assignment.Role.values)
    purpose = Choice("AssignmentPurpose", Assignment.Purpose.values)
    reason = serializers.CharField()
    reviewer = serializers.CharField(source="pseudonym")
    may_reveal = serializers.BooleanField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    revealed_at = serializers.DateTimeField(allow_null=True)
    due_on = serializers.DateField(source="deadline", allow_null=True)
    version_tag = serializers.CharField(default="")
    study = StudyFrameSerializer()
    document = DocumentFrameSerializer(source="revision.document")
    revision = RevisionTextSerializer()
    codebook = CodebookSerializer()
    annotations = AnnotationSerializer(many=True, source="passages")
    ratings = DocumentRatingSerializer(many=True, source="answers")


class LeanAssignmentSerializer(AssignmentSerializer):
    """The same with lean passages."""

    annotations = LeanPassageSerializer(many=True, source="passages")


class AssignmentListParameters(PageByIdParameters):
    """Which assignments to list."""

    state = Choice("AssignmentState", Assignment.State.values, required=False)
    study = serializers.CharField(max_length=SLUG_LENGTH, required=False)


class SubmitBodySerializer(StrictSerializer):
    """Whether to submit although answers are missing."""

    accept_gaps = Flag(default=False)


class ReasonBodySerializer(StrictSerializer):
    """Why."""

    reason = Text(max_length=REASON_LENGTH)


def listed(rows: QuerySet[Assignment]) -> QuerySet[Assignment]:
    """Load with each assignment what a summary shows of it and `pseudonym`, and not its text."""
    return with_pseudonym(rows).select_related("study", "revision__document").defer("revision__text")


def with_pseudonym(rows: QuerySet[Assignment]) -> QuerySet[Assignment]:
    """Add `pseudonym`, under which the study knows the reviewer."""
    member = Membership.objects.filter(study=OuterRef("study"), user=OuterRef("reviewer"))
    return rows.annotate(pseudonym=Coalesce(Subquery(member.values("pseudonym")[:1]), Value("")))


def in_one_answer(viewer: User, rows: QuerySet[Assignment], assignment_id: UUID, lean: bool = False) -> dict[str, Any]:
    """Return an assignment of `rows` with all that belongs to it, in a fixed number of queries.

    Raises NotFoundError; ConflictError `training` for the viewer's own that a training keeps shut for now.
    """
    row = find(
        with_pseudonym(rows)
        .select_related("study", "revision__document__source")
        .prefetch_related("revision__segmentations", "codebook", *prefetched("codebook__")),
        pk=assignment_id,
    )
    if row.reviewer_id == viewer.pk:
        row.reviewer = viewer
        refuse_untrained(row)
    row.passages, row.answers = [], list(document_ratings(row))
    data = AssignmentSerializer(row).data
    data["annotations"] = lean_passages_of(row) if lean else passages_of(row)
    data["version_tag"] = hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:32]
    return data


class AssignmentList(ApiView):
    """The viewer's own assignments."""

    parameters = AssignmentListParameters

    @describe(
        "list_assignments",
        "List my assignments",
        {200: AssignmentPageSerializer},
        parameters=[AssignmentListParameters],
    )
    def get(self, request: Request) -> Response:
        """List the viewer's own assignments in the order to be read, by the rule of each study."""
        rows = own_in_reading_order(self.viewer)
        if "after" in self.query:
            places = {row.pk: place for place, row in enumerate(rows, start=1)}
            if self.query["after"] not in places:
                raise InvalidError("after", "There is no such assignment of yours. Begin the list anew.")
            rows = rows[places[self.query["after"]] :]
        state, study = self.query.get("state"), self.query.get("study")
        found = [row for row in rows if state in (None, row.state) and study in (None, row.study.slug)]
        shown, more = found[: self.query["limit"]], len(found) > self.query["limit"]
        return page_answer(AssignmentSummarySerializer, shown, shown[-1].pk if more else None)


@method_decorator(gzip_page, name="dispatch")
class AssignmentDetail(ApiView):
    """One assignment: one's own, or one whose work the viewer may see."""

    @describe(
        "get_assignment",
        "Read an assignment with its text, codebook and work",
        {200: AssignmentSerializer, 304: None},
        parameters=[IF_CHANGED],
        problems=(404, 409),
    )
    def get(self, request: Request, assignment_id: UUID) -> Response:
        """Show an assignment with everything that belongs to it."""
        data = in_one_answer(self.viewer, Assignment.objects.work_visible_to(self.viewer), assignment_id)
        return versioned(request, data, data["version_tag"])


@method_decorator(gzip_page, name="dispatch")
class AssignmentLean(ApiView):
    """The same in a fifth of the bytes, for the workbench: it has the text, and cuts the quotes itself."""

    @describe(
        "get_lean_assignment",
        "Read an assignment with lean passages",
        {200: LeanAssignmentSerializer, 304: None},
        parameters=[IF_CHANGED],
        problems=(404, 409),
    )
    def get(self, request: Request, assignment_id: UUID) -> Response:
        """Show an assignment whose passages leave out the quote, UTF-16 offsets, times and the assignment's id."""
        data = in_one_answer(self.viewer, Assignment.objects.work_visible_to(self.viewer), assignment_id, lean=True)
        return versioned(request, data, data["version_tag"])


class OwnAssignmentAct(ApiView):
    """What a reviewer does to an assignment of their own; the answer is the assignment as it is then."""

    def answer(self, request: Request, assignment: Assignment, status: int = 200) -> Response:
        """Answer with the whole assignment."""
        data = in_one_answer(self.viewer, Assignment.objects.filter(reviewer=self.viewer), assignment.pk)
        return versioned(request, data, data["version_tag"], status)


class AssignmentSubmit(OwnAssignmentAct):
    """Handing work in."""

    @describe(
        "submit_assignment",
        "Submit",
        {200: AssignmentSerializer},
        body=SubmitBodySerializer,
        problems=(404, 409),
        writes=True,
    )
    def post(self, request: Request, assignment_id: UUID) -> Response:
        """Lock the work; 409 `gaps` names what is missing unless the gaps are accepted."""
        body = self.body(SubmitBodySerializer)
        done = submit_assignment(actor=self.viewer, assignment_id=assignment_id, accept_gaps=body["accept_gaps"])
        after_submission(done)
        return self.answer(request, done)


class AssignmentReveal(OwnAssignmentAct):
    """Showing others' work."""

    @describe("reveal_assignment", "Show others' work", {200: AssignmentSerializer}, problems=(404, 409), writes=True)
    def post(self, request: Request, assignment_id: UUID) -> Response:
        """Show others' work on this text to its reviewer, as the study's rule allows."""
        self.body(NothingSerializer)
        return self.answer(request, reveal_assignment(actor=self.viewer, assignment_id=assignment_id))


class AssignmentRevise(OwnAssignmentAct):
    """A second round."""

    @describe(
        "revise_assignment",
        "Begin a second round",
        {201: AssignmentSerializer},
        body=ReasonBodySerializer,
        problems=(404, 409),
        writes=True,
    )
    def post(self, request: Request, assignment_id: UUID) -> Response:
        """Open round 2 as a copy of round 1, which stays as it was."""
        reason = self.body(ReasonBodySerializer)["reason"]
        second = revise_assignment(actor=self.viewer, assignment_id=assignment_id, reason=reason)
        return self.answer(request, second, status=201)


class AssignmentReopen(ApiView):
    """A lead's remedy for work submitted by mistake."""

    @describe(
        "reopen_assignment",
        "Reopen a submitted round",
        {200: AssignmentSummarySerializer},
        body=ReasonBodySerializer,
        problems=(404, 409),
        writes=True,
    )
    def post(self, request: Request, assignment_id: UUID) -> Response:
        """Reopen round 1 in place, before its reviewer saw others' work; leads only."""
        reason = self.body(ReasonBodySerializer)["reason"]
        done = reopen_assignment(actor=self.viewer, assignment_id=assignment_id, reason=reason)
        return Response(AssignmentSummarySerializer(listed(Assignment.objects.all()).get(pk=done.pk)).data)

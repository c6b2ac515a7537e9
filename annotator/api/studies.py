"""Studies: what they ask, and who reads what in them."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.assignments import assign_revision
from annotator.actions.errors import InvalidError, NotFoundError
from annotator.actions.study import use_codebook
from annotator.api.assignments import AssignmentSummarySerializer, listed
from annotator.api.base import (
    ApiView,
    PageByIdParameters,
    PageBySlugParameters,
    find,
    page_answer,
    page_of,
)
from annotator.api.fields import LARGEST, SLUG_LENGTH, Choice, StrictSerializer, Text, Whole
from annotator.api.schema import describe
from annotator.models import Assignment, Membership, Study, User
from annotator.queries import readable_revisions, readable_with

PSEUDONYM_LENGTH = 40


class CodebookNameSerializer(serializers.Serializer):
    """A codebook version by name."""

    slug = serializers.CharField()
    version = serializers.IntegerField()


class StudySummarySerializer(serializers.Serializer):
    """A study by name."""

    slug = serializers.CharField()
    title = serializers.CharField()
    demo = serializers.BooleanField()
    blinding = Choice("Blinding", Study.Blinding.values)
    codebook = CodebookNameSerializer()
    created_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class StudyTextSerializer(serializers.Serializer):
    """A text of a study that the viewer may read."""

    document = serializers.CharField(source="document.slug")
    revision = serializers.IntegerField(source="number")


class StudySerializer(StudySummarySerializer):
    """A study with the texts and the place the viewer has in it; `role` is empty for site staff who are no members."""

    reviewers_per_document = serializers.IntegerField(allow_null=True)
    role = serializers.CharField()
    pseudonym = serializers.CharField()
    texts = StudyTextSerializer(many=True)


class StudyPageSerializer(serializers.Serializer):
    """One page of studies."""

    results = StudySummarySerializer(many=True)
    next = serializers.CharField(allow_null=True)


class StudyAssignmentSerializer(AssignmentSummarySerializer):
    """An assignment with the pseudonym of whose it is: its state, and nothing of the work in it."""

    reviewer = serializers.CharField(source="pseudonym")


class StudyAssignmentPageSerializer(serializers.Serializer):
    """One page of a study's assignments."""

    results = StudyAssignmentSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class AssignmentBodySerializer(StrictSerializer):
    """A text of the study to give to a member."""

    document = Text(max_length=SLUG_LENGTH)
    revision = Whole(min_value=1, max_value=LARGEST)
    reviewer = Text(max_length=PSEUDONYM_LENGTH, help_text="The member's pseudonym.")
    role = Choice("AssignmentRole", Assignment.Role.values, default=Assignment.Role.REVIEWER)


class StudyCodebookSerializer(StrictSerializer):
    """The version of its codebook that a study is read with."""

    version = Whole(min_value=1, max_value=LARGEST)


class StudyAssignmentListParameters(PageByIdParameters):
    """Which assignments to list."""

    state = Choice("AssignmentState", Assignment.State.values, required=False)
    document = serializers.CharField(max_length=SLUG_LENGTH, required=False)


class StudyView(ApiView):
    """An address below one study."""

    def study(self, slug: str) -> Study:
        """Return the study with its codebook, or raise NotFoundError."""
        return find(Study.objects.visible_to(self.viewer).select_related("codebook"), slug=slug)

    def run_study(self, slug: str) -> Study:
        """Return a study that the caller runs, or raise NotFoundError."""
        return find(Study.objects.run_by(self.viewer).select_related("codebook"), slug=slug)


def assignments_shown(study: Study, viewer: User) -> QuerySet[Assignment]:
    """Return the assignments whose state the viewer may know: all to whom the study is entrusted, else one's own."""
    rows = Assignment.objects.filter(study=study)
    trusted = viewer.runs_studies or viewer.sees_all_work
    if trusted or study.role_of(viewer) in (Membership.Role.LEAD, Membership.Role.ADJUDICATOR):
        return rows
    return rows.filter(reviewer=viewer)


class StudyList(ApiView):
    """The studies the viewer belongs to; all of them for site staff who run studies."""

    parameters = PageBySlugParameters

    @describe("list_studies", "List studies", {200: StudyPageSerializer}, parameters=[PageBySlugParameters])
    def get(self, request: Request) -> Response:
        """List studies."""
        rows = Study.objects.visible_to(self.viewer).select_related("codebook")
        found, following = page_of(rows, "slug", self.query)
        return page_answer(StudySummarySerializer, found, following)


class StudyDetail(StudyView):
    """One study."""

    @describe("get_study", "Read a study", {200: StudySerializer}, problems=(404,))
    def get(self, request: Request, slug: str) -> Response:
        """Show a study, the viewer's place in it and the texts the viewer may read."""
        study = self.study(slug)
        place = study.memberships.active().filter(user=self.viewer).first()
        study.role = place.role if place else ""
        study.pseudonym = place.pseudonym if place else ""
        texts = readable_revisions(self.viewer).without_text().filter(studies=study).select_related("document")
        study.texts = texts.order_by("document__slug", "number")
        return Response(StudySerializer(study).data)


class StudyAssignmentList(StudyView):
    """The assignments of a study: their states, never how much work is in them."""

    parameters = StudyAssignmentListParameters

    @describe(
        "list_study_assignments",
        "List a study's assignments",
        {200: StudyAssignmentPageSerializer},
        parameters=[StudyAssignmentListParameters],
        problems=(404,),
    )
    def get(self, request: Request, slug: str) -> Response:
        """List assignments: all to whom the study is entrusted, to others their own."""
        study = self.study(slug)
        rows = listed(assignments_shown(study, self.viewer))
        if "state" in self.query:
            rows = rows.filter(state=self.query["state"])
        if "document" in self.query:
            rows = rows.filter(revision__document__slug=self.query["document"])
        found, following = page_of(rows, "id", self.query)
        return page_answer(StudyAssignmentSerializer, found, following)

    @describe(
        "assign",
        "Give a member a text",
        {200: StudyAssignmentSerializer},
        body=AssignmentBodySerializer,
        problems=(404, 409),
        writes=True,
    )
    def post(self, request: Request, slug: str) -> Response:
        """Assign a text of the study to a member; assigning it again changes nothing. Leads only."""
        study = self.run_study(slug)
        body: dict[str, Any] = self.body(AssignmentBodySerializer)
        text = study.revisions.filter(document__slug=body["document"], number=body["revision"])
        revision = text.select_related("document").first()
        if revision is None:
            raise InvalidError("document", "The study has no such text.")
        member = study.memberships.active().filter(pseudonym=body["reviewer"]).select_related("user").first()
        if member is None:
            raise InvalidError("reviewer", "The study has no such member.")
        made = assign_revision(
            actor=self.viewer, study=study, revision=revision, reviewer=member.user, role=body["role"]
        )
        row = listed(Assignment.objects.filter(pk=made.pk)).first()
        if row is None:
            raise NotFoundError
        return Response(StudyAssignmentSerializer(row).data)


class StudyCodebook(StudyView):
    """The version of its codebook that a study is read with."""

    @describe(
        "use_codebook",
        "Read a study with another version",
        {200: StudyCodebookSerializer},
        body=StudyCodebookSerializer,
        problems=(404,),
        writes=True,
    )
    def put(self, request: Request, slug: str) -> Response:
        """Take another published version of the study's codebook; work keeps what it was made with. Leads only."""
        study = self.run_study(slug)
        version = self.body(StudyCodebookSerializer)["version"]
        codebook = readable_with(study, self.viewer).filter(version=version).first()
        if codebook is None:
            raise InvalidError("version", "There is no such published version of the study's codebook.")
        use_codebook(actor=self.viewer, study=study, codebook=codebook)
        return Response({"version": version})

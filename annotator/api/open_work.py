"""Work that nobody goes on with: taken back, given back, or given another day."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.reclaiming import give_back_assignments, reclaim_assignments, set_deadlines
from annotator.api.assignments import listed
from annotator.api.base import Parameters
from annotator.api.fields import Day, Identifier, StrictSerializer
from annotator.api.schema import describe
from annotator.api.studies import StudyAssignmentSerializer, StudyView
from annotator.models import Assignment, Study
from annotator.queries import open_work

MOST_DAYS = 365
MOST_AT_ONCE = 1000


class OpenWorkParameters(Parameters):
    """Since when nothing was done."""

    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=14, help_text="Days without any act.")


class OpenWorkSerializer(serializers.Serializer):
    """Assignments that are open and idle or late, and those taken back.

    `by_date_only`: the caller reviews in the study, so that `waiting` goes by when work was given out, not by acts.
    """

    waiting = StudyAssignmentSerializer(many=True)
    taken_back = StudyAssignmentSerializer(many=True)
    by_date_only = serializers.BooleanField()


class SeveralAssignmentsSerializer(StrictSerializer):
    """Assignments of the study."""

    assignments = serializers.ListField(child=Identifier(), min_length=1, max_length=MOST_AT_ONCE)


class DeadlineBodySerializer(SeveralAssignmentsSerializer):
    """Assignments and their day; null for that of the study."""

    due_on = Day(allow_null=True)


class ChangedAssignmentsSerializer(serializers.Serializer):
    """The assignments that were changed; those as wanted already are not among them."""

    results = StudyAssignmentSerializer(many=True)


class OpenWork(StudyView):
    """What nobody goes on with."""

    parameters = OpenWorkParameters

    @describe(
        "list_open_work",
        "List idle, late and reclaimed work",
        {200: OpenWorkSerializer},
        parameters=[OpenWorkParameters],
        problems=(404,),
    )
    def get(self, request: Request, slug: str) -> Response:
        """List open assignments without any act for so many days, or late, and those taken back. Leads only."""
        return Response(OpenWorkSerializer(open_work(self.run_study(slug), self.viewer, self.query["days"])).data)


class SeveralAssignments(StudyView):
    """A deed done to several assignments, all or none; the answer has those that it changed."""

    def answer(self, study: Study, changed: list[Assignment]) -> Response:
        """Answer with the assignments as they are then."""
        rows = listed(Assignment.objects.filter(study=study, pk__in=[each.pk for each in changed])).order_by("pk")
        return Response(ChangedAssignmentsSerializer({"results": rows}).data)


class AssignmentsReclaim(SeveralAssignments):
    """Taking work back."""

    @describe(
        "reclaim_assignments",
        "Take assignments back",
        {200: ChangedAssignmentsSerializer},
        body=SeveralAssignmentsSerializer,
        problems=(404, 409),
        writes=True,
    )
    def post(self, request: Request, slug: str) -> Response:
        """Take open assignments back; what was done in them is kept, and others can be given the texts. Leads only."""
        study = self.run_study(slug)
        ids = self.body(SeveralAssignmentsSerializer)["assignments"]
        return self.answer(study, reclaim_assignments(actor=self.viewer, study=study, ids=ids))


class AssignmentsGiveBack(SeveralAssignments):
    """Giving work back."""

    @describe(
        "give_back_assignments",
        "Give assignments back",
        {200: ChangedAssignmentsSerializer},
        body=SeveralAssignmentsSerializer,
        problems=(404, 409),
        writes=True,
    )
    def post(self, request: Request, slug: str) -> Response:
        """Open assignments again that were taken back, with everything in them. Leads only."""
        study = self.run_study(slug)
        ids = self.body(SeveralAssignmentsSerializer)["assignments"]
        return self.answer(study, give_back_assignments(actor=self.viewer, study=study, ids=ids))


class AssignmentsDeadline(SeveralAssignments):
    """Days of single assignments."""

    @describe(
        "set_deadlines",
        "Set the deadline of assignments",
        {200: ChangedAssignmentsSerializer},
        body=DeadlineBodySerializer,
        problems=(404, 409),
        writes=True,
    )
    def post(self, request: Request, slug: str) -> Response:
        """Give open assignments a day of their own, or the study's again; nothing is locked by it. Leads only."""
        study = self.run_study(slug)
        body: dict[str, Any] = self.body(DeadlineBodySerializer)
        done = set_deadlines(actor=self.viewer, study=study, ids=body["assignments"], due_on=body["due_on"])
        return self.answer(study, done)

"""Invitations and class codes of a study, for those who run it. Joining by one is done on the pages."""

from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.entrance import create_code, create_invitation, revoke_entrance
from annotator.api.base import PageByIdParameters, page_answer, page_of
from annotator.api.fields import Choice, NothingSerializer, StrictSerializer, Text, Whole
from annotator.api.schema import describe
from annotator.api.studies import StudyView
from annotator.models import ClassCode, Invitation, Membership
from annotator.models.entrance import (
    INVITATION_DAYS,
    LONGEST_CODE_DAYS,
    LONGEST_INVITATION_DAYS,
    MOST_DOCUMENTS,
    MOST_PLACES,
)

NOTE_LENGTH = 200


class InvitationSerializer(serializers.Serializer):
    """An invitation without its secret, which is shown once."""

    id = serializers.UUIDField()
    role = Choice("MemberRole", Membership.Role.values)
    note = serializers.CharField()
    state = Choice("InvitationState", ["open", "used", "revoked", "expired"])
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    used_at = serializers.DateTimeField(allow_null=True)
    used_by = serializers.CharField(source="used_by.pseudonym", default=None, allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class NewInvitationSerializer(InvitationSerializer):
    """An invitation just made. `secret` goes behind the # of the address `/join/`, and is shown this once."""

    secret = serializers.CharField(source="shown_secret")


class InvitationPageSerializer(serializers.Serializer):
    """One page of invitations."""

    results = InvitationSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class InvitationBodySerializer(StrictSerializer):
    """An invitation to make."""

    role = Choice("MemberRole", Membership.Role.values, default=Membership.Role.REVIEWER)
    note = Text(max_length=NOTE_LENGTH, allow_blank=True, default="", help_text="Who it is for; for your list only.")
    days = Whole(min_value=1, max_value=LONGEST_INVITATION_DAYS, default=INVITATION_DAYS)


class ClassCodeSerializer(serializers.Serializer):
    """A class code: how many people it lets in, and how many came."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    places = serializers.IntegerField()
    joined = serializers.IntegerField()
    documents = serializers.IntegerField()
    state = Choice("ClassCodeState", ["open", "full", "revoked", "expired"])
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)


class ClassCodePageSerializer(serializers.Serializer):
    """One page of class codes."""

    results = ClassCodeSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class ClassCodeBodySerializer(StrictSerializer):
    """A class code to make."""

    places = Whole(min_value=1, max_value=MOST_PLACES, help_text="How many people it lets in.")
    days = Whole(min_value=1, max_value=LONGEST_CODE_DAYS, default=7)
    documents = Whole(min_value=0, max_value=MOST_DOCUMENTS, default=1, help_text="Documents each person is given.")


class InvitationList(StudyView):
    """The invitations to a study."""

    parameters = PageByIdParameters

    @describe(
        "list_invitations",
        "List invitations",
        {200: InvitationPageSerializer},
        parameters=[PageByIdParameters],
        problems=(404,),
    )
    def get(self, request: Request, slug: str) -> Response:
        """List invitations and what became of them; leads only."""
        rows = Invitation.objects.filter(study=self.run_study(slug)).select_related("used_by")
        found, following = page_of(rows, "id", self.query)
        return page_answer(InvitationSerializer, found, following)

    @describe(
        "create_invitation",
        "Make an invitation",
        {201: NewInvitationSerializer},
        body=InvitationBodySerializer,
        problems=(404, 409),
        writes=True,
    )
    def post(self, request: Request, slug: str) -> Response:
        """Make a link by which one person joins; leads only. The secret is shown this once."""
        study = self.run_study(slug)
        body = self.body(InvitationBodySerializer)
        made, made.shown_secret = create_invitation(actor=self.viewer, study=study, **body)
        return Response(NewInvitationSerializer(made).data, status=201)


class InvitationDetail(StudyView):
    """One invitation."""

    @describe("revoke_invitation", "Revoke an invitation", {204: None}, problems=(404, 409), writes=True)
    def delete(self, request: Request, slug: str, invitation_id: UUID) -> Response:
        """End an invitation that was not used; ending it again is no fault."""
        study = self.run_study(slug)
        self.body(NothingSerializer)
        revoke_entrance(actor=self.viewer, study=study, kind=Invitation, entrance_id=invitation_id)
        return Response(status=204)


class ClassCodeList(StudyView):
    """The class codes of a study."""

    parameters = PageByIdParameters

    @describe(
        "list_codes",
        "List class codes",
        {200: ClassCodePageSerializer},
        parameters=[PageByIdParameters],
        problems=(404,),
    )
    def get(self, request: Request, slug: str) -> Response:
        """List class codes; leads only."""
        found, following = page_of(ClassCode.objects.filter(study=self.run_study(slug)), "id", self.query)
        return page_answer(ClassCodeSerializer, found, following)

    @describe(
        "create_code",
        "Make a class code",
        {201: ClassCodeSerializer},
        body=ClassCodeBodySerializer,
        problems=(404, 409),
        writes=True,
    )
    def post(self, request: Request, slug: str) -> Response:
        """Make a code by which so many people join as reviewers; leads only."""
        study = self.run_study(slug)
        made = create_code(actor=self.viewer, study=study, **self.body(ClassCodeBodySerializer))
        return Response(ClassCodeSerializer(made).data, status=201)


class ClassCodeDetail(StudyView):
    """One class code."""

    @describe("end_code", "End a class code", {204: None}, problems=(404,), writes=True)
    def delete(self, request: Request, slug: str, code_id: UUID) -> Response:
        """End a code; who joined by it stays. Ending it again is no fault."""
        study = self.run_study(slug)
        self.body(NothingSerializer)
        revoke_entrance(actor=self.viewer, study=study, kind=ClassCode, entrance_id=code_id)
        return Response(status=204)

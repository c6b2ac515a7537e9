"""The members of a study: added, given another role, let leave, brought back; and links for forgotten passwords."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.errors import StaleError
from annotator.actions.members import find_account
from annotator.actions.password_links import create_password_link
from annotator.actions.study import add_member, remove_member
from annotator.api.auth import SignedIn
from annotator.api.base import PageParameters, find, page_answer, page_of, versioned
from annotator.api.fields import Choice, NothingSerializer, StrictSerializer, Text
from annotator.api.me import BySession
from annotator.api.preconditions import precondition_of
from annotator.api.schema import IF_CHANGED, IF_MATCH, describe
from annotator.api.studies import PSEUDONYM_LENGTH, StudyView
from annotator.models import Membership, Study, User

USERNAME_LENGTH = 150


class MemberSerializer(serializers.Serializer):
    """A member under the pseudonym of this study."""

    pseudonym = serializers.CharField()
    role = Choice("MemberRole", Membership.Role.values)
    kind = Choice("ReviewerKind", User.Kind.values, source="user.kind")
    left_at = serializers.DateTimeField(allow_null=True)


class NamedMemberSerializer(MemberSerializer):
    """A member; `username` is for those who run the study, and null to others."""

    username = serializers.CharField(source="shown_name", allow_null=True)
    version = serializers.IntegerField()


class MemberPageSerializer(serializers.Serializer):
    """One page of members, in the order of their random pseudonyms."""

    results = MemberSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class MemberBodySerializer(StrictSerializer):
    """A user to add to the study, or to give another role in it."""

    username = Text(max_length=USERNAME_LENGTH)
    role = Choice("MemberRole", Membership.Role.values, default=Membership.Role.REVIEWER)


class RoleBodySerializer(StrictSerializer):
    """The role a member is to have."""

    role = Choice("MemberRole", Membership.Role.values)


class PasswordLinkSerializer(serializers.Serializer):
    """A link that sets a new password once. `secret` goes behind the # of the address `/new-password/`."""

    secret = serializers.CharField(source="shown_secret")
    expires_at = serializers.DateTimeField()


class MemberListParameters(PageParameters):
    """Which members to list."""

    after = serializers.CharField(max_length=PSEUDONYM_LENGTH, required=False, help_text="`next` of the page before.")
    role = Choice("MemberRole", Membership.Role.values, required=False)


class MemberList(StudyView):
    """The members of a study: all to whom it is entrusted, to others their own row."""

    parameters = MemberListParameters

    @describe(
        "list_members",
        "List members under their pseudonyms",
        {200: MemberPageSerializer},
        parameters=[MemberListParameters],
        problems=(404,),
    )
    def get(self, request: Request, slug: str) -> Response:
        """List members."""
        rows = Membership.objects.visible_to(self.viewer).filter(study=self.study(slug)).select_related("user")
        if "role" in self.query:
            rows = rows.filter(role=self.query["role"])
        found, following = page_of(rows, "pseudonym", self.query)
        return page_answer(MemberSerializer, found, following)

    @describe(
        "add_member",
        "Add a member",
        {200: MemberSerializer},
        body=MemberBodySerializer,
        problems=(404, 409, 429),
        writes=True,
    )
    def post(self, request: Request, slug: str) -> Response:
        """Add a user under a random pseudonym, or give a member another role; leads only.

        Many names tried in vain are answered 429.
        """
        study = self.run_study(slug)
        body = self.body(MemberBodySerializer)
        user = find_account(actor=self.viewer, username=body["username"])
        return Response(MemberSerializer(add_member(actor=self.viewer, study=study, user=user, role=body["role"])).data)


class MemberView(StudyView):
    """An address below one member."""

    def member(self, study: Study, pseudonym: str) -> Membership:
        """Return a member that the caller may know, or raise NotFoundError."""
        rows = Membership.objects.visible_to(self.viewer).filter(study=study).select_related("user", "study")
        return find(rows, pseudonym=pseudonym)

    def require_version(self, member: Membership, settled: bool) -> None:
        """Raise where the request names no version, or another than the row's and the row is not yet as wanted.

        A write whose answer was lost is sent again, and must not show a person a conflict with themselves.
        """
        precondition = precondition_of(self.request)
        precondition.refuse_if_missing()
        if not settled and not precondition.admits(member.version):
            raise StaleError(member)

    def present(self, row: Any) -> Any:
        """Return the member for the `current` of a refusal."""
        row.shown_name = row.user.get_username() if row.study.is_run_by(self.viewer) else None
        return NamedMemberSerializer(row).data

    def answer(self, row: Membership) -> Response:
        """Answer with the member and the version as ETag."""
        return versioned(self.request, self.present(row), row.version)


class MemberDetail(MemberView):
    """One member."""

    @describe(
        "get_member",
        "Read a member",
        {200: NamedMemberSerializer, 304: None},
        parameters=[IF_CHANGED],
        problems=(404,),
    )
    def get(self, request: Request, slug: str, pseudonym: str) -> Response:
        """Show a member, by name to those who run the study."""
        return self.answer(self.member(self.study(slug), pseudonym))

    @describe(
        "change_member",
        "Give a member another role",
        {200: NamedMemberSerializer},
        body=RoleBodySerializer,
        parameters=[IF_MATCH],
        problems=(404, 409, 412, 428),
        writes=True,
    )
    def put(self, request: Request, slug: str, pseudonym: str) -> Response:
        """Give a member another role; one who left comes back, with the work that was open then."""
        study = self.run_study(slug)
        member = self.member(study, pseudonym)
        role = self.body(RoleBodySerializer)["role"]
        self.require_version(member, settled=member.left_at is None and member.role == role)
        changed = add_member(actor=self.viewer, study=study, user=member.user, role=role, version=member.version)
        return self.answer(changed)

    @describe(
        "remove_member",
        "Let a member leave",
        {204: None},
        parameters=[IF_MATCH],
        problems=(404, 409, 412, 428),
        writes=True,
    )
    def delete(self, request: Request, slug: str, pseudonym: str) -> Response:
        """Let a member leave: submitted work stays, open work is returned; leaving again is no fault."""
        study = self.run_study(slug)
        member = self.member(study, pseudonym)
        self.body(NothingSerializer)
        self.require_version(member, settled=member.left_at is not None)
        remove_member(actor=self.viewer, study=study, user=member.user, version=member.version)
        return Response(status=204)


class MemberPasswordLink(MemberView):
    """A member's forgotten password."""

    permission_classes = [SignedIn, BySession]

    @describe(
        "create_password_link",
        "Make a link for a forgotten password",
        {201: PasswordLinkSerializer},
        problems=(404,),
        writes=True,
    )
    def post(self, request: Request, slug: str, pseudonym: str) -> Response:
        """Make a link that sets a new password once, within a day; in a session only. The secret is shown this once."""
        study = self.run_study(slug)
        member = self.member(study, pseudonym)
        self.body(NothingSerializer)
        link, link.shown_secret = create_password_link(actor=self.viewer, user=member.user, study=study)
        return Response(PasswordLinkSerializer(link).data, status=201)

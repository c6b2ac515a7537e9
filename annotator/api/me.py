"""The caller's own account, and the tokens that act for it."""

from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.account import create_token, revoke_token
from annotator.api.auth import SignedIn
from annotator.api.base import ApiView, PageByIdParameters, page_answer, page_of
from annotator.api.fields import Choice, Moment, NothingSerializer, StrictSerializer, Text
from annotator.api.schema import describe
from annotator.models import Membership, Token, User

NAME_LENGTH = 100


class OwnMembershipSerializer(serializers.Serializer):
    """The caller's place in a study."""

    study = serializers.CharField(source="study.slug")
    role = Choice("MemberRole", Membership.Role.values)
    pseudonym = serializers.CharField()


class TokenSerializer(serializers.Serializer):
    """A token without its secret, which is shown once."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    scope = Choice("TokenScope", Token.Scope.values)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class NewTokenSerializer(TokenSerializer):
    """A token just made, with the secret that is shown this once."""

    secret = serializers.CharField()


class TokenPageSerializer(serializers.Serializer):
    """One page of tokens."""

    results = TokenSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class TokenBodySerializer(StrictSerializer):
    """A token to make; it expires after 90 days unless `expires_at` says otherwise, a year at most."""

    name = Text(max_length=NAME_LENGTH)
    scope = Choice("TokenScope", Token.Scope.values, default=Token.Scope.READ)
    expires_at = Moment(required=False)


class MeSerializer(serializers.Serializer):
    """Who asks, in which studies, and with which token."""

    username = serializers.CharField()
    kind = Choice("ReviewerKind", User.Kind.values)
    is_staff = serializers.BooleanField()
    studies = OwnMembershipSerializer(many=True)
    token = TokenSerializer(allow_null=True)


class BySession(BasePermission):
    """Keeps tokens from making or reading tokens: a stolen one must not breed."""

    def has_permission(self, request: Request, view: object) -> bool:
        """Whether the caller signed in by a session."""
        return not isinstance(request.auth, Token)


class Me(ApiView):
    """The caller."""

    @describe("get_me", "Who am I", {200: MeSerializer})
    def get(self, request: Request) -> Response:
        """Show the account, its studies, and the token in use."""
        places = Membership.objects.active().filter(user=self.viewer).select_related("study").order_by("study__slug")
        shown = {
            "username": self.viewer.username,
            "kind": self.viewer.kind,
            "is_staff": self.viewer.is_staff,
            "studies": places,
            "token": request.auth,
        }
        return Response(MeSerializer(shown).data)


class TokenList(ApiView):
    """The caller's tokens."""

    parameters = PageByIdParameters
    permission_classes = [SignedIn, BySession]

    @describe(
        "list_tokens", "List my tokens", {200: TokenPageSerializer}, parameters=[PageByIdParameters], problems=(403,)
    )
    def get(self, request: Request) -> Response:
        """List tokens, revoked and expired ones too."""
        rows: QuerySet[Token] = Token.objects.filter(user=self.viewer)
        found, following = page_of(rows, "id", self.query)
        return page_answer(TokenSerializer, found, following)

    @describe("create_token", "Make a token", {201: NewTokenSerializer}, body=TokenBodySerializer, writes=True)
    def post(self, request: Request) -> Response:
        """Make a token and show its secret this once."""
        body = self.body(TokenBodySerializer)
        token, secret = create_token(
            actor=self.viewer, name=body["name"], scope=body["scope"], expires_at=body.get("expires_at")
        )
        token.secret = secret
        return Response(NewTokenSerializer(token).data, status=201)


class TokenDetail(ApiView):
    """One of the caller's tokens."""

    permission_classes = [SignedIn, BySession]

    @describe("revoke_token", "Revoke a token", {204: None}, problems=(404,), writes=True)
    def delete(self, request: Request, token_id: UUID) -> Response:
        """End a token at once; ending it again is no fault."""
        self.body(NothingSerializer)
        revoke_token(actor=self.viewer, token_id=token_id)
        return Response(status=204)

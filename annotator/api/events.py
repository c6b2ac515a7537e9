"""The history of a study: what was done, for those who run it; one's own acts for everybody else."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.api.base import PageParameters, page_answer
from annotator.api.fields import Identifier
from annotator.api.schema import describe
from annotator.api.studies import StudyView
from annotator.models import Event, Membership, Study, User
from annotator.queries import hidden_revisions

AFTER_LENGTH = 120
MOST_DIGITS = 18


@extend_schema_field({"type": ["object", "null"], "additionalProperties": True})
class PayloadField(serializers.JSONField):
    """The state before or after an act; null where there was none, or where it was erased."""


class EventSerializer(serializers.Serializer):
    """One act. `seq` counts the study's acts for those who run it, and is null to others: it would count their work."""

    seq = serializers.IntegerField(source="shown_seq", allow_null=True)
    at = serializers.DateTimeField()
    actor = serializers.CharField(source="pseudonym")
    verb = serializers.CharField()
    kind = serializers.CharField()
    object_id = serializers.CharField()
    assignment = serializers.UUIDField(source="assignment_id", allow_null=True)
    before = PayloadField()
    after = PayloadField()


class EventPageSerializer(serializers.Serializer):
    """One page of acts, oldest first."""

    results = EventSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class EventListParameters(PageParameters):
    """Which acts to list."""

    after = serializers.CharField(max_length=AFTER_LENGTH, required=False, help_text="`next` of the page before.")
    annotation = Identifier(required=False, help_text="Only what was done to this passage.")


def counts_events(study: Study, viewer: User) -> bool:
    """Whether the numbers of events are shown: to whom the study is entrusted, unless blind to a text of it.

    Gaps between the numbers tell how much others do.
    """
    trusted = study.is_run_by(viewer) or viewer.sees_all_work
    return trusted and not hidden_revisions(study, viewer).exists()


def events_shown(study: Study, viewer: User) -> QuerySet[Event]:
    """Return the study's acts that the viewer may see."""
    rows = Event.objects.visible_to(viewer).filter(ledger__study=study)
    entrusted = study.is_run_by(viewer) or viewer.sees_all_work
    if entrusted or study.role_of(viewer) == Membership.Role.ADJUDICATOR:
        return rows
    return rows.filter(actor=viewer)


def _bad_after() -> serializers.ValidationError:
    return serializers.ValidationError({"after": "Send what `next` of the page before said."})


def _after_number(after: str) -> Q:
    if not (after.isascii() and after.isdecimal() and len(after) <= MOST_DIGITS):
        raise _bad_after()
    return Q(seq__gt=int(after))


def _after_moment(after: str) -> Q:
    moment, _, digest = after.partition("_")
    try:
        at = parse_datetime(moment)
    except ValueError as error:
        raise _bad_after() from error
    if at is None or at.tzinfo is None:
        raise _bad_after()
    return Q(at__gt=at) | Q(at=at, hash__gt=digest)


class EventList(StudyView):
    """The history of a study."""

    parameters = EventListParameters

    @describe(
        "list_events",
        "List what was done",
        {200: EventPageSerializer},
        parameters=[EventListParameters],
        problems=(404,),
    )
    def get(self, request: Request, slug: str) -> Response:
        """List acts, oldest first. The `next` of those who run the study is a number to go on from at any time."""
        study = self.study(slug)
        rows = events_shown(study, self.viewer)
        numbered = counts_events(study, self.viewer)
        if "annotation" in self.query:
            rows = rows.filter(kind="annotation", object_id=str(self.query["annotation"]))
        if "after" in self.query:
            rows = rows.filter((_after_number if numbered else _after_moment)(self.query["after"]))
        limit = self.query["limit"]
        order = ("seq",) if numbered else ("at", "hash")
        found = list(rows.order_by(*order)[: limit + 1])
        pseudonyms: dict[Any, str] = dict(study.memberships.values_list("user_id", "pseudonym"))
        for event in found:
            event.shown_seq = event.seq if numbered else None
            event.pseudonym = pseudonyms.get(event.actor_id, "")
        following = None
        if len(found) > limit:
            found.pop()
            last = found[-1]
            following = str(last.seq) if numbered else f"{last.at.isoformat()}_{last.hash}".replace("+00:00", "Z")
        return page_answer(EventSerializer, found, following)

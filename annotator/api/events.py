"""The history of a study: what was done, for those who run it; one's own acts for everybody else."""

from typing import Any

from django.db.models import Q
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.errors import InvalidError
from annotator.api.base import PageParameters, page_answer
from annotator.api.fields import SLUG_LENGTH, Identifier
from annotator.api.schema import describe
from annotator.api.studies import PSEUDONYM_LENGTH, StudyView
from annotator.models import Membership, Study
from annotator.queries.history import Sought, counts_events, events_shown, newest, place_of, placed, undoings

AFTER_LENGTH = 120
KIND_LENGTH = 30
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
    restorable = serializers.BooleanField(
        help_text="Whether it took something away that is still gone and that the caller can bring back now."
    )


class EventPageSerializer(serializers.Serializer):
    """One page of acts, oldest first."""

    results = EventSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class EventListParameters(PageParameters):
    """Which acts to list."""

    after = serializers.CharField(max_length=AFTER_LENGTH, required=False, help_text="`next` of the page before.")
    annotation = Identifier(required=False, help_text="Only what was done to this passage.")
    document = serializers.CharField(
        max_length=SLUG_LENGTH, required=False, help_text="Only what was done with this document."
    )
    actor = serializers.CharField(
        max_length=PSEUDONYM_LENGTH, required=False, help_text="Only what this member did, by pseudonym."
    )
    kind = serializers.RegexField(
        r"^[a-z_ ]+$", max_length=KIND_LENGTH, required=False, help_text="Of what kind of row."
    )
    verb = serializers.RegexField(r"^[a-z_ ]+$", max_length=KIND_LENGTH, required=False, help_text="What was done.")
    day = serializers.DateField(required=False, help_text="Only what was done on this day, in UTC.")
    newest = serializers.BooleanField(default=False, help_text="Whether the newest come first.")


def _bad_after() -> serializers.ValidationError:
    return serializers.ValidationError({"after": "Send what `next` of the page before said."})


def _after_number(after: str) -> Q:
    if not (after.isascii() and after.isdecimal() and len(after) <= MOST_DIGITS):
        raise _bad_after()
    return Q(seq__gt=int(after))


def _after_moment(after: str) -> Q:
    try:
        at, digest = placed(after)
    except ValueError as error:
        raise _bad_after() from error
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
        rows = self._sought(study).among(events_shown(study, self.viewer))
        numbered = counts_events(study, self.viewer)
        after, limit = self.query.get("after", ""), self.query["limit"]
        if self.query["newest"]:
            try:
                found, following = newest(rows, before=after, limit=limit)
            except ValueError as error:
                raise _bad_after() from error
        else:
            if after:
                rows = rows.filter((_after_number if numbered else _after_moment)(after))
            order = ("seq",) if numbered else ("at", "hash")
            found = list(rows.select_related("assignment").order_by(*order)[: limit + 1])
            following = (str(found[limit - 1].seq) if numbered else place_of(found[limit - 1])) if found[limit:] else ""
            found = found[:limit]
        pseudonyms: dict[Any, str] = dict(study.memberships.values_list("user_id", "pseudonym"))
        undo = undoings(found, study, self.viewer)
        for event in found:
            event.shown_seq = event.seq if numbered else None
            event.pseudonym = pseudonyms.get(event.actor_id, "")
            event.restorable = event.hash in undo and not undo[event.hash].refused
        return page_answer(EventSerializer, found, following or None)

    def _sought(self, study: Study) -> Sought:
        query, actor = self.query, None
        if "actor" in query:
            members = Membership.objects.filter(study=study).visible_to(self.viewer)
            actor = members.filter(pseudonym=query["actor"]).values_list("user_id", flat=True).first()
            if actor is None:
                raise InvalidError("actor", "The study has no such member whom you may see.")
        return Sought(
            actor=actor,
            kind=query.get("kind", ""),
            verb=query.get("verb", ""),
            day=query.get("day"),
            document=query.get("document", ""),
            passage=query.get("annotation"),
        )

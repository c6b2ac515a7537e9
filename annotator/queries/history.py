"""The history of a study, a text or a passage: who may read which acts, a page at a time, and which can be undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from annotator.models import Annotation, Comment, Decision, Event, Membership, Rating, Recoding, Study, User
from annotator.models.event import EventQuerySet
from annotator.queries.agreement import hidden_revisions


def counts_events(study: Study, viewer: User) -> bool:
    """Whether the numbers of events are shown: to whom the study is entrusted, unless blind to a text of it.

    Gaps between the numbers tell how much others do.
    """
    trusted = study.is_run_by(viewer) or viewer.sees_all_work
    return trusted and not hidden_revisions(study, viewer).exists()


def reads_others(study: Study, viewer: User) -> bool:
    """Whether the viewer may read others' acts on work they may see: its leads, its adjudicators, site staff."""
    trusted = study.is_run_by(viewer) or viewer.sees_all_work
    return trusted or study.role_of(viewer) == Membership.Role.ADJUDICATOR


def events_shown(study: Study, viewer: User) -> EventQuerySet:
    """Return the study's acts that the viewer may see: one's own, and others' for whom `reads_others`."""
    rows = Event.objects.visible_to(viewer).filter(ledger__study=study)
    return rows if reads_others(study, viewer) else rows.filter(actor=viewer)


@dataclass(frozen=True, slots=True)
class Sought:
    """Which acts are looked for; what is empty asks for all. `day` is one of UTC, as the pages print days."""

    actor: int | None = None
    kind: str = ""
    verb: str = ""
    day: date | None = None
    document: str = ""
    passage: UUID | None = None
    settles: tuple[UUID, ...] = ()  # decisions and answers about the passage, sought with it

    def among(self, events: EventQuerySet) -> EventQuerySet:
        """Return the acts looked for among these."""
        if self.actor is not None:
            events = events.filter(actor=self.actor)
        if self.kind:
            events = events.filter(kind=self.kind)
        if self.verb:
            events = events.filter(verb=self.verb)
        if self.day is not None:
            begins, ends = (datetime.combine(self.day, each, UTC) for each in (time.min, time.max))
            events = events.filter(at__gte=begins, at__lte=ends)  # the day after the last there is cannot be named
        if self.document:
            events = events.filter(assignment__revision__document__slug=self.document)
        if self.passage is not None:
            about = Q(kind="annotation", object_id=str(self.passage))
            if self.settles:
                about |= Q(kind__in=("decision", "recoding"), object_id__in=[str(each) for each in self.settles])
            events = events.filter(about)
        return events


def settling(passage: UUID) -> tuple[UUID, ...]:
    """Return the decisions that made a passage, and the answers of its reviewer where its label was split."""
    decisions = Decision.objects.filter(annotation=passage).values_list("pk", flat=True)
    return (*decisions, *Recoding.objects.filter(annotation=passage).values_list("pk", flat=True))


def place_of(event: Event) -> str:
    """Return what names the place of an act among all: its moment and its hash, which count nothing."""
    return f"{event.at.isoformat()}_{event.hash}".replace("+00:00", "Z")


def placed(words: str) -> tuple[datetime, str]:
    """Return the moment and the hash that `place_of` wrote. Raises ValueError for anything else."""
    moment, _, digest = words.partition("_")
    at = parse_datetime(moment)
    if at is None or at.tzinfo is None:
        raise ValueError("not a place in a history")
    try:
        return at.astimezone(UTC), digest
    except OverflowError as error:
        raise ValueError("not a moment that can be stored") from error


def newest(events: EventQuerySet, *, before: str = "", limit: int) -> tuple[list[Event], str]:
    """Return so many acts, the newest first, from before a place on, and the place to go on from ("" at the end).

    Raises ValueError for a place that is none.
    """
    if before:
        at, digest = placed(before)
        events = events.filter(Q(at__lt=at) | Q(at=at, hash__lt=digest))
    rows = events.select_related("assignment__revision__document", "assignment__codebook", "assignment__study")
    found = list(rows.defer("assignment__revision__text").order_by("-at", "-hash")[: limit + 1])
    following = place_of(found[limit - 1]) if len(found) > limit else ""
    return found[:limit], following


UNDOABLE: Final = {
    ("annotation", "deleted"),
    ("rating", "cleared"),
    ("decision", "undone"),
    ("recoding", "undone"),
    ("comment", "deleted"),
    ("membership", "left"),
}
"""Acts that took something away which can come back."""


@dataclass(frozen=True, slots=True)
class Undoing:
    """That what an act took away is still gone and the viewer's to bring back; `refused` says why it is too late."""

    refused: str = ""


def undoings(events: Sequence[Event], study: Study, viewer: User) -> dict[str, Undoing]:
    """Return, by hash, which of these acts of a study the viewer can undo, or could; a fixed number of queries.

    One's own deleted passages, ratings, answers, comments and decisions, and members who left a study that the viewer
    runs. What is there again, or was taken away once more later, is not among them: only the last can be undone.
    """
    chosen = [event for event in events if (event.kind, event.verb) in UNDOABLE]
    own = [event for event in chosen if event.assignment and event.assignment.reviewer_id == viewer.pk]
    gone = {*_gone_passages(own), *_gone_decisions(own), *_gone_ratings(own), *_gone_recodings(own, study)}
    left = _refused_since(study, viewer)
    found = {event.hash: Undoing(_late(event, left)) for event in own if event.hash in gone}
    said = [event for event in chosen if event.kind == "comment" and event.actor_id == viewer.pk]
    found |= {name: Undoing() for name in _states(said, "comment", Comment.objects.filter(deleted_at__isnull=False))}
    if study.is_run_by(viewer):
        found |= {name: Undoing() for name in _gone_members(chosen)}
    return found


def _refused_since(study: Study, viewer: User) -> str:
    if study.is_closed:
        return "the study is closed"
    if not Membership.objects.active().filter(study=study, user=viewer).exists():
        return "you left the study"
    return ""


def _late(event: Event, refused: str) -> str:
    assignment = event.assignment
    if refused or assignment is None:
        return refused
    if event.kind == "recoding":
        return "" if assignment.is_submitted else "the work is open again: change the passage itself"
    if assignment.is_submitted:
        return "the work is submitted"
    return "" if assignment.is_open else "the assignment was taken back"


def _states(events: Sequence[Event], kind: str, rows: Any) -> list[str]:
    """Return hashes of acts on rows that are still as the act left them: tombstones of the same version."""
    acts = {event.hash: event for event in events if event.kind == kind and event.after}
    versions = dict(rows.filter(pk__in=[event.object_id for event in acts.values()]).values_list("pk", "version"))
    known = {str(pk): version for pk, version in versions.items()}
    return [name for name, event in acts.items() if known.get(event.object_id) == event.after["version"]]


def _gone_passages(events: Sequence[Event]) -> list[str]:
    """Leave out those that a decision made: they come and go with it."""
    rows = Annotation.objects.filter(deleted_at__isnull=False, decided_by__isnull=True)
    return _states(events, "annotation", rows)


def _gone_decisions(events: Sequence[Event]) -> list[str]:
    return _states(events, "decision", Decision.objects.filter(deleted_at__isnull=False))


def _gone_recodings(events: Sequence[Event], study: Study) -> list[str]:
    """Leave out those made with another version than the one in force: nothing is asked by it any more."""
    return _states(events, "recoding", Recoding.objects.filter(deleted_at__isnull=False, codebook=study.codebook_id))


def _gone_ratings(events: Sequence[Event]) -> list[str]:
    """Leave out those that a decision made: they come and go with it."""
    acts = [event for event in events if event.kind == "rating" and event.before]
    if not acts:
        return []
    assignments = {event.assignment_id for event in acts}
    rated = Rating.objects.filter(assignment__in=assignments, annotation__isnull=True)
    present = set(rated.values_list("assignment_id", "scale__code"))
    decided = Decision.objects.filter(assignment__in=assignments, annotation=None, scale__isnull=False)
    present |= set(decided.values_list("assignment_id", "scale__code"))
    last: dict[tuple[Any, str], str] = {}
    cleared = Event.objects.filter(assignment__in=assignments, kind="rating", verb="cleared").order_by("seq")
    for assignment_id, before, name in cleared.values_list("assignment_id", "before", "hash"):
        if before:
            last[assignment_id, before["scale"]] = name
    return [
        event.hash
        for event in acts
        if (key := (event.assignment_id, event.before["scale"])) not in present and last.get(key) == event.hash
    ]


def _gone_members(events: Sequence[Event]) -> list[str]:
    acts = [event for event in events if event.kind == "membership"]
    gone = Membership.objects.filter(pk__in=[event.object_id for event in acts], left_at__isnull=False)
    left = {str(pk): left_at for pk, left_at in gone.values_list("pk", "left_at")}
    return [event.hash for event in acts if event.object_id in left and event.at >= left[event.object_id]]

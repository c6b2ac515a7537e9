"""Writing history: every action records what it did, last, in its own transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, models, transaction

from annotator.models import Assignment, Event, Ledger, Study, User
from annotator.models.event import digest_of


def _locked_ledger(study: Study | None) -> Ledger:
    ledgers = Ledger.objects.select_for_update()
    if ledger := ledgers.filter(study=study).first():
        return ledger
    try:
        with transaction.atomic():
            Ledger.objects.create(study=study)
    except IntegrityError:
        pass  # made by another writer in between; the lock below waits for it
    return ledgers.get(study=study)


def state_of(assignment: Assignment) -> dict[str, Any]:
    """Return an assignment as history keeps it."""
    return {
        "state": assignment.state,
        "round": assignment.round,
        "role": assignment.role,
        "purpose": assignment.purpose,
        "submitted_at": assignment.submitted_at.isoformat() if assignment.submitted_at else None,
        "revealed_at": assignment.revealed_at.isoformat() if assignment.revealed_at else None,
        "informed_at": assignment.informed_at.isoformat() if assignment.informed_at else None,
    }


@dataclass(frozen=True, slots=True)
class Act:
    """One thing done to a row, as history keeps it.

    `before` and `after` are JSON values of strings, integers, booleans, None, lists and dicts.
    """

    row: models.Model
    assignment: Assignment | None = None
    before: Any = None
    after: Any = None


def record_all(*, actor: User, verb: str, study: Study | None, acts: Sequence[Act]) -> list[Event]:
    """Append an event for each act to the ledger of the study (of the site without one). Must be the last lock."""
    ledger = _locked_ledger(study)
    events = []
    for act in acts:
        event = Event(
            ledger=ledger,
            seq=ledger.seq + 1,
            actor=actor,
            verb=verb,
            kind=act.row._meta.model_name,
            object_id=str(act.row.pk),
            assignment=act.assignment,
            before=act.before,
            after=act.after,
            before_digest=digest_of(act.before),
            after_digest=digest_of(act.after),
        )
        event.hash = event.chained(ledger.head)
        ledger.seq, ledger.head = event.seq, event.hash
        events.append(event)
    Event.objects.bulk_create(events, batch_size=500)
    ledger.save(update_fields=["seq", "head"])
    return events


def record(
    *,
    actor: User,
    verb: str,
    row: models.Model,
    study: Study | None = None,
    assignment: Assignment | None = None,
    before: Any = None,
    after: Any = None,
) -> Event:
    """Append one event: see `record_all`."""
    (event,) = record_all(actor=actor, verb=verb, study=study, acts=[Act(row, assignment, before, after)])
    return event

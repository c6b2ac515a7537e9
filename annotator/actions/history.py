"""Writing history: every action records what it did, last, in its own transaction."""

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
    """Append an event to the ledger of the study (of the site without one). Must be an action's last lock.

    `before` and `after` are JSON values of strings, integers, booleans, None, lists and dicts.
    """
    ledger = _locked_ledger(study)
    event = Event(
        ledger=ledger,
        seq=ledger.seq + 1,
        actor=actor,
        verb=verb,
        kind=row._meta.model_name,
        object_id=str(row.pk),
        assignment=assignment,
        before=before,
        after=after,
        before_digest=digest_of(before),
        after_digest=digest_of(after),
    )
    event.hash = event.chained(ledger.head)
    event.save(force_insert=True)
    ledger.seq, ledger.head = event.seq, event.hash
    ledger.save(update_fields=["seq", "head"])
    return event

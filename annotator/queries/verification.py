"""Whether what is stored keeps the promises: triggers, hashes, spans, overlaps, chains."""

from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Exists, F, OuterRef

from annotator import triggers as own_triggers
from annotator.models import Annotation, Assignment, Event, Ledger, Rating
from annotator.models.event import digest_of
from sources import triggers as source_triggers
from sources.models import Revision
from sources.text import sha256


@dataclass(slots=True)
class Verification:
    """What was found: one sentence for each fault, one for each thing counted, and the head of every ledger."""

    faults: list[str] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)
    heads: list[tuple[str, int, str]] = field(default_factory=list)


def _check_triggers(found: Verification) -> None:
    for name in [*own_triggers.missing_triggers(connection), *source_triggers.missing_triggers(connection)]:
        found.faults.append(f"The trigger {name} is missing or was altered; run manage.py migrate.")


def _check_foreign_keys(found: Verification) -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            found.faults.extend(row[0] for row in cursor.fetchall() if row[0] != "ok")
            cursor.execute("PRAGMA foreign_key_check")
            found.faults.extend(f"A row of {row[0]} points at nothing in {row[2]}." for row in cursor.fetchall())


def _check_texts(found: Verification) -> None:
    count = 0
    for revision in Revision.objects.prefetch_related("segmentations").iterator(chunk_size=50):
        count += 1
        if sha256(revision.text) != revision.sha256 or len(revision.text) != revision.length:
            found.faults.append(f"The text of revision {revision.pk} is not the one its hash was taken of.")
        for segmentation in revision.segmentations.all():
            ends = segmentation.ends
            if ends != sorted(set(ends)) or (ends and ends[-1] != revision.length):
                found.faults.append(f"A segmentation of revision {revision.pk} does not cover its text.")
    found.counted.append(f"{count} texts")


def _check_work(found: Verification) -> None:
    outside = Annotation.objects.filter(end__gt=F("assignment__revision__length"))
    found.faults.extend(f"Annotation {pk} lies outside its text." for pk in outside.values_list("pk", flat=True))
    twins = Annotation.objects.live().filter(
        assignment=OuterRef("assignment"), label=OuterRef("label"), start__lt=OuterRef("end"), end__gt=OuterRef("start")
    )
    overlapping = Annotation.objects.live().filter(Exists(twins.exclude(pk=OuterRef("pk"))))
    found.faults.extend(
        f"Annotation {pk} overlaps another one with its label." for pk in overlapping.values_list("pk", flat=True)
    )
    foreign = Annotation.objects.exclude(label__codebook=F("assignment__codebook"))
    found.faults.extend(
        f"Annotation {pk} has a label of another codebook." for pk in foreign.values_list("pk", flat=True)
    )
    strange = Rating.objects.exclude(point__scale=F("scale")) | Rating.objects.exclude(
        scale__codebook=F("assignment__codebook")
    )
    found.faults.extend(
        f"Rating {pk} has a point or scale that is not its own." for pk in strange.values_list("pk", flat=True)
    )
    found.counted.append(f"{Assignment.objects.count()} assignments, {Annotation.objects.count()} annotations")


def _check_history(found: Verification) -> None:
    for ledger in Ledger.objects.select_related("study").order_by("pk"):
        head, seq = "", 0
        for event in Event.objects.filter(ledger=ledger).order_by("seq").iterator(chunk_size=1000):
            seq += 1
            blanked = (event.before is None and event.before_digest, event.after is None and event.after_digest)
            if event.seq != seq:
                found.faults.append(f"The ledger of {ledger} lacks event {seq}.")
                seq = event.seq
            if not blanked[0] and digest_of(event.before) != event.before_digest:
                found.faults.append(f"Event {event.seq} of {ledger}: the state before was changed.")
            if not blanked[1] and digest_of(event.after) != event.after_digest:
                found.faults.append(f"Event {event.seq} of {ledger}: the state after was changed.")
            if event.chained(head) != event.hash:
                found.faults.append(f"Event {event.seq} of {ledger} does not follow from the one before.")
            head = event.hash
        if (seq, head) != (ledger.seq, ledger.head):
            found.faults.append(f"The ledger of {ledger} does not end where its head says.")
        found.heads.append((str(ledger), ledger.seq, ledger.head))


def verification() -> Verification:
    """Run every check over the whole database; reads only."""
    found = Verification()
    for check in (_check_triggers, _check_foreign_keys, _check_texts, _check_work, _check_history):
        check(found)
    return found

"""Verification names what was tampered with, behind the back of triggers and actions."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from annotator.models import Annotation, Event, Ledger, Rating
from annotator.queries import verification
from annotator.triggers import TRIGGERS as OWN
from sources.models import Revision
from sources.triggers import TRIGGERS as SOURCES
from tests.queries.conftest import FERRY, work


@pytest.fixture
def quiet(stage: Any) -> Callable[[str], None]:
    """A function that takes the triggers of a table away, as somebody with the database in hand could."""

    def drop(table: str) -> None:
        with connection.cursor() as cursor:
            for trigger in [*OWN, *SOURCES]:
                if trigger.table == table:
                    on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
                    cursor.execute(f'DROP TRIGGER IF EXISTS "{trigger.name}"{on}')

    return drop


def faults() -> list[str]:
    """What is found besides the triggers that the test itself took away."""
    return [fault for fault in verification().faults if "trigger" not in fault]


def test_an_honest_database_has_no_fault_and_its_heads_are_named(stage):
    work(stage.assignments["ben"])
    found = verification()
    assert found.faults == []
    ledger = Ledger.objects.get(study=stage.study)
    assert (str(ledger), ledger.seq, ledger.head) in found.heads
    assert found.counted == ["1 texts", "2 assignments, 1 annotations"]


def test_a_missing_trigger_is_named(stage, quiet):
    quiet("annotator_event")
    gone = [trigger.name for trigger in OWN if trigger.table == "annotator_event" and trigger.operation != "TRUNCATE"]
    assert len(gone) == 2
    found = "\n".join(verification().faults)
    assert all(name in found for name in gone)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"verb": "deleted"}, "does not follow"),
        ({"after": {"label": "opinion"}}, "the state after was changed"),
        ({"before": {"label": "opinion"}}, "the state before was changed"),
        ({"hash": "0" * 64}, "does not follow"),
    ],
)
def test_a_changed_event_is_named(stage, quiet, change, words):
    work(stage.assignments["ben"])
    quiet("annotator_event")
    event = Event.objects.filter(ledger__study=stage.study, verb="created", kind="annotation").get()
    Event.objects.filter(pk=event.pk).update(**change)
    assert any(words in fault and f"vent {event.seq} of" in fault for fault in faults())


def test_an_event_taken_out_is_missed(stage, quiet):
    work(stage.assignments["ben"])
    quiet("annotator_event")
    event = Event.objects.filter(ledger__study=stage.study, verb="created", kind="annotation").get()
    Event.objects.filter(pk=event.pk)._raw_delete("default")
    assert f"The ledger of Harbour lacks event {event.seq}." in faults()


def test_the_last_event_taken_off_is_missed(stage, quiet):
    work(stage.assignments["ben"])
    quiet("annotator_event")
    last = Event.objects.filter(ledger__study=stage.study).order_by("seq").last()
    Event.objects.filter(pk=last.pk)._raw_delete("default")
    assert "The ledger of Harbour does not end where its head says." in faults()


def test_a_payload_erased_leaves_the_chain_whole(stage):
    work(stage.assignments["ben"])
    event = Event.objects.filter(ledger__study=stage.study, verb="created", kind="annotation").get()
    Event.objects.filter(pk=event.pk).update(after=None)
    assert verification().faults == []


def test_an_altered_text_is_named(stage, quiet):
    quiet("sources_revision")
    text = stage.revision.text
    Revision.objects.filter(pk=stage.revision.pk).update(text=text.replace("ferry", "boat!", 1))
    assert f"The text of revision {stage.revision.pk} is not the one its hash was taken of." in faults()


def test_passages_that_overlap_lie_outside_or_have_a_foreign_label_are_named(stage, make_stage):
    passage = work(stage.assignments["ben"])
    twin = Annotation.objects.create(
        assignment=passage.assignment, label=passage.label, start=passage.start + 1, end=passage.end + 1
    )
    outside = Annotation.objects.create(
        assignment=stage.assignments["cleo"], label=passage.label, start=5, end=stage.revision.length + 1
    )
    found = faults()
    assert {f"Annotation {each.pk} overlaps another one with its label." for each in (passage, twin)} <= set(found)
    assert f"Annotation {outside.pk} lies outside its text." in found
    assert len(found) == 3


def test_a_rating_with_a_point_of_another_scale_is_named(stage):
    passage = work(stage.assignments["ben"])
    rating = Rating.objects.get(annotation=passage)
    Rating.objects.filter(pk=rating.pk).update(point=stage.codebook.scales.get(code="credibility").points.first())
    assert faults() == [f"Rating {rating.pk} has a point or scale that is not its own."]


def test_verifying_changes_nothing(stage, mark):
    mark("ben", FERRY, "fact")
    before = list(Event.objects.values_list("hash", flat=True))
    verification()
    assert list(Event.objects.values_list("hash", flat=True)) == before

"""Acts of a study's history as its pages show them: told, with their place, and what can be undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.http import urlencode

from annotator.models import Assignment, Event, Study, User
from annotator.queries.history import Undoing, undoings
from annotator.views.act_words import Names, Said, say


@dataclass(frozen=True, slots=True)
class Act:
    """An act as a page shows it. `address` is where its words are read, `passage` the history of its passage."""

    event: Event
    who: str
    said: Said
    address: str
    passage: str
    undo: Undoing | None

    @property
    def language(self) -> str:
        """The language of the words."""
        assignment = self.event.assignment
        return assignment.revision.document.language if assignment else ""

    @property
    def sentence(self) -> str:
        """The whole as plain text."""
        quote = f" “{self.said.quote}”" if self.said.quote else ""
        return f"{self.who} {self.said.did}{quote} {self.said.then}".strip()


PLACES: Final = {
    "invitation": "invitations",
    "classcode": "codes",
    "training": "training",
    "trainingtext": "training",
    "qualification": "training",
}
"""Pages on which what was done to the study is seen, and done anew, by those who run it."""


def _address(event: Event, names: Names, study: Study, viewer: User) -> str:
    if event.assignment is not None:
        return _work(event, event.assignment, study, viewer)
    if not study.is_run_by(viewer):
        return ""
    if event.kind == "membership":
        place = names.members.get(event.object_id)
        return reverse("member", args=[study.slug, place]) if place else ""
    if event.kind == "study":
        page = "study-codebook" if "codebook" in (event.after or {}) else "set-up"
        return reverse("study-texts" if event.verb in ("extended", "reduced") else page, args=[study.slug])
    return reverse(PLACES[event.kind], args=[study.slug]) if event.kind in PLACES else ""


def _work(event: Event, assignment: Assignment, study: Study, viewer: User) -> str:
    if assignment.reviewer_id == viewer.pk:
        if assignment.state == Assignment.State.DECLINED:
            return ""
        if assignment.role == Assignment.Role.ADJUDICATOR:
            return reverse("adjudicate", args=[assignment.pk])
        about = event.object_id if event.kind == "annotation" else (event.after or {}).get("annotation", "")
        anchor = f"#passage-{about}" if about and event.kind in ("annotation", "recoding") else ""
        return reverse("workbench", args=[assignment.pk]) + anchor
    if assignment.is_training:  # its text need not be one of the study
        shown = assignment.is_submitted and study.is_run_by(viewer)
        return reverse("beside-gold", args=[assignment.pk]) if shown else ""
    name = reverse("document", args=[study.slug, assignment.revision.document.slug])
    state = event.after or event.before or {}
    anchor = f"#at-{state['start']}-{state['end']}" if "start" in state else ""
    return f"{name}?{urlencode({'revision': assignment.revision.number})}{anchor}"


def acts_of(events: Sequence[Event], study: Study, viewer: User) -> list[Act]:
    """Put acts of a study, loaded with their assignments, into words."""
    names = Names(study, events)
    undo = undoings(events, study, viewer)
    return [
        Act(
            event,
            names.person(event.actor_id),
            say(event, names),
            _address(event, names, study, viewer),
            reverse("passage-history", args=[study.slug, event.object_id]) if event.kind == "annotation" else "",
            undo.get(event.hash),
        )
        for event in events
    ]

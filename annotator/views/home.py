"""Home: one's own assignments with their progress, and the studies one belongs to."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from annotator.models import Assignment, Label, Membership
from annotator.queries import (
    HomeRow,
    OwnTraining,
    home_rows,
    studies_to_recode,
    taken_back_from,
    trainings_of,
    waiting_assignments,
)

STATES = {"all": "All", "open": "Open", "submitted": "Submitted"}
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
SORTS = {
    "title": lambda entry: entry.row.title.casefold(),
    "passages": lambda entry: entry.row.passages,
    "length": lambda entry: entry.row.length,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One assignment as the list shows it: with its next step and where that is done."""

    row: HomeRow
    step: str
    url: str
    labels: tuple[str, ...]  # codes in the codebook's order
    lesson: str = ""  # "Training 1 of 3", of a training document
    waits: bool = False  # until the training of the study is passed

    @property
    def assignment(self) -> Assignment:
        """The assignment itself."""
        return self.row.assignment

    @property
    def is_being_worked_on(self) -> bool:
        """Whether its reviewer may still write, or will once the training is passed."""
        return self.assignment.is_open and not self.assignment.study.is_closed


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader asked the list to show; unknown words ask for nothing."""

    text: str
    state: str
    language: str
    sort: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Filters":
        """Read the address."""
        state, sort = request.GET.get("state", "all"), request.GET.get("sort", "")
        return cls(
            text=request.GET.get("q", "").strip()[:200],
            state=state if state in STATES else "all",
            language=request.GET.get("language", "")[:35],
            sort=sort if sort.removeprefix("-") in SORTS else "",
        )

    @property
    def narrow(self) -> bool:
        """Whether anything is left out."""
        return bool(self.text or self.language or self.state != "all")

    def admit(self, entry: Entry) -> bool:
        """Whether the list shows this assignment."""
        document = entry.assignment.revision.document
        outlet = document.source.name if document.source else ""
        return (
            self.text.casefold() in f"{document.title} {outlet} {document.byline}".casefold()
            and (not self.language or document.language == self.language)
            and (self.state == "all" or (self.state == "open") is entry.is_being_worked_on)
        )


def entry_of(row: HomeRow, labels: tuple[str, ...], training: OwnTraining | None = None, waits: bool = False) -> Entry:
    """Name the next step of an assignment: work on it or settle it, show others' work, or see the agreement."""
    assignment = row.assignment
    if assignment.is_training:
        lesson = training.name_of(assignment) if training else ""
        if assignment.is_submitted:
            return Entry(row, "See the gold", reverse("beside-gold", args=[assignment.pk]), labels, lesson)
        step = "Continue" if row.passages or row.last_change_at else "Start"
        step = "Read" if assignment.study.is_closed else step
        return Entry(row, step, reverse("workbench", args=[assignment.pk]), labels, lesson)
    if waits:
        return Entry(row, "", reverse("workbench", args=[assignment.pk]), labels, waits=True)
    if assignment.role == Assignment.Role.ADJUDICATOR:
        step = "Settle" if assignment.is_open and not assignment.study.is_closed else "Read the gold standard"
        return Entry(row, step, reverse("adjudicate", args=[assignment.pk]), labels)
    workbench = reverse("workbench", args=[assignment.pk])
    if assignment.is_open and not assignment.study.is_closed:
        return Entry(row, "Continue" if row.passages or row.last_change_at else "Start", workbench, labels)
    agreement = reverse("document", args=[assignment.study.slug, assignment.revision.document.slug])
    if assignment.may_reveal:
        return Entry(row, "Show others’ work", agreement, labels)
    if assignment.revealed_at or (assignment.is_submitted and not assignment.study.is_blind):
        return Entry(row, "See agreement", agreement, labels)
    return Entry(row, "Read", workbench, labels)


@dataclass(frozen=True, slots=True)
class Head:
    """A column head that sorts: what the address asks for next, and how the column is sorted now."""

    words: str
    next_sort: str
    sorted: str


def heads(sort: str) -> dict[str, Head]:
    """Return the heads by column. A first press sorts upwards, a second downwards."""
    names = {"title": "Title", "passages": "Your passages", "length": "Characters"}
    directions = {key: "ascending" if sort == key else "descending" if sort == f"-{key}" else "" for key in names}
    return {
        key: Head(name, f"-{key}" if directions[key] == "ascending" else key, directions[key])
        for key, name in names.items()
    }


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """List one's assignments, those to work on first."""
    filters = Filters.of(request)
    rows = home_rows(request.user)
    codebooks = {row.assignment.codebook_id: row.assignment.codebook for row in rows}
    labels: dict[int, tuple[str, ...]] = dict.fromkeys(codebooks, ())
    for codebook_id, code in Label.objects.filter(codebook__in=codebooks).values_list("codebook_id", "code"):
        labels[codebook_id] += (code,)
    trainings, waiting = trainings_of(request.user), waiting_assignments(request.user)
    entries = [
        entry_of(
            row,
            labels[row.assignment.codebook_id],
            trainings.get(row.assignment.study_id),
            row.assignment.pk in waiting,
        )
        for row in rows
    ]
    shown = [entry for entry in entries if filters.admit(entry)]
    if filters.sort:
        shown.sort(key=SORTS[filters.sort.removeprefix("-")], reverse=filters.sort.startswith("-"))
    to_do = [entry for entry in entries if entry.is_being_worked_on and not entry.waits]
    resume = max(to_do, key=lambda entry: entry.row.last_change_at or _LONG_AGO, default=None)
    memberships = (
        Membership.objects.active().filter(user=request.user).select_related("study__codebook").order_by("study__title")
    )
    context = {
        "section": "home",
        "entries": entries,
        "open": [entry for entry in shown if entry.is_being_worked_on and not entry.waits],
        "waiting": [entry for entry in shown if entry.is_being_worked_on and entry.waits],
        "held": [each for each in trainings.values() if each.held],
        "submitted": [entry for entry in shown if not entry.is_being_worked_on],
        "n_open": len(to_do),
        "n_submitted": sum(entry.assignment.is_submitted for entry in entries),
        "resume": resume,
        "filters": filters,
        "states": STATES,
        "languages": sorted({entry.assignment.revision.document.language for entry in entries}),
        "heads": heads(filters.sort),
        "codebooks": codebooks.values(),
        "memberships": memberships,
        "taken_back": taken_back_from(request.user),
        "to_recode": studies_to_recode(request.user),
    }
    return render(request, "annotator/home.html", context)

"""Settling the disagreements of a text, one case at a time: the adjudicator's page, whole without scripts."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from annotator.actions.adjudication import (
    RULE,
    Drawn,
    Verdict,
    decide_case,
    majority_of,
    settle_agreed,
    take_passages,
    undo_decision,
    uphold_decision,
)
from annotator.actions.annotation import Precondition
from annotator.actions.assignments import submit_assignment
from annotator.actions.errors import ActionError, FieldError, NotFoundError
from annotator.actions.scale_decisions import ScaleVerdict, decide_scale
from annotator.agreement.cases import Case
from annotator.agreement.scale_cases import ScaleCase
from annotator.agreement.units import Member
from annotator.ids import uuid7
from annotator.models import Assignment
from annotator.models.annotation import NOTE_LENGTH
from annotator.queries import CaseBook, case_book, codebook_info
from annotator.queries.adjudication import Settled
from annotator.templatetags.figures import counted
from annotator.templatetags.passages import line_starts
from annotator.views.agreement import blindness
from annotator.views.cases import KINDS, Heard, Wording
from annotator.views.scale_cases import ShownScale, point_name, shown_scale
from annotator.views.workbench import own_assignment

KEYS = 9  # options that a digit takes


@dataclass(frozen=True, slots=True)
class Option:
    """One reviewer's passage in a case: its key, what it says, and where it lies in the case, in percent."""

    key: str
    passage: UUID
    reviewer: str
    heard: Heard
    left: str
    width: str


@dataclass(frozen=True, slots=True)
class Merge:
    """Borders of several passages with one label taken together: of all any of them covers, or of what all cover."""

    key: str
    label: str
    words: str
    start: int
    end: int

    @property
    def act(self) -> str:
        """What its button sends."""
        return f"merge {self.label} {self.start} {self.end}"


@dataclass(frozen=True, slots=True)
class Shown:
    """An open case as the page shows it; `votes` are ids of all its passages."""

    number: int
    case: Case
    options: tuple[Option, ...]
    silent: tuple[str, ...]
    merges: tuple[Merge, ...]
    kinds: str
    majority: str
    here: tuple[Settled, ...]
    is_scale: bool = False

    @property
    def votes(self) -> list[UUID]:
        """Ids of all its passages."""
        return [member.passage for member in self.case.group.members]


def _options(case: Case, book: CaseBook, wording: Wording) -> tuple[Option, ...]:
    order = {reviewer: index for index, reviewer in enumerate(book.reviewers)}
    length = case.end - case.start
    members = sorted(case.group.members, key=lambda each: (order[each.reviewer], each.start))
    return tuple(
        Option(
            str(number) if number <= KEYS else "",
            member.passage,
            member.reviewer,
            wording.heard(member, case.group),
            f"{100 * (member.start - case.start) / length:.2f}",
            f"{max(100 * (member.end - member.start) / length, 1):.2f}",
        )
        for number, member in enumerate(members, start=1)
    )


def _merges(case: Case, names: dict[str, str]) -> tuple[Merge, ...]:
    """The label most reviewers use has the keys."""
    found: list[Merge] = []
    for label in sorted(case.group.labels, key=lambda code: -len(case.group.labels[code])):
        alike = [member for member in case.group.members if member.label == label]
        starts, ends = {each.start for each in alike}, {each.end for each in alike}
        if len(starts) == len(ends) == 1:
            continue
        keys = ("m", "shift+m") if not found else ("", "")
        words = names.get(label, label)
        found.append(Merge(keys[0], label, f"{words}, all that any marks", min(starts), max(ends)))
        if max(starts) < min(ends):
            found.append(Merge(keys[1], label, f"{words}, what all mark", max(starts), min(ends)))
    return tuple(found)


def _majority_words(case: Case, names: dict[str, str]) -> str:
    labels: dict[str, set[str]] = {}
    for member in case.group.members:
        labels.setdefault(member.reviewer, set()).add(member.label)
    majority = majority_of(case.group.of, labels.values())
    if majority is None:
        return ""
    if majority:
        return f"More than half say {names.get(majority, majority)}. Whatever else you choose needs a reason."
    return "More than half marked this. Dropping it needs a reason."


def _shown(number: int, book: CaseBook, wording: Wording) -> Shown | ShownScale:
    case = book.queue[number - 1]
    if isinstance(case, ScaleCase):
        return shown_scale(number, case, book, wording)
    return Shown(
        number=number,
        case=case,
        options=_options(case, book, wording),
        silent=tuple(reviewer for reviewer in book.reviewers if reviewer not in _marking(case)),
        merges=_merges(case, wording.names),
        kinds=", ".join(KINDS[kind] for kind in case.group.kinds),
        majority=_majority_words(case, wording.names),
        here=tuple(
            each
            for each in book.decisions
            if not each.decision.is_on_scale and each.decision.start < case.end and case.start < each.decision.end
        ),
    )


def _marking(case: Case) -> set[str]:
    return {member.reviewer for member in case.group.members}


class ActForm(forms.Form):
    """What the adjudicator does; `act` is a verb and what it is done with."""

    act = forms.CharField(max_length=200)
    id = forms.UUIDField(required=False)
    reason = forms.CharField(max_length=NOTE_LENGTH, required=False, strip=False)
    label = forms.CharField(max_length=60, required=False)
    start = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    end = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    accept_gaps = forms.BooleanField(required=False)
    scale = forms.CharField(max_length=60, required=False)
    passage = forms.UUIDField(required=False)
    seen = forms.CharField(max_length=20_000, required=False)


@dataclass
class Told:
    """What an act came to: words for those who see the page again, or a refusal with its status and field."""

    done: str = ""
    refused: str = ""
    status: int = 200
    field: str = ""
    gaps: tuple[FieldError, ...] = ()


UNREADABLE = Told(refused="This could not be read. Look at the case again.", status=400)
CHANGED = Told(refused="This case has changed meanwhile. Look at it again.", status=409)


@dataclass(frozen=True, slots=True)
class Acts:
    """What may be done on the page, on one gold assignment, with what one form sent."""

    request: HttpRequest
    assignment: Assignment
    book: CaseBook
    sent: dict[str, Any]

    def do(self, act: str) -> Told:
        """Do what the form's button says."""
        verb, *words = act.split(" ")
        known = {
            "take": self.take,
            "merge": self.merge,
            "redraw": self.redraw,
            "drop": self.drop,
            "contest": self.contest,
            "point": self.point,
            "doubt": self.doubt,
            "all": self.all_of,
            "agreed": self.agreed,
            "undo": self.undo,
            "keep": self.keep,
            "submit": self.submit,
        }
        if verb not in known:
            return UNREADABLE
        try:
            return known[verb](*words)
        except (TypeError, ValueError):
            return UNREADABLE

    def take(self, passage: str) -> Told:
        """Take a reviewer's passage as it is; settled are those of the case that share characters with it."""
        members = self._members()
        taken = next((each for each in members if str(each.passage) == passage), None)
        if taken is None:
            return self._again()
        votes = _touching(members, taken.start, taken.end)
        return self._decide(self._verdict("took", votes, taken=taken.passage), f"Took {taken.reviewer}’s passage")

    def merge(self, label: str, start: str, end: str) -> Told:
        """Merge the passages with a label to the borders chosen."""
        drawn = self._drawn(label, int(start), int(end))
        votes = _touching(self._members(), drawn.start, drawn.end)
        return self._decide(self._verdict("merged", votes, drawn=drawn), "Merged") if votes else self._again()

    def redraw(self) -> Told:
        """Draw a passage of one's own."""
        if self.sent["start"] is None or self.sent["end"] is None:
            return Told(refused="Say from which character to which.", status=400)
        members = self._members()
        if not members:
            return self._again()
        drawn = self._drawn(self.sent["label"], self.sent["start"], self.sent["end"])
        votes = _touching(members, drawn.start, drawn.end)
        if not votes:
            return Told(refused="Your own passage must share characters with the case.", status=400)
        return self._decide(self._verdict("redrew", votes, drawn=drawn), "Redrew the passage")

    def drop(self) -> Told:
        """Nothing is to be marked here."""
        members = self._members()
        return self._decide(self._verdict("nothing_here", members), "Nothing here") if members else self._again()

    def contest(self) -> Told:
        """Keep the case as legitimately contested: the votes stand as a distribution."""
        members = self._members()
        return self._decide(self._verdict("contested", members), "Kept as contested") if members else self._again()

    def all_of(self, *words: str) -> Told:
        """Take all of one reviewer's passages in the open cases of the text; a name may hold spaces."""
        reviewer, verdicts = " ".join(words), []
        for case in self.book.cases:
            left_over = list(case.group.members)
            for own in [each for each in left_over if each.reviewer == reviewer]:
                votes = _touching(left_over, own.start, own.end)
                left_over = [each for each in left_over if each not in votes or each.reviewer == reviewer]
                votes = [each for each in votes if each == own or each.reviewer != reviewer]
                verdicts.append((uuid7(), self._verdict("took", votes, taken=own.passage)))
        reason = self.sent["reason"].strip()
        points = [
            (uuid7(), ScaleVerdict(case.scale.code, "took", voice.value, case.passage, reason))
            for case in self.book.scale_cases
            for voice in [each for each in case.voices if each.reviewer == reviewer][:1]
        ]
        made, left = take_passages(
            actor=self.assignment.reviewer, assignment_id=self.assignment.pk, verdicts=verdicts, points=points
        )
        rated = sum(decision.is_on_scale for decision in made)
        words = f"Took {counted(len(made) - rated, 'passage')}"
        words += f" and {counted(rated, 'rating')} of {reviewer}" if rated else f" of {reviewer}"
        return Told(done=f"{words}; {left} would overlap what is settled and stay open" if left else words)

    def point(self, value: str) -> Told:
        """Take a point on the scale."""
        return self._on_scale("took", int(value))

    def doubt(self) -> Told:
        """Keep the scale as legitimately contested: the reviewers' points stand as a distribution."""
        return self._on_scale("contested", None)

    def _on_scale(self, outcome: str, value: int | None) -> Told:
        asked = self.sent["scale"], self.sent["passage"]
        case = next((each for each in self.book.scale_cases if (each.scale.code, each.passage) == asked), None)
        if case is None:
            return self._again()
        if case.key != self.sent["seen"]:
            return CHANGED
        verdict = ScaleVerdict(case.scale.code, outcome, value, case.passage, self.sent["reason"].strip())
        decide_scale(
            actor=self.assignment.reviewer,
            decision_id=self.sent["id"] or uuid7(),
            assignment_id=self.assignment.pk,
            verdict=verdict,
            precondition=Precondition(create=True),
        )
        return Told(done="Kept as contested" if value is None else f"Took {point_name(case, value)}")

    def agreed(self) -> Told:
        """Settle what all agree on."""
        made = settle_agreed(actor=self.assignment.reviewer, assignment_id=self.assignment.pk)
        rated = sum(decision.is_on_scale for decision in made)
        parts = [(len(made) - rated, "passage"), (rated, "rating")]
        words = " and ".join(counted(number, noun) for number, noun in parts if number) or "nothing new"
        return Told(done=f"Settled {words} by the rule")

    def undo(self, decision: str, version: str) -> Told:
        """Take a decision back; its case is open again."""
        undo_decision(actor=self.assignment.reviewer, decision_id=UUID(decision), versions={int(version)})
        return Told(done="Undone; the case is open again")

    def keep(self, decision: str, version: str) -> Told:
        """Say that a decision still holds, whatever came in since."""
        uphold_decision(actor=self.assignment.reviewer, decision_id=UUID(decision), versions={int(version)})
        return Told(done="The decision holds")

    def submit(self) -> Told:
        """Lock the gold standard."""
        accept = self.sent["accept_gaps"]
        submit_assignment(actor=self.assignment.reviewer, assignment_id=self.assignment.pk, accept_gaps=accept)
        return Told(done="Submitted and locked: this is the gold standard of the text")

    def _members(self) -> list[Member]:
        """The passages of the case that the form is about, as far as they are open still."""
        wanted = set(self.request.POST.getlist("votes"))
        cases = [case.group.members for case in self.book.cases]
        return next(
            (list(members) for members in cases if {str(each.passage) for each in members} == wanted),
            [],
        )

    def _again(self) -> Told:
        """Where the case is not open: settled by this very form, which was sent twice, or changed since."""
        known = any(each.decision.pk == self.sent["id"] for each in self.book.decisions)
        return Told(done="Settled") if known else CHANGED

    def _drawn(self, label: str, start: int, end: int) -> Drawn:
        return Drawn(label, start, end, self.book.document.text[start:end])

    def _verdict(
        self, outcome: str, votes: list[Member], taken: UUID | None = None, drawn: Drawn | None = None
    ) -> Verdict:
        spans = [*votes, *([drawn] if drawn is not None else [])]
        start, end = min(each.start for each in spans), max(each.end for each in spans)
        ids = tuple(each.passage for each in votes)
        return Verdict(outcome, start, end, ids, taken, drawn, self.sent["reason"].strip())

    def _decide(self, verdict: Verdict, words: str) -> Told:
        decide_case(
            actor=self.assignment.reviewer,
            decision_id=self.sent["id"] or uuid7(),
            assignment_id=self.assignment.pk,
            verdict=verdict,
            precondition=Precondition(create=True),
        )
        return Told(done=words)


def _touching(members: list[Member], start: int, end: int) -> list[Member]:
    return [each for each in members if each.start < end and start < each.end]


def _number(request: HttpRequest, most: int) -> int:
    """The case the address asks for, within those there are; the first where it asks for none."""
    asked = request.GET.get("case", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    return min(max(number, 1), max(most, 1))


def _act(request: HttpRequest, assignment: Assignment, book: CaseBook) -> tuple[Told, dict[str, Any]]:
    form = ActForm(request.POST)
    if not form.is_valid():
        return UNREADABLE, {}
    try:
        told = Acts(request, assignment, book, form.cleaned_data).do(form.cleaned_data["act"])
    except NotFoundError as error:
        raise Http404 from error
    except ValidationError as error:
        told = Told(refused=" ".join(error.messages), status=400)
    except ActionError as error:
        gaps = tuple(error.errors) if error.code == "gaps" else ()
        field = error.errors[0].field if error.errors else ""
        told = Told(refused=error.detail, status=error.status, field=field, gaps=gaps)
    return told, form.cleaned_data


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def adjudicate(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    """Show the disagreements of a text to its adjudicator, the most divided first, and settle the one that is shown."""
    assignment = own_assignment(request.user, assignment_id)
    if assignment.role != Assignment.Role.ADJUDICATOR:
        raise Http404
    study, revision = assignment.study, assignment.revision
    context = {"section": "studies", "study": study, "revision": revision, "document": revision.document}
    book = case_book(assignment, request.user)
    if book is None:
        context["blindness"] = blindness(study, request.user, revision)
        return render(request, "annotator/document_blind.html", context)
    told, sent = Told(), {}
    if request.method == "POST":
        told, sent = _act(request, assignment, book)
        if told.done:
            messages.success(request, f"{told.done}.")
            address = reverse("adjudicate", args=[assignment.pk])
            return redirect(f"{address}?case={_number(request, len(book.queue))}#case")
        book = case_book(assignment, request.user) or book
    return render(
        request, "annotator/adjudicate.html", context | _page(request, assignment, book, told, sent), status=told.status
    )


def _page(
    request: HttpRequest, assignment: Assignment, book: CaseBook, told: Told, sent: dict[str, Any]
) -> dict[str, Any]:
    info = codebook_info(assignment.codebook)
    wording = Wording(info, book.document)
    number = _number(request, len(book.queue))
    writable = assignment.is_open and not assignment.study.is_closed
    case = _shown(number, book, wording) if book.queue and writable else None
    last = max((each.decision for each in book.decisions), key=lambda decision: decision.updated_at, default=None)
    by_rule = [each for each in book.decisions if each.decision.outcome == "agreed_by_rule"]
    return {
        "assignment": assignment,
        "codebook": assignment.codebook,
        "labels": info.labels,
        "names": wording.names,
        "book": book,
        "line_starts": line_starts(book.document.text),
        "writable": writable,
        "shown": case,
        "decision_id": uuid7(),
        "left": len(book.queue),
        "settled": [each for each in book.decisions if each.decision.outcome != "agreed_by_rule"],
        "by_rule": by_rule,
        "stale": sum(each.stale for each in book.decisions),
        "total": len(book.queue) + len(book.decisions) - len(by_rule),
        "last": last,
        "rule": RULE,
        "told": told,
        "sent": sent,
        "number": number,
        "painted": _painted(case),
    }


def _painted(shown: Shown | ShownScale | None) -> dict[str, Any]:
    """What the script outlines in the text and paints; nothing of a scale that is asked of the whole document."""
    if shown is None or (isinstance(shown, ShownScale) and shown.case.passage is None):
        return {"case": None, "marks": []}
    span = [shown.case.start, shown.case.end]
    if isinstance(shown, ShownScale):
        return {"case": span, "marks": [[shown.case.label, *span]]}
    return {"case": span, "marks": [[o.heard.label, o.heard.start, o.heard.end] for o in shown.options]}

"""Work that nobody goes on with, for those who run a study: taken back, given back, or given another day."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from annotator.actions.errors import ActionError, InvalidError
from annotator.actions.reclaiming import give_back_assignments, reclaim_assignments, set_deadlines
from annotator.models import Study
from annotator.queries import IDLE_DAYS, open_work
from annotator.templatetags.figures import counted, on_day
from annotator.views.members import run_study

USUAL_DAYS = 14
ON_A_PAGE = 100


def asked_days(text: str) -> int:
    """Return after how many days without an act work is listed; the usual number for anything else."""
    return next((days for days in IDLE_DAYS if str(days) == text), USUAL_DAYS)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def open_work_page(request: HttpRequest, slug: str) -> HttpResponse:
    """List what is idle, late or taken back; `act` is reclaim, give-back or deadline."""
    study = run_study(request.user, slug)
    days = asked_days(request.GET.get("days", ""))
    refused, status = "", 200
    if request.method == "POST":
        try:
            messages.success(request, _do(request, study))
            return redirect(f"{reverse('open-work', args=[slug])}?days={days}")
        except ActionError as error:
            refused, status = error.detail, error.status
    work = open_work(study, request.user, days)
    context: dict[str, Any] = {
        "section": "studies",
        "study": study,
        "days": days,
        "choices": IDLE_DAYS,
        "work": work,
        "waiting": Paginator(work.waiting, ON_A_PAGE).get_page(request.GET.get("page", "")),
        "taken_back": Paginator(work.taken_back, ON_A_PAGE).get_page(request.GET.get("taken", "")),
        "refused": refused,
    }
    return render(request, "annotator/open_work.html", context, status=status)


def _ticked(request: HttpRequest) -> list[UUID]:
    """Return the assignments ticked; raise InvalidError where there is none, or what is no id of one."""
    try:
        ids = [UUID(text) for text in request.POST.getlist("assignment")]
    except ValueError:
        ids = []
    if not ids:
        raise InvalidError("assignment", "Tick at least one document.")
    return ids


def _do(request: HttpRequest, study: Study) -> str:
    act, actor, ids = request.POST.get("act"), request.user, _ticked(request)
    if act == "reclaim":
        done = reclaim_assignments(actor=actor, study=study, ids=ids)
        return f"{counted(len(done), 'document')} taken back. What was marked is kept. Give them to others now."
    if act == "give-back":
        done = give_back_assignments(actor=actor, study=study, ids=ids)
        return f"{counted(len(done), 'document')} given back, with everything in them."
    if act == "deadline":
        day = forms.DateField(required=False)
        try:
            due_on = day.clean(request.POST.get("due_on", ""))
        except forms.ValidationError as error:
            raise InvalidError("due_on", " ".join(error.messages)) from error
        done = set_deadlines(actor=actor, study=study, ids=ids, due_on=due_on)
        until = f"due {on_day(due_on)}" if due_on else "due as the study says"
        return f"{counted(len(done), 'document')} {until}."
    raise InvalidError("act", "Choose what is to be done.")

"""The set-up of a study, for those who run it: what is still to do, its words and rules, closing and reopening."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotator.actions.errors import ActionError, ConflictError, StaleError
from annotator.actions.set_up import change_study
from annotator.actions.study import close_study, reopen_study
from annotator.models import Assignment, Membership, Study
from annotator.templatetags.figures import on_day
from annotator.views.members import run_study
from annotator.views.refusals import tell
from annotator.views.study_forms import StudyForm, as_read


def _words(form: StudyForm, name: str, value: Any) -> str:
    choices = dict(getattr(form.fields[name], "choices", ()))
    if isinstance(value, date):
        return on_day(value)
    return str(choices.get(value, "none" if value in (None, "") else value))


def _theirs(form: StudyForm, now: Study) -> list[tuple[str, str]]:
    """Return what somebody else changed while the form was open: field and words."""
    return [(form.fields[name].label, _words(form, name, getattr(now, name))) for name in form.others_changes(now)]


def whole_number(text: str) -> int:
    """Return the number that a hidden field holds, or -1, which no row has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def open_work(study: Study) -> list[tuple[str, int]]:
    """Return the pseudonyms of those who hold open assignments, each with their number."""
    names = dict(Membership.objects.filter(study=study).values_list("user", "pseudonym"))
    rows = Assignment.objects.open().filter(study=study).values_list("reviewer").annotate(Count("pk"))
    return sorted((names[reviewer], number) for reviewer, number in rows.order_by())


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def set_up(request: HttpRequest, slug: str) -> HttpResponse:
    """Show how a study is set up, and change it: `act` is save, close or reopen."""
    study = run_study(request.user, slug)
    form = StudyForm(initial={name: getattr(study, name) for name in StudyForm.base_fields})
    context: dict[str, Any] = {"seen": as_read(study), "version": study.version}
    status = 200
    if request.method == "POST" and request.POST.get("act") in ("close", "reopen"):
        try:
            return _close_or_reopen(request, study)
        except ActionError as refusal:
            context["refused"], status = refusal.detail, refusal.status
    elif request.method == "POST":
        form = StudyForm(request.POST)
        # Shown again, it stands on what was read when it was opened: what others changed since is not what it saw.
        context = {"seen": form.seen(), "version": whole_number(request.POST.get("version", ""))}
        if form.is_valid():
            try:
                _save(request, study, form)
            except StaleError as refusal:
                now = refusal.current
                context = {"theirs": _theirs(form, now), "seen": as_read(now), "version": now.version}
                form, status = form.merged_with(now), 409
            except ConflictError as refusal:
                status = 409
                if refusal.code == "confirm":
                    context["consequence"] = refusal.detail
                else:
                    form.add_error("blinding" if refusal.code in ("assigned", "revealed") else None, refusal.detail)
            except (ActionError, ValidationError) as refusal:
                tell(form, refusal)
            else:
                return redirect("set-up", study.slug)
        if form.errors and status == 200:
            status = 400
        study = run_study(request.user, slug)
    held = Assignment.objects.filter(study=study).without_training().exclude(state=Assignment.State.DECLINED)
    members = Membership.objects.active().filter(study=study)
    open_ones = open_work(study)
    context |= {
        "section": "studies",
        "study": study,
        "form": form,
        "n_texts": study.revisions.count(),
        "n_reviewers": members.filter(role=Membership.Role.REVIEWER).count(),
        "n_members": members.count(),
        "n_given": held.count(),
        "n_submitted": held.submitted().count(),
        "n_gold": Assignment.objects.gold().filter(study=study).exclude(state=Assignment.State.DECLINED).count(),
        "open_work": open_ones,
        "n_open": sum(number for _, number in open_ones),
    }
    return render(request, "annotator/set_up.html", context, status=status)


def _save(request: HttpRequest, study: Study, form: StudyForm) -> None:
    changed = change_study(
        actor=request.user,
        study=study,
        changes=form.own_changes(),
        version=whole_number(request.POST.get("version", "")),
        confirmed=request.POST.get("confirmed") == "yes",
    )
    if changed.version == study.version:
        messages.info(request, "Nothing was different, so nothing was changed.")
    else:
        messages.success(request, "The set-up is changed.")


def _close_or_reopen(request: HttpRequest, study: Study) -> HttpResponse:
    if request.POST["act"] == "reopen":
        reopen_study(actor=request.user, study=study)
        messages.success(request, "The study takes work again.")
    else:
        close_study(actor=request.user, study=study, open_seen=whole_number(request.POST.get("open_seen", "")))
        messages.success(request, "The study is closed. All that was submitted counts, and nothing more is taken.")
    return redirect("set-up", study.slug)

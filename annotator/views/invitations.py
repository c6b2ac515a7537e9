"""Invitation links and class codes of a study, for those who run it: made, listed with their state, ended."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from annotator.actions.entrance import create_code, create_invitation, revoke_entrance
from annotator.actions.errors import ActionError, ConflictError, NotFoundError
from annotator.models import ClassCode, Invitation, Membership
from annotator.models.entrance import (
    INVITATION_DAYS,
    LONGEST_CODE_DAYS,
    LONGEST_INVITATION_DAYS,
    MOST_DOCUMENTS,
    MOST_PLACES,
)
from annotator.views.members import roles, run_study
from annotator.views.refusals import tell


class InvitationForm(forms.Form):
    """A role, a note of who it is for, and how long it may be used."""

    role = forms.ChoiceField(choices=Membership.Role.choices, initial=Membership.Role.REVIEWER)
    note = forms.CharField(max_length=200, required=False)
    days = forms.IntegerField(min_value=1, max_value=LONGEST_INVITATION_DAYS, initial=INVITATION_DAYS)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def invitations(request: HttpRequest, slug: str) -> HttpResponse:
    """List the invitations; make one, whose link stands in the answer to that very request and nowhere else."""
    study = run_study(request.user, slug)
    form, made, link = InvitationForm(), None, ""
    if request.method == "POST":
        form = InvitationForm(request.POST)
        if form.is_valid():
            try:
                made, secret = create_invitation(actor=request.user, study=study, **form.cleaned_data)
            except (ActionError, ValidationError) as refusal:
                tell(form, refusal)
            else:
                form, link = InvitationForm(), f"{request.build_absolute_uri(reverse('join'))}#{secret}"
    context = {
        "section": "studies",
        "study": study,
        "form": form,
        "roles": roles(),
        "made": made,
        "link": link,
        "invitations": study.invitations.select_related("used_by", "created_by"),
        "most_days": LONGEST_INVITATION_DAYS,
    }
    return render(request, "annotator/invitations.html", context, status=400 if form.errors else 200)


class CodeForm(forms.Form):
    """How many people, until when, and how many documents each."""

    places = forms.IntegerField(min_value=1, max_value=MOST_PLACES, initial=30)
    days = forms.IntegerField(min_value=1, max_value=LONGEST_CODE_DAYS, initial=7)
    documents = forms.IntegerField(min_value=0, max_value=MOST_DOCUMENTS, initial=1)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def codes(request: HttpRequest, slug: str) -> HttpResponse:
    """List the class codes; make one."""
    study = run_study(request.user, slug)
    form = CodeForm()
    if request.method == "POST":
        form = CodeForm(request.POST)
        if form.is_valid():
            try:
                made = create_code(actor=request.user, study=study, **form.cleaned_data)
            except ActionError as refusal:
                tell(form, refusal)
            else:
                messages.success(request, f"The code {made.code} lets {made.places} people in.")
                return redirect("codes", study.slug)
    context: dict[str, Any] = {
        "section": "studies",
        "study": study,
        "form": form,
        "codes": study.codes.all(),
        "address": request.build_absolute_uri(reverse("join")),
        "limits": {"places": MOST_PLACES, "days": LONGEST_CODE_DAYS, "documents": MOST_DOCUMENTS},
    }
    return render(request, "annotator/codes.html", context, status=400 if form.errors else 200)


@require_POST
@login_required
def revoke_invitation(request: HttpRequest, slug: str, invitation_id: UUID) -> HttpResponse:
    """End an invitation."""
    return _revoke(request, slug, Invitation, invitation_id, "The invitation is revoked: nobody can use it any more.")


@require_POST
@login_required
def revoke_code(request: HttpRequest, slug: str, code_id: UUID) -> HttpResponse:
    """End a class code."""
    return _revoke(request, slug, ClassCode, code_id, "The code is ended. Whoever joined by it stays in the study.")


def _revoke(
    request: HttpRequest, slug: str, kind: type[Invitation] | type[ClassCode], entrance_id: UUID, words: str
) -> HttpResponse:
    study = run_study(request.user, slug)
    try:
        revoke_entrance(actor=request.user, study=study, kind=kind, entrance_id=entrance_id)
    except NotFoundError as error:
        raise Http404 from error
    except ConflictError as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, words)
    return redirect("invitations" if kind is Invitation else "codes", study.slug)

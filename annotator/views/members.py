"""The members of a study, for those who run it: who belongs to it, in which role; adding, changing, letting leave."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from annotator.actions.errors import ActionError, StaleError
from annotator.actions.members import find_account
from annotator.actions.password_links import create_password_link, refusal_of_link, revoke_password_link
from annotator.actions.sign_in import TooManyFailuresError
from annotator.actions.study import add_member, remove_member
from annotator.models import Membership, PasswordLink, Study, User
from annotator.queries import MemberRow, member_rows
from annotator.views.refusals import tell, told_to_wait, waiting_words

ROLE_WORDS = {
    Membership.Role.LEAD: "runs the study: members, assignments, closing; sees submitted work",
    Membership.Role.ADJUDICATOR: "sees submitted work and settles disagreements",
    Membership.Role.REVIEWER: "reads and marks the documents assigned to them",
    Membership.Role.READER: "reads agreement and gold standard once the study is closed",
}


def run_study(user: User, slug: str) -> Study:
    """Return a study that the user runs, or raise Http404."""
    found = Study.objects.run_by(user).select_related("codebook").filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def roles() -> list[tuple[str, str, str]]:
    """Every role: its code, its name, what it may do."""
    return [(role.value, role.label, ROLE_WORDS[role]) for role in Membership.Role]


class MemberForm(forms.Form):
    """Somebody to add, by the user name they sign in with."""

    username = forms.CharField(max_length=150)
    role = forms.ChoiceField(choices=Membership.Role.choices, initial=Membership.Role.REVIEWER)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """List the members with names, and add somebody who has an account."""
    study = run_study(request.user, slug)
    form, waiting = MemberForm(), None
    if request.method == "POST":
        form = MemberForm(request.POST)
        if form.is_valid():
            wanted = form.cleaned_data
            try:
                user = find_account(actor=request.user, username=wanted["username"])
                member = add_member(actor=request.user, study=study, user=user, role=wanted["role"])
            except TooManyFailuresError as error:
                waiting = error
                form.add_error("username", waiting_words(error))
            except ActionError as refusal:
                tell(form, refusal)
            else:
                messages.success(
                    request, f"{user.get_username()} is {member.get_role_display()} here, as {member.pseudonym}."
                )
                return redirect("members", study.slug)
    rows = member_rows(study, request.user)
    context = {
        "section": "studies",
        "study": study,
        "form": form,
        "roles": roles(),
        "present": [row for row in rows if row.member.left_at is None],
        "gone": [row for row in rows if row.member.left_at is not None],
    }
    response = render(request, "annotator/members.html", context, status=400 if form.errors else 200)
    return told_to_wait(response, waiting) if waiting else response


@dataclass
class Told:
    """What a deed on a member's page came to, where the page is shown again."""

    status: int = 200
    refused: str = ""
    secret: str = ""
    link: PasswordLink | None = None
    done: str = ""


class DeedForm(forms.Form):
    """What is to be done to a member, as they were when the page was read."""

    deed = forms.ChoiceField(choices=[(name, name) for name in ("role", "leave", "return", "link", "revoke")])
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    role = forms.ChoiceField(choices=Membership.Role.choices, required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def member(request: HttpRequest, slug: str, pseudonym: str) -> HttpResponse:
    """Show one member: change the role, let leave or come back, make a link for a new password."""
    study = run_study(request.user, slug)
    row = _row(study, request.user, pseudonym)
    told = Told()
    if request.method == "POST":
        told = _do(request, study, row.member)
        if told.done:
            messages.success(request, told.done)
            if not study.is_run_by(request.user):
                return redirect("study-list")
            return redirect("member", study.slug, pseudonym)
        row = _row(study, request.user, pseudonym)
    context = {
        "section": "studies",
        "study": study,
        "row": row,
        "member": row.member,
        "roles": roles(),
        "told": told,
        "link_refusal": refusal_of_link(request.user, row.member.user, study),
        "link": PasswordLink.objects.working().filter(user=row.member.user).first(),
        "address": request.build_absolute_uri(reverse("new-password")),
    }
    return render(request, "annotator/member.html", context, status=told.status)


def _row(study: Study, viewer: User, pseudonym: str) -> MemberRow:
    found = next((row for row in member_rows(study, viewer) if row.member.pseudonym == pseudonym), None)
    if found is None:
        raise Http404
    return found


def _do(request: HttpRequest, study: Study, member: Membership) -> Told:
    form = DeedForm(request.POST)
    if not form.is_valid():
        return Told(status=400, refused="Choose what is to be done.")
    wanted = form.cleaned_data
    try:
        return _deed(request.user, study, member, wanted)
    except StaleError as refusal:
        now: Any = refusal.current
        state = "has left the study" if now.left_at else f"is {now.get_role_display()} now"
        words = f"Somebody changed this in the meantime: {now.pseudonym} {state}. Nothing of yours was saved."
        return Told(status=409, refused=words)
    except ActionError as refusal:
        return Told(status=refusal.status, refused=refusal.detail)


def _deed(actor: User, study: Study, member: Membership, wanted: dict[str, Any]) -> Told:
    user, version = member.user, wanted["version"]
    name = user.get_username()
    match wanted["deed"]:
        case "link":
            link, secret = create_password_link(actor=actor, user=user, study=study)
            return Told(link=link, secret=secret)
        case "revoke":
            open_one = PasswordLink.objects.working().filter(user=user).first()
            if open_one is not None:
                revoke_password_link(actor=actor, link_id=open_one.pk, study=study)
            return Told(done="The link is revoked: it sets no password any more.")
        case "leave":
            remove_member(actor=actor, study=study, user=user, version=version or member.version)
            return Told(done=f"{name} has left the study. Their submitted work stays, as {member.pseudonym}.")
        case deed:
            role = wanted["role"] or member.role
            add_member(actor=actor, study=study, user=user, role=role, version=version or member.version)
            here = Membership.Role(role).label
            return Told(done=f"{name} is {'back, as ' if deed == 'return' else ''}{here} in this study.")

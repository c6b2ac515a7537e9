"""Coming in by an invitation or a class code, and setting a new password by a link.

The secret of a link stands behind the # of its address. A browser sends that part to nobody: it comes into no log of a
server or proxy, no Referer, and no scanner of mails that fetches addresses uses it up. A script puts it into the one
field of the page and sends the form; without scripts the whole link is pasted there. From then on the session knows
which way in is meant, and the secret is not needed again. Nothing is joined before a button says so.

The pages keep the site's Referrer-Policy, same-origin: with no-referrer, which nothing here needs, browsers send forms
with `Origin: null`, and the check against forged requests refuses them.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from annotator.actions.entrance import Entrance, Joined, join, join_with_new_account, refuse_unless_open, role_by
from annotator.actions.errors import ActionError, ConflictError, NotFoundError
from annotator.actions.password_links import refuse_unusable_link, use_password_link
from annotator.actions.sign_in import (
    LIMIT,
    TooManyFailuresError,
    guess_key_of_address,
    note_guess,
    refuse_guesses,
)
from annotator.models import ClassCode, Invitation, Membership, PasswordLink
from annotator.models.entrance import digest_of, read_code
from annotator.views.account import address_of
from annotator.views.members import ROLE_WORDS
from annotator.views.refusals import tell, told_to_wait, waiting_words

Way = Invitation | ClassCode | PasswordLink
WAYS: dict[str, type[Way]] = {kind._meta.model_name: kind for kind in (Invitation, ClassCode, PasswordLink)}
KEPT_AS = "way_in"  # in the session: which way, never its secret
GONE = 410
LONGEST_SHOWN = 20  # a mistyped code is shown again, to be mended; a link's secret never


class DoorForm(forms.Form):
    """A class code, or a link as it was sent."""

    code = forms.CharField(max_length=500)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("code")
def door(request: HttpRequest, purpose: str) -> HttpResponse:
    """Ask for the code or link, and lead on to what it opens; `purpose` is "join" or "new-password"."""
    form, waiting = DoorForm(), None
    if request.method == "POST":
        form = DoorForm(request.POST)
        if form.is_valid():
            try:
                way = _way_of(form.cleaned_data["code"], address_of(request))
            except TooManyFailuresError as error:
                waiting = error
                form.add_error("code", waiting_words(error))
            except NotFoundError:
                form.add_error("code", "Nothing opens by this. Check each letter, or ask for a new code or link.")
            else:
                request.session[KEPT_AS] = [way._meta.model_name, str(way.pk)]
                return redirect("set-password" if isinstance(way, PasswordLink) else "join-study")
    typed = form.data.get("code", "")
    context = {"form": form, "purpose": purpose, "typed": typed if len(typed) <= LONGEST_SHOWN else ""}
    response = render(request, "registration/door.html", context, status=400 if form.errors else 200)
    return told_to_wait(response, waiting) if waiting else response


@sensitive_variables("typed", "secret")
def _way_of(typed: str, address: str) -> Way:
    """Find what a secret opens. A wrong one counts against the address; a code that its check shows mistyped does not.

    Raises NotFoundError, TooManyFailuresError.
    """
    secret = typed.rsplit("#", 1)[-1].strip()
    key = guess_key_of_address("way in", address)
    refuse_guesses(key=key)
    found: Way | None = None
    kind = next((each for each in (Invitation, PasswordLink) if secret.startswith(each.PREFIX)), None)
    if kind is not None:
        found = kind.objects.filter(digest=digest_of(secret)).first()
    elif code := read_code(secret):
        found = ClassCode.objects.filter(code=code).first()
    else:
        raise NotFoundError
    if found is None:
        note_guess(key=key)
        raise NotFoundError
    return found


def _kept(request: HttpRequest) -> Any:
    """Return the way in that this session was shown to, or None."""
    name, pk = request.session.get(KEPT_AS, ("", ""))
    related = {"passwordlink": ["user", "study", "created_by"]}.get(name, ["study"])
    return WAYS[name].objects.select_related(*related).filter(pk=pk).first() if name in WAYS else None


class AccountForm(forms.Form):
    """A user name, and a password twice."""

    username = forms.CharField(max_length=150)
    password = forms.CharField(max_length=1000, strip=False)
    again = forms.CharField(max_length=1000, strip=False)

    def clean(self) -> dict[str, Any]:
        """Refuse two passwords that differ."""
        given = self.cleaned_data
        if "password" in given and "again" in given and given["password"] != given["again"]:
            self.add_error("again", "The two passwords differ.")
        return given


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def join_study(request: HttpRequest) -> HttpResponse:
    """Say which study and role are offered; join with the account that is signed in, or with a new one."""
    entrance = _kept(request)
    if not isinstance(entrance, Entrance):
        return redirect("join")
    form, waiting = AccountForm(), None
    try:
        refuse_unless_open(entrance)
        if request.method == "POST" and request.user.is_authenticated:
            return _welcome(request, join(entrance=entrance, user=request.user))
        if request.method == "POST":
            form = AccountForm(request.POST)
            if form.is_valid():
                return _welcome(request, _join_anew(request, entrance, form.cleaned_data))
    except TooManyFailuresError as error:
        waiting = error
        form.add_error("username", waiting_words(error))
    except ConflictError as refusal:
        if refusal.code != "exists":
            return _gone(request, refusal, entrance)
        form.add_error("username", refusal.detail)
    except (ActionError, ValidationError) as refusal:
        tell(form, refusal)
    role = Membership.Role(role_by(entrance))
    context: dict[str, Any] = {"form": form, "study": entrance.study, "role": role, "role_words": ROLE_WORDS[role]}
    if request.user.is_authenticated:
        context["known"] = entrance.study.memberships.filter(user=request.user).first()
    response = render(request, "registration/join.html", context, status=400 if form.errors else 200)
    return told_to_wait(response, waiting) if waiting else response


@sensitive_variables("wanted")
def _join_anew(request: HttpRequest, entrance: Entrance, wanted: dict[str, str]) -> Joined:
    """Make the account and join. Names that are taken count, so that nobody learns by trying who has an account.

    A whole class behind one address may hit upon more taken names than one person.
    """
    key = guess_key_of_address(f"new name by {entrance.pk}", address_of(request))
    limit = LIMIT + (entrance.places // 10 if isinstance(entrance, ClassCode) else 0)
    refuse_guesses(key=key, limit=limit)
    try:
        joined = join_with_new_account(entrance=entrance, username=wanted["username"], password=wanted["password"])
    except ConflictError as refusal:
        if refusal.code == "exists":
            note_guess(key=key)
        raise
    login(request, joined.member.user)
    return joined


def _welcome(request: HttpRequest, joined: Joined) -> HttpResponse:
    request.session.pop(KEPT_AS, None)
    study, member = joined.member.study, joined.member
    words = f"You are in “{study.title}”, as {member.get_role_display()} {member.pseudonym}."
    if joined.assignments:
        return redirect("workbench", joined.assignments[0].pk)
    messages.success(request, words)
    return redirect("study", study.slug)


def _gone(request: HttpRequest, refusal: ConflictError, entrance: Entrance | None) -> HttpResponse:
    """Say why nothing opens; a member is led to the study."""
    request.session.pop(KEPT_AS, None)
    study = None
    if entrance is not None and request.user.is_authenticated:
        study = entrance.study if entrance.study.role_of(request.user) else None
    context = {"code": refusal.code, "detail": refusal.detail, "study": study}
    return render(request, "registration/gone.html", context, status=GONE)


class NewPasswordForm(forms.Form):
    """A new password, twice."""

    password = forms.CharField(max_length=1000, strip=False)
    again = forms.CharField(max_length=1000, strip=False)
    clean = AccountForm.clean


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def set_password(request: HttpRequest) -> HttpResponse:
    """Ask for a new password for the account of a link; all sessions of the account end, and one signs in afresh."""
    link = _kept(request)
    if not isinstance(link, PasswordLink):
        return redirect("new-password")
    form = NewPasswordForm()
    try:
        refuse_unusable_link(link)
        if request.method == "POST":
            form = NewPasswordForm(request.POST)
            if form.is_valid():
                use_password_link(link_id=link.pk, password=form.cleaned_data["password"])
                request.session.pop(KEPT_AS, None)
                messages.success(request, "Your new password is set, and every session of yours has ended. Sign in.")
                return redirect("login")
    except ConflictError as refusal:
        return _gone(request, refusal, None)
    except ValidationError as refusal:
        form.add_error("password", refusal.messages)
    context = {"form": form, "account": link.user}
    return render(request, "registration/new_password.html", context, status=400 if form.errors else 200)

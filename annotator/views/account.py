"""Signing in and out, one's password and one's access tokens."""

import math
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from annotator.actions.account import change_password, create_token, revoke_token
from annotator.actions.errors import ActionError, NotFoundError
from annotator.actions.sign_in import TooManyFailuresError, note_attempt, strike_out
from annotator.models import Membership, Token
from annotator.templatetags.figures import counted

ADMIN_PATH = "/admin/"


def address_of(request: HttpRequest) -> str:
    """Return where a request comes from; what the last proxy says of it, where there is one, and nobody else."""
    if settings.BEHIND_PROXY and (forwarded := request.META.get("HTTP_X_FORWARDED_FOR", "")):
        return forwarded.rsplit(",", 1)[-1].strip()
    return request.META.get("REMOTE_ADDR", "")


class SignInForm(AuthenticationForm):
    """Name and password; the same words for an unknown name, a wrong password and a closed account."""

    error_messages = {
        "invalid_login": "The user name or the password is wrong. Capital letters matter in both.",
        "inactive": "The user name or the password is wrong. Capital letters matter in both.",
    }

    def clean(self) -> dict[str, Any]:
        """Check the password unless too many were wrong before; raises ValidationError and sets `wait`."""
        self.wait: timedelta | None = None
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not name or not password:
            return self.cleaned_data  # the field errors say so
        try:
            attempt = note_attempt(name=name, address=address_of(self.request))
        except TooManyFailuresError as error:
            self.wait = error.wait
            minutes = math.ceil(error.wait.total_seconds() / 60)
            raise ValidationError(
                f"Too many wrong passwords. Wait {counted(minutes, 'minute')} and try again.", code="wait"
            ) from error
        cleaned = super().clean()
        strike_out(attempt=attempt, name=name)
        return cleaned


@method_decorator(sensitive_post_parameters(), name="dispatch")
class SignIn(LoginView):
    """The door. `next` leads to pages of this site only."""

    form_class = SignInForm
    template_name = "registration/login.html"

    def form_invalid(self, form: SignInForm) -> HttpResponse:
        """Show what was wrong; 429 and how long to wait after too many wrong passwords."""
        response = super().form_invalid(form)
        if wait := getattr(form, "wait", None):
            response.status_code = 429
            response.headers["Retry-After"] = str(math.ceil(wait.total_seconds()))
        return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session on the server."""
    logout(request)
    return redirect("login")


@require_GET
def admin_login(request: HttpRequest) -> HttpResponse:
    """Lead to the one door; for those inside who are no staff there is nothing here."""
    if request.user.is_authenticated:
        raise Http404
    return HttpResponseRedirect(f"{reverse('login')}?next={ADMIN_PATH}")


@require_safe
def admin_password(request: HttpRequest) -> HttpResponse:
    """Lead to the one page that changes a password."""
    return redirect("password")


@require_safe
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Show who is signed in and as whom they appear in their studies."""
    memberships = Membership.objects.active().filter(user=request.user).select_related("study").order_by("study__title")
    context = {"memberships": memberships, "tokens": Token.objects.usable().filter(user=request.user).count()}
    return render(request, "annotator/account.html", context)


class PasswordForm(PasswordChangeForm):
    """The present password, and twice the new one."""

    revoke_tokens = forms.BooleanField(required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@login_required
def password(request: HttpRequest) -> HttpResponse:
    """Change one's password, which ends every other session; a wrong present one counts as a wrong sign-in."""
    if request.method != "POST":
        return render(request, "registration/password.html", {"form": PasswordForm(request.user)})
    try:
        attempt = note_attempt(name=request.user.get_username(), address=address_of(request))
    except TooManyFailuresError as error:
        seconds = math.ceil(error.wait.total_seconds())
        refused = f"Wait {counted(math.ceil(seconds / 60), 'minute')} and try again."
        context = {"form": PasswordForm(request.user), "refused": refused}
        response = render(request, "registration/password.html", context, status=429)
        response.headers["Retry-After"] = str(seconds)
        return response
    form = PasswordForm(request.user, request.POST)
    valid = form.is_valid()
    if "old_password" not in form.errors:
        strike_out(attempt=attempt, name=request.user.get_username())
    if not valid:
        return render(request, "registration/password.html", {"form": form}, status=400)
    user = change_password(actor=request.user, user=request.user, password=form.cleaned_data["new_password1"])
    revoked = 0
    if form.cleaned_data["revoke_tokens"]:
        for token in Token.objects.usable().filter(user=user):
            revoke_token(actor=user, token_id=token.pk)
            revoked += 1
    update_session_auth_hash(request, user)
    words = "Your password is changed, and every other session has ended."
    if revoked:
        words += f" {counted(revoked, 'token')} revoked."
    messages.success(request, words)
    return redirect("account")


class TokenForm(forms.Form):
    """What a new token is for, what it may do, and for how long."""

    name = forms.CharField(max_length=100)
    scope = forms.ChoiceField(choices=Token.Scope, initial=Token.Scope.READ)
    days = forms.IntegerField(min_value=1, max_value=366, initial=90)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def tokens(request: HttpRequest) -> HttpResponse:
    """List one's tokens; make one, whose secret stands in the answer to that very request and nowhere else."""
    form, status, made, secret = TokenForm(), 200, None, ""
    if request.method == "POST":
        form = TokenForm(request.POST)
        if form.is_valid():
            made, secret = _create(request, form)
        if made is not None:
            form = TokenForm()
        else:
            status = 400
    context = {"form": form, "tokens": Token.objects.filter(user=request.user), "made": made, "secret": secret}
    return render(request, "annotator/tokens.html", context, status=status)


def _create(request: HttpRequest, form: TokenForm) -> tuple[Token | None, str]:
    """Make the token; a refusal becomes an error of the form."""
    wanted = form.cleaned_data
    expires_at = timezone.now() + timedelta(days=wanted["days"])
    try:
        return create_token(actor=request.user, name=wanted["name"], scope=wanted["scope"], expires_at=expires_at)
    except ActionError as error:
        for fault in error.errors:
            form.add_error({"expires_at": "days"}.get(fault.field, fault.field), fault.detail)
    except ValidationError as error:
        form.add_error("name", error.messages[0])
    return None, ""


@require_POST
@login_required
def revoke(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """End one of one's tokens at once."""
    try:
        token = revoke_token(actor=request.user, token_id=token_id)
    except NotFoundError as error:
        raise Http404 from error
    messages.success(request, f"The token “{token.name}” is revoked: whatever uses it is refused from now on.")
    return redirect("tokens")

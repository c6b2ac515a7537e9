"""Links for forgotten passwords, for site staff who keep accounts: made by user name, listed, ended."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from annotator.actions.errors import ActionError, ConflictError, NotFoundError
from annotator.actions.members import find_account
from annotator.actions.password_links import create_password_link, revoke_password_link
from annotator.models import PasswordLink, User
from annotator.views.refusals import tell

SHOWN = 100


class LinkForm(forms.Form):
    """Whose password is lost."""

    username = forms.CharField(max_length=150)


def require_keeper(user: User) -> None:
    """Raise Http404 unless this is site staff who may change accounts."""
    if not (user.is_staff and user.has_perm("annotator.change_user")):
        raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def password_links(request: HttpRequest) -> HttpResponse:
    """List the latest links; make one, which stands in the answer to that very request and nowhere else."""
    require_keeper(request.user)
    form, made, link = LinkForm(), None, ""
    if request.method == "POST":
        form = LinkForm(request.POST)
        if form.is_valid():
            try:
                user = find_account(actor=request.user, username=form.cleaned_data["username"])
                made, secret = create_password_link(actor=request.user, user=user)
            except ActionError as refusal:
                tell(form, refusal)
            else:
                form, link = LinkForm(), f"{request.build_absolute_uri(reverse('new-password'))}#{secret}"
    latest = PasswordLink.objects.select_related("user", "created_by", "study")[:SHOWN]
    context = {"form": form, "made": made, "link": link, "links": latest}
    return render(request, "annotator/password_links.html", context, status=400 if form.errors else 200)


@require_POST
@login_required
def revoke_link(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """End a link that was not used yet."""
    require_keeper(request.user)
    try:
        revoke_password_link(actor=request.user, link_id=link_id)
    except NotFoundError as error:
        raise Http404 from error
    except ConflictError as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, "The link is revoked: it sets no password any more.")
    return redirect("password-links")

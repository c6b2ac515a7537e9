"""The gold standard of a study, for those who run it: which texts are settled, by whom; asking an adjudicator."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from annotator.actions.curation import assign_all
from annotator.actions.errors import ActionError, InvalidError
from annotator.models import Assignment, Membership, Study
from annotator.queries.gold import gold_rows
from annotator.templatetags.figures import counted
from annotator.views.members import run_study
from annotator.views.set_up import whole_number
from sources.models import Revision


def settlers(study: Study) -> list[Membership]:
    """Return the members who may settle texts, adjudicators first."""
    roles = [Membership.Role.ADJUDICATOR, Membership.Role.LEAD]
    found = study.memberships.active().filter(role__in=roles, user__is_active=True).select_related("user")
    return sorted(found, key=lambda member: roles.index(Membership.Role(member.role)))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def gold(request: HttpRequest, slug: str) -> HttpResponse:
    """List the texts with their gold standard, and give those that are ticked to an adjudicator."""
    study = run_study(request.user, slug)
    members = settlers(study)
    refused, status = "", 200
    if request.method == "POST":
        try:
            done = _give(request, study, members)
        except ActionError as error:
            refused, status = error.detail, error.status
        else:
            messages.success(request, done)
            query = request.GET.urlencode()
            return redirect(reverse("gold", args=[slug]) + (f"?{query}" if query else ""))
    page, rows = gold_rows(study, request.GET.get("page", ""))
    context: dict[str, Any] = {
        "section": "studies",
        "study": study,
        "refused": refused,
        "members": members,
        "chosen": request.POST.get("adjudicator", ""),
        "ticked": {whole_number(each) for each in request.POST.getlist("text")},
        "page": page,
        "rows": rows,
        "any_left": any(row.may_be_given for row in rows),
    }
    return render(request, "annotator/gold.html", context, status=status)


def _give(request: HttpRequest, study: Study, members: list[Membership]) -> str:
    """Ask a member to settle what is ticked; return in words what was done, or raise what stands against it."""
    asked = request.POST.get("adjudicator", "")
    settler = next((member for member in members if member.pseudonym == asked), None)
    if settler is None:
        raise InvalidError("adjudicator", "Choose who is to settle the documents.")
    ticked = [whole_number(each) for each in request.POST.getlist("text")]
    texts = list(study.revisions.filter(pk__in=ticked).without_text().select_related("document"))
    if not texts:
        raise InvalidError("text", "Tick at least one document.")
    _refuse_held(study, settler, texts)
    new, _ = assign_all(
        actor=request.user,
        study=study,
        revisions=texts,
        reviewers=[settler.user],
        role=Assignment.Role.ADJUDICATOR,
    )
    return f"{counted(new, 'document')} given to {settler.pseudonym} to settle."


def _refuse_held(study: Study, settler: Membership, texts: list[Revision]) -> None:
    """Raise InvalidError for a text that the member had as something else: giving it again would change nothing."""
    held = Assignment.objects.filter(study=study, revision__in=texts, reviewer=settler.user, round=1)
    given = [Assignment.State.OPEN, Assignment.State.SUBMITTED]
    other = held.exclude(role=Assignment.Role.ADJUDICATOR, state__in=given)
    first = other.select_related("revision__document").defer("revision__text").first()
    if first is None:
        return
    title, name = first.revision.document, settler.pseudonym
    if first.role == Assignment.Role.REVIEWER:
        words = f"“{title}” was given to {name} to review. Choose somebody else to settle it."
    else:
        words = f"“{title}” was taken back from {name}. Give it back under Open work, or choose somebody else."
    raise InvalidError("adjudicator", words)

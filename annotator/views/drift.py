"""Work on documents whose gold is known, over time and for each reviewer: for those who run the study."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotator.gold import WITHIN, Mark
from annotator.models import PassMark
from annotator.queries.drift import EVERYTHING, drift, followed_members
from annotator.views.members import run_study
from annotator.views.standing_words import names_of

READERS_ON_A_PAGE = 24
TOGETHER = "All labels together"


def measure_words(mark: Mark) -> str:
    """Name the figure that is followed."""
    if mark.measure == WITHIN:
        return f"share of ratings within {mark.away} of the gold’s" if mark.away else "share of ratings as the gold’s"
    return PassMark.Measure(mark.measure).label


@require_safe
@login_required
def drift_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show how each reviewer reads beside the gold, from the training to the latest check."""
    study = run_study(request.user, slug)
    members = followed_members(study, request.user).select_related("user").order_by("pseudonym")
    page = Paginator(members, READERS_ON_A_PAGE).get_page(request.GET.get("page", ""))
    found = drift(study, request.user, page, request.GET.get("of", ""))
    names = {**names_of(found.codebook), (EVERYTHING.subject, EVERYTHING.code): TOGETHER}
    asked_for = PassMark.objects.filter(study=study, subject=found.of.subject, code=found.of.code).exists()
    context = {
        "section": "studies",
        "here": "drift",
        "study": study,
        "codebook": study.codebook,
        "drift": found,
        "page": page,
        "name": names[found.of.subject, found.of.code],
        "measure": measure_words(found.of),
        "least": found.of.least if asked_for else None,
        "subjects": [
            (f"{each.subject}-{each.code}" if each.code else None, names[each.subject, each.code], each is found.of)
            for each in found.subjects
        ],
    }
    return render(request, "annotator/drift.html", context)

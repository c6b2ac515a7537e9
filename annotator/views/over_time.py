"""A study's agreement in the order in which its documents were completed, and by codebook version."""

from typing import Final

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotator.agreement.selection import Work
from annotator.agreement.timeline import Timeline, timeline
from annotator.models import Membership, User
from annotator.queries import Figures
from annotator.queries.exports import one_moment
from annotator.queries.keeping import kept
from annotator.queries.shown import completed_documents, study_changes
from annotator.views.agreement import visible_study
from annotator.views.shown import not_yet, shown_study

BATCHES: Final = (1, 2, 5, 10, 25, 100)
"""Documents in a step, as may be asked for."""
USUAL, MOST = 12, 60
"""Steps that the usual choice stays below, and that any choice must."""


def chosen_batch(asked: str, n_documents: int) -> int:
    """Return how many documents make a step: as asked where that is offered, else so many that few steps are left."""
    offered = batches(n_documents)
    if asked in {str(each) for each in offered}:
        return int(asked)
    fitting = [each for each in offered if n_documents <= USUAL * each]
    return fitting[0] if fitting else max(offered[-1], -(-n_documents // USUAL))


def batches(n_documents: int) -> list[int]:
    """Return the choices that give no more steps than a page can hold, and no more than one that has a single step."""
    fitting = [each for each in BATCHES if n_documents <= MOST * each]
    return [each for each in fitting if each == fitting[0] or each < n_documents] or [BATCHES[-1]]


def followed(figures: Figures, viewer: User, work: Work, asked: str) -> tuple[Timeline, int]:
    """Return the figures step by step over work that the viewer may see, and how many documents make a step.

    To be called within one moment, figures included.
    """

    def follow() -> tuple[Timeline, int]:
        documents = completed_documents(figures, viewer, work)
        batch = chosen_batch(asked, len(documents))
        return timeline(documents, figures.codebook, batch), batch

    asked = asked if asked in {str(each) for each in BATCHES} else ""
    found, batch = kept("timeline", (figures.tag(work), asked), follow)
    return found.with_changes(study_changes(figures.study, viewer)), batch


@require_safe
@login_required
def over_time(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the figures step by step, over the work the reader may see, all of one moment."""
    study = visible_study(request, slug)
    with one_moment():
        shown = shown_study(study, request)
        if shown is None:
            return not_yet(request, study, "Agreement over time")
        found, batch = followed(shown.figures, request.user, shown.work, request.GET.get("batch", ""))
    context = shown.context() | {
        "timeline": found,
        "batch": batch,
        "batches": batches(found.n_documents),
        # A reader is shown figures only: when somebody worked is none.
        "shows_days": study.role_of(request.user) != Membership.Role.READER,
    }
    return render(request, "annotator/over_time.html", context)

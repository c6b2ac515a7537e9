"""Studies: which ones one belongs to, and of each the progress, the agreement and the exports."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotator.agreement.measured import DocumentReport
from annotator.agreement.report import Report
from annotator.formats import FORMATS
from annotator.models import Membership, Study, Training
from annotator.queries import (
    awaits_own_reviews,
    figures_for,
    may_see_agreement,
    measurable_revisions,
    study_progress,
)
from annotator.views import agreement as shared
from annotator.views.beside import beside
from sources.models import Revision

TEXTS_ON_A_PAGE: Final = 50


@require_safe
@login_required
def study_list(request: HttpRequest) -> HttpResponse:
    """List the studies one may see."""
    studies = Study.objects.visible_to(request.user).select_related("codebook")
    roles = dict(Membership.objects.active().filter(user=request.user).values_list("study_id", "role"))
    names = dict(Membership.Role.choices)
    rows = [(each, names.get(roles.get(each.pk), "")) for each in studies]
    return render(request, "annotator/studies.html", {"section": "studies", "rows": rows})


@dataclass(frozen=True, slots=True)
class Row:
    """One text of the study in the table of documents: its figures, or why there are none."""

    revision: Revision
    report: DocumentReport | None
    reason: str


def _rows(texts: Page, report: Report, hidden: frozenset[int]) -> list[Row]:
    found = report.per_document.find([(text.document.slug, text.number) for text in texts])
    rows = []
    for text in texts:
        figures = found.get((text.document.slug, text.number))
        if text.pk in hidden:
            rows.append(Row(text, None, "not shown to you yet; the document’s page says what is needed"))
        elif figures is None:
            rows.append(Row(text, None, "nobody has submitted this document"))
        else:
            rows.append(Row(text, figures if not figures.skipped else None, figures.skipped))
    return rows


@require_safe
@login_required
def study(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a study: progress as far as the viewer may know it, and the agreement once it is shown."""
    shown = shared.visible_study(request, slug)
    grid = study_progress(shown, request.user, request.GET.get("progress", ""))
    membership = Membership.objects.active().filter(study=shown, user=request.user).first()
    context: dict[str, Any] = {
        "section": "studies",
        "part": "overview",
        "study": shown,
        "codebook": shown.codebook,
        "grid": grid,
        "membership": membership,
        "runs": shown.is_run_by(request.user),
        "held": Training.objects.holding(request.user).filter(study=shown).exists(),
        "visible": may_see_agreement(shown, request.user),
    }
    if context["runs"]:
        context["members"] = Membership.objects.active().filter(study=shown).visible_to(request.user)
    if context["visible"]:
        context |= _agreement(shown, request)
    else:
        context["reviews_too"] = awaits_own_reviews(shown, request.user)
    return render(request, "annotator/study.html", context)


def _agreement(study: Study, request: HttpRequest) -> dict[str, Any]:
    texts = measurable_revisions(study, request.user).select_related("document").defer("text")
    shown = Paginator(texts.order_by("document__title", "number"), TEXTS_ON_A_PAGE).get_page(
        request.GET.get("page", "")
    )
    figures = figures_for(study, request.user)
    context = shared.counted_work(request, figures)
    report = context["report"]
    return context | {
        "rows": _rows(shown, report, figures.hidden),
        "shown": shown,
        "labels": figures.codebook.labels,
        "measures": shared.measures_of(figures.codebook),
        "left_out": shared.left_out_words(report.left_out),
        "formats": [(key, module.TITLE) for key, module in FORMATS.items()],
        **beside(report, request.GET.get("narrow", "")),
    }

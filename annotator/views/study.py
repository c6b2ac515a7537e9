"""Studies: which ones one belongs to, and of each the progress, the agreement and the exports."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotator.agreement.measured import DocumentReport
from annotator.agreement.report import Report
from annotator.agreement.selection import WORK
from annotator.formats import FORMATS
from annotator.models import Assignment, Membership, Study, User
from annotator.queries import (
    ProgressGrid,
    codebook_info,
    hidden_revisions,
    may_see_agreement,
    measurable_revisions,
    measured_documents,
    oversees,
    reviews_under_way,
    study_progress,
)
from annotator.records import CodedDocument
from annotator.views import agreement as shared
from annotator.views.beside import beside
from sources.models import Revision


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


def _shown(study: Study, user: User, texts: list[Revision]) -> tuple[list[CodedDocument], set[tuple[str, int]]]:
    """Return the documents that enter the viewer's figures, and the keys of the texts hidden from the viewer."""
    hidden = set(hidden_revisions(study, user).values_list("pk", flat=True))
    keys = {(text.document.slug, text.number) for text in texts if text.pk in hidden}
    measured = measured_documents(study, user)
    return [each for each in measured if (each.slug, each.revision) not in keys], keys


def _rows(texts: list[Revision], report: Report, hidden: set[tuple[str, int]]) -> list[Row]:
    by_key = {(each.slug, each.revision): each for each in report.per_document}
    rows = []
    for text in texts:
        key = (text.document.slug, text.number)
        found = by_key.get(key)
        if key in hidden:
            rows.append(Row(text, None, "not shown to you yet; the document’s page says what is needed"))
        elif found is None:
            rows.append(Row(text, None, "nobody has submitted this document"))
        else:
            rows.append(Row(text, found if not found.skipped else None, found.skipped))
    return rows


def _progress_words(grid: ProgressGrid) -> tuple[int, int]:
    """Count first rounds submitted, of all first rounds assigned, as far as the viewer may know them."""
    states = [cell.states[0] for _, cells in grid.rows for cell in cells if cell.states]
    return states.count(Assignment.State.SUBMITTED), len(states) - states.count(Assignment.State.DECLINED)


@require_safe
@login_required
def study(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a study: progress as far as the viewer may know it, and the agreement once it is shown."""
    shown = shared.readable_study(request.user, slug)
    if shown is None:
        raise Http404
    grid = study_progress(shown, request.user)
    submitted, assigned = _progress_words(grid)
    membership = Membership.objects.active().filter(study=shown, user=request.user).first()
    context: dict[str, Any] = {
        "section": "studies",
        "study": shown,
        "codebook": shown.codebook,
        "grid": grid,
        "n_submitted": submitted,
        "n_assigned": assigned,
        "membership": membership,
        "runs": shown.is_run_by(request.user),
        "visible": may_see_agreement(shown, request.user),
        "reviews_too": oversees(shown, request.user) and reviews_under_way(shown, request.user),
    }
    if context["runs"]:
        context["members"] = Membership.objects.active().filter(study=shown).visible_to(request.user)
    if context["visible"]:
        context |= _agreement(shown, request)
    return render(request, "annotator/study.html", context)


def _agreement(study: Study, request: HttpRequest) -> dict[str, Any]:
    info = codebook_info(study.codebook)
    texts = list(
        measurable_revisions(study, request.user)
        .select_related("document")
        .defer("text")
        .order_by("document__title", "number")
    )
    measured, hidden = _shown(study, request.user, texts)
    work = shared.chosen_work(request.GET.get("work", ""), study)
    report = shared.report_of(measured, study, work)
    return {
        "works": WORK.values() if shared.has_later_work(measured) else (),
        "work": work,
        "report": report,
        "rows": _rows(texts, report, hidden),
        "labels": info.labels,
        "measures": shared.measures_of(info),
        "left_out": shared.left_out_words(report.left_out),
        "formats": [(key, module.TITLE) for key, module in FORMATS.items()],
        **beside(report, request.GET.get("narrow", "")),
    }

"""Agreement on one document: where reviewers marked its text, as what, and how far they agree."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from annotator.actions.assignments import reveal_assignment, revise_assignment
from annotator.actions.errors import ActionError, NotFoundError
from annotator.agreement.selection import WORK, Work, select
from annotator.agreement.units import Stretch, groups, stretches
from annotator.models import Assignment, Membership, Study
from annotator.queries import (
    codebook_info,
    coded_documents,
    may_see_agreement,
    measurable_revisions,
    measured_documents,
)
from annotator.records import CodebookInfo, CodedDocument
from annotator.templatetags.passages import line_starts
from annotator.views import agreement as shared
from annotator.views.cases import basis_summary, cases_of
from annotator.views.workbench import own_assignment
from sources.models import Revision

HEAT_STEPS = 5
CASES_ON_A_PAGE, STRETCHES_ON_A_PAGE = 100, 200
VIEWS = ("text", "table")
ORDERS = ("text", "divided")


@dataclass(frozen=True, slots=True)
class Choice:
    """What the reader asked the page to show."""

    layer: str
    view: str
    order: str
    work: Work
    page: int

    @classmethod
    def of(cls, request: HttpRequest, study: Study, labels: Sequence[str]) -> "Choice":
        """Read the address; unknown words mean the usual."""
        layer, view, order = (request.GET.get(key, "") for key in ("layer", "view", "order"))
        page = request.GET.get("page", "")
        return cls(
            layer=layer if layer in labels else "",
            view=view if view in VIEWS else "text",
            order=order if order in ORDERS else "text",
            work=shared.chosen_work(request.GET.get("work", ""), study),
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
        )


def heat_step(marked: int, of: int) -> int:
    """Return the step of the heat, 1 to 5, for `marked` of `of` reviewers: their number, or its share of five."""
    return marked if of <= HEAT_STEPS else math.ceil(HEAT_STEPS * marked / of)


@dataclass(frozen=True, slots=True)
class HeatStep:
    """A step of the legend: its number and the counts of reviewers it stands for."""

    step: int
    words: str


def heat_legend(of: int) -> list[HeatStep]:
    """Return the steps that occur with so many reviewers."""
    counts: dict[int, list[int]] = {}
    for marked in range(1, of + 1):
        counts.setdefault(heat_step(marked, of), []).append(marked)
    return [
        HeatStep(step, str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}")
        for step, numbers in counts.items()
    ]


def labels_differ(stretch: Stretch) -> bool:
    """Whether the reviewers who mark the stretch use different sets of labels."""
    sets: dict[str, set[str]] = {reviewer: set() for reviewer in stretch.reviewers}
    for label, reviewers in stretch.labels.items():
        for reviewer in reviewers:
            sets[reviewer].add(label)
    return len({frozenset(labels) for labels in sets.values()}) > 1


def heat_map(pieces: Sequence[Stretch], cases: Page, of: int) -> dict[str, Any]:
    """Return what the script paints: stretches as [start, end, step, labels differ], cases as [start, end, number]."""
    return {
        "stretches": [[each.start, each.end, heat_step(each.marked, of), int(labels_differ(each))] for each in pieces],
        "cases": [[case.start, case.end, case.number] for case in cases],
    }


def _study_and_revision(request: HttpRequest, slug: str, document_slug: str) -> tuple[Study, Revision]:
    study = shared.readable_study(request.user, slug)
    if study is None:
        raise Http404
    texts = measurable_revisions(study, request.user).filter(document__slug=document_slug)
    number = request.GET.get("revision", "")
    if number.isascii() and number.isdigit() and len(number) < 6:
        texts = texts.filter(number=int(number))
    revision = texts.select_related("document__source").order_by("-number").first()
    if revision is None:
        raise Http404
    return study, revision


@require_safe
@login_required
def document(request: HttpRequest, slug: str, document_slug: str) -> HttpResponse:
    """Show the agreement on a document; before the reveal, the same sentence whatever others do."""
    study, revision = _study_and_revision(request, slug, document_slug)
    context = {"section": "studies", "study": study, "revision": revision, "document": revision.document}
    if not may_see_agreement(study, request.user, revision):
        context["blindness"] = shared.blindness(study, request.user, revision)
        return render(request, "annotator/document_blind.html", context)
    info = codebook_info(study.codebook)
    choice = Choice.of(request, study, [label.code for label in info.labels])
    seen = list(coded_documents(study, request.user, revisions=[revision], purpose="work"))
    measured = measured_documents(study, request.user, [revision])
    report = shared.report_of(measured, study, choice.work)
    context |= {
        "codebook": study.codebook,
        "choice": choice,
        "works": WORK.values() if shared.has_later_work(measured) else (),
        "report": report,
        "passage_scales": [row for row in report.scales if row.target == "passage"],
        "document_scales": [row for row in report.scales if row.target == "document"],
        "measures": shared.measures_of(info),
        "labels": info.labels,
        "mine": _own_part(study, request, revision),
    }
    chosen = select(seen, independent=None).documents
    if chosen and chosen[0].codings:
        context |= _marks(chosen[0], choice, info)
    return render(request, "annotator/document.html", context)


def _own_part(study: Study, request: HttpRequest, revision: Revision) -> dict[str, Any]:
    """Return the viewer's pseudonym here and, if a second round may be begun, the first."""
    membership = Membership.objects.active().filter(study=study, user=request.user).first()
    rounds = list(
        Assignment.objects.filter(study=study, revision=revision, reviewer=request.user)
        .exclude(state=Assignment.State.DECLINED)
        .order_by("round")
    )
    first = next((each for each in rounds if each.round == 1 and each.revealed_at), None)
    return {
        "pseudonym": membership.pseudonym if membership else "",
        "rounds": rounds,
        "may_revise": first if first and len(rounds) == 1 and not study.is_closed else None,
    }


def _marks(document: CodedDocument, choice: Choice, info: CodebookInfo) -> dict[str, Any]:
    """Return the groups of passages beside the text, the stretches on it, and who marked."""
    of = len(document.codings)
    cases = cases_of(groups(document), info)
    if choice.layer:
        cases = [case for case in cases if choice.layer in case.group.labels]
    if choice.order == "divided":
        cases.sort(key=lambda case: -case.division)
    pieces = [each for each in stretches(document, choice.layer or None) if each.marked]
    shown = Paginator(cases, CASES_ON_A_PAGE).get_page(choice.page)
    rows = Paginator(pieces, STRETCHES_ON_A_PAGE).get_page(choice.page)
    return {
        "coded": document,
        "line_starts": line_starts(document.text),
        "reviewers": sorted(coding.reviewer for coding in document.codings),
        "cases": shown,
        "n_divided": sum(case.division > 0 for case in cases),
        "legend": heat_legend(of),
        "bases": basis_summary(document, info),
        "heat": heat_map(pieces, shown, of) if choice.view == "text" else None,
        "stretches": rows if choice.view == "table" else None,
        "names": {label.code: label.name for label in info.labels},
    }


@require_POST
@login_required
def reveal(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    """Show others' work on a text from now on: the reviewer's own explicit act."""
    assignment = own_assignment(request.user, assignment_id)
    try:
        reveal_assignment(actor=request.user, assignment_id=assignment.pk)
    except NotFoundError as error:
        raise Http404 from error
    except ActionError as error:
        messages.error(request, error.detail)
    return redirect(_address(assignment))


@require_POST
@login_required
def revise(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    """Open a second round, a copy of the first, for which the reviewer gives a reason."""
    assignment = own_assignment(request.user, assignment_id)
    try:
        second = revise_assignment(
            actor=request.user, assignment_id=assignment.pk, reason=request.POST.get("reason", "")[:10_000]
        )
    except NotFoundError as error:
        raise Http404 from error
    except ActionError as error:
        messages.error(request, error.detail)
        return redirect(_address(assignment))
    return redirect("workbench", second.pk)


def _address(assignment: Assignment) -> str:
    return reverse("document", args=[assignment.study.slug, assignment.revision.document.slug])

"""Agreement on one document: where reviewers marked its text, as what, and how far they agree."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from annotator.actions.assignments import reveal_assignment, revise_assignment
from annotator.actions.errors import ActionError, NotFoundError
from annotator.agreement.selection import WORK, Work, select
from annotator.agreement.units import division, groups, stretches
from annotator.models import Assignment, Membership, Study
from annotator.queries import (
    Thread,
    as_read_now,
    codebook_info,
    coded_documents,
    figures_for,
    may_see_agreement,
    threads_on,
)
from annotator.queries.history import reads_others
from annotator.records import CodebookInfo, CodedDocument
from annotator.templatetags.passages import line_starts
from annotator.views import agreement as shared
from annotator.views.cases import ALIKE, KINDS, Case, Wording, filters_of, places_of
from annotator.views.heat import MODES, Heat
from annotator.views.workbench import own_assignment
from sources.models import Revision

CASES_ON_A_PAGE, STRETCHES_ON_A_PAGE = 20, 200
VIEWS = ("text", "table")
ORDERS = ("divided", "text")


@dataclass(frozen=True, slots=True)
class Choice:
    """What the reader asked the page to show. `who` is empty for all reviewers; `shown_work` is what the text shows."""

    layer: str
    view: str
    mode: str
    kind: str
    order: str
    who: frozenset[str]
    shown_work: Work
    page: int

    @classmethod
    def of(cls, request: HttpRequest, labels: Sequence[str]) -> "Choice":
        """Read the address; unknown words mean the usual, which comes first among those known."""

        def one_of(key: str, known: Sequence[str]) -> str:
            value = request.GET.get(key, "")
            return value if value in known else known[0]

        page, work = request.GET.get("page", ""), request.GET.get("work", "")
        return cls(
            layer=one_of("layer", ("", *labels)),
            view=one_of("view", VIEWS),
            mode=one_of("mode", MODES),
            kind=one_of("kind", ("", *KINDS, ALIKE)),
            order=one_of("order", ORDERS),
            who=frozenset(request.GET.getlist("who")),
            shown_work=WORK.get(work, WORK["first"]),
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
        )


@dataclass(frozen=True, slots=True)
class Talk:
    """How many comments there are about a place, and the first of its threads."""

    n_comments: int
    thread: UUID | None


def _study_and_revision(request: HttpRequest, slug: str, document_slug: str) -> tuple[Study, Revision]:
    study = shared.visible_study(request, slug)
    return study, shared.asked_revision(request, study, document_slug)


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
    choice = Choice.of(request, [label.code for label in info.labels])
    context |= shared.counted_work(request, figures_for(study, request.user, revision))
    report = context["report"]
    context |= {
        "codebook": study.codebook,
        "choice": choice,
        "passage_scales": [row for row in report.scales if row.target == "passage"],
        "document_scales": [row for row in report.scales if row.target == "document"],
        "measures": shared.measures_of(info),
        "labels": info.labels,
        "mine": _own_part(study, request, revision),
    }
    coded = shown_work(request, study, revision, choice, include_machines=context["include_machines"])
    threads = threads_on(study, revision, request.user)
    context["n_threads"] = None if threads is None else len(threads)
    if coded is not None:
        context |= _marks(coded, choice, info)
        context["talk"] = _talk(context.get("cases", ()), threads)
    return render(request, "annotator/document.html", context)


def shown_work(
    request: HttpRequest, study: Study, revision: Revision, choice: Choice, *, include_machines: bool
) -> CodedDocument | None:
    """Return the document with the work that its text shows; None where the reader is shown none."""
    work = choice.shown_work
    work_seen = coded_documents(study, request.user, revisions=[revision], purpose="work")
    seen = as_read_now(study, work_seen)
    chosen = select(seen, rounds=work.rounds, independent=work.independent, include_machines=include_machines)
    return next((each for each in chosen.documents if each.codings), None)


def looked_at(document: CodedDocument, choice: Choice) -> CodedDocument:
    """Return the document with the work of the reviewers who are looked at: those chosen, or all."""
    shown = [coding for coding in document.codings if coding.reviewer in choice.who] or document.codings
    return replace(document, codings=tuple(shown))


def _own_part(study: Study, request: HttpRequest, revision: Revision) -> dict[str, Any]:
    """Return the viewer's pseudonym here and, if a second round may be begun, the first."""
    membership = Membership.objects.active().filter(study=study, user=request.user).first()
    rounds = list(
        Assignment.objects.filter(study=study, revision=revision, reviewer=request.user)
        .without_training()
        .exclude(state=Assignment.State.DECLINED)
        .order_by("round")
    )
    first = next((each for each in rounds if each.round == 1 and each.revealed_at), None)
    return {
        "pseudonym": membership.pseudonym if membership else "",
        "rounds": rounds,
        "entrusted": reads_others(study, request.user),
        "may_revise": first if first and len(rounds) == 1 and not study.is_closed else None,
    }


def _marks(document: CodedDocument, choice: Choice, info: CodebookInfo) -> dict[str, Any]:
    """Return what the text, the lanes, the list and the table show of the reviewers who are looked at."""
    everybody = sorted(coding.reviewer for coding in document.codings)
    coded = looked_at(document, choice)
    wording = Wording(info, coded)
    layer = choice.layer or None
    pieces = stretches(coded, layer)
    found = groups(coded, layer)
    heat = Heat(choice.mode, wording.of, one_layer=bool(layer))
    context = {
        "coded": coded,
        "everybody": everybody,
        "shown": frozenset(wording.reviewers),
        "bases": wording.bases_in_words(),
        "in_words": {reviewer: wording.marked_by(reviewer) for reviewer in wording.reviewers},
        "heat": heat,
        "names": wording.names,
    }
    if choice.view == "table":
        rows = Paginator([piece for piece in pieces if heat.count(piece)], STRETCHES_ON_A_PAGE).get_page(choice.page)
        return context | {"stretches": rows, "rows": [wording.row(piece) for piece in rows]}
    places = places_of(found, division(found, pieces, wording.of))
    kind = choice.kind or ("" if wording.of > 1 else ALIKE)  # of one reviewer all that was marked
    listed = [place for place in places if place.is_of(kind)]
    if choice.order == "divided":
        listed.sort(key=lambda place: place.rank)
    page = Paginator(listed, CASES_ON_A_PAGE).get_page(choice.page)
    return context | {
        "line_starts": line_starts(coded.text),
        "filters": filters_of(places) if wording.of > 1 else (),
        "kind": kind,
        "n_places": len(places),
        "places": page,
        "cases": [wording.case(place) for place in page],
        "painted": {
            "runs": heat.runs(pieces),
            "cases": [[place.start, place.end, place.number] for place in page],
            "first": page.start_index(),
            "of": len(listed),
        },
    }


def _talk(cases: Sequence[Case], threads: Sequence[Thread] | None) -> dict[int, Talk]:
    """Return what is said about each place of the list, by its number; nothing where the viewer may not read it."""
    if threads is None:
        return {}
    found = {}
    for case in cases:
        here = [thread for thread in threads if thread.start < case.end and case.start < thread.end]
        first = here[0].first.id if here else None
        found[case.number] = Talk(sum(thread.n_comments for thread in here), first)
    return found


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

"""What a study's figures leave out, shown apart: second rounds beside the first, and machines beside people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotator.agreement.estimate import Estimate
from annotator.agreement.machines import machines
from annotator.agreement.report import Report
from annotator.agreement.revisions import rounds
from annotator.queries.shown import documents_apart
from annotator.views.agreement import visible_study
from annotator.views.shown import not_yet, shown_study


@dataclass(frozen=True, slots=True)
class Pair:
    """One label's or scale's figures of the first rounds and of the later ones."""

    code: str
    name: str
    is_label: bool
    before: Estimate
    after: Estimate


def pairs(before: Report, after: Report) -> Iterator[Pair]:
    """Put the rows of two reports side by side."""
    for one, other in zip(before.labels, after.labels, strict=True):
        yield Pair(one.label, one.name, True, one.sentence_alpha, other.sentence_alpha)
    for one, other in zip(before.scales, after.scales, strict=True):
        yield Pair(one.scale, one.question, False, one.alpha, other.alpha)


def compared(pairs_shown: Sequence[Pair]) -> bool:
    """Whether any figure can be computed at all."""
    return any(each.value is not None for pair in pairs_shown for each in (pair.before, pair.after))


@require_safe
@login_required
def second_rounds(request: HttpRequest, slug: str) -> HttpResponse:
    """Show both, over the work the reader may see."""
    study = visible_study(request, slug)
    shown = shown_study(study, request)
    if shown is None:
        return not_yet(request, study, "Second rounds and machines")
    documents = documents_apart(study, request.user)
    independent = shown.figures.usual.independent
    found = rounds(documents, shown.codebook, independent=independent)
    rows = list(pairs(found.before, found.after)) if found else []
    context = shown.context() | {
        "rounds": found,
        "pairs": rows,
        "compared": compared(rows),
        "machines": machines(documents, shown.codebook, independent=independent),
    }
    return render(request, "annotator/rounds.html", context)

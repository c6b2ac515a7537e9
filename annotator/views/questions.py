"""Questions that the work of a study raises, for those who run it: with figures and the place, never as verdicts."""

from dataclasses import dataclass
from typing import Final

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from annotator.models import Study
from annotator.queries import may_see_agreement
from annotator.queries.questions import Asked, first_rounds, study_questions
from annotator.questions import KINDS, Question
from annotator.views.members import run_study
from annotator.views.shown import not_yet

QUOTE_LENGTH: Final = 160


@dataclass(frozen=True, slots=True)
class Line:
    """A question with the words it is about and where they are read."""

    question: Question
    quote: str
    address: str

    @property
    def name(self) -> str:
        """What kind of question it is."""
        return KINDS[self.question.kind].name


def _line(study: Study, asked: Asked, question: Question) -> Line:
    asks = {"revision": question.revision, "work": "first"}
    if question.kind != "unlabelled":  # there it is the others who are looked at
        asks["who"] = question.reviewer
    address = f"{reverse('document', args=[study.slug, question.document])}?{urlencode(asks)}"
    if question.start is None or question.end is None:
        return Line(question, "", address)
    quote = asked.document.text[question.start : question.end]
    shown = quote if len(quote) <= QUOTE_LENGTH else f"{quote[:QUOTE_LENGTH]}…"
    return Line(question, shown, f"{address}#at-{question.start}-{question.end}")


@require_safe
@login_required
def questions(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the questions about a page of documents, those handed in last first."""
    study = run_study(request.user, slug)
    if not may_see_agreement(study, request.user):
        return not_yet(request, study, "Questions")
    work = first_rounds(study, request.user).values("reviewer")
    members = study.memberships.filter(user__in=work)
    names = [member.pseudonym for member in members]
    reviewer, kind = request.GET.get("reviewer", ""), request.GET.get("kind", "")
    reviewer, kind = reviewer if reviewer in names else "", kind if kind in KINDS else ""
    page, found = study_questions(study, request.user, reviewer=reviewer, kind=kind, page=request.GET.get("page", ""))
    context = {
        "section": "studies",
        "study": study,
        "page": page,
        "found": [(each.document, [_line(study, each, one) for one in each.questions]) for each in found],
        "n_questions": sum(len(each.questions) for each in found),
        "names": names,
        "reviewer": reviewer,
        "kind": kind,
        "kinds": KINDS,
    }
    return render(request, "annotator/questions.html", context)

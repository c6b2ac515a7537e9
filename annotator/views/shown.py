"""What the pages of a study's figures share: the study, what of it is shown, and the page before that."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from annotator.agreement.selection import WORK, Work
from annotator.models import Membership, Study
from annotator.queries import Figures, awaits_own_reviews, figures_for, may_see_agreement
from annotator.records import CodebookInfo
from annotator.views import agreement as shared


@dataclass(frozen=True, slots=True)
class Shown:
    """A study whose figures the reader may see, and the work asked for."""

    figures: Figures
    work: Work

    @property
    def study(self) -> Study:
        """The study."""
        return self.figures.study

    @property
    def codebook(self) -> CodebookInfo:
        """The version in force."""
        return self.figures.codebook

    def context(self) -> dict[str, Any]:
        """What the templates of these pages have in common."""
        return {
            "section": "studies",
            "study": self.study,
            "codebook": self.study.codebook,
            "labels": self.codebook.labels,
            "work": self.work,
            "works": WORK.values() if self.figures.has_later_work else (),
        }


def shown_study(study: Study, request: HttpRequest, asked: str | None = None) -> Shown | None:
    """Return what of a study is shown to the reader; None before its rule shows anything, whatever others do.

    `asked` names the work that is counted; by default what the address asks for.
    """
    if not may_see_agreement(study, request.user):
        return None
    work = shared.chosen_work(request.GET.get("work", "") if asked is None else asked, study)
    return Shown(figures_for(study, request.user), work)


def not_yet(request: HttpRequest, study: Study, title: str) -> HttpResponse:
    """Answer with what ends the blindness."""
    user = request.user
    context = {
        "section": "studies",
        "study": study,
        "title": title,
        "reviews_too": awaits_own_reviews(study, user),
        "membership": Membership.objects.active().filter(study=study, user=user).first(),
    }
    return render(request, "annotator/study_blind.html", context)

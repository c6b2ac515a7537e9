"""The documents of a study, for those who run it: taken from the library by search and ticks, and taken out again."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from annotator.actions.errors import ActionError, InvalidError
from annotator.actions.set_up import fixed_order, order_digest, remove_revisions, sort_revisions
from annotator.actions.study import add_revisions
from annotator.models import Assignment, Study
from annotator.queries import choosable_revisions
from annotator.templatetags.figures import counted
from annotator.views.members import run_study
from annotator.views.set_up import whole_number
from sources.models import Revision

ON_A_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the library was asked to show; unknown words find nothing."""

    text: str
    language: str
    outlet: str

    @classmethod
    def of(cls, query: QueryDict) -> "Wanted":
        """Read an address or a form."""
        text = query.get("q", "").strip()[:200]
        return cls(text, query.get("language", "")[:35], query.get("outlet", "")[:20])

    @property
    def narrow(self) -> bool:
        """Whether anything is left out."""
        return bool(self.text or self.language or self.outlet)

    def among(self, texts: QuerySet[Revision]) -> QuerySet[Revision]:
        """Keep the texts that fit."""
        for word in self.text.split():
            texts = texts.filter(
                Q(document__title__icontains=word)
                | Q(document__byline__icontains=word)
                | Q(document__source__name__icontains=word)
                | Q(document__slug__icontains=word)
            )
        if self.language:
            texts = texts.filter(document__language=self.language)
        if self.outlet:
            texts = texts.filter(document__source=whole_number(self.outlet))
        return texts


def library(request: HttpRequest, study: Study) -> QuerySet[Revision]:
    """Return the texts that may be added."""
    return choosable_revisions(request.user).exclude(document__revisions__studies=study)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def study_texts(request: HttpRequest, slug: str) -> HttpResponse:
    """List the documents of a study and those of the library; add and remove what is ticked."""
    study = run_study(request.user, slug)
    refused, status = "", 200
    if request.method == "POST":
        try:
            done = _do(request, study)
        except ActionError as error:
            refused, status = error.detail, error.status
        else:
            if done:
                messages.success(request, done)
                query = request.GET.urlencode()
                return redirect(reverse("study-texts", args=[slug]) + (f"?{query}" if query else ""))
            refused, status = "Tick at least one document.", 400
    wanted, free = Wanted.of(request.GET), library(request, study)
    listed = {"assignments__study": study, "assignments__role": Assignment.Role.REVIEWER, "assignments__round": 1}
    listed["assignments__purpose"] = Assignment.Purpose.STUDY
    here = study.revisions.without_text().select_related("document__source")
    here = here.annotate(
        n_open=Count("assignments", filter=Q(**listed, assignments__state=Assignment.State.OPEN), distinct=True),
        n_submitted=Count(
            "assignments", filter=Q(**listed, assignments__state=Assignment.State.SUBMITTED), distinct=True
        ),
    )
    found = wanted.among(free).without_text().select_related("document__source").order_by("document__title", "pk")
    places = {pk: place for place, pk in enumerate(fixed_order(study), start=1)}
    sorts = study.order == Study.Order.FIXED
    shown = sorted(here.order_by("document__title", "number"), key=lambda text: places[text.pk] if sorts else 0)
    for text in shown:
        text.place = places[text.pk]
    context: dict[str, Any] = {
        "section": "studies",
        "study": study,
        "sorts": sorts,
        "digest": order_digest(places),
        "refused": refused,
        "wanted": wanted,
        "here": Paginator(shown, ON_A_PAGE).get_page(request.GET.get("here", "")),
        "found": Paginator(found, ON_A_PAGE).get_page(request.GET.get("page", "")),
        "languages": free.order_by("document__language").values_list("document__language", flat=True).distinct(),
        "outlets": free.exclude(document__source=None)
        .order_by("document__source__name")
        .values_list("document__source", "document__source__name")
        .distinct(),
    }
    return render(request, "annotator/study_texts.html", context, status=status)


def _do(request: HttpRequest, study: Study) -> str:
    """Add or remove; return what was done in words, nothing where nothing was chosen."""
    ticked = [
        int(each) for each in request.POST.getlist("text") if each.isascii() and each.isdigit() and len(each) < 10
    ]
    match request.POST.get("act"):
        case "add":
            chosen = library(request, study).filter(pk__in=ticked)
        case "add-all":
            chosen = Wanted.of(request.GET).among(library(request, study))
        case "remove":
            chosen = study.revisions.filter(pk__in=ticked)
        case "sort":
            return _sort(request, study)
        case _:
            return ""
    texts = list(chosen.without_text().select_related("document"))
    if not texts:
        return ""
    if request.POST["act"] == "remove":
        remove_revisions(actor=request.user, study=study, revisions=texts)
        return f"{counted(len(texts), 'document')} taken out of the study."
    add_revisions(actor=request.user, study=study, revisions=texts)
    return f"{counted(len(texts), 'document')} added. They are given to nobody yet."


def _sort(request: HttpRequest, study: Study) -> str:
    """Move the documents whose numbers were changed to these places; return what was done in words."""
    before = fixed_order(study)
    wanted = {}
    for place, pk in enumerate(before, start=1):
        typed = whole_number(request.POST.get(f"place-{pk}", str(place)))
        if typed < 1:
            raise InvalidError("place", "Give each document a whole number from 1 on as its place.")
        # One that moves up comes before the one that has its place now, one that moves down after it.
        wanted[pk] = (typed, (typed > place) - (typed < place))
    order = sorted(before, key=wanted.__getitem__)
    sort_revisions(actor=request.user, study=study, order=order, seen=request.POST.get("digest", ""))
    return "The documents are sorted." if order != before else "Nothing was moved."

"""What the pages on agreement share: which work is counted, and what is said before the reveal."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest

from annotator.agreement.measures import MEASURES, Measure
from annotator.agreement.selection import WORK, Work, usual_work
from annotator.models import Assignment, Study, User
from annotator.queries import Figures, awaits_own_reviews, measurable_revisions
from annotator.records import CodebookInfo
from annotator.templatetags.figures import counted
from sources.models import Revision


def chosen_work(key: str, study: Study) -> Work:
    """Return the work asked for; where the word is unknown, what usually counts in the study."""
    return WORK.get(key, usual_work(blind=study.is_blind))


def counted_work(request: HttpRequest, figures: Figures) -> dict[str, Any]:
    """Return the report over the work that the address asks for, and the choices there are."""
    work = chosen_work(request.GET.get("work", ""), figures.study)
    include_machines = request.GET.get("include_machines") in ("1", "true")
    return {
        "works": WORK.values() if figures.has_later_work else (),
        "work": work,
        "has_machines": figures.has_machines,
        "include_machines": include_machines,
        "report": figures.report(work, include_machines=include_machines),
    }


def measures_of(codebook: CodebookInfo) -> list[Measure]:
    """Return the measures that the pages of this codebook show, with formula and source."""
    levels = sorted({f"alpha-{scale.level}" for scale in codebook.scales})
    passages = ["u-alpha", "unit-alpha", "coding-alpha", "value-alpha"]
    keys = ["sentence-alpha", "character-alpha", *passages, *levels, "sentence-percent", "percent"]
    keys += ["alpha-nominal", "fleiss", "ac1"]
    if any(scale.level != "nominal" for scale in codebook.scales):
        keys.append("ac2-quadratic")
    return [MEASURES[key] for key in dict.fromkeys(keys)]


def visible_study(request: HttpRequest, slug: str) -> Study:
    """Return the study that a page is about, with its codebook; 404 where the user may not see it."""
    study = Study.objects.visible_to(request.user).select_related("codebook").filter(slug=slug).first()
    if study is None:
        raise Http404
    return study


def asked_revision(request: HttpRequest, study: Study, document_slug: str) -> Revision:
    """Return the text that a page is about: its newest revision, or the one of the number in the address; else 404."""
    texts = measurable_revisions(study, request.user).filter(document__slug=document_slug)
    number = request.GET.get("revision", "")
    if number.isascii() and number.isdigit() and len(number) < 6:
        texts = texts.filter(number=int(number))
    revision = texts.select_related("document__source").order_by("-number").first()
    if revision is None:
        raise Http404
    return revision


@dataclass(frozen=True, slots=True)
class Blindness:
    """Why others' work is not shown yet and what ends that. Depends on nothing that others do."""

    words: str
    own: Assignment | None = None
    may_reveal: bool = False


def blindness(study: Study, user: User, revision: Revision) -> Blindness:
    """Say what the user needs before others' work on this text is shown."""
    mine = Assignment.objects.filter(revision=revision, reviewer=user, round=1, role=Assignment.Role.REVIEWER)
    here = mine.without_training().filter(study=study).select_related("study").first()
    if here is not None and here.is_open and not study.is_closed:
        words = (
            "Others’ work on this document is shown after you have submitted yours."
            " Nobody sees your passages before you submit, and you see nobody’s."
        )
        return Blindness(words, here)
    blind = Assignment.objects.blind_reviews(user).under_way()
    elsewhere = blind.filter(revision=revision).select_related("study").first()
    if elsewhere is not None:
        words = (
            "You hold this document unsubmitted, here or in another study."
            " Others’ work on it is shown after you have submitted yours."
        )
        return Blindness(words, elsewhere)
    if here is not None and here.may_reveal:
        words = "You have submitted your work."
        if not study.is_closed:
            words += " Once you see others’, what you begin later in this study no longer counts as independent."
        return Blindness(words, here, may_reveal=True)
    if awaits_own_reviews(study, user):
        words = "You review other documents of this study. Others’ work is shown once you have submitted all of yours."
        return Blindness(words, here)
    if here is not None and here.is_submitted:
        return Blindness("You have submitted your work. Others’ is shown once the study is closed.", here)
    return Blindness("Others’ work is shown once the study is closed.", here)


def left_out_words(left_out: Mapping[str, int]) -> list[str]:
    """Say what was left out of the figures and why, the most first."""
    most_first = Counter(left_out).most_common()
    return [f"{counted(number, 'piece')} of work: {reason}" for reason, number in most_first]

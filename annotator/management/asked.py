"""What a command about a study was asked for: the study, one of its texts, the work that counts."""

from django.core.management.base import CommandError

from annotator.agreement.selection import WORK, Work, usual_work
from annotator.models import Study
from sources.models import Revision


def find_study(slug: str) -> Study:
    """Return a study with its codebook; raise CommandError, naming those there are, where there is none."""
    study = Study.objects.filter(slug=slug).select_related("codebook").first()
    if study is None:
        known = ", ".join(Study.objects.order_by("slug").values_list("slug", flat=True)) or "none"
        raise CommandError(f"There is no study “{slug}”. Studies here: {known}.")
    return study


def find_work(key: str, study: Study) -> Work:
    """Return the work asked for, or what usually counts in the study; raise CommandError for an unknown word."""
    if key and key not in WORK:
        raise CommandError(f"“{key}” is no choice of work; there are {', '.join(WORK)}.")
    return WORK[key] if key else usual_work(blind=study.is_blind)


def find_revision(study: Study, slug: str, number: int | None) -> Revision | None:
    """Return the text asked for, or None for the whole study; raise CommandError where the study lacks it."""
    if not slug:
        if number is not None:
            raise CommandError("Name the document whose revision is meant.")
        return None
    texts = study.revisions.filter(document__slug=slug).select_related("document").order_by("-number")
    if not texts:
        raise CommandError(f"There is no document “{slug}” in this study.")
    found = texts[0] if number is None else next((each for each in texts if each.number == number), None)
    if found is None:
        known = ", ".join(str(each.number) for each in reversed(texts))
        raise CommandError(f"“{slug}” has no revision {number} here; it has {known}.")
    return found

"""Giving a new member texts of the study: those that fewest others have."""

from django.db.models import Count, Exists, OuterRef, Q

from annotator.actions.assignments import give
from annotator.models import Assignment, Study, TrainingText, User


def hand_out(*, actor: User, study: Study, reviewer: User, number: int) -> list[Assignment]:
    """Give a reviewer up to so many texts of a study that the caller has locked; return the new assignments.

    Texts with the fewest reviewers come first, in random order where they have as many; never a withdrawn one, a
    training document, one that the reviewer had before, or one that has as many reviewers as the study wants for each.
    """
    had = Assignment.objects.filter(study=study, reviewer=reviewer, revision=OuterRef("pk"))
    reviews = Q(assignments__study=study, assignments__role=Assignment.Role.REVIEWER, assignments__round=1)
    texts = (
        study.revisions.without_text()
        .select_related("document")
        .filter(~Exists(had), document__withdrawn_at__isnull=True)
        .exclude(pk__in=TrainingText.objects.taught_in(study))
        .annotate(reviewers=Count("assignments", filter=reviews & ~Q(assignments__state=Assignment.State.DECLINED)))
    )
    if study.reviewers_per_document is not None:
        texts = texts.filter(reviewers__lt=study.reviewers_per_document)
    return [give(actor, study, text, reviewer) for text in texts.order_by("reviewers", "?")[:number]]

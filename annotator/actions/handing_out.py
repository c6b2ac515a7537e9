"""Giving a new member texts of the study: the first of a fixed order, or those that fewest others have."""

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from annotator.actions.assignments import give
from annotator.actions.set_up import LAST
from annotator.models import Assignment, Study, TextPlace, TrainingText, User


def hand_out(*, actor: User, study: Study, reviewer: User, number: int) -> list[Assignment]:
    """Give a reviewer up to so many texts of a study that the caller has locked; return the new assignments.

    In a study with a fixed order its first texts, so that all who join read the same; else those with the fewest
    reviewers, in random order where they have as many. Never a withdrawn one, a training document, one that the
    reviewer had before, or one that has as many reviewers as the study wants for each.
    """
    had = Assignment.objects.filter(study=study, reviewer=reviewer, revision=OuterRef("pk"))
    reviews = Q(
        assignments__study=study,
        assignments__role=Assignment.Role.REVIEWER,
        assignments__round=1,
        assignments__purpose=Assignment.Purpose.STUDY,
    )
    texts = (
        study.revisions.without_text()
        .select_related("document")
        .filter(~Exists(had), document__withdrawn_at__isnull=True)
        .exclude(pk__in=TrainingText.objects.taught_in(study))
        .annotate(reviewers=Count("assignments", filter=reviews & ~Q(assignments__state=Assignment.State.DECLINED)))
    )
    if study.reviewers_per_document is not None:
        texts = texts.filter(reviewers__lt=study.reviewers_per_document)
    if study.order == Study.Order.FIXED:
        place = TextPlace.objects.filter(study=study, revision=OuterRef("pk")).values("place")
        texts = texts.annotate(in_order=Coalesce(Subquery(place), LAST)).order_by("in_order", "document__title", "pk")
    else:
        texts = texts.order_by("reviewers", "?")
    return [give(actor, study, text, reviewer) for text in texts[:number]]

"""The rule of extra reviewers at work: it looks at agreement, which no action does, and then acts."""

import logging

from django.db.models import QuerySet

from annotator.actions.extra_review import give_extra_review
from annotator.models import Assignment, Membership, Study, User
from annotator.queries import low_texts
from sources.models import Revision

logger = logging.getLogger(__name__)


def keeper_of(study: Study) -> User | None:
    """Return in whose name the rule acts: who set it, or else a lead; None where nobody runs the study any more."""
    keeper = study.extra_by
    if keeper is not None and keeper.is_active and study.is_run_by(keeper):
        return keeper
    leads = Membership.objects.active().filter(study=study, role=Membership.Role.LEAD, user__is_active=True)
    lead = leads.select_related("user").order_by("created_at").first()
    return lead.user if lead else None


def give_extra_reviews(study: Study, among: QuerySet[Revision] | None = None) -> list[Assignment]:
    """Give every text whose agreement is low to one reviewer more; return the new assignments."""
    keeper = keeper_of(study)
    if keeper is None:
        return []
    made = [give_extra_review(actor=keeper, study=study, revision=low.revision) for low in low_texts(study, among)]
    return [each for each in made if each is not None]


def after_submission(assignment: Assignment) -> None:
    """Let the rule look at a text once a review of it was submitted.

    The submission is stored and answered whatever comes of it here: a failure is logged, and the page of extra
    reviews and `manage.py extra_reviews` give what is due later. Nothing of it is told to who submitted.
    """
    if assignment.study.extra_up_to is None or assignment.role != Assignment.Role.REVIEWER:
        return
    try:
        give_extra_reviews(assignment.study, Revision.objects.filter(pk=assignment.revision_id))
    except Exception:
        logger.exception("The rule of extra reviewers failed for assignment %s", assignment.pk)

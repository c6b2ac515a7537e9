"""Which texts a study's rule of extra reviewers is about, before anybody looks at their agreement."""

from django.db.models import Count, Q

from annotator.models.assignment import Assignment
from annotator.models.study import Study
from annotator.models.training import TrainingText
from annotator.models.user import User
from sources.models import Revision, RevisionQuerySet

FEWEST = 2
"""Reviews without which nothing can be compared."""


def texts_all_in(study: Study) -> RevisionQuerySet:
    """Return the texts of which every review is submitted, as many as the study wants and fewer than its rule allows.

    None where there is no rule, or the study is closed; never a withdrawn one or a training document. Machines do not
    count. `n_submitted` is the number of reviews.
    """
    texts = Revision.objects.filter(studies=study, document__withdrawn_at__isnull=True)
    if study.extra_up_to is None or study.is_closed:
        return texts.none()
    reviews = Q(
        assignments__study=study,
        assignments__role=Assignment.Role.REVIEWER,
        assignments__round=1,
        assignments__purpose=Assignment.Purpose.STUDY,
        assignments__reviewer__kind=User.Kind.HUMAN,
    )
    count = {
        state: Count("assignments", filter=reviews & Q(assignments__state=state), distinct=True)
        for state in (Assignment.State.OPEN, Assignment.State.SUBMITTED)
    }
    texts = texts.exclude(pk__in=TrainingText.objects.taught_in(study))
    texts = texts.annotate(n_open=count[Assignment.State.OPEN], n_submitted=count[Assignment.State.SUBMITTED])
    wanted = max(FEWEST, study.reviewers_per_document or FEWEST)
    return texts.filter(n_open=0, n_submitted__gte=wanted, n_submitted__lt=study.extra_up_to)

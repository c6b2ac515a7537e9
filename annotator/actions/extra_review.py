"""One reviewer more for a text whose agreement is low: who it is, and that it is one at a time."""

import random

from django.db.models import Count

from annotator.actions.assignments import give
from annotator.actions.distribution import reviewers_of
from annotator.actions.history import record
from annotator.actions.study import lock_run_study
from annotator.actions.transactions import writes
from annotator.models import Assignment, Study, TrainingText, User, texts_all_in
from sources.models import Revision


@writes
def give_extra_review(*, actor: User, study: Study, revision: Revision) -> Assignment | None:
    """Give a text to one reviewer more, if the study's rule still is about it and there is somebody; else None.

    Whether its agreement is low was found before. It goes to whoever has the least open work among those who never
    had the text and can see no work on it; first among those who can see no others' work in the study at all, so that
    it is independent. Nothing of it tells the reviewer why it was given. Raises NotFoundError unless the actor runs
    the study.
    """
    study = lock_run_study(actor, study)
    text = texts_all_in(study).select_related("document").filter(pk=revision.pk).first()
    reader = _reader_for(study, text) if text is not None else None
    if text is None or reader is None:
        return None
    made = give(actor, study, text, reader)
    # Of the study, not of the assignment: its reviewer may read the history of their own work.
    after = {"document": text.document.slug, "revision": text.number}
    record(actor=actor, verb="extra review", row=study, study=study, after=after)
    return made


def _reader_for(study: Study, text: Revision) -> User | None:
    had = set(Assignment.objects.filter(study=study, revision=text).values_list("reviewer", flat=True))
    open_ones = Assignment.objects.open().filter(study=study).values_list("reviewer").annotate(Count("pk")).order_by()
    loads = dict(open_ones)
    free = [member.user for member in reviewers_of(study) if member.user_id not in had]
    random.shuffle(free)
    free.sort(key=lambda user: loads.get(user.pk, 0))
    second_best = None
    for user in free:
        seen = Assignment.objects.seen_of_others(user, study, text.pk)
        taught = TrainingText.objects.read_by(user).filter(revision=text)
        if taught.exists() or seen.filter(revision=text).exists():
            continue
        if not seen.exists():
            return user
        second_best = second_best or user
    return second_best

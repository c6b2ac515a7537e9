"""Run inside the app by tests/browser/test_agreement.py: readers who marked some seeds, and a judge who sees it all."""

from annotator.actions.account import create_user
from annotator.actions.assignments import assign_revision, submit_assignment
from annotator.actions.study import add_member, create_study
from annotator.ids import uuid7
from annotator.models import Annotation, Study, User
from tests.browser.texts import EMOJI, EMOJI_TOO, PERSIAN, marks_of

PASSWORD = "a judge of four readers"

lead = User.objects.get(username="admin")
seeds = Study.objects.get(slug="seeds")
revisions = list(seeds.revisions.filter(document__slug__in=(PERSIAN, EMOJI, EMOJI_TOO)))
study = create_study(actor=lead, slug="read", title="Read", codebook=seeds.codebook, revisions=revisions)
add_member(actor=lead, study=study, user=create_user(actor=lead, username="judge", password=PASSWORD), role="lead")
labels = {label.code: label for label in seeds.codebook.labels.all()}
for reader in range(4):
    user = create_user(actor=lead, username=f"reader{reader}", password=f"reader {reader} of four")
    add_member(actor=lead, study=study, user=user)
    for revision in revisions:
        assignment = assign_revision(actor=lead, study=study, revision=revision, reviewer=user)
        Annotation.objects.bulk_create(
            Annotation(id=uuid7(), assignment=assignment, label=labels[label], start=start, end=end)
            for start, end, label in marks_of(reader, revision.length)
        )
        submit_assignment(actor=user, assignment_id=assignment.pk, accept_gaps=True)

"""Run inside the app by tests/browser/conftest.py: a study over the seeds with reviewers who have done nothing yet.

Every test that needs an untouched assignment takes one of them, so that tests can be added without counting.
"""

import sys

from annotator.actions.account import create_user
from annotator.actions.assignments import assign_revision
from annotator.actions.study import add_member, create_study
from annotator.models import Study, User

MANY = 24

lead = User.objects.get(username="admin")
seeds = Study.objects.get(slug="seeds")
revisions = list(seeds.revisions.all())
study = create_study(
    actor=lead, slug="crew", title="Crew", codebook=seeds.codebook, blinding=seeds.blinding, revisions=revisions
)
for number in range(1, MANY + 1):
    user = create_user(actor=lead, username=f"crew{number}", password=f"a crew of {MANY} readers")
    add_member(actor=lead, study=study, user=user)
    for revision in revisions:
        assign_revision(actor=lead, study=study, revision=revision, reviewer=user)
    sys.stdout.write(f"crew{number}\ta crew of {MANY} readers\n")

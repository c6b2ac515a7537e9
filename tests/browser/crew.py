"""Run inside the app by tests/browser/conftest.py: a study over the seeds with reviewers who have done nothing yet.

Every test that needs an untouched assignment takes one of them, so that tests can be added without counting. They are
signed in here and their one password is hashed once: both are made slow on purpose, and shown by tests of their own.
"""

import sys

from django.contrib.auth.hashers import make_password
from django.test import Client

from annotator.actions.account import create_user
from annotator.actions.assignments import assign_revision
from annotator.actions.study import add_member, create_study
from annotator.models import Study, User

MANY = 24
PASSWORD = f"a crew of {MANY} readers"

lead = User.objects.get(username="admin")
seeds = Study.objects.get(slug="seeds")
revisions = list(seeds.revisions.all())
study = create_study(
    actor=lead, slug="crew", title="Crew", codebook=seeds.codebook, blinding=seeds.blinding, revisions=revisions
)
hashed = make_password(PASSWORD)
for number in range(1, MANY + 1):
    user = create_user(actor=lead, username=f"crew{number}", password=None)
    user.password = hashed
    user.save(update_fields=["password"])
    add_member(actor=lead, study=study, user=user)
    for revision in revisions:
        assign_revision(actor=lead, study=study, revision=revision, reviewer=user)
    client = Client()
    client.force_login(user)
    sys.stdout.write(f"{user}\t{PASSWORD}\t{client.cookies['sessionid'].value}\n")

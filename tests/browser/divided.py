"""Run inside the app by tests/browser: one whose label was split after they had submitted.

Prints the reviewer's session and the study's slug; run again, it makes another study with a codebook of its own.
"""

import sys
from dataclasses import replace

from django.test import Client

from annotator.actions.account import create_user
from annotator.actions.annotation import Precondition, save_annotation
from annotator.actions.assignments import assign_revision, submit_assignment
from annotator.actions.codebook import create_codebook, publish_codebook, rewrite_codebook, start_next_version
from annotator.actions.study import add_member, create_study, use_codebook
from annotator.ids import uuid7
from annotator.models import Study, User
from annotator.models.descriptions import codebook_info
from tests.browser.texts import PLAIN

lead = User.objects.get(username="admin")
seeds = Study.objects.get(slug="seeds")
revision = seeds.revisions.get(document__slug=PLAIN)
slug = f"divided-{Study.objects.filter(slug__startswith='divided').count()}"
first = create_codebook(
    actor=lead, info=replace(codebook_info(seeds.codebook), slug=slug, version=1, published_at=None)
)
first = publish_codebook(actor=lead, codebook=first)
study = create_study(actor=lead, slug=slug, title="Divided", codebook=first, revisions=[revision])
user = create_user(actor=lead, username=slug, password=None)
add_member(actor=lead, study=study, user=user)
assignment = assign_revision(actor=lead, study=study, revision=revision, reviewer=user)
ends = revision.segmentation("sentence").ends
for sentence in (1, 2, 3):
    start = ends[sentence - 1]
    quote = revision.text[start : ends[sentence]].rstrip()
    save_annotation(
        actor=user,
        annotation_id=uuid7(),
        assignment_id=assignment.pk,
        label="opinion",
        start=start,
        end=start + len(quote),
        quote=quote,
        note="The verb judges." if sentence == 1 else "",
        precondition=Precondition(create=True),
    )
submit_assignment(actor=user, assignment_id=assignment.pk, accept_gaps=True)
draft = start_next_version(actor=lead, codebook=first)
info = codebook_info(draft)
opinion = next(label for label in info.labels if label.code == "opinion")
names = {"judgement": "Judgement", "forecast": "Forecast"}
made = tuple(
    replace(opinion, code=code, name=name, shortcut="", position=at)
    for at, (code, name) in enumerate(names.items(), start=10)
)
scales = tuple(
    replace(scale, labels=tuple(c for code in scale.labels for c in (names if code == "opinion" else (code,))))
    for scale in info.scales
)
labels = tuple(label for label in info.labels if label is not opinion) + made
rewrite_codebook(actor=lead, codebook=draft, info=replace(info, labels=labels, scales=scales))
use_codebook(actor=lead, study=study, codebook=publish_codebook(actor=lead, codebook=draft))
client = Client()
client.force_login(user)
sys.stdout.write(f"{client.cookies['sessionid'].value} {slug}")

"""Run inside the app by tests/browser: three who marked sentences of a seed differently, and who settles it.

Prints the settler's session; run again, it makes another study. All mark one sentence alike; two sentences are read
otherwise by all who marked them; one has other borders, one another label; two are marked by one alone. What all mark
alike is slanted otherwise by one of them; the document each finds credible in another degree.
"""

import sys

from django.test import Client

from annotator.actions.account import create_user
from annotator.actions.annotation import Precondition, save_annotation
from annotator.actions.assignments import assign_revision, submit_assignment
from annotator.actions.rating import rate_document
from annotator.actions.study import add_member, create_study
from annotator.ids import uuid7
from annotator.models import Study, User
from tests.browser.texts import PLAIN

MARKS = (
    {1: "fact", 2: "fact", 3: "fact", 4: "opinion", 6: "fact", 7: "opinion"},
    {1: "fact", 2: "fact", 3: "opinion", 6: "opinion", 7: "fact"},
    {1: "fact", 3: "fact", 5: "fact", 6: "ai"},
)
SHORTER = (1, 2)  # who marks which sentence without its last five characters
APART = (2, 1)  # who slants which sentence otherwise
RATINGS = {"fact": [("slant", 0)], "opinion": [("slant", 0)], "ai": [("basis", 2)]}

lead = User.objects.get(username="admin")
seeds = Study.objects.get(slug="seeds")
revision = seeds.revisions.get(document__slug=PLAIN)
turn = Study.objects.filter(slug__startswith="disputed").count()
study = create_study(
    actor=lead, slug=f"disputed-{turn}", title="Disputed", codebook=seeds.codebook, revisions=[revision]
)
ends = revision.segmentation("sentence").ends
for reader, marks in enumerate(MARKS):
    user = create_user(actor=lead, username=f"party{turn}-{reader}", password=None)
    add_member(actor=lead, study=study, user=user)
    assignment = assign_revision(actor=lead, study=study, revision=revision, reviewer=user)
    for sentence, label in marks.items():
        start = ends[sentence - 1]
        quote = revision.text[start : ends[sentence]].rstrip()
        quote = quote[:-5] if (reader, sentence) == SHORTER else quote
        save_annotation(
            actor=user,
            annotation_id=uuid7(),
            assignment_id=assignment.pk,
            label=label,
            start=start,
            end=start + len(quote),
            quote=quote,
            note="The verb already judges." if label == "opinion" else "",
            ratings=[("slant", 2)] if (reader, sentence) == APART else RATINGS[label],
            precondition=Precondition(create=True),
        )
    rate_document(
        actor=user,
        assignment_id=assignment.pk,
        scale="credibility",
        point=reader + 1,
        precondition=Precondition(create=True),
    )
    submit_assignment(actor=user, assignment_id=assignment.pk, accept_gaps=True)
settler = create_user(actor=lead, username=f"settler{turn}", password=None)
add_member(actor=lead, study=study, user=settler, role="adjudicator")
assign_revision(actor=lead, study=study, revision=revision, reviewer=settler, role="adjudicator")
client = Client()
client.force_login(settler)
sys.stdout.write(client.cookies["sessionid"].value)

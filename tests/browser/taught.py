"""Run inside the app by tests/browser: a study whose reviewers train on settled texts and meet checks later.

Prints its slug, its lead's session and, of one who has read a training document, the session and the ids of that work
and of a document that waits for the training; last the id of a training document. Run again, it makes another study.
The others are let on and have read the checks.
"""

import sys

from django.test import Client

from annotator.actions.account import create_user
from annotator.actions.annotation import Precondition, save_annotation
from annotator.actions.assignments import assign_revision, submit_assignment
from annotator.actions.rating import rate_document
from annotator.actions.study import add_member, create_study
from annotator.actions.training import Wish, add_text, give_check, open_training, pass_by_hand, set_marks
from annotator.gold import Mark
from annotator.ids import uuid7
from annotator.models import Assignment, Membership, Study, User

GOLD = {1: "fact", 2: "fact", 3: "opinion", 5: "opinion", 6: "fact", 8: "opinion"}
READINGS = (
    {1: "fact", 2: "fact", 3: "opinion", 5: "fact", 6: "fact"},
    {1: "fact", 2: "fact", 3: "opinion", 5: "opinion", 6: "fact", 8: "opinion"},
    {1: "fact", 3: "fact", 5: "opinion", 6: "opinion", 8: "fact"},
)
REASON = "The verb already judges: nobody could check it."


def work(assignment, marks, slant):
    revision, ends = assignment.revision, assignment.revision.segmentation("sentence").ends
    for sentence, label in marks.items():
        if sentence >= len(ends):
            continue
        start = ends[sentence - 1]
        quote = revision.text[start : ends[sentence]].rstrip()
        save_annotation(
            actor=assignment.reviewer,
            annotation_id=uuid7(),
            assignment_id=assignment.pk,
            label=label,
            start=start,
            end=start + len(quote),
            quote=quote,
            note=REASON if label == "opinion" and assignment.role == "adjudicator" else "",
            ratings=[("slant", slant)],
            precondition=Precondition(create=True),
        )
    rate_document(
        actor=assignment.reviewer,
        assignment_id=assignment.pk,
        scale="credibility",
        point=2 + abs(slant),
        precondition=Precondition(create=True),
    )
    submit_assignment(actor=assignment.reviewer, assignment_id=assignment.pk, accept_gaps=True)


seeds = Study.objects.get(slug="seeds")
turn = Study.objects.filter(slug__startswith="taught").count()
admin = User.objects.get(username="admin")  # reviews the seeds blind, and so sees no gold of them
lead = create_user(actor=admin, username=f"head{turn}", password=None, is_staff=True, is_superuser=True)
texts = list(seeds.revisions.order_by("document__slug"))
titles = {"school": "Settled texts", "taught": "Framing with training"}
school, study = (
    create_study(
        actor=lead,
        slug=f"{name}-{turn}",
        title=title,
        codebook=seeds.codebook,
        blinding="until_submitted",
        revisions=texts if name == "school" else texts[4:],
    )
    for name, title in titles.items()
)
master = create_user(actor=lead, username=f"master{turn}", password=None)
add_member(actor=lead, study=school, user=master, role="adjudicator")
golds = []
for text in texts[:4]:
    gold = assign_revision(actor=lead, study=school, revision=text, reviewer=master, role="adjudicator")
    work(gold, GOLD, 0)
    golds.append(gold)
for gold in golds[:2]:
    lesson_text = add_text(actor=lead, study=study, gold_id=gold.pk, kind="lesson")
marks = [Mark("label", code, "sentence-f1", 0.7) for code in ("fact", "opinion")]
set_marks(actor=lead, study=study, wish=Wish(2, (*marks, Mark("scale", "slant", "within", 0.8, 1))))
readers = [create_user(actor=lead, username=f"reader{turn}-{number}", password=None) for number in range(4)]
for reader in readers:
    add_member(actor=lead, study=study, user=reader)
    assign_revision(actor=lead, study=study, revision=texts[4], reviewer=reader)
open_training(actor=lead, study=study)
for reader, reading in zip(readers[:3], READINGS, strict=True):
    while lesson := Assignment.objects.training().open().filter(study=study, reviewer=reader).first():
        work(lesson, reading, 0)
    place = Membership.objects.get(study=study, user=reader)
    pass_by_hand(actor=lead, study=study, member=place, reason="Reads for this study since its first round.")
for gold in golds[2:]:
    check = add_text(actor=lead, study=study, gold_id=gold.pk, kind="check")
    for given in give_check(actor=lead, study=study, text_id=check.pk):
        if given.reviewer in readers[:3]:
            work(given, READINGS[(readers.index(given.reviewer) + len(golds)) % 3], 1)
trainee = readers[3]
work(Assignment.objects.training().open().get(study=study, reviewer=trainee), READINGS[0], 2)
done = Assignment.objects.training().submitted().get(study=study, reviewer=trainee)
shut = Assignment.objects.without_training().filter(study=study, reviewer=trainee, revision=texts[4]).get()
sessions = []
for user in (lead, trainee):
    client = Client()
    client.force_login(user)
    sessions.append(client.cookies["sessionid"].value)
sys.stdout.write("\n".join([study.slug, *sessions, str(done.pk), str(shut.pk), str(lesson_text.pk)]))

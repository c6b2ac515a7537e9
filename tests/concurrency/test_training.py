"""A training that begins while somebody saves: who was first has begun to read, who waits finds the document shut."""

from pathlib import Path

import pytest

from tests.processes import demo_database, run_script

# What comes first is held open, as if its commit were slow, while the other one begins and waits for a lock.
BEGINNING = """
import threading, time, uuid
from django.db import connection, transaction
from annotator.actions.account import create_user
from annotator.actions.annotation import Precondition, save_annotation
from annotator.actions.assignments import assign_revision, submit_assignment
from annotator.actions.errors import ActionError
from annotator.actions.study import add_member, create_study
from annotator.actions.training import Wish, add_text, open_training, set_marks
from annotator.models import Assignment, Qualification, Study, User

admin = User.objects.get(username="admin")
head = create_user(actor=admin, username="head", password=None, is_staff=True, is_superuser=True)
study = Study.objects.get(slug="seeds")
text = study.revisions.order_by("pk").first()
school = create_study(actor=head, slug="school", title="School", codebook=study.codebook, revisions=[text])
gold = assign_revision(actor=head, study=school, revision=text, reviewer=head, role="adjudicator")
submit_assignment(actor=head, assignment_id=gold.pk, accept_gaps=True)
add_text(actor=head, study=study, gold_id=gold.pk, kind="lesson")
set_marks(actor=head, study=study, wish=Wish(1, ()))
reader = User.objects.get(username="reviewer1")
work = Assignment.objects.open().filter(study=study, reviewer=reader).select_related("revision").exclude(revision=text)
work = work.first()
quote = work.revision.text[:5]


def save():
    save_annotation(
        actor=reader,
        annotation_id=uuid.uuid4(),
        assignment_id=work.pk,
        label="fact",
        start=0,
        end=5,
        quote=quote,
        precondition=Precondition(create=True),
    )


def begin():
    open_training(actor=head, study=study)


def run(act):
    try:
        act()
        print("done")
    except ActionError as refusal:
        print(refusal.code)
    finally:
        connection.close()


waiting = threading.Thread(target=run, args=[{SECOND}])
with transaction.atomic():
    {FIRST}()
    waiting.start()
    time.sleep(1)
waiting.join()
print(Qualification.objects.filter(study=study, reviewer=reader).values_list("how", flat=True).first())
"""


@pytest.mark.parametrize(
    ("first", "second", "told"), [("begin", "save", ["training", "None"]), ("save", "begin", ["done", "before"])]
)
def test_who_saves_as_a_training_begins_is_let_on_or_refused_and_never_both(
    tmp_path: Path, first: str, second: str, told: list[str]
) -> None:
    script = BEGINNING.replace("{FIRST}", first).replace("{SECOND}", second)
    with demo_database(tmp_path) as environment:
        assert run_script(environment, script).split() == told

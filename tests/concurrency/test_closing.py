"""Who waits for a study that is being closed finds it closed."""

from pathlib import Path

import pytest

from tests.processes import demo_database, run_script

# The closing is held open, as if its commit were slow, while the other one begins and waits for a lock.
CLOSING = """
import threading, time, uuid
from django.db import connection, transaction
from annotator.actions.annotation import Precondition, save_annotation
from annotator.actions.assignments import submit_assignment
from annotator.actions.errors import ActionError
from annotator.actions.study import close_study
from annotator.models import Assignment, Study, User

study = Study.objects.get(slug="seeds")
admin = User.objects.get(username="admin")
work = Assignment.objects.open().filter(study=study).select_related("revision", "reviewer").first()
quote = work.revision.text[:5]


def save():
    save_annotation(
        actor=work.reviewer,
        annotation_id=uuid.uuid4(),
        assignment_id=work.pk,
        label="fact",
        start=0,
        end=5,
        quote=quote,
        precondition=Precondition(create=True),
    )


def submit():
    submit_assignment(actor=work.reviewer, assignment_id=work.pk, accept_gaps=True)


def run(act):
    try:
        act()
        print("done")
    except ActionError as refusal:
        print(refusal.code)
    finally:
        connection.close()


waiting = threading.Thread(target=run, args=[{ACT}])
with transaction.atomic():
    close_study(actor=admin, study=study)
    waiting.start()
    time.sleep(1)
waiting.join()
"""


@pytest.mark.parametrize("act", ["save", "submit"])
def test_who_waits_for_the_closing_of_a_study_writes_nothing_in_it(tmp_path: Path, act: str) -> None:
    with demo_database(tmp_path) as environment:
        assert run_script(environment, CLOSING.replace("{ACT}", act)).split() == ["closed"]

"""Leads at once, and a reviewer at the same moment: nothing is overwritten, given twice or lost."""

from pathlib import Path

from tests.processes import demo_database, run_script

LEADS = """
import threading
from django.db import connection
from annotator.actions.errors import ActionError
from annotator.actions.set_up import change_study
from annotator.models import Study, User

study, admin, start = Study.objects.get(slug="seeds"), User.objects.get(username="admin"), threading.Barrier(8)
answers = []


def change(number):
    start.wait()
    try:
        change_study(actor=admin, study=study, changes={"title": f"Title {number}"}, version=1)
        answers.append("done")
    except ActionError as refusal:
        answers.append(refusal.code)
    finally:
        connection.close()


leads = [threading.Thread(target=change, args=[number]) for number in range(8)]
[each.start() for each in leads]
[each.join() for each in leads]
study.refresh_from_db()
print(*answers, study.version)
"""

# Both have found the text low; each gives it to one reviewer more.
EXTRA = """
import threading
from django.db import connection
from annotator.actions.assignments import submit_assignment
from annotator.actions.extra_review import give_extra_review
from annotator.actions.reclaiming import reclaim_assignments
from annotator.actions.study import add_member
from annotator.models import Assignment, Study, User

admin, answers = User.objects.get(username="admin"), []
Study.objects.filter(slug="seeds").update(extra_up_to=5)
study = Study.objects.get(slug="seeds")
text = study.revisions.first()
for each in Assignment.objects.filter(study=study, revision=text, reviewer__username__in=["reviewer1", "reviewer2"]):
    submit_assignment(actor=each.reviewer, assignment_id=each.pk, accept_gaps=True)
others = Assignment.objects.open().filter(study=study, revision=text)
reclaim_assignments(actor=admin, study=study, ids=list(others.values_list("pk", flat=True)))
for name in ("fay", "gus", "hal"):
    add_member(actor=admin, study=study, user=User.objects.create(username=name))
start = threading.Barrier(4)


def give():
    start.wait()
    made = give_extra_review(actor=admin, study=study, revision=text)
    answers.append("given" if made else "none")
    connection.close()


givers = [threading.Thread(target=give) for _ in range(4)]
[each.start() for each in givers]
[each.join() for each in givers]
print(*answers, Assignment.objects.open().filter(study=study, revision=text).count())
"""

# The taking back is held open, as if its commit were slow, while its reviewer saves and waits for the lock.
RECLAIM = """
import threading, time, uuid
from django.db import connection, transaction
from annotator.actions.annotation import Precondition, save_annotation
from annotator.actions.errors import ActionError
from annotator.actions.reclaiming import reclaim_assignments
from annotator.models import Annotation, Assignment, Study, User

study, admin = Study.objects.get(slug="seeds"), User.objects.get(username="admin")
work = Assignment.objects.open().filter(study=study).select_related("revision", "reviewer").first()


def save(start, end):
    save_annotation(
        actor=work.reviewer,
        annotation_id=uuid.uuid4(),
        assignment_id=work.pk,
        label="fact",
        start=start,
        end=end,
        quote=work.revision.text[start:end],
        precondition=Precondition(create=True),
    )


def late():
    try:
        save(5, 9)
        print("done")
    except ActionError as refusal:
        print(refusal.code)
    finally:
        connection.close()


save(0, 5)
waiting = threading.Thread(target=late)
with transaction.atomic():
    reclaim_assignments(actor=admin, study=study, ids=[work.pk])
    waiting.start()
    time.sleep(1)
waiting.join()
print(Annotation.objects.live().filter(assignment=work).count())
"""


def test_of_eight_leads_with_one_version_exactly_one_changes_the_study(tmp_path: Path) -> None:
    with demo_database(tmp_path) as environment:
        *answers, version = run_script(environment, LEADS).split()
    assert sorted(answers) == ["done", *["stale"] * 7]
    assert version == "2"


def test_a_text_found_low_four_times_at_once_goes_to_one_reviewer_more(tmp_path: Path) -> None:
    with demo_database(tmp_path) as environment:
        *answers, open_now = run_script(environment, EXTRA).split()
    assert sorted(answers) == ["given", "none", "none", "none"]
    assert open_now == "1"


def test_who_saves_while_their_work_is_taken_back_is_told_and_keeps_what_was_saved(tmp_path: Path) -> None:
    with demo_database(tmp_path) as environment:
        assert run_script(environment, RECLAIM).split() == ["reclaimed", "1"]

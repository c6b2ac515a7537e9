"""Who sees whose work, by rule and state: `work_visible_to`, and that everything else stands upon it."""

from typing import Any

import pytest

from annotator.actions.assignments import assign_revision, reopen_assignment, revise_assignment, submit_assignment
from annotator.actions.study import add_member, close_study, remove_member
from annotator.models import Annotation, Assignment, Event, Rating
from tests.queries.conftest import work


def sees(crowd: Any, name: str, passage: Any) -> bool:
    """Whether somebody sees a passage: the same by each of the doors, or the test fails."""
    user = getattr(crowd, name)
    doors = {
        Annotation.objects.visible_to(user).filter(pk=passage.pk).exists(),
        Rating.objects.visible_to(user).filter(annotation=passage).exists(),
        Rating.objects.visible_to(user).filter(assignment=passage.assignment_id, annotation=None).exists(),
        Assignment.objects.work_visible_to(user).filter(pk=passage.assignment_id).exists(),
        Event.objects.visible_to(user).filter(kind="annotation", object_id=str(passage.pk)).exists(),
    }
    assert len(doors) == 1, name
    return doors.pop()


def seers(crowd: Any, passage: Any) -> set[str]:
    return {name for name in vars(crowd) if sees(crowd, name, passage)}


def test_work_that_is_not_submitted_exists_for_its_author_alone(staged, crowd):
    for blinding in ("until_submitted", "until_closed", "open"):
        stage = staged(blinding, blinding.replace("_", "-"))
        work(stage.assignments["cleo"], reveal=blinding != "until_closed")
        passage = work(stage.assignments["ben"], submit=False)
        assert seers(crowd, passage) == {"ben"}, blinding


def test_submitted_work_is_seen_by_those_who_oversee_the_study(staged, crowd):
    passage = work(staged().assignments["ben"])
    assert seers(crowd, passage) == {"ben", "dora", "lou", "ada", "mo"}


def test_a_reviewer_sees_others_work_after_submitting_and_revealing(staged, crowd):
    stage = staged()
    passage = work(stage.assignments["ben"])
    work(stage.assignments["cleo"])
    assert not sees(crowd, "cleo", passage), "submitted, and did not ask to see"
    work(stage.assignments["fay"], reveal=True)
    assert sees(crowd, "fay", passage)
    assert not sees(crowd, "cleo", passage), "what fay did opens nothing to cleo"


def test_more_is_seen_as_others_submit(staged, crowd):
    stage = staged()
    work(stage.assignments["fay"], reveal=True)
    passage = work(stage.assignments["ben"], submit=False)
    assert not sees(crowd, "fay", passage)
    submit_assignment(actor=crowd.ben, assignment_id=stage.assignments["ben"].pk)
    assert sees(crowd, "fay", passage)


def test_reopened_work_is_its_authors_alone_again(staged, crowd):
    stage = staged()
    work(stage.assignments["fay"], reveal=True)
    passage = work(stage.assignments["ben"])
    reopen_assignment(actor=crowd.lou, assignment_id=stage.assignments["ben"].pk, reason="asked for")
    assert seers(crowd, passage) == {"ben"}


def test_until_closed_reviewers_see_nothing_before_the_closing(staged, crowd):
    stage = staged("until_closed")
    passage = work(stage.assignments["ben"])
    work(stage.assignments["cleo"])
    assert seers(crowd, passage) == {"ben", "dora", "lou", "ada", "mo"}
    close_study(actor=crowd.ada, study=stage.study)
    assert not sees(crowd, "cleo", passage), "closed, and did not ask to see"
    from annotator.actions.assignments import reveal_assignment

    reveal_assignment(actor=crowd.cleo, assignment_id=stage.assignments["cleo"].pk)
    assert sees(crowd, "cleo", passage)
    assert not sees(crowd, "fay", passage), "never submitted"


def test_in_an_open_study_members_see_submitted_work(staged, crowd):
    stage = staged("open")
    passage = work(stage.assignments["ben"])
    assert seers(crowd, passage) == {"ben", "cleo", "fay", "dora", "lou", "rea", "ada", "mo"}


def test_one_reveal_opens_one_text_only(staged, crowd, make_document):
    stage = staged()
    other = make_document("other", stage.revision.text + "More.\n")
    stage.study.revisions.add(other)
    for name in ("ben", "fay"):
        assign_revision(actor=crowd.ada, study=stage.study, revision=other, reviewer=getattr(crowd, name))
    work(stage.assignments["fay"], reveal=True)
    passage = work(Assignment.objects.get(revision=other, reviewer=crowd.ben))
    assert not sees(crowd, "fay", passage)


def test_whoever_reviews_a_text_blind_is_blind_in_every_role_and_study(staged, crowd):
    stage = staged()
    passage = work(stage.assignments["ben"])
    overseers = ("dora", "lou", "ada", "mo")
    assert all(sees(crowd, name, passage) for name in overseers)
    second = staged("until_closed", "second", ("ben",))
    second.study.revisions.add(stage.revision)
    add_member(actor=crowd.ada, study=second.study, user=crowd.rea, role="lead")  # somebody must
    for name in overseers:
        user = getattr(crowd, name)
        add_member(actor=crowd.ada, study=second.study, user=user)
        held = assign_revision(actor=crowd.ada, study=second.study, revision=stage.revision, reviewer=user)
        assert not sees(crowd, name, passage), name
        work(held)
        assert sees(crowd, name, passage), name


def test_a_text_held_openly_blinds_nobody(staged, crowd):
    stage = staged("open")
    passage = work(stage.assignments["ben"])
    assert stage.assignments["cleo"].is_open
    assert sees(crowd, "cleo", passage)


def test_a_second_round_blinds_nobody_and_is_seen_once_submitted(staged, crowd):
    stage = staged()
    passage = work(stage.assignments["ben"], reveal=True)
    work(stage.assignments["cleo"], reveal=True)
    theirs = Annotation.objects.get(assignment=stage.assignments["cleo"])
    second = revise_assignment(actor=crowd.ben, assignment_id=stage.assignments["ben"].pk, reason="seen")
    copy = Annotation.objects.get(assignment=second)
    assert sees(crowd, "ben", theirs)
    assert {"cleo"} & seers(crowd, passage) == {"cleo"}
    assert not Annotation.objects.visible_to(crowd.cleo).filter(pk=copy.pk).exists()
    submit_assignment(actor=crowd.ben, assignment_id=second.pk)
    assert Annotation.objects.visible_to(crowd.cleo).filter(pk=copy.pk).exists()


def test_the_gold_standard_opens_to_readers_with_the_closing(staged, crowd):
    stage = staged()
    reviewed = work(stage.assignments["ben"])
    gold = assign_revision(
        actor=crowd.ada, study=stage.study, revision=stage.revision, reviewer=crowd.dora, role="adjudicator"
    )
    settled = work(gold)
    assert not sees(crowd, "rea", settled)
    close_study(actor=crowd.ada, study=stage.study)
    assert sees(crowd, "rea", settled)
    assert not sees(crowd, "rea", reviewed), "reviewers' own work stays closed to readers"


def test_an_adjudicators_open_work_blinds_no_adjudicator(staged, crowd):
    stage = staged()
    passage = work(stage.assignments["ben"])
    assign_revision(
        actor=crowd.ada, study=stage.study, revision=stage.revision, reviewer=crowd.dora, role="adjudicator"
    )
    assert sees(crowd, "dora", passage)


@pytest.mark.parametrize("name", ["dora", "lou", "fay"])
def test_who_leaves_a_study_sees_no_more_of_it_than_their_own_work(staged, crowd, name):
    stage = staged()
    passage = work(stage.assignments["ben"])
    own = work(stage.assignments["fay"], reveal=True)
    assert sees(crowd, name, passage)
    remove_member(actor=crowd.ada, study=stage.study, user=getattr(crowd, name))
    assert not sees(crowd, name, passage)
    assert sees(crowd, "fay", own)


def test_a_curator_and_an_outsider_see_nothing_of_anybody(staged, crowd):
    stage = staged()
    for name in ("ben", "cleo", "fay"):
        work(stage.assignments[name])
    for name in ("kim", "eli"):
        assert not Annotation.objects.visible_to(getattr(crowd, name)).exists()
        assert not Event.objects.visible_to(getattr(crowd, name)).exists()


def test_staff_whose_account_is_closed_see_nothing(staged, crowd):
    work(staged().assignments["ben"])
    crowd.mo.is_active = False
    crowd.mo.save()
    assert not Annotation.objects.visible_to(crowd.mo).exists()


def measured(stage: Any, user: Any) -> set[str]:
    rows = Assignment.objects.filter(study=stage.study).measured_for(user)
    return {row.reviewer.username for row in rows}


def test_figures_hold_submitted_work_that_the_viewer_sees_and_never_what_is_open(staged, crowd):
    stage = staged()
    work(stage.assignments["ben"], reveal=True)
    work(stage.assignments["cleo"])
    work(stage.assignments["fay"], submit=False)
    assert measured(stage, crowd.ben) == {"ben", "cleo"}
    assert measured(stage, crowd.cleo) == {"cleo"}
    assert measured(stage, crowd.fay) == set()
    assert measured(stage, crowd.lou) == {"ben", "cleo"}
    assert measured(stage, crowd.eli) == set()


def test_a_reader_gets_figures_of_all_submitted_work_once_the_study_is_closed(staged, crowd):
    stage = staged()
    work(stage.assignments["ben"])
    work(stage.assignments["fay"], submit=False)
    assert measured(stage, crowd.rea) == set()
    close_study(actor=crowd.ada, study=stage.study)
    assert measured(stage, crowd.rea) == {"ben"}

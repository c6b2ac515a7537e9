"""Work taken back and given back, deadlines of single assignments: nothing that was said is lost by any of it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from annotator.actions.assignments import assign_revision, submit_assignment
from annotator.actions.distribution import Wish, distribute_texts, forecast, reviewers_of
from annotator.actions.errors import ConflictError, InvalidError, NotFoundError
from annotator.actions.reclaiming import give_back_assignments, reclaim_assignments, set_deadlines
from annotator.actions.study import add_member, close_study, remove_member
from annotator.models import Annotation, Assignment, Event, Study
from annotator.queries import open_work, taken_back_from


@pytest.fixture
def reclaim(stage, cast):
    def make(*names, actor=None):
        ids = [stage.assignments[name].pk for name in names]
        return reclaim_assignments(actor=actor or cast.ada, study=stage.study, ids=ids)

    return make


@pytest.fixture
def give_back(stage, cast):
    def make(*names, actor=None):
        ids = [stage.assignments[name].pk for name in names]
        return give_back_assignments(actor=actor or cast.ada, study=stage.study, ids=ids)

    return make


def now(stage, name):
    return Assignment.objects.select_related("study").get(pk=stage.assignments[name].pk)


def test_what_is_taken_back_keeps_every_word_and_takes_no_more(stage, cast, mark, reclaim, frames):
    passage = mark("ben", "Harbour news", "fact", note="so it says")
    with frames.deed("reclaimed", "assignment", stage.assignments["ben"]):
        reclaim("ben")
    assert (now(stage, "ben").state, now(stage, "ben").reclaimed_at is not None) == ("declined", True)
    assert Annotation.objects.live().get(pk=passage.pk).note == "so it says"
    with frames.refusal(ConflictError, "reclaimed") as caught:
        mark("ben", "Fares will rise", "fact")
    assert "What you saved is kept" in caught.value.detail
    with frames.refusal(ConflictError, "reclaimed"):
        submit_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, accept_gaps=True)
    assert [each.pk for each in taken_back_from(cast.ben)] == [stage.assignments["ben"].pk]
    with frames.untouched():
        assert reclaim("ben") == []


def test_what_is_given_back_goes_on_where_it_stopped(stage, cast, mark, reclaim, give_back, frames):
    passage = mark("ben", "Harbour news", "fact")
    reclaim("ben")
    with frames.deed("given back", "assignment", stage.assignments["ben"]):
        give_back("ben")
    mine = now(stage, "ben")
    assert (mine.state, mine.reclaimed_at, mine.informed_at) == ("open", None, None)
    mark("ben", "Fares will rise", "fact")
    assert Annotation.objects.live().filter(pk=passage.pk).exists()
    assert taken_back_from(cast.ben) == []
    with frames.untouched():
        assert give_back("ben") == []


def test_the_text_is_forecast_for_others_and_not_for_the_one_who_left_it(stage, cast, make_document, reclaim):
    add_member(actor=cast.ada, study=stage.study, user=cast.eli)
    reclaim("ben")
    found = forecast(stage.study, Wish(2, 0, reviewers_of(stage.study)))
    assert found.plan.given == {stage.revision.pk: (cast.eli.pk,)}
    distribute_texts(actor=cast.ada, study=stage.study, wish=found.wish, digest=found.digest)
    assert Assignment.objects.open().filter(revision=stage.revision, reviewer=cast.eli).exists()


def test_all_are_taken_back_or_none(stage, cast, make_stage, reclaim, submit, frames):
    other = make_stage("quay")
    submit(stage.assignments["cleo"])
    with frames.refusal(ConflictError, "submitted"):
        reclaim("ben", "cleo")
    foreign = other.assignments["ben"].pk
    for strange in (foreign, uuid4()):
        for deed in (reclaim_assignments, give_back_assignments):
            with frames.refusal(NotFoundError):
                deed(actor=cast.ada, study=stage.study, ids=[stage.assignments["ben"].pk, strange])
        with frames.refusal(NotFoundError):
            set_deadlines(actor=cast.ada, study=stage.study, ids=[strange], due_on=None)


def test_only_those_who_run_the_study_do_it(stage, cast, reclaim, give_back, frames):
    for actor in (cast.ben, cast.dora, cast.eli):
        with frames.refusal(NotFoundError):
            reclaim("ben", actor=actor)
        with frames.refusal(NotFoundError):
            give_back("ben", actor=actor)
        with frames.refusal(NotFoundError):
            set_deadlines(actor=actor, study=stage.study, ids=[stage.assignments["ben"].pk], due_on=None)


def test_what_was_returned_by_leaving_is_not_for_taking_or_giving_back(stage, cast, reclaim, give_back, frames):
    remove_member(actor=cast.ada, study=stage.study, user=cast.ben)
    with frames.refusal(ConflictError, "declined"):
        reclaim("ben")
    with frames.refusal(ConflictError, "declined"):
        give_back("ben")


def test_who_left_is_brought_back_first(stage, cast, reclaim, give_back, frames):
    reclaim("ben")
    remove_member(actor=cast.ada, study=stage.study, user=cast.ben)
    with frames.refusal(InvalidError):
        give_back("ben")
    add_member(actor=cast.ada, study=stage.study, user=cast.ben)
    assert now(stage, "ben").state == "declined", "coming back does not undo what a lead did"
    give_back("ben")


def test_nothing_is_given_back_of_a_withdrawn_document_or_a_text_taken_out(stage, cast, reclaim, give_back, frames):
    from annotator.actions.set_up import remove_revisions
    from annotator.actions.study import add_revisions
    from sources.store import withdraw_document

    remove_revisions(actor=cast.ada, study=stage.study, revisions=[stage.revision])
    with frames.refusal(InvalidError) as caught:
        give_back("ben")
    assert "taken out of the study" in caught.value.detail
    add_revisions(actor=cast.ada, study=stage.study, revisions=[stage.revision])
    give_back("ben")
    reclaim("ben")
    withdraw_document(stage.revision.document, "wrong licence")
    with frames.refusal(ConflictError, "withdrawn"):
        give_back("ben")


def test_a_gold_standard_goes_back_only_while_nobody_else_has_it(stage, cast, frames):
    def settle(user):
        return assign_revision(
            actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=user, role="adjudicator"
        )

    mine = settle(cast.dora)
    reclaim_assignments(actor=cast.ada, study=stage.study, ids=[mine.pk])
    settle(cast.ada)
    with frames.refusal(ConflictError, "adjudicated"):
        give_back_assignments(actor=cast.ada, study=stage.study, ids=[mine.pk])


def test_who_saw_others_work_meanwhile_goes_on_but_not_independently(make_stage, cast, submit, frames):
    stage = make_stage(blinding="until_submitted")
    reclaim_assignments(actor=cast.ada, study=stage.study, ids=[stage.assignments["ben"].pk])
    submit(stage.assignments["cleo"])
    add_member(actor=cast.ada, study=stage.study, user=cast.ben, role="adjudicator")  # sees what is submitted
    give_back_assignments(actor=cast.ada, study=stage.study, ids=[stage.assignments["ben"].pk])
    assert now(stage, "ben").informed_at is not None


def test_a_closed_study_stays_as_it_is(stage, cast, reclaim, give_back, frames):
    reclaim("cleo")
    close_study(actor=cast.ada, study=stage.study)
    assert taken_back_from(cast.cleo) == []
    with frames.refusal(ConflictError, "closed"):
        reclaim("ben")
    with frames.refusal(ConflictError, "closed"):
        give_back("cleo")
    with frames.refusal(ConflictError, "closed"):
        set_deadlines(actor=cast.ada, study=stage.study, ids=[stage.assignments["ben"].pk], due_on=None)


def test_an_assignment_has_a_day_of_its_own(stage, cast, submit, frames):
    mine, today = stage.assignments["ben"], timezone.localdate()
    with frames.deed("changed", "assignment", mine) as seen:
        set_deadlines(actor=cast.ada, study=stage.study, ids=[mine.pk], due_on=today)
    assert (seen.event.before, seen.event.after) == ({"due_on": None}, {"due_on": today.isoformat()})
    assert now(stage, "ben").deadline == today
    with frames.untouched():
        set_deadlines(actor=cast.ada, study=stage.study, ids=[mine.pk], due_on=today)
    with frames.refusal(InvalidError):
        set_deadlines(actor=cast.ada, study=stage.study, ids=[mine.pk], due_on=today - timedelta(days=1))
    submit(mine)
    with frames.refusal(ConflictError, "submitted"):
        set_deadlines(actor=cast.ada, study=stage.study, ids=[mine.pk], due_on=None)


@pytest.fixture
def long_ago(stage):
    """Everything was given out forty days ago."""
    Assignment.objects.filter(study=stage.study).update(created_at=timezone.now() - timedelta(days=40))


def waiting(stage, user, days=14):
    return {each.reviewer.username for each in open_work(stage.study, user, days).waiting}


def test_idle_is_what_had_no_act_for_so_long(stage, cast, mark, long_ago):
    assert waiting(stage, cast.ada) == {"ben", "cleo"}
    mark("ben", "Harbour news", "fact")
    assert waiting(stage, cast.ada) == {"cleo"}
    assert waiting(stage, cast.ada, days=60) == set()
    for user in (cast.ben, cast.dora, cast.eli):
        assert waiting(stage, user) == set()


def test_what_was_given_back_is_not_idle_at_once(stage, cast, long_ago, reclaim, give_back):
    reclaim("ben")
    found = open_work(stage.study, cast.ada, 14)
    assert ([each.reviewer.username for each in found.taken_back], waiting(stage, cast.ada)) == (["ben"], {"cleo"})
    give_back("ben")
    assert waiting(stage, cast.ada) == {"cleo"}


def test_late_work_is_listed_however_lively(stage, cast, mark):
    mark("ben", "Harbour news", "fact")
    assert waiting(stage, cast.ada) == set()
    yesterday = timezone.localdate() - timedelta(days=1)
    Study.objects.update(due_on=yesterday)
    stage.study.refresh_from_db()
    assert waiting(stage, cast.ada) == {"ben", "cleo"}
    Assignment.objects.filter(reviewer=cast.cleo).update(due_on=timezone.localdate())
    assert waiting(stage, cast.ada) == {"ben"}


def test_a_lead_who_reviews_learns_nothing_of_who_is_at_work(stage, cast, mark, long_ago):
    assign_revision(actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.ada)
    before = open_work(stage.study, cast.ada, 14)
    assert before.by_date_only
    mark("ben", "Harbour news", "fact")
    assert open_work(stage.study, cast.ada, 14) == before
    assert Event.objects.filter(actor=cast.ben).exists()

"""In which order texts are sorted, given out and read; and until when."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annotator.actions.assignments import assign_revision
from annotator.actions.distribution import Wish, distribute_texts, reviewers_of
from annotator.actions.errors import ConflictError, InvalidError, NotFoundError
from annotator.actions.handing_out import hand_out
from annotator.actions.set_up import change_study, fixed_order, order_digest, remove_revisions, sort_revisions
from annotator.actions.study import add_member, add_revisions, close_study, create_study
from annotator.models import Assignment, TextPlace
from annotator.queries import home_rows, own_in_reading_order


@pytest.fixture
def shelf(make_stage, make_document, cast):
    """A study of four more texts than the stage's, none given out; and its texts in the order of their titles."""
    stage = make_stage(reviewers=())
    texts = [make_document(slug, f"The text {slug}.\n") for slug in ("anchor", "buoy", "crane", "dock")]
    add_revisions(actor=cast.ada, study=stage.study, revisions=texts)
    for user in (cast.ben, cast.cleo):
        add_member(actor=cast.ada, study=stage.study, user=user)
    return stage.study, [*texts, stage.revision]


def titles(user):
    return [row.revision.document.slug for row in own_in_reading_order(user)]


def order_by(study, cast, order):
    change_study(actor=cast.ada, study=study, changes={"order": order})


def give_all(study, cast, user):
    for text in study.revisions.order_by("pk"):
        assign_revision(actor=cast.ada, study=study, revision=text, reviewer=user)


def test_texts_are_sorted_by_whoever_runs_the_study(shelf, cast, frames):
    study, texts = shelf
    assert fixed_order(study) == [text.pk for text in texts]
    wanted = [text.pk for text in reversed(texts)]
    with frames.deed("sorted", "study", study) as seen:
        assert sort_revisions(actor=cast.ada, study=study, order=wanted) == wanted
    assert (seen.event.before["texts"], seen.event.after["texts"]) == ([text.pk for text in texts], wanted)
    assert fixed_order(study) == wanted
    with frames.untouched():
        sort_revisions(actor=cast.ada, study=study, order=wanted, seen="stale, but as wanted already")
    for actor in (cast.ben, cast.eli):
        with frames.refusal(NotFoundError):
            sort_revisions(actor=actor, study=study, order=wanted)


def test_an_order_names_every_text_once_and_is_made_to_the_one_that_was_read(shelf, cast, frames):
    study, _ = shelf
    before = fixed_order(study)
    for wrong in (before[1:], [*before, before[0]], [*before[1:], 987_654]):
        with frames.refusal(InvalidError):
            sort_revisions(actor=cast.ada, study=study, order=wrong)
    sort_revisions(actor=cast.ada, study=study, order=before[::-1], seen=order_digest(before))
    with frames.refusal(ConflictError, "changed"):
        sort_revisions(actor=cast.ada, study=study, order=before, seen=order_digest(before))
    close_study(actor=cast.ada, study=study)
    with frames.refusal(ConflictError, "closed"):
        sort_revisions(actor=cast.ada, study=study, order=before)


def test_a_text_added_later_comes_last_and_one_taken_out_leaves_no_place(shelf, cast, make_document):
    study, texts = shelf
    sort_revisions(actor=cast.ada, study=study, order=[text.pk for text in reversed(texts)])
    late = make_document("aardvark", "A late text.\n")
    add_revisions(actor=cast.ada, study=study, revisions=[late])
    assert fixed_order(study)[-1] == late.pk
    remove_revisions(actor=cast.ada, study=study, revisions=[texts[0]])
    assert texts[0].pk not in fixed_order(study)
    assert not TextPlace.objects.filter(revision=texts[0]).exists()


def test_a_fixed_order_is_everybodys_and_follows_the_sorting(shelf, cast):
    study, texts = shelf
    order_by(study, cast, "fixed")
    give_all(study, cast, cast.ben)
    give_all(study, cast, cast.cleo)
    assert titles(cast.ben) == titles(cast.cleo) == ["anchor", "buoy", "crane", "dock", "harbour-text"]
    sort_revisions(actor=cast.ada, study=study, order=[text.pk for text in reversed(texts)])
    assert titles(cast.ben) == titles(cast.cleo) == ["harbour-text", "dock", "crane", "buoy", "anchor"]
    assert [row.assignment.revision.document.slug for row in home_rows(cast.ben)] == titles(cast.ben)


def test_a_random_order_stays_and_is_each_reviewers_own(shelf, cast, make_document):
    study, _ = shelf
    more = [make_document(f"text-{number}", f"Text {number}.\n") for number in range(10)]
    add_revisions(actor=cast.ada, study=study, revisions=more)
    give_all(study, cast, cast.ben)
    give_all(study, cast, cast.cleo)
    assert titles(cast.ben) == titles(cast.ben)
    assert titles(cast.ben) != titles(cast.cleo)  # by chance once in 15! studies
    assert titles(cast.ben) != sorted(titles(cast.ben))


def test_what_others_do_moves_nothing(shelf, cast, submit):
    """The order is settled when texts are given out: colleagues who submit leave no trace in it."""
    study, _ = shelf
    wish = Wish(2, 0, reviewers_of(study))
    distribute_texts(actor=cast.ada, study=study, wish=wish)
    for order in ("random", "fixed", "least_covered"):
        order_by(study, cast, order)
        before = titles(cast.ben)
        theirs = Assignment.objects.open().filter(reviewer=cast.cleo).first()
        submit(theirs)
        assert titles(cast.ben) == before, order


def test_with_the_least_covered_first_two_readers_begin_at_different_texts(shelf, cast):
    study, _ = shelf
    order_by(study, cast, "least_covered")
    distribute_texts(actor=cast.ada, study=study, wish=Wish(2, 0, reviewers_of(study)))
    assert set(titles(cast.ben)) == set(titles(cast.cleo))
    assert set(titles(cast.ben)[:2]).isdisjoint(titles(cast.cleo)[:2])
    places = Assignment.objects.filter(reviewer=cast.ben).values_list("place", flat=True)
    assert sorted(places) == [1, 2, 3, 4, 5]


def test_what_is_given_later_comes_after(shelf, cast, make_document):
    study, _ = shelf
    order_by(study, cast, "least_covered")
    distribute_texts(actor=cast.ada, study=study, wish=Wish(2, 0, reviewers_of(study)))
    late = [make_document(slug, f"A late text, {slug}.\n") for slug in ("aardvark", "abbot")]
    add_revisions(actor=cast.ada, study=study, revisions=late)
    assign_revision(actor=cast.ada, study=study, revision=late[0], reviewer=cast.ben)
    assert titles(cast.ben)[-1] == "aardvark"
    distribute_texts(actor=cast.ada, study=study, wish=Wish(2, 0, reviewers_of(study)))
    assert titles(cast.ben)[-1] == "abbot"


def test_who_joins_a_study_in_fixed_order_is_given_its_first_texts(shelf, cast):
    study, texts = shelf
    order_by(study, cast, "fixed")
    study.refresh_from_db()
    sort_revisions(actor=cast.ada, study=study, order=[text.pk for text in reversed(texts)])
    for user in (cast.ben, cast.cleo):
        hand_out(actor=cast.ada, study=study, reviewer=user, number=2)
        assert titles(user) == ["harbour-text", "dock"]


@pytest.mark.parametrize("order", ["random", "least_covered"])
def test_who_joins_another_study_is_given_what_fewest_have(shelf, cast, order):
    study, _ = shelf
    order_by(study, cast, order)
    study.refresh_from_db()
    hand_out(actor=cast.ada, study=study, reviewer=cast.ben, number=2)
    hand_out(actor=cast.ada, study=study, reviewer=cast.cleo, number=3)
    assert set(titles(cast.ben)).isdisjoint(titles(cast.cleo))


def test_a_deadline_that_is_over_is_refused_and_one_to_come_is_kept(shelf, stage_day, cast, frames):
    study, _ = shelf
    today, yesterday = stage_day
    with frames.refusal(InvalidError) as caught:
        change_study(actor=cast.ada, study=study, changes={"due_on": yesterday})
    assert [fault.field for fault in caught.value.errors] == ["due_on"]
    with frames.refusal(InvalidError):
        create_study(actor=cast.ada, slug="x", title="X", codebook=study.codebook, due_on=yesterday)
    with frames.deed("changed", "study", study) as seen:
        change_study(actor=cast.ada, study=study, changes={"due_on": today})
    assert seen.event.after == {"due_on": today.isoformat()}


@pytest.fixture
def stage_day():
    """Today and yesterday."""
    today = timezone.localdate()
    return today, today - timedelta(days=1)


def test_late_work_is_overdue_while_it_is_open_and_can_be_submitted(stage, stage_day, cast, submit, mark):
    today, yesterday = stage_day
    mine = stage.assignments["ben"]

    def overdue():
        return Assignment.objects.select_related("study").get(pk=mine.pk).is_overdue

    assert not overdue()
    type(stage.study).objects.update(due_on=today)
    assert not overdue()
    type(stage.study).objects.update(due_on=yesterday)
    assert overdue()
    Assignment.objects.update(due_on=today)
    assert not overdue(), "its own day goes before the study's"
    Assignment.objects.update(due_on=None)
    mark("ben", "Harbour news", "fact")
    submit(mine)
    assert not overdue()

"""What leads change in a study that is there: its words and rules, its documents, closing with work open."""

import pytest
from django.core.exceptions import ValidationError

from annotator.actions.annotation import delete_annotation
from annotator.actions.assignments import assign_revision, reveal_assignment
from annotator.actions.errors import BlindError, ConflictError, InvalidError, NotFoundError, StaleError
from annotator.actions.reclaiming import give_back_assignments
from annotator.actions.set_up import change_study, remove_revisions
from annotator.actions.study import add_member, add_revisions, close_study, create_study, remove_member
from annotator.models import Assignment, Event, Study


@pytest.fixture
def change(cast):
    def make(study, actor=None, version=None, confirmed=False, **changes):
        return change_study(actor=actor or cast.ada, study=study, changes=changes, version=version, confirmed=confirmed)

    return make


@pytest.mark.parametrize(("purpose", "blinding"), [("reliability", "until_closed"), ("teaching", "until_submitted")])
def test_the_purpose_of_a_new_study_sets_its_rule_unless_one_is_chosen(stage, cast, purpose, blinding):
    made = create_study(actor=cast.ada, slug="usual", title="Usual", codebook=stage.codebook, purpose=purpose)
    assert (made.purpose, made.blinding) == (purpose, blinding)
    chosen = create_study(
        actor=cast.ada, slug="own", title="Own", codebook=stage.codebook, purpose=purpose, blinding="open"
    )
    assert chosen.blinding == "open"


def test_the_address_of_a_page_is_no_short_name(stage, cast, frames):
    with frames.refusal(InvalidError) as caught:
        create_study(actor=cast.ada, slug="new", title="New", codebook=stage.codebook)
    assert [fault.field for fault in caught.value.errors] == ["slug"]


def test_a_change_says_what_it_changed_and_no_change_says_nothing(stage, change, frames):
    with frames.deed("changed", "study", stage.study) as seen:
        changed = change(stage.study, title="Quay", reviewers_per_document=3, purpose="reliability")
    assert (changed.title, changed.reviewers_per_document, changed.version) == ("Quay", 3, 2)
    assert seen.event.before == {"title": "Harbour", "reviewers_per_document": None}
    assert seen.event.after == {"title": "Quay", "reviewers_per_document": 3}
    with frames.untouched():
        change(stage.study, title="Quay", version=1)  # its answer was lost, and it is sent again


def test_only_those_who_run_the_study_change_it(stage, cast, change, frames):
    for actor in (cast.ben, cast.dora, cast.eli):
        with frames.refusal(NotFoundError):
            change(stage.study, actor=actor, title="Mine")
        with frames.refusal(NotFoundError):
            remove_revisions(actor=actor, study=stage.study, revisions=[stage.revision])
    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="lead")
    assert change(stage.study, actor=cast.eli, title="Theirs").title == "Theirs"


def test_of_two_leads_at_once_none_is_overwritten(stage, change, frames):
    change(stage.study, title="First", version=1)
    with frames.refusal(StaleError) as caught:
        change(stage.study, title="Second", version=1)
    assert (caught.value.current.title, caught.value.current.version) == ("First", 2)
    assert change(stage.study, title="Second", version=2).title == "Second"


@pytest.mark.parametrize("wrong", [{"title": ""}, {"purpose": "fun"}, {"blinding": "x"}, {"reviewers_per_document": 0}])
def test_unfit_values_are_refused(stage, change, frames, wrong):
    with frames.refusal(ValidationError):
        change(stage.study, **wrong)


def test_of_a_closed_study_the_title_alone_is_changed(stage, cast, change, frames):
    close_study(actor=cast.ada, study=stage.study)
    with frames.refusal(ConflictError, "closed"):
        change(stage.study, title="Quay", blinding="until_closed")
    assert change(stage.study, title="Quay").title == "Quay"


def test_a_rule_is_free_while_nothing_hangs_on_it(stage, cast, change):
    study = create_study(actor=cast.ada, slug="free", title="Free", codebook=stage.codebook)
    for rule in ("open", "until_submitted", "until_closed"):
        assert change(study, blinding=rule).blinding == rule


def test_no_study_becomes_open_once_anybody_was_assigned(stage, change, frames):
    with frames.refusal(ConflictError, "assigned"):
        change(stage.study, blinding="open", confirmed=True)


def test_an_open_study_becomes_blind_until_something_was_submitted(make_stage, change, submit, frames):
    stage = make_stage(blinding="open")
    assert change(stage.study, blinding="until_closed").is_blind
    study = change(Study.objects.get(pk=make_stage("quay", blinding="open").study.pk), title="Quay")
    submit(Assignment.objects.filter(study=study, reviewer__username="ben").get())
    with frames.refusal(ConflictError, "revealed"):
        change(study, blinding="until_closed", confirmed=True)


def test_showing_submitted_work_earlier_is_confirmed_and_kept_in_history(make_stage, change, submit, frames):
    stage = make_stage(blinding="until_closed")
    submit(stage.assignments["ben"])
    with frames.refusal(ConflictError, "confirm") as caught:
        change(stage.study, blinding="until_submitted")
    assert "have submitted already: 1, on documents: 1" in caught.value.detail
    with frames.deed("changed", "study", stage.study) as seen:
        change(stage.study, blinding="until_submitted", confirmed=True)
    assert (seen.event.before, seen.event.after) == ({"blinding": "until_closed"}, {"blinding": "until_submitted"})
    seen = reveal_assignment(actor=stage.assignments["ben"].reviewer, assignment_id=stage.assignments["ben"].pk)
    assert seen.revealed_at is not None


def test_hiding_again_what_was_seen_says_by_how_many(stage, cast, change, submit, mark, frames):
    passage = mark("cleo", "Harbour news", "fact")
    submit(stage.assignments["ben"])
    submit(stage.assignments["cleo"])
    reveal_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk)
    theirs = Assignment.objects.filter(pk=passage.assignment_id)
    assert theirs.work_visible_to(cast.ben).exists()
    with frames.refusal(ConflictError, "confirm") as caught:
        change(stage.study, blinding="until_closed")
    assert "have seen others’ work already: 1, on documents: 1" in caught.value.detail
    change(stage.study, blinding="until_closed", confirmed=True)
    assert not theirs.work_visible_to(cast.ben).exists()


def test_a_stricter_rule_needs_no_word_while_nobody_has_looked(stage, change, submit):
    submit(stage.assignments["ben"])
    assert change(stage.study, blinding="until_closed").blinding == "until_closed"


@pytest.fixture
def spare(stage, cast, make_document):
    """A second text of the study."""
    revision = make_document("spare", "Another text.\n")
    add_revisions(actor=cast.ada, study=stage.study, revisions=[revision])
    return revision


def test_a_text_given_to_nobody_is_taken_out(stage, cast, spare, frames):
    with frames.deed("reduced", "study", stage.study) as seen:
        remove_revisions(actor=cast.ada, study=stage.study, revisions=[spare])
    assert seen.event.after == {"removed": [spare.sha256]}
    assert list(stage.study.revisions.all()) == [stage.revision]
    with frames.untouched():
        remove_revisions(actor=cast.ada, study=stage.study, revisions=[spare])


def test_an_untouched_assignment_is_taken_back_with_its_text(stage, cast, spare):
    given = assign_revision(actor=cast.ada, study=stage.study, revision=spare, reviewer=cast.ben)
    remove_revisions(actor=cast.ada, study=stage.study, revisions=[spare])
    given.refresh_from_db()
    assert (given.state, given.reclaimed_at is not None) == ("declined", True)
    events = Event.objects.filter(ledger__study=stage.study).order_by("-seq")[:2]
    assert [(event.verb, event.kind) for event in events] == [("reduced", "study"), ("reclaimed", "assignment")]


@pytest.mark.parametrize("what", ["begun", "deleted", "submitted", "left"])
def test_a_text_that_anybody_worked_on_stays(stage, cast, spare, mark, submit, frames, what):
    if what == "submitted":
        submit(stage.assignments["ben"])
    else:
        passage = mark("ben", "Harbour news", "fact")
        if what == "deleted":
            delete_annotation(actor=cast.ben, annotation_id=passage.pk, versions={1})
        if what == "left":
            remove_member(actor=cast.ada, study=stage.study, user=cast.ben)
    with frames.refusal(ConflictError, "worked_on") as caught:
        remove_revisions(actor=cast.ada, study=stage.study, revisions=[spare, stage.revision])
    assert "“Harbour-Text”" in caught.value.detail


def test_who_reviews_a_text_learns_nothing_by_taking_it_out(stage, cast, mark, frames):
    """The same refusal whether a colleague has begun or not."""
    assign_revision(actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.ada)
    with frames.refusal(BlindError) as before:
        remove_revisions(actor=cast.ada, study=stage.study, revisions=[stage.revision])
    mark("ben", "Harbour news", "fact")
    with frames.refusal(BlindError) as after:
        remove_revisions(actor=cast.ada, study=stage.study, revisions=[stage.revision])
    assert before.value.detail == after.value.detail


def test_a_lead_who_reviews_another_text_learns_nothing_by_taking_one_out(stage, cast, spare, mark, submit, frames):
    """The same refusal whether a colleague has begun or not; a text that nobody has can be taken out."""
    own = assign_revision(actor=cast.ada, study=stage.study, revision=spare, reviewer=cast.ada)
    with frames.refusal(BlindError) as before:
        remove_revisions(actor=cast.ada, study=stage.study, revisions=[stage.revision])
    mark("ben", "Harbour news", "fact")
    with frames.refusal(BlindError) as after:
        remove_revisions(actor=cast.ada, study=stage.study, revisions=[stage.revision])
    assert before.value.detail == after.value.detail
    submit(own)
    with frames.refusal(ConflictError, "worked_on"):
        remove_revisions(actor=cast.ada, study=stage.study, revisions=[stage.revision])


def test_who_reviews_a_text_in_another_study_learns_nothing_by_taking_it_out(stage, make_stage, cast, mark, frames):
    other = make_stage("pier", reviewers=())
    add_revisions(actor=cast.ada, study=other.study, revisions=[stage.revision])
    assign_revision(actor=cast.ada, study=other.study, revision=stage.revision, reviewer=cast.ada)
    for words in ("Harbour news", "Fares will rise"):
        with frames.refusal(BlindError):
            remove_revisions(actor=cast.ada, study=stage.study, revisions=[stage.revision])
        mark("ben", words, "fact")


def test_who_comes_back_is_not_given_a_text_that_was_taken_out(stage, cast, spare, frames):
    given = assign_revision(actor=cast.ada, study=stage.study, revision=spare, reviewer=cast.ben)
    remove_member(actor=cast.ada, study=stage.study, user=cast.ben)
    remove_revisions(actor=cast.ada, study=stage.study, revisions=[spare])
    member = add_member(actor=cast.ada, study=stage.study, user=cast.ben)
    given.refresh_from_db()
    assert (member.left_at, given.state, given.returned_at) == (None, "declined", None)
    with frames.refusal(InvalidError):
        give_back_assignments(actor=cast.ada, study=stage.study, ids=[given.pk])
    add_revisions(actor=cast.ada, study=stage.study, revisions=[spare])
    assert give_back_assignments(actor=cast.ada, study=stage.study, ids=[given.pk]) == [given]


def test_a_rule_of_extra_reviewers_that_could_add_none_is_refused(stage, change, frames):
    study = change(stage.study, reviewers_per_document=3)
    with frames.refusal(InvalidError) as caught:
        change(study, extra_up_to=3)
    assert (caught.value.errors[0].field, "more than that" in caught.value.detail) == ("extra_up_to", True)
    study = change(study, extra_up_to=4)
    with frames.refusal(InvalidError):
        change(study, reviewers_per_document=4)
    assert change(study, reviewers_per_document=4, extra_up_to=None).reviewers_per_document == 4


def test_of_two_studies_made_at_once_with_one_short_name_one_is_refused(stage, cast, frames, monkeypatch):
    """Neither was there when the other looked."""
    checked = Study.full_clean

    def slow(study):
        checked(study)
        if not Study.objects.filter(slug="quay").exists():
            Study.objects.create(slug="quay", title="The other", codebook=stage.codebook)

    monkeypatch.setattr(Study, "full_clean", slow)
    with pytest.raises(ConflictError, match="There is a study “quay” already"):
        create_study(actor=cast.ada, slug="quay", title="Quay", codebook=stage.codebook)


def test_a_closed_study_keeps_its_texts(stage, cast, spare, frames):
    close_study(actor=cast.ada, study=stage.study)
    with frames.refusal(ConflictError, "closed"):
        remove_revisions(actor=cast.ada, study=stage.study, revisions=[spare])


def test_a_study_closes_with_as_many_open_assignments_as_were_named(stage, cast, submit, frames):
    for named in (0, 1, 3):
        with frames.refusal(ConflictError, "open_work") as caught:
            close_study(actor=cast.ada, study=stage.study, open_seen=named)
        assert "Open assignments now: 2." in caught.value.detail
    with frames.deed("closed", "study", stage.study):
        close_study(actor=cast.ada, study=stage.study, open_seen=2)
    assert Assignment.objects.open().filter(study=stage.study).count() == 2
    with frames.untouched():
        close_study(actor=cast.ada, study=stage.study, open_seen=0)


def test_a_text_of_the_training_stays(school, cast, frames):
    gold = school.gold()
    add_revisions(actor=cast.ada, study=school.stage.study, revisions=[gold.revision])
    school.add(gold, "check")
    with frames.refusal(ConflictError, "teaches"):
        remove_revisions(actor=cast.ada, study=school.stage.study, revisions=[gold.revision])

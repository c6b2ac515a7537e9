"""Training: who is held until they pass, how they pass, and what a lead can change meanwhile."""

from types import SimpleNamespace
from typing import Any

import pytest

from annotator.actions.assignments import (
    assign_revision,
    reopen_assignment,
    reveal_assignment,
    revise_assignment,
    submit_assignment,
)
from annotator.actions.codebook import publish_codebook, start_next_version
from annotator.actions.distribution import Wish as Distribution
from annotator.actions.distribution import distribute_texts, reviewers_of
from annotator.actions.entrance import create_code, join
from annotator.actions.errors import ConflictError, InvalidError, NotFoundError, StaleError
from annotator.actions.study import add_member, add_revisions, close_study, remove_member, use_codebook
from annotator.actions.training import (
    Wish,
    add_text,
    end_training,
    give_check,
    move_text,
    open_training,
    pass_by_hand,
    retire_text,
    set_marks,
)
from annotator.gold import Mark
from annotator.models import Annotation, Assignment, Event, Label, PassMark, Qualification, Training, User
from tests.schooling import BEST, NOBODY, OPINION, School, hand_in, mark


def place(school: School, user: Any) -> Any:
    return school.stage.study.memberships.get(user=user)


def let_on(user: Any) -> str:
    row = Qualification.objects.filter(reviewer=user).first()
    return row.how if row else ""


def test_documents_wait_until_the_marks_are_reached(school: School, cast: SimpleNamespace, frames: Any) -> None:
    real = school.stage.assignments["ben"]
    school.teach(3, 2)
    with frames.refusal(ConflictError, "training"):
        mark(real, BEST, "opinion", ratings=[("slant", 1)])
    with frames.refusal(ConflictError, "training"):
        submit_assignment(actor=cast.ben, assignment_id=real.pk, accept_gaps=True)
    first = school.lesson(cast.ben)
    assert first.revision == school.golds[0].revision
    school.read(cast.ben)
    assert school.lesson(cast.ben).revision == school.golds[1].revision
    assert let_on(cast.ben) == ""
    school.read(cast.ben)
    assert (let_on(cast.ben), school.lesson(cast.ben)) == ("passed", None)
    mark(real, BEST, "opinion", ratings=[("slant", 1)])
    assert let_on(cast.cleo) == ""
    event = Event.objects.get(verb="qualified")
    assert (event.actor, event.after["documents"]) == (cast.ben, 2)
    assert event.after["figures"] == {"opinion": 1.0}


def test_who_falls_short_reads_on_and_the_last_documents_count(school: School, cast: SimpleNamespace) -> None:
    school.teach(4, 2)
    school.read(cast.ben, well=False)
    school.read(cast.ben, well=False)
    assert school.lesson(cast.ben).revision == school.golds[2].revision
    school.read(cast.ben)
    assert let_on(cast.ben) == ""
    school.read(cast.ben)
    assert let_on(cast.ben) == "passed"


def test_who_has_read_all_in_vain_waits_for_more_texts_or_for_the_lead(
    school: School, cast: SimpleNamespace, frames: Any
) -> None:
    school.teach(2, 1)
    for _ in range(2):
        school.read(cast.ben, well=False)
    assert (school.lesson(cast.ben), let_on(cast.ben)) == (None, "")
    school.add(school.gold())
    assert school.lesson(cast.ben).revision == school.golds[2].revision
    with frames.refusal(InvalidError):
        pass_by_hand(actor=cast.ada, study=school.stage.study, member=place(school, cast.ben), reason=" ")
    with frames.refusal(NotFoundError):
        pass_by_hand(actor=cast.dora, study=school.stage.study, member=place(school, cast.ben), reason="x")
    with frames.deed("qualified", "qualification") as done:
        pass_by_hand(actor=cast.ada, study=school.stage.study, member=place(school, cast.ben), reason="an expert")
    assert (done.event.after["reason"], let_on(cast.ben)) == ("an expert", "by_hand")
    with frames.untouched():
        pass_by_hand(actor=cast.ada, study=school.stage.study, member=place(school, cast.ben), reason="again")
    with frames.refusal(ConflictError, "not_training"):
        pass_by_hand(actor=cast.ada, study=school.stage.study, member=place(school, cast.dora), reason="x")


def test_training_work_is_never_revealed_revised_or_reopened(
    school: School, cast: SimpleNamespace, frames: Any
) -> None:
    school.teach()
    done = school.read(cast.ben)
    with frames.refusal(ConflictError, "training"):
        reveal_assignment(actor=cast.ben, assignment_id=done.pk)
    with frames.refusal(ConflictError, "training"):
        revise_assignment(actor=cast.ben, assignment_id=done.pk, reason="seen the gold")
    with frames.refusal(ConflictError, "training"):
        reopen_assignment(actor=cast.ada, assignment_id=done.pk, reason="by mistake")
    with frames.refusal(ConflictError, "training"):
        assign_revision(actor=cast.ada, study=school.stage.study, revision=done.revision, reviewer=cast.ben)
    with frames.refusal(ConflictError, "teaches"):
        reopen_assignment(actor=cast.ada, assignment_id=school.golds[2].pk, reason="by mistake")


def test_who_has_begun_to_read_before_is_let_on_as_they_are(school: School, cast: SimpleNamespace, mark: Any) -> None:
    mark("ben", BEST, "opinion")
    school.teach()
    assert (let_on(cast.ben), school.lesson(cast.ben)) == ("before", None)
    assert school.lesson(cast.cleo) is not None


def test_what_was_reached_stays_when_the_marks_are_raised_and_lower_marks_let_on_at_once(
    school: School, cast: SimpleNamespace
) -> None:
    school.teach(3, 1)
    school.read(cast.ben)
    study = school.stage.study
    set_marks(actor=cast.ada, study=study, wish=Wish(3, (OPINION,)))
    assert let_on(cast.ben) == "passed"
    school.read(cast.cleo)
    assert let_on(cast.cleo) == ""
    set_marks(actor=cast.ada, study=study, wish=Wish(1, (OPINION,)))
    assert let_on(cast.cleo) == "passed"


def test_a_training_that_nobody_could_pass_does_not_begin(school: School, cast: SimpleNamespace, frames: Any) -> None:
    study = school.stage.study
    school.add(school.gold())
    with frames.refusal(ConflictError, "few"):
        open_training(actor=cast.ada, study=study)
    fact = Mark("label", "fact", "sentence-f1", 0.7)
    set_marks(actor=cast.ada, study=study, wish=Wish(1, (fact,)))
    with frames.refusal(ConflictError, "few") as refused:
        open_training(actor=cast.ada, study=study)
    assert [fault.field for fault in refused.value.errors] == ["marks.label.fact"]
    set_marks(actor=cast.ada, study=study, wish=Wish(1, ()))
    open_training(actor=cast.ada, study=study)
    with frames.refusal(ConflictError, "few"):
        set_marks(actor=cast.ada, study=study, wish=Wish(1, (fact,)))
    with frames.refusal(ConflictError, "few"):
        retire_text(actor=cast.ada, study=study, text_id=study.training_texts.get().pk)


@pytest.mark.parametrize(
    ("needed", "marks", "field"),
    [
        (0, (), "needed"),
        (21, (), "needed"),
        (2, (Mark("label", "nothing", "sentence-f1", 0.7),), "marks.label.nothing"),
        (2, (Mark("label", "fact", "within", 0.7),), "marks.label.fact"),
        (2, (Mark("label", "fact", "sentence-f1", 1.2),), "marks.label.fact"),
        (2, (Mark("label", "fact", "sentence-f1", 0.0),), "marks.label.fact"),
        (2, (Mark("scale", "slant", "sentence-f1", 0.7),), "marks.scale.slant"),
        (2, (Mark("scale", "slant", "within", 0.7, 5),), "marks.scale.slant"),
        (2, (Mark("scale", "basis", "within", 0.7, 1),), "marks.scale.basis"),
        (2, (Mark("scale", "gone", "within", 0.7),), "marks.scale.gone"),
        (2, (OPINION, OPINION), "marks.label.opinion"),
    ],
)
def test_marks_that_make_no_sense_are_refused_by_name(
    school: School, cast: SimpleNamespace, frames: Any, needed: int, marks: tuple[Mark, ...], field: str
) -> None:
    with frames.refusal(InvalidError) as refused:
        set_marks(actor=cast.ada, study=school.stage.study, wish=Wish(needed, marks))
    assert [fault.field for fault in refused.value.errors] == [field]


def test_of_two_leads_at_once_none_is_overwritten(school: School, cast: SimpleNamespace, frames: Any) -> None:
    study = school.stage.study
    first = set_marks(actor=cast.ada, study=study, wish=Wish(2, (OPINION,)))
    set_marks(actor=cast.ada, study=study, wish=Wish(3, (OPINION,)), version=first.version)
    with frames.refusal(StaleError):
        set_marks(actor=cast.ada, study=study, wish=Wish(4, ()), version=first.version)
    with frames.untouched():  # a write whose answer was lost, sent again
        set_marks(actor=cast.ada, study=study, wish=Wish(3, (OPINION,)), version=first.version)
    assert PassMark.objects.filter(study=study).count() == 1


def test_a_training_begins_with_the_usual_marks(school: School, cast: SimpleNamespace) -> None:
    school.add(school.gold())
    assert sorted(PassMark.objects.values_list("code", flat=True)) == [
        "ai",
        "basis",
        "credibility",
        "fact",
        "opinion",
        "slant",
    ]


def test_only_a_submitted_gold_that_can_be_read_here_teaches(
    school: School, cast: SimpleNamespace, frames: Any
) -> None:
    study = school.stage.study
    with frames.refusal(InvalidError):
        add_text(actor=cast.ada, study=study, gold_id=school.stage.assignments["ben"].pk, kind="lesson")
    unfinished, gold = school.gold(submitted=False), school.gold()
    with frames.refusal(InvalidError):
        school.add(unfinished)
    with frames.refusal(InvalidError):
        school.add(gold, kind="exam")
    draft = start_next_version(actor=cast.ada, codebook=school.stage.codebook)
    opinion = Label.objects.get(codebook=draft, code="opinion")
    opinion.replaces.clear()
    opinion.code = "view"
    opinion.save()
    newer = publish_codebook(actor=cast.ada, codebook=draft)
    use_codebook(actor=cast.ada, study=study, codebook=newer)
    with frames.refusal(InvalidError) as refused:
        school.add(school.golds[1])
    assert "no one label that reads “Opinion”" in refused.value.detail


def test_a_gold_is_read_through_what_labels_replace(school: School, cast: SimpleNamespace) -> None:
    study = school.stage.study
    draft = start_next_version(actor=cast.ada, codebook=school.stage.codebook)
    opinion = Label.objects.get(codebook=draft, code="opinion")
    opinion.code = "view"
    opinion.save()
    use_codebook(actor=cast.ada, study=study, codebook=publish_codebook(actor=cast.ada, codebook=draft))
    school.teach(2, 1, Mark("label", "view", "sentence-f1", 0.9))
    work = school.lesson(cast.ben)
    assert work.codebook.version == 2
    for words in (BEST, NOBODY):
        mark(work, words, "view", ratings=[("slant", 1)])
    hand_in(work)
    assert let_on(cast.ben) == "passed"


def test_texts_are_added_taken_out_and_put_in_order_while_people_train(
    school: School, cast: SimpleNamespace, frames: Any
) -> None:
    study = school.stage.study
    first, second, third = school.teach(3, 1)
    with frames.deed("moved", "trainingtext", third):
        move_text(actor=cast.ada, study=study, text_id=third.pk, position=2)
    with frames.refusal(InvalidError):
        move_text(actor=cast.ada, study=study, text_id=third.pk, position=4)
    held = school.lesson(cast.ben)
    with frames.deed("retired", "trainingtext", first):
        retire_text(actor=cast.ada, study=study, text_id=first.pk)
    with frames.untouched():
        retire_text(actor=cast.ada, study=study, text_id=first.pk)
    assert school.lesson(cast.ben) == held
    school.read(cast.ben, well=False)
    assert school.lesson(cast.ben).revision == third.revision
    with frames.untouched():
        school.add(school.golds[1])
    with frames.refusal(ConflictError, "exists"):
        school.add(school.golds[1], kind="check")
    with frames.refusal(ConflictError, "exists"):  # ben was taught by it
        school.add(school.golds[0], kind="check")
    with frames.refusal(ConflictError, "teaches"):  # taken out, and ben was shown it
        reopen_assignment(actor=cast.ada, assignment_id=school.golds[0].pk, reason="by mistake")
    school.add(school.golds[0])
    assert not study.training_texts.filter(retired_at__isnull=False).exists()
    with frames.refusal(NotFoundError):
        retire_text(actor=cast.dora, study=study, text_id=second.pk)


def test_who_joins_begins_with_the_training(school: School, cast: SimpleNamespace) -> None:
    study = school.stage.study
    school.teach()
    add_member(actor=cast.ada, study=study, user=cast.eli)
    assert school.lesson(cast.eli).revision == school.golds[0].revision
    code = create_code(actor=cast.ada, study=study, places=3, days=3, documents=1)
    gina = User.objects.create(username="gina")
    given = join(entrance=code, user=gina).assignments
    assert [each.purpose for each in given] == ["training", "study"]
    remove_member(actor=cast.ada, study=study, user=gina)
    assert school.lesson(gina) is None
    add_member(actor=cast.ada, study=study, user=gina)
    assert school.lesson(gina) == given[0]


def test_nobody_trains_on_a_gold_of_their_own(school: School, cast: SimpleNamespace) -> None:
    school.teach(2, 1)
    add_member(actor=cast.ada, study=school.stage.study, user=cast.dora, role="reviewer")
    assert school.lesson(cast.dora) is None
    assert let_on(cast.dora) == ""


def test_machines_and_those_who_run_or_settle_are_not_trained(school: School, cast: SimpleNamespace) -> None:
    robot = User.objects.create(username="robot", kind="machine")
    study = school.stage.study
    for user, role in ((robot, "reviewer"), (cast.eli, "adjudicator")):
        add_member(actor=cast.ada, study=study, user=user, role=role)
    made = assign_revision(actor=cast.ada, study=study, revision=school.stage.revision, reviewer=robot)
    school.teach()
    assert [school.lesson(user) for user in (robot, cast.eli, cast.dora)] == [None] * 3
    mark(made, BEST, "opinion")


def test_an_ended_training_holds_nobody_and_begins_again_where_it_was(
    school: School, cast: SimpleNamespace, frames: Any
) -> None:
    study = school.stage.study
    school.teach()
    with frames.deed("ended", "training"):
        end_training(actor=cast.ada, study=study)
    with frames.untouched():
        end_training(actor=cast.ada, study=study)
    held = school.lesson(cast.cleo)
    mark(school.stage.assignments["ben"], BEST, "opinion")
    open_training(actor=cast.ada, study=study)
    assert (let_on(cast.ben), school.lesson(cast.cleo)) == ("before", held)
    close_study(actor=cast.ada, study=study)
    with frames.refusal(ConflictError, "closed"):
        open_training(actor=cast.ada, study=study)
    gold = school.gold()
    with frames.refusal(ConflictError, "closed"):
        school.add(gold)


def test_a_training_text_of_the_study_is_dealt_to_nobody(school: School, cast: SimpleNamespace, frames: Any) -> None:
    study = school.stage.study
    texts = school.teach(2, 1)
    add_revisions(actor=cast.ada, study=study, revisions=[texts[1].revision])
    wish = Distribution(2, 0, reviewers_of(study))
    distribute_texts(actor=cast.ada, study=study, wish=wish)
    assert not Assignment.objects.without_training().filter(study=study, revision=texts[1].revision).exists()
    with frames.refusal(ConflictError, "training"):
        assign_revision(actor=cast.ada, study=study, revision=texts[1].revision, reviewer=cast.cleo)


def test_training_leaves_work_on_other_texts_independent_and_on_the_same_text_not(
    school: School, cast: SimpleNamespace, make_stage: Any
) -> None:
    school.teach(2, 1)
    done = school.read(cast.ben)
    real = Assignment.objects.with_independence().get(pk=school.stage.assignments["ben"].pk)
    assert real.is_independent
    other = make_stage(slug="other", reviewers=())
    add_member(actor=cast.ada, study=other.study, user=cast.ben)
    add_member(actor=cast.ada, study=other.study, user=cast.cleo)
    add_revisions(actor=cast.ada, study=other.study, revisions=[done.revision])
    wish = Distribution(2, 0, reviewers_of(other.study))
    distribute_texts(actor=cast.ada, study=other.study, wish=wish)
    again = {row.reviewer.username: row for row in Assignment.objects.filter(study=other.study, revision=done.revision)}
    assert (again["ben"].informed_at is not None, again["cleo"].informed_at is not None) == (True, False)


def test_a_check_is_an_ordinary_document_of_the_study(school: School, cast: SimpleNamespace, frames: Any) -> None:
    study = school.stage.study
    check = school.add(school.gold(), kind="check")
    assert study.revisions.filter(pk=check.revision_id).exists()
    given = give_check(actor=cast.ada, study=study, text_id=check.pk)
    assert {each.reviewer.username for each in given} == {"ben", "cleo"}
    assert {each.purpose for each in given} == {"study"}
    with frames.untouched():
        assert give_check(actor=cast.ada, study=study, text_id=check.pk) == []
    hand_in(given[0])
    assert Assignment.objects.measured_for(cast.ada).filter(pk=given[0].pk).exists()
    lesson = school.add(school.gold())
    with frames.refusal(InvalidError):
        give_check(actor=cast.ada, study=study, text_id=lesson.pk)
    retire_text(actor=cast.ada, study=study, text_id=check.pk)
    with frames.refusal(InvalidError):
        give_check(actor=cast.ada, study=study, text_id=check.pk)


def test_the_gold_is_shown_after_submitting_and_not_while_the_text_is_held_blind_elsewhere(
    school: School, cast: SimpleNamespace, make_stage: Any
) -> None:
    texts = school.teach(2, 1)
    shown = school.stage.study.training_texts.shown_to
    assert list(shown(cast.ben)) == []
    other = make_stage(slug="other", reviewers=())
    add_member(actor=cast.ada, study=other.study, user=cast.ben)
    add_revisions(actor=cast.ada, study=other.study, revisions=[texts[0].revision])
    held = assign_revision(actor=cast.ada, study=other.study, revision=texts[0].revision, reviewer=cast.ben)
    school.read(cast.ben)
    assert list(shown(cast.ben)) == []
    hand_in(held)
    assert list(shown(cast.ben)) == [texts[0]]
    assert list(shown(cast.cleo)) == []


def test_training_work_is_seen_by_nobody_but_its_author_and_those_entrusted(
    school: School, cast: SimpleNamespace
) -> None:
    school.teach(3, 3)
    work = school.lesson(cast.ben)
    passage = mark(work, BEST, "opinion")
    seen = {
        name: Annotation.objects.visible_to(getattr(cast, name)).filter(pk=passage.pk).exists()
        for name in ("ada", "ben", "cleo", "dora", "eli")
    }
    assert seen == {"ada": False, "ben": True, "cleo": False, "dora": False, "eli": False}
    hand_in(work)
    school.read(cast.cleo)
    seen = {
        name: Annotation.objects.visible_to(getattr(cast, name)).filter(pk=passage.pk).exists()
        for name in ("ada", "ben", "cleo", "dora", "eli")
    }
    assert seen == {"ada": True, "ben": True, "cleo": False, "dora": True, "eli": False}
    assert not Assignment.objects.measured_for(cast.ada).filter(pk=work.pk).exists()
    assert Training.objects.get().is_open

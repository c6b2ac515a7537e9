"""Who oversees a study and reviews in it is a reviewer first: blind to the study until the own work is in and revealed.

And what they, or anybody, could see before beginning is kept, so that such work is not counted as independent.
"""

from typing import Any

import pytest

from annotator.actions.assignments import assign_revision, reopen_assignment, reveal_assignment, submit_assignment
from annotator.actions.errors import ConflictError
from annotator.actions.study import add_member, close_study, remove_member, reopen_study
from annotator.models import Annotation, Assignment, Event
from annotator.queries import hidden_revisions, may_see_agreement, measured_documents
from tests.queries.conftest import work


@pytest.fixture
def two_texts(staged: Any, crowd: Any, make_document: Any) -> Any:
    """The stage of two texts, ben's work submitted on both; the staff lead mo is a member without an assignment."""
    stage = staged()
    other = make_document("other", stage.revision.text + "More.\n")
    stage.study.revisions.add(other)
    add_member(actor=crowd.ada, study=stage.study, user=crowd.mo, role="reviewer")
    work(stage.assignments["ben"])
    work(assign_revision(actor=crowd.ada, study=stage.study, revision=other, reviewer=crowd.ben))
    stage.assignments["other"] = Assignment.objects.get(revision=other)
    return stage


def seen_by(user: Any, stage: Any) -> set[str]:
    """The texts of the study on which the user sees ben's work, by every door alike."""
    others = Annotation.objects.filter(assignment__study=stage.study, assignment__reviewer__username="ben")
    slugs = set(others.visible_to(user).values_list("assignment__revision__document__slug", flat=True))
    figures = {
        document.slug
        for document in measured_documents(stage.study, user)
        if any(coding.reviewer != _pseudonym(stage, user) for coding in document.codings)
    }
    history = Event.objects.visible_to(user).filter(actor__username="ben", kind="annotation")
    told = set(history.values_list("assignment__revision__document__slug", flat=True))
    assert slugs == figures == told
    hidden = hidden_revisions(stage.study, user).values_list("document__slug", flat=True)
    assert slugs.isdisjoint(hidden)
    for revision in stage.study.revisions.select_related("document"):
        assert may_see_agreement(stage.study, user, revision) == (revision.document.slug in slugs)
    return slugs


def _pseudonym(stage: Any, user: Any) -> str:
    member = stage.study.memberships.filter(user=user).first()
    return member.pseudonym if member else ""


def is_independent(assignment: Assignment) -> bool:
    return Assignment.objects.with_independence().get(pk=assignment.pk).is_independent


@pytest.mark.parametrize("name", ["lou", "mo", "ada"])
def test_an_overseer_who_reviews_sees_the_study_only_after_submitting_and_revealing(two_texts, crowd, name):
    user = getattr(crowd, name)
    assert seen_by(user, two_texts) == {"harbour-text", "other"}, "who only oversees sees what was submitted"
    Assignment.objects.filter(pk=two_texts.assignments["other"].pk).update(state="open", submitted_at=None)
    Assignment.objects.filter(pk=two_texts.assignments["ben"].pk).update(state="open", submitted_at=None)
    mine = assign_revision(actor=crowd.ada, study=two_texts.study, revision=two_texts.revision, reviewer=user)
    for key in ("ben", "other"):
        submit_assignment(actor=crowd.ben, assignment_id=two_texts.assignments[key].pk, accept_gaps=True)
    assert seen_by(user, two_texts) == set(), "the other text too: what is seen there would colour the own review"
    work(mine)
    assert seen_by(user, two_texts) == {"other"}, "the own text is shown by the reviewer's own act, as to any reviewer"
    reveal_assignment(actor=user, assignment_id=mine.pk)
    assert seen_by(user, two_texts) == {"harbour-text", "other"}
    assert is_independent(mine), "given before anybody had submitted, and done blind"


def test_work_given_to_somebody_who_saw_others_is_not_independent(two_texts, crowd):
    late = assign_revision(actor=crowd.ada, study=two_texts.study, revision=two_texts.revision, reviewer=crowd.lou)
    work(late)
    assert late.informed_at is not None
    assert not is_independent(late)
    early = assign_revision(actor=crowd.ada, study=two_texts.study, revision=two_texts.revision, reviewer=crowd.cleo)
    assert (early.informed_at, is_independent(early)) == (None, True)


def test_a_text_seen_in_another_study_is_not_read_independently(staged, crowd):
    first, second = staged(), staged(slug="second")
    work(first.assignments["ben"])
    work(first.assignments["fay"], reveal=True)
    second.study.revisions.add(first.revision)
    again = assign_revision(actor=crowd.ada, study=second.study, revision=first.revision, reviewer=crowd.fay)
    fresh = assign_revision(actor=crowd.ada, study=second.study, revision=first.revision, reviewer=crowd.cleo)
    assert (is_independent(again), is_independent(fresh)) == (False, True)


def test_a_round_reopened_after_seeing_another_text_is_not_independent(two_texts, crowd):
    """Fay submits both texts, reveals one, and has the other opened again."""
    second = assign_revision(
        actor=crowd.ada,
        study=two_texts.study,
        revision=two_texts.assignments["other"].revision,
        reviewer=crowd.fay,
    )
    work(two_texts.assignments["fay"])
    work(second)
    blind = reopen_assignment(actor=crowd.lou, assignment_id=second.pk, reason="typo")
    assert is_independent(blind), "nothing was seen meanwhile"
    submit_assignment(actor=crowd.fay, assignment_id=second.pk)
    reveal_assignment(actor=crowd.fay, assignment_id=two_texts.assignments["fay"].pk)
    reopen_assignment(actor=crowd.lou, assignment_id=second.pk, reason="typo")
    assert not is_independent(second)


def test_no_work_of_an_open_study_is_independent(staged):
    stage = staged("open")
    work(stage.assignments["ben"])
    assert not is_independent(stage.assignments["ben"])


def test_who_left_adds_nothing_is_not_kept_blind_and_returns_informed(staged, crowd):
    first, second = staged(), staged(slug="second", reviewers=("ben", "cleo"))
    held = first.assignments["fay"]
    second.study.revisions.add(first.revision)
    passage = work(assign_revision(actor=crowd.ada, study=second.study, revision=first.revision, reviewer=crowd.ben))
    add_member(actor=crowd.ada, study=second.study, user=crowd.fay, role="lead")
    visible = Annotation.objects.filter(pk=passage.pk).visible_to
    assert not visible(crowd.fay).exists(), "fay reviews this text in the first study"
    remove_member(actor=crowd.ada, study=first.study, user=crowd.fay)
    assert visible(crowd.fay).exists()
    with pytest.raises(ConflictError) as refusal:
        submit_assignment(actor=crowd.fay, assignment_id=held.pk, accept_gaps=True)
    assert refusal.value.code == "left"
    add_member(actor=crowd.ada, study=first.study, user=crowd.fay, role="reviewer")
    submit_assignment(actor=crowd.fay, assignment_id=held.pk, accept_gaps=True)
    assert not is_independent(held)


def test_work_left_open_in_a_closed_study_hides_nothing_and_the_reopened_study_knows(staged, crowd):
    first, second = staged(), staged(slug="second", reviewers=("ben", "cleo"))
    second.study.revisions.add(first.revision)
    passage = work(assign_revision(actor=crowd.ada, study=second.study, revision=first.revision, reviewer=crowd.ben))
    add_member(actor=crowd.ada, study=second.study, user=crowd.fay, role="adjudicator")
    visible = Annotation.objects.filter(pk=passage.pk).visible_to
    assert not visible(crowd.fay).exists()
    close_study(actor=crowd.ada, study=first.study)
    assert visible(crowd.fay).exists()
    reopen_study(actor=crowd.ada, study=first.study)
    assert not visible(crowd.fay).exists()
    for name, independent in (("fay", False), ("cleo", True)):
        work(first.assignments[name])
        assert is_independent(first.assignments[name]) == independent, name

"""Bringing back what was taken back: ratings of the document, and decisions with the passage they made."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from annotator.actions.adjudication import Verdict, decide_case, undo_decision
from annotator.actions.annotation import Precondition, delete_annotation, save_annotation
from annotator.actions.assignments import assign_revision, submit_assignment
from annotator.actions.decisions_restored import restore_decision
from annotator.actions.errors import ConflictError, DeletedError, NotFoundError
from annotator.actions.rating import clear_document_rating, rate_document, restore_document_rating
from annotator.actions.scale_decisions import ScaleVerdict, decide_scale
from annotator.actions.study import close_study, remove_member
from annotator.ids import uuid7
from annotator.models import Decision, Event, Rating

NEW = Precondition(create=True)
FERRY = "The ferry carried 1,200 people in May."


def version(number: int) -> Precondition:
    return Precondition(versions=frozenset({number}))


@pytest.fixture
def mine(stage: Any, cast: SimpleNamespace) -> dict[str, Any]:
    """Ben, his assignment and its scale, as the actions ask for them."""
    return {"actor": cast.ben, "assignment_id": stage.assignments["ben"].pk, "scale": "credibility"}


@pytest.fixture
def cleared(mine: dict[str, Any], mark: Callable[..., Any]) -> Any:
    """A rating with evidence, taken back; the passage that justified it."""
    passage = mark("ben", FERRY, "fact")
    rate_document(**mine, point=2, evidence=[passage.pk], precondition=NEW)
    clear_document_rating(**mine, precondition=version(1))
    return passage


def test_a_rating_comes_back_with_its_evidence_under_a_new_version(
    mine: dict[str, Any], cleared: Any, frames: SimpleNamespace
) -> None:
    with frames.deed("restored", "rating") as done:
        rating = restore_document_rating(**mine)
    assert (rating.point.value, [each.pk for each in rating.evidence.all()], rating.version) == (2, [cleared.pk], 2)
    assert done.event.after == {"scale": "credibility", "point": 2, "evidence": [str(cleared.pk)], "version": 2}
    with frames.untouched():
        assert restore_document_rating(**mine).pk == rating.pk


def test_evidence_deleted_since_comes_back_as_deleted(mine: dict[str, Any], cleared: Any) -> None:
    delete_annotation(actor=mine["actor"], annotation_id=cleared.pk, versions={1})
    assert [each.is_deleted for each in restore_document_rating(**mine).evidence.all()] == [True]


def test_the_rating_taken_back_last_comes_back(mine: dict[str, Any], cleared: Any) -> None:
    rate_document(**mine, point=5, precondition=NEW)
    clear_document_rating(**mine, precondition=version(2))
    assert restore_document_rating(**mine).point.value == 5


def test_a_rating_is_not_brought_back_over_another_nor_into_locked_work(
    mine: dict[str, Any], cleared: Any, cast: SimpleNamespace, stage: Any, frames: SimpleNamespace
) -> None:
    for wrong in ({"actor": cast.cleo}, {"actor": cast.ada}, {"scale": "slant"}, {"scale": "none"}):
        with frames.refusal(NotFoundError):
            restore_document_rating(**{**mine, **wrong})
    rate_document(**mine, point=4, precondition=NEW)
    with frames.refusal(ConflictError, "different"):
        restore_document_rating(**mine)
    clear_document_rating(**mine, precondition=version(2))
    submit_assignment(actor=cast.ben, assignment_id=mine["assignment_id"], accept_gaps=True)
    with frames.refusal(ConflictError, "submitted"):
        restore_document_rating(**mine)
    close_study(actor=cast.ada, study=stage.study)
    with frames.refusal(ConflictError, "closed"):
        restore_document_rating(**mine)


def test_what_was_never_taken_back_is_not_there_and_what_is_there_stays(
    mine: dict[str, Any], frames: SimpleNamespace
) -> None:
    with frames.refusal(NotFoundError):
        restore_document_rating(**mine)
    rating, _ = rate_document(**mine, point=2, precondition=NEW)
    with frames.untouched():
        assert restore_document_rating(**mine).pk == rating.pk


def test_who_left_brings_nothing_back(
    mine: dict[str, Any], cleared: Any, cast: SimpleNamespace, stage: Any, frames: SimpleNamespace
) -> None:
    remove_member(actor=cast.ada, study=stage.study, user=cast.ben)
    with frames.refusal(ConflictError, "left"):
        restore_document_rating(**mine)


@pytest.fixture
def undone(stage: Any, cast: SimpleNamespace, mark: Callable[..., Any]) -> SimpleNamespace:
    """Dora took ben's passage and took that back; her assignment, the decision, ben's passage and hers."""
    vote = mark("ben", FERRY, "fact", ratings=[("slant", 1)])
    for name in ("ben", "cleo"):
        work = stage.assignments[name]
        submit_assignment(actor=work.reviewer, assignment_id=work.pk, accept_gaps=True)
    gold = assign_revision(
        actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.dora, role="adjudicator"
    )
    verdict = Verdict("took", vote.start, vote.end, (vote.pk,), taken=vote.pk)
    decision, _ = decide_case(
        actor=cast.dora, decision_id=uuid7(), assignment_id=gold.pk, verdict=verdict, precondition=NEW
    )
    undo_decision(actor=cast.dora, decision_id=decision.pk, versions={1})
    return SimpleNamespace(gold=gold, decision=decision, vote=vote, passage=decision.annotation, verdict=verdict)


def test_a_decision_stands_again_with_the_passage_it_made(
    undone: SimpleNamespace, cast: SimpleNamespace, frames: SimpleNamespace
) -> None:
    before = Event.objects.count()
    decision = restore_decision(actor=cast.dora, decision_id=undone.decision.pk)
    assert (decision.deleted_at, decision.version, decision.annotation_id) == (None, 3, undone.passage.pk)
    undone.passage.refresh_from_db()
    assert (undone.passage.is_deleted, undone.passage.version) == (False, 3)
    assert [rating.point.value for rating in undone.passage.ratings.all()] == [1]
    events = list(Event.objects.order_by("-seq")[: Event.objects.count() - before])
    assert [(event.verb, event.kind) for event in events] == [("restored", "decision"), ("restored", "annotation")]
    with frames.untouched():
        restore_decision(actor=cast.dora, decision_id=undone.decision.pk)


def test_a_decision_without_a_passage_stands_again(
    undone: SimpleNamespace, cast: SimpleNamespace, frames: SimpleNamespace
) -> None:
    verdict = Verdict("contested", undone.vote.start, undone.vote.end, (undone.vote.pk,))
    contested, _ = decide_case(
        actor=cast.dora, decision_id=uuid7(), assignment_id=undone.gold.pk, verdict=verdict, precondition=NEW
    )
    undo_decision(actor=cast.dora, decision_id=contested.pk, versions={1})
    with frames.deed("restored", "decision", contested):
        assert restore_decision(actor=cast.dora, decision_id=contested.pk).deleted_at is None


def test_a_decision_is_not_brought_back_where_something_newer_stands(
    undone: SimpleNamespace, cast: SimpleNamespace, stage: Any, frames: SimpleNamespace
) -> None:
    for other in (cast.ben, cast.ada):
        with frames.refusal(NotFoundError):
            restore_decision(actor=other, decision_id=undone.decision.pk)
    with frames.refusal(NotFoundError):
        restore_decision(actor=cast.dora, decision_id=uuid7())
    newer, _ = decide_case(
        actor=cast.dora, decision_id=uuid7(), assignment_id=undone.gold.pk, verdict=undone.verdict, precondition=NEW
    )
    with frames.refusal(ConflictError, "settled"):
        restore_decision(actor=cast.dora, decision_id=undone.decision.pk)
    undo_decision(actor=cast.dora, decision_id=newer.pk, versions={1})
    save_annotation(
        actor=cast.dora,
        annotation_id=uuid7(),
        assignment_id=undone.gold.pk,
        label="fact",
        start=undone.vote.start,
        end=undone.vote.end,
        quote=FERRY,
        precondition=NEW,
    )
    with frames.refusal(ConflictError, "overlap"):
        restore_decision(actor=cast.dora, decision_id=undone.decision.pk)


def test_a_decision_is_not_brought_back_into_a_submitted_gold_standard(
    undone: SimpleNamespace, cast: SimpleNamespace, frames: SimpleNamespace
) -> None:
    submit_assignment(actor=cast.dora, assignment_id=undone.gold.pk, accept_gaps=True)
    with frames.refusal(ConflictError, "submitted"):
        restore_decision(actor=cast.dora, decision_id=undone.decision.pk)


@pytest.fixture
def settle(undone: SimpleNamespace, cast: SimpleNamespace, stage: Any) -> Callable[..., Decision]:
    """A function by which dora settles a scale."""

    def act(scale: str, point: int, annotation: Any = None) -> Decision:
        verdict = ScaleVerdict(scale, "took", point, annotation.pk if annotation else None)
        return decide_scale(
            actor=cast.dora, decision_id=uuid7(), assignment_id=undone.gold.pk, verdict=verdict, precondition=NEW
        )[0]

    return act


@pytest.fixture
def credible(cast: SimpleNamespace, stage: Any) -> None:
    """Ben has rated the document before anybody submits."""
    work = stage.assignments["ben"]
    rate_document(actor=cast.ben, assignment_id=work.pk, scale="credibility", point=2, precondition=NEW)


def test_a_decision_on_a_scale_stands_again_with_the_rating_it_made(
    credible: None, undone: SimpleNamespace, settle: Callable[..., Decision], cast: SimpleNamespace, frames: Any
) -> None:
    decision = settle("credibility", 2)
    undo_decision(actor=cast.dora, decision_id=decision.pk, versions={1})
    rated = Rating.objects.filter(assignment=undone.gold, annotation=None)
    assert not rated.exists()
    restore_decision(actor=cast.dora, decision_id=decision.pk)
    assert [rating.point.value for rating in rated] == [2]
    decision.refresh_from_db()
    undo_decision(actor=cast.dora, decision_id=decision.pk, versions={decision.version})
    other = settle("credibility", 2)
    with frames.refusal(ConflictError, "settled"):
        restore_decision(actor=cast.dora, decision_id=decision.pk)
    undo_decision(actor=cast.dora, decision_id=other.pk, versions={1})
    rate_document(actor=cast.dora, assignment_id=undone.gold.pk, scale="credibility", point=5, precondition=NEW)
    with frames.refusal(ConflictError, "different"):
        restore_decision(actor=cast.dora, decision_id=decision.pk)


def test_a_decision_on_a_passages_scale_comes_back_after_its_passage(
    undone: SimpleNamespace, settle: Callable[..., Decision], cast: SimpleNamespace, frames: Any
) -> None:
    stands = restore_decision(actor=cast.dora, decision_id=undone.decision.pk)
    on_scale = settle("slant", 1, stands.annotation)
    undo_decision(actor=cast.dora, decision_id=stands.pk, versions={stands.version})
    with frames.refusal(DeletedError):
        restore_decision(actor=cast.dora, decision_id=on_scale.pk)
    restore_decision(actor=cast.dora, decision_id=stands.pk)
    with frames.deed("restored", "decision", on_scale):
        restore_decision(actor=cast.dora, decision_id=on_scale.pk)

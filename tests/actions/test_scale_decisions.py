"""Settling scales: each outcome, each refusal, how the gold standard is rated, and that no vote ever changes."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotator.actions.adjudication import (
    Drawn,
    Verdict,
    decide_case,
    settle_agreed,
    take_passages,
    undo_decision,
    uphold_decision,
)
from annotator.actions.annotation import Precondition, save_annotation
from annotator.actions.assignments import (
    assign_revision,
    reopen_assignment,
    reveal_assignment,
    revise_assignment,
    submit_assignment,
)
from annotator.actions.errors import ConflictError, DeletedError, InvalidError, NotFoundError, StaleError
from annotator.actions.rating import rate_document
from annotator.actions.scale_decisions import ScaleVerdict, decide_scale
from annotator.actions.study import add_member, create_study
from annotator.ids import uuid7
from annotator.models import Annotation, Event, Rating, User
from annotator.queries import case_book, coded_documents, verification

FERRY, BEST = "The ferry carried 1,200 people in May.", "It is the best ferry on the coast."
CREATE = Precondition(create=True)
THREE = ("ben", "cleo", "eli")


@pytest.fixture
def stage(make_stage):
    return make_stage(reviewers=THREE)


@pytest.fixture
def gold(cast, stage):
    return assign_revision(
        actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.dora, role="adjudicator"
    )


@pytest.fixture
def rate(stage):
    """A function by which somebody rates the document, naming passages that decided it."""

    def make(who, point, *evidence, assignment=None):
        assignment = assignment or stage.assignments[who]
        return rate_document(
            actor=assignment.reviewer,
            assignment_id=assignment.pk,
            scale="credibility",
            point=point,
            evidence=[passage.pk for passage in evidence],
            precondition=CREATE,
        )[0]

    return make


@pytest.fixture
def votes(stage, mark, rate, submit):
    """All mark the ferry as fact, two of them slanted alike; of the document each says something else."""
    found = {}
    for name, slant, point in (("ben", 1, 1), ("cleo", 1, 2), ("eli", -2, 5)):
        found[name] = mark(name, FERRY, "fact", ratings=[("slant", slant)])
        rate(name, point, found[name])
        submit(stage.assignments[name])
    return found


@pytest.fixture
def passage(cast, gold, votes):
    """The gold passage of the ferry, settled by the rule."""
    return settle_agreed(actor=cast.dora, assignment_id=gold.pk)[0].annotation


@pytest.fixture
def decide(cast, gold):
    """A function by which dora settles a scale."""

    def act(outcome, point=None, annotation=None, decision_id=None, precondition=CREATE, actor=None, **extra):
        scale = extra.pop("scale", "credibility" if annotation is None else "slant")
        verdict = ScaleVerdict(scale, outcome, point, annotation and annotation.pk, **extra)
        return decide_scale(
            actor=actor or cast.dora,
            decision_id=decision_id or uuid7(),
            assignment_id=gold.pk,
            verdict=verdict,
            precondition=precondition,
        )

    return act


def queue(gold):
    return [(case.scale.code, case.passage) for case in case_book(gold, gold.reviewer).queue]


def given(gold, annotation=None):
    rows = Rating.objects.filter(assignment=gold, annotation=annotation)
    return {rating.scale.code: rating.point.value for rating in rows}


def work_of_reviewers(gold):
    rows = list(Annotation.objects.exclude(assignment=gold).order_by("pk").values())
    return rows, list(Rating.objects.exclude(assignment=gold).order_by("pk").values())


def test_scales_that_lie_apart_are_cases_the_most_divided_first(gold, votes, passage):
    book = case_book(gold, gold.reviewer)
    assert queue(gold) == [("credibility", None), ("slant", passage.pk)]
    document, slant = book.queue
    # 1, 2 and 5 on five steps: (1 + 3 + 4) / 4 over three pairs; 1, 1 and -2 on five: (0 + 3 + 3) / 4
    assert document.division == pytest.approx(2 / 3)
    assert slant.division == pytest.approx(1 / 2)
    assert (slant.majority, document.majority) == (1, None)
    assert given(gold, passage) == {}


def test_a_point_is_written_as_the_golds_rating_and_no_vote_is_touched(gold, votes, passage, decide, frames):
    before = work_of_reviewers(gold)
    decision, is_new = decide("took", 1, passage)
    assert (is_new, decision.outcome, decision.point.value) == (True, "took", 1)
    assert {vote.pk for vote in decision.votes.all()} == {vote.pk for vote in votes.values()}
    assert given(gold, passage) == {"slant": 1}
    document, _ = decide("took", 2)
    assert given(gold) == {"credibility": 2}
    assert (document.annotation, document.start, document.end) == (None, 0, gold.revision.length)
    rating = Rating.objects.get(assignment=gold, annotation=None)
    assert list(rating.evidence.all()) == [passage], "what cleo named for the point, as the gold standard has it"
    assert work_of_reviewers(gold) == before
    verbs = list(Event.objects.filter(assignment=gold).order_by("seq").values_list("verb", "kind"))[-4:]
    assert verbs == [("changed", "annotation"), ("decided", "decision"), ("rated", "rating"), ("decided", "decision")]
    assert queue(gold) == []
    assert verification().faults == []


def test_a_contested_scale_has_no_rating_and_its_points_are_kept(gold, votes, passage, decide, submit, cast, stage):
    decide("contested", annotation=passage, reason="irony")
    decide("contested")
    assert (given(gold, passage), given(gold)) == ({}, {})
    submit_assignment(actor=cast.dora, assignment_id=gold.pk)  # both scales are required, and answered so
    (document,) = coded_documents(stage.study, cast.ada, purpose="work")
    settled = [each for coding in document.codings for each in coding.decisions if each.scale]
    assert {each.scale: each.points for each in settled} == {
        "slant": ((-2, 1), (1, 2)),
        "credibility": ((1, 1), (2, 1), (5, 1)),
    }


def test_who_gave_no_point_is_counted_as_silent(cast, stage, gold, mark, rate, submit, decide):
    for name, point in (("ben", 1), ("cleo", 4)):
        rate(name, point)
    for name in THREE:
        submit(stage.assignments[name])
    (case,) = case_book(gold, cast.dora).queue
    assert len(case.silent) == 1
    decide("contested")
    (document,) = coded_documents(stage.study, cast.dora, purpose="work")
    (decision,) = [each for coding in document.codings for each in coding.decisions]
    assert decision.points == ((1, 1), (4, 1), (None, 1))
    reopen_assignment(actor=cast.ada, assignment_id=stage.assignments["ben"].pk, reason="a slip")
    (document,) = coded_documents(stage.study, cast.dora, purpose="work")
    (decision,) = [each for coding in document.codings for each in coding.decisions]
    assert decision.points == ((4, 1), (None, 1)), "what is said in work that was handed back is its author's alone"


def test_overruling_a_majority_wants_a_reason(decide, votes, passage, frames):
    for outcome, point in (("took", -2), ("took", 9), ("contested", None)):
        with frames.refusal(InvalidError) as caught:
            decide(outcome, point, passage)
        assert [fault.field for fault in caught.value.errors] == ["reason"]
        assert "say slant 1" in caught.value.detail
        with pytest.raises(InvalidError):
            decide(outcome, point, passage, reason=" \n")
    decide("took", 9, passage, reason="cannot be told")
    decide("took", 4)  # of the document each says something else: nobody is overruled


def test_the_same_again_is_the_same_row_and_another_under_its_id_is_refused(cast, gold, decide, votes, passage, frames):
    name = uuid7()
    first, _ = decide("took", 1, passage, name)
    with frames.untouched():
        assert decide("took", 1, passage, name) == (first, False)
    with frames.refusal(ConflictError, "different"):
        decide("took", -2, passage, name, reason="no")
    with frames.refusal(StaleError):
        decide("took", -2, passage, name, Precondition(versions=frozenset({7})), reason="no")
    with frames.refusal(ConflictError, "settled"):
        decide("took", 1, passage)
    with frames.refusal(InvalidError):
        decide("took", 1, None, name, Precondition(versions=frozenset({1})))
    changed, is_new = decide("took", -2, passage, name, Precondition(versions=frozenset({1})), reason="the verb")
    assert (is_new, changed.version, given(gold, passage)) == (False, 2, {"slant": -2})
    contested, _ = decide("contested", None, passage, name, Precondition(versions=frozenset({2})), reason="irony")
    assert (contested.point, given(gold, passage)) == (None, {})
    undo_decision(actor=cast.dora, decision_id=name, versions={3})
    with frames.refusal(DeletedError):
        decide("took", 1, passage, name)
    decide("took", 1, passage)
    assert verification().faults == []


def test_undoing_takes_the_rating_away_and_opens_the_case_again(cast, gold, decide, votes, passage):
    slant, _ = decide("took", 1, passage)
    document, _ = decide("took", 2)
    for decision in (slant, document):
        undo_decision(actor=cast.dora, decision_id=decision.pk, versions={1})
    assert (given(gold, passage), given(gold)) == ({}, {})
    assert queue(gold) == [("credibility", None), ("slant", passage.pk)]
    assert Event.objects.filter(verb="cleared", kind="rating").count() == 1
    again, _ = decide("took", 5)
    assert Rating.objects.get(assignment=gold, annotation=None).version == 2, "no old ETag fits a new rating"
    assert again.pk != document.pk
    assert verification().faults == []


def test_undoing_a_passage_undoes_what_was_decided_about_its_ratings(cast, gold, decide, votes, passage):
    slant, _ = decide("took", 1, passage)
    whole = passage.decided_by.get(scale=None)
    undo_decision(actor=cast.dora, decision_id=whole.pk, versions={1})
    slant.refresh_from_db()
    assert slant.deleted_at is not None
    assert queue(gold) == [("credibility", None)]
    assert len(case_book(gold, cast.dora).agreed) == 1


def test_what_is_refused(decide, votes, passage, gold, cast, stage, frames, mark):
    other = Verdict("redrew", *stage.span(BEST), (), drawn=Drawn("ai", *stage.span(BEST), BEST))
    drawn, _ = decide_case(
        actor=cast.dora, decision_id=uuid7(), assignment_id=gold.pk, verdict=other, precondition=CREATE
    )
    for field, act in [
        ("outcome", {"outcome": "merged", "point": 1}),
        ("outcome", {"outcome": "agreed_by_rule", "point": 1}),
        ("point", {"outcome": "took"}),
        ("point", {"outcome": "contested", "point": 1}),
        ("point", {"outcome": "took", "point": 7}),
        ("scale", {"outcome": "took", "point": 1, "scale": "mood"}),
        ("scale", {"outcome": "took", "point": 1, "scale": "slant"}),
        ("scale", {"outcome": "took", "point": 1, "scale": "credibility", "annotation": passage}),
        ("scale", {"outcome": "took", "point": 1, "annotation": drawn.annotation}),  # slant is not asked of ai
        ("scale", {"outcome": "took", "point": 1, "scale": "basis", "annotation": drawn.annotation}),  # nobody rated it
        ("annotation", {"outcome": "took", "point": 1, "annotation": votes["ben"]}),
    ]:
        with frames.refusal(InvalidError) as caught:
            decide(**act)
        assert [fault.field for fault in caught.value.errors] == [field], act
    with frames.refusal(NotFoundError):
        decide("took", 1, actor=cast.ben)
    with frames.refusal(NotFoundError):
        decide("took", 1, precondition=Precondition(versions=frozenset({1})))
    with frames.refusal(ConflictError, "different"):
        decide("took", 1, decision_id=drawn.pk)
    taken, _ = decide("took", 1)
    with frames.refusal(ConflictError, "different"):
        decide_case(actor=cast.dora, decision_id=taken.pk, assignment_id=gold.pk, verdict=other, precondition=CREATE)
    submit_assignment(actor=cast.dora, assignment_id=gold.pk, accept_gaps=True)
    with frames.refusal(ConflictError, "submitted"):
        decide("took", 1, passage)


def test_a_reviewer_settles_no_scale(cast, stage, votes, frames):
    with frames.refusal(ConflictError, "not_adjudicator"):
        decide_scale(
            actor=cast.ben,
            decision_id=uuid7(),
            assignment_id=stage.assignments["ben"].pk,
            verdict=ScaleVerdict("credibility", "took", 1),
            precondition=CREATE,
        )


def test_what_is_rated_alike_is_settled_by_the_rule(cast, stage, gold, mark, rate, submit):
    same = [mark(name, FERRY, "fact", ratings=[("slant", 1)]) for name in THREE[:2]]
    same.append(mark("eli", FERRY, "fact"))  # gave no point, and contradicts nobody
    for name in THREE:
        rate(name, 6)
        submit(stage.assignments[name])
    book = case_book(gold, cast.dora)
    assert ([case.scale.code for case in book.agreed_scales], book.queue, book.n_agreed) == (["credibility"], [], 2)
    passage, document = settle_agreed(actor=cast.dora, assignment_id=gold.pk)
    assert given(gold, passage.annotation) == {"slant": 1}
    assert (document.outcome, document.point.value, given(gold)) == ("agreed_by_rule", 6, {"credibility": 6})
    assert settle_agreed(actor=cast.dora, assignment_id=gold.pk) == []
    undo_decision(actor=cast.dora, decision_id=document.pk, versions={1})
    assert given(gold) == {}
    stage.assignments["dora"] = gold
    rate("dora", 1)
    book = case_book(gold, cast.dora)
    assert ([case.scale.code for case in book.queue], book.n_agreed) == (["credibility"], 0), "dora rated it otherwise"
    assert settle_agreed(actor=cast.dora, assignment_id=gold.pk) == []


def test_taking_a_passage_takes_its_ratings_but_for_those_others_contradict(cast, stage, gold, mark, submit, votes):
    start = votes["ben"].start
    ids = tuple(vote.pk for vote in votes.values())
    verdict = Verdict("took", start, votes["ben"].end, ids, votes["eli"].pk)
    decision, _ = decide_case(
        actor=cast.dora, decision_id=uuid7(), assignment_id=gold.pk, verdict=verdict, precondition=CREATE
    )
    assert given(gold, decision.annotation) == {}
    assert ("slant", decision.annotation_id) in queue(gold)
    with_ratings = replace(verdict, taken=votes["eli"].pk, reason="eli reads best")
    undo_decision(actor=cast.dora, decision_id=decision.pk, versions={1})
    made, left = take_passages(
        actor=cast.dora,
        assignment_id=gold.pk,
        verdicts=[(uuid7(), with_ratings)],
        points=[(uuid7(), ScaleVerdict("credibility", "took", 5, reason="eli reads best"))],
    )
    assert ([each.is_on_scale for each in made], left) == ([False, True, True], 0)
    assert (given(gold, made[0].annotation), given(gold)) == ({"slant": -2}, {"credibility": 5})
    assert queue(gold) == []


def test_late_and_changed_ratings_mark_a_decision_stale_and_undo_nothing(cast, stage, gold, mark, rate, submit, decide):
    stale = {each.decision.pk: each for each in case_book(gold, cast.dora).decisions}
    assert stale == {}
    for name, slant, point in (("ben", 1, 1), ("cleo", 0, 2)):
        mark(name, FERRY, "fact", ratings=[("slant", slant)])
        rate(name, point)
        submit(stage.assignments[name])
    passage = settle_agreed(actor=cast.dora, assignment_id=gold.pk)[0].annotation
    slant, _ = decide("took", 1, passage)
    document, _ = decide("took", 1)

    def found():
        return {each.decision.pk: each for each in case_book(gold, cast.dora).decisions}

    mark("eli", "ferry carried", "fact", ratings=[("slant", 2)])
    rate("eli", 5)
    assert not any(each.stale for each in found().values()), "what is open is nobody's to see"
    submit(stage.assignments["eli"])
    assert (found()[document.pk].rated, len(found()[slant.pk].late)) == (1, 1)
    assert given(gold) == {"credibility": 1}
    for decision in (slant, document):
        uphold_decision(actor=cast.dora, decision_id=decision.pk, versions={1})
    assert not any(found()[decision.pk].stale for decision in (slant, document))
    reopen_assignment(actor=cast.ada, assignment_id=stage.assignments["ben"].pk, reason="a slip")
    ben = Annotation.objects.get(assignment=stage.assignments["ben"])
    start, end = stage.span(FERRY)
    save_annotation(
        actor=cast.ben,
        annotation_id=ben.pk,
        assignment_id=ben.assignment_id,
        label="fact",
        start=start,
        end=end,
        quote=FERRY,
        ratings=[("slant", 2)],
        precondition=Precondition(versions=frozenset({1})),
    )
    assert not found()[slant.pk].stale, "what is done in work that was handed back is its author's alone"
    stage.assignments["ben"].refresh_from_db()
    submit(stage.assignments["ben"])
    assert found()[slant.pk].changed == 1


def test_a_rating_changed_in_the_workbench_is_said(cast, gold, decide, votes, passage):
    slant, _ = decide("took", 1, passage)
    document, _ = decide("took", 2)
    passage.refresh_from_db()
    save_annotation(
        actor=cast.dora,
        annotation_id=passage.pk,
        assignment_id=gold.pk,
        label="fact",
        start=passage.start,
        end=passage.end,
        quote=FERRY,
        ratings=[("slant", 0)],
        precondition=Precondition(versions=frozenset({passage.version})),
    )
    said = {each.decision.pk: each.unmade for each in case_book(gold, cast.dora).decisions}
    assert (said[slant.pk], said[document.pk]) == (True, False)


def test_undoing_leaves_a_rating_that_the_decision_did_not_make(cast, gold, decide, votes, passage, rate):
    slant, _ = decide("took", 1, passage)
    document, _ = decide("took", 2)
    passage.refresh_from_db()
    save_annotation(
        actor=cast.dora,
        annotation_id=passage.pk,
        assignment_id=gold.pk,
        label="fact",
        start=passage.start,
        end=passage.end,
        quote=FERRY,
        ratings=[("slant", 0)],
        precondition=Precondition(versions=frozenset({passage.version})),
    )
    own = Rating.objects.get(assignment=gold, annotation=None)
    rate_document(
        actor=cast.dora,
        assignment_id=gold.pk,
        scale="credibility",
        point=4,
        evidence=[passage.pk],
        precondition=Precondition(versions=frozenset({own.version})),
    )
    for decision in (slant, document):
        undo_decision(actor=cast.dora, decision_id=decision.pk, versions={decision.version})
    assert (given(gold, passage), given(gold)) == ({"slant": 0}, {"credibility": 4}), "what was rated by hand stays"


def test_a_second_round_counts_in_place_of_the_first(cast, stage, gold, votes, passage, decide, rate):
    document, _ = decide("took", 2)
    reveal_assignment(actor=cast.eli, assignment_id=stage.assignments["eli"].pk)
    second = revise_assignment(actor=cast.eli, assignment_id=stage.assignments["eli"].pk, reason="the others are right")
    submit_assignment(actor=cast.eli, assignment_id=second.pk)
    said = {each.decision.pk: each.stale for each in case_book(gold, cast.dora).decisions}
    assert not said[document.pk], "who revises nothing says nothing new"
    slant = next(case for case in case_book(gold, cast.dora).queue if case.scale.code == "slant")
    assert len(slant.voices) == 3
    decision, _ = decide("took", 1, passage)
    assert {vote.assignment_id for vote in decision.votes.all()} == {
        stage.assignments["ben"].pk,
        stage.assignments["cleo"].pk,
        second.pk,
    }


def test_a_machine_has_no_vote_on_scales(cast, stage, gold, rate, submit, decide, frames):
    model = User.objects.create(username="model", kind="machine")
    add_member(actor=cast.ada, study=stage.study, user=model)
    machine = assign_revision(actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=model)
    rate("model", 5, assignment=machine)
    rate("ben", 1)
    for assignment in (machine, stage.assignments["ben"]):
        submit(assignment)
    assert queue(gold) == []
    submit(stage.assignments["cleo"])
    assert case_book(gold, cast.dora).n_agreed == 0, "one alone agrees with nobody"


def test_an_adjudicator_who_reviews_the_text_blind_settles_no_scale(cast, stage, votes, gold, decide, frames):
    elsewhere = create_study(
        actor=cast.ada, slug="elsewhere", title="Elsewhere", codebook=stage.codebook, revisions=[stage.revision]
    )
    add_member(actor=cast.ada, study=elsewhere, user=cast.dora)
    assign_revision(actor=cast.ada, study=elsewhere, revision=stage.revision, reviewer=cast.dora)
    with frames.refusal(InvalidError):
        decide("took", 1)


def test_scales_are_read_in_a_number_of_queries_that_does_not_grow(cast, gold, votes, passage, decide):
    decide("took", 1, passage)
    case_book(gold, cast.dora)  # what is looked up once for a person is known then
    with CaptureQueriesContext(connection) as one:
        case_book(gold, cast.dora)
    decide("took", 2)
    with CaptureQueriesContext(connection) as two:
        case_book(gold, cast.dora)
    assert len(two) == len(one)

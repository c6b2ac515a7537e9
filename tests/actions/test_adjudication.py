"""Settling disagreements: each outcome, each refusal, and that no reviewer's work is ever touched."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotator.actions.adjudication import (
    Drawn,
    Verdict,
    decide_case,
    majority_of,
    settle_agreed,
    take_passages,
    undo_decision,
    uphold_decision,
)
from annotator.actions.annotation import Precondition, delete_annotation
from annotator.actions.assignments import assign_revision, reopen_assignment, reveal_assignment, revise_assignment
from annotator.actions.errors import ConflictError, DeletedError, InvalidError, NotFoundError, SpanError, StaleError
from annotator.actions.study import add_member, close_study, create_study
from annotator.ids import uuid7
from annotator.models import Annotation, Event, Rating
from annotator.queries import case_book, coded_documents, verification

FERRY, BEST = "The ferry carried 1,200 people in May.", "It is the best ferry on the coast."
CREATE = Precondition(create=True)


@pytest.fixture
def stage(make_stage):
    return make_stage(reviewers=("ben", "cleo", "eli"))


@pytest.fixture
def gold(cast, stage):
    return assign_revision(
        actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.dora, role="adjudicator"
    )


@pytest.fixture
def votes(stage, mark, submit):
    """Ben and cleo say fact of the ferry, eli opinion of half of it; ben alone marks what is best."""
    found = {
        "ben": mark("ben", FERRY, "fact", ratings=[("slant", 1)]),
        "cleo": mark("cleo", "The ferry carried 1,200 people", "fact", ratings=[("slant", 1)]),
        "eli": mark("eli", "carried 1,200 people in May.", "opinion", ratings=[("slant", -1)]),
        "best": mark("ben", BEST, "opinion", ratings=[("slant", 2)]),
    }
    for name in ("ben", "cleo", "eli"):
        submit(stage.assignments[name])
    return found


@pytest.fixture
def decide(cast, gold):
    def act(verdict, decision_id=None, precondition=CREATE, actor=None):
        return decide_case(
            actor=actor or cast.dora,
            decision_id=decision_id or uuid7(),
            assignment_id=gold.pk,
            verdict=verdict,
            precondition=precondition,
        )

    return act


def about(*votes, outcome="took", **extra):
    """A verdict over these passages; takes the first unless told otherwise."""
    if outcome == "took":
        extra.setdefault("taken", votes[0].pk)
    start, end = min(vote.start for vote in votes), max(vote.end for vote in votes)
    return Verdict(outcome, start, end, tuple(vote.pk for vote in votes), **extra)


def ferry(votes, *first):
    """The three readings of the ferry, these first."""
    return [votes[name] for name in [*first, *({"ben", "cleo", "eli"} - {*first})]]


def work_of_reviewers(gold):
    return [
        list(Annotation.objects.exclude(assignment=gold).order_by("pk").values()),
        list(Rating.objects.exclude(assignment=gold).order_by("pk").values()),
    ]


def test_taking_copies_the_passage_with_its_ratings_and_touches_no_vote(decide, votes, gold):
    before = work_of_reviewers(gold)
    decision, is_new = decide(about(*ferry(votes, "ben")))
    made = decision.annotation
    assert (is_new, decision.outcome, decision.votes.count()) == (True, "took", 3)
    assert (made.assignment_id, made.label.code, made.quote, made.derivation) == (gold.pk, "fact", FERRY, "settled")
    assert made.derived_from == votes["ben"]
    assert [(rating.scale.code, rating.point.value) for rating in made.ratings.all()] == [("slant", 1)]
    assert work_of_reviewers(gold) == before
    assert [event.verb for event in Event.objects.filter(assignment=gold).order_by("seq")][1:] == ["created", "decided"]
    assert verification().faults == []


def test_merging_takes_borders_of_its_votes_and_the_ratings_they_share(decide, votes, stage):
    ben, cleo, eli = (votes[name] for name in ("ben", "cleo", "eli"))

    def merged(start, end):
        drawn = Drawn("fact", start, end, stage.revision.text[start:end])
        return about(ben, cleo, eli, outcome="merged", drawn=drawn)

    with pytest.raises(InvalidError, match="borders of its votes"):
        decide(merged(ben.start, ben.end - 1))
    decision, _ = decide(merged(ben.start, cleo.end))
    assert (decision.annotation.start, decision.annotation.end) == (ben.start, cleo.end)
    assert decision.annotation.ratings.get().point.value == 1
    assert decision.annotation.derived_from is None


def test_redrawing_makes_a_passage_of_ones_own(decide, votes, stage):
    start, end = stage.span("ferry carried")
    drawn = Drawn("fact", start, end, "ferry carried", (("slant", 0),))
    decision, _ = decide(about(*ferry(votes), outcome="redrew", drawn=drawn))
    assert (decision.annotation.quote, decision.annotation.ratings.get().point.value) == ("ferry carried", 0)
    alone = Drawn("ai", *stage.span("Harbour news"), "Harbour news")
    overlooked, _ = decide(Verdict("redrew", alone.start, alone.end, (), drawn=alone))
    assert overlooked.annotation.quote == "Harbour news"


@pytest.mark.parametrize("outcome", ["nothing_here", "contested"])
def test_nothing_and_contested_make_no_passage(decide, votes, gold, outcome):
    decision, _ = decide(about(*ferry(votes), outcome=outcome, reason="both can be read so"))
    assert decision.annotation is None
    assert not Annotation.objects.filter(assignment=gold).exists()


def test_overruling_a_majority_wants_a_reason_and_overruling_silence_does_not(decide, votes, frames):
    against = about(*ferry(votes, "eli"))
    for verdict in (against, about(*ferry(votes), outcome="nothing_here"), about(*ferry(votes), outcome="contested")):
        with frames.refusal(InvalidError) as caught:
            decide(verdict)
        assert [fault.field for fault in caught.value.errors] == ["reason"]
        assert "say Fact" in caught.value.detail
        with pytest.raises(InvalidError):
            decide(replace(verdict, reason=" \n"))
    decide(replace(against, reason="the verb judges"))
    decide(about(votes["best"]))  # one of three: two were silent


@pytest.mark.parametrize(
    ("readers", "labels", "majority"),
    [
        (3, [{"fact"}, {"fact"}, {"opinion"}], "fact"),
        (4, [{"fact"}, {"fact"}], None),  # a half is no majority
        (3, [{"fact"}, {"opinion"}], ""),  # most marked it, and not alike
        (3, [{"fact"}], None),
        (0, [], None),
    ],
)
def test_majority_is_more_than_half_of_those_who_read(readers, labels, majority):
    assert majority_of(readers, labels) == majority


def test_the_same_again_is_the_same_row_and_another_under_its_id_is_refused(decide, votes, gold, cast, frames):
    name, verdict = uuid7(), about(*ferry(votes, "ben"))
    first, _ = decide(verdict, name)
    with frames.untouched():
        again, is_new = decide(verdict, name)
    assert (again, is_new) == (first, False)
    with frames.refusal(ConflictError, "different"):
        decide(about(*ferry(votes, "cleo")), name)
    with frames.refusal(StaleError):
        decide(about(*ferry(votes, "cleo")), name, Precondition(versions=frozenset({7})))
    changed, is_new = decide(about(*ferry(votes, "cleo")), name, Precondition(versions=frozenset({1})))
    assert (is_new, changed.version, changed.annotation.quote) == (False, 2, votes["cleo"].quote)
    assert Annotation.objects.live().filter(assignment=gold).count() == 1
    assert Annotation.objects.filter(assignment=gold).count() == 2  # the one taken first is kept as a tombstone
    undo_decision(actor=cast.dora, decision_id=name, versions={2})
    assert not Annotation.objects.live().filter(assignment=gold).exists()
    with frames.untouched():
        undo_decision(actor=cast.dora, decision_id=name, versions={2})
    with frames.refusal(DeletedError):
        decide(verdict, name)
    decide(verdict)
    assert verification().faults == []


def test_what_is_refused(decide, votes, gold, cast, stage, frames, mark):
    ben, best = votes["ben"], votes["best"]
    harbour = Drawn("fact", 0, 7, "Harbour")
    for verdict, error in [
        (about(ben, outcome="agreed_by_rule"), InvalidError),
        (about(ben, outcome="shrugged"), InvalidError),
        (about(ben, taken=best.pk), InvalidError),
        (about(ben, outcome="nothing_here", taken=ben.pk), InvalidError),
        (about(ben, outcome="contested", drawn=harbour), InvalidError),
        (about(ben, outcome="redrew"), InvalidError),
        (about(ben, outcome="merged", drawn=Drawn("fact", ben.start, ben.end, FERRY)), InvalidError),
        (replace(about(ben), votes=(ben.pk, uuid7())), InvalidError),
        (replace(about(ben), votes=(ben.pk, best.pk)), InvalidError),  # outside the stretch
        (replace(about(ben), votes=()), InvalidError),
        (replace(about(ben, outcome="nothing_here", taken=None), votes=()), InvalidError),
        (replace(about(ben), start=9, end=9), SpanError),
        (replace(about(ben), end=10_000), SpanError),
        (about(ben, outcome="redrew", drawn=replace(harbour, end=10_000)), SpanError),
        (about(ben, outcome="redrew", drawn=replace(harbour, quote="harbour")), ConflictError),
        (about(ben, outcome="redrew", drawn=replace(harbour, label="rumour")), InvalidError),
    ]:
        with frames.refusal(error):
            decide(verdict)
    with frames.refusal(NotFoundError):
        decide(about(ben), actor=cast.ben)
    with frames.refusal(NotFoundError):
        decide(about(ben), precondition=Precondition(versions=frozenset({1})))
    decide(about(*ferry(votes, "ben")))
    with frames.refusal(ConflictError, "settled"):
        decide(about(votes["cleo"], outcome="nothing_here"))
    with frames.refusal(ConflictError, "overlap"):
        decide(about(best, outcome="redrew", drawn=Drawn("fact", ben.start, ben.end, FERRY)))


def test_only_submitted_work_of_the_text_is_a_vote(decide, mark, stage, submit, frames):
    passage = mark("ben", FERRY, "fact")
    with frames.refusal(InvalidError):
        decide(about(passage))
    submit(stage.assignments["ben"])
    decide(about(passage))


def test_a_reviewer_settles_nothing_and_nothing_is_settled_once_gold_is_submitted(
    cast, decide, gold, stage, votes, submit, frames
):
    for name, whose in (("ben", stage.assignments["ben"]), ("dora", gold)):
        actor = getattr(cast, name)
        code = "not_adjudicator" if name == "ben" else "submitted"
        if name == "dora":
            kept, _ = decide(about(votes["best"]))
            submit(gold)
        with frames.refusal(ConflictError, code):
            decide_case(
                actor=actor,
                decision_id=uuid7(),
                assignment_id=whose.pk,
                verdict=about(*ferry(votes)),
                precondition=CREATE,
            )
        with frames.refusal(ConflictError, code):
            settle_agreed(actor=actor, assignment_id=whose.pk)
    with frames.refusal(ConflictError, "submitted"):
        undo_decision(actor=cast.dora, decision_id=kept.pk, versions={1})
    with frames.refusal(NotFoundError):
        undo_decision(actor=cast.ben, decision_id=kept.pk, versions={1})


def test_a_closed_study_takes_no_decision(cast, decide, stage, votes, frames):
    close_study(actor=cast.ada, study=stage.study)
    with frames.refusal(ConflictError, "closed"):
        decide(about(votes["best"]))


def test_what_everybody_marked_alike_is_settled_by_rule_and_can_be_undone(cast, stage, mark, submit, gold):
    same = [mark(name, FERRY, "fact", ratings=[("slant", 1)]) for name in ("ben", "cleo", "eli")]
    for name, point in (("ben", 1), ("cleo", 1), ("eli", 2)):
        mark(name, BEST, "opinion", ratings=[("slant", point)])  # rated apart: the scale is for the adjudicator
    for name in ("ben", "cleo"):
        submit(stage.assignments[name])
        if name == "ben":
            assert settle_agreed(actor=cast.dora, assignment_id=gold.pk) == []  # one alone agrees with nobody
    submit(stage.assignments["eli"])
    assert {case.start for case in case_book(gold, cast.dora).agreed} == {same[0].start, stage.span(BEST)[0]}
    decision, rated_apart = settle_agreed(actor=cast.dora, assignment_id=gold.pk)
    assert (decision.outcome, decision.annotation.quote) == ("agreed_by_rule", FERRY)
    assert [each.ratings.count() for each in (decision.annotation, rated_apart.annotation)] == [1, 0]
    assert [case.scale.code for case in case_book(gold, cast.dora).queue] == ["slant"]
    assert {vote.pk for vote in decision.votes.all()} == {vote.pk for vote in same}
    assert settle_agreed(actor=cast.dora, assignment_id=gold.pk) == []
    undo_decision(actor=cast.dora, decision_id=decision.pk, versions={1})
    assert len(case_book(gold, cast.dora).agreed) == 1
    assert verification().faults == []


def test_taking_all_of_one_reviewer_leaves_what_overlaps_gold_already(cast, decide, votes, gold, stage, frames):
    start, end = stage.span("best ferry")
    decide(Verdict("redrew", start, end, (), drawn=Drawn("opinion", start, end, "best ferry")))
    verdicts = [(uuid7(), about(*ferry(votes, "ben"))), (uuid7(), about(votes["best"]))]
    made, left = take_passages(actor=cast.dora, assignment_id=gold.pk, verdicts=verdicts)
    assert ([decision.annotation.quote for decision in made], left) == ([FERRY], 1)
    assert verification().faults == []


def test_late_work_marks_a_decision_stale_until_it_is_upheld(cast, stage, mark, submit, gold, decide, frames):
    ben = mark("ben", FERRY, "fact")
    submit(stage.assignments["ben"])
    name = uuid7()
    decide(about(ben), name)
    assert [each.stale for each in case_book(gold, cast.dora).decisions] == [False]
    mark("cleo", "ferry carried", "opinion")
    assert [each.stale for each in case_book(gold, cast.dora).decisions] == [False], "what is open is nobody's to see"
    submit(stage.assignments["cleo"])
    (settled,) = case_book(gold, cast.dora).decisions
    assert (settled.stale, len(settled.late), settled.decision.outcome) == (True, 1, "took")
    assert [case.group.members[0].label for case in case_book(gold, cast.dora).cases] == ["opinion"]
    with frames.refusal(StaleError):
        uphold_decision(actor=cast.dora, decision_id=name, versions={9})
    with frames.refusal(NotFoundError):
        uphold_decision(actor=cast.ben, decision_id=name, versions={1})
    with frames.deed("upheld", "decision"):
        uphold_decision(actor=cast.dora, decision_id=name, versions={1})
    assert [each.stale for each in case_book(gold, cast.dora).decisions] == [False]


def test_a_second_round_that_leaves_a_vote_as_it_was_opens_nothing(cast, stage, mark, submit, gold, decide):
    ben = mark("ben", FERRY, "fact")
    submit(stage.assignments["ben"])
    decide(about(ben))
    reveal_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk)
    second = revise_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, reason="once more")
    mark("ben", BEST, "opinion", assignment=second)
    submit(second)
    book = case_book(gold, cast.dora)
    assert [(case.start, case.end) for case in book.cases] == [stage.span(BEST)]
    assert [each.stale for each in book.decisions] == [False]


def test_a_vote_taken_back_in_reopened_work_marks_the_decision_stale(cast, stage, mark, submit, gold, decide):
    ben, first = mark("ben", FERRY, "fact"), stage.assignments["ben"]
    submit(first)
    decide(about(ben))
    reopen_assignment(actor=cast.ada, assignment_id=first.pk, reason="a slip")
    before = case_book(gold, cast.dora)
    delete_annotation(actor=cast.ben, annotation_id=ben.pk, versions={1})
    assert case_book(gold, cast.dora) == before, "what is done in work that was handed back is its author's alone"
    assert [each.stale for each in before.decisions] == [False]
    first.refresh_from_db()
    submit(first)
    (settled,) = case_book(gold, cast.dora).decisions
    assert (settled.stale, settled.changed) == (True, 1)


def test_a_contested_distribution_says_nothing_of_votes_in_work_that_was_handed_back(
    cast, stage, votes, decide, submit
):
    def told():
        documents = coded_documents(stage.study, cast.dora, purpose="work")
        (decision,) = [each for document in documents for coding in document.codings for each in coding.decisions]
        return decision.distribution

    ben, first = votes["ben"], stage.assignments["ben"]
    decide(about(*ferry(votes), outcome="contested", reason="both hold"))
    assert told() == (("fact", 2), ("opinion", 1))
    reopen_assignment(actor=cast.ada, assignment_id=first.pk, reason="a slip")
    assert told() == (("fact", 1), ("opinion", 1))
    Annotation.objects.filter(pk=ben.pk).update(label=stage.codebook.labels.get(code="opinion"))
    assert told() == (("fact", 1), ("opinion", 1)), "what is changed there is its author's alone"
    first.refresh_from_db()
    submit(first)
    assert told() == (("fact", 1), ("opinion", 2))


def test_a_contested_distribution_tells_nothing_to_an_adjudicator_who_reviews_the_text_elsewhere(
    cast, stage, votes, decide
):
    def told():
        documents = coded_documents(stage.study, cast.dora, purpose="work")
        (decision,) = [each for document in documents for coding in document.codings for each in coding.decisions]
        return decision.distribution

    decide(about(*ferry(votes), outcome="contested", reason="both hold"))
    assert told() == (("fact", 2), ("opinion", 1))
    elsewhere = create_study(
        actor=cast.ada, slug="elsewhere", title="Elsewhere", codebook=stage.codebook, revisions=[stage.revision]
    )
    add_member(actor=cast.ada, study=elsewhere, user=cast.dora)
    assign_revision(actor=cast.ada, study=elsewhere, revision=stage.revision, reviewer=cast.dora)
    assert told() == ()


def test_what_all_agree_on_and_the_rule_cannot_settle_stays_a_case(cast, stage, mark, submit, gold):
    for name in ("ben", "cleo", "eli"):
        mark(name, FERRY, "fact", ratings=[("slant", 1)])
        submit(stage.assignments[name])
    book = case_book(gold, cast.dora)
    assert (len(book.cases), len(book.agreed)) == (0, 1)
    stage.assignments["dora"] = gold
    own = mark("dora", "ferry carried", "fact")
    assert settle_agreed(actor=cast.dora, assignment_id=gold.pk) == []
    book = case_book(gold, cast.dora)
    assert (len(book.cases), len(book.agreed)) == (1, 0)
    delete_annotation(actor=cast.dora, annotation_id=own.pk, versions={1})
    assert len(case_book(gold, cast.dora).agreed) == 1
    assert len(settle_agreed(actor=cast.dora, assignment_id=gold.pk)) == 1


def test_cases_are_read_in_a_number_of_queries_that_does_not_grow(cast, stage, submit, gold, votes, decide):
    book = case_book(gold, cast.dora)
    of = {name: stage.study.memberships.get(user=getattr(cast, name)).pseudonym for name in ("ben", "cleo", "eli")}
    said = [{member.reviewer for member in case.group.members} for case in book.cases]
    assert said == [{of["ben"], of["cleo"], of["eli"]}, {of["ben"]}]  # the most divided first
    assert sorted(book.reviewers) == sorted(of.values())
    decide(about(votes["best"]))
    with CaptureQueriesContext(connection) as one:
        case_book(gold, cast.dora)
    decide(about(*ferry(votes, "ben")))
    with CaptureQueriesContext(connection) as two:
        case_book(gold, cast.dora)
    assert len(two) == len(one)


def test_an_adjudicator_who_reviews_the_text_blind_sees_and_settles_nothing(cast, stage, votes, gold, decide, frames):
    elsewhere = create_study(
        actor=cast.ada, slug="elsewhere", title="Elsewhere", codebook=stage.codebook, revisions=[stage.revision]
    )
    add_member(actor=cast.ada, study=elsewhere, user=cast.dora)
    assert case_book(gold, cast.dora) is not None
    assign_revision(actor=cast.ada, study=elsewhere, revision=stage.revision, reviewer=cast.dora)
    assert case_book(gold, cast.dora) is None
    with frames.refusal(InvalidError):
        decide(about(votes["best"]))
    assert settle_agreed(actor=cast.dora, assignment_id=gold.pk) == []


def test_what_a_reviewer_took_back_before_submitting_is_no_vote(cast, stage, gold, mark, submit, decide, frames):
    dropped = mark("ben", FERRY, "fact")
    delete_annotation(actor=cast.ben, annotation_id=dropped.pk, versions={1})
    for name in ("cleo", "eli"):
        mark(name, FERRY, "fact")
    for name in ("ben", "cleo", "eli"):
        submit(stage.assignments[name])
    with frames.refusal(InvalidError) as caught:
        decide(about(dropped))
    assert [fault.field for fault in caught.value.errors] == ["votes.0"]
    assert settle_agreed(actor=cast.dora, assignment_id=gold.pk) == []

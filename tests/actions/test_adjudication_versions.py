"""Settling work made with another version of the codebook than the gold standard's: pages and actions read alike."""

from dataclasses import replace

import pytest

from annotator.actions.adjudication import Verdict, decide_case, settle_agreed
from annotator.actions.annotation import Precondition
from annotator.actions.assignments import assign_revision
from annotator.actions.codebook import publish_codebook, rewrite_codebook, start_next_version
from annotator.actions.errors import InvalidError
from annotator.actions.scale_decisions import ScaleVerdict, decide_scale
from annotator.actions.study import use_codebook
from annotator.ids import uuid7
from annotator.models.descriptions import codebook_info
from annotator.queries import case_book

FERRY, BEST, MACHINE = (
    "The ferry carried 1,200 people in May.",
    "It is the best ferry on the coast.",
    "Parts of this text were made with AI help.",
)


@pytest.fixture
def newer(cast, stage):
    """Version 2: fact is called claim, ai is gone, slant is coarser, and there is no scale basis."""
    draft = start_next_version(actor=cast.ada, codebook=stage.codebook)
    info = codebook_info(draft)
    fact, opinion, _ = info.labels
    claim = replace(fact, code="claim", name="Claim")
    slant, _, credibility = info.scales
    points = tuple(point for point in slant.points if abs(point.value) != 2)
    scales = (replace(slant, labels=("claim", "opinion"), points=points), credibility)
    rewrite_codebook(actor=cast.ada, codebook=draft, info=replace(info, labels=(claim, opinion), scales=scales))
    return publish_codebook(actor=cast.ada, codebook=draft)


@pytest.fixture
def work(mark, stage, submit):
    """Both say the same of three passages, in the words of version 1."""
    found = {}
    for name in ("ben", "cleo"):
        found[name] = [
            mark(name, FERRY, "fact", ratings=[("slant", 1)]),
            mark(name, BEST, "opinion", ratings=[("slant", 2)]),
            mark(name, MACHINE, "ai", ratings=[("basis", 1)]),
        ]
        submit(stage.assignments[name])
    return found


@pytest.fixture
def gold_of(cast, stage):
    """A function that gives dora the text to adjudicate."""
    return lambda: assign_revision(
        actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.dora, role="adjudicator"
    )


def said(book):
    return sorted(case.group.members[0].label for case in book.agreed)


def test_older_work_is_settled_by_the_rule_as_it_is_read_with_the_golds_codebook(cast, stage, newer, work, gold_of):
    use_codebook(actor=cast.ada, study=stage.study, codebook=newer)
    gold = gold_of()
    book = case_book(gold, cast.dora)
    assert said(book) == ["claim", "opinion"]
    assert [case.group.members[0].label for case in book.cases] == ["ai of version 1"], "the rule has no label for it"
    made = settle_agreed(actor=cast.dora, assignment_id=gold.pk)
    ratings = {
        each.annotation.label.code: [rating.point.value for rating in each.annotation.ratings.all()] for each in made
    }
    assert ratings == {"claim": [1], "opinion": []}, "2 is no point of slant any more"
    assert said(case_book(gold, cast.dora)) == []


def test_a_gold_standard_begun_with_the_older_version_is_settled_in_its_words(cast, stage, newer, work, gold_of):
    gold = gold_of()
    use_codebook(actor=cast.ada, study=stage.study, codebook=newer)
    assert said(case_book(gold, cast.dora)) == ["ai", "fact", "opinion"]
    made = settle_agreed(actor=cast.dora, assignment_id=gold.pk)
    assert sorted(each.annotation.label.code for each in made) == ["ai", "fact", "opinion"]


def test_one_passage_in_older_words_is_taken_as_it_is_read(cast, stage, newer, work, gold_of, frames):
    use_codebook(actor=cast.ada, study=stage.study, codebook=newer)
    gold = gold_of()

    def take(vote):
        verdict = Verdict("took", vote.start, vote.end, (vote.pk,), vote.pk)
        return decide_case(
            actor=cast.dora,
            decision_id=uuid7(),
            assignment_id=gold.pk,
            verdict=verdict,
            precondition=Precondition(create=True),
        )[0]

    assert take(work["ben"][0]).annotation.label.code == "claim"
    with frames.refusal(InvalidError) as caught:
        take(work["ben"][2])
    assert [fault.field for fault in caught.value.errors] == ["taken"]
    assert "ai of version 1" in caught.value.detail


def test_scales_of_older_work_are_settled_in_the_points_of_the_golds_codebook(
    cast, stage, newer, gold_of, mark, submit
):
    for name, slant in (("ben", 1), ("cleo", -1)):
        mark(name, FERRY, "fact", ratings=[("slant", slant)])
        submit(stage.assignments[name])
    use_codebook(actor=cast.ada, study=stage.study, codebook=newer)
    gold = gold_of()
    (made,) = settle_agreed(actor=cast.dora, assignment_id=gold.pk)
    (case,) = case_book(gold, cast.dora).queue
    assert (case.scale.code, case.division) == ("slant", 1), "from one end of the coarser scale to the other"
    verdict = ScaleVerdict("slant", "took", 1, made.annotation_id)
    decision, _ = decide_scale(
        actor=cast.dora,
        decision_id=uuid7(),
        assignment_id=gold.pk,
        verdict=verdict,
        precondition=Precondition(create=True),
    )
    assert decision.point.scale.codebook == newer

"""Coding passages with a split label again: asked, answered, undone, read from then on; nothing said is rewritten."""

import csv
import json
from dataclasses import replace
from io import StringIO

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotator.actions.adjudication import Verdict, decide_case, settle_agreed
from annotator.actions.annotation import Precondition, delete_annotation
from annotator.actions.assignments import (
    assign_revision,
    reopen_assignment,
    reveal_assignment,
    revise_assignment,
    submit_assignment,
)
from annotator.actions.codebook import publish_codebook, rewrite_codebook, start_next_version
from annotator.actions.errors import ConflictError, InvalidError, NotFoundError, PreconditionMissingError, StaleError
from annotator.actions.imports import import_documents
from annotator.actions.recoding import recode_passage, undo_recoding
from annotator.actions.study import close_study, use_codebook
from annotator.agreement.selection import WORK
from annotator.formats import FORMATS, jsonl
from annotator.formats.problems import FormatError
from annotator.ids import uuid7
from annotator.models import Annotation, Event, Rating, Recoding, Study
from annotator.models.descriptions import codebook_info
from annotator.offline import published_figures
from annotator.queries import (
    all_coded_documents,
    case_book,
    figures_for,
    recoding_cases,
    recoding_progress,
    studies_to_recode,
    verification,
)
from annotator.queries.exports import export_pieces

FERRY, BEST = "The ferry carried 1,200 people in May.", "It is the best ferry on the coast."
CREATE = Precondition(create=True)


def split(codebook, actor, code, *into):
    """Publish the next version, in which a label went on in others; its passage scales are asked of these."""
    draft = start_next_version(actor=actor, codebook=codebook)
    info = codebook_info(draft)
    old = next(label for label in info.labels if label.code == code)
    others = tuple(label for label in info.labels if label.code != code)
    made = tuple(
        replace(old, code=new, name=new.title(), shortcut="", position=10 + at, replaces=old.replaces)
        for at, new in enumerate(into)
    )
    asked = tuple(
        replace(scale, labels=tuple(each for label in scale.labels for each in (into if label == code else (label,))))
        for scale in info.scales
    )
    rewrite_codebook(actor=actor, codebook=draft, info=replace(info, labels=(*others, *made), scales=asked))
    return publish_codebook(actor=actor, codebook=draft)


@pytest.fixture
def work(stage, mark, submit):
    """Both call the ferry's sentence a fact; cleo calls the next one a fact too, ben an opinion."""
    found = {
        "ben": mark("ben", FERRY, "fact", ratings=[("slant", 1)]),
        "cleo": mark("cleo", FERRY, "fact", ratings=[("slant", 1)]),
        "best": mark("cleo", BEST, "fact", note="sure"),
        "opinion": mark("ben", BEST, "opinion"),
    }
    for name in ("ben", "cleo"):
        submit(stage.assignments[name])
    return found


@pytest.fixture
def newer(cast, stage, work):
    """Version 2, with which the study is read: facts are events or statements."""
    codebook = split(stage.codebook, cast.ada, "fact", "event", "statement")
    use_codebook(actor=cast.ada, study=stage.study, codebook=codebook)
    stage.study.refresh_from_db()
    return codebook


@pytest.fixture
def answer(cast):
    """A function by which the author of a passage says what it is."""

    def act(passage, label, precondition=CREATE, actor=None, seen=2):
        return recode_passage(
            actor=actor or passage.assignment.reviewer,
            annotation_id=passage.pk,
            label=label,
            codebook_version=seen,
            precondition=precondition,
        )

    return act


def report(study, viewer, work="independent"):
    caches["figures"].clear()
    study.refresh_from_db()
    return figures_for(study, viewer).report(WORK[work]).as_dict()


def counted(found):
    return {row["label"]: row["n_passages"] for row in found["labels"]}


def exported(study, viewer, key="jsonl"):
    return "".join(export_pieces(study, viewer, FORMATS[key]))


def test_each_reviewer_is_asked_of_their_own_passages_alone(cast, stage, work, newer):
    for name, passages in (("ben", ["ben"]), ("cleo", ["cleo", "best"])):
        cases = recoding_cases(stage.study, getattr(cast, name))
        assert [case.passage for case in cases] == [work[each] for each in passages]
        assert {tuple(label.code for label in case.choices) for case in cases} == {("event", "statement")}
        assert studies_to_recode(getattr(cast, name)) == [(stage.study, len(passages))]
    assert recoding_cases(stage.study, cast.ada) == recoding_cases(stage.study, cast.eli) == []


def test_an_answer_is_read_from_then_on_and_nothing_is_rewritten(cast, stage, work, newer, answer):
    rows, ratings = list(Annotation.objects.order_by("pk").values()), list(Rating.objects.order_by("pk").values())
    before = report(stage.study, cast.ada)
    assert counted(before) == {"event": 0, "statement": 0, "opinion": 1, "ai": 0}
    assert before["unknown_labels"] == {"fact of version 1": 3}, "left out with their number, not guessed"
    recoding, is_new = answer(work["ben"], "event")
    assert (is_new, recoding.label.code, recoding.informed, recoding.version) == (True, "event", False, 1)
    answer(work["cleo"], "event")
    answer(work["best"], None)
    found = report(stage.study, cast.ada)
    assert (counted(found)["event"], found["unknown_labels"]) == (2, {}), "none of them is read as nothing"
    assert next(scale for scale in found["scales"] if scale["scale"] == "slant")["n_units"] == 1, "ratings carry over"
    assert list(Annotation.objects.order_by("pk").values()) == rows
    assert list(Rating.objects.order_by("pk").values()) == ratings
    assert verification().faults == []
    assert Event.objects.filter(verb="recoded", kind="recoding").count() == 3
    use_codebook(actor=cast.ada, study=stage.study, codebook=stage.codebook)
    assert counted(report(stage.study, cast.ada))["fact"] == 3, "with the former version as before"


def test_figures_that_were_kept_are_not_shown_after_an_answer(cast, stage, work, newer, answer):
    def now():
        return counted(figures_for(stage.study, cast.ada).report(WORK["independent"]).as_dict())["event"]

    assert now() == 0
    answer(work["ben"], "event")
    assert now() == 1
    undo_recoding(actor=cast.ben, annotation_id=work["ben"].pk, versions={1})
    assert now() == 0


def test_answering_again_changing_and_undoing(cast, stage, work, newer, answer, frames):
    passage = work["ben"]
    first, _ = answer(passage, "event")
    with frames.untouched():
        assert answer(passage, "event") == (first, False)
        assert answer(passage, "event", Precondition(versions=frozenset({7}))) == (first, False)
    with frames.refusal(ConflictError, "different"):
        answer(passage, "statement")
    with frames.refusal(StaleError):
        answer(passage, "statement", Precondition(versions=frozenset({7})))
    with frames.refusal(PreconditionMissingError):
        answer(passage, "statement", Precondition())
    changed, is_new = answer(passage, None, Precondition(versions=frozenset({1})))
    assert (is_new, changed.label, changed.version) == (False, None, 2)
    with frames.refusal(StaleError):
        undo_recoding(actor=cast.ben, annotation_id=passage.pk, versions={1})
    with frames.refusal(PreconditionMissingError):
        undo_recoding(actor=cast.ben, annotation_id=passage.pk, versions=None)
    with frames.deed("undone", "recoding", changed):
        undo_recoding(actor=cast.ben, annotation_id=passage.pk, versions={2})
    with frames.untouched():
        undo_recoding(actor=cast.ben, annotation_id=passage.pk, versions=None)
    assert [case.answer for case in recoding_cases(stage.study, cast.ben)] == [None]
    with frames.refusal(NotFoundError):
        answer(passage, "event", Precondition(versions=frozenset({3})))
    again, is_new = answer(passage, "statement")
    assert (again.pk, is_new, again.version) == (first.pk, True, 4), "one row, so that no old ETag fits"
    assert [event.verb for event in Event.objects.filter(kind="recoding").order_by("seq")] == [
        *("recoded", "changed", "undone", "recoded")
    ]


def test_what_is_refused(cast, stage, work, newer, answer, frames, mark):
    passage = work["ben"]
    for label in ("opinion", "fact", "rumour", ""):
        with frames.refusal(InvalidError) as caught:
            answer(passage, label)
        assert [fault.field for fault in caught.value.errors] == ["label"]
    with frames.refusal(InvalidError) as caught:
        answer(work["opinion"], "event")
    assert [fault.field for fault in caught.value.errors] == ["annotation"]
    with frames.refusal(ConflictError, "changed"):
        answer(passage, "event", seen=1)
    for who in (cast.cleo, cast.dora, cast.ada, cast.eli):
        with frames.refusal(NotFoundError):
            answer(passage, "event", actor=who)
    close_study(actor=cast.ada, study=stage.study)
    with frames.refusal(ConflictError, "closed"):
        answer(passage, "event")
    with frames.refusal(ConflictError, "closed"):
        undo_recoding(actor=cast.ben, annotation_id=passage.pk, versions={1})


def test_open_and_deleted_work_is_not_asked_about(cast, stage, work, newer, answer, frames):
    reopen_assignment(actor=cast.ada, assignment_id=stage.assignments["ben"].pk, reason="a slip")
    assert recoding_cases(stage.study, cast.ben) == []
    with frames.refusal(ConflictError, "open"):
        answer(work["ben"], "event")
    delete_annotation(actor=cast.ben, annotation_id=work["ben"].pk, versions={1})
    submit_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, accept_gaps=True)
    assert recoding_cases(stage.study, cast.ben) == []


def test_a_second_round_is_answered_with_the_first(cast, stage, work, newer, answer):
    reveal_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk)
    second = revise_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, reason="again")
    submit_assignment(actor=cast.ben, assignment_id=second.pk, accept_gaps=True)
    (case,) = recoding_cases(stage.study, cast.ben)
    answer(case.passage, "event")
    assert Recoding.objects.live().filter(assignment__reviewer=cast.ben).count() == 2
    assert [each.answer.label.code for each in recoding_cases(stage.study, cast.ben)] == ["event"]
    undo_recoding(actor=cast.ben, annotation_id=case.passage.pk, versions={1})
    assert not Recoding.objects.live().exists()


def test_an_answer_given_after_the_reveal_is_not_independent(cast, stage, work, newer, answer):
    answer(work["cleo"], "event")
    answer(work["best"], "event")
    reveal_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk)
    recoding, _ = answer(work["ben"], "event")
    assert recoding.informed
    assert report(stage.study, cast.ada)["left_out"] == {"after calibration": 1}
    assert counted(report(stage.study, cast.ada, "first"))["event"] == 3
    (ben,) = [row for row in recoding_progress(stage.study, newer, cast.ada) if row.informed]
    assert (ben.asked, ben.answered, ben.left) == (1, 1, 0)
    assert figures_for(stage.study, cast.ada).has_later_work
    undo_recoding(actor=cast.ben, annotation_id=work["ben"].pk, versions={1})
    assert report(stage.study, cast.ada)["left_out"] == {}, "without the answer the round is what it was"


def test_the_text_is_read_once_for_all_its_passages(cast, stage, work, newer):
    one, other = recoding_cases(stage.study, cast.cleo)
    assert one.assignment.revision is other.assignment.revision


def test_counting_what_is_asked_reads_no_text(cast, stage, work, newer):
    with CaptureQueriesContext(connection) as ran:
        assert studies_to_recode(cast.cleo) == [(stage.study, 2)]
        assert len(recoding_progress(stage.study, newer, cast.ada)) == 2
    assert not [each for each in ran.captured_queries if '"sources_revision"."text"' in each["sql"]]


def test_a_second_round_leaves_what_was_answered_before_the_reveal(cast, stage, work, newer, answer):
    first, _ = answer(work["ben"], "event")
    reveal_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk)
    second = revise_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, reason="again")
    submit_assignment(actor=cast.ben, assignment_id=second.pk, accept_gaps=True)
    done, left = sorted(recoding_cases(stage.study, cast.ben), key=lambda case: case.assignment.round)
    assert (done.answer, left.answer, left.assignment) == (first, None, second)
    later, _ = answer(left.passage, "statement")

    def answers():
        first.refresh_from_db()
        later.refresh_from_db()
        return [(each.label.code, each.informed, each.is_deleted) for each in (first, later)]

    assert answers() == [("event", False, False), ("statement", True, False)], "round 1 stays as it was said"
    assert {case.answer for case in recoding_cases(stage.study, cast.ben)} == {first, later}
    answer(left.passage, "event", Precondition(versions=frozenset({1})))
    assert answers() == [("event", False, False), ("event", True, False)]
    assert len(recoding_cases(stage.study, cast.ben)) == 2, "each can be taken back for itself"
    undo_recoding(actor=cast.ben, annotation_id=left.passage.pk, versions={2})
    assert answers() == [("event", False, False), ("event", True, True)]
    answer(left.passage, "event")
    answer(work["ben"], "statement", Precondition(versions=frozenset({1})))
    assert answers()[1] == ("event", True, False), "the second round is a reading of its own"


def test_progress_counts_for_each_reviewer(cast, stage, work, newer, answer):
    names = {name: stage.study.memberships.get(user=getattr(cast, name)).pseudonym for name in ("ben", "cleo")}
    answer(work["best"], "event")
    rows = {
        row.reviewer: (row.asked, row.answered, row.left) for row in recoding_progress(stage.study, newer, cast.ada)
    }
    assert rows == {names["ben"]: (1, 0, 1), names["cleo"]: (2, 1, 1)}
    assert recoding_progress(stage.study, newer, cast.eli) == []
    assert recoding_progress(stage.study, newer, cast.cleo) == [], "a reviewer who is blind still learns nothing"


def test_the_preview_counts_what_would_be_asked(cast, stage, work):
    codebook = split(stage.codebook, cast.ada, "fact", "event", "statement")
    rows = recoding_progress(stage.study, codebook, cast.ada)
    assert (sum(row.left for row in rows), len(rows)) == (3, 2)
    assert recoding_cases(stage.study, cast.ben) == [], "nobody is asked before the study is read with it"


def test_an_answer_goes_on_through_a_later_version(cast, stage, work, newer, answer):
    answer(work["ben"], "event")
    answer(work["cleo"], "statement")
    answer(work["best"], None)
    third = split(newer, cast.ada, "statement", "claim", "quotation")
    use_codebook(actor=cast.ada, study=stage.study, codebook=third)
    stage.study.refresh_from_db()
    found = report(stage.study, cast.ada)
    assert (counted(found)["event"], found["unknown_labels"]) == (1, {"fact of version 1": 1})
    asked = recoding_cases(stage.study, cast.cleo)
    assert {case.passage for case in asked} == {work["cleo"]}, "what was none of them is not asked again"
    assert recoding_cases(stage.study, cast.ben) == []
    answer(work["cleo"], "quotation", seen=3)
    assert counted(report(stage.study, cast.ada))["quotation"] == 1
    use_codebook(actor=cast.ada, study=stage.study, codebook=newer)
    assert counted(report(stage.study, cast.ada))["statement"] == 1


def test_adjudication_reads_the_answers(cast, stage, work, newer, answer):
    gold = assign_revision(
        actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.dora, role="adjudicator"
    )
    assert settle_agreed(actor=cast.dora, assignment_id=gold.pk) == []
    for name in ("ben", "cleo"):
        answer(work[name], "event")
    answer(work["best"], None)
    book = case_book(gold, cast.dora)
    assert [case.group.members[0].label for case in book.agreed] == ["event"]
    assert [case.group.members[0].label for case in book.cases] == ["opinion"]
    (made,) = settle_agreed(actor=cast.dora, assignment_id=gold.pk)
    assert (made.annotation.label.code, made.annotation.ratings.get().point.value) == ("event", 1)


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"ben": "event", "cleo": "statement"}, (("event", 1), ("statement", 1))),
        ({"ben": "event", "cleo": None}, (("event", 1), ("", 1))),
        ({"ben": "event"}, (("event", 1), ("fact of version 1", 1))),
    ],
)
def test_a_contested_case_is_told_in_the_labels_of_the_gold_standard(cast, stage, work, newer, answer, answers, told):
    gold = assign_revision(
        actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.dora, role="adjudicator"
    )
    votes = (work["ben"].pk, work["cleo"].pk)
    decide_case(
        actor=cast.dora,
        decision_id=uuid7(),
        assignment_id=gold.pk,
        verdict=Verdict("contested", *stage.span(FERRY), votes, reason="both readings stand"),
        precondition=CREATE,
    )
    for name, label in answers.items():
        answer(work[name], label)
    (document,) = all_coded_documents(stage.study)
    (decision,) = [each for coding in document.codings for each in coding.decisions]
    assert dict(decision.distribution) == dict(told)


def test_exports_carry_both_and_come_back(cast, stage, work, newer, answer):
    answer(work["ben"], "event")
    answer(work["best"], None)
    table = csv.DictReader(StringIO(exported(stage.study, cast.ada, "csv").removeprefix("\ufeff")))
    said = {row["annotation"]: (row["label"], row["read_as"]) for row in table}
    assert said == {
        str(work["ben"].pk): ("fact", "event"),
        str(work["cleo"].pk): ("fact", ""),
        str(work["best"].pk): ("fact", ""),
        str(work["opinion"].pk): ("opinion", "opinion"),
    }
    file = exported(stage.study, cast.ada)
    rows = {row["id"]: row for row in map(json.loads, file.splitlines()) if row["type"] == "annotation"}
    (recoded,) = rows[str(work["ben"].pk)]["recoded"]
    assert (recoded["label"], recoded["codebook_version"], recoded["informed"]) == ("event", 2, False)
    assert [each["label"] for each in rows[str(work["best"].pk)]["recoded"]] == [None]
    assert published_figures(file.splitlines())["report"] == report(stage.study, cast.ada)
    documents = jsonl.read(file.splitlines())
    assert import_documents(actor=cast.ada, documents=documents).annotations == 0  # all here already
    ids = {
        each: uuid7()
        for document in documents
        for coding in document.codings
        for each in (coding.id, *(passage.id for passage in coding.passages))
    }
    far = [
        replace(
            document,
            study=replace(document.study, slug="far"),
            codings=tuple(
                replace(
                    coding,
                    id=ids[coding.id],
                    reviewer=f"far-{coding.reviewer}",
                    passages=tuple(replace(passage, id=ids[passage.id]) for passage in coding.passages),
                )
                for coding in document.codings
            ),
        )
        for document in documents
    ]
    import_documents(actor=cast.ada, documents=far)
    stored = {
        passage.id: passage.recoded
        for document in all_coded_documents(Study.objects.get(slug="far"))
        for coding in document.codings
        for passage in coding.passages
    }
    wanted = {p.id: p.recoded for document in far for coding in document.codings for p in coding.passages}
    assert stored == wanted
    assert counted(report(Study.objects.get(slug="far"), cast.ada))["event"] == 1
    bare = [
        replace(coding, passages=tuple(replace(passage, recoded=()) for passage in coding.passages))
        for coding in far[0].codings
    ]
    taken_back = replace(far[0], codings=tuple(bare))
    with pytest.raises(ConflictError):
        import_documents(actor=cast.ada, documents=[taken_back])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"codebook": "other"}, "no line above describes codebook other 2"),
        ({"codebook_version": 7}, "no line above describes codebook small 7"),
        ({"codebook_version": 1}, "is the version that the passage was made with"),
        ({"label": "rumour"}, "codebook small 2 has no label rumour"),
        ({"label": 3}, "must be a string"),
        ({"informed": "yes"}, "must be true or false"),
    ],
)
def test_an_answer_that_contradicts_the_file_is_refused(cast, stage, work, newer, answer, changes, words):
    answer(work["ben"], "event")
    rows = [json.loads(line) for line in exported(stage.study, cast.ada).splitlines()]
    row = next(row for row in rows if row.get("recoded"))
    row["recoded"][0].update(changes)
    with pytest.raises(FormatError) as caught:
        jsonl.read([json.dumps(row) for row in rows])
    assert any(words in fault.reason for fault in caught.value.rows)


def test_a_file_from_before_there_were_answers_is_read(cast, stage, work, newer):
    rows = [json.loads(line) for line in exported(stage.study, cast.ada).splitlines()]
    for row in rows:
        row.pop("recoded", None)
    assert jsonl.read([json.dumps(row) for row in rows]) == jsonl.read(exported(stage.study, cast.ada).splitlines())

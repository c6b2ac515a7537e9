"""The board of a study: what is missing, how long it may take, and what of it a blind lead learns."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotator.actions.annotation import Precondition, save_annotation
from annotator.actions.assignments import assign_revision, reveal_assignment, revise_assignment, submit_assignment
from annotator.actions.rating import rate_document
from annotator.actions.study import add_member, add_revisions, close_study, remove_member
from annotator.ids import uuid7
from annotator.models import Assignment, Event, Membership, Study, User
from annotator.models.study import new_pseudonym
from annotator.pace import LEAST
from annotator.queries import study_board
from annotator.queries.board import BoardCell, _measured
from sources.models import Document, Revision

FERRY = "The ferry carried 1,200 people in May."


@pytest.fixture
def three(stage: Any, make_document: Callable[..., Any], cast: SimpleNamespace) -> SimpleNamespace:
    """The stage with two texts more, wanted from two readers: ben and cleo hold the first, ben the second."""
    Study.objects.filter(pk=stage.study.pk).update(reviewers_per_document=2)
    stage.study.refresh_from_db()
    more = [make_document("second", "Two sentences. Here they are.\n"), make_document("third", "Nobody has me.\n")]
    add_revisions(actor=cast.ada, study=stage.study, revisions=more)
    second = assign_revision(actor=cast.ada, study=stage.study, revision=more[0], reviewer=cast.ben)
    return SimpleNamespace(stage=stage, study=stage.study, second=second, texts=[stage.revision, *more])


def submit(stage: Any, *names: str) -> None:
    """Let reviewers submit the stage's text."""
    for name in names:
        assignment = stage.assignments[name]
        submit_assignment(actor=assignment.reviewer, assignment_id=assignment.pk, accept_gaps=True)


def of(board: Any, slug: str) -> Any:
    return next(row for row in board.rows if row.slug == slug)


def choices(board: Any) -> dict[str, list[str]]:
    return {key: [row.slug for row in board.shown(key, "title", None)] for key in board.counts}


def test_it_says_what_is_missing_to_what_the_study_wants(three: SimpleNamespace, cast: SimpleNamespace) -> None:
    board = study_board(three.study, cast.ada)
    first, second, third = (of(board, slug) for slug in ("harbour-text", "second", "third"))
    assert [(row.given, row.submitted, row.missing, row.ungiven) for row in (first, second, third)] == [
        (2, 0, 2, 0),
        (1, 0, 2, 1),
        (0, 0, 2, 2),
    ]
    assert (board.given, board.submitted, board.ungiven, board.compared) == (3, 0, 3, 0)
    assert choices(board) == {
        "all": ["harbour-text", "second", "third"],
        "missing": ["harbour-text", "second", "third"],
        "open": ["harbour-text", "second"],
        "overdue": [],
        "ungiven": ["second", "third"],
        "one-short": [],
        "last": [],
    }
    submit(three.stage, "ben")
    assert choices(study_board(three.study, cast.ada))["one-short"] == ["harbour-text"]
    assert choices(study_board(three.study, cast.ada))["last"] == ["harbour-text"]
    submit(three.stage, "cleo")
    done = study_board(three.study, cast.ada)
    assert choices(done)["one-short"] == []
    assert choices(done)["missing"] == ["second", "third"]
    assert done.compared == 1


def test_what_the_study_does_not_say_is_not_wanted(three: SimpleNamespace, cast: SimpleNamespace) -> None:
    three.study.reviewers_per_document = None
    board = study_board(three.study, cast.ada)
    assert [(row.missing, row.ungiven) for row in board.rows] == [(2, 0), (1, 0), (0, 0)]
    assert choices(board)["last"] == []


def test_a_withdrawn_text_asks_for_no_reader(three: SimpleNamespace, cast: SimpleNamespace) -> None:
    Document.objects.filter(slug="second").update(withdrawn_at=three.study.created_at)
    row = of(study_board(three.study, cast.ada), "second")
    assert (row.is_withdrawn, row.missing, row.ungiven, row.open) == (True, 2, 0, 1)


def test_machines_second_rounds_and_the_gold_standard_are_shown_and_not_counted(
    three: SimpleNamespace, cast: SimpleNamespace
) -> None:
    machine = User.objects.create(username="model", kind=User.Kind.MACHINE)
    member = add_member(actor=cast.ada, study=three.study, user=machine)
    assign_revision(actor=cast.ada, study=three.study, revision=three.texts[2], reviewer=machine)
    assign_revision(actor=cast.ada, study=three.study, revision=three.texts[2], reviewer=cast.dora, role="adjudicator")
    submit(three.stage, "ben", "cleo")
    reveal_assignment(actor=cast.ben, assignment_id=three.stage.assignments["ben"].pk)
    revise_assignment(actor=cast.ben, assignment_id=three.stage.assignments["ben"].pk, reason="Second thoughts.")
    board = study_board(three.study, cast.ada)
    first, third = of(board, "harbour-text"), of(board, "third")
    assert first.cells[cast.ben.pk].states == ("submitted", "open")
    assert (first.given, first.submitted, first.missing, first.has_open) == (2, 2, 0, True)
    assert (third.cells[machine.pk].states, third.gold, third.given) == (("open",), BoardCell(("open",)), 0)
    assert member in board.members
    assert machine.pk not in {row.member.user_id for row in board.readers}


def test_who_left_holds_nothing_and_is_still_named(three: SimpleNamespace, cast: SimpleNamespace) -> None:
    remove_member(actor=cast.ada, study=three.study, user=cast.cleo)
    board = study_board(three.study, cast.ada)
    row = of(board, "harbour-text")
    assert (row.cells[cast.cleo.pk].states, row.given, row.ungiven) == (("declined",), 1, 1)
    assert cast.cleo.pk in {member.user_id for member in board.members}


def test_texts_are_sorted_and_those_of_one_reader_chosen(three: SimpleNamespace, cast: SimpleNamespace) -> None:
    board = study_board(three.study, cast.ada)
    by_length = [row.slug for row in board.shown("all", "length", None)]
    assert by_length == [row.slug for row in sorted(board.rows, key=lambda row: row.length)]
    assert [row.slug for row in board.shown("all", "-length", None)] == by_length[::-1]
    cleo = next(member for member in board.members if member.user_id == cast.cleo.pk)
    assert [row.slug for row in board.shown("all", "title", cleo)] == ["harbour-text"]
    submit_assignment(actor=cast.cleo, assignment_id=three.stage.assignments["cleo"].pk, accept_gaps=True)
    board = study_board(three.study, cast.ada)
    assert [row.slug for row in board.shown("open", "title", cleo)] == [], "open in ben's hands is not in cleo's"


def work_through(study: Study, lead: User, make_document: Callable[..., Any], readers: list[User], number: int) -> None:
    """Let readers, in turn, mark a sentence of so many texts more and submit."""
    for at in range(number):
        revision = make_document(f"more-{at}")
        add_revisions(actor=lead, study=study, revisions=[revision])
        reader = readers[at % len(readers)]
        assignment = assign_revision(actor=lead, study=study, revision=revision, reviewer=reader)
        start = revision.text.index(FERRY)
        save_annotation(
            actor=reader,
            annotation_id=uuid7(),
            assignment_id=assignment.pk,
            label="fact",
            start=start,
            end=start + len(FERRY),
            quote=FERRY,
            precondition=Precondition(create=True),
        )
        submit_assignment(actor=reader, assignment_id=assignment.pk, accept_gaps=True)


def test_the_time_left_is_known_once_enough_work_is_submitted(
    three: SimpleNamespace, cast: SimpleNamespace, make_document: Callable[..., Any]
) -> None:
    work_through(three.study, cast.ada, make_document, [cast.cleo], LEAST - 1)
    board = study_board(three.study, cast.ada)
    assert (board.pace, board.time_left, board.n_measured) == (None, None, LEAST - 1)
    submit_assignment(actor=cast.cleo, assignment_id=three.stage.assignments["cleo"].pk, accept_gaps=True)
    nothing_marked = study_board(three.study, cast.ada)
    assert nothing_marked.pace is None, "a single act tells no time"
    revision = make_document("last")
    add_revisions(actor=cast.ada, study=three.study, revisions=[revision])
    work = assign_revision(actor=cast.ada, study=three.study, revision=revision, reviewer=cast.ben)
    assert study_board(three.study, cast.ada).pace is None
    rate_document(
        actor=cast.ben, assignment_id=work.pk, scale="credibility", point=2, precondition=Precondition(create=True)
    )
    assert study_board(three.study, cast.ada).pace is None, "work that is not submitted tells nothing"
    submit_assignment(actor=cast.ben, assignment_id=work.pk, accept_gaps=True)
    board = study_board(three.study, cast.ada)
    assert board.pace is not None
    assert board.pace.n == LEAST
    lengths = {row.slug: row.length for row in board.rows}
    assert board.open_characters == lengths["harbour-text"] + lengths["second"]
    wanted_of_more = sum(length for slug, length in lengths.items() if slug.startswith("more-")) + lengths["last"]
    assert board.ungiven_characters == lengths["second"] + 2 * lengths["third"] + wanted_of_more
    assert board.time_open is not None
    assert board.time_open.middle == pytest.approx(board.pace.middle * board.open_characters / 1000)
    close_study(actor=cast.ada, study=three.study)
    three.study.refresh_from_db()
    assert study_board(three.study, cast.ada).open_characters == 0


def test_what_is_done_after_submitting_is_no_reading_time(
    stage: Any, cast: SimpleNamespace, mark: Callable[..., Any]
) -> None:
    mark("ben", FERRY, "fact")
    submit(stage, "ben", "cleo")
    before = sorted(times for times, _ in _measured(stage.study, cast.ada))
    reveal_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk)
    assert sorted(times for times, _ in _measured(stage.study, cast.ada)) == before
    assert Event.objects.filter(verb="revealed").count() == 1


def test_a_lead_who_reviews_blind_learns_the_pace_of_nobodys_work_but_their_own(
    three: SimpleNamespace, cast: SimpleNamespace, make_document: Callable[..., Any]
) -> None:
    work_through(three.study, cast.ada, make_document, [cast.cleo], LEAST)
    assert study_board(three.study, cast.ada).pace is not None
    add_member(actor=cast.ada, study=three.study, user=cast.ben, role="lead")
    board = study_board(three.study, cast.ben)
    assert (board.pace, board.n_measured) == (None, 0)
    assert of(board, "more-0").submitted == 1, "progress is known as submitted assignments"


def test_a_thousand_texts_and_twelve_reviewers_take_as_many_queries_as_one(stage: Any, cast: SimpleNamespace) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as seen:
            study_board(stage.study, cast.ada)
        return len(seen)

    study_board(stage.study, cast.ada)
    few = counted()
    users = User.objects.bulk_create([User(username=f"reader-{number}") for number in range(12)])
    Membership.objects.bulk_create(
        Membership(study=stage.study, user=user, pseudonym=f"{new_pseudonym()}{user.pk}") for user in users
    )
    documents = Document.objects.bulk_create(
        Document(slug=f"d-{number}", title=f"D {number}") for number in range(1000)
    )
    texts = Revision.objects.bulk_create(
        Revision(document=each, number=1, text="a.", sha256=f"{each.pk:064}", length=2) for each in documents
    )
    stage.study.revisions.add(*texts)
    Assignment.objects.bulk_create(
        Assignment(study=stage.study, revision=text, reviewer=user, codebook=stage.codebook)
        for text in texts
        for user in users
    )
    assert counted() == few
    board = study_board(stage.study, cast.ada)
    assert (len(board.rows), board.given, len(board.members)) == (1001, 12_002, 14)


def test_what_is_open_past_its_day_is_late_and_nothing_else(three: SimpleNamespace, cast: SimpleNamespace) -> None:
    today = timezone.localdate()
    Study.objects.filter(pk=three.study.pk).update(due_on=today - timedelta(days=1))
    three.study.refresh_from_db()
    assert choices(study_board(three.study, cast.ada))["overdue"] == ["harbour-text", "second"]
    Assignment.objects.filter(pk=three.second.pk).update(due_on=today)
    submit(three.stage, "ben")
    board = study_board(three.study, cast.ada)
    assert choices(board)["overdue"] == ["harbour-text"], "the second has a day of its own"
    cells = of(board, "harbour-text").cells
    assert (cells[cast.ben.pk].is_overdue, cells[cast.cleo.pk].is_overdue) == (False, True)
    close_study(actor=cast.ada, study=three.study)
    three.study.refresh_from_db()
    assert choices(study_board(three.study, cast.ada))["overdue"] == []

"""Discussions: who may read and write, each deed and refusal, and that nothing said is lost."""

from dataclasses import replace

import pytest

from annotator.actions.annotation import Precondition
from annotator.actions.assignments import assign_revision, reveal_assignment, revise_assignment, submit_assignment
from annotator.actions.comment import Place, delete_comment, restore_comment, write_comment
from annotator.actions.errors import (
    ConflictError,
    DeletedError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    SpanError,
    StaleError,
)
from annotator.actions.imports import import_documents
from annotator.actions.study import add_member, close_study, create_study
from annotator.ids import uuid7
from annotator.models import Annotation, Comment, Event, Study, User
from annotator.models.comment import may_discuss
from annotator.queries import all_coded_documents, coded_documents, threads_on, verification

FERRY = "The ferry carried 1,200 people in May."
CREATE = Precondition(create=True)


@pytest.fixture
def work(stage, mark, submit):
    """Ben and cleo have submitted; nobody has revealed."""
    found = {name: mark(name, FERRY, "fact") for name in ("ben", "cleo")}
    for name in found:
        submit(stage.assignments[name])
    return found


@pytest.fixture
def revealed(stage, work):
    """Ben and cleo see each other's work."""
    for assignment in stage.assignments.values():
        reveal_assignment(actor=assignment.reviewer, assignment_id=assignment.pk)
    return work


@pytest.fixture
def place(stage):
    return Place(stage.study, stage.revision, *stage.span(FERRY))


@pytest.fixture
def write(cast, place):
    """A function by which somebody opens a thread, answers or edits."""

    def act(who, words="Why fact?", comment_id=None, precondition=CREATE, where=None, thread=None):
        return write_comment(
            actor=getattr(cast, who),
            comment_id=comment_id or uuid7(),
            place=None if thread else where or place,
            thread_id=thread and thread.pk,
            words=words,
            precondition=precondition,
        )

    return act


def seen_by(cast, who):
    return set(Comment.objects.visible_to(getattr(cast, who)))


def test_a_thread_is_opened_answered_edited_deleted_and_restored(cast, stage, revealed, write, frames):
    with frames.deed("commented", "comment") as found:
        first, is_new = write("ben", "  Why fact?\n")
    assert (is_new, first.words, found.event.object_id) == (True, "  Why fact?\n", str(first.pk))
    with frames.deed("commented", "comment"):
        answer, _ = write("cleo", "It was counted.", thread=first)
    assert (answer.thread, answer.start, answer.end) == (first, first.start, first.end)
    with frames.deed("changed", "comment", answer):
        write("cleo", "It was counted twice.", answer.pk, Precondition(versions=frozenset({1})))
    with frames.deed("deleted", "comment", answer):
        delete_comment(actor=cast.cleo, comment_id=answer.pk, versions={2})
    (thread,) = threads_on(stage.study, stage.revision, cast.ben)
    (said,) = thread.answers
    assert (said.is_readable, said.former, thread.n_comments) == (False, (), 1)
    (said,) = threads_on(stage.study, stage.revision, cast.cleo)[0].answers
    assert (said.is_readable, [each.words for each in said.former]) == (True, ["It was counted."])
    with frames.deed("restored", "comment", answer):
        restore_comment(actor=cast.cleo, comment_id=answer.pk)
    (said,) = threads_on(stage.study, stage.revision, cast.ben)[0].answers
    assert (said.comment.words, [each.words for each in said.former]) == ("It was counted twice.", ["It was counted."])
    with frames.untouched():
        restore_comment(actor=cast.cleo, comment_id=answer.pk)


def test_pseudonyms_are_all_that_is_told_of_an_author(cast, stage, revealed, write):
    write("ben")
    (thread,) = threads_on(stage.study, stage.revision, cast.cleo)
    assert thread.first.author == stage.study.memberships.get(user=cast.ben).pseudonym


def test_only_who_sees_others_work_on_the_text_reads_and_writes(cast, stage, work, write, frames):
    for who in ("ben", "cleo", "eli"):
        with frames.refusal(NotFoundError):
            write(who)
    comment, _ = write("ada", "Look at this.")  # the lead sees the work
    assert seen_by(cast, "ada") == seen_by(cast, "dora") == {comment}
    for who in ("ben", "cleo", "eli"):
        assert seen_by(cast, who) == set()
        assert threads_on(stage.study, stage.revision, getattr(cast, who)) is None
        with frames.refusal(InvalidError):
            write(who, "Yes.", thread=comment)
        assert not Event.objects.visible_to(getattr(cast, who)).filter(kind="comment").exists()
    reveal_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk)
    assert (seen_by(cast, "ben"), seen_by(cast, "cleo")) == ({comment}, set())
    write("ben", "Yes.", thread=comment)
    assert seen_by(cast, "cleo") == set()
    assert not Event.objects.visible_to(cast.cleo).filter(kind="comment").exists()


def test_an_id_tells_nothing_to_whoever_may_not_read(cast, revealed, write, frames):
    comment, _ = write("ben")
    for taken in (comment.pk, uuid7()):
        with frames.refusal(NotFoundError):
            write("eli", comment_id=taken)


def test_whoever_reviews_the_text_elsewhere_reads_nothing(cast, stage, revealed, write, frames):
    comment, _ = write("ben")
    for blinding in ("until_submitted", "open"):
        elsewhere = create_study(
            actor=cast.ada,
            slug=f"elsewhere-{blinding.replace('_', '-')}",
            title="Elsewhere",
            codebook=stage.codebook,
            revisions=[stage.revision],
            blinding=blinding,
        )
        add_member(actor=cast.ada, study=elsewhere, user=cast.dora)
        assert seen_by(cast, "dora") == {comment}
        held = assign_revision(actor=cast.ada, study=elsewhere, revision=stage.revision, reviewer=cast.dora)
        assert not may_discuss(cast.dora, stage.study, stage.revision)
        assert seen_by(cast, "dora") == set()
        assert not Event.objects.visible_to(cast.dora).filter(kind="comment").exists()
        with frames.refusal(NotFoundError):
            write("dora")
        type(held).objects.filter(pk=held.pk).update(state="declined")


def test_a_reader_reads_no_discussion_and_a_closed_study_still_has_one(cast, stage, revealed, write, frames):
    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="reader")
    comment, _ = write("ben")
    close_study(actor=cast.ada, study=stage.study)
    assert seen_by(cast, "eli") == set()
    write("cleo", "After the study.", thread=comment)
    with frames.refusal(NotFoundError):
        write("eli")


def test_who_is_no_member_reads_and_does_not_write(cast, stage, revealed, write, frames):
    User.objects.create(username="root", is_staff=True, is_superuser=True)
    cast.root = User.objects.get(username="root")
    comment, _ = write("ben")
    assert seen_by(cast, "root") == {comment}
    with frames.refusal(NotAllowedError):
        write("root", "As nobody.", thread=comment)


def test_what_is_refused(cast, stage, place, revealed, write, frames):
    comment, _ = write("ben")
    answer, _ = write("cleo", "Because.", thread=comment)
    for changes, error in [
        ({"where": replace(place, start=-1)}, SpanError),
        ({"where": replace(place, start=9, end=9)}, SpanError),
        ({"where": replace(place, end=10_000)}, SpanError),
        ({"where": replace(place, annotation=uuid7())}, InvalidError),
        ({"words": " \n"}, InvalidError),
        ({"words": "x" * 10_001}, InvalidError),
        ({"thread": answer}, InvalidError),
        ({"precondition": Precondition(versions=frozenset({1}))}, NotFoundError),
    ]:
        with frames.refusal(error):
            write("ben", **changes)
    with frames.refusal(ConflictError, "id_taken"):
        write("cleo", "Mine.", comment.pk)
    with frames.refusal(NotFoundError):
        write("cleo", "Mine.", comment.pk, Precondition(versions=frozenset({1})))
    with frames.refusal(StaleError):
        write("ben", "Other.", comment.pk, Precondition(versions=frozenset({7})))
    with frames.refusal(NotFoundError):
        delete_comment(actor=cast.cleo, comment_id=comment.pk, versions={1})
    with frames.refusal(StaleError):
        delete_comment(actor=cast.ben, comment_id=comment.pk, versions={7})
    delete_comment(actor=cast.ben, comment_id=comment.pk, versions={1})
    with frames.refusal(DeletedError):
        write("ben", "Other.", comment.pk, Precondition(versions=frozenset({2})))
    with frames.refusal(DeletedError):
        write("ben", comment_id=comment.pk)
    with frames.untouched():
        delete_comment(actor=cast.ben, comment_id=comment.pk, versions=None)
    with frames.refusal(NotFoundError):
        restore_comment(actor=cast.cleo, comment_id=comment.pk)


def test_a_thread_is_about_no_passage_that_others_may_not_see(cast, stage, place, revealed, write, frames, mark):
    second = revise_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, reason="again")
    own = Annotation.objects.get(assignment=second)
    with frames.refusal(InvalidError, "invalid"):
        write("ben", where=replace(place, annotation=own.pk))
    submit_assignment(actor=cast.ben, assignment_id=second.pk, accept_gaps=True)
    comment, _ = write("ben", where=replace(place, annotation=own.pk))
    assert comment.annotation == own


def test_the_same_again_is_the_same_row_even_after_an_edit(cast, revealed, write, frames):
    comment, _ = write("ben")
    with frames.untouched():
        assert write("ben", comment_id=comment.pk) == (comment, False)
    with frames.refusal(ConflictError, "different"):
        write("ben", "Another.", comment.pk)
    write("ben", "Edited.", comment.pk, Precondition(versions=frozenset({1})))
    with frames.untouched():
        again, is_new = write("ben", comment_id=comment.pk)
    assert (again.words, is_new) == ("Edited.", False)


def test_who_left_writes_no_more(cast, stage, revealed, write, frames):
    comment, _ = write("ben")
    stage.study.memberships.filter(user=cast.ben).update(left_at=comment.created_at)
    with frames.refusal(NotFoundError):
        write("ben", "Still here.")
    assert seen_by(cast, "cleo") == {comment}, "what was said stays"


def test_a_discussion_is_exported_to_those_who_may_read_it_and_comes_back(cast, stage, work, write):
    first, _ = write(
        "ada", "Look at this.", where=Place(stage.study, stage.revision, *stage.span(FERRY), work["ben"].pk)
    )
    reveal_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk)
    answer, _ = write("ben", "I see.", thread=first)
    write("ben", "I see it.", answer.pk, Precondition(versions=frozenset({1})))
    gone, _ = write("ben", "Never mind.", thread=first)
    delete_comment(actor=cast.ben, comment_id=gone.pk, versions={1})

    def told(who):
        documents = coded_documents(stage.study, getattr(cast, who), purpose="work")
        return [(each.words, each.version) for document in documents for each in document.comments]

    assert told("ben") == told("dora") == [("Look at this.", 1), ("I see it.", 2), ("", 2)]
    assert told("cleo") == []
    assert [each.comments for each in coded_documents(stage.study, cast.ada, purpose="agreement")] == [()]
    (document,) = all_coded_documents(stage.study)
    assert document.comments[0].annotation == work["ben"].pk
    assert [words for words, _ in document.comments[1].former] == ["I see."]
    import_documents(actor=cast.ada, documents=[document])  # here already, and equal
    ids = {each.id: uuid7() for each in document.comments}
    codings = tuple(
        replace(
            coding,
            id=uuid7(),
            reviewer=f"far-{coding.reviewer}",
            passages=tuple(replace(passage, id=uuid7()) for passage in coding.passages),
        )
        for coding in document.codings
    )
    far = replace(
        document,
        study=replace(document.study, slug="far"),
        codings=codings,
        comments=tuple(
            replace(
                each,
                id=ids[each.id],
                thread=ids.get(each.thread),
                author=f"far-{each.author}",
                annotation=codings[0].passages[0].id if each.annotation else None,
            )
            for each in document.comments
        ),
    )
    import_documents(actor=cast.ada, documents=[replace(far, comments=())])
    count = import_documents(actor=cast.ada, documents=[far])
    assert (count.assignments, count.comments) == (0, 3)
    event = Event.objects.filter(ledger__study__slug="far").latest("seq")
    assert (event.verb, event.after) == ("imported", {"assignments": 0, "comments": 3}), "no write without its event"
    (stored,) = all_coded_documents(Study.objects.get(slug="far"))
    assert stored.comments == far.comments
    import_documents(actor=cast.ada, documents=[far])
    other = replace(far, comments=(replace(far.comments[0], words="Other."), *far.comments[1:]))
    with pytest.raises(ConflictError) as caught:
        import_documents(actor=cast.ada, documents=[other])
    assert caught.value.code == "different"
    strange = replace(document, comments=(replace(document.comments[0], id=uuid7()),))
    with pytest.raises(ConflictError) as caught:
        import_documents(actor=cast.ada, documents=[strange])
    assert caught.value.code == "identity"
    assert verification().faults == []

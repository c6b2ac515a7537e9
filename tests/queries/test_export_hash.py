"""The hash of an export, kept: always that of the file itself, whatever is done, and made anew only where it must."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotator.actions.adjudication import Verdict, decide_case, undo_decision
from annotator.actions.annotation import Precondition, delete_annotation, restore_annotation, save_annotation
from annotator.actions.assignments import (
    assign_revision,
    reopen_assignment,
    reveal_assignment,
    revise_assignment,
    submit_assignment,
)
from annotator.actions.codebook import publish_codebook, start_next_version
from annotator.actions.comment import Place, delete_comment, write_comment
from annotator.actions.imports import import_documents
from annotator.actions.rating import clear_document_rating, rate_document
from annotator.actions.reclaiming import set_deadlines
from annotator.actions.recoding import recode_passage, undo_recoding
from annotator.actions.scale_decisions import ScaleVerdict, decide_scale
from annotator.actions.set_up import change_study, sort_revisions
from annotator.actions.study import add_member, add_revisions, close_study, remove_member, reopen_study, use_codebook
from annotator.formats import FORMATS, jsonl
from annotator.ids import uuid7
from annotator.models import Assignment, Study
from annotator.queries.export_contents import export_contents
from annotator.queries.exports import codebooks_of_export, export_hash, export_pieces
from sources.models import Source
from tests.actions.test_recoding import split
from tests.queries.conftest import FERRY, work

VIEWERS = ("ben", "cleo", "fay", "dora", "lou", "rea")
CREATE = Precondition(create=True)


def really(study: Study, viewer: Any, module: Any = jsonl) -> str:
    """The hash of the bytes that the export gives."""
    return hashlib.sha256("".join(export_pieces(study, viewer, module)).encode()).hexdigest()


class Everybody:
    """Everybody's hash of a study's export, before and after what is done."""

    def __init__(self, study: Study, people: Any) -> None:
        self.study, self.people = study, people
        self.hashes = self._all()

    def _all(self) -> dict[str, str]:
        self.study = Study.objects.get(pk=self.study.pk)
        found = {name: export_hash(self.study, getattr(self.people, name), jsonl) for name in VIEWERS}
        assert found == {name: really(self.study, getattr(self.people, name)) for name in VIEWERS}
        return found

    @contextmanager
    def differs(self, *who: str) -> Iterator[None]:
        """Fail unless what is done inside gives these and nobody else another hash, and all that of the file."""
        yield
        before, self.hashes = self.hashes, self._all()
        assert {name for name in VIEWERS if before[name] != self.hashes[name]} == set(who)


@pytest.fixture
def stage(staged: Callable[..., Any]) -> Any:
    return staged()


@pytest.fixture
def everybody(stage: Any, crowd: Any) -> Everybody:
    return Everybody(stage.study, crowd)


TRUSTED = ("lou", "dora")
"""Who is shown all that is submitted: the lead and the adjudicator."""


def test_work_of_ones_own_differs_for_oneself_alone_until_it_is_submitted(
    stage: Any, crowd: Any, everybody: Everybody
) -> None:
    mine = stage.assignments["ben"]
    with everybody.differs("ben"):
        passage = work(mine, submit=False)
    with everybody.differs("ben"):
        save_annotation(
            actor=crowd.ben,
            annotation_id=passage.pk,
            assignment_id=mine.pk,
            label="fact",
            start=passage.start,
            end=passage.end,
            quote=FERRY,
            note="sure",
            precondition=Precondition(versions=frozenset({1})),
        )
    with everybody.differs("ben"):
        delete_annotation(actor=crowd.ben, annotation_id=passage.pk, versions=[2])
    with everybody.differs("ben"):
        restore_annotation(actor=crowd.ben, annotation_id=passage.pk)
    with everybody.differs("ben"):
        rate_document(
            actor=crowd.ben,
            assignment_id=mine.pk,
            scale="credibility",
            point=2,
            precondition=Precondition(versions=frozenset({1})),
        )
    with everybody.differs("ben"):
        clear_document_rating(
            actor=crowd.ben,
            assignment_id=mine.pk,
            scale="credibility",
            precondition=Precondition(versions=frozenset({2})),
        )
    with everybody.differs("ben"):
        rate_document(actor=crowd.ben, assignment_id=mine.pk, scale="credibility", point=2, precondition=CREATE)
    with everybody.differs("ben", *TRUSTED):
        submit_assignment(actor=crowd.ben, assignment_id=mine.pk)
    with everybody.differs("ben", *TRUSTED):
        reopen_assignment(actor=crowd.lou, assignment_id=mine.pk, reason="Look again.")
    with everybody.differs("ben"):
        passage.refresh_from_db()
        delete_annotation(actor=crowd.ben, annotation_id=passage.pk, versions=[passage.version])
    with everybody.differs("ben", *TRUSTED):
        submit_assignment(actor=crowd.ben, assignment_id=mine.pk, accept_gaps=True)


def test_a_reveal_and_what_follows_it(stage: Any, crowd: Any, everybody: Everybody) -> None:
    with everybody.differs("ben", "cleo", *TRUSTED):
        work(stage.assignments["ben"])
        passage = work(stage.assignments["cleo"])
    with everybody.differs("ben", *TRUSTED):
        reveal_assignment(actor=crowd.ben, assignment_id=stage.assignments["ben"].pk)
    with everybody.differs("ben"):
        second = revise_assignment(actor=crowd.ben, assignment_id=stage.assignments["ben"].pk, reason="Seen.")
    with everybody.differs("ben", *TRUSTED):
        submit_assignment(actor=crowd.ben, assignment_id=second.pk)
    place = Place(stage.study, stage.revision, passage.start, passage.end, passage.pk)
    with everybody.differs("ben", *TRUSTED):
        comment, _ = write_comment(actor=crowd.ben, comment_id=uuid7(), place=place, words="Why?", precondition=CREATE)
    with everybody.differs("ben", *TRUSTED):
        delete_comment(actor=crowd.ben, comment_id=comment.pk, versions=[1])
    with everybody.differs("fay"):
        work(stage.assignments["fay"], submit=False)
    with everybody.differs("fay", "ben", *TRUSTED):
        submit_assignment(actor=crowd.fay, assignment_id=stage.assignments["fay"].pk)
    with everybody.differs("cleo", "ben", *TRUSTED):
        reveal_assignment(actor=crowd.cleo, assignment_id=stage.assignments["cleo"].pk)


def test_a_reveal_that_is_stored_after_work_that_it_came_before(stage: Any, crowd: Any, make_document: Any) -> None:
    second = make_document("second-text", f"2. {stage.revision.text}")
    add_revisions(actor=crowd.ada, study=stage.study, revisions=[second])
    elsewhere = assign_revision(actor=crowd.ada, study=stage.study, revision=second, reviewer=crowd.fay)
    for each in (elsewhere, stage.assignments["fay"], stage.assignments["ben"]):
        work(each)
    reveal_assignment(actor=crowd.ben, assignment_id=stage.assignments["ben"].pk)
    everybody = Everybody(stage.study, crowd)
    with everybody.differs("fay", "ben", *TRUSTED):  # what ben sees of her is no first look any more
        Assignment.objects.filter(pk=elsewhere.pk).update(revealed_at=F("submitted_at"))


def test_adjudication_is_in_the_hash_of_who_may_see_it(stage: Any, crowd: Any, everybody: Everybody) -> None:
    first, second = work(stage.assignments["ben"]), work(stage.assignments["cleo"])
    everybody = Everybody(stage.study, crowd)
    with everybody.differs("dora"):
        gold = assign_revision(
            actor=crowd.lou, study=stage.study, revision=stage.revision, reviewer=crowd.dora, role="adjudicator"
        )
    taken = Verdict("took", first.start, first.end, (first.pk, second.pk), taken=first.pk)
    with everybody.differs("dora"):
        decision, _ = decide_case(
            actor=crowd.dora, assignment_id=gold.pk, decision_id=uuid7(), verdict=taken, precondition=CREATE
        )
    with everybody.differs("dora"):
        undo_decision(actor=crowd.dora, decision_id=decision.pk, versions=[1])
    contested = Verdict("contested", first.start, first.end, (first.pk, second.pk), reason="Both can be said.")
    with everybody.differs("dora"):
        decide_case(
            actor=crowd.dora, assignment_id=gold.pk, decision_id=uuid7(), verdict=contested, precondition=CREATE
        )
    with everybody.differs("dora"):
        decide_scale(
            actor=crowd.dora,
            assignment_id=gold.pk,
            decision_id=uuid7(),
            verdict=ScaleVerdict("credibility", "contested", reason="Both can be said."),
            precondition=CREATE,
        )
    with everybody.differs(*TRUSTED):
        submit_assignment(actor=crowd.dora, assignment_id=gold.pk, accept_gaps=True)
    with everybody.differs("fay", *TRUSTED):  # a third reader who was silent where the others differ
        submit_assignment(actor=crowd.fay, assignment_id=stage.assignments["fay"].pk, accept_gaps=True)
    with everybody.differs(*VIEWERS):
        close_study(actor=crowd.lou, study=everybody.study)
    with everybody.differs("fay", "rea", *TRUSTED):  # a reader sees the gold alone, and in it how many were silent
        Assignment.objects.filter(pk=stage.assignments["fay"].pk).update(state="open", submitted_at=None)
    with everybody.differs(*VIEWERS):
        reopen_study(actor=crowd.lou, study=everybody.study)


def test_texts_places_and_what_is_known_of_a_document(
    stage: Any, crowd: Any, everybody: Everybody, make_document: Any
) -> None:
    second = make_document("second-text", "The tide was low. It looked sad.\n")
    with everybody.differs(*TRUSTED):
        add_revisions(actor=crowd.lou, study=everybody.study, revisions=[second])
    with everybody.differs("ben", "cleo", "fay", *TRUSTED):
        sort_revisions(actor=crowd.lou, study=everybody.study, order=[second.pk, stage.revision.pk])
    with everybody.differs("fay"):
        given = assign_revision(actor=crowd.lou, study=everybody.study, revision=second, reviewer=crowd.fay)
    with everybody.differs("fay"):
        set_deadlines(
            actor=crowd.lou, study=everybody.study, ids=[given.pk], due_on=timezone.localdate() + timedelta(days=9)
        )
    document = second.document
    for name, value in (
        ("title", "Another"),
        ("byline", "N. N."),
        ("published_on", "2026-01-02"),
        ("retrieved_at", timezone.now()),
        ("url", "https://example.org/"),
        ("language", "de"),
        ("licence", "CC0"),
        ("disclosure", "none"),
        ("withdrawn_at", timezone.now()),
        ("source", Source.objects.create(name="Gazette")),
    ):
        before = export_hash(everybody.study, crowd.lou, jsonl)
        setattr(document, name, value)
        document.save()
        after = export_hash(everybody.study, crowd.lou, jsonl)
        assert before != after == really(everybody.study, crowd.lou), name
    everybody = Everybody(everybody.study, crowd)
    document.source.name = "Herald"
    with everybody.differs("fay", *TRUSTED):
        document.source.save()


def test_members_and_the_study_itself(stage: Any, crowd: Any, everybody: Everybody) -> None:
    work(stage.assignments["ben"])
    work(stage.assignments["cleo"])
    everybody = Everybody(stage.study, crowd)
    with everybody.differs():  # nobody's work is hers
        add_member(actor=crowd.lou, study=stage.study, user=crowd.kim)
    with everybody.differs("rea"):
        add_member(actor=crowd.lou, study=stage.study, user=crowd.rea, role="lead")
    with everybody.differs("rea"):
        add_member(actor=crowd.lou, study=stage.study, user=crowd.rea, role="reader")
    with everybody.differs(*VIEWERS[:-1]):  # the reader's file has no document yet, so no study either
        change_study(actor=crowd.lou, study=everybody.study, changes={"title": "Another title"})
    with everybody.differs("fay"):
        remove_member(actor=crowd.lou, study=everybody.study, user=crowd.fay)
    name = everybody.study.memberships.filter(user=crowd.ben)
    with everybody.differs("ben", *TRUSTED):
        name.update(pseudonym="R-NEW2")


def test_another_version_of_the_codebook_and_answers_about_a_split_label(
    stage: Any, crowd: Any, everybody: Everybody
) -> None:
    passage = work(stage.assignments["ben"])
    work(stage.assignments["cleo"])
    everybody = Everybody(stage.study, crowd)
    later = publish_codebook(actor=crowd.ada, codebook=start_next_version(actor=crowd.ada, codebook=stage.codebook))
    with everybody.differs(*VIEWERS):
        use_codebook(actor=crowd.lou, study=everybody.study, codebook=later)
    newer = split(later, crowd.ada, "fact", "event", "statement")
    with everybody.differs(*VIEWERS):
        use_codebook(actor=crowd.lou, study=everybody.study, codebook=newer)
    with everybody.differs("ben", *TRUSTED):
        recode_passage(
            actor=crowd.ben, annotation_id=passage.pk, label="event", codebook_version=3, precondition=CREATE
        )
    with everybody.differs("ben", *TRUSTED):
        undo_recoding(actor=crowd.ben, annotation_id=passage.pk, versions=[1])


def test_an_import_that_brings_work_and_links_to_what_is_there(stage: Any, crowd: Any, everybody: Everybody) -> None:
    work(stage.assignments["ben"], reveal=True)
    second = revise_assignment(actor=crowd.ben, assignment_id=stage.assignments["ben"].pk, reason="Seen.")
    submit_assignment(actor=crowd.ben, assignment_id=second.pk)
    file = "".join(export_pieces(stage.study, crowd.ada, jsonl)).splitlines(keepends=True)
    everybody = Everybody(stage.study, crowd)
    with everybody.differs():
        import_documents(actor=crowd.ada, documents=jsonl.parse([line.encode() for line in file]).documents)


def test_it_is_taken_once_and_again_only_where_the_file_is_another(stage: Any, crowd: Any) -> None:
    def asked(viewer: Any, module: Any = jsonl) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            export_hash(stage.study, viewer, module)
        return sum('FROM "annotator_rating"' in each["sql"] for each in queries)

    work(stage.assignments["ben"])
    assert [asked(crowd.ben), asked(crowd.ben), asked(crowd.lou), asked(crowd.lou)] == [1, 0, 1, 0]
    work(stage.assignments["cleo"], submit=False)
    assert [asked(crowd.ben), asked(crowd.lou)] == [0, 0], "nothing of another's work that is hidden"
    submit_assignment(actor=crowd.cleo, assignment_id=stage.assignments["cleo"].pk)
    assert [asked(crowd.ben), asked(crowd.lou)] == [0, 1]
    for module in FORMATS.values():
        assert export_hash(stage.study, crowd.lou, module) == really(stage.study, crowd.lou, module)


def test_it_depends_on_nothing_that_is_hidden_from_the_viewer(stage: Any, crowd: Any) -> None:
    def origin(viewer: Any) -> tuple[Any, ...]:
        return export_contents(
            stage.study, viewer, codebooks_of_export(stage.study, stage.study.assignments.work_visible_to(viewer))
        )

    blind = ("ben", "fay", "rea", "eli")
    before = {name: origin(getattr(crowd, name)) for name in blind}
    work(stage.assignments["cleo"], reveal=True)
    second = revise_assignment(actor=crowd.cleo, assignment_id=stage.assignments["cleo"].pk, reason="Seen.")
    submit_assignment(actor=crowd.cleo, assignment_id=second.pk)
    add_member(actor=crowd.lou, study=stage.study, user=crowd.kim)
    assert {name: origin(getattr(crowd, name)) for name in blind} == before
    assert len({repr(each) for each in before.values()}) == len(blind)

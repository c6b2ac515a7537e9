"""Figures kept of documents: never another figure than without them, for anybody, whatever happens to what is kept."""

import random
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from annotator.actions.assignments import assign_revision, reopen_assignment, reveal_assignment
from annotator.actions.codebook import create_codebook, publish_codebook
from annotator.actions.study import add_revisions, close_study, create_study
from annotator.agreement.comparison import subjects
from annotator.agreement.report import report
from annotator.agreement.selection import WORK
from annotator.models import Assignment
from annotator.queries import (
    codebook_info,
    figures_for,
    figures_for_operator,
    may_see_agreement,
)
from annotator.queries.coded_documents import coded_documents
from annotator.queries.shown import shown_work
from annotator.records import CodebookInfo, LabelInfo
from sources.models import Revision
from tests.queries.conftest import work

VIEWERS = ("ben", "fay", "lou", "rea", "eli")


@pytest.fixture
def shelf(staged, crowd, make_document):
    """A study over three texts, each read by ben, cleo and fay; assignments by text and name."""
    stage = staged()
    more = [make_document(f"harbour-{number}", f"{number}. {stage.revision.text}") for number in (2, 3)]
    add_revisions(actor=crowd.ada, study=stage.study, revisions=more)
    for text in more:
        for name in ("ben", "cleo", "fay"):
            reviewer = getattr(crowd, name)
            stage.assignments[name, text] = assign_revision(
                actor=crowd.ada, study=stage.study, revision=text, reviewer=reviewer
            )
    for name in ("ben", "cleo", "fay"):
        stage.assignments[name, stage.revision] = stage.assignments.pop(name)
    return stage


def told(study, viewer, work="independent"):
    """All that a viewer is told, in a form that compares to the last digit."""
    return figures_for(study, viewer).report(WORK[work]).as_dict()


def computed(study, viewer, work="independent"):
    """The same from all documents at once, with nothing kept."""
    texts = Revision.objects.filter(pk__in=shown_work(study, viewer).values("revision"))
    documents = list(coded_documents(study, viewer, revisions=texts, purpose="agreement"))
    choice = WORK[work]
    info = codebook_info(study.codebook)
    return report(documents, info, rounds=choice.rounds, independent=choice.independent).as_dict()


@pytest.fixture
def apart(monkeypatch):
    """Blocks of one document and groups of two blocks, some of which are empty, as in studies of many documents."""
    monkeypatch.setattr("annotator.agreement.measured.BLOCK", 1)
    monkeypatch.setattr("annotator.agreement.measured.GROUP", 2)


def test_everybody_is_told_what_would_be_computed_anew_at_every_step(shelf, crowd, apart):
    steps = list(shelf.assignments.values())
    random.Random(5).shuffle(steps)
    viewers = list(VIEWERS)
    n_documents = set()
    for number, assignment in enumerate(steps):
        work(assignment, reveal=number % 3 == 0)
        random.Random(number).shuffle(viewers)
        for name in viewers if number % 4 == 0 else ():
            viewer = getattr(crowd, name)
            for choice in ("independent", "first"):
                found = told(shelf.study, viewer, choice)
                assert found == computed(shelf.study, viewer, choice), (number, name, choice)
            n_documents.add((name, found["n_documents"]))
    assert {("lou", 0), ("lou", 3), ("ben", 1)} <= n_documents
    assert {number for name, number in n_documents if name in ("eli", "rea")} == {0}


def test_where_no_work_is_seen_the_labels_are_those_of_the_study_itself(shelf, crowd, apart):
    def empty(slug, codebook):
        return create_study(actor=crowd.ada, slug=slug, title=slug, codebook=codebook, blinding="open", revisions=[])

    claim = LabelInfo("claim", "Claim", "Says that something is so.", position=1)
    info = CodebookInfo(slug="claims", version=1, title="Claims", labels=(claim,))
    claims = publish_codebook(actor=crowd.ada, codebook=create_codebook(actor=crowd.ada, info=info))
    for assignment in shelf.assignments.values():
        work(assignment)
    told(shelf.study, crowd.lou)
    told(empty("one-more", shelf.codebook), crowd.ada)
    other = empty("other", claims)
    assert [row["label"] for row in told(other, crowd.ada)["labels"]] == ["claim"]
    (subject,) = [each for each in subjects(codebook_info(claims)) if each.key == "label-claim"]
    found = figures_for(other, crowd.ada).comparison(WORK["independent"], subject)
    assert (found.subject.key, found.pairs) == ("label-claim", ())


def test_what_others_were_shown_is_not_shown_to_who_may_not_see_it(shelf, crowd):
    for assignment in shelf.assignments.values():
        if assignment.reviewer != crowd.ben:
            work(assignment)
    assert told(shelf.study, crowd.lou)["n_documents"] == 3
    work(shelf.assignments["ben", shelf.revision])
    assert not may_see_agreement(shelf.study, crowd.ben)
    assert told(shelf.study, crowd.ben)["per_document"] == []
    reveal_assignment(actor=crowd.ben, assignment_id=shelf.assignments["ben", shelf.revision].pk)
    assert [each["slug"] for each in told(shelf.study, crowd.ben)["per_document"]] == ["harbour-text"]


def test_those_who_see_the_same_work_share_what_is_kept(shelf, crowd):
    for assignment in shelf.assignments.values():
        work(assignment)
    told(shelf.study, crowd.lou)
    with CaptureQueriesContext(connection) as queries:
        told(shelf.study, crowd.dora)
        told(shelf.study, crowd.ada)
    assert [each for each in queries if "annotator_annotation" in each["sql"]] == []


def test_after_one_document_changed_only_its_text_and_work_are_read(shelf, crowd):
    for assignment in shelf.assignments.values():
        work(assignment)
    before = told(shelf.study, crowd.lou)
    with CaptureQueriesContext(connection) as unchanged:
        assert told(shelf.study, crowd.lou) == before
    assert not [each for each in unchanged if "annotator_annotation" in each["sql"] or '"text"' in each["sql"]]
    (assignment,) = [each for (name, text), each in shelf.assignments.items() if name == "ben" and "3" in str(text)]
    reopen_assignment(actor=crowd.lou, assignment_id=assignment.pk, reason="asked for")
    with CaptureQueriesContext(connection) as queries:
        after = told(shelf.study, crowd.lou)
    assert after == computed(shelf.study, crowd.lou) != before
    (texts,) = [each["sql"] for each in queries if '"sources_revision"."text"' in each["sql"]]
    assert f'"sources_revision"."id" IN ({assignment.revision_id})' in texts
    (passages,) = [each["sql"] for each in queries if 'FROM "annotator_annotation"' in each["sql"]]
    read = Assignment.objects.filter(pk__in=[each.pk for each in shelf.assignments.values()])
    assert {each.revision_id for each in read if each.pk.hex in passages.replace("-", "")} == {assignment.revision_id}


def test_number_of_queries_does_not_grow_with_documents(shelf, crowd, make_document):
    def queries():
        told(shelf.study, crowd.lou)
        with CaptureQueriesContext(connection) as found:
            told(shelf.study, crowd.lou)
        return len(found)

    for assignment in shelf.assignments.values():
        work(assignment)
    before = queries()
    text = make_document("another", f"More. {shelf.revision.text}")
    add_revisions(actor=crowd.ada, study=shelf.study, revisions=[text])
    for name in ("ben", "cleo", "fay"):
        work(assign_revision(actor=crowd.ada, study=shelf.study, revision=text, reviewer=getattr(crowd, name)))
    assert queries() == before
    assert told(shelf.study, crowd.lou)["n_documents"] == 4


def test_damaged_lost_and_unwritable_files_change_nothing(shelf, crowd, tmp_path, settings, caplog):
    for assignment in shelf.assignments.values():
        work(assignment)
    expected = told(shelf.study, crowd.lou)
    folder = Path(caches["figures"]._dir)
    files = sorted(folder.iterdir())
    assert len(files) >= 7
    for number, path in enumerate(files):
        raw = path.read_bytes()
        path.write_bytes([b"", raw[: len(raw) // 2], raw[:-3] + b"xyz"][number % 3])
    assert told(shelf.study, crowd.lou) == expected
    assert "cannot be read" not in caplog.text, "what is held in memory needs no file"
    caches["figures"].forget()
    assert told(shelf.study, crowd.lou) == expected
    assert "cannot be read" in caplog.text
    for path in folder.iterdir():
        path.unlink()
    caches["figures"].forget()
    assert told(shelf.study, crowd.lou) == expected
    blocked = tmp_path / "a file"
    blocked.write_text("where a folder should be")
    settings.CACHES = {**settings.CACHES, "figures": {**settings.CACHES["figures"], "LOCATION": blocked}}
    assert told(shelf.study, crowd.lou) == expected
    assert "cannot be written" in caplog.text


def test_work_handed_back_and_changed_while_it_is_read_is_not_kept(shelf, crowd):
    for assignment in shelf.assignments.values():
        work(assignment)
    changed = shelf.assignments["ben", shelf.revision]
    done = []

    def meanwhile(execute, sql, params, many, context):
        if 'FROM "annotator_annotation"' in sql and not done:
            done.append(True)
            Assignment.objects.filter(pk=changed.pk).update(submitted_at=F("submitted_at") + timedelta(seconds=1))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(meanwhile):
        told(shelf.study, crowd.lou)
    kept = len(list(Path(caches["figures"]._dir).iterdir()))
    Assignment.objects.filter(pk=changed.pk).update(submitted_at=F("submitted_at") - timedelta(seconds=1))
    with CaptureQueriesContext(connection) as queries:
        told(shelf.study, crowd.lou)
    (texts,) = [each["sql"] for each in queries if '"sources_revision"."text"' in each["sql"]]
    assert f"IN ({shelf.revision.pk})" in texts
    assert kept == 6, "two documents of three, each as rows, as a tally and as what compares reviewers"


def test_operator_sees_all_submitted_work_and_no_other(shelf, crowd):
    for (name, _), assignment in shelf.assignments.items():
        work(assignment, submit=name != "fay")
    figures = figures_for_operator(shelf.study)
    found = figures.report(WORK["first"])
    assert (found.n_documents, found.reviewers, dict(found.left_out)) == (3, found.reviewers, {})
    assert len(found.reviewers) == 2


def test_closing_the_study_lets_readers_see_what_is_kept_already(shelf, crowd):
    for assignment in shelf.assignments.values():
        work(assignment)
    expected = told(shelf.study, crowd.lou)
    assert told(shelf.study, crowd.rea)["n_documents"] == 0
    close_study(actor=crowd.ada, study=shelf.study)
    shelf.study.refresh_from_db()
    assert told(shelf.study, crowd.rea) == expected


def test_cache_is_a_folder_of_its_own_that_only_the_app_may_enter(shelf, crowd):
    told(shelf.study, crowd.lou)
    folder = Path(caches["figures"]._dir)
    assert folder != Path(settings.MEDIA_ROOT)
    assert folder.stat().st_mode & 0o077 == 0


def test_no_more_than_so_many_entries_are_held_in_memory(db, monkeypatch):
    monkeypatch.setattr("annotator.caching.HELD", 3)
    kept = caches["figures"]
    kept.forget()
    for number in range(5):
        kept.set(f"entry-{number}", number)
    kept.get("entry-2")
    kept.set("entry-5", 5)
    for path in Path(kept._dir).iterdir():
        path.unlink()
    assert [number for number in range(6) if kept.get(f"entry-{number}") is not None] == [2, 4, 5]


def test_what_is_written_many_at_a_time_drives_nothing_out_of_memory(db, monkeypatch):
    monkeypatch.setattr("annotator.caching.HELD", 3)
    kept, many = caches["figures"], {f"document-{number}": number for number in range(9)}
    kept.forget()
    kept.set("block", 1)
    assert kept.set_many(many) == []
    assert kept.get_many([*many, "nothing"]) == many
    kept.forget()
    kept.set("block", 1)
    kept.set_many(many)
    for path in Path(kept._dir).iterdir():
        path.unlink()
    assert kept.get("block") == 1
    assert kept.get_many(many) == {}

"""Records of coded documents: what is handed on to whom, in a fixed number of queries."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotator.actions.annotation import delete_annotation
from annotator.actions.assignments import assign_revision
from annotator.actions.study import add_member, close_study
from annotator.models import Annotation, Membership, Study
from annotator.queries import all_coded_documents, codebook_info, coded_documents, readable_revisions
from tests.queries.conftest import FERRY, work
from tests.staging import small_codebook


def test_a_codebook_reads_as_the_description_it_was_made_from(stage):
    assert codebook_info(stage.codebook) == replace(small_codebook(), published_at=stage.codebook.published_at)


def test_a_record_holds_the_work_as_it_is(staged, crowd):
    stage = staged()
    passage = work(stage.assignments["ben"])
    (document,) = coded_documents(stage.study, crowd.lou)
    (coding,) = document.codings
    assert (document.text, document.sha256) == (stage.revision.text, stage.revision.sha256)
    assert document.sentences == stage.revision.sentences
    assert coding.reviewer == Membership.objects.get(study=stage.study, user=crowd.ben).pseudonym
    (found,) = coding.passages
    assert (found.id, found.label, document.text[found.start : found.end]) == (passage.pk, "fact", FERRY)
    assert [(rating.scale, rating.value) for rating in found.ratings] == [("slant", 1)]
    assert [(rating.scale, rating.value, rating.evidence) for rating in coding.ratings] == [
        ("credibility", 3, (passage.pk,))
    ]
    assert "ben" not in repr(document)


def test_a_reviewer_gets_the_texts_assigned_with_their_own_work(staged, crowd, make_document):
    stage = staged()
    stage.study.revisions.add(make_document("other", "Another text.\n"))
    work(stage.assignments["cleo"])
    passage = work(stage.assignments["ben"], submit=False)
    (document,) = coded_documents(stage.study, crowd.ben)
    assert [found.id for coding in document.codings for found in coding.passages] == [passage.pk]
    assert len(tuple(coded_documents(stage.study, crowd.lou))) == 2
    assert tuple(coded_documents(stage.study, crowd.eli)) == ()


def test_open_work_enters_no_figures_not_even_ones_own(staged, crowd):
    stage = staged()
    work(stage.assignments["ben"], submit=False)
    assert [d for d in coded_documents(stage.study, crowd.ben, purpose="agreement") if d.codings] == []


def test_what_others_took_back_stays_theirs(staged, crowd, mark):
    stage = staged(slug="second")
    for name in ("ben", "cleo"):
        passage = work(stage.assignments[name], submit=False)
        gone = Annotation.objects.create(
            assignment=stage.assignments[name], label=passage.label, start=0, end=7, note=f"{name} took this back"
        )
        delete_annotation(actor=getattr(crowd, name), annotation_id=gone.pk, versions={1})
    from annotator.actions.assignments import reveal_assignment, submit_assignment

    for name in ("ben", "cleo"):
        submit_assignment(actor=getattr(crowd, name), assignment_id=stage.assignments[name].pk)
    reveal_assignment(actor=crowd.ben, assignment_id=stage.assignments["ben"].pk)
    assert "ben took" in repr(tuple(coded_documents(stage.study, crowd.ben)))
    assert "cleo took" not in repr(tuple(coded_documents(stage.study, crowd.ben)))
    assert "cleo took" in repr(tuple(coded_documents(stage.study, crowd.lou)))
    assert "took" not in repr(tuple(coded_documents(stage.study, crowd.lou, purpose="agreement")))
    assert "cleo took" in repr(tuple(all_coded_documents(stage.study)))


def test_the_number_of_queries_does_not_grow_with_the_work(staged, crowd):
    def queries(study: Study) -> int:
        study = Study.objects.get(pk=study.pk)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert len(tuple(coded_documents(study, crowd.lou))) == 1
        return len(captured)

    stage = staged()
    work(stage.assignments["ben"])
    few = queries(stage.study)
    work(stage.assignments["cleo"])
    work(stage.assignments["fay"])
    for start in range(0, 20, 2):
        Annotation.objects.create(
            assignment=stage.assignments["fay"],
            label=stage.codebook.labels.get(code="opinion"),
            start=start,
            end=start + 2,
        )
    assert queries(stage.study) == few


@pytest.fixture
def stray(make_document):
    return make_document("stray", "A text of no study.\n")


def test_texts_are_read_by_whom_they_are_given_to(staged, crowd, stray, make_document):
    stage = staged()
    unassigned = make_document("unassigned", "A text of the study.\n")
    stage.study.revisions.add(unassigned)
    study, everything = {stage.revision, unassigned}, {stage.revision, unassigned, stray}
    expected = {
        "ben": {stage.revision},
        "dora": study,
        "lou": study,
        "rea": set(),
        "eli": set(),
        "kim": everything,
        "mo": everything,
        "ada": everything,
    }
    found = {name: set(readable_revisions(getattr(crowd, name))) for name in expected}
    assert found == expected
    close_study(actor=crowd.ada, study=stage.study)
    assert set(readable_revisions(crowd.rea)) == set(), "a reader reads figures, not texts"


def test_a_text_is_read_by_assignment_in_any_study(staged, crowd, make_stage):
    stage = staged()
    other = make_stage("other", reviewers=("eli",))
    assert set(readable_revisions(crowd.eli)) == {other.revision}
    add_member(actor=crowd.ada, study=stage.study, user=crowd.eli)
    assert set(readable_revisions(crowd.eli)) == {other.revision}, "membership alone hands over no text"
    assign_revision(actor=crowd.ada, study=stage.study, revision=stage.revision, reviewer=crowd.eli)
    assert set(readable_revisions(crowd.eli)) == {other.revision, stage.revision}

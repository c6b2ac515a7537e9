"""Which documents enter a viewer's figures: those revealed to the viewer, and of the others not even one's own work."""

from operator import attrgetter
from types import SimpleNamespace
from typing import Any

from annotator.actions.assignments import assign_revision, reopen_assignment, reveal_assignment, submit_assignment
from annotator.actions.study import add_revisions
from annotator.agreement.selection import WORK
from annotator.queries import figures_for
from annotator.queries.coded_documents import coded_documents
from annotator.queries.shown import completed_documents, shown_codings
from tests.queries.conftest import work


def test_a_text_not_revealed_yet_is_left_out_whole(stage: Any, cast: SimpleNamespace, make_document: Any) -> None:
    second = make_document("second-text", "The tide was low. It looked sad.\n")
    add_revisions(actor=cast.ada, study=stage.study, revisions=[second])
    given = [assign_revision(actor=cast.ada, study=stage.study, revision=second, reviewer=cast.ben)]
    given += [stage.assignments["ben"], stage.assignments["cleo"]]
    for each in given:
        submit_assignment(actor=each.reviewer, assignment_id=each.pk, accept_gaps=True)
    assert shown_codings(stage.study, cast.ben) == ([], {})
    reveal_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk)
    ((shown,), _) = shown_codings(stage.study, cast.ben)
    assert (shown.slug, len(shown.codings)) == ("harbour-text", 2)
    assert {each.slug for each in shown_codings(stage.study, cast.ada)[0]} == {"harbour-text", "second-text"}
    assert shown_codings(stage.study, cast.eli) == ([], {})


def test_what_is_read_without_the_texts_is_what_is_read_with_them(
    staged: Any, crowd: SimpleNamespace, make_document: Any
) -> None:
    stage = staged()
    second = make_document("second-text", f"2. {stage.revision.text}")
    add_revisions(actor=crowd.ada, study=stage.study, revisions=[second])
    late = {
        name: assign_revision(actor=crowd.ada, study=stage.study, revision=second, reviewer=getattr(crowd, name))
        for name in ("ben", "cleo", "fay")
    }
    early = stage.assignments["fay"]
    work(early)
    work(stage.assignments["ben"], reveal=True)
    work(stage.assignments["cleo"])
    for name, assignment in late.items():
        work(assignment, reveal=name == "fay")
    reopen_assignment(actor=crowd.lou, assignment_id=early.pk, reason="A page was missing.")
    submit_assignment(actor=crowd.fay, assignment_id=early.pk, accept_gaps=True)
    found, passages = shown_codings(stage.study, crowd.ada)
    whole = list(coded_documents(stage.study, crowd.ada, purpose="agreement"))
    assert [each.slug for each in found] == [each.slug for each in whole]
    told = ("id", "reviewer", "codebook", "kind", "role", "round", "state", "independent", "submitted_at")
    for one, other in zip(found, whole, strict=True):
        assert [attrgetter(*told)(coding) for coding in one.codings] == [
            attrgetter(*told)(coding) for coding in other.codings
        ]
    assert passages == {coding.id: len(coding.passages) for each in whole for coding in each.codings}
    ben, cleo, fay = (stage.study.memberships.get(user=user).pseudonym for user in (crowd.ben, crowd.cleo, crowd.fay))
    independent = {(each.slug, coding.reviewer): coding.independent for each in found for coding in each.codings}
    assert independent == {
        ("harbour-text", ben): True,
        ("harbour-text", cleo): True,
        ("harbour-text", fay): False,  # handed back when she had seen others' work on the other text
        ("second-text", ben): False,  # begun after he had
        ("second-text", cleo): True,
        ("second-text", fay): True,
    }


def test_a_text_that_one_person_alone_has_read_is_not_completed(
    stage: Any, cast: SimpleNamespace, make_document: Any
) -> None:
    second = make_document("second-text", "The tide was low. It looked sad.\n")
    add_revisions(actor=cast.ada, study=stage.study, revisions=[second])
    lone = assign_revision(actor=cast.ada, study=stage.study, revision=second, reviewer=cast.ben)
    for each in (lone, *stage.assignments.values()):
        submit_assignment(actor=each.reviewer, assignment_id=each.pk, accept_gaps=True)
    found = completed_documents(figures_for(stage.study, cast.ada), cast.ada, WORK["independent"])
    assert [each.document.slug for each in found] == ["harbour-text"]

"""Which documents enter a viewer's figures: those revealed to the viewer, and of the others not even one's own work."""

from types import SimpleNamespace
from typing import Any

from annotator.actions.assignments import assign_revision, reveal_assignment, submit_assignment
from annotator.actions.study import add_revisions
from annotator.agreement.selection import WORK
from annotator.queries import figures_for
from annotator.queries.shown import completed_documents, shown_codings


def test_a_text_not_revealed_yet_is_left_out_whole(stage: Any, cast: SimpleNamespace, make_document: Any) -> None:
    second = make_document("second-text", "The tide was low. It looked sad.\n")
    add_revisions(actor=cast.ada, study=stage.study, revisions=[second])
    works = [assign_revision(actor=cast.ada, study=stage.study, revision=second, reviewer=cast.ben)]
    works += [stage.assignments["ben"], stage.assignments["cleo"]]
    for work in works:
        submit_assignment(actor=work.reviewer, assignment_id=work.pk, accept_gaps=True)
    assert shown_codings(stage.study, cast.ben) == ([], {})
    reveal_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk)
    ((shown,), _) = shown_codings(stage.study, cast.ben)
    assert (shown.slug, len(shown.codings)) == ("harbour-text", 2)
    assert {each.slug for each in shown_codings(stage.study, cast.ada)[0]} == {"harbour-text", "second-text"}
    assert shown_codings(stage.study, cast.eli) == ([], {})


def test_a_text_that_one_person_alone_has_read_is_not_completed(
    stage: Any, cast: SimpleNamespace, make_document: Any
) -> None:
    second = make_document("second-text", "The tide was low. It looked sad.\n")
    add_revisions(actor=cast.ada, study=stage.study, revisions=[second])
    lone = assign_revision(actor=cast.ada, study=stage.study, revision=second, reviewer=cast.ben)
    for work in (lone, *stage.assignments.values()):
        submit_assignment(actor=work.reviewer, assignment_id=work.pk, accept_gaps=True)
    found = completed_documents(figures_for(stage.study, cast.ada), cast.ada, WORK["independent"])
    assert [each.document.slug for each in found] == ["harbour-text"]

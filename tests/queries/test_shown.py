"""Which documents enter a viewer's figures: those revealed to the viewer, and of the others not even one's own work."""

from types import SimpleNamespace
from typing import Any

from annotator.actions.assignments import assign_revision, reveal_assignment, submit_assignment
from annotator.actions.study import add_revisions
from annotator.queries.shown import shown_documents


def test_a_text_not_revealed_yet_is_left_out_whole(stage: Any, cast: SimpleNamespace, make_document: Any) -> None:
    second = make_document("second-text", "The tide was low. It looked sad.\n")
    add_revisions(actor=cast.ada, study=stage.study, revisions=[second])
    works = [assign_revision(actor=cast.ada, study=stage.study, revision=second, reviewer=cast.ben)]
    works += [stage.assignments["ben"], stage.assignments["cleo"]]
    for work in works:
        submit_assignment(actor=work.reviewer, assignment_id=work.pk, accept_gaps=True)
    assert shown_documents(stage.study, cast.ben) == ()
    reveal_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk)
    (shown,) = shown_documents(stage.study, cast.ben)
    assert (shown.slug, len(shown.codings)) == ("harbour-text", 2)
    assert {each.slug for each in shown_documents(stage.study, cast.ada)} == {"harbour-text", "second-text"}
    assert shown_documents(stage.study, cast.eli) == ()

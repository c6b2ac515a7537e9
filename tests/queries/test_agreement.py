"""Whether and of what figures are shown; an ETag that tells nothing of work its viewer may not see."""

import pytest

from annotator.actions.assignments import reopen_assignment, reveal_assignment
from annotator.actions.study import close_study, remove_member
from annotator.queries import figures_for, may_see_agreement, measured_documents
from tests.queries.conftest import work

EVERYBODY = ("ben", "cleo", "fay", "dora", "lou", "rea", "ada", "mo", "kim", "eli")


def allowed(stage, crowd, revision=None):
    return {name for name in EVERYBODY if may_see_agreement(stage.study, getattr(crowd, name), revision)}


def test_overseers_may_see_figures_at_any_time_and_readers_after_the_closing(staged, crowd):
    stage = staged()
    overseers = {"dora", "lou", "ada", "mo"}
    assert allowed(stage, crowd) == allowed(stage, crowd, stage.revision) == overseers
    close_study(actor=crowd.ada, study=stage.study)
    stage.study.refresh_from_db()
    assert allowed(stage, crowd) == allowed(stage, crowd, stage.revision) == overseers | {"rea"}


def test_who_left_the_study_is_shown_no_figures(staged, crowd):
    stage = staged()
    work(stage.assignments["ben"], reveal=True)
    assert "ben" in allowed(stage, crowd, stage.revision)
    remove_member(actor=crowd.ada, study=stage.study, user=crowd.ben)
    assert "ben" not in allowed(stage, crowd) | allowed(stage, crowd, stage.revision)


def test_a_reviewer_may_see_figures_after_the_reveal(staged, crowd):
    stage = staged()
    work(stage.assignments["ben"])
    assert "ben" not in allowed(stage, crowd, stage.revision)
    reveal_assignment(actor=crowd.ben, assignment_id=stage.assignments["ben"].pk)
    assert {"ben"} <= allowed(stage, crowd) & allowed(stage, crowd, stage.revision)


@pytest.mark.parametrize("blinding", ["until_submitted", "until_closed"])
def test_whether_figures_are_shown_hangs_on_nothing_that_others_do(staged, crowd, blinding):
    stage = staged(blinding)
    before = allowed(stage, crowd, stage.revision)
    work(stage.assignments["cleo"], reveal=blinding == "until_submitted")
    work(stage.assignments["fay"])
    assert allowed(stage, crowd, stage.revision) - {"cleo"} == before


def test_in_an_open_study_members_may_see_figures(staged, crowd):
    stage = staged("open")
    assert {"ben", "cleo", "fay"} <= allowed(stage, crowd, stage.revision)
    assert not {"eli", "kim"} & allowed(stage, crowd, stage.revision)


def test_a_tag_changes_with_work_its_viewer_sees_and_with_nothing_else(staged, crowd):
    stage = staged()
    work(stage.assignments["fay"], reveal=True)

    def tags():
        seen = {name: figures_for(stage.study, getattr(crowd, name), stage.revision) for name in EVERYBODY}
        return {name: figures.tag(figures.usual) for name, figures in seen.items()}

    before = tags()
    assert before == tags()
    work(stage.assignments["ben"], submit=False)
    assert tags() == before, "what is open leaves no trace"
    work(stage.assignments["cleo"])
    changed = {name for name, tag in tags().items() if tag != before[name]}
    assert changed == {"fay", "cleo", "dora", "lou", "ada", "mo"}
    submitted = tags()
    reopen_assignment(actor=crowd.lou, assignment_id=stage.assignments["cleo"].pk, reason="asked for")
    assert tags() == before != submitted


def test_figures_are_made_of_the_texts_and_work_that_the_viewer_sees(staged, crowd):
    stage = staged()
    work(stage.assignments["ben"])
    assert measured_documents(stage.study, crowd.cleo) == ()
    (document,) = measured_documents(stage.study, crowd.lou)
    assert [coding.id for coding in document.codings] == [stage.assignments["ben"].pk]
    figures = figures_for(stage.study, crowd.lou, stage.revision)
    assert figures.report(figures.usual).per_document[0].slug == document.slug


def test_open_study_has_figures_of_its_first_rounds_although_none_is_independent(staged, crowd):
    stage = staged("open")
    for name in ("ben", "cleo"):
        work(stage.assignments[name])
    figures = figures_for(stage.study, crowd.ben)
    found = figures.report(figures.usual)
    assert (found.n_documents, found.left_out) == (1, {})
    fact = next(row for row in found.labels if row.label == "fact")
    assert fact.sentence_alpha.value == 1

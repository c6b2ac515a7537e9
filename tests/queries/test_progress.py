"""Home and progress: one's own work in full, of others no more than which assignments are submitted."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotator.actions.annotation import delete_annotation
from annotator.models import Membership
from annotator.queries import home_rows, study_progress
from tests.queries.conftest import FERRY, work


def pseudonym(stage, user):
    return Membership.objects.get(study=stage.study, user=user).pseudonym


def test_home_lists_ones_own_work_with_what_is_missing(stage, cast, mark):
    mark("ben", FERRY, "fact", ratings=[("slant", 1)])
    gone = mark("ben", "Harbour news", "fact")
    delete_annotation(actor=cast.ben, annotation_id=gone.pk, versions={1})
    mark("ben", "Fares will rise", "ai")
    mark("cleo", FERRY, "fact")
    (row,) = home_rows(cast.ben)
    assert row.assignment == stage.assignments["ben"]
    assert (row.passages, row.missing_ratings) == (2, 2), "the basis of one passage, and the document's credibility"
    assert row.spans == ((*stage.span(FERRY), "fact"), (*stage.span("Fares will rise"), "ai"))
    assert (row.title, row.length) == ("Harbour-Text", stage.revision.length)


def test_home_lists_open_work_first_and_nobody_elses(stage, make_stage, cast):
    work(stage.assignments["ben"])
    other = make_stage("second")
    assert [row.assignment for row in home_rows(cast.ben)] == [other.assignments["ben"], stage.assignments["ben"]]
    assert home_rows(cast.eli) == []


def test_home_asks_as_many_queries_for_many_assignments_as_for_one(stage, make_stage, cast):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            home_rows(cast.ben)
        return len(captured)

    work(stage.assignments["ben"])
    few = queries()
    for slug in ("second", "third", "fourth"):
        work(make_stage(slug).assignments["ben"], submit=False)
    assert queries() == few


def states(grid):
    return {cell.pseudonym: cell.states for _, cells in grid.rows for cell in cells}


def test_overseers_see_which_assignments_are_submitted(staged, crowd):
    stage = staged()
    work(stage.assignments["ben"])
    work(stage.assignments["cleo"], submit=False)
    expected = {
        pseudonym(stage, crowd.ben): ("submitted",),
        pseudonym(stage, crowd.cleo): ("open",),
        pseudonym(stage, crowd.fay): ("open",),
    }
    for name in ("lou", "dora", "ada", "mo"):
        assert states(study_progress(stage.study, getattr(crowd, name))) == expected, name


def test_a_reviewer_sees_their_own_progress_and_no_name_of_anybody(staged, crowd):
    stage = staged()
    work(stage.assignments["cleo"])
    grid = study_progress(stage.study, crowd.ben)
    assert states(grid) == {pseudonym(stage, crowd.ben): ("open",)}
    assert [member.user for member in grid.members] == [crowd.ben]


def test_readers_and_outsiders_see_nobodys_progress(staged, crowd):
    stage = staged()
    work(stage.assignments["cleo"])
    for name in ("rea", "eli", "kim"):
        assert states(study_progress(stage.study, getattr(crowd, name))) == {}, name

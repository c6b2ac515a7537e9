"""Questions over HTTP: those of the page, for those who run the study and are not blind in it."""

import pytest

from annotator.actions.assignments import assign_revision, submit_assignment
from annotator.actions.study import add_member

PATH = "studies/harbour/questions/"
WORDS = ("Harbour", "news", "Parts", "ferry", "carried", "people", "coast")


@pytest.fixture
def quick(stage, mark, cast):
    """Ben has marked many words at once and submitted."""
    for words in WORDS:
        mark("ben", words, "fact")
    submit_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, accept_gaps=True)
    return stage.study.memberships.get(user=cast.ben).pseudonym


def test_a_lead_reads_them_with_figures_and_place(ada, stage, quick):
    answer = ada.get(PATH).data
    (question,) = answer["results"]
    start, end = stage.span("news")
    assert (question["kind"], question["reviewer"], question["start"], question["end"]) == ("quick", quick, start, end)
    assert question["figures"] == {"close": 6, "passages": 7, "seconds": 3}
    assert (answer["texts"], answer["next"]) == (1, None)
    assert ada.get(f"{PATH}?kind=lengths").data["results"] == []
    assert ada.get(f"{PATH}?reviewer={quick}").data["results"] == [question]


def test_a_bad_choice_is_refused(ada, stage, quick, refused):
    for query in ("kind=x", "reviewer=R-NONE1", "page=0", "page=2", "limit=101"):
        refused(ada.get(f"{PATH}?{query}"), 400, "invalid")


def test_others_find_nothing_and_a_blind_lead_is_told_so(ben, dora, eli, ada, cleo, stage, cast, quick, refused):
    for caller in (ben, dora, eli):
        refused(caller.get(PATH), 404, "not_found")
    add_member(actor=cast.ada, study=stage.study, user=cast.cleo, role="lead")
    refused(cleo.get(PATH), 403, "blind")
    assign_revision(actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.ada)
    refused(ada.get(PATH), 403, "blind")

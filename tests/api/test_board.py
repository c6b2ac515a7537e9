"""The board of a study over HTTP: for those who run it, page by page."""

import pytest

from annotator.actions.assignments import submit_assignment

PATH = "studies/harbour/board/"


def test_a_lead_reads_how_far_every_text_is(ada, cast, stage):
    submit_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, accept_gaps=True)
    board = ada.get(PATH).data
    names = dict(stage.study.memberships.values_list("user__username", "pseudonym"))
    (row,) = board["results"]
    assert (row["document"], row["revision"], row["given"], row["submitted"], row["missing"]) == (
        *("harbour-text", 1, 2, 1, 1),
    )
    assert {each["reviewer"]: each["states"] for each in row["reviewers"]} == {
        names["ben"]: ["submitted"],
        names["cleo"]: ["open"],
    }
    assert board["counts"] == {"all": 1, "missing": 1, "open": 1, "overdue": 0, "ungiven": 0, "one_short": 1, "last": 0}
    assert (board["wanted"], board["pace"], board["time_open"], board["next"]) == (None, None, None, None)
    assert sum(each["characters"] for each in board["reviewers"]) == stage.revision.length


def test_texts_are_chosen_and_read_page_by_page(ada, stage, make_document):
    stage.study.revisions.add(*(make_document(f"more-{at}") for at in range(3)))
    whole = [row["document"] for row in ada.get(PATH).data["results"]]
    seen, after = [], 0
    while after is not None:
        page = ada.get(f"{PATH}?limit=3&after={after}").data
        seen += [row["document"] for row in page["results"]]
        after = page["next"]
    assert seen == whole
    assert len(seen) == 4
    cleo = stage.study.memberships.get(user__username="cleo").pseudonym
    assert [row["document"] for row in ada.get(f"{PATH}?reviewer={cleo}").data["results"]] == ["harbour-text"]
    assert ada.get(f"{PATH}?show=last").data["results"] == []


@pytest.mark.parametrize("query", ["show=x", "sort=length__x", "after=-1", "reviewer=R-NONE1", "after=x"])
def test_a_bad_choice_is_refused(ada, stage, query, refused):
    refused(ada.get(f"{PATH}?{query}"), 400, "invalid")
    refused(ada.get(f"{PATH}?document=x"), 400, "unknown_parameter")


def test_others_find_nothing(ben, dora, eli, stage, refused):
    for caller in (ben, dora, eli):
        refused(caller.get(PATH), 404, "not_found")

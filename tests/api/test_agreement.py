"""Agreement over HTTP: blind before the reveal, in the same words whatever others do; then over what one may see."""

import gzip

import pytest

from annotator.actions.assignments import assign_revision, reveal_assignment, submit_assignment
from annotator.actions.study import add_member, close_study
from annotator.queries import figures_for

WORDS = "The ferry carried 1,200 people in May."
OPINION = "It is the best ferry on the coast."
PATH = "studies/harbour/agreement/"


@pytest.fixture
def submit(stage, cast):
    """A function by which somebody submits, and reveals if asked."""

    def act(who, reveal=False):
        assignment = stage.assignments[who]
        submit_assignment(actor=getattr(cast, who), assignment_id=assignment.pk, accept_gaps=True)
        if reveal:
            reveal_assignment(actor=getattr(cast, who), assignment_id=assignment.pk)

    return act


def without_request_id(response):
    return response.content.decode().replace(response.data["request_id"], "")


def test_blind_answer_is_the_same_whatever_others_do(ben, mark, submit, refused):
    paths = (PATH, f"{PATH}?document=harbour-text", f"{PATH}?document=harbour-text&revision=1")
    before = [without_request_id(ben.get(path)) for path in paths]
    refused(ben.get(PATH), 403, "blind")
    assert len(set(before)) == 1
    mark("cleo", WORDS, "fact")
    assert [without_request_id(ben.get(path)) for path in paths] == before
    submit("cleo", reveal=True)
    assert [without_request_id(ben.get(path)) for path in paths] == before
    mark("ben", WORDS, "fact")
    submit("ben")
    assert [without_request_id(ben.get(path)) for path in paths] == before


def test_answer_after_the_reveal_is_the_engine_s_report(ben, mark, submit, stage, cast):
    for who in ("ben", "cleo"):
        mark(who, WORDS, "fact", ratings=[("slant", 1)])
    mark("cleo", OPINION, "opinion")
    submit("cleo")
    submit("ben", reveal=True)
    response = ben.get(PATH)
    assert response.status_code == 200
    assert (response.data["schema_version"], response.data["study"], response.data["demo"]) == (1, "harbour", False)
    assert (response.data["document"], response.data["revision"]) == (None, None)
    report = response.data["report"]
    assert report["n_documents"] == 1
    fact = next(row for row in report["labels"] if row["label"] == "fact")
    assert fact["sentence_percent"]["value"] == 1
    assert fact["sentence_alpha"]["value"] == 1
    opinion = next(row for row in report["labels"] if row["label"] == "opinion")
    assert 0 < opinion["sentence_percent"]["value"] < 1
    figures = figures_for(stage.study, cast.ben)
    assert report == figures.report(figures.usual).as_dict()


def test_answer_about_one_document_names_it(ben, mark, submit, refused):
    for who in ("ben", "cleo"):
        mark(who, WORDS, "fact")
    submit("cleo")
    submit("ben", reveal=True)
    response = ben.get(f"{PATH}?document=harbour-text")
    assert (response.data["document"], response.data["revision"]) == ("harbour-text", 1)
    refused(ben.get(f"{PATH}?document=elsewhere"), 404, "not_found")
    refused(ben.get(f"{PATH}?document=harbour-text&revision=2"), 404, "not_found")
    refused(ben.get(f"{PATH}?revision=1"), 400, "invalid")
    refused(ben.get(f"{PATH}?document=harbour-text&revision={2**31}"), 400, "invalid")
    refused(ben.get(f"{PATH}?label=fact"), 400, "unknown_parameter")


def test_a_report_comes_compressed_to_who_can_read_that_and_is_known_again(client, cast, mark, submit):
    mark("ben", WORDS, "fact")
    submit("ben", reveal=True)
    client.force_login(cast.ben)
    url = f"/api/v1/{PATH}"
    plain, packed = client.get(url), client.get(url, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert client.get(url, headers={"If-None-Match": packed.headers["ETag"]}).status_code == 304


def test_known_report_is_answered_304_until_something_enters_it(ben, mark, submit):
    submit("ben", reveal=True)
    first = ben.get(PATH)
    assert ben.get(PATH, if_none_match=first.headers["ETag"]).status_code == 304
    mark("cleo", WORDS, "fact")
    assert ben.get(PATH, if_none_match=first.headers["ETag"]).status_code == 304
    submit("cleo")
    second = ben.get(PATH, if_none_match=first.headers["ETag"])
    assert second.status_code == 200
    assert second.headers["ETag"] != first.headers["ETag"]


def test_lead_and_adjudicator_see_it_from_the_first_submission(ada, dora, mark, submit):
    mark("cleo", WORDS, "fact")
    for caller in (ada, dora):
        assert caller.get(PATH).data["report"]["n_documents"] == 0
    submit("cleo")
    submit("ben")
    for caller in (ada, dora):
        assert caller.get(PATH).data["report"]["n_documents"] == 1


def test_lead_who_reviews_is_blind_to_the_study(ada, cast, stage, mark, submit, refused):
    assign_revision(actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.ada)
    before = without_request_id(ada.get(f"{PATH}?document=harbour-text"))
    whole = without_request_id(ada.get(PATH))
    submit("ben")
    submit("cleo")
    refused(ada.get(f"{PATH}?document=harbour-text"), 403, "blind")
    assert without_request_id(ada.get(f"{PATH}?document=harbour-text")) == before
    assert without_request_id(ada.get(PATH)) == whole


def test_reader_sees_it_once_the_study_is_closed(eli, cast, stage, submit, refused):
    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="reader")
    submit("ben")
    submit("cleo")
    refused(eli.get(PATH), 403, "blind")
    close_study(actor=cast.ada, study=stage.study)
    assert eli.get(PATH).data["report"]["n_documents"] == 1
    assert eli.get(f"{PATH}?document=harbour-text").status_code == 200


def test_outsider_finds_nothing_there(eli, stage, refused):
    refused(eli.get(PATH), 404, "not_found")
    refused(eli.get("studies/nothing/agreement/"), 404, "not_found")


def test_reviewers_are_compared_on_what_is_asked_for(ben, mark, submit, refused):
    mark("ben", WORDS, "fact")
    mark("cleo", WORDS, "fact")
    mark("cleo", OPINION, "fact")
    refused(ben.get(f"{PATH}?of=label-fact"), 403, "blind")
    submit("cleo")
    submit("ben", reveal=True)
    assert ben.get(PATH).data["comparison"] is None
    found = ben.get(f"{PATH}?of=label-fact").data["comparison"]
    (pair,) = found["pairs"]
    assert found["measure"] == "cohen"
    assert pair["percent"]["value"] == 6 / 7
    # Of the stage's seven sentences both mark one and one marks another: 1 - 7 * 1 / (1 * 5 + 6 * 2) = 0.588235
    assert pair["agreement"]["value"] == pytest.approx(0.588235, abs=5e-7)
    assert pair["f1_exact"]["value"] == pytest.approx(2 / 3)
    assert [row["reviewer"] for row in found["readers"]] == found["reviewers"] == sorted(found["reviewers"])
    assert "wants 3 reviewers" in found["competence_reason"]
    unknown = ben.get(f"{PATH}?of=label-nothing")
    refused(unknown, 400, "invalid")
    assert "Choose one of: all, label-fact, label-opinion" in unknown.content.decode()

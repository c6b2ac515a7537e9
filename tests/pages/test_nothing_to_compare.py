"""Where there is nothing to compare, pages and API say in words what is missing."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

API = "/api/v1/studies/harbour/agreement/"


@pytest.fixture
def ada(as_: Callable[[str], Client]) -> Client:
    return as_("ada")


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_study_without_submitted_work(stage: Any, ada: Client, urls: SimpleNamespace) -> None:
    assert "No document has two submitted pieces of work that can be compared yet." in shown(ada, urls.study)
    assert "nobody has submitted this document" in shown(ada, urls.study)
    assert "Nobody has submitted this document yet, so there is nothing to compare." in shown(ada, urls.document)
    for query in ("", "?document=harbour-text", "?work=second&include_machines=true"):
        report = ada.get(f"{API}{query}").json()["report"]
        assert (report["n_documents"], report["per_document"]) == (0, [])
        for row in report["labels"]:
            assert row["sentence_alpha"]["reason"] == "Not computable: no document has been submitted by two reviewers."
            assert row["sentence_alpha"]["value"] is None
        assert all(row["alpha"]["reason"].startswith("Not computable: no two reviewers") for row in report["scales"])


def test_one_reviewer_only(
    stage: Any, mark: Callable[..., Any], submit: Callable[..., None], ada: Client, urls: SimpleNamespace
) -> None:
    mark("ben", "The ferry carried 1,200 people in May.", "fact", ratings=[("slant", 0)])
    submit("ben")
    reason = "fewer than two reviewers have submitted this document"
    assert f"There are no figures: {reason}." in shown(ada, urls.document)
    page = shown(ada, urls.study)
    assert reason in page
    assert "Which way? No answer is counted." in page, "though ben gave one"
    report = ada.get(f"{API}?document=harbour-text").json()["report"]
    assert (report["n_documents"], report["n_skipped"]) == (0, 1)
    (row,) = report["per_document"]
    assert row["skipped"] == reason
    for label in row["labels"]:
        for figure in ("sentence_alpha", "u_alpha", "character_alpha", "sentence_percent", "sentence_ac1"):
            assert label[figure] == label[figure] | {"value": None, "reason": f"Not computable: {reason}."}


def test_two_reviewers_whose_work_does_not_count(
    stage: Any, marked: None, reveal: Callable[..., None], ada: Client, urls: SimpleNamespace
) -> None:
    asked = "?work=second"
    reason = "fewer than two of the submitted codings of this document are counted here"
    assert f"There are no figures: {reason}." in shown(ada, f"{urls.document}{asked}")
    assert ada.get(f"{API}{asked}").json()["report"]["per_document"][0]["skipped"] == reason


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("work=gold", "work", '"gold" is not a valid choice'),
        ("work=", "work", "is not a valid choice"),
        ("include_machines=perhaps", "include_machines", "Must be a valid boolean"),
        ("of=label-x", "of", "Choose one of: all, label-fact"),
        ("measure=kappa", "measure", "There is no such parameter here"),
        ("revision=1", "document", "Name the document too"),
    ],
)
def test_the_api_names_what_it_does_not_know(stage: Any, ada: Client, query: str, field: str, words: str) -> None:
    answer = ada.get(f"{API}?{query}")
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert words in error["detail"]


@pytest.mark.parametrize("query", ["?work=gold", "?include_machines=perhaps", "?page=x", "?progress=-1"])
def test_pages_fall_back_to_the_usual(stage: Any, marked: None, ada: Client, urls: SimpleNamespace, query: str) -> None:
    for address in (urls.study, urls.document):
        usual, asked = ada.get(address), ada.get(f"{address}{query}")
        assert asked.status_code == 200
        assert asked.context["report"].as_dict() == usual.context["report"].as_dict()


def test_every_choice_of_work_has_an_etag_of_its_own(stage: Any, marked: None, ada: Client) -> None:
    queries = ("", "?work=first", "?work=second", "?work=calibrated", "?include_machines=true")
    tags = {query: ada.get(f"{API}{query}").headers["ETag"] for query in queries}
    assert len(set(tags.values())) == len(queries)
    assert ada.get(f"{API}?work=independent").headers["ETag"] == tags[""]
    for query, tag in tags.items():
        assert ada.get(f"{API}{query}", headers={"if-none-match": tag}).status_code == 304
        assert ada.get(f"{API}{query}", headers={"if-none-match": '"other"'}).status_code == 200


def test_etag_changes_when_a_text_comes_into_view_though_nobody_else_submitted(
    stage: Any,
    make_document: Callable[..., Any],
    cast: SimpleNamespace,
    as_: Callable[[str], Client],
    marked: None,
    reveal: Callable[..., None],
) -> None:
    from annotator.actions.assignments import assign_revision, reveal_assignment, submit_assignment
    from annotator.actions.study import add_revisions

    second = make_document("second-text", "The tide was low. It looked sad.\n")
    add_revisions(actor=cast.ada, study=stage.study, revisions=[second])
    work = assign_revision(actor=cast.ada, study=stage.study, revision=second, reviewer=cast.ben)
    submit_assignment(actor=cast.ben, assignment_id=work.pk, accept_gaps=True)
    reveal("ben")
    ben = as_("ben")
    before = ben.get(API)
    reveal_assignment(actor=cast.ben, assignment_id=work.pk)
    after = ben.get(API, headers={"if-none-match": before.headers["ETag"]})
    assert after.status_code == 200
    slugs = [[row["slug"] for row in each.json()["report"]["per_document"]] for each in (before, after)]
    assert slugs == [["harbour-text"], ["harbour-text", "second-text"]]

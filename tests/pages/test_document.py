"""The agreement page of a document: the reveal, who marked what, and the figures."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import krippendorff
import numpy as np
import pytest
from django.test import Client

from tests.pages.conftest import BEST, FERRY, MACHINE, Page


def test_before_submitting_the_page_leads_back_to_ones_work(read: Callable[..., Page], urls: SimpleNamespace) -> None:
    page = read("ben", urls.document)
    assert "Others’ work on this document is shown after you have submitted yours." in page.words
    assert urls.workbench in [link.get("href") for link in page.all("a")]
    assert urls.reveal not in [form.get("action") for form in page.all("form")]


def test_after_submitting_one_act_shows_others_work(
    as_: Callable[[str], Client], urls: SimpleNamespace, stage: Any, marked: None
) -> None:
    client = as_("ben")
    assert urls.reveal in client.get(urls.document).content.decode()
    response = client.post(urls.reveal)
    assert (response.status_code, response.headers["Location"]) == (302, urls.document)
    stage.assignments["ben"].refresh_from_db()
    assert stage.assignments["ben"].revealed_at is not None
    assert "2 of 2" in client.get(urls.document).content.decode()


def test_revealing_before_submitting_is_refused_in_words(as_: Callable[[str], Client], urls: SimpleNamespace) -> None:
    response = as_("ben").post(urls.reveal, follow=True)
    assert "Submit your work first; then others&#x27; work can be shown." in response.content.decode()


def test_a_study_blind_until_closed_shows_nothing_before_it_is_closed(
    make_stage: Callable[..., Any], as_: Callable[[str], Client], cast: SimpleNamespace
) -> None:
    from annotator.actions.assignments import submit_assignment
    from annotator.actions.study import close_study

    stage = make_stage(slug="lake", blinding="until_closed")
    assignment = stage.assignments["ben"]
    submit_assignment(actor=cast.ben, assignment_id=assignment.pk, accept_gaps=True)
    client, url = as_("ben"), "/studies/lake/documents/lake-text/"
    page = client.get(url).content.decode()
    assert "Others’ is shown once the study is closed." in page
    assert "/reveal/" not in page
    close_study(actor=cast.ada, study=stage.study)
    assert "/reveal/" in client.get(url).content.decode()
    client.post(f"/assignments/{assignment.pk}/reveal/")
    assert "Agreement on this document" in client.get(url).content.decode()


def test_the_figures_are_those_of_an_independent_library(
    as_: Callable[[str], Client], urls: SimpleNamespace, stage: Any, marked: None
) -> None:
    report = as_("ada").get(urls.document).context["report"]
    ends = stage.revision.sentences
    starts = [0, *ends[:-1]]
    spans = {
        "ben": {"fact": [FERRY], "opinion": [BEST], "ai": []},
        "cleo": {"fact": [FERRY], "opinion": [], "ai": [MACHINE]},
    }
    for row in report.labels:
        data = [
            [
                int(any(stage.span(words)[0] < end and stage.span(words)[1] > start for words in marks[row.label]))
                for start, end in zip(starts, ends, strict=True)
            ]
            for marks in spans.values()
        ]
        if len(set(np.ravel(data))) < 2:
            assert row.sentence_alpha.value is None
            continue
        expected = krippendorff.alpha(reliability_data=data, level_of_measurement="nominal")
        assert row.sentence_alpha.value == pytest.approx(expected)


def test_reviewers_appear_by_pseudonym_only(
    as_: Callable[[str], Client], urls: SimpleNamespace, stage: Any, marked: None, reveal: Callable[..., None]
) -> None:
    reveal("ben")
    pseudonyms = dict(stage.study.memberships.values_list("user__username", "pseudonym"))
    for url in (urls.document, f"{urls.document}?view=table", urls.study):
        page = as_("ben").get(url).content.decode()
        assert pseudonyms["ben"] in page
        assert "cleo" not in page
    assert pseudonyms["cleo"] in as_("ben").get(urls.document).content.decode()


def test_each_line_of_the_text_is_one_paragraph_of_one_text_node(
    as_: Callable[[str], Client], urls: SimpleNamespace, stage: Any, marked: None
) -> None:
    page = Page(as_("ada").get(urls.document).content.decode())
    lines = [tag for tag in page.all("p") if "data-start" in tag]
    text = stage.revision.text
    assert len(lines) == len(text.split("\n"))
    assert all(tag["dir"] == "auto" for tag in lines)
    assert [int(tag["data-start"]) for tag in lines] == [0, *(i + 1 for i, each in enumerate(text) if each == "\n")]
    assert [tag.get("lang") for tag in lines].count("fa") == 1


def test_the_number_of_queries_does_not_grow_with_passages(
    as_: Callable[[str], Client],
    urls: SimpleNamespace,
    mark: Callable[..., Any],
    submit: Callable[..., None],
    django_assert_num_queries: Callable[..., Any],
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = as_("ada")
    client.get(urls.document)
    mark("ben", FERRY, "fact", ratings=[("slant", 0)])
    submit("ben")
    with CaptureQueriesContext(connection) as first:
        client.get(urls.document)
    mark("cleo", FERRY, "fact", ratings=[("slant", 0)])
    mark("cleo", BEST, "opinion", ratings=[("slant", 1)])
    mark("cleo", MACHINE, "ai", ratings=[("basis", 1)])
    submit("cleo")
    with django_assert_num_queries(len(first)):
        client.get(urls.document)


def test_a_second_round_is_a_copy_with_a_reason(
    as_: Callable[[str], Client], urls: SimpleNamespace, stage: Any, marked: None, reveal: Callable[..., None]
) -> None:
    reveal("ben")
    client = as_("ben")
    assert urls.revise in client.get(urls.document).content.decode()
    refused = client.post(urls.revise, {"reason": "  "}, follow=True)
    assert "Say why you revise your work." in refused.content.decode()
    response = client.post(urls.revise, {"reason": "I missed a line."})
    second = stage.study.assignments.get(reviewer=stage.assignments["ben"].reviewer, round=2)
    assert response.headers["Location"] == f"/assignments/{second.pk}/"
    page = client.get(urls.document).content.decode()
    assert urls.revise not in page
    assert f"/assignments/{second.pk}/" in page


def test_a_withdrawn_document_says_so(
    as_: Callable[[str], Client], urls: SimpleNamespace, stage: Any, marked: None
) -> None:
    from django.utils import timezone

    document = stage.revision.document
    document.withdrawn_at, document.withdrawal_reason = timezone.now(), "asked by its publisher"
    document.save()
    assert "asked by its publisher" in as_("ada").get(urls.document).content.decode()

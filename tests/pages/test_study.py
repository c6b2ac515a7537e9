"""The study's page: progress as far as one may know it, agreement once it is shown, exports."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from annotator.actions.assignments import assign_revision
from annotator.formats import FORMATS
from tests.pages.conftest import Page
from tests.staging import store_text


def test_a_reviewer_sees_the_own_row_only(
    read: Callable[..., Page], urls: SimpleNamespace, stage: Any, marked: None
) -> None:
    pseudonyms = dict(stage.study.memberships.values_list("user__username", "pseudonym"))
    words = read("ben", urls.study).words
    assert "1 of 1 submitted" in words
    assert pseudonyms["ben"] in words
    assert pseudonyms["cleo"] not in words
    assert "Members" not in words


def test_those_who_run_a_study_see_states_and_pseudonyms_and_no_names(
    read: Callable[..., Page], urls: SimpleNamespace, stage: Any, submit: Callable[..., None]
) -> None:
    submit("ben")
    words = read("ada", urls.study).words
    assert "1 of 2 submitted" in words
    for pseudonym in stage.study.memberships.values_list("pseudonym", flat=True):
        assert pseudonym in words
    assert "cleo" not in words


def test_a_lead_who_reviews_is_told_that_the_own_reviews_come_first(
    read: Callable[..., Page], urls: SimpleNamespace, stage: Any, cast: SimpleNamespace, marked: None
) -> None:
    assert "You review documents of this study yourself" not in read("ada", urls.study).words
    other = store_text("other-text", stage.revision.text + "More.\n")
    stage.study.revisions.add(other)
    assign_revision(actor=cast.ada, study=stage.study, revision=other, reviewer=cast.ada)
    for page in (urls.study, f"{urls.study}pairs/"):
        words = read("ada", page).words
        assert "You review documents of this study yourself. Agreement is shown to you once you have submitted" in words
    words = read("ada", urls.document).words
    assert "You review other documents of this study. Others’ work is shown once you have submitted all of" in words
    words = read("ada", f"{urls.study}documents/other-text/").words
    assert "Others’ work on this document is shown after you have submitted yours." in words


def test_before_the_first_reveal_there_is_one_fixed_sentence(
    read: Callable[..., Page], urls: SimpleNamespace, marked: None
) -> None:
    words = read("ben", urls.study).words
    assert "Agreement is shown once you have submitted a document and chosen “Show others’ work” on it." in words
    assert "α" not in words


def test_after_the_reveal_figures_distributions_and_exports_are_there(
    read: Callable[..., Page], urls: SimpleNamespace, marked: None, reveal: Callable[..., None]
) -> None:
    reveal("ben")
    page = read("ben", urls.study)
    assert "Over 1 document and 2 reviewers" in page.words
    assert "Not computable: no two reviewers judged the same document on this scale." in page.words
    links = {link.get("href") for link in page.all("a")}
    assert {f"/api/v1/studies/harbour/export/{key}/" for key in FORMATS} <= links
    assert sum(tag.get("role") == "img" for tag in page.all("svg")) == 2  # slant and basis; nobody rated the document


def test_a_document_not_revealed_yet_counts_for_nothing_in_the_study(
    make_stage: Callable[..., Any],
    make_document: Callable[..., Any],
    stage: Any,
    cast: SimpleNamespace,
    as_: Callable[[str], Client],
    urls: SimpleNamespace,
    marked: None,
    reveal: Callable[..., None],
) -> None:
    from annotator.actions.assignments import assign_revision, submit_assignment
    from annotator.actions.study import add_revisions

    second = make_document("second-text", "The tide was low. It looked sad.\n")
    add_revisions(actor=cast.ada, study=stage.study, revisions=[second])
    for user in (cast.ben, cast.cleo):
        work = assign_revision(actor=cast.ada, study=stage.study, revision=second, reviewer=user)
        submit_assignment(actor=user, assignment_id=work.pk, accept_gaps=True)
    reveal("ben")
    context = as_("ben").get(urls.study).context
    assert [each.slug for each in context["report"].per_document] == ["harbour-text"]
    reasons = {row.revision.document.slug: row.reason for row in context["rows"]}
    assert reasons["second-text"].startswith("not shown to you yet")
    assert reasons["harbour-text"] == ""


def test_work_begun_after_a_reveal_is_left_out_and_can_be_asked_for(
    stage: Any,
    cast: SimpleNamespace,
    make_document: Callable[..., Any],
    as_: Callable[[str], Client],
    urls: SimpleNamespace,
    marked: None,
    reveal: Callable[..., None],
) -> None:
    from annotator.actions.assignments import assign_revision, submit_assignment
    from annotator.actions.study import add_revisions

    reveal("ben", "cleo")
    second = make_document("second-text", "The tide was low. It looked sad.\n")
    add_revisions(actor=cast.ada, study=stage.study, revisions=[second])
    for user in (cast.ben, cast.cleo):
        work = assign_revision(actor=cast.ada, study=stage.study, revision=second, reviewer=user)
        submit_assignment(actor=user, assignment_id=work.pk, accept_gaps=True)
    client = as_("ada")
    usual = client.get(urls.study)
    assert usual.context["report"].n_documents == 1
    assert "2 pieces of work: after calibration" in usual.content.decode()
    assert client.get(f"{urls.study}?work=first").context["report"].n_documents == 2
    assert client.get(f"{urls.study}?work=calibrated").context["report"].n_documents == 1
    assert client.get(f"{urls.study}?work=nonsense").context["report"].n_documents == 1


def test_a_reader_of_a_closed_study_sees_figures_and_no_passages(
    stage: Any, cast: SimpleNamespace, as_: Callable[[str], Client], urls: SimpleNamespace, marked: None
) -> None:
    from annotator.actions.study import add_member, close_study

    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="reader")
    client = as_("eli")
    assert "Agreement is shown once" in client.get(urls.study).content.decode()
    assert "Others’ work is shown once the study is closed." in client.get(urls.document).content.decode()
    close_study(actor=cast.ada, study=stage.study)
    shown = client.get(urls.study).content.decode()
    assert "Over 1 document and 2 reviewers" in shown
    assert "Progress" not in shown
    page = client.get(urls.document)
    assert page.context["report"].labels[0].sentence_alpha.value == 1
    assert "coded" not in page.context
    assert "It is the best ferry" not in page.content.decode()


def test_the_number_of_queries_does_not_grow_with_passages_or_reviewers(
    stage: Any,
    as_: Callable[[str], Client],
    urls: SimpleNamespace,
    mark: Callable[..., Any],
    submit: Callable[..., None],
    django_assert_num_queries: Callable[..., Any],
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.pages.conftest import BEST, FERRY

    client = as_("ada")
    client.get(urls.study)
    mark("ben", FERRY, "fact", ratings=[("slant", 0)])
    submit("ben")
    with CaptureQueriesContext(connection) as first:
        client.get(urls.study)
    mark("cleo", FERRY, "fact", ratings=[("slant", 0)])
    mark("cleo", BEST, "opinion", ratings=[("slant", 1)])
    submit("cleo")
    with django_assert_num_queries(len(first)):
        client.get(urls.study)


def test_long_lists_of_documents_are_parted_into_pages(
    stage: Any,
    cast: SimpleNamespace,
    make_document: Callable[..., Any],
    as_: Callable[[str], Client],
    urls: SimpleNamespace,
    marked: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from annotator.actions.assignments import assign_revision
    from annotator.actions.study import add_revisions

    second = make_document("second-text", "The tide was low. It looked sad.\n")
    add_revisions(actor=cast.ada, study=stage.study, revisions=[second])
    assign_revision(actor=cast.ada, study=stage.study, revision=second, reviewer=cast.ben)
    monkeypatch.setattr("annotator.views.study.TEXTS_ON_A_PAGE", 1)
    monkeypatch.setattr("annotator.queries.progress.TEXTS_ON_A_PAGE", 1)
    client = as_("ada")

    def shown(query: str) -> tuple[list[str], list[str], int]:
        page = client.get(f"{urls.study}{query}")
        progress = [revision.document.slug for revision, _ in page.context["grid"].rows]
        return (
            [row.revision.document.slug for row in page.context["rows"]],
            progress,
            page.context["report"].n_documents,
        )

    assert shown("") == (["harbour-text"], ["harbour-text"], 1)
    assert shown("?page=2") == (["second-text"], ["harbour-text"], 1)
    assert shown("?page=2&progress=2") == (["second-text"], ["second-text"], 1)
    assert shown("?page=99&progress=x") == (["second-text"], ["harbour-text"], 1)
    words = client.get(f"{urls.study}?page=2&work=first").content.decode()
    assert "2 of 3 submitted" in words
    assert 'href="?work=first&amp;page=1"' in words
    assert 'href="?page=2&amp;work=first&amp;progress=2"' in words


def test_machines_are_left_out_until_they_are_asked_for(
    stage: Any, cast: SimpleNamespace, as_: Callable[[str], Client], urls: SimpleNamespace, marked: None
) -> None:
    from annotator.actions.assignments import assign_revision, submit_assignment
    from annotator.actions.study import add_member
    from annotator.models import User

    client = as_("ada")
    assert "Counted as reviewers" not in client.get(urls.study).content.decode()
    robot = User.objects.create(username="robot", kind=User.Kind.MACHINE)
    add_member(actor=cast.ada, study=stage.study, user=robot)
    work = assign_revision(actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=robot)
    submit_assignment(actor=robot, assignment_id=work.pk, accept_gaps=True)
    for address in (urls.study, urls.document):
        usual, asked = (client.get(f"{address}{query}") for query in ("", "?include_machines=1"))
        assert "Counted as reviewers" in usual.content.decode()
        assert [len(each.context["report"].reviewers) for each in (usual, asked)] == [2, 3]
        assert usual.context["report"].left_out == {"labelled by a machine": 1}

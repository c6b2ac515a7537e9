"""Sources, documents and their texts: for curators all, for reviewers those they are assigned."""

import pytest

from annotator.actions.study import add_member
from sources.models import Document, Source
from sources.store import store_revision, withdraw_document


@pytest.fixture
def shelf(stage, make_document):
    """A document with an outlet in the study, and one that nobody is assigned."""
    outlet = Source.objects.create(name="The Harbour Post", kind="newspaper", notes="seen by curators only")
    other = Source.objects.create(name="Elsewhere")
    Document.objects.filter(slug="harbour-text").update(source=outlet)
    make_document("elsewhere")
    Document.objects.filter(slug="elsewhere").update(source=other)
    return outlet, other


def slugs(response):
    return [row["slug"] for row in response.data["results"]]


def test_reviewer_sees_assigned_documents_only_and_a_curator_all(ben, dora, ada, eli, shelf, refused):
    assert slugs(ada.get("documents/")) == ["elsewhere", "harbour-text"]
    for caller in (ben, dora):
        assert slugs(caller.get("documents/")) == ["harbour-text"]
        refused(caller.get("documents/elsewhere/"), 404, "not_found")
        refused(caller.get("documents/elsewhere/revisions/1/"), 404, "not_found")
    assert slugs(eli.get("documents/")) == []


def test_document_is_shown_with_its_metadata(ben, shelf):
    outlet, _ = shelf
    document = Document.objects.get(slug="harbour-text")
    withdraw_document(document, "retracted")
    data = ben.get("documents/harbour-text/").data
    assert (data["title"], data["source"], data["language"]) == ("Harbour-Text", outlet.pk, "en")
    assert data["withdrawal_reason"] == "retracted"
    assert data["withdrawn_at"] is not None


def test_sources_are_those_of_the_documents_one_may_read(ben, ada, eli, shelf, refused):
    outlet, other = shelf
    assert [row["name"] for row in ben.get("sources/").data["results"]] == ["The Harbour Post"]
    assert ben.get(f"sources/{outlet.pk}/").data["kind"] == "newspaper"
    refused(ben.get(f"sources/{other.pk}/"), 404, "not_found")
    refused(eli.get(f"sources/{outlet.pk}/"), 404, "not_found")
    assert [row["id"] for row in ada.get("sources/").data["results"]] == [outlet.pk, other.pk]
    assert "seen by curators" not in ada.get("sources/").content.decode()


def test_text_is_answered_letter_for_letter_with_its_sentences(ben, stage):
    data = ben.get("documents/harbour-text/revisions/1/").data
    assert data["text"] == stage.revision.text
    assert data["sentences"] == list(stage.revision.sentences)
    assert data["sentences"][-1] == data["length"] == len(data["text"])
    assert {cut["kind"] for cut in data["segmentations"]} == {"sentence", "block"}


def test_text_never_changes_and_its_hash_is_its_etag(ben, stage):
    first = ben.get("documents/harbour-text/revisions/1/")
    assert first.headers["ETag"] == f'"{stage.revision.sha256}"'
    assert ben.get("documents/harbour-text/revisions/1/", if_none_match=first.headers["ETag"]).status_code == 304


def test_reviewer_sees_only_the_revision_assigned(ben, ada, stage, refused):
    store_revision(stage.revision.document, b"Corrected text.\n", "b.txt")
    assert [row["number"] for row in ada.get("documents/harbour-text/revisions/").data["results"]] == [1, 2]
    assert [row["number"] for row in ben.get("documents/harbour-text/revisions/").data["results"]] == [1]
    refused(ben.get("documents/harbour-text/revisions/2/"), 404, "not_found")


def test_list_of_revisions_reads_no_text(ben, stage, django_assert_num_queries):
    ben.get("me/")
    with django_assert_num_queries(4) as seen:  # session, user, document, revisions
        ben.get("documents/harbour-text/revisions/")
    assert not any('"sources_revision"."text"' in query["sql"] for query in seen.captured_queries)


def test_documents_are_filtered_by_study_source_and_language(ada, ben, shelf):
    outlet, _ = shelf
    assert slugs(ada.get("documents/?study=harbour")) == ["harbour-text"]
    assert slugs(ada.get("documents/?study=nothing")) == []
    assert slugs(ada.get(f"documents/?source={outlet.pk}")) == ["harbour-text"]
    assert slugs(ada.get("documents/?language=de")) == []
    assert slugs(ben.get("documents/?language=en")) == ["harbour-text"]


def test_study_filter_does_not_tell_of_studies_one_does_not_belong_to(ben, cast, stage, make_stage):
    other = make_stage("quay", reviewers=("cleo",)).study
    other.revisions.add(stage.revision)
    assert slugs(ben.get("documents/?study=quay")) == []


def test_documents_are_read_page_by_page_by_slug(ada, shelf, refused):
    first = ada.get("documents/?limit=1")
    assert (slugs(first), first.data["next"]) == (["elsewhere"], "elsewhere")
    second = ada.get("documents/?limit=1&after=elsewhere")
    assert (slugs(second), second.data["next"]) == (["harbour-text"], None)
    for query in ("source=0", "source=x", f"source={2**31}", "language=" + "x" * 36, "after=" + "x" * 101):
        refused(ada.get(f"documents/?{query}"), 400, "invalid")
    refused(ada.get("documents/?title=x"), 400, "unknown_parameter")


def test_declined_assignment_opens_no_text(ben, stage, refused):
    stage.assignments["ben"].state = "declined"
    stage.assignments["ben"].save()
    refused(ben.get("documents/harbour-text/"), 404, "not_found")


def test_reader_reads_no_texts(by_session, stage, cast, refused):
    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="reader")
    refused(by_session("eli").get("documents/harbour-text/revisions/1/"), 404, "not_found")

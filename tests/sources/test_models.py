import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from sources.models import Document, ImmutableError, Original, Revision, Segmentation, Source
from sources.text import sha256


def make_revision(document, text="🧠 one", number=1, **changes) -> Revision:
    return Revision.objects.create(
        **{"document": document, "number": number, "text": text, "sha256": sha256(text), "length": len(text)} | changes
    )


def make_segmentation(revision, **changes) -> Segmentation:
    values = {"kind": "sentence", "method": "by hand", "method_version": "1", "ends": [revision.length]}
    return Segmentation.objects.create(revision=revision, **values | changes)


def refused(constraint, write, *args, **kwargs):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        write(*args, **kwargs)
    words = str(caught.value)
    # SQLite names the columns of a unique constraint instead of the constraint itself.
    assert constraint in words or words.startswith("UNIQUE constraint failed"), words


def test_database_counts_length_in_code_points(document):
    text = "👩🏽\u200d🚀 e\u0301\r\nسلام"
    assert make_revision(document, text).length == 13
    for number, wrong in enumerate([len(text.encode()), len(text.encode("utf-16-le")) // 2, 12], start=2):
        refused("revision_length_counts_code_points", make_revision, document, text + "!", number, length=wrong)


def test_empty_text_is_refused(document):
    refused("revision_text_is_not_empty", make_revision, document, "")


def test_revision_number_zero_is_refused(document):
    refused("revision_number_starts_at_one", make_revision, document, number=0)


def test_sha256_of_another_length_is_refused(document):
    refused("revision_sha256_has_64_characters", make_revision, document, sha256="0" * 63)


def test_number_is_given_once_in_a_document(document):
    make_revision(document, "one", 1)
    make_revision(document, "two", 2)
    refused("revision_number_is_unique_in_document", make_revision, document, "three", 2)


def test_text_is_stored_once_in_a_document(document):
    make_revision(document, "one", 1)
    make_revision(Document.objects.create(slug="other", title="Other"), "one", 1)
    refused("revision_text_is_unique_in_document", make_revision, document, "one", 2)


def test_revision_has_one_segmentation_of_a_kind(document):
    revision = make_revision(document)
    make_segmentation(revision, kind="sentence")
    make_segmentation(revision, kind="block")
    refused("segmentation_kind_is_unique_in_revision", make_segmentation, revision, kind="block")


def test_unknown_kind_of_segmentation_is_refused(document):
    refused("segmentation_kind_is_known", make_segmentation, make_revision(document), kind="word")


def test_sha256_of_an_original_of_another_length_is_refused(document):
    revision = make_revision(document)
    refused("original_sha256_has_64_characters", Original.objects.create, revision=revision, name="a", sha256="0")


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("document_title_is_not_empty", {"title": ""}),
        ("document_slug_is_not_empty", {"slug": ""}),
        ("document_language_is_not_empty", {"language": ""}),
        ("document_reason_only_when_withdrawn", {"withdrawal_reason": "A forgery."}),
        ("sources_document_slug", {"slug": "item"}),
    ],
)
def test_document_that_does_not_fit_is_refused(document, constraint, changes):
    values = {"slug": "second", "title": "Second"}
    refused(constraint, Document.objects.create, **values | changes)
    Document.objects.create(**values)


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("source_name_is_not_empty", {"name": ""}),
        ("source_kind_is_known", {"kind": "rumour"}),
        ("sources_source_name", {"name": "Outlet"}),
    ],
)
def test_source_that_does_not_fit_is_refused(db, constraint, changes):
    Source.objects.create(name="Outlet")
    refused(constraint, Source.objects.create, **{"name": "Second", "kind": ""} | changes)


@pytest.mark.parametrize("control", ["\0", "\x07", "\x1b", "\ufffe", "\uffff"])
def test_controls_in_titles_and_names_are_refused(control):
    with pytest.raises(ValidationError) as caught:
        Document(slug="a", title=f"Title{control}").clean_fields()
    assert caught.value.error_dict["title"][0].code in {"bad_text", "null_characters_not_allowed"}
    with pytest.raises(ValidationError):
        Source(name=f"Name{control}").clean_fields()


def test_odd_but_printable_titles_are_kept():
    title = " “Ünï\u0301cödé” 🧠\u202eسلام\t "
    document = Document(slug="a", title=title)
    document.clean_fields()
    assert document.title == title


@pytest.mark.parametrize(
    "tag", ["en", "zh-Hant", "fa-AF", "mn-Cyrl-MN", "es-419", "sl-rozaj-biske", "x-private", "und"]
)
def test_language_tags_are_accepted(tag):
    Document(slug="a", title="A", language=tag).clean_fields()


@pytest.mark.parametrize("tag", ["english language", "e", "en_GB", "en-", "zh-Hant\n", "12"])
def test_other_words_are_no_language_tags(tag):
    with pytest.raises(ValidationError):
        Document(slug="a", title="A", language=tag).clean_fields()


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://example.org/a", "data:text/html,x"])
def test_addresses_other_than_web_addresses_are_refused(address):
    with pytest.raises(ValidationError):
        Document(slug="a", title="A", url=address).clean_fields()


def test_saving_or_deleting_a_stored_text_is_refused_kindly(document):
    revision = make_revision(document)
    for row in (revision, make_segmentation(revision)):
        with pytest.raises(ImmutableError, match="cannot be changed"):
            row.save()
        with pytest.raises(ImmutableError, match="cannot be deleted"):
            row.delete()


def test_documents_and_sources_with_dependants_are_protected(document):
    document.source = Source.objects.create(name="Outlet")
    document.save()
    make_revision(document)
    with pytest.raises(ProtectedError):
        document.delete()
    with pytest.raises(ProtectedError):
        document.source.delete()


def test_sentences_need_no_query_once_prefetched(document, django_assert_num_queries):
    make_segmentation(make_revision(document), ends=[2, 5])
    (revision,) = Revision.objects.prefetch_related("segmentations")
    with django_assert_num_queries(0):
        assert revision.sentences == (2, 5)


def test_text_without_sentences_says_so(document):
    with pytest.raises(Segmentation.DoesNotExist, match="sentence"):
        _ = make_revision(document).sentences


def test_current_revisions_are_the_newest_of_each_document(document):
    other = Document.objects.create(slug="other", title="Other")
    make_revision(document, "old", 1)
    newest = {make_revision(document, "new", 2), make_revision(other, "only", 1)}
    assert set(Revision.objects.current()) == newest
    assert document.current_revision.text == "new"


def test_document_without_a_text_is_not_available(document):
    assert not Document.objects.available().exists()
    make_revision(document)
    assert Document.objects.available().get() == document


def test_figures_count_revisions_and_show_the_newest_length(document):
    make_revision(document, "a longer text", 1)
    make_revision(document, "short", 2)
    row = Document.objects.with_figures().get()
    assert (row.revision_count, row.current_length) == (2, 5)

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from sources.importers.draft import Draft
from sources.models import Document, Original, Revision, Segmentation, Source
from sources.store import (
    reinstate_document,
    same_text_elsewhere,
    store_document,
    store_revision,
    withdraw_document,
)
from sources.text import TextError, sha256

RAW = "\ufeffTitle 🧠\r\n\r\nOne. Two.\r\n".encode()


def make_draft(**changes) -> Draft:
    values = {"name": "a.txt", "raw": RAW, "text": RAW.decode("utf-8-sig"), "media_type": "text/plain"}
    return Draft(**values | {"title": "A", "slug": "a", "language": "en"} | changes)


def files(folder) -> list:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_stored_text_is_the_file_without_its_byte_order_mark(document):
    revision = store_revision(document, RAW, "a.txt")
    revision.refresh_from_db()
    assert revision.text.encode() == RAW[3:]
    assert (revision.number, revision.length, revision.sha256) == (1, 22, sha256(RAW[3:]))


def test_sentences_and_blocks_are_stored_with_their_method(document):
    revision = store_revision(document, RAW, "a.txt")
    text = revision.text
    assert [text[a:b] for a, b in zip((0, *revision.sentences), revision.sentences, strict=False)] == [
        "Title 🧠\r\n\r\n",
        "One. ",
        "Two.\r\n",
    ]
    assert revision.segmentation("block").ends == [11, 22]
    assert all(s.method and s.method_version for s in Segmentation.objects.all())


def test_original_is_kept_byte_for_byte_under_a_name_of_our_own(document, media_folder):
    revision = store_revision(document, RAW, "../evil\u202e.txt", "text/plain", address="https://example.org/a")
    original = revision.originals.get()
    assert original.file.read() == RAW
    assert (original.name, original.media_type) == ("evil.txt", "text/plain")
    assert original.sha256 == sha256(RAW)
    assert original.address == "https://example.org/a"
    (path,) = files(media_folder)
    assert "evil" not in str(path.relative_to(media_folder))


def test_revisions_of_a_document_are_numbered(document):
    assert [store_revision(document, raw, "a.txt").number for raw in (b"one", b"two", b"three")] == [1, 2, 3]


@pytest.mark.parametrize("raw", [b"one", b"\xef\xbb\xbfone"])
def test_same_text_again_is_refused_and_leaves_nothing(document, media_folder, raw):
    store_revision(document, b"one", "a.txt")
    with pytest.raises(TextError, match="already stored as revision 1") as caught:
        store_revision(document, raw, "b.txt")
    assert caught.value.code == "duplicate"
    assert Revision.objects.count() == len(files(media_folder)) == 1


def test_same_text_in_another_document_is_allowed_and_found(document):
    first = store_revision(document, b"one", "a.txt")
    second = store_revision(Document.objects.create(slug="b", title="B"), b"one", "a.txt")
    assert list(same_text_elsewhere(second)) == [first]


def test_file_that_is_no_text_leaves_nothing(document, media_folder):
    with pytest.raises(TextError):
        store_revision(document, b"\xff", "a.txt")
    assert not Revision.objects.exists()
    assert files(media_folder) == []


def test_document_is_stored_with_its_metadata_and_text(db):
    at = datetime(2025, 1, 1, tzinfo=UTC)
    draft = make_draft(source="Outlet", byline="N. N.", retrieved_at=at, url="https://example.org", disclosure="By AI ")
    document = store_document(draft)
    document.refresh_from_db()
    assert (document.source.name, document.byline, document.disclosure) == ("Outlet", "N. N.", "By AI ")
    assert document.retrieved_at == document.current_revision.originals.get().retrieved_at == at


def test_source_of_that_name_is_used_again(db):
    outlet = Source.objects.create(name="Outlet")
    assert store_document(make_draft(source="Outlet")).source == outlet


@pytest.mark.parametrize("changes", [{"title": ""}, {"language": "no tag"}, {"slug": "no slug"}, {"source": "\x07"}])
def test_document_that_does_not_fit_leaves_nothing(db, changes):
    with pytest.raises(ValidationError):
        store_document(make_draft(**changes))
    assert not Document.objects.exists()
    assert not Source.objects.exists()


def test_document_whose_file_is_no_text_leaves_nothing(db):
    with pytest.raises(TextError):
        store_document(make_draft(raw=b"\xff", source="Outlet"))
    assert not Document.objects.exists()
    assert not Source.objects.exists()
    assert not Original.objects.exists()


def test_withdrawing_keeps_the_first_time_and_reason(document):
    store_revision(document, b"one", "a.txt")
    withdraw_document(document, "A forgery.")
    first = document.withdrawn_at
    withdraw_document(document, "Another reason.")
    document.refresh_from_db()
    assert (document.withdrawn_at, document.withdrawal_reason) == (first, "A forgery.")
    assert not Document.objects.available().exists()
    assert not Revision.objects.available().exists()


def test_reinstated_document_is_available_again(document):
    store_revision(document, b"one", "a.txt")
    withdraw_document(document, "A forgery.")
    reinstate_document(document)
    assert Document.objects.available().get() == document
    assert Revision.objects.available().exists()

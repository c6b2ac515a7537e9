from io import BytesIO

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.urls import reverse

from sources.models import Document, Original, Revision, Source
from sources.store import store_revision, withdraw_document
from sources.text import sha256

RAW = "\ufeff🧠 One.\r\n\r\nTwo. <b>سلام</b>\r\n".encode()
CURATOR = [
    *(f"{verb}_{noun}" for noun in ("source", "document") for verb in ("view", "add", "change", "delete")),
    *("view_revision", "add_revision", "change_revision", "delete_revision"),
    *("view_original", "add_original", "change_original", "delete_original"),
]


def sign_in(client, *codenames):
    """A member of staff, no superuser, with exactly these permissions on the sources."""
    user = get_user_model().objects.create_user(username=f"staff{get_user_model().objects.count()}", is_staff=True)
    permissions = Permission.objects.filter(content_type__app_label="sources", codename__in=codenames)
    assert len(permissions) == len(codenames)
    user.user_permissions.set(permissions)
    client.force_login(user)
    return client


@pytest.fixture
def curator(client, db):
    return sign_in(client, *CURATOR)


def upload(raw: bytes, name: str = "item.txt") -> BytesIO:
    file = BytesIO(raw)
    file.name = name
    return file


def fields(**changes) -> dict:
    return {"title": "A", "slug": "a", "language": "en", "text_file": upload(RAW)} | changes


def post(client, name: str, data: dict, *args):
    return client.post(reverse(f"admin:sources_{name}", args=args), data)


def change(client, document, **changes):
    return post(client, "document_change", fields(slug=document.slug, **changes), document.pk)


def words(response) -> str:
    return "\n".join(str(message) for message in get_messages(response.wsgi_request))


def test_curator_adds_a_document_with_its_file(curator):
    response = post(curator, "document_add", fields())
    assert response.status_code == 302
    document = Document.objects.get()
    assert document.current_revision.text == RAW.decode("utf-8-sig")
    assert document.current_revision.originals.get().file.read() == RAW


def test_curator_is_told_what_was_stored(curator):
    told = words(post(curator, "document_add", fields()))
    assert "Stored revision 1 from “item.txt”" in told
    assert "with byte order mark" in told
    assert sha256(RAW[3:]) in told
    assert "“🧠 One.”" in told


def test_curator_adds_a_corrected_text_as_a_new_revision(curator, document):
    store_revision(document, b"one", "a.txt")
    response = change(curator, document, text_file=upload(b"two"))
    assert response.status_code == 302
    assert [r.text for r in document.revisions.all()] == ["one", "two"]


def test_metadata_changes_without_a_file(curator, document):
    store_revision(document, b"one", "a.txt")
    response = change(curator, document, title="Better", disclosure=" Made by AI. ", text_file="")
    assert response.status_code == 302
    document.refresh_from_db()
    assert (document.title, document.disclosure) == ("Better", " Made by AI. ")
    assert document.revisions.count() == 1


@pytest.mark.parametrize(
    ("code", "raw"),
    [
        ("encoding", b"caf\xe9"),
        ("bad_text", b"a\0b"),
        ("kind", b"%PDF-1.7"),
        ("empty", b" \r\n "),
        ("too_large", b"a" * (10 * 1024 * 1024 + 1)),
        ("duplicate", b"one"),
        ("duplicate", b"\xef\xbb\xbfone"),
    ],
)
def test_unfit_file_is_refused_at_its_field(curator, document, code, raw):
    store_revision(document, b"one", "a.txt")
    response = change(curator, document, title="Not saved", text_file=upload(raw))
    assert response.status_code == 200
    (error,) = response.context["adminform"].form.errors.as_data()["text_file"]
    assert error.code == code
    document.refresh_from_db()
    assert (document.title, document.revisions.count()) == ("An item", 1)


def test_document_needs_a_file(curator):
    response = post(curator, "document_add", fields(text_file=""))
    assert "text_file" in response.context["adminform"].form.errors
    assert not Document.objects.exists()


def test_same_text_in_another_document_is_mentioned(curator, document):
    store_revision(document, RAW, "a.txt")
    assert "The very same text is also stored as An item, revision 1." in words(post(curator, "document_add", fields()))


def test_file_is_offered_to_those_who_may_store_it(curator, document):
    assert "Text file" in curator.get(reverse("admin:sources_document_change", args=[document.pk])).content.decode()


def test_texts_never_come_through_a_textarea(curator, document):
    revision = store_revision(document, RAW, "a.txt")
    for address in (
        reverse("admin:sources_document_change", args=[document.pk]),
        reverse("admin:sources_revision_change", args=[revision.pk]),
    ):
        page = curator.get(address)
        assert 'name="text"' not in page.content.decode()
    assert "&lt;b&gt;سلام&lt;/b&gt;" in page.content.decode()


@pytest.mark.parametrize("without", ["add_document", "add_revision"])
def test_adding_a_document_takes_both_rights(client, db, without):
    sign_in(client, *(codename for codename in CURATOR if codename != without))
    assert post(client, "document_add", fields()).status_code == 403
    assert not Document.objects.exists()


def test_without_the_right_to_add_revisions_a_file_is_not_stored(client, document):
    sign_in(client, "view_document", "change_document")
    assert change(client, document, title="Better").status_code == 302
    document.refresh_from_db()
    assert (document.title, document.revisions.count()) == ("Better", 0)


def test_right_to_view_is_no_right_to_change(client, document):
    sign_in(client, "view_document", "add_revision", "view_source", "view_revision", "view_original")
    page = client.get(reverse("admin:sources_document_change", args=[document.pk]))
    assert page.status_code == 200
    assert "Text file" not in page.content.decode()
    assert change(client, document).status_code == 403


@pytest.mark.parametrize("noun", ["revision", "original"])
def test_stored_texts_and_files_are_only_looked_at(curator, document, noun):
    row = {"revision": Revision, "original": Original}[noun]
    store_revision(document, RAW, "a.txt")
    pk = row.objects.get().pk
    assert curator.get(reverse(f"admin:sources_{noun}_change", args=[pk])).status_code == 200
    assert post(curator, f"{noun}_change", {}, pk).status_code == 403
    assert post(curator, f"{noun}_delete", {"post": "yes"}, pk).status_code == 403
    assert post(curator, f"{noun}_add", {}).status_code == 403
    assert row.objects.count() == 1


def test_only_documents_and_sources_without_dependants_are_deleted(curator, document):
    source = document.source = Source.objects.create(name="Outlet")
    document.save()
    store_revision(document, RAW, "a.txt")
    assert post(curator, "document_delete", {"post": "yes"}, document.pk).status_code == 403
    assert post(curator, "source_delete", {"post": "yes"}, source.pk).status_code == 403
    empty = Document.objects.create(slug="empty", title="Empty", source=Source.objects.create(name="Unused"))
    assert post(curator, "document_delete", {"post": "yes"}, empty.pk).status_code == 302
    assert post(curator, "source_delete", {"post": "yes"}, empty.source.pk).status_code == 302
    assert (Document.objects.get(), Source.objects.get()) == (document, source)


def act(client, action, *documents, **more):
    data = {"action": action, "_selected_action": [document.pk for document in documents], **more}
    return post(client, "document_changelist", data)


def test_documents_are_withdrawn_with_a_reason_after_asking(curator, document):
    asked = act(curator, "withdraw", document)
    assert asked.status_code == 200
    document.refresh_from_db()
    assert not document.is_withdrawn
    refused = act(curator, "withdraw", document, confirmed="yes", reason=" ")
    assert refused.context["form"].errors
    act(curator, "withdraw", document, confirmed="yes", reason="A forgery.")
    document.refresh_from_db()
    assert document.is_withdrawn
    assert document.withdrawal_reason == "A forgery."


def test_withdrawn_documents_are_reinstated(curator, document):
    withdraw_document(document, "A forgery.")
    act(curator, "reinstate", document)
    document.refresh_from_db()
    assert not document.is_withdrawn


def test_withdrawing_takes_the_right_to_change(client, document):
    sign_in(client, "view_document")
    act(client, "withdraw", document, confirmed="yes", reason="A forgery.")
    document.refresh_from_db()
    assert not document.is_withdrawn


def test_original_is_downloaded_byte_for_byte_and_runs_nothing(curator, document):
    original = store_revision(document, RAW, "سلام.txt").originals.get()
    response = curator.get(reverse("admin:sources_original_download", args=[original.pk]))
    assert b"".join(response.streaming_content) == RAW
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["Content-Security-Policy"] == "sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_original_is_not_there_for_those_who_may_not_see_it(client, document):
    original = store_revision(document, RAW, "a.txt").originals.get()
    address = reverse("admin:sources_original_download", args=[original.pk])
    assert client.get(address).status_code == 302
    assert sign_in(client, "view_revision").get(address).status_code == 404


def test_original_whose_file_is_gone_is_not_there(curator, document):
    original = store_revision(document, RAW, "a.txt").originals.get()
    original.file.storage.delete(original.file.name)
    assert curator.get(reverse("admin:sources_original_download", args=[original.pk])).status_code == 404


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"An item", "Written by AI"}),
        ("q=item", {"An item"}),
        ("disclosure=yes", {"Written by AI"}),
        ("disclosure=no", {"An item"}),
        ("withdrawn=yes", {"Written by AI"}),
        ("withdrawn=no", {"An item"}),
        ("language__exact=fa", {"Written by AI"}),
    ],
)
def test_documents_are_searched_and_filtered(curator, document, query, shown):
    other = Document.objects.create(slug="b", title="Written by AI", disclosure="By AI", language="fa")
    withdraw_document(other, "A forgery.")
    response = curator.get(f"{reverse('admin:sources_document_changelist')}?{query}")
    assert {row.title for row in response.context["cl"].result_list} == shown


def test_list_of_documents_takes_no_query_per_row(curator, django_assert_num_queries, django_assert_max_num_queries):
    address = reverse("admin:sources_document_changelist")

    def add(number: int) -> None:
        source = Source.objects.create(name=f"Outlet {number}")
        document = Document.objects.create(slug=f"d{number}", title=f"D{number}", source=source)
        store_revision(document, RAW, "a.txt")

    add(0)
    curator.get(address)  # the first page of a session also writes its age
    with django_assert_max_num_queries(20) as first:
        curator.get(address)
    for number in range(1, 6):
        add(number)
    with django_assert_num_queries(len(first.captured_queries)):
        assert curator.get(address).context["cl"].result_count == 6


@pytest.mark.parametrize("noun", ["source", "document", "revision", "original"])
def test_pages_carry_no_inline_script_or_style(curator, document, noun):
    document.source = Source.objects.create(name="Outlet")
    document.save()
    revision = store_revision(document, RAW, "a.txt")
    row = {"source": document.source, "document": document, "revision": revision, "original": revision.originals.get()}
    pages = [
        curator.get(reverse(f"admin:sources_{noun}_changelist")),
        curator.get(reverse(f"admin:sources_{noun}_change", args=[row[noun].pk])),
        act(curator, "withdraw", document),
    ]
    for page in pages:
        assert page.status_code == 200
        html = page.content.decode()
        assert "<style" not in html
        assert " style=" not in html
        assert "<script>" not in html
        assert " onclick=" not in html

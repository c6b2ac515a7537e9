from io import BytesIO

import pytest

from sources.importers import IMPORTERS, importer_for, plaintext
from sources.importers.draft import clean_file_name
from sources.importers.manifest import read_manifest
from sources.text import TextError, sha256


def read(raw: bytes, name: str = "item.txt"):
    (draft,) = importer_for(name).read(BytesIO(raw), name)
    return draft


def test_plain_text_comes_through_letter_for_letter():
    raw = "\r\n  “Title” 🧠 \r\n\u2028e\u0301 سلام\t\n\n".encode()
    draft = read(raw)
    assert draft.raw == raw
    assert draft.text.encode() == raw
    assert draft.title == "“Title” 🧠"


@pytest.mark.parametrize(
    ("code", "raw"),
    [
        ("empty", b""),
        ("empty", b"\xef\xbb\xbf"),
        ("empty", " \r\n\u2028\u00a0\t\n".encode()),
        ("kind", b"%PDF-1.7 text"),
        ("kind", b"PK\x03\x04\x14\x00"),
        ("kind", b"\x89PNG\r\n\x1a\n\x00"),
        ("kind", b"{\\rtf1 text}"),
        ("encoding", "Улаанбаатар".encode("cp1251")),
        ("bad_text", b"text\x00text"),
        ("too_large", b"a" * (plaintext.MAX_BYTES + 1)),
    ],
)
def test_files_that_are_no_plain_text_are_refused_with_a_code(code, raw):
    with pytest.raises(TextError) as caught:
        read(raw)
    assert caught.value.code == code
    assert caught.value.detail


def test_largest_allowed_file_is_read():
    assert len(read(b"a" * plaintext.MAX_BYTES).text) == plaintext.MAX_BYTES


def test_content_decides_and_not_the_name():
    assert read(b"words", "report.pdf").text == "words"


def test_every_importer_says_what_it_reads():
    for importer in IMPORTERS.values():
        assert importer.TITLE
        assert importer.MEDIA_TYPE
        assert all(suffix.startswith(".") and importer_for(f"a{suffix}") is importer for suffix in importer.SUFFIXES)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("item.txt", "item.txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\texts\\item.txt", "item.txt"),
        ("a\0b\r\nc.txt", "abc.txt"),
        ("\u202etxt.exe\u200b", "txt.exe"),
        ("🧠 سلام.txt", "🧠 سلام.txt"),
        ("..", "unnamed"),
        ("folder/", "unnamed"),
        ("a" * 400, "a" * 255),
    ],
)
def test_file_names_are_cleaned(name, kept):
    assert clean_file_name(name) == kept


def manifest(folder, words: str, **files: bytes):
    for name, raw in files.items():
        (folder / f"{name}.txt").write_bytes(raw)
    (folder / "list.toml").write_text(words, encoding="utf-8")
    return read_manifest(folder / "list.toml")


def test_manifest_gives_drafts_their_metadata(tmp_path):
    found = manifest(
        tmp_path,
        f"""
        [[source]]
        name = "Outlet"
        kind = "online"
        [[document]]
        file = "a.txt"
        sha256 = "{sha256(b"one")}"
        slug = "a"
        title = "A"
        source = "Outlet"
        published_on = 2024-12-20
        retrieved_at = 2025-01-01T08:00:00Z
        language = "fa"
        """,
        a=b"one",
    )
    assert found.reasons == []
    assert found.sources == [{"name": "Outlet", "kind": "online"}]
    (draft,) = found.drafts
    assert (draft.title, draft.slug, draft.source, draft.language) == ("A", "a", "Outlet", "fa")
    assert draft.published_on.isoformat() == "2024-12-20"
    assert draft.retrieved_at.isoformat() == "2025-01-01T08:00:00+00:00"
    assert draft.byline == ""


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('colour = "red"', "unknown key “colour”"),
        ('published_on = "2024-12-20"', "“published_on” must be a date"),
        ("published_on = 2024-12-20T00:00:00Z", "“published_on” must be a date"),
        ("retrieved_at = 2024-12-20T00:00:00", "UTC offset"),
        ("byline = 3", "“byline” must be a str"),
        ('sha256 = "abc"', "it was changed"),
    ],
)
def test_manifest_names_what_does_not_fit(tmp_path, line, reason):
    document = '[[document]]\nfile = "a.txt"\nslug = "a"\ntitle = "A"\n'
    assert manifest(tmp_path, document, a=b"one").reasons == []
    (found,) = manifest(tmp_path, document + line, a=b"one").reasons
    assert "document 1 (a.txt)" in found
    assert reason in found


def test_manifest_collects_the_reasons_of_all_its_tables(tmp_path):
    words = (
        "colour = 1\n"
        '[[source]]\nhomepage = "https://example.org"\n'
        '[[document]]\nslug = "a"\n'
        '[[document]]\nfile = "gone.txt"\nslug = "b"\ntitle = "B"\n'
        '[[document]]\nfile = "c.txt"\nslug = "c"\ntitle = "C"\n'
    )
    reasons = manifest(tmp_path, words, c=b"\xff").reasons
    for part in ("“colour”", "source 1: no name", "no file.", "no title.", "gone.txt", "byte offset 0"):
        assert sum(part in reason for reason in reasons) >= 1, part


def test_manifest_that_is_not_toml_is_one_reason(tmp_path):
    assert len(manifest(tmp_path, "[[document").reasons) == 1
    assert len(manifest(tmp_path, 'document = "a.txt"').reasons) == 1

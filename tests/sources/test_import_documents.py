import shutil
import tomllib
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from sources.models import Document, Original, Revision, Segmentation, Source
from sources.text import decode, sha256

FIXTURES = Path(__file__).parents[2] / "fixtures"

# The identity of each seed text. A text that was edited, or whose line ends a checkout turned, is another text.
SEEDS = {
    "000_b6e56693c47f8baa.txt": (9640, "7b3b43b88affe8553b3b477042adb3f333f359c8578449567bbaba28291d792e"),
    "001_951f23748c0fa40a.txt": (8986, "2deeeec4d4562ebad5add6b81f322f510e9410ad7143e66cbd15cf520048f917"),
    "002_989f20263faeabc9.txt": (19005, "a50e18cee274b166cb72498b0eb44b9a750f3016d7e276fca6153e80009d3b5c"),
    "003_be121be4527ba801.txt": (3859, "04f8250ea0e44c7c02130f39f8317914fe6e2380e65b8c96adb07ee9d9e18334"),
    "004_691e046d4524cbc0.txt": (12314, "5501eb88cb6619954ca21d561c71a66b1d9daa63d9fd695f7f401cd3d9fac6ab"),
}


def everything() -> list:
    return [
        list(model.objects.order_by("pk").values()) for model in (Source, Document, Revision, Segmentation, Original)
    ]


def test_seed_files_are_as_they_were_published():
    found = {path.name: path.read_bytes() for path in (FIXTURES / "documents").iterdir()}
    assert {name: (len(decode(raw)), sha256(raw)) for name, raw in found.items()} == SEEDS


def test_fixture_lists_every_seed_with_its_digest():
    tables = tomllib.loads((FIXTURES / "documents.toml").read_text(encoding="utf-8"))["document"]
    assert {Path(table["file"]).name: table["sha256"] for table in tables} == {n: s for n, (_, s) in SEEDS.items()}


def test_seeds_load_with_metadata_and_printed_disclosures(db):
    call_command("import_documents", FIXTURES / "documents.toml", verbosity=0)
    revisions = {r.sha256: r for r in Revision.objects.select_related("document__source")}
    assert {(r.length, r.sha256) for r in revisions.values()} == set(SEEDS.values())
    for revision in revisions.values():
        assert revision.document.disclosure in revision.text
        assert revision.sentences[-1] == revision.length
        assert "not covered" in revision.document.licence
    disclosing = {r.sha256[:8] for r in revisions.values() if r.document.disclosure}
    assert disclosing == {"7b3b43b8", "a50e18ce", "5501eb88"}
    news = revisions[SEEDS["003_be121be4527ba801.txt"][1]].document
    assert (news.source.name, news.published_on.isoformat()) == ("Army Recognition", "2024-12-20")


def test_loading_the_seeds_again_changes_nothing(db, media_folder, capsys):
    call_command("import_documents", FIXTURES / "documents.toml")
    before, files = everything(), sorted(media_folder.rglob("*"))
    call_command("import_documents", FIXTURES / "documents.toml")
    assert everything() == before
    assert sorted(media_folder.rglob("*")) == files
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("Imported 5 documents; 0")
    assert second.startswith("Imported 0 documents; 5")


def test_one_bad_document_refuses_all_and_every_reason_is_named(db, tmp_path):
    shutil.copytree(FIXTURES / "documents", tmp_path / "documents")
    words = (FIXTURES / "documents.toml").read_text(encoding="utf-8")
    (tmp_path / "list.toml").write_text(words.replace('language = "en"', 'language = "english language"', 1))
    with (tmp_path / "documents" / "003_be121be4527ba801.txt").open("ab") as file:
        file.write(b"!")
    with pytest.raises(CommandError) as caught:
        call_command("import_documents", tmp_path / "list.toml", tmp_path / "gone.txt")
    for part in ("language tag", "003_be121be4527ba801.txt", "it was changed", "gone.txt"):
        assert part in str(caught.value)
    assert everything() == [[], [], [], [], []]


def test_text_file_is_titled_by_its_first_line(db, tmp_path):
    path = tmp_path / "My report.txt"
    path.write_bytes(b"\n A headline \nOne. Two.")
    call_command("import_documents", path, verbosity=0)
    document = Document.objects.get()
    assert (document.slug, document.title, document.language) == ("my-report", "A headline", "und")
    call_command("import_documents", path, verbosity=0)
    assert Revision.objects.count() == 1


def test_another_text_under_a_known_slug_is_refused(db, tmp_path):
    path = tmp_path / "report.txt"
    path.write_bytes(b"one")
    call_command("import_documents", path, verbosity=0)
    path.write_bytes(b"two")
    with pytest.raises(CommandError, match="another text is stored under the slug “report”"):
        call_command("import_documents", path, verbosity=0)
    assert Revision.objects.get().text == "one"


def test_two_documents_of_one_slug_are_refused(db, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "report.txt").write_text(folder)
    with pytest.raises(CommandError, match="given to 2 documents"):
        call_command("import_documents", tmp_path / "a" / "report.txt", tmp_path / "b" / "report.txt")
    assert not Document.objects.exists()


def test_file_whose_name_gives_no_slug_is_refused(db, tmp_path):
    path = tmp_path / "。.txt"
    path.write_text("one")
    with pytest.raises(CommandError, match="slug"):
        call_command("import_documents", path)

"""The import over HTTP: by staff, whole or not at all, harmless when repeated."""

import io
from uuid import uuid4

import pytest

from annotator.actions.assignments import submit_assignment
from annotator.api import parsers
from annotator.formats import jsonl
from annotator.models import Annotation, Assignment, Event, Study

WORDS = "The ferry carried 1,200 people in May."
LINES = "application/x-ndjson"
PATH = "studies/harbour/import/jsonl/"


@pytest.fixture
def exported(ada, cast, stage, mark):
    """The export of a study with one submitted assignment."""
    mark("ben", WORDS, "fact", note="of ben", ratings=[("slant", 1)])
    submit_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, accept_gaps=True)
    return b"".join(ada.get("studies/harbour/export/jsonl/"))


def renamed(file: bytes, slug: str = "quay") -> bytes:
    """The same file as of another study: its own slug, and ids of its own."""
    text = file.decode()
    for document in jsonl.read(io.BytesIO(file)):
        for coding in document.codings:
            for found in (coding.id, *(passage.id for passage in coding.passages)):
                text = text.replace(str(found), str(uuid4()))
    return text.replace('"harbour"', f'"{slug}"').encode()


def send(caller, raw, path=PATH, **headers):
    return caller.send("POST", path, raw=raw, **{"content_type": LINES, **headers})


def test_export_is_imported_as_another_study_with_equal_content(ada, exported):
    response = send(ada, renamed(exported), "studies/quay/import/jsonl/")
    assert response.status_code == 200, response.content
    assert response.data == {"studies": 1, "documents": 0, "assignments": 1, "annotations": 1, "comments": 0}
    copy = Annotation.objects.get(assignment__study__slug="quay")
    original = Annotation.objects.get(assignment__study__slug="harbour")
    for name in ("start", "end", "note", "version", "created_at", "label_id"):
        assert getattr(copy, name) == getattr(original, name)
    assert copy.assignment.submitted_at == original.assignment.submitted_at


def test_same_file_again_changes_nothing(ada, exported):
    assert send(ada, exported).data == {"studies": 0, "documents": 0, "assignments": 0, "annotations": 0, "comments": 0}
    assert Annotation.objects.count() == 1


def test_file_that_contradicts_what_is_here_is_refused_whole(ada, exported, refused):
    refused(send(ada, exported.replace(b"of ben", b"of eve")), 409, "different")
    assert Annotation.objects.get().note == "of ben"


def test_bad_rows_are_named_by_line_and_nothing_is_stored(ada, exported, refused):
    good = renamed(exported)
    before = (Study.objects.count(), Assignment.objects.count(), Annotation.objects.count(), Event.objects.count())
    lines = good.splitlines(keepends=True)
    number, line = next((n, line) for n, line in enumerate(lines, 1) if b'"type":"annotation"' in line)
    start = f'"start":{Annotation.objects.get().start}'.encode()
    assert start in line
    lines[number - 1] = line.replace(start, b'"start":-5')
    response = send(ada, b"".join(lines), "studies/quay/import/jsonl/")
    refused(response, 400, "bad_rows")
    assert response.data["errors"][0]["field"].startswith(f"lines.{number}")
    assert (
        Study.objects.count(),
        Assignment.objects.count(),
        Annotation.objects.count(),
        Event.objects.count(),
    ) == before


@pytest.mark.parametrize(
    "raw",
    [
        b"{}",
        b"nonsense",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"type":"header"}',
        b'{"x":"\\ud800"}\n',
        b"\0",
        b"\n\n",
        b"9" * 5000,
    ],
)
def test_file_that_is_none_of_ours_is_refused(ada, exported, raw, refused):
    refused(send(ada, raw), 400, "bad_rows")


def test_cut_file_is_refused(ada, exported, refused):
    lines = renamed(exported).splitlines(keepends=True)
    refused(send(ada, b"".join(lines[:-1]), "studies/quay/import/jsonl/"), 400, "bad_rows")
    refused(send(ada, b"".join(lines)[:-10], "studies/quay/import/jsonl/"), 400, "bad_rows")
    assert not Study.objects.filter(slug="quay").exists()


def test_file_of_another_study_is_refused_at_this_address(ada, exported, refused):
    refused(send(ada, renamed(exported)), 400, "invalid")
    assert not Study.objects.filter(slug="quay").exists()


def test_only_staff_import(ben, dora, eli, cast, exported, refused, by_token):
    for caller in (ben, dora, eli):
        refused(send(caller, exported), 404, "not_found")
    cast.dora.is_staff = True
    cast.dora.save()
    refused(send(dora, exported), 404, "not_found")
    refused(send(by_token("ada", "read"), exported), 403, "forbidden")
    assert send(by_token("ada"), exported).status_code == 200


def test_other_formats_are_not_read(ada, exported, refused):
    refused(send(ada, exported, "studies/harbour/import/csv/"), 404, "not_found")
    refused(send(ada, exported, "studies/harbour/import/xlsx/"), 404, "not_found")


def test_body_of_another_type_is_refused(ada, exported, refused):
    for content_type in ("application/json", "text/plain", "text/csv"):
        refused(send(ada, exported, content_type=content_type), 415, "media_type")
    refused(send(ada, exported, content_type=f"{LINES}; charset=utf-16"), 400, "bad_json")
    refused(send(ada, exported, content_encoding="gzip"), 415, "media_type")


def test_file_over_the_limit_is_refused_by_its_stated_and_by_its_real_length(by_token, exported, refused, monkeypatch):
    program = by_token("ada")
    refused(send(program, exported, content_length=str(parsers.LARGEST_FILE + 1)), 413, "too_large")
    monkeypatch.setattr(parsers, "LARGEST_FILE", len(exported) - 1)
    refused(send(program, exported), 413, "too_large")
    monkeypatch.setattr(parsers, "LARGEST_FILE", len(exported))
    assert send(program, exported).status_code == 200

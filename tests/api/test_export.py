"""Exports over HTTP: streamed, safe to open, and of what the viewer may see."""

import csv
import io
import json

import pytest

from annotator.actions.assignments import reveal_assignment, submit_assignment
from annotator.actions.study import add_member
from annotator.formats import FORMATS, jsonl

WORDS = "The ferry carried 1,200 people in May."
OPINION = "It is the best ferry on the coast."


def body_of(response) -> bytes:
    assert response.status_code == 200
    return b"".join(response)


def rows_of(response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body_of(response).decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("key", sorted(FORMATS))
def test_export_is_an_attachment_kept_nowhere(ben, stage, mark, key):
    mark("ben", WORDS, "fact")
    response = ben.get(f"studies/harbour/export/{key}/")
    assert response.streaming
    assert body_of(response)
    assert response.headers["Content-Disposition"].startswith('attachment; filename="harbour')
    assert "charset=utf-8" in response.headers["Content-Type"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-store"


def test_lossless_export_is_read_back(ben, stage, mark):
    note = " a\u2028b\r\n\U0001f9e0 "
    annotation = mark("ben", WORDS, "fact", note=note, ratings=[("slant", 1)])
    response = ben.get("studies/harbour/export/jsonl/")
    (document,) = jsonl.read(io.BytesIO(body_of(response)))
    (coding,) = document.codings
    (passage,) = coding.passages
    assert document.text == stage.revision.text
    assert (passage.id, passage.label, passage.note) == (annotation.pk, "fact", note)
    assert document.text[passage.start : passage.end] == WORDS


def test_table_has_a_row_for_each_label_with_its_offsets_and_the_demo_flag(ben, stage, mark):
    mark("ben", WORDS, "fact", ratings=[("slant", -1)])
    (row,) = rows_of(ben.get("studies/harbour/export/csv/"))
    assert WORDS in row.values()
    assert row["demo"] == "false"


def test_formula_in_a_note_is_no_formula_in_the_table(ben, stage, mark):
    mark("ben", WORDS, "fact", note="=1+1")
    (row,) = rows_of(ben.get("studies/harbour/export/csv/"))
    assert row["note"] == "'=1+1"


def test_every_row_of_a_demonstration_says_so(ben, stage, mark):
    stage.study.demo = True
    stage.study.save()
    mark("ben", WORDS, "fact")
    (row,) = rows_of(ben.get("studies/harbour/export/csv/"))
    assert row["demo"] == "true"
    header = json.loads(body_of(ben.get("studies/harbour/export/jsonl/")).splitlines()[0])
    assert header["demo"] is True


def test_reviewer_exports_own_work_only_and_not_a_byte_of_it_depends_on_others(ben, cast, stage, mark):
    mark("ben", WORDS, "fact")
    paths = [f"studies/harbour/export/{key}/" for key in FORMATS]
    before = [body_of(ben.get(path)) for path in paths]
    mark("cleo", OPINION, "opinion", note="a secret")
    submit_assignment(actor=cast.cleo, assignment_id=stage.assignments["cleo"].pk, accept_gaps=True)
    assert [body_of(ben.get(path)) for path in paths] == before


def test_others_work_is_exported_once_revealed_and_to_the_lead_once_submitted(ben, ada, dora, cast, stage, mark):
    mark("cleo", OPINION, "opinion", note="of cleo")
    path = "studies/harbour/export/csv/"
    assert b"of cleo" not in body_of(ada.get(path))
    submit_assignment(actor=cast.cleo, assignment_id=stage.assignments["cleo"].pk, accept_gaps=True)
    for caller in (ada, dora):
        assert b"of cleo" in body_of(caller.get(path))
    submit_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, accept_gaps=True)
    assert b"of cleo" not in body_of(ben.get(path))
    reveal_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk)
    assert b"of cleo" in body_of(ben.get(path))


def test_reader_of_an_open_study_exports_no_text(eli, cast, stage, mark):
    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="reader")
    mark("ben", WORDS, "fact")
    assert WORDS not in body_of(eli.get("studies/harbour/export/jsonl/")).decode()


def test_names_of_reviewers_are_in_no_export(ada, cast, stage, mark):
    mark("ben", WORDS, "fact")
    submit_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, accept_gaps=True)
    for key in FORMATS:
        content = body_of(ada.get(f"studies/harbour/export/{key}/")).decode()
        assert stage.study.memberships.get(user=cast.ben).pseudonym in content
        assert '"ben"' not in content
        assert ",ben," not in content


def test_unknown_format_and_study_are_not_there(ben, eli, stage, refused):
    refused(ben.get("studies/harbour/export/xlsx/"), 404, "not_found")
    refused(ben.get("studies/nothing/export/csv/"), 404, "not_found")
    refused(eli.get("studies/harbour/export/csv/"), 404, "not_found")
    refused(ben.get("studies/harbour/export/csv/?labels=fact"), 400, "unknown_parameter")


def test_export_is_given_whatever_the_client_accepts(ben, stage):
    assert ben.get("studies/harbour/export/csv/", accept="text/csv").status_code == 200


def test_token_exports_what_its_owner_sees(by_token, ben, stage, mark):
    mark("ben", WORDS, "fact")
    path = "studies/harbour/export/jsonl/"
    assert body_of(by_token("ben", "read").get(path)) == body_of(ben.get(path))

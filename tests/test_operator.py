"""The operator's commands, each in a process of its own upon a database of its own."""

import json
from pathlib import Path

import pytest

from annotator.formats import jsonl
from tests.processes import demo_database, fresh_database, manage, run_script

# Rounds, a reveal, a revision, a tombstone, evidence, notes with odd characters, a machine reviewer, a gold assignment.
WORK = """
from annotator.actions.account import create_user
from annotator.actions.annotation import Precondition, delete_annotation, save_annotation
from annotator.actions.assignments import (
    assign_revision, reveal_assignment, revise_assignment, submit_assignment)
from annotator.actions.rating import rate_document
from annotator.actions.study import add_member
from annotator.ids import uuid7
from annotator.models import Assignment, Study, User

new = Precondition(create=True)
study = Study.objects.get(slug="seeds")
admin = User.objects.get(username="admin")
machine = create_user(actor=admin, username="model", password=None, kind="machine")
add_member(actor=admin, study=study, user=machine)
judge = create_user(actor=admin, username="judge", password=None)
add_member(actor=admin, study=study, user=judge, role="adjudicator")
for revision in study.revisions.all():
    assign_revision(actor=admin, study=study, revision=revision, reviewer=machine)
    assign_revision(actor=admin, study=study, revision=revision, reviewer=judge, role="adjudicator")
for turn, assignment in enumerate(Assignment.objects.filter(study=study).order_by("pk")):
    text, who = assignment.revision.text, assignment.reviewer
    made = []
    for step in range(4):
        start = 40 + 90 * step + turn
        label = ("fact", "opinion", "ai")[step % 3]
        passage, _ = save_annotation(actor=who, annotation_id=uuid7(), assignment_id=assignment.pk, label=label,
            start=start, end=start + 70, quote=text[start:start + 70], note="\\r\\n\\u2028 =1+1 \\U0001f9e0 ",
            ratings=[("basis", 1)] if label == "ai" else [("slant", 1)], precondition=new)
        made.append(passage)
    rate_document(actor=who, assignment_id=assignment.pk, scale="credibility", point=2,
        evidence=[made[0].pk, made[3].pk], precondition=new)
    delete_annotation(actor=who, annotation_id=made[3].pk, versions={1})
    if turn % 3:
        submit_assignment(actor=who, assignment_id=assignment.pk, accept_gaps=True)
    if turn % 3 == 2 and assignment.role == "reviewer":
        reveal_assignment(actor=who, assignment_id=assignment.pk)
        second = revise_assignment(actor=who, assignment_id=assignment.pk, reason="Seen the others")
        if turn % 2:
            submit_assignment(actor=who, assignment_id=second.pk, accept_gaps=True)
"""

OPERATOR = """
from annotator.actions.account import create_user
create_user(actor=None, username="operator", password=None, is_staff=True, is_superuser=True)
"""


def test_an_export_fills_an_empty_database_with_equal_records(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    files = {}
    with demo_database(tmp_path / "a") as environment:
        run_script(environment, WORK)
        for slug in ("seeds", "demonstration"):
            files[slug] = tmp_path / f"{slug}.jsonl"
            manage(environment, "export_labels", slug, "--out", str(files[slug]))
        assert "Everything stored is as promised." in manage(environment, "verify").stdout
    with fresh_database(tmp_path / "b") as environment:
        manage(environment, "migrate")
        run_script(environment, OPERATOR)
        for slug, file in files.items():
            said = manage(environment, "import_labels", str(file)).stdout
            assert said.startswith("Imported 1 studies, "), said
            again = manage(environment, "import_labels", str(file)).stdout
            assert again.startswith("Imported 0 studies, 0 documents, 0 assignments and 0 annotations"), again
            back = tmp_path / f"{slug}-again.jsonl"
            manage(environment, "export_labels", slug, "--out", str(back))
            with file.open("rb") as first, back.open("rb") as second:
                assert jsonl.read(first) == jsonl.read(second)
        assert "Everything stored is as promised." in manage(environment, "verify").stdout
    with files["seeds"].open("rb") as stream:
        codings = [coding for document in jsonl.read(stream) for coding in document.codings]
    assert {coding.round for coding in codings} == {1, 2}
    assert {coding.kind for coding in codings} == {"human", "machine"}
    assert {coding.role for coding in codings} == {"reviewer", "adjudicator"}
    assert {coding.state for coding in codings} == {"open", "submitted"}
    assert any(passage.deleted_at for coding in codings for passage in coding.passages)
    assert any(passage.derived_from for coding in codings for passage in coding.passages)


def test_every_row_of_the_demonstration_says_that_it_is_invented(tmp_path: Path) -> None:
    with demo_database(tmp_path) as environment:
        rows = [json.loads(line) for line in manage(environment, "export_labels", "demonstration").stdout.splitlines()]
        table = manage(environment, "export_labels", "demonstration", "--format", "csv").stdout
    kinds = {row["type"] for row in rows if row.get("demo") is not True}
    assert kinds <= {"codebook", "end"}
    assert sum(row["type"] == "annotation" for row in rows) > 20
    lines = table.splitlines()
    place = lines[0].lstrip("\ufeff").split(",").index("demo")
    assert all(line.split(",")[place] == "true" for line in lines[1:] if line.startswith("demonstration,"))


def test_an_import_with_one_bad_row_stores_nothing(tmp_path: Path) -> None:
    with demo_database(tmp_path) as environment:
        file = tmp_path / "demonstration.jsonl"
        manage(environment, "export_labels", "demonstration", "--out", str(file))
        lines = file.read_text().splitlines()
        bad = next(index for index, line in enumerate(lines) if '"type":"annotation"' in line)
        row = json.loads(lines[bad])
        lines[bad] = json.dumps({**row, "end": row["end"] + 1})
        file.write_text("\n".join(lines) + "\n")
        with pytest.raises(AssertionError, match=f"line {bad + 1}, "):
            manage(environment, "import_labels", str(file), "--as", "admin")

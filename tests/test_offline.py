"""Figures from an export alone, in a process that has no Django, and the operator's command: the API's own."""

import io
import json
import subprocess
import sys
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from annotator.actions.assignments import assign_revision, reveal_assignment, revise_assignment, submit_assignment
from annotator.actions.study import add_member, add_revisions, create_study
from annotator.agreement.gamma import best_disorder
from annotator.agreement.plain_text import report_lines
from annotator.agreement.report import report
from annotator.formats import jsonl
from annotator.models import User
from annotator.offline import AskedError, figures_of, main
from tests.agreement.making import make_coding, make_document
from tests.agreement.test_report import make_study, many_documents
from tests.processes import ROOT

WITHOUT_DJANGO = """
import runpy, sys
sys.modules["django"] = None  # importing it raises ImportError
runpy.run_module("annotator.offline", run_name="__main__", alter_sys=True)
"""
FERRY, BEST, MACHINE = (
    "The ferry carried 1,200 people in May.",
    "It is the best ferry on the coast.",
    "\U0001f9e0 Parts of this text were made with AI help.",
)


@pytest.fixture
def worked(stage, cast, mark, make_document):
    """Two documents submitted by two people and a machine; one second round; a third document still open."""
    robot = User.objects.create(username="robot", kind=User.Kind.MACHINE)
    add_member(actor=cast.ada, study=stage.study, user=robot)
    more = [make_document("b-text", stage.revision.text + "More."), make_document("c-text", "Short.")]
    add_revisions(actor=cast.ada, study=stage.study, revisions=more)
    people = {"ben": cast.ben, "cleo": cast.cleo, "robot": robot}
    works = dict(stage.assignments)
    works["robot"] = assign_revision(actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=robot)
    for name in people:
        works[name, 2] = assign_revision(actor=cast.ada, study=stage.study, revision=more[0], reviewer=people[name])
    assign_revision(actor=cast.ada, study=stage.study, revision=more[1], reviewer=cast.ben)
    for key, assignment in works.items():
        name = key if isinstance(key, str) else key[0]
        mark("ben", FERRY, "fact", assignment=assignment, ratings=[("slant", {"ben": 0, "cleo": 1, "robot": 9}[name])])
        if name != "cleo":
            mark("ben", MACHINE, "ai", assignment=assignment, ratings=[("basis", 1)])
        if name != "ben":
            mark("ben", BEST, "opinion", assignment=assignment, ratings=[("slant", 2)])
        submit_assignment(actor=people[name], assignment_id=assignment.pk, accept_gaps=True)
    reveal_assignment(actor=cast.ben, assignment_id=works["ben"].pk)
    second = revise_assignment(actor=cast.ben, assignment_id=works["ben"].pk, reason="I see.")
    submit_assignment(actor=cast.ben, assignment_id=second.pk, accept_gaps=True)
    return stage


@pytest.fixture
def api(cast):
    client = APIClient()
    client.force_login(cast.ada)

    def get(path):
        answer = client.get(f"/api/v1/studies/{path}")
        assert answer.status_code == 200
        return b"".join(answer.streaming_content) if answer.streaming else answer.content

    return get


def offline(path, *arguments):
    """Run the module on a file in a process of its own, without Django."""
    command = [sys.executable, "-c", WITHOUT_DJANGO, str(path), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_what_the_api_answers_follows_from_the_export_alone(worked, api, tmp_path):
    path = tmp_path / "harbour.jsonl"
    path.write_bytes(api("harbour/export/jsonl/"))
    done = offline(path, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == json.loads(api("harbour/agreement/"))
    with path.open("rb") as stream:
        documents = jsonl.read(stream)
    for query, choice in (
        ("work=first", {"work": "first"}),
        ("work=second", {"work": "second"}),
        ("work=calibrated&include_machines=true", {"work": "calibrated", "include_machines": True}),
        ("include_machines=true", {"include_machines": True}),
        ("of=label-fact&work=first", {"of": "label-fact", "work": "first"}),
        ("of=all&include_machines=true", {"of": "all", "include_machines": True}),
        ("document=b-text&work=first", {"document": "b-text", "work": "first"}),
    ):
        answer = json.loads(api(f"harbour/agreement/?{query}"))
        assert json.loads(json.dumps(figures_of(documents, **choice).as_dict())) == answer, query
    assert (
        json.loads(api("harbour/agreement/?include_machines=true"))["report"]["reviewers"]
        != answer["report"]["reviewers"]
    )


def test_command_prints_what_the_api_answers_and_tables(worked, api):
    def command(*arguments):
        out = io.StringIO()
        call_command("agreement", "harbour", *arguments, stdout=out)
        return out.getvalue()

    assert json.loads(command("--json")) == json.loads(api("harbour/agreement/"))
    chosen = command("--json", "--work", "first", "--include-machines", "--document", "b-text", "--revision", "1")
    assert json.loads(chosen) == json.loads(
        api("harbour/agreement/?work=first&include_machines=true&document=b-text&revision=1")
    )
    assert "Over 2 documents and 2 reviewers" in command("--width", "140")


def test_gamma_is_printed_document_by_document(worked, api):
    pytest.importorskip("scipy", reason="SciPy, which finds the best alignment, is missing")

    def command(*arguments):
        out = io.StringIO()
        call_command("gamma", "harbour", *arguments, stdout=out)
        return out.getvalue()

    documents = {each.slug: each for each in jsonl.read(io.BytesIO(api("harbour/export/jsonl/")))}
    found = json.loads(command("--json", "--work", "first", "--include-machines", "--beta", "2"))
    assert [found[name] for name in ("study", "work", "alpha", "beta")] == ["harbour", "first", 1, 2]
    assert {each["slug"] for each in found["documents"]} == documents.keys() - {"c-text"}
    for each in found["documents"]:
        kept = [
            coding for coding in documents[each["slug"]].codings if coding.round == 1 and coding.state == "submitted"
        ]
        reviewers = [[(p.start, p.end, p.label) for p in coding.passages] for coding in kept]
        assert each["observed"] == pytest.approx(best_disorder(reviewers, beta=2))
        assert each["value"] == pytest.approx(1 - each["observed"] / each["expected"])
        assert each["n_reviewers"] == 3
    text = command("--document", "b-text")
    assert text.startswith("Gamma in “")
    assert "2 reviewers, 4 passages, disorder" in text
    for arguments, words in (
        (["nowhere"], "There is no study “nowhere”."),
        (["harbour", "--document", "c-text"], "Nobody has submitted work on c-text"),
        (["harbour", "--alpha=-1"], "“-1” is not a weight"),
        (["harbour", "--precision", "nan"], "“nan” is not a share"),
    ):
        with pytest.raises(CommandError, match=words):
            call_command("gamma", *arguments)


def test_gamma_without_scipy_says_how_to_get_it(worked, monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(CommandError, match=r"Gamma needs SciPy\. Install it with: pip install"):
        call_command("gamma", "harbour")


def test_command_and_file_name_what_there_is_where_something_is_unknown(worked, cast, tmp_path, api, capsys):
    create_study(actor=cast.ada, slug="bare", title="Bare", codebook=worked.codebook, revisions=[worked.revision])
    for arguments, words in (
        (["nowhere"], "There is no study “nowhere”. Studies here: bare, harbour."),
        (["bare"], "Nobody has submitted work in “Bare”, so there is nothing to compare."),
        (
            ["harbour", "--work", "gold"],
            "“gold” is no choice of work; there are independent, calibrated, first, second.",
        ),
        (["harbour", "--document", "x"], "There is no document “x” in this study."),
        (["harbour", "--document", "b-text", "--revision", "2"], "“b-text” has no revision 2 here; it has 1."),
        (["harbour", "--revision", "2"], "Name the document whose revision is meant."),
        (["harbour", "--document", "c-text"], "Nobody has submitted work on c-text, revision 1, so there is nothing"),
    ):
        with pytest.raises(CommandError) as refusal:
            call_command("agreement", *arguments)
        assert str(refusal.value).startswith(words)
    path = tmp_path / "harbour.jsonl"
    path.write_bytes(api("harbour/export/jsonl/"))
    for arguments, words in (
        (["--study", "x"], "There is no study “x” in the file; it has harbour."),
        (["--work", "gold"], "“gold” is no choice of work"),
        (["--document", "x"], "There is no document “x” in this study of the file."),
        (["--document", "b-text", "--revision", "7"], "“b-text” has no revision 7 here; it has 1."),
        (["--of", "x"], "Reviewers are not compared on “x”; there are all, label-fact"),
        (["--revision", "1"], "Name the document whose revision is meant."),
        (["--document", "c-text"], "Nobody has submitted work on c-text"),
    ):
        assert main([str(path), *arguments]) == 1
        assert capsys.readouterr().err.startswith(words)


def test_files_that_cannot_be_measured_are_refused_in_words(tmp_path, capsys):
    assert main([str(tmp_path / "none.jsonl")]) == 1
    assert "The file cannot be read: No such file" in capsys.readouterr().err
    broken = tmp_path / "broken.jsonl"
    broken.write_text("{}\n")
    assert main([str(broken)]) == 1
    assert "The file is not as it should be" in capsys.readouterr().err
    with pytest.raises(AskedError, match="no document"):
        figures_of([])


def test_texts_left_out_of_an_export_are_missed_in_words(worked, tmp_path, capsys):
    path = tmp_path / "bare.jsonl"
    call_command("export_labels", "harbour", "--without-texts", "--out", str(path))
    assert main([str(path)]) == 1
    assert "text" in capsys.readouterr().err


def printed(documents, width):
    found = figures_of(documents)
    return list(report_lines(found.report, width, found.heading))


def test_wide_tables_are_aligned_and_give_each_reason_once():
    lines = printed(many_documents(), 150)
    start = lines.index("Labels")
    heads, *rows = lines[start + 2 : start + 6]
    words = "α sentences  95 % interval  without one  u-α  α characters  agreement  marked  passages  reviewers"
    assert " ".join(heads.split()) == f"{words}  documents  sentences".replace("  ", " ")
    assert [row.split()[0] for row in rows] == ["Fact", "Opinion", "AI-generated"]
    fact = report(many_documents()).labels[0]
    assert f"{fact.sentence_alpha.value:.3f}" in rows[0]
    assert f"{fact.interval.low:.3f} to {fact.interval.high:.3f}".replace("-", "−") in rows[0]
    for number in range(len(rows)):
        assert len(rows[number]) == len(heads)
    assert sum("Not computable: no two reviewers judged the same passage on this scale." in line for line in lines) == 2
    assert max(map(len, lines)) <= 150


def test_narrow_print_gives_a_figure_a_line_with_its_reason():
    lines = printed(make_study(), 48)
    assert max(map(len, lines)) <= 48
    words = " ".join(" ".join(lines).split())
    assert "Fact α sentences " in words
    assert "95 % interval – No interval: fewer than three documents could be compared." in words
    assert "Alone: fewer than two reviewers have submitted this document" in words
    assert "Empty: the text is empty" in words


def test_wide_letters_keep_the_columns_straight():
    titles = ("見出し", "e\u0301te\u0301", "plain")
    documents = [
        make_document([make_coding("ann", [("fact", 0, 10)]), make_coding("bob", [("fact", 0, 20)])], slug=f"s{number}")
        for number in range(3)
    ]
    lines = printed([replace(each, title=title) for each, title in zip(documents, titles, strict=True)], 120)
    rows = [line for line in lines if line.startswith(titles)]
    assert len(rows) == 3
    assert len({line.index(".") + (3 if "見" in line else -2 if "\u0301" in line else 0) for line in rows}) == 1

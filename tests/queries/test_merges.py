"""Two labels merged and the merge undone: figures and files follow, and nothing that was said is rewritten."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.cache import caches

from annotator.actions.assignments import assign_revision, submit_assignment
from annotator.actions.codebook import publish_codebook, rewrite_codebook, start_next_version
from annotator.actions.errors import InvalidError, NotFoundError, StaleError
from annotator.actions.study import add_member, use_codebook
from annotator.agreement.selection import WORK
from annotator.formats import FORMATS, jsonl
from annotator.models import Annotation, Event
from annotator.models.descriptions import codebook_info
from annotator.offline import published_figures
from annotator.queries import figures_for, reading_rows
from annotator.queries.exports import export_pieces

FERRY, BEST = "The ferry carried 1,200 people in May.", "It is the best ferry on the coast."


def merged(stage: Any, actor: Any) -> Any:
    """Version 2 of the stage's codebook, published: fact and opinion are one label, claim."""
    draft = start_next_version(actor=actor, codebook=stage.codebook)
    info = codebook_info(draft)
    fact, opinion, machine = info.labels
    claim = replace(fact, code="claim", name="Claim", replaces=fact.replaces + opinion.replaces)
    scales = tuple(replace(scale, labels=("claim",)) if "fact" in scale.labels else scale for scale in info.scales)
    rewrite_codebook(actor=actor, codebook=draft, info=replace(info, labels=(claim, machine), scales=scales))
    return publish_codebook(actor=actor, codebook=draft)


@pytest.fixture
def work(stage: Any, mark: Callable[..., Any]) -> None:
    """Ben calls the ferry's sentence a fact, cleo an opinion; both call the next one that, and submit."""
    mark("ben", FERRY, "fact", ratings=[("slant", 1)])
    mark("cleo", FERRY, "opinion", ratings=[("slant", 1)])
    mark("ben", BEST, "opinion", ratings=[("slant", 2)])
    mark("cleo", BEST, "opinion", ratings=[("slant", 0)])
    for assignment in stage.assignments.values():
        submit_assignment(actor=assignment.reviewer, assignment_id=assignment.pk, accept_gaps=True)


def everything(stage: Any, viewer: Any) -> tuple[Any, ...]:
    """The report and every export, made anew."""
    caches["figures"].clear()
    stage.study.refresh_from_db()
    report = figures_for(stage.study, viewer).report(WORK["independent"]).as_dict()
    return report, *("".join(export_pieces(stage.study, viewer, module)) for module in FORMATS.values())


def test_a_merge_changes_the_figures_rewrites_nothing_and_is_undone(stage: Any, work: None, cast: Any) -> None:
    rows = list(Annotation.objects.order_by("pk").values())
    before = everything(stage, cast.ada)
    newer = merged(stage, cast.ada)
    use_codebook(actor=cast.ada, study=stage.study, codebook=newer)
    report, file, table, _ = everything(stage, cast.ada)
    claim = report["labels"][0]
    assert (claim["label"], claim["n_passages"]) == ("claim", 4)
    assert claim["sentence_alpha"]["value"] == 1
    assert report["unknown_labels"] == {}
    slant = next(scale for scale in report["scales"] if scale["scale"] == "slant")
    assert slant["n_units"] == 2
    assert list(Annotation.objects.order_by("pk").values()) == rows
    listed = csv.DictReader(StringIO(table.removeprefix("\ufeff")))
    assert sorted((row["codebook_version"], row["label"], row["read_as"]) for row in listed) == [
        ("1", "fact", "claim"),
        *[("1", "opinion", "claim")] * 3,
    ]
    assert published_figures(file.splitlines())["report"] == report
    (read,) = jsonl.read(file.splitlines())
    assert {coding.codebook for coding in read.codings} == {("small", 1)}
    assert read.codebooks["small", 2].labels[0].replaces == (("small", 1, "fact"), ("small", 1, "opinion"))
    use_codebook(actor=cast.ada, study=stage.study, codebook=stage.codebook)
    assert everything(stage, cast.ada) == before


def test_a_preview_counts_what_would_be_read_as_something_else(stage: Any, work: None, cast: Any) -> None:
    newer = merged(stage, cast.ada)
    rows = {row.label: (row.what, row.heirs, row.n_annotations) for row in reading_rows(stage.study, newer, cast.ada)}
    assert rows == {
        "fact": ("merged", ("claim",), 1),
        "opinion": ("merged", ("claim",), 3),
        "ai": ("same", ("ai",), 0),
    }
    assert reading_rows(stage.study, newer, cast.eli) == []


def renamed(codebook: Any, actor: Any, code: str, newer: str) -> Any:
    """The next version of a codebook, published, in which one label has another code."""
    draft = start_next_version(actor=actor, codebook=codebook)
    info = codebook_info(draft)
    labels = tuple(replace(label, code=newer) if label.code == code else label for label in info.labels)
    scales = tuple(
        replace(scale, labels=tuple(newer if each == code else each for each in scale.labels)) for scale in info.scales
    )
    rewrite_codebook(actor=actor, codebook=draft, info=replace(info, labels=labels, scales=scales))
    return publish_codebook(actor=actor, codebook=draft)


def test_work_is_read_through_all_versions_in_between_though_some_of_it_was_made_with_one_of_them(
    stage: Any, work: None, cast: Any, mark: Callable[..., Any]
) -> None:
    second = renamed(stage.codebook, cast.ada, "fact", "claim")
    third = renamed(second, cast.ada, "claim", "statement")
    use_codebook(actor=cast.ada, study=stage.study, codebook=third)
    add_member(actor=cast.ada, study=stage.study, user=cast.eli)
    late = assign_revision(actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.eli)
    mark("ben", FERRY, "statement", assignment=late)
    submit_assignment(actor=cast.eli, assignment_id=late.pk, accept_gaps=True)
    fourth = renamed(third, cast.ada, "statement", "assertion")
    use_codebook(actor=cast.ada, study=stage.study, codebook=fourth)
    report, file, table, _ = everything(stage, cast.ada)
    assert report["unknown_labels"] == {}
    assert (report["labels"][0]["label"], report["labels"][0]["n_passages"]) == ("assertion", 2)
    listed = csv.DictReader(StringIO(table.removeprefix("\ufeff")))
    read_as = {(row["codebook_version"], row["label"]): row["read_as"] for row in listed if row["label"] != "opinion"}
    assert read_as == {("1", "fact"): "assertion", ("3", "statement"): "assertion"}
    assert published_figures(file.splitlines())["report"] == report
    assert [row["version"] for row in map(json.loads, file.splitlines()) if row["type"] == "codebook"] == [1, 2, 3, 4]


def test_only_who_runs_the_study_takes_another_published_version_of_its_codebook(
    stage: Any, work: None, cast: Any
) -> None:
    draft = start_next_version(actor=cast.ada, codebook=stage.codebook)
    with pytest.raises(InvalidError):
        use_codebook(actor=cast.ada, study=stage.study, codebook=draft)
    draft = publish_codebook(actor=cast.ada, codebook=draft)
    with pytest.raises(NotFoundError):
        use_codebook(actor=cast.ben, study=stage.study, codebook=draft)
    with pytest.raises(StaleError):
        use_codebook(actor=cast.ada, study=stage.study, codebook=draft, seen=7)
    use_codebook(actor=cast.ada, study=stage.study, codebook=draft, seen=1)
    event = Event.objects.filter(kind="study", verb="changed").latest("pk")
    assert (event.before["version"], event.after["version"]) == (1, 2)


def test_a_lead_who_reviews_blind_is_told_no_number_of_others_work(stage: Any, work: None, cast: Any) -> None:
    newer = merged(stage, cast.ada)
    assert sum(row.n_annotations for row in reading_rows(stage.study, newer, cast.ada)) == 4
    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="lead")
    add_member(actor=cast.ada, study=stage.study, user=cast.ada)
    own = assign_revision(actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.ada)
    assert reading_rows(stage.study, newer, cast.ada) == []
    submit_assignment(actor=cast.ada, assignment_id=own.pk, accept_gaps=True)
    assert reading_rows(stage.study, newer, cast.ada) == [], "submitted, and others' work not shown yet"

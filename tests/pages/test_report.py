"""The report to cite: blind before the reveal, every part there, and its figures and hash those of the export."""

import hashlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from annotator.actions.assignments import revise_assignment, submit_assignment
from annotator.actions.study import add_member, close_study
from annotator.models import Annotation
from annotator.offline import published_figures
from tests.pages.conftest import FERRY, Page

URL = "/studies/harbour/report/"
EXPORT = "/api/v1/studies/harbour/export/jsonl/"


def exported(client: Client) -> bytes:
    return b"".join(client.get(EXPORT).streaming_content)


def test_before_the_reveal_there_is_the_sentence_of_the_study_and_no_hash(
    read: Callable[..., Page], marked: None
) -> None:
    words = read("ben", URL).words
    assert "Agreement is shown once you have submitted a document" in words
    assert "SHA-256" not in words
    assert "α" not in words


@pytest.mark.parametrize("name", ["ben", "ada", "dora"])
def test_the_hash_is_that_of_the_bytes_the_export_gives_the_same_viewer(
    as_: Callable[[str], Client], marked: None, reveal: Callable[..., None], name: str
) -> None:
    reveal("ben")
    client = as_(name)
    page = client.get(URL)
    digest = hashlib.sha256(exported(client)).hexdigest()
    assert page.context["digest"] == digest
    assert page.content.decode().count(digest) == 2  # beside the export, and in the citation
    assert f"http://testserver{EXPORT}" in page.content.decode()


def test_what_different_viewers_may_see_has_different_hashes(
    as_: Callable[[str], Client], stage: Any, cast: SimpleNamespace, marked: None, reveal: Callable[..., None]
) -> None:
    reveal("ben")
    passage = Annotation.objects.filter(assignment=stage.assignments["cleo"]).first()
    assert str(passage.pk).encode() in exported(as_("ben"))
    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="reader")
    close_study(actor=cast.ada, study=stage.study)
    reader, reviewer = as_("eli").get(URL), as_("ben").get(URL)
    assert reader.context["digest"] == hashlib.sha256(exported(as_("eli"))).hexdigest()
    assert reader.context["digest"] != reviewer.context["digest"]
    assert "ask the study’s lead for theirs" in reader.content.decode()
    assert "annotator.offline" not in reader.content.decode()


@pytest.mark.parametrize("blinding", ["until_submitted", "open"])
def test_the_command_it_prints_brings_back_its_figures_from_the_export(
    make_stage: Callable[..., Any], as_: Callable[[str], Client], blinding: str
) -> None:
    stage = make_stage(blinding=blinding)
    from annotator.actions.annotation import Precondition, save_annotation
    from annotator.ids import uuid7

    for name, label in (("ben", "fact"), ("cleo", "opinion")):
        work = stage.assignments[name]
        start, end = stage.span(FERRY)
        save_annotation(
            actor=work.reviewer,
            annotation_id=uuid7(),
            assignment_id=work.pk,
            label=label,
            start=start,
            end=end,
            quote=FERRY,
            precondition=Precondition(create=True),
        )
        submit_assignment(actor=work.reviewer, assignment_id=work.pk, accept_gaps=True)
    client = as_("ada")
    page = client.get(URL)
    assert "python -m annotator.offline harbour.jsonl" in page.content.decode()
    found = published_figures(exported(client).splitlines(keepends=True))["report"]
    shown = page.context["report"].as_dict()
    assert found["n_documents"] == shown["n_documents"] == 1
    for part in ("labels", "scales", "together", "left_out", "reviewers"):
        assert found[part] == shown[part], part


def test_every_part_of_the_appendix_is_there(
    read: Callable[..., Page], stage: Any, marked: None, reveal: Callable[..., None]
) -> None:
    reveal("ben", "cleo")
    second = revise_assignment(
        actor=stage.assignments["cleo"].reviewer, assignment_id=stage.assignments["cleo"].pk, reason="seen"
    )
    submit_assignment(actor=second.reviewer, assignment_id=second.pk, accept_gaps=True)
    page = read("ben", URL)
    names = dict(stage.study.memberships.values_list("user__username", "pseudonym"))
    for words in (
        "asked to see it. What they began after that in this study does not count as independent.",
        "Checkable.",  # a label's definition
        "slant -2",  # a point of a scale
        "Mark sentences.",  # the guidelines, as markup
        stage.revision.sha256,
        f"{stage.revision.length:,}",
        "not stated",  # the licence
        names["ben"],
        names["cleo"],
        "round 2: 1",
        "1 piece of work: round 2",
        "no reliability data",
        "No machine reviewer has submitted work here.",
        f"Credence {settings.VERSION}",
        "Suggested citation:",
        "Study “harbour” with codebook small, version 1, over 1 document and 2 reviewers.",
        "Not computable: no two reviewers judged the same document on this scale.",
        "No interval: fewer than three documents could be compared.",
    ):
        assert words in page.words, words
    assert "cleo" not in page.words
    assert {"design", "codebook", "reviewers", "documents", "method", "figures", "left-out", "check"} <= {
        section.get("id") for section in page.all("section")
    }


def test_what_is_counted_does_not_hang_on_the_address(
    as_: Callable[[str], Client], marked: None, reveal: Callable[..., None]
) -> None:
    reveal("ben")
    client = as_("ada")
    usual, asked = client.get(URL), client.get(f"{URL}?work=calibrated")
    assert asked.context["work"].key == usual.context["work"].key == "independent"
    assert Page(asked.content.decode()).words == Page(usual.content.decode()).words


def test_a_study_in_which_nobody_has_submitted_says_so(read: Callable[..., Page], stage: Any) -> None:
    words = read("ada", URL).words
    assert "No document has two submitted pieces of work that can be compared" in words
    assert "nobody has submitted it" in words
    assert "Nobody’s submitted work is seen here yet." in words

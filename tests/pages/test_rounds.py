"""Second rounds and machines: apart from the figures, worded so, and blind before the reveal."""

import csv
import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from annotator.actions.assignments import assign_revision, revise_assignment, submit_assignment
from annotator.actions.study import add_member
from annotator.models import User
from tests.pages.conftest import BEST, FERRY, Page

URL = "/studies/harbour/rounds/"


def file_of(client: Any, key: str) -> list[dict[str, str]]:
    """Read a file that the page links, as a spreadsheet would."""
    assert f'href="/studies/harbour/figures/{key}.csv"' in client.get(URL).content.decode()
    response = client.get(f"/studies/harbour/figures/{key}.csv")
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


@pytest.fixture
def revised(stage: Any, marked: None, reveal: Callable[..., None], mark: Callable[..., Any]) -> None:
    """Ben and cleo have seen each other's work; cleo adds a passage of ben's in a second round, ben changes nothing."""
    reveal("ben", "cleo")
    for name in ("ben", "cleo"):
        first = stage.assignments[name]
        second = revise_assignment(actor=first.reviewer, assignment_id=first.pk, reason="seen the others")
        if name == "cleo":
            mark("cleo", BEST, "opinion", assignment=second, ratings=[("slant", 1)])
        submit_assignment(actor=first.reviewer, assignment_id=second.pk, accept_gaps=True)


def test_before_the_reveal_there_is_the_sentence_of_the_study(read: Callable[..., Page], marked: None) -> None:
    words = read("ben", URL).words
    assert "Agreement is shown once you have submitted a document" in words
    assert "machine" not in words.replace("Second rounds and machines", "")


def test_what_has_not_happened_is_said(read: Callable[..., Page], marked: None, reveal: Callable[..., None]) -> None:
    reveal("ben")
    words = read("ben", URL).words
    assert "No document has a first round that counts and a second round of the same reviewer." in words
    assert "No machine reviewer has submitted work here." in words


def test_second_rounds_stand_beside_first_ones_and_are_called_no_reliability_data(
    read: Callable[..., Page], as_: Callable[[str], Any], urls: SimpleNamespace, revised: None
) -> None:
    page = read("ben", URL)
    assert "1 document, 2 first rounds and the second rounds of the same reviewers" in page.words
    assert "no reliability data" in page.words
    assert "1 of 2 second rounds change nothing." in page.words
    context = as_("ben").get(URL).context
    opinion = next(pair for pair in context["pairs"] if pair.code == "opinion")
    assert opinion.before.value < opinion.after.value == 1
    (changed,) = file_of(as_("ben"), "changes")
    assert (changed["document"], changed["kept"], changed["added"]) == ("harbour-text", "4", "1")
    changes = context["rounds"].changes
    assert (changes.before, changes.kept, changes.added, changes.after) == (4, 4, 1, 5)
    rows = as_("ben").get("/studies/harbour/figures/rounds.csv").content.decode("utf-8-sig").splitlines()
    (line,) = [row for row in rows if row.startswith("label,opinion,")]
    assert line == f"label,opinion,{opinion.before.value},,1.0,"
    shown = as_("ben").get(urls.study).context["report"]
    assert shown.labels[1].sentence_alpha == opinion.before  # the study's own figure is that of the first rounds


def test_a_machine_stands_apart_from_people(
    read: Callable[..., Page],
    as_: Callable[[str], Any],
    urls: SimpleNamespace,
    stage: Any,
    cast: SimpleNamespace,
    mark: Callable[..., Any],
    marked: None,
    reveal: Callable[..., None],
) -> None:
    reveal("ben")
    before = as_("ben").get(urls.study).context["report"].labels
    model = User.objects.create(username="model", kind=User.Kind.MACHINE)
    name = add_member(actor=cast.ada, study=stage.study, user=model).pseudonym
    work = assign_revision(actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=model)
    mark("ben", FERRY, "fact", assignment=work, ratings=[("slant", 0)])
    mark("ben", BEST, "fact", assignment=work, ratings=[("slant", 0)])
    submit_assignment(actor=model, assignment_id=work.pk, accept_gaps=True)
    page = read("ben", URL)
    assert name in page.words
    assert "machine, 1 document compared" in page.words
    row = as_("ben").get(URL).context["machines"][0].labels[0]
    assert (row.machine, row.people, row.both) == (len(FERRY) + len(BEST), len(FERRY), len(FERRY))
    assert as_("ben").get(urls.study).context["report"].labels == before
    told = {(each["kind"], each["code"]): each for each in file_of(as_("ben"), "machines")}
    assert told["label", "fact"]["characters_both"] == str(len(FERRY))
    assert (told["label", "fact"]["machine"], told["scale", "credibility"]["units"]) == (name, "0")

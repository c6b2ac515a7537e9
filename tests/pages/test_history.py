"""The history of a study, a document and a passage: what each of the cast reads, and how it is told."""

import re
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotator.actions.annotation import Precondition, delete_annotation, save_annotation
from annotator.actions.assignments import reopen_assignment, submit_assignment
from annotator.actions.entrance import create_code, create_invitation, revoke_entrance
from annotator.actions.rating import clear_document_rating, rate_document
from annotator.actions.reclaiming import give_back_assignments, reclaim_assignments, set_deadlines
from annotator.actions.study import add_member, close_study, remove_member, use_codebook
from annotator.ids import uuid7
from annotator.models import ClassCode, Event
from tests.actions.test_recoding import split
from tests.pages.conftest import BEST, FERRY, Page

URL = "/studies/harbour/history/"
DOCUMENT = "/studies/harbour/documents/harbour-text/history/"
NEW = Precondition(create=True)


def version(number: int) -> Precondition:
    return Precondition(versions=frozenset({number}))


def relabel(annotation: Any, label: str, words: str, note: str = "", **more: Any) -> None:
    """Save a passage of its reviewer's again under another label."""
    annotation.refresh_from_db()
    save_annotation(
        actor=annotation.assignment.reviewer,
        annotation_id=annotation.pk,
        assignment_id=annotation.assignment_id,
        label=label,
        start=annotation.start,
        end=annotation.end,
        quote=words,
        note=note,
        precondition=version(annotation.version),
        **more,
    )


def plain(page: Page) -> str:
    """The words of a page with single spaces."""
    return re.sub(r"\s+", " ", page.words)


@pytest.fixture
def pseudonyms(stage: Any) -> dict[str, str]:
    """Pseudonyms by name."""
    return dict(stage.study.memberships.values_list("user__username", "pseudonym"))


def test_acts_are_told_in_words_the_newest_first(
    read: Callable[..., Page], stage: Any, mark: Callable[..., Any], pseudonyms: dict[str, str], cast: SimpleNamespace
) -> None:
    passage = mark("ben", FERRY, "fact", ratings=[("slant", 1)])
    relabel(passage, "opinion", FERRY, note="Says who?", ratings=[("slant", -2)])
    delete_annotation(actor=cast.ben, annotation_id=passage.pk, versions={2})
    mine = {"actor": cast.ben, "assignment_id": stage.assignments["ben"].pk, "scale": "credibility"}
    rate_document(**mine, point=2, precondition=NEW)
    rate_document(**mine, point=3, precondition=version(1))
    clear_document_rating(**mine, precondition=version(2))
    ben = pseudonyms["ben"]
    said = [
        f"{ben} took a rating back: How credible? step 3.",
        f"{ben} rated the document: How credible? step 3. it was How credible? step 2",
        f"{ben} rated the document: How credible? step 2.",
        f"{ben} deleted “{FERRY}”, Opinion.",
        f"{ben} relabelled “{FERRY}” from Fact to Opinion. Which way? slant -2 · note written",
        f"{ben} marked “{FERRY}” as Fact. Which way? slant 1",
    ]
    words = plain(read("ben", URL))
    places = [words.find(each) for each in said]
    assert -1 not in places, said[places.index(-1)]
    assert places == sorted(places)


def test_borders_that_moved_are_told_with_the_words_before(
    read: Callable[..., Page], stage: Any, mark: Callable[..., Any], cast: SimpleNamespace
) -> None:
    passage = mark("ben", FERRY, "fact")
    start, end = stage.span("The ferry")
    save_annotation(
        actor=cast.ben,
        annotation_id=passage.pk,
        assignment_id=passage.assignment_id,
        label="fact",
        start=start,
        end=end,
        quote="The ferry",
        precondition=version(1),
    )
    assert f"moved the borders of a passage to “The ferry”, Fact. it was “{FERRY}”" in plain(read("ben", URL))


def test_a_reviewer_reads_their_own_acts_only_and_a_lead_work_once_it_is_submitted(
    read: Callable[..., Page],
    stage: Any,
    mark: Callable[..., Any],
    submit: Callable[..., None],
    reveal: Callable[..., None],
    pseudonyms: dict[str, str],
) -> None:
    mark("ben", FERRY, "fact")
    mark("cleo", BEST, "opinion")
    for name in ("ada", "dora"):
        assert "marked" not in plain(read(name, URL)).partition("Nothing here")[2].partition("Day (UTC)")[2]
    submit("ben")
    for name in ("ada", "dora"):
        words = plain(read(name, URL))
        assert f"{pseudonyms['ben']} marked “{FERRY}” as Fact" in words
        assert f"{pseudonyms['ben']} submitted the work" in words
        assert BEST not in words
    submit("cleo")
    reveal("ben")
    words = plain(read("ben", URL))
    assert f"{pseudonyms['ben']} was shown others’ work" in words
    assert pseudonyms["cleo"] not in words, "not even after the reveal: the log of others is not shown"
    assert f"{pseudonyms['cleo']} marked “{BEST}”" in plain(read("dora", DOCUMENT))


def test_a_colleague_at_work_changes_no_word_of_a_reviewers_history(
    read: Callable[..., Page], stage: Any, mark: Callable[..., Any], submit: Callable[..., None]
) -> None:
    mark("ben", FERRY, "fact")
    before = [read("ben", path).words for path in (URL, DOCUMENT)]
    mark("cleo", BEST, "opinion")
    submit("cleo")
    assert [read("ben", path).words for path in (URL, DOCUMENT)] == before


def test_names_reach_nobody_and_outsiders_nothing(
    read: Callable[..., Page], as_: Callable[[str], Client], stage: Any, marked: None
) -> None:
    for name in ("ada", "dora"):
        assert not re.search(r"\b(ben|cleo)\b", read(name, URL).words)
    for path in (URL, DOCUMENT):
        assert as_("eli").get(path).status_code == 404
        assert as_("anonymous").get(path).status_code == 302


def test_what_the_study_did_is_told_to_those_who_run_it(
    read: Callable[..., Page], stage: Any, cast: SimpleNamespace, make_document: Callable[..., Any], submit: Any
) -> None:
    eli = add_member(actor=cast.ada, study=stage.study, user=cast.eli).pseudonym
    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="reader")
    remove_member(actor=cast.ada, study=stage.study, user=cast.cleo)
    submit("ben")
    reopen_assignment(actor=cast.ada, assignment_id=stage.assignments["ben"].pk, reason="A page was missing.")
    submit("ben")
    cleo = stage.assignments["cleo"]
    add_member(actor=cast.ada, study=stage.study, user=cast.cleo)
    set_deadlines(actor=cast.ada, study=stage.study, ids=[cleo.pk], due_on=date(2999, 1, 2))
    reclaim_assignments(actor=cast.ada, study=stage.study, ids=[cleo.pk])
    give_back_assignments(actor=cast.ada, study=stage.study, ids=[cleo.pk])
    submit("cleo")
    close_study(actor=cast.ada, study=stage.study)
    people = dict(stage.study.memberships.values_list("user__username", "pseudonym"))
    words = plain(read("ada", URL))
    ada = people["ada"]
    for said in (
        f"{ada} began the study.",
        f"{ada} added {eli} as reviewer.",
        f"{ada} made {eli} reader, reviewer before.",
        f"{ada} let {people['cleo']} leave the study. 1 open document returned",
        f"{ada} gave the document to {people['ben']}.",
        f"{ada} reopened the work of {people['ben']}. because: A page was missing.",
        f"{ada} brought back {people['cleo']} as reviewer.",
        f"{ada} set the deadline of {people['cleo']} to 2999-01-02.",
        f"{ada} took back the assignment of {people['cleo']}.",
        f"{ada} gave back the assignment of {people['cleo']}.",
        f"{ada} closed the study with 0 open assignments.",
    ):
        assert said in words, said


def test_acts_are_looked_for_by_who_kind_verb_and_day(
    read: Callable[..., Page], stage: Any, marked: None, pseudonyms: dict[str, str]
) -> None:
    ben, cleo = pseudonyms["ben"], pseudonyms["cleo"]
    only = plain(read("ada", f"{URL}?who={ben}&kind=annotation"))
    assert f"{ben} marked" in only
    assert f"{cleo} marked" not in only
    assert f"{ben} submitted" not in only
    assert f"{ben} submitted" in plain(read("ada", f"{URL}?verb=submitted"))
    day = Event.objects.order_by("-at")[0].at.date().isoformat()
    assert f"{ben} marked" in plain(read("ada", f"{URL}?day={day}"))
    assert "No act is like that" in read("ada", f"{URL}?day=2001-01-01").words
    for unknown in ("who=R-NONE1", "kind=user", "verb=x'", "day=2026-13-45", "day=x", "before=x", "before=_"):
        assert f"{ben} marked" in plain(read("ada", f"{URL}?{unknown}")), unknown
    assert f"{ben} marked" in plain(read("ben", f"{URL}?who={cleo}")), "cleo is nobody whom ben can ask for"


def test_a_long_history_is_turned_page_by_page(
    read: Callable[..., Page], stage: Any, mark: Callable[..., Any], cast: SimpleNamespace
) -> None:
    passage = mark("ben", FERRY, "fact")
    for number in range(2, 62):
        relabel(passage, "fact", FERRY, note=f"note {number}")
    seen, path = [], URL
    while path:
        page = read("ben", path)
        seen += [tag["datetime"] for tag in page.all("time")]
        following = [link["href"] for link in page.all("a") if link.get("rel") == "next"]
        path = f"{URL}{following[0]}" if following else ""
    assert len(seen) == len(set(seen)) == 61
    assert seen == sorted(seen, reverse=True)


def test_who_left_reads_no_history_of_the_study(
    as_: Callable[[str], Client], stage: Any, cast: SimpleNamespace
) -> None:
    remove_member(actor=cast.ada, study=stage.study, user=cast.cleo)
    assert as_("cleo").get(URL).status_code == 404


def test_an_act_leads_to_its_place(
    read: Callable[..., Page], as_: Callable[[str], Client], stage: Any, mark: Callable[..., Any], submit: Any
) -> None:
    passage = mark("ben", FERRY, "fact")
    links = {link.get("href") for link in read("ben", URL).all("a")}
    assert f"/assignments/{stage.assignments['ben'].pk}/#passage-{passage.pk}" in links
    assert {DOCUMENT, f"{URL}passages/{passage.pk}/"} <= links
    submit("ben")
    start, end = stage.span(FERRY)
    place = f"/studies/harbour/documents/harbour-text/?revision=1#at-{start}-{end}"
    assert place in {link.get("href") for link in read("ada", URL).all("a")}
    assert as_("ada").get(place).status_code == 200


def test_a_passage_has_a_history_of_its_own_for_those_who_may_read_it(
    read: Callable[..., Page], as_: Callable[[str], Client], stage: Any, mark: Callable[..., Any], submit: Any
) -> None:
    passage, other = mark("ben", FERRY, "fact"), mark("ben", BEST, "opinion")
    path = f"{URL}passages/{passage.pk}/"
    words = plain(read("ben", path))
    assert FERRY in words
    assert BEST not in words
    for name in ("ada", "cleo", "dora", "eli"):
        assert as_(name).get(path).status_code == 404, name
    submit("ben")
    assert FERRY in read("ada", path).words
    assert as_("cleo").get(path).status_code == 404
    assert as_("ben").get(f"{URL}passages/{uuid7()}/").status_code == 404
    assert as_("ben").get(f"/studies/other/history/passages/{other.pk}/").status_code == 404


def test_an_erased_payload_is_told_without_it(read: Callable[..., Page], stage: Any, mark: Callable[..., Any]) -> None:
    mark("ben", FERRY, "fact", note="private")
    Event.objects.filter(kind="annotation").update(after=None)
    words = plain(read("ben", URL))
    assert "marked a passage; what it held was erased." in words
    assert FERRY not in words


def test_more_acts_take_no_more_queries(
    as_: Callable[[str], Client], stage: Any, mark: Callable[..., Any], cast: SimpleNamespace
) -> None:
    client = as_("ben")

    def counted() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(URL).status_code == 200
        return len(seen)

    gone = mark("ben", "news", "fact")
    delete_annotation(actor=cast.ben, annotation_id=gone.pk, versions={1})
    mine = {"actor": cast.ben, "assignment_id": stage.assignments["ben"].pk, "scale": "credibility"}
    rate_document(**mine, point=2, precondition=NEW)
    clear_document_rating(**mine, precondition=version(1))
    counted()
    before = counted()
    for words in ("Harbour", "ferry", "carried", "people"):
        passage = mark("ben", words, "fact")
        delete_annotation(actor=cast.ben, annotation_id=passage.pk, versions={1})
    rate_document(**mine, point=3, precondition=NEW)
    clear_document_rating(**mine, precondition=version(2))
    assert counted() == before


def test_a_lead_who_reviews_blind_reads_their_own_acts_and_the_studys(
    read: Callable[..., Page],
    stage: Any,
    mark: Callable[..., Any],
    submit: Callable[..., None],
    cast: SimpleNamespace,
    pseudonyms: dict[str, str],
) -> None:
    add_member(actor=cast.ada, study=stage.study, user=cast.cleo, role="lead")
    mark("cleo", BEST, "opinion")
    before = read("cleo", URL).words
    assert "began the study" in before
    assert BEST in before
    mark("ben", FERRY, "fact")
    submit("ben")
    assert read("cleo", URL).words == before
    submit_assignment(actor=cast.cleo, assignment_id=stage.assignments["cleo"].pk, accept_gaps=True)
    assert FERRY not in read("cleo", URL).words, "submitted, and not revealed yet"


def test_every_link_of_a_history_leads_somewhere(
    as_: Callable[[str], Client], read: Callable[..., Page], stage: Any, marked: None, cast: SimpleNamespace
) -> None:
    create_invitation(actor=cast.ada, study=stage.study, role="reviewer")
    code = create_code(actor=cast.ada, study=stage.study, places=3, days=3)
    revoke_entrance(actor=cast.ada, study=stage.study, kind=ClassCode, entrance_id=code.pk)
    newer = split(stage.codebook, cast.ada, "fact", "event", "statement")
    use_codebook(actor=cast.ada, study=stage.study, codebook=newer)
    remove_member(actor=cast.ada, study=stage.study, user=cast.cleo)
    for name in ("ada", "ben", "dora"):
        links = {link["href"] or "" for link in read(name, URL).all("a")}
        inside = [link.partition("#")[0] for link in links if link.startswith(("/studies/", "/assignments/"))]
        answers = {link: as_(name).get(link).status_code for link in inside}
        assert set(answers.values()) == {200}, (name, answers)
    words = plain(read("ada", URL))
    assert "made or marked an invitation link" not in words
    assert "made an invitation link" in words
    assert "revoked a class code" in words

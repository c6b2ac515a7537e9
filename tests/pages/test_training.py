"""Training on the pages: set up by a lead, gone through by a reviewer, and read beside the gold."""

import html
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotator.actions.assignments import assign_revision
from annotator.actions.study import add_member, add_revisions, close_study
from annotator.actions.training import Wish, give_check, pass_by_hand, retire_text, set_marks
from annotator.models import Assignment, PassMark, Qualification, Training, TrainingText, User
from tests.schooling import BEST, FARES, NOBODY, OPINION, School, hand_in, mark

PAGE = "/studies/harbour/training/"
DRIFT = "/studies/harbour/beside-gold/"


def said(page: str) -> str:
    """The words of a page, white space folded."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.fixture
def lead(as_: Callable[[str], Client]) -> Client:
    """The browser of who runs the study."""
    return as_("ada")


@pytest.fixture
def do(lead: Client) -> Callable[..., Any]:
    """A function that does something on the page of the training."""

    def press(deed: str, **fields: Any) -> Any:
        return lead.post(PAGE, {"deed": deed, **fields})

    return press


def test_a_lead_sets_a_training_up_and_lets_it_begin(
    school: School, cast: SimpleNamespace, lead: Client, do: Callable[..., Any]
) -> None:
    golds = [school.gold(), school.gold()]
    page = said(lead.get(PAGE).content.decode())
    assert "No training document yet" in page
    assert "Lesson-1" in page
    assert PAGE in lead.get("/studies/harbour/board/").content.decode()
    for gold in golds:
        assert do("add", gold=gold.pk, kind="lesson").status_code == 302
    page = said(lead.get(PAGE).content.decode())
    assert "1. Lesson-1" in page
    assert "no gold above has this: nobody could reach it" in page  # the usual mark of facts
    marks = {"needed": 2, "least.label.opinion": "70 %", "measure.label.opinion": "sentence-share", "version": 1}
    assert do("marks", **marks).status_code == 302
    row = PassMark.objects.get()
    assert (row.code, row.measure, float(row.least)) == ("opinion", "sentence-share", 0.7)
    second = TrainingText.objects.get(gold=golds[1])
    assert do("move", text=second.pk, position=1).status_code == 302
    assert do("open", version=2).status_code == 302
    assert school.lesson(cast.ben).revision == golds[1].revision
    page = said(lead.get(PAGE).content.decode())
    assert "Under way since" in page
    assert "training document 1 open" in page
    assert do("end", version=3).status_code == 302
    assert not Training.objects.get().is_open


def test_a_reviewer_goes_through_the_training(
    school: School, cast: SimpleNamespace, as_: Callable[[str], Client]
) -> None:
    school.teach(3, 2)
    client, real = as_("ben"), school.stage.assignments["ben"]
    home = said(client.get("/").content.decode())
    assert "begins with a training" in home
    assert "You begin with the training of this study" in said(client.get("/studies/harbour/").content.decode())
    assert "Training 1 of 2" in home
    assert "Open after the training 1" in home
    shut = client.get(f"/assignments/{real.pk}/")
    assert (shut.status_code, "opens after the training" in said(shut.content.decode())) == (409, True)
    assert client.get(f"/assignments/{real.pk}/text/").status_code == 409
    work = school.lesson(cast.ben)
    assert f"/assignments/{work.pk}/" in shut.content.decode()
    assert client.get(f"/assignments/{work.pk}/gold/").status_code == 302  # to the workbench: nothing is submitted
    mark(work, BEST, "opinion", ratings=[("slant", 1)])
    mark(work, FARES, "fact")
    hand_in(work)
    page = said(client.get(f"/assignments/{work.pk}/gold/").content.decode())
    assert "1 sentence as the gold has them; the gold marks 2, you 1: F1 .67; wanted .70" in page
    assert "The marks are looked at once 2 documents are read." in page
    assert "Opinion as the gold has it" in page
    assert "nobody can check what is best" in page
    assert f"Opinion the gold alone {NOBODY}" in page
    assert f"Fact you alone {FARES}" in page
    assert "Next training document" in page
    school.read(cast.ben)
    done = Assignment.objects.training().submitted().filter(reviewer=cast.ben).latest("submitted_at")
    page = said(client.get(f"/assignments/{done.pk}/gold/").content.decode())
    assert "You have reached every pass mark." in page
    assert client.get(f"/assignments/{real.pk}/").status_code == 200
    assert "You begin with the training" not in said(client.get("/studies/harbour/").content.decode())
    home = said(client.get("/").content.decode())
    assert "Open after the training" not in home
    assert "See the gold" in home


def test_the_history_tells_what_was_done_to_the_training(
    school: School, cast: SimpleNamespace, lead: Client, do: Callable[..., Any], as_: Callable[[str], Client]
) -> None:
    _, second = school.teach(2, 1)
    school.add(school.gold(), kind="check")
    do("move", text=second.pk, position=1)
    set_marks(actor=cast.ada, study=school.stage.study, wish=Wish(2, (OPINION,)))
    done = school.read(cast.ben)
    place = school.stage.study.memberships.get(user=cast.cleo).pseudonym
    do("pass", pseudonym=place, reason="an expert")
    do("end")
    told = lead.get("/studies/harbour/history/").content.decode()
    for words in (
        "let the training begin",
        "changed the pass marks of the training",
        "added a check",
        "put the training documents in another order",
        "ended the training",
        f"let {place} on",
        "because: an expert",
    ):
        assert words in said(told), words
    assert f"/assignments/{done.pk}/gold/" in told
    own = said(as_("ben").get("/studies/harbour/history/").content.decode())
    assert "check" not in own.replace("checked", "")


def test_who_falls_short_of_all_texts_is_told_so_and_let_on_by_hand(
    school: School, cast: SimpleNamespace, as_: Callable[[str], Client], lead: Client, do: Callable[..., Any]
) -> None:
    school.teach(1, 1)
    done = school.read(cast.ben, well=False)
    page = said(as_("ben").get(f"/assignments/{done.pk}/gold/").content.decode())
    assert "all training documents there are have been read" in page
    assert "0 sentences as the gold has them; the gold marks 2, you 2: F1 .00; wanted .70" in page
    assert "You have read all training documents" in said(
        as_("ben").get(f"/assignments/{school.stage.assignments['ben'].pk}/").content.decode()
    )
    board = said(lead.get(PAGE).content.decode())
    assert "all 1 document read, marks not reached" in board
    place = school.stage.study.memberships.get(user=cast.ben).pseudonym
    refused = do("pass", pseudonym=place, reason=" ")
    assert (refused.status_code, "Say why the reviewer is let on." in said(refused.content.decode())) == (400, True)
    assert do("pass", pseudonym=place, reason="reads well enough").status_code == 302
    assert "let on by hand" in said(lead.get(PAGE).content.decode())
    assert do("pass", pseudonym="R-NONE1", reason="x").status_code == 404


def test_a_lead_reads_what_a_reviewer_read_and_a_colleague_does_not(
    school: School, cast: SimpleNamespace, as_: Callable[[str], Client], lead: Client
) -> None:
    school.teach(2, 1)
    done = school.read(cast.ben)
    address = f"/assignments/{done.pk}/gold/"
    page = said(lead.get(address).content.decode())
    assert f"{school.stage.study.memberships.get(user=cast.ben).pseudonym} beside the gold" in page
    for name in ("cleo", "dora", "eli"):
        assert as_(name).get(address).status_code == 404
    still_open = school.lesson(cast.cleo)
    assert lead.get(f"/assignments/{still_open.pk}/gold/").status_code == 404
    assert as_("ben").get(f"/assignments/{school.stage.assignments['ben'].pk}/gold/").status_code == 404


def test_the_gold_waits_while_its_text_is_held_elsewhere(
    school: School, cast: SimpleNamespace, as_: Callable[[str], Client], make_stage: Any
) -> None:
    texts = school.teach(2, 1)
    other = make_stage(slug="other", reviewers=())
    add_member(actor=cast.ada, study=other.study, user=cast.ben)
    add_revisions(actor=cast.ada, study=other.study, revisions=[texts[0].revision])
    held = assign_revision(actor=cast.ada, study=other.study, revision=texts[0].revision, reviewer=cast.ben)
    done = school.read(cast.ben)
    page = as_("ben").get(f"/assignments/{done.pk}/gold/").content.decode()
    assert "The gold is not shown yet" in page
    assert "nobody can check" not in page
    hand_in(held)
    assert "nobody can check" in as_("ben").get(f"/assignments/{done.pk}/gold/").content.decode()


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({}, 400, "Choose what is to be done."),
        ({"deed": "dance"}, 400, "Choose what is to be done."),
        ({"deed": "add"}, 400, "Choose a gold standard."),
        ({"deed": "add", "gold": "x"}, 400, "Choose what is to be done."),
        ({"deed": "add", "gold": "{real}", "kind": "lesson"}, 400, "There is no such gold standard"),
        ({"deed": "add", "gold": "{gold}", "kind": "exam"}, 400, "is no kind of text with a gold"),
        ({"deed": "move", "text": "{text}", "position": "7"}, 400, "Choose a place from 1 to 1."),
        ({"deed": "move", "text": "{text}"}, 400, "Choose a place from 1 to 1."),
        ({"deed": "give", "text": "{text}"}, 400, "Only a check in use is given out here."),
        ({"deed": "open", "version": "1"}, 409, "A mark is taken over 3 documents, and the training has 1."),
        ({"deed": "open", "version": "9"}, 412, "Somebody else changed the training in the meantime."),
        ({"deed": "marks", "needed": "2", "version": "9"}, 412, "Somebody else changed the training"),
        ({"deed": "marks", "needed": "0", "version": "1"}, 400, "Choose a number from 1 to 20."),
        ({"deed": "marks", "needed": "2", "least.label.opinion": "much"}, 400, "Give a figure from .01 to 1"),
        ({"deed": "marks", "needed": "2", "least.label.opinion": "9" * 90}, 400, "Give a figure from .01 to 1"),
        ({"deed": "marks", "needed": "2", "least.label.opinion": "nan"}, 400, "Give a figure from .01 to 1"),
        ({"deed": "marks", "needed": "2", "least.label.opinion": ".7"}, 400, "No label is measured so."),
        ({"deed": "marks", "needed": "2", "least.scale.slant": ".7", "away.scale.slant": "-1"}, 400, "whole number"),
        ({"deed": "marks", "needed": "2", "least.scale.slant": ".7", "away.scale.slant": "9"}, 400, "at most 4 apart"),
    ],
)
def test_what_will_not_do_is_refused_in_words(
    school: School, lead: Client, fields: dict[str, str], status: int, words: str
) -> None:
    text = school.add(school.gold())
    ids = {"text": text.pk, "gold": school.gold().pk, "real": school.stage.assignments["ben"].pk}
    answer = lead.post(PAGE, {name: value.format(**ids) for name, value in fields.items()})
    assert (answer.status_code, words in said(answer.content.decode()).replace("’", "’")) == (status, True)
    assert Training.objects.get().version == 1


def test_an_absent_text_is_not_found(school: School, lead: Client, do: Callable[..., Any]) -> None:
    nobody = school.stage.assignments["ben"].pk
    assert do("retire", text=nobody).status_code == 404
    assert do("retire").status_code == 404
    assert lead.get(f"{PAGE}texts/{nobody}/").status_code == 404


def test_a_closed_study_shows_its_training_and_changes_nothing(
    school: School, cast: SimpleNamespace, lead: Client, do: Callable[..., Any]
) -> None:
    text = school.add(school.gold())
    close_study(actor=cast.ada, study=school.stage.study)
    assert "its training can only be read" in said(lead.get(PAGE).content.decode())
    assert do("retire", text=text.pk).status_code == 409


def test_the_gold_with_its_reasons_is_shown_as_reviewers_will_see_it(
    school: School, cast: SimpleNamespace, lead: Client, as_: Callable[[str], Client]
) -> None:
    cast.gina, cast.hal = (User.objects.create(username=name) for name in ("gina", "hal"))
    text = school.add(school.settled())
    page = said(lead.get(f"{PAGE}texts/{text.pk}/").content.decode())
    assert "a superlative" in page
    assert "contested: nobody is right or wrong here" in page
    assert "both hold" in page
    set_marks(actor=cast.ada, study=school.stage.study, wish=Wish(1, (OPINION,)))
    lead.post(PAGE, {"deed": "open", "version": 2})
    work = school.lesson(cast.ben)
    mark(work, BEST, "opinion", ratings=[("slant", 1)])
    mark(work, FARES, "opinion")
    hand_in(work)
    page = said(as_("ben").get(f"/assignments/{work.pk}/gold/").content.decode())
    assert "a superlative" in page
    assert "contested: nobody is right or wrong here" in page
    assert Qualification.objects.get(reviewer=cast.ben).how == "passed"  # what is contested is not counted against ben


def test_readings_of_checks_are_followed_over_time(school: School, cast: SimpleNamespace, lead: Client) -> None:
    assert "Nothing to follow yet" in lead.get(DRIFT).content.decode()
    given = []
    for _ in range(3):
        check = school.add(school.gold(), kind="check")
        given += give_check(actor=cast.ada, study=school.stage.study, text_id=check.pk)
    mine = [each for each in given if each.reviewer == cast.ben]
    for place, work in enumerate(mine):
        for words in (BEST, NOBODY) if place == 0 else (BEST,):
            mark(work, words, "opinion", ratings=[("slant", 2)])
        hand_in(work)
    page = said(lead.get(DRIFT).content.decode())
    assert "The latest two checks: .67; those before: 1.00." in page
    assert "Lesson-3" in page
    scale = said(lead.get(f"{DRIFT}?of=scale-slant").content.decode())
    assert "share of ratings within 1 of the gold’s" in scale
    assert "All labels together" in said(lead.get(f"{DRIFT}?of=nothing").content.decode())


def test_more_reviewers_take_no_more_queries(school: School, cast: SimpleNamespace, lead: Client) -> None:
    school.teach(3, 2)

    def asked(number: int) -> list[int]:
        for _ in range(number):
            user = User.objects.create(username=f"trainee-{User.objects.count()}", password="!")
            add_member(actor=cast.ada, study=school.stage.study, user=user)
            school.read(user, well=False)
            school.read(user, well=False)
        found = []
        for address in (PAGE, DRIFT, "/api/v1/studies/harbour/training/reviewers/"):
            with CaptureQueriesContext(connection) as seen:
                assert lead.get(address).status_code == 200
            found.append(len(seen))
        return found

    asked(1)
    assert asked(1) == asked(4)


def test_a_history_tells_training_in_words_and_leads_to_it(school: School, cast: SimpleNamespace, lead: Client) -> None:
    school.teach(2, 1)
    check = school.add(school.gold(), kind="check")
    retire_text(actor=cast.ada, study=school.stage.study, text_id=check.pk)
    school.read(cast.ben)
    pass_by_hand(
        actor=cast.ada,
        study=school.stage.study,
        member=school.stage.study.memberships.get(user=cast.cleo),
        reason="taught here before",
    )
    page = lead.get("/studies/harbour/history/").content.decode()
    words = said(page)
    for each in ("added a training document", "added a check", "took a check out", "passed the training"):
        assert each in words
    cleo = school.stage.study.memberships.get(user=cast.cleo).pseudonym
    assert f"let {cleo} on" in words
    assert "because: taught here before" in words
    links = re.findall(r'href="((?:/studies/harbour/|/assignments/)[^"#]*)', page)
    assert {lead.get(html.unescape(link)).status_code for link in links} == {200}


def test_set_up_and_the_list_of_documents_count_no_training(
    school: School, cast: SimpleNamespace, lead: Client
) -> None:
    first, *_ = school.teach(2, 1)
    add_revisions(actor=cast.ada, study=school.stage.study, revisions=[first.revision])
    school.read(cast.ben)
    assert "2 assignments, 0 submitted" in said(lead.get("/studies/harbour/setup/").content.decode())
    here = lead.get("/studies/harbour/texts/").context["here"]
    assert {each.document.slug: (each.n_open, each.n_submitted) for each in here} == {
        "harbour-text": (2, 0),
        "lesson-1": (0, 0),
    }


def test_a_lead_is_told_what_would_let_a_check_stand_out(school: School, lead: Client) -> None:
    study = school.stage.study
    school.add(school.gold(), kind="check")
    assert "whoever compares lists learns nothing" in said(lead.get(PAGE).content.decode())
    assert "put it among the others" not in said(lead.get(PAGE).content.decode())
    type(study).objects.filter(pk=study.pk).update(order="fixed")
    assert "put it among the others" in said(lead.get(PAGE).content.decode())

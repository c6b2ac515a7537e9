"""A study from the first idea to the gold standard, by what people see and press alone.

A lead makes a codebook from a preset and a study over the seeds, and invites four reviewers and an adjudicator; they
label and submit; they reveal; two revise; the adjudicator settles everything; the gold standard is exported.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.conftest import Server, Visit

expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect

SEEDS = 5
READINGS = {"nora": "11212", "omar": "11222", "pia": "12213", "quin": "1-211"}
"""The label keys each reviewer presses on the first five sentences of every text; - leaves one unmarked."""
SETTLER = "rosa"
LEAD = "lena"
HIRE = """
from django.contrib.auth.models import Group
from annotator.actions.account import create_user
from annotator.models import User
admin = User.objects.get(username="admin")
lead = create_user(actor=admin, username="{name}", password="{password}", is_staff=True)
lead.groups.set(Group.objects.filter(name__in=["leads", "curators"]))
"""
"""Run inside the app: site staff who may begin studies, and who reviews nothing."""
PASSWORD = "{} reads the harbour news"


@pytest.fixture
def meet(browser: Any, server: Server) -> Iterator[Callable[[], Visit]]:
    """Let people come, each with a browser of their own; nothing unexpected may go wrong in any of them."""
    visits = []

    def come() -> Visit:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        context.set_default_timeout(15_000)
        visits.append(Visit(context.new_page(), server))
        visits[-1].listen()
        return visits[-1]

    yield come
    for visit in visits:
        visit.page.context.close()
    assert [visit.unexpected() for visit in visits] == [[] for _ in visits]


def press(visit: Visit, role: str, name: str | re.Pattern[str]) -> None:
    """Press the first that is seen under this name, and wait for the page behind it."""
    found = visit.page.get_by_role(role, name=name, exact=isinstance(name, str)).first
    with visit.page.expect_navigation():
        found.click()


def make_codebook(lead: Visit) -> None:
    press(lead, "link", "Codebook")
    press(lead, "link", "New codebook")
    lead.page.get_by_role("radio", name=re.compile("Fact, opinion, machine text and framing")).check()
    lead.page.locator("form", has=lead.page.get_by_role("button", name="Begin from the preset")).get_by_label(
        "Short name"
    ).fill("story-labels")
    press(lead, "button", "Begin from the preset")
    lead.page.get_by_label("Title", exact=True).fill("Labels of the story")
    press(lead, "button", "Save")
    press(lead, "button", "Publish version 1")


def make_study(lead: Visit) -> None:
    press(lead, "link", "Studies")
    press(lead, "link", "New study")
    lead.page.get_by_label("Title", exact=True).fill("Story of a study")
    lead.page.get_by_role("radio", name=re.compile("^Teaching")).check()
    lead.page.get_by_label("Codebook", exact=True).select_option(label="Labels of the story, version 1")
    lead.page.get_by_label("Reviewers for each document").fill("4")
    press(lead, "button", "Make the study")
    library = lead.page.get_by_role("table", name="Documents to add")
    for row in library.get_by_role("row").filter(has=lead.page.get_by_role("checkbox")).all():
        if "emonstration" not in row.inner_text():
            row.get_by_role("checkbox").check()
    press(lead, "button", "Add what is ticked")
    lead.page.get_by_text(f"{SEEDS} documents added.").wait_for()


def invite(lead: Visit, role: str, name: str) -> str:
    """Make an invitation and return its link, as it is shown once."""
    press(lead, "link", "Studies")
    press(lead, "link", "Story of a study")
    press(lead, "link", "Invite")
    lead.page.get_by_role("radio", name=re.compile(f"^{role}")).check()
    lead.page.get_by_label("Who it is for").fill(name)
    press(lead, "button", "Make the link")
    return lead.page.get_by_label("Link", exact=True).input_value()


def join(visit: Visit, link: str, name: str) -> None:
    visit.page.goto(link)
    visit.page.get_by_label("Choose a user name").fill(name)
    visit.page.get_by_label("Choose a password").fill(PASSWORD.format(name))
    visit.page.get_by_label("Password again").fill(PASSWORD.format(name))
    press(visit, "button", "Make the account and join")


def give_out(lead: Visit) -> None:
    press(lead, "link", "Studies")
    press(lead, "link", "Story of a study")
    press(lead, "link", "Give out documents")
    lead.page.get_by_text(f"{4 * SEEDS} assignments would be made.").wait_for()
    lead.page.get_by_text("Every two reviewers share 5 documents or more.").wait_for()
    press(lead, "button", "Give them out")
    press(lead, "link", "Gold standard")
    for box in lead.page.get_by_role("checkbox").all():
        box.check()
    choice = lead.page.get_by_label("Who settles what is ticked")
    choice.select_option(label=choice.locator("option", has_text=SETTLER).inner_text())
    press(lead, "button", "Let them settle it")
    lead.page.get_by_text(re.compile(f"^{SEEDS} documents given to R-")).wait_for()


def review(visit: Visit, keys: str) -> None:
    """Label every document and submit it, gaps left open as the dialog names them."""
    for _ in range(SEEDS):
        press(visit, "link", "Home")
        press(visit, "link", re.compile("^Start"))
        visit.page.wait_for_selector("body[data-ready]")
        visit.page.get_by_role("button", name="Start sentence mode").click()
        for key in keys:
            visit.page.keyboard.press("j" if key == "-" else key)
            if key == "3":
                visit.page.keyboard.press("Shift+Digit1")
            elif key != "-":
                visit.page.keyboard.press(f"Shift+Digit{4 - int(key)}")
        visit.saved()
        submit(visit)


def submit(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Submit", exact=True).click()
    visit.page.get_by_role("button", name="Submit and lock").click()
    visit.page.locator("#locked-words").wait_for()


def reveal(visit: Visit) -> None:
    """Show others' work on one document."""
    press(visit, "link", "Home")
    press(visit, "link", re.compile("^Show others’ work"))
    press(visit, "button", "Show others’ work")
    visit.page.get_by_text("4 reviewers submitted").wait_for()


def revise(visit: Visit) -> None:
    """Open the second round of the document shown, take the first passage back, submit it again."""
    visit.page.get_by_label("Why do you revise?").fill("The others convinced me.")
    press(visit, "button", re.compile("round 2", re.IGNORECASE))
    visit.page.wait_for_selector("body[data-ready]")
    visit.item().click()
    visit.page.get_by_role("button", name="Delete passage").click()
    visit.saved()
    submit(visit)


def settle(visit: Visit, wanted: list[str]) -> None:
    """Settle every document: what all agree on by the rule, then case by case, first what is wanted of them."""
    for _ in range(SEEDS):
        press(visit, "link", "Home")
        press(visit, "link", re.compile("^Settle"))
        while not visit.page.get_by_role("heading", name="No disagreements left").is_visible():
            if (agreed := visit.page.get_by_role("button", name=re.compile("^Settle (it|them)"))).is_visible():
                with visit.page.expect_navigation():
                    agreed.click()
                continue
            passages = visit.page.get_by_role("button", name=re.compile("^Nothing here"))
            choice = wanted.pop() if wanted and passages.is_visible() else "^Take "
            visit.page.get_by_label("Reason, kept with the decision").fill("As the guideline says.")
            press(visit, "button", re.compile(choice))
        if (agreed := visit.page.get_by_role("button", name=re.compile("^Settle (it|them)"))).is_visible():
            with visit.page.expect_navigation():
                agreed.click()
        press(visit, "button", "Submit and lock")
        if (left := visit.page.get_by_label("Leave them open")).is_visible():
            visit.expect("409")
            left.check()
            press(visit, "button", "Submit with the gaps")
        visit.page.get_by_text("this is the gold standard of the text").first.wait_for()


def export(lead: Visit) -> list[dict[str, Any]]:
    press(lead, "link", "Studies")
    press(lead, "link", "Story of a study")
    with lead.page.expect_download() as download:
        lead.page.get_by_role("link", name="JSON Lines").click()
    return [json.loads(line) for line in download.value.path().read_text().splitlines()]


def test_story(meet):
    lead, settler = meet(), meet()
    lead.server.passwords[LEAD] = PASSWORD.format(LEAD)
    lead.server.run(HIRE.format(name=LEAD, password=PASSWORD.format(LEAD)))
    lead.sign_in(LEAD)
    lead.page.goto(f"{lead.server.address}/")
    make_codebook(lead)
    make_study(lead)
    reviewers = {name: meet() for name in READINGS}
    for name, visit in reviewers.items():
        join(visit, invite(lead, "reviewer", name), name)
    join(settler, invite(lead, "adjudicator", SETTLER), SETTLER)
    give_out(lead)
    for name, visit in reviewers.items():
        review(visit, READINGS[name])
    for visit in reviewers.values():
        reveal(visit)
    for name in ("nora", "pia"):
        revise(reviewers[name])
    settle(settler, ["^Contested", "^Nothing here"] * 2)
    rows = export(lead)
    works = {row["id"]: row for row in rows if row["type"] == "assignment"}
    decisions = [row for row in rows if row["type"] == "decision"]
    passages = [row for row in rows if row["type"] == "annotation"]
    assert Counter((work["role"], work["round"], work["state"]) for work in works.values()) == {
        ("reviewer", 1, "submitted"): 4 * SEEDS,
        ("reviewer", 2, "submitted"): 2,
        ("adjudicator", 1, "submitted"): SEEDS,
    }
    assert {row["codebook"] for row in passages} == {"story-labels"}
    # First rounds stay as they were blind; a second round is a copy with the reason.
    first = Counter(row["assignment"] for row in passages if not row["deleted_at"])
    for work in works.values():
        if work["round"] == 2:
            (before,) = [
                each["id"]
                for each in works.values()
                if (each["reviewer"], each["document"], each["round"]) == (work["reviewer"], work["document"], 1)
            ]
            assert (first[work["id"]], first[before]) == (4, 5)
            assert work["reason"] == "The others convinced me."
            assert (work["independent"], works[before]["independent"]) == (False, True)
    # The gold standard holds what was taken or agreed, and nothing where it was contested or nothing was there.
    outcomes = Counter(row["outcome"] for row in decisions)
    assert (outcomes["contested"], outcomes["nothing_here"]) == (2, 2)
    gold = {row["id"]: row for row in passages if works[row["assignment"]]["role"] == "adjudicator"}
    assert gold.keys() == {row["annotation"] for row in decisions if row["annotation"]}
    for row in decisions:
        place = (row["document"], row["start"], row["end"])
        if row["outcome"] == "contested":
            assert len(row["distribution"]) >= 2
        if row["outcome"] in ("contested", "nothing_here"):
            assert place not in {(each["document"], each["start"], each["end"]) for each in gold.values()}
        elif row["annotation"]:
            assert gold[row["annotation"]]["quote"] == row["quote"]

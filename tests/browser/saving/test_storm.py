"""Nothing is lost: a reviewer at work while the network is cut, the server killed and the page loaded anew."""

import os
import random
import re
import signal

import pytest

from tests.browser.saving.reviewer import KEPT, Coding, Reviewer, as_held
from tests.browser.texts import CHINESE

expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect

ACTS = 1000 if os.environ.get("CREDENCE_FULL") else 60
SEED = 20261125
NETWORK = (
    "ERR_INTERNET_DISCONNECTED",
    "ERR_CONNECTION_REFUSED",
    "ERR_CONNECTION_RESET",
    "ERR_EMPTY_RESPONSE",
    "ERR_SOCKET_NOT_CONNECTED",
)


def squeezed(coding: Coding) -> Coding:
    """The account with the white space of its quotes as one space: a selection shows line ends in its own way."""
    return Coding({re.sub(r"\s+", " ", key): value for key, value in coding.passages.items()}, coding.answers)


def test_acts_in_a_storm_are_all_on_the_server_once_and_in_order(visit, server):
    for words in NETWORK:
        visit.expect(words)
    visit.sign_in("reviewer1")
    assignment = visit.assignment_of(CHINESE)
    visit.open(assignment)
    reviewer = Reviewer(visit, visit.get(f"assignments/{assignment}/")["codebook"], SEED)
    weather, context = random.Random(SEED), visit.page.context
    offline, down, told = False, 0, {"cuts": 0, "kills": 0, "loads": 0}
    for turn in range(ACTS):
        name = reviewer.act()
        shown = visit.page.locator("#passages .passage")
        expect(shown, f"act {turn}: {name}").to_have_count(len(reviewer.coding.passages))
        if down:
            down -= 1
            if not down:
                server.start()
        elif turn and turn % 97 == 20:
            server.stop(signal.SIGKILL)
            down, told["kills"] = weather.randrange(2, 6), told["kills"] + 1
        if weather.random() < 0.15:
            offline, told["cuts"] = not offline, told["cuts"] + (not offline)
            context.set_offline(offline)
        if weather.random() < 0.06 and not offline and not down:
            visit.page.wait_for_timeout(1_000)  # what is not painted yet was not promised
            told["loads"] += 1
            if told["loads"] % 2:
                visit.page.once("dialog", lambda dialog: dialog.accept())
                visit.page.reload()
                visit.page.wait_for_selector("body[data-ready]")
                reviewer.remember(KEPT)
            else:
                visit.page.close(run_before_unload=False)
                visit.reopen()
                visit.open(assignment)
                reviewer.remember(0)
    if down:
        server.start()
    context.set_offline(True)  # coming back tells the page that sending is worth a try
    context.set_offline(False)
    state = visit.page.get_by_role("status", name="Save state")
    expect(state).to_have_text("Saved", timeout=60_000)
    print(f"{ACTS} acts, {told}")  # noqa: T201
    held, expected = as_held(visit.get(f"assignments/{assignment}/")), squeezed(reviewer.coding)
    quotes = held.passages.keys() | expected.passages.keys()
    assert {
        quote: (held.passages.get(quote), expected.passages.get(quote))
        for quote in quotes
        if held.passages.get(quote) != expected.passages.get(quote)
    } == {}, "held by the server, expected by the test"
    assert held.answers == expected.answers
    assert all(told.values())

"""Work waits on the device while it cannot be sent, and is sent once, by the one whose work it is."""

import re
import signal

import pytest

from tests.browser.texts import CHINESE, EMOJI_TOO, PERSIAN

expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect


# What a browser does when somebody comes back to the window; one without a screen never leaves it. Waiting would do.
COME_BACK = "dispatchEvent(new Event('focus'))"


def test_work_done_without_a_network_is_saved_once(visit):
    assignment = visit.begin(PERSIAN)
    visit.expect("ERR_INTERNET_DISCONNECTED")
    context = visit.page.context
    context.set_offline(True)
    for key in ("j", "1", "Shift+Digit3", "j", "2", "j", "1"):
        visit.page.keyboard.press(key)
    expect(visit.page.get_by_role("status", name="Save state")).to_have_text(
        re.compile(r"^Offline: \d changes on this device$")
    )
    expect(visit.page.locator("#passages .passage")).to_have_count(3)
    context.set_offline(False)
    visit.saved()
    found = visit.passages(assignment)
    assert [one["label"] for one in found] == ["fact", "opinion", "fact"]
    assert [one["ratings"] for one in found] == [[{"scale": "slant", "point": 0}], [], []]


def test_a_change_is_never_counted_twice_on_its_way_to_the_device(visit):
    visit.begin(PERSIAN)
    visit.expect("ERR_INTERNET_DISCONNECTED")
    page = visit.page
    page.evaluate(
        """() => {
            const state = document.querySelector("#save-state");
            window.said = [];
            window.cut = new Promise((resolve) => addEventListener("offline", resolve));
            new MutationObserver(() => said.push(state.textContent)).observe(state, { childList: true });
        }"""
    )
    page.context.set_offline(True)
    page.evaluate("cut.then(() => true)")  # a page hears of it a little later
    page.keyboard.press("j")
    with page.expect_event("requestfailed"):
        page.keyboard.press("1")
    expect(page.get_by_role("status", name="Save state")).to_have_text("Offline: 1 change on this device")
    page.keyboard.press("Shift+Digit3")
    expect(page.get_by_role("status", name="Save state")).to_have_text("Offline: 2 changes on this device")
    assert page.evaluate("said") == ["Offline: 1 change on this device", "Offline: 2 changes on this device"]
    page.context.set_offline(False)
    visit.saved()


def test_work_done_while_the_server_was_killed_outlives_the_page_and_is_sent_later(visit):
    assignment = visit.begin(CHINESE)
    visit.expect("ERR_CONNECTION_REFUSED")
    visit.server.stop(signal.SIGKILL)
    visit.page.keyboard.press("j")
    visit.page.keyboard.press("2")
    visit.page.keyboard.press("Shift+Digit2")
    unsent = re.compile(r"^Offline: (1 change|2 changes) on this device$")  # joined if the first was not tried yet
    expect(visit.page.get_by_role("status", name="Save state")).to_have_text(unsent)
    expect(visit.page.locator("#passages .passage")).to_contain_text("slant −1")
    visit.page.close(run_before_unload=False)
    visit.server.start()
    visit.reopen()
    assert visit.passages(assignment) == []
    visit.open(assignment)
    visit.saved()
    found = [(one["label"], one["ratings"]) for one in visit.passages(assignment)]
    assert found == [("opinion", [{"scale": "slant", "point": -1}])]


def test_after_the_session_ended_work_waits_for_signing_in(visit):
    assignment = visit.begin(CHINESE)
    name = visit.page.locator(".menu > summary > bdi").text_content()
    visit.expect("401")
    context = visit.page.context
    context.clear_cookies()
    visit.page.keyboard.press("j")
    visit.page.keyboard.press("1")
    expect(visit.page.get_by_role("status", name="Save state")).to_have_text("Sign in to send 1")
    with context.expect_page() as opened:
        visit.page.get_by_role("link", name="Sign in").click()
    tab = opened.value
    tab.get_by_label("User name").fill(name)
    tab.get_by_label("Password").fill(visit.server.passwords[name])
    tab.get_by_role("button", name="Sign in").click()
    tab.wait_for_selector("body[data-ready]")
    tab.close()
    visit.page.bring_to_front()
    visit.page.evaluate(COME_BACK)
    visit.saved()
    assert [one["label"] for one in visit.passages(assignment)] == ["fact"]


def test_another_reviewers_session_never_sends_my_work(visit):
    visit.expect("401")
    someone_else = next(iter(visit.server.passwords))
    visit.sign_in(someone_else)
    visit.page.context.clear_cookies()
    assignment = visit.begin(EMOJI_TOO)
    own = visit.page.context.cookies()
    visit.page.context.clear_cookies()
    visit.page.keyboard.press("j")
    visit.page.keyboard.press("1")
    state = visit.page.get_by_role("status", name="Save state")
    expect(state).to_have_text("Sign in to send 1")
    visit.sign_in(someone_else)
    with visit.page.expect_response("**/api/v1/me/") as asked:
        visit.page.evaluate(COME_BACK)
    assert asked.value.json()["username"] == someone_else
    expect(state).to_have_text("Sign in to send 1")
    visit.page.context.clear_cookies()
    visit.page.context.add_cookies(own)
    visit.page.evaluate(COME_BACK)
    visit.saved()
    assert [one["label"] for one in visit.passages(assignment)] == ["fact"]


def test_window_that_was_opening_while_another_saved_shows_what_was_saved(visit):
    """Its data were read before the server had the passage, and come once the outbox is rid of it."""
    visit.begin(EMOJI_TOO)
    other = visit.page.context.new_page()
    held = []

    def keep_back(route):
        if held:
            route.continue_()
        else:
            held.append((route, route.fetch()))

    other.route("**/lean/", keep_back)
    other.goto(visit.page.url, wait_until="commit")
    while not held:
        other.wait_for_timeout(50)
    visit.mark("Fact", "overarching mission of peace")
    route, answer = held[0]
    route.fulfill(response=answer)
    other.wait_for_selector("body[data-ready]")
    expect(other.locator("#passages .passage")).to_have_count(1)


def test_two_windows_of_one_reviewer_show_the_same(visit):
    assignment = visit.begin(EMOJI_TOO)
    other = visit.page.context.new_page()
    other.goto(visit.page.url)
    other.wait_for_selector("body[data-ready]")
    visit.page.bring_to_front()
    visit.mark("Fact", "overarching mission of peace")
    expect(other.locator("#passages .passage")).to_have_count(1)
    other.bring_to_front()
    other.locator("#passages .passage").click()
    other.keyboard.press("Shift+Digit3")
    expect(visit.page.locator("#passages .passage")).to_contain_text("slant 0")
    visit.saved()
    (held,) = visit.passages(assignment)
    assert held["ratings"] == [{"scale": "slant", "point": 0}]

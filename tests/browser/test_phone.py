"""The workbench on a screen as wide as a phone's, and under a finger."""

import pytest

from tests.browser.texts import PERSIAN as DOCUMENT


@pytest.fixture
def phone(visit, server):
    """A workbench that is only looked at, on a screen as wide as a phone's."""
    visit.page.set_viewport_size({"width": 390, "height": 700})
    visit.sign_in(next(iter(server.passwords)))
    visit.open(visit.assignment_of(DOCUMENT))
    return visit


def test_progress_is_told_in_words(phone):
    words = phone.page.get_by_text("sentences looked at")
    assert words.is_visible()
    assert words.bounding_box()["width"] < 390
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390


def is_open(phone) -> bool:
    """Say whether the menu is shown."""
    return phone.page.get_by_role("link", name="Marked text").is_visible()


def open_menu(phone) -> None:
    """Press the button that shows the menu."""
    phone.page.get_by_role("button", name="More tools").click()
    assert is_open(phone)


def test_escape_closes_the_menu(phone):
    open_menu(phone)
    phone.page.keyboard.press("Escape")
    assert not is_open(phone)


def test_a_press_on_the_text_closes_the_menu(phone):
    open_menu(phone)
    phone.page.mouse.click(60, 250)
    assert not is_open(phone)


def test_a_dialog_opened_from_the_menu_leaves_no_menu_behind(phone):
    open_menu(phone)
    phone.page.get_by_role("button", name="Keyboard shortcuts").click()
    phone.page.keyboard.press("Escape")
    assert not phone.page.get_by_role("dialog").is_visible()
    assert not is_open(phone)


def test_a_finger_that_rests_on_a_label_is_shown_its_guideline_and_marks_nothing(phone):
    page = phone.page
    fact = page.get_by_role("toolbar", name="Labels").get_by_role("button", name="Fact", exact=True)
    box = fact.bounding_box()
    session = page.context.new_cdp_session(page)

    def press(milliseconds):
        spot = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [spot]})
        page.wait_for_timeout(milliseconds)
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait_for_timeout(100)

    guideline = page.locator("#guide")
    press(700)
    assert guideline.is_visible()
    assert "Fact" in guideline.inner_text()
    assert fact.get_attribute("aria-pressed") == "false"
    press(50)  # a tap is a press as ever, and closes what was asked for
    assert not guideline.is_visible()
    assert fact.get_attribute("aria-pressed") == "true"

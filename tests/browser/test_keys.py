"""Single keys: on other keyboards than the Latin one, changed by the reviewer, or off."""

import pytest

from tests.browser.texts import EMOJI as DOCUMENT

expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect

SELECTED = "getSelection().toString().trim()"
# One key press as a browser reports it for another layout; Playwright's own keyboard is American.
TYPE = """([key, code, more]) => document.activeElement.dispatchEvent(
  new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true, ...more }))"""


def test_keys_go_by_their_place_on_a_persian_keyboard(visit):
    assignment = visit.begin(DOCUMENT)
    page = visit.page
    for key, code, more in (
        ("ت", "KeyJ", {}),
        ("۱", "Digit1", {}),
        ("٬", "Digit3", {"shiftKey": True}),
        ("د", "KeyN", {}),
    ):
        page.evaluate(TYPE, [key, code, more])
    expect(page.get_by_role("textbox", name="Note")).to_be_focused()
    visit.saved()
    (held,) = visit.passages(assignment)
    assert (held["label"], [one["point"] for one in held["ratings"]]) == ("fact", [0])


def test_keys_go_by_what_is_written_on_a_french_keyboard(visit):
    assignment = visit.begin(DOCUMENT)
    page = visit.page
    altgr = {"ctrlKey": True, "altKey": True, "modifierAltGraph": True}
    for key, code, more in (("j", "KeyJ", {}), ("é", "Digit2", {}), ("4", "Digit4", {"shiftKey": True})):
        page.evaluate(TYPE, [key, code, more])
    visit.saved()
    (held,) = visit.passages(assignment)
    assert (held["label"], [one["point"] for one in held["ratings"]]) == ("opinion", [1])
    page.evaluate(TYPE, ["[", "Digit5", altgr])  # AltGr with the digit's key: no label, but one word less
    page.evaluate(TYPE, ["w", "KeyZ", {"ctrlKey": True}])  # where the American Z is: not undo
    visit.saved()
    (shorter,) = visit.passages(assignment)
    assert (shorter["start"], shorter["label"]) == (held["start"], "opinion")
    assert shorter["end"] < held["end"]
    page.evaluate(TYPE, ["z", "KeyW", {"ctrlKey": True}])
    visit.saved()
    assert visit.passages(assignment)[0]["end"] == held["end"]


def test_keys_are_changed_kept_and_reset(visit):
    assignment = visit.begin(DOCUMENT)
    page = visit.page

    def change(name, key):
        page.keyboard.press("?")
        dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
        if not dialog.get_by_label(name).is_visible():
            dialog.get_by_text("Change keys").click()
        dialog.get_by_label(name).focus()
        page.keyboard.type(key)
        said = dialog.get_by_role("status", name="Keys").inner_text()
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        return said

    assert change("Next sentence", "n") == "“n” is the key of “Note”. Nothing was changed."
    assert change("Next sentence", "1") == "“1” is the key of “Fact”. Nothing was changed."
    assert change("Next sentence", "h") == "Next sentence: h"
    page.keyboard.press("j")
    assert page.evaluate(SELECTED) == ""
    page.keyboard.press("h")
    first = page.evaluate(SELECTED)
    assert first
    assert change("Opinion", "w") == "Opinion: w"
    for key in ("Escape", "h", "2", "w"):
        page.keyboard.press(key)
    visit.saved()
    assert [one["label"] for one in visit.passages(assignment)] == ["opinion"]
    page.keyboard.press("Delete")
    page.keyboard.press("Escape")
    assert change("Sentence mode", "ö") == "Sentence mode: ö"
    expect(page.get_by_role("button", name="Sentence mode", exact=True)).to_have_attribute("aria-keyshortcuts", "Ö")
    page.reload()
    page.wait_for_selector("body[data-ready]")
    page.keyboard.press("h")
    assert page.evaluate(SELECTED) == first
    page.evaluate(TYPE, ["ö", "Semicolon", {}])
    expect(page.get_by_role("button", name="Sentence mode", exact=True)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    dialog.get_by_text("Change keys").click()
    dialog.get_by_role("button", name="Reset the keys").click()
    expect(dialog.get_by_label("Next sentence")).to_have_value("j")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert page.evaluate(SELECTED) not in ("", first)


def test_a_key_counts_at_once_after_a_dialog_is_left(visit):
    visit.begin(DOCUMENT)
    visit.page.keyboard.press("?")
    assert visit.hears_a_key_at_once()
    visit.page.get_by_text("Change keys").click()
    assert visit.hears_a_key_at_once("Next sentence")


def test_single_keys_can_be_off_and_the_rest_still_works(visit):
    assignment = visit.begin(DOCUMENT)
    page = visit.page
    page.keyboard.press("?")
    page.get_by_label("Single keys are on").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.wait_for_selector("body[data-ready]")
    for key in ("j", "1", "s", "n"):
        page.keyboard.press(key)
    assert page.evaluate(SELECTED) == ""
    visit.mark("Fact", "peacekeeping missions")
    page.keyboard.press("Control+z")
    visit.saved()
    assert visit.passages(assignment) == []

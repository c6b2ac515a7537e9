"""What a screen reader is told: one message for each act, none of routine, and of saving when it is in trouble."""

import pytest

from tests.browser.texts import PLAIN as DOCUMENT

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

LISTEN = """() => {
  globalThis.heard = [];
  for (const region of document.querySelectorAll('[role=status]')) {
    new MutationObserver(() => {
      if (region.ariaLive !== 'off' && region.textContent) heard.push(region.textContent);
    }).observe(region, { childList: true, characterData: true, subtree: true });
  }
}"""
SENTENCES = "[...document.querySelectorAll('#text p')].map((p) => p.textContent).join('\\n')"


def test_each_act_is_one_message_and_saving_is_told_of_in_trouble_only(visit):
    visit.expect("ERR_INTERNET_DISCONNECTED")
    visit.begin(DOCUMENT)
    page = visit.page
    page.evaluate(LISTEN)
    page.locator("#text").focus()
    text = page.evaluate(SENTENCES)

    def told(*keys):
        page.evaluate("heard.length = 0")
        for key in keys:
            page.keyboard.press(key)
        visit.saved()
        page.wait_for_timeout(100)
        return page.evaluate("heard")

    (first,) = told("j")
    assert first in text
    (second,) = told("j")
    assert second in text
    (marked,) = told("1")
    assert marked.startswith("Fact, “")
    assert marked.endswith("passage 1")
    (rated,) = told("Shift+Digit2")
    assert rated.startswith("Slant: ")
    assert told("2") == ["Now Opinion"]
    (grown,) = told("BracketRight")
    assert grown.startswith("Opinion, “")
    assert told("Delete") == ["Passage deleted"]
    assert told("Control+z") == ["Undone"]
    told("Escape", "Escape")
    told("s", "j")
    (marked,) = told("1")
    assert marked.startswith("Fact, “")
    (on,) = told("Shift+Digit3")
    rated, _, sentence = on.partition(". ")
    assert rated.startswith("Slant: ")
    assert sentence in text

    page.evaluate("heard.length = 0")
    page.evaluate("scroller.scrollTop = scroller.scrollHeight")
    page.wait_for_timeout(200)
    assert page.evaluate("heard") == []

    page.context.set_offline(True)
    page.keyboard.press("1")
    page.get_by_text("Offline: 1 change on this device").wait_for()
    page.wait_for_timeout(100)
    assert "Offline: 1 change on this device" in page.evaluate("heard")
    page.evaluate("heard.length = 0")
    page.context.set_offline(False)
    visit.saved()
    page.wait_for_timeout(100)
    assert page.evaluate("heard.at(-1)") == "Saved"

"""The list beside the text: it goes with the reader, tells what was done to a passage, and leads to the document."""

import pytest

from tests.browser.texts import PLAIN as DOCUMENT

expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect

FIRST, LAST = "Japan and Mongolia Forge Historic Defense Pact", "Published Date"
IN_VIEW = """(words) => {
  const p = [...document.querySelectorAll('#text p')].find((one) => one.textContent.includes(words));
  const [box, view] = [p.getBoundingClientRect(), scroller.getBoundingClientRect()];
  return box.top < view.bottom && box.bottom > view.top;
}"""


def test_list_goes_with_the_text_and_the_text_with_the_list(visit):
    visit.page.set_viewport_size({"width": 1280, "height": 500})
    visit.begin(DOCUMENT)
    page = visit.page
    for words in (FIRST, LAST):
        visit.draw(words, exact=False)
        page.keyboard.press("1")
    page.keyboard.press("Escape")
    page.evaluate("scroller.scrollTop = 0")
    nearest = page.locator("#passages [data-near]")
    expect(nearest).to_contain_text(FIRST)
    page.evaluate("scroller.scrollTop = scroller.scrollHeight")
    expect(nearest).to_contain_text(LAST)
    page.get_by_role("button", name="Filter").focus()
    page.keyboard.press("Tab")
    expect(visit.item(0)).to_be_focused()
    assert page.evaluate(IN_VIEW, FIRST)
    page.keyboard.press("Tab")
    expect(visit.item(1)).to_be_focused()
    assert page.evaluate(IN_VIEW, LAST)


def test_details_tell_what_was_done_to_the_passage(visit):
    visit.begin(DOCUMENT)
    page = visit.page
    for keys in (("j", "1"), ("Shift+Digit3",), ("2",), ("Delete",), ("Control+z",)):
        for key in keys:
            page.keyboard.press(key)
        visit.saved()
    history = page.get_by_role("group", name="Passage").get_by_text("History")
    history.click()
    acts = page.get_by_role("group", name="Passage").locator("time + span")
    expect(acts).to_have_text(["Brought back", "Deleted", "Now Opinion", "Slant: Neutral", "Marked Fact"])
    page.keyboard.press("Escape")
    page.keyboard.press(".")
    expect(acts.first).to_be_hidden()


def test_after_the_text_comes_the_way_to_the_ratings_of_the_document(visit):
    visit.begin(DOCUMENT)
    page = visit.page
    first, second = (page.locator("#document-scales fieldset").nth(number) for number in (0, 1))
    page.get_by_text("End of the text. Document ratings: 0 of 8.").scroll_into_view_if_needed()
    page.get_by_role("button", name="Rate the document").click()
    expect(first.get_by_role("radio").first).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_text("End of the text. Document ratings: 1 of 8.")).to_be_attached()
    page.locator("#text").focus()
    page.keyboard.press("r")
    expect(second.get_by_role("radio").first).to_be_focused()


def test_keys_go_on_working_on_the_text_after_a_tool_was_clicked(visit):
    """Also while a note is being written: its words are kept, and no key ends up among them."""
    assignment = visit.begin(DOCUMENT)
    page = visit.page
    for key in ("j", "1", "n"):
        page.keyboard.press(key)
    page.keyboard.insert_text("seen twice")
    page.get_by_role("button", name="Sentence snap").first.click()
    expect(page.locator("#text")).to_be_focused()
    for key in ("j", "2"):
        page.keyboard.press(key)
    visit.saved()
    assert [(one["label"], one["note"]) for one in visit.passages(assignment)] == [
        ("fact", "seen twice"),
        ("opinion", ""),
    ]


def test_escape_leaves_what_it_closes_and_never_drops_the_focus(visit):
    visit.begin(DOCUMENT)
    page = visit.page
    for key in ("s", "1", "Escape", ".", "r"):
        page.keyboard.press(key)
    in_details = "document.activeElement.closest('.details') !== null"
    assert page.evaluate(in_details)
    page.keyboard.press("Escape")
    expect(visit.item()).to_be_focused()
    assert not page.evaluate(in_details)

    page.keyboard.press("f")
    page.keyboard.type("no such words")
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="Document text")).to_be_focused()
    expect(page.get_by_role("group", name="Filter passages").get_by_label("Words")).to_have_value("no such words")
    page.keyboard.press("j")
    assert page.evaluate("getSelection().toString()")
    visit.saved()

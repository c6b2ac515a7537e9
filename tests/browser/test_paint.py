"""What passages are painted on: highlights, and boxes in a browser without them; both near the view only."""

import pytest

from tests.browser.texts import PLAIN as DOCUMENT
from tests.browser.texts import rectangles

expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect

OUTER, INNER = "international peacekeeping missions", "peacekeeping missions"

LACKING = "delete globalThis.Highlight; Object.defineProperty(CSS, 'highlights', { value: undefined });"
BOXES = """[...document.querySelectorAll('.boxes div')].map((box) => {
  const { x, y, width, height } = box.getBoundingClientRect();
  return [box.dataset.label, x, y, width, height];
})"""


def test_passages_are_painted_as_boxes_where_their_words_stand(visit):
    visit.page.add_init_script(LACKING)
    visit.begin(DOCUMENT)
    page = visit.page
    expect(page.get_by_text("This browser lacks the CSS Custom Highlight API")).to_be_visible()
    visit.mark("Fact", OUTER)
    visit.mark("Opinion", INNER)
    expect(page.locator(".boxes div")).not_to_have_count(0)

    def painted():
        page.evaluate(FRAMES)
        return sorted([label, *map(round, box)] for label, *box in page.evaluate(BOXES))

    def standing():
        words = (("fact", OUTER), ("opinion", INNER))
        return sorted([label, *map(round, box)] for label, each in words for box in rectangles(page, each))

    assert painted() == standing()
    page.set_viewport_size({"width": 700, "height": 500})  # other lines, out of view
    assert painted() == []
    page.evaluate("document.querySelector('.handle circle').scrollIntoView({ block: 'center' })")
    assert painted() == standing()
    assert page.evaluate(
        "getComputedStyle(document.querySelector('.boxes [data-label=fact]')).backgroundColor"
    ) not in (
        "",
        "rgba(0, 0, 0, 0)",
    )
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate("document.querySelector('.handle circle').scrollIntoView({ block: 'center' })")
    page.locator("#text").focus()
    page.keyboard.press("Delete")
    visit.saved()
    assert [box[0] for box in painted()] == ["fact"] * len(rectangles(page, OUTER))
    page.keyboard.press("Control+z")
    visit.saved()
    assert painted() == standing()
    page.reload()
    page.wait_for_selector("body[data-ready]")
    visit.item().click()
    assert painted() == standing()


HIGHLIGHTS = "[...CSS.highlights].flatMap(([name, ranges]) => Array(ranges.size).fill(name.replace('label-', '')))"
FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.mark.parametrize("way", ["highlights", "boxes"])
def test_what_is_near_the_view_is_painted_and_what_is_far_is_not(visit, way):
    if way == "boxes":
        visit.page.add_init_script(LACKING)
    visit.page.set_viewport_size({"width": 1280, "height": 420})
    visit.begin(DOCUMENT)
    page = visit.page
    boxes = "[...new Set([...document.querySelectorAll('.boxes div')].map((box) => box.dataset.label))]"

    def painted():
        page.evaluate(FRAMES)
        return page.evaluate(HIGHLIGHTS if way == "highlights" else boxes)

    page.locator("#text").focus()
    page.keyboard.press("j")
    page.keyboard.press("1")
    visit.saved()
    assert painted() == ["fact"]
    page.evaluate("scroller.scrollTop = scroller.scrollHeight")
    assert painted() == []
    page.keyboard.press("Escape")
    page.locator("#text").focus()
    page.keyboard.press("j")
    page.keyboard.press("2")
    visit.saved()
    assert painted() == ["opinion"]
    page.evaluate("scroller.scrollTop = 0")
    assert painted() == ["fact"]
    page.evaluate(
        """addEventListener("beforeprint", () => { globalThis.printed = %s; })"""
        % (HIGHLIGHTS if way == "highlights" else boxes)
    )
    page.pdf()
    assert sorted(page.evaluate("printed")) == ["fact", "opinion"]
    assert painted() == ["fact"]


def test_workbench_prints_its_title_and_all_of_the_text_and_no_tools(visit):
    visit.page.set_viewport_size({"width": 1280, "height": 420})
    visit.begin(DOCUMENT)
    page = visit.page
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("#text p").last).to_be_visible()
    for gone in ("#labels", "#map", ".side", "#save-state", "#submit"):
        expect(page.locator(gone)).to_be_hidden()
    # Nothing is cut: the page is as long as its text.
    assert page.evaluate("document.documentElement.scrollHeight >= document.getElementById('text').offsetHeight")
    assert page.evaluate("document.getElementById('text').offsetHeight") > 2 * 420

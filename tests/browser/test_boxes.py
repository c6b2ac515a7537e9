"""A browser without the CSS Custom Highlight API: the same workbench, painted with boxes."""

import pytest

expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect

OUTER, INNER = "international peacekeeping missions", "peacekeeping missions"
DOCUMENT = "japan-mongolia-defense-pact"
LACKING = "delete globalThis.Highlight; Object.defineProperty(CSS, 'highlights', { value: undefined });"
BOXES = """[...document.querySelectorAll('.boxes div')].map((box) => {
  const { x, y, width, height } = box.getBoundingClientRect();
  return [box.dataset.label, ...[x, y, width, height].map(Math.round)];
})"""
# Where the words stand, asked of the browser line by line.
WORDS = """(words) => {
  for (const { firstChild: node } of document.querySelectorAll('#text p')) {
    const at = node?.data.indexOf(words) ?? -1;
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + words.length);
    return [...range.getClientRects()].map(({ x, y, width, height }) => [x, y, width, height].map(Math.round));
  }
}"""


def test_passages_are_painted_as_boxes_where_their_words_stand(visit):
    visit.page.add_init_script(LACKING)
    visit.begin(DOCUMENT)
    page = visit.page
    expect(page.get_by_text("This browser lacks the CSS Custom Highlight API")).to_be_visible()
    visit.mark("Fact", OUTER)
    visit.mark("Opinion", INNER)
    expect(page.locator(".boxes div")).not_to_have_count(0)

    def painted():
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return sorted(page.evaluate(BOXES))

    def standing():
        fact, opinion = page.evaluate(WORDS, OUTER), page.evaluate(WORDS, INNER)
        return sorted([["fact", *box] for box in fact] + [["opinion", *box] for box in opinion])

    assert painted() == standing()
    page.set_viewport_size({"width": 700, "height": 500})  # other lines, out of view
    assert painted() == []
    page.evaluate("document.querySelector('.handle rect').scrollIntoView({ block: 'center' })")
    assert painted() == standing()
    assert page.evaluate(
        "getComputedStyle(document.querySelector('.boxes [data-label=fact]')).backgroundColor"
    ) not in (
        "",
        "rgba(0, 0, 0, 0)",
    )
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate("document.querySelector('.handle rect').scrollIntoView({ block: 'center' })")
    page.locator("#text").focus()
    page.keyboard.press("Delete")
    visit.saved()
    assert [box[0] for box in painted()] == ["fact"] * len(page.evaluate(WORDS, OUTER))
    page.keyboard.press("Control+z")
    visit.saved()
    assert painted() == standing()
    page.reload()
    page.wait_for_selector("body[data-ready]")
    visit.item().click()
    assert painted() == standing()

"""What stands round the text: names and order, focus, minimap, progress, descriptions and the way to submit."""

import re

import pytest

from tests.browser.texts import CHINESE as SHORT
from tests.browser.texts import EMOJI as LONG
from tests.browser.texts import PLAIN as LATIN

expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect

CONTROLS = (
    *(("region", "Document text"), ("toolbar", "Labels"), ("complementary", "Passages"), ("group", "Passage")),
    *(("group", "Document ratings"), ("status", "Save state"), ("button", "Submit"), ("button", "Undo")),
    *(("button", "Redo"), ("button", "Sentence mode"), ("button", "Sentence snap"), ("button", "Find passage…")),
    *(("link", "Marked text"), ("button", "Delete passage"), ("textbox", "Note")),
)
# Everything the map shows but the ground: how many pixels are not of the colour at its foot.
INK = """(map) => {
  const { data } = map.getContext('2d').getImageData(0, 0, map.width, map.height);
  const colours = new Set();
  for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 200) colours.add(data.slice(at, at + 3).join());
  return [...colours];
}"""


def focused(visit) -> str:
    """What has the focus, as tag and name."""
    return visit.page.evaluate("document.activeElement.localName")


def test_each_control_is_found_by_role_and_name_in_reading_order(visit):
    visit.begin(LATIN)
    page = visit.page
    for key in ("s", "1", "Shift+Digit3", "Escape", "Escape", "."):
        page.keyboard.press(key)
    visit.saved()
    for role, name in CONTROLS:
        expect(page.get_by_role(role, name=name, exact=True).first).to_be_visible()
    assert page.locator("#passages .passage").first.inner_text().startswith("Fact")
    places = page.evaluate(
        """() => ['#submit', '#labels', '#text', '#passages', '#document-ratings']
          .map((one) => document.querySelector(one))
          .map((one, index, all) => !index || Boolean(all[index - 1].compareDocumentPosition(one) & 4))"""
    )
    assert all(places)
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("group", name="Filter passages")).to_be_visible()
    page.get_by_role("button", name="Keyboard shortcuts").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Keyboard shortcuts")).to_be_focused()
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_role("button", name="Submit and lock")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Submit", exact=True)).to_be_focused()


def test_focus_goes_to_the_neighbour_after_a_delete_and_the_skip_link_to_the_text(visit):
    visit.begin(SHORT)
    page = visit.page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the text")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Document text")).to_be_focused()
    for key in ("s", "1", "Shift+Digit3", "2", "Shift+Digit3", "Escape", "Escape"):
        page.keyboard.press(key)
    visit.saved()
    page.locator("#passages .passage").first.click()
    for _ in range(2):
        page.keyboard.press("Delete")
        page.wait_for_timeout(100)
        assert focused(visit) in ("button", "article")
    visit.saved()


def test_minimap_shows_ticks_and_scrolls_where_it_is_clicked(visit):
    visit.begin(LONG)
    page = visit.page
    canvas = page.locator("#map")
    expect(canvas).to_have_attribute("aria-hidden", "true")
    page.wait_for_timeout(300)
    before = set(canvas.evaluate(INK))
    page.keyboard.press("s")
    page.keyboard.press("1")
    visit.saved()
    page.wait_for_timeout(300)
    line = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--fact')")
    colour = ",".join(re.findall(r"\d+", line)[:3])
    assert colour not in before
    assert colour in canvas.evaluate(INK)
    box = canvas.bounding_box()
    canvas.click(position={"x": 8, "y": box["height"] * 0.8})
    scrolled = page.locator("#scroller").evaluate("(one) => (one.scrollTop + one.clientHeight / 2) / one.scrollHeight")
    assert scrolled == pytest.approx(0.8, abs=0.02)
    page.set_viewport_size({"width": 390, "height": 844})
    expect(canvas).to_be_hidden()


def test_progress_counts_what_stayed_in_view_and_estimates_nothing_at_first(visit):
    visit.begin(LATIN)
    words = visit.page.locator(".progress")
    expect(words).to_have_text(re.compile(r"^[1-9]\d* of 24 sentences looked at, 8 ratings missing$"))


def test_time_left_is_told_once_enough_was_read(visit):
    assignment = visit.begin(LATIN)
    visit.page.evaluate(
        "(key) => localStorage.setItem(key, JSON.stringify({ seen: [0, 1, 2, 3], behind: 10, spent: 300000 }))",
        f"credence-seen-{assignment}",
    )
    visit.page.reload()
    visit.page.wait_for_selector("body[data-ready]")
    expect(visit.page.locator(".progress")).to_have_text(re.compile(r"8 ratings missing, about \d+ min left$"))


def test_descriptions_of_paragraphs_are_switched_off_and_stay_off(visit):
    visit.begin(LONG)
    page = visit.page
    page.keyboard.press("s")
    page.keyboard.press("1")
    visit.saved()
    first = page.locator("#text p").first
    expect(first).to_have_accessible_description("1 passage: Fact")
    page.locator(".bar .menu summary").last.click()
    page.get_by_label("Describe paragraphs to screen readers").uncheck()
    expect(first).to_have_accessible_description("")
    page.reload()
    page.wait_for_selector("body[data-ready]")
    expect(first).to_have_accessible_description("")


def test_a_gap_leads_to_its_place_and_nothing_asks_for_a_rating_once_locked(visit):
    visit.begin(SHORT)
    page = visit.page
    page.keyboard.press("s")
    page.keyboard.press("1")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.locator("#document-scales input").first.check()
    visit.saved()
    submit = page.get_by_role("button", name="Submit", exact=True)
    dialog = page.get_by_role("dialog", name="Submit and lock?")
    for name, place in (
        ("Passage 1, Fact: Slant", ".details fieldset[data-scale=slant]"),
        ("Document: Credibility", "#document-scales fieldset[data-scale=credibility]"),
    ):
        submit.click()
        expect(dialog).to_contain_text("ratings are missing")
        dialog.get_by_role("button", name=name).click()
        expect(dialog).to_be_hidden()
        expect(page.locator(f"{place} input:focus")).to_have_count(1)
    submit.click()
    dialog.get_by_role("button", name="Submit and lock").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#locked-words")).to_contain_text("Your work is read-only")
    assert "Not rated yet." not in page.locator("body").inner_text()


def test_the_toast_covers_neither_the_list_nor_the_tools_on_a_phone(visit):
    visit.begin(LONG)
    page = visit.page
    page.keyboard.press("s")
    page.keyboard.press("1")
    visit.saved()
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Delete passage").click()
    page.locator("#toast").wait_for()
    toast = page.locator("#toast").bounding_box()
    tools = page.locator("#labels").bounding_box()
    assert toast["y"] + toast["height"] <= tools["y"]
    visit.saved()


@pytest.mark.parametrize("media", ["more contrast", "forced colours", "paper"])
def test_marks_keep_their_lines_where_tints_are_dropped(visit, media):
    visit.sign_in("reviewer1")
    assignment = visit.assignment_of(LONG)
    visit.open(assignment)
    if not visit.passages(assignment):
        visit.page.keyboard.press("s")
        visit.page.keyboard.press("1")
        visit.saved()
    page = visit.page
    page.goto(f"{visit.server.address}/assignments/{assignment}/text/")
    page.emulate_media(
        **{
            "more contrast": {"contrast": "more"},
            "forced colours": {"forced_colors": "active"},
            "paper": {"media": "print"},
        }[media]
    )
    line, ground = page.locator(".text .mark").first.evaluate(
        "(mark) => [getComputedStyle(mark).textDecorationLine, getComputedStyle(mark).backgroundColor]"
    )
    assert line == "underline"
    assert (ground in ("rgba(0, 0, 0, 0)", "rgb(255, 255, 255)")) == (media != "paper")
    if media == "paper":
        expect(page.locator(".legend")).to_be_visible()
        expect(page.locator(".text sup").first).to_have_text("1")
        expect(page.locator(".bar")).to_be_hidden()


def test_a_refused_form_begins_where_it_is_wrong(visit):
    visit.sign_in("admin")
    page = visit.page
    page.goto(f"{visit.server.address}/studies/new/")
    page.get_by_label("Title").fill("A study without a codebook")
    page.locator("form").filter(has=page.get_by_label("Title")).evaluate("(form) => (form.noValidate = true)")
    visit.expect("400")
    page.get_by_role("button", name="Make the study").click()
    codebook = page.get_by_label("Codebook")
    expect(codebook).to_be_focused()
    expect(codebook).to_have_accessible_description(re.compile("This field is required"))

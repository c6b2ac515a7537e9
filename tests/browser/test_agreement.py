"""The pages on agreement in a real browser: what is painted is what was marked, and every page keeps the policy."""

import re
from collections import defaultdict
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from tests.browser.texts import EMOJI, EMOJI_TOO, PERSIAN, marks_of, spot, text_of

expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect

DOCUMENT = "/studies/demonstration/documents/demonstration-{}/"
READ = "/studies/read/documents/{}/"
PAINTED = """() => Object.fromEntries([...CSS.highlights].map(([name, ranges]) => [name, [...ranges].map(
  (range) => range.startContainer.data.slice(range.startOffset, range.endOffset)).sort()]))"""


@pytest.fixture
def judge(visit: Any) -> Any:
    """A visit by somebody who sees the work of four readers on three of the seeds."""
    if "judge" not in visit.server.passwords:
        visit.server.run((Path(__file__).parent / "readers.py").read_text())
        visit.server.passwords["judge"] = "a judge of four readers"
    visit.sign_in("judge")
    return visit


def expected_paint(text: str, mode: str) -> dict[str, list[str]]:
    """What is to be painted, counted character by character: words of each line by the name of their paint."""
    given = [{} for _ in text]
    for reader in range(4):
        for start, end, label in marks_of(reader, len(text)):
            for at in range(start, end):
                given[at][reader] = label

    def shade(at: int) -> tuple[str, bool]:
        said = [given[at].get(reader, "") for reader in range(4)]
        pairs = sum(one != other for index, one in enumerate(said) for other in said[:index])
        marked = sum(map(bool, said))
        if mode == "divided":  # of 6 pairs 3, 4, 5 or 6 can differ: each fifth of them is a step
            return (f"heat-{[0, 0, 0, 3, 4, 5, 5][pairs]}" if pairs else "", False)
        return (f"heat-{marked}" if marked else "", len(set(said) - {""}) > 1)

    painted = defaultdict(list)
    for (name, differ), places in groupby(range(len(text)), key=shade):
        first, *rest = list(places)
        words = [line for line in re.split("\r\n|\n|\r", text[first : first + 1 + len(rest)]) if line]
        painted[name] += words
        painted["split"] += words if differ else []
    return {name: sorted(words) for name, words in painted.items() if name and words}


@pytest.mark.parametrize(("document", "mode"), [(PERSIAN, "marked"), (EMOJI, "marked"), (EMOJI_TOO, "divided")])
def test_what_is_painted_is_what_was_marked_after_emoji_in_persian_and_across_lines(judge, document, mode):
    judge.page.goto(f"{judge.server.address}{READ.format(document)}?mode={mode}")
    expected = expected_paint(text_of(document), mode)
    near = {name: words for name, words in judge.page.evaluate(PAINTED).items() if words}
    assert 0 < sum(map(len, near.values())) < sum(map(len, expected.values())), "only what is near the view"
    # At once, as the browser prints: in a later frame the page may go back to what is near the view.
    all_of_it = judge.page.evaluate(f"() => {{ dispatchEvent(new Event('beforeprint')); return ({PAINTED})(); }}")
    painted = {name: words for name, words in all_of_it.items() if words}
    assert painted == expected


def current(page: Any) -> str:
    """The number of the place looked at, as the list marks it."""
    return page.locator(".case[aria-current]").get_attribute("data-case")


def test_places_are_stepped_through_by_key_and_button_in_the_order_of_the_list(judge):
    page = judge.page
    page.goto(judge.server.address + READ.format(EMOJI))
    numbers = page.locator("[data-case]").evaluate_all("all => all.map((one) => one.dataset.case)")
    assert numbers != sorted(numbers, key=int), "by rank, and not by the text"
    keys = page.keyboard
    keys.press("j")
    keys.press("j")
    assert current(page) == numbers[1]
    assert page.url.endswith(f"#place-{numbers[1]}")
    assert page.locator(".outline path").get_attribute("d").startswith("M")
    said = page.locator(f"#place-{numbers[1]} .said").text_content()
    expect(page.locator("#announcer")).to_contain_text(said)
    expect(page.locator("#here-at")).to_contain_text("2 of ")
    assert page.evaluate("document.activeElement.localName") == "body", "keys move no focus that is elsewhere"
    keys.press("?")
    assert judge.hears_a_key_at_once()
    keys.press("Escape")
    for ignored in ("Control+j", "Alt+j", "Shift+J"):
        keys.press(ignored)
    page.get_by_role("checkbox").first.focus()
    keys.press("j")
    assert current(page) == numbers[1], "neither with a modifier nor in a field"
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("button", name="Next")).to_be_focused()
    page.locator(f"[data-case='{numbers[2]}']").focus()
    keys.press("k")
    assert current(page) == numbers[1]
    expect(page.locator(f"[data-case='{numbers[1]}']")).to_be_focused()
    keys.press("o")
    expect(page.locator(f"#place-{numbers[1]} dl")).to_be_visible()
    below = "document.documentElement.scrollHeight - document.getElementById('main').getBoundingClientRect().bottom"
    assert page.evaluate(f"{below} - scrollY") <= 1, "the list scrolls within itself"
    keys.press("?")
    page.get_by_label("Single keys are on").uncheck()
    page.get_by_role("button", name="Close").click()
    keys.press("j")
    assert current(page) == numbers[1], "switched off"
    page.locator("[data-case]").last.click()
    page.get_by_role("button", name="Next").click()
    page.wait_for_url("**page=2*")
    assert current(page) == page.locator("[data-case]").first.get_attribute("data-case")


def test_the_lanes_mark_the_place_that_is_looked_at(judge):
    page = judge.page
    page.goto(f"{judge.server.address}{READ.format(EMOJI)}?order=text")
    page.locator("[data-case]").nth(7).click()
    start, end, _ = page.evaluate("JSON.parse(document.getElementById('heat').textContent).cases[7]")
    spot_box, lane = page.locator(".spot").bounding_box(), page.locator("svg.lane").first.bounding_box()
    length = len(text_of(EMOJI))
    assert spot_box["x"] == pytest.approx(lane["x"] + lane["width"] * start / length, abs=1)
    assert spot_box["width"] == pytest.approx(lane["width"] * (end - start) / length, abs=1)
    page.locator("svg.lane").first.click(position={"x": lane["width"] * 0.8, "y": 8})
    page.wait_for_timeout(250)
    shade = page.locator(".seen").bounding_box()
    assert shade["x"] <= lane["x"] + lane["width"] * 0.8 <= shade["x"] + shade["width"]
    words = text_of(EMOJI)[start:end].split("\n")[0]
    page.mouse.click(*spot(page, words, scroll=True))
    assert current(page) == page.locator("[data-case]").nth(7).get_attribute("data-case")


PAGES = (
    "/",
    "/studies/",
    "/studies/demonstration/",
    DOCUMENT.format(3),
    DOCUMENT.format(3) + "?view=table&layer=ai",
    DOCUMENT.format(3) + "?mode=divided&kind=presence#place-1",
    "/studies/seeds/",
    f"/studies/seeds/documents/{PERSIAN}/",
    "/codebooks/credence-default/1/",
    "/account/",
    "/account/tokens/",
    "/account/password/",
)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_breaks_the_policy_or_scrolls_sideways_on_the_smallest_screen(visit, path):
    visit.sign_in(next(iter(visit.server.passwords)))
    visit.page.set_viewport_size({"width": 320, "height": 640})
    answer = visit.page.goto(visit.server.address + path)
    assert answer is not None
    assert answer.status == 200
    visit.page.wait_for_load_state("networkidle")
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("path", [DOCUMENT.format(3), "/codebooks/credence-default/1/"])
def test_a_label_keeps_its_line_in_grey_and_loses_its_tint_where_contrast_is_asked_for(visit, path):
    visit.sign_in(next(iter(visit.server.passwords)))
    visit.page.emulate_media(contrast="more")
    visit.page.goto(visit.server.address + path)
    tint = "getComputedStyle(document.documentElement).getPropertyValue('--fact-tint')"
    assert visit.page.evaluate(tint) in ("rgba(0, 0, 0, 0)", "transparent")
    styles = (
        "[...document.querySelectorAll('.label')].map((one) => getComputedStyle(one, '::before').borderBottomStyle)"
    )
    assert {"solid", "dashed", "dotted"} <= set(visit.page.evaluate(styles))

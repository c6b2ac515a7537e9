"""The pages on agreement in a real browser: what is painted is what was marked, and every page keeps the policy."""

import json
from collections import defaultdict
from typing import Any

import pytest

from tests.browser.texts import PERSIAN, spot

DOCUMENT = "/studies/demonstration/documents/demonstration-{}/"
PAINTED = """() => Object.fromEntries([...CSS.highlights].map(([name, ranges]) => [name, [...ranges].map(
  (range) => range.startContainer.data.slice(range.startOffset, range.endOffset))]))"""


def heat_of(visit: Any) -> dict[str, Any]:
    """Return what the server sent to be painted."""
    return json.loads(visit.page.locator("#heat").text_content())


@pytest.mark.parametrize("number", [1, 2, 3])
def test_each_stretch_is_painted_in_the_step_of_its_count(visit, number):
    visit.sign_in(next(iter(visit.server.passwords)))
    visit.page.goto(visit.server.address + DOCUMENT.format(number))
    text = "\n".join(visit.page.locator("#text p").evaluate_all("all => all.map((p) => p.textContent)"))
    expected = defaultdict(list)
    for start, end, step, differ in heat_of(visit)["stretches"]:
        words = [line for line in text[start:end].split("\n") if line]
        expected[f"heat-{step}"] += words
        if differ:
            expected["split"] += words
    painted = {name: words for name, words in visit.page.evaluate(PAINTED).items() if words}
    assert painted == expected
    assert painted


def test_a_place_is_outlined_from_the_list_and_from_the_text(visit):
    visit.sign_in(next(iter(visit.server.passwords)))
    page = visit.page
    page.goto(visit.server.address + DOCUMENT.format(1))
    page.locator("[data-case]").nth(2).click()
    assert page.locator("[data-case][aria-current]").get_attribute("data-case") == "3"
    assert page.locator(".outline path").get_attribute("d").startswith("M")
    start, end, number = heat_of(visit)["cases"][4]
    text = "\n".join(page.locator("#text p").evaluate_all("all => all.map((p) => p.textContent)"))
    page.mouse.click(*spot(page, text[start:end].split("\n")[0], scroll=True))
    assert page.locator("[data-case][aria-current]").get_attribute("data-case") == str(number)


PAGES = (
    "/",
    "/studies/",
    "/studies/demonstration/",
    DOCUMENT.format(3),
    DOCUMENT.format(3) + "?view=table&layer=ai",
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

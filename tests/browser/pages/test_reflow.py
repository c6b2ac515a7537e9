"""Every page on the narrowest screen, enlarged four times, and with the spacing some readers need."""

import os
import random
from typing import Any

import pytest

from tests.browser.places import PLACES, Place

# What WCAG 2.2 (1.4.12) lets a reader set. A constructed sheet, since the policy allows no style element.
SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
    p { margin-block-end: 2em !important; }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
# How far the page itself scrolls sideways, and controls whose words are cut off.
BEYOND = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [document.documentElement.scrollWidth,
  ...[...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > innerWidth)
    .map((one) => `${one.localName}.${one.className} ${one.textContent.slice(0, 60)}`)]"""
CUT = """() => [...document.querySelectorAll('button, .button, a, legend, h1, h2, h3, summary')]
  .filter((one) => one.checkVisibility() && one.innerText?.trim() && !one.closest('.hidden, .skip, .scroll-x, .bar h1'))
  .filter((one) => !['h1', 'bdi'].includes(one.localName) && !one.querySelector('.quote'))
  .filter((one) => one.scrollWidth > one.clientWidth + 2 && getComputedStyle(one).overflowX !== 'visible')
  .map((one) => `${one.localName}.${one.className} ${one.innerText.slice(0, 60)}`)"""
OURS = [one for one in PLACES if not one.name.startswith("admin ")]


def chosen() -> list[Place]:
    """A sixth at random, the same for a seed; all with CREDENCE_FULL=1."""
    if os.environ.get("CREDENCE_FULL"):
        return OURS
    pick = random.Random(20261125)
    return [one for one in OURS if pick.random() < 1 / 6]


@pytest.mark.parametrize("place", chosen(), ids=lambda place: place.name)
def test_no_page_scrolls_sideways_at_320_pixels_or_with_wide_spacing(visit: Any, place: Place) -> None:
    # 320 pixels wide is also what a window of 1,280 has at 400 %; its height then is 225.
    place.go(visit)
    page = visit.page
    for width, height in ((320, 640), (320, 225)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(BEYOND) == [], f"{width} x {height}"
    page.set_viewport_size({"width": 320, "height": 640})
    page.evaluate(SPACING)
    assert page.evaluate(BEYOND) == [], "text spacing, 320 wide"
    assert page.evaluate(CUT) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    assert page.evaluate(BEYOND) == [], "text spacing, 1280 wide"
    assert page.evaluate(CUT) == []

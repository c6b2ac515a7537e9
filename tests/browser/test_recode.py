"""Coding again by keys alone, in a real browser."""

from typing import Any

import pytest

from tests.browser.places import PLACES

expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect


def test_passages_are_coded_again_with_one_key_each(visit: Any) -> None:
    next(place for place in PLACES if place.name == "coding again").go(visit)
    page = visit.page
    page.wait_for_selector("body[data-ready]")
    left = page.locator(".settled-bar strong")
    expect(left).to_have_text("3 passages left")
    assert page.locator(".outline path").get_attribute("d"), "the passage is outlined in the text"
    for key, words in (("1", "2 passages left"), ("0", "1 passage left"), ("Control+z", "2 passages left")):
        with page.expect_navigation():
            page.keyboard.press(key)
        expect(left).to_have_text(words)
        page.wait_for_selector("body[data-ready]")
    for key in ("2", "2"):
        with page.expect_navigation():
            page.keyboard.press(key)
    page.get_by_role("heading", name="Nothing to code again").wait_for()
    slug = page.url.split("/studies/")[1].split("/")[0]
    said = visit.get(f"studies/{slug}/recodings/")["results"]
    assert sorted(case["answer"]["label"] for case in said) == ["forecast", "forecast", "judgement"]

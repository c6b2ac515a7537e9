"""Settling a text by keys alone, in a real browser."""

import re
from typing import Any

import pytest

expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect


@pytest.fixture
def settler(visit: Any) -> Any:
    """A visit by the adjudicator of a disputed text, on its page."""
    visit.sign_in_to_settle()
    visit.page.goto(f"{visit.server.address}/")
    visit.page.get_by_role("link", name=re.compile("^Settle")).click()
    visit.page.wait_for_selector("body[data-ready]")
    return visit


def test_a_key_counts_at_once_after_a_dialog_is_left(settler):
    settler.page.keyboard.press("?")
    assert settler.hears_a_key_at_once()


def test_a_text_is_settled_with_at_most_two_keys_a_case(settler):
    page, pressed = settler.page, []

    def press(key: str, left: int) -> None:
        """Press one key, and see how many disagreements are left then."""
        pressed.append(key)
        with page.expect_navigation():
            page.keyboard.press(key)
        page.wait_for_selector("body[data-ready]")
        expect(page.locator(".settled-bar strong")).to_have_text(f"{left} disagreement{'' if left == 1 else 's'} left")

    expect(page.locator(".settled-bar strong")).to_have_text("7 disagreements left")
    assert page.locator(".outline path").get_attribute("d"), "the case is outlined in the text"
    press("g", 8)  # what all agree on, and a scale they do not agree on opens
    press("c", 7)
    press("Control+z", 8)
    press("c", 7)
    press("c", 6)  # each of those who marked these two reads them otherwise
    press("j", 6)
    press("k", 6)
    press("m", 5)  # the same label with other borders
    fact = page.locator(".option", has=page.locator("[data-label=fact]")).first.get_attribute("data-key")
    page.keyboard.press("x")  # two of three say fact, so that a reason is asked for
    expect(page.get_by_role("alert")).to_contain_text("say Fact")
    expect(page.locator("#reason")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert")).to_be_in_viewport()
    press(fact, 4)
    press("x", 3)
    press("e", 2)
    expect(page.locator("#case")).to_contain_text("of the whole document")
    press("2", 1)  # a point on the scale of the document
    assert page.locator(".outline path").get_attribute("d"), "the passage that is rated is outlined"
    page.keyboard.press("0")  # cannot be judged: two of three say otherwise
    expect(page.get_by_role("alert")).to_contain_text("say Neutral")
    page.keyboard.press("3")
    page.get_by_role("heading", name="No disagreements left").wait_for()
    outcomes = [row["outcome"] for row in settler.get("decisions/")["results"]]
    assert sorted(outcomes) == [
        *("agreed_by_rule", "contested", "contested", "merged", "nothing_here", "nothing_here", "took", "took", "took")
    ]
    page.get_by_role("button", name="Submit and lock").click()
    page.get_by_label("Leave them open").check()
    page.get_by_role("button", name="Submit with the gaps").click()
    page.get_by_text("this is the gold standard of the text").first.wait_for()
    settler.expect("409")  # the gaps
    settler.expect("400")  # the reasons
    assert len(pressed) <= 2 * 9

"""Scales of the document: pointing at them leaves everything in its place."""

import pytest

from tests.browser.texts import EMOJI

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

HEIGHTS = "[...document.querySelectorAll('#document-scales fieldset')].map((each) => each.offsetHeight)"


def test_pointing_at_a_point_moves_nothing(visit):
    visit.sign_in("reviewer2")
    visit.open(visit.assignment_of(EMOJI))
    groups = visit.page.locator("#document-scales fieldset")
    before = visit.page.evaluate(HEIGHTS)
    assert len(before) == groups.count() > 5
    for index in range(groups.count()):
        labels = groups.nth(index).locator("label")
        said = set()
        for point in range(labels.count()):
            labels.nth(point).hover()
            said.add(groups.nth(index).locator(".anchor").inner_text())
            assert visit.page.evaluate(HEIGHTS) == before
        assert len(said) == labels.count(), "each point tells its own anchor"

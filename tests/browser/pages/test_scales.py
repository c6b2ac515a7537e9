"""Scales of the document: pointing at them leaves everything in its place."""

import base64

import pytest

from tests.browser.texts import EMOJI

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

DARK = """async (picture) => {
  const bytes = Uint8Array.from(atob(picture), (one) => one.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const pen = new OffscreenCanvas(image.width, image.height).getContext('2d');
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, image.width, image.height);
  let dark = 0;
  for (let at = 0; at < data.length; at += 4) dark += data[at] + data[at + 1] + data[at + 2] < 384;
  return dark;
}"""
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


def test_anchor_of_the_chosen_point_can_be_read_in_forced_colours(visit):
    """Forced colours lay a ground behind words, those that only hold the room free included."""
    visit.sign_in("admin")
    visit.open(visit.assignment_of(EMOJI))
    anchor = visit.page.locator("#document-scales .anchor").first
    visit.page.emulate_media(forced_colors="none")
    readable = ink(visit.page, anchor.screenshot())
    visit.page.emulate_media(forced_colors="active")
    assert ink(visit.page, anchor.screenshot()) > readable / 2


def ink(page, picture: bytes) -> int:
    """How many pixels of a picture are dark."""
    return page.evaluate(DARK, base64.b64encode(picture).decode())

"""A device whose storage is full, or forbidden: the page says so, sends at once, and loses nothing."""

import json
from pathlib import Path

import pytest

from tests.browser.texts import EMOJI_TOO as DOCUMENT

expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect

KEPT = """async () => {
  const names = (await indexedDB.databases()).map(({ name }) => name).filter((name) => name.startsWith('credence'));
  const open = (name) => new Promise((done) => {
    indexedDB.open(name).onsuccess = ({ target }) => done(target.result);
  });
  const database = await open(names[0]);
  const rows = await new Promise((done) => {
    database.transaction('entries').objectStore('entries').getAll().onsuccess = ({ target }) => done(target.result);
  });
  database.close();
  return rows.map(({ body }) => body?.quote);
}"""

FILLING = """
const { put } = IDBObjectStore.prototype;
IDBObjectStore.prototype.put = function (...given) {
  if (globalThis.full) throw new DOMException('full', 'QuotaExceededError');
  return put.apply(this, given);
};
"""


def limit(visit, size=None):
    """Give the site only so many bytes on this device; None takes the limit away."""
    devtools = visit.page.context.new_cdp_session(visit.page)
    limited = {} if size is None else {"quotaSize": size}
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": visit.server.address, **limited})
    return devtools  # the limit lasts as long as this session


def test_browser_that_refuses_to_store_says_so_and_still_saves(visit):
    visit.page.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    assignment = visit.begin(DOCUMENT)
    expect(visit.page.get_by_role("alert").filter(has_text="This browser can’t keep unsent work")).to_be_visible()
    visit.mark("AI-generated", "innovative approaches")
    assert [one["quote"] for one in visit.passages(assignment)] == ["innovative approaches"]


def test_full_storage_is_told_and_work_is_sent_at_once(visit):
    assignment = visit.begin(DOCUMENT)
    notice = visit.page.get_by_role("alert").filter(has_text="This browser can’t keep unsent work")
    expect(notice).to_be_hidden()
    full = limit(visit, 1)
    visit.mark("Fact", "innovative approaches")
    expect(notice).to_be_visible()
    assert [one["quote"] for one in visit.passages(assignment)] == ["innovative approaches"]
    full.detach()


def test_work_done_offline_on_full_storage_can_be_downloaded_and_is_sent_later(visit):
    visit.expect("ERR_INTERNET_DISCONNECTED")
    assignment = visit.begin(DOCUMENT)
    full = limit(visit, 1)
    visit.page.context.set_offline(True)
    visit.draw("innovative approaches")
    visit.page.keyboard.press("1")
    visit.page.keyboard.press("Shift+Digit4")
    expect(visit.page.get_by_role("status", name="Save state")).to_contain_text("Offline")
    with visit.page.expect_download() as saved:
        visit.page.get_by_role("button", name="Download unsent changes").click()
    *_, kept = json.loads(Path(saved.value.path()).read_text())
    assert (kept["body"]["quote"], kept["body"]["ratings"][0]["point"]) == ("innovative approaches", 1)
    full.detach()  # room again: what was in memory goes to the disk with the next change
    visit.page.keyboard.press("Shift+Digit5")
    expect(visit.page.locator("#storage-notice")).to_be_hidden()
    assert set(visit.page.evaluate(KEPT)) == {"innovative approaches"}
    visit.page.context.set_offline(False)
    visit.saved()
    (held,) = visit.passages(assignment)
    assert (held["quote"], [one["point"] for one in held["ratings"]]) == ("innovative approaches", [2])
    assert visit.page.evaluate(KEPT) == []


def test_what_was_on_the_disk_before_it_was_full_is_not_sent_twice(visit):
    visit.expect("ERR_INTERNET_DISCONNECTED")
    visit.page.add_init_script(FILLING)  # Chromium asks for the room that is left once in a while only
    assignment = visit.begin(DOCUMENT)
    visit.page.context.set_offline(True)
    visit.draw("innovative approaches")
    visit.page.keyboard.press("1")
    expect(visit.page.get_by_role("status", name="Save state")).to_have_text("Offline: 1 change on this device")
    visit.page.evaluate("globalThis.full = true")
    visit.page.keyboard.press("Shift+Digit4")
    expect(visit.page.locator("#storage-notice")).to_be_visible()
    visit.page.context.set_offline(False)
    visit.saved()
    visit.page.keyboard.press("Shift+Digit5")
    visit.saved()
    visit.page.reload()
    visit.page.wait_for_selector("body[data-ready]")
    visit.saved()
    (held,) = visit.passages(assignment)
    assert [one["point"] for one in held["ratings"]] == [2]
    assert visit.page.evaluate(KEPT) == []


def test_both_changes_of_one_act_outlive_a_device_that_fills_up(visit):
    visit.page.add_init_script(FILLING)
    assignment = visit.begin(DOCUMENT)
    visit.mark("Fact", "innovative approaches")
    visit.page.evaluate("globalThis.full = true")
    visit.draw("challenges requires sustained commitment and innovative approaches")
    visit.page.keyboard.press("1")
    visit.page.get_by_role("dialog").get_by_role("button", name="Replace").click()
    visit.saved()
    quotes = ["challenges requires sustained commitment and innovative approaches"]
    assert [one["quote"] for one in visit.passages(assignment)] == quotes
    visit.page.reload()
    visit.page.wait_for_selector("body[data-ready]")
    expect(visit.page.locator("#passages .passage .quote")).to_have_text(quotes)

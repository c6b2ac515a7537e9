"""Undo and redo outlive a reload, over every kind of change, and ask before they overrule another window."""

from itertools import pairwise

import pytest

from tests.browser.texts import PLAIN as DOCUMENT

expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect


def held(visit, assignment):
    """What the server holds, in short."""
    visit.saved()
    answer = visit.get(f"assignments/{assignment}/")
    passages = [
        (one["label"], one["note"], [(rating["scale"], rating["point"]) for rating in one["ratings"]], one["end"])
        for one in answer["annotations"]
    ]
    return passages, {one["scale"]: one["point"] for one in answer["ratings"]}


def reload(visit):
    visit.saved()
    visit.page.reload()
    visit.page.wait_for_selector("body[data-ready]")


def test_every_kind_of_change_is_undone_and_done_again_after_a_reload(visit):
    visit.sign_in("reviewer2")
    assignment = visit.assignment_of(DOCUMENT)
    visit.open(assignment)
    page = visit.page
    first = page.locator("#document-scales fieldset").first
    acts = [
        lambda: [page.keyboard.press(key) for key in ("j", "1")],
        lambda: page.keyboard.press("Shift+Digit4"),
        lambda: page.keyboard.press("2"),
        lambda: page.keyboard.press("BracketLeft"),
        lambda: [page.keyboard.press("n"), page.keyboard.insert_text("why"), page.keyboard.press("Control+Enter")],
        lambda: first.locator("input").nth(1).check(),
        lambda: [page.locator("#passages .passage").click(), page.keyboard.press("Delete")],
    ]
    states = [held(visit, assignment)]
    for act in acts:
        act()
        states.append(held(visit, assignment))
    assert all(before != after for before, after in pairwise(states)), "each act changed something"
    reload(visit)
    for state in reversed(states[:-1]):
        page.locator("#text").focus()
        page.keyboard.press("Control+z")
        page.wait_for_timeout(200)
        assert held(visit, assignment) == state
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_disabled()
    reload(visit)
    for state in states[1:]:
        page.locator("#text").focus()
        page.keyboard.press("Control+Shift+Z")
        page.wait_for_timeout(200)
        assert held(visit, assignment) == state


def test_undoing_what_another_window_changed_asks_first(visit):
    visit.sign_in("reviewer3")
    assignment = visit.assignment_of(DOCUMENT)
    visit.open(assignment)
    page = visit.page
    for key in ("j", "1"):
        page.keyboard.press(key)
    visit.saved()
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector("body[data-ready]")
    other.locator("#passages .passage").click()
    other.keyboard.press("2")
    expect(page.locator("#passages .passage")).to_contain_text("Opinion")
    page.bring_to_front()
    page.locator("#text").focus()
    page.keyboard.press("Control+z")
    message = page.get_by_role("group", name="Message")
    expect(message).to_contain_text("changed in another window")
    expect(page.locator("#passages .passage")).to_have_count(1)
    message.get_by_role("button", name="Undo anyway").click()
    expect(page.locator("#passages .passage")).to_have_count(0)
    visit.saved()
    assert visit.passages(assignment) == []


def test_an_undone_note_stays_undone_when_another_passage_is_chosen_at_once(visit):
    """All within one turn of the page, faster than anything is stored."""
    visit.sign_in("reviewer4")
    assignment = visit.assignment_of(DOCUMENT)
    visit.open(assignment)
    page = visit.page
    for key in ("j", "1", "j", "2", "n"):
        page.keyboard.press(key)
    page.keyboard.insert_text("second thoughts")
    page.keyboard.press("Control+Enter")
    visit.saved()
    page.evaluate(
        """() => {
          const press = (key, code, ctrlKey) => document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", { key, code, ctrlKey, bubbles: true, cancelable: true }));
          press("z", "KeyZ", true);
          press(",", "Comma", false);
        }"""
    )
    page.wait_for_timeout(500)
    passages, _ = held(visit, assignment)
    assert [note for _, note, _, _ in passages] == ["", ""]


def test_passage_deleted_and_brought_back_before_the_server_heard_of_it_is_made_there(visit):
    """Both keys within one task of the page: the second is asked for while the first is on its way to the disk."""
    assignment = visit.begin(DOCUMENT)
    visit.expect("ERR_INTERNET_DISCONNECTED")
    page = visit.page
    page.context.set_offline(True)
    for key in ("j", "1"):
        page.keyboard.press(key)
    page.get_by_text("Offline: 1 change on this device").wait_for()
    page.evaluate(
        """() => {
          const press = (key, code, more) => document.activeElement.dispatchEvent(
            new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true, ...more }));
          press('Delete', 'Delete');
          press('z', 'KeyZ', { ctrlKey: true });
        }"""
    )
    page.context.set_offline(False)
    passages, _ = held(visit, assignment)
    assert [label for label, *_ in passages] == ["fact"]


# A transaction of our own on the outbox, kept alive until it is released: the disk is busy.
BUSY = """async () => {
  const [{ name }] = (await indexedDB.databases()).filter((one) => one.name.startsWith('credence-outbox'));
  const opened = indexedDB.open(name);
  await new Promise((done) => { opened.onsuccess = done; });
  const store = opened.result.transaction('entries', 'readwrite').objectStore('entries');
  const again = () => { if (!globalThis.released) store.count().onsuccess = again; };
  again();
}"""


def test_answer_to_an_earlier_change_takes_nothing_back_while_the_later_one_is_being_stored(visit):
    assignment = visit.begin(DOCUMENT)
    page, held_back = visit.page, []

    def keep_back(route):
        if held_back:
            route.continue_()
        else:
            held_back.append((route, route.fetch()))

    page.route("**/api/v1/annotations/*/", keep_back)
    for key in ("j", "1"):
        page.keyboard.press(key)
    while not held_back:
        page.wait_for_timeout(50)
    page.evaluate(BUSY)
    page.keyboard.press("Shift+Digit3")
    route, answer = held_back[0]
    with page.expect_response("**/api/v1/annotations/*/"):
        route.fulfill(response=answer)
    visit.taken()
    page.keyboard.press("Control+z")
    page.evaluate("globalThis.released = true")
    assert [ratings for _, _, ratings, _ in held(visit, assignment)[0]] == [[]]
    expect(page.get_by_role("group", name="Message")).to_be_hidden()

"""What the server refuses stays on the device until the reviewer has decided, with the reason and every way on."""

import json
from pathlib import Path

import pytest

from tests.browser.texts import EMOJI as DOCUMENT

expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect


def elsewhere(visit, method, path, **options):
    """Another device of the same reviewer does something."""
    cookies = {one["name"]: one["value"] for one in visit.page.context.cookies()}
    options.setdefault("headers", {})["X-CSRFToken"] = cookies["csrftoken"]
    answer = visit.page.request.fetch(f"{visit.server.address}/api/v1/{path}", method=method, **options)
    assert answer.ok, answer.text()


def edited_elsewhere(visit, assignment, **changes):
    (stored,) = visit.passages(assignment)
    fields = {key: stored[key] for key in ("assignment", "label", "start", "end", "quote", "note", "ratings")}
    elsewhere(
        visit,
        "PUT",
        f"annotations/{stored['id']}/",
        data={**fields, **changes},
        headers={"If-Match": f'"{stored["version"]}"'},
    )
    return stored


def attention(visit):
    expect(visit.page.get_by_role("status", name="Save state")).to_have_text("1 needs attention")
    visit.page.get_by_role("button", name="Review").click()
    return visit.page.get_by_role("dialog", name="Needs attention")


def test_change_made_elsewhere_meanwhile_is_shown_beside_mine(visit):
    assignment = visit.begin(DOCUMENT)
    visit.expect("412")
    visit.mark("Fact", "peacekeeping missions")
    edited_elsewhere(visit, assignment, label="opinion", note="from the other window")
    visit.page.keyboard.press("Shift+Digit2")
    dialog = attention(visit)
    expect(dialog).to_contain_text("from the other window")
    dialog.get_by_role("button", name="Keep mine").click()
    visit.saved()
    (kept,) = visit.passages(assignment)
    assert (kept["label"], kept["ratings"], kept["note"]) == ("fact", [{"scale": "slant", "point": -1}], "")


def test_both_versions_of_a_passage_can_be_kept(visit):
    assignment = visit.begin(DOCUMENT)
    visit.expect("412")
    visit.mark("Fact", "peacekeeping missions")
    visit.page.keyboard.press("Shift+Digit2")
    visit.saved()
    stored = edited_elsewhere(visit, assignment, label="opinion", note="from the other device")
    visit.page.keyboard.press("Shift+Digit4")
    dialog = attention(visit)
    expect(dialog).to_contain_text("This was changed in another window or on another device meanwhile.")
    expect(dialog).to_contain_text("Slant: Somewhat in favour")
    dialog.get_by_role("button", name="Keep both").click()
    expect(dialog).to_be_hidden()
    visit.saved()
    held = {one["label"]: one for one in visit.passages(assignment)}
    assert held.keys() == {"fact", "opinion"}
    assert held["opinion"]["id"] == stored["id"] != held["fact"]["id"]
    assert held["opinion"]["note"] == "from the other device"
    assert [rating["point"] for rating in held["fact"]["ratings"]] == [1]
    assert {one["quote"] for one in held.values()} == {"peacekeeping missions"}
    expect(visit.page.locator("#passages .passage")).to_have_count(2)


def test_what_was_added_while_the_refused_change_waited_is_kept_with_it(visit):
    for words in ("412", "ERR_INTERNET_DISCONNECTED"):
        visit.expect(words)
    assignment = visit.begin(DOCUMENT)
    visit.mark("Fact", "peacekeeping missions")
    edited_elsewhere(visit, assignment, label="opinion", note="from the other device")
    visit.page.context.set_offline(True)
    with visit.page.expect_event("requestfailed"):  # what was never sent is joined to what comes after it
        visit.page.keyboard.press("Shift+Digit4")
    state = visit.page.get_by_role("status", name="Save state")
    expect(state).to_have_text("Offline: 1 change on this device")
    visit.page.keyboard.press("n")
    visit.page.keyboard.insert_text("and why")
    visit.page.keyboard.press("Control+Enter")
    expect(state).to_have_text("Offline: 2 changes on this device")
    visit.page.context.set_offline(False)
    dialog = attention(visit)
    expect(dialog).to_contain_text("and why")
    dialog.get_by_role("button", name="Keep both").click()
    visit.saved()
    held = {one["label"]: one for one in visit.passages(assignment)}
    assert (held["opinion"]["note"], held["fact"]["note"]) == ("from the other device", "and why")
    assert [rating["point"] for rating in held["fact"]["ratings"]] == [1]


def test_both_cannot_be_kept_where_they_would_overlap_with_one_label(visit):
    assignment = visit.begin(DOCUMENT)
    visit.expect("412")
    visit.mark("Fact", "peacekeeping missions")
    edited_elsewhere(visit, assignment, note="from the other device")
    visit.page.keyboard.press("Shift+Digit4")
    dialog = attention(visit)
    expect(dialog.get_by_role("button", name="Keep both")).to_have_count(0)
    dialog.get_by_role("button", name="Keep the other").click()
    visit.saved()
    (held,) = visit.passages(assignment)
    assert (held["note"], held["ratings"]) == ("from the other device", [])


def test_passage_deleted_elsewhere_is_marked_again(visit):
    assignment = visit.begin(DOCUMENT)
    visit.expect("410")
    visit.mark("Opinion", "peacekeeping missions")
    (stored,) = visit.passages(assignment)
    elsewhere(visit, "DELETE", f"annotations/{stored['id']}/", headers={"If-Match": f'"{stored["version"]}"'})
    visit.page.keyboard.press("Shift+Digit5")
    dialog = attention(visit)
    expect(dialog).to_contain_text("This passage was deleted in another window or on another device meanwhile.")
    dialog.get_by_role("button", name="Mark again").click()
    visit.saved()
    (held,) = visit.passages(assignment)
    assert held["id"] != stored["id"]
    assert (held["quote"], held["label"]) == ("peacekeeping missions", "opinion")
    assert [rating["point"] for rating in held["ratings"]] == [2]


def test_work_of_somebody_who_left_the_study_is_kept_with_the_reason(visit):
    assignment = visit.begin(DOCUMENT)
    name = visit.page.locator("body").get_attribute("data-username")
    visit.expect("409")
    member = (
        "from annotator.models import *; from annotator.actions.study import add_member, remove_member;"
        "study = Study.objects.get(slug='crew'); lead = User.objects.get(username='admin');"
        f"user = User.objects.get(username='{name}');"
    )
    visit.server.run(member + "remove_member(actor=lead, study=study, user=user)")
    visit.draw("peacekeeping missions")
    visit.page.keyboard.press("1")
    dialog = attention(visit)
    expect(dialog).to_contain_text("peacekeeping missions")
    expect(dialog).to_contain_text("study")
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog.get_by_role("button", name="Copied")).to_be_visible()
    assert json.loads(visit.page.evaluate("navigator.clipboard.readText()"))["quote"] == "peacekeeping missions"
    with visit.page.expect_download() as saved:
        dialog.get_by_role("button", name="Download all").click()
    (kept,) = json.loads(Path(saved.value.path()).read_text())
    assert (kept["problem"]["code"], kept["body"]["quote"]) == ("left", "peacekeeping missions")
    visit.server.run(member + "add_member(actor=lead, study=study, user=user)")
    dialog.get_by_role("button", name="Try again").click()
    visit.saved()
    assert [one["quote"] for one in visit.passages(assignment)] == ["peacekeeping missions"]

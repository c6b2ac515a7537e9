"""The workbench in a real browser: what a reviewer marks is, letter for letter, what the server holds."""

import gzip
import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.texts import CHINESE, EMOJI, EMOJI_TOO, PERSIAN, PLAIN, spot, text_of

expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect


def one_passage(visit, assignment: str) -> dict[str, Any]:
    """The only passage of an assignment as the server holds it."""
    (passage,) = visit.passages(assignment)
    return visit.get(f"annotations/{passage['id']}/")


@pytest.mark.parametrize(
    ("document", "first", "last"),
    [
        (EMOJI, "Such partnerships enhance collective defenses", None),
        (EMOJI_TOO, "confronting emerging challenges", None),
        (PERSIAN, "چو کشور نباشد تن من مباد", None),
        (CHINESE, "以上内容由AI自动生成", None),
        (PLAIN, "unauthorized transfer to third parties.", "The agreement, signed on December 18"),
    ],
    ids=["after the emoji of 002", "after the emoji of 004", "Persian", "Chinese", "across two paragraphs"],
)
def test_stored_offsets_cut_the_quote_shown_from_the_file(visit, document, first, last):
    assignment = visit.begin(document)
    visit.mark("Opinion", first, last)
    stored = one_passage(visit, assignment)
    text = text_of(document)
    cut = text[stored["start"] : stored["end"]]
    assert cut == stored["quote"]
    assert cut.startswith(first)
    assert cut.endswith(last or first)
    assert visit.page.locator("#passages .quote").text_content() == cut


def test_selection_grows_to_the_stored_sentences(visit):
    assignment = visit.begin(PLAIN)
    visit.mark("Fact", "Masaru Ogasawara", exact=False)
    stored = one_passage(visit, assignment)
    ends = visit.get(f"assignments/{assignment}/")["revision"]["sentences"]
    starts = [0, *ends]
    sentence = next(i for i, end in enumerate(ends) if end >= stored["end"])
    assert text_of(PLAIN)[starts[sentence] : ends[sentence]].strip() == stored["quote"]
    assert stored["quote"].startswith("The accord was signed by")


def test_sentence_mode_takes_one_key_to_label_and_one_to_rate(visit):
    assignment = visit.begin(PLAIN)
    for key in ("s", "1", "Shift+Digit3", "2", "Shift+Digit5", "3", "Shift+Digit1"):
        visit.page.keyboard.press(key)
    visit.saved()
    found = [(one["label"], one["ratings"]) for one in visit.passages(assignment)]
    assert found == [
        ("fact", [{"scale": "slant", "point": 0}]),
        ("opinion", [{"scale": "slant", "point": 2}]),
        ("ai", [{"scale": "basis", "point": 1}]),
    ]


def test_brush_makes_a_passage_of_every_draw(visit):
    assignment = visit.begin(EMOJI)
    visit.page.get_by_role("toolbar", name="Labels").get_by_role("button", name="Fact", exact=True).click()
    visit.draw("established in 1994")
    visit.saved()
    visit.draw("multifaceted approach")
    visit.saved()
    assert [one["quote"] for one in visit.passages(assignment)] == ["multifaceted approach", "established in 1994"]
    for _ in range(2):  # first the active passage, then the brush
        visit.page.keyboard.press("Escape")
    expect(visit.page.get_by_text("Every selection becomes a passage")).to_be_hidden()


def test_click_goes_from_the_shortest_passage_to_the_next_outer(visit):
    visit.begin(EMOJI)
    visit.mark("Opinion", "Such partnerships enhance collective defenses")
    visit.mark("Fact", "enhance collective")
    visit.page.keyboard.press("Escape")
    expect(visit.page.get_by_role("group", name="Passage", exact=True)).to_have_count(0)
    x, y = spot(visit.page, "collective")
    current = visit.page.locator('#passages .passage[aria-current="true"]')
    for label in ("Fact", "Opinion", "Fact"):
        visit.page.mouse.click(x, y)
        expect(current).to_have_accessible_name(re.compile(f"^{label}"))
    current.press("Enter")
    expect(current).to_have_accessible_name(re.compile("^Opinion"))
    expect(current).to_be_focused()


def test_rating_note_and_document_rating_survive_a_reload(visit):
    assignment = visit.begin(PLAIN)
    page = visit.page
    visit.mark("Opinion", "expertise in this domain")
    page.get_by_role("radio", name="Somewhat in favour").check(force=True)
    page.get_by_role("textbox", name="Note").fill("Says who? چه کسی؟")
    page.get_by_role("textbox", name="Note").press("Control+Enter")
    ratings = page.get_by_role("group", name="Document ratings")
    ratings.get_by_role("radio", name="Usually reliable", exact=False).first.check(force=True)
    ratings.get_by_role("button", name="Choose evidence for Reliability").click()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Save evidence").click()
    visit.saved()
    page.reload()
    page.wait_for_selector("body[data-ready]")
    visit.item().click()
    expect(page.get_by_role("radio", name="Somewhat in favour")).to_be_checked()
    expect(page.get_by_role("textbox", name="Note")).to_have_value("Says who? چه کسی؟")
    expect(ratings.get_by_text("Evidence: 1 passage")).to_be_visible()
    stored = visit.get(f"assignments/{assignment}/")
    (passage,) = stored["annotations"]
    assert passage["ratings"] == [{"scale": "slant", "point": 1}]
    assert passage["note"] == "Says who? چه کسی؟"
    assert [(one["scale"], one["point"], one["evidence"]) for one in stored["ratings"]] == [
        ("reliability", 2, [passage["id"]])
    ]


def test_undo_takes_each_act_back_and_redo_brings_it_again(visit):
    assignment = visit.begin(EMOJI)
    visit.mark("Fact", "joint exercises")
    visit.page.keyboard.press("Shift+Digit4")
    visit.page.keyboard.press("2")
    visit.saved()
    made = one_passage(visit, assignment)
    assert (made["label"], made["ratings"]) == ("opinion", [{"scale": "slant", "point": 1}])
    for _ in range(3):
        visit.page.keyboard.press("Control+z")
    visit.saved()
    assert visit.passages(assignment) == []
    for _ in range(3):
        visit.page.keyboard.press("Control+Shift+z")
    visit.saved()
    again = one_passage(visit, assignment)
    assert (again["id"], again["label"], again["ratings"]) == (made["id"], "opinion", made["ratings"])


def test_deleted_passage_with_an_emoji_comes_back_with_its_ratings(visit):
    assignment = visit.begin(EMOJI_TOO)
    visit.mark("Fact", "🧠AI-Generated Insight")
    visit.page.keyboard.press("Shift+Digit3")
    visit.saved()
    before = one_passage(visit, assignment)
    assert before["end"] - before["start"] == len("🧠AI-Generated Insight")
    visit.page.get_by_role("button", name="Delete passage").click()
    visit.saved()
    assert visit.passages(assignment) == []
    visit.page.get_by_role("group", name="Message").get_by_role("button", name="Undo").click()
    visit.saved()
    after = one_passage(visit, assignment)
    changing = {"version", "updated_at"}
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }
    message = visit.page.get_by_role("group", name="Message")
    visit.page.get_by_role("button", name="Delete passage").click()
    expect(message).to_be_visible()
    visit.page.keyboard.press("Control+z")
    expect(message).to_be_hidden()
    visit.saved()


def test_same_label_overlap_is_merged_into_one_passage(visit):
    assignment = visit.begin(PERSIAN)
    visit.mark("Opinion", "self-proclaimed global hegemon")
    visit.draw("global hegemon with a small")
    visit.page.keyboard.press("2")
    visit.page.get_by_role("dialog").get_by_role("button", name="Merge").click()
    visit.saved()
    assert one_passage(visit, assignment)["quote"] == "self-proclaimed global hegemon with a small"


def test_relabelling_over_another_passage_keeps_both_notes_and_is_one_act_to_undo(visit):
    assignment = visit.begin(PERSIAN)
    page = visit.page
    visit.mark("Opinion", "self-proclaimed global hegemon")
    visit.mark("Fact", "global hegemon with a small")
    for words in ("on the fact", "on the opinion"):
        page.keyboard.press("n")
        page.keyboard.insert_text(words)
        page.keyboard.press("Control+Enter")
        page.keyboard.press(",")
    visit.saved()
    before = visit.passages(assignment)
    assert sorted((one["label"], one["note"]) for one in before) == [
        ("fact", "on the fact"),
        ("opinion", "on the opinion"),
    ]
    page.keyboard.press("2")  # the fact is active again
    page.get_by_role("dialog").get_by_role("button", name="Merge").click()
    visit.saved()
    merged = one_passage(visit, assignment)
    assert merged["quote"] == "self-proclaimed global hegemon with a small"
    assert sorted(merged["note"].split("\n")) == ["on the fact", "on the opinion"]
    page.keyboard.press("Control+z")
    expect(page.locator("#passages .passage")).to_have_count(2)
    visit.saved()
    kept = ("id", "label", "start", "end", "quote", "note", "ratings")
    again = visit.passages(assignment)
    assert [[one[key] for key in kept] for one in again] == [[one[key] for key in kept] for one in before]


def test_find_passage_marks_without_a_selection(visit):
    assignment = visit.begin(CHINESE)
    visit.page.get_by_role("button", name="Find passage…").click()
    dialog = visit.page.get_by_role("dialog", name="Find passage")
    dialog.get_by_role("textbox").fill("promote constructive\n dialogue")
    dialog.get_by_role("textbox").press("Enter")
    expect(dialog.get_by_role("status")).to_have_text("Choose a label")
    dialog.get_by_role("radio", name="Opinion").check(force=True)
    dialog.get_by_role("textbox").press("Enter")
    expect(dialog).to_be_hidden()
    visit.saved()
    assert one_passage(visit, assignment)["quote"] == "promote constructive dialogue"


def test_keys_typed_into_a_note_do_nothing_else(visit):
    assignment = visit.begin(PERSIAN)
    visit.mark("Fact", "date back to 1991")
    visit.page.keyboard.press("n")
    visit.page.keyboard.type("123 jks u?")
    visit.page.keyboard.press("Control+Enter")
    visit.saved()
    stored = one_passage(visit, assignment)
    assert (stored["note"], stored["label"]) == ("123 jks u?", "fact")


def test_handles_and_bracket_keys_move_the_ends_of_a_passage(visit):
    assignment = visit.begin(CHINESE)
    visit.mark("Fact", "promote constructive dialogue")
    visit.page.keyboard.press("]")
    visit.page.keyboard.press("Shift+BracketRight")
    visit.saved()
    assert one_passage(visit, assignment)["quote"] == "constructive dialogue between"
    visit.page.get_by_role("button", name="Sentence snap").first.click()
    handle = visit.page.locator('.handle[data-side="end"]').bounding_box()
    x, y = spot(visit.page, "trend.")
    visit.page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    visit.page.mouse.down()
    visit.page.mouse.move(x, y, steps=5)
    visit.page.mouse.up()
    visit.saved()
    resized = one_passage(visit, assignment)
    assert resized["quote"].startswith("constructive dialogue between China and Mongolia on NATO's")
    assert text_of(CHINESE)[resized["start"] : resized["end"]] == resized["quote"]


def test_submitting_lists_the_gaps_locks_and_leads_to_the_others_work(visit):
    assignment = visit.begin(EMOJI_TOO)
    page = visit.page
    visit.mark("Opinion", "innovative approaches")
    page.get_by_role("button", name="Submit", exact=True).click()
    dialog = page.get_by_role("dialog", name="Submit and lock?")
    expect(dialog.get_by_role("button", name="Passage 1, Opinion: Slant")).to_be_visible()
    expect(dialog.get_by_role("button", name="Document: Credibility")).to_be_visible()
    dialog.get_by_role("button", name="Submit and lock").click()
    expect(page.get_by_text("Your work is read-only")).to_be_visible()
    expect(page.get_by_role("button", name="Submit", exact=True)).to_be_hidden()
    assert visit.get(f"assignments/{assignment}/")["state"] == "submitted"
    page.keyboard.press("j")
    page.keyboard.press("1")
    assert len(visit.passages(assignment)) == 1
    page.reload()
    page.wait_for_selector("body[data-ready]")
    expect(page.get_by_role("button", name="Delete passage")).to_be_hidden()
    page.get_by_role("button", name="Show others’ work").click()
    page.wait_for_url(re.compile(f"/documents/{EMOJI_TOO}/"))


def test_nothing_is_submitted_by_a_window_that_does_not_know_of_the_lock(visit):
    assignment = visit.begin(EMOJI)
    visit.expect("409")
    cookies = {one["name"]: one["value"] for one in visit.page.context.cookies()}
    answer = visit.page.request.post(
        f"{visit.server.address}/api/v1/assignments/{assignment}/submit/",
        data={"accept_gaps": True},
        headers={"X-CSRFToken": cookies["csrftoken"]},
    )
    assert answer.ok
    visit.draw("cyber-attacks")
    visit.page.keyboard.press("1")
    expect(visit.page.get_by_role("status", name="Save state")).to_have_text("1 needs attention")
    visit.page.get_by_role("button", name="Review").click()
    dialog = visit.page.get_by_role("dialog", name="Needs attention")
    expect(dialog).to_contain_text("cyber-attacks")
    with visit.page.expect_download() as saved:
        dialog.get_by_role("button", name="Download all").click()
    assert "cyber-attacks" in Path(saved.value.path()).read_text()
    dialog.get_by_role("button", name="Discard").click()
    visit.saved()
    assert visit.passages(assignment) == []


def test_phone_marks_by_tapping_a_sentence_and_scrolls_nowhere_sideways(visit, browser):
    assignment = visit.begin(PERSIAN)
    state = visit.page.context.storage_state()
    phone = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, storage_state=state
    )
    page = phone.new_page()
    page.goto(f"{visit.server.address}/assignments/{assignment}/")
    page.wait_for_selector("body[data-ready]")
    page.get_by_role("button", name="Sentence mode").tap()
    page.touchscreen.tap(*spot(page, "همه سر به سر"))
    page.get_by_role("toolbar", name="Labels").get_by_role("button", name="Opinion", exact=True).tap()
    expect(page.get_by_role("status", name="Save state")).to_have_text("Saved")
    expect(page.locator("#passages .passage")).to_contain_text("همه سر به سر")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    phone.close()
    assert one_passage(visit, assignment)["quote"].startswith("همه سر به سر")


def test_names_and_roles_of_the_page_are_those_assistive_technology_is_told(visit):
    visit.sign_in(next(iter(visit.server.passwords)))
    visit.open(visit.assignment_of(PLAIN))
    page = visit.page
    for role, name in (
        ("region", "Document text"),
        ("toolbar", "Labels"),
        ("complementary", "Passages"),
        ("group", "Document ratings"),
        ("status", "Save state"),
        ("button", "Sentence mode"),
        ("button", "Sentence snap"),
        ("button", "Undo"),
        ("button", "Redo"),
        ("button", "Find passage…"),
        ("link", "Marked text"),
    ):
        expect(page.get_by_role(role, name=name, exact=True).first).to_be_attached()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def test_text_holds_one_text_node_per_paragraph_and_nothing_else(visit):
    visit.sign_in(next(iter(visit.server.passwords)))
    visit.open(visit.assignment_of(PERSIAN))
    nodes = visit.page.evaluate(
        "[...document.querySelectorAll('#text > *')].map((p) => [p.tagName, p.dir, p.childNodes.length, p.textContent])"
    )
    assert {(tag, direction) for tag, direction, _, _ in nodes} == {("P", "auto")}
    assert all(count == (1 if words else 0) for _, _, count, words in nodes)
    assert "\n".join(words for *_, words in nodes) == text_of(PERSIAN)
    face = visit.page.evaluate("getComputedStyle(document.querySelector('#text p')).fontFamily")
    assert "Noto Naskh Arabic" in face


@pytest.mark.parametrize("text", ["", "abc", "🧠", "a🧠b🧠🧠c", "مرد🧠中文", "\ud83e"], ids=ascii)
def test_offsets_convert_as_python_counts(visit, text: str):
    visit.page.goto(f"{visit.server.address}/login/")
    points = [(len(text[:end].encode("utf-16-le", "surrogatepass")) // 2, end) for end in range(len(text) + 1)]
    converted = visit.page.evaluate(
        """async ([text, points]) => {
          const { Offsets } = await import('/static/annotator/offsets.js');
          const offsets = new Offsets(text);
          return points.map(([units, point]) => [offsets.toUnits(point), offsets.toPoints(units)]);
        }""",
        [text, points],
    )
    assert [tuple(one) for one in converted] == points


def test_work_is_asked_for_once_and_all_scripts_are_ours_and_weigh_at_most_forty_kilobytes(visit, server):
    """The page asks ahead for what its script will read; of scripts the budget counts what is sent, packed."""
    visit.sign_in(next(iter(server.passwords)))
    assignment = visit.assignment_of(PLAIN)
    scripts: dict[str, bytes] = {}
    asked: list[str] = []

    def note(response: Any) -> None:
        asked.append(response.url)
        if response.request.resource_type == "script":
            scripts[response.url] = response.body()

    visit.page.on("response", note)
    visit.open(assignment)
    work = [url for url in asked if "/lean/" in url]
    assert len(work) == 1, "what the page has asked for ahead is what its script reads"
    assert 0 < len(scripts) <= 2, "the workbench is one script, beside that of every page"
    assert all(url.startswith(f"{server.address}/static/annotator/") for url in scripts)
    assert not any(b"// " in body for body in scripts.values())
    assert sum(len(gzip.compress(body)) for body in scripts.values()) <= 40_000

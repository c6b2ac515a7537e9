"""Random selections on the five seeds, by mouse, keyboard and Find passage: stored = shown = the slice of the file."""

import os
import random
import re
import unicodedata

import pytest

from tests.browser.texts import NUMBERS as DOCUMENTS
from tests.browser.texts import PLAIN, text_of

expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect

SEEDED = 20261125
MANY = 200 if os.environ.get("CREDENCE_FULL") else 6
JOINED = ("Mn", "Me", "Mc", "Cf", "Sk")  # what belongs to the character before it, or joins two
# The words of the native selection, paragraph by paragraph, with nothing of the page in between.
SHOWN = """() => {
  const range = getSelection().rangeCount && getSelection().getRangeAt(0);
  if (!range || range.collapsed) return '';
  return [...document.querySelectorAll('#text p')].filter((p) => range.intersectsNode(p)).map((p) => {
    const part = document.createRange();
    part.selectNodeContents(p);
    if (p.contains(range.startContainer)) part.setStart(range.startContainer, range.startOffset);
    if (p.contains(range.endContainer)) part.setEnd(range.endContainer, range.endOffset);
    return part.toString();
  }).join('\\n');
}"""
# Where the first and the last character of a span stand on the screen; null where they are not both in view.
EDGES = """([line, from, to]) => {
  const node = document.querySelectorAll('#text p')[line].firstChild;
  const rtl = getComputedStyle(node.parentNode).direction === 'rtl';
  node.parentNode.scrollIntoView({ block: 'start' });
  const box = (at, size) => {
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + size);
    return range.getBoundingClientRect();
  };
  const size = (at) => (node.data.codePointAt(at) > 0xffff ? 2 : 1);
  const middle = document.querySelector('#scroller').getBoundingClientRect();
  document.querySelector('#scroller').scrollTop += box(from, 1).top - (middle.top + middle.height / 3);
  const [first, last] = [box(from, size(from)), box(to, size(to))];
  if (last.bottom > middle.bottom - 40 || !first.width || !last.width) return null;
  const side = (one, left) => [left ? one.left + one.width / 4 : one.right - one.width / 4, one.top + one.height / 2];
  return [side(first, !rtl), side(last, rtl)];
}"""

# The end of the selection goes back and a label's key is pressed, both before the browser can send any event.
QUICK = """() => {
  const selection = getSelection();
  for (let turn = 0; turn < 3; turn++) selection.modify('extend', 'backward', 'word');
  const shown = selection.toString().trim();
  document.activeElement.dispatchEvent(
    new KeyboardEvent('keydown', { key: '1', code: 'Digit1', bubbles: true, cancelable: true }));
  return shown;
}"""


def squeezed(words: str) -> str:
    return re.sub(r"\s+", " ", words).strip()


class Bench:
    """One assignment in which passages are made and taken away again."""

    def __init__(self, visit, document: str) -> None:
        self.visit, self.page = visit, visit.page
        self.chance = random.Random(f"{SEEDED} {document}")
        self.text = text_of(document)
        self.assignment = visit.begin(document)

    def edge(self, point: int) -> bool:
        """Whether a reader would see a boundary between two characters here."""
        around = self.text[max(0, point - 1) : point + 1]
        return not any(unicodedata.category(one) in JOINED for one in around)

    def span(self, longest: int = 160) -> tuple[int, int]:
        """A random stretch of one line, from character to character, without space at its ends."""
        while True:
            start = self.chance.randrange(len(self.text) - 1)
            end = min(len(self.text), start + self.chance.randrange(1, longest))
            words = self.text[start:end]
            if words == words.strip() != "" and "\n" not in words and self.edge(start) and self.edge(end):
                return start, end

    def stored(self, act) -> dict:
        """Do what makes a passage; return what the server stored, after comparing it with the file."""
        with self.page.expect_response(lambda answer: answer.request.method == "PUT") as heard:
            act()
        assert heard.value.status == 201
        row = heard.value.json()
        assert self.text[row["start"] : row["end"]] == row["quote"], "the slice of the file"
        listed = self.page.locator("#passages [aria-current=true] .quote")
        expect(listed).to_have_count(1)
        assert squeezed(listed.text_content()) == squeezed(row["quote"]), "shown in the list"
        return row

    def clear(self) -> None:
        """Take the passage away again."""
        self.page.locator("#text").focus()
        self.page.keyboard.press("Delete")
        expect(self.page.locator("#passages .passage")).to_have_count(0)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_selections_by_mouse(visit, document):
    bench, page = Bench(visit, document), visit.page
    made = 0
    while made < MANY:
        start, end = bench.span()
        line = bench.text.count("\n", 0, start)
        before = bench.text.rfind("\n", 0, start) + 1
        units = [len(bench.text[before:point].encode("utf-16-le")) // 2 for point in (start, end - 1)]
        edges = page.evaluate(EDGES, [line, *units])
        if edges is None or end - start < 2:
            continue
        exact = made % 3 > 0
        if exact:
            page.keyboard.down("Alt")
        page.mouse.move(*edges[0])
        page.mouse.down()
        page.mouse.move(*edges[1], steps=3)
        page.mouse.up()
        if exact:
            page.keyboard.up("Alt")
        page.wait_for_timeout(30)
        shown = page.evaluate(SHOWN)
        row = bench.stored(lambda: page.keyboard.press(bench.chance.choice("123")))
        assert squeezed(row["quote"]) == squeezed(shown), "what was shown as selected"
        if exact:  # a pointer can mean either side of the character it is on, and no more than that
            assert abs(row["start"] - start) <= 2
            assert abs(row["end"] - end) <= 2
        else:
            assert row["start"] <= start + 1
            assert row["end"] >= end - 1
        bench.clear()
        made += 1


@pytest.mark.parametrize("document", DOCUMENTS)
def test_selections_by_keyboard(visit, document):
    bench, page = Bench(visit, document), visit.page
    made = 0
    while made < MANY:
        page.keyboard.press("Escape")
        for _ in range(bench.chance.randrange(1, 8)):
            page.keyboard.press(bench.chance.choice(["j", "j", "k", "Shift+J"]))
        for _ in range(bench.chance.randrange(6)):
            keys = ["Shift+ArrowRight", "Shift+ArrowLeft", "Control+Shift+ArrowLeft", "]", "[", "Shift+BracketRight"]
            page.keyboard.press(bench.chance.choice(keys))
        shown = page.evaluate(SHOWN)
        if not shown.strip():
            continue  # the end went back to the start: nothing is selected
        row = bench.stored(lambda: page.keyboard.press(bench.chance.choice("123")))
        assert squeezed(row["quote"]) == squeezed(shown), "what was shown as selected"
        bench.clear()
        made += 1


def test_label_s_key_marks_what_is_selected_before_the_browser_has_told_of_it(visit):
    """Selection events come a frame late: a quick key after the last arrow must not mark what was selected before."""
    assignment = visit.begin(PLAIN)
    visit.page.keyboard.press("j")
    visit.page.wait_for_timeout(400)  # until what J selected has rested and nothing is due any more
    shown = visit.page.evaluate(QUICK)
    visit.saved()
    (held,) = visit.passages(assignment)
    assert held["quote"] == shown


def test_nothing_comes_under_the_pointer_while_a_selection_is_drawn(visit):
    """An earlier selection's moment of rest would end meanwhile, and over the popover a drag goes on to the end."""
    bench, page = Bench(visit, "japan-mongolia-defense-pact"), visit.page
    start, middle = page.evaluate(EDGES, [0, 1, 60])
    _, end = page.evaluate(EDGES, [0, 1, 93])
    page.evaluate("getSelection().setPosition(document.querySelector('#text p').firstChild, 3)")
    page.keyboard.down("Alt")
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*middle, steps=2)
    page.wait_for_timeout(400)
    expect(page.get_by_role("toolbar", name="Label selection")).to_be_hidden()
    page.mouse.move(*end, steps=2)
    page.mouse.up()
    page.keyboard.up("Alt")
    row = bench.stored(lambda: page.keyboard.press("1"))
    assert abs(row["end"] - 94) <= 1


@pytest.mark.parametrize("document", DOCUMENTS)
def test_selections_by_finding(visit, document):
    bench, page = Bench(visit, document), visit.page
    dialog = page.get_by_role("dialog", name="Find passage")
    made = 0
    while made < MANY:
        start, end = bench.span()
        wanted = squeezed(bench.text[start:end])
        same = [one.start() for one in re.finditer(r"\s+".join(map(re.escape, wanted.split())), bench.text, re.I)]
        if start not in same or same.index(start) >= 50:
            continue
        page.keyboard.press("/")
        dialog.get_by_role("textbox").fill(wanted)
        dialog.locator("#find-matches input").nth(same.index(start)).check()
        dialog.locator("label.label").nth(bench.chance.randrange(3)).click()
        row = bench.stored(lambda: dialog.get_by_role("button", name="Mark passage").click())
        assert (row["start"], row["end"]) == (start, end)
        bench.clear()
        made += 1

"""What marking costs in actions (a key, a click or one draw), and a whole document without a pointing device."""

import pytest

from tests.browser.texts import PERSIAN as LONG
from tests.browser.texts import PLAIN as SHORT

expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect

MANY = 50
RATING = {"fact": "slant", "opinion": "slant", "ai": "basis"}


class Hand:
    """Counts what a reviewer does."""

    def __init__(self, visit) -> None:
        self.visit, self.page, self.actions = visit, visit.page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.actions += 1

    def draw(self, words: str) -> None:
        self.visit.draw(words)
        self.actions += 1

    def tab_to(self, locator, most: int = 60) -> None:
        """Go there by the keyboard alone, whichever way is shorter to try."""
        for _ in range(most):
            if locator.evaluate("node => node === document.activeElement || node.contains(document.activeElement)"):
                return
            self.press("Tab")
        pytest.fail(f"not reached with {most} presses of Tab: {locator}")


def complete(passages) -> int:
    """How many have the rating that their label asks for."""
    return sum(RATING[one["label"]] in [rating["scale"] for rating in one["ratings"]] for one in passages)


def test_sentence_mode_costs_one_action_to_label_and_two_with_the_rating(visit):
    assignment = visit.begin(LONG)
    hand = Hand(visit)
    hand.press("s")
    begun = hand.actions
    for number in range(MANY):
        hand.press("1" if number % 3 else "2", f"Shift+Digit{number % 5 + 1}")
    visit.saved()
    passages = visit.passages(assignment)
    assert (len(passages), complete(passages)) == (MANY, MANY)
    assert (hand.actions - begun) / MANY <= 2.0


def test_brush_costs_one_action_to_label_and_two_with_the_rating(visit):
    assignment = visit.begin(LONG)
    hand = Hand(visit)
    text = visit.get(f"assignments/{assignment}/")["revision"]["text"]
    words = [word for word in dict.fromkeys(text.split()) if len(word) > 9 and word.isascii() and word.isalpha()]
    hand.press("1")
    begun = hand.actions
    chosen = [word for word in words if sum(word in other for other in text.split()) == 1][:MANY]
    for number, word in enumerate(chosen):
        hand.draw(word)
        labelled = hand.actions - begun - number
        hand.press(f"Shift+Digit{number % 5 + 1}")
        assert labelled - number == 1
    visit.saved()
    passages = visit.passages(assignment)
    assert sorted(one["quote"] for one in passages) == sorted(chosen)
    assert complete(passages) == len(chosen) == MANY
    assert (hand.actions - begun) / MANY <= 2.0


def test_ten_sentences_from_page_load_take_at_most_forty_five_actions(visit):
    """By the keyboard alone, with a note, a correction and the document's first rating among them."""
    assignment = visit.begin(SHORT)
    hand = Hand(visit)
    hand.press("s")
    for number in range(10):
        hand.press("1" if number % 2 else "2", f"Shift+Digit{number % 5 + 1}")
    hand.press("Escape", "Escape", ",", "Shift+Digit5", "n")
    visit.page.keyboard.insert_text("seen twice")
    hand.press("Control+Enter")
    visit.saved()
    passages = visit.passages(assignment)
    assert (len(passages), complete(passages)) == (10, 10)
    assert [one["note"] for one in passages].count("seen twice") == 1
    assert hand.actions <= 45


def test_whole_document_is_labelled_rated_and_submitted_by_keys_alone(visit):
    assignment = visit.begin(SHORT)
    page, hand = visit.page, Hand(visit)
    answer = visit.get(f"assignments/{assignment}/")
    hand.press("s")
    for number in range(len(answer["revision"]["sentences"])):
        if page.locator("#text[data-sentences]").count() == 0:
            break
        hand.press("2" if number % 4 == 0 else "1", f"Shift+Digit{number % 5 + 1}")
    hand.press("Escape", "Escape", "Escape")
    scales = [scale for scale in answer["codebook"]["scales"] if scale["target"] == "document"]
    for scale in sorted(scales, key=lambda one: one["position"]):
        block = page.locator(f'.document-scale:has(fieldset[data-scale="{scale["code"]}"])')
        hand.tab_to(block.locator("fieldset"), 400)
        hand.press("Space", "ArrowRight")
        expect(block.locator("input:checked")).to_have_count(1)
        button = block.get_by_role("button", name="Choose evidence")
        hand.tab_to(button)
        hand.press("Enter")
        dialog = page.get_by_role("dialog", name="Passages as evidence")
        hand.tab_to(dialog.get_by_role("checkbox").first)
        hand.press("Space", "Enter")
        expect(dialog).to_be_hidden()
        expect(block).to_contain_text("Evidence: 1 passage")
    visit.saved()
    hand.tab_to(page.get_by_role("button", name="Submit", exact=True), 400)
    hand.press("Enter")
    dialog = page.get_by_role("dialog", name="Submit and lock?")
    expect(dialog.get_by_role("listitem")).to_have_count(0)
    hand.tab_to(dialog.get_by_role("button", name="Submit and lock"))
    hand.press("Enter")
    expect(page.locator("#locked-words")).to_contain_text("Your work is read-only")
    done = visit.get(f"assignments/{assignment}/")
    assert done["state"] == "submitted"
    assert complete(done["annotations"]) == len(done["annotations"]) > 15
    assert {one["scale"] for one in done["ratings"]} == {scale["code"] for scale in scales}
    assert all(len(one["evidence"]) == 1 for one in done["ratings"])
    print(f"{len(done['annotations'])} passages, {len(scales)} document ratings, {hand.actions} keys")  # noqa: T201

"""A reviewer who acts at random by the keyboard, and the test's own account of what that must come to."""

import random
import re
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

LABELS = {"1": "fact", "2": "opinion", "3": "ai"}
POINTS = {
    "slant": {"1": -2, "2": -1, "3": 0, "4": 1, "5": 2},
    "basis": {"1": None, "2": None},  # filled from the codebook: nominal points have numbers of their own
}
KEPT = 100  # acts that outlive a reload, in sessionStorage; a new tab has one of its own
SELECTED = "getSelection().toString().trim()"
ACTIVE = "document.querySelector('#passages [aria-current=true] .quote')?.textContent ?? ''"


@dataclass
class Coding:
    """What the server must hold in the end: passages by their quotes, and the answers about the document."""

    passages: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)


class Reviewer:
    """Acts in the page and keeps the account; undo and redo go over acts before a page was loaded anew, too."""

    def __init__(self, visit: Any, codebook: dict[str, Any], seed: int) -> None:
        self.visit, self.chance = visit, random.Random(seed)
        self.coding = Coding()
        self.done: list[Coding] = []
        self.undone: list[Coding] = []
        self.notes = 0
        scales = {scale["code"]: scale for scale in codebook["scales"]}
        basis = [point["value"] for point in scales["basis"]["points"] if not point["missing"]]
        self.points = {**POINTS, "basis": {str(n + 1): value for n, value in enumerate(basis)}}
        self.document_scales = {
            code: scale["points"] for code, scale in scales.items() if scale["target"] == "document"
        }

    def press(self, *keys: str) -> None:
        for key in keys:
            self.visit.page.keyboard.press(key)

    def keep(self) -> None:
        """Remember how things stood before the act that follows."""
        self.done.append(deepcopy(self.coding))
        self.undone.clear()

    def remember(self, most: int) -> None:
        """The page was loaded anew: what can be undone goes back as far as the browser kept it."""
        for taken in (self.done, self.undone):
            del taken[: max(0, len(taken) - most)]

    def act(self) -> str:
        """Do one act that is possible now; return its name."""
        acts = [self.mark, self.mark, self.rate, self.rate, self.relabel, self.note, self.delete, self.undo, self.redo]
        name = ""
        while not name:
            name = self.chance.choice([*acts, self.answer])() or ""
        return name

    def mark(self) -> str | None:
        self.press("Escape", "Escape", "u")
        words = self.visit.page.evaluate(SELECTED)
        if not words or words in self.coding.passages:
            return None
        key = self.chance.choice("123")
        self.keep()
        self.press(key)
        self.coding.passages[words] = {"label": LABELS[key], "ratings": {}, "note": ""}
        return f"mark {LABELS[key]}"

    def chosen(self) -> str:
        """Make a passage active by the keys and return its quote."""
        if not self.coding.passages:
            return ""
        self.press("Escape", *self.chance.choices([".", ","], k=self.chance.randrange(1, 4)))
        return self.visit.page.evaluate(ACTIVE)

    def rate(self) -> str | None:
        if not (quote := self.chosen()):
            return None
        passage = self.coding.passages[quote]
        scale = "basis" if passage["label"] == "ai" else "slant"
        key = self.chance.choice(list(self.points[scale]))
        if passage["ratings"].get(scale) == self.points[scale][key]:
            return None
        self.keep()
        self.press(f"Shift+Digit{key}")
        passage["ratings"][scale] = self.points[scale][key]
        return f"rate {scale}"

    def relabel(self) -> str | None:
        if not (quote := self.chosen()):
            return None
        passage = self.coding.passages[quote]
        key = self.chance.choice([key for key, label in LABELS.items() if label != passage["label"]])
        self.keep()
        self.press(key)
        kept = {} if "ai" in (passage["label"], LABELS[key]) else passage["ratings"]
        passage.update(label=LABELS[key], ratings=kept)
        return "relabel"

    def note(self) -> str | None:
        if not (quote := self.chosen()):
            return None
        self.notes += 1
        self.keep()
        box = self.visit.page.get_by_role("textbox", name="Note")
        self.press("n")
        box.fill(f"Note {self.notes} \U0001f9e0")
        self.press("Control+Enter")
        self.coding.passages[quote]["note"] = f"Note {self.notes} \U0001f9e0"
        return "note"

    def delete(self) -> str | None:
        if len(self.coding.passages) < 3 or not (quote := self.chosen()):
            return None
        self.keep()
        self.visit.page.locator("#text").focus()
        self.press("Delete")
        del self.coding.passages[quote]
        return "delete"

    def answer(self) -> str | None:
        code = self.chance.choice(sorted(self.document_scales))
        point = self.chance.choice(self.document_scales[code])
        if self.coding.answers.get(code) == point["value"]:
            return None
        self.keep()
        box = self.visit.page.locator(f'#document-scales fieldset[data-scale="{code}"]')
        box.locator(f'input[value="{point["value"]}"]').check()
        self.coding.answers[code] = point["value"]
        return f"answer {code}"

    def undo(self) -> str | None:
        return self.turn(self.done, self.undone, "Control+z")

    def redo(self) -> str | None:
        return self.turn(self.undone, self.done, "Control+Shift+Z")

    def turn(self, taken: list[Coding], other: list[Coding], keys: str) -> str | None:
        if not taken:
            return None
        self.visit.page.locator("#text").focus()
        self.press(keys)
        other.append(self.coding)
        self.coding = taken.pop()
        return keys

    def state(self) -> str:
        """What the page says of saving."""
        return self.visit.page.get_by_role("status", name="Save state").inner_text()


def as_held(answer: dict[str, Any]) -> Coding:
    """What the server holds, in the same words; two passages of one quote are doubled work."""
    passages = [
        (
            re.sub(r"\s+", " ", one["quote"]),
            {
                "label": one["label"],
                "ratings": {rating["scale"]: rating["point"] for rating in one["ratings"]},
                "note": one["note"],
            },
        )
        for one in answer["annotations"]
    ]
    assert len(dict(passages)) == len(passages), "a passage was stored twice"
    return Coding(dict(passages), {one["scale"]: one["point"] for one in answer["ratings"]})

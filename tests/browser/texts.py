"""The five seeds by what is special about them, their files, and where words of a text stand on the screen."""

from pathlib import Path
from typing import Any

SEEDS = Path(__file__).parents[2] / "fixtures" / "documents"

CHINESE = "mongolia-nato-global-partnership"
PERSIAN = "mongolia-usa-military-partnership"
EMOJI = "nato-engagement-with-partner-nations"
PLAIN = "japan-mongolia-defense-pact"
EMOJI_TOO = "nato-military-diplomacy"
NUMBERS = {CHINESE: "000", PERSIAN: "001", EMOJI: "002", PLAIN: "003", EMOJI_TOO: "004"}

# Asked of the browser and not of the page's own code: [x, y, width, height] of each line that the words stand on.
RECTANGLES = """([words, units, scroll]) => {
  for (const { firstChild: node } of document.querySelectorAll('#text p')) {
    const at = node?.data.indexOf(words) ?? -1;
    if (at < 0) continue;
    if (scroll) node.parentElement.scrollIntoView({ block: 'center' });
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + (units ?? words.length));
    return [...range.getClientRects()].map(({ x, y, width, height }) => [x, y, width, height]);
  }
  throw new Error(`${words} is not in the text`);
}"""


def text_of(document: str) -> str:
    """The document as its file has it: the oracle, read past the server."""
    (file,) = SEEDS.glob(f"{NUMBERS[document]}_*.txt")
    return file.read_bytes().decode()


def rectangles(page: Any, words: str) -> list[list[float]]:
    """Where words stand on the screen now, line by line."""
    return page.evaluate(RECTANGLES, [words, None, False])


def spot(page: Any, words: str, *, scroll: bool = False) -> tuple[float, float]:
    """The middle of the first letter of some words; `scroll` brings them into view first."""
    (x, y, width, height), *_ = page.evaluate(RECTANGLES, [words, 1, scroll])
    return x + width / 2, y + height / 2


def marks_of(reader: int, length: int) -> list[tuple[int, int, str]]:
    """What a made-up reader marks in a text of so many code points: across lines, and of two readers never the same."""
    starts = range(3 + 11 * reader, length - 120, 190)
    return [
        (
            start,
            start + 60 + 17 * reader - 13 * number * reader % 40,
            "opinion" if reader == 2 and number % 3 else "fact",
        )
        for number, start in enumerate(starts)
    ]

"""Cuts a text into sentences and blocks, once and for all reviewers. Pure: texts in, ends in code points out.

Both cuttings partition the text: unit i is [ends[i-1], ends[i]), the last end is the length of the text, white space
and line ends belong to the unit before them, and those that open a text to its first unit.
"""

import re
from importlib.metadata import version
from itertools import pairwise

import sentencex

from sources.text import Line, paragraphs

SENTENCE_METHOD = ("lines, then sentencex", version("sentencex"))
BLOCK_METHOD = ("lines", "1")

ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff]")
KANA = re.compile("[\u3040-\u30ff]")
HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
LETTER = re.compile(r"[^\W\d_]")
WRITTEN_IN_ARABIC_SCRIPT = frozenset({"ar", "fa", "ur", "ps", "ckb", "sd", "ug", "prs"})

# What a splitter may leave at the head of a sentence though it closes the one before: space, and a reference mark
# set right behind the full stop, as in "said so.[4] Then".
HANGING_SPACE = re.compile(r"\s+")
HANGING_MARK = re.compile(r"(?:\[[^\[\]\s]{1,8}\])+\s*")
# A "sentence" that is only the number of a list item, "1. " or "b) ", opens the next one.
ENUMERATOR = re.compile(r"\s*\(?(?:\d{1,3}|[A-Za-z])[.)]\s*")


def line_language(line: str, language: str) -> str:
    """The language whose rules cut `line`: its script decides where the document's language cannot be meant.

    Documents quote other languages by the line: a Persian motto over an English article, a Chinese disclaimer under it.
    """
    primary = language.lower().partition("-")[0]
    letters = len(LETTER.findall(line))
    if not letters:
        return primary
    if 2 * len(ARABIC.findall(line)) > letters:
        return primary if primary in WRITTEN_IN_ARABIC_SCRIPT else "fa"
    if 2 * (len(HAN.findall(line)) + len(KANA.findall(line))) > letters:
        if KANA.search(line):
            return "ja"
        return primary if primary in {"zh", "ja", "yue"} else "zh"
    return primary


def sentence_lengths(line: str, language: str) -> list[int]:
    """Lengths in code points of the sentences of one line that holds no line end; they add up to its length."""
    parts = sentencex.segment(line_language(line, language), line)
    if "".join(parts) != line:
        raise RuntimeError("sentencex did not give a line back letter for letter")
    mended: list[str] = []
    for part in parts:
        if mended and not mended[-1][-1].isspace():
            hanging = HANGING_MARK.match(part) or HANGING_SPACE.match(part)
            if hanging:
                mended[-1] += hanging.group()
                part = part[hanging.end() :]
        if not part:
            continue
        if mended and (not mended[-1].strip() or ENUMERATOR.fullmatch(mended[-1])):
            mended[-1] += part
        else:
            mended.append(part)
    return [len(part) for part in mended]


def sentence_ends(text: str, language: str = "und") -> list[int]:
    """Ends of the sentences of `text`, which is in the language of a BCP 47 tag.

    Line ends cut first: a splitter left alone runs headings and list items together into one sentence of thousands of
    code points.
    """
    ends = []
    for line in paragraphs(text):
        position = line.start
        for length in sentence_lengths(text[line.start : line.end], language):
            position += length
            ends.append(position)
    return closed(ends, text, paragraphs(text))


def block_ends(text: str) -> list[int]:
    """Ends of the blocks of `text`: lines that hold more than white space, each with what is blank after it."""
    found = paragraphs(text)
    return closed([line.end for line in found], text, found)


def closed(ends: list[int], text: str, found: list[Line]) -> list[int]:
    """Move each end that closes a line of `found` to where the next such line begins, the last to the text's end."""
    following = {line.end: after.start for line, after in pairwise(found)}
    moved = [following.get(end, end) for end in ends[:-1]]
    return [*moved, len(text)] if text else []

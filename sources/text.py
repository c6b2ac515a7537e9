"""Pure work on texts: decoding, hashing, context of a quote, lines, and code points to UTF-16 and back.

Offsets are half-open, zero-based, in Unicode code points unless a name says utf16.
"""

import hashlib
import re
from bisect import bisect_left, bisect_right
from typing import NamedTuple

BOM = b"\xef\xbb\xbf"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")

# What ends a line for Unicode (UAX #29, rules SB3 and SB4): CR LF as one, LF, CR, NEL, LINE and PARAGRAPH SEPARATOR.
LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
ASTRAL = re.compile("[\U00010000-\U0010ffff]")  # two UTF-16 code units each


class TextError(ValueError):
    """Content that cannot become a text; `code` and `detail` are fit for a form or an API answer.

    `code` is encoding, bad_text, empty, kind or too_large. `offset` is the first byte at fault, None where there is
    no single one.
    """

    def __init__(self, code: str, detail: str, offset: int | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.offset = offset


def decode(raw: bytes) -> str:
    """Read `raw` as UTF-8, letter for letter: no trimming, no normalising, line ends as they are.

    A byte order mark at the beginning is a sign of the encoding, not a character of the text, and is left out.

    Raises
    ------
    TextError
        `encoding` where the bytes are not UTF-8, `bad_text` for a NUL, which no database of ours can keep in a text;
        both with the byte offset in `raw`.
    """
    skipped = len(BOM) if raw.startswith(BOM) else 0
    try:
        text = raw[skipped:].decode("utf-8")
    except UnicodeDecodeError as error:
        offset = skipped + error.start
        hint = "it looks like UTF-16" if raw.startswith(UTF16_BOMS) else f"byte 0x{raw[offset]:02x}"
        raise TextError(
            "encoding", f"This is not UTF-8 text: {hint} at byte offset {offset}. Save it as UTF-8.", offset
        ) from None
    nul = raw.find(0)
    if nul >= 0:
        raise TextError("bad_text", f"The text holds a NUL character at byte offset {nul}. Remove it.", nul)
    return text


def sha256(content: str | bytes) -> str:
    """SHA-256 in lower-case hex of bytes, or of a text's UTF-8."""
    return hashlib.sha256(content.encode("utf-8") if isinstance(content, str) else content).hexdigest()


def quote_context(text: str, start: int, end: int, width: int = 32) -> tuple[str, str]:
    """The up to `width` code points before `start` and after `end`, to find a quote again in another text."""
    return text[max(0, start - width) : start], text[end : end + width]


class Line(NamedTuple):
    """A line: content [start, end), line end [end, stop)."""

    start: int
    end: int
    stop: int


def lines(text: str) -> list[Line]:
    """Cut `text` at line ends; the lines partition it, and one that only ends the text adds no empty line."""
    found = []
    start = 0
    for ending in LINE_END.finditer(text):
        found.append(Line(start, ending.start(), ending.end()))
        start = ending.end()
    if start < len(text):
        found.append(Line(start, len(text), len(text)))
    return found


def paragraphs(text: str) -> list[Line]:
    """The lines of `text` that hold more than white space."""
    return [line for line in lines(text) if not text[line.start : line.end].isspace() and line.end > line.start]


class Utf16Index:
    """Turns offsets of one text from code points into UTF-16 code units and back, each in O(log astral characters).

    Browsers count UTF-16, where a character beyond U+FFFF ("astral", every emoji) takes two units.
    """

    def __init__(self, text: str) -> None:
        self.length = len(text)
        self.astral = [found.start() for found in ASTRAL.finditer(text)]
        # UTF-16 position of the second half of each: the one place that is no border between characters.
        self.halves = [position + rank + 1 for rank, position in enumerate(self.astral)]
        self.length_utf16 = self.length + len(self.astral)

    def to_utf16(self, offset: int) -> int:
        """UTF-16 offset of a code point offset; ValueError outside [0, length]."""
        if not 0 <= offset <= self.length:
            raise ValueError(f"offset {offset} is outside the text of {self.length} code points")
        return offset + bisect_left(self.astral, offset)

    def to_code_points(self, offset: int) -> int:
        """Code point offset of a UTF-16 offset; ValueError outside the text or inside a surrogate pair."""
        if not 0 <= offset <= self.length_utf16:
            raise ValueError(f"offset {offset} is outside the text of {self.length_utf16} UTF-16 units")
        passed = bisect_right(self.halves, offset)
        if passed and self.halves[passed - 1] == offset:
            raise ValueError(f"offset {offset} is inside the surrogate pair of one character")
        return offset - passed


def describe(raw: bytes) -> str:
    """One paragraph on a file that `decode` accepts: encoding, sizes, line ends, SHA-256 of its text, first words."""
    text = decode(raw)
    mark = "with" if raw.startswith(BOM) else "without"
    kinds = {"\r\n": "CR LF", "\n": "LF", "\r": "CR", "\x85": "NEL", "\u2028": "LS", "\u2029": "PS"}
    endings = sorted({kinds[ending] for ending in LINE_END.findall(text)})
    found = paragraphs(text)
    first = text[found[0].start : found[0].end].strip() if found else ""
    return (
        f"UTF-8 {mark} byte order mark, {len(raw):,} bytes, {len(text):,} code points, {len(found)} paragraphs, "
        f"line ends {' and '.join(endings) or 'none'}, SHA-256 {sha256(text)}. "
        f"It begins: “{first[:120]}{'…' if len(first) > 120 else ''}”"
    )

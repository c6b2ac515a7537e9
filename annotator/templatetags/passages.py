"""Cuts a text into lines and, at the borders of passages, into stretches, and marks them up."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from annotator.models import Annotation

register = template.Library()

# The lines the workbench shows. A browser would fold these line ends; all other characters stay as they are.
_LINE_END = re.compile("\r\n|\n|\r")
_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA = re.compile("[\u3040-\u30ff]")
_IN_ARABIC_SCRIPT = ("fa", "ar", "ur", "ps", "ku", "ug")


class Span(Protocol):
    """Anything that begins and ends in the text: half-open, in code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text without its end; `start` in code points, `number` from 1, `language` where it differs."""

    number: int
    start: int
    text: str
    language: str

    @property
    def end(self) -> int:
        """Where the line's last character ends."""
        return self.start + len(self.text)


def language_of(line: str, language: str) -> str:
    """Return the language a line is most likely in, told by its script; else the document's own."""
    half = sum(character.isalpha() for character in line) / 2
    own = language[:2]
    if half and len(_ARABIC.findall(line)) > half:
        return language if own in _IN_ARABIC_SCRIPT else "fa"
    if half and (_KANA.search(line) or len(_HAN.findall(line)) > half):
        return "ja" if _KANA.search(line) else "zh"
    return "en" if own in (*_IN_ARABIC_SCRIPT, "zh", "ja") and half else language


def lines_of(text: str, language: str) -> list[Line]:
    """Cut a text into the lines a page shows."""
    lines, start = [], 0
    for number, end in enumerate([*_LINE_END.finditer(text), None], start=1):
        words = text[start : end.start() if end else len(text)]
        spoken = language_of(words, language)
        lines.append(Line(number, start, words, "" if spoken == language else spoken))
        if end:
            start = end.end()
    return lines


def _open_tag(line: Line) -> SafeString:
    language = format_html(' lang="{}"', line.language) if line.language else ""
    return format_html('<p dir="auto" id="line-{}" data-start="{}"{}>', line.number, line.start, language)


def _plain_tag(line: Line) -> SafeString:
    """Open a line that stands on the page twice and so has no id."""
    return format_html('<p dir="auto"{}>', format_html(' lang="{}"', line.language) if line.language else "")


def _hidden(words: str) -> SafeString:
    # <bdi>, because dir="auto" of the line looks at the first strong letter outside of it.
    return format_html('<bdi class="hidden" lang="en"> [{}] </bdi>', words)


@dataclass(frozen=True, slots=True)
class _Part:
    """A passage as far as it lies in one line."""

    number: int
    passage: Annotation
    start: int
    end: int
    begins: bool
    ends: bool


def _parts_by_line(lines: Sequence[Line], passages: Sequence[Annotation]) -> dict[int, list[_Part]]:
    """Return the parts of the numbered passages in each line; line ends hold none."""
    starts = [line.start for line in lines]
    found: dict[int, list[_Part]] = defaultdict(list)
    for number, passage in enumerate(passages, start=1):
        touched = []
        for line in lines[bisect_right(starts, passage.start) - 1 :]:
            if line.start >= passage.end:
                break
            start, end = max(passage.start, line.start), min(passage.end, line.end)
            if start < end:
                touched.append((line, start, end))
        for index, (line, start, end) in enumerate(touched):
            part = _Part(number, passage, start, end, index == 0, index == len(touched) - 1)
            found[line.number].append(part)
    return found


def _name_of(part: _Part, numbered: bool) -> str:
    name = part.passage.label.name
    return f"{name} {part.number}" if numbered else name


def _pieces(line: Line, parts: Sequence[_Part], numbered: bool = True) -> Iterator[SafeString]:
    """Yield the markup of one line: the stretches between the borders of the passages in it."""
    borders = {line.start, line.end}.union(*({part.start, part.end} for part in parts))
    for start, end in pairwise(sorted(borders)):
        covering = [part for part in parts if part.start < end and part.end > start]
        for part in covering:
            if part.begins and part.start == start:
                yield _hidden(f"{_name_of(part, numbered)} begins")
        for part in covering:
            yield format_html('<mark class="mark" data-label="{}">', part.passage.label.code)
        yield escape(line.text[start - line.start : end - line.start])
        yield mark_safe("</mark>" * len(covering))  # noqa: S308 - a constant, repeated
        for part in covering:
            if part.ends and part.end == end:
                yield _hidden(f"{_name_of(part, numbered)} ends")
                if numbered:
                    yield format_html('<sup><a href="#passage-{0}" id="mark-{0}">{0}</a></sup>', part.number)


@register.simple_tag
def marked_text(text: str, passages: Sequence[Annotation], language: str) -> SafeString:
    """Mark a text up with its passages, which come in reading order and are numbered by it.

    Each passage is announced where it begins and where it ends, since screen readers differ on `<mark>`; overlapping
    ones nest, so that each keeps its line.
    """
    lines = lines_of(text, language)
    parts = _parts_by_line(lines, passages)
    markup: list[SafeString] = []
    for line in lines:
        markup += [_open_tag(line), *_pieces(line, parts.get(line.number, ())), mark_safe("</p>\n")]
    return mark_safe("".join(markup))  # noqa: S308 - every part was escaped above


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a text marked up by two readers; `second` is None where neither marks anything in it."""

    first: SafeString
    second: SafeString | None


def two_texts(text: str, first: Sequence[Any], second: Sequence[Any], language: str) -> list[Row]:
    """Mark a text up twice, line by line, with passages that come in reading order and have a `label`."""
    lines = lines_of(text, language)
    of_first, of_second = (_parts_by_line(lines, passages) for passages in (first, second))

    def markup(line: Line, parts: Sequence[_Part]) -> SafeString:
        pieces = [_plain_tag(line), *_pieces(line, parts, numbered=False), mark_safe("</p>")]
        return mark_safe("".join(pieces))  # noqa: S308 - every part was escaped above

    return [
        Row(markup(line, one), markup(line, other) if one or other else None)
        for line in lines
        for one, other in [(of_first.get(line.number, ()), of_second.get(line.number, ()))]
        if line.text
    ]


@register.simple_tag
def plain_text(text: str, language: str) -> SafeString:
    """Lay a text out in paragraphs of one text node each, which the script can find by their start."""
    markup = [format_html("{}{}</p>\n", _open_tag(line), line.text) for line in lines_of(text, language)]
    return mark_safe("".join(markup))  # noqa: S308 - every part was escaped above


def line_starts(text: str) -> list[int]:
    """Return where each line begins, in code points."""
    return [0, *(end.end() for end in _LINE_END.finditer(text))]


@register.filter
def line_at(starts: Sequence[int], offset: int) -> int:
    """Return the number of the line a code point stands in, from 1."""
    return bisect_right(starts, offset)


@register.filter
def at(names: Mapping[str, str], code: str) -> str:
    """Return the name of a label; its code where the codebook at hand has none of it."""
    return names.get(code, code)


@register.filter
def quote(text: str, span: Span) -> str:
    """Cut the words of a span out of its text."""
    return text[span.start : span.end]


@register.filter
def shortened(words: str, length: int) -> str:
    """Cut a quotation at a word, with an ellipsis, and fold its line ends: for lists, never for evidence."""
    words = " ".join(words.split())
    if len(words) <= length:
        return words
    return words[:length].rsplit(" ", 1)[0].rstrip(" ,;:.") + " …"

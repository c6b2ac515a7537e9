"""The marked text: every passage announced, overlaps nested, the text unchanged, Persian lines set right."""

import random
from collections.abc import Callable
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from annotator.models import Annotation, Label
from annotator.templatetags.passages import language_of, line_at, line_starts, lines_of, marked_text, plain_text
from tests.pages.conftest import BEST, FERRY, MACHINE, Page

LABELS = [Label(code=code, name=code.title()) for code in ("fact", "opinion", "ai")]
LETTERS = st.text(alphabet="ab \U0001f9e0<&\"'>\n\r\u200f\u06a9", max_size=60)


class Reader(HTMLParser):
    """Reads the text out of the markup again, and which labels lie on each character."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.lines: list[list[tuple[str, tuple[str, ...]]]] = []
        self._marks: list[str] = []
        self._aside = 0
        self.said: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "p":
            self.lines.append([])
        elif tag == "mark":
            self._marks.append(dict(attrs)["data-label"] or "")
        elif tag in ("bdi", "sup"):
            self._aside += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "mark":
            self._marks.pop()
        elif tag in ("bdi", "sup"):
            self._aside -= 1

    def handle_data(self, data: str) -> None:
        if self._aside:
            self.said.append(data.strip())
        elif self.lines and data != "\n":
            self.lines[-1] += [(character, tuple(sorted(self._marks))) for character in data]


def passage(label: Label, start: int, end: int) -> Annotation:
    """A passage that is in no database."""
    return Annotation(label=label, start=start, end=end)


@given(text=LETTERS, seed=st.integers(0, 2**16), count=st.integers(0, 6))
def test_whatever_is_marked_the_text_and_its_marks_read_back(text: str, seed: int, count: int) -> None:
    chance = random.Random(seed)
    passages = []
    for _ in range(count if text else 0):
        start = chance.randrange(len(text))
        passages.append(passage(chance.choice(LABELS), start, chance.randrange(start, len(text)) + 1))
    passages.sort(key=lambda each: (each.start, -each.end))
    read = Reader(str(marked_text(text, passages, "en")))
    lines = lines_of(text, "en")
    assert ["".join(character for character, _ in line) for line in read.lines] == [
        "".join(line.text.split("\n")) for line in lines
    ]
    for shown, line in zip(read.lines, lines, strict=True):
        for offset, (_, marks) in enumerate(shown, start=line.start):
            expected = sorted(each.label.code for each in passages if each.start <= offset < each.end)
            assert list(marks) == expected


def test_a_passage_is_announced_once_where_it_begins_and_once_where_it_ends() -> None:
    text = "One two.\nThree four."
    read = Reader(str(marked_text(text, [passage(LABELS[0], 4, 14)], "en")))
    assert [words for words in read.said if words] == ["[Fact 1 begins]", "[Fact 1 ends]", "1"]


def test_overlapping_passages_nest_and_keep_their_numbers() -> None:
    markup = str(marked_text("abcdef", [passage(LABELS[0], 0, 4), passage(LABELS[2], 2, 6)], "en"))
    assert '<mark class="mark" data-label="fact"><mark class="mark" data-label="ai">cd</mark></mark>' in markup
    assert Reader(markup).said[:2] == ["[Fact 1 begins]", "[Ai 2 begins]"]


def test_hidden_words_do_not_turn_a_persian_line_round() -> None:
    markup = str(marked_text("کشتی آمد", [passage(LABELS[0], 0, 4)], "en"))
    assert '<p dir="auto" id="line-1" data-start="0" lang="fa"><bdi class="hidden" lang="en">' in markup


def test_a_lines_language_is_told_by_its_script() -> None:
    assert language_of("کشتی دیروز آمد", "en") == "fa"
    assert language_of("کشتی دیروز آمد", "ar") == "ar"
    assert language_of("内容由AI自动生成", "en") == "zh"
    assert language_of("これはペンです", "en") == "ja"
    assert language_of("www.example.org", "fa") == "en"
    assert language_of("2024", "fa") == "fa"
    assert language_of("", "en") == "en"


@given(text=LETTERS)
def test_lines_know_where_they_begin(text: str) -> None:
    starts = line_starts(text)
    assert [line.start for line in lines_of(text, "en")] == starts
    for offset in range(len(text)):
        assert starts[line_at(starts, offset) - 1] <= offset


def test_plain_text_escapes_and_holds_nothing_but_words() -> None:
    assert plain_text("<b>&\r\nx", "en") == (
        '<p dir="auto" id="line-1" data-start="0">&lt;b&gt;&amp;</p>\n<p dir="auto" id="line-2" data-start="6">x</p>\n'
    )


def test_the_page_lists_ones_own_passages_with_ratings_and_notes(
    read: Callable[..., Page], urls: SimpleNamespace, marked: None
) -> None:
    page = read("ben", urls.text)
    assert "2 passages" in page.words
    assert "[Fact 1 begins]" in page.words
    assert "Which way? slant 1" in page.words
    assert "<b>bold</b> claim" in page.words  # as words, not as markup
    assert MACHINE in page.words
    ids = {tag.get("id") for _, tag in page.tags}
    for link in page.all("a"):
        if (target := link.get("href") or "").startswith("#"):
            assert target[1:] in ids, target


def test_the_number_of_queries_does_not_grow_with_passages(
    as_: Callable[..., Any],
    urls: SimpleNamespace,
    mark: Callable[..., Any],
    django_assert_num_queries: Callable[..., Any],
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = as_("ben")
    client.get(urls.text)
    mark("ben", FERRY, "fact", ratings=[("slant", 0)])
    with CaptureQueriesContext(connection) as first:
        client.get(urls.text)
    mark("ben", BEST, "opinion", ratings=[("slant", 1)])
    mark("ben", MACHINE, "ai", ratings=[("basis", 1)])
    with django_assert_num_queries(len(first)):
        client.get(urls.text)

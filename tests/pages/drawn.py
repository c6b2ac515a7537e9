"""A study drawn from a fixed seed, its export as recomputed, its pages as a browser sees them, and figures as printed.

Five texts with letters outside the basic plane and two directions, four reviewers of whom not all read every text,
passages that overlap, abut and cut sentences, and answers that say "cannot be judged".
"""

import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from uuid import UUID

import pytest
from django.test import Client

from annotator.actions.imports import import_documents
from annotator.records import CodedDocument, CodedPassage, CodedRating, Coding, StudyInfo
from sources.segmentation import SENTENCE_METHOD, sentence_ends
from sources.text import sha256
from tests.pages.recomputing import Export
from tests.staging import small_codebook

DAY = datetime(2026, 3, 1, 9, tzinfo=UTC)
SENTENCES = (
    "The ferry carried 1,200 people in May.",
    "It is the best ferry on the coast!",
    "\U0001f9e0\U0001f469\u200d\U0001f4bb Parts were made with AI help.",
    "کشتی دیروز آمد.",
    "Fares will rise, the mayor said.",
    "Nobody should be surprised.",
    "Cafe\u0301s closed at six.",
)
NAMES = ("R-AAA2", "R-BBB2", "R-CCC2", "R-DDD2")
READERS = (NAMES, NAMES, NAMES[:3], NAMES, NAMES[1:])


def made_documents():
    """Texts with marks that mostly agree, from a fixed seed."""
    chance = random.Random(11)
    book = replace(small_codebook(), published_at=DAY)
    study = StudyInfo("drawn", "Drawn", book.key, blinding="until_closed", created_at=DAY, closed_at=DAY + timedelta(9))
    documents = []
    for number, readers in enumerate(READERS):
        lines = [" ".join(chance.choice(SENTENCES) for _ in range(3)) for _ in range(4)]
        text = f"Text {number}.\n" + "\n".join(lines) + "\n"
        ends = sentence_ends(text, "en")
        truth = [chance.choice(["fact", "fact", "opinion", "ai", None]) for _ in ends]
        codings = tuple(made_coding(chance, name, text, ends, truth, book) for name in readers)
        documents.append(
            CodedDocument(
                study=study,
                codebooks={book.key: book},
                slug=f"drawn-{number}",
                title=f"Drawn {number}",
                text=text,
                sha256=sha256(text),
                sentences=tuple(ends),
                segmentation=SENTENCE_METHOD,
                language="en",
                codings=codings,
            )
        )
    return documents


def made_coding(chance, name, text, ends, truth, book):
    """One reviewer's work: the truth with slips of label, border and rating."""
    passages, last = [], dict.fromkeys(("fact", "opinion", "ai"), 0)
    for start, end, label in zip([0, *ends], ends, truth, strict=False):
        marked = [label] if chance.random() < 0.8 else [chance.choice(["fact", "opinion", "ai", None])]
        if marked == ["fact"] and chance.random() < 0.2:
            marked.append("ai")
        for each in filter(None, marked):
            first = max(last[each], start + chance.choice([0, 0, 0, 4]))
            stop = min(len(text), end + chance.choice([-1, -1, 0, -8, 3]))
            if first >= stop:
                continue
            last[each] = stop
            scale, values = ("basis", [1, 1, 2]) if each == "ai" else ("slant", [-2, -1, 0, 0, 0, 1, 2, 9])
            value = chance.choice([0, values[(start + len(each)) % len(values)], chance.choice(values)][each == "ai" :])
            rating = CodedRating(scale, value, value == 9)
            given = (rating,) if chance.random() < 0.9 else ()
            passages.append(
                CodedPassage(UUID(int=chance.getrandbits(128), version=4), each, first, stop, ratings=given)
            )
    credibility = chance.choice([2, 3, 3, 4, 6])
    return Coding(
        id=UUID(int=chance.getrandbits(128), version=4),
        reviewer=name,
        codebook=book.key,
        created_at=DAY,
        begun_at=DAY + timedelta(hours=1),
        submitted_at=DAY + timedelta(hours=2),
        passages=tuple(sorted(passages, key=lambda each: (each.start, -each.end, each.id))),
        ratings=(CodedRating("credibility", credibility, credibility == 6),),
    )


class Tables(HTMLParser):
    """The tables of a page by their captions: rows of cells, hidden words of a cell apart from those one sees."""

    def __init__(self, markup):
        super().__init__()
        self.found, self.rows, self.caption, self.seen, self.hidden = {}, [], "", [], []
        self.cell, self.in_caption, self.skipped, self.depth = False, False, 0, 0
        self.feed(markup)

    def handle_starttag(self, tag, attributes):
        if tag == "table":
            self.rows, self.caption = [], ""
        elif tag == "caption":
            self.in_caption = True
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.cell, self.seen, self.hidden = True, [], []
        elif tag == "svg":
            self.skipped += 1
        elif tag == "span" and self.cell:
            self.depth += 1 if self.depth or dict(attributes).get("class") == "hidden" else 0

    def handle_endtag(self, tag):
        if tag == "table":
            self.found.setdefault(" ".join(self.caption.split()), self.rows)
        elif tag == "caption":
            self.in_caption = False
        elif tag in ("td", "th"):
            self.rows[-1].append((" ".join(" ".join(self.seen).split()), " ".join(" ".join(self.hidden).split())))
            self.cell, self.depth = False, 0
        elif tag == "svg":
            self.skipped -= 1
        elif tag == "span" and self.depth:
            self.depth -= 1

    def handle_data(self, data):
        if self.in_caption:
            self.caption += data
        elif self.cell and not self.skipped:
            (self.hidden if self.depth else self.seen).append(data)

    def named(self, opening):
        """Return the rows behind the head of the first table whose caption begins so."""
        return next(rows[1:] for caption, rows in self.found.items() if caption.startswith(opening))

    def columns(self, opening):
        """Return the columns of that table by their heads."""
        heads, *rows = next(rows for caption, rows in self.found.items() if caption.startswith(opening))
        return {head: [row[place][0] for row in rows] for place, (head, _) in enumerate(heads)}


def number(words):
    """Read a figure as printed: ".53", "−.20", "1.00"; None for a dash."""
    return None if words == "–" else float(words.replace("−", "-"))


def assert_printed(words, value, unit=0.01):
    """Whether words are the value with the digits printed."""
    if words == "–" or value is None:
        assert (words, value) == ("–", None)
        return
    if "%" in words:
        digits = words.replace("\u202f", " ")
        if digits[0] in "<>":
            assert 0 < value < 0.005 if digits[0] == "<" else 0.995 <= value < 1
            return
        assert float(digits.removesuffix(" %")) / 100 == pytest.approx(value, abs=0.5 * unit + 1e-9)
        return
    assert number(words) == pytest.approx(value, abs=0.5 * unit + 1e-9)


RANGE = re.compile(r"([−]?[\d.]+) to ([−]?[\d.]+)")


def assert_range(words, ends):
    """Whether words give these ends; no range where there are none."""
    found = RANGE.search(words)
    assert (found is None) == (ends is None), (words, ends)
    if found and ends:
        for printed, value in zip(found.groups(), ends, strict=True):
            assert_printed(printed, value)


def in_two_versions(documents):
    """Return the documents as read with two versions of the codebook, one text with both, and completed in disorder."""
    made = []
    for number, document in enumerate(documents):
        ((key, book),) = document.codebooks.items()
        later = replace(book, version=2, published_at=DAY + timedelta(hours=1))
        codings = tuple(
            replace(
                coding,
                codebook=later.key if number in (1, 3) or (number == 4 and place) else key,
                submitted_at=DAY + timedelta(days=(3 * number) % 5, hours=3 + place),
            )
            for place, coding in enumerate(document.codings)
        )
        study = replace(document.study, codebook=later.key)
        made.append(replace(document, study=study, codebooks={key: book, later.key: later}, codings=codings))
    return made


MACHINE = "R-EEE2"


def with_machine_and_second_rounds(documents):
    """Return the documents read by a machine too, and three of them again by some who then saw the others' work.

    The one who reads the third again changes nothing.
    """
    chance = random.Random(29)
    made = []
    for number, document in enumerate(documents):
        ((_, book),) = document.codebooks.items()
        truth = [chance.choice(["fact", "opinion", "ai", None]) for _ in document.sentences]
        machine = made_coding(chance, MACHINE, document.text, document.sentences, truth, book)
        codings = [*document.codings, replace(machine, kind="machine")]
        for place, coding in enumerate(document.codings[: (3, 2, 1)[number]] if number < 3 else ()):
            codings[place] = replace(coding, revealed_at=DAY + timedelta(hours=3))
            codings.append(read_again(chance, coding) if number < 2 else kept(chance, coding))
        made.append(replace(document, codings=tuple(codings)))
    return made


def read_again(chance, coding):
    """A second round: most passages kept, others taken back, shortened, or rated anew, and one added."""
    passages = []
    for place, each in enumerate(coding.passages):
        copied = {"id": UUID(int=chance.getrandbits(128), version=4), "derived_from": each.id, "derivation": "revised"}
        if place % 6 == 1:
            copied["end"] = max(each.start + 1, each.end - 5)
        elif place % 6 == 2:
            scale, value = ("basis", 2) if each.label == "ai" else ("slant", 1)
            copied["ratings"] = (CodedRating(scale, value),)
        if place % 6:
            passages.append(replace(each, **copied))
    if all(each.label != "opinion" or each.start > 4 for each in passages):
        passages.append(CodedPassage(UUID(int=chance.getrandbits(128), version=4), "opinion", 0, 4))
    return replace(
        coding,
        id=UUID(int=chance.getrandbits(128), version=4),
        round=2,
        independent=False,
        begun_at=DAY + timedelta(hours=4),
        submitted_at=DAY + timedelta(hours=5),
        passages=tuple(sorted(passages, key=lambda each: (each.start, -each.end, each.id))),
        ratings=(CodedRating("credibility", chance.choice([2, 3, 4])),),
    )


def kept(chance, coding):
    """A second round in which nothing is changed."""
    passages = (
        replace(each, id=UUID(int=chance.getrandbits(128), version=4), derived_from=each.id, derivation="revised")
        for each in coding.passages
    )
    return replace(read_again(chance, coding), passages=tuple(passages), ratings=coding.ratings)


def opened(lead, documents):
    """Bring documents in; return the export as recomputed, and what opens a page of their study as its lead."""
    import_documents(actor=lead, documents=documents)
    client = Client()
    client.force_login(lead)

    def get(path):
        answer = client.get(path)
        assert answer.status_code == 200
        return b"".join(answer.streaming_content) if answer.streaming else answer.content

    def tables(path):
        return Tables(get(path).decode())

    return Export(get("/api/v1/studies/drawn/export/jsonl/")), tables

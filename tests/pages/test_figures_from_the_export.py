"""Every figure that the pages print of a study, recomputed from its export by other libraries.

The export is read with nothing but `json` (`recomputing`), the pages as a browser would. Five texts with letters
outside the basic plane and two directions, four reviewers of whom not all read every text, passages that overlap,
abut and cut sentences, and answers that say "cannot be judged".
"""

import random
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import combinations
from uuid import UUID

import pytest
from django.test import Client
from sklearn.metrics import cohen_kappa_score

from annotator.actions.imports import import_documents
from annotator.records import CodedDocument, CodedPassage, CodedRating, Coding, StudyInfo
from sources.segmentation import SENTENCE_METHOD, sentence_ends
from sources.text import sha256
from tests.agreement.test_unitizing_by_definition import GAP, expected_of, one_minus, sums_of
from tests.conftest import small_codebook
from tests.pages import recomputing as again

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


@pytest.fixture
def exported(cast):
    """The study in the database, its export as recomputed, and what opens a page as its lead."""
    import_documents(actor=cast.ada, documents=made_documents())
    client = Client()
    client.force_login(cast.ada)

    def get(path):
        answer = client.get(path)
        assert answer.status_code == 200
        return b"".join(answer.streaming_content) if answer.streaming else answer.content

    def tables(path):
        return Tables(get(path).decode())

    return again.Export(get("/api/v1/studies/drawn/export/jsonl/")), tables


def u_sums(text, label):
    """The sums of one document's layer by their definition, in fractions; they add up over documents."""
    marked = {
        read.reviewer: {label: [(each["start"], each["end"]) for each in read.marks if each["label"] == label]}
        for read in text.reads
    }
    return sums_of([(marked, len(text.text))], joined=True)


def u_alpha_of(parts):
    lengths, squares = Counter(), Counter()
    for length, square, _ in parts:
        lengths.update(length)
        squares.update(square)
    values = {GAP, *squares}
    e, _ = expected_of(lengths, squares, values)
    unlike = [(c, k) for c in values for k in values if c != k]
    found = one_minus(sum(lengths[pair] for pair in unlike), sum(e[pair] for pair in unlike))
    return None if found is None else float(found)


def assert_label(export, cells, label, texts, *, whole):
    sentences = [export.table_of_sentences(text, label["code"]) for text in texts]
    characters = [export.table_of_characters(text, label["code"]) for text in texts]
    parts = [u_sums(text, label["code"]) for text in texts]
    pooled = again.pool(sentences)
    (value, *_), hidden = cells[1][0].split() or ["–"], cells[1][1]
    assert cells[0][0] == label["name"]
    assert_printed(value, again.alpha(pooled))
    if whole:
        assert_range(cells[1][0], again.alpha_ends(sentences, "nominal", rarer=True))
        left = [each for each in again.without_each(pooled, "nominal") if each is not None]
        assert_range(hidden, (min(left), max(left)) if left else None)
        without = [u_alpha_of(parts[:at] + parts[at + 1 :]) for at in range(len(parts))]
        assert_range(cells[3][0], again.jackknife(u_alpha_of(parts), without, again.masses_of(characters)))
        assert_range(cells[4][0], again.alpha_ends(characters, "nominal", rarer=True))
    assert_printed(cells[3][0].split()[0], u_alpha_of(parts))
    assert_printed(cells[4][0].split()[0], again.alpha(again.pool(characters)))
    assert_printed(cells[5][0], again.percent(pooled))
    assert_printed(cells[6][0], again.prevalence(pooled))
    marks = [each for text in texts for read in text.reads for each in read.marks if each["label"] == label["code"]]
    reviewers = {read.reviewer for text in texts for read in text.reads}
    counts = [len(marks), len(reviewers), *([len(texts)] if whole else []), pooled.shape[1]]
    assert [cell[0] for cell in cells[7:]] == [str(each) for each in counts]


def assert_scale(export, cells, scale, texts, *, whole):
    tables = [export.table_of_ratings(text, scale) for text in texts]
    pooled = again.pool(tables)
    kept = again.pairable(pooled)
    assert cells[0][0].startswith(scale["question"])
    assert cells[1][0] == f"α {scale['level']}"
    assert_printed(cells[2][0].split()[0], again.alpha(pooled, scale["level"]))
    if whole:
        assert_range(cells[2][0], again.alpha_ends(tables, scale["level"], rarer=False))
        left = [each for each in again.without_each(pooled, scale["level"]) if each is not None]
        assert_range(cells[2][1], (min(left), max(left)) if left else None)
    assert_printed(cells[4][0], again.percent(pooled))
    given = [rating for _, rating in export.answers(scale, texts)]
    judged = [rating for rating in given if not rating["missing"]]
    assert_printed(cells[5][0], 1 - len(judged) / len(given) if given else None)
    assert_printed(cells[6][0], (~again.np.isnan(kept)).sum() / len(judged) if judged else None)
    assert [cells[7][0], cells[8][0]] == [str((~again.np.isnan(kept)).any(axis=1).sum()), str(kept.shape[1])]


def assert_more(export, shown, texts, scales):
    for cells, label in zip(shown.named("More measures of each label"), export.codebook["labels"], strict=True):
        sentences = again.pool([export.table_of_sentences(text, label["code"]) for text in texts])
        characters = again.pool([export.table_of_characters(text, label["code"]) for text in texts])
        assert_printed(cells[1][0], again.chance_corrected(sentences, [0, 1], "gwet"))
        assert_printed(cells[2][0], again.percent(sentences))
        assert_printed(cells[3][0], again.percent(characters))
        assert_printed(cells[4][0], again.prevalence(characters))
    for cells, scale in zip(shown.named("More measures of each scale"), scales, strict=True):
        pooled = again.pool([export.table_of_ratings(text, scale) for text in texts])
        categories = [point["value"] for point in scale["points"] if not point["missing"]]
        nominal = again.alpha(pooled)
        assert_printed(cells[1][0], nominal)
        fleiss = again.chance_corrected(pooled, categories, "fleiss") if nominal is not None else None
        assert_printed(cells[2][0], fleiss)
        assert_printed(cells[3][0], again.chance_corrected(pooled, categories, "gwet"))
        if scale["level"] == "nominal":
            assert cells[4][0] == "no order"
        else:
            assert_printed(cells[4][0], again.chance_corrected(pooled, categories, "gwet", quadratic=True))
        if any(point["missing"] for point in scale["points"]):
            judged = again.pool([export.table_of_ratings(text, scale, judged=True) for text in texts])
            assert_printed(cells[5][0], again.alpha(judged))
        else:
            assert cells[5][0] == "always judged"


def test_study_page_prints_what_its_export_gives(exported):
    export, tables = exported
    shown = tables("/studies/drawn/")
    assert len(export.texts) == 5
    assert len(export.reviewers) == 4
    labels, scales = export.codebook["labels"], export.codebook["scales"]
    for cells, label in zip(shown.named("Agreement for each label"), labels, strict=True):
        assert_label(export, cells, label, export.texts, whole=True)
    for cells, scale in zip(shown.named("Agreement for each scale"), scales, strict=True):
        assert_scale(export, cells, scale, export.texts, whole=True)
    assert_more(export, shown, export.texts, scales)


def test_page_of_reviewers_prints_what_the_export_gives(exported):
    export, tables = exported
    shown = tables("/studies/drawn/reviewers/")
    labels, scales = export.codebook["labels"], export.codebook["scales"]
    for cells, figure in zip(shown.named("α of all reviewers, and without each"), [*labels, *scales], strict=True):
        is_label = "definition" in figure
        made = export.table_of_sentences if is_label else export.table_of_ratings
        pooled = again.pool([made(text, figure["code"] if is_label else figure) for text in export.texts])
        left = again.without_each(pooled, "nominal" if is_label else figure["level"])
        for cell, value in zip(cells[2:], left, strict=True):
            assert_printed(cell[0], value)
    for cells, scale in zip(shown.named("Share of ratings that are"), scales, strict=True):
        answers = export.answers(scale, export.texts)
        assert cells[0][0] == scale["question"]
        for cell, name in zip(cells[1:], ["", *export.reviewers], strict=True):
            given = [rating["missing"] for reviewer, rating in answers if name in ("", reviewer)]
            assert cell[0].endswith(f"{sum(given)} of {len(given)}")
            assert_printed(cell[0].partition("%")[0] + "%", sum(given) / len(given))


def test_sheet_to_cite_prints_what_the_export_gives_of_every_two_reviewers(exported):
    export, tables = exported
    shown = tables("/studies/drawn/report/")
    labels, scales = export.codebook["labels"], export.codebook["scales"]
    of_labels, of_scales = (shown.columns(f"Every two reviewers: {words}") for words in ("Cohen’s κ", "α of each"))
    pairs = list(combinations(range(4), 2))
    assert of_labels["Reviewers"] == [f"{export.reviewers[one]}, {export.reviewers[other]}" for one, other in pairs]
    for place, (one, other) in enumerate(pairs):
        for label in labels:
            pooled = again.pool([export.table_of_sentences(text, label["code"]) for text in export.texts])
            both = again.pairable(pooled[[one, other]])
            assert_printed(of_labels[f"κ {label['name']}"][place], cohen_kappa_score(*both))
        for scale in scales:
            pooled = again.pool([export.table_of_ratings(text, scale) for text in export.texts])
            assert_printed(of_scales[scale["code"]][place], again.alpha(pooled[[one, other]], scale["level"]))
        marks = [Counter(), Counter()]
        together = 0
        for text in export.texts:
            reads = {read.reviewer: read for read in text.reads}
            mine = [reads.get(export.reviewers[each]) for each in (one, other)]
            if None in mine:
                continue
            together += 1
            for found, read in zip(marks, mine, strict=True):
                found.update((text.slug, each["start"], each["end"], each["label"]) for each in read.marks)
        assert of_labels["Documents"][place] == str(together)
        same = (marks[0] & marks[1]).total()
        assert_printed(of_labels["F1 same"][place], 2 * same / (marks[0].total() + marks[1].total()))


def test_figures_of_the_study_vary_and_some_have_intervals(exported):
    export, _ = exported
    scales = export.codebook["scales"]
    tables = {
        label["code"]: [export.table_of_sentences(text, label["code"]) for text in export.texts]
        for label in export.codebook["labels"]
    }
    values = [again.alpha(again.pool(each)) for each in tables.values()]
    values += [
        again.alpha(again.pool([export.table_of_ratings(text, scale) for text in export.texts])) for scale in scales
    ]
    assert len({round(value, 2) for value in values}) == 6
    assert sum(again.alpha_ends(each, "nominal", rarer=True) is not None for each in tables.values()) >= 2


def test_table_of_documents_prints_what_the_export_gives(exported):
    export, tables = exported
    rows = tables("/studies/drawn/").named("α on sentences for each document")
    for cells, text in zip(rows, export.texts, strict=True):
        assert cells[0][0] == text.title
        assert cells[1][0] == str(len(text.reads))
        for cell, label in zip(cells[2:5], export.codebook["labels"], strict=True):
            assert_printed(cell[0], again.alpha(export.table_of_sentences(text, label["code"])))
        assert cells[5][0] == str(len(text.text))


@pytest.mark.parametrize("place", [0, 2])
def test_document_page_prints_what_the_export_gives(exported, place):
    export, tables = exported
    text = export.texts[place]
    shown = tables(f"/studies/drawn/documents/{text.slug}/")
    for cells, label in zip(shown.named("Agreement for each label"), export.codebook["labels"], strict=True):
        assert_label(export, cells, label, [text], whole=False)
    asked = [scale for scale in export.codebook["scales"] if scale["target"] == "passage"]
    for cells, scale in zip(shown.named("Agreement for each scale"), asked, strict=True):
        assert_scale(export, cells, scale, [text], whole=False)
    assert_more(export, shown, [text], asked)
    (credibility,) = [scale for scale in export.codebook["scales"] if scale["target"] == "document"]
    ((_, (ratings, _), (agreement, _)),) = shown.named("How the reviewers rated the document")
    assert_printed(agreement, again.percent(export.table_of_ratings(text, credibility)))
    for point in credibility["points"]:
        times = sum(rating["point"] == point["value"] for _, rating in export.answers(credibility, [text]))
        assert (f"{point['name']} {times}" in ratings) == (times > 0)

"""The demonstration as it is shipped: readable, marked as invented everywhere, complete, and with figures to show."""

import io
import json
import re
from itertools import combinations
from pathlib import Path

import pytest

from annotator.agreement.report import report
from annotator.formats import Options, codebook, jsonl
from annotator.records import CodedDocument, CodedPassage, Coding
from sources.segmentation import SENTENCE_METHOD
from sources.text import sha256

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
RAW = (FIXTURES / "demo.jsonl").read_bytes()
ROWS = [json.loads(line) for line in RAW.decode("utf-8").splitlines()]
SEEDS = [path.read_bytes() for path in sorted((FIXTURES / "documents").glob("*.txt"))]
PSEUDONYM = re.compile(r"\AR-[A-HJ-NP-Z]{3}[2-9]\Z")


@pytest.fixture(scope="module")
def documents() -> list[CodedDocument]:
    return jsonl.read(io.BytesIO(RAW))


def every_coding(documents: list[CodedDocument]) -> list[tuple[CodedDocument, Coding]]:
    return [(document, coding) for document in documents for coding in document.codings]


def live(coding: Coding) -> list[CodedPassage]:
    return [passage for passage in coding.passages if passage.deleted_at is None]


def test_file_is_what_the_writer_writes(documents):
    out = io.BytesIO()
    jsonl.write(documents, out, Options(software="credence 0.1.0"))
    assert out.getvalue() == RAW


def test_every_row_of_the_study_says_that_it_is_invented():
    kinds = {"header", "study", "document", "assignment", "annotation"}
    rows = [row for row in ROWS if row["type"] in kinds]
    assert {row["type"] for row in rows} == kinds
    assert all(row["demo"] is True for row in rows)


def test_titles_say_that_it_is_a_demonstration(documents):
    assert documents[0].study.title == "Demonstration (invented labels)"
    assert all(document.title.startswith("Demonstration: ") for document in documents)


def test_codebook_is_the_default_one(documents):
    with (FIXTURES / "codebook.toml").open("rb") as stream:
        default = codebook.read(stream)
    (carried,) = {id(found): found for document in documents for found in document.codebooks.values()}.values()
    assert carried.published_at is not None
    assert (carried.labels, carried.scales) == (default.labels, default.scales)
    assert (carried.key, carried.title, carried.guidelines) == (default.key, default.title, default.guidelines)


def test_no_text_is_one_that_reviewers_still_read_blind(documents):
    assert len(SEEDS) == 5
    assert not {document.sha256 for document in documents} & {sha256(seed) for seed in SEEDS}


def test_no_sentence_is_taken_from_those_texts(documents):
    seeds = [seed.decode("utf-8") for seed in SEEDS]
    for document in documents:
        starts = (0, *document.sentences[:-1])
        sentences = [document.text[a:b].strip() for a, b in zip(starts, document.sentences, strict=True)]
        assert not [sentence for sentence in sentences if any(sentence in seed for seed in seeds)]


def test_sentences_are_stored_and_no_line_end_lies_inside_one(documents):
    for document in documents:
        assert document.segmentation[0] == SENTENCE_METHOD[0]
        starts = (0, *document.sentences[:-1])
        sentences = [document.text[a:b].strip() for a, b in zip(starts, document.sentences, strict=True)]
        assert len(sentences) >= 20
        assert all(len(sentence.splitlines()) == 1 for sentence in sentences)


def test_every_quote_is_the_text_between_its_offsets_in_both_units():
    texts = {row["document"]: row["text"] for row in ROWS if row["type"] == "document"}
    quotes = [row for row in ROWS if row["type"] == "annotation"]
    assert quotes
    for row in quotes:
        text = texts[row["document"]]
        assert text[row["start"] : row["end"]] == row["quote"]
        utf16 = text.encode("utf-16-le")[2 * row["start_utf16"] : 2 * row["end_utf16"]]
        assert utf16.decode("utf-16-le") == row["quote"]


def test_some_passages_stand_behind_an_emoji_and_some_in_a_right_to_left_line():
    quotes = [row for row in ROWS if row["type"] == "annotation"]
    assert any(row["start"] != row["start_utf16"] for row in quotes)
    assert any(re.match("[\u0600-\u06ff]", row["quote"]) for row in quotes)


def test_four_reviewers_submitted_each_text_independently(documents):
    first = [[coding for coding in document.codings if coding.round == 1] for document in documents]
    teams = [{coding.reviewer for coding in codings} for codings in first]
    assert len(teams) == 3
    assert all(team == teams[0] and len(team) == 4 for team in teams)
    assert all(PSEUDONYM.match(reviewer) for reviewer in teams[0])
    assert all(coding.state == "submitted" and coding.independent for codings in first for coding in codings)


def test_reviewers_saw_others_only_after_all_their_own_first_readings(documents):
    first = [coding for _, coding in every_coding(documents) if coding.round == 1]
    revealed = [coding for coding in first if coding.revealed_at is not None]
    assert revealed
    for coding in revealed:
        assert all(other.submitted_at < coding.revealed_at for other in first if other.reviewer == coding.reviewer)


def test_times_follow_each_other_as_in_real_work(documents):
    for document, coding in every_coding(documents):
        study = document.study
        assert study.created_at < coding.created_at <= coding.begun_at < coding.submitted_at < study.closed_at
        for passage in coding.passages:
            assert coding.begun_at <= passage.created_at <= passage.updated_at < coding.submitted_at


def test_one_second_round_has_a_reason_and_revises_the_first(documents):
    (second,) = [(document, coding) for document, coding in every_coding(documents) if coding.round == 2]
    document, coding = second
    (first,) = [other for other in document.codings if other.reviewer == coding.reviewer and other.round == 1]
    assert coding.reason
    assert not coding.independent
    assert first.submitted_at < first.revealed_at < coding.created_at
    revised = {passage.derived_from for passage in coding.passages if passage.derivation == "revised"}
    assert revised == {passage.id for passage in live(first)}
    assert any(passage.derived_from is None for passage in coding.passages)


def test_no_answer_that_the_codebook_requires_is_missing(documents):
    for document, coding in every_coding(documents):
        for scale in document.codebooks[coding.codebook].scales:
            if not scale.required:
                continue
            if scale.target == "document":
                assert scale.code in {rating.scale for rating in coding.ratings}
                continue
            asked = [passage for passage in coding.passages if passage.label in scale.labels]
            assert all(scale.code in {rating.scale for rating in passage.ratings} for passage in asked)


def test_no_reviewer_marks_the_same_words_twice_with_one_label(documents):
    for _, coding in every_coding(documents):
        for one, other in combinations(live(coding), 2):
            assert one.label != other.label or one.end <= other.start or other.end <= one.start


def test_evidence_is_among_the_live_passages_of_the_same_reading(documents):
    named = [
        (evidence, {passage.id for passage in live(coding)})
        for _, coding in every_coding(documents)
        for rating in coding.ratings
        for evidence in rating.evidence
    ]
    assert named
    assert all(evidence in own for evidence, own in named)


def test_it_shows_overlaps_cuts_inside_sentences_notes_tombstones_and_unjudged_ratings(documents):
    codings = every_coding(documents)
    passages = [(document, passage) for document, coding in codings for passage in coding.passages]
    pairs = [pair for _, coding in codings for pair in combinations(live(coding), 2)]
    assert any(one.start < other.end and other.start < one.end for one, other in pairs)
    borders = {document.slug: {0, *document.sentences} for document in documents}
    assert any(passage.start not in borders[document.slug] for document, passage in passages)
    assert sum(bool(passage.note) for _, passage in passages) >= 5
    assert any(passage.deleted_at is not None for _, passage in passages)
    assert any(rating.missing for _, passage in passages for rating in passage.ratings)


@pytest.mark.parametrize("label", ["fact", "opinion", "ai"])
def test_agreement_on_a_label_is_defined_and_neither_chance_nor_perfect(documents, label):
    (row,) = [row for row in report(documents).labels if row.label == label]
    assert 0.4 < row.sentence_alpha.value < 0.9
    assert 0.4 < row.character_alpha.value < 0.9


def test_agreement_on_slant_is_defined_and_neither_chance_nor_perfect(documents):
    (row,) = [row for row in report(documents).scales if row.scale == "slant"]
    assert row.level == "ordinal"
    assert 0.4 < row.alpha.value < 0.8
    assert row.missing.n_missing > 0

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sources.segmentation import block_ends, line_language, sentence_ends
from sources.text import decode, paragraphs

SEEDS = sorted((Path(__file__).parents[2] / "fixtures" / "documents").glob("*.txt"))
PIECES = ["\r\n", "[1]", "Dr. ", "1. ", ". A", *'aAbB19.!?。؟।"“”()[]\u200b\u0301🧠 \n\r\x85\u2028\x0b\x1c']
CHARACTERS = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
TEXTS = st.lists(st.one_of(CHARACTERS, st.sampled_from(PIECES)), min_size=1).map("".join)


def units(text: str, ends: list[int]) -> list[str]:
    return [text[start:end] for start, end in pairwise([0, *ends])]


@given(TEXTS, st.sampled_from(["en", "fa", "zh", "und", "mn", "ja", "de-AT"]))
@example("   1. ", "en")
@example(". [1] [2]", "en")
@example("\u200b", "en")
def test_sentences_and_blocks_partition_any_text(text, language):
    for ends in (sentence_ends(text, language), block_ends(text)):
        assert ends[-1] == len(text)
        assert all(start < end for start, end in pairwise([0, *ends]))


@given(TEXTS, st.sampled_from(["en", "fa", "zh"]))
def test_no_sentence_spans_two_paragraphs(text, language):
    ends = set(sentence_ends(text, language))
    assert set(block_ends(text)) <= ends
    for line, following in pairwise(paragraphs(text)):
        assert not ends & set(range(line.end, following.start))
        assert following.start in ends


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem[:3])
def test_seed_is_partitioned_into_sentences_of_readable_length(path):
    text = decode(path.read_bytes())
    found = units(text, sentence_ends(text, "en"))
    assert "".join(found) == text
    assert all(unit.strip() for unit in found)
    # The longest is a sentence of three lines in seed 000; a splitter that misses line ends gives thousands.
    assert max(len(unit.strip()) for unit in found) < 450


def test_abbreviations_initials_and_decimals_do_not_end_a_sentence():
    sentences = [
        "In August the Prime Minister, L. Oyun-Erdene, met Gen. Smith at 5 p.m. ",
        "They spoke of their neighbours, i.e. the Russians, and of 1.4% of GDP. ",
        "The U.S. Army and Dr. Smith agreed.",
    ]
    text = "".join(sentences)
    assert units(text, sentence_ends(text, "en")) == sentences


def test_reference_marks_stay_with_the_sentence_they_support():
    sentences = ["Mongolia joined.[2][3] ", "It left.[a] ", "See [4]. ", "Then it ended."]
    text = "".join(sentences)
    assert units(text, sentence_ends(text, "en")) == sentences


def test_numbers_of_list_items_stay_with_their_item():
    text = "1. First item. 2. Second item."
    assert units(text, sentence_ends(text, "en")) == ["1. First item. ", "2. Second item."]


def test_blank_lines_belong_to_the_sentence_before_and_opening_ones_to_the_first():
    text = "\r\n\nTitle\r\n \r\nOne. Two.\n\n"
    assert units(text, sentence_ends(text, "en")) == ["\r\n\nTitle\r\n \r\n", "One. ", "Two.\n\n"]
    assert units(text, block_ends(text)) == ["\r\n\nTitle\r\n \r\n", "One. Two.\n\n"]


def test_chinese_line_in_an_english_document_is_cut_by_chinese_rules():
    text = "It ended.\n以上内容由AI自动生成。对于后果,本网站不承担责任。"
    found = units(text, sentence_ends(text, "en"))
    assert found == ["It ended.\n", "以上内容由AI自动生成。", "对于后果,本网站不承担责任。"]


@pytest.mark.parametrize(
    ("line", "document", "expected"),
    [
        ("همه سر به سر تن به کشتن دهیم", "en", "fa"),
        ("همه سر به سر تن به کشتن دهیم", "ar-EG", "ar"),
        ("以上内容由AI自动生成", "en", "zh"),
        ("これはペンです", "en", "ja"),
        ("国家", "ja", "ja"),
        ("The word آزاد means free", "en-GB", "en"),
        ("12.06.2024", "mn", "mn"),
    ],
)
def test_script_of_a_line_chooses_its_rules(line, document, expected):
    assert line_language(line, document) == expected

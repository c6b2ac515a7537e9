"""Layers small enough to work out on paper."""

import numpy as np
import pytest

from annotator.agreement.layers import (
    character_alpha,
    character_percent,
    character_prevalence,
    pool_layers,
    sentence_alpha,
    sentence_percent,
    sentence_prevalence,
    token_alpha,
)
from annotator.agreement.measures import MEASURES
from annotator.agreement.spans import characters_by_markers, merge, token_spans, touched
from tests.agreement.making import make_layer


def test_half_overlapping_passages():
    # Of 10 characters 4 are marked by one of two: o = 4, n0 = 12, n1 = 8, so alpha = 1 - 19 * 4 / 96.
    sums = make_layer(10, a=[(0, 4)], b=[(2, 6)])
    assert character_alpha(sums).value == pytest.approx(0.208333, abs=5e-7)
    assert character_percent(sums).value == pytest.approx(0.6)
    assert character_prevalence(sums).value == pytest.approx(0.4)


FACT = {"a": [(0, 20)], "b": [(0, 20)], "c": []}
OPINION = {"a": [(30, 50)], "b": [(32, 50)], "c": []}
AI = {"a": [(40, 50)], "b": [], "c": []}


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (FACT, 1 - 299 * 20 / (40 * 260)),
        (OPINION, 1 - 299 * (18 + 2) / (38 * 262)),
        (AI, 1 - 299 * 10 / (10 * 290)),
    ],
)
def test_a_reviewer_who_marked_nothing_counts_in_every_layer(marked, expected):
    # Of 100 characters and 3 reviewers, each character that one or two of them mark adds 1 * 2 / (3 - 1) to o.
    assert character_alpha(make_layer(100, **marked)).value == pytest.approx(expected)


def test_a_reviewer_who_was_not_assigned_does_not_count():
    assert character_alpha(make_layer(100, a=[(0, 20)], b=[(0, 20)])).value == 1


def test_documents_are_pooled_and_not_averaged():
    # Twenty characters, marked together 4 + 10 of 40 times, 4 of them by one of two.
    one, other = make_layer(10, a=[(0, 4)], b=[(2, 6)]), make_layer(10, a=[(0, 3)], b=[(0, 3)])
    both = pool_layers([one, other])
    assert character_alpha(both).value == pytest.approx(1 - 39 * 4 / (14 * 26))
    assert (both.n_documents, both.n_passages) == (2, 4)


def test_a_sentence_is_marked_when_half_of_its_letters_are():
    # Sentences "abcd ", "efgh ", "ij": the first reviewer marks all; the second 2, 1 and 1 of their letters.
    text, ends = "abcd efgh ij", (5, 10, 12)
    sums = make_layer(12, ends, text, a=[(0, 12)], b=[(2, 6), (11, 12)])
    assert sentence_percent(sums).value == pytest.approx(2 / 3)
    assert sentence_prevalence(sums).value == pytest.approx(5 / 6)
    assert sentence_alpha(sums).value == pytest.approx(1 - 5 * 1 / (5 * 1))


def test_a_sentence_of_white_space_is_no_unit():
    text, ends = "ab\n \u3000\u00a0cd", (3, 6, 8)
    sums = make_layer(8, ends, text, a=[(0, 2)], b=[(0, 6)])
    assert sentence_alpha(sums).n_units == 2
    assert sentence_alpha(sums).value == 1


def test_a_letter_outside_the_basic_plane_is_one_character():
    sums = make_layer(4, (2, 4), "😀😀ab", a=[(0, 2)], b=[(0, 1)])
    assert sentence_alpha(sums).value == 1
    assert character_percent(sums).value == pytest.approx(3 / 4)


def test_tokens_are_words_and_single_signs():
    text = "Größe 3.5_m: e\u0301t 字\u3000😀!?\n"
    found = [text[start:end] for start, end in token_spans(text)]
    assert found == ["Größe", "3", ".", "5_m", ":", "e", "\u0301", "t", "字", "😀", "!", "?"]


def test_a_text_of_white_space_has_no_tokens():
    assert token_spans(" \n\u2003").shape == token_spans("").shape == (0, 2)


def test_a_token_is_marked_when_any_of_its_characters_is():
    # "One", "two", ",", "three": the first marks One and two, the second two (by its last letter) and the comma.
    sums = make_layer(14, text="One two, three", a=[(0, 5)], b=[(6, 8)])
    assert sums.tokens.n_units == 4
    assert token_alpha(sums).value == pytest.approx(1 - 7 * 2 / (4 * 4))
    assert MEASURES["token-alpha"].takes == "layer"
    assert MEASURES["token-alpha"].compute(sums) == token_alpha(sums)


def test_marking_a_blank_or_more_of_a_word_changes_no_token():
    one = make_layer(14, text="One two, three", a=[(0, 5)], b=[(6, 8)])
    other = make_layer(14, text="One two, three", a=[(1, 2), (3, 4), (4, 7)], b=[(5, 9)])
    assert token_alpha(one) == token_alpha(other)


def test_a_span_that_ends_where_another_begins_does_not_touch_it():
    spans, others = np.array([[0, 3], [3, 5], [5, 9], [8, 9]]), np.array([[9, 12], [5, 6], [2, 3]])
    assert touched(spans, others).tolist() == [True, False, True, False]


def test_joined_passages_that_abut_are_one():
    spans = [(10, 14), (0, 4), (3, 6), (6, 8), (9, 10)]
    assert merge(spans, 20, joined=True).tolist() == [[0, 8], [9, 14]]


def test_overlapping_passages_merge_and_abutting_ones_stay_two():
    spans = [(10, 14), (0, 4), (3, 6), (6, 8), (11, 12), (10, 14)]
    assert merge(spans, 20).tolist() == [[0, 6], [6, 8], [10, 14]]


def test_merging_keeps_an_early_long_passage_open():
    assert merge([(0, 10), (1, 2), (8, 12)], 20).tolist() == [[0, 12]]


def test_merging_no_passage_gives_none():
    assert merge([], 20).shape == (0, 2)


def test_characters_are_counted_by_how_many_mark_them():
    marks = [np.array([[0, 4], [4, 6]]), np.array([[2, 5]]), np.empty((0, 2), dtype=np.int64)]
    assert characters_by_markers(marks, 10).tolist() == [4, 3, 3, 0]
    assert characters_by_markers([np.array([[1, 3], [6, 7]])], 10).tolist() == [7, 3], "between passages lies text too"


@pytest.mark.parametrize("span", [(-1, 3), (8, 11), (4, 4), (5, 4)])
def test_an_impossible_span_is_refused(span):
    with pytest.raises(ValueError, match=f"span {span[0]}-{span[1]} is not a passage"):
        make_layer(10, a=[(0, 1), span], b=[])


@pytest.mark.parametrize("ends", [(5,), (5, 5, 10), (6, 5, 10), (5, 11), (0, 10)])
def test_sentences_that_do_not_partition_the_text_are_refused(ends):
    with pytest.raises(ValueError, match="sentence ends"):
        make_layer(10, ends, a=[], b=[])

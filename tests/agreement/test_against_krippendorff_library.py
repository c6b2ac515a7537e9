"""The krippendorff library as an oracle: random ratings with missing values, layers character by character."""

import krippendorff
import numpy as np
import pytest

from annotator.agreement.alpha import DIFFERENCES, alpha, alpha_of_category
from annotator.agreement.counts import coincidences, count_values
from annotator.agreement.layers import character_alpha, layer, pool_layers, sentence_alpha, token_alpha
from annotator.agreement.spans import ink_before, token_spans


def random_ratings(seed, n_reviewers, n_units, n_values, missing):
    random = np.random.default_rng(seed)
    truth = random.integers(0, n_values, n_units)
    noise = random.integers(0, n_values, (n_reviewers, n_units))
    data = np.where(random.random((n_reviewers, n_units)) < 0.4, noise, truth).astype(float)
    data[random.random((n_reviewers, n_units)) < missing] = np.nan
    return data


SHAPES = [(2, 12, 2, 0.0), (3, 40, 5, 0.2), (5, 200, 7, 0.5), (8, 30, 4, 0.8), (4, 500, 40, 0.1)]
"""Reviewers, units, values, and the share that is missing: 100 random data sets of each."""


@pytest.mark.parametrize("level", DIFFERENCES)
@pytest.mark.parametrize("shape", SHAPES)
def test_alpha_of_random_ratings(level, shape):
    for seed in range(100):
        data = random_ratings(seed, *shape)
        expected = krippendorff.alpha(data, level_of_measurement=level)
        assert alpha(data, DIFFERENCES[level]).value == pytest.approx(expected), seed


@pytest.mark.parametrize("shape", SHAPES)
def test_alpha_of_each_category_is_that_of_ratings_recoded_to_it_or_not(shape):
    for seed in range(20):
        data = random_ratings(seed, *shape)
        values, counts = count_values(data)
        sums = coincidences(counts)
        for place, value in enumerate(values):
            recoded = np.where(np.isnan(data), np.nan, data == value)
            paired = recoded[:, (~np.isnan(data)).sum(axis=0) >= 2]
            found = alpha_of_category(sums, place, shape[0])
            if len(np.unique(paired[~np.isnan(paired)])) < 2:
                assert found.value is None
                assert found.reason
            else:
                expected = krippendorff.alpha(recoded, level_of_measurement="nominal")
                assert found.value == pytest.approx(expected, abs=1e-12), (seed, value)


LETTERS = "aé字😀_3.\u0301 \n\t\u2003"


def random_document(random, n_reviewers):
    """Return a text, its sentences, spans by reviewer, and who marks which character, shape (reviewers, length)."""
    length = int(random.integers(20, 120))
    text = "".join(random.choice(list(LETTERS), length))
    ends = (*sorted(set(random.integers(1, length, 8).tolist())), length)
    marked, table = {}, np.zeros((n_reviewers, length))
    for reviewer in range(n_reviewers):
        pairs = np.sort(random.integers(0, length + 1, (int(random.integers(0, 7)), 2)), axis=1).tolist()
        marked[str(reviewer)] = [(start, end) for start, end in pairs if start < end]
        for start, end in marked[str(reviewer)]:
            table[reviewer, start:end] = 1
    return text, ends, marked, table


def sentence_table(text, ends, table):
    """Mark a sentence where at least half of its characters other than white space are marked, one by one."""
    columns = []
    for start, end in zip((0, *ends), ends, strict=False):
        ink = [place for place in range(start, end) if not text[place].isspace()]
        if ink:
            columns.append(table[:, ink].sum(axis=1) >= len(ink) / 2)
    return np.array(columns, dtype=float).T


def token_table(text, table):
    """Mark a token where any of its characters is, one by one; any character but a letter or digit ends a token."""
    columns, open_word = [], False
    for place, character in enumerate(text):
        if character.isspace():
            open_word = False
            continue
        word = character.isalnum() or character == "_"
        if word and open_word:
            columns[-1] = np.maximum(columns[-1], table[:, place])
        else:
            columns.append(table[:, place])
        open_word = word
    return np.array(columns).T


def stack(tables, n_reviewers):
    """Put documents side by side; reviewers of one are not those of another, and are missing there."""
    padded = [np.pad(table, ((0, n_reviewers - len(table)), (0, 0)), constant_values=np.nan) for table in tables]
    return np.concatenate(padded, axis=1)


@pytest.mark.parametrize("seed", range(40))
def test_layers_of_random_documents_equal_their_characters_tokens_and_sentences(seed):
    random = np.random.default_rng(seed)
    documents = [random_document(random, int(random.integers(2, 6))) for _ in range(3)]
    pooled = pool_layers(
        layer(marked, len(text), ends, ink_before(text), token_spans(text)) for text, ends, marked, _ in documents
    )
    characters = stack([table for *_, table in documents], 5)
    sentences = stack([sentence_table(text, ends, table) for text, ends, _, table in documents], 5)
    tokens = stack([token_table(text, table) for text, _, _, table in documents], 5)
    figures = ((character_alpha, characters), (token_alpha, tokens), (sentence_alpha, sentences))
    for estimate, table in ((figure(pooled), table) for figure, table in figures):
        assert estimate.value == pytest.approx(krippendorff.alpha(table, level_of_measurement="nominal"))
        assert estimate.n_values == np.count_nonzero(~np.isnan(table))

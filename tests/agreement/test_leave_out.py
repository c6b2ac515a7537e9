"""Agreement without each reviewer: as if that reviewer had never been there."""

import json

import krippendorff
import numpy as np
import pytest

from annotator.agreement.alpha import DIFFERENCES, ordinal
from annotator.agreement.layers import layer, pool_layers
from annotator.agreement.leave_out import (
    alpha_without_each,
    left_out,
    sentence_alpha_without_each,
)
from annotator.agreement.spans import ink_before
from tests.agreement.test_against_krippendorff_library import random_document, random_ratings, sentence_table, stack
from tests.agreement.test_krippendorff_2011 import DATA

ENDS, INK = (10, 20), ink_before("x" * 20)


@pytest.mark.parametrize("level", DIFFERENCES)
def test_the_example_of_2011_without_each_observer(level):
    found = alpha_without_each(DATA, "abcd", DIFFERENCES[level])
    expected = [krippendorff.alpha(np.delete(DATA, row, axis=0), level_of_measurement=level) for row in range(4)]
    assert [found.without[name].value for name in "abcd"] == pytest.approx(expected)
    assert (found.low, found.high) == pytest.approx((min(expected), max(expected)))
    assert found.reason == ""


@pytest.mark.parametrize("seed", range(20))
def test_ratings_without_each_reviewer(seed):
    data = random_ratings(seed, 5, 40, 4, 0.3)
    found = alpha_without_each(data, "abcde", ordinal)
    for row, name in enumerate("abcde"):
        expected = krippendorff.alpha(np.delete(data, row, axis=0), level_of_measurement="ordinal")
        assert found.without[name].value == pytest.approx(expected)
        assert found.without[name].n_reviewers <= 4


def test_a_reviewer_who_differs_raises_the_figure_by_leaving():
    random = np.random.default_rng(5)
    truth = random.integers(0, 3, 60)
    noisy = [np.where(random.random(60) < 0.1, random.integers(0, 3, 60), truth) for _ in range(3)]
    found = alpha_without_each([*noisy, random.integers(0, 3, 60)], ["a", "b", "c", "odd"])
    assert found.without["odd"].value == found.high
    assert all(found.high - found.without[name].value > 0.2 for name in "abc")


@pytest.mark.parametrize("seed", range(40))
def test_sentences_of_several_documents_without_each_reviewer(seed):
    random = np.random.default_rng(seed)
    made = [random_document(random, int(random.integers(2, 6))) for _ in range(3)]
    pooled = pool_layers(layer(marked, len(text), ends, ink_before(text)) for text, ends, marked, _ in made)
    found = sentence_alpha_without_each(pooled)
    assert list(found.without) == sorted({name for _, _, marked, _ in made for name in marked})
    for name, estimate in found.without.items():
        rest = [np.delete(table, int(name), axis=0) if name in marked else table for _, _, marked, table in made]
        sentences = [sentence_table(text, ends, table) for (text, ends, *_), table in zip(made, rest, strict=True)]
        if all(len(table) < 2 for table in sentences):
            assert estimate.reason == "Not computable: no unit was judged by two reviewers."
            continue
        compared = stack([table for table in sentences if len(table) > 1], 5)
        expected = krippendorff.alpha(compared, level_of_measurement="nominal")
        assert estimate.value == pytest.approx(expected)
        assert estimate.n_values == np.count_nonzero(~np.isnan(compared))


@pytest.mark.parametrize("seed", range(20))
def test_sums_without_a_reviewer_are_those_of_the_others(seed):
    random = np.random.default_rng(seed)
    text, ends, marked, _ = random_document(random, 4)
    whole = layer(marked, len(text), ends, ink_before(text))
    for left, sums in whole.without.items():
        rest = {name: spans for name, spans in marked.items() if name != left}
        expected = layer(rest, len(text), ends, ink_before(text)).sentences
        assert sums.pairs == pytest.approx(expected.pairs)
        assert (sums.agreeing, sums.n_units) == (pytest.approx(expected.agreeing), expected.n_units)


def test_a_document_of_two_counts_for_nothing_without_one_of_them():
    sums = layer({"a": [(0, 5)], "b": [(0, 8)]}, 20, ENDS, INK)
    assert {name: rest.n_units for name, rest in sums.without.items()} == {"a": 0, "b": 0}


def test_a_document_the_reviewer_did_not_read_stays_whole():
    # Without a, b and c judge two sentences of the first text; the second, which a did not read, has two more.
    first, second = {"a": [(0, 5)], "b": [(0, 8)], "c": []}, {"b": [(3, 9)], "c": [(0, 9)]}
    pooled = pool_layers(layer(marked, 20, ENDS, INK) for marked in (first, second))
    assert {name: sums.n_units for name, sums in pooled.without.items()} == {"a": 4, "b": 2, "c": 2}
    assert pooled.without["a"].pairs.tolist() == [[4, 1], [1, 2]]
    found = sentence_alpha_without_each(pooled).without
    assert {name: estimate.n_reviewers for name, estimate in found.items()} == dict.fromkeys("abc", 2)
    assert pool_layers([]).without == {}


def test_without_one_of_two_there_is_nothing_to_compare():
    found = alpha_without_each([[1, 2, 2], [1, 2, 1]], ["a", "b"])
    assert (found.low, found.high) == (None, None)
    assert found.reason == "Not computable: leaving one reviewer out wants three."
    assert found.without["a"].reason == "Not computable: no unit was judged by two reviewers."


def test_without_any_of_three_there_may_be_nothing_to_compare():
    found = alpha_without_each([[1, 1, 1], [1, 1, 1], [1, 1, 1]], ["a", "b", "c"])
    assert found.reason == "Not computable: without any one reviewer there is nothing to compare or no variation."


def test_an_undefined_figure_does_not_enter_the_range():
    found = alpha_without_each([[1, 1, 1], [1, 1, 1], [1, 2, 1]], ["a", "b", "odd"])
    assert found.without["odd"].value is None
    assert found.low == found.high == found.without["a"].value == found.without["b"].value


def test_the_range_has_a_json_form():
    found = alpha_without_each(DATA, "abcd")
    stored = json.loads(json.dumps(found.as_dict()))
    assert stored["without"]["d"]["value"] == found.without["d"].value
    assert stored["high"] == found.high


def test_names_and_rows_belong_together():
    with pytest.raises(ValueError, match="one reviewer"):
        alpha_without_each(DATA, "abc")


def test_no_reviewer_has_no_range():
    assert left_out({}).reason == "Not computable: leaving one reviewer out wants three."

"""Coincidences of many documents at once: every document and every stack gives what one by one gives."""

import krippendorff
import numpy as np
import pytest

from annotator.agreement.alpha import DIFFERENCES, alpha_from_coincidences, alphas
from annotator.agreement.counts import (
    Coincidences,
    coincidences,
    coincidences_by_document,
    count_values,
)
from tests.agreement.test_against_krippendorff_library import random_ratings
from tests.agreement.test_krippendorff_2011 import DATA, PRINTED

levels = pytest.mark.parametrize("level", DIFFERENCES)


def documents_of(data, documents, n_documents):
    """Return the coincidences of each document apart, counted one by one over the values of all."""
    _, counts = count_values(data)
    return [coincidences(counts[documents == number]) for number in range(n_documents)]


@pytest.fixture(params=range(10))
def ratings(request):
    random = np.random.default_rng(request.param)
    data = random_ratings(request.param, 4, 60, int(random.integers(2, 6)), 0.4)
    return data, random.integers(0, 7, 60)


def test_coincidences_by_document_are_those_of_each(ratings):
    data, documents = ratings
    pairs = coincidences_by_document(count_values(data)[1], documents, 8)
    expected = [each.pairs for each in documents_of(data, documents, 8)]
    assert pairs == pytest.approx(np.array(expected))
    assert not pairs[7].any()


def test_documents_add_up_to_the_coincidences_of_all(ratings):
    data, documents = ratings
    _, counts = count_values(data)
    assert coincidences_by_document(counts, documents, 7).sum(axis=0) == pytest.approx(coincidences(counts).pairs)


def test_a_row_with_a_multiplicity_stands_for_as_many_units():
    counts = [[2, 1, 0], [1, 0, 0], [0, 1, 1], [2, 0, 0]]
    repeated = coincidences_by_document(np.repeat(counts, [3, 2, 1, 2], axis=0), [0, 0, 0, 1, 1, 1, 0, 0], 2)
    assert coincidences_by_document(counts, [0, 1, 1, 0], 2, [3, 2, 1, 2]) == pytest.approx(repeated)


@levels
def test_alphas_of_a_stack_are_those_of_each_document(ratings, level):
    data, documents = ratings
    values, counts = count_values(data)
    pairs = coincidences_by_document(counts, documents, 8)
    found = alphas(pairs, values, DIFFERENCES[level])
    for number, each in enumerate(documents_of(data, documents, 8)):
        one = alpha_from_coincidences(each, values, DIFFERENCES[level], 4).value
        assert found[number] == pytest.approx(np.nan if one is None else one, nan_ok=True)
    assert np.isnan(found[7])


@levels
def test_alphas_of_a_stack_are_those_of_the_krippendorff_library(ratings, level):
    data, documents = ratings
    values, counts = count_values(data)
    found = alphas(coincidences_by_document(counts, documents, 7), values, DIFFERENCES[level])
    for number in range(7):
        own = data[:, documents == number]
        try:
            expected = krippendorff.alpha(own, level_of_measurement=level)
        except ValueError:
            expected = np.nan
        assert found[number] == pytest.approx(expected, nan_ok=True)


@levels
def test_a_stack_may_have_any_shape_before_the_categories(level):
    values, counts = count_values(DATA)
    pairs = coincidences(counts).pairs
    found = alphas(np.stack([[pairs, 2 * pairs, 0 * pairs]] * 2), values, DIFFERENCES[level])
    assert found.shape == (2, 3)
    assert found[:, 0] == pytest.approx(PRINTED[level], abs=5e-7)
    assert np.isnan(found[:, 2]).all()
    assert alphas(pairs, values, DIFFERENCES[level]) == pytest.approx(PRINTED[level], abs=5e-7)


@levels
def test_a_stack_without_variation_is_undefined_and_perfect_agreement_is_one(level):
    pairs = np.array([[[4.0, 0], [0, 0]], [[4, 0], [0, 2]], [[0, 0], [0, 6]]])
    found = alphas(pairs, (1, 2), DIFFERENCES[level])
    assert found == pytest.approx([np.nan, 1, np.nan], nan_ok=True)


@pytest.mark.parametrize(
    ("documents", "complaint"), [([0], "one number"), ([0, 2], "numbered"), ([-1, 0], "numbered"), ([[0, 1]], "one")]
)
def test_documents_that_do_not_fit_the_units_are_refused(documents, complaint):
    with pytest.raises(ValueError, match=complaint):
        coincidences_by_document([[1, 1], [2, 0]], documents, 2)


def test_the_point_and_its_parts_come_from_one_formula():
    values, counts = count_values(DATA)
    whole = coincidences(counts)
    halves = [Coincidences(whole.pairs / 2, whole.agreeing / 2, whole.n_units)] * 2
    together = np.sum([half.pairs for half in halves], axis=0)
    for difference in DIFFERENCES.values():
        assert alphas(together, values, difference) == alpha_from_coincidences(whole, values, difference, 4).value

"""Laws of the measures that correct for chance, whatever the data."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.agreement.alpha import alpha
from annotator.agreement.chance import (
    fleiss,
    fleiss_from_shares,
    gwet,
    gwet_from_shares,
    pool_shares,
    randolph,
    randolph_from_shares,
    shares,
    weighted_percent,
)
from annotator.agreement.counts import count_categories
from annotator.agreement.kappa import cohen_of_two, confusion, pairwise_cohen
from annotator.agreement.measures import MEASURES
from annotator.agreement.percent import percent
from annotator.agreement.weights import WEIGHTS, linear, quadratic
from tests.agreement.test_properties import ratings, same

CATEGORIES = np.array([0, 1, 2, 3, 4])
KEYS = ("cohen", "cohen-linear", "cohen-quadratic", "fleiss", "randolph", "ac1", "ac2-linear", "ac2-quadratic")
CORRECTED = [MEASURES[key] for key in KEYS]
complete = st.integers(2, 5).flatmap(
    lambda n_reviewers: st.lists(
        st.lists(st.integers(0, 4).map(float), min_size=n_reviewers, max_size=n_reviewers), min_size=1, max_size=12
    ).map(lambda units: np.array(units).T)
)
count_vectors = st.lists(st.lists(st.integers(0, 4), min_size=5, max_size=5), max_size=6)


def suited(data, measure):
    """Leave out the reviewers a measure does not take."""
    return data[: measure.at_most]


def counts_of(rows):
    return np.array(rows, dtype=int).reshape(-1, 5)


@given(data=ratings, random=st.randoms(use_true_random=False))
def test_figures_know_no_order_of_reviewers_units_or_categories(data, random):
    for measure in CORRECTED:
        mine = suited(data, measure)
        rows, columns, categories = list(range(mine.shape[0])), list(range(mine.shape[1])), CATEGORIES.tolist()
        for order in (rows, columns, categories):
            random.shuffle(order)
        shuffled = mine[np.ix_(rows, columns)]
        assert same(measure.compute(mine, CATEGORIES), measure.compute(shuffled, categories)), measure.key


@given(data=ratings, by=st.integers(-50, 50), times=st.sampled_from([-4, -1, 0.25, 2, 8]))
def test_values_and_categories_moved_and_stretched_together_change_nothing(data, by, times):
    for measure in CORRECTED:
        mine = suited(data, measure)
        moved = measure.compute(times * mine + by, times * CATEGORIES + by)
        assert same(measure.compute(mine, CATEGORIES), moved), measure.key


@given(data=ratings, value=st.integers(0, 4))
def test_units_with_one_value_change_nothing_where_the_chance_comes_from_pairs_or_the_codebook(data, value):
    lonely = np.full((data.shape[0], 2), np.nan)
    lonely[0, 0] = value
    wider = np.concatenate([data, lonely], axis=1)
    for key in ("cohen", "cohen-linear", "cohen-quadratic", "randolph"):
        one, other = (MEASURES[key].compute(suited(each, MEASURES[key]), CATEGORIES) for each in (data, wider))
        assert same(one, other), key
    for weigh in WEIGHTS.values():
        weights = weigh(CATEGORIES)
        assert same(weighted_percent(data, CATEGORIES, weights), weighted_percent(wider, CATEGORIES, weights))


@given(data=ratings)
def test_units_nobody_judged_and_reviewers_without_values_change_nothing(data):
    wider = np.concatenate([data, np.full((data.shape[0], 3), np.nan)], axis=1)
    taller = np.concatenate([data, np.full((1, data.shape[1]), np.nan)])
    for measure in CORRECTED:
        before = measure.compute(suited(data, measure), CATEGORIES)
        assert same(before, measure.compute(suited(wider, measure), CATEGORIES)), measure.key
        if not measure.at_most:
            assert same(before, measure.compute(taller, CATEGORIES)), measure.key


@given(data=ratings)
def test_categories_nobody_gave_change_nothing_where_the_chance_comes_from_what_was_given(data):
    for key in ("cohen", "fleiss"):
        mine = suited(data, MEASURES[key])
        assert same(MEASURES[key].compute(mine, CATEGORIES), MEASURES[key].compute(mine, [9, *CATEGORIES, 7])), key


@given(data=ratings)
def test_figures_are_at_most_one_and_one_for_a_copied_reviewer(data):
    for measure in CORRECTED:
        value = measure.compute(suited(data, measure), CATEGORIES).value
        assert value is None or value <= 1, measure.key
        copied = measure.compute(np.concatenate([data[:1], data[:1]]), CATEGORIES).value
        assert copied is None or copied == 1, measure.key


@given(data=ratings)
def test_without_weights_weighted_percent_agreement_is_percent_agreement(data):
    assert same(weighted_percent(data, CATEGORIES), percent(data))


@given(data=ratings)
def test_more_agrees_in_part_than_entirely(data):
    plain, by_steps, by_squares = (
        weighted_percent(data, CATEGORIES, weigh(CATEGORIES)).value for weigh in WEIGHTS.values()
    )
    assert plain is None or 0 <= plain <= by_steps + 1e-12 <= by_squares + 2e-12 <= 1 + 3e-12


@given(data=ratings)
def test_of_two_categories_weights_make_nothing_else(data):
    data = np.where(np.isnan(data), np.nan, data % 2)
    for weigh in (linear, quadratic):
        weights = weigh([0, 1])
        assert same(gwet(data, [0, 1]), gwet(data, [0, 1], weights))
        assert same(cohen_of_two(data[:2], [0, 1]), cohen_of_two(data[:2], [0, 1], weights))


@given(data=complete)
def test_fleiss_kappa_of_complete_data_is_alpha_without_its_correction_for_small_samples(data):
    kappa, expected = fleiss(data, CATEGORIES), alpha(data)
    if expected.value is None:
        assert (kappa.value, kappa.reason) == (None, expected.reason)
    else:
        n_values = expected.n_values
        assert 1 - expected.value == pytest.approx((1 - kappa.value) * (n_values - 1) / n_values)


@given(data=complete)
def test_randolphs_kappa_is_at_least_that_of_fleiss(data):
    # M. J. Warrens, Inequalities between multi-rater kappas, 2010.
    kappa = fleiss(data, CATEGORIES).value
    assert kappa is None or kappa <= randolph(data, CATEGORIES).value + 1e-12


@given(data=ratings)
def test_kappa_of_a_pair_is_the_same_from_either_side(data):
    for weigh in WEIGHTS.values():
        for pair in pairwise_cohen(data, CATEGORIES, weigh(CATEGORIES)):
            either = data[[pair.second, pair.first]]
            assert same(pair.kappa, cohen_of_two(either, CATEGORIES, weigh(CATEGORIES)))
            assert pair.n == (~np.isnan(either)).all(axis=0).sum()


@given(data=ratings.filter(lambda table: len(table) > 1))
def test_a_confusion_is_turned_by_exchanging_reviewers(data):
    table = confusion(data[0], data[1], CATEGORIES)
    assert table.tolist() == confusion(data[1], data[0], CATEGORIES).T.tolist()


@given(rows=count_vectors)
def test_each_unit_shares_out_its_values_and_its_pairs(rows):
    sums, sizes = shares(counts_of(rows)), [sum(row) for row in rows]
    assert sums.given.sum() == pytest.approx(sums.n_judged) == sum(size > 0 for size in sizes)
    assert sums.pairs.sum() == pytest.approx(sums.n_units) == sum(size > 1 for size in sizes)
    assert sums.n_values == sum(size for size in sizes if size > 1)


@given(documents=st.lists(count_vectors, max_size=4))
def test_shares_of_documents_add_up(documents):
    pooled = pool_shares((shares(counts_of(rows)) for rows in documents), 5)
    together = shares(counts_of([row for rows in documents for row in rows]))
    for figure in (fleiss_from_shares, randolph_from_shares, gwet_from_shares):
        assert same(figure(pooled, 2), figure(together, 2))


@given(rows=count_vectors, data=st.data())
def test_a_row_that_stands_for_several_units_counts_as_often(rows, data):
    times = data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)))
    counts = counts_of(rows)
    short, long = shares(counts, times), shares(np.repeat(counts, times, axis=0))
    for figure in (fleiss_from_shares, randolph_from_shares, gwet_from_shares):
        assert same(figure(short, 2), figure(long, 2))


@given(rows=count_vectors)
def test_documents_counted_twice_keep_every_figure(rows):
    once = shares(counts_of(rows))
    twice = pool_shares([once, once], 5)
    for figure in (fleiss_from_shares, randolph_from_shares, gwet_from_shares):
        one, two = (replace(figure(sums, 2), n_units=0, n_values=0, note="") for sums in (once, twice))
        assert same(one, two)


@given(data=ratings)
def test_categories_are_counted_unit_by_unit(data):
    counts = count_categories(data, CATEGORIES)
    assert counts.tolist() == [[int((unit == category).sum()) for category in CATEGORIES] for unit in data.T]

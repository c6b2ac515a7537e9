"""Documents left out and drawn again: what deleting and repeating the documents themselves would give."""

from functools import partial

import krippendorff
import numpy as np
import pytest

from annotator.agreement import resampling
from annotator.agreement.alpha import alphas, nominal, ordinal
from annotator.agreement.counts import coincidences_by_document, count_values
from annotator.agreement.resampling import SEED, draw, figure_of_all, figures_of_resamples, figures_without_each
from tests.agreement.making import make_layer
from tests.agreement.test_against_krippendorff_library import random_ratings

LAYER = partial(alphas, values=(0, 1), difference=nominal)


def means(sums):
    """The mean of observations, each document being one: sums of values and how many there are."""
    return sums[:, 0] / sums[:, 1]


def observations(values):
    return np.column_stack([values, np.ones(len(values))])


@pytest.fixture
def scale():
    """Five documents rated on four points by four reviewers: their ratings, sums, and what computes the alphas."""
    documents = np.repeat(np.arange(5), [6, 10, 14, 22, 38])
    data = random_ratings(11, 4, 90, 4, 0.3)
    values, counts = count_values(data)
    sums = coincidences_by_document(counts, documents, 5)
    return data, documents, sums, partial(alphas, values=values, difference=ordinal)


def test_a_mean_without_each_observation():
    values = [1.0, 2, 4, 9]
    assert figure_of_all(observations(values), means) == 4
    assert figures_without_each(observations(values), means) == pytest.approx([5, 14 / 3, 4, 7 / 3])


def test_figures_without_each_document_are_those_of_the_others(scale):
    _, _, sums, figure = scale
    expected = [figure_of_all(np.delete(sums, number, axis=0), figure) for number in range(5)]
    assert figures_without_each(sums, figure) == pytest.approx(expected)


def test_no_document_leaves_no_figure():
    assert len(figures_without_each(np.empty((0, 2, 2)), LAYER)) == 0


def test_a_label_of_one_document_leaves_no_crumb_behind():
    # Thirds do not add up exactly: subtracting the only marked document from the total would not leave 0.
    one = make_layer(100, a=[(0, 3)], b=[(0, 1)], c=[], d=[])
    others = [make_layer(length, a=[], b=[], c=[], d=[]) for length in (70, 31, 57)]
    sums = np.array([each.characters.pairs for each in (others[0], one, *others[1:])])
    found = figures_without_each(sums, LAYER)
    assert np.isnan(found).tolist() == [False, True, False, False]


@pytest.mark.parametrize("n_documents", [1, 3, 40])
def test_every_resample_draws_as_many_documents_as_there_are(n_documents):
    drawn = draw(np.random.default_rng(1), 4000, n_documents)
    assert drawn.shape == (4000, n_documents)
    assert (drawn.sum(axis=1) == n_documents).all()
    assert drawn.mean(axis=0) == pytest.approx(np.ones(n_documents), abs=0.08)
    assert drawn.var() == pytest.approx(1 - 1 / n_documents, abs=0.03)


def test_figures_of_resamples_are_those_of_the_repeated_documents(scale):
    data, documents, sums, figure = scale
    order = np.lexsort(sums.reshape(5, -1).T)
    weights = draw(np.random.default_rng(SEED), 200, 5)
    expected = []
    for row in weights:
        repeated = [
            data[:, documents == number] for number, times in zip(order, row, strict=True) for _ in range(int(times))
        ]
        expected.append(krippendorff.alpha(np.concatenate(repeated, axis=1), level_of_measurement="ordinal"))
    assert figures_of_resamples(sums, figure, 200) == pytest.approx(expected)


def test_the_order_of_documents_changes_no_resample(scale):
    _, _, sums, figure = scale
    found = figures_of_resamples(sums, figure)
    for seed in range(5):
        mixed = np.random.default_rng(seed).permutation(sums)
        assert (figures_of_resamples(mixed, figure) == found).all()


def test_the_seed_decides_the_resamples(scale):
    _, _, sums, figure = scale
    found = figures_of_resamples(sums, figure)
    assert len(found) == 2000
    assert (figures_of_resamples(sums, figure) == found).all()
    assert (figures_of_resamples(sums, figure, seed=SEED + 1) != found).any()


def test_how_much_is_held_at_once_changes_no_figure(scale, monkeypatch):
    _, _, sums, figure = scale
    drawn, without = figures_of_resamples(sums, figure), figures_without_each(sums, figure)
    monkeypatch.setattr(resampling, "BLOCK", 40)
    assert figures_of_resamples(sums, figure) == pytest.approx(drawn, abs=1e-14)
    assert figures_without_each(sums, figure) == pytest.approx(without, abs=1e-14)


def test_resamples_spread_like_those_of_scipy(scale):
    stats = pytest.importorskip("scipy.stats")
    _, _, sums, figure = scale
    drawn = stats.bootstrap(
        (np.arange(5),),
        lambda rows, axis: figure(sums[rows].sum(axis=-3)),
        n_resamples=20_000,
        method="percentile",
        vectorized=True,
        rng=np.random.default_rng(3),
    ).bootstrap_distribution
    found = figures_of_resamples(sums, figure, 20_000)
    assert stats.ks_2samp(found, drawn).statistic < 0.015


def test_there_must_be_a_document_to_draw():
    with pytest.raises(ValueError, match="no document"):
        figures_of_resamples(np.empty((0, 2, 2)), LAYER)

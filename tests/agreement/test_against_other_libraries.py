"""Other libraries as oracles, 500 random sets of ratings each; none is a dependency, and those missing are skipped.

To run all: pip install scikit-learn statsmodels, then pip install --no-deps irrCAC, whose pins are older than it needs.
"""

import numpy as np
import pytest

from annotator.agreement.chance import (
    fleiss,
    fleiss_from_shares,
    gwet,
    randolph,
    randolph_from_shares,
    shares,
    weighted_percent,
)
from annotator.agreement.counts import count_categories
from annotator.agreement.kappa import cohen, confusion, pairwise_cohen
from annotator.agreement.weights import WEIGHTS

SEEDS = range(500)
METHODS = {"fleiss": fleiss_from_shares, "randolph": randolph_from_shares}
# Steps between scores are not equal; what knows only ranks is compared on places.
SCORES = np.array([-2.0, -1.0, 0.5, 4.0, 7.0])


def random_places(seed, n_reviewers, n_categories, missing):
    """Return ratings as places in the list of categories, NaN where missing; some sets leave categories unused."""
    random = np.random.default_rng(seed)
    n_units = int(random.integers(3, 25))
    used = int(random.integers(2, n_categories + 1))
    truth = random.integers(0, used, n_units)
    noise = random.integers(0, used, (n_reviewers, n_units))
    data = np.where(random.random((n_reviewers, n_units)) < random.uniform(0.2, 1), noise, truth).astype(float)
    data[random.random((n_reviewers, n_units)) < missing] = np.nan
    return data


def random_size(seed, most_reviewers=6):
    random = np.random.default_rng([seed, 1])
    return int(random.integers(2, most_reviewers + 1)), int(random.integers(2, len(SCORES) + 1))


def scored(places, scores):
    """Replace places by scores."""
    return np.where(np.isnan(places), np.nan, scores[np.nan_to_num(places).astype(int)])


def equal(value, expected):
    """Compare a figure with a library's, which is not a number where the figure is undefined."""
    return np.isnan(expected) if value is None else value == pytest.approx(expected, abs=1e-9)


@pytest.mark.filterwarnings("ignore:.*only one label in common")
@pytest.mark.parametrize("weighting", WEIGHTS)
def test_cohens_kappa_is_that_of_scikit_learn(weighting):
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn, an oracle for Cohen's kappa, is missing")
    undefined = 0
    for seed in SEEDS:
        n_reviewers, n_categories = random_size(seed, 4)
        places, categories = random_places(seed, n_reviewers, n_categories, missing=0.4), np.arange(n_categories)
        pairs = pairwise_cohen(places, categories, WEIGHTS[weighting](categories))
        pair = pairs[seed % len(pairs)]
        judged = ~np.isnan(places[[pair.first, pair.second]])
        both = judged.all(axis=0)
        assert pair.n == both.sum()
        if both.any():
            expected = metrics.cohen_kappa_score(
                places[pair.first, both].astype(int),
                places[pair.second, both].astype(int),
                labels=categories,
                weights=None if weighting == "identity" else weighting,
            )
            assert equal(pair.kappa.value, expected), seed
        undefined += pair.kappa.value is None
    assert 0 < undefined < 100


@pytest.mark.parametrize("weighting", WEIGHTS)
def test_cohens_kappa_is_that_of_statsmodels_with_scores_and_all(weighting):
    oracle = pytest.importorskip(
        "statsmodels.stats.inter_rater", reason="statsmodels, an oracle for Cohen's kappa, is missing"
    )
    for seed in SEEDS:
        _, n_categories = random_size(seed)
        scores = SCORES[:n_categories]
        table = confusion(*scored(random_places(seed, 2, n_categories, missing=0.2), scores), scores)
        ours = cohen(table, WEIGHTS[weighting](scores))
        if ours.value is not None:
            expected = oracle.cohens_kappa(
                table,
                weights=None if weighting == "identity" else scores,
                wt=None if weighting == "identity" else weighting,
                return_results=False,
            )
            assert equal(ours.value, expected), seed


@pytest.mark.parametrize(("method", "figure"), METHODS.items(), ids=METHODS)
def test_kappa_of_complete_data_is_that_of_statsmodels(method, figure):
    oracle = pytest.importorskip(
        "statsmodels.stats.inter_rater", reason="statsmodels, an oracle for Fleiss' and Randolph's kappa, is missing"
    )
    for seed in SEEDS:
        n_reviewers, n_categories = random_size(seed, 9)
        counts = count_categories(random_places(seed, n_reviewers, n_categories, missing=0), np.arange(n_categories))
        ours = figure(shares(counts), n_reviewers).value
        if ours is not None:
            assert equal(ours, oracle.fleiss_kappa(counts, method=method)), seed


@pytest.fixture(scope="module")
def irrcac():
    """Return what makes irrCAC's coefficients from ratings of reviewers x units."""
    pandas = pytest.importorskip("pandas", reason="pandas, which irrCAC reads from, is missing")
    raw = pytest.importorskip("irrCAC.raw", reason="irrCAC, an oracle for Gwet's AC1 and AC2, is missing")

    def coefficients(data, categories, weighting):
        return raw.CAC(pandas.DataFrame(data.T), weights=weighting, categories=categories.tolist(), digits=12)

    return coefficients


def scored_ratings(seed):
    """Return ratings of 2 to 4 scores with missing values, the scores, and one of the weightings in turn.

    Where a figure is undefined, irrCAC divides by 0 or lets units with one value vary: those few are left out.
    """
    n_reviewers, _ = random_size(seed)
    scores = SCORES[: 2 + seed % 3]
    data = scored(random_places(seed, n_reviewers, len(scores), missing=0.35), scores)
    return data, scores, list(WEIGHTS)[seed // 3 % 3]


def test_ac1_ac2_and_weighted_percent_agreement_are_those_of_irrcac(irrcac):
    undefined = 0
    for seed in SEEDS:
        data, scores, weighting = scored_ratings(seed)
        weights = WEIGHTS[weighting](scores)
        ours = gwet(data, scores, weights)
        if ours.value is None:
            undefined += 1
            continue
        expected = irrcac(data, scores, weighting).gwet()["est"]
        assert equal(ours.value, expected["coefficient_value"]), seed
        assert equal(weighted_percent(data, scores, weights).value, expected["pa"]), seed
    assert undefined < 25


def test_fleiss_and_randolphs_kappa_with_missing_values_are_those_of_irrcac(irrcac):
    undefined = 0
    for seed in SEEDS:
        data, scores, _ = scored_ratings(seed)
        marginal, free = fleiss(data, scores).value, randolph(data, scores).value
        undefined += marginal is None
        theirs = irrcac(data, scores, "identity")
        if marginal is not None:
            assert equal(marginal, theirs.fleiss()["est"]["coefficient_value"]), seed
        if free is not None:
            assert equal(free, theirs.bp()["est"]["coefficient_value"]), seed
    assert undefined < 25

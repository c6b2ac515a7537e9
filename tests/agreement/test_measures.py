"""The registry: every row can be called as it says, and says where its formula comes from."""

import numpy as np
import pytest

from annotator.agreement.continuum import unitized
from annotator.agreement.f1 import MODES, hits
from annotator.agreement.measures import MEASURES
from tests.agreement.making import make_layer

RATINGS = {key: measure for key, measure in MEASURES.items() if measure.takes == "ratings"}
measures = pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
rating_measures = pytest.mark.parametrize("measure", RATINGS.values(), ids=RATINGS)


def agreeing(measure):
    """Return ratings on which as many reviewers as the measure takes agree but for one value."""
    data = np.tile([1.0, 2, 3, 1, 2], (measure.at_most or 4, 1))
    data[0, 0] = 2
    return data


@measures
def test_a_measure_says_what_it_is(measure):
    assert MEASURES[measure.key] is measure
    assert measure.name
    assert measure.formula
    assert measure.reference
    assert measure.takes in {"ratings", "layer", "unitized", "value", "hits"}
    assert measure.reviewers == 2
    assert measure.at_most in {None, 2}


@rating_measures
def test_a_measure_of_ratings_takes_the_categories_of_the_codebook(measure):
    estimate = measure.compute(agreeing(measure), [1, 2, 3])
    assert 0 < estimate.value < 1
    assert (estimate.n_units, estimate.n_reviewers) == (5, measure.at_most or 4)


@rating_measures
def test_a_measure_of_ratings_takes_missing_values_if_it_says_so(measure):
    data = agreeing(measure)
    data[0, 1] = np.nan
    assert measure.missing
    assert 0 < measure.compute(data, [1, 2, 3]).value < 1


@rating_measures
def test_a_measure_of_ratings_takes_no_more_reviewers_than_it_says(measure):
    if measure.at_most:
        with pytest.raises(ValueError, match="two reviewers"):
            measure.compute(np.ones((measure.at_most + 1, 2)), [1, 2])
    else:
        assert measure.compute(np.tile([1, 2], (9, 1)), [1, 2]).value == 1


@pytest.mark.parametrize("key", ["alpha-nominal", "alpha-ordinal", "alpha-interval", "alpha-ratio", "percent"])
def test_measures_that_know_only_the_values_given_do_without_categories(key):
    data = agreeing(MEASURES[key])
    assert MEASURES[key].compute(data) == MEASURES[key].compute(data, [1, 2, 3, 4, 5])


@pytest.mark.parametrize("key", ["randolph", "ac1", "ac2-linear", "ac2-quadratic"])
def test_measures_whose_chance_is_set_by_the_codebook_ask_for_its_categories(key):
    data = agreeing(MEASURES[key])
    with pytest.raises(TypeError, match="categories"):
        MEASURES[key].compute(data)
    assert MEASURES[key].compute(data, [1, 2, 3]) != MEASURES[key].compute(data, [1, 2, 3, 4])


def test_each_weighting_gives_a_figure_of_its_own():
    data = np.array([[1, 2, 3, 4, 4, 1], [2, 2, 3, 1, 3, 1]], dtype=float)
    for family in (["cohen", "cohen-linear", "cohen-quadratic"], ["ac1", "ac2-linear", "ac2-quadratic"]):
        assert len({round(MEASURES[key].compute(data, [1, 2, 3, 4]).value, 6) for key in family}) == 3


@pytest.mark.parametrize("key", [key for key, measure in MEASURES.items() if measure.takes == "layer"])
def test_a_measure_of_a_layer_takes_one(key):
    sums = make_layer(20, (5, 10, 20), "word " * 4, a=[(0, 5)], b=[(0, 8)])
    assert MEASURES[key].compute(sums).value < 1


def test_measures_of_a_continuum_take_one_and_a_value_is_named():
    marked = {"a": {"fact": [(0, 5)], "opinion": [(8, 12)]}, "b": {"fact": [(0, 6)]}, "c": {"opinion": [(4, 12)]}}
    sums = unitized(marked, 20)
    for key in ("u-alpha", "unit-alpha", "coding-alpha"):
        assert MEASURES[key].compute(sums).value < 1
    assert MEASURES["value-alpha"].compute(sums, "fact").value < 1


def test_f1_is_counted_in_the_mode_that_its_key_ends_in():
    counted = [key.removeprefix("f1-") for key, measure in MEASURES.items() if measure.takes == "hits"]
    assert counted == list(MODES)
    first, second = {"fact": [(0, 5), (6, 9)]}, {"fact": [(0, 5), (5, 8)]}
    figures = [MEASURES[f"f1-{mode}"].compute(hits(first, second, 20, mode)).value for mode in counted]
    assert figures == [0.5, 1.0, 1.0, pytest.approx(7 / 8)]

"""Intervals over documents: Student's interval of a mean, naive recomputation, and when there is none."""

import json
import os
from dataclasses import replace
from functools import partial

import krippendorff
import numpy as np
import pytest

from annotator.agreement.alpha import DIFFERENCES, alphas, ordinal
from annotator.agreement.continuum import pool_unitized, stack_layers, unitized_layer
from annotator.agreement.counts import coincidences_by_document, count_values
from annotator.agreement.intervals import (
    LIMIT,
    NO_FIGURE,
    alpha_interval,
    character_interval,
    interval,
    jackknife,
    layer_interval,
    u_interval,
)
from annotator.agreement.layers import character_alpha, pool_layers
from annotator.agreement.resampling import RESAMPLES, figures_of_resamples
from annotator.agreement.student import quantile
from annotator.agreement.unitizing import u_alpha
from tests.agreement.making import make_layer
from tests.agreement.test_against_krippendorff_library import random_document, random_ratings, stack
from tests.agreement.test_resampling import LAYER, means, observations

SETS = 500 if os.environ.get("CREDENCE_FULL") else 120
EQUAL = (1, 1, 1, 1, 1)


def names(number):
    return [f"text {index}" for index in range(number)]


def test_the_jackknife_of_a_mean_is_the_interval_of_student():
    # Mean 3, standard deviation 1.5811, so the error is 0.7071; t is printed as 2.776 at 4 degrees of freedom.
    found = jackknife(-3, [-3.5, -3.25, -3, -2.75, -2.5], EQUAL, names(5))
    assert (found.low, found.high) == pytest.approx((-3 - 2.776 * 0.70711, -3 + 2.776 * 0.70711), abs=5e-4)
    assert (found.error, found.degrees, found.n_effective) == pytest.approx((0.70711, 4, 5), abs=5e-6)
    assert (found.level, found.n_documents, found.reason, found.rough, found.dominant) == (0.95, 5, "", False, "")
    assert interval(observations([-1, -2, -3, -4, -5]), means, EQUAL, names(5)).low == pytest.approx(found.low)


def test_another_level_takes_another_quantile():
    found = jackknife(-3, [-3.5, -3.25, -3, -2.75, -2.5], EQUAL, names(5), level=0.99)
    assert found.low == pytest.approx(-3 - 4.604 * 0.70711, abs=5e-4)
    assert found.level == 0.99
    for of_layers in (
        layer_interval(spread_layers(), names(5), 0.8),
        alpha_interval(spread_layers(), (0, 1), ordinal, names(5), 0.8),
    ):
        reach = quantile(0.9, of_layers.n_effective - 1) * of_layers.error
        assert of_layers.high - of_layers.low == pytest.approx(2 * reach)


def test_unequal_documents_count_as_fewer():
    # Of 19 in all: 361 / (1 + 4 + 9 + 25 + 64), so 2.505 degrees of freedom instead of 4.
    found = jackknife(-3, [-3.5, -3.25, -3, -2.75, -2.5], (1, 2, 3, 5, 8), names(5))
    assert (found.n_effective, found.degrees) == pytest.approx((361 / 103, 361 / 103 - 1))
    assert found.high - found.low == pytest.approx(2 * quantile(0.975, 361 / 103 - 1) * 0.70711, abs=1e-4)


def test_the_upper_end_is_cut_at_one_and_the_lower_nowhere():
    found = jackknife(0.5, [0.9, 0.4, 0.2], (1, 1, 1), names(3))
    assert found.high == 1
    assert found.low < -1


def test_figures_may_be_asked_for_one_by_one():
    figures = [0.5, 0.6, None, 0.4]
    assert jackknife(0.5, figures.__getitem__, (1, 1, 1, 1), names(4)).reason == (
        "No interval: without “text 2” the figure is not computable."
    )
    figures[2] = 0.55
    assert jackknife(0.5, figures.__getitem__, (1, 1, 1, 1), names(4)) == jackknife(
        0.5, figures, (1, 1, 1, 1), names(4)
    )


def naive(documents, level, mass):
    """Delete each document and let the krippendorff library compute everything again; None where it refuses."""

    def figure(parts):
        try:
            with np.errstate(invalid="ignore"):
                value = krippendorff.alpha(np.concatenate(parts, axis=1), level_of_measurement=level)
        except ValueError:
            return None
        return None if np.isnan(value) else value

    point = figure(documents)
    without = [figure(documents[:number] + documents[number + 1 :]) for number in range(len(documents))]
    n_effective = 1 / sum((each / sum(mass)) ** 2 for each in mass)
    if point is None or None in without or n_effective < 3 or np.ptp(without) < 1e-12:
        return None
    number = len(documents)
    pseudo = [number * point - (number - 1) * each for each in without]
    error = np.sqrt(sum((each - np.mean(pseudo)) ** 2 for each in pseudo) / (number - 1) / number)
    reach = quantile(0.975, n_effective - 1) * error
    return point - reach, min(1, point + reach)


def agree(found, expected):
    if expected is None:
        assert (found.low, found.high) == (None, None)
        assert found.reason.startswith("No interval: ")
    else:
        assert (found.low, found.high) == pytest.approx(expected, abs=1e-9)
    return expected is not None


@pytest.mark.parametrize("level", ["nominal", "ordinal"])
def test_the_interval_of_a_scale_is_that_of_deleting_each_document(level):
    given = 0
    for seed in range(SETS):
        random = np.random.default_rng(seed)
        sizes = random.integers(1, 12, int(random.integers(3, 8)))
        data = random_ratings(seed, 3, int(sizes.sum()), int(random.integers(2, 6)), random.choice([0, 0.2, 0.5]))
        documents = np.repeat(np.arange(len(sizes)), sizes)
        parts = [data[:, documents == number] for number in range(len(sizes))]
        pairable = [int(np.where((~np.isnan(part)).sum(0) > 1, (~np.isnan(part)).sum(0), 0).sum()) for part in parts]
        values, counts = count_values(data)
        pairs = coincidences_by_document(counts, documents, len(sizes))
        kept = [number for number, size in enumerate(pairable) if size]
        expected = naive([parts[number] for number in kept], level, [pairable[number] for number in kept])
        found = alpha_interval(pairs, values, DIFFERENCES[level], names(len(sizes)))
        assert found.n_documents == len(kept)
        given += agree(found, expected)
    assert given > SETS / 2


def test_the_interval_of_a_layer_is_that_of_deleting_each_document():
    given = 0
    for seed in range(SETS):
        random = np.random.default_rng(seed)
        made = [random_document(random, int(random.integers(2, 5))) for _ in range(int(random.integers(3, 7)))]
        tables = [stack([table], 4) for *_, table in made]
        marked, unmarked = [[int((table == side).sum()) for table in tables] for side in (1, 0)]
        expected = naive(tables, "nominal", marked if sum(marked) < sum(unmarked) else unmarked)
        layers = [make_layer(len(text), ends, text, **spans) for text, ends, spans, _ in made]
        found = layer_interval([each.characters.pairs for each in layers], names(len(made)))
        given += agree(found, expected)
    assert given > SETS / 2


def spread_layers(number=5, length=200, wide=30):
    """Return documents of one length in which b starts later than a by more and more."""
    return [make_layer(length, a=[(0, wide)], b=[(shift, wide)]).characters.pairs for shift in range(1, number + 1)]


def test_a_document_without_anything_to_compare_changes_nothing():
    layers = spread_layers()
    with_blank = [*layers[:2], np.zeros((2, 2)), *layers[2:]]
    assert layer_interval(with_blank, names(6)) == layer_interval(layers, names(5))


def test_the_order_of_documents_changes_nothing():
    layers = spread_layers(24)
    one, other = layer_interval(layers, names(24)), layer_interval(layers[::-1], names(24)[::-1])
    assert (one.low, one.high) == pytest.approx((other.low, other.high))
    assert (one.below, one.n_undefined) == (other.below, other.n_undefined)


@pytest.mark.parametrize(("number", "border"), [(4, 32), (19, 32), (20, 20)])
def test_a_label_on_less_than_a_twentieth_of_the_text_is_rough_and_on_a_twelfth_of_few_texts(number, border):
    """Of 400 judgements of 200 characters, one fewer than the border are "marked", or just as many."""
    for marked, rough in ((border - 1, True), (border, False)):
        alike = make_layer(200, a=[(0, marked - 9)], b=[(0, 9)]).characters.pairs
        assert layer_interval([alike] * number, names(number)).rough is rough


@pytest.mark.parametrize(("others", "rough"), [(1, True), (2, False)])
def test_a_scale_on_which_nearly_all_ratings_are_the_same_point_is_rough(others, rough):
    """Of 20 units of 2 ratings in each of 20 documents, one rating or two are another point: 2.5 and 5 %."""
    data = np.zeros((2, 20))
    data[0, :others] = 3
    values, counts = count_values(np.tile(data, 20))
    pairs = coincidences_by_document(counts, np.repeat(np.arange(20), 20), 20)
    assert alpha_interval(pairs, values, ordinal, names(20)).rough is rough


def random_layers(number):
    """Return documents in each of which three reviewers marked two places at random, and one of nothing marked."""
    random = np.random.default_rng(number)
    spans = [{name: [(at, at + 9) for at in random.choice(20, 2) * 10] for name in "abc"} for _ in range(number)]
    return [({"a": [], "b": []}, 50), *((marked, 220) for marked in spans)]


@pytest.mark.parametrize("number", range(3, 9))
def test_the_intervals_of_characters_and_passages_are_those_of_deleting_each_document(number):
    made = random_layers(number)
    continua = [unitized_layer(marked, length, joined=True) for marked, length in made]
    layers = [make_layer(length, **marked) for marked, length in made]
    mass = [each.pairs[1:].sum() for each in continua]
    for found, figure, pool, parts in (
        (u_interval, u_alpha, pool_unitized, continua),
        (character_interval, character_alpha, pool_layers, layers),
    ):
        left = [figure(pool(parts[:each] + parts[each + 1 :])).value for each in range(len(parts))]
        expected = jackknife(figure(pool(parts)).value, left, mass, names(len(parts)))
        given = found(stack_layers(continua), names(len(parts)))
        assert (given.low, given.high) == pytest.approx((expected.low, expected.high))
        assert (given.n_effective, given.below) == (pytest.approx(expected.n_effective), None)
        assert given.low is not None or number == 3


def test_a_label_on_nearly_the_whole_text_is_rough_too():
    assert layer_interval([make_layer(200, a=[(0, 196)], b=[(2, 200)]).characters.pairs] * 4, names(4)).rough


def test_the_mass_of_a_layer_is_its_rarer_side():
    # Marked 30, 10 and 10 times; unmarked 970, 990 and 990: 2500 / 1100 documents, however long the texts are.
    layers = [make_layer(500, a=[(0, wide)], b=[(0, wide)]).characters.pairs for wide in (15, 5, 5)]
    found = layer_interval(layers, ["first", "second", "third"])
    assert found.n_effective == pytest.approx(2500 / 1100)
    assert found.dominant == "first"
    assert found.reason == (
        "No interval: “first” alone holds 60% of what is compared, so that 3 documents count as 2.27"
        " and three are needed."
    )


def test_the_same_sums_asked_otherwise_are_answered_anew():
    sums = np.array([[[6, 1, place], [1, 4, 2], [place, 2, 8]] for place in range(4)], dtype=float)
    asked = [
        (values, level, share) for values in ((1, 2, 3), (1, 2, 9)) for level in DIFFERENCES for share in (0.8, 0.95)
    ]
    found = {each: alpha_interval(sums, each[0], DIFFERENCES[each[1]], names(4), each[2]) for each in asked}
    assert len({each.low for each in found.values()}) == 12  # named and ranked, 3 and 9 are the same
    for values, level, share in reversed(asked):
        again = alpha_interval(sums, values, DIFFERENCES[level], names(4), share)
        figure = partial(alphas, values=values, difference=DIFFERENCES[level])
        anew = interval(sums, figure, sums.sum(axis=(1, 2)), names(4), level=share)
        assert found[values, level, share] == again == anew
    first = np.concatenate([sums[:1] * 90, sums])
    told = [alpha_interval(first, (1, 2, 3), ordinal, given).dominant for given in ("abcde", "edcba", "abcde")]
    assert told == ["a", "e", "a"]


def test_three_equal_documents_are_enough():
    for number in range(1, 100):
        found = jackknife(0.5, [0.4, 0.5, 0.6], (number / 7,) * 3, names(3))
        assert found.degrees == pytest.approx(2)
        assert found.reason == ""


@pytest.mark.parametrize("number", [1, 2])
def test_one_or_two_documents_have_no_interval(number):
    found = layer_interval(spread_layers(number), names(number))
    assert found.reason == "No interval: fewer than three documents could be compared."
    assert (found.low, found.high, found.dominant, found.n_documents) == (None, None, "", number)


@pytest.mark.parametrize("layers", [[], [make_layer(50, a=[], b=[]).characters.pairs] * 4])
def test_an_undefined_figure_has_no_interval(layers):
    found = layer_interval(layers, names(len(layers)))
    assert (found.low, found.reason) == (None, "No interval: the figure itself is not computable.")


def test_no_scale_has_no_interval():
    assert alpha_interval(np.empty((0, 0, 0)), (), ordinal, []).reason == NO_FIGURE


def test_documents_that_all_show_the_same_have_no_interval():
    perfect = make_layer(100, a=[(0, 20)], b=[(0, 20)]).characters.pairs
    for layers in ([perfect] * 4, spread_layers(1) * 4):
        reason = layer_interval(layers, names(4)).reason
        assert reason.startswith("No interval: leaving out any document changes nothing")


def test_variation_in_one_document_only_has_no_interval():
    same, varied = [[6.0, 0], [0, 0]], [[2.0, 1], [1, 2]]
    found = alpha_interval([same, varied, same, same], (1, 2), ordinal, names(4))
    assert found.reason == "No interval: without “text 1” the figure is not computable."


def of_most(sums):
    """The mean over documents, undefined unless seven in ten of them are there."""
    there = (sums[:, 1:] > 0).mean(axis=1)
    return np.where(there >= 0.7, sums[:, 0] / sums[:, 1:].sum(axis=1), np.nan)


def of_some(sums):
    """The mean over documents, undefined unless half of them are there."""
    return np.where((sums[:, 1:] > 0).mean(axis=1) >= 0.5, sums[:, 0] / sums[:, 1:].sum(axis=1), np.nan)


def test_many_resamples_without_a_figure_leave_no_interval():
    sums = np.column_stack([np.arange(30) / 30, np.eye(30)])
    found = interval(sums, of_most, np.ones(30), names(30))
    assert found.n_undefined > 1000
    assert (found.low, found.high, found.below) == (None, None, None)
    assert found.reason == "No interval: too many resamples of the documents have no figure at all."


def test_few_resamples_without_a_figure_are_left_out_and_counted():
    sums = np.column_stack([np.arange(20) / 15, np.eye(20)])
    figures = figures_of_resamples(sums, of_some)
    found = interval(sums, of_some, np.ones(20), names(20))
    assert 0 < found.n_undefined <= 100
    assert found.n_undefined == np.isnan(figures).sum()
    assert found.low is not None
    defined = [each for each in figures if not np.isnan(each)]
    assert found.below == sum(each < 0.667 for each in defined) / len(defined)
    assert 0 < found.below < 1


@pytest.mark.parametrize(("undefined", "given"), [(100, True), (101, False)])
def test_a_twentieth_of_the_resamples_may_have_no_figure_and_no_more(undefined, given):
    def but_the_least(sums):
        found = means(sums)
        if len(found) == RESAMPLES:
            found[np.argsort(found, kind="stable")[:undefined]] = np.nan
        return found

    found = interval(observations(np.arange(20) / 15), but_the_least, np.ones(20), names(20))
    assert (found.n_undefined, found.low is not None) == (undefined, given)


def test_a_resample_on_the_limit_is_not_below_it():
    def steps(sums):
        """The limit or less where many documents were drawn; figures that differ where each is left out."""
        return np.where(means(sums) > 0.5, LIMIT, 0.5) if len(sums) == RESAMPLES else means(sums)

    sums = observations(np.arange(20) / 19)
    found = interval(sums, steps, np.ones(20), names(20))
    assert found.below == (figures_of_resamples(sums, means) <= 0.5).mean()
    assert 0.4 < found.below < 0.6


def test_the_share_below_the_limit_wants_twenty_documents():
    layers = spread_layers(20)
    found = layer_interval(layers, names(20))
    figures = figures_of_resamples(np.array(layers), LAYER)
    assert found.below == np.mean(figures < 0.667)
    assert 0 < found.below < 1
    assert layer_interval(layers[:19], names(19)).below is None


def test_an_interval_has_a_json_form():
    found = layer_interval(spread_layers(20), names(20))
    stored = json.loads(json.dumps(found.as_dict()))
    assert stored["low"] == found.low
    assert stored["reason"] == ""
    assert replace(found, **stored) == found


@pytest.mark.parametrize(
    "wrong", [{"mass": (1, 1)}, {"without": [0.4, 0.5]}, {"names": ["a", "b"]}, {"mass": (1, 1, -1)}]
)
def test_what_does_not_belong_together_is_refused(wrong):
    right = {"point": 0.5, "without": [0.4, 0.5, 0.6], "mass": (1, 1, 1), "names": names(3)}
    assert jackknife(**right).low is not None
    with pytest.raises(ValueError, match=r"every document|negative mass"):
        jackknife(**(right | wrong))


def test_an_interval_wants_a_mass_and_a_name_for_every_document():
    for mass, named in (((1, 1), names(3)), ((1, 1, 1), names(2))):
        with pytest.raises(ValueError, match="every document"):
            interval(observations([1, 2, 3]), means, mass, named)

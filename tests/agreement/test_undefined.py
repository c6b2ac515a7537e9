"""When a figure is undefined it is None with a reason in words, and never 0 or 1."""

import numpy as np
import pytest

from annotator.agreement.alpha import DIFFERENCES, alpha, alpha_from_counts
from annotator.agreement.continuum import Unitized, pool_unitized, unitized, unitized_layer
from annotator.agreement.layers import (
    Layer,
    character_alpha,
    character_percent,
    character_prevalence,
    layer,
    pool_layers,
    sentence_alpha,
    sentence_percent,
    sentence_prevalence,
    token_alpha,
)
from annotator.agreement.percent import percent, percent_from_counts
from annotator.agreement.spans import ink_before, token_spans
from annotator.agreement.unitizing import (
    coding_alpha,
    coding_coverage,
    u_alpha,
    unit_alpha,
    value_alpha,
    value_coverage,
)
from tests.agreement.making import make_layer, make_marked

NAN = np.nan
NO_PAIRS = "Not computable: no unit was judged by two reviewers."
NO_VARIATION = "Not computable: all judgements are the same, so there is no variation to compare."
NOTHING_TO_PAIR = {
    "no unit with two values": [[1, NAN, 2], [NAN, 2, NAN]],
    "one reviewer": [[1, 2, 3]],
    "no values": [[NAN, NAN], [NAN, NAN]],
    "no units": np.empty((3, 0)),
    "no reviewers": np.empty((0, 3)),
}
levels = pytest.mark.parametrize("difference", DIFFERENCES.values(), ids=DIFFERENCES)


@levels
@pytest.mark.parametrize("data", NOTHING_TO_PAIR.values(), ids=NOTHING_TO_PAIR)
def test_alpha_without_pairs_is_none(data, difference):
    estimate = alpha(data, difference)
    assert (estimate.value, estimate.reason) == (None, NO_PAIRS)
    assert (estimate.n_units, estimate.n_values, estimate.n_reviewers) == (0, 0, 0)


@pytest.mark.parametrize("data", NOTHING_TO_PAIR.values(), ids=NOTHING_TO_PAIR)
def test_percent_agreement_without_pairs_is_none(data):
    assert (percent(data).value, percent(data).reason) == (None, NO_PAIRS)


@levels
def test_alpha_without_variation_is_none_and_percent_agreement_one(difference):
    data = [[3, 3, 3], [3, 3, NAN]]
    assert (alpha(data, difference).value, alpha(data, difference).reason) == (None, NO_VARIATION)
    assert percent(data).value == 1


@levels
def test_unpairable_values_are_dropped_before_looking_at_variation(difference):
    data = [[3, 3, NAN], [3, 3, 1]]
    assert alpha(data, difference).reason == NO_VARIATION


def test_a_codebook_of_one_category_leaves_alpha_none_and_percent_agreement_one():
    assert alpha_from_counts([[3], [2]], [1]).reason == NO_VARIATION
    assert percent_from_counts([[3], [2]]).value == 1


@levels
def test_perfect_agreement_with_variation_is_one(difference):
    data = [[0, 1, 4, 4], [0, 1, 4, NAN], [0, NAN, 4, 4]]
    assert alpha(data, difference).value == 1
    assert percent(data).value == 1


@levels
def test_alpha_below_zero_is_not_clipped(difference):
    assert alpha([[0, 1], [1, 0]], difference).value == pytest.approx(-0.5)


def test_a_single_unit_is_computed_with_a_caution():
    estimate = alpha([[1], [2], [2]])
    assert estimate.value == pytest.approx(0)
    assert estimate.note.startswith("Only one unit could be compared")


@pytest.mark.parametrize("figure", [character_alpha, sentence_alpha, token_alpha])
def test_a_layer_nobody_marked_has_no_alpha(figure):
    estimate = figure(make_layer(10, a=[], b=[]))
    assert estimate.value is None
    assert estimate.reason == "Not computable: nobody marked anything, so there is no variation to compare."


@pytest.mark.parametrize("figure", [character_alpha, sentence_alpha, token_alpha])
def test_a_layer_everybody_marked_entirely_has_no_alpha(figure):
    estimate = figure(make_layer(10, a=[(0, 10)], b=[(0, 5), (5, 10)]))
    assert estimate.value is None
    assert estimate.reason == "Not computable: everybody marked the whole text, so there is no variation to compare."


@pytest.mark.parametrize("figure", [character_percent, sentence_percent])
def test_percent_agreement_of_a_layer_nobody_marked_is_one(figure):
    assert figure(make_layer(10, a=[], b=[])).value == 1


def test_one_of_two_marked_and_the_other_nothing_is_below_zero():
    assert character_alpha(make_layer(10, a=[(0, 4)], b=[])).value < 0


FIGURES = [
    character_alpha,
    character_percent,
    character_prevalence,
    sentence_alpha,
    sentence_percent,
    sentence_prevalence,
    token_alpha,
]


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize(
    "layer",
    [pool_layers([]), make_layer(10, a=[(0, 4)]), make_layer(10), make_layer(0, (), a=[], b=[])],
    ids=["no documents", "one reviewer", "no reviewers", "empty text"],
)
def test_a_layer_without_two_reviewers_or_text_has_no_figures(figure, layer: Layer):
    estimate = figure(layer)
    assert estimate.value is None
    assert estimate.reason == "Not computable: no document has been submitted by two reviewers."


@pytest.mark.parametrize("figure", [sentence_alpha, sentence_percent, sentence_prevalence])
@pytest.mark.parametrize(("ends", "text"), [((), "x" * 10), ((10,), " " * 10)])
def test_a_text_without_sentences_has_no_sentence_figures(figure, ends, text):
    estimate = figure(make_layer(10, ends, text, a=[(0, 4)], b=[]))
    assert (estimate.value, estimate.reason) == (None, "Not computable: the text has no stored sentences.")


@pytest.mark.parametrize("text", ["", " \n" * 5], ids=["not counted", "white space"])
def test_a_text_without_tokens_has_no_token_alpha(text):
    marked, spans = {"a": [(0, 4)], "b": []}, token_spans(text)
    estimate = token_alpha(layer(marked, 10, (10,), ink_before("x" * 10), spans))
    assert (estimate.value, estimate.reason) == (None, "Not computable: no tokens of the text were counted.")


NOBODY = "Not computable: nobody marked anything, so there is no variation to compare."
WHOLE = "Not computable: everybody marked the whole text, so there is no variation to compare."
ALIKE = "Not computable: everybody marked the whole text alike, so there is no variation to compare."
NOT_SHARED = "Not computable: no two reviewers marked the same text."
ONE_VALUE = "Not computable: all text that two reviewers marked has the same labels, so nothing can differ."
NO_DOCUMENT = "Not computable: no document has been submitted by two reviewers."


def figures_of(sums: Unitized):
    """Return u-alpha, |u-alpha, cu-alpha, (k)u-alpha of x and its coverage: the value, or the reason there is none."""
    figures = [u_alpha(sums), unit_alpha(sums), coding_alpha(sums), value_alpha(sums, "x"), value_coverage(sums, "x")]
    assert all((each.value is None) is bool(each.reason) for each in figures)
    return [each.reason or each.value for each in figures]


def test_a_text_nobody_marked_has_no_u_alpha():
    sums = unitized(make_marked(a="", b="", c=""), 10)
    assert figures_of(sums) == [NOBODY, NOBODY, NOT_SHARED, "Not computable: nobody marked any text so.", NOBODY]
    assert coding_coverage(sums).value == 0
    assert u_alpha(unitized_layer({"a": [], "b": []}, 10)).reason == NOBODY


def test_a_text_everybody_marked_entirely_with_one_label_has_no_u_alpha():
    sums = unitized(make_marked(a="0-10:x", b="0-5:x 5-10:x"), 10)
    assert figures_of(sums) == [ALIKE, WHOLE, ONE_VALUE, ONE_VALUE, 1]
    assert coding_coverage(sums).value == 1


def test_a_text_everybody_marked_entirely_with_several_labels_has_only_no_unit_alpha():
    sums = unitized(make_marked(a="0-6:x 6-10:y", b="0-5:x 5-10:y"), 10)
    assert unit_alpha(sums).reason == WHOLE
    assert None not in (u_alpha(sums).value, coding_alpha(sums).value, value_alpha(sums, "x").value)


def test_labels_of_text_that_two_marked_alike_cannot_be_compared_when_there_is_but_one():
    sums = unitized(make_marked(a="0-4:x 7-9:y", b="2-6:x"), 10)
    assert (coding_alpha(sums).reason, value_alpha(sums, "x").reason) == (ONE_VALUE, ONE_VALUE)
    assert value_alpha(sums, "y").reason == "Not computable: no other reviewer marked any of the text marked so."
    assert value_coverage(sums, "y").value == 0
    assert None not in (u_alpha(sums).value, unit_alpha(sums).value)


def test_labels_that_never_met_cannot_be_compared():
    sums = unitized(make_marked(a="0-4:x", b="4-6:y"), 10)
    assert coding_alpha(sums).reason == NOT_SHARED
    assert coding_coverage(sums).value == 0


def test_a_set_of_labels_is_not_its_members():
    sums = unitized(make_marked(a="0-4:x 0-4:y", b="0-4:x 6-8:x"), 10)
    assert value_alpha(sums, "y").reason == "Not computable: nobody marked any text so."
    assert value_coverage(sums, "y").reason == "Not computable: nobody marked any text so."
    assert value_alpha(sums, "x", "y").value is not None
    assert value_alpha(sums).reason == "Not computable: nobody marked any text so."


@pytest.mark.parametrize("spans", [[(0, 4)], [(0, 2), (2, 4)], [(1, 2), (5, 6), (8, 10)], [(0, 10)]])
def test_one_of_two_marked_passages_and_the_other_nothing_is_below_zero(spans):
    # Of k characters, 2 k lengths differ: u = 1 - 2 k (T² - Σ z) / (2 T k (T - k)) with T = 20, z of gaps T - k.
    sums = unitized_layer({"a": spans, "b": []}, 10)
    k, z = sum(end - start for start, end in spans), sum((end - start) ** 2 for start, end in spans)
    assert u_alpha(sums).value == pytest.approx((20 * (1 - k) - k + z) / (20 * (20 - k)))
    assert u_alpha(sums).value == unit_alpha(sums).value < 0


def test_one_of_two_marked_a_single_character_and_the_other_nothing_is_zero():
    assert u_alpha(unitized_layer({"a": [(2, 3)], "b": []}, 10)).value == pytest.approx(0)


@pytest.mark.parametrize(
    "sums",
    [
        pool_unitized([]),
        unitized(make_marked(a="0-4:x"), 10),
        unitized({}, 10),
        unitized(make_marked(a="", b=""), 0),
        pool_unitized([unitized({}, 10), unitized(make_marked(a="0-4:x"), 10)]),
    ],
    ids=["no documents", "one reviewer", "no reviewers", "empty text", "pooled"],
)
def test_without_two_reviewers_or_text_there_is_no_u_alpha(sums):
    assert figures_of(sums) == [NO_DOCUMENT] * 5
    assert coding_coverage(sums).reason == NO_DOCUMENT
    assert (u_alpha(sums).n_units, u_alpha(sums).n_values, u_alpha(sums).n_reviewers) == (0, 0, 0)


def test_a_ratio_scale_refuses_negative_values():
    with pytest.raises(ValueError, match="negative"):
        alpha([[-1, 2], [1, 2]], DIFFERENCES["ratio"])


@pytest.mark.parametrize("measure", [alpha, percent])
@pytest.mark.parametrize("data", [[1, 2, 3], [[1, np.inf], [1, 2]]])
def test_data_of_another_shape_or_infinite_is_refused(measure, data):
    with pytest.raises(ValueError, match=r"shape|infinite"):
        measure(data)


@pytest.mark.parametrize("counts", [[[1, -1]], [[1.5, 2]], [2, 1]])
def test_counts_that_count_nothing_are_refused(counts):
    with pytest.raises(ValueError, match="counts"):
        alpha_from_counts(counts, [0, 1])


@pytest.mark.parametrize("values", [[1, 0], [1, 1], [1], [0, 1, 2]])
def test_values_that_do_not_name_the_columns_in_order_are_refused(values):
    with pytest.raises(ValueError, match="ascend"):
        alpha_from_counts([[1, 1], [2, 0]], values)

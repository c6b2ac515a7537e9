"""When a figure is undefined it is None with a reason in words, and never 0 or 1."""

import numpy as np
import pytest

from annotator.agreement.alpha import DIFFERENCES, alpha, alpha_from_counts
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
from annotator.agreement.continuum import Unitized, pool_unitized, unitized, unitized_layer
from annotator.agreement.kappa import cohen, cohen_of_two
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
from annotator.agreement.weights import linear, quadratic
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
NO_SHARED = "Not computable: no unit was judged by both reviewers."
ONE_CATEGORY = "Not computable: the codebook has one category, so that agreement is certain."
CATEGORIES = [0, 1, 2, 3, 4]
CORRECTED = {
    "fleiss": fleiss,
    "randolph": randolph,
    "ac1": gwet,
    "ac2 linear": lambda data, categories: gwet(data, categories, linear(categories)),
    "ac2 quadratic": lambda data, categories: gwet(data, categories, quadratic(categories)),
}
BY_CODEBOOK = {key: figure for key, figure in CORRECTED.items() if key != "fleiss"}
WEIGHED = {"identity": None, "linear": linear(CATEGORIES), "quadratic": quadratic(CATEGORIES)}
corrected = pytest.mark.parametrize("figure", CORRECTED.values(), ids=CORRECTED)
by_codebook = pytest.mark.parametrize("figure", BY_CODEBOOK.values(), ids=BY_CODEBOOK)
weighed = pytest.mark.parametrize("weights", WEIGHED.values(), ids=WEIGHED)
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


@pytest.mark.parametrize("figure", [*CORRECTED.values(), weighted_percent], ids=[*CORRECTED, "weighted percent"])
@pytest.mark.parametrize("data", NOTHING_TO_PAIR.values(), ids=NOTHING_TO_PAIR)
def test_figures_corrected_for_chance_without_pairs_are_none(data, figure):
    estimate = figure(data, CATEGORIES)
    assert (estimate.value, estimate.reason) == (None, NO_PAIRS)
    assert (estimate.n_units, estimate.n_values, estimate.n_reviewers) == (0, 0, 0)


@pytest.mark.parametrize("figure", [fleiss_from_shares, randolph_from_shares, gwet_from_shares])
def test_figures_of_no_documents_are_none(figure):
    assert figure(pool_shares([], 3), 0).reason == NO_PAIRS


@weighed
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ([[1, NAN, 2], [NAN, 2, NAN]], NO_SHARED),
        ([[NAN, NAN], [NAN, NAN]], NO_SHARED),
        (np.empty((2, 0)), NO_SHARED),
        ([[1, 2, 3]], NO_PAIRS),
        (np.empty((0, 3)), NO_PAIRS),
    ],
    ids=["no unit with two values", "no values", "no units", "one reviewer", "no reviewers"],
)
def test_cohens_kappa_without_pairs_is_none(data, reason, weights):
    estimate = cohen_of_two(data, CATEGORIES, weights)
    assert (estimate.value, estimate.reason, estimate.n_units) == (None, reason, 0)


@levels
def test_alpha_without_variation_is_none_and_percent_agreement_one(difference):
    data = [[3, 3, 3], [3, 3, NAN]]
    assert (alpha(data, difference).value, alpha(data, difference).reason) == (None, NO_VARIATION)
    assert percent(data).value == 1


@levels
def test_unpairable_values_are_dropped_before_looking_at_variation(difference):
    data = [[3, 3, NAN], [3, 3, 1]]
    assert alpha(data, difference).reason == NO_VARIATION


SAME = [[3, 3, 3, NAN], [3, 3, NAN, 1]]


def test_fleiss_kappa_without_variation_of_pairable_values_is_none():
    assert (fleiss(SAME, CATEGORIES).value, fleiss(SAME, CATEGORIES).reason) == (None, NO_VARIATION)
    assert fleiss(SAME, CATEGORIES).n_units == 2


@weighed
def test_cohens_kappa_without_variation_is_none(weights):
    estimate = cohen_of_two(SAME, CATEGORIES, weights)
    assert (estimate.value, estimate.reason, estimate.n_units) == (None, NO_VARIATION, 2)


@by_codebook
def test_a_chance_set_by_the_codebook_leaves_one_where_nothing_varies(figure):
    assert figure(SAME, CATEGORIES).value == 1
    assert figure([[3, 3], [3, 3]], [3, 4]).value == 1


@weighed
def test_weighted_percent_agreement_without_variation_is_one(weights):
    assert weighted_percent(SAME, CATEGORIES, weights).value == 1


@by_codebook
def test_a_codebook_of_one_category_leaves_no_chance_to_correct_for(figure):
    assert (figure([[3, 3], [3, 3]], [3]).value, figure([[3, 3], [3, 3]], [3]).reason) == (None, ONE_CATEGORY)
    assert figure([[3, NAN], [NAN, 3]], [3]).reason == NO_PAIRS


@pytest.mark.parametrize("weigh", [None, linear, quadratic])
def test_a_codebook_of_one_category_leaves_kappa_none_and_percent_agreement_one(weigh):
    data, weights = [[3, 3], [3, 3]], weigh and weigh([3])
    assert (fleiss(data, [3]).value, fleiss(data, [3]).reason) == (None, NO_VARIATION)
    assert (cohen_of_two(data, [3], weights).value, cohen([[5]], weights).reason) == (None, NO_VARIATION)
    assert weighted_percent(data, [3], weights).value == 1


def test_a_codebook_of_no_categories_has_nothing_to_pair():
    assert randolph([[NAN], [NAN]], []).reason == NO_PAIRS
    assert cohen_of_two([[NAN], [NAN]], []).reason == NO_SHARED


def test_a_codebook_of_one_category_leaves_alpha_none_and_percent_agreement_one():
    assert alpha_from_counts([[3], [2]], [1]).reason == NO_VARIATION
    assert percent_from_counts([[3], [2]]).value == 1


@levels
def test_perfect_agreement_with_variation_is_one(difference):
    data = [[0, 1, 4, 4], [0, 1, 4, NAN], [0, NAN, 4, 4]]
    assert alpha(data, difference).value == 1
    assert percent(data).value == 1


@corrected
def test_perfect_agreement_with_variation_is_one_after_any_correction(figure):
    assert figure([[0, 1, 4, 4], [0, 1, 4, NAN], [0, NAN, 4, 4]], CATEGORIES).value == 1


@weighed
def test_perfect_agreement_of_two_reviewers_is_one(weights):
    data = [[0, 1, 4, 4, NAN], [0, 1, 4, NAN, 2]]
    assert cohen_of_two(data, CATEGORIES, weights).value == 1
    assert weighted_percent(data, CATEGORIES, weights).value == 1


@weighed
def test_cohens_kappa_is_zero_where_one_of_two_reviewers_never_varies(weights):
    assert cohen_of_two([[3, 3, 3, NAN], [0, 3, 4, 4]], CATEGORIES, weights).value == pytest.approx(0, abs=1e-12)
    assert cohen_of_two([[0, 3, 4, 4], [3, 3, 3, NAN]], CATEGORIES, weights).value == pytest.approx(0, abs=1e-12)
    assert cohen_of_two([[3, 3], [4, 4]], CATEGORIES, weights).value == pytest.approx(0, abs=1e-12)


@corrected
def test_figures_corrected_for_chance_are_not_clipped_below_zero(figure):
    assert figure([[0, 1], [1, 0]], [0, 1]).value == pytest.approx(-1)


def test_cohens_kappa_below_zero_is_not_clipped():
    assert cohen([[0, 1], [1, 0]]).value == -1


@corrected
def test_a_single_unit_carries_a_caution_after_any_correction(figure):
    assert figure([[0], [1], [1]], [0, 1]).note == "Only one unit could be compared."
    assert figure([[0, 1], [1, 1], [1, NAN]], [0, 1]).note == ""


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


FIGURES_OF_CATEGORIES = [fleiss, randolph, gwet, weighted_percent, cohen_of_two]


@pytest.mark.parametrize("figure", FIGURES_OF_CATEGORIES)
@pytest.mark.parametrize("value", [5, 0.5, -1, np.inf])
def test_a_value_that_is_none_of_the_categories_is_refused(figure, value):
    with pytest.raises(ValueError, match=f"{value:g} is none of the categories"):
        figure([[0, value], [0, 1]], CATEGORIES)


@pytest.mark.parametrize("figure", FIGURES_OF_CATEGORIES)
@pytest.mark.parametrize("categories", [[0, 1, 1], [0, 1, NAN], [0, 1, np.inf], [[0, 1]], 1])
def test_categories_that_are_no_list_of_numbers_are_refused(figure, categories):
    with pytest.raises(ValueError, match="categories must be"):
        figure([[0, 1], [0, 1]], categories)


@pytest.mark.parametrize("figure", FIGURES_OF_CATEGORIES)
def test_ratings_of_another_shape_are_refused(figure):
    with pytest.raises(ValueError, match="shape"):
        figure([0, 1], [0, 1])


@pytest.mark.parametrize("counts", [[[1, -1]], [[1.5, 2]], [2, 1]])
@pytest.mark.parametrize("multiplicity", [None, [1]])
def test_shares_of_counts_that_count_nothing_are_refused(counts, multiplicity):
    with pytest.raises(ValueError, match="counts"):
        shares(counts, multiplicity)


EXTREMES = {
    "tiny": [[1e-200, 1e-200, 2e-200], [1e-200, 2e-200, 2e-200]],
    "the least there are": [[5e-324, 5e-324, 1e-323], [5e-324, 1e-323, 1e-323]],
    "huge": [[8e307, 8e307, 1.6e308], [8e307, 1.6e308, 1.6e308]],
    "tiny beside one that is alone": [[1e-200, 1e-200, 2e-200, NAN], [1e-200, 2e-200, 2e-200, 3]],
}


@levels
@pytest.mark.parametrize("data", EXTREMES.values(), ids=EXTREMES)
def test_alpha_of_numbers_whose_squares_no_float_holds_is_that_of_one_and_two(data, difference):
    expected = alpha([[1, 1, 2], [1, 2, 2]], difference).value
    assert alpha(data, difference).value == pytest.approx(expected)


def test_values_far_apart_on_both_sides_of_nothing_differ_most():
    far = 1.7e308
    assert alpha([[far, -far, far], [far, -far, -far]], DIFFERENCES["interval"]).value == pytest.approx(
        alpha([[1, -1, 1], [1, -1, -1]], DIFFERENCES["interval"]).value
    )


def test_a_ratio_to_nothing_is_the_greatest_difference_however_small_the_value():
    # Three of 0, three of a value so small that it differs from both others entirely, two of 1: 1 - 7 * 2 / 42.
    data = [[0, 0, 1e-200, 1], [0, 1e-200, 1e-200, 1]]
    assert alpha(data, DIFFERENCES["ratio"]).value == pytest.approx(2 / 3)


def test_what_is_rare_among_a_thousand_million_units_still_counts():
    # Of N + 1 units all but one are (0, 0), the last (0, 1): shares 1 - x and x = 1 / (2 N + 2), so -x / (1 - x).
    for times in (10**3, 10**9, 10**12):
        x = 1 / (2 * times + 2)
        estimate = fleiss_from_shares(shares([[2, 0], [1, 1]], [times, 1]), 2)
        assert estimate.value == pytest.approx(-x / (1 - x), rel=1e-3, abs=0)
        assert estimate.n_values == 2 * times + 2


def test_categories_too_near_each_other_for_their_weight_to_be_told_from_one_are_not_equal():
    for weigh in (linear, quadratic):
        weights = weigh([0, 1e-20, 1])
        assert weights[0, 1] < 1
        assert gwet([[0, 1], [1e-20, 1]], [0, 1e-20, 1], weights).value < 1
    assert linear([-1.7e308, 0, 1.7e308]).tolist() == [[1, 0.5, 0], [0.5, 1, 0.5], [0, 0.5, 1]]

"""The u-alpha family on texts small enough to work out on paper.

Expected lengths e of pairs that differ are T (T² − Σ l²) / (T² − Σ z), see `unitizing`.
"""

import pytest

from annotator.agreement.continuum import pool_unitized, unitized, unitized_layer
from annotator.agreement.layers import character_alpha
from annotator.agreement.unitizing import (
    coding_alpha,
    coding_coverage,
    u_alpha,
    unit_alpha,
    value_alpha,
    value_coverage,
)
from tests.agreement.making import make_layer, make_marked


def layer_of(marked, label):
    return {reviewer: found.get(label, []) for reviewer, found in marked.items()}


def test_half_overlapping_passages():
    # T = 20, of which 12 are gaps and 8 marked; 8 differ; z = 12 and 4² + 4².
    sums = unitized_layer({"a": [(0, 4)], "b": [(2, 6)]}, 10)
    assert sums.pairs.tolist() == [[8, 4], [4, 4]]
    assert (sums.squares.tolist(), sums.shared_squares.tolist()) == ([12, 32], [0, 2**2 + 2**2])
    assert u_alpha(sums).value == pytest.approx(1 - 8 * (400 - 44) / (20 * 2 * 12 * 8))
    assert u_alpha(sums).value == pytest.approx(0.258333, abs=5e-7)
    assert unit_alpha(sums).value == u_alpha(sums).value
    assert (u_alpha(sums).n_units, u_alpha(sums).n_values, u_alpha(sums).n_reviewers) == (10, 20, 2)


MARKED = make_marked(A="0-20:fact 30-50:opinion 40-50:ai", B="0-20:fact 32-50:opinion", C="")

# Each row: u-alpha and character alpha by their definitions, T = n = 300, m = 3. Of 100 characters, those that one or
# two of three mark give 1 * 2 / (3 - 1) to each of the two lengths that differ.
#   fact     marked 40, differ 2 * 20, z = 20² + 20² and 260
#   opinion  marked 38, differ 2 * 20, z = 20² + 18² and 262
#   ai       marked 10, differ 2 * 10, z = 10² and 290
# Character alpha takes n (n − 1) pairs, all but a place with itself, where u-alpha takes T² − Σ z.
LAYERS = {
    "fact": (1 - 40 * (300**2 - 800 - 260) / (300 * 2 * 40 * 260), 1 - 299 * 20 / (40 * 260), 0.429872, 0.425),
    "opinion": (1 - 40 * (300**2 - 724 - 262) / (300 * 2 * 38 * 262), 1 - 299 * 20 / (38 * 262), 0.403951, 0.399357),
    "ai": (1 - 20 * (300**2 - 100 - 290) / (300 * 2 * 10 * 290), 1 - 299 * 10 / (10 * 290), -0.03, -0.031034),
}


@pytest.mark.parametrize(("label", "expected"), LAYERS.items())
def test_each_label_is_a_layer_of_its_own(label, expected):
    on_passages, on_characters, six_digits, six_digits_on_characters = expected
    layer = layer_of(MARKED, label)
    assert u_alpha(unitized_layer(layer, 100)).value == pytest.approx(on_passages)
    assert u_alpha(unitized_layer(layer, 100)).value == pytest.approx(six_digits, abs=5e-7)
    assert character_alpha(make_layer(100, **layer)).value == pytest.approx(on_characters)
    assert character_alpha(make_layer(100, **layer)).value == pytest.approx(six_digits_on_characters, abs=5e-7)


def test_overlapping_labels_are_sets_of_labels():
    sums = unitized(MARKED, 100)
    assert sums.values == ((), ("ai", "opinion"), ("fact",), ("opinion",))
    assert sums.lengths.tolist() == [222, 10, 40, 28]
    assert u_alpha(sums).value == pytest.approx(0.305917, abs=5e-7)
    assert unit_alpha(sums).value == pytest.approx(0.318904, abs=5e-7)
    assert coding_alpha(sums).value == pytest.approx(0.652632, abs=5e-7)
    assert coding_coverage(sums).value == pytest.approx(0.126667, abs=5e-7)


def test_values_where_both_marked():
    # l* of fact 20, of opinion 8 + 5, of both labels 5, of which 10 differ; w is 10 + 10, 4 + 9 and 5.
    sums = unitized(MARKED, 100)
    assert value_alpha(sums, "fact").value == 1
    assert value_alpha(sums, "opinion").value == pytest.approx(1 - 5 * (13 * 38 - 16 - 81) / (13 * 13 * (38 - 13)))
    assert value_alpha(sums, "opinion", "ai").value == pytest.approx(0)
    assert value_coverage(sums, "fact").value == pytest.approx(0.5)
    assert value_coverage(sums, "opinion").value == pytest.approx(13 / 28)
    assert value_coverage(sums, "ai", "opinion").value == pytest.approx(0.5)


def test_a_reviewer_who_was_not_assigned_does_not_count():
    both = {reviewer: MARKED[reviewer] for reviewer in "AB"}
    assert u_alpha(unitized_layer(layer_of(both, "fact"), 100)).value == 1
    # T = 200; opinion: marked 38, differ 2 * 2, z = 724 and 162; ai: marked 10, differ 2 * 10, z = 100 and 190.
    opinion, ai = (u_alpha(unitized_layer(layer_of(both, label), 100)).value for label in ("opinion", "ai"))
    assert opinion == pytest.approx(1 - 4 * (200**2 - 724 - 162) / (200 * 2 * 38 * 162))
    assert ai == pytest.approx(1 - 20 * (200**2 - 100 - 190) / (200 * 2 * 10 * 190))


def test_without_overlapping_labels_the_partition_is_the_published_one():
    sums = unitized(make_marked(A="0-2:x 2-5:x 5-6:y", B="1-5:x"), 8)
    assert sums.values == ((), ("x",), ("y",))
    assert sums.squares.tolist() == [2 + 4, 4 + 9 + 16, 1]


def test_passages_of_one_label_that_overlap_are_one_unit_and_those_that_abut_are_two():
    overlapping = unitized(make_marked(A="0-4:x 3-6:x 0-4:x", B=""), 8)
    abutting = unitized(make_marked(A="0-4:x 4-6:x", B=""), 8)
    assert overlapping.squares.tolist() == [2 + 8, 36]
    assert abutting.squares.tolist() == [2 + 8, 16 + 4]


def test_joined_passages_that_abut_are_one_unit_within_a_reviewer_and_label():
    marked = make_marked(A="0-4:x 4-6:x 6-8:y", B="0-8:x")
    assert unitized(marked, 8, joined=True).squares.tolist() == [0, 36 + 64, 4]
    assert unitized(marked, 8).squares.tolist() == [0, 16 + 4 + 64, 4]


def test_another_labels_boundary_cuts_a_unit():
    # A: x 0-3, x+y 3-5, y 5-8. The cuts of B, who marked x, are not A's.
    sums = unitized(make_marked(A="0-5:x 3-8:y", B="1-2:x"), 10)
    assert sums.values == ((), ("x",), ("x", "y"), ("y",))
    assert sums.squares.tolist() == [2 + 9, 9 + 1, 4, 9]


def test_ten_sentences_marked_one_by_one_or_at_once_are_alike_only_when_joined():
    marked = {"a": [(0, 100)], "b": [(start, start + 10) for start in range(0, 100, 10)]}
    apart, joined = unitized_layer(marked, 200), unitized_layer(marked, 200, joined=True)
    assert u_alpha(apart).value == u_alpha(joined).value == 1
    assert apart.squares.tolist() == [200, 100**2 + 10 * 10**2]
    assert joined.squares.tolist() == [200, 2 * 100**2]


def test_documents_are_pooled_with_their_own_reviewers_and_labels():
    # Of 40 characters, x 4 + 4 and y 3 + 3 + 3 in texts of 10 characters read by two and 5 by three.
    one, other = unitized(make_marked(A="0-4:x", B="2-6:x"), 10), unitized(make_marked(A="0-3:y", C="0-3:y", D=""), 5)
    both = pool_unitized([one, other])
    assert both.values == ((), ("x",), ("y",))
    assert both.pairs.tolist() == [[8 + 2 * 3, 4, 3], [4, 4, 0], [3, 0, 3]]
    assert both.squares.tolist() == [12 + 9, 32, 18]
    assert both.shared_squares.tolist() == [0, 8, 2 * 1.5**2]
    assert (both.n_documents, both.n_characters, both.n_values) == (2, 15, 35)
    assert both.reviewers == {"A", "B", "C", "D"}
    assert u_alpha(both).value == pytest.approx(1 - 14 * (35**2 - 71) / (35 * (35**2 - 21**2 - 8**2 - 6**2)))


def test_more_labels_than_an_integer_has_bits():
    labels = {f"label {number:02}": [(number, number + 2)] for number in range(70)}
    sums = unitized({"a": labels, "b": labels, "c": {}}, 80)
    assert len(sums.values) == 72
    assert sums.values[2] == ("label 00", "label 01")
    assert value_alpha(sums, "label 63", "label 62").value == 1


@pytest.mark.parametrize("span", [(-1, 3), (8, 11), (4, 4), (5, 4)])
def test_an_impossible_span_is_refused(span):
    with pytest.raises(ValueError, match=f"span {span[0]}-{span[1]} is not a passage of a text of 10 characters"):
        unitized({"a": {"x": [(0, 1)]}, "b": {"y": [span]}}, 10)

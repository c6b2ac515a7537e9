"""Laws the u-alpha family and span F1 keep, whatever the passages."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.agreement.continuum import pool_unitized, unitized, unitized_layer
from annotator.agreement.f1 import MODES, hits, pair_hits, pool_pair_hits, span_f1
from annotator.agreement.unitizing import (
    coding_alpha,
    coding_coverage,
    u_alpha,
    unit_alpha,
    value_alpha,
    value_coverage,
)

LENGTH = 50
LABELS = ("ai", "fact", "opinion")
spans = st.lists(
    st.tuples(st.integers(0, LENGTH - 1), st.integers(1, 20)).map(lambda pair: (pair[0], min(LENGTH, sum(pair)))),
    max_size=4,
)
layers = st.dictionaries(st.sampled_from(LABELS), spans)
marked_texts = st.dictionaries(st.sampled_from("abcde"), layers, min_size=2)
marked_layers = st.dictionaries(st.sampled_from("abcde"), spans, min_size=2)
few = settings(max_examples=50)  # of several documents each, which are slow to make


def figures(sums):
    """Return all figures by name; None stays None."""
    found = {
        "u": u_alpha(sums).value,
        "|u": unit_alpha(sums).value,
        "cu": coding_alpha(sums).value,
        "coverage": coding_coverage(sums).value,
    }
    for value in sums.values[1:]:
        found["alpha", value] = value_alpha(sums, *value).value
        found["coverage", value] = value_coverage(sums, *value).value
    return found


def assert_same(one, other):
    assert one.keys() == other.keys()
    assert [key for key in one if (one[key] is None) is not (other[key] is None)] == []
    assert {key: value for key, value in one.items() if value is not None} == pytest.approx(
        {key: value for key, value in other.items() if value is not None}, abs=1e-9
    )


def moved(layer, by):
    return {label: [(start + by, end + by) for start, end in spans] for label, spans in layer.items()}


@few
@given(documents=st.lists(marked_texts, min_size=1, max_size=3), seed=st.integers(0, 999))
def test_no_figure_knows_an_order_of_documents_reviewers_labels_or_passages(documents, seed):
    random = Random(seed)

    def mixed(items):
        items = list(items)
        return random.sample(items, len(items))

    shuffled = [
        {
            reviewer: {label: mixed(spans) for label, spans in mixed(found.items())}
            for reviewer, found in mixed(marked.items())
        }
        for marked in mixed(documents)
    ]
    one, other = (pool_unitized(unitized(marked, LENGTH) for marked in each) for each in (documents, shuffled))
    assert_same(figures(one), figures(other))


@given(marked=marked_texts)
def test_no_figure_knows_the_names_of_labels_or_reviewers(marked):
    names = dict(zip(LABELS, ("z", "a", "m"), strict=True))
    renamed = {
        reviewer * 2: {names[label]: spans for label, spans in found.items()} for reviewer, found in marked.items()
    }
    one, other = unitized(marked, LENGTH), unitized(renamed, LENGTH)
    expected = {
        (key[0], tuple(sorted(names[label] for label in key[1]))) if isinstance(key, tuple) else key: figure
        for key, figure in figures(one).items()
    }
    assert_same(expected, figures(other))


@given(marked=marked_texts, by=st.integers(0, 50))
def test_passages_moved_within_the_text_keep_every_figure(marked, by):
    shifted = {reviewer: moved(found, by) for reviewer, found in marked.items()}
    assert_same(figures(unitized(marked, LENGTH + 50)), figures(unitized(shifted, LENGTH + 50)))


@given(marked=marked_texts, before=st.integers(0, 50), after=st.integers(0, 50))
def test_text_that_nobody_marks_changes_no_figure_of_what_two_marked(marked, before, after):
    shifted = {reviewer: moved(found, before) for reviewer, found in marked.items()}
    one, other = figures(unitized(marked, LENGTH)), figures(unitized(shifted, before + LENGTH + after))
    for found in (one, other):
        del found["u"], found["|u"], found["coverage"]
    assert_same(one, other)


@given(documents=st.lists(marked_layers, min_size=1, max_size=3))
def test_on_one_layer_u_alpha_is_unit_alpha(documents):
    sums = pool_unitized(unitized_layer(marked, LENGTH) for marked in documents)
    assert u_alpha(sums).value == pytest.approx(unit_alpha(sums).value)
    assert coding_alpha(sums).value is None


@given(marked=marked_texts)
def test_no_alpha_is_above_one_and_coverages_are_shares(marked):
    for key, figure in figures(unitized(marked, LENGTH)).items():
        assert figure is None or figure <= 1
        assert "coverage" not in key or 0 <= figure <= 1 + 1e-12


@given(layer=layers, n_reviewers=st.integers(2, 5))
def test_reviewers_who_marked_alike_agree_entirely(layer, n_reviewers):
    found = figures(unitized({str(reviewer): layer for reviewer in range(n_reviewers)}, LENGTH))
    assert {figure for figure in found.values() if figure is not None} <= {1} or found["coverage"] < 1
    assert {found["u"], found["|u"], found["cu"]} <= {1, None}


@given(marked=marked_texts)
def test_lengths_add_up_to_the_text_of_all_reviewers(marked):
    sums = unitized(marked, LENGTH)
    assert sums.pairs.sum() == pytest.approx(len(marked) * LENGTH)
    assert (sums.pairs == sums.pairs.T).all()
    assert (sums.pairs >= 0).all()


@few
@given(documents=st.lists(marked_texts, min_size=1, max_size=3), cut=st.integers(0, 3))
def test_sums_of_documents_are_the_sums_of_their_sums(documents, cut):
    parts = [unitized(marked, LENGTH) for marked in documents]
    nested = pool_unitized([pool_unitized(parts[:cut]), pool_unitized(parts[cut:])])
    pooled = pool_unitized(parts)
    assert_same(figures(pooled), figures(nested))
    assert (pooled.n_documents, pooled.n_characters, pooled.n_values) == (
        len(parts),
        len(parts) * LENGTH,
        sum(len(marked) for marked in documents) * LENGTH,
    )
    assert pooled.squares.sum() == pytest.approx(sum(part.squares.sum() for part in parts))
    assert pooled.pairs.sum() == pytest.approx(sum(part.pairs.sum() for part in parts))


@given(marked=marked_texts)
def test_a_label_all_add_over_existing_ones_changes_no_other_layer(marked):
    added = {reviewer: {**found, "new": [(0, 30)]} for reviewer, found in marked.items()}

    def layer_of(texts, label):
        return {reviewer: found.get(label, []) for reviewer, found in texts.items()}

    for label in LABELS:
        before, after = (unitized_layer(layer_of(texts, label), LENGTH) for texts in (marked, added))
        assert figures(before) == figures(after)
    assert u_alpha(unitized_layer(layer_of(added, "new"), LENGTH)).value == 1


@given(marked=marked_layers, cuts=st.sets(st.integers(1, LENGTH - 1)))
def test_joined_passages_know_no_cuts(marked, cuts):
    def cut(spans):
        for start, end in spans:
            places = [start, *sorted(place for place in cuts if start < place < end), end]
            yield from pairwise(places)

    pieces = {reviewer: list(cut(spans)) for reviewer, spans in marked.items()}
    one, other = (unitized_layer(each, LENGTH, joined=True) for each in (marked, pieces))
    assert figures(one) == figures(other)


@given(marked=marked_texts)
def test_where_passages_lie_apart_joining_changes_nothing(marked):
    doubled = {
        reviewer: {label: [(2 * start, 2 * end - 1) for start, end in spans] for label, spans in found.items()}
        for reviewer, found in marked.items()
    }
    apart, joined = (unitized(doubled, 2 * LENGTH, joined=joined) for joined in (False, True))
    assert figures(apart) == figures(joined)


@given(first=layers, second=layers)
def test_f1_is_symmetric(first, second):
    for mode in MODES:
        one, other = span_f1(hits(first, second, LENGTH, mode)), span_f1(hits(second, first, LENGTH, mode))
        assert one.f1 == other.f1
        assert (one.precision.value, one.recall.value) == (other.recall.value, other.precision.value)


@given(layer=layers)
def test_f1_of_equal_passages_is_one(layer):
    for mode in MODES:
        value = span_f1(hits(layer, layer, LENGTH, mode)).f1.value
        assert value == (1 if any(layer.values()) else None)


@given(first=layers, second=layers)
def test_looser_modes_find_no_fewer(first, second):
    exact, overlap, loosest = (hits(first, second, LENGTH, mode) for mode in ("exact", "overlap", "overlap_any"))
    assert exact.first_hit <= overlap.first_hit <= loosest.first_hit
    assert exact.second_hit <= overlap.second_hit <= loosest.second_hit


@few
@given(documents=st.lists(marked_texts, max_size=3), cut=st.integers(0, 3))
def test_hits_of_documents_add_up(documents, cut):
    for mode in MODES:
        parts = [pair_hits(marked, LENGTH, mode) for marked in documents]
        nested = pool_pair_hits([pool_pair_hits(parts[:cut]), pool_pair_hits(parts[cut:])])
        assert pool_pair_hits(parts) == nested
        for (one, other), sums in nested.items():
            assert sums.n_documents == sum({one, other} <= marked.keys() for marked in documents)


@given(first=layers, second=layers, by=st.integers(0, 50))
def test_f1_knows_no_place(first, second, by):
    for mode in MODES:
        here = hits(first, second, LENGTH, mode)
        assert hits(moved(first, by), moved(second, by), LENGTH + 50, mode) == here

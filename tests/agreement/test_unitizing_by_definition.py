"""The u-alpha family computed as it is defined, pair of segments by pair of segments in fractions, on random documents.

The reference below is slow and follows the published equations one by one; nothing of it is shared with the package.
"""

from collections import defaultdict
from fractions import Fraction
from itertools import pairwise

import krippendorff
import numpy as np
import pytest

from annotator.agreement.continuum import pool_unitized, unitized, unitized_layer
from annotator.agreement.unitizing import (
    coding_alpha,
    coding_coverage,
    u_alpha,
    unit_alpha,
    value_alpha,
    value_coverage,
)

GAP = frozenset()


def overlap(one, other):
    return len(set(range(one[0], one[1])) & set(range(other[0], other[1])))


def merged(spans, joined):
    """Join any two spans that share a character (or touch), until none do."""
    spans = list(dict.fromkeys(map(tuple, spans)))
    for one in spans:
        for other in spans:
            touching = joined and (one[1] == other[0] or other[1] == one[0])
            if one != other and (overlap(one, other) or touching):
                rest = [span for span in spans if span not in (one, other)]
                return merged([*rest, (min(one[0], other[0]), max(one[1], other[1]))], joined)
    return spans


def segments(layers, length, joined):
    """Cut a reviewer's text at all own boundaries: a list of start, end, value."""
    layers = {label: merged(spans, joined) for label, spans in layers.items()}
    cuts = sorted({0, length, *(cut for spans in layers.values() for span in spans for cut in span)})
    found = []
    for start, end in pairwise(cuts):
        labels = [label for label, spans in layers.items() if any(overlap((start, end), span) for span in spans)]
        found.append((start, end, frozenset(labels)))
    return found


def sums_of(documents, joined=False):
    """Return l by pair of values, z and z* by value, over documents of spans by reviewer and label."""
    lengths, squares, shared = (defaultdict(Fraction) for _ in range(3))
    for marked, length in documents:
        texts = [segments(layers, length, joined) for layers in marked.values()]
        others = len(texts) - 1
        for i, mine in enumerate(texts):
            for g in mine:
                squares[g[2]] += g[1] - g[0] if g[2] == GAP else (g[1] - g[0]) ** 2
                pairable = Fraction(0)
                for j, theirs in enumerate(texts):
                    for h in theirs if i != j else []:
                        lengths[g[2], h[2]] += Fraction(overlap(g, h), others)
                        if h[2] != GAP:
                            pairable += Fraction(overlap(g, h), others)
                if g[2] != GAP:
                    shared[g[2]] += pairable**2
    return lengths, squares, shared


def expected_of(lengths, squares, values):
    """Return e by pair of values, and its row sums."""
    row = {c: sum(lengths[c, k] for k in values) for c in values}
    total = sum(row.values())
    pairs = total**2 - sum(squares[c] for c in values)
    if not pairs:
        return defaultdict(Fraction), defaultdict(Fraction)
    e = {(c, k): total * (row[c] * row[k] - (squares[c] if c == k else 0)) / pairs for c in values for k in values}
    return e, {c: sum(e[c, k] for k in values) for c in values}


def one_minus(observed, expected):
    return 1 - observed / expected if expected else None


def by_definition(documents, joined=False):
    """Return the figures by name; (k)u-alphas and coverages by value."""
    lengths, squares, shared = sums_of(documents, joined)
    values = {GAP, *squares}
    units = values - {GAP}
    e, _ = expected_of(lengths, squares, values)
    s, s_row = expected_of(lengths, shared, units)
    l_row = {k: sum(lengths[k, c] for c in units) for k in units}
    total = sum(lengths.values())
    unlike = [(c, k) for c in values for k in values if c != k]
    coded = [(c, k) for c, k in unlike if GAP not in (c, k)]
    value_alphas = {}
    for k in units:
        varies = l_row[k] and s_row[k] != s[k, k]
        ratio = s_row[k] / l_row[k] * (l_row[k] - lengths[k, k]) / (s_row[k] - s[k, k]) if varies else None
        value_alphas[k] = 1 - ratio if varies else None
    return {
        "u": one_minus(sum(lengths[pair] for pair in unlike), sum(e[pair] for pair in unlike)),
        "|u": one_minus(sum(lengths[GAP, k] for k in units), sum(e[GAP, k] for k in units)),
        "cu": one_minus(sum(lengths[pair] for pair in coded), sum(s[pair] for pair in coded)),
        "coverage": sum(l_row.values()) / total,
        "(k)u": value_alphas,
        "coverages": {k: l_row[k] / sum(lengths[k, c] for c in values) for k in units},
    }


def computed(sums):
    values = sums.values[1:]
    return {
        "u": u_alpha(sums).value,
        "|u": unit_alpha(sums).value,
        "cu": coding_alpha(sums).value,
        "coverage": coding_coverage(sums).value,
        "(k)u": {frozenset(value): value_alpha(sums, *value).value for value in values},
        "coverages": {frozenset(value): value_coverage(sums, *value).value for value in values},
    }


def assert_same(found, expected):
    for name, figure in expected.items():
        if isinstance(figure, dict):
            assert found[name].keys() == figure.keys()
            for value in figure:
                assert found[name][value] == (None if figure[value] is None else pytest.approx(float(figure[value])))
        else:
            assert found[name] == (None if figure is None else pytest.approx(float(figure))), name


def random_spans(random, length, most):
    pairs = np.sort(random.integers(0, length + 1, (int(random.integers(0, most + 1)), 2)), axis=1).tolist()
    return [(start, end) for start, end in pairs if start < end]


def random_document(random, labels, most):
    length = int(random.integers(1, 31))
    marked = {}
    for reviewer in "abcde"[: int(random.integers(2, 6))]:
        kept = [label for label in labels if random.random() < 0.8]
        marked[reviewer] = {label: random_spans(random, length, most) for label in kept}
    return marked, length


@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize("seed", range(150))
def test_random_documents_with_overlapping_labels(seed, joined):
    random = np.random.default_rng(seed)
    labels = ["fact", "opinion", "ai"][: int(random.integers(1, 4))]
    documents = [random_document(random, labels, 3) for _ in range(int(random.integers(1, 4)))]
    sums = pool_unitized(unitized(marked, length, joined=joined) for marked, length in documents)
    assert_same(computed(sums), by_definition(documents, joined))


@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize("seed", range(50))
def test_random_layers(seed, joined):
    random = np.random.default_rng(1000 + seed)
    documents = [random_document(random, ["marked"], 8) for _ in range(2)]
    layers = [
        ({reviewer: layers.get("marked", []) for reviewer, layers in marked.items()}, length)
        for marked, length in documents
    ]
    sums = pool_unitized(unitized_layer(marked, length, joined=joined) for marked, length in layers)
    assert_same(computed(sums), by_definition(documents, joined))


@pytest.mark.parametrize("seed", range(50))
def test_reviewers_who_nearly_agree(seed):
    random = np.random.default_rng(2000 + seed)
    length, copies = 40, {}
    truth = {label: random_spans(random, length, 4) for label in ("fact", "opinion")}
    for reviewer in "abc":
        ends = {span[1]: min(length, span[1] + int(random.integers(0, 2))) for each in truth.values() for span in each}
        copies[reviewer] = {label: [(start, ends[end]) for start, end in spans] for label, spans in truth.items()}
    assert_same(computed(unitized(copies, length)), by_definition([(copies, length)]))


@pytest.mark.parametrize("n_reviewers", [2, 3, 5])
@pytest.mark.parametrize("seed", range(20))
def test_passages_of_one_character_are_judgements_of_characters(seed, n_reviewers):
    # A unit of one character has no inner pairs to leave out, so u-alpha is the nominal alpha of all characters.
    random = np.random.default_rng(seed)
    truth = random.integers(0, 4, 60)
    noise = random.integers(0, 4, (n_reviewers, 60))
    codes = np.where(random.random((n_reviewers, 60)) < 0.4, noise, truth)
    marked = {
        str(reviewer): {
            "x": [(place, place + 1) for place in np.flatnonzero(codes[reviewer] & 1).tolist()],
            "y": [(place, place + 1) for place in np.flatnonzero(codes[reviewer] & 2).tolist()],
        }
        for reviewer in range(n_reviewers)
    }
    sums = unitized(marked, 60)
    nominal = {"level_of_measurement": "nominal"}
    assert u_alpha(sums).value == pytest.approx(krippendorff.alpha(codes, **nominal))
    assert unit_alpha(sums).value == pytest.approx(krippendorff.alpha((codes > 0).astype(int), **nominal))
    if n_reviewers == 2:  # where both marked: with more reviewers, a character's weight differs from alpha's
        both = codes[:, (codes > 0).all(axis=0)]
        assert coding_alpha(sums).value == pytest.approx(krippendorff.alpha(both, **nominal))
        for code, value in ((1, ("x",)), (2, ("y",)), (3, ("x", "y"))):
            binary = krippendorff.alpha((both == code).astype(int), **nominal)
            assert value_alpha(sums, *value).value == pytest.approx(binary)

"""Oracles of span F1 that are not among the tests' requirements: SciPy, NetworkX and nervaluate, where installed."""

from itertools import pairwise

import numpy as np
import pytest

from annotator.agreement.f1 import hits, span_f1


def random_spans(random, n_spans, text, mean):
    """Return distinct spans, many of which overlap, in reading order."""
    starts, sizes = random.integers(0, text, n_spans), random.geometric(1 / mean, n_spans)
    return sorted(set(zip(starts.tolist(), (starts + sizes).tolist(), strict=True)))


def sharing(first, second):
    """Return which passages share a character, shape (first, second)."""
    one, other = (np.array(spans).reshape(-1, 2) for spans in (first, second))
    return (one[:, None, 0] < other[None, :, 1]) & (other[None, :, 0] < one[:, None, 1])


def test_overlap_is_the_largest_matching_scipy_finds():
    optimize = pytest.importorskip("scipy.optimize", reason="SciPy, an oracle of matching, is not installed")
    for seed in range(500):
        random = np.random.default_rng(seed)
        first, second = (random_spans(random, int(random.integers(0, 15)), 60, 8) for _ in range(2))
        table = sharing(first, second)
        expected = table[optimize.linear_sum_assignment(table, maximize=True)].sum()
        assert hits({"x": first}, {"x": second}, 1000, "overlap").first_hit == expected, seed


def test_many_passages_match_as_many_as_networkx_finds():
    networkx = pytest.importorskip("networkx", reason="NetworkX, an oracle of large matchings, is not installed")
    for seed in range(20):
        random = np.random.default_rng(seed)
        first, second = (random_spans(random, 150, 2000, 25) for _ in range(2))
        graph = networkx.Graph()
        graph.add_nodes_from(("first", row) for row in range(len(first)))
        graph.add_edges_from(
            (("first", row), ("second", column)) for row, column in np.argwhere(sharing(first, second))
        )
        matching = networkx.bipartite.hopcroft_karp_matching(graph, [node for node in graph if node[0] == "first"])
        assert hits({"x": first}, {"x": second}, 3000, "overlap").first_hit == len(matching) // 2, seed


def test_exact_is_what_nervaluate_calls_strict():
    nervaluate = pytest.importorskip("nervaluate", reason="nervaluate, an oracle of exact matches, is not installed")
    for seed in range(500):
        random = np.random.default_rng(seed)
        sides = []
        for _ in range(2):  # disjoint passages on a coarse grid, so that many are the same
            pieces = pairwise(np.flatnonzero(random.random(30) < 0.4).tolist())
            kept = [(5 * start, 5 * end, str(random.choice(["x", "y"]))) for start, end in pieces]
            sides.append([*(span for span in kept if random.random() < 0.7), (200, 210, "x")])
        layers = [{label: [span[:2] for span in side if span[2] == label] for label in "xy"} for side in sides]
        # The end of a record is its last character.
        first, second = (
            [{"start": start, "end": end - 1, "label": label} for start, end, label in side] for side in sides
        )
        evaluated = nervaluate.Evaluator([second], [first], tags=["x", "y"], loader="dict").evaluate()
        strict, result = evaluated["overall"]["strict"], span_f1(hits(*layers, 300, "exact"))
        figures = (result.precision.value, result.recall.value, result.f1.value)
        assert figures == pytest.approx((strict.precision, strict.recall, strict.f1)), seed

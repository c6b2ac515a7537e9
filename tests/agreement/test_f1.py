"""Span F1: by hand, and on random passages against its definitions written out."""

from functools import cache

import numpy as np
import pytest

from annotator.agreement.f1 import MODES, Hits, f1, hits, pair_hits, pool_hits, pool_pair_hits, span_f1
from annotator.agreement.measures import MEASURES
from tests.agreement.making import make_marked


def counted(first, second, mode, length=100):
    """Return the hits of two reviewers' passages, given in words."""
    marked = make_marked(first=first, second=second)
    return hits(marked["first"], marked["second"], length, mode)


@pytest.mark.parametrize(("mode", "expected"), [("exact", 0), ("overlap", 1), ("overlap_any", 1), ("char", 0.5)])
def test_half_overlapping_passages(mode, expected):
    sums = counted("0-4:x", "2-6:x", mode, length=10)
    assert span_f1(sums).f1.value == pytest.approx(expected)
    assert MEASURES[f"f1-{mode}"].takes == "hits"
    assert MEASURES[f"f1-{mode}"].compute(sums).value == pytest.approx(expected)


def test_precision_and_recall_are_shares_of_each_ones_passages():
    # The second has two of the first's three, the first two of the second's four.
    result = span_f1(counted("0-5:x 10-15:x 20-25:y", "0-5:x 10-15:x 20-25:x 30-35:y", "exact"))
    assert (result.precision.value, result.recall.value) == (pytest.approx(2 / 3), pytest.approx(2 / 4))
    assert result.f1.value == pytest.approx(4 / 7)
    assert (result.precision.n_units, result.recall.n_units, result.f1.n_units) == (3, 4, 7)
    assert result.as_dict()["f1"]["value"] == result.f1.value


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("exact", Hits(3, 2, 0, 0, 1)),
        ("overlap", Hits(3, 2, 2, 2, 1)),
        ("overlap_any", Hits(3, 2, 3, 2, 1)),
        ("char", Hits(16, 12, 6, 6, 1)),
    ],
)
def test_a_passage_is_matched_once_but_any_number_of_times_in_the_looser_mode(mode, expected):
    # 0-8 and 10-16 both reach into 6-12, which can serve one; 18-20 is inside 16-22.
    assert counted("0-8:x 10-16:x 18-20:x", "6-12:x 16-22:x", mode) == expected


def test_matching_is_the_largest_there_is():
    # Whoever matches first come, first served gives 0-10 to 0-30, and leaves nothing for 2-5.
    assert counted("0-30:x 2-5:x", "0-10:x 12-20:x", "overlap") == Hits(2, 2, 2, 2, 1)
    assert counted("2-5:x 0-30:x", "12-20:x 0-10:x", "overlap") == Hits(2, 2, 2, 2, 1)


def test_passages_that_abut_do_not_overlap():
    for mode in MODES:
        assert f1(counted("0-5:x", "5-9:x", mode)).value == 0


def test_passages_of_different_labels_never_match():
    for mode in MODES:
        assert f1(counted("0-5:x", "0-5:y", mode)).value == 0


def test_passages_are_a_set_and_are_not_merged():
    assert counted("0-5:x 0-5:x 3-8:x", "0-5:x", "exact") == Hits(2, 1, 1, 1, 1)
    assert counted("0-5:x 0-5:x 3-8:x", "0-5:x", "char") == Hits(8, 5, 5, 5, 1)


def test_documents_add_up_for_the_pairs_who_read_them():
    one = pair_hits(make_marked(b="0-5:x", a="0-5:x 7-9:x", c=""), 10, "exact")
    other = pair_hits(make_marked(a="0-5:x", c="0-5:x"), 10, "exact")
    both = pool_pair_hits([one, other])
    assert both == {
        ("a", "b"): Hits(2, 1, 1, 1, 1),
        ("a", "c"): Hits(3, 1, 1, 1, 2),
        ("b", "c"): Hits(1, 0, 0, 0, 1),
    }
    assert both["a", "c"] == pool_hits([one["a", "c"], other["a", "c"]])


@pytest.mark.parametrize("mode", MODES)
def test_one_marked_and_the_other_nothing(mode):
    result = span_f1(counted("0-4:x", "", mode))
    assert (result.precision.value, result.f1.value, result.recall.value) == (0, 0, None)
    assert result.recall.reason == (
        "Not computable: the second reviewer marked nothing in the documents both submitted."
    )
    result = span_f1(counted("", "0-4:x", mode))
    assert (result.precision.value, result.f1.value, result.recall.value) == (None, 0, 0)
    assert result.precision.reason == (
        "Not computable: the first reviewer marked nothing in the documents both submitted."
    )


@pytest.mark.parametrize("mode", MODES)
def test_neither_marked_anything(mode):
    result = span_f1(counted("", "", mode))
    for figure in (result.precision, result.recall, result.f1):
        assert figure.value is None
        assert figure.reason == "Not computable: neither reviewer marked anything in the documents both submitted."


@pytest.mark.parametrize("sums", [pool_hits([]), hits({}, {}, 0, "exact")], ids=["no documents", "empty text"])
def test_no_document_in_common(sums):
    result = span_f1(sums)
    for figure in (result.precision, result.recall, result.f1):
        assert figure.value is None
        assert figure.reason == "Not computable: no document has been submitted by both reviewers."


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("span", [(-1, 3), (8, 11), (4, 4), (5, 4)])
def test_an_impossible_span_is_refused(mode, span):
    with pytest.raises(ValueError, match=f"span {span[0]}-{span[1]} is not a passage"):
        hits({"x": [(0, 1), span]}, {}, 10, mode)
    with pytest.raises(ValueError, match=f"span {span[0]}-{span[1]} is not a passage"):
        hits({}, {"x": [span]}, 10, mode)


def random_pair(seed):
    """Return two reviewers' spans by label, dense and overlapping among themselves."""
    random = np.random.default_rng(seed)
    length = int(random.integers(5, 40))
    layers = []
    for _ in range(2):
        layer = {}
        for label in ("x", "y"):
            starts = random.integers(0, length, int(random.integers(0, 8)))
            sizes = 1 + random.integers(0, int(random.integers(1, length + 1)), len(starts))
            ends = np.minimum(length, starts + sizes)
            layer[label] = list(zip(starts.tolist(), ends.tolist(), strict=True))
        layers.append(layer)
    return *layers, length


def meets(one, other):
    return bool(set(range(*one)) & set(range(*other)))


def largest_matching(first, second):
    """Try every way to pair passages that share a character; return the size of the largest."""

    @cache
    def best(place, free):
        if place == len(first):
            return 0
        options = [index for index in free if meets(first[place], second[index])]
        return max(best(place + 1, free), *(1 + best(place + 1, free - {index}) for index in options), 0)

    return best(0, frozenset(range(len(second))))


BATCHES = pytest.mark.parametrize("seeds", [range(start, start + 50) for start in range(0, 500, 50)], ids=str)


def random_passages(seed):
    """Return the passages of a random pair without duplicates, label by label, and what overlap finds in them."""
    first, second, length = random_pair(seed)
    pairs = [[sorted(set(layers[label])) for layers in (first, second)] for label in "xy"]
    return pairs, hits(first, second, length, "overlap")


@BATCHES
def test_overlap_is_the_largest_matching_of_all(seeds):
    for seed in seeds:
        pairs, sums = random_passages(seed)
        expected = sum(largest_matching(first, second) for first, second in pairs)
        totals = [sum(map(len, side)) for side in zip(*pairs, strict=True)]
        assert sums == Hits(*totals, expected, expected, 1), seed


@pytest.mark.parametrize("seed", range(200))
def test_the_other_modes_are_counts_of_sets(seed):
    first, second, length = random_pair(seed)
    one, other = ({(label, *span) for label in each for span in each[label]} for each in (first, second))
    common = len(one & other)
    assert hits(first, second, length, "exact") == Hits(len(one), len(other), common, common, 1)
    touched = [
        sum(any(mine[0] == its[0] and meets(mine[1:], its[1:]) for its in theirs) for mine in ours)
        for ours, theirs in ((one, other), (other, one))
    ]
    assert hits(first, second, length, "overlap_any") == Hits(len(one), len(other), *touched, 1)
    one, other = ({(label, place) for label, *span in each for place in range(*span)} for each in (one, other))
    common = len(one & other)
    assert hits(first, second, length, "char") == Hits(len(one), len(other), common, common, 1)

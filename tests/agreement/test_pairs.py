"""Every two reviewers on passages: sums of many equal the figures of the two alone, whoever else read what."""

import random

import pytest

from annotator.agreement.continuum import pool_unitized, unitized
from annotator.agreement.f1 import MODES as F1_MODES
from annotator.agreement.f1 import f1, hits, pool_hits
from annotator.agreement.pairs import MODES, pair_f1, pair_sums, pair_u_alpha, pool_pairs
from annotator.agreement.unitizing import u_alpha
from tests.agreement.making import make_marked

LABELS = ("fact", "opinion", "ai")


def by_label(marked):
    return {label: {name: layers.get(label, []) for name, layers in marked.items()} for label in LABELS}


def random_document(chance):
    """A text some of six reviewers read, with passages that overlap, abut and repeat."""
    length = chance.randint(60, 200)
    names = chance.sample("abcdef", chance.randint(2, 5))
    marked = {name: {label: [] for label in LABELS} for name in names}
    for layers in marked.values():
        for spans in layers.values():
            for _ in range(chance.randint(0, 5)):
                start = chance.randrange(0, length - 5, 5)
                spans.append((start, min(length, start + chance.choice((5, 10, 15)))))
    return marked, length


@pytest.fixture(scope="module")
def study():
    chance = random.Random(20)
    return [random_document(chance) for _ in range(12)]


def pooled(study):
    return pool_pairs([pair_sums(by_label(marked), length) for marked, length in study], LABELS)


def both_read(study, first, second):
    return [(marked, length) for marked, length in study if first in marked and second in marked]


def test_u_alpha_of_two_is_that_of_the_two_alone(study):
    sums = pooled(study)
    compared = 0
    for one, first in enumerate(sums.reviewers):
        for other, second in enumerate(sums.reviewers):
            texts = both_read(study, first, second)
            if one == other or not texts:
                continue
            alone = [unitized({n: marked[n] for n in (first, second)}, length, joined=True) for marked, length in texts]
            expected, found = u_alpha(pool_unitized(alone)), pair_u_alpha(sums, one, other)
            assert found.value == pytest.approx(expected.value)
            assert (found.n_units, found.n_values) == (expected.n_units, expected.n_values)
            compared += 1
    assert compared >= 20


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("labels", [LABELS, ("fact",)])
def test_f1_of_two_is_that_of_the_two_alone(study, mode, labels):
    sums = pooled(study)
    for one, first in enumerate(sums.reviewers):
        for other, second in enumerate(sums.reviewers[:one]):
            layers = [
                ([{label: marked[n][label] for label in labels} for n in (first, second)], length)
                for marked, length in both_read(study, first, second)
            ]
            expected = f1(pool_hits(hits(*each, length, mode) for each, length in layers))
            assert pair_f1(sums, one, other, mode, labels).value == pytest.approx(expected.value)


def test_pooling_in_steps_pools_alike(study):
    parts = [pair_sums(by_label(marked), length) for marked, length in study]
    steps = pool_pairs([pool_pairs(parts[:5], LABELS), pool_pairs(parts[5:], LABELS)], LABELS)
    whole = pool_pairs(parts, LABELS)
    for field in ("hits", "own", "lengths", "squares", "differing", "documents"):
        assert getattr(steps, field) == pytest.approx(getattr(whole, field))


def test_by_hand():
    """agreement by hand: length 10, one marks 0-4 and the other 2-6; u 1 - 8 (400 - 44) / (20 * 192) = 0.258333."""
    sums = pair_sums({"fact": {"a": [(0, 4)], "b": [(2, 6)]}}, 10)
    assert pair_u_alpha(sums, 0, 1).value == pytest.approx(0.258333, abs=5e-7)
    found = [pair_f1(sums, 0, 1, mode, ["fact"]).value for mode in ("exact", "overlap", "char")]
    assert found == [0, 1, 0.5]


def test_reasons_tell_nothing_marked_from_all_marked_alike_and_from_nothing_read():
    empty = pair_sums(by_label(make_marked(a="", b="")), 10)
    assert "nobody marked anything" in pair_u_alpha(empty, 0, 1).reason
    assert "neither reviewer marked anything" in pair_f1(empty, 0, 1, "exact", LABELS).reason
    full = pair_sums(by_label(make_marked(a="0-10:fact", b="0-10:fact")), 10)
    assert "marked the whole text alike" in pair_u_alpha(full, 0, 1).reason
    strangers = pool_pairs([empty, pair_sums(by_label(make_marked(a="", c="")), 10)], LABELS)
    assert "no document has been submitted by both" in pair_u_alpha(strangers, 1, 2).reason
    assert "no document has been submitted by both" in pair_f1(strangers, 1, 2, "exact", LABELS).reason


def test_a_passage_outside_the_text_is_refused():
    with pytest.raises(ValueError, match="not a passage"):
        pair_sums(by_label(make_marked(a="5-12:fact", b="")), 10)


def test_the_modes_are_modes_of_f1_in_which_both_have_as_many_hits(study):
    for mode in MODES:
        assert mode in F1_MODES
        for marked, length in study:
            first, second = list(marked)[:2]
            found = hits(marked[first], marked[second], length, mode)
            assert found.first_hit == found.second_hit

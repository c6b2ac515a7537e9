"""Texts dealt out: fair loads, shared texts, nobody twice on one text, and what is there already is kept."""

import time
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.distribution import distribute, reading_places

CREW = [f"R-{number}" for number in range(12)]


def test_a_thousand_texts_for_twelve_reviewers_are_dealt_fairly_in_less_than_a_second() -> None:
    begun = time.process_time()
    plan = distribute(range(1000), CREW, 3)
    assert time.process_time() - begun < 1
    assert plan.n_given == 3000
    assert set(plan.loads.values()) == {250}
    assert all(len(readers) == 3 for readers in plan.readers.values())
    # 3,000 pairs of readers over 66 pairs of reviewers: 45 each, and nobody far from it.
    assert len(plan.shared) == 66
    assert sum(plan.shared.values()) == 3000
    assert min(plan.shared.values()) >= 40
    assert plan.apart == ()


@given(
    n_texts=st.integers(0, 40),
    n_reviewers=st.integers(0, 9),
    per_text=st.integers(1, 5),
    for_all=st.integers(0, 40),
    seed=st.integers(0, 5),
)
def test_loads_differ_by_one_at_most(n_texts: int, n_reviewers: int, per_text: int, for_all: int, seed: int) -> None:
    crew = CREW[:n_reviewers]
    for_all = min(for_all, n_texts)
    plan = distribute(range(n_texts), crew, per_text, for_all=for_all, seed=seed)
    assert not crew or max(plan.loads.values()) - min(plan.loads.values()) <= 1
    whole = [text for text, readers in plan.readers.items() if readers == set(crew)]
    assert len(whole) >= for_all
    assert all(len(readers) >= min(per_text, n_reviewers) for readers in plan.readers.values())
    assert all(len(new) == len(set(new)) for new in plan.given.values())
    for one, other in combinations(crew, 2):
        both = sum({one, other} <= readers for readers in plan.readers.values())
        assert plan.shared[frozenset((one, other))] == both


def test_what_is_read_already_stays_and_counts() -> None:
    read = {0: {"R-0", "gone"}, 1: {"R-0"}, 2: {"R-0"}}
    plan = distribute(range(6), CREW[:3], 2, read=read)
    assert 0 not in plan.given  # it has two readers, one of them outside the choice
    assert all(len(readers) >= 2 for readers in plan.readers.values())
    assert sorted(plan.loads.values()) == [3, 4, 4]  # 4 are read, 8 are given: the start made no difference
    assert plan.readers[0] == {"R-0", "gone"}
    again = distribute(range(6), CREW[:3], 2, read=plan.readers)
    assert again.given == {}


def test_nobody_is_given_a_text_they_are_kept_apart_from_though_everybody_else_reads_it() -> None:
    plan = distribute(range(4), CREW[:3], 1, for_all=4, apart={(0, "R-0"), (2, "R-1")})
    assert plan.readers == {0: {"R-1", "R-2"}, 1: {*CREW[:3]}, 2: {"R-0", "R-2"}, 3: {*CREW[:3]}}


def test_few_texts_cannot_bring_all_pairs_together() -> None:
    plan = distribute(range(3), CREW, 2)
    assert len(plan.apart) == 66 - 3
    assert plan.n_compared == 3


def test_single_readers_share_what_everybody_reads() -> None:
    plan = distribute(range(20), CREW[:4], 1, for_all=5)
    assert plan.n_compared == 5
    assert set(plan.shared.values()) == {5}
    assert sorted(plan.loads.values()) == [8, 9, 9, 9]


def test_a_seed_is_one_plan() -> None:
    assert distribute(range(50), CREW, 3, seed=4) == distribute(range(50), CREW, 3, seed=4)
    assert distribute(range(50), CREW, 3, seed=4).given != distribute(range(50), CREW, 3, seed=5).given


@pytest.mark.parametrize(
    ("texts", "reviewers", "options"),
    [
        ([1, 1], ["a"], {"per_text": 1}),
        ([1], ["a", "a"], {"per_text": 1}),
        ([1], ["a"], {"per_text": 0}),
        ([1], ["a"], {"per_text": 1, "for_all": 2}),
    ],
)
def test_what_makes_no_sense_is_refused(texts: list[int], reviewers: list[str], options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="text"):
        distribute(texts, reviewers, **options)


def covered_after(places, turns):
    """How often each text was read after so many turns of each reader."""
    return Counter(text for (text, _), place in places.items() if place <= turns)


@pytest.mark.parametrize("seed", range(5))
def test_every_text_is_read_once_before_any_is_read_twice(seed):
    texts, readers = range(12), "abcd"
    places = reading_places(dict.fromkeys(texts, readers), {}, seed=seed)
    for turns in range(1, 13):
        found = covered_after(places, turns)
        assert sum(found.values()) == turns * len(readers)
        counts = [found[text] for text in texts]
        assert max(counts) - min(counts) <= (1 if turns <= 3 else 2), turns
    for reader in readers:
        assert sorted(place for (_, who), place in places.items() if who == reader) == list(range(1, 13))


def test_what_was_read_least_before_comes_first():
    places = reading_places({"new": "a", "old": "a", "older": "a"}, {"old": 1, "older": 2})
    assert [text for (text, _), _ in sorted(places.items(), key=lambda each: each[1])] == ["new", "old", "older"]


def test_the_same_seed_gives_the_same_places_and_another_others():
    given = dict.fromkeys(range(30), "abc")
    assert reading_places(given, {}, seed=1) == reading_places(given, {}, seed=1)
    assert reading_places(given, {}, seed=1) != reading_places(given, {}, seed=2)
    assert reading_places({}, {}) == {}


def test_a_thousand_texts_for_twelve_readers_are_ordered_quickly():
    given = dict.fromkeys(range(1000), range(12))
    began = time.perf_counter()
    reading_places(given, {})
    assert time.perf_counter() - began < 5

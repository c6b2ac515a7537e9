"""Gamma of Mathet, Widlöcher and Métivier 2015: a published alignment, all alignments of small texts, pygamma.

The figures of the published example are those the authors' own software and pygamma-agreement print for it. To run the
comparison with the latter: pip install pygamma-agreement, which takes some 800 MB and a solver under GPL-3.
"""

from itertools import combinations

import numpy as np
import pytest

from annotator.agreement import gamma as module
from annotator.agreement.gamma import best_disorder, gamma, moved_at_random

pytest.importorskip("scipy", reason="SciPy, which finds the best alignment, is missing")

ALEX = "2-9:1 11-17:2 24-30:5 32-36:6 36-44:6 44-60:7"
PAUL = "2-9:1 11-17:3 19-25:5 32-44:6"
SUZAN = "2-9:1 11-17:4 21-27:5 32-36:6 36-40:6 40-44:6"


def read(words):
    parts = [part.split(":") for part in words.split()]
    return [(*(int(each) for each in place.split("-")), label) for place, label in parts]


EXAMPLE = [read(ALEX), read(PAUL), read(SUZAN)]


def draw(random, n_reviewers, n_most, length=40):
    found = []
    for _ in range(n_reviewers):
        starts = random.integers(0, length - 12, size=random.integers(0, n_most + 1))
        spans = {(int(start), int(start + random.integers(1, 12))) for start in starts}
        found.append([(*span, str(random.integers(3))) for span in sorted(spans)])
    return found


def test_published_example():
    assert best_disorder(EXAMPLE, alpha=3, beta=1) == pytest.approx(0.960625, abs=1e-12)
    found = gamma(EXAMPLE, 60, alpha=3, beta=1)
    assert found.value - found.error > 0.44
    assert found.value + found.error < 0.47
    assert (found.n_reviewers, found.n_passages) == (3, 16)
    assert found == gamma(EXAMPLE, 60, alpha=3, beta=1)
    assert found.value == pytest.approx(1 - found.observed / found.expected)


def alignments(reviewers):
    """Yield every way to part the passages into sets with one of each reviewer at most."""
    units = [(number, place) for number, each in enumerate(reviewers) for place in range(len(each))]

    def parted(left):
        if not left:
            yield []
            return
        (first, *others) = left
        for size in range(len(others) + 1):
            for more in combinations(others, size):
                chosen = [first, *more]
                if len({who for who, _ in chosen}) == len(chosen):
                    for rest in parted([each for each in others if each not in more]):
                        yield [dict(chosen), *rest]

    return parted(units)


def disorder_by_definition(reviewers, alignment, alpha, beta):
    def cost(first, second):
        if first is None or second is None:
            return 1
        place = (abs(first[0] - second[0]) + abs(first[1] - second[1])) / (first[1] - first[0] + second[1] - second[0])
        return alpha * place**2 + beta * (first[2] != second[2])

    total = 0
    for chosen in alignment:
        given = [each[chosen[number]] if number in chosen else None for number, each in enumerate(reviewers)]
        pairs = list(combinations(given, 2))
        total += sum(cost(*pair) for pair in pairs) / len(pairs)
    return total / (sum(len(each) for each in reviewers) / len(reviewers))


@pytest.mark.parametrize(("n_reviewers", "n_most"), [(2, 4), (3, 3), (4, 2)])
def test_best_alignment_is_the_best_of_all(n_reviewers, n_most):
    random = np.random.default_rng(7)
    for _ in range(40):
        reviewers = draw(random, n_reviewers, n_most)
        if not any(reviewers):
            continue
        alpha, beta = random.uniform(0, 3, size=2)
        least = min(disorder_by_definition(reviewers, each, alpha, beta) for each in alignments(reviewers))
        assert best_disorder(reviewers, alpha=alpha, beta=beta) == pytest.approx(least, abs=1e-9)


def test_laws():
    assert best_disorder(EXAMPLE[::-1]) == pytest.approx(best_disorder(EXAMPLE))
    assert best_disorder([[(s + 9, e + 9, label) for s, e, label in each] for each in EXAMPLE]) == pytest.approx(
        best_disorder(EXAMPLE)
    )
    alike = gamma([EXAMPLE[0]] * 3, 60)
    assert (alike.value, alike.error, alike.observed) == (1, 0, 0)
    assert best_disorder([EXAMPLE[0], []]) == 2, "all left alone: their number over half of it"
    assert gamma([EXAMPLE[0], read(ALEX.replace("2-9:1", "2-9:3"))], 60).value < 1


def test_moved_passages_keep_their_lengths_and_labels():
    random = np.random.default_rng(3)
    made = moved_at_random(EXAMPLE, 60, random)
    kinds = [sorted((end - start, label) for start, end, label in each) for each in EXAMPLE]
    assert len(made) == 3
    for each in made:
        assert sorted((end - start, label) for start, end, label in each) in kinds
        assert all(0 <= start <= 60 for start, _, _ in each)


@pytest.mark.parametrize(
    ("reviewers", "reason"),
    [([], module.TOO_FEW), ([EXAMPLE[0]], module.TOO_FEW), ([[], []], module.NOTHING_MARKED)],
)
def test_no_figure_is_a_reason(reviewers, reason):
    found = gamma(reviewers, 60)
    assert (found.value, found.reason, found.n_samples) == (None, reason, 0)


@pytest.mark.parametrize("passage", [(3, 3, "1"), (5, 3, "1"), (-1, 3, "1"), (58, 61, "1")])
def test_what_is_no_passage_of_the_text_is_refused(passage):
    with pytest.raises(ValueError, match="is not a passage of a text of 60 characters"):
        gamma([EXAMPLE[0], [passage]], 60)


def test_too_many_passages_on_one_place_are_a_reason():
    crowd = [[(start, 60, "1") for start in range(45)] for _ in range(5)]
    found = gamma(crowd, 60)
    assert (found.value, found.reason) == (None, module.TOO_MANY)


@pytest.fixture(scope="module")
def pygamma():
    found = pytest.importorskip("pygamma_agreement", reason="pygamma-agreement, an oracle for gamma, is missing")
    core = pytest.importorskip("pyannote.core")

    def continuum(reviewers):
        made = found.Continuum()
        for number, each in enumerate(reviewers):
            made.add_annotator(str(number))
            for start, end, label in each:
                made.add(str(number), core.Segment(start, end), label)
        return made

    return found, continuum


def test_best_alignments_of_500_random_texts_are_as_good_as_those_of_pygamma(pygamma):
    library, continuum = pygamma
    random = np.random.default_rng(11)
    n_compared = 0
    while n_compared < 500:
        reviewers = draw(random, int(random.integers(2, 5)), 6)
        if not all(reviewers):  # it takes nobody who marked nothing
            continue
        alpha, beta = (float(each) for each in random.uniform(0.1, 3, size=2).round(2))
        theirs = library.CombinedCategoricalDissimilarity(alpha=alpha, beta=beta, delta_empty=1)
        expected = continuum(reviewers).get_best_alignment(theirs).disorder
        assert best_disorder(reviewers, alpha=alpha, beta=beta) == pytest.approx(expected, abs=1e-5)
        n_compared += 1


def test_gamma_of_two_is_that_of_pygamma_within_what_chance_leaves(pygamma):
    """Of two, since pygamma 0.5.9 lets the third reviewer of a random text lie as near to the first as it happens."""
    library, continuum = pygamma
    random = np.random.default_rng(5)
    for _ in range(8):
        base = draw(random, 1, 9)[0] + [(0, 4, "0"), (36, 40, "1")]
        reviewers = [[each for each in base if random.random() < 0.9] + [(0, 4, "2"), (38, 40, "2")] for _ in range(2)]
        np.random.seed(1)
        theirs = continuum(reviewers).compute_gamma(
            library.CombinedCategoricalDissimilarity(alpha=1, beta=1, delta_empty=1),
            precision_level=0.01,
            sampler=library.ShuffleContinuumSampler(),
        )
        ours = gamma(reviewers, 40, precision=0.01)
        assert ours.observed == pytest.approx(theirs.best_alignment.disorder, abs=1e-5)
        assert ours.expected == pytest.approx(theirs.expected_disorder, rel=0.03)

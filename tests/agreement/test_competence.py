"""Dawid and Skene's model against crowd-kit where it is installed, against truth that was made, and its refusals."""

import json
import os

import numpy as np
import pytest

from annotator.agreement import competence as module
from annotator.agreement.competence import competence, fit_errors

SETS = 500 if os.environ.get("CREDENCE_FULL") else 15


def random_counts(seed):
    """Return made answers, shape (units, reviewers, labels): some units missing, some answered twice."""
    random = np.random.default_rng(seed)
    n_units, n_reviewers, n_labels = random.integers((20, 3, 2), (60, 6, 5))
    truth = random.integers(0, n_labels, n_units)
    counts = np.zeros((n_units, n_reviewers, n_labels), dtype=int)
    for reviewer in range(n_reviewers):
        matrix = random.dirichlet(np.ones(n_labels), n_labels) * 0.4 + 0.6 * np.eye(n_labels)
        for unit in range(n_units):
            for _ in range(random.choice([0, 1, 1, 1, 2])):
                counts[unit, reviewer, random.choice(n_labels, p=matrix[truth[unit]])] += 1
    return counts[counts.sum(axis=(1, 2)) > 0]


def answers_of(counts):
    return [
        (int(unit), f"reviewer {reviewer}", int(label))
        for unit, reviewer, label in np.argwhere(counts)
        for _ in range(counts[unit, reviewer, label])
    ]


def log_likelihood(counts, fit):
    """The probability of the answers, unit by unit; rows of errors nobody knows do not matter."""
    errors = np.where(np.isnan(fit.errors), 1, fit.errors)
    joint = fit.prior * (errors[None] ** counts[:, :, None, :]).prod(axis=(1, 3))
    return np.log(joint.sum(axis=1)).sum()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_random_sets_fit_as_in_crowd_kit(monkeypatch):
    # Step by step: crowd-kit's own stopping rule counts the prior once for each answer and may stop far too early.
    aggregation = pytest.importorskip("crowdkit.aggregation")
    pandas = pytest.importorskip("pandas")
    monkeypatch.setattr(module, "MOST_STEPS", 8)
    for seed in range(SETS):
        counts = random_counts(seed)
        found = fit_errors(counts)
        frame = pandas.DataFrame(answers_of(counts), columns=["task", "worker", "label"])
        other = aggregation.DawidSkene(n_iter=found.n_steps, tol=-np.inf).fit(frame)
        labels = sorted(frame.label.unique())
        assert found.posterior[:, labels] == pytest.approx(other.probas_.sort_index()[labels].to_numpy(), abs=1e-6)


@pytest.mark.parametrize("seed", range(30))
def test_the_likelihood_is_that_of_the_answers(seed):
    counts = random_counts(seed)
    found = fit_errors(counts)
    assert found.log_likelihood == pytest.approx(log_likelihood(counts, found))
    assert found.prior.sum() == pytest.approx(1)
    assert found.posterior.sum(axis=1) == pytest.approx(np.ones(len(counts)))
    rows = found.errors[~np.isnan(found.errors).any(axis=2)]
    assert rows.sum(axis=1) == pytest.approx(np.ones(len(rows)))
    assert found.prior == pytest.approx(found.posterior.mean(axis=0), abs=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_the_likelihood_rises_until_it_hardly_moves(seed, monkeypatch):
    counts = random_counts(seed)
    whole = fit_errors(counts)
    reached = []
    for steps in range(1, whole.n_steps + 1):
        monkeypatch.setattr(module, "MOST_STEPS", steps)
        reached.append(fit_errors(counts).log_likelihood)
    moves = np.diff(reached)
    assert (moves > -1e-10).all()
    assert (moves[:-1] >= 1e-8).all()
    assert moves[-1] < 1e-8


def test_equal_units_share_their_posterior_and_count_as_often_as_they_are():
    counts = random_counts(3)
    twice = fit_errors(np.concatenate([counts, counts]))
    once = fit_errors(counts)
    assert twice.errors == pytest.approx(once.errors, abs=1e-4)
    assert twice.posterior[: len(counts)] == pytest.approx(twice.posterior[len(counts) :])
    assert twice.log_likelihood == pytest.approx(2 * once.log_likelihood)


def test_made_habits_are_found_again():
    random = np.random.default_rng(8)
    truth = random.choice(3, 4000, p=(0.6, 0.3, 0.1))
    right = (0.95, 0.8, 0.65, 0.5)
    answers = []
    for reviewer, share in enumerate(right):
        said = np.where(random.random(4000) < share, truth, (truth + random.integers(1, 3, 4000)) % 3)
        answers += [(unit, str(reviewer), label) for unit, label in enumerate(said.tolist())]
    found = competence(answers, (0, 1, 2))
    assert found.fit.competence == pytest.approx(right, abs=0.05)
    assert found.fit.prior == pytest.approx((0.6, 0.3, 0.1), abs=0.04)
    assert (found.fit.posterior.argmax(axis=1) == truth).mean() > 0.93


def answers_on(units, reviewers="abc"):
    return [(unit, reviewer, unit % 2) for unit in range(units) for reviewer in reviewers]


@pytest.mark.parametrize("answers", [[], answers_on(29), answers_on(100, "ab"), answers_on(100, "ab") + answers_on(29)])
def test_too_few_reviewers_or_units_have_a_reason(answers):
    found = competence(answers, (0, 1))
    assert found.fit is None
    assert found.reason == "Not computable: competence wants 3 reviewers who judged 30 units each."


def test_thirty_units_are_enough():
    found = competence(answers_on(30), (0, 1))
    assert found.reason == ""
    assert found.fit.competence == pytest.approx([1, 1, 1])


def test_answering_one_unit_again_makes_no_new_unit():
    answers = answers_on(29) + [(unit, reviewer, 1 - unit % 2) for unit in range(9) for reviewer in "abc"]
    assert competence(answers, (0, 1)).fit is None
    assert competence(answers, (0, 1)).left_out == {"a": 29, "b": 29, "c": 29}


def test_a_reviewer_with_few_units_is_left_out_and_named():
    answers = answers_on(40) + [(unit, "new", 1 - unit % 2) for unit in range(12)]
    found = competence(answers, (0, 1))
    assert found.reviewers == ("a", "b", "c")
    assert found.left_out == {"new": 12}
    assert found.fit.errors == pytest.approx(competence(answers_on(40), (0, 1)).fit.errors)


def test_a_label_a_reviewer_never_met_is_unknown_and_does_not_lower_competence():
    answers = answers_on(40, "abc") + [(unit, "d", 0) for unit in range(0, 80, 2)]
    answers += [(unit, reviewer, 0) for unit in range(40, 80, 2) for reviewer in "abc"]
    found = competence(answers, (0, 1, 2))
    assert np.isnan(found.fit.errors[3]).tolist() == [[False] * 3, [True] * 3, [True] * 3]
    assert found.fit.competence == pytest.approx([1, 1, 1, 1])
    stored = json.loads(json.dumps(found.as_dict()))
    assert stored["errors"]["d"] == [[1, 0, 0], [None] * 3, [None] * 3]
    assert stored["competence"]["d"] == pytest.approx(1)


def test_a_label_a_reviewer_has_not_met_yet_is_not_ruled_out():
    # All of a, b and c take some of the units of 1 for 0, so the units on which d joins them in saying 0 may be 1.
    patterns = [(0, 0, 0), (1, 1, 1), (0, 1, 1), (1, 0, 1), (1, 1, 0)]
    answers = [
        (unit, reviewer, label)
        for unit in range(200)
        for reviewer, label in zip("abc", patterns[unit % 5], strict=True)
    ]
    joined = [(unit, "d", 0) for unit in range(0, 200, 5)]
    without, found = (competence(given, (0, 1)).fit for given in (answers, answers + joined))
    assert 0.01 < without.posterior[0, 1] < 0.2
    assert 0.001 < found.posterior[0, 1] < 0.2


def test_no_competence_has_a_json_form_too():
    assert json.loads(json.dumps(competence([], (0, 1)).as_dict())) == {
        "labels": [0, 1],
        "left_out": {},
        "reason": "Not computable: competence wants 3 reviewers who judged 30 units each.",
    }


def test_a_label_the_codebook_does_not_have_is_refused():
    with pytest.raises(ValueError, match="2 is none of the labels"):
        competence([*answers_on(30), (1, "a", 2)], (0, 1))


@pytest.mark.parametrize("counts", [np.zeros((3, 2, 2)), np.ones((3, 2)), np.empty((0, 3, 2))])
def test_units_without_answers_are_refused(counts):
    with pytest.raises(ValueError, match="answers on every unit"):
        fit_errors(counts)

"""A. P. Dawid & A. M. Skene 1979, table 1: five anaesthetists judge 45 patients on four points, the first thrice."""

import numpy as np
import pytest

from annotator.agreement.competence import competence

# By patient: three readings of observer 1, then one of each of observers 2 to 5.
TABLE = """
1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223 4444444 2223343 1111111 2223212 1211111
1112111 1111111 1111111 2222221 2221322 2222222 2222221 2223222 2212222 1111111 1111111 2322222 1111111 1111111 1121121
1111111 3333233 1111111 2222222 2223232 4334343 2212232 2323233 3333432 1111111 1111111 1212111 2322222 1211111 2222222
"""
OBSERVERS = "1112345"
ANSWERS = [
    (patient, observer, int(label))
    for patient, answers in enumerate(TABLE.split(), 1)
    for observer, label in zip(OBSERVERS, answers, strict=True)
]


@pytest.fixture(scope="module")
def found():
    return competence(ANSWERS, (1, 2, 3, 4))


def test_the_prior_is_the_printed_one(found):
    assert found.fit.prior == pytest.approx([0.40, 0.42, 0.11, 0.07], abs=0.005)


def test_the_first_observer_reads_as_printed(found):
    assert found.reviewers == tuple("12345")
    assert np.diagonal(found.fit.errors[0]) == pytest.approx([0.89, 0.88, 0.66, 0.44], abs=0.005)


def test_patients_of_whom_all_say_the_same_are_certain(found):
    assert found.units[10] == 11
    assert found.fit.posterior[10] == pytest.approx([0, 0, 0, 1], abs=1e-6)


def test_competence_is_the_diagonal_weighted_by_the_prior(found):
    assert found.fit.competence[0] == pytest.approx(0.40 * 0.89 + 0.42 * 0.88 + 0.11 * 0.66 + 0.07 * 0.44, abs=0.01)


def test_the_order_of_answers_changes_nothing(found):
    other = competence(ANSWERS[::-1], (1, 2, 3, 4))
    assert other.fit.errors == pytest.approx(found.fit.errors)
    assert other.fit.posterior[::-1] == pytest.approx(found.fit.posterior)

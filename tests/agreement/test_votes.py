"""Votes: the tables of two reviewers and of one against the others, counted unit by unit; nothing lost in pooling."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from annotator.agreement.competence import FEWEST_UNITS, TOO_LITTLE, UNSETTLED, competence, competence_of_votes
from annotator.agreement.consensus import confusion as consensus_confusion
from annotator.agreement.kappa import confusion
from annotator.agreement.spans import ink_before, merge
from annotator.agreement.votes import ABSENT, against_others, crossed, pool_votes, recoded, sentence_votes, unit_votes

READERS = ("ann", "bob", "cat", "dan")
LABELS = [(), ("fact",), ("fact", "opinion"), ("opinion",)]
UNITS = some.lists(some.dictionaries(some.sampled_from(READERS), some.sampled_from(LABELS), min_size=1), max_size=12)


def random_units(seed, n, values=LABELS, missing=0.2):
    chance = random.Random(seed)
    units = [{name: chance.choice(values) for name in READERS if chance.random() > missing} for _ in range(n)]
    return [unit for unit in units if unit]


@given(UNITS)
def test_tables_of_two_are_those_counted_unit_by_unit(units):
    votes = unit_votes(units, READERS)
    tables = crossed(votes)
    codes = {value: place for place, value in enumerate(votes.values)}
    for one, first in enumerate(READERS):
        for other, second in enumerate(READERS):
            given_by = [[codes[unit[name]] if name in unit else np.nan for unit in units] for name in (first, second)]
            assert (tables[one, other] == confusion(*given_by, range(len(codes)))).all()


@given(UNITS)
def test_tables_against_the_others_are_those_counted_unit_by_unit(units):
    votes = unit_votes(units, READERS)
    found = against_others(votes)
    for place, name in enumerate(READERS):
        assert (found[place][:, :-1] == consensus_confusion(units, name, votes.values)).all()
        asked = sum(name in unit and len(unit) > 1 for unit in units)
        assert found[place].sum() == asked, "each unit that another judged too is somewhere, if in no majority"


@given(some.lists(UNITS, max_size=4))
def test_pooling_documents_counts_what_one_document_of_all_their_units_would(parts):
    together = [unit for units in parts for unit in units]
    step_by_step = pool_votes([pool_votes(unit_votes(units, READERS) for units in parts[:2])])
    pooled = pool_votes([step_by_step, *(unit_votes(units, READERS) for units in parts[2:])])
    whole = unit_votes(together, READERS if parts else ())
    assert (pooled.reviewers, pooled.values) == (whole.reviewers, whole.values)
    assert len(pooled.times) == len(whole.times), "equal units are one pattern"
    assert (crossed(pooled) == crossed(whole)).all()
    assert (against_others(pooled) == against_others(whole)).all()


def test_more_reviewers_than_a_number_can_key_are_pooled_too():
    names = [f"r{number:02}" for number in range(45)]
    units = [dict.fromkeys(names, 1), dict.fromkeys(names, 1), dict.fromkeys(names, 2)]
    pooled = pool_votes([unit_votes(units, names), unit_votes(units[:1], names)])
    assert sorted(pooled.times.tolist()) == [1, 3]


def test_who_did_not_read_a_document_is_absent_from_its_units():
    pooled = pool_votes([unit_votes([{"ann": 1, "bob": 1}], ("ann", "bob")), unit_votes([{"cat": 2}], ("cat",))])
    assert sorted(pooled.patterns.tolist()) == [[ABSENT, ABSENT, 1], [0, 0, ABSENT]]
    assert crossed(pooled)[0, 2].sum() == 0


def test_a_vote_of_a_stranger_is_refused():
    with pytest.raises(ValueError, match="cat is none of the reviewers"):
        unit_votes([{"cat": 1}], ("ann", "bob"))


def test_sentences_are_voted_on_with_sets_of_labels_and_no_label_is_a_vote():
    marked = {
        "fact": {"ann": merge([(0, 10)], 30), "bob": merge([(0, 4), (10, 20)], 30)},
        "opinion": {"ann": merge([(0, 10)], 30), "bob": merge([], 30)},
    }
    votes = sentence_votes(marked, ("bob", "ann"), (10, 20, 30), ink_before("x" * 30))
    assert votes.reviewers == ("ann", "bob")
    assert votes.values == ((), ("fact",), ("fact", "opinion"))
    table = crossed(votes)[0, 1]
    assert table.tolist() == [[1, 1, 0], [0, 0, 0], [1, 0, 0]], "four of ten characters mark no sentence"


def test_a_document_without_sentences_has_no_votes():
    marked = {"fact": {"ann": merge([(0, 10)], 30), "bob": merge([], 30)}}
    votes = sentence_votes(marked, ("ann", "bob"), (), ink_before("x" * 30))
    assert (votes.reviewers, votes.n_units) == (("ann", "bob"), 0)


def test_recoding_joins_values_and_refuses_strange_ones():
    votes = unit_votes([{"ann": 1, "bob": 2}, {"ann": 3, "bob": 2}], ("ann", "bob"))
    odd = recoded(votes, lambda value: value % 2, (0, 1))
    assert (odd.patterns.tolist(), odd.times.tolist()) == ([[1, 0]], [2])
    with pytest.raises(ValueError, match="none of the values"):
        recoded(votes, lambda value: value, (1, 2))


def test_the_model_fitted_to_votes_is_that_fitted_to_answers():
    units = random_units(3, 90)
    answers = [
        (number, name, value) for number, unit in enumerate(units) if len(unit) > 1 for name, value in unit.items()
    ]
    votes = unit_votes(units, READERS)
    found, expected = competence_of_votes(votes), competence(answers, votes.values)
    assert found.reviewers == expected.reviewers == READERS
    assert found.fit.prior == pytest.approx(expected.fit.prior, abs=1e-6)
    assert found.fit.competence == pytest.approx(expected.fit.competence, abs=1e-6)


def test_the_model_wants_three_reviewers_of_thirty_units_and_names_who_has_fewer():
    unit = {"ann": 1, "bob": 1, "cat": 2}
    few = competence_of_votes(unit_votes([unit] * (FEWEST_UNITS - 1), READERS))
    assert (few.fit, few.reason) == (None, TOO_LITTLE)
    enough = competence_of_votes(unit_votes([unit] * FEWEST_UNITS, READERS))
    assert enough.reviewers == ("ann", "bob", "cat")
    assert enough.left_out == {"dan": 0}


def test_a_fit_that_finds_no_rest_in_time_is_none(monkeypatch):
    monkeypatch.setattr("annotator.agreement.competence.MOST_WORK", 1)
    found = competence_of_votes(unit_votes(random_units(5, 90), READERS))
    assert (found.fit, found.reason) == (None, UNSETTLED)


def test_reviewers_left_without_company_are_left_out_too():
    """Dan shared 40 units, but with others who judged one unit each; Eve loses Dan, and is left with 20."""
    passers = [f"once {number}" for number in range(40)]
    units = [dict.fromkeys(("ann", "bob", "cat"), number % 2) for number in range(60)]
    units += [{"dan": number % 2, name: 1} for number, name in enumerate(passers)]
    units += [{"eve": 0, "dan": 1} for _ in range(15)] + [{"eve": 0, "ann": 1} for _ in range(20)]
    found = competence_of_votes(unit_votes(units, ("ann", "bob", "cat", "dan", "eve", *passers)))
    assert found.reviewers == ("ann", "bob", "cat")
    assert found.left_out == {"dan": 55, "eve": 35} | dict.fromkeys(passers, 1)
    assert found.fit.competence == pytest.approx([1, 1, 1])


def test_units_of_one_reviewer_alone_make_no_company():
    units = [{name: number % 2} for name in "abc" for number in range(FEWEST_UNITS)]
    found = competence_of_votes(unit_votes(units, "abc"))
    assert (found.fit, found.reason) == (None, TOO_LITTLE)


def test_votes_of_more_reviewers_than_a_number_has_bits_stay_apart():
    names = [f"reader {number:02}" for number in range(70)]
    units = [{names[0]: 1, names[66]: 1}, {names[0]: 1, names[67]: 1}]
    tables = crossed(pool_votes([unit_votes(units, names)]))
    assert [int(tables[0, other].sum()) for other in range(65, 69)] == [0, 1, 1, 0]

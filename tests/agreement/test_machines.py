"""Machines beside people's consensus: by hand and by another library, and never among the people."""

from dataclasses import replace

import krippendorff
import pytest

from annotator.agreement.machines import NO_MAJORITY, machines
from annotator.agreement.report import report
from tests.agreement.making import CODEBOOK, SENTENCES, make_coding, of_four


def marking(name, numbers, credibility=None, **other):
    marks = [("fact", *SENTENCES[number], {"slant": 0}) for number in numbers]
    return make_coding(name, marks, {"credibility": credibility} if credibility else None, **other)


PEOPLE = [marking("a", [0, 1], 2), marking("b", [0], 2), marking("c", [0, 1, 2], 4)]
MACHINE = marking("m", [0, 3], 4, kind="machine")


def test_a_machine_stands_beside_what_most_people_mark():
    (found,) = machines([of_four(*PEOPLE, MACHINE)], CODEBOOK)
    row = found.labels[0]
    assert (found.machine, found.n_documents) == ("m", 1)
    # Two of three mark the first two sentences: 8 and 11 characters; the machine the first and the last: 8 and 12.
    assert (row.machine, row.people, row.both, row.length) == (20, 19, 8, 43)
    judged = [[1, 1, 0, 0], [1, 0, 0, 1]]
    assert row.alpha.value == pytest.approx(krippendorff.alpha(judged, level_of_measurement="nominal"))
    assert row.among_people == report([of_four(*PEOPLE)], CODEBOOK).labels[0].sentence_alpha


def test_a_scale_compares_the_point_that_most_people_gave():
    split = [marking("a", [0], 1), marking("b", [0], 2), marking("m", [0], 2, kind="machine")]
    documents = [
        of_four(*PEOPLE, MACHINE),
        of_four(*split, slug="split"),
        of_four(marking("a", [], 5), marking("b", [], 5), marking("m", [], 5, kind="machine"), slug="five"),
    ]
    (found,) = machines(documents, CODEBOOK)
    row = found.scales[-1]
    assert (row.scale, row.n_split, row.alpha.n_units) == ("credibility", 1, 2)
    assert row.alpha.value == pytest.approx(krippendorff.alpha([[2, 5], [4, 5]], level_of_measurement="ordinal"))


def test_one_persons_rating_is_no_consensus():
    documents = [
        of_four(marking("a", [0], 2), marking("b", [0]), marking("m", [0], 2, kind="machine")),
        of_four(marking("a", [1], 4), marking("b", [2]), marking("m", [0], 5, kind="machine"), slug="other"),
    ]
    (found,) = machines(documents, CODEBOOK)
    assert found.n_documents == 2
    assert (found.scales[-1].alpha.reason, found.scales[-1].n_split) == (NO_MAJORITY, 0)
    # On the first text all rated the first sentence, on the other the people rated one each of their own.
    assert found.scales[0].alpha.n_units == 1


def test_a_document_that_one_person_read_is_compared_with_nothing():
    (found,) = machines([of_four(PEOPLE[0], MACHINE)], CODEBOOK)
    assert (found.n_documents, found.scales[-1].alpha.reason) == (0, NO_MAJORITY)
    assert found.labels[0].alpha.value is None


def test_people_who_saw_others_work_make_no_consensus():
    informed = [replace(each, independent=False) for each in PEOPLE]
    documents = [of_four(*informed, MACHINE)]
    assert machines(documents, CODEBOOK)[0].n_documents == 0
    assert machines(documents, CODEBOOK, independent=None)[0].n_documents == 1


def test_without_a_machine_there_is_nothing():
    assert machines([of_four(*PEOPLE)], CODEBOOK) == ()

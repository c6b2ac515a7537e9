"""Reviewers compared on each subject, against figures that other libraries give for tables written out by hand."""

import json
from dataclasses import replace

import krippendorff
import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from annotator.agreement.comparison import (
    FEW_REVIEWERS,
    SENTENCES_UNMARKED,
    bases_of,
    compare_document,
    comparison,
    pool_compared,
    subjects,
)
from annotator.agreement.selection import select
from tests.agreement.making import BASIS, CODEBOOK, make_coding, make_document
from tests.agreement.test_report import FACT_SENTENCES, make_study

NAMES = ("ann", "bob", "cat", "dan")
# What each gives the nine sentences, by label; the third of each row read the first text only, the fourth the second.
SENTENCES = {
    "fact": FACT_SENTENCES,
    "opinion": [
        [0, 0, 1, 1, 0, 0, 0, 0, 0],
        [0, 0, 1, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, *[np.nan] * 4],
        [*[np.nan] * 5, 0, 0, 0, 0],
    ],
}
CREDIBILITY = [[2, 5], [3, np.nan], [2, np.nan], [np.nan, 4]]


def counted(documents):
    return [each for each in select(documents).documents if len(each.codings) > 1 and each.text]


@pytest.fixture(scope="module")
def sums():
    return pool_compared([compare_document(each, CODEBOOK) for each in counted(make_study())], CODEBOOK)


def on(sums, key, codebook=CODEBOOK):
    return comparison(sums, next(each for each in subjects(codebook) if each.key == key), codebook)


@pytest.mark.parametrize("label", SENTENCES)
def test_kappa_of_every_two_is_that_of_scikit_learn(sums, label):
    found = on(sums, f"label-{label}")
    assert (found.measure, found.unit, found.values) == ("cohen", "sentence", ((), (label,)))
    rows = np.array(SENTENCES[label])
    for row in found.pairs:
        first, second = rows[NAMES.index(row.first)], rows[NAMES.index(row.second)]
        shared = ~np.isnan(first) & ~np.isnan(second)
        assert row.agreement.n_units == shared.sum()
        if row.agreement.value is not None:
            assert row.agreement.value == pytest.approx(cohen_kappa_score(first[shared], second[shared]))
            assert row.percent.value == pytest.approx((first == second)[shared].mean())


def test_alpha_of_every_two_on_a_scale_is_that_of_the_krippendorff_library(sums):
    found = on(sums, "scale-credibility")
    assert (found.measure, found.unit, found.values) == ("alpha-ordinal", "document", (1, 2, 3, 4, 5))
    table = np.array(CREDIBILITY)
    for row in found.pairs:
        two = table[[NAMES.index(row.first), NAMES.index(row.second)]]
        n_units = (~np.isnan(two)).all(axis=0).sum()
        assert row.agreement.n_units == n_units
        if row.agreement.value is not None:
            assert row.agreement.value == pytest.approx(krippendorff.alpha(two, level_of_measurement="ordinal"))
    assert found.pairs[0].f1_exact is None


def test_tables_leave_out_what_one_of_two_did_not_judge(sums):
    slant = on(sums, "scale-slant")
    row = slant.pair("bob", "ann")
    cells = {
        (slant.values[one], slant.values[other]): times
        for one, counts in enumerate(row.table)
        for other, times in enumerate(counts)
        if times
    }
    assert (row.first, row.second, cells) == ("ann", "bob", {(1, 2): 1, (-2, -1): 1, (0, 0): 1})
    assert slant.pair("ann", "dan").table == ((0,) * 5,) * 5
    assert "no passage in common" in slant.pair("ann", "dan").agreement.reason


def test_a_label_that_lies_across_the_others_is_no_value_beside_them(sums):
    assert bases_of(CODEBOOK).keys() == {"ai"}
    found = on(sums, "all")
    assert found.values == ((), ("fact",), ("opinion",))
    assert found.pair("ann", "dan").table == ((3, 0, 0), (1, 0, 0), (0, 0, 0)), "marked fact and machine text: fact"
    assert on(sums, "label-ai").pair("ann", "dan").table == ((3, 0), (1, 0))
    plain = replace(CODEBOOK, scales=())
    documents = [compare_document(each, plain) for each in counted(make_study())]
    assert ("ai", "fact") in on(pool_compared(documents, plain), "all", plain).values


def test_means_are_over_the_others_with_whom_a_figure_is_defined(sums):
    found = on(sums, "label-opinion")
    ann = found.readers[0]
    values = {row.second: row.agreement.value for row in found.pairs if row.first == "ann"}
    assert values["dan"] is None, "neither marked an opinion"
    assert found.pair("ann", "dan").agreement.reason == SENTENCES_UNMARKED
    assert ann.agreement.value == pytest.approx((values["bob"] + values["cat"]) / 2)
    assert (ann.agreement.n_pairs, ann.agreement.n_undefined) == (2, 1)
    cat = found.readers[2]
    assert (cat.agreement.n_pairs, cat.f1_exact.value) == (2, 0)


def test_a_reviewer_meets_the_majority_of_the_others(sums):
    found = on(sums, "label-fact")
    # First text: ann and bob differ from cat thrice, and for ann and bob the others split where these differ.
    # Second text: ann and bob mark the second sentence, dan none: three of four sentences are nobody's.
    by_name = {row.reviewer: row for row in found.readers}
    assert (by_name["cat"].majority.value, by_name["cat"].majority.n_units) == (2 / 5, 5)
    assert (by_name["dan"].majority.value, by_name["dan"].majority.n_units) == (3 / 4, 4)
    assert by_name["ann"].n_undecided == 4
    assert by_name["ann"].majority.value == 1
    assert by_name["dan"].table == ((3, 1, 0), (0, 0, 0))


def test_of_two_reviewers_there_is_no_majority_of_others():
    two = make_document([make_coding("ann", [("fact", 0, 10)]), make_coding("bob")])
    found = on(compare_document(two, CODEBOOK), "label-fact")
    assert [row.majority.reason for row in found.readers] == [FEW_REVIEWERS] * 2
    assert found.competence_reason


def test_documents_add_up_in_any_order_and_nothing_is_a_study_without_reviewers(sums):
    parts = [compare_document(each, CODEBOOK) for each in counted(make_study())]
    turned = pool_compared(parts[::-1], CODEBOOK)
    for subject in subjects(CODEBOOK):
        assert comparison(turned, subject, CODEBOOK) == comparison(sums, subject, CODEBOOK)
        nothing = comparison(pool_compared([], CODEBOOK), subject, CODEBOOK)
        assert (nothing.reviewers, nothing.pairs, nothing.readers) == ((), (), ())


def test_every_subject_has_its_key_and_goes_into_json(sums):
    listed = subjects(CODEBOOK)
    assert [each.key for each in listed][:3] == ["all", "label-fact", "label-opinion"]
    for subject in listed:
        read = json.loads(json.dumps(comparison(sums, subject, CODEBOOK).as_dict()))
        assert read["subject"]["key"] == subject.key
        assert len(read["pairs"]) == 6


def test_a_codings_other_order_changes_nothing():
    documents = counted(make_study())
    turned = [replace(each, codings=each.codings[::-1]) for each in documents]
    for one, other in zip(documents, turned, strict=True):
        for subject in subjects(CODEBOOK):
            found = [comparison(compare_document(each, CODEBOOK), subject, CODEBOOK) for each in (one, other)]
            assert found[0] == found[1]


def test_a_rating_nobody_else_gave_is_no_unit():
    document = make_document(
        [
            make_coding("ann", [("fact", 0, 10, {"slant": 1}), ("fact", 50, 60, {"slant": 2})]),
            make_coding("bob", [("fact", 0, 10, {"slant": 1}), ("opinion", 80, 90, {"slant": 9})]),
        ]
    )
    found = on(compare_document(document, CODEBOOK), "scale-slant")
    assert [row.n_units for row in found.readers] == [1, 1]


def test_only_a_nominal_scale_of_passages_of_one_label_makes_that_label_lie_across():
    assert bases_of(CODEBOOK) == {"ai": BASIS}
    for change in ({"level": "ordinal"}, {"target": "document"}, {"labels": ("ai", "fact")}, {"labels": ()}):
        other = replace(BASIS, **change)
        assert bases_of(replace(CODEBOOK, scales=(other,))) == {}

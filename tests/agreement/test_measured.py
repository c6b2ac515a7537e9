"""Documents measured one by one and added up in blocks and groups give the report of all, whatever their order."""

import krippendorff
import numpy as np
import pytest

from annotator.agreement.alpha import alpha_from_coincidences, ordinal
from annotator.agreement.chance import shares
from annotator.agreement.counts import coincidences
from annotator.agreement.measured import BLOCK, GROUP, blocks, measure, pool_groups, pool_tallies
from annotator.agreement.ratings import document_ratings, pool_ratings
from annotator.agreement.report import pooled_report, report
from tests.agreement.making import CODEBOOK, CREDIBILITY, make_coding, make_document
from tests.agreement.test_report import many_documents


def test_report_from_documents_measured_apart_is_the_report_to_the_last_digit():
    documents = many_documents()
    measured = {each.row.key: each for each in (measure(document, CODEBOOK) for document in documents)}
    tallies = {key: each.tally for key, each in measured.items()}
    pooled = pool_groups(tallies, lambda parts: pool_tallies(parts, CODEBOOK))
    found = pooled_report(pooled, CODEBOOK, [each.row for each in measured.values()])
    assert found.as_dict() == report(documents).as_dict()


def test_order_of_documents_changes_no_digit_of_a_figure():
    documents = many_documents()
    one, other = report(documents), report(documents[::-1])
    assert (one.labels, one.scales) == (other.labels, other.scales)
    assert list(other.per_document) == list(one.per_document)[::-1]


def test_one_document_more_changes_one_block_of_one_group_unless_their_number_doubles():
    keys = [(f"text-{number}", 1) for number in range(300)]
    before, after = ([block for group in blocks(each) for block in group] for each in (keys, [("another", 1), *keys]))
    assert sorted(key for block in before for key in block) == sorted(keys)
    assert len(before) == len(after) == 64
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1
    assert max(len(block) for block in before) < 3 * BLOCK
    assert [len(group) for group in blocks(keys)] == [GROUP] * 16


def test_few_documents_are_one_group_and_none_are_one_too():
    keys = [(f"text-{number}", 1) for number in range(BLOCK)]
    assert blocks([]) == [[[]]]
    assert [[len(block) for block in group] for group in blocks(keys)] == [[BLOCK]]
    assert [len(group) for group in blocks([*keys, ("another", 1)])] == [2]


def test_a_document_given_twice_is_refused():
    document = make_document([make_coding("ann"), make_coding("bob")])
    with pytest.raises(ValueError, match="given twice"):
        report([document, document])


def test_answers_are_summed_as_cannot_be_judged_and_judged_in_this_order():
    given = {"ann": 6, "bob": 3, "cat": 3}
    document = make_document([make_coding(name, (), {"credibility": point}) for name, point in given.items()])
    found = document_ratings(document, CREDIBILITY)
    assert found.judged.totals.tolist() == [1, 2]
    assert (found.judging, found.reviewers) == ({"ann", "bob", "cat"}, {"bob", "cat"})


def test_documents_with_values_of_another_codebook_version_are_added_up_value_by_value():
    given = [{"ann": 4, "bob": 3, "cat": 4}, {"ann": 0, "bob": 3, "cat": 0}, {"ann": 9, "bob": 2}, {"bob": 5, "cat": 5}]
    documents = [
        make_document(
            [make_coding(name, (), {"credibility": point}) for name, point in one.items()], slug=f"text-{place}"
        )
        for place, one in enumerate(given)
    ]
    found = pool_ratings([document_ratings(document, CREDIBILITY) for document in documents])
    assert found.values.tolist() == [0, 1, 2, 3, 4, 5, 9]
    names = ["ann", "bob", "cat"]
    assert list(found.without) == names
    data = np.array([[one.get(name, np.nan) for one in given] for name in names])
    for left, sums in [(None, found.units), *found.without.items()]:
        kept = data[[name != left for name in names]]
        of_all = [(kept == value).sum(axis=0) for value in found.values]
        assert sums.pairs == pytest.approx(coincidences(np.array(of_all).T).pairs)
        alpha = alpha_from_coincidences(sums, found.values, ordinal, 3).value
        assert alpha == pytest.approx(krippendorff.alpha(kept, level_of_measurement="ordinal"))
    assert found.shares.pairs == pytest.approx(
        shares(np.array([(data == value).sum(axis=0) for value in found.values]).T).pairs
    )
    assert found.by_document.sum(axis=0) == pytest.approx(found.units.pairs)
    assert [each.nonzero()[0].tolist() for each in found.by_document.sum(axis=2)] == [[3, 4], [0, 3], [2, 6], [5]]

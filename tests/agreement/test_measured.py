"""Documents measured one by one and added up in blocks give the report of all, whatever their order."""

import pytest

from annotator.agreement.measured import BLOCK, blocks, measure, pool_tallies
from annotator.agreement.ratings import document_ratings
from annotator.agreement.report import pooled_report, report
from tests.agreement.making import CODEBOOK, CREDIBILITY, make_coding, make_document
from tests.agreement.test_report import many_documents


def test_report_from_documents_measured_apart_is_the_report_to_the_last_digit():
    documents = many_documents()
    measured = {each.row.key: each for each in (measure(document, CODEBOOK) for document in documents)}
    tallies = [pool_tallies([measured[key].tally for key in block], CODEBOOK) for block in blocks(list(measured))]
    found = pooled_report(tallies, CODEBOOK, [each.row for each in measured.values()])
    assert found.as_dict() == report(documents).as_dict()


def test_order_of_documents_changes_no_digit_of_a_figure():
    documents = many_documents()
    one, other = report(documents), report(documents[::-1])
    assert (one.labels, one.scales) == (other.labels, other.scales)
    assert list(other.per_document) == list(one.per_document)[::-1]


def test_one_document_more_changes_one_block_unless_their_number_doubles():
    keys = [(f"text-{number}", 1) for number in range(300)]
    before, after = blocks(keys), blocks([("another", 1), *keys])
    assert sorted(key for block in before for key in block) == sorted(keys)
    assert len(before) == len(after) == 16
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1
    assert max(len(block) for block in before) < 2 * BLOCK


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

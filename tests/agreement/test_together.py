"""All labels together: the published example's figures by value, and what each value rests on."""

import pytest

from annotator.agreement.continuum import unitized
from annotator.agreement.report import report
from annotator.agreement.together import together_row
from tests.agreement.making import make_coding, make_document, make_marked

# K. Krippendorff, Content Analysis, 4th ed., 2019, figure 12.11, length 60.
FIGURE = make_marked(
    Alex="0-7:1 7-13:2 30-32:5 32-37:6 37-44:6 44-60:7",
    Paul="0-7:1 7-13:3 13-21:5 32-44:6",
    Suzan="0-7:1 7-13:4 13-21:5 32-37:6 37-41:6 41-44:6",
)


def test_the_published_example():
    row = together_row(unitized(FIGURE, 60), "1234567")
    assert row.u_alpha.value == pytest.approx(0.510, abs=5e-4)
    assert row.unit_alpha.value == pytest.approx(0.4136, abs=5e-5)
    assert row.coding_alpha.value == pytest.approx(0.724, abs=5e-4)
    alphas = {value.labels: value.alpha.value for value in row.values}
    assert {key: None if each is None else round(each, 6) for (key,), each in alphas.items()} == {
        **dict.fromkeys("156", 1),
        **dict.fromkeys("234", 0),
        "7": None,
    }
    coverages = {value.labels[0]: value.coverage.value for value in row.values}
    assert (round(coverages["5"], 2), coverages["7"]) == (0.44, 0)
    assert "no other reviewer marked any of the text marked so" in row.values[-1].alpha.reason


def test_labels_come_first_in_the_codebooks_order_then_the_sets_that_occur():
    marked = make_marked(a="0-20:fact 30-50:opinion 40-50:ai", b="0-20:fact 32-50:opinion", c="")
    row = together_row(unitized(marked, 100), ("fact", "opinion", "ai", "other"))
    assert [value.labels for value in row.values] == [("fact",), ("opinion",), ("ai",), ("other",), ("ai", "opinion")]
    shares = {value.labels: value.share.value for value in row.values}
    assert shares == {
        ("fact",): pytest.approx(40 / 300),
        ("opinion",): pytest.approx(28 / 300),
        ("ai",): 0,
        ("other",): 0,
        ("ai", "opinion"): pytest.approx(10 / 300),
    }
    assert row.u_alpha.value == pytest.approx(0.305917, abs=5e-7)
    assert row.unit_alpha.value == pytest.approx(0.318904, abs=5e-7)
    assert row.coding_alpha.value == pytest.approx(0.652632, abs=5e-7)
    assert row.coverage.value == pytest.approx(0.126667, abs=5e-7)


def test_without_documents_every_figure_says_so():
    row = together_row(unitized({}, 0), ("fact",))
    figures = (row.u_alpha, row.unit_alpha, row.coding_alpha, row.coverage, row.values[0].share)
    assert {figure.value for figure in figures} == {None}
    assert all(figure.reason for figure in figures)


def test_a_report_has_them_pooled_and_for_each_document():
    """Worked by hand: length 100, one marks fact, opinion and machine text, one fact and opinion, one nothing."""
    read = make_document(
        [
            make_coding("a", [("fact", 0, 20), ("opinion", 30, 50), ("ai", 40, 50), ("unknown", 60, 70)]),
            make_coding("b", [("fact", 0, 20), ("opinion", 32, 50)]),
            make_coding("c"),
        ]
    )
    alone = make_document([make_coding("a", [("fact", 0, 20)])], slug="alone")
    found = report([read, alone])
    assert found.together.u_alpha.value == pytest.approx(0.305917, abs=5e-7)
    assert found.per_document[0].together == found.together
    skipped = found.per_document[1].together
    assert (skipped.u_alpha.value, skipped.values[0].alpha.value) == (None, None)
    assert "fewer than two reviewers have submitted this document" in skipped.values[0].alpha.reason


def test_sentences_marked_one_by_one_or_at_once_give_the_same_figures_of_all_labels():
    narrow, wide = [("fact", 0, 10), ("fact", 10, 20), ("fact", 20, 30)], [("fact", 0, 30)]
    other = make_coding("bob", [("fact", 0, 15), ("opinion", 15, 40)])
    one, at_once = (report([make_document([make_coding("ann", marks), other])]).together for marks in (narrow, wide))
    assert one == at_once
    assert one.u_alpha.value is not None

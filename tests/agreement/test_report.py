"""A small study whose figures the krippendorff library computes from tables written out by hand."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import krippendorff
import numpy as np
import pytest

from annotator.agreement.chance import fleiss, gwet
from annotator.agreement.report import report
from annotator.agreement.rows import THIS_OR_NOT
from annotator.agreement.selection import select
from annotator.agreement.weights import quadratic
from annotator.records import CodebookInfo, LabelInfo, PointInfo, StudyInfo
from tests.agreement.making import CODEBOOK, make_coding, make_document

NAN = np.nan


def make_study():
    """Two documents of five and four sentences, a third with one coding, a fourth without text."""
    first = make_document(
        [
            make_coding("ann", [("fact", 0, 10, {"slant": 1}), ("opinion", 20, 40, {"slant": -2})], {"credibility": 2}),
            make_coding("bob", [("fact", 0, 10, {"slant": 2}), ("opinion", 20, 30, {"slant": -1})], {"credibility": 3}),
            make_coding("cat", [("fact", 0, 20, {"slant": 9}), ("fact", 20, 40, {"slant": 0})], {"credibility": 2}),
        ],
        text="x" * 50,
        slug="first",
    )
    second = make_document(
        [
            make_coding("ann", [("fact", 10, 20, {"slant": 0}), ("ai", 10, 20, {"basis": 1})], {"credibility": 5}),
            make_coding("bob", [("fact", 10, 18, {"slant": 0})], {"credibility": 6}),
            make_coding("dan", [], {"credibility": 4}),
        ],
        text="x" * 40,
        slug="second",
    )
    alone = make_document([make_coding("ann"), make_coding("bob", state="open")], slug="alone")
    empty = make_document([make_coding("ann"), make_coding("bob")], text="", sentences=(), slug="empty")
    return first, second, alone, empty


def row(rows, code):
    return next(each for each in rows if code in (getattr(each, "label", ""), getattr(each, "scale", "")))


FACT_SENTENCES = [  # ann, bob, cat, dan; five sentences of the first, four of the second document
    [1, 0, 0, 0, 0, 0, 1, 0, 0],
    [1, 0, 0, 0, 0, 0, 1, 0, 0],
    [1, 1, 1, 1, 0, NAN, NAN, NAN, NAN],
    [NAN, NAN, NAN, NAN, NAN, 0, 0, 0, 0],
]


def test_sentence_alpha_of_a_study_pools_documents_with_their_own_reviewers():
    fact = row(report(make_study()).labels, "fact")
    expected = krippendorff.alpha(FACT_SENTENCES, level_of_measurement="nominal")
    assert fact.sentence_alpha.value == pytest.approx(expected)
    assert (fact.sentence_alpha.n_units, fact.sentence_alpha.n_values) == (9, 27)
    assert (fact.n_passages, fact.n_documents, fact.n_reviewers) == (6, 2, 4)
    assert fact.sentence_prevalence.value == pytest.approx(8 / 27)


def test_character_alpha_of_a_study_is_that_of_its_characters():
    fact = row(report(make_study()).labels, "fact")
    table = np.repeat(np.array(FACT_SENTENCES), 10, axis=1)
    table[1, 68:70] = 0
    assert fact.character_alpha.value == pytest.approx(krippendorff.alpha(table, level_of_measurement="nominal"))
    assert fact.character_prevalence.value == pytest.approx(np.nansum(table) / 270)


def test_percent_agreement_on_sentences_is_the_share_of_equal_pairs():
    fact = row(report(make_study()).labels, "fact")
    shares = [1, 1 / 3, 1 / 3, 1 / 3, 1, 1, 1 / 3, 1, 1]
    assert fact.sentence_percent.value == pytest.approx(sum(shares) / 9)


def test_per_document_rows_are_the_figures_of_that_document_alone():
    per_document = report(make_study()).per_document
    first = row(per_document[0].labels, "fact").sentence_alpha
    assert first.value == pytest.approx(
        krippendorff.alpha(np.array(FACT_SENTENCES)[:3, :5], level_of_measurement="nominal")
    )
    opinion = row(per_document[1].labels, "opinion")
    assert opinion.sentence_alpha.value is None
    assert opinion.sentence_alpha.reason == (
        "Not computable: nobody marked anything, so there is no variation to compare."
    )
    assert opinion.sentence_percent.value == 1


def test_ordinal_alpha_of_a_passage_scale_joins_disputed_passages_of_the_labels_it_is_asked_of():
    slant = row(report(make_study()).scales, "slant")
    table = [[1, -2, 0], [2, -1, 0], [NAN, 0, NAN]]  # cat: 0-20 "cannot be judged", 20-40 fact against two opinions
    assert slant.alpha.value == pytest.approx(krippendorff.alpha(table, level_of_measurement="ordinal"))
    assert (slant.n_units, slant.n_documents, slant.n_reviewers) == (3, 2, 3)
    assert slant.percent.value == pytest.approx(1 / 3)
    assert slant.coverage.value == 1


def test_alpha_of_each_point_or_any_other_is_of_all_documents_only():
    whole = report(make_study())
    slant = row(whole.scales, "slant")
    table = np.array([[1, -2, 0], [2, -1, 0], [NAN, 0, NAN]])
    for point in slant.distribution:
        if point.missing:
            assert point.alpha is None
        else:
            recoded = np.where(np.isnan(table), NAN, table == point.value)
            assert point.alpha.value == pytest.approx(krippendorff.alpha(recoded, level_of_measurement="nominal"))
    alone = [point for each in whole.per_document for scale in each.scales for point in scale.distribution]
    assert any(point.count for point in alone)
    assert {point.alpha for point in alone} == {None}


def test_a_point_that_nobody_gave_has_no_alpha_over_all_units_there_are():
    credibility = row(report(make_study()).scales, "credibility")
    never = [point.alpha for point in credibility.distribution if not point.missing and not point.count]
    assert never
    assert {(each.value, each.n_units) for each in never} == {(None, credibility.n_units)}
    assert {each.reason for each in never} == {THIS_OR_NOT}


def test_cannot_be_judged_is_counted_overall_and_for_each_reviewer():
    slant = row(report(make_study()).scales, "slant")
    assert (slant.missing.n_ratings, slant.missing.n_missing, slant.missing.share) == (8, 1, 1 / 8)
    assert [(each.reviewer, each.n_ratings, each.share) for each in slant.missing_by_reviewer] == [
        ("ann", 3, 0),
        ("bob", 3, 0),
        ("cat", 2, 0.5),
        ("dan", 0, None),
    ]
    assert [(point.value, point.count) for point in slant.distribution] == [
        (-2, 1),
        (-1, 1),
        (0, 3),
        (1, 1),
        (2, 1),
        (9, 1),
    ]


def test_document_scale_takes_documents_as_units_and_drops_cannot_be_judged():
    credibility = row(report(make_study()).scales, "credibility")
    table = [[2, 5], [3, NAN], [2, NAN], [NAN, 4]]
    assert credibility.alpha.value == pytest.approx(krippendorff.alpha(table, level_of_measurement="ordinal"))
    assert credibility.n_units == 2


def test_a_document_scale_of_one_document_says_that_its_alpha_says_nothing():
    alpha = row(report(make_study()).per_document[0].scales, "credibility").alpha
    assert alpha.value == pytest.approx(0)
    assert alpha.note == "Only one unit could be compared; alpha is then 0 whatever the reviewers said."


def test_a_scale_rated_by_one_reviewer_only_is_not_computable():
    basis = row(report(make_study()).scales, "basis")
    assert basis.alpha.value is None
    assert basis.alpha.reason == "Not computable: no two reviewers judged the same passage on this scale."
    assert basis.coverage.value == 0
    assert (basis.n_units, basis.n_documents, basis.n_reviewers) == (0, 0, 0)
    assert basis.missing.n_ratings == 1


def test_documents_that_do_not_count_are_named_with_the_reason():
    result = report(make_study())
    assert (result.n_documents, result.n_skipped) == (2, 2)
    assert [(each.slug, each.skipped) for each in result.skipped] == [
        ("alone", "fewer than two reviewers have submitted this document"),
        ("empty", "the text is empty"),
    ]
    alone = result.per_document[2]
    assert row(alone.labels, "fact").sentence_alpha.reason == (
        "Not computable: fewer than two reviewers have submitted this document."
    )
    assert row(alone.scales, "slant").alpha.value is None
    assert result.reviewers == ("ann", "bob", "cat", "dan")


def test_only_independent_submitted_work_of_human_reviewers_counts():
    first = make_study()[0]
    others = (
        make_coding("bob", [("fact", 20, 50)], round=2, independent=False),
        make_coding("eve", [("fact", 20, 50)], state="open"),
        make_coding("fay", [("fact", 20, 50)], state="declined"),
        make_coding("gil", [("fact", 20, 50)], independent=False),
        make_coding("hal", [("fact", 20, 50)], kind="machine"),
        make_coding("ida", [("fact", 20, 50)], role="adjudicator"),
    )
    result = report([replace(first, codings=first.codings + others)])
    assert result.labels == report([first]).labels
    assert result.left_out == {
        "adjudication": 1,
        "after calibration": 1,
        "declined": 1,
        "labelled by a machine": 1,
        "not submitted": 1,
        "round 2": 1,
    }


def test_work_after_calibration_is_reported_apart():
    document = make_document(
        [
            make_coding("ann", [("fact", 0, 50)]),
            make_coding("ann", [("fact", 0, 10)], round=2, independent=False),
            make_coding("bob", [("fact", 0, 50)]),
            make_coding("bob", [("fact", 0, 10)], round=2, independent=False),
            make_coding("bob", [("fact", 0, 20)], round=3, independent=False),
        ]
    )
    after = report([document], rounds=None, independent=False)
    table = [[1] + [0] * 9, [1, 1] + [0] * 8]
    expected = krippendorff.alpha(table, level_of_measurement="nominal")
    assert after.labels[0].sentence_alpha.value == pytest.approx(expected)
    assert after.left_out == {"independent": 2, "replaced by a later round": 1}


def test_a_document_submitted_twice_but_not_independently_says_so():
    document = make_document([make_coding("ann"), make_coding("bob", independent=False)])
    assert report([document]).skipped[0].skipped == (
        "fewer than two of the submitted codings of this document are counted here"
    )


def test_machines_count_when_asked():
    document = make_document([make_coding("ann", [("fact", 0, 10)]), make_coding("bot", kind="machine")])
    assert report([document]).n_documents == 0
    assert report([document], include_machines=True).reviewers == ("ann", "bot")


def test_the_latest_round_counts_in_whatever_order_rounds_come():
    first, second = make_coding("ann", [("fact", 0, 10)]), make_coding("ann", [("ai", 0, 10)], round=2)
    for codings in ((first, second), (second, first)):
        chosen = select([make_document(codings)], rounds=None, independent=None)
        assert [coding.round for coding in chosen.documents[0].codings] == [2]
        assert chosen.left_out == {"replaced by a later round": 1}


def test_deleted_passages_are_not_read():
    document = make_document([make_coding("ann", [("fact", 0, 10), ("fact", 50, 60)]), make_coding("bob")])
    ann, bob = document.codings
    kept, deleted = ann.passages
    ann = replace(ann, passages=(kept, replace(deleted, deleted_at=datetime(2026, 1, 1, tzinfo=UTC))))
    (chosen,) = select([replace(document, codings=(ann, bob))]).documents
    assert chosen.codings[0].passages == (kept,)


def test_codings_of_another_codebook_version_are_read_by_code():
    newer = CodebookInfo(slug="book", version=2, title="Book", labels=(LabelInfo("opinion", "Opinion"),))
    result = report(make_study(), newer)
    assert [each.label for each in result.labels] == ["opinion"]
    assert result.unknown_labels == {"ai": 1, "fact": 6}
    assert result.labels[0].sentence_alpha == row(report(make_study()).labels, "opinion").sentence_alpha


def test_the_report_is_json_with_none_and_a_reason_for_what_is_undefined():
    given = json.loads(json.dumps(report(make_study()).as_dict(), allow_nan=False))
    ai = next(each for each in given["labels"] if each["label"] == "ai")
    assert ai["sentence_alpha"]["value"] == pytest.approx(0)
    basis = next(each for each in given["scales"] if each["scale"] == "basis")
    assert basis["alpha"]["value"] is None
    assert basis["alpha"]["reason"].startswith("Not computable: ")
    assert given["per_document"][0]["slug"] == "first"


def test_a_study_without_documents_has_rows_with_reasons():
    result = report([], CODEBOOK)
    assert [each.sentence_alpha.reason for each in result.labels] == [
        "Not computable: no document has been submitted by two reviewers."
    ] * 3
    assert [each.alpha.value for each in result.scales] == [None] * 3


def test_documents_of_two_studies_are_refused():
    first, second, *_ = make_study()
    other = replace(second, study=StudyInfo(slug="other", title="Other", codebook=CODEBOOK.key))
    with pytest.raises(ValueError, match="several studies"):
        report([first, other])


def test_a_study_whose_codebook_is_unknown_is_refused():
    with pytest.raises(ValueError, match="codebook"):
        report([replace(make_study()[0], codebooks={})])


def test_a_passage_outside_its_text_is_refused():
    document = make_document([make_coding("ann", [("fact", 90, 101)]), make_coding("bob")])
    with pytest.raises(ValueError, match="90-101"):
        report([document])


def many_documents():
    first, second, *_ = make_study()
    return [
        replace(each, slug=f"{each.slug}-{turn}", title=f"{each.slug} {turn}")
        for turn in range(3)
        for each in (first, second)
    ]


def test_figure_without_a_reviewer_is_that_of_the_others():
    fact = row(report(make_study()).labels, "fact")
    for number, name in enumerate(("ann", "bob", "cat", "dan")):
        others = np.delete(np.array(FACT_SENTENCES, dtype=float), number, axis=0)
        expected = krippendorff.alpha(others, level_of_measurement="nominal")
        assert fact.without.without[name].value == pytest.approx(expected)
    credibility = row(report(make_study()).scales, "credibility")
    given = np.array([[2, 5], [3, NAN], [2, NAN], [NAN, 4]])  # ann, bob, cat, dan; 6 is "cannot be judged"
    for number, name in enumerate(("ann", "bob", "cat", "dan")):
        others = np.delete(given, number, axis=0)
        pairable = others[:, (~np.isnan(others)).sum(axis=0) >= 2]
        varies = len(np.unique(pairable[~np.isnan(pairable)])) > 1
        expected = krippendorff.alpha(others, level_of_measurement="ordinal") if varies else None
        assert credibility.without.without[name].value == pytest.approx(expected)
        assert credibility.without.without[name].n_reviewers == 3, "dan is one, though alone"


def test_interval_is_the_jackknife_over_the_report_s_own_documents():
    documents = many_documents()
    found = report(documents)
    for rows, figure in (("labels", "sentence_alpha"), ("scales", "alpha")):
        for number, each in enumerate(getattr(found, rows)):
            point = getattr(each, figure).value
            if point is None or each.interval.low is None:
                continue
            left = [
                getattr(getattr(report([*documents[:at], *documents[at + 1 :]]), rows)[number], figure).value
                for at in range(len(documents))
            ]
            pseudo = len(left) * point - (len(left) - 1) * np.array(left)
            assert each.interval.error == pytest.approx(pseudo.std(ddof=1) / np.sqrt(len(left)))
            assert each.interval.low < point <= each.interval.high <= 1
            assert each.interval.n_documents == len(documents)
    assert any(each.interval.low is not None for each in found.labels)
    assert any(each.interval.low is not None for each in found.scales)


def test_two_documents_have_no_interval_and_one_of_several_has_none_of_its_own():
    found = report(make_study())
    assert row(found.labels, "fact").interval.reason == ("No interval: fewer than three documents could be compared.")
    for document in found.per_document:
        assert {each.interval for each in (*document.labels, *document.scales)} == {None}
        assert {each.without for each in (*document.labels, *document.scales)} == {None}


def test_ten_sentences_marked_one_by_one_or_at_once_give_the_same_figures():
    def figures(marks):
        others = [make_coding("bob", [("fact", 0, 60)]), make_coding("cat", [("opinion", 30, 80)])]
        fact = row(report([make_document([make_coding("ann", marks), *others])]).labels, "fact")
        return fact.sentence_alpha, fact.u_alpha, fact.character_alpha, fact.without

    one_by_one = figures([("fact", start, start + 10) for start in range(0, 100, 10)])
    assert one_by_one == figures([("fact", 0, 100)])
    assert all(figure.value is not None for figure in one_by_one[:3])


def test_label_added_alike_by_everybody_changes_no_other_label_s_row():
    def rows(added):
        codings = [
            make_coding("ann", [("fact", 0, 20), ("opinion", 30, 50), *added]),
            make_coding("bob", [("fact", 0, 10), ("opinion", 30, 60), *added]),
            make_coding("cat", [("opinion", 35, 50), *added]),
        ]
        found = report([make_document(codings)])
        return [row(found.labels, "fact"), row(found.labels, "opinion")]

    assert rows([]) == rows([("ai", 5, 45), ("ai", 60, 70)])


def test_more_measures_of_a_scale_take_units_of_one_value_where_their_chance_does():
    slant = row(report(make_study()).scales, "slant")
    # ann, bob, cat: what they gave in each place that anybody judged, from the marks of make_study.
    table = np.array([[1, -2, 0, NAN, NAN], [2, -1, 0, NAN, NAN], [NAN, 0, NAN, NAN, NAN]])
    assert slant.nominal.value == pytest.approx(krippendorff.alpha(table, level_of_measurement="nominal"))
    categories = [-2, -1, 0, 1, 2]
    assert slant.fleiss.value == pytest.approx(fleiss(table, categories).value)
    assert slant.ac1.value == pytest.approx(gwet(table, categories).value)
    assert slant.ac2.value == pytest.approx(gwet(table, categories, quadratic(categories)).value)
    basis = row(report(make_study()).scales, "basis")
    assert (basis.ac2, basis.judged) == (None, None)
    assert basis.fleiss.reason == basis.ac1.reason == basis.alpha.reason


def test_units_that_one_reviewer_judged_shape_chance_but_not_agreement():
    documents = [
        make_document(
            [make_coding("ann", ratings={"credibility": one}), make_coding("bob", ratings=two)], slug=str(number)
        )
        for number, (one, two) in enumerate([(1, {"credibility": 1}), (2, {"credibility": 3}), (5, {}), (5, {})])
    ]
    found = row(report(documents).scales, "credibility")
    table = [[1, 2, 5, 5], [1, 3, NAN, NAN]]
    assert found.fleiss.value == pytest.approx(fleiss(table, range(1, 6)).value)
    assert found.ac1.value == pytest.approx(gwet(table, range(1, 6)).value)
    assert found.fleiss.value != pytest.approx(fleiss(np.array(table)[:, :2], range(1, 6)).value)
    assert found.alpha.value == pytest.approx(krippendorff.alpha(table, level_of_measurement="ordinal"))


def test_judged_or_not_is_compared_apart():
    given = [(1, 2), (6, 3), (6, 6), (4, 4), (2, 6)]  # 6 is "cannot be judged"
    documents = [
        make_document(
            [
                make_coding(name, ratings={"credibility": value})
                for name, value in zip(("ann", "bob"), pair, strict=True)
            ],
            slug=str(number),
        )
        for number, pair in enumerate(given)
    ]
    judged = row(report(documents).scales, "credibility").judged
    table = (np.array(given).T != 6).astype(float)
    assert judged.value == pytest.approx(krippendorff.alpha(table, level_of_measurement="nominal"))
    assert (judged.n_units, judged.n_reviewers) == (5, 2)
    everything = row(report(documents[3:4]).scales, "credibility").judged
    assert everything.reason == ("Not computable: all answers compared are judgements, or all are “cannot be judged”.")


def test_ac1_on_sentences_stands_beside_alpha_which_rare_labels_lower():
    fact = row(report(make_study()).labels, "fact")
    assert fact.sentence_ac1.value == pytest.approx(gwet(FACT_SENTENCES, (0, 1)).value)
    nobody = report([make_document([make_coding("ann"), make_coding("bob")])]).labels[0]
    assert (nobody.sentence_alpha.value, nobody.sentence_ac1.value) == (None, 1)
    assert report([], CODEBOOK).labels[0].sentence_ac1.reason == (
        "Not computable: no document has been submitted by two reviewers."
    )


@pytest.mark.parametrize("points", [(), (1,)])
def test_a_scale_of_fewer_than_two_points_has_rows_with_reasons(points):
    scale = replace(CODEBOOK.scales[2], points=tuple(PointInfo(value, str(value)) for value in points))
    ratings = {"credibility": points[0]} if points else {}
    document = make_document([make_coding(name, ratings=ratings) for name in ("ann", "bob")])
    found = report([document], replace(CODEBOOK, scales=(scale,))).scales[0]
    assert {found.alpha.value, found.nominal.value, found.fleiss.value, found.ac1.value, found.ac2.value} == {None}
    assert all(each.reason.startswith("Not computable: ") for each in (found.alpha, found.fleiss, found.ac1, found.ac2))

"""What a figure found, in a sentence: the right ends, the right names, and never a number where there is none."""

from dataclasses import replace

from annotator.agreement.comparison import compare_document, comparison, pool_compared, subjects
from annotator.agreement.estimate import Estimate
from annotator.agreement.intervals import Interval
from annotator.agreement.report import report
from annotator.agreement.rows import PointCount
from annotator.agreement.selection import select
from annotator.agreement.together import TogetherRow
from annotator.templatetags import charts, findings
from tests.agreement.making import CODEBOOK, make_coding, make_document
from tests.agreement.test_report import make_study

KEYS = {subject.key: subject for subject in subjects(CODEBOOK)}


def compared(documents, key):
    counted = [each for each in select(documents).documents if len(each.codings) > 1 and each.text]
    return comparison(
        pool_compared([compare_document(each, CODEBOOK) for each in counted], CODEBOOK), KEYS[key], CODEBOOK
    )


def two(*marks):
    return [make_document([make_coding(name, given) for name, given in zip(("ann", "bob"), marks, strict=True)])]


def together(unit, coding):
    figures = [Estimate(value, "" if value is not None else "Not computable: no reason.") for value in (unit, coding)]
    return TogetherRow(figures[0], figures[0], figures[1], Estimate(0.5), (), 1, 2)


def test_pairs_are_named_at_both_ends_and_undefined_ones_counted():
    words = findings.pairs_found(compared(make_study(), "label-opinion"))
    assert words == (
        "Over 3 pairs, Cohen’s κ lies between .00 (ann with cat) and .61 (ann with bob)."
        " For 3 pairs it cannot be computed."
    )
    assert findings.pairs_found(compared(two([("fact", 0, 10)], []), "label-fact")) == "Cohen’s κ of ann with bob: .00."
    nothing = findings.pairs_found(compared(two([], []), "label-fact"))
    assert nothing.startswith("Cohen’s κ of ann with bob: Not computable: both left all sentences")
    assert nothing.endswith(".")
    assert not nothing.endswith("..")


def test_a_table_of_two_says_where_they_differ_most():
    found = compared(two([("fact", 0, 30)], [("fact", 0, 10), ("opinion", 10, 30)]), "all")
    assert findings.table_found(found.pairs[0], found, CODEBOOK) == (
        "ann and bob gave the same to 8 of 10 sentences."
        " Most of what differs: Fact with ann and Opinion with bob, 2 times."
    )
    alike = compared(two([("fact", 0, 30)], [("fact", 0, 30)]), "all")
    assert findings.table_found(alike.pairs[0], alike, CODEBOOK) == "ann and bob gave the same to 10 of 10 sentences."
    apart = compared(make_study(), "scale-slant")
    assert findings.table_found(apart.pair("ann", "dan"), apart, CODEBOOK) == "ann and dan judged no passage in common."


def test_values_are_named_with_their_signs_and_in_the_codebooks_order():
    scale = KEYS["scale-slant"]
    assert findings.value_words(-2, scale, CODEBOOK).startswith("−2 ")
    assert findings.value_words(7, scale, CODEBOOK) == "+7", "a point of another version has no name"
    assert findings.value_words(("ai", "fact"), KEYS["all"], CODEBOOK) == "Fact + AI-generated"
    assert findings.value_words((), KEYS["label-fact"], CODEBOOK) == "not marked"


def test_the_majority_is_said_with_what_has_none():
    found = compared(make_study(), "label-fact")
    words = {row.reviewer: findings.majority_found(row) for row in found.readers}
    assert words["cat"] == "cat gave what more than half of the others did 2 of 5 times (40\u202f%)."
    assert words["ann"].endswith("4 times the others had no majority.")
    assert "wants three reviewers" in findings.majority_found(compared(two([], []), "label-fact").readers[0])


def test_labels_clearer_than_borders_and_the_reverse_are_told_apart():
    assert "Labels are clearer than borders" in findings.together_found(together(0.4, 0.8))
    assert "Borders are clearer than labels" in findings.together_found(together(0.8, 0.4))
    assert "agreed on about equally (|u-α is .52 and cu-α .55)" in findings.together_found(together(0.52, 0.55))
    assert findings.together_found(together(0.5, None)) == "Not computable: no reason."
    assert findings.together_found(together(None, None)) == "Not computable: no reason."


def test_rows_name_their_ends_and_whose_interval_reaches_what_custom_asks():
    rows = report(make_study()).labels
    fact, opinion, ai = rows
    assert findings.labels_found(rows).startswith("α on sentences lies between ")
    bounded = (
        replace(fact, sentence_alpha=Estimate(0.9), interval=Interval(low=0.7, high=0.95)),
        replace(opinion, sentence_alpha=Estimate(0.5), interval=Interval(low=0.3, high=0.6)),
        replace(ai, sentence_alpha=Estimate(None, "Not computable: so."), interval=None),
    )
    assert findings.labels_found(bounded) == (
        "α on sentences lies between .50 for Opinion and .90 for Fact."
        " The lower end of the interval reaches .667 for Fact."
    )
    assert findings.labels_found(bounded[1:]) == (
        "α on sentences can be computed for Opinion only: .50. The lower end of no interval reaches .667."
    )
    assert findings.labels_found(bounded[2:]) == ""


def test_ratings_and_what_cannot_be_judged_are_said():
    slant, basis, credibility = report(make_study()).scales
    assert findings.ratings_found(slant) == "Given most: 0 +0, 3 of 7 judgements."
    assert findings.ratings_found(replace(basis, distribution=())) == "Nobody gave a judgement."
    admiralty = (PointCount(1, "A Completely reliable", False, 1), PointCount(2, "B Usually reliable", False, 4))
    outlet = replace(basis, distribution=admiralty)
    assert findings.ratings_found(outlet) == "Given most: B Usually reliable, 4 of 5 judgements."
    sure = replace(basis, distribution=(PointCount(1, "A hunch", False, 1), PointCount(2, "Sure", False, 4)))
    assert findings.ratings_found(sure) == "Given most: 2 Sure, 4 of 5 judgements."
    assert [bar.value for bar in charts.distribution(sure, 0.8)["bars"]] == ["1", "2"]
    assert [bar.value for bar in charts.distribution(outlet, 0.8)["bars"]] == ["A", "B"]
    assert [bar.value for bar in charts.distribution(slant, 0.8)["bars"]] == ["−2", "−1", "0", "+1", "+2", "–"]
    assert findings.missing_found((slant, basis, credibility)).startswith(
        f"Its share is largest on “{credibility.question}”"
    )
    assert findings.missing_found((basis,)) == "Nobody answered “cannot be judged” anywhere."


def test_the_clearest_rise_without_a_reviewer_is_named():
    marks = [("fact", 0, 10), ("fact", 40, 50)]
    odd = make_document(
        [make_coding("ann", marks), make_coding("bob", marks), make_coding("cat", [("fact", 60, 90)])],
    )
    words = findings.without_found(report([odd]))
    assert words.startswith("The clearest rise: α of Fact is 1.00 without cat, and ")
    same = make_document([make_coding(name, marks) for name in ("ann", "bob", "cat")])
    assert findings.without_found(report([same])) == "Without no one reviewer does any α rise by .05 or more."
    assert findings.without_found(report([], CODEBOOK)) == ""

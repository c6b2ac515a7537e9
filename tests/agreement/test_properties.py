"""Laws every measure keeps, whatever the data."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from annotator.agreement.alpha import DIFFERENCES, alpha, nominal, ordinal
from annotator.agreement.layers import character_alpha, pool_layers, sentence_alpha, sentence_percent
from annotator.agreement.percent import percent
from annotator.agreement.report import report
from tests.agreement.making import make_coding, make_document, make_layer, shifted

LENGTH = 100
cells = st.one_of(st.just(np.nan), st.integers(0, 4).map(float))
ratings = st.integers(1, 5).flatmap(
    lambda n_reviewers: st.lists(
        st.lists(cells, min_size=n_reviewers, max_size=n_reviewers), min_size=1, max_size=12
    ).map(lambda units: np.array(units).T)
)
spans = st.lists(
    st.tuples(st.integers(0, LENGTH - 1), st.integers(1, 40)).map(lambda pair: (pair[0], min(LENGTH, sum(pair)))),
    max_size=6,
)
sentence_sets = st.sets(st.integers(0, 9))
codings = st.dictionaries(st.sampled_from("abcde"), spans, min_size=2)
levels = pytest.mark.parametrize("difference", DIFFERENCES.values(), ids=DIFFERENCES)


def same(one, other):
    """Compare figures whatever the order of additions; None equals None."""
    close = one.value == other.value or one.value == pytest.approx(other.value)
    return close and replace(one, value=None) == replace(other, value=None)


def assert_alike(one, other):
    """Compare what is JSON-safe, numbers whatever the order of additions."""
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key, value in one.items():
            assert_alike(value, other[key])
    elif isinstance(one, list):
        for each, its in zip(one, other, strict=True):
            assert_alike(each, its)
    else:
        assert other == (pytest.approx(one, abs=1e-9) if isinstance(one, float) else one)


def document_of(marked, label="fact"):
    """A document whose passages and reviewers have ratings that hang on where passages begin and end."""
    return make_document(
        [
            make_coding(
                reviewer,
                [(label, start, end, {"slant": (start + 2 * end) % 5 - 2}) for start, end in spans],
                {"credibility": 1 + len(spans)} if len(spans) < 6 else {},
            )
            for reviewer, spans in marked.items()
        ]
    )


@levels
@given(data=ratings, random=st.randoms(use_true_random=False))
def test_alpha_knows_no_order_of_reviewers_or_units(data, random, difference):
    rows, columns = list(range(data.shape[0])), list(range(data.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    shuffled = data[np.ix_(rows, columns)]
    assert same(alpha(data, difference), alpha(shuffled, difference))
    assert same(percent(data), percent(shuffled))


@levels
@given(data=ratings)
def test_units_with_one_value_change_nothing(data, difference):
    lonely = np.full((data.shape[0], 3), np.nan)
    lonely[0] = 99
    lonely[0, 1] = np.nan
    wider = np.concatenate([data, lonely], axis=1)
    assert same(alpha(data, difference), alpha(wider, difference))
    assert same(percent(data), percent(wider))


@given(data=ratings, steps=st.lists(st.floats(0.01, 100), min_size=5, max_size=5))
def test_ordinal_alpha_knows_only_the_order_of_values(data, steps):
    recoded = np.where(np.isnan(data), np.nan, np.cumsum(steps)[np.nan_to_num(data).astype(int)])
    assert same(alpha(data, ordinal), alpha(recoded, ordinal))


@given(data=ratings, names=st.permutations(range(5)))
def test_nominal_alpha_knows_no_order_of_values(data, names):
    recoded = np.where(np.isnan(data), np.nan, np.array(names)[np.nan_to_num(data).astype(int)])
    assert same(alpha(data, nominal), alpha(recoded, nominal))


@levels
@given(data=ratings)
def test_alpha_is_at_most_one_and_percent_agreement_within_zero_and_one(data, difference):
    value = alpha(data, difference).value
    assert value is None or value <= 1
    share = percent(data).value
    assert share is None or 0 <= share <= 1


@levels
@given(data=ratings)
def test_a_copied_reviewer_agrees_entirely(data, difference):
    twins = np.concatenate([data[:1], data[:1]])
    value = alpha(twins, difference).value
    assert value is None or value == 1


@given(documents=st.lists(codings, min_size=1, max_size=3), random=st.randoms(use_true_random=False))
def test_a_report_knows_no_order_of_documents_reviewers_or_passages(documents, random):
    made = [replace(document_of(marked), slug=str(number)) for number, marked in enumerate(documents)]
    shuffled = []
    for document in random.sample(made, len(made)):
        mixed = [
            replace(coding, passages=tuple(random.sample(coding.passages, len(coding.passages))))
            for coding in random.sample(document.codings, len(document.codings))
        ]
        shuffled.append(replace(document, codings=tuple(mixed)))
    one, other = report(made), report(shuffled)
    assert_alike(one.as_dict() | {"per_document": []}, other.as_dict() | {"per_document": []})
    by_slug = {each.slug: each for each in other.per_document}
    for document in one.per_document:
        assert_alike(document.as_dict(), by_slug[document.slug].as_dict())


@given(marked=codings, by=st.integers(1, 50))
def test_a_sentence_of_blank_text_before_moves_everything_and_changes_no_sentence_figure(marked, by):
    document = document_of(marked)
    moved = replace(
        document,
        text=" " * by + document.text,
        sentences=(by, *(end + by for end in document.sentences)),
        codings=tuple(shifted(coding, by) for coding in document.codings),
    )
    before, after = report([document]).labels[0], report([moved]).labels[0]
    assert same(before.sentence_alpha, after.sentence_alpha)
    assert same(before.sentence_percent, after.sentence_percent)


@given(marked=codings, shift=st.integers(1, 50))
def test_marks_moved_within_the_text_keep_the_character_alpha(marked, shift):
    moved = {reviewer: [(start + shift, end + shift) for start, end in spans] for reviewer, spans in marked.items()}
    assert same(character_alpha(make_layer(200, **marked)), character_alpha(make_layer(200, **moved)))


@given(first=sentence_sets, second=sentence_sets, third=sentence_sets)
def test_sentences_marked_one_by_one_or_by_wide_marks_give_the_same_figures(first, second, third):
    def one_by_one(numbers):
        return [(10 * number, 10 * number + 10) for number in numbers]

    def wide(numbers):
        marks = []
        for start, end in sorted(one_by_one(numbers)):
            if marks and marks[-1][1] == start:
                marks[-1] = marks[-1][0], end
            else:
                marks.append((start, end))
        return marks

    ends = tuple(range(10, 101, 10))
    narrow = make_layer(100, ends, a=one_by_one(first), b=one_by_one(second), c=one_by_one(third))
    mixed = make_layer(100, ends, a=wide(first), b=one_by_one(second), c=wide(third))
    for figure in (sentence_alpha, sentence_percent, character_alpha):
        assert same(figure(narrow), figure(mixed))


def test_ten_sentences_marked_by_one_mark_or_by_ten_agree_entirely():
    ends = tuple(range(10, 201, 10))
    sums = make_layer(200, ends, a=[(0, 100)], b=[(start, start + 10) for start in range(0, 100, 10)])
    assert sentence_alpha(sums).value == 1


@given(marked=codings, blanks=st.text(" \n\t\u2003", min_size=1, max_size=40))
def test_blank_text_at_the_end_changes_no_sentence_figure(marked, blanks):
    document = document_of(marked)
    longer = replace(
        document,
        text=document.text + blanks,
        sentences=(*document.sentences[:-1], len(document.text) + len(blanks)),
    )
    before, after = report([document]).labels[0], report([longer]).labels[0]
    for name in ("sentence_alpha", "sentence_percent", "sentence_prevalence", "sentence_ac1"):
        assert same(getattr(before, name), getattr(after, name))
    assert before.without == after.without


@given(marked=codings)
def test_whether_the_blank_after_a_sentence_is_marked_changes_no_sentence_figure(marked):
    text, ends = ("x" * 9 + " ") * 10, tuple(range(10, 101, 10))
    wide = {reviewer: [span for span in spans if text[span[0]] != " "] for reviewer, spans in marked.items()}
    trimmed = {reviewer: [(start, end - (text[end - 1] == " ")) for start, end in wide[reviewer]] for reviewer in wide}
    one, other = make_layer(100, ends, text, **wide), make_layer(100, ends, text, **trimmed)
    assert same(sentence_alpha(one), sentence_alpha(other))


@given(marked=codings)
def test_a_reviewer_who_marked_nothing_counts_and_one_who_was_not_assigned_does_not(marked):
    assume(any(marked.values()))
    silent = marked | {"silent": []}
    with_silent, without = make_layer(LENGTH, **silent), make_layer(LENGTH, **marked)
    assert character_alpha(with_silent).n_values == character_alpha(without).n_values + LENGTH
    both = character_alpha(without).value
    if both == 1:
        assert character_alpha(with_silent).value < 1


@given(marked=codings)
def test_a_label_all_add_over_existing_ones_changes_no_other_layer(marked):
    document = document_of(marked)
    added = [
        replace(coding, passages=coding.passages + make_coding("x", [("ai", 0, 60)]).passages)
        for coding in document.codings
    ]
    before, after = report([document]), report([replace(document, codings=tuple(added))])
    assert before.labels[:2] == after.labels[:2]
    assert after.labels[2].character_alpha.value == 1


@given(marked=codings)
def test_a_document_counted_twice_keeps_percent_agreement(marked):
    sums = make_layer(LENGTH, tuple(range(10, 101, 10)), **marked)
    assert same(
        replace(sentence_percent(pool_layers([sums, sums])), n_units=0, n_values=0),
        replace(sentence_percent(sums), n_units=0, n_values=0),
    )

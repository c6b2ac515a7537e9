"""First rounds beside later ones: the same reviewers on the same documents, and what became of each passage."""

from dataclasses import replace
from uuid import uuid4

import pytest

from annotator.agreement.report import report
from annotator.agreement.revisions import Changes, rounds
from tests.agreement.making import CODEBOOK, make_coding, make_rating, of_four


def again(first, edit=lambda passages: passages, ratings=None, number=2):
    """Return a later round: a copy of the passages, each naming the one it comes from, and then edited."""
    copies = [replace(each, id=uuid4(), derived_from=each.id, derivation="revised") for each in first.passages]
    given = first.ratings if ratings is None else tuple(make_rating(*pair) for pair in ratings.items())
    return replace(
        first, id=uuid4(), round=number, independent=False, passages=tuple(edit(copies)), ratings=given, reason="seen"
    )


@pytest.fixture
def first():
    marks = [("fact", 0, 8, {"slant": 1}), ("fact", 9, 20, {"slant": 0}), ("opinion", 21, 30), ("ai", 31, 43)]
    return make_coding("a", marks, {"credibility": 2})


def test_every_passage_is_counted_by_what_became_of_it(first):
    def edit(copies):
        kept, rated, moved, _ = copies
        new = replace(kept, id=uuid4(), derived_from=None, start=31, end=40, label="opinion")
        return [kept, replace(rated, ratings=(make_rating("slant", 2),)), replace(moved, end=29), new]

    later = again(first, edit, {"credibility": 3})
    found = rounds([of_four(first, later, make_coding("b"))], CODEBOOK).changes
    assert found == Changes(1, 0, kept=1, moved=1, rated=1, taken_back=1, added=1, document_ratings=1)
    assert (found.before, found.after) == (4, 4)


def test_a_second_round_that_changes_nothing_is_counted_so(first):
    found = rounds([of_four(first, again(first))], CODEBOOK).changes
    assert (found.n_codings, found.n_unchanged, found.kept, found.before, found.after) == (1, 1, 4, 4, 4)


def test_a_second_round_with_another_rating_of_the_document_changes_something(first):
    found = rounds([of_four(first, again(first, ratings={"credibility": 3}))], CODEBOOK).changes
    assert (found.n_codings, found.n_unchanged, found.kept, found.document_ratings) == (1, 0, 4, 1)


def test_figures_are_of_the_same_reviewers_on_the_same_documents(first):
    other = make_coding("b", [("fact", 0, 8)])
    third = make_coding("c", [("opinion", 0, 43)])
    agreed = again(other, lambda copies: [*copies, replace(copies[0], id=uuid4(), start=9, end=20, derived_from=None)])
    document = of_four(first, again(first), other, agreed, third)
    found = rounds([document, of_four(third, other, slug="unrevised")], CODEBOOK)
    assert [(row.slug, row.reviewers) for row in found.documents] == [(document.slug, ("a", "b"))]
    assert found.before.labels == report([replace(document, codings=(first, other))], CODEBOOK).labels
    assert found.before.labels[0].sentence_alpha.value < 1
    assert found.after.labels[0].sentence_alpha.value == 1
    assert found.before.reviewers == found.after.reviewers == ("a", "b")


def test_one_reviewer_alone_has_changes_and_no_figures(first):
    found = rounds([of_four(first, again(first), make_coding("b"))], CODEBOOK)
    assert (found.before.n_documents, found.after.n_documents, found.changes.n_codings) == (0, 0, 1)


def test_the_last_later_round_counts(first):
    later = again(first, lambda copies: copies[:1])
    last = again(first, lambda copies: copies[:2], number=3)
    found = rounds([of_four(first, later, last)], CODEBOOK).changes
    assert (found.kept, found.taken_back) == (2, 2)


@pytest.mark.parametrize("out", [{"independent": False}, {"kind": "machine"}, {"state": "open"}])
def test_first_rounds_that_do_not_count_are_compared_with_nothing(first, out):
    one = replace(first, **out)
    document = of_four(one, again(one))
    assert rounds([document], CODEBOOK) is None
    if out == {"independent": False}:
        assert rounds([document], CODEBOOK, independent=None).changes.n_unchanged == 1

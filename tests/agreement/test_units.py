"""Passages of several reviewers aligned: units for ratings, groups and stretches for pages."""

import json
from dataclasses import replace
from uuid import UUID

import pytest

from annotator.agreement.units import (
    answered_units,
    answers,
    division,
    groups,
    match_passages,
    rating_units,
    stretches,
    units_by_scale,
)
from tests.agreement.making import BASIS, CREDIBILITY, SLANT, make_coding, make_document


def slants(*codings):
    """Return the slant units of a document as sets of (reviewer, value)."""
    return [set(unit.items()) for unit in rating_units(make_document(codings), SLANT)]


def test_passages_that_share_half_of_their_characters_are_one_unit():
    ann = make_coding("ann", [("fact", 0, 10, {"slant": 1})])
    bob = make_coding("bob", [("fact", 5, 10, {"slant": 2})])
    assert slants(ann, bob) == [{("ann", 1), ("bob", 2)}]


def test_passages_that_share_less_than_half_are_two_units():
    ann = make_coding("ann", [("fact", 0, 11, {"slant": 1})])
    bob = make_coding("bob", [("fact", 6, 11, {"slant": 2})])
    assert slants(ann, bob) == [{("ann", 1)}, {("bob", 2)}]


def test_passages_are_linked_over_a_third_reviewer():
    ann = make_coding("ann", [("fact", 0, 10, {"slant": 0})])
    bob = make_coding("bob", [("fact", 3, 13, {"slant": 1})])
    cat = make_coding("cat", [("fact", 6, 16, {"slant": 2})])
    assert slants(ann, cat) == [{("ann", 0)}, {("cat", 2)}]
    assert slants(ann, bob, cat) == [{("ann", 0), ("bob", 1), ("cat", 2)}]


def test_passages_of_one_reviewer_are_not_linked_by_themselves():
    ann = make_coding("ann", [("fact", 0, 10, {"slant": 0}), ("opinion", 0, 10, {"slant": 1})])
    assert slants(ann) == [{("ann", 0)}, {("ann", 1)}]


def test_of_two_passages_of_one_reviewer_the_longest_counts():
    ann = make_coding("ann", [("fact", 0, 10, {"slant": 0}), ("opinion", 0, 12, {"slant": 1})])
    bob = make_coding("bob", [("fact", 0, 11, {"slant": 2})])
    assert slants(ann, bob) == [{("ann", 1), ("bob", 2)}]


def test_of_two_equally_long_passages_of_one_reviewer_the_first_counts():
    ann = make_coding("ann", [("opinion", 2, 12, {"slant": 1}), ("fact", 0, 10, {"slant": 0})])
    bob = make_coding("bob", [("fact", 1, 11, {"slant": 2})])
    assert slants(ann, bob) == [{("ann", 0), ("bob", 2)}]


def test_disputed_labels_that_a_scale_is_asked_of_share_a_unit():
    ann = make_coding("ann", [("fact", 0, 10, {"slant": 0})])
    bob = make_coding("bob", [("opinion", 0, 10, {"slant": 2})])
    assert slants(ann, bob) == [{("ann", 0), ("bob", 2)}]


def test_labels_that_a_scale_is_not_asked_of_make_no_units():
    ann = make_coding("ann", [("ai", 0, 10, {"basis": 1}), ("fact", 0, 10, {"slant": 1})])
    bob = make_coding("bob", [("ai", 0, 10, {"basis": 2})])
    document = make_document([ann, bob])
    assert rating_units(document, BASIS) == [{"ann": 1, "bob": 2}]
    assert rating_units(document, SLANT) == [{"ann": 1}]


def test_scales_asked_of_other_labels_have_units_of_their_own():
    ann = make_coding("ann", [("ai", 0, 10, {"basis": 1, "tone": 3})])
    bob = make_coding("bob", [("ai", 5, 30, {"basis": 2, "tone": 1}), ("fact", 0, 10, {"slant": 2, "tone": 2})])
    document = make_document([ann, bob])
    scales = [BASIS, SLANT, replace(SLANT, code="tone", labels=())]
    found = units_by_scale(document, scales)
    assert found == {scale.code: answered_units(document, scale) for scale in scales}
    values = {
        code: [{name: each.value for name, each in unit.items()} for unit in units] for code, units in found.items()
    }
    assert values["basis"] == [{"ann": 1}, {"bob": 2}]
    assert values["slant"] == [{"bob": 2}]
    assert values["tone"] == [{"ann": 3, "bob": 2}, {"bob": 1}]


def test_answers_are_all_ratings_of_passages_the_scale_is_asked_of():
    ann = make_coding("ann", [("fact", 0, 10, {"slant": 9}), ("fact", 20, 30, {"slant": 1}), ("fact", 40, 50)])
    bob = make_coding("bob", [("ai", 0, 10, {"slant": 2, "basis": 1})])
    given = answers(make_document([ann, bob]), SLANT)
    assert [(reviewer, rating.value, rating.missing) for reviewer, rating in given] == [
        ("ann", 9, True),
        ("ann", 1, False),
    ]


def test_a_scale_without_labels_is_asked_of_all():
    ann = make_coding("ann", [("ai", 0, 10, {"slant": 1})])
    bob = make_coding("bob", [("fact", 0, 10, {"slant": 2})])
    assert rating_units(make_document([ann, bob]), replace(SLANT, labels=())) == [{"ann": 1, "bob": 2}]


def test_cannot_be_judged_and_no_rating_are_missing():
    ann = make_coding("ann", [("fact", 0, 10, {"slant": 9})])
    bob = make_coding("bob", [("fact", 0, 10)])
    cat = make_coding("cat", [("fact", 0, 10, {"slant": -2})])
    assert slants(ann, bob, cat) == [{("cat", -2)}]


def test_the_document_is_the_unit_of_a_document_scale():
    codings = [
        make_coding(name, ratings={"credibility": value}) for name, value in [("ann", 2), ("bob", 6), ("cat", 3)]
    ]
    assert rating_units(make_document([*codings, make_coding("dan")]), CREDIBILITY) == [{"ann": 2, "cat": 3}]
    assert rating_units(make_document([make_coding("dan")]), CREDIBILITY) == []


def test_a_matched_unit_has_one_member_for_each_reviewer():
    document = make_document(
        [make_coding("ann", [("fact", 0, 10), ("fact", 50, 60)]), make_coding("bob", [("fact", 0, 9)])]
    )
    members = [member for group in groups(document) for member in group.members]
    units = match_passages(members)
    assert [{(member.reviewer, member.start) for member in unit} for unit in units] == [
        {("ann", 0), ("bob", 0)},
        {("ann", 50)},
    ]


def group_of(*codings, text="x" * 100):
    (group,) = groups(make_document(codings, text=text))
    return group


def test_a_group_says_how_many_marked_it_as_what_and_rated_how():
    group = group_of(
        make_coding("ann", [("fact", 10, 20, {"slant": 1}), ("ai", 10, 30, {"basis": 2})]),
        make_coding("bob", [("opinion", 12, 20, {"slant": 9})]),
        make_coding("cat", [("fact", 8, 12, {"slant": 1})]),
        make_coding("dan"),
    )
    assert (group.start, group.end, group.marked, group.of) == (8, 30, 3, 4)
    assert group.labels == {"ai": ("ann",), "fact": ("ann", "cat"), "opinion": ("bob",)}
    assert group.ratings == {"basis": {2: 1}, "slant": {1: 2, 9: 1}}
    assert [(each.reviewer, each.label, each.start) for each in group.members] == [
        ("cat", "fact", 8),
        ("ann", "fact", 10),
        ("ann", "ai", 10),
        ("bob", "opinion", 12),
    ]


def test_abutting_passages_are_two_groups():
    document = make_document([make_coding("ann", [("fact", 0, 10)]), make_coding("bob", [("fact", 10, 20)])])
    assert [(group.start, group.end) for group in groups(document)] == [(0, 10), (10, 20)]


ANN = make_coding("ann", [("fact", 0, 10, {"slant": 1})])


@pytest.mark.parametrize(
    ("bob", "kinds"),
    [
        ([("fact", 0, 10, {"slant": 1})], ()),
        ([("fact", 0, 10)], ()),
        ([("fact", 0, 5), ("fact", 5, 10)], ()),
        ([], ("presence",)),
        ([("opinion", 0, 10, {"slant": 1})], ("label",)),
        ([("fact", 0, 10), ("ai", 0, 10)], ("label",)),
        ([("fact", 0, 12)], ("boundary",)),
        ([("fact", 0, 10, {"slant": 2})], ("rating",)),
        ([("fact", 0, 10, {"slant": 9})], ("rating",)),
        ([("opinion", 0, 10, {"slant": -2})], ("label", "rating")),
    ],
)
def test_kinds_of_disagreement(bob, kinds):
    group = group_of(ANN, make_coding("bob", bob))
    assert group.kinds == kinds
    assert group.kind == (kinds[0] if kinds else "none")


def test_reviewers_who_marked_may_disagree_beside_one_who_did_not():
    group = group_of(ANN, make_coding("bob", [("opinion", 0, 12)]), make_coding("cat"))
    assert group.kinds == ("presence", "label")


def test_white_space_at_the_edge_is_no_disagreement():
    text = "Ten words. " * 3
    group = group_of(make_coding("ann", [("fact", 0, 11)]), make_coding("bob", [("fact", 0, 10)]), text=text)
    assert group.kind == "none"


def test_groups_are_json_with_ids_as_text():
    given = json.loads(json.dumps(group_of(ANN, make_coding("bob")).as_dict()))
    assert given["kind"] == "presence"
    assert UUID(given["members"][0]["passage"]) == ANN.passages[0].id
    assert given["ratings"] == {"slant": {"1": 1}}


def test_a_document_nobody_marked_has_no_groups_and_one_stretch():
    document = make_document([make_coding("ann"), make_coding("bob")])
    assert groups(document) == ()
    (stretch,) = stretches(document)
    assert (stretch.start, stretch.end, stretch.marked, stretch.labels) == (0, 100, 0, {})


def test_an_empty_text_has_no_stretches():
    assert stretches(make_document([], text="", sentences=())) == ()


def test_stretches_say_who_marks_them_and_as_what():
    document = make_document(
        [make_coding("ann", [("fact", 0, 40), ("ai", 20, 30)]), make_coding("bob", [("opinion", 30, 100)])]
    )
    assert [(each.start, each.end, each.reviewers, each.labels) for each in stretches(document)] == [
        (0, 20, ("ann",), {"fact": ("ann",)}),
        (20, 30, ("ann",), {"ai": ("ann",), "fact": ("ann",)}),
        (30, 40, ("ann", "bob"), {"fact": ("ann",), "opinion": ("bob",)}),
        (40, 100, ("bob",), {"opinion": ("bob",)}),
    ]


def test_stretches_of_one_label_leave_out_the_others():
    document = make_document([make_coding("ann", [("fact", 10, 40), ("ai", 20, 30)]), make_coding("bob")])
    assert [(each.start, each.end, each.marked) for each in stretches(document, "ai")] == [
        (0, 20, 0),
        (20, 30, 1),
        (30, 100, 0),
    ]


def test_stretches_cover_the_text_without_overlap():
    document = make_document(
        [make_coding("ann", [("fact", 0, 40), ("fact", 40, 60)]), make_coding("bob", [("fact", 39, 100)])]
    )
    found = stretches(document)
    assert [each.start for each in found[1:]] == [each.end for each in found[:-1]]
    assert (found[0].start, found[-1].end) == (0, 100)
    assert json.loads(json.dumps(found[0].as_dict()))["marked"] == 1


@pytest.mark.parametrize("look", [groups, stretches])
def test_two_codings_of_one_reviewer_are_refused(look):
    document = make_document([make_coding("ann"), make_coding("ann", round=2)])
    with pytest.raises(ValueError, match="ann has several codings"):
        look(document)


WIDE = make_coding("cat", [("ai", 0, 100)])


def test_a_long_passage_of_another_label_does_not_make_one_group_of_all_it_covers():
    document = make_document([ANN, make_coding("bob", [("fact", 30, 40), ("opinion", 38, 60)]), WIDE])
    assert [(group.start, group.end) for group in groups(document)] == [(0, 100)]
    layer = groups(document, "fact")
    assert [(group.start, group.end, group.labels) for group in layer] == [
        (0, 10, {"ai": ("cat",), "fact": ("ann",)}),
        (30, 40, {"ai": ("cat",), "fact": ("bob",), "opinion": ("bob",)}),
    ]


def test_a_passage_that_abuts_a_group_of_a_layer_is_not_in_it():
    document = make_document([ANN, make_coding("bob", [("opinion", 10, 20), ("ai", 9, 12)])])
    (group,) = groups(document, "fact")
    assert group.labels == {"ai": ("bob",), "fact": ("ann",)}


@pytest.mark.parametrize(
    ("others", "pairs"),
    [
        ([[], [], []], 3),
        ([["fact"], [], []], 4),
        ([["fact"], ["fact"], ["fact"]], 0),
        ([["opinion"], [], []], 5),
        ([["opinion"], ["ai"], []], 6),
        ([["fact", "ai"], ["ai", "fact"], ["fact"]], 4),
    ],
)
def test_pairs_apart_are_the_pairs_with_different_sets_of_labels(others, pairs):
    codings = [ANN, *(make_coding(f"r{n}", [(label, 0, 10) for label in labels]) for n, labels in enumerate(others))]
    document = make_document(codings)
    assert stretches(document)[0].pairs_apart(4) == pairs


def test_division_is_the_share_of_pairs_apart_averaged_over_the_characters():
    """By hand: of 20 characters 10 are marked by one of two and 10 by both; 10 to 20 by both, as different things."""
    document = make_document(
        [
            make_coding("ann", [("fact", 0, 20), ("fact", 40, 50), ("fact", 60, 70)]),
            make_coding("bob", [("fact", 10, 20), ("opinion", 40, 50), ("fact", 60, 70)]),
        ]
    )
    assert division(groups(document), stretches(document), 2) == [0.5, 1.0, 0.0]
    assert division(groups(document, "fact"), stretches(document, "fact"), 2) == [0.5, 1.0, 0.0]
    assert division(groups(document, "opinion"), stretches(document, "opinion"), 2) == [1.0]


def test_division_of_one_reviewer_or_of_nothing_is_none():
    alone = make_document([ANN])
    assert division(groups(alone), stretches(alone), 1) == [0.0]
    assert division((), stretches(make_document([])), 0) == []


def test_ratings_apart_are_pairs_of_reviewers_who_gave_different_points():
    codings = [
        make_coding(name, [("fact", 0, 10, {"slant": value})])
        for name, value in (("a", 1), ("b", 1), ("c", 1), ("d", 2))
    ]
    assert group_of(*codings).ratings_apart == pytest.approx(3 / 6)
    assert group_of(*codings[:3]).ratings_apart == 0
    assert group_of(codings[0]).ratings_apart == 0


def test_a_member_keeps_its_note():
    passage = replace(ANN.passages[0], note="Why?")
    (member,) = group_of(replace(ANN, passages=(passage,))).members
    assert member.note == "Why?"

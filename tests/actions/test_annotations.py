"""Saving a passage: what is stored, what history keeps, what is refused."""

import uuid

import pytest

from annotator.actions.annotation import Precondition, save_annotation
from annotator.actions.errors import (
    ConflictError,
    DeletedError,
    InvalidError,
    NotFoundError,
    PreconditionMissingError,
    SpanError,
    StaleError,
)
from annotator.actions.study import close_study
from annotator.ids import uuid7
from annotator.models import Annotation, Event, Rating

FERRY = "The ferry carried 1,200 people in May."
BEST = "It is the best ferry on the coast."
PERSIAN = "کشتی دیروز آمد."


def points(annotation):
    return {rating.scale.code: rating.point.value for rating in Rating.objects.filter(annotation=annotation)}


def test_a_new_passage_leaves_one_event_that_holds_it(stage, mark, frames):
    with frames.deed("created", "annotation") as seen:
        passage = mark("ben", FERRY, "fact", note=" a note\r\n", ratings=[("slant", -2)])
    start, end = stage.span(FERRY)
    assert seen.event.object_id == str(passage.pk)
    assert (seen.event.actor, seen.event.assignment) == (stage.assignments["ben"].reviewer, stage.assignments["ben"])
    assert seen.event.before is None
    assert seen.event.after == {
        "label": "fact",
        "start": start,
        "end": end,
        "note": " a note\r\n",
        "ratings": [{"scale": "slant", "point": -2}],
        "version": 1,
        "deleted": False,
    }
    assert passage.quote == FERRY


def test_offsets_count_code_points_behind_an_emoji(stage, mark):
    assert mark("ben", PERSIAN, "fact").quote == PERSIAN


def test_the_first_passage_begins_the_work_and_later_ones_do_not_move_that_moment(stage, mark):
    assignment = stage.assignments["ben"]
    assert assignment.begun_at is None
    mark("ben", FERRY, "fact")
    assignment.refresh_from_db()
    begun = assignment.begun_at
    assert begun is not None
    mark("ben", BEST, "opinion")
    assignment.refresh_from_db()
    assert assignment.begun_at == begun


def test_an_edit_raises_the_version_and_history_holds_before_and_after(stage, mark, edit, frames):
    passage = mark("ben", FERRY, "fact", ratings=[("slant", 0)])
    with frames.deed("changed", "annotation", passage) as seen:
        saved, new = edit(passage, words="The ferry carried", note="shorter", ratings=[("slant", 2)])
    assert (saved.version, new, saved.quote) == (2, False, "The ferry carried")
    assert (seen.event.before["version"], seen.event.after["version"]) == (1, 2)
    assert seen.event.before["ratings"] == [{"scale": "slant", "point": 0}]
    assert seen.event.after["ratings"] == [{"scale": "slant", "point": 2}]
    assert (seen.event.before["note"], seen.event.after["note"]) == ("", "shorter")


def test_relabelling_keeps_the_ratings_still_asked(mark, edit, frames):
    passage = mark("ben", FERRY, "fact", ratings=[("slant", 1)])
    with frames.deed("changed", "annotation", passage):
        edit(passage, label="opinion")
    assert points(passage) == {"slant": 1}


def test_relabelling_takes_ratings_away_that_are_not_asked_in_the_same_event(mark, edit, frames):
    passage = mark("ben", FERRY, "fact", ratings=[("slant", 1)])
    with frames.deed("changed", "annotation", passage) as seen:
        edit(passage, label="ai")
    assert points(passage) == {}
    assert seen.event.before["ratings"] == [{"scale": "slant", "point": 1}]
    assert seen.event.after["ratings"] == []


def test_ratings_sent_replace_those_there(mark, edit):
    passage = mark("ben", FERRY, "fact", ratings=[("slant", 1)])
    edit(passage, ratings=[])
    assert points(passage) == {}


def test_an_edited_rating_raises_its_own_version(mark, edit):
    passage = mark("ben", FERRY, "fact", ratings=[("slant", 1)])
    edit(passage, ratings=[("slant", 2)])
    assert Rating.objects.get(annotation=passage).version == 2


def test_the_same_create_again_changes_nothing_and_gives_the_row(mark, frames):
    key = uuid7()
    first = mark("ben", FERRY, "fact", key, note="n", ratings=[("slant", 1)])
    with frames.untouched():
        again = mark("ben", FERRY, "fact", key, note="n", ratings=[("slant", 1)])
    assert (again.pk, again.version) == (first.pk, 1)


def test_the_same_edit_again_changes_nothing_although_its_version_is_old(mark, edit, frames):
    passage = mark("ben", FERRY, "fact")
    old = Precondition(versions=frozenset({1}))
    edit(passage, note="n", precondition=old)
    with frames.untouched():
        saved, new = edit(passage, note="n", precondition=old)
    assert (saved.version, new) == (2, False)


def test_the_same_edit_again_is_no_fault_after_submitting(stage, mark, edit, submit, frames):
    passage = mark("ben", FERRY, "fact")
    edit(passage, note="n")
    submit(stage.assignments["ben"])
    with frames.untouched():
        edit(passage, note="n", precondition=Precondition(versions=frozenset({1})))


def test_a_replayed_create_after_an_edit_gives_the_row_as_it_is(mark, edit, frames):
    key = uuid7()
    passage = mark("ben", FERRY, "fact", key, ratings=[("slant", 1)])
    edit(passage, note="later", ratings=[("slant", 2)])
    with frames.untouched():
        again = mark("ben", FERRY, "fact", key, ratings=[("slant", 1)])
    assert (again.version, again.note) == (2, "later")


def test_a_replayed_create_without_ratings_is_known_after_the_passage_was_rated(mark, edit, frames):
    key = uuid7()
    passage = mark("ben", FERRY, "fact", key)
    edit(passage, note="later", ratings=[("slant", 2)])
    with frames.untouched():
        again = mark("ben", FERRY, "fact", key)
    assert again.version == 2
    assert points(passage) == {"slant": 2}


def test_a_create_with_other_content_under_an_id_of_ones_own_is_refused(mark, frames):
    key = uuid7()
    mark("ben", FERRY, "fact", key)
    with frames.refusal(ConflictError, "different"):
        mark("ben", BEST, "opinion", key)


def test_anothers_id_cannot_be_taken_by_creating(mark, frames):
    key = uuid7()
    mark("cleo", BEST, "opinion", key)
    with frames.refusal(ConflictError, "id_taken") as caught:
        mark("ben", FERRY, "fact", key)
    assert caught.value.current is None
    assert "cleo" not in caught.value.detail


def test_anothers_id_cannot_be_taken_by_repeating_anothers_words(mark, frames):
    key = uuid7()
    mark("cleo", BEST, "opinion", key)
    with frames.refusal(ConflictError, "id_taken"):
        mark("ben", BEST, "opinion", key)


def test_anothers_passage_is_edited_as_if_it_were_not_there(stage, mark, edit, cast, frames):
    hers = mark("cleo", BEST, "opinion")
    with frames.refusal(NotFoundError) as theirs:
        edit(hers, actor=cast.ben, assignment_id=stage.assignments["ben"].pk, note="mine now")
    with frames.refusal(NotFoundError) as nobodys:
        edit(
            hers, actor=cast.ben, assignment_id=stage.assignments["ben"].pk, note="mine now", annotation_id=uuid.uuid4()
        )
    assert theirs.value.detail == nobodys.value.detail


def test_nobody_writes_into_anothers_assignment(stage, cast, frames):
    start, end = stage.span(FERRY)
    for actor in (cast.ben, cast.ada, cast.dora, cast.eli):
        with frames.refusal(NotFoundError):
            save_annotation(
                actor=actor,
                annotation_id=uuid7(),
                assignment_id=stage.assignments["cleo"].pk,
                label="fact",
                start=start,
                end=end,
                quote=FERRY,
                precondition=Precondition(create=True),
            )


def test_a_passage_stays_in_its_assignment(stage, mark, edit, make_stage, frames):
    passage = mark("ben", FERRY, "fact")
    other = make_stage("second")
    with frames.refusal(InvalidError, "invalid"):
        edit(passage, assignment_id=other.assignments["ben"].pk, note="moved")


def test_an_edit_with_an_old_version_is_stale_and_shows_the_row_as_it_is(mark, edit, frames):
    passage = mark("ben", FERRY, "fact")
    edit(passage, note="first window")
    with frames.refusal(StaleError, "stale") as caught:
        edit(passage, note="second window", precondition=Precondition(versions=frozenset({1})))
    assert (caught.value.current.version, caught.value.current.note) == (2, "first window")


def test_an_edit_that_names_no_version_is_refused(mark, edit, frames):
    passage = mark("ben", FERRY, "fact")
    with frames.refusal(PreconditionMissingError, "if_match"):
        edit(passage, note="blind", precondition=Precondition())


def test_an_edit_of_nothing_is_not_found(stage, mark, edit, frames):
    passage = mark("ben", FERRY, "fact")
    with frames.refusal(NotFoundError):
        edit(passage, annotation_id=uuid7())


@pytest.mark.parametrize(
    ("start", "end", "field"), [(5, 5, "start"), (9, 5, "start"), (-1, 5, "start"), (0, 100_000, "end")]
)
def test_a_span_that_is_none_is_refused(stage, mark, edit, frames, start, end, field):
    passage = mark("ben", FERRY, "fact")
    with frames.refusal(SpanError, "span") as caught:
        edit(passage, start=start, end=end, quote=stage.revision.text[start:end])
    assert [fault.field for fault in caught.value.errors] == [field]


def test_the_last_character_of_the_text_may_be_marked(stage, mark, edit):
    passage = mark("ben", FERRY, "fact")
    length = stage.revision.length
    saved, _ = edit(passage, start=length - 1, end=length, quote=stage.revision.text[-1])
    assert saved.end == length


def test_a_quote_that_drifted_is_refused(stage, mark, edit, frames):
    passage = mark("ben", FERRY, "fact")
    with frames.refusal(ConflictError, "quote"):
        edit(passage, start=passage.start + 1, end=passage.end + 1, quote=FERRY)


def test_a_label_of_another_codebook_is_refused(mark, frames):
    with frames.refusal(InvalidError, "invalid") as caught:
        mark("ben", FERRY, "rumour")
    assert [fault.field for fault in caught.value.errors] == ["label"]


@pytest.mark.parametrize(
    ("label", "ratings", "field"),
    [
        ("fact", [("slant", 3)], "ratings.0.point"),
        ("fact", [("unknown", 1)], "ratings.0.scale"),
        ("fact", [("credibility", 1)], "ratings.0.scale"),
        ("fact", [("slant", 1), ("slant", 1)], "ratings.1.scale"),
        ("fact", [("slant", 1), ("basis", 1)], "ratings.1.scale"),
        ("ai", [("slant", 1)], "ratings.0.scale"),
    ],
    ids=["no point", "no scale", "a document scale", "rated twice", "not asked of fact", "not asked of ai"],
)
def test_a_rating_that_does_not_fit_is_refused(mark, frames, label, ratings, field):
    with frames.refusal(InvalidError, "invalid") as caught:
        mark("ben", FERRY, label, ratings=ratings)
    assert [fault.field for fault in caught.value.errors] == [field]


@pytest.mark.parametrize(
    "words",
    [FERRY, "ferry carried", "May. It is", f"{FERRY} It"],
    ids=["the same span", "inside it", "over its end", "around it"],
)
def test_same_label_passages_may_not_overlap(mark, frames, words):
    mark("ben", FERRY, "fact")
    with frames.refusal(ConflictError, "overlap"):
        mark("ben", words, "fact")


def test_same_label_passages_may_abut(stage, mark):
    first = mark("ben", "The ferry ", "fact")
    second = mark("ben", "carried 1,200", "fact")
    assert (first.start, first.end) == (stage.span("The ferry ")[0], second.start)
    assert Annotation.objects.live().count() == 2


def test_passages_of_different_labels_may_overlap(mark):
    mark("ben", FERRY, "fact")
    mark("ben", FERRY, "opinion")
    assert Annotation.objects.live().count() == 2


def test_other_peoples_passages_do_not_stand_in_the_way(mark):
    mark("cleo", FERRY, "fact")
    mark("ben", FERRY, "fact")
    assert Annotation.objects.live().count() == 2


def test_an_edit_may_not_grow_into_a_passage_of_the_same_label(mark, edit, frames):
    mark("ben", BEST, "opinion")
    passage = mark("ben", "people in May.", "opinion")
    with frames.refusal(ConflictError, "overlap"):
        edit(passage, words="people in May. It is")


def test_relabelling_may_not_make_an_overlap(mark, edit, frames):
    mark("ben", FERRY, "fact")
    passage = mark("ben", FERRY, "opinion")
    with frames.refusal(ConflictError, "overlap"):
        edit(passage, label="fact")


def test_an_edit_may_move_within_its_own_span(mark, edit):
    passage = mark("ben", FERRY, "fact")
    saved, _ = edit(passage, words="ferry carried")
    assert saved.version == 2


def test_a_tombstone_does_not_stand_in_the_way(stage, mark):
    from annotator.actions.annotation import delete_annotation

    passage = mark("ben", FERRY, "fact")
    delete_annotation(actor=passage.assignment.reviewer, annotation_id=passage.pk, versions={1})
    assert mark("ben", FERRY, "fact").pk != passage.pk


def test_submitted_work_takes_no_new_passage_and_no_edit(stage, mark, edit, submit, frames):
    passage = mark("ben", FERRY, "fact")
    submit(stage.assignments["ben"])
    with frames.refusal(ConflictError, "submitted"):
        mark("ben", BEST, "opinion")
    with frames.refusal(ConflictError, "submitted"):
        edit(passage, note="after the bell")


def test_a_closed_study_takes_no_new_passage_and_no_edit(stage, mark, edit, cast, frames):
    passage = mark("ben", FERRY, "fact")
    close_study(actor=cast.ada, study=stage.study)
    with frames.refusal(ConflictError, "closed"):
        mark("ben", BEST, "opinion")
    with frames.refusal(ConflictError, "closed"):
        edit(passage, note="after the bell")


def test_creating_over_a_tombstone_is_refused_and_raises_no_dead(mark, edit, frames):
    from annotator.actions.annotation import delete_annotation

    key = uuid7()
    passage = mark("ben", FERRY, "fact", key)
    delete_annotation(actor=passage.assignment.reviewer, annotation_id=key, versions={1})
    with frames.refusal(DeletedError, "deleted"):
        mark("ben", FERRY, "fact", key)
    with frames.refusal(DeletedError, "deleted"):
        edit(passage, note="still here?")


def test_every_act_upon_a_passage_is_numbered_in_its_study_without_a_gap(stage, mark, edit):
    passage = mark("ben", FERRY, "fact")
    edit(passage, note="n")
    mark("cleo", FERRY, "fact")
    numbers = list(Event.objects.filter(ledger__study=stage.study).order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))

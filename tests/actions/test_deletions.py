"""Deleting and restoring a passage: a tombstone, and the way back."""

import uuid

import pytest

from annotator.actions.annotation import ANY_VERSION, delete_annotation, restore_annotation
from annotator.actions.errors import ConflictError, NotFoundError, PreconditionMissingError, StaleError
from annotator.actions.study import close_study
from annotator.models import Rating

FERRY = "The ferry carried 1,200 people in May."


@pytest.fixture
def passage(mark):
    return mark("ben", FERRY, "fact", note="n", ratings=[("slant", 1)])


def test_deleting_leaves_a_tombstone_with_its_ratings_and_one_event(passage, cast, frames):
    with frames.deed("deleted", "annotation", passage) as seen:
        dead = delete_annotation(actor=cast.ben, annotation_id=passage.pk, versions={1})
    assert (dead.is_deleted, dead.version) == (True, 2)
    assert (seen.event.before["deleted"], seen.event.after["deleted"]) == (False, True)
    assert Rating.objects.get(annotation=passage).point.value == 1


def test_deleting_again_changes_nothing_whatever_version_it_names(passage, cast, frames):
    delete_annotation(actor=cast.ben, annotation_id=passage.pk, versions={1})
    for versions in ({1}, {2}, None, {77}):
        with frames.untouched():
            delete_annotation(actor=cast.ben, annotation_id=passage.pk, versions=versions)


def test_deleting_an_old_version_is_stale(passage, edit, cast, frames):
    edit(passage, note="changed elsewhere")
    with frames.refusal(StaleError, "stale") as caught:
        delete_annotation(actor=cast.ben, annotation_id=passage.pk, versions={1})
    assert caught.value.current.version == 2


def test_deleting_whatever_version_there_is_can_be_asked_for(passage, cast, frames):
    with frames.deed("deleted", "annotation", passage):
        delete_annotation(actor=cast.ben, annotation_id=passage.pk, versions=ANY_VERSION)


def test_deleting_without_a_version_is_refused(passage, cast, frames):
    with frames.refusal(PreconditionMissingError, "if_match"):
        delete_annotation(actor=cast.ben, annotation_id=passage.pk, versions=None)


def test_anothers_passage_is_deleted_and_restored_as_if_it_were_not_there(passage, cast, frames):
    for actor in (cast.cleo, cast.ada, cast.dora, cast.eli):
        details = set()
        for annotation_id in (passage.pk, uuid.uuid4()):
            with frames.refusal(NotFoundError) as deleting:
                delete_annotation(actor=actor, annotation_id=annotation_id, versions={1})
            with frames.refusal(NotFoundError) as restoring:
                restore_annotation(actor=actor, annotation_id=annotation_id)
            details |= {deleting.value.detail, restoring.value.detail}
        assert len(details) == 1


def test_restoring_brings_the_passage_back_as_it_was(passage, cast, frames):
    delete_annotation(actor=cast.ben, annotation_id=passage.pk, versions={1})
    with frames.deed("restored", "annotation", passage) as seen:
        back = restore_annotation(actor=cast.ben, annotation_id=passage.pk)
    assert (back.is_deleted, back.version, back.note, back.quote) == (False, 3, "n", FERRY)
    assert seen.event.after["ratings"] == [{"scale": "slant", "point": 1}]
    assert (seen.event.before["deleted"], seen.event.after["deleted"]) == (True, False)


def test_restoring_a_live_passage_changes_nothing(passage, cast, frames):
    with frames.untouched():
        assert restore_annotation(actor=cast.ben, annotation_id=passage.pk).version == 1


def test_a_version_named_before_the_deletion_never_fits_the_restored_row(passage, cast, edit, frames):
    delete_annotation(actor=cast.ben, annotation_id=passage.pk, versions={1})
    restore_annotation(actor=cast.ben, annotation_id=passage.pk)
    for version in (1, 2):
        with frames.refusal(StaleError):
            delete_annotation(actor=cast.ben, annotation_id=passage.pk, versions={version})


def test_restoring_may_not_make_an_overlap(passage, cast, mark, frames):
    delete_annotation(actor=cast.ben, annotation_id=passage.pk, versions={1})
    mark("ben", "ferry carried", "fact")
    with frames.refusal(ConflictError, "overlap"):
        restore_annotation(actor=cast.ben, annotation_id=passage.pk)


def test_submitted_work_is_neither_deleted_nor_restored(passage, stage, cast, mark, submit, frames):
    dead = mark("ben", "Fares will rise", "opinion")
    delete_annotation(actor=cast.ben, annotation_id=dead.pk, versions={1})
    submit(stage.assignments["ben"])
    with frames.refusal(ConflictError, "submitted"):
        delete_annotation(actor=cast.ben, annotation_id=passage.pk, versions={1})
    with frames.refusal(ConflictError, "submitted"):
        restore_annotation(actor=cast.ben, annotation_id=dead.pk)


def test_in_a_closed_study_nothing_is_deleted_or_restored(passage, stage, cast, mark, frames):
    dead = mark("ben", "Fares will rise", "opinion")
    delete_annotation(actor=cast.ben, annotation_id=dead.pk, versions={1})
    close_study(actor=cast.ada, study=stage.study)
    with frames.refusal(ConflictError, "closed"):
        delete_annotation(actor=cast.ben, annotation_id=passage.pk, versions={1})
    with frames.refusal(ConflictError, "closed"):
        restore_annotation(actor=cast.ben, annotation_id=dead.pk)

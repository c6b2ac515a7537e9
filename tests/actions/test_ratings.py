"""Rating a whole document: one answer a scale, with the passages that justify it."""

import pytest

from annotator.actions.annotation import ANY_VERSION, Precondition, delete_annotation
from annotator.actions.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
    PreconditionMissingError,
    StaleError,
)
from annotator.actions.rating import clear_document_rating, rate_document
from annotator.actions.study import close_study
from annotator.models import Rating

NEW = Precondition(create=True)


def version(number):
    return Precondition(versions=frozenset({number}))


@pytest.fixture
def rate(stage, cast):
    def make(point=3, precondition=NEW, **wanted):
        values = {"actor": cast.ben, "assignment_id": stage.assignments["ben"].pk, "scale": "credibility"}
        return rate_document(**{**values, "point": point, "precondition": precondition, **wanted})

    return make


@pytest.fixture
def clear(stage, cast):
    def make(precondition, **wanted):
        values = {"actor": cast.ben, "assignment_id": stage.assignments["ben"].pk, "scale": "credibility"}
        return clear_document_rating(**{**values, "precondition": precondition, **wanted})

    return make


def test_a_rating_leaves_one_event_with_its_evidence(stage, mark, rate, frames):
    passage = mark("ben", "Fares will rise", "fact")
    with frames.deed("rated", "rating") as seen:
        rating, new = rate(evidence=[passage.pk])
    assert (rating.point.value, rating.version, rating.annotation, new) == (3, 1, None, True)
    assert seen.event.before is None
    assert seen.event.after == {"scale": "credibility", "point": 3, "evidence": [str(passage.pk)], "version": 1}
    assert seen.event.assignment == stage.assignments["ben"]


def test_a_rating_alone_begins_the_work(stage, rate):
    rate()
    stage.assignments["ben"].refresh_from_db()
    assert stage.assignments["ben"].begun_at is not None


def test_a_rating_is_changed_with_its_version(mark, rate, frames):
    first, second = mark("ben", "Fares will rise", "fact"), mark("ben", "the mayor said", "fact")
    rate(evidence=[first.pk])
    with frames.deed("rated", "rating") as seen:
        rating, new = rate(4, version(1), evidence=[second.pk])
    assert (rating.point.value, rating.version, new) == (4, 2, False)
    assert (seen.event.before["evidence"], seen.event.after["evidence"]) == ([str(first.pk)], [str(second.pk)])


def test_new_evidence_alone_makes_a_new_version(mark, rate, frames):
    passage = mark("ben", "Fares will rise", "fact")
    rate()
    with frames.deed("rated", "rating"):
        rating, _ = rate(3, version(1), evidence=[passage.pk])
    assert rating.version == 2


def test_the_same_rating_again_changes_nothing(mark, rate, frames):
    one, two = mark("ben", "Fares will rise", "fact"), mark("ben", "the mayor said", "fact")
    rate(evidence=[one.pk, two.pk])
    for precondition in (NEW, version(1), version(7)):
        with frames.untouched():
            rating, new = rate(3, precondition, evidence=[two.pk, one.pk, two.pk])
        assert (rating.version, new) == (1, False)


def test_another_rating_as_if_it_were_the_first_is_refused(rate, frames):
    rate()
    with frames.refusal(ConflictError, "different") as caught:
        rate(4)
    assert caught.value.current.point.value == 3


def test_a_rating_of_an_old_version_is_stale(rate, frames):
    rate()
    rate(4, version(1))
    with frames.refusal(StaleError, "stale"):
        rate(5, version(1))


def test_a_rating_without_a_precondition_is_refused(rate, frames):
    with frames.refusal(PreconditionMissingError, "if_match"):
        rate(3, Precondition())


def test_a_rating_that_is_not_there_cannot_be_changed(rate, frames):
    with frames.refusal(NotFoundError):
        rate(3, version(1))


@pytest.mark.parametrize("scale", ["slant", "unknown"])
def test_a_scale_that_is_not_asked_of_documents_is_not_there(rate, frames, scale):
    with frames.refusal(NotFoundError):
        rate(1, scale=scale)


def test_a_point_of_no_scale_is_refused(rate, frames):
    with frames.refusal(InvalidError, "invalid") as caught:
        rate(7)
    assert [fault.field for fault in caught.value.errors] == ["point"]


def test_anothers_passage_is_no_evidence(mark, rate, frames):
    mine, hers = mark("ben", "Fares will rise", "fact"), mark("cleo", "the mayor said", "fact")
    with frames.refusal(InvalidError, "invalid") as caught:
        rate(evidence=[mine.pk, hers.pk])
    assert [fault.field for fault in caught.value.errors] == ["evidence.1"]


def test_a_deleted_passage_stays_linked(cast, mark, rate):
    passage = mark("ben", "Fares will rise", "fact")
    rating, _ = rate(evidence=[passage.pk])
    delete_annotation(actor=cast.ben, annotation_id=passage.pk, versions={1})
    assert list(rating.evidence.all()) == [passage]


def test_nobody_rates_or_clears_for_another(stage, cast, rate, clear, frames):
    rate()
    for actor in (cast.cleo, cast.ada, cast.dora, cast.eli):
        with frames.refusal(NotFoundError):
            rate(4, version(1), actor=actor)
        with frames.refusal(NotFoundError):
            clear(version(1), actor=actor)


def test_clearing_takes_the_rating_back_and_history_keeps_it(mark, rate, clear, frames):
    passage = mark("ben", "Fares will rise", "fact")
    rating, _ = rate(evidence=[passage.pk])
    with frames.deed("cleared", "rating", rating) as seen:
        clear(version(1))
    assert not Rating.objects.filter(annotation=None).exists()
    assert seen.event.before == {"scale": "credibility", "point": 3, "evidence": [str(passage.pk)], "version": 1}
    assert seen.event.after is None


def test_clearing_what_is_not_there_changes_nothing(rate, clear, frames):
    with frames.untouched():
        clear(version(1))
    rate()
    clear(version(1))
    with frames.untouched():
        clear(version(1))


def test_clearing_needs_the_version_that_is_there(rate, clear, frames):
    rate()
    rate(4, version(1))
    with frames.refusal(StaleError, "stale"):
        clear(version(1))
    with frames.refusal(PreconditionMissingError, "if_match"):
        clear(Precondition())
    with frames.deed("cleared", "rating"):
        clear(Precondition(versions=ANY_VERSION))


def test_a_version_from_before_the_clearing_never_fits_the_rating_after_it(rate, clear, frames):
    rate()
    rate(4, version(1))
    clear(version(2))
    rating, new = rate(5)
    assert (rating.version, new) == (3, True)
    for old in (1, 2):
        with frames.refusal(StaleError):
            rate(1, version(old))
        with frames.refusal(StaleError):
            clear(version(old))


def test_submitted_work_is_neither_rated_nor_cleared(stage, rate, clear, submit, frames):
    rate()
    submit(stage.assignments["ben"])
    with frames.refusal(ConflictError, "submitted"):
        rate(4, version(1))
    with frames.refusal(ConflictError, "submitted"):
        clear(version(1))


def test_in_a_closed_study_nothing_is_rated_or_cleared(stage, cast, rate, clear, frames):
    with frames.deed("closed", "study"):
        close_study(actor=cast.ada, study=stage.study)
    with frames.refusal(ConflictError, "closed"):
        rate()

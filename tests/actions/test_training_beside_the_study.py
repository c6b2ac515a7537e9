"""Training beside the rest of a study: what it leaves alone there, and whose gold it may use."""

from types import SimpleNamespace
from typing import Any

import pytest

from annotator.actions.distribution import Wish as Distribution
from annotator.actions.distribution import forecast, reviewers_of
from annotator.actions.errors import InvalidError
from annotator.actions.handing_out import hand_out
from annotator.actions.set_up import change_study, remove_revisions
from annotator.actions.study import add_member, add_revisions, remove_member
from annotator.actions.training import add_text, retire_text
from annotator.models import Qualification, TrainingText
from annotator.queries import teachable_golds
from tests.schooling import BEST, FARES, School


def test_who_had_begun_and_left_goes_on_as_they_are_on_coming_back(
    school: School, cast: SimpleNamespace, mark: Any
) -> None:
    study = school.stage.study
    mark("ben", BEST, "opinion", ratings=[("slant", 1)])
    remove_member(actor=cast.ada, study=study, user=cast.ben)
    school.teach(2, 1)
    add_member(actor=cast.ada, study=study, user=cast.ben)
    assert Qualification.objects.get(reviewer=cast.ben).how == "before"
    assert school.lesson(cast.ben) is None
    mark("ben", FARES, "opinion", ratings=[("slant", 1)])


@pytest.fixture
def taken_out(school: School, cast: SimpleNamespace) -> TrainingText:
    """A text that ben and cleo trained on, a document of the study by now."""
    first, *_ = school.teach(3, 1)
    school.read(cast.ben)
    school.read(cast.cleo)
    retire_text(actor=cast.ada, study=school.stage.study, text_id=first.pk)
    add_revisions(actor=cast.ada, study=school.stage.study, revisions=[first.revision])
    return first


def test_who_trained_on_a_text_is_no_reader_of_it_where_texts_are_given_out(
    school: School, cast: SimpleNamespace, taken_out: TrainingText
) -> None:
    study = school.stage.study
    add_member(actor=cast.ada, study=study, user=cast.eli)
    found = forecast(study, Distribution(2, 0, reviewers_of(study)))
    assert list(found.plan.given[taken_out.revision_id]) == [cast.eli.pk]
    study.reviewers_per_document = 2
    given = hand_out(actor=cast.ada, study=study, reviewer=cast.eli, number=5)
    assert [each.revision for each in given] == [taken_out.revision]


def test_taking_a_text_out_of_the_study_leaves_those_training_on_it_at_work(
    school: School, cast: SimpleNamespace
) -> None:
    study = school.stage.study
    first, *_ = school.teach(3, 1)
    add_revisions(actor=cast.ada, study=study, revisions=[first.revision])
    retire_text(actor=cast.ada, study=study, text_id=first.pk)
    remove_revisions(actor=cast.ada, study=study, revisions=[first.revision])
    assert school.lesson(cast.ben).revision == first.revision
    school.read(cast.ben)
    assert Qualification.objects.get(reviewer=cast.ben).how == "passed"


def test_training_is_no_reason_to_ask_or_refuse_where_the_blinding_changes(
    school: School, cast: SimpleNamespace
) -> None:
    study = school.stage.study
    school.teach(3, 1)
    school.read(cast.ben)
    for rule in ("until_closed", "until_submitted"):
        study = change_study(actor=cast.ada, study=study, changes={"blinding": rule})
        assert study.blinding == rule


def test_a_gold_is_handed_on_by_who_runs_its_study(school: School, cast: SimpleNamespace, frames: Any) -> None:
    """Dora settles texts in the other study and leads this one: what she may see there is not hers to hand on."""
    study, gold = school.stage.study, school.gold()
    add_member(actor=cast.ada, study=study, user=cast.dora, role="lead")
    assert teachable_golds(study, cast.dora) == []
    with frames.refusal(InvalidError):
        add_text(actor=cast.dora, study=study, gold_id=gold.pk, kind="lesson")
    add_member(actor=cast.ada, study=school.study, user=cast.dora, role="lead")
    assert teachable_golds(study, cast.dora) == [gold]
    assert add_text(actor=cast.dora, study=study, gold_id=gold.pk, kind="lesson").gold == gold

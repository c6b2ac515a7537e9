"""What the database itself refuses about training: by constraint, and by trigger."""

from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from annotator.models import Assignment, PassMark, Qualification, Training, TrainingText
from tests.schooling import School


def refused(name: str, make: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        make()
    assert name in str(caught.value) or "UNIQUE constraint failed" in str(caught.value), str(caught.value)


def test_work_on_a_training_document_is_one_round_of_a_reviewer_and_never_revealed(stage: Any) -> None:
    row = Assignment.objects.filter(pk=stage.assignments["ben"].pk)
    row.update(purpose="training", state="submitted", submitted_at=timezone.now())
    for changes in ({"round": 2}, {"role": "adjudicator"}, {"revealed_at": timezone.now()}, {"purpose": "play"}):
        refused("assignment_training_is_one_round", lambda changes=changes: row.update(**changes))


def test_a_pass_mark_is_a_share_and_suits_its_subject(stage: Any) -> None:
    def make(**changes: Any) -> PassMark:
        usual = {"subject": "label", "code": "fact", "measure": "sentence-f1", "least": Decimal("0.7")}
        return PassMark.objects.create(study=stage.study, **{**usual, **changes})

    refused("passmark_least_is_a_share", lambda: make(least=0))
    refused("passmark_least_is_a_share", lambda: make(least=Decimal("1.01")))
    refused("passmark_measure_suits_its_subject", lambda: make(measure="within"))
    refused("passmark_measure_suits_its_subject", lambda: make(away=1))
    refused("passmark_measure_suits_its_subject", lambda: make(subject="scale"))
    make()
    refused("passmark_study_subject_code_is_unique", make)


def test_a_training_takes_its_marks_over_a_possible_number_of_documents(stage: Any) -> None:
    refused("training_needed_is_possible", lambda: Training.objects.create(study=stage.study, needed=0))
    refused("training_needed_is_possible", lambda: Training.objects.create(study=stage.study, needed=21))


def test_a_text_teaches_in_a_study_once_and_in_a_known_way(school: School) -> None:
    text = school.add(school.gold())
    same = {"study": text.study, "revision": text.revision, "gold": text.gold}
    refused("trainingtext_study_revision_is_unique", lambda: TrainingText.objects.create(**same))
    refused("trainingtext_kind_is_known", lambda: TrainingText.objects.filter(pk=text.pk).update(kind="exam"))


def test_who_is_let_on_by_hand_is_so_for_a_reason_and_once(stage: Any, cast: SimpleNamespace) -> None:
    def make(**changes: Any) -> Qualification:
        return Qualification.objects.create(study=stage.study, reviewer=cast.ben, by=cast.ada, **changes)

    refused("qualification_by_hand_has_a_reason", lambda: make(how="by_hand"))
    refused("qualification_how_is_known", lambda: make(how="liked"))
    make(how="passed")
    refused("qualification_study_reviewer_is_unique", lambda: make(how="before"))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM annotator_qualification",
        "UPDATE annotator_qualification SET how = 'before'",
        "UPDATE annotator_qualification SET reason = 'another'",
        "DELETE FROM annotator_trainingtext",
        "UPDATE annotator_trainingtext SET added_at = '2020-01-01 00:00:00+00:00'",
    ],
)
def test_the_database_keeps_who_was_let_on_and_what_taught(
    school: School, cast: SimpleNamespace, statement: str
) -> None:
    school.add(school.gold())
    Qualification.objects.create(study=school.stage.study, reviewer=cast.ben, by=cast.ada, how="passed")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

"""History, work and published codebooks are kept by the database itself, also after a migration remade a table."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from annotator.actions.codebook import publish_codebook, start_next_version
from annotator.actions.entrance import create_code, create_invitation, revoke_entrance
from annotator.actions.password_links import create_password_link
from annotator.models import Codebook, Event, Invitation, Label
from annotator.triggers import TRIGGERS, install_triggers, missing_triggers
from sources.triggers import missing_triggers as missing_source_triggers

FORBIDDEN = [
    "UPDATE annotator_event SET verb = 'other'",
    "UPDATE annotator_event SET hash = 'other'",
    "UPDATE annotator_event SET after = '{}'",
    "DELETE FROM annotator_event",
    "DELETE FROM annotator_annotation",
    "DELETE FROM annotator_ledger",
    "DELETE FROM annotator_user",
    "DELETE FROM annotator_invitation",
    "DELETE FROM annotator_classcode",
    "DELETE FROM annotator_passwordlink",
    "UPDATE annotator_invitation SET revoked_at = NULL",
    "UPDATE annotator_passwordlink SET used_at = created_at, revoked_at = NULL",
    "UPDATE annotator_codebook SET title = 'other'",
    "UPDATE annotator_codebook SET published_at = NULL",
    "UPDATE annotator_label SET name = 'other'",
    "DELETE FROM annotator_scalepoint",
    "DELETE FROM annotator_scale_labels",
    "UPDATE annotator_scale SET required = NOT required",
]


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_every_trigger_is_installed_on_a_migrated_database(db: None) -> None:
    assert missing_triggers(connection) == []
    assert missing_source_triggers(connection) == []


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_database_refuses(stage: Any, mark: Any, statement: str) -> None:
    mark("ben", "Harbour", "fact")
    ada = stage.study.memberships.get(role="lead").user
    invitation, _ = create_invitation(actor=ada, study=stage.study, role="reader")
    revoke_entrance(actor=ada, study=stage.study, kind=Invitation, entrance_id=invitation.pk)
    create_code(actor=ada, study=stage.study, places=3, days=3)
    for _ in range(2):  # the second revokes the first
        create_password_link(actor=ada, user=stage.assignments["ben"].reviewer)
    with pytest.raises(IntegrityError):
        run(statement)


def test_a_payload_may_be_blanked_and_nothing_else(stage: Any, mark: Any) -> None:
    mark("ben", "Harbour", "fact")
    run("UPDATE annotator_event SET after = NULL")
    assert not Event.objects.filter(after__isnull=False).exists()
    with pytest.raises(IntegrityError):
        run("UPDATE annotator_event SET after = NULL, seq = seq + 100")


def test_nothing_is_added_to_a_published_codebook(stage: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        stage.codebook.labels.create(
            code="new", name="New", definition="d", colour_light="#000000", colour_dark="#ffffff"
        )
    scale = stage.codebook.scales.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        scale.points.create(value=77, name="more")


def test_what_a_published_label_replaces_stays_so(stage: Any) -> None:
    ada = stage.study.memberships.get(role="lead").user
    following = start_next_version(actor=ada, codebook=stage.codebook)
    fact = following.labels.get(code="fact")
    older = fact.replaces.get()
    fact.replaces.clear()  # a draft's may change
    fact.replaces.add(older)
    publish_codebook(actor=ada, codebook=following)
    opinion = stage.codebook.labels.get(code="opinion")
    for change in (
        lambda: fact.replaces.add(opinion),
        lambda: fact.replaces.clear(),
        lambda: Label.replaces.through.objects.filter(from_label=fact).update(to_label=opinion),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert fact.replaces.get() == older


def test_a_draft_may_change_until_it_is_published(db: None) -> None:
    draft = Codebook.objects.create(slug="draft", title="Draft")
    label = draft.labels.create(code="a", name="A", definition="d", colour_light="#000000", colour_dark="#ffffff")
    Label.objects.filter(pk=label.pk).update(name="B")
    Label.objects.filter(pk=label.pk).delete()
    Codebook.objects.filter(pk=draft.pk).delete()
    assert not Codebook.objects.filter(slug="draft").exists()


def test_lost_triggers_come_back_with_the_next_migrate(stage: Any, mark: Any) -> None:
    passage = mark("ben", "Harbour", "fact")
    for trigger in TRIGGERS:
        table = f' ON "{trigger.table}"' if connection.vendor == "postgresql" else ""
        run(f'DROP TRIGGER IF EXISTS "{trigger.name}"{table}')
    assert missing_triggers(connection)
    call_command("migrate", verbosity=0)
    assert missing_triggers(connection) == []
    with pytest.raises(IntegrityError):
        run(f"DELETE FROM annotator_annotation WHERE start = {passage.start}")


def test_installing_twice_changes_nothing(db: None) -> None:
    install_triggers(connection)
    install_triggers(connection)
    assert missing_triggers(connection) == []

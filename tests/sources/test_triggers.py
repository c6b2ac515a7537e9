from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import F, TextField, Value

from sources.models import Document, Revision, Segmentation
from sources.text import sha256
from sources.triggers import TRIGGERS, Trigger, install, install_triggers, missing, missing_triggers


def make_texts(using="default") -> SimpleNamespace:
    document = Document.objects.using(using).create(slug="guarded", title="Guarded")
    revision = Revision(document=document, number=1, text="🧠 one", sha256=sha256("🧠 one"), length=5)
    revision.save(using=using)
    segmentation = Segmentation(revision=revision, kind="sentence", method="by hand", method_version="1", ends=[5])
    segmentation.save(using=using)
    return SimpleNamespace(
        revisions=Revision.objects.using(using).filter(pk=revision.pk),
        segmentations=Segmentation.objects.using(using).filter(pk=segmentation.pk),
    )


CHANGES = {
    "text": "two",
    "sha256": "0" * 64,
    "length": 4,
    "number": 2,
    "document_id": None,
    "created_at": "2020-01-01T00:00:00Z",
}


def bites(texts, using="default") -> bool:
    """Whether a change of the text's number and of the sentences is refused by the triggers' own words."""
    refusals = []
    for rows, change in ((texts.revisions, {"number": F("number") + 1}), (texts.segmentations, {"method": "other"})):
        try:
            with transaction.atomic(using=using):
                rows.update(**change)
        except IntegrityError as error:
            refusals.append("immutable" in str(error))
    return refusals == [True, True]


def test_every_trigger_exists_after_migrating(db):
    assert missing_triggers(connection) == []


@pytest.mark.parametrize("column", CHANGES)
def test_no_column_of_a_revision_changes(db, column):
    texts = make_texts()
    value = CHANGES[column]
    if column == "document_id":
        value = Document.objects.create(slug="other", title="Other").pk
    with pytest.raises(IntegrityError, match="revisions are immutable"), transaction.atomic():
        texts.revisions.update(**{column: value})


@pytest.mark.parametrize("change", [{"ends": [1, 5]}, {"kind": "block"}, {"method": "other"}, {"method_version": "2"}])
def test_no_column_of_a_segmentation_changes(db, change):
    texts = make_texts()
    with pytest.raises(IntegrityError, match="segmentations are immutable"), transaction.atomic():
        texts.segmentations.update(**change)


@pytest.mark.parametrize("rows", ["segmentations", "revisions"])
def test_stored_texts_and_their_units_are_not_deleted(db, rows):
    texts = make_texts()
    with pytest.raises(IntegrityError, match=f"{rows} are kept for good"), transaction.atomic():
        getattr(texts, rows)._raw_delete("default")


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL has TRUNCATE")
@pytest.mark.parametrize("table", ["sources_revision", "sources_segmentation"])
def test_tables_are_not_emptied_at_once(db, table):
    with (
        pytest.raises(IntegrityError, match="are kept for good"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_lost_triggers_are_named_and_come_back_after_migrating(db):
    texts = make_texts()
    assert bites(texts)
    with connection.cursor() as cursor:
        for trigger in TRIGGERS:
            if trigger.operation == "UPDATE":
                on = f'ON "{trigger.table}"' if connection.vendor == "postgresql" else ""
                cursor.execute(f'DROP TRIGGER "{trigger.name}" {on}')
    assert missing_triggers(connection) == ["sources_revision_refuses_update", "sources_segmentation_refuses_update"]
    assert not bites(texts)
    emit_post_migrate_signal(0, False, "default")
    assert missing_triggers(connection) == []
    assert bites(texts)


def test_installing_again_changes_nothing(db):
    install_triggers(connection)
    install_triggers(connection)
    assert missing_triggers(connection) == []
    assert bites(make_texts())


@pytest.fixture
def other_database(tmp_path, django_db_blocker):
    """A migrated SQLite file of its own, outside any test transaction: SQLite remakes no table inside one."""
    settings = {**connections["default"].settings_dict, "ENGINE": "django.db.backends.sqlite3", "OPTIONS": {}}
    connections.settings["other"] = settings | {"NAME": tmp_path / "other.sqlite3"}
    with django_db_blocker.unblock():
        call_command("migrate", "sources", database="other", verbosity=0)
        yield connections["other"]
        connections["other"].close()
    del connections["other"], connections.settings["other"]


def test_triggers_return_after_sqlite_remakes_their_tables(other_database):
    texts = make_texts("other")
    field = TextField(db_default=Value(""))
    with other_database.schema_editor() as editor:
        for model in (Revision, Segmentation):
            field.set_attributes_from_name("added")
            field.model = model
            editor._remake_table(model, create_field=field)
    assert set(missing_triggers(other_database)) == {t.name for t in TRIGGERS if t.operation != "TRUNCATE"}
    call_command("migrate", "sources", database="other", verbosity=0)
    assert missing_triggers(other_database) == []
    assert bites(texts, "other")
    assert texts.revisions.get().text == "🧠 one"


def test_altered_trigger_counts_as_missing(db):
    ours = TRIGGERS[0]
    weaker = Trigger(ours.name, ours.table, ours.operation, ours.message, "OLD.number {differs} NEW.number")
    install(connection, [weaker])
    assert missing(connection, TRIGGERS) == [ours.name]


def test_condition_may_ask_other_tables(db):
    trigger = Trigger(
        "named_sources_are_full",
        "sources_document",
        "INSERT",
        "it's 100% full",
        "EXISTS (SELECT 1 FROM sources_document d WHERE d.title = NEW.title) AND NULL {differs} NEW.slug",
    )
    install(connection, [trigger])
    Document.objects.create(slug="a", title="A")
    Document.objects.create(slug="b", title="B")
    with pytest.raises(IntegrityError, match="it's 100% full"), transaction.atomic():
        Document.objects.create(slug="c", title="A")


def test_triggers_of_tables_that_do_not_exist_wait(db):
    trigger = Trigger("later", "sources_not_yet", "UPDATE", "later")
    install(connection, [trigger])
    assert missing(connection, [trigger]) == ["later"]

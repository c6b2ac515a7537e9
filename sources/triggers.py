"""Triggers that keep stored texts as they are, and the small shared way to install and check any app's triggers.

Both databases raise the refusal as an IntegrityError whose message is the trigger's own words.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True, slots=True)
class Trigger:
    """A refusal kept by the database: `operation` on `table` raises `message` where `when` holds.

    `when` is SQL over OLD and NEW in which `{differs}` stands for the null-safe inequality; empty = always. It may
    hold subqueries. `operation` is INSERT, UPDATE, DELETE or TRUNCATE; SQLite knows no TRUNCATE and skips it. Names are
    unique in the database and at most 63 characters.
    """

    name: str
    table: str
    operation: str
    message: str
    when: str = ""

    def sqlite(self) -> str:
        """The statement that creates this trigger on SQLite."""
        when = f"WHEN {self.when.format(differs='IS NOT')} " if self.when else ""
        return (
            f'CREATE TRIGGER "{self.name}" BEFORE {self.operation} ON "{self.table}" FOR EACH ROW {when}'
            f"BEGIN SELECT RAISE(ABORT, '{quoted(self.message)}'); END"
        )

    def postgresql_body(self) -> str:
        """The body of the function behind this trigger on PostgreSQL; a WHEN clause there could hold no subquery."""
        refusal = (
            f"RAISE EXCEPTION USING MESSAGE = '{quoted(self.message)}', ERRCODE = 'integrity_constraint_violation';"
        )
        if not self.when:
            return f"BEGIN {refusal} END"
        row = "OLD" if self.operation == "DELETE" else "NEW"
        return f"BEGIN IF {self.when.format(differs='IS DISTINCT FROM')} THEN {refusal} END IF; RETURN {row}; END"

    def postgresql(self) -> str:
        """The statements that create or replace this trigger and its function on PostgreSQL."""
        each = "STATEMENT" if self.operation == "TRUNCATE" else "ROW"
        return (
            f'CREATE OR REPLACE FUNCTION "{self.name}"() RETURNS trigger LANGUAGE plpgsql '
            f"AS $refusal${self.postgresql_body()}$refusal$; "
            f'CREATE OR REPLACE TRIGGER "{self.name}" BEFORE {self.operation} ON "{self.table}" '
            f'FOR EACH {each} EXECUTE FUNCTION "{self.name}"()'
        )


def quoted(message: str) -> str:
    """Escape `message` for a SQL string literal."""
    return message.replace("'", "''")


def install(connection: BaseDatabaseWrapper, triggers: Iterable[Trigger]) -> None:
    """Create or renew `triggers`, those excepted whose table does not exist; repeating it changes nothing."""
    tables = set(connection.introspection.table_names())
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for trigger in triggers:
            if trigger.table not in tables:
                continue
            if connection.vendor == "postgresql":
                cursor.execute(trigger.postgresql())
            elif trigger.operation != "TRUNCATE":
                cursor.execute(f'DROP TRIGGER IF EXISTS "{trigger.name}"')
                cursor.execute(trigger.sqlite())


def missing(connection: BaseDatabaseWrapper, triggers: Iterable[Trigger]) -> list[str]:
    """Names of the `triggers` that the database does not have, has on another table, altered or switched off."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT t.tgname, c.relname, p.prosrc FROM pg_trigger t"
                " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
                " WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND pg_table_is_visible(c.oid)"
            )
            present = set(cursor.fetchall())
            return [t.name for t in triggers if (t.name, t.table, t.postgresql_body()) not in present]
        cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        present = set(cursor.fetchall())
        wanted = [t for t in triggers if t.operation != "TRUNCATE"]
        return [t.name for t in wanted if (t.name, t.table, t.sqlite()) not in present]


def changed(*columns: str) -> str:
    """The condition that any of `columns` gets another value."""
    return " OR ".join(f'OLD."{column}" {{differs}} NEW."{column}"' for column in columns)


TRIGGERS = (
    Trigger(
        "sources_revision_refuses_update",
        "sources_revision",
        "UPDATE",
        "revisions are immutable",
        changed("id", "document_id", "number", "text", "sha256", "length", "created_at"),
    ),
    Trigger("sources_revision_refuses_delete", "sources_revision", "DELETE", "revisions are kept for good"),
    Trigger("sources_revision_refuses_truncate", "sources_revision", "TRUNCATE", "revisions are kept for good"),
    Trigger("sources_segmentation_refuses_update", "sources_segmentation", "UPDATE", "segmentations are immutable"),
    Trigger("sources_segmentation_refuses_delete", "sources_segmentation", "DELETE", "segmentations are kept for good"),
    Trigger(
        "sources_segmentation_refuses_truncate", "sources_segmentation", "TRUNCATE", "segmentations are kept for good"
    ),
)


def install_triggers(connection: BaseDatabaseWrapper) -> None:
    """Install the triggers of this app."""
    install(connection, TRIGGERS)


def missing_triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of this app's triggers that the database lacks; empty when every text is guarded."""
    return missing(connection, TRIGGERS)

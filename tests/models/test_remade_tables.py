"""A real migration remakes tables in a database of its own; afterwards the triggers bite as before."""

from pathlib import Path

from tests.processes import demo_database, run_script

REMAKE = """
from django.core.management import call_command
from django.db import connection, models
from annotator.models import Annotation, Event
from annotator.triggers import missing_triggers
from sources.models import Revision
from sources.triggers import missing_triggers as missing_source_triggers

def longer(model, name):
    old = model._meta.get_field(name)
    new = models.CharField(max_length=old.max_length + 1, blank=True)
    new.set_attributes_from_name(name)
    new.model = model
    return old, new

with connection.schema_editor() as editor:
    for model, name in ((Annotation, "derivation"), (Event, "verb"), (Revision, "sha256")):
        editor.alter_field(model, *longer(model, name))
lost = missing_triggers(connection) + missing_source_triggers(connection)
print("lost", len(lost))
call_command("migrate", verbosity=0)
print("missing", len(missing_triggers(connection) + missing_source_triggers(connection)))
for statement in (
    "DELETE FROM annotator_annotation",
    "UPDATE annotator_event SET verb = 'other'",
    "UPDATE sources_revision SET text = 'other'",
):
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            print("done", statement)
    except Exception as error:
        print("refused", type(error).__name__)
"""

WORK = """
from annotator.actions.annotation import Precondition, save_annotation
from annotator.ids import uuid7
from annotator.models import Assignment
assignment = Assignment.objects.filter(state="open").first()
save_annotation(actor=assignment.reviewer, annotation_id=uuid7(), assignment_id=assignment.pk, label="fact",
    start=0, end=9, quote=assignment.revision.text[:9], precondition=Precondition(create=True))
"""


def test_triggers_bite_after_a_migration_that_remakes_their_tables(tmp_path: Path) -> None:
    with demo_database(tmp_path) as environment:
        run_script(environment, WORK)
        said = run_script(environment, REMAKE)
    lines = said.splitlines()
    if "DATABASE_URL" not in environment:
        assert lines[0] != "lost 0", "SQLite drops triggers when it remakes a table; otherwise this proves nothing"
    assert lines[1:] == ["missing 0", *["refused IntegrityError"] * 3]

"""Read a study's work from a file of our own export."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotator.actions.errors import ActionError
from annotator.actions.imports import import_documents
from annotator.formats import FormatError, jsonl
from annotator.models import User
from sources.restore import find_text


class Command(BaseCommand):
    """The operator's import: whole or not at all; the same file again changes nothing."""

    help = "Import studies from a JSONL export, with their codebooks, texts, reviewers and work."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a file and the account that answers for the import."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--as", dest="username", help="a superuser's name; default: the only superuser")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read everything, then store everything."""
        actor = self.find_actor(options["username"])
        try:
            with options["file"].open("rb") as stream:
                documents = jsonl.read(stream, texts=find_text)
            count = import_documents(actor=actor, documents=documents)
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error.strerror}.") from error
        except FormatError as error:
            rows = "\n".join(f"line {row.line}, {row.field}: {row.reason}" for row in error.rows)
            raise CommandError(f"Nothing was imported; {error.total} faults:\n{rows}") from error
        except ActionError as error:
            rows = "\n".join(f"{fault.field}: {fault.detail}" for fault in error.errors)
            raise CommandError(f"Nothing was imported: {error.detail}\n{rows}".rstrip()) from error
        except ValidationError as error:
            raise CommandError(f"Nothing was imported: {'; '.join(error.messages)}") from error
        self.stdout.write(
            f"Imported {count.studies} studies, {count.documents} documents, {count.assignments} assignments and "
            f"{count.annotations} annotations, with {count.comments} comments; what was there already stayed."
        )

    def find_actor(self, username: str | None) -> User:
        """Return the account named, or the only superuser; made where the database has no account yet."""
        superusers = User.objects.filter(is_superuser=True, is_active=True)
        if username:
            superusers = superusers.filter(username=username)
        found = list(superusers[:2])
        if len(found) != 1:
            problem = "There is no such superuser." if not found else "There are several superusers."
            raise CommandError(f"{problem} Name one by --as (manage.py createsuperuser makes one).")
        return found[0]

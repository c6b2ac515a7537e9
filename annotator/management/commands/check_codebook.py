"""Name every fault of a codebook file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotator.formats import FormatError
from annotator.formats import codebook as codebook_file


class Command(BaseCommand):
    """The same check that an upload passes through; nothing is stored."""

    help = "Check codebook files and name every fault with its line."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take files."""
        parser.add_argument("files", type=Path, nargs="+", metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read each and say what was found."""
        faulty = 0
        for path in options["files"]:
            try:
                with path.open("rb") as stream:
                    codebook = codebook_file.read(stream)
            except OSError as error:
                raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
            except FormatError as error:
                faulty += error.total
                for row in error.rows:
                    self.stderr.write(f"{path}:{row.line}: {row.field}: {row.reason}".replace(": : ", ": "))
            else:
                counts = f"{len(codebook.labels)} labels, {len(codebook.scales)} scales"
                self.stdout.write(f"{path}: no fault ({codebook.slug} version {codebook.version}, {counts})")
        if faulty:
            raise CommandError("1 fault." if faulty == 1 else f"{faulty} faults.")

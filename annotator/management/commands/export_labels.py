"""Write a study's work to a file, everything included."""

import argparse
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from annotator.formats import FORMATS, Options
from annotator.models import Study
from annotator.queries import all_coded_documents, codebooks_of_export


class Command(BaseCommand):
    """The operator's export: also work not submitted yet, since a backup must miss nothing."""

    help = "Export a study. The default format, jsonl, loses nothing and can be imported again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a study and, if wanted, a format and a file."""
        parser.add_argument("study", help="the study's slug")
        parser.add_argument("--format", choices=sorted(FORMATS), default="jsonl")
        parser.add_argument("--out", type=argparse.FileType("wb"), default=sys.stdout.buffer, help="default: stdout")
        parser.add_argument("--without-texts", action="store_true", help="name texts by their hash only (jsonl)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file."""
        study = Study.objects.filter(slug=options["study"]).select_related("codebook").first()
        if study is None:
            raise CommandError(f"There is no study “{options['study']}”.")
        FORMATS[options["format"]].write(
            all_coded_documents(study),
            options["out"],
            Options(
                software=f"credence {settings.VERSION}",
                exported_at=timezone.now(),
                texts=not options["without_texts"],
                codebooks=codebooks_of_export(study, study.assignments.without_training()),
            ),
        )
        options["out"].flush()

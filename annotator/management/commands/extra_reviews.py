"""Give one reviewer more to documents whose agreement is low, as the rules of open studies ask."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotator.extra_reviews import give_extra_reviews
from annotator.models import Study


class Command(BaseCommand):
    """Catch up with the rules of extra reviewers."""

    help = "Give one reviewer more to documents whose agreement is low, as the rules of open studies ask."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the study; all open ones with a rule without one."""
        parser.add_argument("study", nargs="?", help="short name; every study with a rule without it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Give what is due, and say how much."""
        studies = Study.objects.filter(closed_at=None, extra_up_to__isnull=False).order_by("slug")
        if options["study"] is not None:
            studies = studies.filter(slug=options["study"])
            if not studies:
                raise CommandError(f"No open study “{options['study']}” has a rule of extra reviewers.")
        for study in studies:
            self.stdout.write(f"{study.slug}: {len(give_extra_reviews(study))} given")

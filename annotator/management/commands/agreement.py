"""Print the agreement of a study in the terminal."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotator.agreement.report import published
from annotator.management.asked import find_revision, find_study, find_work
from annotator.offline import add_choices, heading, nothing_submitted, printed
from annotator.queries import figures_for_operator


class Command(BaseCommand):
    """The operator's report: over all submitted work, whatever the study's rule has shown to its members."""

    help = "Print how far the reviewers of a study agree, over all submitted work."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a study and the choices that the API takes."""
        parser.add_argument("study", help="the study's slug")
        add_choices(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Compute and print."""
        study = find_study(options["study"])
        work = find_work(options["work"], study)
        revision = find_revision(study, options["document"], options["revision"])
        document = (revision.document.slug, revision.number) if revision else None
        figures = figures_for_operator(study, revision)
        if not figures.keys:
            raise CommandError(nothing_submitted(study.title, document))
        machines = options["include_machines"]
        found = figures.report(work, include_machines=machines)
        answer = None
        if options["json"]:
            answer = published(
                found, study=study.slug, demo=study.demo, document=document, work=work, include_machines=machines
            )
        words = heading(study.title, document, work, include_machines=machines)
        for line in printed(found, words, answer, options["width"]):
            self.stdout.write(line)

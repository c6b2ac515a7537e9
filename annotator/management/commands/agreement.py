"""Print the agreement of a study in the terminal."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotator.agreement.report import published
from annotator.agreement.selection import WORK
from annotator.models import Study
from annotator.offline import add_choices, heading, nothing_submitted, printed
from annotator.queries import figures_for_operator
from sources.models import Revision


class Command(BaseCommand):
    """The operator's report: over all submitted work, whatever the study's rule has shown to its members."""

    help = "Print how far the reviewers of a study agree, over all submitted work."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a study and the choices that the API takes."""
        parser.add_argument("study", help="the study's slug")
        add_choices(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Compute and print."""
        study = Study.objects.filter(slug=options["study"]).select_related("codebook").first()
        if study is None:
            known = ", ".join(Study.objects.order_by("slug").values_list("slug", flat=True)) or "none"
            raise CommandError(f"There is no study “{options['study']}”. Studies here: {known}.")
        if options["work"] and options["work"] not in WORK:
            raise CommandError(f"“{options['work']}” is no choice of work; there are {', '.join(WORK)}.")
        revision = self.find_revision(study, options["document"], options["revision"])
        document = (revision.document.slug, revision.number) if revision else None
        figures = figures_for_operator(study, revision)
        if not figures.keys:
            raise CommandError(nothing_submitted(study.title, document))
        work = WORK[options["work"]] if options["work"] else figures.usual
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

    def find_revision(self, study: Study, slug: str, number: int | None) -> Revision | None:
        """Return the text asked for, or None for the whole study."""
        if not slug:
            if number is not None:
                raise CommandError("Name the document whose revision is meant.")
            return None
        texts = study.revisions.filter(document__slug=slug).select_related("document").order_by("-number")
        if not texts:
            raise CommandError(f"There is no document “{slug}” in this study.")
        found = texts[0] if number is None else next((each for each in texts if each.number == number), None)
        if found is None:
            known = ", ".join(str(each.number) for each in reversed(texts))
            raise CommandError(f"“{slug}” has no revision {number} here; it has {known}.")
        return found

"""Print gamma of each document of a study: place and label of passages in one figure, computed while one waits."""

import json
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotator.agreement.estimate import plain
from annotator.agreement.gamma import Gamma, SciPyMissingError, gamma
from annotator.agreement.resampling import SEED
from annotator.agreement.selection import WORK, select
from annotator.management.asked import find_revision, find_study, find_work
from annotator.models import Assignment
from annotator.offline import nothing_submitted
from annotator.queries.coded_documents import documents_with
from annotator.records import CodedDocument


def weight(words: str) -> float:
    """Read a weight: 0 or more."""
    return _between(words, 0, 1_000, "a weight from 0 to 1000")


def share(words: str) -> float:
    """Read a precision."""
    return _between(words, 0.001, 0.5, "a share from 0.001 to 0.5")


def _between(words: str, least: float, most: float, what: str) -> float:
    try:
        value = float(words)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise ArgumentTypeError(f"“{words}” is not {what}.")
    return value


class Command(BaseCommand):
    """Over all submitted work, as the command `agreement`. Each document by itself: the measure is of one text."""

    help = "Print gamma (Mathet, Widlöcher and Métivier 2015) of each document of a study. Needs SciPy."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a study, the work that counts, and the parameters of the measure."""
        parser.add_argument("study", help="the study's slug")
        parser.add_argument("--document", default="", help="slug of one document; all of the study without it")
        parser.add_argument("--revision", type=int, help="its revision; the newest without it")
        parser.add_argument("--work", default="", help=f"which work counts, one of {', '.join(WORK)}")
        parser.add_argument("--include-machines", action="store_true", help="count machines as reviewers")
        parser.add_argument("--alpha", type=weight, default=1.0, help="weight of place (1)")
        parser.add_argument("--beta", type=weight, default=1.0, help="weight of the label (1)")
        parser.add_argument("--precision", type=share, default=0.02, help="of the expected disorder (0.02)")
        parser.add_argument("--seed", type=int, default=SEED, help="of the random texts")
        parser.add_argument("--json", action="store_true", help="print every field")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compute document by document, and print each as it is there."""
        study = find_study(options["study"])
        work = find_work(options["work"], study)
        revision = find_revision(study, options["document"], options["revision"])
        texts = study.revisions.all() if revision is None else study.revisions.filter(pk=revision.pk)
        submitted = Assignment.objects.filter(study=study).submitted()
        documents = [
            each for each in documents_with(study, texts.values_list("pk", flat=True), submitted) if each.codings
        ]
        if not documents:
            asked = (revision.document.slug, revision.number) if revision else None
            raise CommandError(nothing_submitted(study.title, asked))
        chosen = select(
            documents,
            rounds=work.rounds,
            independent=work.independent,
            include_machines=options["include_machines"],
        )
        parameters = {name: options[name] for name in ("alpha", "beta", "precision", "seed")}
        if options["json"]:
            found = {"study": study.slug, "demo": study.demo, "work": work.key, **parameters}
            found["documents"] = [
                {"slug": each.slug, "revision": each.revision, **plain(self.measure(each, parameters))}
                for each in chosen.documents
            ]
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False))
            return
        self.stdout.write(
            f"Gamma in “{study.title}”: {work.name.lower()}. Place weighs {options['alpha']:g},"
            f" the label {options['beta']:g}."
        )
        for each in chosen.documents:
            self.stdout.write(f"{self.words(self.measure(each, parameters))}  {each.title}")

    def measure(self, document: CodedDocument, parameters: dict[str, Any]) -> Gamma:
        """Compute gamma of the passages of each reviewer who counts; raise CommandError without SciPy."""
        reviewers = [[(each.start, each.end, each.label) for each in coding.passages] for coding in document.codings]
        try:
            return gamma(reviewers, len(document.text), **parameters)
        except SciPyMissingError as error:
            raise CommandError(str(error)) from error

    def words(self, found: Gamma) -> str:
        """Say a figure, or why there is none."""
        size = f"{found.n_reviewers} reviewers, {found.n_passages} passages"
        if found.value is None:
            return f"Not computable: {found.reason}. {size}."
        off = f"± {found.error:.3f} by chance of {found.n_samples} random texts"
        return f"{found.value:6.3f} ({off}), {size}, disorder {found.observed:.3f} of {found.expected:.3f} expected"

"""Two labels merged over 10,000 annotations, and the merge undone: the same report and the same files as before.

Run on request: python -m tests.benchmarks.merges [documents] [reviewers]. Prints seconds and their ratio to the first
report; stops with a message where anything differs after the merge was undone, or where a row was rewritten.
"""

import hashlib
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.benchmarks.agreement_live import make_texts, make_work

MERGED = ("fact", "opinion")


def everything(study: Any, viewer: Any, what: str, base: float | None = None) -> tuple[list[Any], float]:
    """Return the report with nothing kept, and the hash of every export; print how long they took."""
    from django.core.cache import caches

    from annotator.agreement.selection import WORK
    from annotator.formats import FORMATS
    from annotator.queries import figures_for
    from annotator.queries.exports import export_hash, one_moment

    caches["figures"].clear()
    began = time.perf_counter()
    report = figures_for(study, viewer).report(WORK["independent"])
    found = [report.as_dict()]
    reported = time.perf_counter() - began
    with one_moment():
        found += [export_hash(study, viewer, module) for module in FORMATS.values()]
    exported = time.perf_counter() - began - reported
    ratio = reported / base if base else 1
    passages = {row.label: row.n_passages for row in report.labels}
    print(f"{what:8} report {reported:6.2f} s (ratio {ratio:.2f}), exports {exported:6.2f} s, passages {passages}")  # noqa: T201
    return found, reported


def rows() -> str:
    """Return a hash of every annotation as it is stored."""
    from annotator.models import Annotation

    digest = hashlib.sha256()
    for row in Annotation.objects.order_by("pk").values_list().iterator():
        digest.update(repr(row).encode())
    return digest.hexdigest()


def measure(n_documents: int, n_reviewers: int) -> None:
    """Build the study, merge and undo."""
    from django.core.management import call_command

    from annotator.actions.codebook import create_codebook, publish_codebook, rewrite_codebook, start_next_version
    from annotator.actions.study import add_member, add_revisions, create_study, use_codebook
    from annotator.formats import codebook as codebook_file
    from annotator.models import Annotation, Study, User
    from annotator.models.descriptions import codebook_info
    from annotator.queries import reading_rows

    call_command("migrate", verbosity=0)
    lead = User.objects.create(username="lead", is_staff=True, is_superuser=True)
    reviewers = [User.objects.create(username=f"reviewer{number}") for number in range(n_reviewers)]
    info = codebook_file.parse(Path("fixtures/codebook.toml").read_bytes())
    first = publish_codebook(actor=lead, codebook=create_codebook(actor=lead, info=info))
    study = create_study(actor=lead, slug="large", title="Large", codebook=first, blinding="until_closed")
    for each in reviewers:
        add_member(actor=lead, study=study, user=each)
    revisions = make_texts(n_documents)
    add_revisions(actor=lead, study=study, revisions=revisions)
    make_work(study, revisions, reviewers)
    count = Annotation.objects.filter(label__code__in=MERGED).count()
    print(f"{n_documents} documents × {n_reviewers} reviewers; {count:,} annotations of the two labels")  # noqa: T201
    stored = rows()
    before, base = everything(study, lead, "before")
    draft = start_next_version(actor=lead, codebook=first)
    older = codebook_info(draft)
    fact, opinion, *others = older.labels
    claim = replace(fact, code="claim", name="Claim", replaces=fact.replaces + opinion.replaces)
    scales = tuple(
        replace(scale, labels=("claim",)) if set(MERGED) & set(scale.labels) else scale for scale in older.scales
    )
    rewrite_codebook(actor=lead, codebook=draft, info=replace(older, labels=(claim, *others), scales=scales))
    second = publish_codebook(actor=lead, codebook=draft)
    began = time.perf_counter()
    differing = sum(row.n_annotations for row in reading_rows(study, second, lead) if row.differs)
    print(f"preview: {differing:,} read as something else, {time.perf_counter() - began:.2f} s")  # noqa: T201
    began = time.perf_counter()
    study = use_codebook(actor=lead, study=Study.objects.get(pk=study.pk), codebook=second)
    print(f"merged in {(time.perf_counter() - began) * 1e3:.0f} ms")  # noqa: T201
    merged, _ = everything(study, lead, "merged", base)
    study = use_codebook(actor=lead, study=Study.objects.get(pk=study.pk), codebook=first)
    after, _ = everything(study, lead, "undone", base)
    if differing != count or merged == before or after != before or rows() != stored:
        raise SystemExit("The merge was not undone without a trace.")
    print("undone: report and exports equal those before, and no stored annotation was touched")  # noqa: T201


def main() -> None:
    """Measure in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"CREDENCE_DATA": folder, "DJANGO_SETTINGS_MODULE": "annotator.settings"}
        import django

        django.setup()
        numbers = [int(each) for each in sys.argv[1:]]
        measure(*(numbers + [230, 4][len(numbers) :]))


if __name__ == "__main__":
    main()

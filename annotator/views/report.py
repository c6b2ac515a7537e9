"""A study's figures as one sheet for an appendix: what was done, what came out, and how anybody can check it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from annotator.agreement.comparison import Comparison, subjects
from annotator.agreement.estimate import Estimate
from annotator.agreement.machines import machines
from annotator.agreement.measured import Key
from annotator.agreement.report import Report
from annotator.agreement.revisions import rounds
from annotator.agreement.selection import Work, select, usual_work
from annotator.formats import jsonl
from annotator.models import Membership, Study
from annotator.queries import hidden_revisions, measurable_revisions
from annotator.queries.exports import export_hash, one_moment
from annotator.queries.keeping import kept
from annotator.queries.shown import documents_apart, shown_codings
from annotator.records import CodedDocument, Coding
from annotator.templatetags.figures import counted, on_day
from annotator.views import agreement as shared
from annotator.views.beside import published
from annotator.views.codebook import markdown
from annotator.views.rounds import compared, pairs
from annotator.views.shown import Shown, not_yet, shown_study
from sources.models import Revision

HIDDEN = "not shown to whom this report is made for"
NOBODY = "nobody has submitted it"


@dataclass(frozen=True, slots=True)
class Reader:
    """One reviewer: what of the work counts, and how many pieces of it do not, by reason."""

    name: str
    is_machine: bool
    n_documents: int
    n_passages: int
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Line:
    """What the sheet says of one document: `labels` has the alpha of each on sentences."""

    key: Key
    title: str
    skipped: str
    reviewers: tuple[str, ...]
    labels: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """One text of the study, and who read it, or why it counts for nothing."""

    revision: Revision
    line: Line | None
    reason: str


def readers(documents: Sequence[CodedDocument], passages: Mapping[UUID, int], work: Work) -> list[Reader]:
    """List everybody whose submitted work is seen, by pseudonym; `passages` counts them by coding."""
    own: dict[tuple[str, str], list[CodedDocument]] = defaultdict(list)
    for document in documents:
        codings: dict[tuple[str, str], list[Coding]] = defaultdict(list)
        for coding in document.codings:
            codings[coding.reviewer, coding.kind].append(coding)
        for who, given in codings.items():
            own[who].append(replace(document, codings=tuple(given)))
    found = []
    for (name, kind), read in sorted(own.items()):
        chosen = select(read, rounds=work.rounds, independent=work.independent)
        counted_work = [coding.id for document in chosen.documents for coding in document.codings]
        n_passages = sum(passages.get(each, 0) for each in counted_work)
        found.append(Reader(name, kind == "machine", len(counted_work), n_passages, chosen.left_out))
    return found


def lines(report: Report) -> list[Line]:
    """List what the sheet says of each document that is seen."""
    return [
        Line(row.key, row.title, row.skipped, row.reviewers, tuple(each.sentence_alpha for each in row.labels))
        for row in report.per_document
    ]


def texts(study: Study, request: HttpRequest, shown: Sequence[Line]) -> list[Text]:
    """List the study's texts that the reader may ask figures of."""
    rows = {line.key: line for line in shown}
    hidden = set(hidden_revisions(study, request.user).values_list("pk", flat=True))
    listed = measurable_revisions(study, request.user).select_related("document__source").defer("text")
    found = []
    for revision in listed.order_by("document__title", "document__slug", "number"):
        row = rows.get((revision.document.slug, revision.number))
        if revision.pk in hidden:
            found.append(Text(revision, None, HIDDEN))
        else:
            found.append(Text(revision, row if row and not row.skipped else None, row.skipped if row else NOBODY))
    return found


@dataclass(frozen=True, slots=True)
class PairCells:
    """Two reviewers, and their figures in the order of the columns for labels and for scales."""

    first: str
    second: str
    n_documents: int
    labels: tuple[Estimate, ...]
    scales: tuple[Estimate, ...]


def pair_cells(of_labels: Sequence[Comparison], of_scales: Sequence[Comparison]) -> list[PairCells]:
    """Lay out every two reviewers over the subjects they are compared on."""
    found = []
    for first, second in combinations(of_labels[0].reviewers, 2) if of_labels else ():
        rows = [each.pair(first, second) for each in of_labels]
        labels: list[Estimate] = []
        for each, row in zip(of_labels, rows, strict=True):
            labels += [row.agreement, row.f1_exact, row.f1_overlap] if each.subject.kind == "all" else [row.agreement]
        scales = tuple(each.pair(first, second).agreement for each in of_scales)
        found.append(PairCells(first, second, rows[0].n_documents, tuple(labels), scales))
    return found


def comparisons(shown: Shown) -> Iterator[Comparison]:
    """Compare every two reviewers on every label and scale."""
    for subject in subjects(shown.codebook):
        yield shown.figures.comparison(shown.work, subject)


def citation(study: Study, report: Report, digest: str, day: date) -> str:
    """Suggest how to cite the report."""
    slug, version = report.codebook
    over = f"{counted(report.n_documents, 'document')} and {counted(len(report.reviewers), 'reviewer')}"
    return (
        f"{study.title}: agreement report. Study “{study.slug}” with codebook {slug}, version {version}, over {over}. "
        f"Credence {settings.VERSION}, {on_day(day)}. SHA-256 of the export: {digest}."
    )


@require_safe
@login_required
def report_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the sheet, over the work the reader may see; figures and the export's hash are of one moment."""
    study = shared.visible_study(request, slug)
    with one_moment():
        shown = shown_study(study, request, usual_work(blind=study.is_blind).key)
        context = _context(request, study, shown) if shown else {}
    if not context:
        return not_yet(request, study, "Report")
    return render(request, "annotator/report.html", context)


def _context(request: HttpRequest, study: Study, shown: Shown) -> dict[str, Any]:
    report = shown.figures.report(shown.work)
    tag = shown.figures.tag(shown.work)
    of_documents = kept("lines of the report", tag, lambda: lines(report))
    of_readers = kept("readers of the report", tag, lambda: readers(*shown_codings(study, request.user), shown.work))
    documents = documents_apart(study, request.user)
    again = rounds(documents, shown.codebook, independent=shown.work.independent)
    before_and_after = list(pairs(again.before, again.after)) if again else []
    digest = export_hash(study, request.user, jsonl)
    compared_on = list(comparisons(shown)) if len(report.reviewers) > 1 else []
    of_labels = [each for each in compared_on if each.subject.kind != "scale"]
    of_scales = [each for each in compared_on if each.subject.kind == "scale"]
    day = timezone.localdate()
    membership = Membership.objects.active().filter(study=study, user=request.user).first()
    scales = list(study.codebook.scales.prefetch_related("points", "labels"))
    return shown.context() | {
        "membership": membership,
        "report": report,
        "guidelines": markdown(study.codebook.guidelines),
        "codebook_labels": list(study.codebook.labels.all()),
        "codebook_scales": scales,
        "readers": of_readers,
        "texts": texts(study, request, of_documents),
        "lines": [line for line in of_documents if not line.skipped],
        "measures": shared.measures_of(shown.codebook),
        "pairs_of_labels": of_labels,
        "pairs_of_scales": of_scales,
        "pair_rows": pair_cells(of_labels, of_scales),
        "rounds": again,
        "pairs": before_and_after,
        "compared": compared(before_and_after),
        "machines": machines(documents, shown.codebook, independent=shown.work.independent),
        "yardsticks": published(report),
        "left_out": shared.left_out_words(report.left_out),
        "version": settings.VERSION,
        "day": day,
        "digest": digest,
        "export": request.build_absolute_uri(reverse("api-export", args=[study.slug, "jsonl"])),
        "shows_figures_only": membership is not None and membership.role == Membership.Role.READER,
        "citation": citation(study, report, digest, day),
    }

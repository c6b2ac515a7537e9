"""Reviewers compared: the page of every two of them, and the page of each beside the others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotator.agreement.comparison import Comparison, PairRow, ReaderRow, Subject, bases_of, subjects
from annotator.agreement.competence import FEWEST_UNITS
from annotator.agreement.estimate import Estimate
from annotator.agreement.measures import MEASURES, Measure
from annotator.agreement.report import Report
from annotator.models import Study, User
from annotator.queries import Figures, figures_for, may_see_agreement
from annotator.records import CodebookInfo
from annotator.templatetags import findings
from annotator.templatetags.figures import coefficient, share
from annotator.views import agreement as shared
from annotator.views.shown import not_yet
from sources.models import Revision

STEPS: Final = (0.5, 0.667, 0.8)
"""Where a matrix's colour changes."""
PARTS: Final = {"pairs": "Every two reviewers", "reviewers": "Each reviewer"}
ORDERS: Final = ("name", "mean")


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose agreement a page is about: a study, or one of its texts; `visible` says whether it is asked."""

    study: Study
    revision: Revision | None
    visible: bool

    @property
    def arguments(self) -> list[str]:
        """What its addresses name."""
        return [self.study.slug, *([self.revision.document.slug] if self.revision else [])]


def scope_of(request: HttpRequest, slug: str, document_slug: str | None = None) -> Scope:
    """Return what the address names; 404 where it is not there or not the viewer's."""
    study = shared.visible_study(request, slug)
    revision = None if document_slug is None else shared.asked_revision(request, study, document_slug)
    return Scope(study, revision, may_see_agreement(study, request.user, revision))


@dataclass(frozen=True, slots=True)
class Choice:
    """What the reader asked to see of the reviewers; unknown words mean the usual."""

    subject: Subject
    f1: str
    order: str
    asked: Mapping[str, str]

    @classmethod
    def of(cls, request: HttpRequest, codebook: CodebookInfo) -> "Choice":
        """Read the address."""
        known = {subject.key: subject for subject in subjects(codebook)}
        f1, order = request.GET.get("f1", ""), request.GET.get("order", "")
        return cls(
            subject=known.get(request.GET.get("of", ""), known["all"]),
            f1=f1 if f1 in findings.F1_WORDS else "overlap",
            order=order if order in ORDERS else "name",
            asked={key: request.GET.get(key, "") for key in ("first", "second", "reviewer")},
        )

    def pair(self, found: Comparison) -> PairRow | None:
        """Return the two reviewers asked for; the first two where none such are compared."""
        chosen = found.pair(self.asked["first"], self.asked["second"])
        return chosen or (found.pairs[0] if found.pairs else None)

    def reader(self, found: Comparison) -> ReaderRow | None:
        """Return the reviewer asked for; the first where there is none such."""
        named = [row for row in found.readers if row.reviewer == self.asked["reviewer"]]
        return (named or [*found.readers, None])[0]


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """Two reviewers in the matrix: words and size, and a step of colour; without step it is hatched, and says why."""

    first: str
    second: str
    words: str = ""
    size: int = 0
    step: int = 0
    reason: str = ""


def step_of(value: float) -> int:
    """Return the step of the matrix's colours, 1 to 4."""
    return 1 + sum(value >= border for border in STEPS)


def matrix(found: Comparison, choice: Choice) -> list[tuple[str, list[MatrixCell | None]]]:
    """Return the rows of the matrix by reviewer: below the diagonal agreement, above it F1 or percent agreement."""
    names = list(found.reviewers)
    if choice.order == "mean":
        means = {row.reviewer: row.agreement.value for row in found.readers}
        names.sort(key=lambda name: (means[name] is None, -(means[name] or 0)))
    place = {name: number for number, name in enumerate(names)}
    cells: dict[tuple[str, str], MatrixCell] = {}
    for row in found.pairs:
        low, high = sorted((row.first, row.second), key=place.__getitem__)
        cells[high, low] = _cell(row, row.agreement)
        cells[low, high] = _cell(row, _above(row, found, choice), as_share=found.subject.kind == "scale")
    return [(name, [cells.get((name, other)) for other in names]) for name in names]


def _above(row: PairRow, found: Comparison, choice: Choice) -> Estimate:
    """Return what stands above the diagonal: percent agreement on a scale, else the F1 that was chosen."""
    return row.percent if found.subject.kind == "scale" else getattr(row, f"f1_{choice.f1}")


def _cell(row: PairRow, estimate: Estimate, *, as_share: bool = False) -> MatrixCell:
    if estimate.value is None:
        return MatrixCell(row.first, row.second, size=estimate.n_units, reason=estimate.reason)
    words = share(estimate.value) if as_share else coefficient(estimate.value)
    return MatrixCell(row.first, row.second, words, estimate.n_units, step_of(estimate.value))


def undefined_pairs(found: Comparison, choice: Choice) -> list[tuple[str, list[str]]]:
    """Return the reasons why cells are hatched, each with the pairs it holds for."""
    reasons: dict[str, list[str]] = {}
    for row in found.pairs:
        shown = (row.agreement, _above(row, found, choice))
        for reason in dict.fromkeys(each.reason for each in shown if each.value is None):
            reasons.setdefault(reason, []).append(f"{row.first} with {row.second}")
    return list(reasons.items())


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table of counts: the value, its counts with their shares of the row, and the row's total."""

    words: str
    cells: tuple[tuple[int, float | None, bool], ...]
    total: int


def table_rows(table: Sequence[Sequence[int]], found: Comparison, codebook: CodebookInfo) -> list[TableRow]:
    """Return the rows of a table of counts; on its diagonal both gave the same."""
    rows = []
    for place, counts in enumerate(table):
        total = sum(counts)
        cells = tuple((count, count / total if total else None, place == column) for column, count in enumerate(counts))
        rows.append(TableRow(findings.value_words(found.values[place], found.subject, codebook), cells, total))
    return rows


@dataclass(frozen=True, slots=True)
class Reader:
    """One reviewer beside the others, as the page shows it."""

    row: ReaderRow
    without: Estimate | None
    n_ratings: int
    n_missing: int

    @property
    def missing_share(self) -> float | None:
        """Share of the reviewer's ratings that are "cannot be judged"."""
        return self.n_missing / self.n_ratings if self.n_ratings else None


def readers(found: Comparison, report: Report) -> list[Reader]:
    """Return the reviewers in the order of their names."""
    subject = found.subject
    rows = [
        *(row for row in report.labels if subject.kind == "label" and row.label == subject.code),
        *(row for row in report.scales if subject.kind == "scale" and row.scale == subject.code),
    ]
    without = rows[0].without.without if rows and rows[0].without else {}
    scales = [row for row in report.scales if subject.kind != "scale" or row.scale == subject.code]
    answers = [each for row in scales for each in row.missing_by_reviewer]
    return [
        Reader(
            row=row,
            without=without.get(row.reviewer),
            n_ratings=sum(each.n_ratings for each in answers if each.reviewer == row.reviewer),
            n_missing=sum(each.n_missing for each in answers if each.reviewer == row.reviewer),
        )
        for row in found.readers
    ]


def measures_of(found: Comparison) -> list[Measure]:
    """Return the measures of a comparison, with formula and source."""
    f1 = [] if found.subject.kind == "scale" else ["f1-overlap", "f1-exact", "f1-char"]
    return [MEASURES[key] for key in (found.measure, "percent", *f1)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page or file is made of: the choices of the address, the report, and the reviewers compared as chosen."""

    figures: Figures
    counted: Mapping[str, Any]
    choice: Choice
    scope: Scope
    request: HttpRequest

    @property
    def codebook(self) -> CodebookInfo:
        """The codebook whose labels and scales are compared on."""
        return self.figures.codebook

    @property
    def viewer(self) -> User:
        """Who asks."""
        return self.request.user

    @property
    def query(self) -> Mapping[str, str]:
        """What the address asks for."""
        return self.request.GET

    @property
    def report(self) -> Report:
        """The report over the work that is counted."""
        return self.counted["report"]

    def compare(self, *, with_model: bool = False) -> Comparison:
        """Return the reviewers compared on what was chosen."""
        return self.figures.comparison(
            self.counted["work"],
            self.choice.subject,
            include_machines=self.counted["include_machines"],
            with_model=with_model,
        )


def asked_of(request: HttpRequest, scope: Scope) -> Asked:
    """Read the address of a page or file about a scope that is visible."""
    figures = figures_for(scope.study, request.user, scope.revision)
    counted, choice = shared.counted_work(request, figures), Choice.of(request, figures.codebook)
    return Asked(figures, counted, choice, scope, request)


def _page(
    request: HttpRequest, scope: Scope, template: str, part: str, more: Callable[[Asked, Comparison], dict[str, Any]]
) -> HttpResponse:
    """Answer with a page; before the reveal with the same sentence whatever others do."""
    context: dict[str, Any] = {
        "section": "studies",
        "part": part,
        "study": scope.study,
        "codebook": scope.study.codebook,
        "revision": scope.revision,
        "document": scope.revision.document if scope.revision else None,
    }
    if not scope.visible and scope.revision:
        blindness = shared.blindness(scope.study, request.user, scope.revision)
        return render(request, "annotator/document_blind.html", context | {"blindness": blindness})
    if not scope.visible:
        return not_yet(request, scope.study, PARTS[part])
    asked = asked_of(request, scope)
    found, across = asked.compare(with_model=part == "reviewers"), bases_of(asked.codebook)
    context |= asked.counted | {
        "choice": asked.choice,
        "subjects": subjects(asked.codebook),
        "found": found,
        "measure": findings.MEASURE_WORDS[found.measure],
        "measures": measures_of(found),
        "values": [findings.value_words(value, found.subject, asked.codebook) for value in found.values],
        "across": ", ".join(each.name for each in asked.codebook.labels if each.code in across),
        "across_codes": across,
    }
    return render(request, template, context | more(asked, found))


@require_safe
@login_required
def pairs(request: HttpRequest, slug: str, document_slug: str | None = None) -> HttpResponse:
    """Show every two reviewers of a study, or of one of its texts, with the table of two of them."""

    def more(asked: Asked, found: Comparison) -> dict[str, Any]:
        pair, rows = asked.choice.pair(found), matrix(found, asked.choice)
        return {
            "names": [name for name, _ in rows],
            "matrix": rows,
            "undefined": undefined_pairs(found, asked.choice),
            "f1_words": findings.F1_WORDS,
            "pair": pair,
            "table": table_rows(pair.table, found, asked.codebook) if pair else [],
            "table_words": findings.table_found(pair, found, asked.codebook) if pair else "",
        }

    return _page(request, scope_of(request, slug, document_slug), "annotator/pairs.html", "pairs", more)


@require_safe
@login_required
def reviewers(request: HttpRequest, slug: str, document_slug: str | None = None) -> HttpResponse:
    """Show each reviewer beside the others, with the answers of one of them against the majority."""

    def more(asked: Asked, found: Comparison) -> dict[str, Any]:
        reader = asked.choice.reader(found)
        decided = reader is not None and reader.majority.value is not None
        return {
            "readers": readers(found, asked.report),
            "names": found.reviewers,
            "reader": reader,
            "table": table_rows(reader.table, found, asked.codebook) if decided else [],
            "fewest_units": FEWEST_UNITS,
        }

    return _page(request, scope_of(request, slug, document_slug), "annotator/reviewers.html", "reviewers", more)

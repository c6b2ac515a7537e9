"""Rows of reviewers compared with one another."""

from collections.abc import Iterator
from typing import Any

from annotator.agreement.comparison import Comparison
from annotator.formats.cells import Cell
from annotator.templatetags import findings
from annotator.views.reviewers import Asked, readers
from annotator.views.tables.cells import Row, told


def pairs(asked: Asked) -> Iterator[Row]:
    """Every two reviewers."""
    found = asked.compare()
    for row in found.pairs:
        yield [
            found.subject.key,
            row.first,
            row.second,
            row.n_documents,
            found.measure,
            *told(row.agreement),
            row.agreement.n_units,
            *told(row.percent),
            row.percent.n_units,
            *(cell for each in (row.f1_overlap, row.f1_exact, row.f1_char) for cell in told(each)),
        ]


def _counts(asked: Asked, found: Comparison, table: Any, names: list[Cell]) -> Iterator[Row]:
    """Yield the cells of a table of counts, each with the share of its row."""
    words = [findings.value_words(value, found.subject, asked.codebook) for value in found.values]
    given: list[Row] = [[_code(value), name] for value, name in zip(found.values, words, strict=True)]
    others = [*given, [None, "no majority"]]
    for place, counts in enumerate(table):
        total = sum(counts)
        for column, count in enumerate(counts):
            part = count / total if total else None
            yield [found.subject.key, *names, *given[place], *others[column], count, part]


def _code(value: Any) -> Cell:
    """Return a point of a scale, or the codes of a set of labels."""
    return (" ".join(value) or "unmarked") if isinstance(value, tuple) else value


def confusion(asked: Asked) -> Iterator[Row]:
    """What two reviewers gave on the same units."""
    found = asked.compare()
    row = asked.choice.pair(found)
    if row is not None:
        yield from _counts(asked, found, row.table, [row.first, row.second])


def majority(asked: Asked) -> Iterator[Row]:
    """What a reviewer gave where most others agree."""
    found = asked.compare()
    row = asked.choice.reader(found)
    if row is not None and row.majority.value is not None:
        yield from _counts(asked, found, row.table, [row.reviewer])


def reviewers(asked: Asked) -> Iterator[Row]:
    """Each reviewer beside the others."""
    found = asked.compare(with_model=True)
    for each in readers(found, asked.report):
        row = each.row
        yield [
            found.subject.key,
            row.reviewer,
            found.measure,
            *told(row.agreement),
            row.agreement.n_pairs if row.agreement else None,
            *(cell for mean in (row.f1_overlap, row.f1_exact, row.f1_char) for cell in told(mean)),
            *told(each.without),
            *told(row.majority),
            row.majority.n_units,
            row.n_undecided,
            row.competence,
            found.competence_reason or None,
            each.n_ratings,
            each.n_missing,
            each.missing_share,
            row.n_units,
        ]

"""What the CSV formats share: safe cells, CSV lines, the columns that place a row, and the columns of ratings.

A file begins with a byte order mark, without which Excel reads UTF-8 as a local code page; Python reads such a file as
`utf-8-sig`, and pandas and R's readr take the mark away by themselves. Lines end in CR LF and cells are quoted where
they must be, as in RFC 4180. Times are ISO 8601 in UTC; true and false are written in these words; what is not known
is an empty cell.
"""

import csv
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from annotator.formats.output import timestamp
from annotator.records import CodebookInfo, CodedDecision, CodedDocument, CodedRating, Coding

MEDIA_TYPE = "text/csv; charset=utf-8"

Cell = str | int | float | bool | datetime | UUID | None

# What makes a spreadsheet take a cell for a formula or a command, also in its full-width form.
_DANGEROUS = ("=", "+", "-", "@", "|", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\uff5c")

PLACE = (
    *("study", "demo", "document", "title", "source", "withdrawn_at", "revision", "revision_sha256"),
    *("codebook", "codebook_version", "round", "state", "independent", "role", "reviewer", "reviewer_kind"),
    "assignment",
)


class _Echo:
    """A file that keeps nothing: csv.writer returns what `write` returns, which is the line."""

    def write(self, line: str) -> str:
        return line


def guard(text: str) -> str:
    """Put a ' before text that a spreadsheet would run; all other text stays as it is."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def line(cells: Iterable[Cell]) -> str:
    """One line of CSV with its CR LF. Numbers are written as they are, minus sign and all; text is guarded."""
    return csv.writer(_Echo(), lineterminator="\r\n").writerow([_cell(cell) for cell in cells])


def heading(columns: Iterable[str]) -> str:
    """The first line, behind a byte order mark."""
    return "\ufeff" + line(columns)


def _cell(value: Cell) -> str | int | float | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return guard(value)
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(value, UUID):
        return str(value)
    return value


def place(document: CodedDocument, coding: Coding) -> list[Cell]:
    """The cells under PLACE."""
    return [
        document.study.slug,
        document.study.demo,
        document.slug,
        document.title,
        document.source,
        document.withdrawn_at,
        document.revision,
        document.sha256,
        *coding.codebook,
        coding.round,
        coding.state,
        coding.independent,
        coding.role,
        coding.reviewer,
        coding.kind,
        coding.id,
    ]


def scale_decision(decision: CodedDecision) -> str:
    """Write a decision on a scale as SCALE=POINT:OUTCOME, without a point where the scale is contested."""
    point = "" if decision.point is None else decision.point
    return f"{decision.scale}={point}:{decision.outcome}"


class RatingColumns:
    """Columns for the scales of one target (passage or document), in the order of the codebooks.

    A scale has a column rating_CODE with the value given and a column rating_CODE_missing with the value of a point
    that means "cannot be judged". At most one of the two is filled, so that a mean over the first counts real answers
    only; both are empty where nothing was answered. With `evidence` a column rating_CODE_evidence follows: ids of
    annotations, a space between them. The last column, other_ratings, has the ratings on scales that only later
    codebooks of the same file bring, as CODE=VALUE with a space between them: nothing is left out of a file that
    must be written before all of it is known.
    """

    def __init__(self, codebooks: Iterable[CodebookInfo], target: str, evidence: bool = False) -> None:
        scales = (scale for codebook in codebooks for scale in codebook.scales)
        self.codes = list(dict.fromkeys(scale.code for scale in scales if scale.target == target))
        self.evidence = evidence

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        endings = ("", "_missing", "_evidence") if self.evidence else ("", "_missing")
        return [*(f"rating_{code}{ending}" for code in self.codes for ending in endings), "other_ratings"]

    def cells(self, ratings: Iterable[CodedRating]) -> list[Cell]:
        """The cells under `names`."""
        by_scale = {rating.scale: rating for rating in ratings}
        cells: list[Cell] = []
        for code in self.codes:
            rating = by_scale.pop(code, None)
            cells.append(rating.value if rating and not rating.missing else None)
            cells.append(rating.value if rating and rating.missing else None)
            if self.evidence:
                cells.append(" ".join(str(passage) for passage in rating.evidence) if rating else None)
        cells.append(" ".join(f"{rating.scale}={rating.value}" for rating in by_scale.values()))
        return cells

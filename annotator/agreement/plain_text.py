"""A report as plain text for a terminal: aligned tables where there is room, one figure a line where there is not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Final
from unicodedata import category, east_asian_width

from annotator.agreement.estimate import Estimate
from annotator.agreement.intervals import Interval
from annotator.agreement.leave_out import LeftOut
from annotator.agreement.report import Report
from annotator.agreement.rows import LabelRow, ScaleRow

DASH: Final = "–"
GAP: Final = "  "
Cell = Estimate | Interval | LeftOut | str
"""What stands in a table: a figure, which may be undefined with a reason, or words."""
Row = tuple[str, Mapping[str, Cell]]
"""What a row is of, and its cells by the heads of their columns."""


def report_lines(report: Report, width: int, heading: str) -> Iterator[str]:
    """Yield the lines of a report under a heading, none wider than `width` columns if words allow it."""
    yield from wrap(heading, width)
    documents = f"{report.n_documents} document{'' if report.n_documents == 1 else 's'}"
    reviewers = (
        f"{len(report.reviewers)} reviewers: {', '.join(report.reviewers)}" if report.reviewers else "no reviewer"
    )
    slug, version = report.codebook
    yield from wrap(f"Over {documents} and {reviewers}. Codebook {slug}, version {version}.", width)
    labels = [(each.name, each) for each in report.labels]
    scales = [(each.scale, each) for each in report.scales]
    yield from _section("Labels", [(name, _label_cells(row)) for name, row in labels], width)
    yield from _section("Scales", [(name, _scale_cells(row)) for name, row in scales], width)
    yield from _section("More measures of labels", [(name, _more_of_label(row)) for name, row in labels], width)
    yield from _section("More measures of scales", [(name, _more_of_scale(row)) for name, row in scales], width)
    yield from _documents(report, width)
    yield from _left_out(report, width)


def figure(value: float | None) -> str:
    """Print a figure with three decimals and a true minus; a dash where there is none."""
    if value is None:
        return DASH
    return f"{value:.3f}".replace("-", "−")


def _label_cells(row: LabelRow) -> dict[str, Cell]:
    cells: dict[str, Cell] = {"α sentences": row.sentence_alpha} | _spread(row.interval, row.without)
    return cells | {
        "u-α": row.u_alpha,
        "α characters": row.character_alpha,
        "agreement": row.sentence_percent,
        "marked": row.sentence_prevalence,
        "passages": str(row.n_passages),
        "reviewers": str(row.n_reviewers),
        "documents": str(row.n_documents),
        "sentences": str(row.sentence_alpha.n_units),
    }


def _scale_cells(row: ScaleRow) -> dict[str, Cell]:
    cells: dict[str, Cell] = {"level": row.level, "α": row.alpha} | _spread(row.interval, row.without)
    return cells | {
        "agreement": row.percent,
        "not judged": figure(row.missing.share),
        "compared": row.coverage,
        "reviewers": str(row.n_reviewers),
        "documents": str(row.n_documents),
        "units": str(row.n_units),
    }


def _spread(interval: Interval | None, without: LeftOut | None) -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    if interval is not None:
        found["95 % interval"] = interval
    if without is not None:
        found["without one"] = without
    return found


def _more_of_label(row: LabelRow) -> dict[str, Cell]:
    return {
        "AC1 sentences": row.sentence_ac1,
        "agreement, characters": row.character_percent,
        "marked, characters": row.character_prevalence,
    }


def _more_of_scale(row: ScaleRow) -> dict[str, Cell]:
    return {
        "α nominal": row.nominal,
        "Fleiss’ κ": row.fleiss,
        "AC1": row.ac1,
        "AC2 quadratic": row.ac2 or "no order",
        "α judged or not": row.judged or "always judged",
    }


def _documents(report: Report, width: int) -> Iterator[str]:
    used = [each for each in report.per_document if not each.skipped]
    rows: list[Row] = [
        (
            document.title,
            {row.name: figure(row.sentence_alpha.value) for row in document.labels}
            | {"reviewers": str(len(document.reviewers)), "characters": str(document.length)},
        )
        for document in used
    ]
    if len(report.per_document) > 1:
        yield from _section("Documents, α on sentences", rows, width)


def _left_out(report: Report, width: int) -> Iterator[str]:
    words = [f"{each.title}: {each.skipped}" for each in report.per_document if each.skipped]
    words += [f"{number} × work left out: {reason}" for reason, number in report.left_out.items()]
    words += [f"{number} × label “{label}”, unknown here" for label, number in report.unknown_labels.items()]
    if words:
        yield from ("", "Left out", "--------")
        for each in words:
            yield from wrap(each, width, subsequent_indent=GAP)


def _section(title: str, rows: Sequence[Row], width: int) -> Iterator[str]:
    if not rows:
        return
    yield from ("", title, "-" * _columns(title))
    heads = ["", *rows[0][1]]
    table = [heads, *([name, *(_shown(cell) for cell in cells.values())] for name, cells in rows)]
    sizes = [max(_columns(line[column]) for line in table) for column in range(len(heads))]
    sizes[0] = min(sizes[0], max(12, width // 3))
    if sum(sizes) + len(GAP) * (len(sizes) - 1) <= width:
        for line in table:
            first, *more = wrap(line[0], sizes[0]) or [""]
            cells = [_padded(cell, size, right=True) for cell, size in zip(line[1:], sizes[1:], strict=True)]
            yield GAP.join([_padded(first, sizes[0]), *cells]).rstrip()
            yield from more
        yield from _reasons(rows, width)
        return
    for name, cells in rows:
        yield from wrap(name, width)
        across = max(_columns(head) for head in cells)
        for head, cell in cells.items():
            told = getattr(cell, "reason", "")
            shown = _shown(cell) + (f" {told}" if told else "")
            opening = GAP + _padded(head, across) + GAP
            indent = GAP * 2 if _columns(opening) > width // 2 else " " * _columns(opening)
            yield from wrap(shown, width, initial_indent=opening, subsequent_indent=indent)


def _reasons(rows: Iterable[Row], width: int) -> Iterator[str]:
    """Say why figures are undefined, each reason once with all it is the reason for."""
    told: dict[str, dict[str, list[str]]] = {}
    for name, cells in rows:
        for head, cell in cells.items():
            if reason := getattr(cell, "reason", ""):
                told.setdefault(reason, {}).setdefault(name, []).append(head)
    for reason, places in told.items():
        where = "; ".join(f"{name} ({', '.join(heads)})" for name, heads in places.items())
        yield from wrap(f"{DASH} {where}: {reason}", width, subsequent_indent=GAP)


def _shown(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Estimate):
        return figure(cell.value)
    if cell.low is None or cell.high is None:
        return DASH
    rough = " rough" if isinstance(cell, Interval) and cell.rough else ""
    return f"{figure(cell.low)} to {figure(cell.high)}{rough}"


def _columns(words: str) -> int:
    """Count the columns that words take in a terminal: none for what combines or joins, two for wide letters."""
    return sum(
        0 if category(letter) in ("Mn", "Me", "Cf") else 2 if east_asian_width(letter) in ("W", "F") else 1
        for letter in words
    )


def _padded(words: str, size: int, *, right: bool = False) -> str:
    room = " " * (size - _columns(words))
    return room + words if right else words + room

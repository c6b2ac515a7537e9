"""CSV with one row per assignment: who read which text in which round, and how the whole document was rated.

It has what the table of annotations cannot: readings that marked nothing, and the ratings of documents with their
evidence. Columns: those of `cells.PLACE`, then reason, annotations (how many that are not deleted), created_at,
submitted_at, revealed_at, scale_decisions (in the adjudicator's row what was settled about scales of the document,
written as in the other table), then three for each document scale and other_ratings as `cells.RatingColumns` says.
Evidence ids are those of the column annotation in the other table.
"""

from collections.abc import Iterable, Iterator
from itertools import chain

from annotator.formats.cells import MEDIA_TYPE, PLACE, RatingColumns, heading, line, place, scale_decision
from annotator.formats.output import DEFAULTS, Options, Writable, pour
from annotator.records import CodedDocument

TITLE = "CSV, one row per assignment, with document ratings"
EXTENSION = "csv"

__all__ = ["EXTENSION", "MEDIA_TYPE", "TITLE", "lines", "write"]

_COLUMNS = ("reason", "annotations", "created_at", "submitted_at", "revealed_at", "scale_decisions")


def write(documents: Iterable[CodedDocument], out: Writable, options: Options = DEFAULTS) -> None:
    """Write `documents` to a binary file, or a text one opened with newline=""; see `lines`."""
    pour(lines(documents, options), out)


def lines(documents: Iterable[CodedDocument], options: Options = DEFAULTS) -> Iterator[str]:
    """Yield the file a line at a time, each with its CR LF, holding one document at a time in memory.

    The scales that get columns are those of `options.codebooks` and of the first document's.
    """
    documents = iter(documents)
    first = next(documents, None)
    known = () if first is None else first.codebooks.values()
    scales = RatingColumns([*options.codebooks, *known], "document", evidence=True)
    yield heading([*PLACE, *_COLUMNS, *scales.names])
    for document in chain([] if first is None else [first], documents):
        for coding in document.codings:
            live = sum(passage.deleted_at is None for passage in coding.passages)
            times = (coding.created_at, coding.submitted_at, coding.revealed_at)
            settled = (each for each in coding.decisions if each.scale and each.annotation is None)
            decided = " ".join(sorted(map(scale_decision, settled))) or None
            yield line([*place(document, coding), coding.reason, live, *times, decided, *scales.cells(coding.ratings)])

"""CSV with one row per annotation, safe to open in a spreadsheet.

Columns: those of `cells.PLACE`, then annotation (id), label, label_name, read_as, start, end, start_utf16, end_utf16,
quote, prefix, suffix, note, version, created_at, updated_at, submitted_at, decision, scale_decisions, then two for each
passage scale and other_ratings as `cells.RatingColumns` says. Offsets are half-open, in code points of the revision and
in UTF-16 units.

`label` is what the reviewer chose, in the version under codebook_version; `read_as` is the label of the study's present
codebook that the passage is read as. Where a label went on in several it is what its reviewer said when asked again; it
is empty where they have not said, said that it is none of them, or the label went on in none.

`decision` is what the adjudicator settled: of a row whose role is adjudicator how it came about (took, merged, redrew,
agreed_by_rule), of a reviewer's row what came of it (nothing_here and contested, too). The rows of a contested passage
are its distribution; no row of the adjudicator's stands for it. `scale_decisions` is what was settled about single
ratings, as SCALE=POINT:OUTCOME with a space between them and no point where the scale is contested; its distribution is
the reviewers' ratings beside it.

Deleted annotations are left out. So are readings that marked nothing and the ratings of whole documents: they have no
annotation to stand beside and are in the format of `assignments`. Text that a spreadsheet would take for a formula has
a ' before it; nothing else is changed.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from uuid import UUID

from annotator.formats.cells import MEDIA_TYPE, PLACE, Cell, RatingColumns, heading, line, place, scale_decision
from annotator.formats.output import DEFAULTS, Options, Writable, pour
from annotator.reading import Reader, unread
from annotator.records import CodebookInfo, CodedDocument, CodedPassage
from sources.text import Utf16Index, quote_context

TITLE = "CSV, one row per label"
EXTENSION = "csv"

__all__ = ["EXTENSION", "MEDIA_TYPE", "TITLE", "lines", "write"]

_COLUMNS = (
    *("annotation", "label", "label_name", "read_as", "start", "end", "start_utf16", "end_utf16"),
    *("quote", "prefix", "suffix", "note", "version", "created_at", "updated_at", "submitted_at", "decision"),
    "scale_decisions",
)


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
    scales = RatingColumns([*options.codebooks, *known], "passage")
    yield heading([*PLACE, *_COLUMNS, *scales.names])
    for document in chain([] if first is None else [first], documents):
        names = {(key, label.code): label.name for key, book in document.codebooks.items() for label in book.labels}
        reader = _reader(document, options.codebooks)
        utf16 = Utf16Index(document.text)
        decided, on_scales = _decided(document), _decided_on_scales(document)
        for coding in document.codings:
            shared = place(document, coding)
            for passage in coding.passages:
                if passage.deleted_at is not None:
                    continue
                cells: list[Cell] = [
                    passage.id,
                    passage.label,
                    names.get((coding.codebook, passage.label)),
                    _read_as(passage, document.codebooks.get(coding.codebook), reader),
                    passage.start,
                    passage.end,
                    utf16.to_utf16(passage.start),
                    utf16.to_utf16(passage.end),
                    document.text[passage.start : passage.end],
                    *quote_context(document.text, passage.start, passage.end),
                    passage.note,
                    passage.version,
                    passage.created_at,
                    passage.updated_at,
                    coding.submitted_at,
                    decided.get(passage.id),
                    on_scales.get(passage.id),
                ]
                yield line([*shared, *cells, *scales.cells(passage.ratings)])


def _reader(document: CodedDocument, further: Iterable[CodebookInfo]) -> Reader | None:
    """Return what reads labels of other versions than the study's; None where its own is not there."""
    known = {**{book.key: book for book in further}, **document.codebooks}
    newer = known.get(document.study.codebook)
    return Reader(newer, known) if newer is not None else None


def _read_as(passage: CodedPassage, made_with: CodebookInfo | None, reader: Reader | None) -> str:
    if reader is None or made_with is None or made_with.key == reader.newer.key:
        return passage.label
    label, _ = reader.label(passage, made_with)
    return "" if label == unread(passage.label, made_with.key) else label


def _decided(document: CodedDocument) -> dict[UUID, str]:
    """Return the outcome of the decision that made or settled each annotation."""
    found: dict[UUID, str] = {}
    for coding in document.codings:
        for decision in coding.decisions:
            if decision.scale:
                continue
            found |= dict.fromkeys(decision.votes, decision.outcome)
            if decision.annotation is not None:
                found[decision.annotation] = decision.outcome
    return found


def _decided_on_scales(document: CodedDocument) -> dict[UUID, str]:
    """Return what was settled about ratings, of each gold passage and of the passages that were rated."""
    found: dict[UUID, list[str]] = {}
    for coding in document.codings:
        for decision in coding.decisions:
            if decision.scale:
                for passage in (*decision.votes, *([decision.annotation] if decision.annotation else [])):
                    found.setdefault(passage, []).append(scale_decision(decision))
    return {passage: " ".join(sorted(said)) for passage, said in found.items()}

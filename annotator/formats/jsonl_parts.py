"""What is being read of a JSON Lines file: documents and the work on them, put together once no row has a fault."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from annotator.formats.jsonl_checks import Instrument, Row
from annotator.records import CodebookInfo, CodedComment, CodedDecision, CodedDocument, CodedPassage, Coding
from sources.text import Utf16Index


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole file without a fault.

    `codebooks` has those of all documents and what lies between them; `lines` gives the line number of each assignment
    and annotation id, for an importer that finds a fault of its own; `outside` holds the ids that annotations are
    derived from and the file does not have.
    """

    documents: list[CodedDocument]
    codebooks: tuple[CodebookInfo, ...]
    software: str
    exported_at: datetime | None
    demo: bool
    lines: Mapping[UUID, int]
    outside: frozenset[UUID]


@dataclass(slots=True)
class Work:
    """An assignment being read."""

    row: Row
    instrument: Instrument
    document: "TextRead"
    coding: Coding
    passages: list[CodedPassage] = field(default_factory=list)
    decisions: list[CodedDecision] = field(default_factory=list)


@dataclass(slots=True)
class TextRead:
    """A document being read: its record without codings, and the works on it."""

    row: Row
    record: CodedDocument
    utf16: Utf16Index
    works: list[Work] = field(default_factory=list)
    comments: list[CodedComment] = field(default_factory=list)
    evidence: list[tuple[int, str, UUID]] = field(default_factory=list)


def overlaps(work: Work, lines: Mapping[UUID, int]) -> Iterator[tuple[int, str]]:
    """Yield line and fault of two passages that are not deleted, share a label and overlap."""
    reached: dict[str, tuple[int, UUID]] = {}
    for passage in sorted(work.passages, key=lambda passage: (passage.start, passage.end)):
        if passage.deleted_at is not None:
            continue
        end, other = reached.get(passage.label, (0, passage.id))
        if passage.start < end:
            earlier, later = sorted((lines[passage.id], lines[other]))
            yield later, f"overlaps line {earlier}, which has the same label"
        if passage.end > end:
            reached[passage.label] = passage.end, passage.id


def put_together(document: TextRead) -> CodedDocument:
    """Return a document with the work and the comments that were read on it."""
    codings = tuple(
        replace(work.coding, passages=tuple(work.passages), decisions=tuple(work.decisions)) for work in document.works
    )
    return replace(document.record, codings=codings, comments=tuple(document.comments))

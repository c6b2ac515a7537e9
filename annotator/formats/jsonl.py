"""JSON Lines in our own layout: lossless, and read back into equal records.

The file is UTF-8 without a byte order mark, one JSON object a line, each line ended by LF. Inside strings U+0085,
U+2028 and U+2029 are written as escapes (JSON itself escapes CR, LF and the other controls), so no tool's idea of a
line end can cut a row. Nothing is trimmed or normalised. NUL and lone surrogates are refused by the reader.

Conventions
-----------
- Every row has all the fields listed for its `type`, in this order, and no others.
- Offsets are half-open and zero-based. `start`, `end`, `length` and `sentences` count Unicode code points of the
  revision's exact text; `start_utf16` and `end_utf16` count UTF-16 code units, as browsers and Java do.
- A time is ISO 8601 with microseconds, in UTC with Z: "2026-03-01T09:30:00.000000Z". A time not known is null. The
  reader also takes fewer digits and other offsets from UTC, which it turns into UTC.
- An id is a UUID in small letters with hyphens. A code, or the slug of a study or codebook, is made of a-z, 0-9 and
  single hyphens; a document's slug may have A-Z and _ too.
- A whole number lies between -2147483648 and 2147483647; versions, rounds and revisions count from 1.
- `demo` is true where the labels are invented. One file never mixes invented labels with real ones.
- A row names only rows above it, but for `evidence` and `derived_from`, which may name later annotations.

Rows, in the order written
--------------------------
header, always the first line, once:
    format ("credence-jsonl"), version (1), software (name and version of what wrote it), exported_at (time or null),
    demo
codebook, before the first row that names it; one line for each slug and version:
    slug, version, title, guidelines (Markdown), published_at (time or null),
    labels: [{code, name, definition, use_when, not_when, when_in_doubt, examples [text], counterexamples [text],
    colour_light, colour_dark, shortcut, position, replaces: [{codebook, version, label}] (labels of older versions
    whose passages this one reads; a file from before there was such a field may lack it)}],
    scales: [{code, question, level (nominal, ordinal, interval), target (passage, document), labels [code; none means
    all], required, needs_evidence, position, points: [{value, name, anchor, missing}]}]
study, before its first document:
    slug, title, codebook (slug), codebook_version, blinding (until_submitted, until_closed, open), demo,
    reviewers_per_document (number or null), created_at, closed_at (times or null), purpose (reliability, teaching),
    order (of reading: random, fixed, least_covered), due_on ("2026-03-01" or null). A file from before there were such
    fields may lack the last three
document, one line for each revision of a document in a study:
    study (slug), demo, document (slug), title, source, byline, published_on ("2026-03-01" or null), retrieved_at,
    url, language, licence, disclosure, withdrawn_at, revision (number), revision_sha256 (of the text's UTF-8),
    length, segmentation_method, segmentation_version, sentences [end of each; rising, the last is the length],
    codebooks: [{slug, version}] (the versions its assignments were made with, and the study's own), place (in the
    fixed order of reading, from 1 on among the documents of the file; null where it was never sorted, or in a file from
    before there was such an order, which may lack it),
    text (or null where it was left out: the reader then asks its caller for the text with this hash)
assignment, after its document; one reviewer's reading in one round, also where it marked nothing:
    id, study, demo, document, revision, revision_sha256, codebook, codebook_version, round, reviewer (pseudonym),
    reviewer_kind (human, machine), role (reviewer, adjudicator), state (open, submitted, declined), independent,
    reason, created_at, begun_at, submitted_at (set exactly where the state is submitted), revealed_at,
    informed_at (when it was given, or given back, to a reviewer who could see others' work already, or null),
    reclaimed_at (when it was taken back, set on a declined one only), place (among what its reviewer reads, where the
    least covered comes first, or null), due_on (a day of its own, or null: as the study says; a file from before there
    were such fields may lack the last three),
    ratings [RATING] of the document
annotation, after its assignment, in the order of the record:
    id, assignment (id), study, demo, document, revision, revision_sha256, codebook, codebook_version, round, reviewer,
    label, start, end, start_utf16, end_utf16, quote (exactly the text from start to end), prefix and suffix (up to 32
    code points before and after it), ratings [RATING] of the passage, note, version, derived_from (id or null; it may
    lie outside the file where the exporter could not see it), derivation ("", revised, carried, suggested, settled,
    imported), recoded: [{codebook, codebook_version, label, informed, version, created_at, updated_at}] (where its
    label was split in a later version: which of the new ones its reviewer says it is, null for none of them; informed
    where others' work could be seen by then; a file from before there were such answers may lack recoded), created_at,
    updated_at, deleted_at (set on a deleted annotation, which is kept)
decision, after all annotations of its document; what an adjudicator settled about a stretch of it and did not undo:
    id, assignment (id of the adjudicator's), study, demo, document, revision, revision_sha256, codebook,
    codebook_version, round, reviewer, start, end, start_utf16, end_utf16, quote, prefix, suffix (as of an annotation),
    outcome (took, merged, redrew, nothing_here, contested, agreed_by_rule), scale (code or ""), annotation (id of the
    passage it made, set unless the outcome is nothing_here or contested), votes [id of the passages it settled; they
    may lie outside the file where the exporter could not see them], distribution: [{label, reviewers}] (of a contested
    stretch, which is no gold: how many reviewers give each label, "" being those who marked nothing there), point,
    points, reason, version, created_at, updated_at.
    With a scale it settles one rating, outcome being took, contested or agreed_by_rule: annotation is the gold passage
    that is rated, null the whole document, whose start and end are then those of the text; point (value or null) what
    was taken, points: [{point (value or null), reviewers}] what reviewers gave on a contested scale, null being those
    who were asked and gave none. A file from before there were such decisions may lack point and points
comment, after all decisions of its document; what was said about a stretch of it after the reveal, which is no part of
reliability data, to those who may read it:
    id, study, demo, document, revision, revision_sha256, author (pseudonym), start, end, start_utf16, end_utf16, quote,
    prefix, suffix (as of an annotation), annotation (id of the passage it is about, or null; it may lie outside the
    file), thread (id of the comment, on a line above, that it answers, or null), words (empty where it is deleted),
    former: [{words, written_at}] (what it said before it was edited), version, created_at, updated_at, deleted_at (set
    on a deleted comment, which is kept)
end, always the last line, once, so that a file cut short is noticed:
    codebooks, studies, documents, assignments, annotations (how many rows of each), decisions, comments (where there
    are any)

Not in the file: who runs a study or reads in it without any work, when members joined or left, the rule of extra
reviewers (those who run a study alone know it), training with its pass marks and the work done in it, what was
discarded or undone, and the history.

RATING: scale (code), point (value), missing ("cannot be judged": true), name (of the point), evidence [id of
annotations on the same document], version
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from annotator.formats.jsonl_reader import Reading, Texts, parse
from annotator.formats.output import DEFAULTS, Options, Writable, pour, timestamp
from annotator.records import (
    CodebookInfo,
    CodedComment,
    CodedDecision,
    CodedDocument,
    CodedPassage,
    CodedRating,
    Coding,
    StudyInfo,
)
from sources.text import Utf16Index, quote_context

TITLE = "JSON Lines, complete"
MEDIA_TYPE = "application/x-ndjson"
EXTENSION = "jsonl"

__all__ = ["EXTENSION", "MEDIA_TYPE", "TITLE", "Reading", "lines", "parse", "read", "write"]

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
# Line ends to str.splitlines that JSON leaves alone; and lone surrogates, which no encoder could write: one bad string
# must not break the whole file, and the reader names its row.
_ESCAPED = re.compile("[\x85\u2028\u2029\ud800-\udfff]")


def write(documents: Iterable[CodedDocument], out: Writable, options: Options = DEFAULTS) -> None:
    """Write `documents` to a text or binary file; see `lines`."""
    pour(lines(documents, options), out)


def lines(documents: Iterable[CodedDocument], options: Options = DEFAULTS) -> Iterator[str]:
    """Yield the file a line at a time, each with its LF, holding one document at a time in memory.

    `codebooks` of every document, with `options.codebooks`, must include the study's codebook and those of its codings.

    Raises
    ------
    ValueError
        Where a record contradicts itself: a codebook, scale or point not in the codebooks, a passage outside the
        text, a time without a zone, or demonstration and real studies in one file. The file then lacks its `end`.
    """
    documents = iter(documents)
    first = next(documents, None)
    demo = first is not None and first.study.demo
    yield _line(
        {
            "type": "header",
            "format": "credence-jsonl",
            "version": 1,
            "software": options.software,
            "exported_at": timestamp(options.exported_at),
            "demo": demo,
        }
    )
    counts = dict.fromkeys(("codebooks", "studies", "documents", "assignments", "annotations"), 0)
    decisions = comments = 0
    names: dict[tuple[str, int], dict[tuple[str, int], str]] = {}
    studies: set[str] = set()

    def introduce(codebooks: Iterable[CodebookInfo]) -> Iterator[str]:
        for codebook in codebooks:
            if codebook.key not in names:
                names[codebook.key] = {(scale.code, p.value): p.name for scale in codebook.scales for p in scale.points}
                counts["codebooks"] += 1
                yield _line(_codebook(codebook))

    yield from introduce(options.codebooks)
    for document in chain([] if first is None else [first], documents):
        if document.study.demo != demo:
            raise ValueError("one file cannot hold both invented labels and real ones")
        yield from introduce(document.codebooks.values())
        for key in (document.study.codebook, *(coding.codebook for coding in document.codings)):
            if key not in names:
                raise ValueError(f"document {document.slug}: codebook {key[0]} {key[1]} is not among its codebooks")
        if document.study.slug not in studies:
            studies.add(document.study.slug)
            counts["studies"] += 1
            yield _line(_study(document.study))
        counts["documents"] += 1
        yield _line(_document(document, with_text=options.texts))
        utf16 = Utf16Index(document.text)
        for coding in document.codings:
            counts["assignments"] += 1
            counts["annotations"] += len(coding.passages)
            place = _place(document, coding)
            points = names[coding.codebook]
            yield _line(_assignment(coding, place, points))
            for passage in coding.passages:
                yield _line(_annotation(coding, passage, place, points, document.text, utf16))
        for coding in document.codings:
            decisions += len(coding.decisions)
            place = _place(document, coding)
            for decision in coding.decisions:
                yield _line(_decision(coding, decision, place, document.text, utf16))
        comments += len(document.comments)
        for comment in document.comments:
            yield _line(_comment(document, comment, utf16))
    further = {"decisions": decisions, "comments": comments}
    yield _line({"type": "end", **counts, **{name: number for name, number in further.items() if number}})


def read(stream: Iterable[bytes] | Iterable[str], texts: Texts | None = None) -> list[CodedDocument]:
    """Read a whole file and return its documents, equal to those written; nothing is returned of a file with faults.

    Parameters
    ----------
    stream : iterable of bytes or str
        The lines: an open file, best a binary one. A text file is decoded before it gets here, and what its decoding
        raises is raised as it is.
    texts : callable, optional
        Takes a sha256 in small hex letters and returns the text that has it, or None. Asked for every document whose
        `text` is null, so that each quote is always compared with its text.

    Raises
    ------
    FormatError
        With the first 100 faults by line, field and reason, and their total.
    """
    return parse(stream, texts).documents


def _line(row: dict[str, Any]) -> str:
    line = _encode(row)
    if not line.isascii():
        line = _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
    return line + "\n"


def _codebook(codebook: CodebookInfo) -> dict[str, Any]:
    return {
        "type": "codebook",
        "slug": codebook.slug,
        "version": codebook.version,
        "title": codebook.title,
        "guidelines": codebook.guidelines,
        "published_at": timestamp(codebook.published_at),
        "labels": [
            {
                "code": label.code,
                "name": label.name,
                "definition": label.definition,
                "use_when": label.use_when,
                "not_when": label.not_when,
                "when_in_doubt": label.when_in_doubt,
                "examples": label.examples,
                "counterexamples": label.counterexamples,
                "colour_light": label.colour_light,
                "colour_dark": label.colour_dark,
                "shortcut": label.shortcut,
                "position": label.position,
                "replaces": [
                    {"codebook": slug, "version": version, "label": code} for slug, version, code in label.replaces
                ],
            }
            for label in codebook.labels
        ],
        "scales": [
            {
                "code": scale.code,
                "question": scale.question,
                "level": scale.level,
                "target": scale.target,
                "labels": scale.labels,
                "required": scale.required,
                "needs_evidence": scale.needs_evidence,
                "position": scale.position,
                "points": [
                    {"value": point.value, "name": point.name, "anchor": point.anchor, "missing": point.missing}
                    for point in scale.points
                ],
            }
            for scale in codebook.scales
        ],
    }


def _study(study: StudyInfo) -> dict[str, Any]:
    return {
        "type": "study",
        "slug": study.slug,
        "title": study.title,
        "codebook": study.codebook[0],
        "codebook_version": study.codebook[1],
        "blinding": study.blinding,
        "demo": study.demo,
        "reviewers_per_document": study.reviewers_per_document,
        "created_at": timestamp(study.created_at),
        "closed_at": timestamp(study.closed_at),
        "purpose": study.purpose,
        "order": study.order,
        "due_on": study.due_on and study.due_on.isoformat(),
    }


def _document(document: CodedDocument, with_text: bool) -> dict[str, Any]:
    return {
        "type": "document",
        "study": document.study.slug,
        "demo": document.study.demo,
        "document": document.slug,
        "title": document.title,
        "source": document.source,
        "byline": document.byline,
        "published_on": document.published_on and document.published_on.isoformat(),
        "retrieved_at": timestamp(document.retrieved_at),
        "url": document.url,
        "language": document.language,
        "licence": document.licence,
        "disclosure": document.disclosure,
        "withdrawn_at": timestamp(document.withdrawn_at),
        "revision": document.revision,
        "revision_sha256": document.sha256,
        "length": len(document.text),
        "segmentation_method": document.segmentation[0],
        "segmentation_version": document.segmentation[1],
        "sentences": document.sentences,
        "codebooks": [{"slug": slug, "version": version} for slug, version in document.codebooks],
        "place": document.place,
        "text": document.text if with_text else None,
    }


def _place(document: CodedDocument, coding: Coding) -> dict[str, Any]:
    """The fields that an assignment and all its annotations share."""
    return {
        "study": document.study.slug,
        "demo": document.study.demo,
        "document": document.slug,
        "revision": document.revision,
        "revision_sha256": document.sha256,
        "codebook": coding.codebook[0],
        "codebook_version": coding.codebook[1],
        "round": coding.round,
        "reviewer": coding.reviewer,
    }


def _assignment(coding: Coding, place: dict[str, Any], points: dict[tuple[str, int], str]) -> dict[str, Any]:
    return {
        "type": "assignment",
        "id": str(coding.id),
        **place,
        "reviewer_kind": coding.kind,
        "role": coding.role,
        "state": coding.state,
        "independent": coding.independent,
        "reason": coding.reason,
        "created_at": timestamp(coding.created_at),
        "begun_at": timestamp(coding.begun_at),
        "submitted_at": timestamp(coding.submitted_at),
        "revealed_at": timestamp(coding.revealed_at),
        "informed_at": timestamp(coding.informed_at),
        "reclaimed_at": timestamp(coding.reclaimed_at),
        "place": coding.place,
        "due_on": coding.due_on and coding.due_on.isoformat(),
        "ratings": _ratings(coding.ratings, points),
    }


def _span(start: int, end: int, text: str, utf16: Utf16Index) -> dict[str, Any]:
    """The fields that place a span in its text."""
    prefix, suffix = quote_context(text, start, end)
    return {
        "start": start,
        "end": end,
        "start_utf16": utf16.to_utf16(start),
        "end_utf16": utf16.to_utf16(end),
        "quote": text[start:end],
        "prefix": prefix,
        "suffix": suffix,
    }


def _decision(
    coding: Coding, decision: CodedDecision, place: dict[str, Any], text: str, utf16: Utf16Index
) -> dict[str, Any]:
    return {
        "type": "decision",
        "id": str(decision.id),
        "assignment": str(coding.id),
        **place,
        **_span(decision.start, decision.end, text, utf16),
        "outcome": decision.outcome,
        "scale": decision.scale,
        "annotation": None if decision.annotation is None else str(decision.annotation),
        "votes": [str(vote) for vote in decision.votes],
        "distribution": [{"label": label, "reviewers": count} for label, count in decision.distribution],
        "point": decision.point,
        "points": [{"point": point, "reviewers": count} for point, count in decision.points],
        "reason": decision.reason,
        "version": decision.version,
        "created_at": timestamp(decision.created_at),
        "updated_at": timestamp(decision.updated_at),
    }


def _comment(document: CodedDocument, comment: CodedComment, utf16: Utf16Index) -> dict[str, Any]:
    return {
        "type": "comment",
        "id": str(comment.id),
        "study": document.study.slug,
        "demo": document.study.demo,
        "document": document.slug,
        "revision": document.revision,
        "revision_sha256": document.sha256,
        "author": comment.author,
        **_span(comment.start, comment.end, document.text, utf16),
        "annotation": None if comment.annotation is None else str(comment.annotation),
        "thread": None if comment.thread is None else str(comment.thread),
        "words": comment.words,
        "former": [{"words": words, "written_at": timestamp(at)} for words, at in comment.former],
        "version": comment.version,
        "created_at": timestamp(comment.created_at),
        "updated_at": timestamp(comment.updated_at),
        "deleted_at": timestamp(comment.deleted_at),
    }


def _annotation(
    coding: Coding,
    passage: CodedPassage,
    place: dict[str, Any],
    points: dict[tuple[str, int], str],
    text: str,
    utf16: Utf16Index,
) -> dict[str, Any]:
    return {
        "type": "annotation",
        "id": str(passage.id),
        "assignment": str(coding.id),
        **place,
        "label": passage.label,
        **_span(passage.start, passage.end, text, utf16),
        "ratings": _ratings(passage.ratings, points),
        "note": passage.note,
        "version": passage.version,
        "derived_from": None if passage.derived_from is None else str(passage.derived_from),
        "derivation": passage.derivation,
        "recoded": [
            {
                "codebook": answer.codebook[0],
                "codebook_version": answer.codebook[1],
                "label": answer.label or None,
                "informed": answer.informed,
                "version": answer.version,
                "created_at": timestamp(answer.created_at),
                "updated_at": timestamp(answer.updated_at),
            }
            for answer in passage.recoded
        ],
        "created_at": timestamp(passage.created_at),
        "updated_at": timestamp(passage.updated_at),
        "deleted_at": timestamp(passage.deleted_at),
    }


def _ratings(ratings: Iterable[CodedRating], points: dict[tuple[str, int], str]) -> list[dict[str, Any]]:
    rows = []
    for rating in ratings:
        name = points.get((rating.scale, rating.value))
        if name is None:
            raise ValueError(f"the codebook has no point {rating.value} on a scale {rating.scale}")
        rows.append(
            {
                "scale": rating.scale,
                "point": rating.value,
                "missing": rating.missing,
                "name": name,
                "evidence": [str(passage) for passage in rating.evidence],
                "version": rating.version,
            }
        )
    return rows

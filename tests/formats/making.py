"""Records to write: one small study told in full, and a strategy for records that hold whatever a string can hold."""

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from annotator.formats import Options, jsonl
from annotator.records import (
    CodebookInfo,
    CodedDecision,
    CodedDocument,
    CodedPassage,
    CodedRating,
    Coding,
    LabelInfo,
    PointInfo,
    ScaleInfo,
    StudyInfo,
)
from sources.text import sha256

NASTY = (
    *(
        "=1+1",
        "+1",
        "-1",
        "@a",
        "|b",
        "\t",
        "\r",
        "\n",
        "\r\n",
        "\x85",
        "\u2028",
        "\u2029",
        "\x0b",
        "\x0c",
        "\x1c",
        "\x7f",
    ),
    *("'", '"', ",", ";", "\\", "\\u2028", "\ufeff", "\ufffe", "\uffff", "\ufffd", "\u200b", "\u202e", "\u2066"),
    *(
        "🦊",
        "👨‍👩‍👧",
        "e\u0301",
        "é",
        "\U0010ffff",
        "سلام",
        "نامه‌ای",
        "中文",
        " ",
        "\u00a0",
        "＝1",
        "＋1",
        "－1",
        "＠a",
        "｜b",
    ),
    *("</script>", "{{x}}", "%s", "null", "0"),
)


def make_time(minute: int) -> datetime:
    return datetime(2026, 3, 1, 9, 0, 0, 120_000, tzinfo=UTC) + timedelta(minutes=minute)


def make_id(number: int) -> UUID:
    return UUID(int=0x0195_0000_0000_7000_8000_0000_0000_0000 + number)


def make_codebook(version: int = 1) -> CodebookInfo:
    slant = (PointInfo(-1, "against"), PointInfo(0, "neutral", "neither"), PointInfo(1, "for"))
    return CodebookInfo(
        "claims",
        version,
        "Claims and framing",
        "Mark *every* sentence.",
        labels=(
            LabelInfo(
                "fact",
                "Fact",
                "Checkable.",
                "Use it so.",
                "Not so.",
                "Ask who could check.",
                ("Rain fell.",),
                ("Rain is sad.",),
                "#111111",
                "#eeeeee",
                shortcut="1",
                position=1,
            ),
            LabelInfo("opinion", "=Opinion", "A judgement.", shortcut="2", position=2),
        ),
        scales=(
            ScaleInfo(
                "slant",
                "For or against?",
                "ordinal",
                "passage",
                (*slant, PointInfo(9, "cannot be judged", missing=True)),
                labels=("fact", "opinion"),
                required=True,
                position=1,
            ),
            ScaleInfo(
                "tone",
                "How loaded?",
                "ordinal",
                "passage",
                (PointInfo(1, "plain"), PointInfo(2, "loaded")),
                ("opinion",),
            ),
            ScaleInfo(
                "credibility",
                "How credible?",
                "ordinal",
                "document",
                (PointInfo(1, "confirmed"), PointInfo(6, "cannot be judged", missing=True)),
                needs_evidence=True,
                position=3,
            ),
        ),
        published_at=make_time(0),
    )


def make_documents() -> list[CodedDocument]:
    """Two texts: on the first two reviewers and an adjudicator, on the second one who marked nothing.

    The lines of the file: header, codebook, study, document (4), assignment (5), annotations (6, 7, 8), second
    assignment (9) with its annotation (10), third (11) with its (12), second document (13) with its assignment (14),
    end (15).
    """
    book = make_codebook()
    study = StudyInfo(
        "seeds", "Seeds", book.key, "until_closed", True, 2, make_time(1), None, "teaching", "fixed", date(2026, 4, 1)
    )
    text = "🦊 Rain fell.\r\nIt was a sad day.\u2028=SUM(A1)"
    first = Coding(
        make_id(1),
        "R-ABC2",
        book.key,
        created_at=make_time(2),
        begun_at=make_time(3),
        submitted_at=make_time(9),
        revealed_at=make_time(10),
        informed_at=make_time(2),
        passages=(
            CodedPassage(
                make_id(11), "fact", 2, 12, "-1 is a note", (CodedRating("slant", 0),), 3, make_time(3), make_time(4)
            ),
            CodedPassage(
                make_id(12),
                "opinion",
                14,
                31,
                "two\nlines",
                (CodedRating("slant", 9, missing=True), CodedRating("tone", 2, version=2)),
                1,
                make_time(5),
                make_time(5),
            ),
            CodedPassage(make_id(13), "fact", 14, 31, "", (), 2, make_time(6), make_time(7), make_time(7)),
        ),
        ratings=(CodedRating("credibility", 1, evidence=(make_id(13), make_id(11))),),
    )
    second = Coding(
        make_id(2),
        "=cmd|' /C calc'!A0",
        book.key,
        kind="machine",
        state="open",
        independent=False,
        created_at=make_time(2),
        place=2,
        due_on=date(2026, 3, 31),
        passages=(CodedPassage(make_id(21), "fact", 32, 40, created_at=make_time(8), updated_at=make_time(8)),),
        ratings=(CodedRating("credibility", 6, missing=True),),
    )
    gold = Coding(
        make_id(3),
        "R-GLD3",
        book.key,
        role="adjudicator",
        independent=False,
        created_at=make_time(11),
        submitted_at=make_time(12),
        passages=(CodedPassage(make_id(31), "fact", 2, 12, derived_from=make_id(11), derivation="settled"),),
    )
    empty = Coding(make_id(4), "R-ABC2", book.key, created_at=make_time(2), submitted_at=make_time(9))
    books = {book.key: book}
    return [
        CodedDocument(
            study,
            books,
            "rain",
            "@Rain",
            text,
            sha256(text),
            sentences=(14, 32, 40),
            segmentation=("lines", "1"),
            source="The Courier",
            byline="A. Writer",
            published_on=date(2026, 2, 28),
            retrieved_at=make_time(0),
            url="https://example.org/rain",
            language="en",
            licence="CC0-1.0",
            disclosure="none",
            place=1,
            codings=(first, second, gold),
        ),
        CodedDocument(study, books, "sun", "Sun", "Sun.", sha256("Sun."), withdrawn_at=make_time(13), codings=(empty,)),
    ]


def make_settled() -> list[CodedDocument]:
    """The same texts with decisions of the adjudicator: one took a passage, one is contested, one found nothing."""
    first, second = make_documents()
    *reviews, gold = first.codings
    decisions = (
        CodedDecision(
            make_id(41), 2, 12, "took", annotation=make_id(31), votes=(make_id(11),), created_at=make_time(11)
        ),
        CodedDecision(
            make_id(42),
            14,
            31,
            "contested",
            votes=(make_id(12), make_id(99)),
            distribution=(("fact", 1), ("opinion", 1), ("", 2)),
            reason="both \u2028 hold",
            version=2,
            updated_at=make_time(12),
        ),
        CodedDecision(make_id(43), 32, 40, "nothing_here", votes=(make_id(21),)),
        CodedDecision(make_id(44), 2, 12, "took", "slant", make_id(31), (make_id(11),), point=1),
        CodedDecision(
            make_id(45), 0, len(first.text), "contested", "credibility", points=((1, 1), (6, 2), (None, 1)), reason="x"
        ),
    )
    return [replace(first, codings=(*reviews, replace(gold, decisions=decisions))), second]


def make_settled_rows() -> list[dict]:
    return [json.loads(line) for line in make_file(make_settled()).decode().split("\n")[:-1]]


OPTIONS = Options(software="credence 0.1.0", exported_at=make_time(60))


def make_file(coded: list[CodedDocument], options: Options = OPTIONS) -> bytes:
    out = io.BytesIO()
    jsonl.write(coded, out, options)
    return out.getvalue()


def make_rows() -> list[dict]:
    return [json.loads(line) for line in make_file(make_documents()).decode().split("\n")[:-1]]


words = st.lists(
    st.one_of(st.sampled_from(NASTY), st.characters(exclude_categories=["Cs"], exclude_characters="\0")), max_size=6
)
strings = words.map("".join)
names = strings.map(lambda name: f"{name}x")  # never blank
times = st.datetimes(datetime(1, 1, 2), timezones=st.just(UTC))
maybe_times = st.none() | times
small = st.integers(1, 2**31 - 1)


@st.composite
def codebooks(draw: st.DrawFn, version: int) -> CodebookInfo:
    labels = [
        LabelInfo(
            code,
            draw(names),
            *(draw(strings) for _ in range(4)),
            examples=tuple(draw(words)),
            counterexamples=tuple(draw(words)),
            colour_light=draw(strings),
            shortcut=draw(strings),
        )
        for code in ("fact", "opinion", "ai-1")
    ]
    values = st.lists(st.integers(-(2**31), 2**31 - 1), unique=True, max_size=4)
    scales = [
        ScaleInfo(
            f"scale-{i}",
            draw(strings),
            draw(st.sampled_from(["nominal", "ordinal", "interval"])),
            draw(st.sampled_from(["passage", "document"])),
            tuple(PointInfo(value, draw(strings), draw(strings), draw(st.booleans())) for value in draw(values)),
            tuple(draw(st.lists(st.sampled_from(["fact", "opinion", "ai-1"]), unique=True))),
            draw(st.booleans()),
            draw(st.booleans()),
            draw(small),
        )
        for i in range(draw(st.integers(0, 3)))
    ]
    return CodebookInfo("book", version, draw(names), draw(strings), tuple(labels), tuple(scales), draw(maybe_times))


def _ratings(
    draw: st.DrawFn, book: CodebookInfo, target: str, label: str, evidence: list[UUID]
) -> tuple[CodedRating, ...]:
    given = []
    for scale in book.scales:
        asked = scale.target == target and scale.points and (not label or not scale.labels or label in scale.labels)
        if asked and draw(st.booleans()):
            point = draw(st.sampled_from(scale.points))
            chosen = draw(st.lists(st.sampled_from(evidence), unique=True, max_size=3)) if evidence else []
            given.append(CodedRating(scale.code, point.value, point.missing, tuple(chosen), draw(small)))
    return tuple(given)


def _passages(draw: st.DrawFn, book: CodebookInfo, text: str) -> tuple[CodedPassage, ...]:
    """Passages in any order: those of one label apart from each other, those of several and the deleted anywhere."""
    offsets = st.integers(0, len(text))
    spans = []
    for label in ("fact", "opinion"):
        cuts = sorted(draw(st.sets(offsets, max_size=6)))
        spans += [(label, start, end, None) for start, end in zip(cuts[::2], cuts[1::2], strict=False)]
    for start, end in draw(st.lists(st.tuples(offsets, offsets).filter(lambda span: span[0] < span[1]), max_size=2)):
        spans.append(("fact", start, end, draw(times)))
    return tuple(
        CodedPassage(
            draw(st.uuids()),
            label,
            start,
            end,
            draw(strings),
            _ratings(draw, book, "passage", label, []),
            draw(small),
            draw(maybe_times),
            draw(maybe_times),
            deleted_at,
            draw(st.none() | st.uuids()),
            draw(st.sampled_from(["", "revised", "carried", "suggested", "settled", "imported"])),
        )
        for label, start, end, deleted_at in draw(st.permutations(spans))
    )


def _decisions(draw: st.DrawFn, text: str, passages: tuple[CodedPassage, ...]) -> tuple[CodedDecision, ...]:
    spans = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).filter(lambda span: span[0] < span[1])
    made = []
    for start, end in draw(st.lists(spans, max_size=2)):
        makes = draw(st.sampled_from([None, *(passage.id for passage in passages)]))
        none_made = st.sampled_from(["nothing_here", "contested"])
        outcome = draw(st.sampled_from(["took", "merged", "redrew", "agreed_by_rule"]) if makes else none_made)
        counts = st.lists(st.tuples(strings, small), unique_by=lambda each: each[0], max_size=3)
        made.append(
            CodedDecision(
                draw(st.uuids()),
                start,
                end,
                outcome,
                annotation=makes,
                votes=tuple(draw(st.lists(st.uuids(), unique=True, max_size=2))),
                distribution=tuple(draw(counts)) if outcome == "contested" else (),
                reason=draw(strings),
                version=draw(small),
                created_at=draw(maybe_times),
                updated_at=draw(maybe_times),
            )
        )
    return tuple(made)


@st.composite
def documents(draw: st.DrawFn) -> list[CodedDocument]:
    """A list of documents that could stand in one file."""
    books = [draw(codebooks(1)), draw(codebooks(2))]
    demo = draw(st.booleans())
    studies = [
        StudyInfo(
            slug,
            draw(names),
            ("book", draw(st.integers(1, 2))),
            draw(st.sampled_from(["until_submitted", "until_closed", "open"])),
            demo,
            draw(st.none() | small),
            draw(maybe_times),
            draw(maybe_times),
        )
        for slug in ("one", "two")
    ]
    keys = draw(
        st.lists(st.tuples(st.sampled_from([0, 1]), st.sampled_from(["Doc_1", "-x"]), st.integers(1, 2)), unique=True)
    )
    made = []
    for at, slug, revision in keys:
        study = studies[at]
        text = f"{revision}{draw(strings)}"
        inner = draw(st.sets(st.integers(1, len(text)), max_size=3))
        codings = []
        for turn in range(draw(st.integers(0, 2))):
            book = draw(st.sampled_from(books))
            passages = _passages(draw, book, text)
            submitted_at = draw(maybe_times)
            codings.append(
                Coding(
                    draw(st.uuids()),
                    f"{turn}{draw(strings)}",
                    book.key,
                    role="adjudicator" if turn else "reviewer",
                    round=draw(small),
                    state="submitted" if submitted_at else draw(st.sampled_from(["open", "declined"])),
                    independent=draw(st.booleans()),
                    reason=draw(strings),
                    created_at=draw(maybe_times),
                    begun_at=draw(maybe_times),
                    submitted_at=submitted_at,
                    revealed_at=draw(st.none() | st.just(submitted_at)),
                    informed_at=draw(maybe_times),
                    passages=passages,
                    ratings=_ratings(draw, book, "document", "", [passage.id for passage in passages]),
                    decisions=_decisions(draw, text, passages) if turn else (),
                )
            )
        made.append(
            CodedDocument(
                study,
                {book.key: book for book in draw(st.permutations(books))},
                slug,
                draw(names),
                text,
                sha256(text),
                revision,
                tuple(sorted(inner | {len(text)})) if inner else (),
                (draw(strings), draw(strings)),
                *(draw(strings) for _ in range(2)),
                draw(st.none() | st.dates()),
                draw(maybe_times),
                *(draw(strings) for _ in range(4)),
                draw(maybe_times),
                draw(st.none() | st.integers(1, 1000)),
                tuple(codings),
            )
        )
    return made

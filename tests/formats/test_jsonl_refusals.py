import dataclasses
import io
import json
from itertools import pairwise

import pytest

from annotator.formats import FormatError, Options, Problem, jsonl
from annotator.formats.jsonl_rows import LATER
from annotator.records import CodedPassage, CodedRating
from sources.text import sha256
from tests.formats.making import make_documents, make_file, make_id, make_rows


def make_lines(rows: list[dict]) -> list[str]:
    return [json.dumps(row) + "\n" for row in rows]


def faults(lines) -> list[tuple[int, str]]:
    with pytest.raises(FormatError) as refused:
        jsonl.read(lines)
    assert refused.value.total >= len(refused.value.rows) > 0
    return [(row.line, row.field) for row in refused.value.rows]


# What a reader refuses: one fault in the small file at a time

HEADER, BOOK, STUDY, DOCUMENT, ASSIGNMENT, FACT, OPINION, SECOND, OTHER, GOLD, EMPTY, END = (
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    9,
    10,
    12,
    14,
    15,
)

BAD_VALUES = [
    (HEADER, "format", "other", "format"),
    (HEADER, "version", 2, "version"),
    (HEADER, "demo", 1, "demo"),
    (HEADER, "exported_at", "yesterday", "exported_at"),
    (BOOK, "slug", "Bad Slug", "slug"),
    (BOOK, "version", 0, "version"),
    (BOOK, "title", " ", "title"),
    (BOOK, "published_at", "2026-13-01T00:00:00Z", "published_at"),
    (BOOK, "labels", {}, "labels"),
    (BOOK, "labels.1.code", "fact", "labels[1].code"),
    (BOOK, "labels.0.examples", [1], "labels[0].examples[0]"),
    (BOOK, "scales.0.level", "ratio", "scales[0].level"),
    (BOOK, "scales.0.target", [], "scales[0].target"),
    (BOOK, "scales.0.labels", ["nil"], "scales[0].labels[0]"),
    (BOOK, "scales.0.points.0.value", 9, "scales[0].points[3].value"),
    (BOOK, "scales.1.code", "slant", "scales[1].code"),
    (BOOK, "scales.0.points.2.value", "1", "scales[0].points[2].value"),
    (STUDY, "codebook", "unknown", "codebook"),
    (STUDY, "blinding", "never", "blinding"),
    (STUDY, "demo", False, "demo"),
    (STUDY, "reviewers_per_document", True, "reviewers_per_document"),
    (DOCUMENT, "study", "nowhere", "study"),
    (DOCUMENT, "published_on", "2026-02-30", "published_on"),
    (DOCUMENT, "retrieved_at", "2026-03-01", "retrieved_at"),
    (DOCUMENT, "length", 39, "length"),
    (DOCUMENT, "revision_sha256", "0" * 64, "revision_sha256"),
    (DOCUMENT, "sentences", [14, 14, 40], "sentences"),
    (DOCUMENT, "sentences", [14, 32], "sentences"),
    (DOCUMENT, "codebooks", [{"slug": "claims", "version": 3}], "codebooks[0]"),
    (DOCUMENT, "text", None, "text"),
    (ASSIGNMENT, "id", "1", "id"),
    (ASSIGNMENT, "document", "nowhere", "document"),
    (ASSIGNMENT, "revision", 2, "document"),
    (ASSIGNMENT, "revision_sha256", "0" * 64, "revision_sha256"),
    (ASSIGNMENT, "codebook_version", 2, "codebook"),
    (ASSIGNMENT, "state", "done", "state"),
    (ASSIGNMENT, "submitted_at", None, "submitted_at"),
    (ASSIGNMENT, "revealed_at", "2026-03-01T09:08:59Z", "revealed_at"),
    (SECOND, "revealed_at", "2026-03-01T09:08:59Z", "revealed_at"),
    (ASSIGNMENT, "begun_at", "2026-03-01", "begun_at"),
    (ASSIGNMENT, "round", 2**31, "round"),
    (ASSIGNMENT, "round", 1.0, "round"),
    (ASSIGNMENT, "reviewer", "", "reviewer"),
    (ASSIGNMENT, "ratings.0.scale", "slant", "ratings[0].scale"),
    (ASSIGNMENT, "ratings.0.scale", "nothing", "ratings[0].scale"),
    (ASSIGNMENT, "ratings.0.point", 5, "ratings[0].point"),
    (ASSIGNMENT, "ratings.0.missing", True, "ratings[0].missing"),
    (ASSIGNMENT, "ratings.0.name", "sure", "ratings[0].name"),
    (ASSIGNMENT, "ratings.0.evidence", [str(make_id(99))], "ratings[0].evidence"),
    (ASSIGNMENT, "ratings.0.evidence", [str(make_id(11))] * 2, "ratings[0].evidence[1]"),
    (SECOND, "reviewer", "R-ABC2", "round"),
    (GOLD - 1, "reviewer", "R-ABC2", "round"),
    (EMPTY, "reviewer_kind", "machine", "reviewer_kind"),
    (FACT, "assignment", str(make_id(99)), "assignment"),
    (FACT, "study", "other", "study"),
    (FACT, "demo", False, "demo"),
    (FACT, "document", "sun", "document"),
    (FACT, "revision", 2, "revision"),
    (FACT, "revision_sha256", "0" * 64, "revision_sha256"),
    (FACT, "codebook", "other", "codebook"),
    (FACT, "codebook_version", 2, "codebook_version"),
    (FACT, "round", 2, "round"),
    (FACT, "reviewer", "R-XYZ9", "reviewer"),
    (FACT, "label", "nil", "label"),
    (FACT, "start", -1, "start"),
    (FACT, "start", 12, "start"),
    (FACT, "end", 41, "end"),
    (FACT, "start_utf16", 2, "start_utf16"),
    (FACT, "end_utf16", 12, "end_utf16"),
    (FACT, "quote", "rain fell.", "quote"),
    (FACT, "prefix", "", "prefix"),
    (FACT, "suffix", "", "suffix"),
    (FACT, "ratings.0.scale", "tone", "ratings[0].scale"),
    (FACT, "ratings.0.scale", "credibility", "ratings[0].scale"),
    (FACT, "ratings.0.point", 3, "ratings[0].point"),
    (FACT, "ratings.0.version", 0, "ratings[0].version"),
    (OPINION, "ratings.1.scale", "slant", "ratings[1].scale"),
    (FACT, "note", None, "note"),
    (FACT, "version", "3", "version"),
    (FACT, "derived_from", str(make_id(11)), "derived_from"),
    (FACT, "derivation", "guessed", "derivation"),
    (FACT, "updated_at", "2026-03-01T09:00:00", "updated_at"),
    (OTHER, "created_at", 0, "created_at"),
    (END, "annotations", 4, "annotations"),
    (END, "documents", "2", "documents"),
]


def put(row: dict, path: str, value: object) -> None:
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in way:
        row = row[step]
    row[last] = value


@pytest.mark.parametrize(("line", "path", "value", "field"), BAD_VALUES)
def test_a_bad_value_is_named_by_line_and_field(line, path, value, field):
    rows = make_rows()
    assert jsonl.read(make_lines(rows)) == make_documents()
    put(rows[line - 1], path, value)
    assert (line, field) in faults(make_lines(rows))


@pytest.mark.parametrize("line", range(1, 16))
def test_every_field_is_needed_but_those_that_older_files_lack_and_no_other_is_taken(line):
    later = LATER.get(make_rows()[line - 1]["type"], frozenset())
    for name in make_rows()[line - 1]:
        rows = make_rows()
        rows[line - 1].pop(name)
        if name in later:
            jsonl.read(make_lines(rows))
        else:
            assert (line, name) in faults(make_lines(rows))
    rows = make_rows()
    rows[line - 1]["owner"] = "ada"
    assert faults(make_lines(rows)) == [(line, "owner")]


ODD = (
    None,
    True,
    -1,
    1.5,
    10**400,
    "",
    "\ud800",
    "9999-99-99T00:00:00Z",
    "0001-01-01T00:00:00+23:59",
    [],
    [[]],
    [{}],
    {},
    {"": 0},
)


def paths(value: object, path: str = "") -> list[str]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [path] if path else []
    for name, item in members:
        found += paths(item, f"{path}.{name}".lstrip("."))
    return found


def faults_if_any(lines: list[str]) -> list[Problem]:
    """Some odd values are fit: an empty note, no time."""
    try:
        jsonl.read(lines)
    except FormatError as error:
        return error.rows
    return []


@pytest.mark.parametrize("line", [HEADER, BOOK, STUDY, DOCUMENT, ASSIGNMENT, FACT, END])
def test_no_value_in_any_place_breaks_the_reader(line):
    for path in paths(make_rows()[line - 1]):
        for odd in ODD:
            rows = make_rows()
            put(rows[line - 1], path, odd)
            for row in faults_if_any(make_lines(rows)):
                assert row.reason
                assert 1 <= row.line <= 16
                assert str(row).encode()


@pytest.mark.parametrize("bad", ["\0", "\ud800", "x\udfff"])
@pytest.mark.parametrize(
    ("line", "path", "field"),
    [(BOOK, "labels.0.examples.0", "labels[0].examples[0]"), (DOCUMENT, "byline", "byline"), (FACT, "note", "note")],
)
def test_nul_and_lone_surrogates_are_refused_at_any_depth(line, path, field, bad):
    rows = make_rows()
    put(rows[line - 1], path, bad)
    assert (line, field) in faults(make_lines(rows))


def test_a_key_with_a_lone_surrogate_is_refused_in_words_that_can_be_sent():
    rows = make_rows()
    rows[FACT - 1]["\ud800"] = 1
    with pytest.raises(FormatError) as refused:
        jsonl.read(make_lines(rows))
    assert {row.line for row in refused.value.rows} == {FACT}
    assert str(refused.value.rows).encode()


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        ("NaN", "NaN"),
        ("-Infinity", "Infinity"),
        ("1" + "0" * 400, "must be a string"),
        ("1" + "0" * 5000, "too long"),
        ("[" * 40 + "]" * 40, "deeper than 32"),
        ("[" * 100_000 + "]" * 100_000, "deeper than 32"),
        ("{", "not JSON"),
        ('"a", "note": "b"', "twice"),
        ("'a'", "not JSON"),
        ('"a\tb"', "not JSON"),
    ],
)
def test_what_is_not_json_is_refused(note, reason):
    lines = make_lines(make_rows())
    lines[FACT - 1] = lines[FACT - 1].replace('"note": "-1 is a note"', f'"note": {note}')
    with pytest.raises(FormatError) as refused:
        jsonl.read(lines)
    assert {row.line for row in refused.value.rows} == {FACT}
    assert any(reason in row.reason for row in refused.value.rows)


@pytest.mark.parametrize("version", ["1" + "0" * 400, "9" * 4000, "true", "1.5", "1e3", str(2**31)])
def test_a_number_out_of_range_is_refused(version):
    lines = make_lines(make_rows())
    lines[FACT - 1] = lines[FACT - 1].replace('"version": 3', f'"version": {version}')
    assert faults(lines) == [(FACT, "version")]


@pytest.mark.parametrize("line", ["\n", "[]\n", '"x"\n', "1\n", "null\n", "# remark\n"])
def test_a_line_that_is_no_object_is_refused(line):
    lines = make_lines(make_rows())
    assert faults([*lines[:7], line, *lines[7:]]) == [(8, "")]


@pytest.mark.parametrize("kind", ["label", "", None, ["end"], {}, 1])
def test_an_unknown_type_is_refused(kind):
    rows = make_rows()
    rows.insert(7, {"type": kind})
    assert faults(make_lines(rows)) == [(8, "type")]


def test_bytes_that_are_not_utf8_are_refused_by_line():
    lines = make_file(make_documents()).splitlines(keepends=True)
    lines[FACT - 1] = lines[FACT - 1].replace(b"note", b"n\xf3te")
    assert faults(lines) == [(FACT, "")]


def test_a_byte_order_mark_and_windows_line_ends_are_taken():
    raw = b"\xef\xbb\xbf" + make_file(make_documents()).replace(b"\n", b"\r\n")
    assert jsonl.read(io.BytesIO(raw)) == make_documents()


@pytest.mark.parametrize("kept", range(15))
def test_a_file_cut_after_any_line_is_refused(kept):
    lines = make_lines(make_rows())
    assert len(lines) == 15
    assert faults(lines[:kept])[-1][0] == max(kept, 0) + 1


def test_a_file_cut_in_mid_line_is_refused():
    raw = make_file(make_documents())
    for length in range(len(raw) - len(raw.splitlines()[-1]) - 1, len(raw) - 1):
        assert faults(io.BytesIO(raw[:length]))


def test_a_lost_annotation_is_noticed_by_the_counts():
    rows = make_rows()
    del rows[OTHER - 1]
    assert faults(make_lines(rows)) == [(14, "annotations")]


def test_nothing_may_follow_the_end():
    rows = make_rows()
    assert faults(make_lines([*rows, rows[-2]])) == [(16, "")]


def test_a_second_header_is_refused():
    rows = make_rows()
    rows.insert(3, rows[0])
    assert faults(make_lines(rows)) == [(4, "type")]


@pytest.mark.parametrize(
    ("line", "field"), [(BOOK, "version"), (STUDY, "slug"), (DOCUMENT, "revision"), (ASSIGNMENT, "id"), (FACT, "id")]
)
def test_a_row_may_not_come_twice(line, field):
    rows = make_rows()
    rows.insert(line, rows[line - 1])
    assert (line + 1, field) in faults(make_lines(rows))


def test_a_row_may_not_come_before_what_it_names():
    rows = make_rows()
    for before, after in pairwise(range(1, 6)):
        moved = [*rows[:before], rows[after], rows[before], *rows[after + 1 :]]
        assert faults(make_lines(moved))[0][0] == before + 1


def test_overlap_of_one_label_is_refused_and_of_two_is_not():
    first = make_documents()[0]
    coding = first.codings[0]
    over = CodedPassage(make_id(77), "fact", 11, 14)
    for label, refused in (("fact", True), ("opinion", False)):
        passages = (*coding.passages, dataclasses.replace(over, label=label))
        raw = make_file([dataclasses.replace(first, codings=(dataclasses.replace(coding, passages=passages),))])
        if refused:
            assert faults(raw.splitlines()) == [(9, "start")]
        else:
            assert jsonl.read(raw.splitlines())


def test_each_passage_inside_a_longer_one_of_its_label_is_named():
    first = make_documents()[0]
    spans = ((0, 14), (1, 3), (5, 8), (14, 20))
    passages = tuple(CodedPassage(make_id(70 + i), "fact", *span) for i, span in enumerate(spans))
    coding = dataclasses.replace(first.codings[1], passages=passages)
    raw = make_file([dataclasses.replace(first, codings=(coding,))])
    assert faults(raw.splitlines()) == [(7, "start"), (8, "start")]


def test_a_second_gold_standard_is_refused_unless_the_first_was_declined():
    rows = make_rows()
    rows[SECOND - 1]["role"] = "adjudicator"
    assert faults(make_lines(rows)) == [(GOLD - 1, "role")]
    rows[SECOND - 1]["state"] = "declined"
    assert jsonl.read(make_lines(rows))


def test_evidence_on_another_document_is_refused():
    first, second = make_documents()
    rating = CodedRating("credibility", 1, evidence=(make_id(11),))
    coding = dataclasses.replace(second.codings[0], ratings=(rating,))
    raw = make_file([first, dataclasses.replace(second, codings=(coding,))])
    assert faults(raw.splitlines()) == [(14, "ratings[0].evidence")]


def test_one_bad_row_does_not_blame_the_rows_that_name_it():
    for line, name in ((BOOK, "title"), (STUDY, "title"), (DOCUMENT, "title"), (ASSIGNMENT, "reason"), (FACT, "note")):
        rows = make_rows()
        rows[line - 1][name] = None
        assert faults(make_lines(rows)) == [(line, name)]


def test_a_wrong_text_from_the_caller_is_refused():
    raw = make_file(make_documents(), Options(texts=False))
    texts = {document.sha256: document.text for document in make_documents()}
    assert jsonl.read(raw.splitlines(), texts.get) == make_documents()
    with pytest.raises(FormatError) as refused:
        jsonl.read(raw.splitlines(), lambda digest: texts[digest] + " ")
    assert [(row.line, row.field) for row in refused.value.rows] == [(4, "revision_sha256"), (13, "revision_sha256")]


def make_many(number: int) -> list[str]:
    text = "ab" * number
    passages = tuple(CodedPassage(make_id(100 + i), "fact", 2 * i, 2 * i + 1) for i in range(number))
    first = make_documents()[0]
    coding = dataclasses.replace(first.codings[1], passages=passages)
    document = dataclasses.replace(first, text=text, sha256=sha256(text), sentences=(), codings=(coding,))
    return [line + "\n" for line in make_file([document]).decode().splitlines()]


def test_the_one_bad_row_among_ten_thousand_is_named():
    lines = make_many(10_000)
    lines[9_999] = lines[9_999].replace('"quote":"a"', '"quote":"b"')
    assert faults(lines) == [(10_000, "quote")]


def test_the_first_hundred_faults_are_named_and_all_are_counted():
    lines = [line.replace('"note":""', '"note":null') for line in make_many(150)]
    with pytest.raises(FormatError, match="150 bad") as refused:
        jsonl.read(lines)
    assert [row.line for row in refused.value.rows] == list(range(6, 106))
    assert refused.value.total == 150


def test_a_lone_surrogate_does_not_break_the_file_and_its_row_is_named():
    first, second = make_documents()
    raw = make_file([first, dataclasses.replace(second, byline="\ud800")])
    assert faults(raw.splitlines()) == [(13, "byline")]

import dataclasses
import io
import json

import pytest
from hypothesis import HealthCheck, given, settings

from annotator.formats import Options, jsonl
from annotator.formats.jsonl_rows import LABEL, POINT, RATING, ROWS, SCALE
from annotator.formats.problems import FormatError
from annotator.records import (
    CodebookInfo,
    CodedComment,
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
from tests.formats.making import (
    OPTIONS,
    documents,
    make_codebook,
    make_documents,
    make_file,
    make_id,
    make_rows,
    make_settled,
    make_settled_rows,
    make_time,
)

steady = settings(
    derandomize=True,
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def test_the_small_study_comes_back_equal():
    assert jsonl.read(io.BytesIO(make_file(make_documents()))) == make_documents()


def test_decisions_come_back_equal_and_a_contested_one_with_its_distribution():
    assert jsonl.read(io.BytesIO(make_file(make_settled()))) == make_settled()
    *others, end = make_settled_rows()
    contested, scale = [row for row in others if row.get("outcome") == "contested"]
    assert contested["distribution"] == [
        {"label": "fact", "reviewers": 1},
        {"label": "opinion", "reviewers": 1},
        {"label": "", "reviewers": 2},
    ]
    assert (scale["scale"], scale["annotation"], scale["point"]) == ("credibility", None, None)
    assert scale["points"] == [
        {"point": 1, "reviewers": 1},
        {"point": 6, "reviewers": 2},
        {"point": None, "reviewers": 1},
    ]
    assert end["decisions"] == 5
    assert "decisions" not in make_rows()[-1], "a file without decisions is as it was before there were any"


@pytest.mark.parametrize(
    ("which", "changes", "words"),
    [
        (0, {"annotation": None}, "annotation must be set exactly where the outcome makes one"),
        (1, {"annotation": str(make_id(31))}, "annotation must be set exactly where the outcome makes one"),
        (0, {"annotation": str(make_id(11))}, "belongs to another assignment"),
        (0, {"annotation": str(make_id(77))}, "the file has no annotation"),
        (0, {"assignment": str(make_id(1)), "reviewer": "R-ABC2"}, "is not an adjudicator's"),
        (0, {"assignment": str(make_id(77))}, "no line above describes assignment"),
        (0, {"outcome": "shrugged"}, "outcome"),
        (0, {"end": 13}, "is not the text from 2 to 13"),
        (0, {"distribution": [{"label": "fact", "reviewers": 1}]}, "belongs to a contested stretch only"),
        (2, {"scale": "mood"}, "the codebook has no scale mood"),
        (2, {"point": 1}, "point belongs to a decision on a scale only"),
        (0, {"points": [{"point": 1, "reviewers": 1}]}, "points belongs to a decision on a scale only"),
        (3, {"annotation": None}, "annotation must be set exactly where the scale is asked of a passage"),
        (4, {"annotation": str(make_id(31))}, "annotation must be set exactly where the scale is asked of a passage"),
        (3, {"outcome": "merged"}, "outcome must be took, contested or agreed_by_rule of a scale"),
        (3, {"point": None}, "point must be set exactly where a point was taken"),
        (4, {"point": 1}, "point must be set exactly where a point was taken"),
        (3, {"point": 7}, "scale slant has no point 7"),
        (4, {"points": [{"point": 2, "reviewers": 1}]}, "scale credibility has no point 2"),
        (4, {"points": [{"point": 1, "reviewers": 1}] * 2}, "is there twice"),
        (3, {"points": [{"point": 1, "reviewers": 1}]}, "points belongs to a contested scale only"),
        (4, {"distribution": [{"label": "fact", "reviewers": 1}]}, "belongs to a contested stretch only"),
        (1, {"votes": [str(make_id(12))] * 2}, "is there twice"),
        (1, {"id": str(make_id(12))}, "has the same id"),
        (1, {"reviewer": "R-QQQ9"}, "differs from the assignment's"),
    ],
)
def test_a_decision_that_contradicts_the_file_is_refused(which, changes, words):
    rows = make_settled_rows()
    [row for row in rows if row["type"] == "decision"][which].update(changes)
    with pytest.raises(FormatError) as caught:
        jsonl.read([json.dumps(row) + "\n" for row in rows])
    assert any(words in f"{fault.field} {fault.reason}" for fault in caught.value.rows)


def make_talk():
    """The settled texts with a thread on the first: an answer that was edited, and one that is deleted."""
    first, second = make_settled()
    comments = (
        CodedComment(make_id(61), "R-ABC2", 2, 12, "Why \u2028 fact?", make_id(11), created_at=make_time(14)),
        CodedComment(make_id(62), "lead", 2, 12, "It was counted.", None, make_id(61), (("Once.", None),), 2),
        CodedComment(make_id(63), "R-ABC2", 2, 12, "", None, make_id(61), version=2, deleted_at=make_time(15)),
    )
    return [dataclasses.replace(first, comments=comments), second]


def talk_rows():
    return [json.loads(line) for line in make_file(make_talk()).decode().splitlines()]


def test_a_discussion_comes_back_equal():
    assert jsonl.read(io.BytesIO(make_file(make_talk()))) == make_talk()
    assert talk_rows()[-1]["comments"] == 3


@pytest.mark.parametrize(
    ("which", "changes", "words"),
    [
        (0, {"words": " "}, "must be there exactly where the comment is not deleted"),
        (2, {"words": "still here"}, "must be there exactly where the comment is not deleted"),
        (0, {"thread": str(make_id(62))}, "no line above is the first comment"),
        (2, {"thread": str(make_id(62))}, "no line above is the first comment"),
        (0, {"end": 13}, "is not the text from 2 to 13"),
        (0, {"document": "nowhere"}, "no line above describes revision 1 of document nowhere"),
        (0, {"revision_sha256": "0" * 64}, "differs from the assignment's"),
        (1, {"id": str(make_id(61))}, "has the same id"),
        (0, {"demo": False}, "differs from the header"),
        (0, {"author": ""}, "must not be blank"),
        (1, {"former": [{"words": "x"}]}, "is missing"),
    ],
)
def test_a_comment_that_contradicts_the_file_is_refused(which, changes, words):
    rows = talk_rows()
    [row for row in rows if row["type"] == "comment"][which].update(changes)
    with pytest.raises(FormatError) as caught:
        jsonl.read([json.dumps(row) + "\n" for row in rows])
    assert any(words in f"{fault.field} {fault.reason}" for fault in caught.value.rows)


def test_an_answer_stands_where_its_thread_does():
    rows = talk_rows()
    elsewhere = next(row for row in rows if row["type"] == "decision" and row["start"] == 14)
    span = ("start", "end", "start_utf16", "end_utf16", "quote", "prefix", "suffix")
    [row for row in rows if row["type"] == "comment"][1].update({name: elsewhere[name] for name in span})
    with pytest.raises(FormatError, match="differs from the thread's"):
        jsonl.read([json.dumps(row) + "\n" for row in rows])


def test_the_end_counts_comments():
    rows = talk_rows()
    del rows[-1]["comments"]
    with pytest.raises(FormatError, match="comments: is missing"):
        jsonl.read([json.dumps(row) + "\n" for row in rows])


def test_a_scale_is_settled_once():
    rows = make_settled_rows()
    at = max(number for number, row in enumerate(rows) if row["type"] == "decision")
    rows.insert(at, {**rows[at], "id": str(make_id(46))})
    rows[-1]["decisions"] += 1
    with pytest.raises(FormatError, match="settles it already"):
        jsonl.read([json.dumps(row) + "\n" for row in rows])


def test_a_file_from_before_there_were_decisions_on_scales_is_read():
    rows = make_settled_rows()
    rows = [row for row in rows if not row.get("scale")]
    rows[-1]["decisions"] = 3
    for row in rows:
        if row["type"] == "decision":
            del row["point"], row["points"]
    (gold,) = [each for each in jsonl.read([json.dumps(row) + "\n" for row in rows])[0].codings if each.decisions]
    assert [each.point for each in gold.decisions] == [None, None, None]


def test_a_file_from_before_it_told_of_set_up_is_read():
    rows = make_rows()
    for row in rows:
        for name in ("purpose", "order", "due_on", "place", "reclaimed_at"):
            row.pop(name, None)
    first, second = jsonl.read(io.BytesIO("".join(json.dumps(row) + "\n" for row in rows).encode()))
    assert (first.study.purpose, first.study.order, first.study.due_on) == ("reliability", "random", None)
    assert (first.place, second.place, first.codings[1].due_on) == (None, None, None)


def test_only_declined_work_was_taken_back():
    rows = make_rows()
    rows[4]["reclaimed_at"] = rows[4]["submitted_at"]
    with pytest.raises(FormatError, match="belongs to a declined assignment only"):
        jsonl.read(io.BytesIO("".join(json.dumps(row) + "\n" for row in rows).encode()))


def test_the_end_counts_decisions():
    rows = make_settled_rows()
    del rows[-1]["decisions"]
    with pytest.raises(FormatError, match="decisions: is missing"):
        jsonl.read([json.dumps(row) + "\n" for row in rows])


@steady
@given(documents())
def test_whatever_records_hold_they_come_back_equal(coded):
    assert jsonl.read(io.BytesIO(make_file(coded))) == coded


@steady
@given(documents())
def test_texts_left_out_come_back_by_their_hash(coded):
    raw = make_file(coded, Options(texts=False))
    assert jsonl.read(io.BytesIO(raw), {document.sha256: document.text for document in coded}.get) == coded


@steady
@given(documents())
def test_no_string_can_break_a_line(coded):
    content = make_file(coded).decode()
    lines = content.splitlines()
    assert len(lines) == content.count("\n")
    assert all(json.loads(line)["type"] for line in lines)
    assert jsonl.read(lines) == coded


@steady
@given(documents())
def test_every_quote_is_found_by_code_points_and_by_utf16_units(coded):
    text = ""
    for row in map(json.loads, make_file(coded).decode().splitlines()):
        if row["type"] == "document":
            text = row["text"]
        if row["type"] == "annotation":
            units = text.encode("utf-16-le", "surrogatepass")[2 * row["start_utf16"] : 2 * row["end_utf16"]]
            assert row["quote"] == text[row["start"] : row["end"]] == units.decode("utf-16-le")
            assert row["prefix"] + row["quote"] + row["suffix"] in text
            assert text[: row["start"]].endswith(row["prefix"])
            assert len(row["prefix"]) == min(32, row["start"])


def test_a_text_file_and_a_binary_file_get_the_same():
    out = io.StringIO(newline="")
    jsonl.write(make_documents(), out, OPTIONS)
    assert out.getvalue().encode() == make_file(make_documents())


def test_a_file_without_documents_is_whole():
    assert jsonl.read(io.BytesIO(make_file([]))) == []


def test_the_file_is_the_golden_file(golden):
    assert make_file(make_documents()) == golden("small.jsonl")


def test_the_golden_file_is_still_read(golden):
    assert jsonl.read(io.BytesIO(golden("small.jsonl"))) == make_documents()


def test_reading_keeps_header_line_numbers_and_what_lies_outside():
    coded = make_documents()[:1]
    gold = coded[0].codings[2]
    coded[0] = dataclasses.replace(coded[0], codings=(gold,))
    reading = jsonl.parse(io.BytesIO(make_file(coded)))
    assert (reading.software, reading.exported_at, reading.demo) == ("credence 0.1.0", make_time(60), True)
    assert reading.lines == {gold.id: 5, make_id(31): 6}
    assert reading.outside == {make_id(11)}


def test_writing_holds_one_document_at_a_time():
    alive = []

    def one_by_one():
        for number in range(3):
            alive.append(number)
            yield dataclasses.replace(make_documents()[1], slug=f"d{number}", codings=())

    seen = []
    for line in jsonl.lines(one_by_one(), OPTIONS):
        if '"type":"document"' in line:
            seen.append(len(alive))
    assert seen == [1, 2, 3]


def test_references_never_point_forward():
    seen = set()
    for row in make_rows():
        if row["type"] == "annotation":
            assert row["assignment"] in seen
        if row["type"] in {"assignment", "document", "study"}:
            assert (row["codebook"], row["codebook_version"]) in seen if "codebook" in row else row["codebooks"]
        if row["type"] in {"assignment", "annotation"}:
            assert (row["study"], row["document"], row["revision_sha256"]) in seen
        seen.add((row.get("slug"), row.get("version")))
        seen.add(row.get("id"))
        seen.add((row.get("study"), row.get("document"), row.get("revision_sha256")))


def test_every_row_of_work_says_where_it_belongs():
    for row in make_rows():
        if row["type"] in {"assignment", "annotation"}:
            place = (
                "study",
                "demo",
                "document",
                "revision",
                "revision_sha256",
                "codebook",
                "codebook_version",
                "round",
                "reviewer",
            )
            assert row.keys() >= set(place)
            assert row["demo"] is True


@pytest.mark.parametrize(
    ("record", "row", "said_otherwise"),
    [
        (CodebookInfo, ROWS["codebook"], {}),
        (LabelInfo, LABEL, {}),
        (ScaleInfo, SCALE, {}),
        (PointInfo, POINT, {}),
        (StudyInfo, ROWS["study"], {"codebook_version": "codebook"}),
        (CodedRating, RATING, {"point": "value"}),
        (CodedPassage, ROWS["annotation"], {}),
        (
            Coding,
            ROWS["assignment"],
            {
                "reviewer_kind": "kind",
                "annotation": "passages",
                "decision": "decisions",
                "codebook_version": "codebook",
            },
        ),
        (CodedDecision, ROWS["decision"], {}),
        (CodedComment, ROWS["comment"], {}),
        (
            CodedDocument,
            ROWS["document"],
            {
                "document": "slug",
                "revision_sha256": "sha256",
                "segmentation_method": "segmentation",
                "assignment": "codings",
                "comment": "comments",
            },
        ),
    ],
)
def test_no_field_of_a_record_is_forgotten(record, row, said_otherwise):
    carried = {said_otherwise.get(name, name) for name in [*row, "annotation", "assignment", "decision", "comment"]}
    assert {field.name for field in dataclasses.fields(record)} <= carried


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"codebooks": {}}, "codebook claims 1 is not among"),
        ({"study": dataclasses.replace(make_documents()[0].study, demo=False)}, "invented"),
        ({"retrieved_at": make_time(0).replace(tzinfo=None)}, "no time zone"),
        (
            {"codings": (Coding(make_id(9), "R", ("claims", 1), ratings=(CodedRating("credibility", 5),)),)},
            "no point 5",
        ),
        (
            {"codings": (Coding(make_id(9), "R", ("claims", 1), passages=(CodedPassage(make_id(8), "fact", 0, 99),)),)},
            "99",
        ),
        ({"codings": (Coding(make_id(9), "R", ("claims", 7)),)}, "codebook claims 7"),
    ],
)
def test_a_record_that_contradicts_itself_is_not_written(change, reason):
    first, second = make_documents()
    whole = [first, dataclasses.replace(second, slug="moon")]
    assert list(jsonl.lines(whole, OPTIONS))
    broken = dataclasses.replace(second, slug="moon", **change)
    # Alone, so that no earlier document brings the codebook; behind another where it is about the mixture.
    with pytest.raises(ValueError, match=reason):
        list(jsonl.lines([first, broken] if "study" in change else [broken], OPTIONS))


def test_codebooks_beyond_those_of_the_documents_are_written_once():
    raw = make_file(make_documents(), dataclasses.replace(OPTIONS, codebooks=(make_codebook(), make_codebook(2))))
    rows = [json.loads(line) for line in raw.splitlines()]
    assert [(row["slug"], row["version"]) for row in rows if row["type"] == "codebook"] == [
        ("claims", 1),
        ("claims", 2),
    ]
    assert jsonl.read(raw.splitlines()) == make_documents()


def test_a_file_from_before_labels_named_what_they_replace_is_read():
    raw = make_file(make_documents())
    older = raw.replace(b',"replaces":[]', b"")
    assert older != raw
    assert jsonl.read(older.splitlines()) == make_documents()

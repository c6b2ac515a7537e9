import csv
import dataclasses
import io

import pytest
from hypothesis import HealthCheck, given, settings

from annotator.formats import FORMATS, Options, assignments, tabular
from annotator.formats.cells import guard
from annotator.formats.output import DEFAULTS
from annotator.records import CodedDocument, CodedPassage, CodedRating, ScaleInfo
from tests.formats.making import documents, make_codebook, make_documents, make_id, make_settled

DANGEROUS = tuple("=+-@|\t\r\n＝＋－＠｜")
NUMBERS = {
    "revision",
    "codebook_version",
    "round",
    "start",
    "end",
    "start_utf16",
    "end_utf16",
    "version",
    "annotations",
}
steady = settings(
    derandomize=True,
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def make_table(coded: list[CodedDocument], module=tabular, options: Options = DEFAULTS) -> list[dict[str, str]]:
    out = io.BytesIO()
    module.write(coded, out, options)
    return list(csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline=""), strict=True))


def live(coded: list[CodedDocument]) -> list[tuple]:
    return [(d, c, p) for d in coded for c in d.codings for p in c.passages if p.deleted_at is None]


def test_the_files_are_the_golden_files(golden):
    for key, name in (("csv", "small.csv"), ("assignments-csv", "small-assignments.csv")):
        out = io.BytesIO()
        FORMATS[key].write(make_documents(), out)
        assert out.getvalue() == golden(name)


def test_rows_say_what_the_adjudicator_settled():
    said = {row["annotation"]: row["decision"] for row in make_table(make_settled())}
    assert said == {
        str(make_id(11)): "took",
        str(make_id(12)): "contested",
        str(make_id(21)): "nothing_here",
        str(make_id(31)): "took",
    }
    rated = {row["annotation"]: row["scale_decisions"] for row in make_table(make_settled())}
    assert {key for key, said in rated.items() if said == "slant=1:took"} == {str(make_id(11)), str(make_id(31))}
    out = io.BytesIO()
    FORMATS["assignments-csv"].write(make_settled(), out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig"))))
    assert [row["scale_decisions"] for row in rows if row["role"] == "adjudicator"] == ["credibility=:contested"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "|calc", "\tx", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠a", "｜b"]
)
def test_text_that_a_spreadsheet_would_run_gets_a_quote_mark(text):
    assert guard(text) == "'" + text


@pytest.mark.parametrize("text", ["", "a=1", "'=1", " =1", "1-1", "“=1”", "−1", "🦊=", "\u2028=1"])
def test_other_text_is_left_as_it_is(text):
    assert guard(text) == text


def test_formulas_are_guarded_in_title_pseudonym_label_quote_and_note():
    formula = "=HYPERLINK(1)"
    first = make_documents()[0]
    book = make_codebook()
    book = dataclasses.replace(book, labels=tuple(dataclasses.replace(label, name=formula) for label in book.labels))
    passage = CodedPassage(make_id(1), "fact", 32, 40, note=formula)
    coding = dataclasses.replace(first.codings[0], reviewer=formula, reason=formula, passages=(passage,))
    coded = [
        dataclasses.replace(
            first, title=formula, source=formula, slug="-rain", codebooks={book.key: book}, codings=(coding,)
        )
    ]
    row = make_table(coded)[0]
    assert {row[name] for name in ("title", "source", "reviewer", "label_name", "note")} == {"'" + formula}
    assert (row["quote"], row["document"]) == ("'=SUM(A1)", "'-rain")
    row = make_table(coded, assignments)[0]
    assert {row[name] for name in ("title", "source", "reviewer", "reason")} == {"'" + formula}


@steady
@given(documents())
def test_no_cell_begins_as_a_formula_unless_it_is_a_number(coded):
    for module in (tabular, assignments):
        for row in make_table(coded, module):
            for name, value in row.items():
                if name in NUMBERS or (name.startswith("rating_") and not name.endswith("_evidence")):
                    assert value == "" or str(int(value)) == value
                else:
                    assert not value.startswith(DANGEROUS)


@steady
@given(documents())
def test_cells_differ_from_the_records_by_the_guard_alone(coded):
    rows = make_table(coded)
    assert len(rows) == len(live(coded))
    for row, (document, coding, passage) in zip(rows, live(coded), strict=True):
        text = document.text
        expected = {
            "study": document.study.slug,
            "document": document.slug,
            "title": document.title,
            "source": document.source,
            "revision_sha256": document.sha256,
            "reviewer": coding.reviewer,
            "annotation": str(passage.id),
            "label_name": next(x.name for x in document.codebooks[coding.codebook].labels if x.code == passage.label),
            "quote": text[passage.start : passage.end],
            "prefix": text[: passage.start][-32:],
            "suffix": text[passage.end :][:32],
            "note": passage.note,
        }
        for name, value in expected.items():
            assert row[name] == ("'" + value if value.startswith(DANGEROUS) else value)
        units = text.encode("utf-16-le")[2 * int(row["start_utf16"]) : 2 * int(row["end_utf16"])]
        assert units.decode("utf-16-le") == text[int(row["start"]) : int(row["end"])] == expected["quote"]


@steady
@given(documents())
def test_no_rating_is_lost(coded):
    for module, target in ((tabular, "passage"), (assignments, "document")):
        rows = make_table(coded, module)
        rated = (
            [p.ratings for *_, p in live(coded)]
            if target == "passage"
            else [c.ratings for d in coded for c in d.codings]
        )
        for row, ratings in zip(rows, rated, strict=True):
            given = {}
            for name, value in row.items():
                if name.startswith("rating_") and value and not name.endswith("_evidence"):
                    given[name.removeprefix("rating_").removesuffix("_missing")] = (
                        int(value),
                        name.endswith("_missing"),
                    )
            other = dict(pair.split("=") for pair in row["other_ratings"].split())
            assert given | {scale: (int(value), None) for scale, value in other.items()} == {
                rating.scale: (rating.value, None if rating.scale in other else rating.missing) for rating in ratings
            }


def test_cannot_be_judged_is_neither_a_value_nor_unrated():
    rows = make_table(make_documents())
    assert [(row["rating_slant"], row["rating_slant_missing"]) for row in rows] == [
        ("0", ""),
        ("", "9"),
        ("", ""),
        ("", ""),
    ]
    rows = make_table(make_documents(), assignments)
    cells = [(row["rating_credibility"], row["rating_credibility_missing"]) for row in rows]
    assert cells == [("1", ""), ("", "6"), ("", ""), ("", "")]


def test_a_negative_rating_stays_a_number():
    first = make_documents()[0]
    passage = dataclasses.replace(first.codings[0].passages[0], ratings=(CodedRating("slant", -1),))
    coding = dataclasses.replace(first.codings[0], passages=(passage,))
    assert make_table([dataclasses.replace(first, codings=(coding,))])[0]["rating_slant"] == "-1"


def test_deleted_annotations_are_left_out_and_not_counted():
    assert [row["annotation"] for row in make_table(make_documents())] == [str(make_id(n)) for n in (11, 12, 21, 31)]
    assert [row["annotations"] for row in make_table(make_documents(), assignments)] == ["2", "1", "1", "0"]


def test_a_reading_that_marked_nothing_has_its_row_among_the_assignments():
    row = make_table(make_documents(), assignments)[-1]
    assert (row["document"], row["reviewer"], row["state"], row["annotations"]) == ("sun", "R-ABC2", "submitted", "0")


def test_evidence_is_named_by_the_ids_of_the_other_table():
    evidence = make_table(make_documents(), assignments)[0]["rating_credibility_evidence"].split()
    assert evidence == [str(make_id(13)), str(make_id(11))]


@pytest.mark.parametrize("module", [tabular, assignments])
def test_every_row_says_whether_its_labels_are_invented_and_where_it_belongs(module):
    for demo, word in ((True, "true"), (False, "false")):
        coded = [dataclasses.replace(d, study=dataclasses.replace(d.study, demo=demo)) for d in make_documents()]
        for row in make_table(coded, module):
            assert (row["demo"], row["study"], row["codebook"], row["codebook_version"], row["round"]) == (
                *(word, "seeds", "claims", "1", "1"),
            )
            assert len(row["revision_sha256"]) == 64


def test_a_withdrawn_document_is_marked():
    assert [bool(row["withdrawn_at"]) for row in make_table(make_documents(), assignments)] == [
        False,
        False,
        False,
        True,
    ]


def test_scales_of_later_codebooks_are_kept_and_get_columns_when_announced():
    first, second = make_documents()
    later = make_codebook(2)
    scale = ScaleInfo("clarity", "Clear?", "ordinal", "document", later.scales[2].points)
    later = dataclasses.replace(later, scales=(*later.scales, scale))
    ratings = (CodedRating("clarity", 1), CodedRating("credibility", 6, missing=True))
    coding = dataclasses.replace(second.codings[0], codebook=later.key, ratings=ratings)
    coded = [first, dataclasses.replace(second, codebooks={later.key: later}, codings=(coding,))]
    row = make_table(coded, assignments)[-1]
    assert (row["other_ratings"], row["rating_credibility_missing"]) == ("clarity=1", "6")
    row = make_table(coded, assignments, Options(codebooks=(later,)))[-1]
    assert (row["other_ratings"], row["rating_clarity"]) == ("", "1")


@pytest.mark.parametrize("module", [tabular, assignments])
def test_without_documents_the_columns_are_still_named(module):
    lines = list(module.lines([]))
    assert len(lines) == 1
    assert lines[0].startswith("\ufeffstudy,demo,document,")


@pytest.mark.parametrize("module", [tabular, assignments])
def test_column_names_are_unique(module):
    head = next(iter(module.lines(make_documents()))).removeprefix("\ufeff").rstrip("\r\n").split(",")
    assert len(head) == len(set(head))


@pytest.mark.parametrize("module", [tabular, assignments])
def test_a_text_file_and_a_binary_file_get_the_same(module):
    text, raw = io.StringIO(newline=""), io.BytesIO()
    module.write(make_documents(), text)
    module.write(make_documents(), raw)
    assert text.getvalue().encode() == raw.getvalue()


@pytest.mark.parametrize("module", FORMATS.values(), ids=list(FORMATS))
def test_every_format_says_what_it_is(module):
    assert module.TITLE
    assert module.MEDIA_TYPE
    assert module.EXTENSION.isalnum()
    assert "".join(module.lines(make_documents()))

"""Codebook files: written and read back equal, and every fault named at once with its line."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.formats import FormatError
from annotator.formats.codebook import parse, write
from annotator.formats.codebook_checks import check
from annotator.records import CodebookInfo, LabelInfo, PointInfo, ScaleInfo

DEFAULT = (Path(__file__).resolve().parents[2] / "fixtures" / "codebook.toml").read_bytes()
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=30)
LINE = WORDS.filter(lambda text: text.strip() and "\n" not in text)
NAME = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=30).filter(str.strip)
CODES = st.from_regex(r"[a-z0-9]{1,5}(-[a-z0-9]{1,5})?", fullmatch=True)


@st.composite
def codebooks(draw: st.DrawFn) -> CodebookInfo:
    codes = draw(st.lists(CODES, min_size=1, max_size=4, unique=True))
    labels = tuple(
        LabelInfo(
            code=code,
            name=draw(NAME),
            definition=draw(LINE) + draw(WORDS),
            use_when=draw(WORDS),
            not_when=draw(WORDS),
            when_in_doubt=draw(WORDS),
            examples=tuple(draw(st.lists(LINE, max_size=2))),
            counterexamples=tuple(draw(st.lists(LINE, max_size=2))),
            shortcut="" if at > 8 else str(at + 1),
            position=draw(st.integers(1, 100)),
            replaces=tuple(sorted(draw(st.sets(st.tuples(CODES, st.integers(1, 99), CODES), max_size=2)))),
        )
        for at, code in enumerate(codes)
    )
    points = tuple(
        PointInfo(value, draw(NAME), draw(WORDS), value == 9) for value in (draw(st.integers(-5, 0)), 1, 2, 9)
    )
    scale = ScaleInfo("how", draw(NAME), "ordinal", "passage", points, tuple(codes[:1]), True, False, 1)
    when = draw(st.none() | st.datetimes(timezones=st.just(UTC)))
    return CodebookInfo("book", draw(st.integers(1, 9)), draw(NAME), draw(WORDS), labels, (scale,), when)


@given(codebooks())
def test_what_is_written_is_read_back_equal(codebook):
    assert check(codebook) == []
    assert parse(write(codebook).encode()) == codebook


def test_the_default_codebook_survives_being_written():
    codebook = parse(DEFAULT)
    assert parse(write(codebook).encode()) == codebook
    assert "'''\n## What you do\n" in write(codebook)


FAULTY = """\
slug = "Two Words"
version = 0
title = "Book"
colour = "red"
guidelines = '''
[[label]]
position = "not a field of this table: still the guidelines"
'''

[[label]]
code = "claim"
name = "Claim"
definition = "What is said."
colour_light = "#fffff0"
colour_dark = "blue"
shortcut = "1"

[[label]]
code = "claim"
name = ""
definition = "Again."
shortcut = "1"
examples = ["one", 2]

[[scale]]
code = "kind"
question = "Which kind?"
level = "nominal"
target = "passage"
labels = ["claim", "rumour"]

[[scale]]
code = "strength"
question = "How strong?"
level = "ratio"
target = "passage"
required = "yes"
[[scale.point]]
value = 1
name = "weak"
[[scale.point]]
value = 1
name = "strong"
[[scale.point]]
value = 2
[[scale.point]]
value = 2001
name = "beyond"
"""


def test_every_fault_is_named_at_once_with_line_table_and_field():
    with pytest.raises(FormatError) as caught:
        parse(FAULTY.encode())
    found = [(row.line, row.field, row.reason) for row in caught.value.rows]
    expected = [
        (1, "codebook, slug", "must be made of small letters"),
        (2, "codebook, version", "from 1 to 100000"),
        (4, "codebook, colour", "is not a field"),
        (14, "label 1 (claim), colour_light", "is only 1.0:1 on the light page"),
        (15, "label 1 (claim), colour_dark", "# and six"),
        (19, "label 2 (claim), code", "“claim” already belongs to label 1"),
        (20, "label 2 (claim), name", "must not be empty"),
        (22, "label 2 (claim), shortcut", "“1” already belongs to label 1. Choose another"),
        (23, "label 2 (claim), examples", "must be a list of texts"),
        (25, "scale 1 (kind), point", "has no points: every nominal scale needs two"),
        (30, "scale 1 (kind), labels", "asks this of “rumour”"),
        (35, "scale 2 (strength), level", "nominal, ordinal, interval"),
        (37, "scale 2 (strength), required", "must be true or false"),
        (42, "scale 2 (strength), point 2, value", "“1” already belongs to point 1"),
        (44, "scale 2 (strength), point 3, name", "is missing"),
        (47, "scale 2 (strength), point 4, value", "from -1000 to 1000"),
    ]
    assert [(line, field) for line, field, _ in found] == [(line, field) for line, field, _ in expected]
    assert [reason for (_, _, reason), (_, _, words) in zip(found, expected, strict=True) if words not in reason] == []
    assert caught.value.total == len(expected)


@pytest.mark.parametrize(
    ("raw", "line", "reason"),
    [
        (b"\xff", 0, "is not UTF-8 at byte 1"),
        (b'slug = "a"\nslug = ', 2, "is not TOML"),
        (b"a = " + b"[" * 3000, 0, "too deep"),
        (b"a = " + b"9" * 5000, 0, "too long"),
    ],
)
def test_what_is_no_toml_is_refused_with_its_line(raw, line, reason):
    with pytest.raises(FormatError) as caught:
        parse(raw)
    (row,) = caught.value.rows
    assert row.line == line
    assert reason in row.reason


@pytest.mark.parametrize("raw", [b"label = 3", b"label = [1]", b"[label]\ncode = 'a'", b"scale = [{point = 3}]"])
def test_tables_that_are_none_are_faults_and_no_crash(raw):
    with pytest.raises(FormatError) as caught:
        parse(raw)
    assert any("table" in row.reason for row in caught.value.rows)


def test_a_draft_may_lack_what_publishing_needs():
    draft = CodebookInfo("book", 1, "Book", labels=(LabelInfo("a", "A", "x", colour_light="#ffffff", position=1),))
    raw = write(draft).encode()
    assert parse(raw, draft=True) == draft
    with pytest.raises(FormatError, match=r"1.0:1"):
        parse(raw)


def test_a_time_needs_its_offset():
    codebook = replace(parse(DEFAULT), published_at=datetime(2026, 1, 2, tzinfo=UTC))
    raw = write(codebook)
    with pytest.raises(FormatError, match="offset from UTC"):
        parse(raw.replace("+00:00", "").encode())


def test_a_contrast_just_under_three_is_not_rounded_up():
    """#959595 on white is 2.97:1 by WCAG's formula, #949494 is 3.03:1."""

    def faults(colour: str) -> list[str]:
        labels = (LabelInfo("a", "A", "x", colour_light=colour, position=1),)
        return [fault.reason for fault in check(CodebookInfo("b", 1, "B", labels=labels))]

    assert faults("#949494") == []
    assert [reason[:16] for reason in faults("#959595")] == ["is only 2.9:1 on"]

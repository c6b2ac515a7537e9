"""Reading with a later version, on plain records: renamed, merged, split, chained, by the code alone, and ratings."""

from dataclasses import replace

from annotator.reading import heirs_of, read_with
from annotator.records import (
    CodebookInfo,
    CodedDocument,
    CodedPassage,
    CodedRating,
    Coding,
    LabelInfo,
    PointInfo,
    ScaleInfo,
    StudyInfo,
)
from tests.formats.making import make_id

POINTS = (PointInfo(1, "low"), PointInfo(2, "high"))


def book(version: int, *labels: tuple[str, tuple[tuple[int, str], ...]], **extra) -> CodebookInfo:
    """A version of the codebook "b": each label with the (version, code) pairs it replaces."""
    made = tuple(LabelInfo(code, code, replaces=tuple(("b", *each) for each in older)) for code, older in labels)
    scales = (ScaleInfo("how", "How?", "ordinal", "passage", POINTS, extra.get("asked", ())),)
    return CodebookInfo("b", version, "B", labels=made, scales=scales)


OLD = book(1, ("a", ()), ("b", ()), ("c", ()))


def heirs(newer: CodebookInfo, *known: CodebookInfo) -> dict[str, tuple[str, ...]]:
    return heirs_of(OLD, newer, {each.key: each for each in known})


def test_a_rename_is_one_heir_under_another_code():
    newer = book(2, ("alpha", ((1, "a"),)), ("b", ((1, "b"),)))
    assert heirs(newer) == {"a": ("alpha",), "b": ("b",), "c": ()}


def test_a_merge_is_one_heir_of_several_and_a_split_several_of_one():
    newer = book(2, ("ab", ((1, "a"), (1, "b"))), ("c", ((1, "c"),)), ("d", ((1, "c"),)))
    assert heirs(newer) == {"a": ("ab",), "b": ("ab",), "c": ("c", "d")}


def test_without_a_word_about_it_a_label_goes_on_under_its_own_code():
    assert heirs(book(2, ("a", ()), ("b", ()))) == {"a": ("a",), "b": ("b",), "c": ()}


def test_a_code_given_to_another_label_is_not_read_as_the_old_one():
    """In version 2, "a" is what was "b", and the old "a" went on nowhere."""
    assert heirs(book(2, ("a", ((1, "b"),)))) == {"a": (), "b": ("a",), "c": ()}


def test_a_chain_of_versions_is_followed_and_a_circle_ends():
    second = book(2, ("x", ((1, "a"), (1, "b"))), ("y", ((1, "c"),)))
    third = book(3, ("z", ((2, "x"), (2, "y"))))
    assert heirs(third, second) == {"a": ("z",), "b": ("z",), "c": ("z",)}
    round_again = book(2, ("x", ((2, "x"), (1, "a"))))
    assert heirs(round_again, round_again)["a"] == ("x",)


def document(*passages: CodedPassage) -> CodedDocument:
    coding = Coding(make_id(1), "R", ("b", 1), passages=passages)
    study = StudyInfo("s", "S", ("b", 2))
    return CodedDocument(study, {OLD.key: OLD}, "d", "D", "some words here", "0", codings=(coding,))


def test_passages_are_read_and_what_was_split_is_read_as_no_label_at_all():
    newer = book(2, ("ab", ((1, "a"), (1, "b"))), ("c", ((1, "c"),)), ("d", ((1, "c"),)))
    given = document(*(CodedPassage(make_id(9 + at), code, at, at + 1, "note") for at, code in enumerate("abc")))
    (read,) = read_with(given, newer, {}).codings
    assert [passage.label for passage in read.passages] == ["ab", "ab", "c of version 1"]
    assert [replace(passage, label="") for passage in read.passages] == [
        replace(passage, label="") for passage in given.codings[0].passages
    ]
    assert read.codebook == ("b", 1)


def test_work_made_with_the_version_itself_stays_as_it_is():
    given = document(CodedPassage(make_id(9), "a", 0, 1))
    assert read_with(given, OLD, {}) is given


def test_ratings_stay_where_the_version_has_a_place_for_them():
    ratings = (CodedRating("how", 1), CodedRating("gone", 1), CodedRating("how", 7))
    given = document(CodedPassage(make_id(9), "a", 0, 1, ratings=ratings))
    asked, other = (book(2, ("x", ((1, "a"),)), ("y", ()), asked=labels) for labels in (("x",), ("y",)))
    assert [each.value for each in read_with(given, asked, {}).codings[0].passages[0].ratings] == [1]
    assert read_with(given, other, {}).codings[0].passages[0].ratings == ()

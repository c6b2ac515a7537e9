"""Agreement over the documents as they were completed: their order, what is pooled, and where versions change."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import krippendorff
import pytest

from annotator.agreement.measured import measure
from annotator.agreement.report import report
from annotator.agreement.selection import select
from annotator.agreement.timeline import Change, Completed, Placed
from annotator.agreement.timeline import timeline as follow
from annotator.templatetags.timelines import change_marks
from tests.agreement.making import CODEBOOK, make_coding, of_four

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)


def read(slug, day, readers, version=1):
    """Return a document that each reader marked from the first word to where it says, the last one on that day."""
    codings = [
        replace(
            make_coding(name, [("fact", 0, end)] if end else [], {"credibility": end % 5 + 1}),
            codebook=("book", version),
            submitted_at=BEGAN + timedelta(days=day, hours=-number),
        )
        for number, (name, end) in enumerate(readers.items())
    ]
    return of_four(*codings, slug=slug)


def timeline(documents, codebook, batch):
    """Follow documents as the pages do: those skipped are left out."""
    chosen = select(documents).documents
    tallies = [measure(each, codebook).tally for each in documents]
    pairs = zip(chosen, tallies, strict=True)
    return follow([Completed(one, tally.sums) for one, tally in pairs if not tally.n_skipped], codebook, batch)


DOCUMENTS = [
    read("third", 9, {"a": 8, "b": 20, "d": 8}, version=2),
    read("first", 1, {"a": 8, "b": 20, "c": 0}),
    read("second", 5, {"a": 20, "b": 20, "c": 30}),
    read("alone", 2, {"a": 8}),
]


def test_documents_stand_in_the_order_of_their_last_submission_and_those_of_one_reader_nowhere():
    found = timeline(DOCUMENTS, CODEBOOK, 1)
    assert [step.titles for step in found.steps] == [("First",), ("Second",), ("Third",)]
    assert [(step.first, step.last) for step in found.steps] == [(1, 1), (2, 2), (3, 3)]
    assert [step.ended for step in found.steps] == [BEGAN + timedelta(days=day) for day in (1, 5, 9)]
    assert found.n_documents == 3


def test_the_last_figure_so_far_is_that_of_the_study_and_the_first_that_of_the_first_document():
    found = timeline(DOCUMENTS, CODEBOOK, 1)
    whole, first = report(DOCUMENTS, CODEBOOK), report(DOCUMENTS[1:2], CODEBOOK)
    for place, series in enumerate(found.series[:3]):
        assert series.so_far[-1] == whole.labels[place].sentence_alpha
        assert series.so_far[0] == series.alone[0] == first.labels[place].sentence_alpha
    assert found.series[-1].so_far[-1] == whole.scales[-1].alpha


def test_a_figure_so_far_pools_and_does_not_average():
    """Sentences marked in the first two documents, by another library."""
    first = [[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0]]
    second = [[1, 1, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0]]
    series = timeline(DOCUMENTS, CODEBOOK, 1).series[0]
    joined = [one + other for one, other in zip(first, second, strict=True)]
    expected = krippendorff.alpha(joined, level_of_measurement="nominal")
    assert series.so_far[1].value == pytest.approx(expected)
    assert series.alone[1].value == pytest.approx(krippendorff.alpha(second, level_of_measurement="nominal"))


def test_steps_hold_as_many_documents_as_asked_and_the_last_one_the_rest():
    found = timeline(DOCUMENTS, CODEBOOK, 2)
    assert [(step.first, step.last) for step in found.steps] == [(1, 2), (3, 3)]
    assert all(len(series.alone) == len(series.so_far) == 2 for series in found.series)
    with pytest.raises(ValueError, match="at least one"):
        timeline(DOCUMENTS, CODEBOOK, 0)


def test_who_reads_for_the_first_time_and_who_no_longer():
    steps = timeline(DOCUMENTS, CODEBOOK, 1).steps
    assert [(step.joined, step.left) for step in steps] == [((), ()), ((), ()), (("d",), ("c",))]


def test_versions_are_told_apart_and_a_document_of_two_stands_alone():
    mixed = read("fourth", 12, {"a": 8, "b": 8})
    codings = (mixed.codings[0], replace(mixed.codings[1], codebook=("book", 2)))
    found = timeline([*DOCUMENTS, replace(mixed, codings=codings)], CODEBOOK, 1)
    one, two = ("book", 1), ("book", 2)
    assert [(each.codebooks, each.n_documents) for each in found.versions] == [
        ((one,), 2),
        ((two,), 1),
        ((one, two), 1),
    ]
    assert found.versions[0].labels == report(DOCUMENTS[1:3], CODEBOOK).labels
    assert [step.codebooks for step in found.steps] == [(one,), (one,), (two,), (one, two)]


def test_no_document_gives_no_step():
    found = timeline([], CODEBOOK, 5)
    assert (found.steps, found.versions, found.n_documents) == ((), (), 0)
    assert all(series.so_far == () for series in found.series)


def test_changes_stand_after_the_documents_completed_before_them():
    changes = [
        Change(BEGAN + timedelta(days=day), "joined", name)
        for day, name in ((20, "late"), (0, "early"), (5, "at the moment"), (6, "between"))
    ]
    chosen = select(DOCUMENTS).documents
    tallies = [measure(each, CODEBOOK).tally for each in DOCUMENTS]
    pairs = zip(chosen, tallies, strict=True)
    completed = [Completed(one, tally.sums) for one, tally in pairs if not tally.n_skipped]
    found = follow(completed, CODEBOOK, 1).with_changes(changes).changes
    assert [(each.change.name, each.after) for each in found] == [
        ("early", 0),
        ("at the moment", 2),
        ("between", 2),
        ("late", 3),
    ]
    assert follow([], CODEBOOK, 1).with_changes(changes).changes[0].after == 0


def test_marks_too_close_to_be_told_apart_are_one_and_those_before_the_first_document_none():
    def placed(after, kind, name="R-A"):
        return Placed(Change(BEGAN, kind, name), after)

    changes = [placed(0, "joined"), placed(10, "joined"), placed(10, "codebook", "v2"), placed(12, "left")]
    changes += [placed(50, "role"), placed(60, "left")]
    marks = change_marks(changes, 100)
    assert [mark.words for mark in marks] == ["v2 +1 −1", "−1"]
    assert change_marks([placed(0, "joined")], 100) == []

"""Figures of second rounds and of machines, which stand apart from a study's, recomputed from the export."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from tests.pages import recomputing as again
from tests.pages.drawn import MACHINE, assert_printed, made_documents, opened, with_machine_and_second_rounds

PEOPLE = "people"


@pytest.fixture
def exported(cast):
    """The export of the drawn study with more work as recomputed, and what opens a page as its lead."""
    export, tables = opened(cast.ada, with_machine_and_second_rounds(made_documents()))
    return export, tables("/studies/drawn/rounds/")


def figures_of(export, texts):
    """Alpha of every label and scale over texts."""
    labels, scales = export.codebook["labels"], export.codebook["scales"]
    found = [
        again.alpha(again.pool([export.table_of_sentences(text, each["code"]) for text in texts])) for each in labels
    ]
    found += [
        again.alpha(again.pool([export.table_of_ratings(text, each) for text in texts]), each["level"])
        for each in scales
    ]
    return found


def of_same(texts, others):
    """The texts with the work of those reviewers alone who have some on the same one of the others."""
    who = {text.slug: {read.reviewer for read in text.reads} for text in others}
    kept = [
        replace(text, reads=[read for read in text.reads if read.reviewer in who.get(text.slug, ())]) for text in texts
    ]
    return [text for text in kept if len(text.reads) >= 2]


def test_people_alone_and_their_first_rounds_are_the_studys_figures(exported):
    export, _ = exported
    assert MACHINE not in export.reviewers
    assert [len(text.reads) for text in export.texts] == [4, 4, 3, 4, 3]


def test_first_and_second_rounds_of_the_same_reviewers(exported):
    export, shown = exported
    later = export.read_by(lambda row: row["round"] == 2)
    first = of_same(export.texts, later)
    assert [[len(text.reads) for text in texts] for texts in (first, later)] == [[3, 2], [3, 2]]
    rows = shown.named("α of first rounds and of second rounds")
    before, after = figures_of(export, first), figures_of(export, later)
    assert sum(one != other for one, other in zip(before, after, strict=True)) >= 4
    for cells, one, other in zip(rows, before, after, strict=True):
        assert_printed(cells[1][0], one)
        assert_printed(cells[2][0], other)


def consensus(text, code):
    """Where more than half of those who read a text marked a label: runs of places."""
    times = Counter(
        place
        for read in text.reads
        for place in {p for each in read.marks if each["label"] == code for p in range(each["start"], each["end"])}
    )
    return sorted(place for place, count in times.items() if 2 * count > len(text.reads))


def test_a_machine_beside_the_consensus_of_people(exported):
    export, shown = exported
    machine = {
        text.slug: next(read for read in text.reads if read.reviewer == MACHINE)
        for text in export.read_by(lambda row: row["round"] == 1)
    }
    rows = shown.named(f"{MACHINE} beside people, label by label")
    for cells, label in zip(rows, export.codebook["labels"], strict=True):
        code, counts, columns = label["code"], Counter(), []
        for text in export.texts:
            most = set(consensus(text, code))
            own = {
                place
                for each in machine[text.slug].marks
                if each["label"] == code
                for place in range(each["start"], each["end"])
            }
            counts += Counter(machine=len(own), people=len(most), both=len(own & most))
            for start, end in zip([0, *text.sentences], text.sentences, strict=False):
                ink = {place for place in range(start, end) if not text.text[place].isspace()}
                if ink:
                    columns.append([float(2 * len(ink & marked) >= len(ink)) for marked in (most, own)])
        among = again.pool([export.table_of_sentences(text, code) for text in export.texts])
        assert_printed(cells[1][0], again.alpha(np.array(columns).T))
        assert_printed(cells[2][0], again.alpha(among))
        assert [cell.replace(",", "") for cell, _ in cells[3:]] == [
            str(counts[each]) for each in ("machine", "people", "both")
        ]


def test_a_machine_beside_the_point_most_people_gave(exported):
    export, shown = exported
    everybody = export.read_by(lambda row: row["round"] == 1)
    export.reviewers.append(MACHINE)
    rows = shown.named(f"{MACHINE} beside people, scale by scale")
    for cells, scale in zip(rows, export.codebook["scales"], strict=True):
        columns, split = [], 0
        for column in again.pool([export.table_of_ratings(text, scale) for text in everybody]).T:
            people = column[:-1][~np.isnan(column[:-1])]
            if np.isnan(column[-1]) or len(people) < 2:
                continue
            ((point, times),) = Counter(people.tolist()).most_common(1)
            if 2 * times > len(people):
                columns.append([point, column[-1]])
            else:
                split += 1
        table = np.array(columns).reshape(-1, 2).T
        value = again.alpha(table, scale["level"])
        if value is None:
            assert "Not computable" in cells[1][0]
        else:
            assert_printed(cells[1][0].split()[0], value)
        assert [cells[2][0], cells[3][0]] == [str(len(columns)), str(split)]

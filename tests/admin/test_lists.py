"""Lists ask the database a bounded number of times, however many rows they show."""

import pytest

from annotator.actions.annotation import Precondition, save_annotation
from annotator.actions.assignments import submit_assignment
from annotator.ids import uuid7

# Session and user, permissions, the count of rows twice, the rows, the filters' choices, the hierarchy of dates.
LIMITS = {
    "user": 12,
    "token": 9,
    "codebook": 10,
    "scale": 10,
    "study": 12,
    "membership": 10,
    "assignment": 14,
    "annotation": 15,
    "rating": 14,
    "decision": 14,
    "event": 16,
    "ledger": 8,
}


@pytest.fixture
def crowded(stage, cast):
    """Forty passages with two ratings' worth of scales, submitted."""
    assignment = stage.assignments["ben"]
    for start in range(40):
        save_annotation(
            actor=cast.ben,
            annotation_id=uuid7(),
            assignment_id=assignment.pk,
            label=("fact", "opinion")[start % 2],
            start=start * 2,
            end=start * 2 + 2,
            quote=stage.revision.text[start * 2 : start * 2 + 2],
            ratings=[("slant", 1)],
            precondition=Precondition(create=True),
        )
    submit_assignment(actor=cast.ben, assignment_id=assignment.pk, accept_gaps=True)
    return stage


def test_lists_ask_a_bounded_number_of_queries(crowded, cast, sign_in, django_assert_max_num_queries):
    client = sign_in(cast.ada)
    client.get("/admin/")  # renews the session, once
    for noun, limit in LIMITS.items():
        with django_assert_max_num_queries(limit):
            assert client.get(f"/admin/annotator/{noun}/").status_code == 200, noun
    assert client.get("/admin/annotator/annotation/").context["cl"].result_count == 40


def test_list_of_annotations_reads_no_whole_text(crowded, cast, sign_in, django_assert_max_num_queries):
    client = sign_in(cast.ada)
    with django_assert_max_num_queries(20) as captured:
        client.get("/admin/annotator/annotation/")
    columns = [query["sql"].split(" FROM ")[0] for query in captured.captured_queries]
    read = [part for sql in columns for part in sql.split(", ") if part.strip().endswith('"sources_revision"."text"')]
    assert read == []


def test_quotes_are_cut_to_eighty_characters_counted_as_characters(make_stage, cast, sign_in):
    text = "\U0001f9e0" * 100 + "\n"
    stage = make_stage(slug="brains", text=text)
    for start, end in ((0, 80), (81, 99)):
        save_annotation(
            actor=cast.ben,
            annotation_id=uuid7(),
            assignment_id=stage.assignments["ben"].pk,
            label="fact",
            start=start,
            end=end,
            quote=text[start:end],
            precondition=Precondition(create=True),
        )
    save_annotation(
        actor=cast.ben,
        annotation_id=uuid7(),
        assignment_id=stage.assignments["ben"].pk,
        label="opinion",
        start=0,
        end=81,
        quote=text[:81],
        precondition=Precondition(create=True),
    )
    submit_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, accept_gaps=True)
    page = sign_in(cast.ada).get("/admin/annotator/annotation/").content.decode()
    brain = "\U0001f9e0"
    assert f"<bdi>{brain * 80}</bdi>" in page
    assert f"<bdi>{brain * 79}…</bdi>" in page
    assert f"<bdi>{brain * 18}</bdi>" in page

"""Codebooks: a draft that holds its description word for word, and the publication that freezes it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from annotator.actions.codebook import FaultyError, create_codebook, publish_codebook, rewrite_codebook
from annotator.actions.errors import ActionError, ConflictError, NotAllowedError
from annotator.actions.study import add_member
from annotator.queries import codebook_info
from annotator.records import LabelInfo, PointInfo, ScaleInfo
from tests.staging import small_codebook


def test_a_draft_reads_back_equal_and_leaves_one_event(cast, frames):
    label = LabelInfo(
        "fact",
        "Fact",
        "Checkable.",
        "In doubt too.",
        "Never of feelings.",
        "Ask who could check.",
        ("It rained.", " Indented, and kept."),
        ("Rain is sad: a feeling.",),
        "#0b6bb0",
        "#7fb8e6",
        "1",
        1,
    )
    info = replace(small_codebook(), labels=(label, *small_codebook().labels[1:]))
    with frames.deed("created", "codebook") as seen:
        draft = create_codebook(actor=cast.ada, info=info)
    assert codebook_info(draft) == info
    assert not draft.is_frozen
    assert (seen.event.object_id, seen.event.after) == (str(draft.pk), {"slug": "small", "version": 1})
    assert seen.event.ledger.study is None


def test_only_who_keeps_codebooks_writes_and_publishes_them(cast, frames):
    draft = create_codebook(actor=cast.ada, info=small_codebook())
    with frames.refusal(NotAllowedError):
        create_codebook(actor=cast.ben, info=replace(small_codebook(), version=2))
    with frames.refusal(NotAllowedError):
        publish_codebook(actor=cast.ben, codebook=draft)


def test_a_lead_continues_no_codebook_of_somebody_else(stage, cast, frames):
    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="lead")
    create_codebook(
        actor=cast.ada, info=replace(small_codebook(), slug="hers")
    )  # no study of the lead's is read with it
    following = replace(small_codebook(), slug="hers", version=2)
    with frames.refusal(ConflictError, "taken"):
        create_codebook(actor=cast.eli, info=following)
    create_codebook(actor=cast.eli, info=replace(following, slug="own"))
    create_codebook(actor=cast.eli, info=replace(following, slug="own", version=3))
    create_codebook(actor=cast.ada, info=following)
    create_codebook(actor=cast.eli, info=replace(small_codebook(), version=2))  # the study is read with this one


def test_a_version_is_taken_once(cast, frames):
    create_codebook(actor=cast.ada, info=small_codebook())
    with frames.refusal(ConflictError, "exists"):
        create_codebook(actor=cast.ada, info=small_codebook())


@pytest.mark.parametrize(
    "wrong",
    [
        {"slug": "Not A Slug"},
        {"title": ""},
        {"labels": (LabelInfo("fact", "Fact", "d", position=1), LabelInfo("fact", "Fact", "d", position=2))},
        {"labels": (LabelInfo("a", "A", "d", shortcut="1", position=1), LabelInfo("b", "B", "d", "1", shortcut="1"))},
        {"labels": (LabelInfo("fact", "Fact", "d", colour_light="red", position=1),), "scales": ()},
        {"scales": (ScaleInfo("s", "Q?", "ratio", "passage", (PointInfo(1, "1"),), position=1),)},
    ],
    ids=["slug", "title", "a code twice", "a key twice", "a colour", "a level"],
)
def test_an_unfit_codebook_is_refused_whole(cast, frames, wrong):
    with frames.refusal(FaultyError):
        create_codebook(actor=cast.ada, info=replace(small_codebook(), **wrong))


def test_publishing_freezes_a_draft_and_leaves_one_event(cast, frames):
    draft = create_codebook(actor=cast.ada, info=small_codebook())
    with frames.deed("published", "codebook", draft):
        published = publish_codebook(actor=cast.ada, codebook=draft)
    assert published.is_frozen
    with frames.untouched():
        assert publish_codebook(actor=cast.ada, codebook=draft).published_at == published.published_at


def test_a_description_of_a_published_codebook_is_published_at_its_time(cast):
    then = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert create_codebook(actor=cast.ada, info=replace(small_codebook(), published_at=then)).published_at == then


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"labels": (), "scales": ()}, "labels"),
        (
            {"scales": (ScaleInfo("s", "Q?", "ordinal", "passage", (PointInfo(1, "1"),), position=1),)},
            "scales.0.points",
        ),
        (
            {
                "scales": (
                    ScaleInfo("s", "Q?", "ordinal", "document", (PointInfo(1, "1"), PointInfo(9, "?", "", True))),
                )
            },
            "scales.0.points",
        ),
    ],
    ids=["no label", "one point", "one point that can be judged"],
)
def test_what_nobody_could_use_is_not_published(cast, frames, wrong, field):
    scales = tuple(replace(scale, position=1) for scale in wrong.get("scales", ()))
    draft = create_codebook(actor=cast.ada, info=replace(small_codebook(), **{**wrong, "scales": scales}))
    with frames.refusal(ActionError, "invalid") as caught:
        publish_codebook(actor=cast.ada, codebook=draft)
    assert [fault.field for fault in caught.value.errors] == [field]


def test_a_published_version_names_no_draft_whose_changes_would_change_it(cast):
    info = replace(small_codebook(), published_at=None)
    draft = create_codebook(actor=cast.ada, info=info)
    labels = tuple(replace(label, replaces=((*info.key, label.code),)) for label in info.labels)
    newer = create_codebook(actor=cast.ada, info=replace(info, version=2, labels=labels))
    frozen = codebook_info(publish_codebook(actor=cast.ada, codebook=newer))
    rewrite_codebook(actor=cast.ada, codebook=draft, info=replace(info, title="Other"))
    assert codebook_info(newer).labels == frozen.labels

"""Codebooks: labels, scales and guidelines, for who works with them."""

from annotator.actions.codebook import create_codebook
from annotator.records import CodebookInfo, LabelInfo, PointInfo, ScaleInfo


def test_codebook_is_shown_in_full_to_a_member(ben, stage):
    data = ben.get("codebooks/small/1/").data
    assert (data["title"], data["guidelines"]) == ("Small codebook", "Mark **sentences**.")
    assert [label["shortcut"] for label in data["labels"]] == ["1", "2", "3"]
    assert [scale["code"] for scale in data["scales"]] == ["slant", "basis", "credibility"]


def test_examples_and_guidance_are_lists_and_words(ada, cast):
    info = CodebookInfo(
        slug="other",
        version=3,
        title="Other",
        labels=(
            LabelInfo(
                "fact",
                "Fact",
                "Checkable.",
                "use",
                "not",
                "doubt",
                ("one", "two \u2028 still two"),
                ("no",),
                position=1,
            ),
        ),
        scales=(ScaleInfo("x", "X?", "ordinal", "passage", (PointInfo(1, "a"), PointInfo(2, "b")), position=1),),
    )
    create_codebook(actor=cast.ada, info=info)
    label = ada.get("codebooks/other/3/").data["labels"][0]
    assert (label["use_when"], label["not_when"], label["when_in_doubt"]) == ("use", "not", "doubt")
    assert (label["examples"], label["counterexamples"]) == (["one", "two \u2028 still two"], ["no"])


def test_outsider_sees_none_and_members_only_theirs(ben, eli, ada, stage, cast, refused):
    create_codebook(
        actor=cast.ada, info=CodebookInfo("draft", 1, "Draft", labels=(LabelInfo("a", "A", "A", position=1),))
    )
    assert [row["slug"] for row in ben.get("codebooks/").data["results"]] == ["small"]
    assert eli.get("codebooks/").data["results"] == []
    assert {row["slug"] for row in ada.get("codebooks/").data["results"]} == {"small", "draft"}
    refused(ben.get("codebooks/draft/1/"), 404, "not_found")
    refused(ben.get("codebooks/small/2/"), 404, "not_found")


def test_codebooks_are_filtered_by_slug_and_read_page_by_page(ada, stage, cast):
    create_codebook(
        actor=cast.ada, info=CodebookInfo("draft", 1, "Draft", labels=(LabelInfo("a", "A", "A", position=1),))
    )
    assert [row["slug"] for row in ada.get("codebooks/?slug=draft").data["results"]] == ["draft"]
    first = ada.get("codebooks/?limit=1").data
    second = ada.get(f"codebooks/?limit=1&after={first['next']}").data
    assert [row["slug"] for row in first["results"] + second["results"]] == ["small", "draft"]


def test_codebook_asks_a_fixed_number_of_queries(ben, stage, django_assert_num_queries):
    ben.get("me/")
    with django_assert_num_queries(7):  # session, user, codebook, labels, scales, labels and points of the scales
        ben.get("codebooks/small/1/")

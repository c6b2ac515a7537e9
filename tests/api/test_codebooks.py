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
    # session, user, codebook, labels and what they replace, scales, labels and points of the scales
    with django_assert_num_queries(8):
        ben.get("codebooks/small/1/")


DRAFT = {
    "slug": "claims",
    "version": 1,
    "title": "Claims",
    "labels": [
        {
            "code": "claim",
            "name": "Claim",
            "definition": "What is said.",
            "colour_light": "#0b6bb0",
            "colour_dark": "#6db9f2",
            "position": 1,
        }
    ],
}


def test_a_codebook_is_begun_replaced_published_and_continued(ada, cast, refused):
    made = ada.post("codebooks/", DRAFT)
    assert (made.status_code, made.data["published_at"]) == (201, None)
    tag = made.headers["ETag"]
    label = {**DRAFT["labels"][0], "replaces": [{"codebook": "claims", "version": 9, "label": "gone"}]}
    body = {"title": "Claims II", "labels": [{**label, "shortcut": "1"}]}
    refused(ada.put("codebooks/claims/1/", body), 428, "if_match")
    changed = ada.put("codebooks/claims/1/", body, if_match=tag)
    assert (changed.status_code, changed.data["title"], changed.data["labels"][0]["shortcut"]) == (
        200,
        "Claims II",
        "1",
    )
    refused(ada.put("codebooks/claims/1/", body, if_match=tag), 412, "stale")
    refused(ada.post("codebooks/claims/1/publish/", {}, if_match=tag), 412, "stale")
    read = ada.get("codebooks/claims/1/")
    assert read.data == changed.data
    assert read.headers["ETag"] == changed.headers["ETag"]
    assert ada.get("codebooks/claims/1/", if_none_match=read.headers["ETag"]).status_code == 304
    assert ada.get("codebooks/claims/1/faults/").data == []
    refused(ada.post("codebooks/claims/1/next/", {}), 409, "draft")
    assert ada.post("codebooks/claims/1/publish/", {}, if_match=read.headers["ETag"]).data["published_at"]
    refused(ada.put("codebooks/claims/1/", body, if_match="*"), 409, "frozen")
    refused(ada.delete("codebooks/claims/1/"), 409, "frozen")
    following = ada.post("codebooks/claims/1/next/", {})
    older = [{"codebook": "claims", "version": 1, "label": "claim"}]
    assert (following.status_code, following.data["version"]) == (201, 2)
    assert following.data["labels"][0]["replaces"] == older
    assert ada.delete("codebooks/claims/2/").status_code == 204
    refused(ada.get("codebooks/claims/2/"), 404, "not_found")


def test_every_fault_of_a_codebook_is_named_at_once(ada, cast, refused):
    label = {**DRAFT["labels"][0], "code": "No", "shortcut": "x", "colour_dark": "red"}
    answer = ada.post("codebooks/", {**DRAFT, "slug": "A", "labels": [label]})
    refused(answer, 400, "invalid")
    assert [fault["field"] for fault in answer.data["errors"]] == [
        "slug",
        "labels.0.code",
        "labels.0.colour_dark",
        "labels.0.shortcut",
    ]
    refused(ada.post("codebooks/", {**DRAFT, "owner": "ada"}), 400, "invalid")
    refused(ada.get("codebooks/claims/1/"), 404, "not_found")


def test_a_draft_with_pale_lines_is_kept_and_not_published(ada, cast, refused):
    pale = ada.post("codebooks/", {**DRAFT, "labels": [{**DRAFT["labels"][0], "colour_light": "#ffffff"}]})
    assert [fault["field"] for fault in ada.get("codebooks/claims/1/faults/").data] == ["labels.0.colour_light"]
    answer = ada.post("codebooks/claims/1/publish/", {}, if_match=pale.headers["ETag"])
    refused(answer, 400, "invalid")
    assert answer.data["errors"][0]["field"] == "labels.0.colour_light"


def test_members_read_codebooks_and_write_none(ben, dora, eli, stage, refused):
    for caller in (ben, dora, eli):
        refused(caller.post("codebooks/", DRAFT), 404, "not_found")
        refused(caller.put("codebooks/small/1/", DRAFT, if_match="*"), 404, "not_found")
        refused(caller.delete("codebooks/small/1/"), 404, "not_found")
        refused(caller.post("codebooks/small/1/next/", {}), 404, "not_found")
        refused(caller.get("codebooks/small/1/faults/"), 404, "not_found")

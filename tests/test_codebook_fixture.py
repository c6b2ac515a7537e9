"""The default codebook file as it is shipped: structure, examples, colours and the points each scale must offer."""

import re
import tomllib
from itertools import combinations
from pathlib import Path

import pytest

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
CODEBOOK = tomllib.loads((FIXTURES / "codebook.toml").read_text(encoding="utf-8"))
LABELS = {label["code"]: label for label in CODEBOOK["label"]}
SCALES = {scale["code"]: scale for scale in CODEBOOK["scale"]}

CODE = re.compile(r"\A[a-z0-9]+(?:-[a-z0-9]+)*\Z")
COUNTEREXAMPLE = re.compile(r"\A“(?P<quote>.+)” → (?P<why>\S.+)\Z")
INVENTED = re.compile(r" \(invented\)\Z")
FRAMES = ["frame-conflict", "frame-human-interest", "frame-economic", "frame-morality", "frame-responsibility"]
GROUNDS = {"colour_light": ["#ffffff", "#f4f5f4"], "colour_dark": ["#14171a", "#0e1113"]}

# value of each point, and the values that are answers but missing in statistics
POINTS = {
    "slant": ([-2, -1, 0, 1, 2, 9], {9}),
    "loaded-language": ([1, 2, 3, 4, 5], set()),
    "basis": ([1, 2], set()),
    "confidence": ([1, 2, 3, 4, 5], set()),
    "reliability": ([1, 2, 3, 4, 5, 6], {6}),
    "credibility": ([1, 2, 3, 4, 5, 6], {6}),
    **{frame: ([0, 1, 2, 3], set()) for frame in FRAMES},
    "ai-involvement": ([0, 1, 2, 3, 9], {9}),
}


def read_documents() -> list[str]:
    return [path.read_bytes().decode("utf-8") for path in sorted((FIXTURES / "documents").glob("*.txt"))]


def is_quoted_or_invented(text: str, documents: list[str]) -> bool:
    return bool(INVENTED.search(text)) or any(text in document for document in documents)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two #rrggbb colours by WCAG 2.2, 1 to 21."""

    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def test_contrast_formula_gives_the_published_extremes():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_file_has_exactly_the_known_keys():
    assert set(CODEBOOK) == {"slug", "version", "title", "guidelines", "label", "scale"}
    words = {"code", "name", "definition", "use_when", "not_when", "when_in_doubt", "examples", "counterexamples"}
    assert all(
        set(label) == words | {"colour_light", "colour_dark", "shortcut", "position"} for label in LABELS.values()
    )
    asked = {"code", "question", "level", "target", "labels", "required", "needs_evidence", "position", "point"}
    assert all(set(scale) == asked for scale in SCALES.values())
    points = [point for scale in SCALES.values() for point in scale["point"]]
    assert all(set(point) == {"value", "name", "anchor", "missing"} for point in points)


def test_codebook_is_the_first_version_of_the_default():
    assert (CODEBOOK["slug"], CODEBOOK["version"]) == ("credence-default", 1)
    assert CODEBOOK["title"].strip()


def test_labels_are_fact_opinion_and_ai_on_keys_one_to_three():
    assert [(x["code"], x["shortcut"], x["position"]) for x in CODEBOOK["label"]] == [
        ("fact", "1", 1),
        ("opinion", "2", 2),
        ("ai", "3", 3),
    ]


def test_codes_are_unique_and_well_formed():
    codes = [x["code"] for x in [*CODEBOOK["label"], *CODEBOOK["scale"]]]
    assert len(codes) == len(set(codes))
    assert all(CODE.match(code) for code in codes)


def test_scales_stand_in_the_order_of_their_positions():
    assert [scale["position"] for scale in CODEBOOK["scale"]] == list(range(1, len(CODEBOOK["scale"]) + 1))


@pytest.mark.parametrize("code", LABELS)
def test_label_says_when_to_use_it_when_not_and_what_to_do_in_doubt(code):
    label = LABELS[code]
    assert all(label[key].strip() for key in ("name", "definition", "use_when", "not_when", "when_in_doubt"))


@pytest.mark.parametrize("code", LABELS)
def test_label_has_two_examples_and_a_counterexample_with_its_reason(code):
    label = LABELS[code]
    assert len(set(label["examples"])) >= 2
    assert label["counterexamples"]
    assert all(COUNTEREXAMPLE.match(text) for text in label["counterexamples"])


@pytest.mark.parametrize("code", LABELS)
def test_every_example_is_one_line(code):
    texts = [*LABELS[code]["examples"], *LABELS[code]["counterexamples"]]
    assert all(len(text.splitlines()) == 1 and text == text.strip() for text in texts)


@pytest.mark.parametrize("code", LABELS)
def test_every_example_is_quoted_from_a_shipped_document_or_marked_invented(code):
    documents = read_documents()
    assert documents
    for text in LABELS[code]["examples"]:
        assert is_quoted_or_invented(text, documents), text
    for text in LABELS[code]["counterexamples"]:
        assert is_quoted_or_invented(COUNTEREXAMPLE.match(text)["quote"], documents), text


def test_no_example_comes_from_the_document_of_the_pilot():
    pilot = (FIXTURES / "documents" / "003_be121be4527ba801.txt").read_bytes().decode("utf-8")
    texts = [text for label in LABELS.values() for text in label["examples"]]
    texts += [COUNTEREXAMPLE.match(text)["quote"] for label in LABELS.values() for text in label["counterexamples"]]
    assert not [text for text in texts if text in pilot]


@pytest.mark.parametrize("theme", GROUNDS)
@pytest.mark.parametrize("code", LABELS)
def test_label_line_has_three_to_one_contrast_on_every_ground(code, theme):
    colour = LABELS[code][theme]
    assert re.match(r"\A#[0-9a-f]{6}\Z", colour)
    assert min(contrast(colour, ground) for ground in GROUNDS[theme]) >= 3


@pytest.mark.parametrize("theme", GROUNDS)
def test_no_two_labels_share_a_colour(theme):
    assert all(a[theme] != b[theme] for a, b in combinations(LABELS.values(), 2))


def test_scales_are_the_ones_the_codebook_promises():
    assert list(SCALES) == list(POINTS)


@pytest.mark.parametrize("code", POINTS)
def test_scale_offers_its_values_in_order_with_its_missing_answers(code):
    values, missing = POINTS[code]
    points = SCALES[code]["point"]
    assert [point["value"] for point in points] == values
    assert {point["value"] for point in points if point["missing"]} == missing


@pytest.mark.parametrize("code", POINTS)
def test_every_point_has_a_name_and_an_anchor_of_its_own(code):
    points = SCALES[code]["point"]
    assert len({point["name"] for point in points}) == len(points)
    anchors = {point["anchor"] for point in points}
    assert len(anchors) == len(points)
    assert all(len(anchor.split()) >= 5 for anchor in anchors)


@pytest.mark.parametrize("code", POINTS)
def test_scale_asks_one_question_at_a_known_level(code):
    scale = SCALES[code]
    assert scale["question"].endswith("?")
    assert len(scale["question"]) <= 300
    assert scale["level"] == ("nominal" if code == "basis" else "ordinal")
    assert scale["target"] in {"passage", "document"}
    assert set(scale["labels"]) <= set(LABELS)


@pytest.mark.parametrize("code", LABELS)
def test_label_is_asked_one_required_passage_scale_first_and_one_optional(code):
    asked = [s for s in CODEBOOK["scale"] if s["target"] == "passage" and code in s["labels"]]
    assert [scale["required"] for scale in asked] == [True, False]


def test_document_scales_are_all_required_and_belong_to_no_label():
    scales = [scale for scale in CODEBOOK["scale"] if scale["target"] == "document"]
    assert [scale["code"] for scale in scales] == ["reliability", "credibility", *FRAMES, "ai-involvement"]
    assert all(scale["required"] and not scale["labels"] for scale in scales)


def test_scale_that_demands_evidence_has_no_point_with_nothing_to_show():
    demanding = [scale for scale in CODEBOOK["scale"] if scale["needs_evidence"]]
    nothing_to_show = {"Absent", "None seen"}
    assert not [s["code"] for s in demanding if any(p["missing"] or p["name"] in nothing_to_show for p in s["point"])]


def test_reliability_f_says_it_is_for_texts_without_an_outlet():
    points = SCALES["reliability"]["point"]
    assert [point["name"][0] for point in points] == list("ABCDEF")
    assert "No outlet is named" in points[-1]["anchor"]


def test_credibility_is_numbered_as_in_the_admiralty_code():
    assert [point["name"][0] for point in SCALES["credibility"]["point"]] == list("123456")


def test_guidelines_can_be_read_in_about_five_minutes():
    words = len(CODEBOOK["guidelines"].split())
    assert 700 <= words <= 5 * 240


def test_guidelines_name_the_sources_of_the_scales():
    assert all(name in CODEBOOK["guidelines"] for name in ("Admiralty", "STANAG 2511", "Semetko", "Valkenburg", "2000"))


def test_guidelines_hold_markdown_only():
    assert not re.search(r"<[a-zA-Z/!]", CODEBOOK["guidelines"])


def test_guidelines_speak_of_every_label_and_document_rating():
    words = CODEBOOK["guidelines"].lower()
    subjects = ["fact", "opinion", "ai-generated", "slant", "loaded language", "source reliability"]
    subjects += ["information credibility", "frames", "ai involvement"]
    assert not [subject for subject in subjects if subject not in words]

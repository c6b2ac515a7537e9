"""The codebook's page: guidelines made harmless, and a stylesheet of checked colours and codes."""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from annotator.colours import contrast
from annotator.models import Label
from annotator.views.codebook import markdown
from annotator.views.label_styles import conflicts, stylesheet
from tests.pages.conftest import Page

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "[x](//evil.example/)",
    "[x](/logout/)",
    "![x](https://evil.example/pixel.gif)",
    '[x](https://ok.example/ "onmouseover=alert(1)")',
    '<div style="position:fixed">x</div>',
    "<iframe src=https://evil.example></iframe>",
    "<form action=/logout/><button>x</button></form>",
    "[a]: javascript:alert(1)\n\n[a]",
    "`<script>` and \n\n    <script>alert(1)</script>",
    '<p class="entrance" id="main">x</p>',
]
ALLOWED = {
    *("p", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "code", "pre", "blockquote", "a", "br", "hr"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_guideline_can_do_harm(payload: str) -> None:
    page = Page(markdown(payload))
    assert {tag for tag, _ in page.tags} <= ALLOWED
    for tag, attributes in page.tags:
        assert set(attributes) <= ({"href", "rel"} if tag == "a" else {"start"} if tag == "ol" else set())
        assert (attributes.get("href") or "https://").startswith(("https://", "http://"))


def test_markdown_becomes_markup_below_the_pages_own_headings() -> None:
    made = markdown("# One\n\n## Two\n\n### Three\n\nA **word** and a [link](https://example.org/).\n\n3. third")
    assert "<h3>One</h3>" in made
    assert "<h3>Two</h3>" in made
    assert "<h4>Three</h4>" in made
    assert "<strong>word</strong>" in made
    assert '<a href="https://example.org/" rel="noopener">link</a>' in made
    assert '<ol start="3">' in made


def test_the_page_shows_labels_scales_and_guidelines(read: Callable[..., Page], urls: SimpleNamespace) -> None:
    page = read("ben", urls.codebook)
    for words in ("Small codebook v1", "Checkable.", "Which way?", "slant -2", "How credible?", "Mark sentences."):
        assert words in page.words
    assert "Published" in page.words


def test_words_of_the_codebook_are_escaped(stage: Any, cast: SimpleNamespace, as_: Callable[[str], Client]) -> None:
    from annotator.models import Codebook

    draft = Codebook.objects.create(slug="draft", version=1, title="<script>alert(1)</script>")
    draft.labels.create(
        code="x",
        name="<img src=x onerror=alert(1)>",
        definition="<b>bold</b>\nline",
        examples="<script>alert(2)</script>",
        colour_light="#0b6bb0",
        colour_dark="#6db9f2",
    )
    page = as_("ada").get("/codebooks/draft/1/").content.decode()
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "<b>bold" not in page
    assert "Draft: words, labels and scales may still change" in page


@pytest.mark.parametrize(
    "url", ["/codebooks/small/99/", "/codebooks/none/1/", "/codebooks/small/99999999999999999999/"]
)
def test_a_version_that_is_not_there_is_404(as_: Callable[[str], Client], stage: Any, url: str) -> None:
    assert as_("ben").get(url).status_code == 404


def label(code: str = "fact", light: str = "#0b6bb0", dark: str = "#6db9f2", position: int = 1) -> Label:
    """A label that is in no database."""
    return Label(code=code, name=code.title(), colour_light=light, colour_dark=dark, position=position)


def test_each_label_has_a_line_style_and_a_distance_of_its_own() -> None:
    sheet = stylesheet([label(code) for code in ("one", "two", "three", "four", "five")])
    assert re.findall(r"--style: (\w+);", sheet) == ["solid", "dashed", "dotted", "double", "wavy"]
    waves = re.findall(r"--wave: ([^;]*);", sheet)
    assert waves[:4] == [""] * 4
    assert waves[4].startswith("radial-gradient(")
    assert re.findall(r"--thick: (\d)px;", sheet) == ["2", "2", "2", "3", "2"]
    assert "--read-line: calc(1.75rem + 8px)" in sheet
    assert re.findall(r"--gap: (\d+)px;", sheet) == ["3", "7", "11", "15", "19"]
    assert re.findall(r"::highlight\(label-(\w+)\)", sheet) == ["one", "two", "three", "four", "five"]


@pytest.mark.parametrize(
    "broken",
    [
        {"code": "x } body { display: none"},
        {"code": "X"},
        {"code": "x\n"},
        {"light": "red"},
        {"light": "#fff; } * { display: none"},
        {"dark": "url(https://evil.example)"},
        {"dark": "#6DB9F2\n"},
    ],
)
def test_nothing_but_checked_codes_and_colours_enters_the_stylesheet(broken: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        stylesheet([label(**broken)])


def test_the_stylesheet_of_a_published_version_is_kept_and_validated(
    as_: Callable[[str], Client], urls: SimpleNamespace
) -> None:
    client = as_("ben")
    first = client.get(urls.css)
    assert first.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in first.headers["Cache-Control"]
    assert "private" in first.headers["Cache-Control"]
    again = client.get(urls.css, headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_stylesheet_of_a_draft_is_not_kept(as_: Callable[[str], Client], stage: Any) -> None:
    from annotator.models import Codebook

    Codebook.objects.create(slug="draft", version=1, title="Draft")
    assert "no-cache" in as_("ada").get("/codebooks/draft/1/labels.css").headers["Cache-Control"]


def test_contrast_is_that_of_the_guidelines() -> None:
    """Worked figures of WCAG 2: black on white 21, the accents of the design as measured for it."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert [round(contrast(each, "#ffffff"), 1) for each in ("#0b6bb0", "#9a5b00", "#a0307e")] == [5.6, 5.4, 6.5]
    assert [round(contrast(each, "#14171a"), 1) for each in ("#6db9f2", "#f0b13c", "#ee9ccb")] == [8.5, 9.5, 8.8]


def test_words_stay_readable_on_three_tints_of_the_default_colours() -> None:
    """Both themes, all three labels stacked: at least the 4.5:1 of WCAG 2.2, 1.4.3."""
    sheet = stylesheet(
        [label("a", "#0b6bb0", "#6db9f2"), label("b", "#9a5b00", "#f0b13c"), label("c", "#a0307e", "#ee9ccb")]
    )
    tints = re.findall(r"--\w+-tint: light-dark\(rgb\((.+?)\), rgb\((.+?)\)\)", sheet)
    for theme, ground, ink in ((0, "#ffffff", "#14191d"), (1, "#14171a", "#e7e9e6")):
        painted = [int(ground[at : at + 2], 16) for at in (1, 3, 5)]
        for tint in tints:
            *channels, alpha = (float(part) for part in tint[theme].replace("/", " ").split())
            painted = [under * (1 - alpha) + over * alpha for under, over in zip(painted, channels, strict=True)]
        stacked = "#" + "".join(f"{round(channel):02x}" for channel in painted)
        assert contrast(ink, stacked) >= 4.5


def test_a_colour_that_cannot_be_seen_is_named() -> None:
    assert conflicts([label()]) == []
    assert conflicts([label(light="#eeeeee")]) == ["The line of Fact is only 1.2:1 on the light page."]
    assert len(conflicts([label(f"l{number}") for number in range(6)])) == 1

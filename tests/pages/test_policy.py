"""What holds for every page: the content policy, nothing inline, and a structure that can be heard."""

from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tests.pages.conftest import Page

PAGES = (
    *("home", "studies", "study", "document", "codebooks", "codebook", "account", "password", "tokens", "text"),
    *("workbench", "missing", "table", "blind"),
)


@pytest.fixture(params=PAGES)
def answer(
    request: pytest.FixtureRequest,
    as_: Callable[[str], Client],
    urls: SimpleNamespace,
    marked: None,
    reveal: Callable[..., None],
) -> Any:
    """Every page once, with others' work on it where there is any."""
    if request.param == "blind":
        return as_("cleo").get(urls.document)
    reveal("ben")
    address = {"missing": "/nothing/", "table": f"{urls.document}?view=table"}.get(request.param)
    return as_("ben").get(address or getattr(urls, request.param), follow=True)


def test_every_page_carries_the_policy_and_stays_out_of_caches(answer: Any) -> None:
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_nothing_on_a_page_is_inline(answer: Any) -> None:
    page = Page(answer.content.decode())
    assert not page.all("style")
    for tag, attributes in page.tags:
        assert "style" not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")], tag
        assert not (attributes.get("href") or "").lower().startswith(("javascript:", "data:")), tag
    for script in page.all("script"):
        assert script.get("src") or script.get("type") == "application/json"


def test_a_page_has_one_title_one_heading_and_one_main_part(answer: Any) -> None:
    page = Page(answer.content.decode())
    assert len(page.all("h1")) == 1
    assert len(page.all("main")) == 1
    assert page.all("html")[0]["lang"] == "en"
    assert "· Credence" in answer.content.decode().split("</title>")[0]
    assert "#main" in [link.get("href") for link in page.all("a")] or page.all("body")[0].get("class") == "workbench"


def test_ids_are_unique_and_what_is_referred_to_exists(answer: Any) -> None:
    page = Page(answer.content.decode())
    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    for _, attributes in page.tags:
        for name in ("aria-labelledby", "aria-describedby", "aria-controls", "for"):
            for target in (attributes.get(name) or "").split():
                assert target in ids, (name, target)


def test_tables_have_captions_and_heads_and_scroll_by_keyboard(answer: Any) -> None:
    page = Page(answer.content.decode())
    assert len(page.all("table")) == len(page.all("caption"))
    assert all(head.get("scope") in ("col", "row") for head in page.all("th"))
    for tag, attributes in page.tags:
        if "scroll-x" in (attributes.get("class") or ""):
            assert attributes.get("tabindex") == "0", tag
            assert attributes.get("role") == "region"
            assert attributes.get("aria-label")


def test_every_field_has_a_name(answer: Any) -> None:
    """A field stands inside its label, or names itself."""
    depth = {"label": 0}

    class Fields(Page):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            super().handle_starttag(tag, attrs)
            depth["label"] += tag == "label"
            given = dict(attrs)
            if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
                assert depth["label"] or given.get("aria-label") or given.get("aria-hidden") == "true", given

        def handle_endtag(self, tag: str) -> None:
            super().handle_endtag(tag)
            depth["label"] -= tag == "label"

    Fields(answer.content.decode())


def test_pictures_have_words_or_are_hidden(answer: Any) -> None:
    for picture in Page(answer.content.decode()).all("svg"):
        assert picture.get("aria-hidden") == "true" or (picture.get("role") == "img" and picture.get("aria-label"))


def test_headings_leave_out_no_level(answer: Any) -> None:
    page = Page(answer.content.decode())
    levels = [int(tag[1]) for tag, _ in page.tags if tag in ("h1", "h2", "h3", "h4", "h5")]
    assert levels[0] == 1
    for before, after in pairwise(levels):
        assert after <= before + 1, levels


def test_titles_of_documents_are_escaped_everywhere(
    as_: Callable[[str], Client], urls: SimpleNamespace, stage: Any, marked: None, reveal: Callable[..., None]
) -> None:
    reveal("ben")
    document = stage.revision.document
    document.title = '"><script>alert(1)</script>'
    document.save()
    for page in ("home", "study", "document", "text", "workbench"):
        content = as_("ben").get(getattr(urls, page)).content.decode()
        assert "&lt;script&gt;alert(1)" in content
        assert "<script>alert(1)" not in content

"""Signing the cast in, and reading a page as a parser sees it."""

from collections.abc import Callable
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

FERRY = "The ferry carried 1,200 people in May."
BEST = "It is the best ferry on the coast."
MACHINE = "\U0001f9e0 Parts of this text were made with AI help."


class Page(HTMLParser):
    """A page: its markup, its start tags with their attributes, in order, and its words."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.markup = markup
        self._silent = 0
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._silent += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words += data

    def all(self, name: str) -> list[dict[str, str | None]]:
        """Attributes of every element of this name."""
        return [attributes for tag, attributes in self.tags if tag == name]


@pytest.fixture
def as_(cast: SimpleNamespace) -> Callable[[str], Client]:
    """A function that returns a browser in which somebody of the cast is signed in; "anonymous" for nobody."""

    def sign_in(name: str) -> Client:
        client = Client()
        if name != "anonymous":
            client.force_login(getattr(cast, name))
        return client

    return sign_in


@pytest.fixture
def read(as_: Callable[[str], Client]) -> Callable[..., Page]:
    """A function that opens an address as somebody and returns the page."""

    def open_page(name: str, url: str, status: int = 200) -> Page:
        response = as_(name).get(url)
        assert response.status_code == status, (name, url, response.status_code)
        return Page(response.content.decode())

    return open_page


@pytest.fixture
def urls(stage: Any) -> SimpleNamespace:
    """The addresses of the stage; the assignment is ben's."""
    mine = f"/assignments/{stage.assignments['ben'].pk}/"
    return SimpleNamespace(
        home="/",
        workbench=mine,
        text=f"{mine}text/",
        reveal=f"{mine}reveal/",
        revise=f"{mine}revise/",
        studies="/studies/",
        study="/studies/harbour/",
        document="/studies/harbour/documents/harbour-text/",
        codebooks="/codebooks/",
        codebook="/codebooks/small/1/",
        css="/codebooks/small/1/labels.css",
        codebook_file="/codebooks/small/1/codebook.toml",
        new_codebook="/codebooks/new/",
        account="/account/",
        password="/account/password/",
        tokens="/account/tokens/",
    )


@pytest.fixture
def submit(stage: Any) -> Callable[..., None]:
    """A function by which reviewers submit, gaps accepted."""
    from annotator.actions.assignments import submit_assignment

    def submit_all(*names: str) -> None:
        for name in names:
            assignment = stage.assignments[name]
            submit_assignment(actor=assignment.reviewer, assignment_id=assignment.pk, accept_gaps=True)

    return submit_all


@pytest.fixture
def reveal(stage: Any) -> Callable[..., None]:
    """A function by which reviewers see others' work."""
    from annotator.actions.assignments import reveal_assignment

    def reveal_all(*names: str) -> None:
        for name in names:
            assignment = stage.assignments[name]
            reveal_assignment(actor=assignment.reviewer, assignment_id=assignment.pk)

    return reveal_all


@pytest.fixture
def marked(mark: Callable[..., Any], submit: Callable[..., None]) -> None:
    """Ben and cleo have marked and submitted: one passage alike but for its slant, one each of their own."""
    mark("ben", FERRY, "fact", ratings=[("slant", 0)])
    mark("ben", BEST, "opinion", ratings=[("slant", 1)], note="<b>bold</b> claim")
    mark("cleo", FERRY, "fact", ratings=[("slant", -1)])
    mark("cleo", MACHINE, "ai", ratings=[("basis", 1)])
    submit("ben", "cleo")

"""Each page for each of the cast: 200 to those it concerns, sign-in to the anonymous, 404 to all others."""

import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

CAST = ("anonymous", "ada", "ben", "cleo", "dora", "eli")
EVERYBODY = {"ada": 200, "ben": 200, "cleo": 200, "dora": 200, "eli": 200}
MEMBERS = EVERYBODY | {"eli": 404}
OWNER = {"ada": 404, "ben": 200, "cleo": 404, "dora": 404, "eli": 404}
KEEPER = {"ada": 200, "ben": 404, "cleo": 404, "dora": 404, "eli": 404}
MATRIX = {
    "home": EVERYBODY,
    "account": EVERYBODY,
    "password": EVERYBODY,
    "tokens": EVERYBODY,
    "studies": EVERYBODY,
    "study": MEMBERS,
    "document": MEMBERS,
    "codebooks": {"ada": 200, "ben": 302, "cleo": 302, "dora": 302, "eli": 200},  # 302: straight to the only one
    "codebook": MEMBERS,
    "css": MEMBERS,
    "codebook_file": MEMBERS,
    "new_codebook": KEEPER,
    "workbench": OWNER,
    "text": OWNER,
}


@pytest.mark.parametrize("page", MATRIX)
@pytest.mark.parametrize("name", CAST)
def test_each_page_answers_each_of_the_cast(
    page: str, name: str, as_: Callable[[str], Client], urls: SimpleNamespace
) -> None:
    url = getattr(urls, page)
    response = as_(name).get(url)
    if name == "anonymous":
        assert (response.status_code, response.headers["Location"]) == (302, f"/login/?next={url}")
    else:
        assert response.status_code == MATRIX[page][name]


@pytest.mark.parametrize("page", ["study", "document", "codebook", "workbench", "text"])
def test_what_is_not_yours_looks_like_what_is_not_there(
    page: str, as_: Callable[[str], Client], urls: SimpleNamespace
) -> None:
    client = as_("eli")
    not_yours = client.get(getattr(urls, page))
    not_there = client.get("/nothing/here/")
    assert not_yours.status_code == not_there.status_code == 404
    assert without_token(not_yours.content) == without_token(not_there.content)


def without_token(content: bytes) -> bytes:
    """The page without its form token, which differs at every answer."""
    import re

    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", content)


@pytest.mark.parametrize("action", ["reveal", "revise"])
@pytest.mark.parametrize("name", ["anonymous", "ada", "cleo", "dora", "eli"])
def test_nobody_else_reveals_or_revises_ones_work(
    action: str, name: str, as_: Callable[[str], Client], urls: SimpleNamespace, submit: Callable[..., None]
) -> None:
    submit("ben", "cleo")
    response = as_(name).post(getattr(urls, action), {"reason": "because"})
    assert response.status_code == (302 if name == "anonymous" else 404)
    assert as_("ben").get(urls.document).content.decode().count("Others’ work is not shown yet") == 1


def pages(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Every address of ours outside the API and the administration, with its view."""
    for entry in patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if not route.startswith(("api/", "admin/")):
                yield from pages(entry.url_patterns, route)
        else:
            yield route, entry.callback


DOORS = {"join/", "join/study/", "new-password/", "new-password/set/"}
OPEN_TO_ALL = DOORS | {
    "login/",
    "logout/",
    "healthz",
    "readyz",
    "admin/login/",
    "admin/logout/",
    "admin/password_change/",
}


EXAMPLES = {"uuid": "0" * 8 + "-0000-4000-8000-" + "0" * 12, "slug": "x", "path": "x", "str": "x", "int": "1"}


def test_every_page_but_the_named_ones_asks_who_you_are(db: None) -> None:
    client = Client()
    asked = 0
    for route, _ in pages(get_resolver().url_patterns):
        if route in OPEN_TO_ALL:
            continue
        url = "/" + re.sub(r"<(\w+):\w+>", lambda part: EXAMPLES[part[1]], route)
        assert "<" not in url, f"the test does not know how to fill {route}"
        answers = {client.get(url).status_code, client.post(url).status_code}
        assert answers <= {302, 405}, (route, answers)
        asked += 1
    assert asked >= 15


@pytest.mark.parametrize("url", ["logout", "reveal", "revise"])
def test_a_get_changes_nothing(url: str, as_: Callable[[str], Client], urls: SimpleNamespace) -> None:
    address = "/logout/" if url == "logout" else getattr(urls, url)
    client = as_("ben")
    assert client.get(address).status_code == 405
    assert client.get("/").status_code == 200


def test_a_form_without_its_token_is_refused(cast: SimpleNamespace, urls: SimpleNamespace) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.ben)
    response = client.post(urls.tokens, {"name": "mine", "scope": "read", "days": "3"})
    assert response.status_code == 403
    assert "The session has changed" in response.content.decode()
    assert cast.ben.tokens.count() == 0

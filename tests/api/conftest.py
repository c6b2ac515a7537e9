"""Clients of the API as they really come: a browser with its session and CSRF cookie, a program with a token."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

PROBLEM = "application/problem+json"


class Caller:
    """Sends JSON under /api/v1/ and returns Django's response, with `.data` the JSON of its body."""

    def __init__(self, client: Client, headers: dict[str, str], csrf: bool) -> None:
        self.client = client
        self.headers = headers
        self.csrf = csrf

    def send(self, method: str, path: str, body: Any = None, raw: bytes | None = None, **headers: str) -> Any:
        """Send one request; `headers` in Python's spelling, such as if_match."""
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        sent = {"content_type": "application/json", **headers}
        named = {name.replace("_", "-"): value for name, value in sent.items() if name != "content_type"}
        if self.csrf:
            named["X-CSRFToken"] = self.client.cookies["csrftoken"].value
        response = self.client.generic(
            method,
            path if path.startswith("/") else f"/api/v1/{path}",
            content,
            content_type=sent["content_type"] if content else "",
            headers={**self.headers, **named},
        )
        is_json = "json" in response.headers.get("Content-Type", "") and not response.streaming and response.content
        response.data = json.loads(response.content) if is_json else None
        return response

    def get(self, path: str, **headers: str) -> Any:
        """GET."""
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """POST."""
        return self.send("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        """PUT."""
        return self.send("PUT", path, body, **headers)

    def delete(self, path: str, body: Any = None, **headers: str) -> Any:
        """DELETE."""
        return self.send("DELETE", path, body, **headers)


@pytest.fixture
def by_session(cast: Any) -> Callable[[str], Caller]:
    """A function that signs one of the cast in as a browser would be, CSRF checks included."""

    def sign_in(who: str) -> Caller:
        client = Client(enforce_csrf_checks=True)
        client.force_login(getattr(cast, who))
        client.cookies["csrftoken"] = "a" * 32
        return Caller(client, {}, csrf=True)

    return sign_in


@pytest.fixture
def by_token(cast: Any) -> Callable[..., Caller]:
    """A function that lets a program act for one of the cast."""
    from annotator.actions.account import create_token

    def sign_in(who: str, scope: str = "write") -> Caller:
        _, secret = create_token(actor=getattr(cast, who), name="a test", scope=scope)
        return Caller(Client(enforce_csrf_checks=True), {"Authorization": f"Token {secret}"}, csrf=False)

    return sign_in


@pytest.fixture
def nobody() -> Caller:
    """A caller without an account."""
    return Caller(Client(enforce_csrf_checks=True), {}, csrf=False)


@pytest.fixture
def ben(by_session: Callable[[str], Caller]) -> Caller:
    """Ben's browser."""
    return by_session("ben")


@pytest.fixture
def cleo(by_session: Callable[[str], Caller]) -> Caller:
    """Cleo's browser."""
    return by_session("cleo")


@pytest.fixture
def dora(by_session: Callable[[str], Caller]) -> Caller:
    """Dora's browser: the adjudicator."""
    return by_session("dora")


@pytest.fixture
def ada(by_session: Callable[[str], Caller]) -> Caller:
    """Ada's browser: staff and lead."""
    return by_session("ada")


@pytest.fixture
def eli(by_session: Callable[[str], Caller]) -> Caller:
    """Eli's browser: an outsider."""
    return by_session("eli")


@pytest.fixture
def passage(stage: Any) -> Callable[..., dict[str, Any]]:
    """A function that returns the body of a passage over the first occurrence of some words of the stage's text."""

    def make(words: str, label: str = "fact", who: str = "ben", **changes: Any) -> dict[str, Any]:
        start, end = stage.span(words)
        body = {
            "assignment": str(stage.assignments[who].pk),
            "label": label,
            "start": start,
            "end": end,
            "quote": words,
            "note": "",
            "ratings": [],
        }
        return {**body, **changes}

    return make


def assert_problem(response: Any, status: int, code: str) -> None:
    """Assert that the response refuses, in the one form of refusals."""
    assert (response.status_code, response.data and response.data["code"]) == (status, code), response.content[:500]
    assert response.headers["Content-Type"] == PROBLEM
    assert response.data.keys() - {"current"} == {"type", "title", "status", "code", "detail", "errors", "request_id"}
    assert response.data["status"] == status
    assert all(fault.keys() == {"field", "code", "detail"} for fault in response.data["errors"])
    assert "Traceback" not in response.data["detail"]


@pytest.fixture
def refused() -> Callable[[Any, int, str], None]:
    """The check of a refusal."""
    return assert_problem

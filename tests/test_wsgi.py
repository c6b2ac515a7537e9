"""What reaches the app before any of its middleware."""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from annotator.wsgi import application


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json; charset=rot13", 401),
        ("application/json; charset=base64", 401),
        ('application/json; charset="hex"', 401),
        ("application/json; charset=utf-16", 400),
        ("application/json; charset=nothing", 400),
        ("application/json", 401),
    ],
)
def test_a_charset_that_is_no_text_is_no_fault_of_ours(db: None, content_type: str, status: int) -> None:
    environ = RequestFactory().post("/api/v1/tokens/?x=%41", "{}", content_type="application/json").environ
    answers: list[str] = []

    def start_response(line: str, headers: Any) -> None:
        answers.append(line)

    b"".join(application({**environ, "CONTENT_TYPE": content_type}, start_response))
    assert int(answers[0].split()[0]) == status


@pytest.mark.parametrize("path", ["/" + "a" * 9000, "/?q=" + "a" * 9000, "/api/v1/me/?q=" + "a" * 9000])
def test_an_address_that_is_too_long_is_refused(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 414
    assert answer.headers["Content-Type"].startswith("application/problem" if path.startswith("/api/") else "text/html")

"""Health checks, error pages and figures in words."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from annotator.templatetags.figures import coefficient, counted, language_name, share, signed
from annotator.views.errors import bad_request, server_error


def test_a_living_process_says_ok_and_nothing_else(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_a_process_is_ready_when_every_migration_is_applied(client: Client, db: None) -> None:
    from django.db import connection

    assert client.get("/readyz").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'annotator'")
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"not ready\n")


def test_a_process_without_its_database_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from annotator.views import health

    def refuse(connection: Any) -> None:
        raise OperationalError("connection refused: secret-host")

    monkeypatch.setattr(health, "MigrationExecutor", refuse)
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"not ready\n")


@pytest.mark.parametrize("url", ["/healthz", "/readyz"])
def test_health_takes_no_writes(client: Client, db: None, url: str) -> None:
    assert client.post(url).status_code == 405


def test_the_page_of_a_fault_asks_nothing_of_the_database(rf: RequestFactory) -> None:
    """Run without access to the database: a query would raise."""
    response = server_error(rf.get("/studies/"))
    assert response.status_code == 500
    assert "Something failed" in response.content.decode()


def test_under_the_api_errors_are_problems(rf: RequestFactory) -> None:
    response = server_error(rf.get("/api/v1/studies/"))
    assert response.status_code == 500
    assert response.headers["Content-Type"] == "application/problem+json"


def test_an_unreadable_request_gets_a_page(rf: RequestFactory, cast: Any) -> None:
    request = rf.get("/")
    request.user = cast.ben
    response = bad_request(request)
    assert response.status_code == 400
    assert "Go to your documents" in response.content.decode()


@pytest.mark.parametrize("url", ["/%00", "/?q=%00", "/?q=%ff", "/studies/%F0%9F/"])
def test_addresses_that_are_no_text_are_refused(as_: Callable[[str], Client], url: str) -> None:
    assert as_("ben").get(url).status_code in (400, 404)


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "–"), (0.614, ".61"), (1.0, "1.00"), (-0.124, "−.12"), (-0.001, ".00"), (0.999, "1.00"), (-1.5, "−1.50")],
)
def test_coefficients_lose_the_zero_before_the_point(value: float | None, words: str) -> None:
    assert coefficient(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "–"), (0.0, "0 %"), (1.0, "100 %"), (0.744, "74 %"), (0.001, "< 1 %"), (0.999, "> 99 %")],
)
def test_shares_are_whole_percent_and_never_quite_all_or_nothing(value: float | None, words: str) -> None:
    assert share(value).replace("\u202f", " ") == words


def test_counts_signs_and_languages_read_as_words() -> None:
    assert [counted(1, "passage"), counted(1234, "passage")] == ["1 passage", "1,234 passages"]
    assert [signed(-2), signed(0), signed(1)] == ["−2", "0", "+1"]
    assert [language_name(tag) for tag in ("en", "fa", "zh", "en-GB", "und", "xx")] == [
        "English",
        "Persian",
        "Chinese",
        "British English",
        "not stated",
        "xx",
    ]

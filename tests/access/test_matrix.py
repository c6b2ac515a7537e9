"""Who may do what: one row for each operation, one column for each role, by session and by token.

Statuses stand in the order of ROLES: anonymous, outsider, reviewer (his own work open), revealed (submitted, and has
seen the others), adjudicator, lead, curator, staff (superuser), holder (superuser who reviews the same text, blind).
Paths name ids of tests/access/conftest.py: `cleo` is the assignment of a colleague who has submitted, `theirs` her
passage, `ben` and `own` the reviewer's, `nobody` an id that is not there. Every address of the app must have a row.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests.access.conftest import ROLES, Theatre

ALL = "401 200 200 200 200 200 200 200 200"
NOBODY = "401 404 404 404 404 404 404 404 404"
PUBLIC = "200 200 200 200 200 200 200 200 200"
SIGNED_IN = "302 200 200 200 200 200 200 200 200"

API = [
    ("GET", "schema/", PUBLIC),
    ("GET", "reference/", PUBLIC),
    ("GET", "me/", ALL),
    ("GET", "tokens/", ALL),
    ("DELETE", "tokens/{nobody}/", NOBODY),
    ("GET", "sources/", ALL),
    ("GET", "sources/1/", NOBODY),
    ("GET", "documents/", ALL),
    ("GET", "documents/{document}/", "401 404 200 200 200 200 200 200 200"),
    ("GET", "documents/{document}/revisions/", "401 404 200 200 200 200 200 200 200"),
    ("GET", "documents/{document}/revisions/1/", "401 404 200 200 200 200 200 200 200"),
    ("GET", "codebooks/", ALL),
    ("GET", "codebooks/small/1/", "401 404 200 200 200 200 200 200 200"),
    ("GET", "studies/", ALL),
    ("GET", "studies/{study}/", "401 404 200 200 200 200 404 200 200"),
    ("GET", "studies/{study}/members/", "401 404 200 200 200 200 404 200 200"),
    ("GET", "studies/{study}/assignments/", "401 404 200 200 200 200 404 200 200"),
    ("GET", "studies/{study}/agreement/", "401 404 403 200 200 200 404 200 200"),
    ("GET", "studies/{study}/agreement/?document={document}", "401 404 403 200 200 200 404 200 403"),
    ("GET", "studies/{study}/export/jsonl/", "401 404 200 200 200 200 404 200 200"),
    ("GET", "studies/{study}/export/csv/", "401 404 200 200 200 200 404 200 200"),
    ("POST", "studies/{study}/import/jsonl/", "401 404 404 404 404 404 404 400 400"),
    ("GET", "studies/{study}/events/", "401 404 200 200 200 200 404 200 200"),
    ("GET", "assignments/", ALL),
    ("GET", "assignments/{ben}/", "401 404 200 404 404 404 404 404 404"),
    ("GET", "assignments/{cleo}/", "401 404 404 200 200 200 404 200 404"),
    ("GET", "assignments/{nobody}/", NOBODY),
    ("GET", "assignments/{cleo}/ratings/", "401 404 404 200 200 200 404 200 404"),
    ("GET", "assignments/{cleo}/ratings/credibility/", "401 404 404 200 200 200 404 200 404"),
    ("PUT", "assignments/{cleo}/ratings/credibility/", NOBODY),
    ("DELETE", "assignments/{cleo}/ratings/credibility/", NOBODY),
    ("POST", "assignments/{cleo}/submit/", NOBODY),
    ("POST", "assignments/{cleo}/reveal/", NOBODY),
    ("POST", "assignments/{cleo}/revise/", NOBODY),
    ("POST", "assignments/{cleo}/reopen/", "401 404 404 404 404 200 404 200 200"),
    ("GET", "annotations/", ALL),
    ("GET", "annotations/{own}/", "401 404 200 404 404 404 404 404 404"),
    ("GET", "annotations/{theirs}/", "401 404 404 200 200 200 404 200 404"),
    ("PUT", "annotations/{theirs}/", NOBODY),
    ("DELETE", "annotations/{theirs}/", NOBODY),
    ("POST", "annotations/{theirs}/restore/", NOBODY),
    ("PUT", "annotations/{own}/", "401 404 200 404 404 404 404 404 404"),
    ("DELETE", "annotations/{own}/", "401 404 204 404 404 404 404 404 404"),
    ("GET", "decisions/", ALL),
    ("GET", "decisions/{nobody}/", NOBODY),
    ("POST", "studies/", "401 405 405 405 405 405 405 405 405"),
    ("POST", "studies/{study}/members/", "401 404 404 404 404 400 404 400 400"),
    ("POST", "studies/{study}/assignments/", "401 404 404 404 404 400 404 400 400"),
]
PAGES = [
    ("GET", "/", SIGNED_IN),
    ("GET", "/login/", PUBLIC),
    ("GET", "/account/", SIGNED_IN),
    ("GET", "/account/password/", SIGNED_IN),
    ("GET", "/account/tokens/", SIGNED_IN),
    ("GET", "/assignments/{ben}/", "302 404 200 404 404 404 404 404 404"),
    ("GET", "/assignments/{cleo}/", "302 404 404 404 404 404 404 404 404"),
    ("GET", "/assignments/{cleo}/text/", "302 404 404 404 404 404 404 404 404"),
    ("GET", "/studies/", SIGNED_IN),
    ("GET", "/studies/{study}/", "302 404 200 200 200 200 404 200 200"),
    ("GET", "/studies/{study}/documents/{document}/", "302 404 200 200 200 200 404 200 200"),
    ("GET", "/codebooks/", "302 200 302 302 302 302 302 302 302"),
    ("GET", "/codebooks/small/1/", "302 404 200 200 200 200 200 200 200"),
    ("GET", "/codebooks/small/1/labels.css", "302 404 200 200 200 200 200 200 200"),
    ("GET", "/healthz", PUBLIC),
    ("GET", "/readyz", PUBLIC),
    ("GET", "/admin/", "302 302 302 302 302 302 200 200 200"),
    ("GET", "/admin/annotator/annotation/", "302 302 302 302 302 302 403 200 200"),
    ("GET", "/admin/annotator/study/", "302 302 302 302 302 302 403 200 200"),
    ("GET", "/admin/sources/document/", "302 302 302 302 302 302 200 200 200"),
    ("GET", "/admin/annotator/user/", "302 302 302 302 302 302 403 200 200"),
]
WRITES = [
    ("POST", "/logout/", "302 302 302 302 302 302 302 302 302"),
    ("POST", "/account/tokens/{nobody}/revoke/", "302 404 404 404 404 404 404 404 404"),
    ("POST", "/assignments/{cleo}/reveal/", "302 404 404 404 404 404 404 404 404"),
    ("POST", "/assignments/{cleo}/revise/", "302 404 404 404 404 404 404 404 404"),
]
SPAN = {"label": "fact", "start": 0, "end": 7, "quote": "Harbour", "note": "", "ratings": []}


def body_of(method: str, path: str, theatre: Theatre) -> dict[str, Any]:
    """A sound body, so that a refusal can only be about who asks."""
    if method == "PUT" and "ratings/" in path:
        return {"point": 3, "evidence": []}
    if method == "PUT":
        return {**SPAN, "assignment": theatre.ids["ben" if "{own}" in path else "cleo"]}
    return {"reason": "because"} if path.endswith(("revise/", "reopen/")) else {}


def ask(client: Client, method: str, path: str, theatre: Theatre) -> int:
    """Send one request, take back what it did, and return the status."""
    kind = "application/x-ndjson" if "import/" in path else "application/json"
    headers = {"if-match": '"1"'} if method in ("PUT", "DELETE") else {}
    body = "" if method == "GET" else json.dumps(body_of(method, path, theatre))
    mark = transaction.savepoint()
    answer = client.generic(method, path.format(**theatre.ids), body, content_type=kind, headers=headers)
    if answer.streaming:
        b"".join(answer.streaming_content)
    transaction.savepoint_rollback(mark)
    return answer.status_code


@pytest.mark.parametrize("row", [*PAGES, *WRITES], ids=lambda row: " ".join(row[:2]))
def test_pages(row: tuple[str, str, str], make_theatre: Callable[..., Theatre]) -> None:
    method, path, statuses = row
    theatre = make_theatre()
    found = [ask(theatre.client(role), method, path, theatre) for role in ROLES]
    assert dict(zip(ROLES, found, strict=True)) == dict(zip(ROLES, map(int, statuses.split()), strict=True))


@pytest.mark.parametrize("row", API, ids=lambda row: " ".join(row[:2]))
def test_api_by_session_and_by_token(row: tuple[str, str, str], make_theatre: Callable[..., Theatre]) -> None:
    method, path, statuses = row
    theatre = make_theatre()
    address = f"/api/v1/{path}"
    for role, status in zip(ROLES, map(int, statuses.split()), strict=True):
        assert ask(theatre.client(role), method, address, theatre) == status, f"{role} by session"
        if role == "anonymous":
            stranger = Client(headers={"authorization": "Token credence_of-nobody"})
            public = statuses == PUBLIC
            assert ask(stranger, method, address, theatre) == (200 if public else 401), "an unknown token"
            continue
        no_tokens = path.startswith("tokens/")
        by_write = 403 if no_tokens else status
        assert ask(theatre.client(role, "write"), method, address, theatre) == by_write, f"{role} by write token"
        by_read = 403 if no_tokens or method != "GET" else status
        assert ask(theatre.client(role, "read"), method, address, theatre) == by_read, f"{role} by read token"


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    """Every address of the app; the admin walks its own registry in tests/admin."""
    for entry in patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if not route.startswith("admin/"):
                yield from routes(entry.url_patterns, route)
        elif route not in ("api/v1/", "admin/login/", "admin/logout/", "admin/password_change/"):
            yield route


def test_every_address_has_a_row(make_theatre: Callable[..., Theatre]) -> None:
    ids = make_theatre().ids
    paths = [path for _, path, _ in [*PAGES, *WRITES]] + [f"/api/v1/{path}" for _, path, _ in API]
    covered = {resolve(path.format(**ids).partition("?")[0]).route for path in paths}
    assert set(routes(get_resolver().url_patterns)) - covered == set()


def test_anonymous_is_let_in_nowhere_but_at_the_doors(make_theatre: Callable[..., Theatre]) -> None:
    open_doors = {path for _, path, statuses in [*API, *PAGES] if statuses.startswith("200")}
    assert open_doors == {"schema/", "reference/", "/login/", "/healthz", "/readyz"}

"""Who is let in at all: by default nobody."""

import re

import pytest
from django.test import Client
from django.urls import get_resolver

OPEN = {"api/v1/schema/", "api/v1/reference/"}
EXAMPLES = {
    "uuid": "01890a5d-ac96-774b-bcce-b302099a8057",
    "code": "harbour",
    "number": "1",
    "path": "R-ABC2",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def addresses():
    """Every address under api/, with examples in place of its variables."""
    found = []

    def walk(patterns, prefix):
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                walk(pattern.url_patterns, route)
            elif route.startswith("api/") and route.endswith("/") and route != "api/v1/":
                found.append(re.sub(r"<(\w+):\w+>", lambda match: EXAMPLES[match[1]], route))

    walk(get_resolver().url_patterns, "")
    return found


def test_the_walk_finds_the_addresses():
    assert len(addresses()) >= 30


@pytest.mark.parametrize("method", METHODS)
def test_nobody_is_let_in_without_credentials(db, nobody, method, refused):
    for address in addresses():
        if address in OPEN:
            continue
        response = nobody.send(method, f"/{address}")
        assert response.status_code == 401, (method, address)
        assert response.headers["WWW-Authenticate"] == "Token"
        if method != "HEAD":
            refused(response, 401, "unauthenticated")


def test_description_and_reference_are_open_to_all(db, nobody):
    for address in OPEN:
        assert nobody.get(f"/{address}").status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "Token",
        "Token ",
        "Token credence_wrong",
        "Token \u00e9",
        "Bearer x",
        "Basic YTpi",
        "credence_x",
        "Token " + "x" * 7000,
    ],
)
def test_wrong_credentials_never_fall_through_to_the_session(ben, header, refused):
    ben.headers["Authorization"] = header
    refused(ben.get("me/"), 401, "unauthenticated")


def test_outsider_with_an_account_sees_empty_lists_and_nothing_else(eli, stage, refused):
    for noun in ("sources", "documents", "codebooks", "studies", "assignments", "annotations", "decisions"):
        assert eli.get(f"{noun}/").data == {"results": [], "next": None}, noun
    for path in (
        "documents/harbour-text/",
        "documents/harbour-text/revisions/",
        "documents/harbour-text/revisions/1/",
        "codebooks/small/1/",
        "studies/harbour/",
        "studies/harbour/members/",
        "studies/harbour/assignments/",
        "studies/harbour/agreement/",
        "studies/harbour/export/jsonl/",
        "studies/harbour/events/",
        f"assignments/{stage.assignments['ben'].pk}/",
    ):
        refused(eli.get(path), 404, "not_found")


def test_unknown_address_answers_as_a_thing_that_is_not_there(ben, stage, refused):
    for path in ("nothing/", "studies/nothing/", "studies/harbour", "annotations/x/", "/api/", "/api/v2/me/"):
        refused(ben.get(path), 404, "not_found")


def test_method_that_an_address_does_not_take_is_answered_405_with_those_it_does(ben, refused):
    for method, path in (("PATCH", "annotations/"), ("POST", "me/"), ("OPTIONS", "me/"), ("PUT", "tokens/")):
        response = ben.send(method, path)
        refused(response, 405, "method")
        assert response.headers["Allow"].startswith("GET, HEAD")
        assert "OPTIONS" not in response.headers["Allow"]


def test_head_is_answered_as_get_without_a_body(ben, stage):
    for path in ("me/", f"assignments/{stage.assignments['ben'].pk}/", "studies/harbour/export/csv/"):
        head, get = ben.send("HEAD", path), ben.get(path)
        assert (head.status_code, b"".join(head)) == (200, b"")
        assert head.headers["Content-Type"] == get.headers["Content-Type"]


def test_personal_answers_are_kept_out_of_caches(ben):
    response = ben.get("me/")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert {"Cookie", "Authorization"} <= {name.strip() for name in response.headers["Vary"].split(",")}


def test_answers_are_json_whatever_a_browser_would_rather_have(ben, refused):
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert ben.get("me/", accept=browser).headers["Content-Type"] == "application/json"
    refused(ben.get("me/", accept="text/html"), 406, "not_acceptable")


def test_write_by_session_needs_the_csrf_token_and_one_by_token_does_not(cast, by_token, refused):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.ben)
    response = client.post("/api/v1/tokens/", {"name": "a"}, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (403, "csrf")
    client.cookies["csrftoken"] = "a" * 32
    wrong = client.post("/api/v1/tokens/", {"name": "a"}, content_type="application/json", headers={"X-CSRFToken": "b"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "csrf")
    assert cast.ben.tokens.count() == 0

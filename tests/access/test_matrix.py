"""Who may do what: one row for each operation, one column for each role, by session and by token.

Statuses stand in the order of ROLES: anonymous, outsider, reviewer (his own work open), revealed (submitted, and has
seen the others), adjudicator, lead, curator, staff (superuser), holder (superuser who reviews the same text, blind),
reader (while the study is open).
Paths name ids of tests/access/conftest.py: `cleo` is the assignment of a colleague who has submitted, `theirs` her
passage, `place` her pseudonym, `gold` the adjudicator's assignment, `ben` and `own` the reviewer's, `nobody` an id that
is not there. Every address of the app must have a row.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from annotator.actions.study import close_study
from tests.access.conftest import ROLES, Theatre

ALL = "401 200 200 200 200 200 200 200 200 200"
NOBODY = "401 404 404 404 404 404 404 404 404 404"
PUBLIC = "200 200 200 200 200 200 200 200 200 200"
LEADS_200 = "401 404 404 404 404 200 404 200 200 404"
LEADS_SEE = "302 404 404 404 404 200 404 200 200 404"
LEADS_DO = "302 404 404 404 404 302 404 302 302 404"
KEEPERS = "302 404 404 404 404 302 302 302 302 404"  # the codebook is frozen: they are led to its page
NO_PAGE = "302 404 404 404 404 404 404 404 404 404"
SIGNED_IN = "302 200 200 200 200 200 200 200 200 200"

API = [
    ("GET", "schema/", PUBLIC),
    ("GET", "reference/", PUBLIC),
    ("GET", "me/", ALL),
    ("GET", "tokens/", ALL),
    ("DELETE", "tokens/{nobody}/", NOBODY),
    ("GET", "sources/", ALL),
    ("GET", "sources/1/", NOBODY),
    ("GET", "documents/", ALL),
    ("GET", "documents/{document}/", "401 404 200 200 200 200 200 200 200 404"),
    ("GET", "documents/{document}/revisions/", "401 404 200 200 200 200 200 200 200 404"),
    ("GET", "documents/{document}/revisions/1/", "401 404 200 200 200 200 200 200 200 404"),
    ("GET", "codebooks/", ALL),
    ("GET", "codebooks/small/1/", "401 404 200 200 200 200 200 200 200 200"),
    ("GET", "codebooks/discarded/", ALL),
    ("POST", "codebooks/discarded/nothing/restore/", NOBODY),
    ("POST", "codebooks/", "401 404 404 404 404 400 400 400 400 404"),
    ("PUT", "codebooks/small/1/", "401 404 404 404 404 400 400 400 400 404"),
    ("DELETE", "codebooks/small/1/", "401 404 404 404 404 409 409 409 409 404"),
    ("GET", "codebooks/small/1/faults/", "401 404 404 404 404 200 200 200 200 404"),
    ("GET", "codebooks/small/1/taken-out/", "401 404 404 404 404 200 200 200 200 404"),
    ("POST", "codebooks/small/1/taken-out/", "401 404 404 404 404 400 400 400 400 404"),
    ("POST", "codebooks/small/1/next/", "401 404 404 404 404 201 201 201 201 404"),
    ("POST", "codebooks/small/1/publish/", "401 404 404 404 404 428 428 428 428 404"),
    ("GET", "studies/", ALL),
    ("GET", "studies/{study}/", "401 404 200 200 200 200 404 200 200 200"),
    ("PUT", "studies/{study}/codebook/", "401 404 404 404 404 400 404 400 400 404"),
    ("GET", "studies/{study}/members/", "401 404 200 200 200 200 404 200 200 200"),
    ("GET", "studies/{study}/assignments/", "401 404 200 200 200 200 404 200 200 200"),
    ("GET", "studies/{study}/board/", LEADS_200),
    ("GET", "studies/{study}/questions/", "401 404 404 404 404 200 404 200 403 404"),
    ("GET", "studies/{study}/distribution/?per_text=2", "401 404 404 404 404 200 404 200 200 404"),
    ("POST", "studies/{study}/distribution/", "401 404 404 404 404 400 404 400 400 404"),
    ("GET", "studies/{study}/training/", LEADS_200),
    ("PUT", "studies/{study}/training/", "401 404 404 404 404 400 404 400 400 404"),
    ("POST", "studies/{study}/training/open/", "401 404 404 404 404 428 404 428 428 404"),
    ("POST", "studies/{study}/training/end/", "401 404 404 404 404 428 404 428 428 404"),
    ("GET", "studies/{study}/training/mine/", NOBODY),
    ("GET", "studies/{study}/training/texts/", LEADS_200),
    ("POST", "studies/{study}/training/texts/", "401 404 404 404 404 400 404 400 400 404"),
    ("GET", "studies/{study}/training/texts/{check}/", LEADS_200),
    ("PUT", "studies/{study}/training/texts/{check}/", "401 404 404 404 404 400 404 400 400 404"),
    ("DELETE", "studies/{study}/training/texts/{check}/", "401 404 404 404 404 204 404 204 204 404"),
    ("POST", "studies/{study}/training/texts/{check}/give/", LEADS_200),
    ("GET", "studies/{study}/training/reviewers/", LEADS_200),
    ("POST", "studies/{study}/training/reviewers/{place}/pass/", "401 404 404 404 404 400 404 400 400 404"),
    ("GET", "studies/{study}/beside-gold/", LEADS_200),
    ("GET", "assignments/{cleo}/gold/", NOBODY),
    ("GET", "studies/{study}/agreement/", "401 404 403 200 200 200 404 200 403 403"),
    ("GET", "studies/{study}/agreement/?document={document}", "401 404 403 200 200 200 404 200 403 403"),
    ("GET", "studies/{study}/export/jsonl/", "401 404 200 200 200 200 404 200 200 200"),
    ("GET", "studies/{study}/export/csv/", "401 404 200 200 200 200 404 200 200 200"),
    ("POST", "studies/{study}/import/jsonl/", "401 404 404 404 404 404 404 400 400 404"),
    ("GET", "studies/{study}/events/", "401 404 200 200 200 200 404 200 200 200"),
    ("GET", "studies/{study}/events/?annotation={theirs}", "401 404 200 200 200 200 404 200 200 200"),
    ("GET", "assignments/", ALL),
    ("GET", "assignments/{ben}/", "401 404 200 404 404 404 404 404 404 404"),
    ("GET", "assignments/{cleo}/", "401 404 404 200 200 200 404 200 404 404"),
    ("GET", "assignments/{nobody}/", NOBODY),
    ("GET", "assignments/{ben}/lean/", "401 404 200 404 404 404 404 404 404 404"),
    ("GET", "assignments/{cleo}/lean/", "401 404 404 200 200 200 404 200 404 404"),
    ("GET", "assignments/{cleo}/ratings/", "401 404 404 200 200 200 404 200 404 404"),
    ("GET", "assignments/{cleo}/ratings/credibility/", "401 404 404 200 200 200 404 200 404 404"),
    ("PUT", "assignments/{cleo}/ratings/credibility/", NOBODY),
    ("DELETE", "assignments/{cleo}/ratings/credibility/", NOBODY),
    ("POST", "assignments/{cleo}/ratings/credibility/restore/", NOBODY),
    ("POST", "assignments/{cleo}/submit/", NOBODY),
    ("POST", "assignments/{cleo}/reveal/", NOBODY),
    ("POST", "assignments/{cleo}/revise/", NOBODY),
    ("POST", "assignments/{cleo}/reopen/", "401 404 404 404 404 200 404 200 200 404"),
    ("GET", "annotations/", ALL),
    ("GET", "annotations/{own}/", "401 404 200 404 404 404 404 404 404 404"),
    ("GET", "annotations/{theirs}/", "401 404 404 200 200 200 404 200 404 404"),
    ("PUT", "annotations/{theirs}/", NOBODY),
    ("DELETE", "annotations/{theirs}/", NOBODY),
    ("POST", "annotations/{theirs}/restore/", NOBODY),
    ("PUT", "annotations/{own}/", "401 404 200 404 404 404 404 404 404 404"),
    ("DELETE", "annotations/{own}/", "401 404 204 404 404 404 404 404 404 404"),
    ("GET", "annotations/{theirs}/recoding/", NOBODY),
    ("PUT", "annotations/{theirs}/recoding/", NOBODY),
    ("DELETE", "annotations/{theirs}/recoding/", NOBODY),
    ("PUT", "annotations/{own}/recoding/", "401 404 409 404 404 404 404 404 404 404"),
    ("GET", "studies/{study}/recodings/", "401 404 200 200 200 200 404 200 200 200"),
    ("GET", "comments/", ALL),
    ("GET", "comments/{nobody}/", NOBODY),
    ("PUT", "comments/{nobody}/", NOBODY),
    ("DELETE", "comments/{nobody}/", NOBODY),
    ("POST", "comments/{nobody}/restore/", NOBODY),
    ("GET", "decisions/", ALL),
    ("GET", "decisions/{nobody}/", NOBODY),
    ("PUT", "decisions/{nobody}/", NOBODY),
    ("DELETE", "decisions/{nobody}/", NOBODY),
    ("POST", "decisions/{nobody}/restore/", NOBODY),
    ("POST", "studies/", "401 404 404 404 404 404 404 400 400 404"),
    ("PATCH", "studies/{study}/", "401 404 404 404 404 428 404 428 428 404"),
    ("POST", "studies/{study}/texts/", "401 404 404 404 404 400 404 400 400 404"),
    ("DELETE", "studies/{study}/texts/{document}/1/", "401 404 404 404 404 409 404 409 403 404"),
    ("GET", "studies/{study}/order/", LEADS_200),
    ("PUT", "studies/{study}/order/", "401 404 404 404 404 400 404 400 400 404"),
    ("GET", "studies/{study}/open-work/", LEADS_200),
    ("GET", "studies/{study}/extra-reviews/", "401 404 404 404 404 200 404 200 403 404"),
    ("POST", "studies/{study}/extra-reviews/", "401 404 404 404 404 200 404 200 403 404"),
    ("POST", "studies/{study}/assignments/reclaim/", "401 404 404 404 404 400 404 400 400 404"),
    ("POST", "studies/{study}/assignments/give-back/", "401 404 404 404 404 400 404 400 400 404"),
    ("POST", "studies/{study}/assignments/deadline/", "401 404 404 404 404 400 404 400 400 404"),
    ("POST", "studies/{study}/close/", "401 404 404 404 404 409 404 409 409 404"),
    ("POST", "studies/{study}/reopen/", LEADS_200),
    ("POST", "studies/{study}/members/", "401 404 404 404 404 400 404 400 400 404"),
    ("POST", "studies/{study}/assignments/", "401 404 404 404 404 400 404 400 400 404"),
    ("GET", "studies/{study}/members/{place}/", "401 404 404 404 200 200 404 200 200 404"),
    ("PUT", "studies/{study}/members/{place}/", LEADS_200),
    ("DELETE", "studies/{study}/members/{place}/", "401 404 404 404 404 204 404 204 204 404"),
    ("POST", "studies/{study}/members/{place}/password-link/", "401 404 404 404 404 201 404 201 201 404"),
    ("GET", "studies/{study}/invitations/", LEADS_200),
    ("POST", "studies/{study}/invitations/", "401 404 404 404 404 201 404 201 201 404"),
    ("DELETE", "studies/{study}/invitations/{invitation}/", "401 404 404 404 404 204 404 204 204 404"),
    ("GET", "studies/{study}/codes/", LEADS_200),
    ("POST", "studies/{study}/codes/", "401 404 404 404 404 201 404 201 201 404"),
    ("DELETE", "studies/{study}/codes/{code}/", "401 404 404 404 404 204 404 204 204 404"),
]
PAGES = [
    ("GET", "/", SIGNED_IN),
    ("GET", "/login/", PUBLIC),
    ("GET", "/account/", SIGNED_IN),
    ("GET", "/account/password/", SIGNED_IN),
    ("GET", "/account/tokens/", SIGNED_IN),
    ("GET", "/assignments/{ben}/", "302 404 200 404 404 404 404 404 404 404"),
    ("GET", "/assignments/{cleo}/", "302 404 404 404 404 404 404 404 404 404"),
    ("GET", "/assignments/{cleo}/text/", "302 404 404 404 404 404 404 404 404 404"),
    ("GET", "/assignments/{cleo}/adjudicate/", NO_PAGE),
    ("GET", "/assignments/{cleo}/gold/", NO_PAGE),
    ("GET", "/assignments/{gold}/adjudicate/", "302 404 404 404 200 404 404 404 404 404"),
    ("GET", "/studies/", SIGNED_IN),
    ("GET", "/studies/{study}/", "302 404 200 200 200 200 404 200 200 200"),
    ("GET", "/studies/{study}/board/", LEADS_SEE),
    ("GET", "/studies/{study}/board.csv", LEADS_SEE),
    ("GET", "/studies/{study}/questions/", LEADS_SEE),
    ("GET", "/studies/{study}/history/", "302 404 200 200 200 200 404 200 200 200"),
    ("GET", "/studies/{study}/history/passages/{theirs}/", "302 404 404 404 200 200 404 200 404 404"),
    ("GET", "/studies/{study}/history/passages/{own}/", "302 404 200 404 404 404 404 404 404 404"),
    ("GET", "/studies/{study}/history/nothing/undo/", NO_PAGE),
    ("GET", "/studies/{study}/documents/{document}/history/", "302 404 200 200 200 200 404 200 200 404"),
    ("GET", "/studies/{study}/over-time/", "302 404 200 200 200 200 404 200 200 200"),
    ("GET", "/studies/{study}/rounds/", "302 404 200 200 200 200 404 200 200 200"),
    ("GET", "/studies/new/", "302 404 404 404 404 404 404 200 200 404"),
    ("GET", "/studies/{study}/setup/", LEADS_SEE),
    ("GET", "/studies/{study}/texts/", LEADS_SEE),
    ("GET", "/studies/{study}/open-work/", LEADS_SEE),
    ("GET", "/studies/{study}/extra-reviews/", LEADS_SEE),
    ("GET", "/studies/{study}/gold/", LEADS_SEE),
    ("GET", "/studies/{study}/training/", LEADS_SEE),
    ("GET", "/studies/{study}/training/texts/{check}/", NO_PAGE),  # its gold is not submitted yet
    ("GET", "/studies/{study}/beside-gold/", LEADS_SEE),
    ("GET", "/studies/{study}/distribute/", "302 404 404 404 404 200 404 200 200 404"),
    ("GET", "/studies/{study}/report/", "302 404 200 200 200 200 404 200 200 200"),
    ("GET", "/studies/{study}/documents/{document}/", "302 404 200 200 200 200 404 200 200 200"),
    ("GET", "/studies/{study}/pairs/", "302 404 200 200 200 200 404 200 200 200"),
    ("GET", "/studies/{study}/reviewers/?of=label-fact", "302 404 200 200 200 200 404 200 200 200"),
    ("GET", "/studies/{study}/figures/labels.csv", "302 404 403 200 200 200 404 200 403 403"),
    ("GET", "/studies/{study}/figures/pairs.csv?of=label-fact", "302 404 403 200 200 200 404 200 403 403"),
    ("GET", "/studies/{study}/documents/{document}/pairs/?of=all", "302 404 200 200 200 200 404 200 200 200"),
    ("GET", "/studies/{study}/documents/{document}/reviewers/", "302 404 200 200 200 200 404 200 200 200"),
    ("GET", "/studies/{study}/documents/{document}/figures/labels.csv", "302 404 403 200 200 200 404 200 403 403"),
    ("GET", "/method/", SIGNED_IN),
    ("GET", "/codebooks/", "302 200 302 302 302 200 200 200 200 302"),
    ("GET", "/codebooks/new/", "302 404 404 404 404 200 200 200 200 404"),
    ("GET", "/codebooks/small/1/", "302 404 200 200 200 200 200 200 200 200"),
    ("GET", "/codebooks/small/1/labels.css", "302 404 200 200 200 200 200 200 200 200"),
    ("GET", "/studies/{study}/codebook/", LEADS_SEE),
    (
        "GET",
        "/studies/{study}/documents/{document}/discussion/",
        "302 404 200 200 200 200 404 200 200 200",
    ),
    ("GET", "/studies/{study}/recode/", "302 404 200 200 200 200 404 200 200 200"),
    ("GET", "/studies/{study}/members/", LEADS_SEE),
    ("GET", "/studies/{study}/members/{place}/", LEADS_SEE),
    ("GET", "/studies/{study}/invitations/", LEADS_SEE),
    ("GET", "/studies/{study}/codes/", LEADS_SEE),
    ("GET", "/join/", PUBLIC),
    ("GET", "/join/study/", "302 302 302 302 302 302 302 302 302 302"),  # to the door, without a way in
    ("GET", "/new-password/", PUBLIC),
    ("GET", "/new-password/set/", "302 302 302 302 302 302 302 302 302 302"),
    ("GET", "/password-links/", "302 404 404 404 404 404 404 200 200 404"),
    ("GET", "/codebooks/small/1/codebook.toml", "302 404 200 200 200 200 200 200 200 200"),
    ("GET", "/codebooks/small/1/edit/", KEEPERS),
    ("GET", "/codebooks/small/1/edit/label/", KEEPERS),
    ("GET", "/codebooks/small/1/edit/label/fact/", KEEPERS),
    ("GET", "/codebooks/small/1/edit/scale/", KEEPERS),
    ("GET", "/codebooks/small/1/edit/scale/slant/", KEEPERS),
    ("GET", "/healthz", PUBLIC),
    ("GET", "/readyz", PUBLIC),
    ("GET", "/admin/", "302 302 302 302 302 302 200 200 200 302"),
    ("GET", "/admin/annotator/annotation/", "302 302 302 302 302 302 403 200 200 302"),
    ("GET", "/admin/annotator/study/", "302 302 302 302 302 302 403 200 200 302"),
    ("GET", "/admin/sources/document/", "302 302 302 302 302 302 200 200 200 302"),
    ("GET", "/admin/annotator/user/", "302 302 302 302 302 302 403 200 200 302"),
]
WRITES = [
    ("POST", "/studies/new/", "302 404 404 404 404 404 404 400 400 404"),
    ("POST", "/studies/{study}/setup/", "302 404 404 404 404 400 404 400 400 404"),
    ("POST", "/studies/{study}/open-work/", "302 404 404 404 404 400 404 400 400 404"),
    ("POST", "/studies/{study}/extra-reviews/", "302 404 404 404 404 302 404 302 403 404"),
    ("POST", "/studies/{study}/texts/", "302 404 404 404 404 400 404 400 400 404"),
    ("POST", "/studies/{study}/gold/", "302 404 404 404 404 400 404 400 400 404"),
    ("POST", "/logout/", "302 302 302 302 302 302 302 302 302 302"),
    ("POST", "/account/tokens/{nobody}/revoke/", "302 404 404 404 404 404 404 404 404 404"),
    ("POST", "/assignments/{cleo}/reveal/", "302 404 404 404 404 404 404 404 404 404"),
    ("POST", "/assignments/{cleo}/revise/", "302 404 404 404 404 404 404 404 404 404"),
    ("POST", "/assignments/{gold}/adjudicate/", "302 404 404 404 400 404 404 404 404 404"),
    ("POST", "/studies/{study}/history/nothing/undo/", NO_PAGE),
    ("POST", "/studies/{study}/training/", "302 404 404 404 404 400 404 400 400 404"),
    ("POST", "/studies/{study}/invitations/{invitation}/revoke/", LEADS_DO),
    ("POST", "/studies/{study}/codes/{code}/revoke/", LEADS_DO),
    ("POST", "/password-links/{nobody}/revoke/", "302 404 404 404 404 404 404 404 404 404"),
    ("POST", "/codebooks/discarded/nothing/restore/", NO_PAGE),
    ("POST", "/codebooks/new/", "302 404 404 404 404 400 400 400 400 404"),
    ("POST", "/codebooks/small/1/next/", KEEPERS),
    ("POST", "/codebooks/small/1/edit/", "302 404 404 404 404 409 409 409 409 404"),
    ("POST", "/codebooks/small/1/edit/publish/", KEEPERS),
    ("POST", "/codebooks/small/1/edit/discard/", KEEPERS),
    ("POST", "/codebooks/small/1/edit/restore/", NO_PAGE),
    ("POST", "/codebooks/small/1/edit/label/fact/", "302 404 404 404 404 400 400 400 400 404"),
    ("POST", "/codebooks/small/1/edit/scale/slant/", "302 404 404 404 404 400 400 400 400 404"),
]
SPAN = {"label": "fact", "start": 0, "end": 7, "quote": "Harbour", "note": "", "ratings": []}


def body_of(method: str, path: str, theatre: Theatre) -> dict[str, Any]:
    """A sound body, so that a refusal can only be about who asks."""
    if method == "PUT" and "ratings/" in path:
        return {"point": 3, "evidence": []}
    if "comments/" in path:
        return {"words": "Why?"} if method == "PUT" else {}
    if path.endswith("recoding/"):
        return {"label": None, "codebook_version": 1} if method == "PUT" else {}
    if method == "PUT" and "decisions/" in path:
        votes = [theatre.ids["theirs"]]
        return {"assignment": theatre.ids["cleo"], "start": 0, "end": 7, "outcome": "contested", "votes": votes}
    if method == "PUT" and "members/" in path:
        return {"role": "reader"}
    if method == "PUT":
        return {**SPAN, "assignment": theatre.ids["ben" if "{own}" in path else "cleo"]}
    if path.endswith("/codes/"):
        return {"places": 3}
    return {"reason": "because"} if re.search("assignments/.*(revise|reopen)/$", path) else {}


def ask(client: Client, method: str, path: str, theatre: Theatre) -> int:
    """Send one request, take back what it did, and return the status."""
    kind = "application/x-ndjson" if "import/" in path else "application/json"
    headers = {"if-match": '"1"'} if method in ("PUT", "DELETE") else {}
    body = "" if method == "GET" else json.dumps(body_of(method, path, theatre))
    cookies, mark = client.cookies.copy(), transaction.savepoint()
    answer = client.generic(method, path.format(**theatre.ids), body, content_type=kind, headers=headers)
    if answer.streaming:
        b"".join(answer.streaming_content)
    transaction.savepoint_rollback(mark)
    client.cookies = cookies
    return answer.status_code


def expected(rows: list[tuple[str, str, str]], role: str) -> dict[str, int]:
    """The column of a role: operation -> status."""
    return {f"{method} {path}": int(statuses.split()[ROLES.index(role)]) for method, path, statuses in rows}


def found(rows: list[tuple[str, str, str]], client: Client, theatre: Theatre, prefix: str = "") -> dict[str, int]:
    """What the views really answer."""
    return {f"{method} {path}": ask(client, method, prefix + path, theatre) for method, path, _ in rows}


@pytest.mark.halved
@pytest.mark.parametrize("role", ROLES)
def test_pages(role: str, make_theatre: Callable[..., Theatre]) -> None:
    theatre, rows = make_theatre(), [*PAGES, *WRITES]
    assert found(rows, theatre.client(role), theatre) == expected(rows, role)


@pytest.mark.halved
@pytest.mark.parametrize("role", ROLES)
def test_api_by_session(role: str, make_theatre: Callable[..., Theatre]) -> None:
    theatre = make_theatre()
    assert found(API, theatre.client(role), theatre, "/api/v1/") == expected(API, role)


@pytest.mark.halved
@pytest.mark.parametrize("role", ROLES[1:])
@pytest.mark.parametrize("scope", ["write", "read"])
def test_api_by_token(role: str, scope: str, make_theatre: Callable[..., Theatre]) -> None:
    """A token acts as its owner, less its scope; tokens are made and ended in a session only."""
    theatre = make_theatre()
    wanted = expected(API, role)
    for operation in wanted:
        method, path = operation.split()
        in_session_only = path.startswith("tokens/") or path.endswith("password-link/")
        if in_session_only or (scope == "read" and method != "GET"):
            wanted[operation] = 403
    assert found(API, theatre.client(role, scope), theatre, "/api/v1/") == wanted


def test_an_unknown_token_opens_what_is_open_to_all_and_nothing_else(make_theatre: Callable[..., Theatre]) -> None:
    theatre = make_theatre()
    stranger = Client(headers={"authorization": "Token credence_of-nobody"})
    wanted = expected(API, "anonymous")
    assert found(API, stranger, theatre, "/api/v1/") == wanted
    assert set(wanted.values()) == {200, 401}


def test_a_token_opens_no_page(make_theatre: Callable[..., Theatre]) -> None:
    theatre, rows = make_theatre(), [*PAGES, *WRITES]
    assert found(rows, theatre.client("staff", "write"), theatre) == expected(rows, "anonymous")


CLOSED = [
    ("GET", "studies/{study}/agreement/", 200),
    ("GET", "studies/{study}/agreement/?document={document}", 200),
    ("GET", "studies/{study}/export/jsonl/", 200),
    ("GET", "documents/{document}/", 404),
    ("GET", "documents/{document}/revisions/1/", 404),
    ("GET", "assignments/{cleo}/", 404),
    ("GET", "annotations/{theirs}/", 404),
    ("POST", "assignments/{cleo}/reopen/", 404),
    ("POST", "studies/{study}/members/", 404),
]


def test_a_reader_of_a_closed_study_reads_its_figures_and_no_reviewers_work(
    make_theatre: Callable[..., Theatre], cast: Any
) -> None:
    theatre = make_theatre()
    close_study(actor=cast.ada, study=theatre.stage.study)
    wanted = {f"{method} {path}": status for method, path, status in CLOSED}
    assert found(CLOSED, theatre.client("reader"), theatre, "/api/v1/") == wanted
    for path in ("annotations/", "assignments/", "studies/{study}/assignments/"):
        listed = theatre.client("reader").get(f"/api/v1/{path}".format(**theatre.ids)).json()
        assert listed["results"] == [], path
    exported = theatre.client("reader").get("/api/v1/studies/{study}/export/jsonl/".format(**theatre.ids))
    assert theatre.ids["theirs"] not in b"".join(exported.streaming_content).decode()


NAMES = re.compile(r"\b(ada|ben|cleo|dora|fay|lou|kim|rea|gus|eli)\b")


@pytest.mark.parametrize("role", ["revealed", "adjudicator"])
def test_no_name_reaches_whoever_does_not_run_the_study(role: str, make_theatre: Callable[..., Theatre]) -> None:
    """Not even where others' work is shown: there are pseudonyms, and one's own name."""
    theatre = make_theatre()
    client, own = theatre.client(role), theatre.people[role].username
    for method, path, _ in [*PAGES, *((method, f"/api/v1/{path}", statuses) for method, path, statuses in API)]:
        if method == "GET":
            answer = client.get(path.format(**theatre.ids))
            said = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert set(NAMES.findall(said.decode())) <= {own}, path


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
    assert open_doors == {"schema/", "reference/", "/login/", "/join/", "/new-password/", "/healthz", "/readyz"}

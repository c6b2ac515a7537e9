"""Blind means blind: everything a blind viewer can GET is the same, byte for byte, before and after a colleague works.

The addresses are those of the access matrix, with filters, the ids that the colleague's work will have, and the
admin's pages. Request ids, form tokens and dates, which differ at every request, are taken out first.
"""

import json
import os
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import reverse

from annotator.ids import uuid7
from tests.access.conftest import Theatre, Worker, go_on, work_openly
from tests.access.test_matrix import API, PAGES, PUBLIC

FILTERED = [
    "annotations/?study={study}",
    "annotations/?document={document}",
    "annotations/?assignment={cleo}",
    "annotations/?label=opinion",
    "annotations/?limit=1",
    "assignments/?study={study}",
    "assignments/?state=submitted",
    "decisions/?study={study}",
    "studies/{study}/export/assignments-csv/",
    "studies/{study}/assignments/?limit=1",
    "studies/{study}/members/?limit=1",
]
CHANGING = re.compile(
    rb'csrfmiddlewaretoken" value="[^"]*"|"request_id": ?"[^"]*"|"exported_at":"[^"]*"|"last_used_at": ?"[^"]*"'
)
VOLATILE_HEADERS = {"Date", "Expires", "Set-Cookie"}


def admin_paths(rows: dict[str, list[str]]) -> list[str]:
    """The lists of every model, searched and filtered, and the pages of single rows."""
    found = ["/admin/"]
    for model, site in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found.append(reverse(f"{name}_changelist"))
        if site.search_fields:
            found.append(f"{found[-1]}?q=ferry")
        for key in rows.get(model._meta.model_name, []):
            found += [reverse(f"{name}_change", args=[key]), reverse(f"{name}_history", args=[key])]
    return found


def paths_for(theatre: Theatre, ids: list[str], staff: bool) -> list[str]:
    """Every address worth asking, `ids` of the colleague's work included whether or not it is there yet."""
    private = [(method, path) for method, path, statuses in API if statuses != PUBLIC]
    chosen = [f"/api/v1/{path}" for method, path in private if method == "GET" and "tokens" not in path]
    chosen += [path for _, path, _ in PAGES if not path.startswith("/admin/")]
    chosen += [f"/api/v1/{path}" for path in FILTERED]
    found = [path.format(**{"theirs": theatre.ids["nobody"], **theatre.ids}) for path in chosen]
    for name in ids:
        found += [f"/api/v1/annotations/{name}/", f"/api/v1/assignments/{name}/", f"/assignments/{name}/text/"]
        found += [f"/api/v1/assignments/{name}/lean/", f"/api/v1/decisions/{name}/"]
        found.append(f"/api/v1/annotations/{name}/recoding/")
        found.append(f"/assignments/{name}/adjudicate/")
    if staff:
        own = [str(theatre.stage.assignments[name].pk) for name in ("ben", "cleo", "fay", "gus")]
        study = str(theatre.stage.study.pk)
        found += admin_paths({"annotation": ids, "assignment": own, "study": [study]})
    return found


def look(client: Client, method: str, path: str) -> tuple[int, list[tuple[str, str]], str]:
    """Status, headers and body of one address, without what differs every time."""
    answer = getattr(client, method)(path)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    unsteady = VOLATILE_HEADERS | ({"Content-Length"} if b"request_id" in body else set())
    headers = sorted(item for item in answer.headers.items() if item[0] not in unsteady)
    return answer.status_code, headers, CHANGING.sub(b"", body).decode()


def snapshot(client: Client, paths: list[str]) -> dict[str, tuple[int, list[tuple[str, str]], str]]:
    """What each address answers to GET. A token opens the API only; pages would all lead to the sign-in."""
    by_token = "HTTP_AUTHORIZATION" in client.defaults
    return {path: look(client, "get", path) for path in paths if not by_token or path.startswith("/api/")}


def head_without_body(seen: tuple[int, list[tuple[str, str]], str]) -> tuple[int, list[tuple[str, str]]]:
    status, headers, _ = seen
    return status, [item for item in headers if item[0] != "Content-Length"]


def differing(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [path for path in before if before[path] != after[path]]


def prepare(theatre: Theatre, viewer: str) -> None:
    """Bring the viewer into the state that the name says."""
    ben = Worker(theatre.stage.assignments["ben"], theatre.stage)
    if viewer == "reviewer who submitted":
        ben.submit()


VIEWERS = {
    "reviewer": "reviewer",
    "reviewer who submitted": "reviewer",
    "holder": "holder",
    "outsider": "outsider",
    "curator": "curator",
    "reader": "reader",
    "anonymous": "anonymous",
}
TRUSTED = ("revealed", "adjudicator", "lead", "staff")

# Staff who run studies follow which assignments are submitted; that, and nothing of the work, may change there.
PROGRESS = re.compile(
    r"(/api/v1/studies/harbour/(assignments|board|open-work)/"
    r"|/studies/harbour/($|board|members/|distribute/|setup/|texts/|open-work/|gold/|training/$)"
    r"|/admin/annotator/(assignment|study)/).*"
)


RULES = ("until_submitted", "until_closed")
# The gate looks through every viewer's eyes under one rule, and the reviewer's under both; `--full` under both always.
EVERY = [(viewer, rule) for viewer in VIEWERS for rule in RULES]
SAMPLE = [(viewer, rule) for place, (viewer, rule) in enumerate(EVERY) if place % 4 in (0, 3) or viewer == "reviewer"]


@pytest.mark.halved
@pytest.mark.parametrize(("viewer", "blinding"), EVERY if os.environ.get("CREDENCE_FULL") else SAMPLE)
def test_nothing_a_blind_viewer_gets_changes(
    viewer: str, blinding: str, make_theatre: Callable[..., Theatre], cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    theatre = make_theatre(blinding=blinding, worked=False)
    prepare(theatre, viewer)
    role = VIEWERS[viewer]
    clients = clients_of(theatre, role)
    ids = rehearse(theatre, cast.ada, monkeypatch)
    paths = paths_for(theatre, ids, staff=role in ("holder", "curator"))
    before = [snapshot(client, paths) for client in clients]
    work_openly(theatre)
    for client, earlier in zip(clients, before, strict=True):
        assert differing(earlier, snapshot(client, paths)) == []
    assert set(go_on(theatre, cast.ada)) & set(ids)
    for client, earlier in zip(clients, before, strict=True):
        later = snapshot(client, paths)
        changed = differing(earlier, later)
        assert [path for path in changed if role != "holder" or not PROGRESS.fullmatch(path)] == []
        strange = [
            path for path in later if head_without_body(look(client, "head", path)) != head_without_body(later[path])
        ]
        assert strange == [], "HEAD tells no more than GET"


@pytest.mark.halved
@pytest.mark.parametrize("role", TRUSTED)
def test_work_that_is_not_submitted_changes_nothing_for_those_who_see_all_that_is(
    role: str, make_theatre: Callable[..., Theatre], cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    theatre = make_theatre(worked=False, begun=False)
    if role == "revealed":
        fay = Worker(theatre.stage.assignments["fay"], theatre.stage)
        fay.submit()
        fay.reveal()
    clients = clients_of(theatre, role)
    paths = paths_for(theatre, rehearse(theatre, cast.ada, monkeypatch), staff=role == "staff")
    before = [snapshot(client, paths) for client in clients]
    work_openly(theatre)
    for client, earlier in zip(clients, before, strict=True):
        assert differing(earlier, snapshot(client, paths)) == []


def clients_of(theatre: Theatre, role: str) -> list[Client]:
    """The role's session and, but for nobody's, a token that has been used before."""
    if role == "anonymous":
        return [theatre.client(role)]
    by_token = theatre.client(role, "read")
    by_token.get("/api/v1/me/")
    return [theatre.client(role), by_token]


def rehearse(theatre: Theatre, actor: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Do the colleague's work once, take it back, and return its ids: the passages will have the same ones again."""
    minted: list[Any] = []

    def remember() -> Any:
        minted.append(uuid7())
        return minted[-1]

    monkeypatch.setattr("tests.access.conftest.uuid7", remember)
    mark = transaction.savepoint()
    ids = work_openly(theatre) + go_on(theatre, actor)
    transaction.savepoint_rollback(mark)
    for assignment in theatre.stage.assignments.values():
        assignment.refresh_from_db()
    monkeypatch.setattr("tests.access.conftest.uuid7", iter(list(minted)).__next__)
    return ids


def test_the_comparison_notices_what_a_reveal_shows(
    make_theatre: Callable[..., Theatre], cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: once ben has submitted and revealed, what he gets does change."""
    theatre = make_theatre(worked=False)
    ids = rehearse(theatre, cast.ada, monkeypatch)
    ben, client = Worker(theatre.stage.assignments["ben"], theatre.stage), theatre.client("reviewer")
    ben.submit()
    ben.reveal()
    paths = paths_for(theatre, ids, staff=False)
    before = snapshot(client, paths)
    work_openly(theatre)
    assert differing(before, snapshot(client, paths)) == [], "what is not submitted exists for its author alone"
    go_on(theatre, cast.ada)
    changed = "\n".join(differing(before, snapshot(client, paths)))
    for part in ("/agreement/", "/export/jsonl/", "/annotations/?", f"/annotations/{ids[0]}/", "/documents/"):
        assert part in changed, part


SPAN = {"label": "fact", "start": 0, "end": 7, "quote": "Harbour", "note": "", "ratings": []}
REFUSED = [
    *((method, "/api/v1/annotations/{passage}/") for method in ("GET", "HEAD", "DELETE", "PATCH", "PUT")),
    ("POST", "/api/v1/annotations/{passage}/restore/"),
    ("POST", "/api/v1/decisions/{passage}/restore/"),
    ("POST", "/api/v1/assignments/{assignment}/ratings/credibility/restore/"),
    *((method, "/api/v1/annotations/{passage}/recoding/") for method in ("GET", "HEAD", "DELETE", "PUT")),
    *((method, "/api/v1/assignments/{assignment}/") for method in ("GET", "HEAD", "DELETE", "PATCH", "PUT")),
    *(("POST", f"/api/v1/assignments/{{assignment}}/{act}/") for act in ("submit", "reveal", "revise", "reopen")),
    ("GET", "/api/v1/assignments/{assignment}/lean/"),
    ("GET", "/api/v1/assignments/{assignment}/ratings/"),
    *((method, "/api/v1/assignments/{assignment}/ratings/credibility/") for method in ("GET", "HEAD", "DELETE", "PUT")),
    *((method, "/api/v1/decisions/{passage}/") for method in ("GET", "HEAD", "DELETE", "PUT")),
    *(("GET", f"/assignments/{{assignment}}/{page}") for page in ("", "text/", "adjudicate/")),
    *(("POST", f"/assignments/{{assignment}}/{act}/") for act in ("reveal", "revise", "adjudicate")),
    ("GET", "/api/v1/annotations/?assignment={assignment}"),
]


@pytest.mark.halved
@pytest.mark.parametrize("role", ["outsider", "reviewer", "curator", "holder"])
def test_not_there_and_not_yours_are_the_same_words(role: str, make_theatre: Callable[..., Theatre]) -> None:
    """Whatever is asked of a colleague's passage or assignment, sound or not, submitted or open."""
    theatre = make_theatre()
    client, nobody = theatre.client(role), theatre.ids["nobody"]
    hers = {"passage": theatre.ids["theirs"], "assignment": theatre.ids["cleo"]}
    whose = [hers] if role == "reviewer" else [hers, {"passage": theatre.ids["own"], "assignment": theatre.ids["ben"]}]
    for method, path in REFUSED:
        body: dict[str, Any] = {"reason": "because"} if path.endswith(("revise/", "reopen/")) else {}
        if method == "PUT":
            body = {"point": 3, "evidence": []} if "ratings" in path else {**SPAN, "assignment": theatre.ids["ben"]}
            if "recoding" in path:
                body = {"label": None, "codebook_version": 1}
            if "decisions" in path:
                body = {"start": 0, "end": 7, "outcome": "contested", "votes": [theatre.ids["theirs"]]}
                body |= {"assignment": theatre.ids["cleo"]}
        for theirs in whose:
            if path.endswith("reopen/") and role == "holder":
                continue  # whoever runs the study may reopen work unseen
            said = []
            for names in (theirs, {"passage": nobody, "assignment": nobody}):
                mark = transaction.savepoint()
                answer = client.generic(
                    method,
                    path.format(**names),
                    "" if method in ("GET", "HEAD") else json.dumps(body),
                    content_type="application/json",
                    headers={"if-match": '"1"'},
                )
                transaction.savepoint_rollback(mark)
                words = CHANGING.sub(b"", answer.content).decode().replace(names["assignment"], "")
                said.append((answer.status_code, answer.headers.get("ETag"), words))
            assert said[0] == said[1], (method, path)


def test_a_colleagues_id_is_taken_in_words_that_name_nobody(make_theatre: Callable[..., Theatre]) -> None:
    theatre = make_theatre()
    answer = theatre.client("reviewer").put(
        f"/api/v1/annotations/{theatre.ids['theirs']}/",
        json.dumps({**SPAN, "assignment": theatre.ids["ben"]}),
        content_type="application/json",
        headers={"if-none-match": "*"},
    )
    said = answer.content.decode()
    assert (answer.status_code, answer.json()["code"]) == (409, "id_taken")
    assert not any(name in said for name in ("cleo", theatre.ids["cleo"], "current"))

"""Many at once, and killed in the middle: what was answered is there, once, and nothing is there that must not be."""

import json
import os
import random
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from typing import Any

from tests.processes import Client, Server, demo_database, manage, run_script, tokens_of

FULL = bool(os.environ.get("CREDENCE_FULL"))
ROUNDS = 200 if FULL else 40
WRITERS = 16
KILLS = 10 if FULL else 1

LATE = """
from annotator.models import Event
late, submitted = 0, set()
for event in Event.objects.filter(ledger__study__slug="seeds", assignment__isnull=False).order_by("seq"):
    if event.verb == "submitted":
        submitted.add(event.assignment_id)
    elif event.verb == "reopened":
        submitted.discard(event.assignment_id)
    elif event.kind == "annotation" and event.assignment_id in submitted:
        late += 1
print(late)
"""

STORED = """
import json
from annotator.models import Annotation
found = Annotation.objects.filter(assignment__study__slug="seeds")
print(json.dumps([str(pk) for pk in found.values_list("pk", flat=True)]))
"""


def both_at_once(pool: ThreadPoolExecutor, first: Any, second: Any) -> tuple[Any, Any]:
    """Run two calls that wait for each other before they begin."""
    barrier = threading.Barrier(2)

    def run(call: Any) -> Any:
        barrier.wait()
        return call()

    futures = [pool.submit(run, call) for call in (first, second)]
    return futures[0].result(), futures[1].result()


def test_two_windows_never_store_overlapping_passages_of_one_label(tmp_path: Path) -> None:
    """The two windows speak to two server processes, so that no lock inside one process can help."""
    with demo_database(tmp_path) as environment, Server(environment, tmp_path / "log") as one:
        with Server(environment, tmp_path / "log2") as other, ThreadPoolExecutor(2) as pool:
            ben = tokens_of(environment, "reviewer1")["reviewer1"]
            windows = [Client(one.port, ben["token"]), Client(other.port, ben["token"])]
            work = ben["assignments"][0]
            answers: Counter[Any] = Counter()
            for turn in range(ROUNDS):
                start = turn * 40
                spans = ((start, start + 20), (start + 10, start + 30))
                pair = both_at_once(
                    pool,
                    *(
                        lambda window=window, span=span: window.create(
                            work["id"], str(uuid.uuid4()), work["text"], *span, "fact"
                        )
                        for window, span in zip(windows, spans, strict=True)
                    ),
                )
                answers[tuple(sorted((status, (body or {}).get("code", "")) for status, body in pair))] += 1
        assert answers == {((201, ""), (409, "overlap")): ROUNDS}
        assert "Everything stored is as promised." in manage(environment, "verify").stdout


def test_nothing_is_saved_after_a_submission(tmp_path: Path) -> None:
    with demo_database(tmp_path) as environment, Server(environment, tmp_path / "log") as server:
        users = tokens_of(environment, "reviewer1", "admin")
        work = users["reviewer1"]["assignments"][0]
        window, other = (Client(server.port, users["reviewer1"]["token"]) for _ in range(2))
        lead = Client(server.port, users["admin"]["token"])
        path = f"/api/v1/assignments/{work['id']}"
        saved: Counter[Any] = Counter()
        with ThreadPoolExecutor(2) as pool:
            for turn in range(ROUNDS):
                start = turn * 40
                (status, body), (submitted, _) = both_at_once(
                    pool,
                    lambda start=start: window.create(
                        work["id"], str(uuid.uuid4()), work["text"], start, start + 20, "fact"
                    ),
                    lambda: other.send("POST", f"{path}/submit/", {"accept_gaps": True}),
                )
                assert submitted == 200
                saved[(status, (body or {}).get("code"))] += 1
                assert lead.send("POST", f"{path}/reopen/", {"reason": "next turn"})[0] == 200
        assert set(saved) <= {(201, None), (409, "submitted")}, saved
        assert run_script(environment, LATE).strip() == "0"
        assert "Everything stored is as promised." in manage(environment, "verify").stdout


def write_until_stopped(
    client: Client, work: dict[str, Any], chance: random.Random, first: int, stop: threading.Event
) -> dict[str, Any]:
    """Create passages one after another; note each id as answered, or as cut off with what was sent."""
    answered, cut = [], []
    for turn in range(first, len(work["text"]) // 12 - 1):
        if stop.is_set():
            break
        name = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        request = (work["id"], name, work["text"], turn * 12, turn * 12 + 10, "fact")
        try:
            status, body = client.create(*request)
        except (OSError, HTTPException):
            cut.append(request)
            break
        assert status == 201, (status, body)
        answered.append(name)
    return {"answered": answered, "cut": cut, "next": first + len(answered) + len(cut)}


def test_sixteen_writers_and_kill_nine_lose_and_double_nothing(tmp_path: Path) -> None:
    names = ("admin", "reviewer1", "reviewer2", "reviewer3", "reviewer4")
    chance = random.Random(9)
    with demo_database(tmp_path) as environment, Server(environment, tmp_path / "log") as server:
        users = tokens_of(environment, *names)
        desks = [(user["token"], work) for user in users.values() for work in user["assignments"]][:WRITERS]
        first, expected = [0] * WRITERS, set()
        for _ in range(KILLS):
            stop = threading.Event()
            with ThreadPoolExecutor(WRITERS) as pool:
                futures = [
                    pool.submit(
                        write_until_stopped,
                        Client(server.port, token),
                        work,
                        random.Random(chance.random()),
                        first[desk],
                        stop,
                    )
                    for desk, (token, work) in enumerate(desks)
                ]
                time.sleep(chance.uniform(2, 4))
                server.kill()
                stop.set()
                done = [future.result() for future in futures]
            answered = {name for desk in done for name in desk["answered"]}
            assert len(answered) > WRITERS, "too few writes to prove anything"
            server.start()
            stored = set(json.loads(run_script(environment, STORED)))
            assert expected | answered <= stored, f"lost: {(expected | answered) - stored}"
            for (token, _), desk in zip(desks, done, strict=True):
                for request in desk["cut"]:
                    for _ in range(2):  # sent again, and once more: the same row
                        status, body = Client(server.port, token).create(*request)
                        assert status in (200, 201), (status, body)
            expected |= answered | {request[1] for desk in done for request in desk["cut"]}
            first = [desk["next"] for desk in done]
            assert set(json.loads(run_script(environment, STORED))) == expected
        assert "Everything stored is as promised." in manage(environment, "verify").stdout


def test_the_same_create_sixteen_times_at_once_is_one_row(tmp_path: Path) -> None:
    with demo_database(tmp_path) as environment, Server(environment, tmp_path / "log") as server:
        ben = tokens_of(environment, "reviewer1")["reviewer1"]
        work, name = ben["assignments"][0], str(uuid.uuid4())
        barrier = threading.Barrier(WRITERS)

        def send(_: int) -> int:
            client = Client(server.port, ben["token"])
            barrier.wait()
            return client.create(work["id"], name, work["text"], 0, 10, "fact")[0]

        with ThreadPoolExecutor(WRITERS) as pool:
            statuses = Counter(pool.map(send, range(WRITERS)))
        assert statuses == {201: 1, 200: WRITERS - 1}
        assert json.loads(run_script(environment, STORED)) == [name]


def test_of_eight_edits_of_one_version_exactly_one_wins(tmp_path: Path) -> None:
    with demo_database(tmp_path) as environment, Server(environment, tmp_path / "log") as server:
        ben = tokens_of(environment, "reviewer1")["reviewer1"]
        work, name = ben["assignments"][0], str(uuid.uuid4())
        client = Client(server.port, ben["token"])
        assert client.create(work["id"], name, work["text"], 0, 10, "fact")[0] == 201
        barrier = threading.Barrier(8)

        def edit(turn: int) -> int:
            body = {"assignment": work["id"], "label": "fact", "start": 0, "end": 10, "quote": work["text"][:10]}
            window = Client(server.port, ben["token"])
            barrier.wait()
            path = f"/api/v1/annotations/{name}/"
            return window.send("PUT", path, {**body, "note": f"edit {turn}", "ratings": []}, **{"If-Match": '"1"'})[0]

        with ThreadPoolExecutor(8) as pool:
            assert Counter(pool.map(edit, range(8))) == {200: 1, 412: 7}

"""Saves under load: 16 reviewers at once against the real server, and one alone, in the same run.

Run on request: python -m tests.benchmarks.saves (DATABASE_URL chooses PostgreSQL). Prints saves a second, waiting
times, and the ratio to one reviewer alone; absolute times depend on the machine and its other work.
"""

import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.processes import Client, Server, demo_database, tokens_of

EACH = 50
WRITERS = 16


def save_all(port: int, token: str, work: dict[str, Any], offset: int) -> list[float]:
    """Save passages one after another; return the seconds each took."""
    client, took = Client(port, token), []
    for turn in range(EACH):
        start = offset + turn * 12
        began = time.perf_counter()
        status, body = client.create(work["id"], str(uuid.uuid4()), work["text"], start, start + 10, "fact")
        took.append(time.perf_counter() - began)
        if status != 201:
            raise SystemExit(f"refused: {status} {body}")
    return took


def shown(name: str, took: list[float], seconds: float) -> float:
    """Print one row; return saves a second."""
    waits = sorted(took)
    rate = len(took) / seconds
    p50, p99 = (waits[int(len(waits) * share)] * 1e3 for share in (0.5, 0.99))
    times = f"p50 {p50:.0f}, p99 {p99:.0f}, max {waits[-1] * 1e3:.0f} ms"
    print(f"{name:22} {rate:6.0f} saves/s   {times}")  # noqa: T201
    return rate


def main() -> None:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder, demo_database(Path(folder)) as environment:
        names = ("admin", "reviewer1", "reviewer2", "reviewer3", "reviewer4")
        users = tokens_of(environment, *names)
        desks = [(user["token"], work) for user in users.values() for work in user["assignments"]][:WRITERS]
        with Server(environment, Path(folder) / "log") as server:
            began = time.perf_counter()
            alone = save_all(server.port, *desks[0], 0)
            rate_alone = shown("one reviewer", alone, time.perf_counter() - began)
            began = time.perf_counter()
            with ThreadPoolExecutor(WRITERS) as pool:
                rows = list(pool.map(lambda desk: save_all(server.port, *desk, EACH * 12), desks))
            together = [second for row in rows for second in row]
            rate = shown(f"{WRITERS} reviewers at once", together, time.perf_counter() - began)
            print(f"ratio {rate / rate_alone:.2f}, refused 0 of {len(alone) + len(together)}")  # noqa: T201


if __name__ == "__main__":
    main()

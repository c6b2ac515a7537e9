"""A whole class at the door: 300 people join by one code, make their accounts and open their first document.

Run on request: python -m tests.benchmarks.joining [PEOPLE]. One server on 127.0.0.1 with the password hasher of
production; a person's steps are those of a browser: the door, the code, the study, the account, the workbench and its
text. They come evenly over forty seconds, and then all at once. Prints how long each took and how long the password
hash alone takes; absolute times depend on the machine and its other work.
"""

import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.processes import Server, Visitor, demo_database, manage, run_script

PEOPLE = 300
SPREAD = 40  # seconds over which a class comes in
MAKE = """
from annotator.actions.entrance import create_code
from annotator.models import Study, User
admin, study = User.objects.get(username="admin"), Study.objects.get(slug="seeds")
print(create_code(actor=admin, study=study, places=%d, days=1).code)
"""
HASHES = """
import time
from django.contrib.auth.hashers import make_password
make_password("warm up")
began = time.perf_counter()
for number in range(5):
    make_password(f"quiet harbour lantern {number}")
print((time.perf_counter() - began) / 5)
"""


def come_in(port: int, code: str, name: str) -> tuple[float, str]:
    """Join and open the first document; return the seconds it took and what went wrong, if anything did."""
    visitor, began = Visitor(port), time.perf_counter()
    account = {"username": name, "password": "quiet harbour lantern", "again": "quiet harbour lantern"}
    try:
        visitor.ask("GET", "/join/")
        steps = [visitor.ask("POST", "/join/", code=code), visitor.ask("GET", "/join/study/")]
        steps.append(visitor.ask("POST", "/join/study/", **account))
        work = steps[-1][1]
        steps.append(visitor.ask("GET", work))
        steps.append(visitor.ask("GET", f"/api/v1{work}lean/"))
    except (OSError, ValueError) as error:
        return time.perf_counter() - began, repr(error)
    statuses = [status for status, _, _ in steps]
    return time.perf_counter() - began, "" if statuses == [302, 200, 302, 200, 200] else str(statuses)


def measured(port: int, code: str, people: int, spread: float, name: str) -> None:
    """Let a class come in over so many seconds and print what they waited."""
    start = threading.Barrier(people)

    def arrive(number: int) -> tuple[float, str]:
        start.wait()
        time.sleep(spread * number / people)
        return come_in(port, code, f"{name}{number}")

    began = time.perf_counter()
    with ThreadPoolExecutor(people) as pool:
        rows = list(pool.map(arrive, range(people)))
    seconds = time.perf_counter() - began
    waits = sorted(took for took, _ in rows)
    faults = Counter(fault for _, fault in rows if fault)
    p50, p95 = waits[people // 2], waits[int(people * 0.95)]
    print(  # noqa: T201
        f"{people} people over {spread:.0f} s: all in after {seconds:.1f} s; each p50 {p50:.2f}, p95 {p95:.2f},"
        f" max {waits[-1]:.2f} s; errors {sum(faults.values())} {dict(faults) or ''}"
    )


def main() -> None:
    """Measure."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE
    with tempfile.TemporaryDirectory() as folder, demo_database(Path(folder)) as environment:
        each = float(run_script(environment, HASHES))
        print(f"one password hash: {each * 1e3:.0f} ms; {people} of them: {each * people:.0f} s of one core")  # noqa: T201
        with Server(environment, Path(folder) / "log") as server:
            for spread, name in ((SPREAD, "spread"), (0.0, "rush")):
                code = run_script(environment, MAKE % people).strip()
                measured(server.port, code, people, spread, name)
        print(manage(environment, "verify").stdout.strip())  # noqa: T201


if __name__ == "__main__":
    main()

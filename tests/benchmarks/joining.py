"""A whole class at the door: 300 people join by one code, make their accounts and open their first document.

Run on request: python -m tests.benchmarks.joining [PEOPLE]. One server on 127.0.0.1 with the password hasher of
production; a person's steps are those of a browser: the door, the code, the study, the account, the workbench and its
text. They come evenly over forty seconds, and then all at once. Prints how long each took, and what it cost the server
in seconds of one core, beside what the password hashes alone cost: on a machine with other work the cost says whether
a minute of two cores is enough, and the time on the clock does not.
"""

import os
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.processes import Server, Visitor, demo_database, manage, run_script

PEOPLE = 300
PATIENCE = 600  # seconds a person waits for one answer on a machine with other work
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
began = time.process_time()
for number in range(5):
    make_password(f"quiet harbour lantern {number}")
print((time.process_time() - began) / 5)
"""


def come_in(port: int, code: str, name: str) -> tuple[float, str]:
    """Join and open the first document; return the seconds it took and what went wrong, if anything did."""
    visitor, began = Visitor(port, PATIENCE), time.perf_counter()
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


def core_seconds(pid: int) -> float:
    """Return the processor time that a process has used (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(server: Server, code: str, people: int, spread: float, name: str) -> None:
    """Let a class come in over so many seconds and print what they waited and what it cost."""
    start = threading.Barrier(people)

    def arrive(number: int) -> tuple[float, str]:
        start.wait()
        time.sleep(spread * number / people)
        return come_in(server.port, code, f"{name}{number}")

    used, began = core_seconds(server.process.pid), time.perf_counter()
    with ThreadPoolExecutor(people) as pool:
        rows = list(pool.map(arrive, range(people)))
    seconds, used = time.perf_counter() - began, core_seconds(server.process.pid) - used
    waits = sorted(took for took, _ in rows)
    faults = Counter(fault for _, fault in rows if fault)
    p50, p95 = waits[people // 2], waits[int(people * 0.95)]
    print(  # noqa: T201
        f"{people} people over {spread:.0f} s: all in after {seconds:.1f} s; each p50 {p50:.2f}, p95 {p95:.2f},"
        f" max {waits[-1]:.2f} s; errors {sum(faults.values())} {dict(faults) or ''}; {used:.0f} core-seconds"
    )


def main() -> None:
    """Measure."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE
    with tempfile.TemporaryDirectory() as folder, demo_database(Path(folder)) as environment:
        each = float(run_script(environment, HASHES))
        print(f"one password hash: {each:.3f} core-seconds; {people} of them: {each * people:.0f}")  # noqa: T201
        with Server(environment, Path(folder) / "log") as server:
            for spread, name in ((SPREAD, "spread"), (0.0, "rush")):
                code = run_script(environment, MAKE % people).strip()
                measured(server, code, people, spread, name)
        print(manage(environment, "verify").stdout.strip())  # noqa: T201


if __name__ == "__main__":
    main()

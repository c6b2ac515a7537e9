"""Databases and processes of their own, for tests that must commit, kill or remake tables."""

import atexit
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def fresh_database(folder: Path, template: str = "") -> Iterator[dict[str, str]]:
    """Yield the environment of an app with a database of its own: PostgreSQL where the tests run on it.

    It is empty, or a copy of the PostgreSQL database named by `template`.
    """
    environment = {**os.environ, "CREDENCE_DATA": str(folder), "PYTHONPATH": str(ROOT)}
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        yield environment
        return
    import psycopg

    name = f"credence_test_{secrets.token_hex(6)}"
    parts = urlsplit(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
        try:
            yield {**environment, "DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}"))}
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


_prepared = ExitStack()
atexit.register(_prepared.close)


@cache
def _demo_template() -> dict[str, str]:
    """Run the demo's set-up once for all tests of this process; return its environment."""
    folder = Path(_prepared.enter_context(tempfile.TemporaryDirectory(prefix="credence-demo-")))
    environment = _prepared.enter_context(fresh_database(folder))
    manage(environment, "demo", "--no-serve")
    return environment


@contextmanager
def demo_database(folder: Path) -> Iterator[dict[str, str]]:
    """Yield the environment of an app as the demo's first run leaves it, in a copy of its own."""
    template = _demo_template()
    shutil.copytree(template["CREDENCE_DATA"], folder, dirs_exist_ok=True)
    with fresh_database(folder, urlsplit(template.get("DATABASE_URL", "")).path.lstrip("/")) as environment:
        yield environment


def manage(environment: Mapping[str, str], *arguments: str, timeout: int = 300) -> subprocess.CompletedProcess[str]:
    """Run manage.py to its end and return what it printed; a failure raises with that text."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=dict(environment),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}")
    return done


def run_script(environment: Mapping[str, str], script: str, timeout: int = 300) -> str:
    """Run Python code in a process with Django set up; return what it printed."""
    prelude = "import os, django\nos.environ['DJANGO_SETTINGS_MODULE'] = 'annotator.settings'\ndjango.setup()\n"
    done = subprocess.run(
        [sys.executable, "-c", prelude + script],
        env=dict(environment),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"the script failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """The app as its users run it: a process of its own, killed with its whole group."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.environment, self.log = dict(environment), log
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start serving on the same port as before and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), "demo", "--port", str(self.port)],
                env=self.environment,
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended:\n{self.log.read_text()}")
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server did not answer within two minutes")

    def kill(self) -> None:
        """kill -9 the whole process group."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Client:
    """One window: a connection of its own that speaks JSON with a token."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self.token = port, token
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Return status and parsed body; a connection that broke raises OSError or HTTPException."""
        sent = {"Authorization": f"Token {self.token}", "Content-Type": "application/json", **headers}
        try:
            self.connection.request(method, path, json.dumps(body) if body is not None else None, sent)
            answer = self.connection.getresponse()
            raw = answer.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise
        return answer.status, json.loads(raw) if raw else None

    def create(
        self, assignment: str, annotation_id: str, text: str, start: int, end: int, label: str
    ) -> tuple[int, Any]:
        """PUT a new passage."""
        body = {"assignment": assignment, "label": label, "start": start, "end": end, "quote": text[start:end]}
        path = f"/api/v1/annotations/{annotation_id}/"
        return self.send("PUT", path, {**body, "note": "", "ratings": []}, **{"If-None-Match": "*"})


class Visitor:
    """A browser without scripts: a connection of its own that keeps cookies and sends forms."""

    def __init__(self, port: int, timeout: float = 60) -> None:
        self.port, self.cookies = port, SimpleCookie[str]()
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def ask(self, method: str, path: str, **fields: str) -> tuple[int, str, str]:
        """Send one request, with the form token of the session; return status, Location and body."""
        sent = {"Cookie": "; ".join(f"{name}={each.value}" for name, each in self.cookies.items())}
        body = None
        if method == "POST":
            body = urlencode({**fields, "csrfmiddlewaretoken": self.cookies["csrftoken"].value})
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, sent)
        answer = self.connection.getresponse()
        page = answer.read().decode()
        for header in answer.headers.get_all("Set-Cookie") or ():
            self.cookies.load(header)
        return answer.status, answer.headers.get("Location", ""), page


TOKENS = """
import json
from annotator.actions.account import create_token
from annotator.models import Assignment, User
found = {}
for name in %r:
    user = User.objects.get(username=name)
    found[name] = {
        "token": create_token(actor=user, name="test", scope="write")[1],
        "assignments": [
            {"id": str(assignment.pk), "text": assignment.revision.text}
            for assignment in Assignment.objects.filter(reviewer=user, state="open").order_by("-revision__length")
        ],
    }
print(json.dumps(found))
"""


def tokens_of(environment: Mapping[str, str], *names: str) -> dict[str, Any]:
    """Return a write token and the open assignments, longest text first, of each user."""
    return json.loads(run_script(environment, TOKENS % (list(names),)))

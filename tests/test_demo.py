"""The one command: on an empty folder it sets everything up, run again it changes nothing."""

import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.processes import ROOT, demo_database, free_port, fresh_database, manage, run_script

COUNT = """
from annotator.models import Annotation, Assignment, Event, User
from sources.models import Revision
print(*(model.objects.count() for model in (User, Revision, Assignment, Annotation, Event)))
"""


def test_demo_sets_up_once_and_prints_passwords_once(tmp_path: Path) -> None:
    with fresh_database(tmp_path) as environment:
        first = manage(environment, "demo", "--no-serve").stdout
        before = run_script(environment, COUNT)
        second = manage(environment, "demo", "--no-serve").stdout
        assert run_script(environment, COUNT) == before
        hashes = run_script(environment, "from annotator.models import User\nprint(User.objects.first().password)")
        assert hashes.startswith("argon2$")
    passwords = re.findall(r"password (\S+-\S+)", first)
    assert len(set(passwords)) == 5
    assert first.splitlines()[0].startswith("reviewer "), "a reviewer's sign-in comes first"
    assert not re.findall(r"password (\S+-\S+)", second)
    assert "changepassword" in second
    users, revisions, assignments, *_ = map(int, before.split())
    assert users >= 5
    assert revisions == 5 + 3
    assert assignments >= 25


def test_the_administrator_reviews_too_and_all_texts_are_assigned(tmp_path: Path) -> None:
    with demo_database(tmp_path) as environment:
        said = run_script(
            environment,
            "from annotator.models import Assignment\n"
            "rows = Assignment.objects.filter(study__slug='seeds')\n"
            "print(sorted(rows.values_list('reviewer__username', flat=True).distinct()), rows.count())",
        )
    assert said.strip() == "['admin', 'reviewer1', 'reviewer2', 'reviewer3', 'reviewer4'] 25"


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_demo_serves_and_stops_cleanly(tmp_path: Path, stop: signal.Signals) -> None:
    port = free_port()
    with fresh_database(tmp_path) as environment:
        server = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "demo", "--port", str(port)],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            for _ in range(1200):
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/login/", timeout=5) as answer:
                        page = answer.read().decode()
                    break
                except OSError:
                    assert server.poll() is None, server.stdout.read()
                    time.sleep(0.1)
            assert "Credence" in page
            server.send_signal(stop)
            said, _ = server.communicate(timeout=15)
        finally:
            server.kill()
    assert server.returncode == 0
    assert f"http://127.0.0.1:{port}/" in said
    assert said.rstrip().endswith("Stopped.")
    assert "Traceback" not in said


def test_demo_refuses_strangers_without_a_proxy(tmp_path: Path) -> None:
    with fresh_database(tmp_path) as environment, pytest.raises(AssertionError, match="--behind-proxy"):
        manage(environment, "demo", "--host", "0.0.0.0")

"""Databases and processes of their own, for tests that must commit, kill or remake tables."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def fresh_database(folder: Path) -> Iterator[dict[str, str]]:
    """Yield the environment of an app with an empty database of its own: PostgreSQL where the tests run on it."""
    environment = {**os.environ, "CREDENCE_DATA": str(folder), "PYTHONPATH": str(ROOT)}
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        yield environment
        return
    import psycopg

    name = f"credence_test_{secrets.token_hex(6)}"
    parts = urlsplit(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield {**environment, "DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}"))}
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


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

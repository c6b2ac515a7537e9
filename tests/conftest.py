"""The cast and the stage: who takes part in most tests, and a study over one short text with an emoji."""

import gc
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID
from zlib import crc32

import hypothesis
import pytest

from tests.staging import Stage, Usual, make_cast, set_up, store_text

# `.ci/run --full` looks at many more examples than the gate's sample, which is the same at every run.
hypothesis.settings.register_profile("sample", derandomize=True, deadline=None)
hypothesis.settings.register_profile("full", max_examples=2000, deadline=None)
hypothesis.settings.load_profile("full" if os.environ.get("CREDENCE_FULL") else "sample")

# Queries are trees of thousands of short-lived objects; looking for cycles after each 700 is a tenth of all the time.
gc.set_threshold(50_000, 20, 100)


# The browser's tests first, since those of a folder stay together; then what takes many seconds at a time.
LONGEST_FIRST = (
    "tests/browser/",
    "tests/concurrency/",
    "tests/test_demo.py",
    "tests/test_operator.py",
    "tests/access/",
)


# Of proofs that ask the same of many people in turn, the gate runs one half on SQLite and the other on PostgreSQL.
HALF = os.environ.get("CREDENCE_HALF", "")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest, so that of two sides neither waits for the other at the end; leave out the other half."""

    def elsewhere(item: pytest.Item) -> bool:
        return item.get_closest_marker("halved") is not None and crc32(item.nodeid.encode()) % 2 != int(HALF)

    if HALF:
        config.hook.pytest_deselected(items=[item for item in items if elsewhere(item)])
        items[:] = [item for item in items if not elsewhere(item)]

    def rank(item: pytest.Item) -> int:
        return next((at for at, start in enumerate(LONGEST_FIRST) if item.nodeid.startswith(start)), len(LONGEST_FIRST))

    items.sort(key=rank)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Where tests run side by side (`-n 2`), those of one folder in a browser stay together: they share a server."""
    from xdist.scheduler import LoadScopeScheduling

    class Sides(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid.rpartition("/")[0] if nodeid.startswith("tests/browser/") else nodeid

    return Sides(config, log)


@pytest.fixture(autouse=True)
def _apart_and_quick(settings: Any, tmp_path: Path) -> None:
    """Keep files apart and the cache empty; hash passwords quickly (tests/test_demo.py looks at the real hasher).

    A client would look through all static files at its first request; so they are looked up when they are asked for.
    """
    settings.WHITENOISE_AUTOREFRESH = True
    settings.MEDIA_ROOT = tmp_path / "originals"
    settings.CACHES = {**settings.CACHES, "figures": {**settings.CACHES["figures"], "LOCATION": tmp_path / "figures"}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


usual = Usual()


@pytest.fixture(scope="session")
def _taken_away(django_db_setup: None) -> Iterator[None]:
    """Leave no transaction open at the end, before the database is removed."""
    yield
    usual.let_go()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Take the usual stage away before a test that does not name it."""
    if "standing" not in getattr(item, "fixturenames", ()):
        usual.let_go()


@pytest.fixture
def standing(
    _apart_and_quick: None, _taken_away: None, settings: Any, django_db_blocker: Any, tmp_path_factory: Any
) -> None:
    """The usual stage and its cast are there before the test begins."""
    usual.hold(django_db_blocker, Path(settings.MEDIA_ROOT), tmp_path_factory)


@pytest.fixture
def db(request: pytest.FixtureRequest) -> None:
    """The database; what the test does in it is taken back."""
    if "standing" in request.fixturenames:
        request.getfixturevalue("standing")
    request.getfixturevalue("_django_db_helper")


@pytest.fixture
def _usual(standing: None, db: None) -> tuple[Stage, SimpleNamespace]:
    """The usual stage and its cast, as copies that the test may change."""
    return usual.copied()


@pytest.fixture
def cast(request: pytest.FixtureRequest, db: None) -> SimpleNamespace:
    """ada (superuser), ben and cleo (reviewers), dora (adjudicator), eli (outsider)."""
    return request.getfixturevalue("_usual")[1] if "standing" in request.fixturenames else make_cast()


@pytest.fixture
def make_document(db: None) -> Callable[..., Any]:
    """A function that stores a text as a document and returns its revision."""
    return store_text


@pytest.fixture
def make_stage(cast: SimpleNamespace, db: None) -> Callable[..., Stage]:
    """A function that sets up a study; `blinding` and the reviewers may be chosen."""
    return partial(set_up, cast)


@pytest.fixture
def stage(_usual: tuple[Stage, SimpleNamespace]) -> Stage:
    """The usual study, blind until submitted."""
    return _usual[0]


@pytest.fixture
def school(stage: Stage, cast: SimpleNamespace, make_document: Callable[..., Any]) -> Any:
    """Gold standards of another study, with which the usual one may train its reviewers."""
    from tests.schooling import School

    return School(cast, stage, make_document)


@pytest.fixture
def mark(stage: Stage) -> Callable[..., Any]:
    """A function by which somebody marks words of the stage's text."""
    from annotator.actions.annotation import Precondition, save_annotation
    from annotator.ids import uuid7

    def make(who: str, words: str, label: str, annotation_id: UUID | None = None, **extra: Any) -> Any:
        assignment = extra.pop("assignment", stage.assignments[who])
        start, end = stage.span(words)
        annotation, _ = save_annotation(
            actor=assignment.reviewer,
            annotation_id=annotation_id or uuid7(),
            assignment_id=assignment.pk,
            label=label,
            start=start,
            end=end,
            quote=words,
            precondition=Precondition(create=True),
            **extra,
        )
        return annotation

    return make

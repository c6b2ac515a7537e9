"""A server of their own for the tests of every page: they leave work behind where other tests need none."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.places import LATIN, NATO, PERSIAN


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The demo once more."""
    from tests.browser.conftest import Server, free_port

    running = Server(tmp_path_factory.mktemp("pages"), free_port())
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def untouched(server: Any) -> dict[str, list[str]]:
    """Whose assignments the list of places leaves alone."""
    names = ["admin", "reviewer2", "reviewer3"]
    return {slug: list(names) for slug in (LATIN, NATO, PERSIAN, "mongolia-nato-global-partnership")}

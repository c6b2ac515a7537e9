"""A server of their own for the tests of every page: they leave work behind where other tests need none."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session")
def server(first_start: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The demo once more."""
    from tests.browser.conftest import serving

    with serving(first_start, tmp_path_factory.mktemp("pages")) as running:
        yield running

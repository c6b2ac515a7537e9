"""A server of their own for the tests that kill it and leave much work behind."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session")
def server(first_start: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The demo once more."""
    from tests.browser.conftest import serving

    with serving(first_start, tmp_path_factory.mktemp("saving")) as running:
        yield running

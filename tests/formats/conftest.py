from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def golden() -> Callable[[str], bytes]:
    """Read an expected file byte for byte."""
    return lambda name: (Path(__file__).parent / "golden" / name).read_bytes()

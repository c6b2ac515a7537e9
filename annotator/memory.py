"""How a server's memory is looked after: what is loaded for good is not searched for garbage again and again."""

import gc
from importlib import import_module
from typing import Final

from django.conf import settings

THRESHOLD: Final = 10_000
"""New objects after which Python looks for cycles: a large page makes hundreds of thousands, hardly any in cycles."""


def settle() -> None:
    """Load every page, leave all that is loaded out of the search for garbage, and search less often.

    For a server that has just started, and before it forks workers: these then share what is frozen.
    """
    import_module(settings.ROOT_URLCONF)
    gc.collect()
    gc.freeze()
    gc.set_threshold(THRESHOLD, *gc.get_threshold()[1:])

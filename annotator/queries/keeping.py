"""What takes long to make, kept under a digest of all that it was made of: so nothing kept is ever out of date.

Whoever asks hands over everything that what is kept depends on, and no more than its viewer may see: nobody is then
given what was made of other work, and that others worked leaves no trace. Without anything kept all is made anew.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from django.conf import settings
from django.core.cache import caches

Made = TypeVar("Made")
CACHE: Final = "figures"
PACKAGES: Final = ("annotator", "sources")


@cache
def _code() -> str:
    """Return a digest of all code that makes anything: what other code kept is never looked at."""
    digest = hashlib.sha256(repr((settings.VERSION, np.__version__)).encode())
    for package in PACKAGES:
        for path in sorted((settings.BASE_DIR / package).rglob("*.py")):
            digest.update(hashlib.sha256(Path(path).read_bytes()).digest())
    return digest.hexdigest()


def kept(what: str, made_of: Any, make: Callable[[], Made]) -> Made:
    """Return what is kept of this name and origin; make it where nothing is, and keep it.

    Parameters
    ----------
    what : str
        What sort of thing it is.
    made_of : plain values, records of them, and tuples, lists and dicts of these
        All that it depends on besides the code; their `repr` tells different ones apart.
    make : callable
        Makes it, of nothing else. It is shared afterwards, so that nobody may change it, and is never None.
    """
    name = hashlib.sha256(repr((_code(), what, made_of)).encode()).hexdigest()
    found = caches[CACHE].get(name)
    if found is None:
        found = make()
        caches[CACHE].set(name, found)
    return found

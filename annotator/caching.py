"""A cache of files in the data folder that survives restarts, is shared by all processes, and is never needed.

Files hold pickles. They lie in a folder that only the app's own account may enter: who can write there can replace the
database and the secret key as well.
"""

import logging
import pickle
import zlib
from itertools import count
from typing import Any, Final

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache

LOG = logging.getLogger(__name__)
ROOM_EVERY: Final = 64
"""Entries written between two looks for room: counting all files takes longer than writing one."""
UNREADABLE: Final = (
    OSError,
    zlib.error,
    pickle.UnpicklingError,
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ImportError,
)
"""What is raised on reading a file that was cut short or cannot be opened."""


class LosableFileCache(FileBasedCache):
    """Django's cache of files, in which an unreadable entry is a missing one, and one that cannot be written no error.

    Both are logged.
    """

    _written = count(1)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return an entry, or the default where none can be read."""
        try:
            return super().get(key, default, version)
        except UNREADABLE as error:
            LOG.warning("An entry of the cache cannot be read: %r", error)
            return default

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Write an entry, if that can be done."""
        try:
            super().set(key, value, timeout, version)
        except OSError as error:
            LOG.warning("An entry of the cache cannot be written: %r", error)

    def _createdir(self) -> None:
        try:
            super()._createdir()
        except OSError as error:
            LOG.warning("The folder of the cache cannot be made: %r", error)

    def _cull(self) -> None:
        if next(self._written) % ROOM_EVERY == 0:
            super()._cull()

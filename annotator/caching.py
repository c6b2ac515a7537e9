"""A cache of files in the data folder that survives restarts, is shared by all processes, and is never needed.

Files hold pickles. They lie in a folder that only the app's own account may enter: who can write there can replace the
database and the secret key as well.
"""

import logging
import pickle
import zlib
from collections import OrderedDict
from collections.abc import Mapping
from itertools import count
from threading import Lock
from typing import Any, ClassVar, Final

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache

LOG = logging.getLogger(__name__)
ROOM_EVERY: Final = 64
"""Entries written between two looks for room: counting all files takes longer than writing one."""
HELD: Final = 256
"""Entries held in memory: those of a large page. They take some 30 MB at most."""
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


class HeldFileCache(LosableFileCache):
    """The same, with the entries used last held in memory, where reading one back takes no time.

    For entries that never change under their key, and that nobody changes after reading: all threads get the same one.
    What another process writes or deletes under a key that is held is not noticed.
    """

    _held: ClassVar[OrderedDict[str, Any]] = OrderedDict()
    _lock: ClassVar[Lock] = Lock()

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return an entry, or the default where none can be read."""
        name = self._key_to_file(key, version)
        with self._lock:
            if name in self._held:
                self._held.move_to_end(name)
                return self._held[name]
        found = super().get(key, None, version)
        if found is None:
            return default
        self._hold(name, found)
        return found

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Write an entry, if that can be done, and hold it."""
        super().set(key, value, timeout, version)
        self._hold(self._key_to_file(key, version), value)

    def set_many(
        self, data: Mapping[str, Any], timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> list[str]:
        """Write many entries and hold none: thousands written at once would drive out what is read next."""
        for key, value in data.items():
            super().set(key, value, timeout, version)
        return []

    def delete(self, key: str, version: int | None = None) -> bool:
        """Delete an entry; return whether there was one."""
        with self._lock:
            self._held.pop(self._key_to_file(key, version), None)
        return super().delete(key, version)

    def clear(self) -> None:
        """Delete all entries."""
        self.forget()
        super().clear()

    @classmethod
    def forget(cls) -> None:
        """Hold nothing, as after a restart."""
        with cls._lock:
            cls._held.clear()

    @classmethod
    def _hold(cls, name: str, value: Any) -> None:
        with cls._lock:
            cls._held[name] = value
            cls._held.move_to_end(name)
            while len(cls._held) > HELD:
                cls._held.popitem(last=False)

"""How every action writes: in one short transaction, in turn on SQLite, tried again after a deadlock."""

import functools
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

from annotator.actions.errors import BusyError

try:
    import fcntl
except ImportError:  # Windows: the one process of the built-in server needs no lock between processes
    fcntl = None

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 5
DEADLOCK, SERIALIZATION_FAILURE, LOCK_NOT_AVAILABLE, QUERY_CANCELED = "40P01", "40001", "55P03", "57014"


class FairLock:
    """A mutex that serves its waiters in the order they came; SQLite's own waiting may starve one for seconds."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._waiting: deque[threading.Event] = deque()

    def __enter__(self) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = threading.Event()
            self._waiting.append(turn)
        turn.wait()  # whoever leaves hands the lock on without letting it go

    def __exit__(self, *exc: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._held = False


_queue = FairLock()


@contextmanager
def write_turn() -> Iterator[None]:
    """Wait for this writer's turn: among threads in order, among processes by a lock on a file. PostgreSQL: at once."""
    if connection.vendor != "sqlite":
        yield
        return
    with _queue:
        name = str(connection.settings_dict["NAME"])
        if fcntl is None or "memory" in name:
            yield
            return
        with Path(f"{name}-queue").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _is_transient(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", None) in (DEADLOCK, SERIALIZATION_FAILURE)


def _is_busy(error: OperationalError) -> bool:
    state = getattr(error.__cause__, "sqlstate", None)
    return state in (DEADLOCK, SERIALIZATION_FAILURE, LOCK_NOT_AVAILABLE, QUERY_CANCELED) or "locked" in str(error)


def writes(function: Callable[P, R]) -> Callable[P, R]:
    """Run an action in a transaction of its own, or as a part of the caller's.

    A deadlock or serialisation failure is tried again here, where the whole action can be repeated. A database that
    stays busy raises BusyError.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            with transaction.atomic():
                return function(*args, **kwargs)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with write_turn(), transaction.atomic():
                    return function(*args, **kwargs)
            except OperationalError as error:
                if attempt < ATTEMPTS and _is_transient(error):
                    time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311 - jitter, not a secret
                    continue
                if _is_busy(error):
                    raise BusyError from error
                raise
        raise BusyError

    return run

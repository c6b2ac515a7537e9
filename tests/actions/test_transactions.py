"""Writers take turns in the order they came, and an action is whole or not at all."""

import threading
import time
from typing import Any

import pytest

from annotator.actions.transactions import FairLock, writes
from annotator.models import User


def test_waiters_are_served_in_the_order_they_came() -> None:
    lock, served = FairLock(), []

    def wait(number: int) -> None:
        with lock:
            served.append(number)

    threads = []
    with lock:
        for number in range(20):
            threads.append(threading.Thread(target=wait, args=(number,)))
            threads[-1].start()
            while len(lock._waiting) <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join(timeout=5)
    assert served == list(range(20))


def test_only_one_is_inside() -> None:
    lock, inside, most = FairLock(), [0], [0]

    def work() -> None:
        for _ in range(50):
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                time.sleep(0.0001)
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert most == [1]


def test_a_failing_action_leaves_nothing(db: None) -> None:
    @writes
    def make(*, username: str, fails: bool) -> Any:
        user = User.objects.create(username=username)
        if fails:
            raise RuntimeError("after the write")
        return user

    make(username="kept", fails=False)
    with pytest.raises(RuntimeError):
        make(username="lost", fails=True)
    assert list(User.objects.values_list("username", flat=True)) == ["kept"]

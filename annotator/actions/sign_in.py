"""Signing in slowly after wrong passwords: counted by name and by address, in the database, before any is checked.

An attempt is written down first and struck out when it proves right. Of many attempts at the same moment, no more
than the limit can therefore reach the password check.
"""

import hashlib
import ipaddress
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from annotator.actions.transactions import writes
from annotator.models import LoginFailure

LIMIT = 10  # wrong passwords …
WITHIN = timedelta(minutes=10)  # … in this time close the door
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(minutes=15)
KEPT = timedelta(hours=1)


class TooManyFailuresError(Exception):
    """The door is closed for `wait`; whether the password was right is not looked at."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"Too many wrong attempts; wait {wait}.")
        self.wait = wait


def _network(address: str) -> str:
    """Return the address, of IPv6 the /64 that one subscriber holds."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def keys_of(name: str, address: str) -> tuple[str, str]:
    """Return the digests under which an attempt is counted: of the name and of the address."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    spoken = (f"name:{folded}", f"address:{_network(address)}")
    return tuple(hashlib.sha256(each.encode()).hexdigest() for each in spoken)


def waiting_time(failures: list[datetime], now: datetime, limit: int = LIMIT) -> timedelta:
    """Return how long the door stays closed after these failures, zero when it is open.

    Ten (or `limit`) within ten minutes close it for a minute; each further one doubles the wait, up to a quarter of an
    hour.
    """
    times = sorted(failures)
    closed_at = next((i for i in range(limit - 1, len(times)) if times[i] - times[i - limit + 1] <= WITHIN), None)
    if closed_at is None:
        return timedelta(0)
    further = len(times) - 1 - closed_at
    wait = min(FIRST_WAIT * 2 ** min(further, 10), LONGEST_WAIT)
    return max(times[-1] + wait - now, timedelta(0))


def _refuse_if_closed(keys: Sequence[str], now: datetime, besides: Sequence[int] = (), limit: int = LIMIT) -> None:
    rows = LoginFailure.objects.filter(key__in=keys, at__gt=now - KEPT).exclude(pk__in=besides)
    by_key: dict[str, list[datetime]] = {key: [] for key in keys}
    for key, at in rows.order_by("-at").values_list("key", "at")[:1000]:
        by_key[key].append(at)
    wait = max(waiting_time(times, now, limit) for times in by_key.values())
    if wait:
        raise TooManyFailuresError(wait)


def note_attempt(*, name: str, address: str) -> list[int]:
    """Write an attempt down, as if it were wrong, and return its rows.

    Raises TooManyFailuresError, noting nothing, while the door is closed.
    """
    keys = keys_of(name, address)
    attempt = _note(keys)
    try:
        _refuse_if_closed(keys, timezone.now(), besides=attempt)
    except TooManyFailuresError:  # others at the same moment filled the count
        strike_out(attempt=attempt)
        raise
    return attempt


@writes
def _note(keys: tuple[str, str]) -> list[int]:
    now = timezone.now()
    LoginFailure.objects.filter(at__lt=now - KEPT).delete()
    _refuse_if_closed(keys, now)
    return [LoginFailure.objects.create(key=key, at=now).pk for key in keys]


@writes
def strike_out(*, attempt: list[int], name: str | None = None) -> None:
    """Forget an attempt that was right or never made; with `name`, all that was counted against the name as well."""
    LoginFailure.objects.filter(pk__in=attempt).delete()
    if name is not None:
        LoginFailure.objects.filter(key=keys_of(name, "")[0]).delete()


def guess_key(what: str, who: object) -> str:
    """Return the digest under which somebody's guesses at something are counted."""
    return hashlib.sha256(f"guess:{what}:{who}".encode()).hexdigest()


def guess_key_of_address(what: str, address: str) -> str:
    """Return the digest under which an address's guesses at something are counted."""
    return guess_key(what, _network(address))


def refuse_guesses(*, key: str, limit: int = LIMIT) -> None:
    """Raise TooManyFailuresError after too many wrong guesses; what is guessed is not looked at then.

    Guesses are counted after the look, unlike passwords: a whole class behind one address sends the right code at the
    same moment. What so many wrong ones at once gain, the length of what is guessed outweighs.
    """
    _refuse_if_closed((key,), timezone.now(), limit=limit)


@writes
def note_guess(*, key: str) -> None:
    """Count a wrong guess."""
    now = timezone.now()
    LoginFailure.objects.filter(at__lt=now - KEPT).delete()
    LoginFailure.objects.create(key=key, at=now)

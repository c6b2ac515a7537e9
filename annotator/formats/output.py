"""What every format is told beside the records, and how its lines reach a file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from annotator.records import CodebookInfo


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller knows beside the records; a format uses what it has a place for.

    `software` and `exported_at` say by what and when a file was made. `texts=False` leaves the texts out where the
    format can name them by their hash. `codebooks` are further versions to write or to make columns of; those named
    by the documents need not be repeated.
    """

    software: str = ""
    exported_at: datetime | None = None
    texts: bool = True
    codebooks: tuple[CodebookInfo, ...] = ()


DEFAULTS = Options()


class Writable(Protocol):
    """A file or file-like object that takes text, or UTF-8 bytes where it has no `encoding`."""

    def write(self, data: str | bytes, /) -> object:
        """Take some of the file."""


def pour(lines: Iterable[str], out: Writable) -> None:
    """Write `lines` into a text file (opened with newline="") or a binary one, which gets UTF-8."""
    if hasattr(out, "encoding"):
        for line in lines:
            out.write(line)
    else:
        for line in lines:
            out.write(line.encode("utf-8"))


def timestamp(time: datetime | None) -> str | None:
    """ISO 8601 in UTC with microseconds and Z; ValueError for a time without a zone."""
    if time is None:
        return None
    if time.utcoffset() is None:
        raise ValueError(f"{time} has no time zone")
    if time.tzinfo is not UTC:  # as the database gives them they are
        time = time.astimezone(UTC)
    return time.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"

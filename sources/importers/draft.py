"""A document that is not saved yet: what every importer yields and the store takes."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

# Zero width and bidirectional controls: harmless in a text, a disguise in a file name ("txt.exe" read backwards).
DISGUISES = re.compile("[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Draft:
    """One text with what its file or manifest says about it.

    `raw` is the file byte for byte, `text` what was read from it, letter for letter. Empty strings and None mean that
    nothing is known.
    """

    name: str
    raw: bytes
    text: str
    media_type: str
    title: str = ""
    slug: str = ""
    source: str = ""
    byline: str = ""
    published_on: date | None = None
    retrieved_at: datetime | None = None
    url: str = ""
    language: str = "und"
    licence: str = ""
    disclosure: str = ""


def clean_file_name(name: str) -> str:
    """The last part of a path without control and disguising characters, at most 255 characters, never empty."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(c for c in DISGUISES.sub("", last) if unicodedata.category(c) not in {"Cc", "Cs"}).strip()
    return kept[:255] if kept.strip(".") else "unnamed"

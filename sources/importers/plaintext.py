"""Plain text files: UTF-8, letter for letter."""

from collections.abc import Iterator
from typing import BinaryIO

from sources.importers.draft import Draft, clean_file_name
from sources.text import TextError, decode, paragraphs

TITLE = "Plain text"
SUFFIXES = (".txt", ".text", ".md")
MEDIA_TYPE = "text/plain"
MAX_BYTES = 10 * 1024 * 1024

# First bytes of files that people upload by mistake; without them the refusal would speak of encodings.
SIGNATURES = {
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old office document",
    b"{\\rtf": "an RTF document",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"\x1f\x8b": "a compressed file",
    b"Rar!": "an archive",
    b"7z\xbc\xaf\x27\x1c": "an archive",
    b"\x7fELF": "a program",
    b"SQLite format 3\x00": "a database",
}


def read(stream: BinaryIO, name: str) -> Iterator[Draft]:
    """Yield the one draft of a text file; its title is the first line that is not blank, cut to 300 characters.

    Raises
    ------
    TextError
        `too_large`, `empty`, `kind`, `encoding` or `bad_text`.
    """
    raw = stream.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise TextError("too_large", f"The file is larger than {MAX_BYTES // 1024**2} MB. Split it or shorten it.")
    if not raw:
        raise TextError("empty", "The file is empty.")
    for signature, what in SIGNATURES.items():
        if raw.startswith(signature):
            raise TextError("kind", f"The file is {what}, not plain text. Save its text as a UTF-8 .txt file.", 0)
    text = decode(raw)
    lines = paragraphs(text)
    if not lines:
        raise TextError("empty", "The file holds nothing but white space.")
    title = text[lines[0].start : lines[0].end].strip()[:300]
    yield Draft(name=clean_file_name(name), raw=raw, text=text, media_type=MEDIA_TYPE, title=title)

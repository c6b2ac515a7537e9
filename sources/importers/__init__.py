"""Input formats: each module has TITLE, SUFFIXES, MEDIA_TYPE, MAX_BYTES and `read(stream, name)` yielding drafts."""

from pathlib import PurePath
from types import ModuleType

from sources.importers import plaintext

IMPORTERS = {
    "plaintext": plaintext,
}


def importer_for(name: str) -> ModuleType:
    """The importer for a file's suffix; plain text for any other, where the content itself is then refused or not."""
    suffix = PurePath(name).suffix.lower()
    return next((module for module in IMPORTERS.values() if suffix in module.SUFFIXES), plaintext)

"""A TOML list of documents: metadata for text files that lie beside it."""

import dataclasses
import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sources.importers import importer_for
from sources.importers.draft import Draft
from sources.text import TextError, sha256

SOURCE_KEYS = frozenset({"name", "homepage", "kind", "country", "owner", "notes"})
DOCUMENT_TYPES: dict[str, type] = {
    "slug": str,
    "title": str,
    "source": str,
    "byline": str,
    "published_on": date,
    "retrieved_at": datetime,
    "url": str,
    "language": str,
    "licence": str,
    "disclosure": str,
}


@dataclass(slots=True)
class Manifest:
    """What a manifest says: outlets by their fields, drafts, and every reason why it cannot be taken as it is."""

    sources: list[dict[str, str]] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


def read_manifest(path: Path) -> Manifest:
    """Read `[[source]]` and `[[document]]` tables; a document's `file` is relative to the manifest.

    A document may give the `sha256` of its file, which is then compared. All reasons are collected, none raised.
    """
    manifest = Manifest()
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        manifest.reasons.append(f"{path}: cannot be read as TOML: {error}")
        return manifest
    for key in tables.keys() - {"source", "document"}:
        manifest.reasons.append(f"{path}: unknown key “{key}”.")
    for number, table in enumerate(tables_of(tables, "source", path, manifest.reasons), start=1):
        where = f"{path}: source {number}"
        wrong = [key for key, value in table.items() if key not in SOURCE_KEYS or not isinstance(value, str)]
        manifest.reasons.extend(f"{where}: “{key}” is unknown or not a string." for key in wrong)
        if not table.get("name"):
            manifest.reasons.append(f"{where}: no name.")
        elif not wrong:
            manifest.sources.append(table)
    for number, table in enumerate(tables_of(tables, "document", path, manifest.reasons), start=1):
        where = f"{path}: document {number} ({table.get('file', 'no file')})"
        reasons = misfits(table)
        if not reasons:
            try:
                manifest.drafts.append(draft_from(table, path.parent))
            except (TextError, OSError) as error:
                reasons.append(str(error))
        manifest.reasons.extend(f"{where}: {reason}" for reason in reasons)
    return manifest


def tables_of(tables: dict[str, Any], key: str, path: Path, reasons: list[str]) -> list[dict[str, Any]]:
    """The tables of an array of tables; empty, with a reason, if `key` is anything else."""
    found = tables.get(key, [])
    if isinstance(found, list) and all(isinstance(table, dict) for table in found):
        return found
    reasons.append(f"{path}: “{key}” must be written as [[{key}]].")
    return []


def misfits(table: dict[str, Any]) -> list[str]:
    """What is wrong with the keys of a document table."""
    reasons = [f"no {key}." for key in ("file", "slug", "title") if not table.get(key)]
    for key, value in table.items():
        kind = DOCUMENT_TYPES.get(key) or (str if key in {"file", "sha256"} else None)
        if kind is None:
            reasons.append(f"unknown key “{key}”.")
        # A TOML date-time is a datetime, which Python counts among the dates.
        elif not isinstance(value, kind) or (kind is date and isinstance(value, datetime)):
            reasons.append(f"“{key}” must be a {kind.__name__}.")
    retrieved_at = table.get("retrieved_at")
    if isinstance(retrieved_at, datetime) and retrieved_at.tzinfo is None:
        reasons.append("“retrieved_at” needs a UTC offset, for example 2024-06-13T08:00:00Z.")
    return reasons


def draft_from(table: dict[str, Any], folder: Path) -> Draft:
    """The draft of a document table whose keys fit; TextError or OSError if its file does not."""
    path = folder / table["file"]
    with path.open("rb") as stream:
        (draft,) = importer_for(path.name).read(stream, path.name)
    if "sha256" in table and table["sha256"] != sha256(draft.raw):
        raise TextError("sha256", f"the file's SHA-256 is {sha256(draft.raw)}, not {table['sha256']}: it was changed.")
    return dataclasses.replace(draft, **{key: table[key] for key in DOCUMENT_TYPES if key in table})

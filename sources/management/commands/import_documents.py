"""Import text files, or the documents of a TOML manifest."""

import dataclasses
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction
from django.utils.text import slugify

from sources.importers import importer_for
from sources.importers.draft import Draft
from sources.importers.manifest import Manifest, read_manifest
from sources.models import Document, Source
from sources.store import document_from, store_document
from sources.text import TextError, sha256


class Command(BaseCommand):
    """Whole or not at all, with every reason; a document that is there already, text and slug, is left alone."""

    help = "Import text files, or the documents of a TOML manifest. All or nothing; repeating it changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take one or more paths."""
        parser.add_argument(
            "paths", nargs="+", type=Path, metavar="path", help="A UTF-8 text file, or a .toml manifest."
        )

    def handle(self, *args: Any, paths: list[Path], verbosity: int, **options: Any) -> None:
        """Read everything, refuse with all reasons, or store what is new."""
        whole = Manifest()
        for path in paths:
            part = read_manifest(path) if path.suffix.lower() == ".toml" else read_file(path)
            whole.sources += part.sources
            whole.drafts += part.drafts
            whole.reasons += part.reasons
        with transaction.atomic():
            outlets = new_outlets(whole)
            fresh = new_drafts(whole)
            if whole.reasons:
                raise CommandError("Nothing was imported:\n" + "\n".join(f"- {reason}" for reason in whole.reasons))
            for outlet in outlets:
                outlet.save()
            for draft in fresh:
                store_document(draft)
        if verbosity:
            there = len(whole.drafts) - len(fresh)
            self.stdout.write(f"Imported {len(fresh)} documents; {there} were there already.")


def read_file(path: Path) -> Manifest:
    """One text file as a manifest of its own: titled by its first line, its slug made of the file's name."""
    try:
        with path.open("rb") as stream:
            (draft,) = importer_for(path.name).read(stream, path.name)
    except (TextError, OSError) as error:
        return Manifest(reasons=[f"{path}: {error}"])
    return Manifest(drafts=[dataclasses.replace(draft, slug=slugify(path.stem)[:100])])


def new_outlets(whole: Manifest) -> list[Source]:
    """The outlets not stored yet; adds a reason for each that does not fit."""
    known = set(Source.objects.values_list("name", flat=True))
    outlets = {}
    for table in whole.sources:
        if table["name"] not in known:
            outlets[table["name"]] = Source(**table)
    for name, outlet in outlets.items():
        whole.reasons += misfits(f"source “{name}”", outlet)
    return list(outlets.values())


def new_drafts(whole: Manifest) -> list[Draft]:
    """The drafts not stored yet; adds a reason for each that does not fit or claims the slug of another text."""
    fresh = []
    slugs = Counter(draft.slug for draft in whole.drafts)
    whole.reasons += [f"slug “{slug}”: given to {n} documents." for slug, n in slugs.items() if n > 1]
    stored = {document.slug: document for document in Document.objects.filter(slug__in=slugs)}
    for draft in whole.drafts:
        document = stored.get(draft.slug)
        if document is None:
            fresh.append(draft)
            whole.reasons += misfits(draft.name, document_from(draft))
            if draft.source:
                whole.reasons += misfits(draft.name, Source(name=draft.source))
        elif not document.revisions.filter(sha256=sha256(draft.text)).exists():
            whole.reasons.append(
                f"{draft.name}: another text is stored under the slug “{draft.slug}”. Add it there as a new revision."
            )
    return fresh


def misfits(where: str, row: models.Model) -> list[str]:
    """What is wrong with the fields of an unsaved row."""
    try:
        row.clean_fields()
    except ValidationError as error:
        return [f"{where}: {name}: {message}" for name, messages in error.message_dict.items() for message in messages]
    return []

"""Bringing back a text from an export: the same sentences as recorded, not as a splitter would cut them today."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from sources.models import Document, Revision, Segmentation, SegmentationKind
from sources.segmentation import BLOCK_METHOD, block_ends
from sources.store import source_named
from sources.text import sha256


class RestoreError(ValueError):
    """What is stored contradicts the record; the message says how."""


@dataclass(frozen=True, slots=True)
class RecordedText:
    """One revision of a document as an export holds it; offsets in code points."""

    slug: str
    title: str
    text: str
    sha256: str
    number: int
    sentences: tuple[int, ...]
    segmentation: tuple[str, str]
    source: str = ""
    byline: str = ""
    published_on: date | None = None
    retrieved_at: datetime | None = None
    url: str = ""
    language: str = "und"
    licence: str = ""
    disclosure: str = ""
    withdrawn_at: datetime | None = None


def find_text(digest: str) -> str | None:
    """Return a stored text by its SHA-256, or None."""
    return Revision.objects.filter(sha256=digest).values_list("text", flat=True).first()


def restore_revision(record: RecordedText) -> Revision:
    """Return the stored revision of that document with that text; store it where it is not there.

    Raises
    ------
    RestoreError
        Another text under the same slug and number, a text that is not its hash, or other sentences than stored.
    ValidationError
        Metadata that does not fit, by field.
    """
    if sha256(record.text) != record.sha256:
        raise RestoreError(f"The text of “{record.slug}” does not have the hash recorded for it.")
    with transaction.atomic():
        document = Document.objects.filter(slug=record.slug).first() or _restore_document(record)
        stored = Revision.objects.filter(document=document, number=record.number).first()
        if stored is None:
            return _restore_text(document, record)
        if stored.sha256 != record.sha256:
            raise RestoreError(f"“{record.slug}” has another text as its revision {record.number} here.")
        if stored.sentences != record.sentences:
            raise RestoreError(f"“{record.slug}” is cut into other sentences here.")
        return stored


def _restore_document(record: RecordedText) -> Document:
    document = Document(
        slug=record.slug,
        title=record.title,
        source=source_named(record.source) if record.source else None,
        byline=record.byline,
        published_on=record.published_on,
        retrieved_at=record.retrieved_at,
        url=record.url,
        language=record.language,
        licence=record.licence,
        disclosure=record.disclosure,
        withdrawn_at=record.withdrawn_at,
    )
    document.full_clean()
    document.save()
    return document


def _restore_text(document: Document, record: RecordedText) -> Revision:
    revision = Revision(
        document=document,
        number=record.number,
        text=record.text,
        sha256=record.sha256,
        length=len(record.text),
    )
    revision.save()
    method, version = record.segmentation
    Segmentation(
        revision=revision,
        kind=SegmentationKind.SENTENCE,
        method=method,
        method_version=version,
        ends=list(record.sentences),
    ).save()
    method, version = BLOCK_METHOD
    ends = block_ends(record.text)
    Segmentation(
        revision=revision, kind=SegmentationKind.BLOCK, method=method, method_version=version, ends=ends
    ).save()
    return revision

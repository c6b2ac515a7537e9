"""Every write to the material: storing texts, withdrawing documents. Knows no users; callers check who may."""

from datetime import datetime
from io import BytesIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from sources.importers import importer_for
from sources.importers.draft import Draft
from sources.models import Document, Original, Revision, RevisionQuerySet, Segmentation, SegmentationKind, Source
from sources.segmentation import BLOCK_METHOD, SENTENCE_METHOD, block_ends, sentence_ends
from sources.text import TextError, sha256


def read_draft(raw: bytes, name: str) -> Draft:
    """Read the one text of a file; TextError says why it cannot be one."""
    (draft,) = importer_for(name).read(BytesIO(raw), name)
    return draft


def refuse_duplicate(document: Document, draft: Draft) -> None:
    """Raise TextError `duplicate` if `document` already has this very text."""
    twin = document.revisions.without_text().filter(sha256=sha256(draft.text)).first()
    if twin is not None:
        raise TextError("duplicate", f"This very text is already stored as revision {twin.number} of this document.")


def same_text_elsewhere(revision: Revision) -> RevisionQuerySet:
    """Revisions of other documents that hold this very text."""
    twins = Revision.objects.without_text().filter(sha256=revision.sha256).select_related("document")
    return twins.exclude(document=revision.document_id)


def store_revision(
    document: Document,
    raw: bytes,
    name: str,
    media_type: str = "",
    *,
    address: str = "",
    retrieved_at: datetime | None = None,
) -> Revision:
    """Store a file as the next text of a saved document, with its sentences, its blocks and the file itself.

    `media_type` empty = the importer's. All or nothing; if a surrounding transaction fails later, a file without a row
    may stay in the media folder, which harms nothing.

    Raises
    ------
    TextError
        Codes of the importer (`encoding`, `bad_text`, `empty`, `kind`, `too_large`), or `duplicate`.
    """
    draft = read_draft(raw, name)
    # Cut before the transaction: a text of 10 MB takes seconds, in which SQLite would let nobody else write.
    cuttings = (
        (SegmentationKind.SENTENCE, SENTENCE_METHOD, sentence_ends(draft.text, document.language)),
        (SegmentationKind.BLOCK, BLOCK_METHOD, block_ends(draft.text)),
    )
    with transaction.atomic():
        # Two uploads at once would count to the same number.
        Document.objects.select_for_update().get(pk=document.pk)
        refuse_duplicate(document, draft)
        last = document.revisions.aggregate(last=Max("number"))["last"] or 0
        revision = Revision.objects.create(
            document=document,
            number=last + 1,
            text=draft.text,
            sha256=sha256(draft.text),
            length=len(draft.text),
        )
        for kind, (method, version), ends in cuttings:
            Segmentation.objects.create(revision=revision, kind=kind, method=method, method_version=version, ends=ends)
        Original.objects.create(
            revision=revision,
            name=draft.name,
            media_type=media_type or draft.media_type,
            sha256=sha256(raw),
            file=ContentFile(raw, name=draft.name),
            address=address,
            retrieved_at=retrieved_at,
        )
    return revision


def store_document(draft: Draft) -> Document:
    """Store a draft as a new document with its first revision; its source is made if no outlet has that name.

    Raises
    ------
    ValidationError
        Metadata that does not fit, by field.
    TextError
        See `store_revision`.
    """
    with transaction.atomic():
        document = document_from(draft)
        document.full_clean()
        if draft.source:
            document.source = source_named(draft.source)
        document.save()
        store_revision(
            document, draft.raw, draft.name, draft.media_type, address=draft.url, retrieved_at=draft.retrieved_at
        )
    return document


def source_named(name: str) -> Source:
    """The outlet of that exact name, made if there is none; ValidationError for a name that does not fit."""
    source = Source.objects.filter(name=name).first()
    if source is None:
        source = Source(name=name)
        source.full_clean()
        source.save()
    return source


def document_from(draft: Draft) -> Document:
    """A document with the metadata of `draft`, unsaved and without its source."""
    return Document(
        slug=draft.slug,
        title=draft.title,
        byline=draft.byline,
        published_on=draft.published_on,
        retrieved_at=draft.retrieved_at,
        url=draft.url,
        language=draft.language,
        licence=draft.licence,
        disclosure=draft.disclosure,
    )


def withdraw_document(document: Document, reason: str) -> None:
    """Let nobody be assigned to `document` any more; open work stays. Repeating it keeps the first time and reason."""
    if not document.is_withdrawn:
        document.withdrawn_at = timezone.now()
        document.withdrawal_reason = reason
        document.save(update_fields=["withdrawn_at", "withdrawal_reason"])


def reinstate_document(document: Document) -> None:
    """Undo a withdrawal."""
    document.withdrawn_at = None
    document.withdrawal_reason = ""
    document.save(update_fields=["withdrawn_at", "withdrawal_reason"])

"""A study as a file, as of one moment and as far as a viewer may see it."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from annotator.formats import Options
from annotator.models import Assignment, Codebook, Membership, Recoding, Study, User
from annotator.models.descriptions import codebook_info, codebooks_behind
from annotator.queries.coded_documents import coded_documents
from annotator.queries.export_contents import export_contents
from annotator.queries.keeping import kept
from annotator.records import CodebookInfo, CodedDocument

PIECE = 64 * 1024  # characters sent at a time
SLOWEST_READER = "600s"


@contextmanager
def one_moment() -> Iterator[None]:
    """Let all reads inside see the database as it is at the first of them, without keeping anybody from writing."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{SLOWEST_READER}'")
            yield
    else:
        # Django would begin an IMMEDIATE transaction, which takes the lock of writers.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def _pieces(lines: Iterable[str]) -> Iterator[str]:
    kept: list[str] = []
    size = 0
    for line in lines:
        kept.append(line)
        size += len(line)
        if size >= PIECE:
            yield "".join(kept)
            kept, size = [], 0
    yield "".join(kept)


def _documents(study: Study, viewer: User) -> Iterator[CodedDocument]:
    """The study's texts with the work the viewer may see; to a reader no text without any."""
    reads = study.role_of(viewer) == Membership.Role.READER
    for document in coded_documents(study, viewer, purpose="work"):
        if document.codings or not reads:
            yield document


def codebooks_of_export(study: Study, work: QuerySet[Assignment]) -> tuple[CodebookInfo, ...]:
    """Return the versions a file names: the study's own, those the work was made with, and what lies between them."""
    answers = Recoding.objects.live().filter(assignment__in=work.values("pk"))
    named = Q(pk__in=work.values("codebook")) | Q(pk__in=answers.values("codebook"))
    used = Codebook.objects.filter(Q(pk=study.codebook_id) | named)
    known = {info.key: info for info in (codebook_info(codebook) for codebook in used.order_by("slug", "version"))}
    if len(known) > 1:
        codebooks_behind(known[study.codebook.slug, study.codebook.version], known)
    return tuple(known[key] for key in sorted(known))


def export_pieces(study: Study, viewer: User, module: ModuleType) -> Iterator[str]:
    """Yield the file piece by piece. The same work gives the same bytes, so no time of export is written in it."""
    with one_moment():
        yield from _file(study, viewer, module)


def export_hash(study: Study, viewer: User, module: ModuleType) -> str:
    """Return the SHA-256 of the bytes of that file in hexadecimal; to be called within one moment.

    It is kept as long as nothing that the file depends on is different.
    """

    def taken() -> str:
        digest = hashlib.sha256()
        for piece in _file(study, viewer, module):
            digest.update(piece.encode())
        return digest.hexdigest()

    contents = export_contents(study, viewer, _codebooks(study, viewer))
    return kept("export", (module.__name__, contents), taken)


def _codebooks(study: Study, viewer: User) -> tuple[CodebookInfo, ...]:
    work = Assignment.objects.filter(study=study).without_training()
    return codebooks_of_export(study, work.work_visible_to(viewer))


def _file(study: Study, viewer: User, module: ModuleType) -> Iterator[str]:
    options = Options(software=f"Credence {settings.VERSION}", codebooks=_codebooks(study, viewer))
    yield from _pieces(module.lines(_documents(study, viewer), options))

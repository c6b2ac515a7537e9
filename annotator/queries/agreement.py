"""Agreement as a viewer may see it: the report, whether it is shown at all, and an ETag that tells nothing more."""

import hashlib
from collections.abc import Iterable

from annotator.agreement.report import Report, report
from annotator.models import Assignment, Membership, Study, User
from annotator.queries.coded_documents import codebook_info, coded_documents
from annotator.records import CodedDocument
from sources.models import Revision


def may_see_agreement(study: Study, viewer: User, revision: Revision | None = None) -> bool:
    """Whether the viewer is shown figures of this text (of any text of the study, without one).

    Depends on nothing that others do: only on the viewer's rights, submissions and reveals, and the study's closing.
    """
    if revision is not None:
        mine = Assignment.objects.filter(revision=revision, reviewer=viewer, round=1).open().reviews()
        if mine.exclude(study__blinding=Study.Blinding.OPEN).exists():
            return False
    if viewer.sees_all_work:
        return True
    role = study.role_of(viewer)
    if role in (Membership.Role.LEAD, Membership.Role.ADJUDICATOR):
        return True
    if role == Membership.Role.READER:
        return study.is_closed
    if role is None or study.blinding == Study.Blinding.OPEN:
        return role is not None
    if study.blinding == Study.Blinding.UNTIL_CLOSED and not study.is_closed:
        return False
    revealed = Assignment.objects.submitted().filter(study=study, reviewer=viewer, revealed_at__isnull=False)
    if revision is not None:
        revealed = revealed.filter(revision=revision)
    return revealed.exists()


def measured_documents(
    study: Study, viewer: User, revisions: Iterable[Revision] | None = None
) -> tuple[CodedDocument, ...]:
    """Return the texts of which the viewer may see figures, with the submitted work that enters them."""
    return tuple(
        document
        for document in coded_documents(study, viewer, revisions=revisions, purpose="agreement")
        if document.codings
    )


def agreement_report(study: Study, viewer: User, revision: Revision | None = None) -> Report:
    """Return the agreement of the study, or of one text, over the work this viewer may see."""
    documents = measured_documents(study, viewer, [revision] if revision is not None else None)
    return report(documents, codebook_info(study.codebook))


def report_etag(study: Study, viewer: User, revision: Revision | None = None) -> str:
    """Return a quoted ETag made only of the assignments that enter the viewer's report.

    Submitted work changes only by being reopened and submitted again, so assignment, round and time of submission say
    it all; what the viewer may not see leaves no trace.
    """
    seen = Assignment.objects.filter(study=study).measured_for(viewer)
    if revision is not None:
        seen = seen.filter(revision=revision)
    digest = hashlib.sha256(f"{study.slug} {study.codebook_id} {study.closed_at}".encode())
    for row in seen.order_by("pk").values_list("pk", "round", "submitted_at"):
        digest.update(repr(row).encode())
    return f'"{digest.hexdigest()[:32]}"'

"""Every read that crosses tables, one file per question. All of them ask `visible_to` or `measured_for` first."""

from annotator.queries.agreement import agreement_report, may_see_agreement, measured_documents, report_etag
from annotator.queries.coded_documents import all_coded_documents, codebook_info, coded_documents
from annotator.queries.home import HomeRow, home_rows
from annotator.queries.progress import ProgressCell, ProgressGrid, study_progress
from annotator.queries.texts import measurable_revisions, readable_revisions
from annotator.queries.verification import Verification, verification

__all__ = [
    "HomeRow",
    "ProgressCell",
    "ProgressGrid",
    "Verification",
    "agreement_report",
    "all_coded_documents",
    "codebook_info",
    "coded_documents",
    "home_rows",
    "may_see_agreement",
    "measurable_revisions",
    "measured_documents",
    "readable_revisions",
    "report_etag",
    "study_progress",
    "verification",
]

"""Every read that crosses tables, one file per question. All of them ask `visible_to` or `measured_for` first."""

from annotator.models.descriptions import codebook_info
from annotator.queries.adjudication import CaseBook, case_book
from annotator.queries.agreement import (
    awaits_own_reviews,
    hidden_revisions,
    may_see_agreement,
    measured_documents,
)
from annotator.queries.board import Board, BoardRow, study_board
from annotator.queries.codebooks import Since, changes_since, presets
from annotator.queries.coded_documents import all_coded_documents, as_read_now, coded_documents
from annotator.queries.discussion import Thread, threads_on
from annotator.queries.exports import codebooks_of_export
from annotator.queries.extra_reviews import LowText, low_texts
from annotator.queries.figures import Figures, figures_for, figures_for_operator
from annotator.queries.home import HomeRow, home_rows
from annotator.queries.members import MemberRow, member_rows
from annotator.queries.open_work import IDLE_DAYS, OpenWork, open_work, taken_back_from
from annotator.queries.progress import ProgressCell, ProgressGrid, study_progress
from annotator.queries.reading_order import own_in_reading_order, reading_key
from annotator.queries.readings import ReadingRow, readable_with, reading_rows
from annotator.queries.recodings import RecodingCase, recoding_cases, recoding_progress, studies_to_recode
from annotator.queries.texts import choosable_revisions, measurable_revisions, readable_revisions
from annotator.queries.training import (
    LessonResult,
    OwnTraining,
    lesson_result,
    own_standings,
    trainings_of,
    waiting_assignments,
)
from annotator.queries.training_board import (
    TraineeRow,
    TrainingPlan,
    gold_is_shown,
    teachable_golds,
    trainee_rows,
    trainees,
    training_plan,
    training_texts,
)
from annotator.queries.verification import Verification, verification

__all__ = [
    "IDLE_DAYS",
    "Board",
    "BoardRow",
    "CaseBook",
    "Figures",
    "HomeRow",
    "LessonResult",
    "LowText",
    "MemberRow",
    "OpenWork",
    "OwnTraining",
    "ProgressCell",
    "ProgressGrid",
    "ReadingRow",
    "RecodingCase",
    "Since",
    "Thread",
    "TraineeRow",
    "TrainingPlan",
    "Verification",
    "all_coded_documents",
    "as_read_now",
    "awaits_own_reviews",
    "case_book",
    "changes_since",
    "choosable_revisions",
    "codebook_info",
    "codebooks_of_export",
    "coded_documents",
    "figures_for",
    "figures_for_operator",
    "gold_is_shown",
    "hidden_revisions",
    "home_rows",
    "lesson_result",
    "low_texts",
    "may_see_agreement",
    "measurable_revisions",
    "measured_documents",
    "member_rows",
    "open_work",
    "own_in_reading_order",
    "own_standings",
    "presets",
    "readable_revisions",
    "readable_with",
    "reading_key",
    "reading_rows",
    "recoding_cases",
    "recoding_progress",
    "studies_to_recode",
    "study_board",
    "study_progress",
    "taken_back_from",
    "teachable_golds",
    "threads_on",
    "trainee_rows",
    "trainees",
    "training_plan",
    "training_texts",
    "trainings_of",
    "verification",
    "waiting_assignments",
]

"""The addresses under /api/v1/."""

from django.urls import path, re_path, register_converter

from annotator.api.agreement import Agreement
from annotator.api.annotations import AnnotationDetail, AnnotationList, AnnotationRestore
from annotator.api.assignments import (
    AssignmentDetail,
    AssignmentLean,
    AssignmentList,
    AssignmentReopen,
    AssignmentReveal,
    AssignmentRevise,
    AssignmentSubmit,
)
from annotator.api.base import NotThere
from annotator.api.board import StudyBoard
from annotator.api.codebook_drafts import CodebookFaults, CodebookNext, CodebookPublish
from annotator.api.codebooks import CodebookDetail, CodebookList
from annotator.api.codebooks_discarded import CodebookTakenOut, DiscardedList, DiscardedRestore
from annotator.api.comments import CommentDetail, CommentList, CommentRestore
from annotator.api.decisions import DecisionDetail, DecisionList, DecisionRestore
from annotator.api.distribution import Distribution
from annotator.api.documents import (
    DocumentDetail,
    DocumentList,
    RevisionDetail,
    RevisionList,
    SourceDetail,
    SourceList,
)
from annotator.api.entrances import ClassCodeDetail, ClassCodeList, InvitationDetail, InvitationList
from annotator.api.events import EventList
from annotator.api.exports import Export, Import
from annotator.api.extra_reviews import ExtraReviews
from annotator.api.fields import CodePath, NumberPath
from annotator.api.me import Me, TokenDetail, TokenList
from annotator.api.members import MemberDetail, MemberList, MemberPasswordLink
from annotator.api.open_work import AssignmentsDeadline, AssignmentsGiveBack, AssignmentsReclaim, OpenWork
from annotator.api.questions import QuestionList
from annotator.api.ratings import RatingDetail, RatingList, RatingRestore
from annotator.api.reading_order import ReadingOrder
from annotator.api.recodings import AnnotationRecoding, RecodingList
from annotator.api.reference import Reference, Schema
from annotator.api.standings import BesideGold, Drift
from annotator.api.studies import (
    StudyAssignmentList,
    StudyClose,
    StudyCodebook,
    StudyDetail,
    StudyList,
    StudyReopen,
    StudyTextDetail,
    StudyTextList,
)
from annotator.api.training import (
    OwnTraining,
    TraineeList,
    TraineePass,
    TrainingDetail,
    TrainingEnd,
    TrainingOpen,
    TrainingTextDetail,
    TrainingTextGive,
    TrainingTextList,
)

register_converter(CodePath, "code")
register_converter(NumberPath, "number")

urlpatterns = [
    path("schema/", Schema.as_view(), name="api-schema"),
    path("reference/", Reference.as_view(), name="api-reference"),
    path("me/", Me.as_view()),
    path("tokens/", TokenList.as_view()),
    path("tokens/<uuid:token_id>/", TokenDetail.as_view()),
    path("sources/", SourceList.as_view()),
    path("sources/<number:source_id>/", SourceDetail.as_view()),
    path("documents/", DocumentList.as_view()),
    path("documents/<code:slug>/", DocumentDetail.as_view()),
    path("documents/<code:slug>/revisions/", RevisionList.as_view()),
    path("documents/<code:slug>/revisions/<number:number>/", RevisionDetail.as_view()),
    path("codebooks/", CodebookList.as_view()),
    path("codebooks/discarded/", DiscardedList.as_view()),
    path("codebooks/discarded/<code:act>/restore/", DiscardedRestore.as_view()),
    path("codebooks/<code:slug>/<number:version>/", CodebookDetail.as_view()),
    path("codebooks/<code:slug>/<number:version>/faults/", CodebookFaults.as_view()),
    path("codebooks/<code:slug>/<number:version>/taken-out/", CodebookTakenOut.as_view()),
    path("codebooks/<code:slug>/<number:version>/next/", CodebookNext.as_view()),
    path("codebooks/<code:slug>/<number:version>/publish/", CodebookPublish.as_view()),
    path("studies/", StudyList.as_view()),
    path("studies/<code:slug>/", StudyDetail.as_view()),
    path("studies/<code:slug>/texts/", StudyTextList.as_view()),
    path("studies/<code:slug>/texts/<code:document>/<number:number>/", StudyTextDetail.as_view()),
    path("studies/<code:slug>/order/", ReadingOrder.as_view()),
    path("studies/<code:slug>/close/", StudyClose.as_view()),
    path("studies/<code:slug>/reopen/", StudyReopen.as_view()),
    path("studies/<code:slug>/codebook/", StudyCodebook.as_view()),
    path("studies/<code:slug>/board/", StudyBoard.as_view()),
    path("studies/<code:slug>/questions/", QuestionList.as_view()),
    path("studies/<code:slug>/members/", MemberList.as_view()),
    path("studies/<code:slug>/members/<path:pseudonym>/password-link/", MemberPasswordLink.as_view()),
    path("studies/<code:slug>/members/<path:pseudonym>/", MemberDetail.as_view()),
    path("studies/<code:slug>/invitations/", InvitationList.as_view()),
    path("studies/<code:slug>/invitations/<uuid:invitation_id>/", InvitationDetail.as_view()),
    path("studies/<code:slug>/codes/", ClassCodeList.as_view()),
    path("studies/<code:slug>/codes/<uuid:code_id>/", ClassCodeDetail.as_view()),
    path("studies/<code:slug>/assignments/", StudyAssignmentList.as_view()),
    path("studies/<code:slug>/assignments/reclaim/", AssignmentsReclaim.as_view()),
    path("studies/<code:slug>/assignments/give-back/", AssignmentsGiveBack.as_view()),
    path("studies/<code:slug>/assignments/deadline/", AssignmentsDeadline.as_view()),
    path("studies/<code:slug>/extra-reviews/", ExtraReviews.as_view()),
    path("studies/<code:slug>/open-work/", OpenWork.as_view()),
    path("studies/<code:slug>/distribution/", Distribution.as_view()),
    path("studies/<code:slug>/recodings/", RecodingList.as_view()),
    path("studies/<code:slug>/training/", TrainingDetail.as_view()),
    path("studies/<code:slug>/training/open/", TrainingOpen.as_view()),
    path("studies/<code:slug>/training/end/", TrainingEnd.as_view()),
    path("studies/<code:slug>/training/mine/", OwnTraining.as_view()),
    path("studies/<code:slug>/training/texts/", TrainingTextList.as_view()),
    path("studies/<code:slug>/training/texts/<uuid:text_id>/", TrainingTextDetail.as_view()),
    path("studies/<code:slug>/training/texts/<uuid:text_id>/give/", TrainingTextGive.as_view()),
    path("studies/<code:slug>/training/reviewers/", TraineeList.as_view()),
    path("studies/<code:slug>/training/reviewers/<path:pseudonym>/pass/", TraineePass.as_view()),
    path("studies/<code:slug>/beside-gold/", Drift.as_view()),
    path("studies/<code:slug>/agreement/", Agreement.as_view()),
    path("studies/<code:slug>/export/<code:format_key>/", Export.as_view(), name="api-export"),
    path("studies/<code:slug>/import/<code:format_key>/", Import.as_view()),
    path("studies/<code:slug>/events/", EventList.as_view()),
    path("assignments/", AssignmentList.as_view()),
    path("assignments/<uuid:assignment_id>/", AssignmentDetail.as_view()),
    path("assignments/<uuid:assignment_id>/gold/", BesideGold.as_view()),
    path("assignments/<uuid:assignment_id>/lean/", AssignmentLean.as_view()),
    path("assignments/<uuid:assignment_id>/ratings/", RatingList.as_view()),
    path("assignments/<uuid:assignment_id>/ratings/<code:scale>/", RatingDetail.as_view()),
    path("assignments/<uuid:assignment_id>/ratings/<code:scale>/restore/", RatingRestore.as_view()),
    path("assignments/<uuid:assignment_id>/reopen/", AssignmentReopen.as_view()),
    path("assignments/<uuid:assignment_id>/reveal/", AssignmentReveal.as_view()),
    path("assignments/<uuid:assignment_id>/revise/", AssignmentRevise.as_view()),
    path("assignments/<uuid:assignment_id>/submit/", AssignmentSubmit.as_view()),
    path("annotations/", AnnotationList.as_view()),
    path("annotations/<uuid:annotation_id>/", AnnotationDetail.as_view()),
    path("annotations/<uuid:annotation_id>/recoding/", AnnotationRecoding.as_view()),
    path("annotations/<uuid:annotation_id>/restore/", AnnotationRestore.as_view()),
    path("decisions/", DecisionList.as_view()),
    path("decisions/<uuid:decision_id>/", DecisionDetail.as_view()),
    path("decisions/<uuid:decision_id>/restore/", DecisionRestore.as_view()),
    path("comments/", CommentList.as_view()),
    path("comments/<uuid:comment_id>/", CommentDetail.as_view()),
    path("comments/<uuid:comment_id>/restore/", CommentRestore.as_view()),
    re_path("", NotThere.as_view()),  # an address without its slash, too: a redirect would lose a body
]

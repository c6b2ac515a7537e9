"""The addresses under /api/v1/."""

from django.urls import path, register_converter

from annotator.api.annotations import AnnotationDetail, AnnotationList, AnnotationRestore
from annotator.api.assignments import (
    AssignmentDetail,
    AssignmentList,
    AssignmentReopen,
    AssignmentReveal,
    AssignmentRevise,
    AssignmentSubmit,
)
from annotator.api.codebooks import CodebookDetail, CodebookList
from annotator.api.fields import CodePath, NumberPath
from annotator.api.ratings import RatingDetail, RatingList

register_converter(CodePath, "code")
register_converter(NumberPath, "number")

urlpatterns = [
    path("annotations/", AnnotationList.as_view()),
    path("annotations/<uuid:annotation_id>/", AnnotationDetail.as_view()),
    path("annotations/<uuid:annotation_id>/restore/", AnnotationRestore.as_view()),
    path("assignments/", AssignmentList.as_view()),
    path("assignments/<uuid:assignment_id>/", AssignmentDetail.as_view()),
    path("assignments/<uuid:assignment_id>/ratings/", RatingList.as_view()),
    path("assignments/<uuid:assignment_id>/ratings/<code:scale>/", RatingDetail.as_view()),
    path("assignments/<uuid:assignment_id>/reopen/", AssignmentReopen.as_view()),
    path("assignments/<uuid:assignment_id>/reveal/", AssignmentReveal.as_view()),
    path("assignments/<uuid:assignment_id>/revise/", AssignmentRevise.as_view()),
    path("assignments/<uuid:assignment_id>/submit/", AssignmentSubmit.as_view()),
    path("codebooks/", CodebookList.as_view()),
    path("codebooks/<code:slug>/<number:version>/", CodebookDetail.as_view()),
]

"""Passages whose label was split: what their reviewer is asked, the answers, and how far everybody is."""

from typing import Any
from uuid import UUID

from django.db.models import F, Model
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.recoding import recode_passage, undo_recoding
from annotator.api.base import ApiView, find, versioned
from annotator.api.fields import CODE_LENGTH, LARGEST, NothingSerializer, StrictSerializer, Text, Whole
from annotator.api.preconditions import precondition_of
from annotator.api.schema import CREATES, IF_CHANGED, IF_MATCH, describe
from annotator.models import Recoding, Study
from annotator.queries import RecodingCase, recoding_cases, recoding_progress


class RecodingSerializer(serializers.Serializer):
    """What a passage with a split label is read as: a label of the version named, null for none of the new ones.

    `informed` means that its reviewer could see others' work by then, so that the answer is not independent.
    """

    annotation = serializers.UUIDField(source="annotation_id")
    codebook = serializers.CharField(source="codebook.slug")
    codebook_version = serializers.IntegerField(source="codebook.version")
    label = serializers.CharField(source="label.code", default=None, allow_null=True)
    informed = serializers.BooleanField()
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class RecodingCaseSerializer(serializers.Serializer):
    """A passage of one's own that is to be coded again: its words, its label, the labels that one was split into."""

    annotation = serializers.UUIDField(source="passage.pk")
    assignment = serializers.UUIDField(source="passage.assignment_id")
    document = serializers.CharField(source="assignment.revision.document.slug")
    revision = serializers.IntegerField(source="assignment.revision.number")
    label = serializers.CharField(source="passage.label.code")
    start = serializers.IntegerField(source="passage.start")
    end = serializers.IntegerField(source="passage.end")
    quote = serializers.CharField(source="passage.quote")
    choices = serializers.SerializerMethodField()
    answer = RecodingSerializer(allow_null=True)

    def get_choices(self, case: RecodingCase) -> list[str]:
        """Codes of the new labels."""
        return [label.code for label in case.choices]


class RecodingProgressSerializer(serializers.Serializer):
    """How far a reviewer is: `informed` answers were given when others' work could be seen."""

    reviewer = serializers.CharField()
    asked = serializers.IntegerField()
    answered = serializers.IntegerField()
    informed = serializers.IntegerField()
    left = serializers.IntegerField()


class RecodingListSerializer(serializers.Serializer):
    """One's own passages to be coded again in a study; `progress` of all reviewers is for those who run it."""

    codebook_version = serializers.IntegerField()
    results = RecodingCaseSerializer(many=True)
    progress = RecodingProgressSerializer(many=True, allow_null=True)


class RecodingBodySerializer(StrictSerializer):
    """The new label, null for none of them, and the version of the codebook that was looked at."""

    label = Text(max_length=CODE_LENGTH, allow_null=True)
    codebook_version = Whole(min_value=1, max_value=LARGEST)


class RecodingList(ApiView):
    """What is to be coded again in a study."""

    @describe("list_recodings", "List passages to code again", {200: RecodingListSerializer}, problems=(404,))
    def get(self, request: Request, slug: str) -> Response:
        """List one's own passages whose label was split, answered or not."""
        study = find(Study.objects.visible_to(self.viewer).select_related("codebook"), slug=slug)
        runs = study.is_run_by(self.viewer)
        found = {
            "codebook_version": study.codebook.version,
            "results": recoding_cases(study, self.viewer),
            "progress": recoding_progress(study, study.codebook, self.viewer) if runs else None,
        }
        return Response(RecodingListSerializer(found).data)


class AnnotationRecoding(ApiView):
    """What a passage is read as with the version its study is read with."""

    def present(self, row: Model) -> Any:
        """Show the answer a refusal is about."""
        return RecodingSerializer(row).data

    @describe(
        "get_recoding",
        "Read what a passage was coded as again",
        {200: RecodingSerializer, 304: None},
        parameters=[IF_CHANGED],
        problems=(404,),
    )
    def get(self, request: Request, annotation_id: UUID) -> Response:
        """Show the answer for the version that the study is read with now."""
        rows = Recoding.objects.live().visible_to(self.viewer).select_related("codebook", "label")
        recoding = find(rows.filter(codebook=F("assignment__study__codebook")), annotation=annotation_id)
        return versioned(request, RecodingSerializer(recoding).data, recoding.version)

    @describe(
        "recode_annotation",
        "Code a passage again",
        {200: RecodingSerializer, 201: RecodingSerializer},
        body=RecodingBodySerializer,
        parameters=[IF_MATCH, CREATES],
        problems=(404, 409, 410, 412, 428),
        writes=True,
    )
    def put(self, request: Request, annotation_id: UUID) -> Response:
        """Answer with `If-None-Match: *`, change the answer with `If-Match`; the passage stays as it was."""
        precondition = precondition_of(request)
        precondition.refuse_if_missing()
        body = self.body(RecodingBodySerializer)
        row, is_new = recode_passage(
            actor=self.viewer,
            annotation_id=annotation_id,
            label=body["label"],
            codebook_version=body["codebook_version"],
            precondition=precondition,
        )
        return versioned(request, RecodingSerializer(row).data, row.version, 201 if is_new else 200)

    @describe(
        "undo_recoding",
        "Take back what a passage was coded as again",
        {204: None},
        parameters=[IF_MATCH],
        problems=(404, 409, 410, 412, 428),
        writes=True,
    )
    def delete(self, request: Request, annotation_id: UUID) -> Response:
        """Take the answer back, so that it is asked again; where there is none, nothing changes."""
        self.body(NothingSerializer)
        undo_recoding(actor=self.viewer, annotation_id=annotation_id, versions=precondition_of(request).versions)
        return Response(status=204)

"""All passages of one assignment as the API shows them: read as columns, since a page may hold thousands of them."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers

from annotator.api.annotations import PassageRatingSerializer
from annotator.models import Annotation, Assignment, Rating
from sources.text import Utf16Index

_COLUMNS = ("pk", "label__code", "start", "end", "note", "version", "created_at", "updated_at")


class LeanPassageSerializer(serializers.Serializer):
    """A passage without what follows from the text and the assignment; offsets are half-open code points."""

    id = serializers.UUIDField()
    label = serializers.CharField(source="label.code")
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    note = serializers.CharField()
    ratings = PassageRatingSerializer(many=True)
    version = serializers.IntegerField()


def _ratings_by_passage(assignment: Assignment) -> dict[UUID, list[dict[str, Any]]]:
    ratings: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    given = Rating.objects.filter(assignment=assignment, annotation__isnull=False).order_by("scale__position", "pk")
    for annotation_id, scale, point in given.values_list("annotation_id", "scale__code", "point__value"):
        ratings[annotation_id].append({"scale": scale, "point": point})
    return ratings


def _in_reading_order(assignment: Assignment) -> QuerySet[Annotation]:
    return Annotation.objects.filter(assignment=assignment).live().order_by("start", "-end", "id")


def lean_passages_of(assignment: Assignment) -> list[dict[str, Any]]:
    """Return what LeanPassageSerializer says of each live passage, in reading order; two queries."""
    ratings = _ratings_by_passage(assignment)
    rows = _in_reading_order(assignment).values_list("pk", "label__code", "start", "end", "note", "version")
    return [
        {
            "id": str(pk),
            "label": label,
            "start": start,
            "end": end,
            "note": note,
            "ratings": ratings.get(pk, []),
            "version": version,
        }
        for pk, label, start, end, note, version in rows
    ]


def passages_of(assignment: Assignment) -> list[dict[str, Any]]:
    """Return what AnnotationSerializer says of each live passage, in reading order; two queries."""
    ratings = _ratings_by_passage(assignment)
    text, time = assignment.revision.text, serializers.DateTimeField().to_representation
    utf16, owner = Utf16Index(text).to_utf16, str(assignment.pk)
    rows = _in_reading_order(assignment)
    return [
        {
            "id": str(pk),
            "assignment": owner,
            "label": label,
            "start": start,
            "end": end,
            "start_utf16": utf16(start),
            "end_utf16": utf16(end),
            "quote": text[start:end],
            "note": note,
            "ratings": ratings.get(pk, []),
            "version": version,
            "created_at": time(created_at),
            "updated_at": time(updated_at),
        }
        for pk, label, start, end, note, version, created_at, updated_at in rows.values_list(*_COLUMNS)
    ]

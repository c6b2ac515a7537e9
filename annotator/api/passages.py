"""All passages of one assignment as the API shows them: read as columns, since a page may hold thousands of them."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from rest_framework import serializers

from annotator.models import Annotation, Assignment, Rating
from sources.text import Utf16Index

_COLUMNS = ("pk", "label__code", "start", "end", "note", "version", "created_at", "updated_at")


def passages_of(assignment: Assignment) -> list[dict[str, Any]]:
    """Return what AnnotationSerializer says of each live passage, in reading order; two queries."""
    ratings: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    given = Rating.objects.filter(assignment=assignment, annotation__isnull=False).order_by("scale__position", "pk")
    for annotation_id, scale, point in given.values_list("annotation_id", "scale__code", "point__value"):
        ratings[annotation_id].append({"scale": scale, "point": point})
    text, time = assignment.revision.text, serializers.DateTimeField().to_representation
    utf16, owner = Utf16Index(text).to_utf16, str(assignment.pk)
    rows = Annotation.objects.filter(assignment=assignment).live().order_by("start", "-end", "id")
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

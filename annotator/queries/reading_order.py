"""In which order a reviewer reads what they were given, by the rule of each study."""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from annotator.models import Assignment, Study, TextPlace, User


def reading_key(assignments: Iterable[Assignment]) -> Callable[[Assignment], tuple[Any, ...]]:
    """Return a sort key for one reviewer's assignments, which are loaded with study and document; one query.

    Studies by title; in each the training first, then by the study's order. A random one comes of the assignment's id,
    which is random itself: it stays as it is, and nobody else can tell it. What others do moves nothing.
    """
    studies = {each.study_id for each in assignments if each.study.order == Study.Order.FIXED}
    rows = TextPlace.objects.filter(study__in=studies).values_list("study", "revision", "place") if studies else ()
    places = {(study, revision): place for study, revision, place in rows}

    def key(each: Assignment) -> tuple[Any, ...]:
        document = each.revision.document
        match each.study.order:
            case Study.Order.FIXED:
                place = places.get((each.study_id, each.revision_id))
            case Study.Order.LEAST_COVERED:
                place = each.place
            case _:
                place = int.from_bytes(hashlib.sha256(each.pk.bytes).digest())
        last = (place is None, place or 0, document.title.casefold(), each.revision_id, each.round)
        return each.study.title.casefold(), each.study_id, not each.is_training, *last

    return key


def own_in_reading_order(user: User) -> list[Assignment]:
    """Return all of the user's assignments in the order to be read, without their texts; two queries."""
    rows = Assignment.objects.filter(reviewer=user).select_related("study", "revision__document")
    found = list(rows.defer("revision__text"))
    return sorted(found, key=reading_key(found))

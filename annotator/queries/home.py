"""A reviewer's own assignments with their progress."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from annotator.models import Annotation, Assignment, Rating, Scale, User
from annotator.queries.reading_order import reading_key


@dataclass(frozen=True, slots=True)
class HomeRow:
    """One assignment on the home page. `spans` are own live passages (start, end, label code), in code points."""

    assignment: Assignment
    passages: int
    spans: tuple[tuple[int, int, str], ...]
    missing_ratings: int
    last_change_at: object

    @property
    def title(self) -> str:
        """The document's title."""
        return self.assignment.revision.document.title

    @property
    def length(self) -> int:
        """Code points of the text."""
        return self.assignment.revision.length


def _missing_ratings(assignments: list[Assignment], passages: list[tuple[UUID, UUID, int]]) -> dict[UUID, int]:
    """Count required ratings not given, for each assignment; four queries whatever their number."""
    codebooks = {assignment.codebook_id for assignment in assignments}
    required = list(Scale.objects.filter(codebook__in=codebooks, required=True).prefetch_related("labels"))
    asked_of = {scale.pk: {label.pk for label in scale.labels.all()} for scale in required}
    given = Rating.objects.filter(assignment__in=[assignment.pk for assignment in assignments])
    of_passages = set(given.filter(annotation__isnull=False).values_list("annotation_id", "scale_id"))
    of_documents = set(given.filter(annotation__isnull=True).values_list("assignment_id", "scale_id"))
    codebook_of = {assignment.pk: assignment.codebook_id for assignment in assignments}
    missing: dict[UUID, int] = defaultdict(int)
    for scale in required:
        if scale.target == Scale.Target.DOCUMENT:
            for assignment in assignments:
                if assignment.codebook_id == scale.codebook_id and (assignment.pk, scale.pk) not in of_documents:
                    missing[assignment.pk] += 1
            continue
        for passage_id, assignment_id, label_id in passages:
            asked = not asked_of[scale.pk] or label_id in asked_of[scale.pk]
            of_this_codebook = codebook_of[assignment_id] == scale.codebook_id
            if of_this_codebook and asked and (passage_id, scale.pk) not in of_passages:
                missing[assignment_id] += 1
    return missing


def home_rows(user: User) -> list[HomeRow]:
    """Return the user's assignments, those open first, each in the order to be read; a fixed number of queries."""
    assignments = list(
        Assignment.objects.filter(Q(reviewer=user) & ~Q(state=Assignment.State.DECLINED))
        .select_related("study", "codebook", "revision__document__source")
        .defer("revision__text", "codebook__guidelines")
    )
    assignments.sort(key=reading_key(assignments))
    rows = list(
        Annotation.objects.live()
        .filter(assignment__in=[assignment.pk for assignment in assignments])
        .order_by("start")
        .values_list("pk", "assignment_id", "label_id", "label__code", "start", "end", "updated_at")
    )
    missing = _missing_ratings(assignments, [(pk, owner, label) for pk, owner, label, *_ in rows])
    spans: dict[UUID, list[tuple[int, int, str]]] = defaultdict(list)
    latest: dict[UUID, object] = {}
    for _, owner, _, code, start, end, updated_at in rows:
        spans[owner].append((start, end, code))
        latest[owner] = max(latest.get(owner, updated_at), updated_at)
    found = [
        HomeRow(
            assignment=assignment,
            passages=len(spans[assignment.pk]),
            spans=tuple(spans[assignment.pk]),
            missing_ratings=missing[assignment.pk],
            last_change_at=latest.get(assignment.pk),
        )
        for assignment in assignments
    ]
    return sorted(found, key=lambda row: not row.assignment.is_open)

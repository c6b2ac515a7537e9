"""What all that an adjudicator does to the gold standard shares: whose votes count, how they are read, what is written.

Votes are read with the codebook of the gold standard, whatever version they were made with.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any
from uuid import UUID

from django.utils import timezone

from annotator.actions.annotation import Precondition, wanted_points
from annotator.actions.annotation import state_of as state_of_passage
from annotator.actions.assignments import lock_own_assignment, note_beginning, refuse_unless_open
from annotator.actions.errors import ConflictError, NotFoundError, StaleError
from annotator.actions.history import Act, record_all
from annotator.actions.rating import next_version
from annotator.actions.rating import state_of as state_of_rating
from annotator.models import (
    Annotation,
    Assignment,
    Codebook,
    Decision,
    Label,
    Rating,
    Scale,
    ScalePoint,
    User,
)
from annotator.models.descriptions import codebook_info, codebooks_behind, passage_said
from annotator.reading import Reader
from annotator.records import CodebookInfo, CodedPassage, CodedRating

Done = list[tuple[str, Act]]


@dataclass(frozen=True, slots=True)
class Vote:
    """A reviewer's passage, and what it says when it is read with the codebook of the gold standard."""

    row: Annotation
    said: CodedPassage


class VoteReader:
    """Reads votes with the codebook of the gold standard."""

    def __init__(self, gold: Assignment) -> None:
        self.gold = gold
        self.versions: dict[int, CodebookInfo] = {}
        self.reader: Reader | None = None

    def _reader(self) -> Reader:
        if self.reader is None:
            newer = codebook_info(self.gold.codebook)
            self.reader = Reader(newer, codebooks_behind(newer, {newer.key: newer}))
        return self.reader

    def _version(self, codebook_id: int) -> CodebookInfo:
        if codebook_id not in self.versions:
            self.versions[codebook_id] = codebook_info(Codebook.objects.get(pk=codebook_id))
        return self.versions[codebook_id]

    def vote(self, row: Annotation) -> Vote | None:
        """Read a passage that came with its label, assignment, ratings and answers; None where it says nothing now."""
        ratings = tuple(_coded(rating) for rating in row.ratings.all())
        said = replace(passage_said(row, row.recodings.all()), ratings=ratings)
        if row.assignment.codebook_id == self.gold.codebook_id:
            return Vote(row, said)
        read = self._reader().passage(said, self._version(row.assignment.codebook_id))
        return Vote(row, read) if read is not None else None

    def answers(self, scale: Scale, readers: Iterable[Assignment]) -> list[Rating]:
        """Return the ratings of the document on a scale, as far as the gold standard's codebook has their points."""
        values = set(scale.points.values_list("value", flat=True))
        given = Rating.objects.filter(assignment__in=[each.pk for each in readers], annotation=None)
        same = given.filter(scale__code=scale.code, scale__target=Scale.Target.DOCUMENT, point__value__in=values)
        return list(same.select_related("point").prefetch_related("evidence").order_by("pk"))


def _coded(rating: Rating) -> CodedRating:
    return CodedRating(rating.scale.code, rating.point.value, rating.point.missing)


def state_of(decision: Decision) -> dict[str, Any]:
    """Return the decision as history keeps it."""
    state = {
        "outcome": decision.outcome,
        "start": decision.start,
        "end": decision.end,
        "annotation": str(decision.annotation_id) if decision.annotation_id else None,
        "votes": sorted(str(vote.pk) for vote in decision.votes.all()),
        "reason": decision.reason,
        "version": decision.version,
        "deleted": decision.deleted_at is not None,
    }
    if decision.scale is not None:
        state |= {"scale": decision.scale.code, "point": decision.point.value if decision.point else None}
    return state


def lock_gold(actor: User, assignment_id: UUID) -> Assignment:
    """Lock and return the actor's gold assignment; NotFoundError, or ConflictError `not_adjudicator`."""
    assignment = lock_own_assignment(actor, assignment_id)
    if assignment.role != Assignment.Role.ADJUDICATOR:
        raise ConflictError("not_adjudicator", "Only the adjudicator of this text settles its disagreements.")
    return assignment


def submitted_votes(actor: User, gold: Assignment, ids: Any = None) -> list[Vote]:
    """Return passages of submitted reviews of the text that the actor may see, of all or with these ids."""
    work = Assignment.objects.filter(study=gold.study, revision=gold.revision).without_training()
    reviews = work.submitted().reviews()
    rows = Annotation.objects.live().visible_to(actor).filter(assignment__in=reviews.values("pk"))
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    reader = VoteReader(gold)
    found = rows.select_related("label", "assignment").prefetch_related(
        "ratings__scale", "ratings__point", "recodings__label", "recodings__codebook"
    )
    votes = (reader.vote(row) for row in found.order_by("pk"))
    return [vote for vote in votes if vote is not None]


def readers_of(actor: User, gold: Assignment) -> list[Assignment]:
    """Return the latest submitted round of each person who reviewed the text; machines have no vote."""
    rows = Assignment.objects.filter(study=gold.study, revision=gold.revision, reviewer__kind=User.Kind.HUMAN)
    seen = rows.without_training().submitted().reviews().work_visible_to(actor).order_by("round")
    return list({row.reviewer_id: row for row in seen}.values())


def ratings_of(passage: Annotation) -> tuple[tuple[str, int], ...]:
    """Return scale and point of each rating of a passage, sorted."""
    return tuple(sorted((rating.scale.code, rating.point.value) for rating in passage.ratings.all()))


def asked_points(
    gold: Assignment, label: Label, ratings: Sequence[tuple[str, int]]
) -> dict[str, tuple[Scale, ScalePoint]]:
    """Return scale and point of ratings that came with votes; those the codebook does not ask here have no place."""
    asked = {
        scale.code: {point.value for point in scale.points.all()}
        for scale in gold.codebook.scales.filter(target=Scale.Target.PASSAGE).prefetch_related("labels", "points")
        if label in scale.labels.all() or not scale.labels.all()
    }
    return wanted_points(gold, label, [(code, value) for code, value in ratings if value in asked.get(code, ())])


def drop_passage(gold: Assignment, passage: Annotation | None, done: Done) -> None:
    """Make a gold passage a tombstone, and undo what was decided about its ratings."""
    if passage is None:
        return
    for decision in Decision.objects.live().filter(annotation=passage, scale__isnull=False).order_by("pk"):
        withdraw(gold, decision, done)
    if passage.is_deleted:
        return
    before = state_of_passage(passage)
    passage.deleted_at = passage.updated_at = timezone.now()
    passage.version += 1
    passage.save(update_fields=["deleted_at", "updated_at", "version"])
    done.append(("deleted", Act(passage, gold, before, state_of_passage(passage))))


def withdraw(gold: Assignment, decision: Decision, done: Done) -> None:
    """Make a decision a tombstone; the passage or rating it made is the caller's."""
    before = state_of(decision)
    decision.deleted_at = decision.updated_at = timezone.now()
    decision.version += 1
    decision.save(update_fields=["deleted_at", "updated_at", "version"])
    done.append(("undone", Act(decision, gold, before, state_of(decision))))


def rating_on(gold: Assignment, scale: Scale, passage: Annotation | None) -> Rating | None:
    """Return the gold standard's rating of a passage, or of the document, on a scale."""
    rows = Rating.objects.filter(assignment=gold, annotation=passage, scale=scale)
    return rows.select_related("scale", "point").first()


def write_point(
    gold: Assignment,
    scale: Scale,
    passage: Annotation | None,
    point: ScalePoint | None,
    done: Done,
    evidence: Collection[Annotation] = (),
) -> None:
    """Give the gold standard this point on a scale and no other; None takes away what it has."""
    rating = rating_on(gold, scale, passage)
    if (rating and rating.point_id) == (point and point.pk):
        return
    before = state_of_passage(passage) if passage is not None else rating and state_of_rating(rating)
    known = rating and rating.pk
    if point is None:
        rating.delete()
        rating.pk = known  # the event names the row that was
    elif rating is None:
        version = 1 if passage is not None else next_version(gold, scale)
        rating = Rating.objects.create(assignment=gold, annotation=passage, scale=scale, point=point, version=version)
    else:
        rating.point, rating.version, rating.updated_at = point, rating.version + 1, timezone.now()
        rating.save(update_fields=["point", "version", "updated_at"])
    if passage is None:
        if point is not None:
            rating.evidence.set(evidence)
        after = None if point is None else state_of_rating(rating)
        done.append(("rated" if point else "cleared", Act(rating, gold, before, after)))
        return
    passage.version, passage.updated_at = passage.version + 1, timezone.now()
    passage.save(update_fields=["version", "updated_at"])
    done.append(("changed", Act(passage, gold, before, state_of_passage(passage))))


def keep(actor: User, gold: Assignment, done: Done) -> None:
    """Write the history of what was done: the last lock of the transaction."""
    if done:
        note_beginning(gold)
    for verb, acts in groupby(done, key=lambda each: each[0]):
        record_all(actor=actor, verb=verb, study=gold.study, acts=[act for _, act in acts])


def lock_own_decision(actor: User, decision_id: UUID) -> tuple[Decision, Assignment]:
    """Lock the gold assignment of the actor's own decision and return both, or raise NotFoundError."""
    decision = Decision.objects.filter(pk=decision_id, assignment__reviewer=actor).first()
    if decision is None:
        raise NotFoundError
    gold = lock_gold(actor, decision.assignment_id)
    decision.refresh_from_db()
    return decision, gold


def refuse_unless_meant(gold: Assignment, decision: Decision, versions: Collection[int] | None) -> None:
    """Raise unless the work is open and the decision has one of the versions."""
    precondition = Precondition(versions=frozenset(versions) if versions is not None else None)
    precondition.refuse_if_missing()
    refuse_unless_open(gold)
    if not precondition.admits(decision.version):
        raise StaleError(decision)

"""What an adjudicator settles about one scale: of a gold passage whose reviewers rated it apart, or of the document.

The point that is taken is written as the gold standard's rating; a contested scale has none, and its votes stand as a
distribution. Nobody's rating is ever touched.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from annotator.actions.annotation import Precondition, find_point
from annotator.actions.assignments import refuse_unless_open
from annotator.actions.errors import ConflictError, DeletedError, InvalidError, NotFoundError, StaleError
from annotator.actions.gold import (
    Done,
    VoteReader,
    keep,
    lock_gold,
    rating_on,
    readers_of,
    state_of,
    submitted_votes,
    write_point,
)
from annotator.actions.history import Act
from annotator.actions.transactions import writes
from annotator.ids import uuid7
from annotator.models import Annotation, Assignment, Decision, Rating, Scale, ScalePoint, User
from annotator.points import agreed_point, majority_point, points_on

OUTCOMES = (Decision.Outcome.TOOK, Decision.Outcome.CONTESTED)


@dataclass(frozen=True, slots=True)
class ScaleVerdict:
    """What the adjudicator says of a scale: of the gold passage `annotation`, or of the document without one."""

    scale: str
    outcome: str
    point: int | None = None
    annotation: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A scale and what reviewers said on it; `votes` are their passages, `ratings` those of the document."""

    scale: Scale
    passage: Annotation | None
    given: list[int]
    votes: tuple[Annotation, ...] = ()
    ratings: tuple[Rating, ...] = ()


def _asked(actor: User, gold: Assignment, code: str, annotation_id: UUID | None) -> _Asked:
    target = Scale.Target.DOCUMENT if annotation_id is None else Scale.Target.PASSAGE
    scale = gold.codebook.scales.filter(code=code, target=target).first()
    if scale is None:
        raise InvalidError("scale", f"“{code}” is not a {target} scale of this codebook.")
    if annotation_id is None:
        ratings = VoteReader(gold).answers(scale, readers_of(actor, gold))
        return _Asked(scale, None, [each.point.value for each in ratings], ratings=tuple(ratings))
    passage = Annotation.objects.live().select_related("label").filter(pk=annotation_id, assignment=gold).first()
    if passage is None:
        raise InvalidError("annotation", "The passage must be one of the gold standard's, not deleted.")
    asked_of = set(scale.labels.values_list("pk", flat=True))
    if asked_of and passage.label_id not in asked_of:
        raise InvalidError("scale", f"“{code}” is not asked of “{passage.label.code}”.")
    return _of_passage(actor, gold, scale, passage)


def _of_passage(actor: User, gold: Assignment, scale: Scale, passage: Annotation) -> _Asked:
    """What the reviewers whose passages the gold passage settles say now, a second round in place of the first."""
    settled = Annotation.objects.filter(voted_in__in=Decision.objects.live().filter(annotation=passage, scale=None))
    origin = {vote.pk: vote for vote in settled.select_related("label")}
    said = {pk: (vote.label.code, vote.start, vote.end) for pk, vote in origin.items()}
    readers = {reader.pk for reader in readers_of(actor, gold)}
    label = passage.label.code
    ids = Annotation.objects.filter(Q(pk__in=said) | Q(derived_from__in=said)).values("pk")
    votes = [
        vote
        for vote in submitted_votes(actor, gold, ids)
        if vote.row.assignment_id in readers
        and vote.said.label == label
        and (vote.row.pk in said or said.get(vote.row.derived_from_id) == (vote.row.label.code, *_span(vote.row)))
    ]
    points = [(vote.row, value) for vote in votes for value in points_on(scale.code, vote.said.ratings)]
    return _Asked(scale, passage, [value for _, value in points], tuple(row for row, _ in points))


def _span(row: Annotation) -> tuple[int, int]:
    return row.start, row.end


def _evidence(gold: Assignment, asked: _Asked, value: int) -> list[Annotation]:
    """The gold passages that settle what reviewers named for the point."""
    named = [each.pk for rating in asked.ratings if rating.point.value == value for each in rating.evidence.all()]
    decisions = Decision.objects.live().filter(assignment=gold, scale=None, votes__in=named)
    made = decisions.filter(annotation__deleted_at=None).values("annotation")
    return list(Annotation.objects.filter(pk__in=made))


def _refuse_without_reason(asked: _Asked, verdict: ScaleVerdict) -> None:
    majority = majority_point(asked.given)
    if majority is None or majority == verdict.point or verdict.reason.strip():
        return
    name = asked.scale.points.get(value=majority).name
    raise InvalidError("reason", f"More than half of the reviewers say {name}. Give a reason for saying otherwise.")


def _content_of(decision: Decision) -> tuple[Any, ...]:
    point = decision.point.value if decision.point else None
    scale = decision.scale.code if decision.scale else ""
    return scale, decision.outcome, point, decision.annotation_id, decision.reason


def _existing(
    gold: Assignment, decision_id: UUID, verdict: ScaleVerdict, precondition: Precondition
) -> tuple[Decision | None, bool]:
    """Return the decision under the id, and whether it says so already; raise where it may not be written."""
    rows = Decision.objects.select_related("scale", "point", "annotation")
    existing = rows.filter(pk=decision_id).first()
    if existing is None:
        if not precondition.create:
            raise NotFoundError
        return None, False
    if existing.assignment_id != gold.pk:
        if precondition.create:
            raise ConflictError("id_taken", "This id is taken. Choose another one.")
        raise NotFoundError
    if existing.deleted_at is not None:
        raise DeletedError("This decision was undone. Decide again under a new id.")
    said = verdict.scale, verdict.outcome, verdict.point, verdict.annotation, verdict.reason
    if _content_of(existing) == said:
        return existing, True
    if precondition.create:
        raise ConflictError("different", "This id already holds another decision.", current=existing)
    if not precondition.admits(existing.version):
        raise StaleError(existing)
    if (existing.scale and existing.scale.code, existing.annotation_id) != (verdict.scale, verdict.annotation):
        raise InvalidError("scale", "A decision stays with the scale and the passage that it was made on.")
    return existing, False


def settle_scale(
    actor: User, gold: Assignment, decision_id: UUID, verdict: ScaleVerdict, precondition: Precondition, done: Done
) -> tuple[Decision, bool]:
    """Settle a scale within the caller's transaction, the gold assignment being locked; see `decide_scale`."""
    existing, same = _existing(gold, decision_id, verdict, precondition)
    if existing is not None and same:
        return existing, False
    if verdict.outcome not in OUTCOMES:
        raise InvalidError("outcome", f"“{verdict.outcome}” is not an outcome that can be chosen for a scale.")
    if (verdict.point is not None) is not (verdict.outcome == Decision.Outcome.TOOK):
        raise InvalidError("point", "Name the point that is taken, where one is taken and nowhere else.")
    asked = _asked(actor, gold, verdict.scale, verdict.annotation)
    point = None if verdict.point is None else find_point(asked.scale, verdict.point, "point")
    refuse_unless_open(gold)
    if not asked.given:
        raise InvalidError("scale", "No reviewer whose work is submitted rated this. Rate it in the workbench.")
    other = Decision.objects.live().filter(assignment=gold, scale=asked.scale, annotation=asked.passage)
    if other.exclude(pk=decision_id).exists():
        raise ConflictError("settled", "Another decision settles this scale already. Undo that one first.")
    _refuse_without_reason(asked, verdict)
    decision = _store(gold, decision_id, existing, asked, verdict.outcome, point, verdict.reason, done)
    return decision, existing is None


def _store(
    gold: Assignment,
    decision_id: UUID,
    existing: Decision | None,
    asked: _Asked,
    outcome: str,
    point: ScalePoint | None,
    reason: str,
    done: Done,
) -> Decision:
    evidence = _evidence(gold, asked, point.value) if point is not None and asked.ratings else []
    before = state_of(existing) if existing is not None else None
    write_point(gold, asked.scale, asked.passage, point, done, evidence)
    if existing is None:
        span = _span(asked.passage) if asked.passage is not None else (0, gold.revision.length)
        decision = Decision(
            id=decision_id,
            assignment=gold,
            start=span[0],
            end=span[1],
            scale=asked.scale,
            annotation=asked.passage,
            outcome=outcome,
            point=point,
            reason=reason,
        )
        try:
            with transaction.atomic():
                decision.save(force_insert=True)
        except IntegrityError as error:  # the id was taken in another assignment between the look and the insert
            raise ConflictError("id_taken", "This id is taken. Choose another one.") from error
    else:
        decision = existing
        decision.outcome, decision.point, decision.reason = outcome, point, reason
        decision.version, decision.updated_at = decision.version + 1, timezone.now()
        decision.save(update_fields=["outcome", "point", "reason", "version", "updated_at"])
    decision.votes.set(asked.votes)
    done.append(("changed" if before else "decided", Act(decision, gold, before, state_of(decision))))
    return decision


@writes
def decide_scale(
    *, actor: User, decision_id: UUID, assignment_id: UUID, verdict: ScaleVerdict, precondition: Precondition
) -> tuple[Decision, bool]:
    """Take a point on a scale, or keep it as contested; return the decision and whether it is new.

    Sending the same again gives the same row. A point nobody gave may be taken, "cannot be judged" among them.

    Raises NotFoundError, PreconditionMissingError, InvalidError (scale, annotation, outcome, point; reason, where more
    than half of those who rated say otherwise), StaleError, DeletedError and ConflictError: not_adjudicator, settled,
    id_taken, different, submitted, closed.
    """
    precondition.refuse_if_missing()
    gold = lock_gold(actor, assignment_id)
    done: Done = []
    made = settle_scale(actor, gold, decision_id, verdict, precondition, done)
    keep(actor, gold, done)
    return made


def settle_apart(
    actor: User, gold: Assignment, passage: Annotation, points: Collection[tuple[str, int]], reason: str, done: Done
) -> list[Decision]:
    """Take one reviewer's points on the scales of a gold passage that its reviewers rated apart."""
    decisions = []
    asked_of = {scale.code: scale for scale in gold.codebook.scales.filter(target=Scale.Target.PASSAGE)}
    for code, value in points:
        if code not in asked_of or len(set(_of_passage(actor, gold, asked_of[code], passage).given)) < 2:
            continue
        verdict = ScaleVerdict(code, Decision.Outcome.TOOK, value, passage.pk, reason)
        decision, _ = settle_scale(actor, gold, uuid7(), verdict, Precondition(create=True), done)
        decisions.append(decision)
    return decisions


def settle_agreed_scales(gold: Assignment, readers: Sequence[Assignment], done: Done) -> list[Decision]:
    """Settle the scales of the document that those who rated it agree on.

    One that the adjudicator has rated otherwise stays.
    """
    decisions = []
    decided = Decision.objects.live().filter(assignment=gold, annotation=None, scale__isnull=False)
    scales = gold.codebook.scales.filter(target=Scale.Target.DOCUMENT).exclude(pk__in=decided.values("scale"))
    reader = VoteReader(gold)
    for scale in scales:
        ratings = reader.answers(scale, readers)
        asked = _Asked(scale, None, [each.point.value for each in ratings], ratings=tuple(ratings))
        value = agreed_point(asked.given)
        own = rating_on(gold, scale, None)
        if value is None or (own is not None and own.point.value != value):
            continue
        point = scale.points.get(value=value)
        outcome = Decision.Outcome.AGREED_BY_RULE
        decisions.append(_store(gold, uuid7(), None, asked, outcome, point, "", done))
    return decisions

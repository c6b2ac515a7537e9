"""What an adjudicator settles: cases taken, merged, redrawn, dismissed or kept as contested. Votes are never touched.

A decision says which passages it settles, its votes. What it makes is a passage of the adjudicator's own assignment,
the gold standard, which the same rules hold for as for any other.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from annotator.actions.annotation import (
    Precondition,
    check_span,
    find_label,
    refuse_overlap,
    replace_ratings,
    wanted_points,
)
from annotator.actions.annotation import state_of as state_of_passage
from annotator.actions.assignments import refuse_unless_open
from annotator.actions.errors import ConflictError, DeletedError, InvalidError, NotFoundError, SpanError, StaleError
from annotator.actions.gold import (
    Done,
    Vote,
    asked_points,
    drop_passage,
    keep,
    lock_gold,
    lock_own_decision,
    rating_on,
    ratings_of,
    readers_of,
    refuse_unless_meant,
    state_of,
    submitted_votes,
    withdraw,
    write_point,
)
from annotator.actions.history import Act
from annotator.actions.scale_decisions import ScaleVerdict, settle_agreed_scales, settle_apart, settle_scale
from annotator.actions.transactions import writes
from annotator.ids import uuid7
from annotator.models import Annotation, Assignment, Decision, Label, User
from annotator.points import RULE as SCALE_RULE
from annotator.points import uncontested
from annotator.records import CodedPassage

RULE = f"everybody who read the text marked exactly these words with one label. Of ratings: {SCALE_RULE}"
OUTCOMES = tuple(outcome for outcome in Decision.Outcome.values if outcome != Decision.Outcome.AGREED_BY_RULE)
Ratings = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """The passage of a merge or a redrawing; `ratings` None keeps those that no vote with its label contradicts."""

    label: str
    start: int
    end: int
    quote: str
    ratings: Ratings | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the adjudicator says of the stretch [start, end): `taken` is a vote, `drawn` a passage of one's own."""

    outcome: str
    start: int
    end: int
    votes: tuple[UUID, ...]
    taken: UUID | None = None
    drawn: Drawn | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Made:
    """The gold passage a verdict asks for, checked."""

    label: Any
    start: int
    end: int
    points: dict[str, Any]
    origin: UUID | None

    def content(self, decided: Collection[str]) -> tuple[Any, ...]:
        """What the passage says, but for scales that were decided on their own since."""
        ratings = [(code, point.value) for code, (_, point) in self.points.items() if code not in decided]
        return self.label.code, self.start, self.end, tuple(sorted(ratings)), self.origin


def _find_votes(actor: User, gold: Assignment, verdict: Verdict) -> list[Vote]:
    found = {vote.row.pk: vote for vote in submitted_votes(actor, gold, verdict.votes)}
    for index, wanted in enumerate(verdict.votes):
        vote = found.get(wanted)
        if vote is None:
            raise InvalidError(f"votes.{index}", "A vote must be a submitted reviewer's passage of this text.")
        if vote.said.end <= verdict.start or vote.said.start >= verdict.end:
            raise InvalidError(f"votes.{index}", "A vote must share characters with the stretch that is decided.")
    return list(found.values())


def _check_stretch(gold: Assignment, start: int, end: int) -> None:
    if start < 0 or start >= end:
        raise SpanError("start", "The stretch must begin before it ends.")
    if end > gold.revision.length:
        raise SpanError("end", f"The stretch must end within the text of {gold.revision.length} characters.")


def _wanted(gold: Assignment, verdict: Verdict, votes: Sequence[Vote]) -> _Made | None:
    """Check that the passage, if any, is one that the outcome makes."""
    outcome, drawn = verdict.outcome, verdict.drawn
    if outcome not in OUTCOMES:
        raise InvalidError("outcome", f"“{outcome}” is not an outcome that can be chosen.")
    if (verdict.taken is not None) is not (outcome == Decision.Outcome.TOOK):
        raise InvalidError("taken", "Name the passage that is taken, where one is taken and nowhere else.")
    if (drawn is not None) is not (outcome in (Decision.Outcome.MERGED, Decision.Outcome.REDREW)):
        raise InvalidError("passage", "Send a passage where one is merged or redrawn and nowhere else.")
    if not votes and outcome != Decision.Outcome.REDREW:
        raise InvalidError("votes", "Name the passages that are settled.")
    if outcome == Decision.Outcome.TOOK:
        taken = next((each.said for each in votes if each.row.pk == verdict.taken), None)
        if taken is None:
            raise InvalidError("taken", "The passage taken must be one of the votes.")
        label = _find_label(gold, taken.label)
        ratings = uncontested(_alike(votes, label), taken.id)
        return _Made(label, taken.start, taken.end, asked_points(gold, label, ratings), taken.id)
    if drawn is None:
        return None
    check_span(gold, drawn.start, drawn.end, drawn.quote)
    label = find_label(gold, drawn.label)
    alike = _alike(votes, label)
    if outcome == Decision.Outcome.MERGED:
        if len(alike) < 2:
            raise InvalidError("passage.label", "A merge needs two votes with its label.")
        if drawn.start not in {vote.start for vote in alike} or drawn.end not in {vote.end for vote in alike}:
            raise InvalidError("passage.start", "A merge has the borders of its votes. For other borders redraw it.")
    if drawn.ratings is None:
        points = asked_points(gold, label, uncontested(alike))
    else:
        points = wanted_points(gold, label, drawn.ratings)
    return _Made(label, drawn.start, drawn.end, points, None)


def _alike(votes: Iterable[Vote], label: Label) -> list[CodedPassage]:
    return [vote.said for vote in votes if vote.said.label == label.code]


def _find_label(gold: Assignment, code: str) -> Label:
    """Return the label that a vote is read as; where it went on in several or none, another span is drawn instead."""
    label = gold.codebook.labels.filter(code=code).first()
    if label is None:
        words = f"This passage says {code}, which is no label of the gold standard's codebook. Draw a passage instead."
        raise InvalidError("taken", words)
    return label


def majority_of(readers: int, labels: Iterable[set[str]]) -> str | None:
    """Return the label more than half of the readers gave, "" if more than half gave any but none has a majority.

    `labels` has the labels of each reader who marked something. None where no more than half marked anything: whoever
    marked nothing may have passed over the words, so silence overrules nobody.
    """
    said = list(labels)
    most = Counter(label for each in said for label in each).most_common(1)
    if most and 2 * most[0][1] > readers:
        return most[0][0]
    return "" if 2 * len(said) > readers else None


def _refuse_without_reason(actor: User, gold: Assignment, verdict: Verdict, votes: Any, made: _Made | None) -> None:
    if verdict.reason.strip():
        return
    readers = {reader.pk for reader in readers_of(actor, gold)}
    labels: dict[UUID, set[str]] = defaultdict(set)
    for vote in votes:
        if vote.row.assignment_id in readers:
            labels[vote.row.assignment_id].add(vote.said.label)
    majority = majority_of(len(readers), labels.values())
    if majority is None or (made is not None and majority in ("", made.label.code)):
        return
    if majority:
        name = gold.codebook.labels.filter(code=majority).values_list("name", flat=True).first() or majority
        raise InvalidError("reason", f"More than half of the reviewers say {name}. Give a reason for saying otherwise.")
    if verdict.outcome == Decision.Outcome.NOTHING_HERE:
        raise InvalidError("reason", "More than half of the reviewers marked this. Give a reason for dropping it.")


def _refuse_settled(gold: Assignment, decision_id: UUID, votes: Sequence[Vote]) -> None:
    ids = [vote.row.pk for vote in votes]
    others = Decision.objects.live().filter(assignment=gold, scale=None, votes__in=ids).exclude(pk=decision_id)
    if other := others.first():
        raise ConflictError(
            "settled", f"Another decision, on {other.start} to {other.end}, settles this already. Undo that one first."
        )


def _scales_decided(passage: Annotation | None) -> set[str]:
    """The scales of a gold passage that were decided on their own."""
    if passage is None:
        return set()
    return set(
        Decision.objects.live().filter(annotation=passage, scale__isnull=False).values_list("scale__code", flat=True)
    )


def _content_of(decision: Decision, decided: Collection[str]) -> tuple[Any, ...]:
    gold = decision.annotation
    made = None
    if gold is not None and not gold.is_deleted:
        ratings = tuple(rating for rating in ratings_of(gold) if rating[0] not in decided)
        made = (gold.label.code, gold.start, gold.end, ratings, gold.derived_from_id)
    votes = frozenset(vote.pk for vote in decision.votes.all())
    return decision.outcome, decision.start, decision.end, votes, decision.reason, made


def _make_gold(gold: Assignment, made: _Made) -> Annotation:
    refuse_overlap(gold, made.label, made.start, made.end, uuid7())
    passage = Annotation.objects.create(
        assignment=gold,
        label=made.label,
        start=made.start,
        end=made.end,
        derived_from_id=made.origin,
        derivation=Annotation.Derivation.SETTLED,
    )
    replace_ratings(passage, made.points)
    return passage


def _decide(
    actor: User, gold: Assignment, decision_id: UUID, verdict: Verdict, precondition: Precondition, done: Done
) -> tuple[Decision, bool]:
    existing = (
        Decision.objects.select_related("assignment", "annotation__label")
        .prefetch_related("votes", "annotation__ratings__scale", "annotation__ratings__point")
        .filter(pk=decision_id)
        .first()
    )
    if existing is None and not precondition.create:
        raise NotFoundError
    if existing is not None and existing.assignment_id != gold.pk:
        if precondition.create:
            raise ConflictError("id_taken", "This id is taken. Choose another one.")
        raise NotFoundError
    if existing is not None and existing.deleted_at is not None:
        raise DeletedError("This decision was undone. Decide again under a new id.")
    if existing is not None and existing.is_on_scale:
        raise ConflictError("different", "This id holds a decision on a scale.", current=existing)
    _check_stretch(gold, verdict.start, verdict.end)
    votes = _find_votes(actor, gold, verdict)
    made = _wanted(gold, verdict, votes)
    if existing is not None:
        ids = frozenset(vote.row.pk for vote in votes)
        decided = _scales_decided(existing.annotation)
        content = verdict.outcome, verdict.start, verdict.end, ids, verdict.reason, made and made.content(decided)
        if _content_of(existing, decided) == content:
            return existing, False  # already so: a retry whose answer was lost, or nothing to change
        if precondition.create:
            raise ConflictError("different", "This id already holds another decision.", current=existing)
        if not precondition.admits(existing.version):
            raise StaleError(existing)
    refuse_unless_open(gold)
    _refuse_settled(gold, decision_id, votes)
    _refuse_without_reason(actor, gold, verdict, votes, made)
    before = None
    if existing is not None:
        before = state_of(existing)
        drop_passage(gold, existing.annotation, done)
    passage = _make_gold(gold, made) if made is not None else None
    if passage is not None:
        done.append(("created", Act(passage, gold, None, state_of_passage(passage))))
    values = {"start": verdict.start, "end": verdict.end, "outcome": verdict.outcome, "reason": verdict.reason}
    if existing is None:
        decision = Decision(id=decision_id, assignment=gold, annotation=passage, **values)
        try:
            with transaction.atomic():
                decision.save(force_insert=True)
        except IntegrityError as error:  # the id was taken in another assignment between the look and the insert
            raise ConflictError("id_taken", "This id is taken. Choose another one.") from error
    else:
        decision = existing
        for name, value in {**values, "annotation": passage}.items():
            setattr(decision, name, value)
        decision.version, decision.updated_at = decision.version + 1, timezone.now()
        decision.save(update_fields=[*values, "annotation", "version", "updated_at"])
    decision.votes.set([vote.row for vote in votes])
    done.append(("changed" if before else "decided", Act(decision, gold, before, state_of(decision))))
    return decision, existing is None


@writes
def decide_case(
    *, actor: User, decision_id: UUID, assignment_id: UUID, verdict: Verdict, precondition: Precondition
) -> tuple[Decision, bool]:
    """Settle a case, or settle it otherwise; return the decision and whether it is new.

    Sending the same again gives the same row.

    Raises NotFoundError, PreconditionMissingError, SpanError, InvalidError (outcome, votes, passage; reason, where
    more than half of the reviewers say otherwise), StaleError, DeletedError and ConflictError: not_adjudicator,
    settled, overlap, quote, id_taken, different, submitted, closed.
    """
    precondition.refuse_if_missing()
    gold = lock_gold(actor, assignment_id)
    done: Done = []
    made = _decide(actor, gold, decision_id, verdict, precondition, done)
    keep(actor, gold, done)
    return made


@writes
def undo_decision(*, actor: User, decision_id: UUID, versions: Collection[int] | None) -> Decision:
    """Take a decision back with the passage or rating it made. Undoing it again changes nothing.

    A rating that says something else by now was given by hand, and stays. A passage stays as a tombstone, and what was
    decided about its ratings is undone with it.

    Raises NotFoundError, PreconditionMissingError, StaleError, ConflictError (submitted, closed).
    """
    decision, gold = lock_own_decision(actor, decision_id)
    if decision.deleted_at is not None:
        return decision
    refuse_unless_meant(gold, decision, versions)
    done: Done = []
    if decision.scale is None:
        drop_passage(gold, decision.annotation, done)
    elif (rating := rating_on(gold, decision.scale, decision.annotation)) and rating.point_id == decision.point_id:
        write_point(gold, decision.scale, decision.annotation, None, done)
    withdraw(gold, decision, done)
    keep(actor, gold, done)
    return decision


@writes
def uphold_decision(*, actor: User, decision_id: UUID, versions: Collection[int] | None) -> Decision:
    """Say that a decision holds after what was submitted since: it is no longer stale.

    Raises NotFoundError, PreconditionMissingError, DeletedError, StaleError, ConflictError (submitted, closed).
    """
    decision, gold = lock_own_decision(actor, decision_id)
    if decision.deleted_at is not None:
        raise DeletedError("This decision was undone. Decide again under a new id.")
    refuse_unless_meant(gold, decision, versions)
    before = state_of(decision)
    decision.version, decision.updated_at = decision.version + 1, timezone.now()
    decision.save(update_fields=["version", "updated_at"])
    keep(actor, gold, [("upheld", Act(decision, gold, before, state_of(decision)))])
    return decision


@writes
def take_passages(
    *,
    actor: User,
    assignment_id: UUID,
    verdicts: Sequence[tuple[UUID, Verdict]],
    points: Sequence[tuple[UUID, ScaleVerdict]] = (),
) -> tuple[list[Decision], int]:
    """Take several passages, and points on scales, in one act; return the decisions, and how many were left.

    With a passage its points are taken on scales that its reviewers rated apart. Left are passages that would overlap
    one of the gold standard with the same label, and what is settled already. Everything else is refused as in
    `decide_case` and `decide_scale`, and then nothing is stored.
    """
    gold = lock_gold(actor, assignment_id)
    refuse_unless_open(gold)
    decisions: list[Decision] = []
    left, create = 0, Precondition(create=True)
    done: Done = []
    for decision_id, verdict in verdicts:
        try:
            decision, _ = _decide(actor, gold, decision_id, verdict, create, done)
        except ConflictError as error:
            if error.code not in ("overlap", "settled"):
                raise
            left += 1
            continue
        decisions.append(decision)
        if decision.annotation is not None and len(verdict.votes) > 1:
            taken = ratings_of(Annotation.objects.get(pk=verdict.taken)) if verdict.taken else ()
            decisions += settle_apart(actor, gold, decision.annotation, taken, verdict.reason, done)
    for decision_id, wanted in points:
        try:
            decision, _ = settle_scale(actor, gold, decision_id, wanted, create, done)
        except ConflictError as error:
            if error.code != "settled":
                raise
            left += 1
        else:
            decisions.append(decision)
    keep(actor, gold, done)
    return decisions, left


@writes
def settle_agreed(*, actor: User, assignment_id: UUID) -> list[Decision]:
    """Settle what all reviewers agree on by RULE, marked as such; each can be undone. Doing it again adds what is new.

    Raises NotFoundError; ConflictError not_adjudicator, submitted, closed.
    """
    gold = lock_gold(actor, assignment_id)
    refuse_unless_open(gold)
    reviews = readers_of(actor, gold)
    readers = {reader.pk for reader in reviews}
    settled = set(Decision.objects.live().filter(assignment=gold, votes__isnull=False).values_list("votes", flat=True))
    said: dict[tuple[int, int, str], list[Vote]] = defaultdict(list)
    for vote in submitted_votes(actor, gold):
        if vote.row.assignment_id in readers and vote.row.pk not in settled:
            said[vote.said.start, vote.said.end, vote.said.label].append(vote)
    decisions = []
    done: Done = []
    taken = {(row.label_id, row.start, row.end) for row in Annotation.objects.live().filter(assignment=gold)}
    labels = {label.code: label for label in gold.codebook.labels.all()}
    for (start, end, code), votes in sorted(said.items(), key=lambda each: each[0]):
        label = labels.get(code)
        if len(readers) < 2 or len(votes) < len(readers) or label is None:
            continue
        if any(pk == label.pk and first < end and start < last for pk, first, last in taken):
            continue  # the adjudicator marked these words otherwise
        points = asked_points(gold, label, uncontested([vote.said for vote in votes]))
        passage = _make_gold(gold, _Made(label, start, end, points, votes[0].row.pk))
        decision = Decision.objects.create(
            assignment=gold, start=start, end=end, outcome=Decision.Outcome.AGREED_BY_RULE, annotation=passage
        )
        decision.votes.set([vote.row for vote in votes])
        decisions.append(decision)
        done.append(("created", Act(passage, gold, None, state_of_passage(passage))))
        done.append(("decided", Act(decision, gold, None, state_of(decision))))
    decisions += settle_agreed_scales(gold, reviews, done)
    done.sort(key=lambda each: each[0])  # the passages first: one run of the ledger for each verb
    keep(actor, gold, done)
    return decisions

"""What an adjudicator settles: cases taken, merged, redrawn, dismissed or kept as contested. Votes are never touched.

A decision says which passages it settles, its votes. What it makes is a passage of the adjudicator's own assignment,
the gold standard, which the same rules hold for as for any other.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
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
from annotator.actions.assignments import lock_own_assignment, note_beginning, refuse_unless_open
from annotator.actions.errors import ConflictError, DeletedError, InvalidError, NotFoundError, SpanError, StaleError
from annotator.actions.history import Act, record_all
from annotator.actions.transactions import writes
from annotator.ids import uuid7
from annotator.models import Annotation, Assignment, Decision, User

RULE = "everybody who read the text marked exactly these words, with one label and the same ratings"
OUTCOMES = tuple(outcome for outcome in Decision.Outcome.values if outcome != Decision.Outcome.AGREED_BY_RULE)
Ratings = tuple[tuple[str, int], ...]
Done = list[tuple[str, Act]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """The passage of a merge or a redrawing; `ratings` None keeps those that all votes with its label share."""

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

    @property
    def content(self) -> tuple[Any, ...]:
        ratings = tuple(sorted((code, point.value) for code, (_, point) in self.points.items()))
        return self.label.code, self.start, self.end, ratings, self.origin


def state_of(decision: Decision) -> dict[str, Any]:
    """Return the decision as history keeps it."""
    return {
        "outcome": decision.outcome,
        "start": decision.start,
        "end": decision.end,
        "annotation": str(decision.annotation_id) if decision.annotation_id else None,
        "votes": sorted(str(vote.pk) for vote in decision.votes.all()),
        "reason": decision.reason,
        "version": decision.version,
        "deleted": decision.deleted_at is not None,
    }


def _lock_gold(actor: User, assignment_id: UUID) -> Assignment:
    assignment = lock_own_assignment(actor, assignment_id)
    if assignment.role != Assignment.Role.ADJUDICATOR:
        raise ConflictError("not_adjudicator", "Only the adjudicator of this text settles its disagreements.")
    return assignment


def _submitted_votes(actor: User, gold: Assignment, ids: Collection[UUID] | None = None) -> list[Annotation]:
    """Return passages of submitted reviews of the text that the actor may see, of all or with these ids."""
    work = Assignment.objects.filter(study=gold.study, revision=gold.revision).without_training()
    reviews = work.submitted().reviews()
    rows = Annotation.objects.live().visible_to(actor).filter(assignment__in=reviews.values("pk"))
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    return list(
        rows.select_related("label", "assignment").prefetch_related("ratings__scale", "ratings__point").order_by("pk")
    )


def _readers(actor: User, gold: Assignment) -> list[Assignment]:
    """Return the latest submitted round of each person who reviewed the text; machines have no vote."""
    rows = Assignment.objects.filter(study=gold.study, revision=gold.revision, reviewer__kind=User.Kind.HUMAN)
    seen = rows.without_training().submitted().reviews().work_visible_to(actor).order_by("round")
    return list({row.reviewer_id: row for row in seen}.values())


def _ratings_of(vote: Annotation) -> Ratings:
    return tuple(sorted((rating.scale.code, rating.point.value) for rating in vote.ratings.all()))


def _find_votes(actor: User, gold: Assignment, verdict: Verdict) -> list[Annotation]:
    found = {vote.pk: vote for vote in _submitted_votes(actor, gold, verdict.votes)}
    for index, wanted in enumerate(verdict.votes):
        vote = found.get(wanted)
        if vote is None:
            raise InvalidError(f"votes.{index}", "A vote must be a submitted reviewer's passage of this text.")
        if vote.end <= verdict.start or vote.start >= verdict.end:
            raise InvalidError(f"votes.{index}", "A vote must share characters with the stretch that is decided.")
    return list(found.values())


def _check_stretch(gold: Assignment, start: int, end: int) -> None:
    if start < 0 or start >= end:
        raise SpanError("start", "The stretch must begin before it ends.")
    if end > gold.revision.length:
        raise SpanError("end", f"The stretch must end within the text of {gold.revision.length} characters.")


def _shared_ratings(votes: Iterable[Annotation]) -> Ratings:
    given = [set(_ratings_of(vote)) for vote in votes]
    return tuple(sorted(set.intersection(*given))) if given else ()


def _wanted(gold: Assignment, verdict: Verdict, votes: Sequence[Annotation]) -> _Made | None:
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
        vote = next((each for each in votes if each.pk == verdict.taken), None)
        if vote is None:
            raise InvalidError("taken", "The passage taken must be one of the votes.")
        label = find_label(gold, vote.label.code)
        return _Made(label, vote.start, vote.end, wanted_points(gold, label, _ratings_of(vote)), vote.pk)
    if drawn is None:
        return None
    check_span(gold, drawn.start, drawn.end, drawn.quote)
    label = find_label(gold, drawn.label)
    alike = [vote for vote in votes if vote.label.code == label.code]
    if outcome == Decision.Outcome.MERGED:
        if len(alike) < 2:
            raise InvalidError("passage.label", "A merge needs two votes with its label.")
        if drawn.start not in {vote.start for vote in alike} or drawn.end not in {vote.end for vote in alike}:
            raise InvalidError("passage.start", "A merge has the borders of its votes. For other borders redraw it.")
    ratings = _shared_ratings(alike) if drawn.ratings is None else drawn.ratings
    return _Made(label, drawn.start, drawn.end, wanted_points(gold, label, ratings), None)


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
    readers = {reader.pk for reader in _readers(actor, gold)}
    labels: dict[UUID, set[str]] = defaultdict(set)
    for vote in votes:
        if vote.assignment_id in readers:
            labels[vote.assignment_id].add(vote.label.code)
    majority = majority_of(len(readers), labels.values())
    if majority is None or (made is not None and majority in ("", made.label.code)):
        return
    if majority:
        name = next(vote.label.name for vote in votes if vote.label.code == majority)
        raise InvalidError("reason", f"More than half of the reviewers say {name}. Give a reason for saying otherwise.")
    if verdict.outcome == Decision.Outcome.NOTHING_HERE:
        raise InvalidError("reason", "More than half of the reviewers marked this. Give a reason for dropping it.")


def _refuse_settled(gold: Assignment, decision_id: UUID, votes: Sequence[Annotation]) -> None:
    others = Decision.objects.live().filter(assignment=gold, votes__in=votes).exclude(pk=decision_id)
    if other := others.first():
        raise ConflictError(
            "settled", f"Another decision, on {other.start} to {other.end}, settles this already. Undo that one first."
        )


def _content_of(decision: Decision) -> tuple[Any, ...]:
    gold = decision.annotation
    made = None
    if gold is not None and not gold.is_deleted:
        made = (gold.label.code, gold.start, gold.end, _ratings_of(gold), gold.derived_from_id)
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


def _drop_gold(gold: Assignment, passage: Annotation | None, done: Done) -> None:
    if passage is None or passage.is_deleted:
        return
    before = state_of_passage(passage)
    passage.deleted_at = passage.updated_at = timezone.now()
    passage.version += 1
    passage.save(update_fields=["deleted_at", "updated_at", "version"])
    done.append(("deleted", Act(passage, gold, before, state_of_passage(passage))))


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
    _check_stretch(gold, verdict.start, verdict.end)
    votes = _find_votes(actor, gold, verdict)
    made = _wanted(gold, verdict, votes)
    if existing is not None:
        ids = frozenset(vote.pk for vote in votes)
        content = verdict.outcome, verdict.start, verdict.end, ids, verdict.reason, made and made.content
        if _content_of(existing) == content:
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
        _drop_gold(gold, existing.annotation, done)
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
    decision.votes.set(votes)
    done.append(("changed" if before else "decided", Act(decision, gold, before, state_of(decision))))
    return decision, existing is None


def _keep(actor: User, gold: Assignment, done: Done) -> None:
    """Write the history of what was done: the last lock of the transaction."""
    if done:
        note_beginning(gold)
    for verb, acts in groupby(done, key=lambda each: each[0]):
        record_all(actor=actor, verb=verb, study=gold.study, acts=[act for _, act in acts])


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
    gold = _lock_gold(actor, assignment_id)
    done: Done = []
    made = _decide(actor, gold, decision_id, verdict, precondition, done)
    _keep(actor, gold, done)
    return made


def _lock_own_decision(actor: User, decision_id: UUID) -> tuple[Decision, Assignment]:
    decision = Decision.objects.filter(pk=decision_id, assignment__reviewer=actor).first()
    if decision is None:
        raise NotFoundError
    gold = _lock_gold(actor, decision.assignment_id)
    decision.refresh_from_db()
    return decision, gold


def _refuse_unless_meant(gold: Assignment, decision: Decision, versions: Collection[int] | None) -> None:
    precondition = Precondition(versions=frozenset(versions) if versions is not None else None)
    precondition.refuse_if_missing()
    refuse_unless_open(gold)
    if not precondition.admits(decision.version):
        raise StaleError(decision)


@writes
def undo_decision(*, actor: User, decision_id: UUID, versions: Collection[int] | None) -> Decision:
    """Take a decision back with the passage it made; both stay as tombstones. Undoing it again changes nothing.

    Raises NotFoundError, PreconditionMissingError, StaleError, ConflictError (submitted, closed).
    """
    decision, gold = _lock_own_decision(actor, decision_id)
    if decision.deleted_at is not None:
        return decision
    _refuse_unless_meant(gold, decision, versions)
    done: Done = []
    before = state_of(decision)
    _drop_gold(gold, decision.annotation, done)
    decision.deleted_at = decision.updated_at = timezone.now()
    decision.version += 1
    decision.save(update_fields=["deleted_at", "updated_at", "version"])
    done.append(("undone", Act(decision, gold, before, state_of(decision))))
    _keep(actor, gold, done)
    return decision


@writes
def uphold_decision(*, actor: User, decision_id: UUID, versions: Collection[int] | None) -> Decision:
    """Say that a decision holds after what was submitted since: it is no longer stale.

    Raises NotFoundError, PreconditionMissingError, DeletedError, StaleError, ConflictError (submitted, closed).
    """
    decision, gold = _lock_own_decision(actor, decision_id)
    if decision.deleted_at is not None:
        raise DeletedError("This decision was undone. Decide again under a new id.")
    _refuse_unless_meant(gold, decision, versions)
    before = state_of(decision)
    decision.version, decision.updated_at = decision.version + 1, timezone.now()
    decision.save(update_fields=["version", "updated_at"])
    _keep(actor, gold, [("upheld", Act(decision, gold, before, state_of(decision)))])
    return decision


@writes
def take_passages(
    *, actor: User, assignment_id: UUID, verdicts: Sequence[tuple[UUID, Verdict]]
) -> tuple[list[Decision], int]:
    """Take several passages in one act, one verdict each; return the decisions, and how many were left as they are.

    Left are those that would overlap a passage of the gold standard with the same label, or are settled already.
    Everything else is refused as in `decide_case`, and then nothing is stored.
    """
    gold = _lock_gold(actor, assignment_id)
    refuse_unless_open(gold)
    decisions, left, done = [], 0, []
    for decision_id, verdict in verdicts:
        try:
            decision, _ = _decide(actor, gold, decision_id, verdict, Precondition(create=True), done)
        except ConflictError as error:
            if error.code not in ("overlap", "settled"):
                raise
            left += 1
        else:
            decisions.append(decision)
    _keep(actor, gold, done)
    return decisions, left


@writes
def settle_agreed(*, actor: User, assignment_id: UUID) -> list[Decision]:
    """Settle what all reviewers agree on by RULE, marked as such; each can be undone. Doing it again adds what is new.

    Raises NotFoundError; ConflictError not_adjudicator, submitted, closed.
    """
    gold = _lock_gold(actor, assignment_id)
    refuse_unless_open(gold)
    readers = {reader.pk for reader in _readers(actor, gold)}
    settled = set(Decision.objects.live().filter(assignment=gold, votes__isnull=False).values_list("votes", flat=True))
    said: dict[tuple[Any, ...], list[Annotation]] = defaultdict(list)
    for vote in _submitted_votes(actor, gold):
        if vote.assignment_id in readers and vote.pk not in settled:
            said[vote.start, vote.end, vote.label.code, _ratings_of(vote)].append(vote)
    decisions = []
    done: Done = []
    taken = {(row.label_id, row.start, row.end) for row in Annotation.objects.live().filter(assignment=gold)}
    labels = {label.code: label for label in gold.codebook.labels.all()}
    for (start, end, code, ratings), votes in sorted(said.items(), key=lambda each: each[0]):
        label = labels.get(code)
        if len(readers) < 2 or len(votes) < len(readers) or label is None:
            continue
        if any(pk == label.pk and first < end and start < last for pk, first, last in taken):
            continue  # the adjudicator marked these words otherwise
        passage = _make_gold(gold, _Made(label, start, end, wanted_points(gold, label, ratings), votes[0].pk))
        decision = Decision.objects.create(
            assignment=gold, start=start, end=end, outcome=Decision.Outcome.AGREED_BY_RULE, annotation=passage
        )
        decision.votes.set(votes)
        decisions.append(decision)
        done.append(("created", Act(passage, gold, None, state_of_passage(passage))))
        done.append(("decided", Act(decision, gold, None, state_of(decision))))
    done.sort(key=lambda each: each[0])  # the passages first: one run of the ledger for each verb
    _keep(actor, gold, done)
    return decisions

"""Dealing the texts of a study out to its reviewers: forecast, and done, as one act."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from annotator.actions.assignments import last_places
from annotator.actions.errors import ConflictError, InvalidError
from annotator.actions.history import Act, record_all, state_of
from annotator.actions.study import lock_run_study
from annotator.actions.transactions import writes
from annotator.distribution import Plan, distribute, reading_places
from annotator.models import Assignment, Membership, Study, TrainingText, User


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: readers each text shall have, texts that everybody reads, and the reviewers to choose from."""

    per_text: int
    for_all: int
    reviewers: tuple[Membership, ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a wish would do to the study as it stands.

    `plan` names texts by the ids of their revisions and readers by the ids of their accounts. `digest` changes with
    every assignment it would make, so that what was read beforehand is what is done.
    """

    wish: Wish
    plan: Plan[int, int]
    n_texts: int
    digest: str

    @property
    def loads(self) -> list[tuple[str, int]]:
        """Texts for each of the reviewers, under the pseudonyms of the study."""
        return [(member.pseudonym, self.plan.loads[member.user_id]) for member in self.wish.reviewers]

    @property
    def pairs_apart(self) -> list[tuple[str, str]]:
        """Pseudonyms of the pairs who would share no text."""
        names = {member.user_id: member.pseudonym for member in self.wish.reviewers}
        return sorted(tuple(sorted(names[each] for each in pair)) for pair in self.plan.apart)


def reviewers_of(study: Study) -> tuple[Membership, ...]:
    """Return the people who review in the study, machines not among them: a machine is given texts one by one."""
    members = Membership.objects.active().filter(study=study, role=Membership.Role.REVIEWER)
    return tuple(members.filter(user__kind=User.Kind.HUMAN, user__is_active=True).select_related("user"))


def _read(study: Study, revisions: Sequence[int]) -> dict[int, set[int]]:
    """Return who reads, or has read, which text: work submitted, and work open in the hands of a member."""
    members = Membership.objects.active().filter(study=study).values("user")
    rows = Assignment.objects.reviews().without_training().filter(study=study, round=1, revision__in=revisions)
    rows = rows.filter(reviewer__kind=User.Kind.HUMAN)
    kept = rows.filter(Q(state=Assignment.State.SUBMITTED) | Q(state=Assignment.State.OPEN, reviewer__in=members))
    found: dict[int, set[int]] = defaultdict(set)
    for revision_id, reviewer_id in kept.values_list("revision_id", "reviewer_id"):
        found[revision_id].add(reviewer_id)
    return found


def _kept_apart(study: Study) -> set[tuple[int, int]]:
    """Return who is not given which text: who declined it, trained on it, or adjudicates it, whatever their role is."""
    rows = Assignment.objects.filter(study=study, round=1)
    trained = Q(purpose=Assignment.Purpose.TRAINING)
    rows = rows.filter(Q(state=Assignment.State.DECLINED) | Q(role=Assignment.Role.ADJUDICATOR) | trained)
    return set(rows.values_list("revision_id", "reviewer_id"))


def forecast(study: Study, wish: Wish) -> Forecast:
    """Say what a wish would do, without doing it; the same wish in the same study gives the same forecast.

    Raises InvalidError `reviewers` (none), `per_text` (more than there are reviewers), `for_all` (more than texts).
    """
    given_out = study.revisions.filter(document__withdrawn_at=None).exclude(
        pk__in=TrainingText.objects.taught_in(study)
    )
    texts = list(given_out.order_by("pk").values_list("pk", flat=True).distinct())
    if not wish.reviewers:
        raise InvalidError("reviewers", "Choose at least one reviewer.")
    if not 1 <= wish.per_text <= len(wish.reviewers):
        raise InvalidError(
            "per_text", f"Between 1 and {len(wish.reviewers)}, the number of reviewers chosen, can read a document."
        )
    if not 0 <= wish.for_all <= len(texts):
        raise InvalidError("for_all", f"Documents that the study can give out: {len(texts)}.")
    ids = sorted(member.user_id for member in wish.reviewers)
    read, apart = _read(study, texts), _kept_apart(study)
    plan = distribute(texts, ids, wish.per_text, for_all=wish.for_all, read=read, seed=study.pk, apart=apart)
    pairs = sorted((text, reader) for text, readers in plan.given.items() for reader in readers)
    return Forecast(wish, plan, len(texts), hashlib.sha256(repr(pairs).encode()).hexdigest()[:16])


def _informed(study: Study, reviewer_id: int, texts: Iterable[int]) -> tuple[bool, set[int]]:
    """Return whether the reviewer can see others' work in the study, and of which texts in any study."""
    others = Assignment.objects.submitted().exclude(reviewer=reviewer_id)
    others = others.filter(Q(study=study) | Q(revision__in=texts))
    if not others.exists():
        return False, set()
    reviewer = User.objects.get(pk=reviewer_id)
    seen = list(others.measured_for(reviewer).values_list("study_id", "revision_id"))
    taught = TrainingText.objects.read_by(reviewer).filter(revision__in=texts).values_list("revision_id", flat=True)
    return any(where == study.pk for where, _ in seen), {revision_id for _, revision_id in seen}.union(taught)


@writes
def distribute_texts(*, actor: User, study: Study, wish: Wish, digest: str | None = None) -> Forecast:
    """Give out the texts of the study as forecast, all or none; what is given already stays.

    `digest` is that of the forecast that was shown. Raises NotFoundError unless the actor runs the study;
    ConflictError `closed`; ConflictError `changed` where the forecast has become another one; what `forecast` raises.
    """
    study = lock_run_study(actor, study)
    if study.is_closed:
        raise ConflictError("closed", "The study is closed. Nothing more can be changed in it.")
    present = {member.pk for member in reviewers_of(study)}
    if any(member.pk not in present for member in wish.reviewers):
        raise InvalidError("reviewers", "Only people who review in this study can be given its texts.")
    found = forecast(study, wish)
    if digest is not None and digest != found.digest:
        raise ConflictError("changed", "The study has changed meanwhile. Nothing was given out; look at it once more.")
    now = timezone.now()
    knowledge = {reader: _informed(study, reader, found.plan.given) for reader in found.plan.loads}
    covered = {
        text: len(everybody) - len(found.plan.given.get(text, ())) for text, everybody in found.plan.readers.items()
    }
    places = reading_places(found.plan.given, covered, seed=study.pk)
    last = last_places(study, knowledge)
    made = []
    for revision_id, readers in found.plan.given.items():
        for reader in readers:
            knows_study, known_texts = knowledge[reader]
            informed = knows_study or revision_id in known_texts
            made.append(
                Assignment(
                    study=study,
                    revision_id=revision_id,
                    reviewer_id=reader,
                    codebook_id=study.codebook_id,
                    place=last[reader] + places[revision_id, reader],
                    informed_at=now if informed else None,
                )
            )
    Assignment.objects.bulk_create(made, batch_size=500)
    record_all(actor=actor, verb="assigned", study=study, acts=[Act(row, row, after=state_of(row)) for row in made])
    return found

"""What leads change in a study that is there already: its words and rules, and which texts it is over."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from annotator.actions.errors import BlindError, ConflictError, InvalidError, StaleError
from annotator.actions.history import Act, record, record_all, state_of
from annotator.actions.study import lock_run_study, refuse_past, wait_for_writers
from annotator.actions.transactions import writes
from annotator.models import Annotation, Assignment, Decision, Rating, Study, TextPlace, TrainingText, User
from sources.models import Revision

LAST: Final = 2**31  # after every place
WORDS = ("title",)
RULES = (
    "purpose",
    "blinding",
    "reviewers_per_document",
    "order",
    "due_on",
    "extra_up_to",
    "extra_below",
    "extra_measure",
)
EXTRA = frozenset({"extra_up_to", "extra_below", "extra_measure"})


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


@writes
def change_study(
    *, actor: User, study: Study, changes: Mapping[str, Any], version: int | None = None, confirmed: bool = False
) -> Study:
    """Change fields among `WORDS` and `RULES`; what is as wanted already is left alone.

    With `version`, the study must still be the one that was read. `confirmed` says that the actor was told what a new
    blinding rule does to work that is there. Raises NotFoundError unless the actor runs the study; StaleError;
    InvalidError for a deadline that is over, or a rule of extra reviewers that could add none; ConflictError `closed`
    for anything but the title of a closed study, `assigned`, `revealed` and `confirm` (see `refuse_blinding`); django
    ValidationError for unfit values.
    """
    study = lock_run_study(actor, study)
    changed = {name: value for name, value in changes.items() if getattr(study, name) != value}
    if not changed:
        return study
    if version is not None and version != study.version:
        raise StaleError(study)
    if study.is_closed and changed.keys() - set(WORDS):
        raise ConflictError("closed", "The study is closed: only its title can be changed. Reopen it for the rest.")
    if (due_on := changed.get("due_on")) is not None:
        refuse_past(due_on)
    before = {name: _plain(getattr(study, name)) for name in changed}
    rule = study.blinding
    for name, value in changed.items():
        setattr(study, name, value)
    study.full_clean()
    if changed.keys() & {"extra_up_to", "reviewers_per_document"}:
        refuse_idle_rule(study)
    if study.blinding != rule:
        refuse_blinding(study, rule, study.blinding, confirmed=confirmed)
    if changed.keys() & EXTRA:
        study.extra_by = actor
    study.version += 1
    study.save(update_fields=[*changed, "extra_by", "version"])
    after = {name: _plain(value) for name, value in changed.items()}
    record(actor=actor, verb="changed", row=study, study=study, before=before, after=after)
    return study


def refuse_idle_rule(study: Study) -> None:
    """Raise InvalidError where a document has as many reviewers from the beginning as the rule allows in all."""
    usual = study.reviewers_per_document or 0
    if study.extra_up_to is not None and study.extra_up_to <= usual:
        words = (
            f"Each document has {usual} reviewers without it. Allow more than that in all, or nobody would be added."
        )
        raise InvalidError("extra_up_to", words)


def refuse_blinding(study: Study, rule: str, wanted: str, *, confirmed: bool) -> None:
    """Raise ConflictError where a locked study cannot go from a rule to another, or not without a word.

    `assigned`: into an open study once anybody was assigned, since no work of an open study is independent;
    `revealed`: out of one once anything was submitted, since every member could see it. `confirm`: what has a
    consequence for work that is there, which the refusal names.
    """
    wait_for_writers(study)
    held = Assignment.objects.filter(study=study).without_training()  # that is never shown to others, by any rule
    if wanted == Study.Blinding.OPEN and held.exists():
        raise ConflictError(
            "assigned",
            "Documents were given out under a blind rule. In an open study no work is independent, so that all that"
            " was done would stop counting as such. Begin a new study instead.",
        )
    if rule == Study.Blinding.OPEN and held.submitted().exists():
        raise ConflictError(
            "revealed",
            "What was submitted has been open to every member, and no rule takes that back. Begin a new study instead.",
        )
    consequence = _consequence(held.submitted().reviews().filter(round=1), wanted)
    if consequence and not confirmed:
        raise ConflictError("confirm", consequence)


def _consequence(submitted: QuerySet[Assignment], wanted: str) -> str:
    """Say what another rule does to submitted reviews; nothing where it does nothing."""
    numbers = {"reviewers": Count("reviewer", distinct=True), "texts": Count("revision", distinct=True)}
    if wanted == Study.Blinding.UNTIL_SUBMITTED and submitted.exists():
        found = submitted.aggregate(**numbers)
        return (
            f"Reviewers who have submitted already: {found['reviewers']}, on documents: {found['texts']}. They may show"
            " others’ work on these at once. What they begin after that is no longer independent, and is reported"
            " apart; what they have done stays as it counts now."
        )
    revealed = submitted.filter(revealed_at__isnull=False)
    if wanted == Study.Blinding.UNTIL_CLOSED and revealed.exists():
        found = revealed.aggregate(**numbers)
        return (
            f"Reviewers who have seen others’ work already: {found['reviewers']}, on documents: {found['texts']}."
            " It is hidden from them again until the study is closed, but what was seen stays seen: what they began"
            " after it is reported apart, as before."
        )
    return ""


def with_work(assignments: QuerySet[Assignment]) -> QuerySet[Assignment]:
    """Keep the assignments in which anything was ever done, be it deleted since."""
    here = {"assignment": OuterRef("pk")}
    return assignments.filter(
        Q(begun_at__isnull=False)
        | Q(state=Assignment.State.SUBMITTED)
        | Exists(Annotation.objects.filter(**here))
        | Exists(Rating.objects.filter(**here))
        | Exists(Decision.objects.filter(**here))
    )


@writes
def remove_revisions(*, actor: User, study: Study, revisions: Iterable[Revision]) -> Study:
    """Take texts out of a study, all or none, where nobody has worked on them; who was given one is told so.

    Those that it does not have are no fault. Raises NotFoundError unless the actor runs the study; ConflictError
    `closed`, `teaches` (the training of the study uses one), `worked_on`; BlindError where the actor reviews one, or
    reviews in the study and one was given to others: whether these have begun is hidden from them.
    """
    study = lock_run_study(actor, study)
    if study.is_closed:
        raise ConflictError("closed", "The study is closed. Nothing more can be changed in it.")
    wanted = [revision.pk for revision in revisions]
    present = list(study.revisions.filter(pk__in=wanted).select_related("document").defer("text"))
    wait_for_writers(study)
    work = Assignment.objects.filter(study=study, revision__in=[revision.pk for revision in present])
    held = work.without_training()  # whoever trains on one goes on: a training document need not be of the study
    taught = TrainingText.objects.in_use().filter(study=study, revision__in=[revision.pk for revision in present])
    if held.open().reviews().filter(reviewer=actor, round=1).exists():
        raise BlindError("You review one of these documents yourself. Submit it first, or let another lead remove it.")
    reviewing = Assignment.objects.blind_reviews(actor).under_way()
    blinds = reviewing.filter(Q(study=study) | Q(revision__in=[revision.pk for revision in present]))
    if held.exclude(reviewer=actor).exists() and blinds.exists():
        raise BlindError(
            "Others were given one of these documents, and whether they have begun is hidden from you while you review"
            " yourself. Submit your own work first, or let another lead remove it."
        )
    if taught.exists():
        raise ConflictError(
            "teaches", "The training of the study uses one of these. Take it out of the training first."
        )
    worked_on = set(with_work(held).values_list("revision_id", flat=True))
    kept = [str(revision.document) for revision in present if revision.pk in worked_on]
    if kept:
        named = ", ".join(f"“{title}”" for title in kept[:3]) + (f" and {len(kept) - 3} more" if kept[3:] else "")
        raise ConflictError("worked_on", f"Somebody has worked on {named}: it stays, with all that was said about it.")
    if present:
        waiting = held.filter(Q(state=Assignment.State.OPEN) | Q(returned_at__isnull=False))
        take_back(actor, study, list(waiting.select_related("revision")))
        study.revisions.remove(*present)
        study.places.filter(revision__in=present).delete()
        after = {"removed": [revision.sha256 for revision in present]}
        record(actor=actor, verb="reduced", row=study, study=study, after=after)
    return study


def fixed_order(study: Study) -> list[int]:
    """Return the ids of a study's texts in its fixed order: by place, those without one last, by title."""
    places = dict(study.places.values_list("revision", "place"))
    texts = study.revisions.order_by("document__title", "document", "number").values_list("pk", flat=True)
    return sorted(texts, key=lambda pk: places.get(pk, LAST))


def order_digest(order: Iterable[int]) -> str:
    """Return what stands for an order, so that nobody sorts what has changed since they read it."""
    return hashlib.sha256(repr(list(order)).encode()).hexdigest()[:16]


@writes
def sort_revisions(*, actor: User, study: Study, order: Sequence[int], seen: str | None = None) -> list[int]:
    """Put the texts of a study in this order of their ids, all of them; return it.

    `seen` is the digest of the order the actor read. Raises NotFoundError unless the actor runs the study;
    ConflictError `closed`, `changed`; InvalidError where the texts are not those of the study, each once.
    """
    study = lock_run_study(actor, study)
    if study.is_closed:
        raise ConflictError("closed", "The study is closed. Nothing more can be changed in it.")
    present = fixed_order(study)
    if list(order) == present:
        return present
    if seen is not None and seen != order_digest(present):
        raise ConflictError("changed", "The order has changed meanwhile. Nothing was sorted; look at it once more.")
    if sorted(order) != sorted(present):
        raise InvalidError("texts", "Name every text of the study, each once.")
    study.places.all().delete()
    TextPlace.objects.bulk_create(
        [TextPlace(study=study, revision_id=pk, place=place) for place, pk in enumerate(order, start=1)],
        batch_size=500,
    )
    record(actor=actor, verb="sorted", row=study, study=study, before={"texts": present}, after={"texts": list(order)})
    return list(order)


def take_back(actor: User, study: Study, assignments: list[Assignment]) -> None:
    """Decline open assignments in their reviewers' place; all that was done in them is kept. All rows are locked.

    One returned by who left the study no longer waits for them to come back: it can be given back only.
    """
    acts = []
    now = timezone.now()
    for assignment in assignments:
        before = state_of(assignment)
        assignment.state, assignment.reclaimed_at, assignment.returned_at = Assignment.State.DECLINED, now, None
        acts.append(Act(assignment, assignment, before, state_of(assignment)))
    Assignment.objects.bulk_update(assignments, ["state", "reclaimed_at", "returned_at"], batch_size=500)
    if acts:
        record_all(actor=actor, verb="reclaimed", study=study, acts=acts)

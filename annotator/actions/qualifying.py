"""The way of one reviewer through the training of a study: the next document, or being let on to the study's own.

Nothing here is asked for by itself: it happens where work is submitted, somebody joins, or a lead changes the training.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from annotator.actions.history import record, state_of
from annotator.gold import Beside, Mark, Standing, beside_gold, passed, standings
from annotator.models import Assignment, PassMark, Qualification, Study, Training, TrainingText, User
from annotator.models.codings import SideBySide


@dataclass(frozen=True, slots=True)
class Step:
    """Something that came to be on the way, for history: a document given, or a reviewer let on."""

    verb: str
    row: Assignment | Qualification
    after: dict[str, Any]


def marks_of(study: Study) -> tuple[Mark, ...]:
    """Return the pass marks of the labels and scales that the study's codebook has, in its order."""
    codebook = study.codebook
    codes = {("label", code): place for place, code in enumerate(codebook.labels.values_list("code", flat=True))}
    scales = codebook.scales.values_list("code", flat=True)
    codes |= {("scale", code): len(codes) + place for place, code in enumerate(scales)}
    rows = [row for row in PassMark.objects.filter(study=study) if (row.subject, row.code) in codes]
    rows.sort(key=lambda row: codes[row.subject, row.code])
    return tuple(Mark(row.subject, row.code, row.measure, float(row.least), row.away) for row in rows)


Lesson = tuple[TrainingText, Assignment]


def lessons_read(study: Study, reviewers: Collection[User]) -> dict[int, list[Lesson]]:
    """Return the training documents that reviewers submitted, in that order, with the work, by the reviewer's id."""
    work = Assignment.objects.training().submitted().filter(study=study, reviewer__in=[each.pk for each in reviewers])
    texts = TrainingText.objects.lessons().filter(study=study)
    texts = texts.select_related("gold__codebook", "gold__study", "revision__document")
    by_revision = {text.revision_id: text for text in texts.prefetch_related("revision__segmentations")}
    found: dict[int, list[Lesson]] = {each.pk: [] for each in reviewers}
    for row in work.select_related("codebook", "study").order_by("submitted_at", "pk"):
        if row.revision_id in by_revision:
            found[row.reviewer_id].append((by_revision[row.revision_id], row))
    return found


def compared(reader: SideBySide, text: TrainingText, work: Assignment) -> Beside:
    """Compare a reviewer's work on a text with its gold."""
    document = reader.document(text.revision, [text.gold, work])
    gold, theirs = document.codings
    return beside_gold(document, reader.codebook, gold, theirs)


def all_compared(study: Study, reviewers: Collection[User]) -> dict[int, list[Beside]]:
    """Compare all that reviewers have read of the training with its gold, by the reviewer's id, as it was submitted.

    A fixed number of queries, however many there are.
    """
    read = lessons_read(study, reviewers)
    reader = SideBySide(study)
    reader.load([each for lessons in read.values() for text, work in lessons for each in (text.gold, work)])
    return {pk: [compared(reader, text, work) for text, work in lessons] for pk, lessons in read.items()}


def standings_of(study: Study, reviewers: Collection[User], training: Training) -> dict[int, tuple[Standing, ...]]:
    """Return where reviewers stand with each pass mark, by the reviewer's id."""
    marks = marks_of(study)
    return {pk: standings(marks, read, training.needed) for pk, read in all_compared(study, reviewers).items()}


def next_lesson(study: Study, reviewer: User) -> TrainingText | None:
    """Return the first training document, in their order, that the reviewer has not had in this study.

    One whose gold they settled themselves would prove nothing.
    """
    had = Assignment.objects.filter(study=study, reviewer=reviewer, revision=OuterRef("revision"))
    texts = TrainingText.objects.lessons().in_use().filter(~Exists(had), study=study)
    texts = texts.filter(revision__document__withdrawn_at__isnull=True).exclude(gold__reviewer=reviewer)
    return texts.select_related("revision").order_by("position", "pk").first()


def has_begun(study: Study, reviewer: User) -> bool:
    """Whether a reviewer has begun to read in the study itself: whoever is held cannot, so it was before."""
    work = Assignment.objects.reviews().without_training().filter(study=study, reviewer=reviewer)
    return work.filter(begun_at__isnull=False).exists()


def advance(actor: User, study: Study, reviewer: User) -> list[Step]:
    """Let a reviewer in training on, or give the next document where none is open; return what came to be.

    Who had begun to read before the training goes on as they are, also after having left. Nothing happens to whoever is
    not in training. The caller holds a lock and records the steps, last.
    """
    return advance_all(actor, study, [reviewer])


def advance_all(actor: User, study: Study, reviewers: Collection[User]) -> list[Step]:
    """Do the same for several reviewers; the work of those in training is compared at once."""
    held = [
        (reviewer, training)
        for reviewer in reviewers
        for training in Training.objects.holding(reviewer).filter(study=study)
    ]
    if not held:
        return []
    read = all_compared(study, [reviewer for reviewer, _ in held])
    return [
        step for reviewer, training in held for step in _advance(actor, study, reviewer, training, read[reviewer.pk])
    ]


def _advance(actor: User, study: Study, reviewer: User, training: Training, read: Sequence[Beside]) -> list[Step]:
    if has_begun(study, reviewer):
        return let_on(actor, study, reviewer, Qualification.How.BEFORE)
    marks = marks_of(study)
    if passed(marks, read, training.needed):
        figures = {each.mark.code: round(each.value or 0, 4) for each in standings(marks, read, training.needed)}
        return let_on(actor, study, reviewer, Qualification.How.PASSED, figures=figures, documents=len(read))
    work = Assignment.objects.training().filter(study=study, reviewer=reviewer)
    text = None if work.open().exists() else next_lesson(study, reviewer)
    if text is None:
        return []
    given = Assignment(
        study=study,
        revision=text.revision,
        reviewer=reviewer,
        codebook=study.codebook,
        purpose=Assignment.Purpose.TRAINING,
    )
    try:
        with transaction.atomic():
            given.save(force_insert=True)
    except IntegrityError:
        return []  # given by another writer in between
    return [Step("assigned", given, state_of(given))]


def let_on(actor: User, study: Study, reviewer: User, how: str, reason: str = "", **what: Any) -> list[Step]:
    """Store that a reviewer may read the documents of the study; where that is stored already nothing changes."""
    try:
        with transaction.atomic():
            row = Qualification.objects.create(study=study, reviewer=reviewer, how=how, reason=reason, by=actor)
    except IntegrityError:
        return []  # let on by another writer in between
    place = study.memberships.get(user=reviewer)
    return [Step("qualified", row, {"reviewer": place.pseudonym, "how": how, "reason": reason, **what})]


def record_steps(actor: User, study: Study, steps: Sequence[Step]) -> None:
    """Append the steps to history."""
    for step in steps:
        assignment = step.row if isinstance(step.row, Assignment) else None
        record(actor=actor, verb=step.verb, row=step.row, study=study, assignment=assignment, after=step.after)

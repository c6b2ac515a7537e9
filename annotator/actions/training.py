"""Running the training of a study: its texts, its pass marks, its beginning and end, and checks later on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from annotator.actions.assignments import give
from annotator.actions.errors import ConflictError, FieldError, InvalidError, NotFoundError, StaleError
from annotator.actions.history import record
from annotator.actions.qualifying import advance_all, let_on, marks_of, record_steps
from annotator.actions.study import lock_run_study, wait_for_writers
from annotator.actions.transactions import writes
from annotator.gold import LABEL_MEASURES, WITHIN, Mark, can_be_taken, usual_marks
from annotator.models import (
    Assignment,
    Codebook,
    Membership,
    PassMark,
    Qualification,
    Scale,
    Study,
    Training,
    TrainingText,
    User,
)
from annotator.models.codings import SideBySide, unread_labels
from annotator.models.descriptions import codebook_info
from annotator.models.training import MOST_NEEDED
from annotator.records import Coding


@dataclass(frozen=True, slots=True)
class Wish:
    """How a study is to train: over how many documents a mark is taken, and the marks."""

    needed: int
    marks: tuple[Mark, ...]


def _lock(actor: User, study: Study) -> Study:
    study = lock_run_study(actor, study)
    if study.is_closed:
        raise ConflictError("closed", "The study is closed. Nothing more can be changed in it.")
    return study


def _training_of(study: Study) -> Training:
    """Return the training of a locked study, with the usual marks where it is new."""
    training, is_new = Training.objects.get_or_create(study=study)
    if is_new:
        _store(study, usual_marks(codebook_info(study.codebook)))
    return training


def _store(study: Study, marks: Iterable[Mark]) -> None:
    PassMark.objects.filter(study=study).delete()
    for mark in marks:
        PassMark.objects.create(
            study=study,
            subject=mark.subject,
            code=mark.code,
            measure=mark.measure,
            least=Decimal(f"{mark.least:.2f}"),
            away=mark.away,
        )


def _as_kept(training: Training, marks: Iterable[Mark]) -> dict[str, object]:
    named = {each.code: [each.measure, f"{each.least:.2f}", each.away] for each in marks}
    return {"needed": training.needed, "open": training.is_open, "marks": named}


def _find_text(study: Study, text_id: UUID) -> TrainingText:
    found = TrainingText.objects.filter(study=study, pk=text_id).select_related("gold", "revision__document").first()
    if found is None:
        raise NotFoundError
    return found


def _text_state(text: TrainingText) -> dict[str, object]:
    return {
        "kind": text.kind,
        "sha256": text.revision.sha256,
        "gold": str(text.gold_id),
        "position": text.position,
        "retired": text.retired_at is not None,
    }


def refusal_of_gold(study: Study, gold: Assignment) -> str:
    """Return why a gold standard cannot teach in a study, or nothing."""
    if not gold.is_submitted:
        return "This gold standard is not submitted yet."
    if gold.revision.document.is_withdrawn:
        return "This document was withdrawn; it takes no new work."
    if unread := unread_labels(gold, study):
        names = ", ".join(f"“{name}”" for name in unread)
        return (
            f"The study’s codebook, version {study.codebook.version}, has no one label that reads {names} of this gold."
        )
    return ""


@writes
def add_text(*, actor: User, study: Study, gold_id: UUID, kind: str) -> TrainingText:
    """Train with a text whose gold the actor may see and hand on, or make it a check; adding again changes nothing.

    A gold is handed on by who runs the study it was settled in. A training document comes last in the order.

    A check becomes a text of the study where it is none yet. Raises NotFoundError unless the actor runs the study;
    InvalidError `gold` for one that is not there, not submitted, of a withdrawn document or not to be read with the
    study's codebook, `kind`; ConflictError `closed`; `exists` where the text is here in another way already.
    """
    study = _lock(actor, study)
    if kind not in TrainingText.Kind.values:
        raise InvalidError("kind", f"“{kind}” is no kind of text with a gold: lesson or check.")
    golds = Assignment.objects.gold().work_visible_to(actor).exclude(state=Assignment.State.DECLINED)
    golds = golds.filter(study__in=Study.objects.run_by(actor))  # to be shown to others, it takes more than seeing it
    gold = golds.filter(pk=gold_id).select_related("revision__document", "codebook", "study").first()
    if gold is None:
        raise InvalidError("gold", "There is no such gold standard in a study you run, or it is not shown to you.")
    if refusal := refusal_of_gold(study, gold):
        raise InvalidError("gold", refusal)
    _training_of(study)
    known = TrainingText.objects.filter(study=study, revision=gold.revision).first()
    last = TrainingText.objects.filter(study=study, kind=kind).aggregate(last=Max("position"))["last"] or 0
    if known is None:
        text = TrainingText.objects.create(study=study, revision=gold.revision, gold=gold, kind=kind, position=last + 1)
    elif (known.kind, known.gold_id, known.retired_at) == (kind, gold.pk, None):
        return known
    else:
        text = _bring_back(known, gold, kind, last + 1)
    if kind == TrainingText.Kind.CHECK and not study.revisions.filter(pk=gold.revision_id).exists():
        study.revisions.add(gold.revision)
    steps = _advance_all(actor, study) if kind == TrainingText.Kind.LESSON else []
    record(actor=actor, verb="added", row=text, study=study, after=_text_state(text))
    record_steps(actor, study, steps)
    return text


def _bring_back(text: TrainingText, gold: Assignment, kind: str, position: int) -> TrainingText:
    changes = (text.kind, text.gold_id) != (kind, gold.pk)
    if text.retired_at is None:
        raise ConflictError("exists", f"This text is a {text.get_kind_display()} here already. Take it out first.")
    read = Assignment.objects.training().filter(study=text.study_id, revision=text.revision_id)
    if changes and read.exists():
        raise ConflictError(
            "exists", "Reviewers trained on this text by another gold. It can only come back as it was."
        )
    text.kind, text.gold, text.position, text.retired_at = kind, gold, position, None
    text.save(update_fields=["kind", "gold", "position", "retired_at"])
    return text


@writes
def retire_text(*, actor: User, study: Study, text_id: UUID) -> TrainingText:
    """Give a text out no more as a training document or check; whoever has it finishes it, and what was read stays.

    Taking it out again changes nothing. Raises NotFoundError; ConflictError `closed`, and `few` where a training under
    way would be left with fewer texts than it needs, or with a mark that nobody could reach.
    """
    study = _lock(actor, study)
    text = _find_text(study, text_id)
    if text.retired_at is not None:
        return text
    before = _text_state(text)
    text.retired_at = timezone.now()
    text.save(update_fields=["retired_at"])
    training = _training_of(study)
    if training.is_open and text.kind == TrainingText.Kind.LESSON:
        _refuse_impossible(study, training.needed, marks_of(study))
    record(actor=actor, verb="retired", row=text, study=study, before=before, after=_text_state(text))
    return text


@writes
def move_text(*, actor: User, study: Study, text_id: UUID, position: int) -> TrainingText:
    """Put a training document at a place in the order, from 1; whoever has begun goes on from where they are.

    Raises NotFoundError; InvalidError `position`; ConflictError `closed`.
    """
    study = _lock(actor, study)
    text = _find_text(study, text_id)
    texts = list(TrainingText.objects.in_use().filter(study=study, kind=text.kind).order_by("position", "pk"))
    if text.retired_at is not None or not 1 <= position <= len(texts):
        raise InvalidError("position", f"Choose a place from 1 to {len(texts)}.")
    before = [str(each.pk) for each in texts]
    texts = [each for each in texts if each.pk != text.pk]
    texts.insert(position - 1, text)
    for place, each in enumerate(texts, start=1):
        TrainingText.objects.filter(pk=each.pk).update(position=place)
    after = [str(each.pk) for each in texts]
    text.position = position
    if before != after:
        record(actor=actor, verb="moved", row=text, study=study, before=before, after=after)
    return text


def _checked(study: Study, wish: Wish) -> None:
    """Raise InvalidError or ConflictError for a wish that makes no sense with the study's codebook."""
    faults = []
    if not 1 <= wish.needed <= MOST_NEEDED:
        faults.append(FieldError("needed", "invalid", f"Choose a number from 1 to {MOST_NEEDED}."))
    labels = set(study.codebook.labels.values_list("code", flat=True))
    scales = {scale.code: scale for scale in study.codebook.scales.prefetch_related("points")}
    seen: set[tuple[str, str]] = set()
    for mark in wish.marks:
        field = f"marks.{mark.subject}.{mark.code}"
        fault = _fault(mark, labels, scales)
        if (mark.subject, mark.code) in seen:
            fault = "This is given twice."
        seen.add((mark.subject, mark.code))
        if fault:
            faults.append(FieldError(field, "invalid", fault))
    if faults:
        refusal = InvalidError(faults[0].field, faults[0].detail)
        refusal.errors = faults
        raise refusal


def _fault(mark: Mark, labels: set[str], scales: dict[str, Scale]) -> str:
    if not 0.01 <= mark.least <= 1:
        return "Choose a figure from .01 to 1."
    if mark.is_of_label:
        if mark.code not in labels:
            return f"“{mark.code}” is not a label of the study’s codebook."
        return "" if mark.measure in LABEL_MEASURES and not mark.away else "No label is measured so."
    scale = scales.get(mark.code)
    if scale is None:
        return f"“{mark.code}” is not a scale of the study’s codebook."
    if mark.measure != WITHIN:
        return "No scale is measured so."
    most = 0 if scale.level == Scale.Level.NOMINAL else sum(not point.missing for point in scale.points.all()) - 1
    if not 0 <= mark.away <= max(most, 0):
        return f"Points of this scale are at most {most} apart." if most > 0 else "Its points have no order: 0 apart."
    return ""


def golds_of(study: Study) -> list[Coding]:
    """Return the golds of the training documents in use, read with the study's codebook."""
    texts = TrainingText.objects.lessons().in_use().filter(study=study, revision__document__withdrawn_at=None)
    rows = texts.select_related("gold__codebook", "revision__document").prefetch_related("revision__segmentations")
    reader = SideBySide(study)
    reader.load([text.gold for text in rows])
    return [reader.document(text.revision, [text.gold]).codings[0] for text in rows]


def untakeable(study: Study, marks: Sequence[Mark], golds: Sequence[Coding]) -> list[Mark]:
    """Return the marks that nobody could reach, because no gold in use has their label, or a rating on their scale."""
    codebook = codebook_info(study.codebook)
    return [mark for mark in marks if not can_be_taken(mark, golds, codebook)]


def _refuse_impossible(study: Study, needed: int, marks: Sequence[Mark]) -> None:
    golds = golds_of(study)
    if len(golds) < needed:
        raise ConflictError(
            "few",
            f"A mark is taken over {needed} documents, and the training has {len(golds)}. Add texts, or need fewer.",
        )
    if missing := untakeable(study, marks, golds):
        names = {("label", code): name for code, name in study.codebook.labels.values_list("code", "name")}
        names |= {("scale", code): words for code, words in study.codebook.scales.values_list("code", "question")}
        faults = [
            FieldError(
                f"marks.{mark.subject}.{mark.code}",
                "impossible",
                f"No gold of the training has “{names[mark.subject, mark.code]}”, so nobody could reach this mark."
                " Add such a text, or ask for none.",
            )
            for mark in missing
        ]
        raise ConflictError("few", faults[0].detail, faults)


@writes
def set_marks(*, actor: User, study: Study, wish: Wish, version: int | None = None) -> Training:
    """Choose the pass marks and over how many documents each is taken.

    Who was let on stays so. While the training is under way, who reaches the new marks is let on at once. `version` is
    the one that was read. Raises NotFoundError; InvalidError naming each mark that makes no sense; StaleError;
    ConflictError `closed`, and `few` for a training under way that nobody could pass any more.
    """
    study = _lock(actor, study)
    _checked(study, wish)
    training = _training_of(study)
    before = _as_kept(training, marks_of(study))
    if (training.needed, marks_of(study)) == (wish.needed, _in_order(study, wish.marks)):
        return training
    _refuse_stale(training, version)
    _store(study, wish.marks)
    training.needed = wish.needed
    if training.is_open:
        _refuse_impossible(study, training.needed, wish.marks)
    _save(training)
    steps = _advance_all(actor, study)
    record(actor=actor, verb="changed", row=training, study=study, before=before, after=_as_kept(training, wish.marks))
    record_steps(actor, study, steps)
    return training


def _in_order(study: Study, marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Return marks in the order of the study's codebook, as they are stored."""
    codebook: Codebook = study.codebook
    codes = [("label", code) for code in codebook.labels.values_list("code", flat=True)]
    codes += [("scale", code) for code in codebook.scales.values_list("code", flat=True)]
    found = {(mark.subject, mark.code): mark for mark in marks}
    return tuple(found[key] for key in codes if key in found)


def _refuse_stale(training: Training, version: int | None) -> None:
    if version is not None and training.version != version:
        raise StaleError(training)


def _save(training: Training) -> None:
    training.version += 1
    training.save(update_fields=["needed", "opened_at", "version"])


def _trainees(study: Study) -> list[User]:
    members = Membership.objects.active().filter(study=study, role=Membership.Role.REVIEWER)
    rows = members.filter(user__kind=User.Kind.HUMAN, user__is_active=True).select_related("user")
    return [member.user for member in rows.order_by("pk")]


def _advance_all(actor: User, study: Study) -> list:
    return advance_all(actor, study, _trainees(study))


@writes
def open_training(*, actor: User, study: Study, version: int | None = None) -> Training:
    """Let reviewers begin with the training: from now on the documents of the study open to who has passed.

    Who has begun to read in the study already is let on as they are. Each of the others is given the first training
    document; what was handed out to them stays and waits. Opening again changes nothing. Raises NotFoundError;
    StaleError; ConflictError `closed`, and `few` with the marks that nobody could reach.
    """
    study = _lock(actor, study)
    training = _training_of(study)
    if training.is_open:
        return training
    _refuse_stale(training, version)
    marks = marks_of(study)
    _refuse_impossible(study, training.needed, marks)
    wait_for_writers(study)  # who is writing finishes first, and has begun; who waits sees the training
    before = _as_kept(training, marks)
    training.opened_at = timezone.now()
    _save(training)
    steps = _advance_all(actor, study)
    record(actor=actor, verb="opened", row=training, study=study, before=before, after=_as_kept(training, marks))
    record_steps(actor, study, steps)
    return training


@writes
def end_training(*, actor: User, study: Study, version: int | None = None) -> Training:
    """Ask nobody to train any more: the documents of the study are open to all reviewers. What was read stays.

    Ending again changes nothing. Raises NotFoundError; StaleError; ConflictError `closed`.
    """
    study = _lock(actor, study)
    training = _training_of(study)
    if not training.is_open:
        return training
    _refuse_stale(training, version)
    marks = marks_of(study)
    before = _as_kept(training, marks)
    training.opened_at = None
    _save(training)
    record(actor=actor, verb="ended", row=training, study=study, before=before, after=_as_kept(training, marks))
    return training


@writes
def pass_by_hand(*, actor: User, study: Study, member: Membership, reason: str) -> None:
    """Let a reviewer on to the documents of the study without the marks, for a reason; doing it again changes nothing.

    Raises NotFoundError; InvalidError `reason`; ConflictError `closed`, and `not_training` for one who reviews nothing.
    """
    study = _lock(actor, study)
    if member.study_id != study.pk:
        raise NotFoundError
    if not reason.strip():
        raise InvalidError("reason", "Say why the reviewer is let on.", "blank")
    if member.left_at is not None or member.role != Membership.Role.REVIEWER:
        raise ConflictError("not_training", "Only a reviewer of the study is in training.")
    if Qualification.objects.filter(study=study, reviewer=member.user).exists():
        return
    steps = let_on(actor, study, member.user, Qualification.How.BY_HAND, reason=reason)
    record_steps(actor, study, steps)


@writes
def give_check(*, actor: User, study: Study, text_id: UUID) -> list[Assignment]:
    """Give a check to all reviewers who have not had its text: as any document of the study, with nothing that tells.

    Who adjudicates the text is left out. Raises NotFoundError; ConflictError `closed`, `withdrawn`; InvalidError for a
    training document, or a check that was taken out.
    """
    study = _lock(actor, study)
    text = _find_text(study, text_id)
    if text.kind != TrainingText.Kind.CHECK or text.retired_at is not None:
        raise InvalidError("text", "Only a check in use is given out here.")
    if text.revision.document.is_withdrawn:
        raise ConflictError("withdrawn", "This document was withdrawn; it takes no new assignments.")
    had = set(Assignment.objects.filter(study=study, revision=text.revision).values_list("reviewer_id", flat=True)) | {
        text.gold.reviewer_id
    }
    return [give(actor, study, text.revision, user) for user in _trainees(study) if user.pk not in had]

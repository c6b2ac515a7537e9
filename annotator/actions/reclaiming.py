"""Taking back work that nobody goes on with, giving it back, and deadlines of single assignments."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from annotator.actions.assignments import note_knowledge
from annotator.actions.errors import ConflictError, InvalidError, NotFoundError
from annotator.actions.history import Act, record_all, state_of
from annotator.actions.set_up import take_back
from annotator.actions.study import lock_run_study, refuse_past
from annotator.actions.transactions import writes
from annotator.models import Assignment, Membership, Study, TrainingText, User


def _lock_open_study(actor: User, study: Study) -> Study:
    study = lock_run_study(actor, study)
    if study.is_closed:
        raise ConflictError("closed", "The study is closed. Nothing more can be changed in it.")
    return study


def _lock_assignments(study: Study, ids: Collection[UUID]) -> list[Assignment]:
    """Lock the assignments, after the study; raise NotFoundError where one is not of this study."""
    rows = Assignment.objects.filter(study=study, pk__in=ids).order_by("pk").select_for_update(of=("self",))
    found = list(rows.select_related("study", "reviewer", "revision__document").defer("revision__text"))
    if len(found) < len(set(ids)):
        raise NotFoundError
    return found


def _named(assignment: Assignment) -> str:
    return f"“{assignment.revision.document}”"


@writes
def reclaim_assignments(*, actor: User, study: Study, ids: Collection[UUID]) -> list[Assignment]:
    """Take open assignments back from their reviewers, all or none; what was done in them is kept. Return them.

    The texts can then be given to others. Those taken back already are no fault. Raises NotFoundError unless the
    actor runs the study and all are of it; ConflictError `closed`; `submitted` and `declined` for what is not open;
    `training` for a training document.
    """
    study = _lock_open_study(actor, study)
    found = _lock_assignments(study, ids)
    for each in found:
        if each.is_submitted:
            raise ConflictError("submitted", f"{_named(each)} was submitted meanwhile. Nothing was taken back.")
        if each.is_training:
            raise ConflictError("training", f"{_named(each)} is a training document; the training gives it out.")
        if not each.is_open and each.reclaimed_at is None:
            raise ConflictError("declined", f"{_named(each)} was declined already. Nothing was taken back.")
    taken = [each for each in found if each.is_open]
    take_back(actor, study, taken)
    return taken


@writes
def give_back_assignments(*, actor: User, study: Study, ids: Collection[UUID]) -> list[Assignment]:
    """Open assignments again that were taken back, all or none, with everything in them; return them.

    Whoever could see others' work meanwhile goes on, but not independently. Those open already are no fault. Raises
    NotFoundError unless the actor runs the study and all are of it; ConflictError `closed`, `declined` for what was
    not taken back, `withdrawn`, `adjudicated`, `training`; InvalidError where the reviewer left or the text was taken
    out of the study.
    """
    study = _lock_open_study(actor, study)
    found = [each for each in _lock_assignments(study, ids) if not each.is_open]
    present = set(Membership.objects.active().filter(study=study).values_list("user", flat=True))
    texts = set(study.revisions.values_list("pk", flat=True))
    lessons = set(TrainingText.objects.taught_in(study).values_list("revision", flat=True))
    gold = Assignment.objects.gold().filter(study=study).exclude(state=Assignment.State.DECLINED)
    adjudicated = set(gold.values_list("revision_id", flat=True))
    for each in found:
        if each.reclaimed_at is None:
            raise ConflictError("declined", f"{_named(each)} was not taken back. Nothing was given back.")
        if each.reviewer_id not in present:
            raise InvalidError("assignments", f"The reviewer of {_named(each)} has left the study. Bring them back.")
        if each.revision_id not in texts:
            raise InvalidError("assignments", f"{_named(each)} was taken out of the study. Add it first.")
        if each.revision.document.is_withdrawn:
            raise ConflictError("withdrawn", f"{_named(each)} was withdrawn; it takes no new work.")
        if each.role == Assignment.Role.ADJUDICATOR and each.revision_id in adjudicated:
            raise ConflictError("adjudicated", f"{_named(each)} has another adjudicator by now.")
        if each.revision_id in lessons:
            raise ConflictError("training", f"{_named(each)} is a training document of the study by now.")
    before = {each.pk: state_of(each) for each in found}
    note_knowledge(found)
    for each in found:
        each.state, each.reclaimed_at = Assignment.State.OPEN, None
    Assignment.objects.bulk_update(found, ["state", "reclaimed_at"], batch_size=500)
    acts = [Act(each, each, before[each.pk], state_of(each)) for each in found]
    if acts:
        record_all(actor=actor, verb="given back", study=study, acts=acts)
    return found


@writes
def set_deadlines(*, actor: User, study: Study, ids: Collection[UUID], due_on: date | None) -> list[Assignment]:
    """Give open assignments a day of their own, or the study's again with None; return those that changed.

    Raises NotFoundError unless the actor runs the study and all are of it; InvalidError for a day that is over;
    ConflictError `closed`, `submitted` or `declined` for what is not open.
    """
    study = _lock_open_study(actor, study)
    if due_on is not None:
        refuse_past(due_on)
    found = _lock_assignments(study, ids)
    for each in found:
        if not each.is_open:
            code = "submitted" if each.is_submitted else "declined"
            raise ConflictError(code, f"{_named(each)} is not open any more. No deadline was changed.")
    changed = [each for each in found if each.due_on != due_on]
    acts = []
    for each in changed:
        days = [day.isoformat() if day else None for day in (each.due_on, due_on)]
        acts.append(Act(each, each, {"due_on": days[0]}, {"due_on": days[1]}))
        each.due_on = due_on
    Assignment.objects.bulk_update(changed, ["due_on"], batch_size=500)
    if acts:
        record_all(actor=actor, verb="changed", study=study, acts=acts)
    return changed

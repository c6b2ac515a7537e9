"""Running a study: create it, choose texts and members, close it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from annotator.actions.assignments import note_knowledge
from annotator.actions.errors import ConflictError, InvalidError, NotFoundError, StaleError
from annotator.actions.history import record
from annotator.actions.qualifying import advance, record_steps
from annotator.actions.transactions import writes
from annotator.models import Assignment, Codebook, Membership, Study, User
from annotator.models.study import new_pseudonym
from sources.models import Revision

RESERVED_SLUGS = frozenset({"new"})


def lock_run_study(actor: User, study: Study) -> Study:
    """Lock a study and return it as it is now; raise NotFoundError unless the actor runs it."""
    if not study.is_run_by(actor):
        raise NotFoundError
    return Study.objects.select_for_update().get(pk=study.pk)


def refuse_past(due_on: date) -> None:
    """Raise InvalidError for a deadline that is over already."""
    if due_on < timezone.localdate():
        raise InvalidError("due_on", "This day is over. Choose today or a later one.")


@writes
def create_study(
    *,
    actor: User,
    slug: str,
    title: str,
    codebook: Codebook,
    purpose: str = Study.Purpose.RELIABILITY,
    blinding: str | None = None,
    demo: bool = False,
    reviewers_per_document: int | None = None,
    order: str = Study.Order.RANDOM,
    due_on: date | None = None,
    revisions: Iterable[Revision] = (),
) -> Study:
    """Create a study; the actor becomes its lead. Without a blinding rule it has the one usual for its purpose.

    Raises NotFoundError unless the actor may make studies; InvalidError for a draft codebook, a deadline that is over,
    or a slug that is taken by a page; ConflictError `exists`; django ValidationError for unfit values.
    """
    if not actor.runs_studies:
        raise NotFoundError
    if not codebook.is_frozen:
        raise InvalidError("codebook", "Publish the codebook first: a study needs a frozen version.")
    if slug in RESERVED_SLUGS:
        raise InvalidError("slug", f"“{slug}” is the address of another page. Choose another short name.")
    if due_on is not None:
        refuse_past(due_on)
    if Study.objects.filter(slug=slug).exists():
        raise ConflictError("exists", f"There is a study “{slug}” already.")
    study = Study(
        slug=slug,
        title=title,
        codebook=codebook,
        purpose=purpose,
        blinding=Study.usual_blinding(purpose) if blinding is None else blinding,
        demo=demo,
        reviewers_per_document=reviewers_per_document,
        order=order,
        due_on=due_on,
    )
    study.full_clean()
    try:
        with transaction.atomic():
            study.save(force_insert=True)
    except IntegrityError as error:  # made by somebody else at this very moment
        raise ConflictError("exists", f"There is a study “{slug}” already.") from error
    study.revisions.set(revisions)
    Membership.objects.create(study=study, user=actor, role=Membership.Role.LEAD, pseudonym=new_pseudonym())
    record(actor=actor, verb="created", row=study, study=study, after={"slug": slug, "title": title, "demo": demo})
    return study


@writes
def add_revisions(*, actor: User, study: Study, revisions: Iterable[Revision]) -> Study:
    """Add texts to an open study; those it has already stay.

    Raises NotFoundError, ConflictError `closed`, `withdrawn`.
    """
    study = lock_run_study(actor, study)
    if study.is_closed:
        raise ConflictError("closed", "The study is closed. Nothing more can be changed in it.")
    present = set(study.revisions.values_list("pk", flat=True))
    added = [revision for revision in revisions if revision.pk not in present]
    for revision in added:
        if revision.document.is_withdrawn:
            raise ConflictError("withdrawn", f"“{revision.document}” was withdrawn; it takes no new work.")
    if added:
        study.revisions.add(*added)
        record(actor=actor, verb="extended", row=study, study=study, after={"added": [r.sha256 for r in added]})
    return study


def _refuse_if_changed(member: Membership, version: int | None) -> None:
    if version is not None and member.version != version:
        raise StaleError(member)


def _refuse_without_lead(member: Membership) -> None:
    """Raise ConflictError where nobody would lead the study if this member did no longer."""
    leads = Membership.objects.active().filter(study=member.study_id, role=Membership.Role.LEAD, user__is_active=True)
    if member.role == Membership.Role.LEAD and member.left_at is None and not leads.exclude(pk=member.pk).exists():
        raise ConflictError("last_lead", "Nobody else leads this study. Make somebody else lead first.")


@writes
def add_member(
    *, actor: User, study: Study, user: User, role: str = Membership.Role.REVIEWER, version: int | None = None
) -> Membership:
    """Add a user under a random pseudonym, or give a member another role; a member who left returns.

    Who returns gets back the work that was open when they left, unless somebody else adjudicates the text by now.
    With `version`, the row must still be the one that was read.

    Raises NotFoundError unless the actor runs the study; InvalidError for an unknown role; StaleError; ConflictError
    `last_lead`.
    """
    study = lock_run_study(actor, study)
    if role not in Membership.Role.values:
        raise InvalidError("role", f"“{role}” is not a role in a study.")
    member = Membership.objects.select_for_update().filter(study=study, user=user).first()
    if member is None:
        member = create_under_new_pseudonym(study, user, role)
        steps = advance(actor, study, user)
        record(actor=actor, verb="added", row=member, study=study, after={"role": role, "pseudonym": member.pseudonym})
        record_steps(actor, study, steps)
        return member
    before: dict[str, Any] = {"role": member.role, "left": member.left_at is not None}
    after: dict[str, Any] = {"role": role, "left": False}
    if before == after:
        return member
    _refuse_if_changed(member, version)
    if role != Membership.Role.LEAD:
        _refuse_without_lead(member)
    if before["left"]:
        after["given_back"] = _give_back(study, user)
    member.role, member.left_at, member.version = role, None, member.version + 1
    member.save(update_fields=["role", "left_at", "version"])
    steps = advance(actor, study, user)
    record(actor=actor, verb="changed", row=member, study=study, before=before, after=after)
    record_steps(actor, study, steps)
    return member


def create_under_new_pseudonym(study: Study, user: User, role: str) -> Membership:
    """Store a new member of a locked study. Raises IntegrityError where the user is one already."""
    while True:
        pseudonym = new_pseudonym()
        if Membership.objects.filter(study=study, pseudonym=pseudonym).exists():
            continue
        try:
            with transaction.atomic():
                return Membership.objects.create(study=study, user=user, role=role, pseudonym=pseudonym)
        except IntegrityError:
            if Membership.objects.filter(study=study, user=user).exists():
                raise


def _give_back(study: Study, user: User) -> list[str]:
    """Open again what was returned when the user left; return the ids. They may have seen others' work meanwhile."""
    theirs = Assignment.objects.filter(study=study, reviewer=user).order_by("pk").select_for_update(of=("self",))
    held = [*theirs.open().select_related("study", "reviewer")]
    returned = [*theirs.filter(returned_at__isnull=False).select_related("study", "reviewer")]
    taken = Assignment.objects.gold().filter(study=study).exclude(state=Assignment.State.DECLINED)
    adjudicated = set(taken.values_list("revision_id", flat=True))
    returned = [
        each for each in returned if each.role != Assignment.Role.ADJUDICATOR or each.revision_id not in adjudicated
    ]
    note_knowledge([*held, *returned])
    for assignment in returned:
        assignment.state, assignment.returned_at = Assignment.State.OPEN, None
        assignment.save(update_fields=["state", "returned_at"])
    return [str(assignment.pk) for assignment in returned]


@writes
def remove_member(*, actor: User, study: Study, user: User, version: int | None = None) -> Membership:
    """Let a member leave: the row and all work stay, under the pseudonym; open work is returned, to be given to others.

    With `version`, the row must still be the one that was read. Raises NotFoundError; StaleError; ConflictError
    `last_lead`.
    """
    study = lock_run_study(actor, study)
    member = Membership.objects.select_for_update().filter(study=study, user=user).first()
    if member is None or (member.left_at is not None and version is None):
        raise NotFoundError
    _refuse_if_changed(member, version)
    if member.left_at is not None:
        return member
    _refuse_without_lead(member)
    now = timezone.now()
    theirs = Assignment.objects.open().filter(study=study, reviewer=user)
    open_ones = list(theirs.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    Assignment.objects.filter(pk__in=open_ones).update(state=Assignment.State.DECLINED, returned_at=now)
    member.left_at, member.version = now, member.version + 1
    member.save(update_fields=["left_at", "version"])
    after = {"left": True, "returned": [str(pk) for pk in open_ones]}
    record(actor=actor, verb="left", row=member, study=study, after=after)
    return member


def wait_for_writers(study: Study) -> None:
    """Lock the study's assignments, after the study: who holds one finishes first, who waits sees the change."""
    list(Assignment.objects.filter(study=study).order_by("pk").select_for_update().values_list("pk", flat=True))


@writes
def close_study(*, actor: User, study: Study, open_seen: int | None = None) -> Study:
    """Take no more work. The study is locked, so that none is assigned, then the open assignments: none writes late.

    `open_seen` is the number of open assignments the actor was told of: their work stays, and is not counted. Raises
    NotFoundError; ConflictError `open_work` where another number is open by now. Closing again changes nothing.
    """
    study = lock_run_study(actor, study)
    if study.is_closed:
        return study
    open_ones = Assignment.objects.open().filter(study=study)
    wait_for_writers(study)
    if open_seen is not None and open_seen != (number := open_ones.count()):
        raise ConflictError(
            "open_work",
            f"Open assignments now: {number}. What is in them stays as it is, and is not counted. Close with"
            " exactly this number, or wait until they are submitted.",
        )
    study.closed_at = timezone.now()
    study.save(update_fields=["closed_at"])
    record(actor=actor, verb="closed", row=study, study=study, after={"open_assignments": open_ones.count()})
    return study


@writes
def reopen_study(*, actor: User, study: Study) -> Study:
    """Take work again. Raises NotFoundError; ConflictError `revealed` once anybody saw others' work by the closing."""
    study = lock_run_study(actor, study)
    if not study.is_closed:
        return study
    wait_for_writers(study)
    seen = Assignment.objects.filter(study=study, revealed_at__gte=study.closed_at)
    if seen.exists():
        raise ConflictError(
            "revealed", "Reviewers have seen others' work since the closing. Begin a new study instead."
        )
    note_knowledge(Assignment.objects.open().filter(study=study).select_related("study", "reviewer"))
    study.closed_at = None
    study.save(update_fields=["closed_at"])
    record(actor=actor, verb="reopened", row=study, study=study)
    return study


@writes
def use_codebook(*, actor: User, study: Study, codebook: Codebook, seen: int | None = None) -> Study:
    """Read a study with another version of its codebook, and give new work out with it; nothing made is rewritten.

    Open work goes on with the version it was begun with. Taking the former version again undoes all of it. `seen` is
    the version the actor read. A closed study may be read anew, too. Raises NotFoundError unless the actor runs the
    study; InvalidError for a draft or for another codebook; StaleError where somebody took another version meanwhile.
    """
    study = lock_run_study(actor, study)
    if not codebook.is_frozen:
        raise InvalidError("codebook", "Publish the version first: a study needs a frozen one.")
    if codebook.slug != study.codebook.slug:
        raise InvalidError("codebook", "A study changes to versions of its own codebook only.")
    if seen is not None and seen != study.codebook.version:
        raise StaleError(study)
    if codebook.pk == study.codebook_id:
        return study
    before = {"codebook": codebook.slug, "version": study.codebook.version}
    study.codebook = codebook
    study.save(update_fields=["codebook"])
    after = {"codebook": codebook.slug, "version": codebook.version}
    record(actor=actor, verb="changed", row=study, study=study, before=before, after=after)
    return study

"""Joining a study by an invitation or a class code; making and ending both."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotator.actions.errors import ConflictError, InvalidError, NotFoundError
from annotator.actions.handing_out import hand_out
from annotator.actions.history import record
from annotator.actions.qualifying import advance, record_steps
from annotator.actions.study import create_under_new_pseudonym, lock_run_study
from annotator.actions.transactions import writes
from annotator.models import Assignment, ClassCode, Invitation, Membership, Study, User
from annotator.models.entrance import (
    INVITATION_DAYS,
    LONGEST_CODE_DAYS,
    LONGEST_INVITATION_DAYS,
    MOST_DOCUMENTS,
    MOST_PLACES,
    digest_of,
    end_of,
)

Entrance = Invitation | ClassCode


@dataclass(frozen=True, slots=True)
class Joined:
    """Who came in, and the documents given on the way."""

    member: Membership
    assignments: list[Assignment]


def _require_between(field: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise InvalidError(field, f"Choose a number from {least} to {most:,}.")


@writes
def create_invitation(
    *, actor: User, study: Study, role: str, note: str = "", days: int = INVITATION_DAYS
) -> tuple[Invitation, str]:
    """Make a link by which one person joins the study; return it and its secret, which is shown this once.

    Raises NotFoundError unless the actor runs the study; InvalidError; ConflictError `closed`; django ValidationError.
    """
    study = lock_run_study(actor, study)
    if role not in Membership.Role.values:
        raise InvalidError("role", f"“{role}” is not a role in a study.")
    _require_between("days", days, 1, LONGEST_INVITATION_DAYS)
    _refuse_closed(study, role)
    secret = Invitation.new_secret()
    made = Invitation(
        study=study, role=role, note=note, digest=digest_of(secret), created_by=actor, expires_at=end_of(days)
    )
    made.clean_fields()
    made.save(force_insert=True)
    record(
        actor=actor,
        verb="created",
        row=made,
        study=study,
        after={"role": role, "expires_at": made.expires_at.isoformat()},
    )
    return made, secret


@writes
def create_code(*, actor: User, study: Study, places: int, days: int, documents: int = 1) -> ClassCode:
    """Make a code by which so many people join the study as reviewers; each is given so many documents.

    Raises NotFoundError unless the actor runs the study; InvalidError; ConflictError `closed`.
    """
    study = lock_run_study(actor, study)
    _require_between("places", places, 1, MOST_PLACES)
    _require_between("days", days, 1, LONGEST_CODE_DAYS)
    _require_between("documents", documents, 0, MOST_DOCUMENTS)
    _refuse_closed(study, Membership.Role.REVIEWER)
    made = ClassCode.objects.create(
        study=study, places=places, documents=documents, created_by=actor, expires_at=end_of(days)
    )
    after = {"places": places, "documents": documents, "expires_at": made.expires_at.isoformat()}
    record(actor=actor, verb="created", row=made, study=study, after=after)
    return made


@writes
def revoke_entrance(*, actor: User, study: Study, kind: type[Entrance], entrance_id: UUID) -> Entrance:
    """End an invitation or a class code; ending it again changes nothing, and who came in by it stays.

    Raises NotFoundError unless the actor runs the study; ConflictError `used` for an invitation that was used.
    """
    study = lock_run_study(actor, study)
    found = kind.objects.select_for_update().filter(study=study, pk=entrance_id).first()
    if found is None:
        raise NotFoundError
    if found.state == "used":
        raise ConflictError("used", "This invitation was used. Whoever came in by it is among the members.")
    if found.revoked_at is None:
        found.revoked_at = timezone.now()
        found.save(update_fields=["revoked_at"])
        record(actor=actor, verb="revoked", row=found, study=study)
    return found


def _refuse_closed(study: Study, role: str) -> None:
    if study.is_closed and role != Membership.Role.READER:
        raise ConflictError("closed", "The study is closed. Only readers can still join it.")


def role_by(entrance: Entrance) -> str:
    """Return the role that people come in with."""
    return entrance.role if isinstance(entrance, Invitation) else Membership.Role.REVIEWER


def refuse_unless_open(entrance: Entrance) -> None:
    """Raise ConflictError where nobody can come in: `used`, `revoked`, `expired`, `full` or `closed`."""
    match entrance.state:
        case "used":
            raise ConflictError("used", "This invitation was used already: it is good for one person, once.")
        case "revoked":
            raise ConflictError("revoked", "Whoever runs the study took this back. Ask them for a new one.")
        case "expired":
            raise ConflictError("expired", "The time for this is over. Ask whoever runs the study for a new one.")
        case "full":
            raise ConflictError("full", "All places of this code are taken. Ask whoever runs the study for a new one.")
    _refuse_closed(entrance.study, role_by(entrance))


@writes
def join(*, entrance: Entrance, user: User) -> Joined:
    """Take somebody with an account into the study. A member stays as they are, and uses nothing up.

    Raises ConflictError `used`, `revoked`, `expired`, `full`, `closed`, `member`, `left`.
    """
    return _let_in(entrance, lambda: user)


def join_with_new_account(*, entrance: Entrance, username: str, password: str) -> Joined:
    """Make an account and take its holder into the study, both or neither.

    The password is hashed before the transaction: hashing is slow on purpose, and others wait to write. Raises what
    `join` raises; ConflictError `exists` for a name that is taken; django ValidationError for an unfit name or
    password.
    """
    user = User(username=User.normalize_username(username))
    faults: dict[str, list[ValidationError]] = {}
    checks: tuple[tuple[str, Callable[[], None]], ...] = (
        ("username", lambda: user.clean_fields(exclude=["password"])),
        ("password", lambda: validate_password(password, user)),
    )
    for field, check in checks:
        try:
            check()
        except ValidationError as error:
            faults[field] = error.error_dict.get(field, []) if hasattr(error, "error_dict") else error.error_list
    if faults:
        raise ValidationError(faults)
    refuse_unless_open(entrance)
    if User.objects.filter(username=user.username).exists():
        raise _taken()
    user.set_password(password)
    return _join_as(entrance, user)


def _taken() -> ConflictError:
    return ConflictError("exists", "This user name is taken. Choose another, or sign in if it is yours.")


@writes
def _join_as(entrance: Entrance, user: User) -> Joined:
    def store() -> User:
        try:
            with transaction.atomic():
                user.save(force_insert=True)
        except IntegrityError as error:
            raise _taken() from error
        return user

    return _let_in(entrance, store, is_new=True)


def _let_in(entrance: Entrance, person: Callable[[], User], is_new: bool = False) -> Joined:
    """Let a person in: the study is locked first, then the entrance, then the ledgers."""
    study = Study.objects.select_for_update().get(pk=entrance.study_id)
    entrance = type(entrance).objects.select_for_update().get(pk=entrance.pk)
    entrance.study = study
    refuse_unless_open(entrance)
    user = person()
    known = Membership.objects.filter(study=study, user=user).first()
    if known is not None and known.left_at is not None:
        raise ConflictError("left", "You left this study. Whoever runs it can bring you back.")
    if known is not None:
        raise ConflictError("member", f"You are in this study already, as {known.get_role_display()}.")
    member = create_under_new_pseudonym(study, user, role_by(entrance))
    steps = advance(user, study, user)  # the training comes first, where there is one
    given = [step.row for step in steps if isinstance(step.row, Assignment)]
    if isinstance(entrance, ClassCode):
        if not ClassCode.objects.taken(entrance):
            raise ConflictError("full", "All places of this code are taken. Ask whoever runs the study for a new one.")
        given += hand_out(actor=user, study=study, reviewer=user, number=entrance.documents)
    else:
        entrance.used_at, entrance.used_by = timezone.now(), member
        entrance.save(update_fields=["used_at", "used_by"])
    by = {"by": entrance._meta.model_name, "id": str(entrance.pk)}
    after = {"role": member.role, "pseudonym": member.pseudonym, **by}
    record(actor=user, verb="joined", row=member, study=study, after=after)
    record_steps(user, study, steps)
    if is_new:
        record(actor=user, verb="created", row=user, after={"kind": user.kind, "staff": False})
    return Joined(member, given)

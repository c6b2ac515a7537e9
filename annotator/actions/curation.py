"""What staff keep in the admin: accounts and groups, drafts of codebooks, many assignments; each with its event."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.utils import timezone

from annotator.actions.assignments import assign_revision
from annotator.actions.codebook import discard_codebook, kept_of, lock_unless_frozen
from annotator.actions.errors import ConflictError, NotAllowedError
from annotator.actions.history import record
from annotator.actions.permissions import require
from annotator.actions.study import add_member
from annotator.actions.transactions import writes
from annotator.models import Assignment, Codebook, Label, Membership, Scale, ScalePoint, Study, Token, User
from annotator.models.descriptions import codebook_info
from sources.models import Revision

Part = Label | Scale | ScalePoint
Links = Mapping[str, Iterable[models.Model]]

# History cannot forget, and an account can be erased: of these it keeps only that they were changed.
PERSONAL = frozenset({"username", "first_name", "last_name", "email"})
NOT_KEPT = "(not kept)"
ROLES_OF_THE_SITE = ("is_staff", "is_superuser")


def _value(row: models.Model, field: models.Field) -> Any:
    if isinstance(row, User) and field.name in PERSONAL:
        return NOT_KEPT
    value = field.value_from_object(row)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _names(rows: Iterable[models.Model]) -> list[str]:
    return sorted(str(row) for row in rows)


def _write(
    actor: User,
    row: models.Model,
    *,
    fields: Iterable[str],
    links: Links | None = None,
    about: models.Model | None = None,
) -> None:
    """Validate and store these fields and links of a row, and record what became different; nothing if nothing did.

    `about` is the row that history names instead: a codebook for its parts.
    """
    row.full_clean()
    columns = [row._meta.get_field(name) for name in fields]
    stored = None if row._state.adding else type(row)._base_manager.select_for_update().get(pk=row.pk)
    changed = [f for f in columns if stored is None or f.value_from_object(stored) != f.value_from_object(row)]
    before = {f.name: _value(stored, f) for f in changed} if stored is not None else {}
    after = {f.name: _value(row, f) for f in changed}
    if stored is None:
        row.save(force_insert=True)
    elif changed:
        row.save(update_fields=[f.name for f in changed])
    for name, chosen in (links or {}).items():
        old, new = _names(getattr(row, name).all()), _names(chosen)
        if old != new:
            getattr(row, name).set(chosen)
            before[name], after[name] = old, new
    if not after:
        return
    if about is not None:
        part = f"{row._meta.verbose_name} {getattr(row, 'code', row)}"
        before, after = {part: before}, {part: after}
    verb = "created" if stored is None and about is None else "changed"
    record(actor=actor, verb=verb, row=about or row, before=before if stored else None, after=after)


def _editable(row: models.Model, *without: str) -> list[str]:
    return [f.name for f in row._meta.concrete_fields if f.editable and not f.primary_key and f.name not in without]


@writes
def save_user(*, actor: User, user: User, groups: Iterable[models.Model] | None = None) -> User:
    """Store an account's names, whether it is active, and (superusers only) its roles on the site and its groups.

    Raises NotAllowedError: without the right to change accounts; another's staff account; roles or groups, unless
    the actor is a superuser. ConflictError `own_rights`: taking one's own. django ValidationError for unfit values.
    """
    require(actor, "annotator.change_user")
    stored = User.objects.select_for_update().get(pk=user.pk)
    if not actor.is_superuser:
        moved = any(getattr(stored, name) != getattr(user, name) for name in ROLES_OF_THE_SITE)
        if stored.is_staff or stored.is_superuser or moved or groups is not None:
            raise NotAllowedError("Only an administrator may change staff, roles and groups.")
    if actor.pk == user.pk and not (user.is_active and user.is_staff and user.is_superuser):
        raise ConflictError("own_rights", "Another administrator must take these rights from you.")
    fields = ["username", "first_name", "last_name", "email", "is_active", *ROLES_OF_THE_SITE]
    _write(actor, user, fields=fields, links={} if groups is None else {"groups": groups})
    return user


@writes
def save_group(*, actor: User, group: models.Model, permissions: Iterable[models.Model]) -> models.Model:
    """Store a group and what it permits. Raises NotAllowedError unless the actor is a superuser."""
    if not (actor.is_active and actor.is_superuser):
        raise NotAllowedError("Only an administrator may change groups.")
    _write(actor, group, fields=["name"], links={"permissions": permissions})
    return group


@writes
def end_token(*, actor: User, token: Token) -> Token:
    """End anybody's token at once, as when it leaked; ending it again changes nothing.

    Raises NotAllowedError unless it is the actor's own or the actor is a superuser.
    """
    token = Token.objects.select_for_update().get(pk=token.pk)
    if not (token.user_id == actor.pk or (actor.is_active and actor.is_superuser)):
        raise NotAllowedError("Only its owner or an administrator may end a token.")
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        record(actor=actor, verb="revoked", row=token)
    return token


@writes
def save_codebook(*, actor: User, codebook: Codebook) -> Codebook:
    """Store a draft's title, guidelines, slug and version.

    Raises NotAllowedError, ConflictError `frozen`, django ValidationError.
    """
    require(actor, "annotator.add_codebook" if codebook._state.adding else "annotator.change_codebook")
    if not codebook._state.adding:
        lock_unless_frozen(codebook.pk)
    else:
        codebook.begun_by = actor
    _write(actor, codebook, fields=["slug", "version", "title", "guidelines"])
    return codebook


def _codebook_of(part: Part) -> int:
    return part.scale.codebook_id if isinstance(part, ScalePoint) else part.codebook_id


@writes
def save_codebook_part(*, actor: User, part: Part, links: Links | None = None) -> Part:
    """Store a label, scale or scale point of a draft.

    Raises NotAllowedError, ConflictError `frozen`, django ValidationError.
    """
    require(actor, "annotator.change_codebook")
    codebook = lock_unless_frozen(_codebook_of(part))
    _write(actor, part, fields=_editable(part), links=links, about=codebook)
    return part


@writes
def delete_codebook_part(*, actor: User, part: Part) -> None:
    """Take a label, scale or scale point out of a draft. Raises NotAllowedError, ConflictError `frozen`."""
    require(actor, "annotator.change_codebook")
    codebook = lock_unless_frozen(_codebook_of(part))
    name = f"{part._meta.verbose_name} {getattr(part, 'code', part)}"
    info = codebook_info(codebook)
    kept = {name: content for each in (*info.labels, *info.scales) for name, content in kept_of(each).items()}
    part.delete()
    record(actor=actor, verb="changed", row=codebook, before={name: kept.get(name, {})}, after={name: None})


@writes
def delete_codebook(*, actor: User, codebook: Codebook) -> None:
    """Discard a draft with its labels and scales. Raises NotAllowedError, ConflictError `frozen`."""
    require(actor, "annotator.delete_codebook")
    discard_codebook(actor=actor, codebook=codebook)


@writes
def retire_codebook(*, actor: User, codebook: Codebook, retired: bool = True) -> Codebook:
    """Offer a version to new studies no longer, or again; present studies keep it. Raises NotAllowedError."""
    require(actor, "annotator.change_codebook")
    codebook = Codebook.objects.select_for_update().get(pk=codebook.pk)
    if (codebook.retired_at is not None) == retired:
        return codebook
    codebook.retired_at = timezone.now() if retired else None
    codebook.save(update_fields=["retired_at"])
    record(actor=actor, verb="retired" if retired else "reinstated", row=codebook)
    return codebook


@writes
def add_members(*, actor: User, study: Study, users: Iterable[User], role: str) -> list[Membership]:
    """Add several people, all or none. Raises what add_member raises."""
    return [add_member(actor=actor, study=study, user=user, role=role) for user in users]


@writes
def assign_all(
    *,
    actor: User,
    study: Study,
    revisions: Iterable[Revision],
    reviewers: Iterable[User],
    role: str = Assignment.Role.REVIEWER,
) -> tuple[int, int]:
    """Give each of these texts to each of these members, all or none; return how many are new and how many were there.

    Raises what assign_revision raises.
    """
    reviewers = list(reviewers)
    present = set(Assignment.objects.filter(study=study).values_list("pk", flat=True))
    given = {
        assign_revision(actor=actor, study=study, revision=revision, reviewer=reviewer, role=role).pk
        for revision in revisions
        for reviewer in reviewers
    }
    return len(given - present), len(given & present)

"""Links by which the holder of an account sets a new password, when the old one is forgotten."""

from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.utils import timezone

from annotator.actions.errors import ConflictError, NotAllowedError, NotFoundError
from annotator.actions.history import record
from annotator.actions.permissions import require_over_account
from annotator.actions.sign_in import strike_out
from annotator.actions.transactions import writes
from annotator.models import Membership, PasswordLink, Study, User
from annotator.models.entrance import PASSWORD_LINK_LIFETIME, digest_of


def _staff_may(actor: User, user: User) -> bool:
    try:
        require_over_account(actor, user)
    except NotAllowedError:
        return False
    return True


def refusal_of_link(actor: User, user: User, study: Study | None) -> str:
    """Say why the actor may make no link for this account, or nothing where they may.

    Site staff may as they may change the account: staff those of reviewers, superusers all. A lead may for members of
    the study who are nothing but that: whoever holds the link can sign in as the person, so it must open no door that
    the lead has not got. Staff, machines and other leads are therefore left to site staff, and so is everybody who has
    or had a place in a study that this lead does not lead, where their work would be open to the lead.
    """
    if actor.pk == user.pk:
        return "Change your own password on your account’s page."
    if not user.is_active or user.erased_at is not None:
        return "This account is closed."
    if _staff_may(actor, user):
        return ""
    if study is None or study.role_of(actor) != Membership.Role.LEAD or not actor.is_active:
        return "Your account may not do this."
    if study.role_of(user) is None:
        return "Only a member of the study can be given a new password by its lead."
    if user.is_staff or user.is_superuser:
        return "This is an account of site staff; an administrator can make the link."
    if user.kind != User.Kind.HUMAN:
        return "A machine signs in by its tokens; site staff keep its account."
    places = Membership.objects.filter(user=user)
    led = Membership.objects.active().filter(user=actor, role=Membership.Role.LEAD).values("study")
    if places.active().filter(role=Membership.Role.LEAD).exists() or places.exclude(study__in=led).exists():
        return "This person leads a study or belongs to others; site staff can make the link."
    return ""


@writes
def create_password_link(*, actor: User, user: User, study: Study | None = None) -> tuple[PasswordLink, str]:
    """Make a link that sets a new password once, within a day; return it and its secret, which is shown this once.

    An older link of the account dies. Raises NotAllowedError, with the reason.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if reason := refusal_of_link(actor, user, study):
        raise NotAllowedError(reason)
    if _staff_may(actor, user):
        study = None
    now = timezone.now()
    PasswordLink.objects.filter(user=user, used_at__isnull=True, revoked_at__isnull=True).update(revoked_at=now)
    secret = PasswordLink.new_secret()
    link = PasswordLink.objects.create(
        user=user, study=study, digest=digest_of(secret), created_by=actor, expires_at=now + PASSWORD_LINK_LIFETIME
    )
    record(actor=actor, verb="created", row=link, study=study, after=_about(link))
    return link, secret


def _about(link: PasswordLink) -> dict[str, str]:
    """Whose it is, in history: the pseudonym in a study's ledger, the number of the account in the site's."""
    if link.study is None:
        return {"account": str(link.user_id), "expires_at": link.expires_at.isoformat()}
    member = Membership.objects.get(study=link.study, user=link.user)
    return {"member": member.pseudonym, "expires_at": link.expires_at.isoformat()}


@writes
def revoke_password_link(*, actor: User, link_id: UUID, study: Study | None = None) -> PasswordLink:
    """End a link before it is used; ending it again changes nothing.

    Raises NotFoundError unless the actor made it, or could make one (in `study`), which would end it as well;
    ConflictError `used`.
    """
    link = PasswordLink.objects.select_for_update(of=("self",)).select_related("user", "study").filter(pk=link_id)
    found = link.first()
    if found is None or (found.created_by_id != actor.pk and refusal_of_link(actor, found.user, study)):
        raise NotFoundError
    if found.state == "used":
        raise ConflictError("used", "This link was used already.")
    if found.revoked_at is None:
        found.revoked_at = timezone.now()
        found.save(update_fields=["revoked_at"])
        record(actor=actor, verb="revoked", row=found, study=found.study)
    return found


def refuse_unusable_link(link: PasswordLink) -> None:
    """Raise ConflictError where the link sets no password: `used`, `revoked` or `expired`.

    So is one whose maker may no longer make it, as when its account became one of staff in between.
    """
    match link.state:
        case "used":
            raise ConflictError("used", "This link was used already: it is good once.")
        case "expired":
            raise ConflictError("expired", "This link worked for a day, which is over. Ask for a new one.")
        case "revoked":
            raise ConflictError("revoked", "This link was taken back, or replaced by a newer one. Ask for a new one.")
    if refusal_of_link(link.created_by, link.user, link.study):
        raise ConflictError("revoked", "This link no longer fits the account. Ask for a new one.")


def use_password_link(*, link_id: UUID, password: str) -> User:
    """Set the new password, which ends all sessions of the account, and forget wrong passwords counted before.

    Hashed before the transaction, which others wait for. Raises NotFoundError; ConflictError `used`, `revoked`,
    `expired`; django ValidationError for an unfit password.
    """
    link = PasswordLink.objects.select_related("user", "study", "created_by").filter(pk=link_id).first()
    if link is None:
        raise NotFoundError
    refuse_unusable_link(link)
    validate_password(password, link.user)
    return _use(link_id, make_password(password))


@writes
def _use(link_id: UUID, hashed: str) -> User:
    links = PasswordLink.objects.select_for_update(of=("self",)).select_related("user", "study", "created_by")
    link = links.get(pk=link_id)
    refuse_unusable_link(link)
    user = link.user
    user.password = hashed
    user.save(update_fields=["password"])
    link.used_at = timezone.now()
    link.save(update_fields=["used_at"])
    strike_out(attempt=[], name=user.get_username())
    record(actor=user, verb="used", row=link, study=link.study)
    record(actor=user, verb="changed_password", row=user)
    return user

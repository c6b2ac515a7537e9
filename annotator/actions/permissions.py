"""What an action asks of its actor before it changes what the site shares."""

from annotator.actions.errors import NotAllowedError
from annotator.models import User


def require(actor: User, *permissions: str) -> None:
    """Raise NotAllowedError unless the actor is active site staff holding every one of these permissions."""
    if not (actor.is_active and actor.is_staff and actor.has_perms(permissions)):
        raise NotAllowedError("Your account may not do this.")


def require_over_account(actor: User, user: User) -> None:
    """Raise NotAllowedError unless this is the actor's own account, or staff may change it.

    Staff with the right to change accounts may change those of reviewers; those of staff, only a superuser.
    """
    if actor.pk == user.pk and actor.is_active:
        return
    require(actor, "annotator.change_user")
    if (user.is_staff or user.is_superuser) and not actor.is_superuser:
        raise NotAllowedError("Only an administrator may change another's staff account.")

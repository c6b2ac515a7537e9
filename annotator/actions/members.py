"""Finding the person a lead means, without handing out a list of who has an account."""

from annotator.actions.errors import InvalidError
from annotator.actions.sign_in import guess_key, note_guess, refuse_guesses
from annotator.models import User


def find_account(*, actor: User, username: str) -> User:
    """Return the open account of exactly this name.

    Names tried in vain count as guesses of the actor's, unless they may see all accounts anyway: nobody learns by
    trying who has one. Raises InvalidError, in the same words for no account and a closed one; TooManyFailuresError.
    """
    keeps_accounts = actor.has_perm("annotator.view_user") or actor.has_perm("annotator.change_user")
    sees_accounts = actor.is_active and actor.is_staff and keeps_accounts
    key = guess_key("user name", actor.pk)
    if not sees_accounts:
        refuse_guesses(key=key)
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        if not sees_accounts:
            note_guess(key=key)
        raise InvalidError("username", "There is no such user. Give the name exactly as they sign in with it.")
    return found

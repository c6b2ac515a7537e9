"""Accounts, passwords and tokens."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.utils import timezone

from annotator.actions.account import change_password, create_token, create_user, revoke_token
from annotator.actions.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from annotator.models import Event, Token, User

GOOD = "seven slow herons"


def test_a_new_account_signs_in_with_its_password_and_leaves_one_event(cast, frames):
    with frames.deed("created", "user") as seen:
        user = create_user(actor=cast.ada, username="finn", password=GOOD)
    assert user.check_password(GOOD)
    assert (user.kind, user.is_staff, user.is_superuser) == ("human", False, False)
    assert (seen.event.actor, seen.event.object_id) == (cast.ada, str(user.pk))
    assert GOOD not in str(seen.event.after)


def test_the_first_account_makes_itself(db, frames):
    with frames.deed("created", "user") as seen:
        user = create_user(actor=None, username="first", password=GOOD, is_staff=True, is_superuser=True)
    assert seen.event.actor == user


def test_an_account_without_a_password_cannot_sign_in(cast):
    machine = create_user(actor=cast.ada, username="model", password=None, kind="machine")
    assert (machine.kind, machine.has_usable_password()) == ("machine", False)


@pytest.mark.parametrize("password", ["short", "password1234", "123456789012", "finnfinnfinn"])
def test_a_weak_password_is_refused(cast, frames, password):
    with frames.refusal(ValidationError):
        create_user(actor=cast.ada, username="finnfinnfinn", password=password)


@pytest.mark.parametrize("name", ["", "two words", "be\u200bn", "a\u202eb", "x" * 151])
def test_an_unfit_name_is_refused(cast, frames, name):
    with frames.refusal(ValidationError):
        create_user(actor=cast.ada, username=name, password=GOOD)


def test_only_who_may_makes_accounts_and_only_a_superuser_makes_staff(cast, frames):
    for actor in (cast.ben, None):  # None: the first account of a site, which has one
        with frames.refusal(NotAllowedError):
            create_user(actor=actor, username="finn", password=GOOD)
    lead = User.objects.create(username="lead", is_staff=True)
    lead.groups.add(Group.objects.get(name="leads"))
    assert create_user(actor=lead, username="finn", password=GOOD).username == "finn"
    with frames.refusal(NotAllowedError):
        create_user(actor=lead, username="boss", password=GOOD, is_staff=True)


def test_a_password_is_changed_by_its_owner_or_staff_over_reviewers(cast, frames):
    with frames.refusal(NotAllowedError):
        change_password(actor=cast.cleo, user=cast.ben, password=GOOD)
    lead = User.objects.create(username="lead", is_staff=True)
    lead.groups.add(Group.objects.get(name="leads"))
    assert change_password(actor=lead, user=cast.ben, password=GOOD).check_password(GOOD)
    with frames.refusal(NotAllowedError):
        change_password(actor=lead, user=cast.ada, password=GOOD)


def test_a_name_is_taken_once(cast, frames):
    with frames.refusal(ConflictError, "exists"):
        create_user(actor=cast.ada, username="ben", password=GOOD)


def test_a_new_password_replaces_the_old_and_history_holds_neither(cast, frames):
    with frames.deed("changed_password", "user", cast.ben) as seen:
        change_password(actor=cast.ben, user=cast.ben, password=GOOD)
    assert User.objects.get(pk=cast.ben.pk).check_password(GOOD)
    assert (seen.event.before, seen.event.after) == (None, None)
    with frames.refusal(ValidationError):
        change_password(actor=cast.ben, user=cast.ben, password="short")


def test_a_token_is_kept_as_a_digest_and_its_secret_nowhere(cast, frames):
    with frames.deed("created", "token") as seen:
        token, secret = create_token(actor=cast.ben, name="notebook", scope="read")
    assert secret.startswith("credence_")
    assert token.digest == Token.digest_of(secret)
    assert timedelta(days=89) < token.expires_at - timezone.now() <= timedelta(days=90)
    assert list(Token.objects.usable()) == [token]
    assert secret not in str(list(Token.objects.values())) + str(list(Event.objects.values()))
    assert seen.event.after["scope"] == "read"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"scope": "admin"}, "scope"),
        ({"expires_at": -timedelta(seconds=1)}, "expires_at"),
        ({"expires_at": timedelta(days=367)}, "expires_at"),
    ],
)
def test_an_unfit_token_is_refused(cast, frames, wrong, field):
    if "expires_at" in wrong:
        wrong = {"expires_at": timezone.now() + wrong["expires_at"]}
    with frames.refusal(InvalidError) as caught:
        create_token(actor=cast.ben, **{"name": "notebook", "scope": "read", **wrong})
    assert [fault.field for fault in caught.value.errors] == [field]


@pytest.mark.parametrize("name", ["a\x00b", "a\u202eb", "a\u200bb"])
def test_an_odd_name_of_a_token_is_refused(cast, frames, name):
    with frames.refusal(ValidationError):
        create_token(actor=cast.ben, name=name, scope="read")


def test_a_revoked_token_lets_nobody_in_and_is_revoked_once(cast, frames):
    token, _ = create_token(actor=cast.ben, name="notebook", scope="read")
    with frames.deed("revoked", "token", token):
        assert not revoke_token(actor=cast.ben, token_id=token.pk).is_usable
    assert not Token.objects.usable().exists()
    with frames.untouched():
        revoke_token(actor=cast.ben, token_id=token.pk)


def test_anothers_token_is_revoked_as_if_it_were_not_there(cast, frames):
    token, _ = create_token(actor=cast.ben, name="notebook", scope="read")
    for actor in (cast.cleo, cast.ada):
        for token_id in (token.pk, uuid.uuid4()):
            with frames.refusal(NotFoundError):
                revoke_token(actor=actor, token_id=token_id)


def test_tokens_of_closed_accounts_are_not_usable(cast):
    create_token(actor=cast.ben, name="notebook", scope="read")
    User.objects.filter(pk=cast.ben.pk).update(is_active=False)
    assert not Token.objects.usable().exists()

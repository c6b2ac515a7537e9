"""One's password and tokens: a secret shown once, sessions ended, forms that say what is wrong."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from annotator.models import Event, Token
from tests.pages.conftest import Page

PASSWORD, NEW = "correct horse battery", "quiet harbour lantern"


def change(client: Client, old: str = PASSWORD, new: str = NEW, again: str = "", **extra: str) -> Any:
    """Send the form of the password page."""
    form = {"old_password": old, "new_password1": new, "new_password2": again or new, **extra}
    return client.post("/account/password/", form)


def test_a_new_password_ends_every_other_session(as_: Callable[[str], Client], cast: SimpleNamespace) -> None:
    here, elsewhere = as_("ben"), as_("ben")
    assert change(here).status_code == 302
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    cast.ben.refresh_from_db()
    assert cast.ben.check_password(NEW)
    assert Event.objects.filter(actor=cast.ben, verb="changed_password").count() == 1


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"old": "wrong"}, "Your old password was entered incorrectly"),
        ({"new": "short"}, "at least 12 characters"),
        ({"new": "passwordpassword", "again": "otherwiseotherwise"}, "didn’t match"),
        ({"new": "123456789012345"}, "entirely numeric"),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_the_reason(
    as_: Callable[[str], Client], cast: SimpleNamespace, form: dict[str, str], words: str
) -> None:
    response = change(as_("ben"), **form)
    assert response.status_code == 400
    assert words in response.content.decode()
    cast.ben.refresh_from_db()
    assert cast.ben.check_password(PASSWORD)


def test_guessing_the_present_password_runs_into_the_lock(as_: Callable[[str], Client]) -> None:
    client = as_("ben")
    for _ in range(10):
        assert change(client, old="wrong").status_code == 400
    response = change(client)
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0


def test_tokens_are_revoked_with_the_password_only_if_asked(
    as_: Callable[[str], Client], cast: SimpleNamespace
) -> None:
    make(as_("ben"))
    client = as_("ben")
    change(client)
    assert cast.ben.tokens.usable().count() == 1
    change(client, old=NEW, new="another quiet harbour", revoke_tokens="on")
    assert cast.ben.tokens.usable().count() == 0


def make(client: Client, **form: str) -> Any:
    """Send the form of the token page."""
    return client.post("/account/tokens/", {"name": "nightly fetch", "scope": "read", "days": "30", **form})


def test_the_secret_of_a_token_is_shown_once_and_works(as_: Callable[[str], Client], cast: SimpleNamespace) -> None:
    client = as_("ben")
    response = make(client, scope="write")
    (secret,) = [tag["value"] for tag in Page(response.content.decode()).all("input") if "readonly" in tag]
    assert secret.startswith("credence_")
    token = cast.ben.tokens.get()
    assert (token.digest, token.scope, token.name) == (Token.digest_of(secret), "write", "nightly fetch")
    assert abs(token.expires_at - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)
    assert response.headers["Cache-Control"] == "private, no-store"
    assert secret not in client.get("/account/tokens/").content.decode()


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "a\u202eb"}, ""),
        ({"scope": "admin"}, "scope"),
        ({"days": "0"}, "days"),
        ({"days": "367"}, "days"),
        ({"days": "soon"}, "days"),
        ({"days": "9" * 400}, "days"),
    ],
)
def test_a_token_form_that_will_not_do_makes_no_token(
    as_: Callable[[str], Client], cast: SimpleNamespace, form: dict[str, str], field: str
) -> None:
    response = make(as_("ben"), **form)
    if not field:
        assert response.status_code in (200, 400)
        return
    assert response.status_code == 400
    assert field in response.context["form"].errors
    assert cast.ben.tokens.count() == 0


def test_a_revoked_token_is_refused_from_then_on(as_: Callable[[str], Client], cast: SimpleNamespace) -> None:
    client = as_("ben")
    make(client)
    token = cast.ben.tokens.get()
    assert client.post(f"/account/tokens/{token.pk}/revoke/").status_code == 302
    assert cast.ben.tokens.usable().count() == 0
    assert "revoked" in client.get("/account/tokens/").content.decode()


def test_anothers_token_is_as_good_as_none(as_: Callable[[str], Client], cast: SimpleNamespace) -> None:
    make(as_("ben"))
    token = cast.ben.tokens.get()
    assert as_("cleo").post(f"/account/tokens/{token.pk}/revoke/").status_code == 404
    assert as_("cleo").post(f"/account/tokens/{uuid4()}/revoke/").status_code == 404
    assert cast.ben.tokens.usable().count() == 1
    assert "nightly fetch" not in as_("cleo").get("/account/tokens/").content.decode()


def test_the_account_page_names_ones_own_pseudonym_alone(
    read: Callable[..., Page], stage: Any, cast: SimpleNamespace
) -> None:
    pseudonyms = dict(stage.study.memberships.values_list("user__username", "pseudonym"))
    words = read("ben", "/account/").words
    assert pseudonyms["ben"] in words
    assert pseudonyms["cleo"] not in words

"""Tokens: made once by a person, shown once, used by a program, revoked."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from annotator.models import Token


@pytest.fixture
def call():
    """A function that asks who a secret is."""

    def ask(secret):
        return Client().get("/api/v1/me/", headers={"Authorization": f"Token {secret}"})

    return ask


def test_secret_is_shown_once_and_let_in(ben, call):
    response = ben.post("tokens/", {"name": "my script"})
    assert (response.status_code, response.data["scope"]) == (201, "read")
    secret = response.data["secret"]
    assert secret.startswith("credence_")
    assert call(secret).json()["username"] == "ben"
    listed = ben.get("tokens/")
    assert secret not in listed.content.decode()
    assert [row["name"] for row in listed.data["results"]] == ["my script"]
    assert not Token.objects.filter(digest=secret).exists()


def test_token_lasts_90_days_and_a_year_at_most(ben, refused):
    now = timezone.now()
    usual = Token.objects.get(pk=ben.post("tokens/", {"name": "a"}).data["id"])
    assert timedelta(days=89) < usual.expires_at - now < timedelta(days=91)
    for days in (-1, 0, 400):
        body = {"name": "b", "expires_at": (now + timedelta(days=days)).isoformat()}
        refused(ben.post("tokens/", body), 400, "invalid")
    wanted = (now + timedelta(days=7)).isoformat()
    assert ben.post("tokens/", {"name": "c", "expires_at": wanted}).status_code == 201


def test_unfit_token_is_refused(ben, refused):
    unfit = [
        {},
        {"name": ""},
        {"name": "   "},
        {"name": 5},
        {"name": "x" * 101},
        {"name": "bell\u0007"},
        {"name": "a", "scope": "admin"},
        {"name": "a", "scope": True},
        {"name": "a", "scope": ["write"]},
        {"name": "a", "expires_at": "tomorrow"},
        {"name": "a", "expires_at": 1},
        {"name": "a", "expires_at": "2026-13-01T00:00:00Z"},
        {"name": "a", "expires_at": "9" * 500},
        {"name": "a", "secret": "mine"},
        {"name": "a", "user": 1},
        {"name": "a", "digest": "0" * 64},
    ]
    for body in unfit:
        refused(ben.post("tokens/", body), 400, "invalid")
    assert not Token.objects.exists()


def test_revoked_token_is_let_in_no_more(ben, call):
    made = ben.post("tokens/", {"name": "a"}).data
    assert ben.delete(f"tokens/{made['id']}/").status_code == 204
    assert call(made["secret"]).status_code == 401
    assert ben.delete(f"tokens/{made['id']}/").status_code == 204
    assert ben.get("tokens/").data["results"][0]["revoked_at"] is not None


def test_token_of_another_is_not_there(ben, cleo, refused, call):
    made = ben.post("tokens/", {"name": "a"}).data
    refused(cleo.delete(f"tokens/{made['id']}/"), 404, "not_found")
    assert cleo.get("tokens/").data["results"] == []
    assert call(made["secret"]).status_code == 200


def test_expired_token_and_token_of_an_inactive_user_are_answered_401(ben, call, cast):
    secret = ben.post("tokens/", {"name": "a"}).data["secret"]
    past = timezone.now() - timedelta(days=1)
    Token.objects.update(created_at=past - timedelta(days=1), expires_at=past)
    assert call(secret).status_code == 401
    secret = ben.post("tokens/", {"name": "b"}).data["secret"]
    assert call(secret).status_code == 200
    cast.ben.is_active = False
    cast.ben.save()
    assert call(secret).status_code == 401


def test_token_neither_lists_nor_makes_nor_revokes_tokens(by_token, ben, refused):
    made = ben.post("tokens/", {"name": "a"}).data
    for scope in ("read", "write"):
        program = by_token("ben", scope)
        refused(program.get("tokens/"), 403, "forbidden")
        refused(program.post("tokens/", {"name": "b"}), 403, "forbidden")
        refused(program.delete(f"tokens/{made['id']}/"), 403, "forbidden")


def test_use_of_a_token_is_noted(ben, call):
    secret = ben.post("tokens/", {"name": "a"}).data["secret"]
    assert ben.get("tokens/").data["results"][0]["last_used_at"] is None
    call(secret)
    assert ben.get("tokens/").data["results"][0]["last_used_at"] is not None

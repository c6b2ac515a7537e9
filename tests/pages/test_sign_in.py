"""Signing in: the lock by name and by address, the same answer for unknown names, and no way out of the site."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from annotator.actions.sign_in import FIRST_WAIT, LONGEST_WAIT, keys_of, waiting_time
from annotator.models import LoginFailure

PASSWORD = "correct horse battery"
HERE, THERE = "192.0.2.1", "198.51.100.7"


def attempt(name: str, password: str, address: str = HERE, **extra: Any) -> Any:
    """Try to sign in from an address, in a fresh browser."""
    return Client(REMOTE_ADDR=address).post("/login/", {"username": name, "password": password}, **extra)


def later(amount: timedelta) -> None:
    """Let time pass: move what was counted into the past."""
    for failure in LoginFailure.objects.all():
        failure.at -= amount
        failure.save(update_fields=["at"])


def test_the_right_password_opens_the_door(cast: SimpleNamespace) -> None:
    response = attempt("ben", PASSWORD)
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert LoginFailure.objects.count() == 0


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(cast: SimpleNamespace) -> None:
    known, unknown = attempt("ben", "wrong"), attempt("bem", "wrong")
    assert known.status_code == unknown.status_code == 200
    words = "The user name or the password is wrong."
    assert words in known.content.decode()
    assert words in unknown.content.decode()


def test_a_closed_account_is_answered_like_an_unknown_name(cast: SimpleNamespace) -> None:
    cast.ben.is_active = False
    cast.ben.save()
    assert "The user name or the password is wrong." in attempt("ben", PASSWORD).content.decode()


def test_ten_wrong_passwords_close_the_door_even_to_the_right_one(cast: SimpleNamespace) -> None:
    for number in range(10):
        assert attempt("ben", "wrong", f"203.0.113.{number}").status_code == 200
    response = attempt("ben", PASSWORD, THERE)
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= FIRST_WAIT.total_seconds()
    assert "Too many wrong passwords. Wait 1 minute and try again." in response.content.decode()


def test_nine_wrong_passwords_leave_it_open(cast: SimpleNamespace) -> None:
    for _ in range(9):
        attempt("ben", "wrong")
    assert attempt("ben", PASSWORD).status_code == 302


def test_ten_wrong_names_from_one_address_close_the_door_there_alone(cast: SimpleNamespace) -> None:
    for number in range(10):
        assert attempt(f"nobody{number}", "wrong").status_code == 200
    assert attempt("ben", PASSWORD).status_code == 429
    assert attempt("ben", PASSWORD, THERE).status_code == 302


def test_an_unknown_name_is_locked_like_a_known_one(cast: SimpleNamespace) -> None:
    for number in range(10):
        attempt("bem", "wrong", f"203.0.113.{number}")
    assert attempt("bem", "wrong", THERE).status_code == 429


def test_other_capitals_and_widths_count_for_the_same_name(cast: SimpleNamespace) -> None:
    for number in range(10):
        attempt(("ben", "BEN", "ｂｅｎ")[number % 3], "wrong", f"203.0.113.{number}")
    assert attempt("Ben", "wrong", THERE).status_code == 429


def test_all_addresses_of_one_ipv6_network_count_together(cast: SimpleNamespace) -> None:
    for number in range(10):
        attempt(f"nobody{number}", "wrong", f"2001:db8:1:2::{number + 1:x}")
    assert attempt("ben", PASSWORD, "2001:db8:1:2:ffff::1").status_code == 429
    assert attempt("ben", PASSWORD, "2001:db8:1:3::1").status_code == 302


def test_the_door_opens_again_after_the_wait(cast: SimpleNamespace) -> None:
    for _ in range(10):
        attempt("ben", "wrong")
    later(FIRST_WAIT + timedelta(seconds=1))
    assert attempt("ben", PASSWORD).status_code == 302


def test_each_further_wrong_password_doubles_the_wait(cast: SimpleNamespace) -> None:
    for _ in range(10):
        attempt("ben", "wrong")
    later(FIRST_WAIT + timedelta(seconds=1))
    assert attempt("ben", "wrong").status_code == 200
    response = attempt("ben", PASSWORD)
    assert FIRST_WAIT.total_seconds() < int(response.headers["Retry-After"]) <= 2 * FIRST_WAIT.total_seconds()


def test_attempts_at_the_closed_door_are_not_counted(cast: SimpleNamespace) -> None:
    for _ in range(30):
        attempt("ben", "wrong")
    assert LoginFailure.objects.count() == 20  # ten by name, ten by address


def test_wrong_passwords_spread_over_hours_close_nothing() -> None:
    now = timezone.now()
    assert waiting_time([now - timedelta(minutes=2 * number) for number in range(30)], now) == timedelta(0)


def test_the_wait_grows_to_its_end_and_no_further() -> None:
    now = timezone.now()
    waits = [waiting_time([now] * number, now) for number in range(9, 40)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(0)
    assert waits[1] == FIRST_WAIT
    assert waits[-1] == LONGEST_WAIT


def test_a_made_up_forwarded_address_changes_nothing(cast: SimpleNamespace) -> None:
    for number in range(10):
        attempt(f"nobody{number}", "wrong", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")
    assert attempt("ben", PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.99").status_code == 429


def test_behind_a_proxy_only_its_own_entry_counts(cast: SimpleNamespace, settings: Any) -> None:
    settings.BEHIND_PROXY = True
    for number in range(10):
        attempt(f"nobody{number}", "wrong", "127.0.0.1", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}, {HERE}")
    assert attempt("ben", PASSWORD, "127.0.0.1", HTTP_X_FORWARDED_FOR=f"203.0.113.99, {HERE}").status_code == 429
    assert attempt("ben", PASSWORD, "127.0.0.1", HTTP_X_FORWARDED_FOR=f"{HERE}, {THERE}").status_code == 302


def test_no_typed_name_or_address_is_kept_readable() -> None:
    assert all(len(key) == 64 and set(key) <= set("0123456789abcdef") for key in keys_of("ben", HERE))


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_next_never_leads_off_the_site(cast: SimpleNamespace, target: str) -> None:
    response = Client().post("/login/", {"username": "ben", "password": PASSWORD, "next": target})
    assert response.headers["Location"] == "/"


def test_next_leads_to_a_page_of_the_site(cast: SimpleNamespace) -> None:
    response = Client().post("/login/", {"username": "ben", "password": PASSWORD, "next": "/studies/"})
    assert response.headers["Location"] == "/studies/"


def test_signing_in_makes_a_new_session_and_signing_out_ends_it_on_the_server(cast: SimpleNamespace) -> None:
    client = Client()
    client.get("/login/")
    client.post("/login/", {"username": "ben", "password": PASSWORD})
    key = client.session.session_key
    stolen = Client()
    stolen.cookies["sessionid"] = key
    assert stolen.get("/").status_code == 200
    client.post("/logout/")
    assert stolen.get("/").status_code == 302


@pytest.mark.parametrize(
    "fields", [{}, {"username": "ben"}, {"password": PASSWORD}, {"username": "\0", "password": "x"}]
)
def test_an_unfinished_form_is_shown_again_and_counts_for_nothing(
    cast: SimpleNamespace, fields: dict[str, str]
) -> None:
    assert Client().post("/login/", fields).status_code == 200
    assert LoginFailure.objects.count() == 0


def test_the_administration_has_no_door_of_its_own(as_: Callable[[str], Client]) -> None:
    assert as_("anonymous").get("/admin/login/").headers["Location"] == "/login/?next=/admin/"
    assert as_("anonymous").post("/admin/login/", {"username": "ada", "password": PASSWORD}).status_code == 405
    assert as_("ben").get("/admin/", follow=True).status_code == 404
    assert as_("ada").get("/admin/").status_code == 200

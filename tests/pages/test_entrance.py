"""Coming in: by an invitation once, by a class code while it lasts; a secret in no address, nothing joined by a GET."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from annotator.actions.entrance import create_code, create_invitation, revoke_entrance
from annotator.actions.password_links import create_password_link
from annotator.actions.study import add_member, close_study, remove_member
from annotator.models import Assignment, ClassCode, Event, Invitation, LoginFailure, Membership, User
from annotator.models.entrance import new_code
from tests.pages import test_policy as policy
from tests.pages.conftest import Page

NEW = "quiet harbour lantern"
ACCOUNT = {"username": "nina", "password": NEW, "again": NEW}


@pytest.fixture
def invite(stage: Any, cast: SimpleNamespace) -> Callable[..., tuple[Invitation, str]]:
    """A function that makes an invitation to the study and returns it with its secret."""

    def make(role: str = "reviewer", **options: Any) -> tuple[Invitation, str]:
        return create_invitation(actor=cast.ada, study=stage.study, role=role, **options)

    return make


@pytest.fixture
def code(stage: Any, cast: SimpleNamespace) -> ClassCode:
    """A class code with two places."""
    return create_code(actor=cast.ada, study=stage.study, places=2, days=7)


def show(client: Client, secret: str) -> Any:
    """Give the secret at the door."""
    return client.post("/join/", {"code": secret})


def place_of(name: str) -> Membership | None:
    return Membership.objects.filter(user__username=name, study__slug="harbour").first()


def let_pass(row: Any) -> None:
    """Let the time of an invitation or code run out."""
    past = timezone.now() - timedelta(days=40)
    type(row).objects.filter(pk=row.pk).update(created_at=past, expires_at=past + timedelta(days=1))


def test_whoever_was_invited_makes_an_account_and_is_in(invite: Any, stage: Any) -> None:
    invitation, secret = invite("adjudicator", note="Nina")
    client = Client()
    response = show(client, secret)
    assert (response.status_code, response.headers["Location"]) == (302, "/join/study/")
    words = Page(client.get("/join/study/").content.decode()).words
    assert "Harbour" in words
    assert "adjudicator" in words
    assert place_of("nina") is None
    response = client.post("/join/study/", ACCOUNT, follow=True)
    assert response.redirect_chain == [("/studies/harbour/", 302)]
    member = place_of("nina")
    assert member.role == "adjudicator"
    assert member.user.check_password(NEW)
    assert (member.user.is_staff, member.user.is_superuser, member.user.email) == (False, False, "")
    invitation.refresh_from_db()
    assert (invitation.state, invitation.used_by) == ("used", member)
    events = Event.objects.filter(actor=member.user).values_list("verb", "kind")
    assert set(events) == {("joined", "membership"), ("created", "user")}


def test_whoever_has_an_account_signs_in_on_the_way_and_joins_by_a_button(invite: Any, cast: SimpleNamespace) -> None:
    _, secret = invite()
    client = Client()
    show(client, secret)
    links = [link.get("href") for link in Page(client.get("/join/study/").content.decode()).all("a")]
    assert "/login/?next=/join/study/" in links
    form = {"username": "eli", "password": "correct horse battery", "next": "/join/study/"}
    assert client.post("/login/", form).headers["Location"] == "/join/study/"
    assert "Join as eli" in client.get("/join/study/").content.decode()
    assert place_of("eli") is None
    assert client.post("/join/study/").headers["Location"] == "/studies/harbour/"
    assert place_of("eli").role == "reviewer"


def test_a_link_may_be_pasted_whole(invite: Any) -> None:
    _, secret = invite()
    assert show(Client(), f" http://testserver/join/#{secret}\n").status_code == 302


def test_an_invitation_lets_one_person_in_and_says_so_to_the_next(invite: Any, as_: Any) -> None:
    _, secret = invite()
    first, second, late = as_("eli"), Client(), Client()
    for client in (first, second):
        show(client, secret)
    first.post("/join/study/")
    for client, method in ((second, "post"), (late, "get")):
        if client is late:
            show(client, secret)
        response = getattr(client, method)("/join/study/", ACCOUNT)
        assert response.status_code == 410
        assert "good for one person, once" in response.content.decode()
    assert not User.objects.filter(username="nina").exists()


@pytest.mark.parametrize(("state", "words"), [("revoked", "took this back"), ("expired", "time for this is over")])
def test_what_was_revoked_or_expired_opens_nothing_and_says_why(
    state: str, words: str, invite: Any, code: ClassCode, stage: Any, cast: SimpleNamespace
) -> None:
    invitation, secret = invite()
    for row, given in ((invitation, secret), (code, code.code)):
        before, after = Client(), Client()
        show(before, given)
        if state == "revoked":
            revoke_entrance(actor=cast.ada, study=stage.study, kind=type(row), entrance_id=row.pk)
        else:
            let_pass(row)
        show(after, given)
        for client in (before, after):
            response = client.post("/join/study/", ACCOUNT)
            assert response.status_code == 410
            assert words in response.content.decode()
            assert "Nothing was changed." in response.content.decode()
    assert not User.objects.filter(username="nina").exists()


def test_a_get_joins_nothing_and_uses_nothing_up(invite: Any, as_: Any) -> None:
    invitation, secret = invite()
    client, events = as_("eli"), Event.objects.count()
    show(client, secret)
    for path in ("/join/", "/join/study/", "/join/study/", f"/join/?code={secret}"):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
    invitation.refresh_from_db()
    assert (invitation.state, Event.objects.count(), place_of("eli")) == ("open", events, None)


def test_joining_needs_the_form_of_this_session(invite: Any, cast: SimpleNamespace) -> None:
    _, secret = invite()
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.eli)
    assert client.post("/join/", {"code": secret}).status_code == 403
    assert client.post("/join/study/").status_code == 403


def test_a_secret_is_kept_as_a_digest_only_and_not_by_the_session(invite: Any, caplog: Any) -> None:
    _, secret = invite()
    client = Client()
    show(client, secret)
    client.get("/join/study/")
    stored = [str(list(Invitation.objects.values())), str(list(Event.objects.values("before", "after")))]
    stored += [str(session.get_decoded()) for session in Session.objects.all()]
    assert all(secret not in text for text in stored)
    assert secret not in caplog.text
    assert secret not in client.get("/join/study/").content.decode()


def test_a_class_joins_as_reviewers_and_is_given_documents(code: ClassCode, stage: Any) -> None:
    client = Client()
    show(client, code.code)
    response = client.post("/join/study/", ACCOUNT)
    given = Assignment.objects.get(reviewer__username="nina")
    assert response.headers["Location"] == f"/assignments/{given.pk}/"
    assert client.get(response.headers["Location"]).status_code == 200
    assert (place_of("nina").role, given.revision, given.is_open) == ("reviewer", stage.revision, True)


@pytest.mark.parametrize(
    "change", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code[:3]} {code[3:]} "]
)
def test_a_code_is_read_however_it_is_written(code: ClassCode, change: Callable[[str], str]) -> None:
    assert show(Client(), change(code.code)).status_code == 302


def test_a_full_code_lets_nobody_in_and_leaves_no_account(code: ClassCode, as_: Any) -> None:
    clients = {name: Client() for name in ("one", "two", "three")}
    for client in clients.values():
        show(client, code.code)
    answers = [clients[name].post("/join/study/", {**ACCOUNT, "username": name}) for name in clients]
    assert [answer.status_code for answer in answers] == [302, 302, 410]
    assert "All places of this code are taken." in answers[2].content.decode()
    assert not User.objects.filter(username="three").exists()
    code.refresh_from_db()
    assert (code.joined, code.state) == (2, "full")


def test_a_member_uses_nothing_up_and_whoever_left_is_not_let_back_in(
    code: ClassCode, invite: Any, as_: Any, stage: Any, cast: SimpleNamespace
) -> None:
    _, secret = invite("lead")
    ben = as_("ben")
    show(ben, secret)
    assert "You are in this study already, as reviewer " in ben.get("/join/study/").content.decode()
    response = ben.post("/join/study/")
    assert (response.status_code, place_of("ben").role) == (410, "reviewer")
    remove_member(actor=cast.ada, study=stage.study, user=cast.ben)
    for given in (secret, code.code):
        show(ben, given)
        response = ben.post("/join/study/")
        assert response.status_code == 410
        assert "Whoever runs it can bring you back." in response.content.decode()
    assert Invitation.objects.get().state == "open"
    assert ClassCode.objects.get().joined == 0
    assert place_of("ben").left_at is not None


def test_a_closed_study_takes_readers_only(
    code: ClassCode, invite: Any, as_: Any, stage: Any, cast: SimpleNamespace
) -> None:
    reviewer, reader = invite("reviewer")[1], invite("reader")[1]
    close_study(actor=cast.ada, study=stage.study)
    for given in (reviewer, code.code):
        client = Client()
        show(client, given)
        assert client.post("/join/study/", ACCOUNT).status_code == 410
    eli = as_("eli")
    show(eli, reader)
    assert eli.post("/join/study/").status_code == 302
    assert place_of("eli").role == "reader"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"username": "ben"}, "This user name is taken."),
        ({"username": ""}, "required"),
        ({"username": "a b"}, "valid username"),
        ({"username": "ni\u200bna"}, "valid username"),
        ({"password": "short", "again": "short"}, "at least 12 characters"),
        ({"username": "harbourlantern", "password": "harbourlantern1", "again": "harbourlantern1"}, "too similar"),
        ({"again": "otherwise"}, "The two passwords differ."),
    ],
)
def test_an_account_that_will_not_do_is_refused_with_the_reason_and_nothing_is_used_up(
    fields: dict[str, str], words: str, invite: Any
) -> None:
    invitation, secret = invite()
    client, people = Client(), User.objects.count()
    show(client, secret)
    response = client.post("/join/study/", {**ACCOUNT, **fields})
    assert response.status_code == 400
    assert words in response.content.decode()
    assert User.objects.count() == people
    invitation.refresh_from_db()
    assert invitation.state == "open"
    assert NEW not in response.content.decode()


def test_trying_user_names_runs_into_a_wait(invite: Any, stage: Any, code: ClassCode, cast: SimpleNamespace) -> None:
    class_of_30 = create_code(actor=cast.ada, study=stage.study, places=30, days=7)  # may hit upon three more
    for given, most in ((invite()[1], 10), (code.code, 10), (class_of_30.code, 13)):
        client = Client()
        show(client, given)
        for _ in range(most):
            assert client.post("/join/study/", {**ACCOUNT, "username": "ben"}).status_code == 400
        response = client.post("/join/study/", ACCOUNT)
        assert response.status_code == 429
        assert int(response.headers["Retry-After"]) > 0
    assert not User.objects.filter(username="nina").exists()


def wrong_codes(number: int, right: str) -> list[str]:
    found = [new_code() for _ in range(number)]
    assert right not in found
    return found


def test_guessing_codes_runs_into_a_wait_that_the_right_one_does_not_end(code: ClassCode) -> None:
    client = Client()
    for guess in wrong_codes(10, code.code):
        response = show(client, guess)
        assert response.status_code == 400
        assert "Nothing opens by this." in response.content.decode()
    for given in (code.code, "credence_join_x"):
        response = show(client, given)
        assert response.status_code == 429
        assert int(response.headers["Retry-After"]) > 0
    assert show(Client(REMOTE_ADDR="198.51.100.7"), code.code).status_code == 302


def test_a_mistyped_code_is_shown_again_and_a_secret_is_not(code: ClassCode) -> None:
    for given, shown in (("ktm4w xd7rx", True), (f"credence_join_{'x' * 43}", False)):
        assert (given in show(Client(), given).content.decode()) == shown


def test_what_is_mistyped_counts_for_nothing(code: ClassCode) -> None:
    letters = code.code
    for place in range(len(letters)):
        other = letters[:place] + ("A" if letters[place] != "A" else "C") + letters[place + 1 :]
        if "-" in other:
            assert show(Client(), other).status_code == 400, other
    assert LoginFailure.objects.count() == 0


def test_a_class_behind_one_address_runs_into_no_wait(code: ClassCode) -> None:
    for _ in range(12):
        assert show(Client(), code.code).status_code == 302
    assert LoginFailure.objects.count() == 0


def test_without_a_way_in_one_is_led_to_the_door(as_: Any) -> None:
    for client in (Client(), as_("eli")):
        assert client.get("/join/study/").headers["Location"] == "/join/"
        assert client.post("/join/study/", ACCOUNT).headers["Location"] == "/join/"


def test_the_door_is_found_from_the_sign_in_and_from_inside(as_: Any) -> None:
    assert "/join/" in [link.get("href") for link in Page(Client().get("/login/").content.decode()).all("a")]
    assert "/join/" in [link.get("href") for link in Page(as_("eli").get("/studies/").content.decode()).all("a")]


@pytest.mark.parametrize("value", ["a\x00b", "a\u202eb", "a" * 20_000, "   ", "a\nb"])
def test_odd_values_make_no_account_and_are_no_fault_of_ours(invite: Any, value: str) -> None:
    client, people = Client(), User.objects.count()
    show(client, invite()[1])
    for field in ACCOUNT:
        assert client.post("/join/study/", {**ACCOUNT, field: value}).status_code == 400, field
    assert User.objects.count() == people


def test_every_page_holds_to_what_holds_for_pages(
    invite: Any, code: ClassCode, as_: Any, cast: SimpleNamespace
) -> None:
    ada, out = as_("ada"), Client()
    show(out, code.code)
    reset = Client()
    show(reset, create_password_link(actor=cast.ada, user=cast.ben)[1])
    inside = ["members/", f"members/{place_of('ben').pseudonym}/", "invitations/", "codes/"]
    answers = [ada.get(f"/studies/harbour/{path}") for path in inside]
    answers += [ada.post(INVITATIONS, {"role": "reader", "days": "1"}), ada.get("/password-links/")]
    entrances = [out.get("/join/"), out.get("/new-password/"), out.get("/join/study/"), reset.get("/new-password/set/")]
    for answer in [*answers, *entrances]:
        assert answer.status_code == 200
        assert answer.headers["Referrer-Policy"] == "same-origin"
        policy.test_every_page_carries_the_policy_and_stays_out_of_caches(answer)
        policy.test_nothing_on_a_page_is_inline(answer)
        policy.test_ids_are_unique_and_what_is_referred_to_exists(answer)
        policy.test_tables_have_captions_and_heads_and_scroll_by_keyboard(answer)
        policy.test_every_field_has_a_name(answer)
        policy.test_headings_leave_out_no_level(answer)
    for answer in answers:
        policy.test_a_page_has_one_title_one_heading_and_one_main_part(answer)


INVITATIONS, CODES = "/studies/harbour/invitations/", "/studies/harbour/codes/"


def test_a_lead_makes_invitations_and_sees_what_became_of_them(stage: Any, cast: SimpleNamespace, as_: Any) -> None:
    add_member(actor=cast.ada, study=stage.study, user=cast.dora, role="lead")
    dora = as_("dora")
    page = Page(dora.post(INVITATIONS, {"role": "reader", "note": "Nina, from law", "days": "3"}).content.decode())
    (link,) = [field["value"] for field in page.all("input") if "readonly" in field]
    assert link.startswith("http://testserver/join/#credence_join_")
    listed = dora.get(INVITATIONS).content.decode()
    assert link.split("#")[1] not in listed
    assert "Nina, from law" in listed
    assert "open until" in listed
    eli = as_("eli")
    show(eli, link)
    eli.post("/join/study/")
    assert f"used by {place_of('eli').pseudonym}" in dora.get(INVITATIONS).content.decode()
    assert "eli" not in Page(dora.get(INVITATIONS).content.decode()).words.split()
    invitation = Invitation.objects.get()
    response = dora.post(f"{INVITATIONS}{invitation.pk}/revoke/", follow=True)
    assert "This invitation was used." in response.content.decode()
    dora.post(INVITATIONS, {"role": "lead", "note": "", "days": "1"})
    later = Invitation.objects.exclude(pk=invitation.pk).get()
    assert "nobody can use it any more" in dora.post(f"{INVITATIONS}{later.pk}/revoke/", follow=True).content.decode()
    later.refresh_from_db()
    assert later.state == "revoked"


def test_a_lead_makes_and_ends_a_class_code(stage: Any, as_: Any) -> None:
    ada = as_("ada")
    response = ada.post(CODES, {"places": "30", "days": "2", "documents": "1"}, follow=True)
    code = ClassCode.objects.get()
    assert code.code in response.content.decode()
    assert "0 of 30" in response.content.decode()
    ada.post(f"{CODES}{code.pk}/revoke/")
    code.refresh_from_db()
    assert code.state == "revoked"
    assert code.code not in ada.get(CODES).content.decode()


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (INVITATIONS, {"role": "owner", "note": "", "days": "3"}),
        (INVITATIONS, {"role": "reader", "note": "", "days": "0"}),
        (INVITATIONS, {"role": "reader", "note": "", "days": "91"}),
        (INVITATIONS, {"role": "reader", "note": "a\u202eb", "days": "3"}),
        (INVITATIONS, {"role": "reader", "note": "n" * 201, "days": "3"}),
        (CODES, {"places": "0", "days": "3", "documents": "1"}),
        (CODES, {"places": "1001", "days": "3", "documents": "1"}),
        (CODES, {"places": "30", "days": "367", "documents": "1"}),
        (CODES, {"places": "30", "days": "3", "documents": "-1"}),
        (CODES, {"places": "", "days": "", "documents": ""}),
    ],
)
def test_what_does_not_fit_is_refused_and_makes_nothing(
    stage: Any, as_: Any, path: str, fields: dict[str, str]
) -> None:
    assert as_("ada").post(path, fields).status_code == 400
    assert (Invitation.objects.count(), ClassCode.objects.count()) == (0, 0)


def test_ways_in_are_the_business_of_those_who_run_the_study(invite: Any, code: ClassCode, as_: Any) -> None:
    invitation, _ = invite()
    for name in ("ben", "dora", "eli"):
        for path in (INVITATIONS, CODES, f"{INVITATIONS}{invitation.pk}/revoke/", f"{CODES}{code.pk}/revoke/"):
            assert as_(name).post(path, {"role": "lead", "days": "3", "places": "3"}).status_code == 404
    assert (Invitation.objects.get().state, ClassCode.objects.get().state) == ("open", "open")

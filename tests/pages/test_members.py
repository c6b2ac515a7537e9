"""The members' pages: who is named to whom, and what a lead does there, refusals and two leads at once included."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotator.actions.study import add_member, remove_member
from annotator.models import Assignment, Event, LoginFailure, Membership, Study, User
from tests.pages.conftest import Page
from tests.staging import hashed_password

MEMBERS = "/studies/harbour/members/"


@pytest.fixture
def lou(stage: Any, cast: SimpleNamespace) -> Client:
    """A lead of the study who is no site staff, signed in."""
    cast.lou = User.objects.create(username="lou", password=hashed_password())
    add_member(actor=cast.ada, study=stage.study, user=cast.lou, role="lead")
    client = Client()
    client.force_login(cast.lou)
    return client


def place_of(user: User) -> Membership:
    return Membership.objects.select_related("study").get(user=user, study__slug="harbour")


def page_of(user: User) -> str:
    return f"{MEMBERS}{place_of(user).pseudonym}/"


def deed(client: Client, user: User, name: str, **fields: Any) -> Any:
    """Send a form of the member's page, as it was read just now unless a version is given."""
    return client.post(page_of(user), {"deed": name, "version": place_of(user).version, **fields})


def test_a_lead_sees_names_and_how_much_is_handed_in_and_gets_there_from_the_study(
    lou: Client, cast: SimpleNamespace, submit: Callable[..., None]
) -> None:
    submit("ben")
    study = Page(lou.get("/studies/harbour/").content.decode())
    assert {MEMBERS, "/studies/harbour/invitations/"} <= {link.get("href") for link in study.all("a")}
    page = Page(lou.get(MEMBERS).content.decode())
    for name in ("ada", "ben", "cleo", "dora", "lou"):
        assert name in page.words
    assert page.words.count("1 submitted, 0 open") == 1
    assert page.words.count("0 submitted, 1 open") == 1
    assert page_of(cast.ben) in {link.get("href") for link in page.all("a")}


def test_nobody_but_those_who_run_the_study_finds_the_pages_or_a_name(
    as_: Callable[[str], Client],
    cast: SimpleNamespace,
    urls: SimpleNamespace,
    marked: None,
    reveal: Callable[..., None],
) -> None:
    reveal("ben", "cleo")
    for name in ("ben", "dora", "eli"):
        client = as_(name)
        for path in (MEMBERS, page_of(cast.cleo), page_of(cast.ben)):
            assert client.get(path).status_code == 404
            assert client.post(path, {"deed": "leave", "username": "eli", "role": "lead"}).status_code == 404
    for name, others in {"ben": ("cleo", "dora"), "cleo": ("ben", "dora"), "dora": ("ben", "cleo")}.items():
        for path in (urls.home, urls.studies, urls.study, urls.document, urls.account, f"{urls.document}?view=table"):
            words = Page(as_(name).get(path).content.decode()).words.split()
            assert not set(others) & set(words), (name, path)


def test_somebody_with_an_account_is_added_by_exactly_their_name(lou: Client, cast: SimpleNamespace) -> None:
    response = lou.post(MEMBERS, {"username": "eli", "role": "reader"}, follow=True)
    assert place_of(cast.eli).role == "reader"
    assert f"eli is reader here, as {place_of(cast.eli).pseudonym}." in response.content.decode()
    for name in ("el", "ELI ", "%", "eli\u200b"):
        refused = lou.post(MEMBERS, {"username": name, "role": "reader"})
        assert refused.status_code == 400
        assert "There is no such user." in refused.content.decode()


def test_a_closed_account_is_answered_like_none(lou: Client, cast: SimpleNamespace) -> None:
    cast.eli.is_active = False
    cast.eli.save()
    said = [
        Page(lou.post(MEMBERS, {"username": name, "role": "reader"}).content.decode()).words.replace(name, "")
        for name in ("eli", "nobody")
    ]
    assert said[0] == said[1]


def test_trying_names_runs_into_a_wait_for_leads_and_not_for_staff(
    lou: Client, as_: Callable[[str], Client], cast: SimpleNamespace
) -> None:
    for number in range(10):
        assert lou.post(MEMBERS, {"username": f"x{number}", "role": "reader"}).status_code == 400
    response = lou.post(MEMBERS, {"username": "eli", "role": "reader"})
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    assert "Wait 1 minute" in response.content.decode()
    assert not Membership.objects.filter(user=cast.eli).exists()
    LoginFailure.objects.all().delete()
    for number in range(11):
        assert as_("ada").post(MEMBERS, {"username": f"x{number}", "role": "reader"}).status_code == 400


def test_a_role_is_changed_once_by_two_leads_at_once(
    lou: Client, as_: Callable[[str], Client], cast: SimpleNamespace
) -> None:
    read = place_of(cast.ben).version
    assert deed(lou, cast.ben, "role", role="adjudicator").status_code == 302
    for fields in ({"deed": "role", "role": "reader"}, {"deed": "leave"}):
        response = as_("ada").post(page_of(cast.ben), {**fields, "version": read})
        assert response.status_code == 409
        assert "Somebody changed this in the meantime" in response.content.decode()
        assert "is adjudicator now" in response.content.decode()
    assert (place_of(cast.ben).role, place_of(cast.ben).left_at) == ("adjudicator", None)
    assert Event.objects.filter(kind="membership", object_id=place_of(cast.ben).pk, verb="changed").count() == 1


def test_leaving_says_beforehand_what_becomes_of_the_work_and_returns_what_is_open(
    lou: Client, cast: SimpleNamespace, stage: Any, marked: None, make_document: Callable[..., Any]
) -> None:
    from annotator.actions.assignments import assign_revision

    more = make_document("more")
    stage.study.revisions.add(more)
    second = assign_revision(actor=cast.ada, study=stage.study, revision=more, reviewer=cast.ben)
    words = " ".join(Page(lou.get(page_of(cast.ben)).content.decode()).words.split())
    assert "1 submitted document stays in the study" in words
    assert "1 open document is returned" in words
    assert deed(lou, cast.ben, "leave").status_code == 302
    second.refresh_from_db()
    assert (second.state, Assignment.objects.get(pk=stage.assignments["ben"].pk).state) == ("declined", "submitted")
    words = " ".join(Page(lou.get(MEMBERS).content.decode()).words.split())
    assert "1 submitted, 1 returned" in words
    assert deed(lou, cast.ben, "return", role="reviewer").status_code == 302
    second.refresh_from_db()
    assert (second.state, second.returned_at) == ("open", None)
    assert place_of(cast.ben).left_at is None


def test_the_last_lead_neither_leaves_nor_becomes_anything_else(
    as_: Callable[[str], Client], cast: SimpleNamespace, stage: Any
) -> None:
    for fields in ({"name": "leave"}, {"name": "role", "role": "reader"}):
        response = deed(as_("ada"), cast.ada, **fields)
        assert response.status_code == 409
        assert "Nobody else leads this study." in response.content.decode()
    assert (place_of(cast.ada).role, place_of(cast.ada).left_at) == ("lead", None)


def test_a_lead_who_leaves_is_led_out(lou: Client, cast: SimpleNamespace) -> None:
    response = deed(lou, cast.lou, "leave")
    assert response.headers["Location"] == "/studies/"
    assert lou.get(MEMBERS).status_code == 404


@pytest.mark.parametrize(
    "fields",
    [{}, {"deed": "delete"}, {"deed": "role", "role": "owner"}, {"deed": "leave", "version": "x"}, {"deed": "\0"}],
)
def test_an_odd_form_changes_nothing(lou: Client, cast: SimpleNamespace, fields: dict[str, str]) -> None:
    events = Event.objects.count()
    assert lou.post(page_of(cast.ben), fields).status_code == 400
    assert Event.objects.count() == events


def test_a_pseudonym_from_elsewhere_has_a_page_too(lou: Client, cast: SimpleNamespace) -> None:
    member = place_of(cast.ben)
    for pseudonym in ("coder 1/a?#%", "قارئ ١"):
        Membership.objects.filter(pk=member.pk).update(pseudonym=pseudonym)
        links = [link.get("href") for link in Page(lou.get(MEMBERS).content.decode()).all("a")]
        (address,) = [href for href in links if href.startswith(MEMBERS) and "R-" not in href and href != MEMBERS]
        assert pseudonym in lou.get(address).content.decode().replace("&#x27;", "'")


def test_a_member_of_another_study_is_not_there(lou: Client, cast: SimpleNamespace, make_stage: Any) -> None:
    other = make_stage("quay")
    theirs = Membership.objects.get(study=other.study, user=cast.ben)
    assert lou.get(f"{MEMBERS}{theirs.pseudonym}/").status_code == 404
    assert lou.get(f"/studies/quay/members/{theirs.pseudonym}/").status_code == 404


def test_members_are_listed_by_a_fixed_number_of_queries(lou: Client, cast: SimpleNamespace, stage: Any) -> None:
    lou.get(MEMBERS)
    with CaptureQueriesContext(connection) as few:
        lou.get(MEMBERS)
    study = Study.objects.get(slug="harbour")
    for number in range(5):
        user = User.objects.create(username=f"more{number}")
        add_member(actor=cast.ada, study=study, user=user)
        if number % 2:
            remove_member(actor=cast.ada, study=study, user=user)
    with CaptureQueriesContext(connection) as many:
        lou.get(MEMBERS)
    assert len(many) == len(few)

"""Forgotten passwords: who makes a link for whom, used once, within a day, while its maker may; the old one dies."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from annotator.actions.errors import NotAllowedError
from annotator.actions.password_links import create_password_link
from annotator.actions.study import add_member, remove_member
from annotator.models import Event, PasswordLink, User
from tests.pages.conftest import Page
from tests.staging import hashed_password

OLD, NEW = "correct horse battery", "quiet harbour lantern"
FORM = {"password": NEW, "again": NEW}


@pytest.fixture
def people(stage: Any, cast: SimpleNamespace) -> SimpleNamespace:
    """The cast with lou, who leads the study; mo, staff of the group leads; pat, staff who may do nothing."""
    for name in ("lou", "mo", "pat"):
        setattr(cast, name, User.objects.create(username=name, password=hashed_password(), is_staff=name != "lou"))
    cast.mo.groups.add(Group.objects.get(name="leads"))
    add_member(actor=cast.ada, study=stage.study, user=cast.lou, role="lead")
    return cast


def make(actor: User, user: User, stage: Any = None) -> str:
    """Make a link and return its secret."""
    return create_password_link(actor=actor, user=user, study=stage and stage.study)[1]


def use(secret: str, client: Client | None = None, **fields: str) -> Any:
    """Open the link and set a new password by it."""
    client = client or Client()
    client.post("/new-password/", {"code": f"http://testserver/new-password/#{secret}"})
    return client.post("/new-password/set/", {**FORM, **fields})


def has(user: User, password: str) -> bool:
    user.refresh_from_db()
    return user.check_password(password)


def test_a_link_sets_a_new_password_once_and_ends_every_session(people: SimpleNamespace, stage: Any) -> None:
    elsewhere = Client()
    elsewhere.force_login(people.ben)
    for number in range(10):  # locked out by wrong passwords, which is when people ask for a link
        Client(REMOTE_ADDR=f"203.0.113.{number}").post("/login/", {"username": "ben", "password": "wrong"})
    secret = make(people.lou, people.ben, stage)
    client = Client()
    client.post("/new-password/", {"code": secret})
    page = client.get("/new-password/set/").content.decode()
    assert "ben" in Page(page).words
    assert secret not in page
    response = client.post("/new-password/set/", FORM, follow=True)
    assert response.redirect_chain == [("/login/", 302)]
    assert "Your new password is set" in response.content.decode()
    assert has(people.ben, NEW)
    assert elsewhere.get("/").status_code == 302
    assert client.post("/login/", {"username": "ben", "password": NEW}).headers["Location"] == "/"
    again = use(secret, password=OLD, again=OLD)
    assert again.status_code == 410
    assert "good once" in again.content.decode()
    assert has(people.ben, NEW)
    acts = Event.objects.filter(kind__in=["passwordlink", "user"]).order_by("pk").values_list("verb", "actor__username")
    assert list(acts) == [("created", "lou"), ("used", "ben"), ("changed_password", "ben")]
    assert secret not in str(list(Event.objects.values())) + str(list(PasswordLink.objects.values()))


def test_a_new_link_ends_the_old_one(people: SimpleNamespace, stage: Any) -> None:
    old = make(people.ada, people.ben)
    new = make(people.lou, people.ben, stage)
    response = use(old)
    assert response.status_code == 410
    assert "replaced by a newer one" in response.content.decode()
    assert has(people.ben, OLD)
    assert use(new).status_code == 302


def test_a_link_works_for_a_day(people: SimpleNamespace) -> None:
    secret = make(people.ada, people.ben)
    link = PasswordLink.objects.get()
    assert timedelta(hours=23, minutes=59) < link.expires_at - timezone.now() <= timedelta(hours=24)
    past = timezone.now() - timedelta(hours=25)
    PasswordLink.objects.update(created_at=past, expires_at=past + timedelta(hours=24))
    response = use(secret)
    assert response.status_code == 410
    assert "worked for a day" in response.content.decode()
    assert has(people.ben, OLD)


def test_a_get_sets_nothing(people: SimpleNamespace) -> None:
    secret = make(people.ada, people.ben)
    client = Client()
    client.post("/new-password/", {"code": secret})
    for path in ("/new-password/", "/new-password/set/", f"/new-password/set/?password={NEW}&again={NEW}"):
        assert client.get(path).status_code == 200
    assert has(people.ben, OLD)
    assert PasswordLink.objects.get().state == "open"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"password": "short", "again": "short"}, "at least 12 characters"),
        ({"again": "another one entirely"}, "The two passwords differ."),
        ({"password": ""}, "required"),
    ],
)
def test_a_password_that_will_not_do_leaves_the_link_as_it_was(
    people: SimpleNamespace, fields: dict[str, str], words: str
) -> None:
    response = use(make(people.ada, people.ben), **fields)
    assert response.status_code == 400
    assert words in response.content.decode()
    assert PasswordLink.objects.get().state == "open"


def refused(actor: User, user: User, stage: Any = None) -> str:
    """The reason of a refusal; the test fails where there is none."""
    with pytest.raises(NotAllowedError) as caught:
        make(actor, user, stage)
    return caught.value.detail


def test_staff_make_links_for_those_below_them(people: SimpleNamespace, stage: Any) -> None:
    for user in (people.ben, people.lou, people.eli):
        make(people.mo, user)
    for user in (people.ada, people.pat):
        assert "may not do this" in refused(people.mo, user)
        assert "site staff" in refused(people.lou, user, stage) or "Only a member" in refused(people.lou, user, stage)
    make(people.ada, people.mo)
    for actor in (people.pat, people.ben, people.dora):
        assert refused(actor, people.cleo, stage)
    assert "your own password" in refused(people.ada, people.ada)


def test_a_lead_makes_links_for_members_who_are_nothing_else(
    people: SimpleNamespace, stage: Any, make_stage: Callable[..., Any]
) -> None:
    make(people.lou, people.ben, stage)
    assert "Only a member" in refused(people.lou, people.eli, stage)
    add_member(actor=people.ada, study=stage.study, user=people.eli, role="lead")
    assert "leads a study" in refused(people.lou, people.eli, stage)
    add_member(actor=people.ada, study=stage.study, user=people.pat, role="reviewer")
    assert "site staff" in refused(people.lou, people.pat, stage)
    other = make_stage("quay", reviewers=("cleo",))
    assert "belongs to others" in refused(people.lou, people.cleo, stage)
    remove_member(actor=people.ada, study=other.study, user=people.cleo)
    assert "belongs to others" in refused(people.lou, people.cleo, stage), "work there is still theirs to read"
    add_member(actor=people.ada, study=other.study, user=people.lou, role="lead")
    make(people.lou, people.cleo, stage)
    remove_member(actor=people.ada, study=stage.study, user=people.ben)
    assert "Only a member" in refused(people.lou, people.ben, stage)


@pytest.mark.parametrize("change", ["staff", "another study", "maker left", "closed"])
def test_a_link_dies_when_it_could_no_longer_be_made(
    people: SimpleNamespace, stage: Any, make_stage: Callable[..., Any], change: str
) -> None:
    secret = make(people.lou, people.ben, stage)
    if change == "staff":
        User.objects.filter(pk=people.ben.pk).update(is_staff=True, is_superuser=True)
    elif change == "another study":
        make_stage("quay", reviewers=("ben",))
    elif change == "maker left":
        remove_member(actor=people.ada, study=stage.study, user=people.lou)
    else:
        User.objects.filter(pk=people.ben.pk).update(is_active=False)
    response = use(secret)
    assert response.status_code == 410
    assert "no longer fits the account" in response.content.decode()
    assert has(people.ben, OLD)


def test_a_lead_finds_the_link_on_the_members_page(people: SimpleNamespace, stage: Any, as_: Any) -> None:
    lou = as_("lou")
    member = stage.study.memberships.get(user=people.ben)
    address = f"/studies/harbour/members/{member.pseudonym}/"
    page = Page(lou.post(address, {"deed": "link"}).content.decode())
    (link,) = [field["value"] for field in page.all("input") if field.get("class") == "input mono"]
    assert link.startswith("http://testserver/new-password/#credence_password_")
    listed = lou.get(address).content.decode()
    assert link.split("#")[1] not in listed
    assert "A new one ends it." in listed
    assert "Revoke the link" in listed
    lou.post(address, {"deed": "revoke"})
    assert use(link.split("#")[1]).status_code == 410
    by_staff = make(people.ada, people.ben)
    assert lou.post(address, {"deed": "revoke"}).status_code == 302
    assert use(by_staff).status_code == 410
    ada = stage.study.memberships.get(user=people.ada)
    page = lou.get(f"/studies/harbour/members/{ada.pseudonym}/").content.decode()
    assert "an administrator can make the link" in page
    assert lou.post(f"/studies/harbour/members/{ada.pseudonym}/", {"deed": "link"}).status_code == 403


def test_staff_make_links_by_user_name_and_others_find_no_page(people: SimpleNamespace, as_: Any) -> None:
    path = "/password-links/"
    for name in ("ben", "lou", "pat"):
        assert as_(name).get(path).status_code == 404
        assert as_(name).post(path, {"username": "cleo"}).status_code == 404
        assert path not in as_(name).get("/account/").content.decode()
    mo = as_("mo")
    assert path in mo.get("/account/").content.decode()
    page = Page(mo.post(path, {"username": "eli"}).content.decode())
    (link,) = [field["value"] for field in page.all("input") if "readonly" in field]
    assert link.split("#")[1] not in mo.get(path).content.decode()
    for name, words in {"ada": "may not do this", "nobody": "There is no such user.", "": "required"}.items():
        response = mo.post(path, {"username": name})
        assert response.status_code == 400
        assert words in response.content.decode()
    one = PasswordLink.objects.get()
    mo.post(f"{path}{one.pk}/revoke/")
    assert use(link.split("#")[1]).status_code == 410
    assert as_("pat").post(f"{path}{one.pk}/revoke/").status_code == 404


def test_a_link_of_a_lead_is_ended_by_those_who_could_make_it(people: SimpleNamespace, stage: Any, as_: Any) -> None:
    make(people.ada, people.mo)
    link = PasswordLink.objects.get()
    assert as_("mo").post(f"/password-links/{link.pk}/revoke/").status_code == 404
    assert PasswordLink.objects.get().state == "open"

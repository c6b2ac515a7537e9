"""Accounts, groups and tokens in the admin."""

import pytest
from django.contrib.auth.models import Group, Permission

from annotator.actions.account import create_token
from annotator.models import Event, User

NEW_PASSWORD = "quiet water under bridges"


def errors(answer):
    return answer.context["errors"]


def names(user, **changes):
    form = {"username": user.username, "first_name": "", "last_name": "", "email": "", "is_active": "on"}
    return {**form, **changes}


def test_lead_creates_a_reviewer(lou, sign_in):
    form = {"username": "nina", "kind": "machine", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    answer = sign_in(lou).post("/admin/annotator/user/add/", form)
    assert answer.status_code == 302
    nina = User.objects.get(username="nina")
    assert (nina.kind, nina.is_staff, nina.is_superuser, nina.check_password(NEW_PASSWORD)) == (
        "machine",
        False,
        False,
        True,
    )
    assert Event.objects.filter(actor=lou, verb="created", kind="user", object_id=str(nina.pk)).count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"password1": "short", "password2": "short"},
        {"password2": "something else entirely"},
        {"username": "ben"},
        {"username": "a\u200bb"},
        {"kind": "ghost"},
    ],
)
def test_unfit_account_is_refused_with_a_word(change, lou, cast, sign_in):
    form = {"username": "nina", "kind": "human", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    answer = sign_in(lou).post("/admin/annotator/user/add/", {**form, **change})
    assert answer.status_code == 200
    assert errors(answer)
    assert not User.objects.filter(username="nina").exists()


def test_lead_cannot_make_staff_or_superusers(lou, cast, sign_in):
    group = Group.objects.get(name="leads")
    form = names(cast.ben, is_staff="on", is_superuser="on", groups=[group.pk], first_name="Ben")
    assert sign_in(lou).post(f"/admin/annotator/user/{cast.ben.pk}/change/", form).status_code == 302
    ben = User.objects.get(pk=cast.ben.pk)
    assert (ben.first_name, ben.is_staff, ben.is_superuser, ben.groups.count()) == ("Ben", False, False, 0)


def test_lead_can_neither_change_nor_take_over_a_staff_account(lou, cast, kim, sign_in):
    client = sign_in(lou)
    for user in (cast.ada, kim, lou):
        old = User.objects.get(pk=user.pk).password
        assert client.post(f"/admin/annotator/user/{user.pk}/change/", names(user, is_active="")).status_code == 403
        form = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
        assert client.post(f"/admin/annotator/user/{user.pk}/do/password/", form).status_code == 404
        again = User.objects.get(pk=user.pk)
        assert (again.is_active, again.password) == (True, old)


def test_superuser_makes_a_lead_and_history_has_it(cast, sign_in):
    group = Group.objects.get(name="leads")
    form = names(cast.ben, is_staff="on", groups=[group.pk], email="ben@example.org")
    assert sign_in(cast.ada).post(f"/admin/annotator/user/{cast.ben.pk}/change/", form).status_code == 302
    ben = User.objects.get(pk=cast.ben.pk)
    assert (ben.is_staff, list(ben.groups.all())) == (True, [group])
    event = Event.objects.get(kind="user", object_id=str(ben.pk), verb="changed")
    assert event.actor == cast.ada
    assert event.before == {"is_staff": False, "groups": [], "email": "(not kept)"}
    assert event.after == {"is_staff": True, "groups": ["leads"], "email": "(not kept)"}


def test_saving_without_a_change_leaves_no_event(cast, sign_in):
    count = Event.objects.count()
    sign_in(cast.ada).post(f"/admin/annotator/user/{cast.ben.pk}/change/", names(cast.ben))
    assert Event.objects.count() == count


def test_superuser_cannot_lock_himself_out(cast, sign_in):
    answer = sign_in(cast.ada).post(f"/admin/annotator/user/{cast.ada.pk}/change/", names(cast.ada, is_staff="on"))
    assert answer.status_code == 200
    assert "Another administrator" in str(errors(answer))
    assert User.objects.get(pk=cast.ada.pk).is_superuser


def test_lead_sets_a_reviewers_password(lou, cast, sign_in):
    client = sign_in(lou)
    address = f"/admin/annotator/user/{cast.ben.pk}/do/password/"
    assert client.get(address).status_code == 200
    weak = client.post(address, {"new_password1": "password1234", "new_password2": "password1234"})
    assert weak.status_code == 200
    assert weak.context["form"].errors
    assert client.post(address, {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}).status_code == 302
    assert User.objects.get(pk=cast.ben.pk).check_password(NEW_PASSWORD)
    assert Event.objects.filter(actor=lou, verb="changed_password", object_id=str(cast.ben.pk)).exists()


def test_superuser_stays_signed_in_after_setting_the_own_password(cast, sign_in):
    client = sign_in(cast.ada)
    form = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    client.post(f"/admin/annotator/user/{cast.ada.pk}/do/password/", form)
    assert client.get("/admin/").status_code == 200


def test_superuser_ends_a_leaked_token(cast, sign_in):
    token, _ = create_token(actor=cast.ben, name="script", scope="read")
    client = sign_in(cast.ada)
    assert client.post(f"/admin/annotator/token/{token.pk}/do/end/").status_code == 302
    token.refresh_from_db()
    assert not token.is_usable
    assert client.post(f"/admin/annotator/token/{token.pk}/do/end/").status_code == 404  # it is not offered twice


def test_tokens_of_others_are_unknown_to_staff_who_may_view_tokens(cast, lou, sign_in):
    lou.user_permissions.add(Permission.objects.get(codename="view_token"))
    own, _ = create_token(actor=lou, name="mine", scope="read")
    other, _ = create_token(actor=cast.ben, name="his", scope="read")
    client = sign_in(lou)
    assert client.get(f"/admin/annotator/token/{own.pk}/change/").status_code == 200
    assert client.get(f"/admin/annotator/token/{other.pk}/change/").status_code == 302
    assert client.post(f"/admin/annotator/token/{other.pk}/do/end/").status_code == 404


def test_group_is_changed_with_an_event(cast, sign_in):
    group = Group.objects.get(name="curators")
    keep = Permission.objects.get(codename="view_document")
    form = {"name": "curators", "permissions": [keep.pk]}
    assert sign_in(cast.ada).post(f"/admin/auth/group/{group.pk}/change/", form).status_code == 302
    assert list(group.permissions.all()) == [keep]
    event = Event.objects.get(kind="group", object_id=str(group.pk))
    assert event.after == {"permissions": [str(keep)]}

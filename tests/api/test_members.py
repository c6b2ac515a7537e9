"""Members, invitations and class codes over the API: versions, refusals, and secrets shown once."""

from datetime import timedelta

from django.utils import timezone

from annotator.actions.entrance import join
from annotator.actions.study import add_member
from annotator.models import ClassCode, Event, Invitation, Membership, PasswordLink

MEMBERS, INVITATIONS, CODES = (f"studies/harbour/{noun}/" for noun in ("members", "invitations", "codes"))


def path_of(user) -> str:
    return f"{MEMBERS}{Membership.objects.get(user=user, study__slug='harbour').pseudonym}/"


def test_a_member_is_named_to_those_who_run_the_study_only(ada, dora, ben, stage, cast, refused):
    seen = ada.get(path_of(cast.ben))
    assert (seen.data["username"], seen.data["role"], seen.headers["ETag"]) == ("ben", "reviewer", '"1"')
    assert ada.get(path_of(cast.ben), if_none_match='"1"').status_code == 304
    for caller, user in ((dora, cast.ben), (ben, cast.ben)):
        response = caller.get(path_of(user))
        assert response.data["username"] is None
        assert "ben" not in response.content.decode()
    refused(ben.get(path_of(cast.cleo)), 404, "not_found")


def test_a_role_is_changed_upon_the_version_that_was_read(ada, stage, cast, refused):
    path = path_of(cast.ben)
    refused(ada.put(path, {"role": "reader"}), 428, "if_match")
    changed = ada.put(path, {"role": "reader"}, if_match='"1"')
    assert (changed.status_code, changed.data["role"], changed.headers["ETag"]) == (200, "reader", '"2"')
    again = ada.put(path, {"role": "reader"}, if_match='"1"')
    assert (again.status_code, again.headers["ETag"]) == (200, '"2"'), "a lost answer is no conflict"
    response = ada.put(path, {"role": "lead"}, if_match='"1"')
    refused(response, 412, "stale")
    assert response.data["current"]["role"] == "reader"
    assert Event.objects.filter(kind="membership", verb="changed").count() == 1
    for body in ({}, {"role": "owner"}, {"role": 5}, {"role": "lead", "username": "ada"}):
        refused(ada.put(path, body, if_match='"2"'), 400, "invalid")


def test_a_member_leaves_once_and_comes_back(ada, stage, cast, refused):
    path = path_of(cast.ben)
    refused(ada.send("DELETE", path), 428, "if_match")
    refused(ada.send("DELETE", path, if_match='"7"'), 412, "stale")
    for _ in range(2):
        assert ada.send("DELETE", path, if_match='"1"').status_code == 204
    assert ada.get(path).data["left_at"] is not None
    assert ada.get(f"assignments/{stage.assignments['ben'].pk}/").status_code == 404
    back = ada.put(path, {"role": "reviewer"}, if_match='"2"')
    assert (back.data["left_at"], back.headers["ETag"]) == (None, '"3"')


def test_the_last_lead_stays(ada, stage, cast, refused):
    refused(ada.send("DELETE", path_of(cast.ada), if_match='"1"'), 409, "last_lead")
    refused(ada.put(path_of(cast.ada), {"role": "reader"}, if_match='"1"'), 409, "last_lead")
    refused(ada.post(MEMBERS, {"username": "ada", "role": "reader"}), 409, "last_lead")


def test_a_lead_who_tries_names_is_made_to_wait(by_session, stage, cast, refused):
    add_member(actor=cast.ada, study=stage.study, user=cast.dora, role="lead")
    dora = by_session("dora")
    for number in range(10):
        refused(dora.post(MEMBERS, {"username": f"x{number}"}), 400, "invalid")
    response = dora.post(MEMBERS, {"username": "eli"})
    refused(response, 429, "too_fast")
    assert int(response.headers["Retry-After"]) > 0


def test_only_those_who_run_the_study_change_members(ben, dora, eli, by_token, stage, cast, refused):
    for caller in (ben, dora, eli):
        for path in (path_of(cast.cleo), path_of(cast.ben)):
            refused(caller.put(path, {"role": "lead"}, if_match='"1"'), 404, "not_found")
            refused(caller.send("DELETE", path, if_match='"1"'), 404, "not_found")
            refused(caller.post(f"{path}password-link/"), 404, "not_found")
    refused(by_token("ada", "read").put(path_of(cast.ben), {"role": "lead"}, if_match='"1"'), 403, "forbidden")


def test_a_password_link_is_made_in_a_session_only_and_shown_once(ada, by_token, stage, cast, refused):
    refused(by_token("ada").post(f"{path_of(cast.ben)}password-link/"), 403, "forbidden")
    made = ada.post(f"{path_of(cast.ben)}password-link/")
    assert made.status_code == 201
    assert made.data["secret"].startswith("credence_password_")
    assert made.data["secret"] not in str(list(PasswordLink.objects.values()))
    refused(ada.post(f"{path_of(cast.ada)}password-link/"), 403, "not_allowed")
    refused(ada.post(f"{path_of(cast.ben)}password-link/", {"user": "ada"}), 400, "invalid")


def test_invitations_are_made_listed_and_revoked(ada, stage, cast, refused):
    made = ada.post(INVITATIONS, {"role": "reader", "note": "Nina", "days": 3})
    assert made.status_code == 201
    secret = made.data["secret"]
    (row,) = ada.get(INVITATIONS).data["results"]
    assert (row["state"], row["note"], row["used_by"]) == ("open", "Nina", None)
    assert secret not in ada.get(INVITATIONS).content.decode() + str(list(Invitation.objects.values()))
    member = join(entrance=Invitation.objects.get(), user=cast.eli).member
    (row,) = ada.get(INVITATIONS).data["results"]
    assert (row["state"], row["used_by"]) == ("used", member.pseudonym)
    refused(ada.send("DELETE", f"{INVITATIONS}{row['id']}/"), 409, "used")
    other = ada.post(INVITATIONS, {}).data["id"]
    for _ in range(2):
        assert ada.send("DELETE", f"{INVITATIONS}{other}/").status_code == 204
    assert Invitation.objects.get(pk=other).state == "revoked"
    refused(ada.send("DELETE", f"{CODES}{other}/"), 404, "not_found")


def test_class_codes_are_made_listed_and_ended(ada, stage, cast):
    made = ada.post(CODES, {"places": 2, "days": 1, "documents": 0})
    assert (made.status_code, made.data["state"], made.data["joined"]) == (201, "open", 0)
    code = ClassCode.objects.get()
    for user in (cast.eli,):
        join(entrance=code, user=user)
    (row,) = ada.get(CODES).data["results"]
    assert (row["code"], row["joined"], row["places"], row["state"]) == (code.code, 1, 2, "open")
    ClassCode.objects.update(joined=2)
    assert ada.get(CODES).data["results"][0]["state"] == "full"
    for _ in range(2):
        assert ada.send("DELETE", f"{CODES}{code.pk}/").status_code == 204
    assert ada.get(CODES).data["results"][0]["state"] == "revoked"
    past = timezone.now() - timedelta(days=2)
    ClassCode.objects.create(
        study=stage.study, places=1, created_by=cast.ada, created_at=past, expires_at=timezone.now()
    )
    assert {row["state"] for row in ada.get(CODES).data["results"]} == {"revoked", "expired"}


def test_ways_in_are_read_page_by_page(ada, stage):
    for path, body in ((INVITATIONS, {}), (CODES, {"places": 1})):
        ids = sorted(ada.post(path, body).data["id"] for _ in range(3))
        first = ada.get(f"{path}?limit=2").data
        assert [row["id"] for row in first["results"]] == ids[:2]
        assert [row["id"] for row in ada.get(f"{path}?after={first['next']}").data["results"]] == ids[2:]


def test_what_does_not_fit_makes_no_way_in(ada, ben, dora, eli, stage, refused):
    for body in (
        {"role": "owner"},
        {"days": 0},
        {"days": 91},
        {"days": "3"},
        {"note": "n" * 201},
        {"note": 5},
        {"secret": "mine"},
        {"used_by": "R-BEN2"},
        {"note": "a\u202eb"},
    ):
        refused(ada.post(INVITATIONS, body), 400, "invalid")
    for body in (
        {},
        {"places": 0},
        {"places": 1001},
        {"places": True},
        {"places": 3, "documents": -1},
        {"places": 1, "code": "x"},
    ):
        refused(ada.post(CODES, body), 400, "invalid")
    for caller in (ben, dora, eli):
        for path, body in ((INVITATIONS, {}), (CODES, {"places": 1})):
            refused(caller.post(path, body), 404, "not_found")
            refused(caller.get(path), 404, "not_found")
    assert (Invitation.objects.count(), ClassCode.objects.count()) == (0, 0)


def test_a_closed_study_takes_no_reviewers(ada, stage, cast, refused):
    from annotator.actions.study import close_study

    close_study(actor=cast.ada, study=stage.study)
    refused(ada.post(INVITATIONS, {"role": "reviewer"}), 409, "closed")
    refused(ada.post(CODES, {"places": 1}), 409, "closed")
    assert ada.post(INVITATIONS, {"role": "reader"}).status_code == 201


def test_history_of_a_study_tells_its_leads_of_ways_in_without_a_secret(ada, ben, stage, cast):
    secret = ada.post(INVITATIONS, {"note": "Nina"}).data["secret"]
    code = ada.post(CODES, {"places": 1}).data["code"]
    link = ada.post(f"{path_of(cast.ben)}password-link/").data["secret"]
    events = ada.get("studies/harbour/events/?limit=1000")
    assert {"invitation", "classcode"} <= {event["kind"] for event in events.data["results"]}
    for word in (secret, code, link, "Nina"):
        assert word not in events.content.decode()
    assert "invitation" not in ben.get("studies/harbour/events/").content.decode()

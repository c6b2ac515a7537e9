"""Work and history cannot be written in the admin, by anybody."""

import pytest
from django.contrib import admin

from annotator.models import Annotation, Assignment, Event, Membership, Rating, Study, User


@pytest.fixture
def rows(full_stage):
    passage = Annotation.objects.get(note="ben-note")
    return {
        f"annotation/{passage.pk}": Annotation,
        f"rating/{passage.pk}.slant": Rating,
        f"event/{Event.objects.first().hash}": Event,
        f"assignment/{full_stage.assignments['ben'].pk}": Assignment,
    }


def test_work_and_history_refuse_every_write(rows, cast, sign_in):
    client = sign_in(cast.ada)
    for row, model in rows.items():
        before = list(model.objects.order_by("pk").values())
        noun = row.split("/")[0]
        assert client.get(f"/admin/annotator/{row}/change/").status_code == 200
        posts = {
            "change": client.post(f"/admin/annotator/{row}/change/", {"note": "changed", "state": "open", "point": 1}),
            "delete": client.post(f"/admin/annotator/{row}/delete/", {"post": "yes"}),
        }
        if noun != "assignment":
            posts["add"] = client.post(f"/admin/annotator/{noun}/add/", {"note": "new"})
        assert {name: answer.status_code for name, answer in posts.items()} == dict.fromkeys(posts, 403), row
        assert list(model.objects.order_by("pk").values()) == before


def test_nothing_that_work_hangs_from_can_be_deleted(full_stage, cast, sign_in):
    client = sign_in(cast.ada)
    member = Membership.objects.filter(study=full_stage.study).first()
    for row in (
        f"annotator/user/{cast.ben.pk}",
        f"annotator/study/{full_stage.study.pk}",
        f"annotator/membership/{member.pk}",
        f"annotator/codebook/{full_stage.codebook.pk}",
        f"sources/document/{full_stage.revision.document_id}",
    ):
        assert client.get(f"/admin/{row}/delete/").status_code == 403, row
        assert client.post(f"/admin/{row}/delete/", {"post": "yes"}).status_code == 403, row
    assert User.objects.filter(pk=cast.ben.pk).exists()
    assert Study.objects.filter(pk=full_stage.study.pk).exists()


def test_no_list_offers_to_delete_many_at_once(full_stage, cast, sign_in):
    client = sign_in(cast.ada)
    for model in admin.site._registry:
        page = client.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/").content.decode()
        assert "delete_selected" not in page, model


def test_digest_of_a_token_is_never_shown(cast, sign_in):
    from annotator.actions.account import create_token

    token, secret = create_token(actor=cast.ben, name="script", scope="read")
    client = sign_in(cast.ada)
    for address in ("/admin/annotator/token/", f"/admin/annotator/token/{token.pk}/change/", "/admin/annotator/event/"):
        page = client.get(address).content.decode()
        assert token.digest not in page
        assert secret not in page


def test_ways_in_are_shown_without_what_opens_them_and_cannot_be_written(full_stage, cast, sign_in):
    from annotator.actions.entrance import create_code, create_invitation
    from annotator.actions.password_links import create_password_link

    study = full_stage.study
    invitation, secret = create_invitation(actor=cast.ada, study=study, role="reader", note="Nina, from law")
    code = create_code(actor=cast.ada, study=study, places=3, days=3)
    link, other = create_password_link(actor=cast.ada, user=cast.ben)
    client = sign_in(cast.ada)
    for row in (invitation, code, link):
        name = row._meta.model_name
        before = list(type(row).objects.values())
        for address in (f"/admin/annotator/{name}/", f"/admin/annotator/{name}/{row.pk}/change/"):
            response = client.get(address)
            assert response.status_code == 200
            for word in (secret, other, invitation.digest, link.digest, code.code):
                assert word not in response.content.decode()
        for act in (f"{row.pk}/change/", f"{row.pk}/delete/", "add/"):
            assert client.post(f"/admin/annotator/{name}/{act}", {"role": "lead", "places": 9}).status_code == 403
        assert list(type(row).objects.values()) == before

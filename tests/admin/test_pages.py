"""Every page of every registered noun, for each kind of staff."""

import re

import pytest
from django.contrib import admin
from django.urls import reverse

from annotator.actions.account import create_token
from annotator.actions.codebook import create_codebook
from annotator.actions.entrance import create_code, create_invitation
from annotator.actions.password_links import create_password_link
from annotator.models import Label, LoginFailure, ScalePoint
from sources.models import Segmentation

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
LIST, ADD, CHANGE, HISTORY = "changelist", "add", "change", "history"

# What a curator and a lead meet at: list, add, change of a row. Whatever is not named is refused (403).
OPEN_TO = {
    "kim": {
        "sources.Source": (200, 200, 200),
        "sources.Document": (200, 200, 200),
        "sources.Revision": (200, 403, 200),
        "sources.Original": (200, 403, 200),
        "annotator.Codebook": (200, 200, 200),
        "annotator.Scale": (200, 403, 200),
    },
    "lou": {
        "sources.Source": (200, 403, 200),
        "sources.Document": (200, 403, 200),
        "sources.Revision": (200, 403, 200),
        "sources.Original": (200, 403, 200),
        "annotator.Codebook": (200, 200, 200),
        "annotator.Scale": (200, 403, 200),
        "annotator.User": (200, 200, 200),
        "annotator.Study": (200, 200, 200),
        "annotator.Membership": (200, 200, 200),
        "annotator.Assignment": (200, 200, 200),
        "annotator.Annotation": (200, 403, 200),
        "annotator.Rating": (200, 403, 200),
        "annotator.Decision": (200, 403, 200),
        "annotator.Event": (200, 403, 200),
        "annotator.Ledger": (200, 403, 200),
    },
}
READ_ONLY = {
    "sources.Revision",
    "sources.Original",
    "annotator.Token",
    "annotator.Invitation",
    "annotator.ClassCode",
    "annotator.PasswordLink",
    "annotator.Annotation",
    "annotator.Rating",
    "annotator.Decision",
    "annotator.Event",
    "annotator.Ledger",
    "annotator.Scale",
}


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def addresses_in(client, model):
    """Addresses of the rows, as the list links them."""
    page = client.get(address(model, LIST)).content.decode()
    start = re.escape(address(model, LIST))
    return re.findall(rf'href="({start}[^/"?]+/change/)', page)


@pytest.fixture
def furnished(full_stage, cast, kim, lou):
    """At least one row of everything registered."""
    from sources.models import Source

    Source.objects.create(name="Harbour Post")
    create_token(actor=cast.ada, name="script", scope="read")
    create_invitation(actor=cast.ada, study=full_stage.study, role="reader")
    create_code(actor=cast.ada, study=full_stage.study, places=3, days=3)
    create_password_link(actor=cast.ada, user=cast.ben)
    return {"ada": cast.ada, "kim": kim, "lou": lou}


def statuses(client, model, row):
    pages = (address(model, LIST), address(model, ADD), row)
    return tuple(client.get(page).status_code for page in pages)


def row_of(superuser, model):
    """A row as the superuser's list links it; of a ledger the site's, since a study's is hidden while work is open."""
    if model._meta.label == "annotator.Ledger":
        return address(model, CHANGE, model.objects.get(study=None).pk)
    return addresses_in(superuser, model)[-1]


def test_superuser_opens_every_page(furnished, sign_in):
    client = sign_in(furnished["ada"])
    met = {model._meta.label: statuses(client, model, row_of(client, model)) for model in MODELS}
    assert met == {label: (200, 403 if label in READ_ONLY else 200, 200) for label in met}


def test_every_linked_row_opens(furnished, sign_in):
    client = sign_in(furnished["ada"])
    for model in MODELS:
        for row in addresses_in(client, model)[:10]:
            assert client.get(row).status_code == 200, row


@pytest.mark.parametrize("who", ["kim", "lou"])
def test_staff_open_what_their_group_permits_and_no_more(who, furnished, sign_in):
    superuser, client = sign_in(furnished["ada"]), sign_in(furnished[who])
    met = {model._meta.label: statuses(client, model, row_of(superuser, model)) for model in MODELS}
    assert met == {label: OPEN_TO[who].get(label, (403, 403, 403)) for label in met}


def test_every_row_with_a_history_shows_it(furnished, sign_in):
    client = sign_in(furnished["ada"])
    for model in MODELS:
        if model._meta.label not in ("annotator.Event", "annotator.Rating", "annotator.Ledger"):
            row = addresses_in(client, model)[0]
            assert client.get(row.replace("/change/", "/history/")).status_code == 200, row


def test_history_of_a_study_names_its_acts(full_stage, cast, sign_in):
    from annotator.actions.set_up import change_study

    change_study(actor=cast.ada, study=full_stage.study, changes={"title": "Harbour, renamed"})
    page = sign_in(cast.ada).get(address(type(full_stage.study), HISTORY, full_stage.study.pk)).content.decode()
    assert "<td>Created</td>" in page
    assert "<td>Changed: title</td>" in page


def test_index_lists_nothing_for_staff_without_permissions(db, sign_in):
    from annotator.models import User

    idle = User.objects.create_user(username="idle", is_staff=True)
    page = sign_in(idle).get(reverse("admin:index")).content.decode()
    assert "have permission to view or edit anything" in page


def test_reviewer_is_not_let_into_the_admin(cast, sign_in):
    assert sign_in(cast.ben).get(reverse("admin:index")).status_code in (302, 404)


def test_failed_sign_ins_have_no_page():
    assert LoginFailure not in admin.site._registry
    assert not {Label, ScalePoint, Segmentation} & admin.site._registry.keys()


def test_unknown_row_is_answered_as_unknown(cast, sign_in):
    client = sign_in(cast.ada)
    for model in MODELS:
        assert client.get(address(model, CHANGE, "987654321")).status_code == 302, model


def test_list_refuses_filters_it_does_not_name(cast, sign_in):
    client = sign_in(cast.ada)
    for hidden in (
        "/admin/annotator/token/?digest__startswith=a",
        "/admin/annotator/token/?user__password__startswith=a",
        "/admin/annotator/user/?password__startswith=a",
        "/admin/annotator/user/?last_login__gte=2026-01-01",
        "/admin/annotator/assignment/?begun_at__isnull=0",
        "/admin/annotator/assignment/?reviewer__password__startswith=a",
        "/admin/annotator/event/?seq__gte=3",
        "/admin/annotator/rating/?id__gte=3",
        "/admin/annotator/membership/?user__email__startswith=a",
    ):
        assert client.get(hidden).status_code == 400, hidden


def test_filters_that_a_list_names_work(furnished, full_stage, sign_in):
    client = sign_in(furnished["ada"])
    study = full_stage.study.pk
    document = full_stage.revision.document_id
    for named in (
        f"/admin/annotator/assignment/?state__exact=open&study__id__exact={study}",
        f"/admin/annotator/annotation/?label=fact&deleted=no&assignment__study__id__exact={study}",
        f"/admin/annotator/rating/?target=document&assignment__revision__document__id__exact={document}",
        "/admin/annotator/event/?verb=submitted&kind=assignment",
        "/admin/annotator/codebook/?state=published&slug=small",
        "/admin/annotator/study/?state=open&blinding__exact=until_submitted",
        "/admin/annotator/user/?kind__exact=human&is_active__exact=1",
        "/admin/annotator/annotation/?q=harbour&o=3.-7",
        "/admin/annotator/assignment/?q=R-",
        "/admin/annotator/rating/?q=credible",
        "/admin/annotator/event/?q=submitted&at__year=2026",
    ):
        answer = client.get(named)
        assert answer.status_code == 200, named
        assert answer.context["cl"].result_count > 0 or "verb" in named or "at__year" in named, named


def test_draft_codebook_is_shown_with_its_parts(cast, sign_in):
    from dataclasses import replace

    from tests.staging import small_codebook

    draft = create_codebook(actor=cast.ada, info=replace(small_codebook(), version=2))
    page = sign_in(cast.ada).get(address(type(draft), CHANGE, draft.pk)).content.decode()
    assert page.count('name="labels-0-code"') == 1
    assert 'name="scales-0-question"' in page

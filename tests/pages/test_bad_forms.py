"""Forms answer bad input with a page that says so: never a fault of ours, and nothing is stored."""

from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from django.test import Client

from annotator.actions.codebook import start_next_version
from annotator.models import Event

ODD = {
    "nul": "a\x00b",
    "surrogate bytes": b"\xed\xa0\x80",
    "bidi": "a\u202eb",
    "long": "a" * 20_000,
    "blank": "",
    "spaces": "   ",
    "controls": "a\x01\x1f\x7fb",
    "line": "a\nb",
    "full width": "＝1+1",
}
FORMS: dict[str, dict[str, str]] = {
    "/account/tokens/": {"name": "tool", "scope": "read", "days": "30"},
    "/account/password/": {"old_password": "x", "new_password1": "y", "new_password2": "y"},
    "/assignments/{ben}/revise/": {"reason": "because"},
    "/admin/sources/source/add/": {
        "name": "Outlet",
        "homepage": "",
        "kind": "",
        "country": "",
        "owner": "",
        "notes": "",
    },
    "/admin/annotator/user/add/": {"username": "new", "kind": "human", "password1": "p", "password2": "p"},
    "/admin/annotator/codebook/add/": {"slug": "s", "version": "1", "title": "T", "guidelines": "g"},
    "/admin/annotator/study/add/": {"slug": "s", "title": "T", "codebook": "1", "blinding": "open"},
    "/codebooks/new/": {"way": "preset", "preset": "credence-default", "slug": "s", "title": "T"},
    "/codebooks/small/2/edit/": {"title": "T", "guidelines": "g", "seen": "x", "act": "save"},
    "/codebooks/small/2/edit/label/": {
        **{"name": "N", "code": "n", "shortcut": "9", "position": "9", "definition": "d", "examples": "e"},
        **{"colour_light": "#0b6355", "colour_dark": "#74cdbb", "replaces": "small/1/fact", "seen": "x"},
    },
    "/codebooks/small/2/edit/scale/": {
        **{"question": "Q?", "code": "q", "level": "ordinal", "target": "passage", "labels": "fact", "position": "9"},
        **{"point-TOTAL_FORMS": "1", "point-INITIAL_FORMS": "0", "point-0-value": "1", "point-0-name": "one"},
    },
    "/login/": {"username": "ben", "password": "x"},
    "/join/": {"code": "KTM4W-XD7RC"},
    "/new-password/": {"code": "credence_password_x"},
    "/studies/new/": {
        **{"title": "T", "slug": "s", "purpose": "teaching", "blinding": "", "codebook": "1"},
        **{"reviewers_per_document": "2", "order": "fixed", "due_on": "2999-12-31"},
    },
    "/studies/harbour/setup/": {
        **{"act": "save", "version": "1", "title": "T", "purpose": "teaching", "blinding": "open", "order": "fixed"},
        **{"reviewers_per_document": "2", "due_on": "2999-12-31", "extra_up_to": "3", "extra_below": "0.5"},
        **{"extra_measure": "weakest", "seen-title": "T", "seen-due_on": "", "confirmed": "yes", "open_seen": "2"},
    },
    "/studies/harbour/texts/": {"act": "sort", "digest": "x", "text": "1", "place-1": "1"},
    "/studies/harbour/texts/?q=x": {"act": "add-all", "text": "1"},
    "/studies/harbour/open-work/": {
        **{"act": "deadline", "assignment": "01890a5d-ac96-774b-bcce-b302099a8057", "due_on": "2999-12-31"},
    },
    "/studies/harbour/members/": {"username": "nobody", "role": "reader"},
    "/studies/harbour/members/{place}/": {"deed": "role", "version": "1", "role": "reviewer"},
    "/studies/harbour/invitations/": {"role": "reader", "note": "n", "days": "x"},
    "/studies/harbour/codes/": {"places": "3", "days": "x", "documents": "1"},
    "/password-links/": {"username": "nobody"},
}
STAFF = ("/admin/", "/codebooks/", "/studies/", "/password-links/")
CASES = [(form, field, name) for form, fields in FORMS.items() for field in fields for name in ODD]


def send(client: Client, path: str, fields: dict[str, Any]) -> int:
    """POST the fields as a browser would, raw bytes kept."""

    def spelled(value: Any) -> str:
        return quote_from_bytes(value if isinstance(value, bytes) else value.encode())

    body = "&".join(f"{name}={spelled(value)}" for name, value in fields.items())
    return client.post(path, body, content_type="application/x-www-form-urlencoded").status_code


def address(form: str, stage: Any) -> str:
    """Fill in whose form it is."""
    place = stage.study.memberships.get(user__username="ben").pseudonym
    return form.format(ben=stage.assignments["ben"].pk, place=place)


@pytest.mark.parametrize("form", FORMS)
def test_odd_input_is_no_fault_of_ours(form: str, stage: Any, cast: Any) -> None:
    path = address(form, stage)
    if "small/2" in form:
        start_next_version(actor=cast.ada, codebook=stage.codebook)
    for where, field, name in CASES:
        if where != form:
            continue
        client = Client()
        if form != "/login/":
            client.force_login(cast.ada if form.startswith(STAFF) else cast.ben)
        status = send(client, path, {**FORMS[form], field: ODD[name]})
        assert status < 500, (field, name)


@pytest.mark.parametrize("form", [form for form in FORMS if form != "/login/"])
def test_an_empty_form_stores_nothing(form: str, stage: Any, cast: Any) -> None:
    client, before = Client(), Event.objects.count()
    client.force_login(cast.ada if form.startswith(STAFF) else cast.ben)
    assert send(client, address(form, stage), {}) < 500
    assert Event.objects.count() == before

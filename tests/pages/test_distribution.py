"""The page on which a lead gives documents out: what would happen is said first, in words, and then done."""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from annotator.actions.study import add_member, close_study
from annotator.models import Assignment


@pytest.fixture
def address(make_stage: Any, cast: SimpleNamespace) -> str:
    """The page of a study over one text, which ben holds and cleo does not."""
    stage = make_stage(reviewers=("ben",))
    add_member(actor=cast.ada, study=stage.study, user=cast.cleo)
    return f"/studies/{stage.study.slug}/distribute/"


def names(cast: SimpleNamespace) -> dict[str, str]:
    return {who: getattr(cast, who).memberships.get().pseudonym for who in ("ben", "cleo")}


def hidden_fields(page: str) -> dict[str, Any]:
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page):
        fields.setdefault(name, []).append(value)
    return fields


def test_a_lead_reads_what_would_happen_and_does_it(
    as_: Callable[[str], Client], cast: SimpleNamespace, address: str
) -> None:
    client = as_("ada")
    assert address in client.get("/studies/harbour/").content.decode()
    page = client.get(address).content.decode()
    assert "1 assignment would be made. Each of the 2 reviewers then has 1 document." in page
    assert "1 of 1 document would have two readers or more" in page
    assert "Every two reviewers share 1 document or more." in page
    answer = client.post(address, hidden_fields(page))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/studies/harbour/")
    assert Assignment.objects.filter(reviewer=cast.cleo, state="open").count() == 1
    assert "1 assignment made." in client.get("/studies/harbour/").content.decode()
    assert "Every document has its readers already." in client.get(address).content.decode()


def test_it_says_what_would_be_missing(as_: Callable[[str], Client], cast: SimpleNamespace, address: str) -> None:
    ben = names(cast)["ben"]
    page = as_("ada").get(address, {"per_text": 1, "for_all": 0, "reviewer": ben}).content.decode()
    assert "0 assignments would be made." in page
    assert "No document would have two readers, so no agreement could be computed at all." in page


def test_a_reviewer_named_twice_is_one(as_: Callable[[str], Client], cast: SimpleNamespace, address: str) -> None:
    twice = [*names(cast).values()] * 2
    answer = as_("ada").get(address, {"per_text": 2, "for_all": 0, "reviewer": twice})
    assert answer.status_code == 200
    assert "Each of the 2 reviewers then has 1 document." in answer.content.decode()


def test_what_changed_meanwhile_is_shown_anew(
    as_: Callable[[str], Client], cast: SimpleNamespace, address: str
) -> None:
    client = as_("ada")
    fields = hidden_fields(client.get(address).content.decode())
    answer = client.post(address, {**fields, "digest": "0" * 16})
    assert answer.status_code == 400
    assert "The study has changed meanwhile." in answer.content.decode()
    assert hidden_fields(answer.content.decode())["digest"] == fields["digest"]
    assert not Assignment.objects.filter(reviewer=cast.cleo).exists()


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"per_text": "3"}, "Between 1 and 2, the number of reviewers chosen"),
        ({"per_text": "0"}, "greater than or equal to 1"),
        ({"per_text": "many"}, "Enter a whole number"),
        ({"for_all": "2"}, "Documents that the study can give out: 1."),
        ({"for_all": "9" * 400}, "less than or equal to 100000"),
        ({"reviewer": "R-NONE1"}, "is not one of the available choices"),
    ],
)
def test_a_wish_that_will_not_do_is_refused_beside_its_field(
    as_: Callable[[str], Client], cast: SimpleNamespace, address: str, wish: dict[str, Any], words: str
) -> None:
    sound = {"per_text": "2", "for_all": "0", "reviewer": list(names(cast).values())}
    assert as_("ada").get(address, sound).status_code == 200
    answer = as_("ada").get(address, {**sound, **wish})
    assert answer.status_code == 400
    assert words in answer.content.decode()
    answer = as_("ada").post(address, {**sound, **wish})
    assert answer.status_code == 400
    assert not Assignment.objects.filter(reviewer=cast.cleo).exists()


def test_nobody_chosen_is_everybody_to_look_at_and_nobody_to_give_to(
    as_: Callable[[str], Client], cast: SimpleNamespace, address: str
) -> None:
    page = as_("ada").get(address, {"per_text": "2"}).content.decode()
    assert all(f'value="{name}" checked' in page for name in names(cast).values())
    answer = as_("ada").post(address, {"per_text": "2", "for_all": "0"})
    assert (answer.status_code, "Choose at least one reviewer." in answer.content.decode()) == (400, True)


def test_a_closed_study_gives_nothing_out(as_: Callable[[str], Client], cast: SimpleNamespace, address: str) -> None:
    client = as_("ada")
    fields = hidden_fields(client.get(address).content.decode())
    close_study(actor=cast.ada, study=cast.ben.memberships.get().study)
    assert "Nothing more is given out in it." in client.get(address).content.decode()
    assert client.post(address, fields).status_code == 400
    assert not Assignment.objects.filter(reviewer=cast.cleo).exists()

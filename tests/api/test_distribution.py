"""A distribution by API: forecast, done as forecast, refused in the usual words."""

from types import SimpleNamespace
from typing import Any

import pytest

from annotator.actions.study import add_member
from annotator.models import Assignment

PATH = "studies/harbour/distribution/"


@pytest.fixture
def crew(make_stage: Any, cast: SimpleNamespace) -> dict[str, str]:
    """Pseudonyms in a study over one text, which ben holds and cleo does not."""
    stage = make_stage(reviewers=("ben",))
    add_member(actor=cast.ada, study=stage.study, user=cast.cleo)
    return {who: getattr(cast, who).memberships.get().pseudonym for who in ("ben", "cleo")}


def test_a_forecast_is_done_as_it_was_given(ada, crew, cast, refused):
    shown = ada.get(f"{PATH}?per_text=2").data
    assert (shown["assignments"], shown["texts"], shown["compared"], shown["apart"]) == (1, 1, 1, [])
    assert {each["reviewer"]: each["texts"] for each in shown["loads"]} == dict.fromkeys(crew.values(), 1)
    assert not Assignment.objects.filter(reviewer=cast.cleo).exists()
    assert ada.post(PATH, {"per_text": 2, "digest": shown["digest"]}).data == shown
    assert Assignment.objects.filter(reviewer=cast.cleo).count() == 1
    refused(ada.post(PATH, {"per_text": 2, "digest": shown["digest"]}), 409, "changed")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "per_text"),
        ({"per_text": "2"}, "per_text"),
        ({"per_text": 3}, "per_text"),
        ({"per_text": 2**31}, "per_text"),
        ({"per_text": 2, "for_all": 2}, "for_all"),
        ({"per_text": 2, "for_all": -1}, "for_all"),
        ({"per_text": 2, "reviewers": ["R-NONE1"]}, "reviewers"),
        ({"per_text": 2, "reviewers": []}, "reviewers"),
        ({"per_text": 2, "owner": "me"}, "owner"),
    ],
)
def test_a_wish_that_will_not_do_is_refused_by_field(ada, crew, cast, refused, body, field):
    answer = ada.post(PATH, body)
    refused(answer, 400, "invalid")
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]
    assert not Assignment.objects.filter(reviewer=cast.cleo).exists()

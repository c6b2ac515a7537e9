"""The page of the gold standard: what it tells those who run a study, and asking an adjudicator from it."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from annotator.actions.assignments import assign_revision
from annotator.actions.reclaiming import reclaim_assignments
from annotator.actions.study import add_member, close_study
from annotator.models import Assignment, Membership
from tests.pages.conftest import Page

GOLD = "/studies/harbour/gold/"


def place(user: Any) -> str:
    return Membership.objects.get(study__slug="harbour", user=user).pseudonym


def test_an_adjudicator_is_asked_and_finds_the_text_at_home(
    stage: Any, cast: SimpleNamespace, as_: Callable[[str], Client], submit: Callable[..., None]
) -> None:
    submit("ben")
    ada = as_("ada")
    page = Page(ada.get(GOLD).content.decode())
    assert "1 submitted, 1 open" in page.words
    assert "with nobody yet" in page.words
    fields = {"adjudicator": place(cast.dora), "text": stage.revision.pk}
    answer = ada.post(GOLD, fields, follow=True)
    assert f"1 document given to {place(cast.dora)} to settle." in answer.content.decode()
    assert f"with {place(cast.dora)}" in Page(answer.content.decode()).words
    held = Assignment.objects.gold().get(study=stage.study)
    assert (held.reviewer, held.state) == (cast.dora, "open")
    assert f"/assignments/{held.pk}/adjudicate/" in as_("dora").get("/").content.decode()
    # Asked again with an old page, nothing changes: the text has somebody.
    fields["adjudicator"] = place(cast.ada)
    answer = ada.post(GOLD, fields)
    assert answer.status_code == 409
    assert "This text has an adjudicator already." in answer.content.decode()
    assert Assignment.objects.gold().count() == 1


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"text": "{text}"}, 400, "Choose who is to settle the documents."),
        ({"text": "{text}", "adjudicator": "R-ZZZ9"}, 400, "Choose who is to settle the documents."),
        ({"text": "{text}", "adjudicator": "{ben}"}, 400, "Choose who is to settle the documents."),
        ({"adjudicator": "{dora}"}, 400, "Tick at least one document."),
        ({"adjudicator": "{dora}", "text": "9" * 40}, 400, "Tick at least one document."),
        ({"adjudicator": "{dora}", "text": "x\0"}, 400, "Tick at least one document."),
    ],
)
def test_what_cannot_be_given_is_refused_in_words(
    stage: Any, cast: SimpleNamespace, as_: Callable[[str], Client], fields: Any, status: int, words: str
) -> None:
    known = {"text": str(stage.revision.pk), "dora": place(cast.dora), "ben": place(cast.ben)}
    answer = as_("ada").post(GOLD, {key: value.format(**known) for key, value in fields.items()})
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert not Assignment.objects.gold().exists()


def test_what_the_adjudicator_had_before_is_told_instead_of_giving_nothing(
    stage: Any, cast: SimpleNamespace, as_: Callable[[str], Client]
) -> None:
    had = assign_revision(
        actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.dora, role="adjudicator"
    )
    reclaim_assignments(actor=cast.ada, study=stage.study, ids=[had.pk])
    add_member(actor=cast.ada, study=stage.study, user=cast.ben, role="lead")
    for user, words in ((cast.dora, "Give it back under Open work"), (cast.ben, "was given to")):
        answer = as_("ada").post(GOLD, {"adjudicator": place(user), "text": stage.revision.pk})
        assert (answer.status_code, words in answer.content.decode()) == (400, True)


def test_a_text_taken_back_from_its_adjudicator_can_be_given_to_another(
    stage: Any, cast: SimpleNamespace, as_: Callable[[str], Client]
) -> None:
    had = assign_revision(
        actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.dora, role="adjudicator"
    )
    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="adjudicator")
    ada = as_("ada")

    def on_offer() -> list[Any]:
        fields = Page(ada.get(GOLD).content.decode()).all("input")
        return [field["value"] for field in fields if field.get("name") == "text"]

    assert on_offer() == []
    reclaim_assignments(actor=cast.ada, study=stage.study, ids=[had.pk])
    assert "with nobody yet" in Page(ada.get(GOLD).content.decode()).words
    assert on_offer() == [str(stage.revision.pk)]
    answer = ada.post(GOLD, {"adjudicator": place(cast.eli), "text": stage.revision.pk}, follow=True)
    assert f"with {place(cast.eli)}" in Page(answer.content.decode()).words
    assert on_offer() == []
    held = Assignment.objects.gold().get(study=stage.study, state="open")
    assert held.reviewer == cast.eli


def test_a_closed_study_gives_nothing_out(stage: Any, cast: SimpleNamespace, as_: Callable[[str], Client]) -> None:
    close_study(actor=cast.ada, study=stage.study)
    page = Page(as_("ada").get(GOLD).content.decode())
    assert "Nothing more is given out in it." in page.words
    assert "checkbox" not in {field.get("type") for field in page.all("input")}
    answer = as_("ada").post(GOLD, {"adjudicator": place(cast.dora), "text": stage.revision.pk})
    assert answer.status_code == 409
    assert not Assignment.objects.gold().exists()

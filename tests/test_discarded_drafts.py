"""A draft that was discarded, or a part taken out of one, comes back as it was: by action, page and API."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from annotator.actions.codebook import (
    create_codebook,
    discard_codebook,
    publish_codebook,
    seen_of,
    start_next_version,
    write_part,
)
from annotator.actions.codebooks_restored import discarded_drafts, parts_taken_out, restore_draft, restore_part
from annotator.actions.errors import ConflictError, InvalidError, NotFoundError
from annotator.actions.study import add_member
from annotator.models import Codebook, Event
from annotator.models.descriptions import codebook_info
from annotator.records import LabelInfo
from tests.staging import small_codebook


@pytest.fixture
def discarded(stage: Any, cast: SimpleNamespace) -> SimpleNamespace:
    """The second version of the stage's codebook, begun and discarded by ada: what it held, and the act."""
    draft = start_next_version(actor=cast.ada, codebook=stage.codebook)
    held = codebook_info(draft)
    discard_codebook(actor=cast.ada, codebook=draft)
    assert not Codebook.objects.filter(version=2).exists()
    act = Event.objects.get(kind="codebook", verb="deleted")
    return SimpleNamespace(held=held, act=act.hash)


def sign_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_it_comes_back_with_all_it_held_once(discarded: SimpleNamespace, cast: SimpleNamespace) -> None:
    restored = restore_draft(actor=cast.ada, act=discarded.act)
    assert codebook_info(restored) == discarded.held
    assert [event.verb for event in Event.objects.filter(kind="codebook").order_by("-seq")[:2]] == [
        "restored",
        "created",
    ]
    with pytest.raises(NotFoundError):
        restore_draft(actor=cast.ada, act=discarded.act)
    discard_codebook(actor=cast.ada, codebook=restored)
    assert discarded_drafts(cast.ada).count() == 1, "discarded again, it can come back again"
    assert restore_draft(actor=cast.ada, act=discarded_drafts(cast.ada).get().hash).version == 2


def test_it_takes_the_next_number_where_its_own_is_taken(
    discarded: SimpleNamespace, cast: SimpleNamespace, stage: Any
) -> None:
    publish_codebook(actor=cast.ada, codebook=start_next_version(actor=cast.ada, codebook=stage.codebook))
    restored = restore_draft(actor=cast.ada, act=discarded.act)
    assert codebook_info(restored) == replace(discarded.held, version=3)


def test_a_draft_with_faults_comes_back_with_them(cast: SimpleNamespace) -> None:
    info = replace(small_codebook(), slug="faulty", labels=(), scales=())
    discard_codebook(actor=cast.ada, codebook=create_codebook(actor=cast.ada, info=info))
    restored = restore_draft(actor=cast.ada, act=discarded_drafts(cast.ada).get().hash)
    assert codebook_info(restored) == info


def test_nobody_brings_back_what_another_discarded(
    discarded: SimpleNamespace, cast: SimpleNamespace, stage: Any
) -> None:
    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="lead")
    for user in (cast.eli, cast.ben):
        with pytest.raises(NotFoundError):
            restore_draft(actor=user, act=discarded.act)
        assert sign_in(user).post(f"/codebooks/discarded/{discarded.act}/restore/").status_code == 404
    assert "Discarded drafts" not in sign_in(cast.eli).get("/codebooks/").content.decode()


def test_a_lead_brings_their_own_back_from_the_page(cast: SimpleNamespace, stage: Any) -> None:
    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="lead")
    mine = create_codebook(actor=cast.eli, info=replace(small_codebook(), slug="mine", title="Mine & yours"))
    discard_codebook(actor=cast.eli, codebook=mine)
    client = sign_in(cast.eli)
    page = client.get("/codebooks/").content.decode()
    act = discarded_drafts(cast.eli).get().hash
    assert "Mine &amp; yours" in page
    assert "3 labels, 3 scales" in page
    answer = client.post(f"/codebooks/discarded/{act}/restore/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/codebooks/mine/1/")
    assert "Discarded drafts" not in client.get("/codebooks/").content.decode()
    assert client.get(f"/codebooks/discarded/{act}/restore/").status_code == 405


def test_it_comes_back_over_the_api(discarded: SimpleNamespace, cast: SimpleNamespace) -> None:
    client = sign_in(cast.ada)
    (row,) = client.get("/api/v1/codebooks/discarded/").json()["results"]
    assert (row["act"], row["slug"], row["version"], row["labels"]) == (discarded.act, "small", 2, 3)
    answer = client.post(f"/api/v1/codebooks/discarded/{row['act']}/restore/", {}, content_type="application/json")
    assert (answer.status_code, answer.json()["version"]) == (201, 2)
    again = client.post(f"/api/v1/codebooks/discarded/{row['act']}/restore/", {}, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (404, "not_found")
    assert sign_in(cast.ben).get("/api/v1/codebooks/discarded/").json() == {"results": []}


def test_an_erased_act_brings_nothing_back(discarded: SimpleNamespace, cast: SimpleNamespace) -> None:
    Event.objects.filter(hash=discarded.act).update(before=None)
    assert not discarded_drafts(cast.ada).exists()


@pytest.fixture
def draft(stage: Any, cast: SimpleNamespace) -> Codebook:
    """The second version of the stage's codebook, begun by ada."""
    return start_next_version(actor=cast.ada, codebook=stage.codebook)


def take_out(actor: Any, draft: Codebook, kind: str, code: str) -> Any:
    """Take a part out as its page does; return what it was."""
    info = codebook_info(Codebook.objects.get(pk=draft.pk))
    part = next(each for each in (info.labels if kind == "label" else info.scales) if each.code == code)
    write_part(actor=actor, codebook=draft, part=None, kind=kind, code=code, seen=seen_of(part))
    return part


def now(draft: Codebook) -> Any:
    return codebook_info(Codebook.objects.get(pk=draft.pk))


def test_a_label_taken_out_is_put_back_behind_the_others(draft: Codebook, cast: SimpleNamespace) -> None:
    assert parts_taken_out(draft, cast.ada) == []
    fact = take_out(cast.ada, draft, "label", "fact")
    assert [(each.kind, each.part, each.name) for each in parts_taken_out(draft, cast.ada)] == [("label", fact, "Fact")]
    restore_part(actor=cast.ada, codebook=draft, kind="label", code="fact")
    labels = {each.code: each for each in now(draft).labels}
    assert labels["fact"] == replace(fact, position=4)
    assert max(labels.values(), key=lambda each: each.position).code == "fact"
    assert parts_taken_out(draft, cast.ada) == []
    with pytest.raises(NotFoundError):
        restore_part(actor=cast.ada, codebook=draft, kind="label", code="fact")


def test_a_key_that_another_label_has_by_now_is_left_out(draft: Codebook, cast: SimpleNamespace) -> None:
    take_out(cast.ada, draft, "label", "fact")
    new = LabelInfo("claim", "Claim", "Said.", shortcut="1", position=4, colour_light="#0b6bb0", colour_dark="#6db9f2")
    write_part(actor=cast.ada, codebook=draft, part=new, kind="label")
    restore_part(actor=cast.ada, codebook=draft, kind="label", code="fact")
    assert {each.code: each.shortcut for each in now(draft).labels if each.code in ("fact", "claim")} == {
        "claim": "1",
        "fact": "",
    }


def test_a_scale_is_put_back_with_its_points_and_the_labels_that_are_there(
    draft: Codebook, cast: SimpleNamespace
) -> None:
    slant, basis = take_out(cast.ada, draft, "scale", "slant"), take_out(cast.ada, draft, "scale", "basis")
    take_out(cast.ada, draft, "label", "fact")
    take_out(cast.ada, draft, "label", "ai")
    restore_part(actor=cast.ada, codebook=draft, kind="scale", code="slant")
    restored = next(each for each in now(draft).scales if each.code == "slant")
    assert restored == replace(slant, labels=("opinion",), position=restored.position)
    with pytest.raises(InvalidError):
        restore_part(actor=cast.ada, codebook=draft, kind="scale", code="basis")
    restore_part(actor=cast.ada, codebook=draft, kind="label", code="ai")
    restore_part(actor=cast.ada, codebook=draft, kind="scale", code="basis")
    assert next(each for each in now(draft).scales if each.code == "basis").points == basis.points


def test_a_published_codebook_takes_nothing_back(draft: Codebook, cast: SimpleNamespace) -> None:
    take_out(cast.ada, draft, "scale", "credibility")
    publish_codebook(actor=cast.ada, codebook=draft)
    with pytest.raises(ConflictError) as refused:
        restore_part(actor=cast.ada, codebook=draft, kind="scale", code="credibility")
    assert refused.value.code == "frozen"


def test_parts_are_put_back_from_the_page_and_over_the_api(draft: Codebook, cast: SimpleNamespace) -> None:
    take_out(cast.ada, draft, "scale", "credibility")
    client, edit = sign_in(cast.ada), "/codebooks/small/2/edit/"
    assert "How credible?" in client.get(edit).content.decode()
    for wrong in ({}, {"kind": "label", "code": "credibility"}, {"kind": "point", "code": "x"}):
        assert client.post(f"{edit}restore/", wrong).status_code == 404
    answer = client.post(f"{edit}restore/", {"kind": "scale", "code": "credibility"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{edit}scale/credibility/")
    take_out(cast.ada, draft, "scale", "credibility")
    api = "/api/v1/codebooks/small/2/taken-out/"
    (row,) = client.get(api).json()["results"]
    assert (row["kind"], row["code"], row["name"]) == ("scale", "credibility", "How credible?")
    sent = {"kind": "scale", "code": "credibility"}
    assert client.post(api, sent, content_type="application/json").status_code == 200
    assert client.post(api, sent, content_type="application/json").status_code == 404
    assert client.get(api).json() == {"results": []}
    assert sign_in(cast.ben).get(api).status_code == 404

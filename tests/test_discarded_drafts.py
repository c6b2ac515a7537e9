"""A draft that was discarded comes back as it was: by its action, its page and the API; nobody else's does."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from annotator.actions.codebook import create_codebook, discard_codebook, publish_codebook, start_next_version
from annotator.actions.codebooks_restored import discarded_drafts, restore_draft
from annotator.actions.errors import NotFoundError
from annotator.actions.study import add_member
from annotator.models import Codebook, Event
from annotator.models.descriptions import codebook_info
from tests.conftest import small_codebook


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

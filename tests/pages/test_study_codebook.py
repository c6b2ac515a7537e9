"""The page on which a lead reads a study with another version of its codebook, and takes it back."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from tests.pages.conftest import Page
from tests.queries.test_merges import merged


def test_a_lead_sees_what_is_read_how_and_takes_the_version_and_the_former_one_again(
    stage: Any, marked: None, cast: Any, as_: Callable[[str], Client]
) -> None:
    merged(stage, cast.ada)
    client, path = as_("ada"), "/studies/harbour/codebook/"
    assert 'href="/studies/harbour/codebook/"' in client.get("/studies/harbour/").content.decode()
    words = " ".join(Page(client.get(f"{path}?version=2").content.decode()).words.split())
    assert "are read as something else than was chosen" in words
    assert "Opinion opinionv1Claim merged" in words
    answer = client.post(path, {"version": "2", "seen": "1"}, follow=True)
    assert "The study is read with version 2 from now on." in answer.content.decode()
    assert client.post(path, {"version": "1", "seen": "1"}).status_code == 412
    assert client.post(path, {"version": "99", "seen": "2"}).status_code == 400
    assert client.post(path, {"version": "1", "seen": "2"}).status_code == 302
    stage.study.refresh_from_db()
    assert stage.study.codebook == stage.codebook


def test_odd_versions_in_the_address_fall_back(stage: Any, as_: Callable[[str], Client]) -> None:
    for version in ("", "x", "-1", "9" * 400):
        assert as_("ada").get(f"/studies/harbour/codebook/?version={version}").status_code == 200

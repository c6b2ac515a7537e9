"""The discussion of a text on its pages: only after the reveal, in pseudonyms, whole without scripts."""

import pytest

from annotator.ids import uuid7
from annotator.models import Comment
from tests.access.test_blind import CHANGING
from tests.pages.conftest import FERRY

URL = "/studies/harbour/documents/harbour-text/discussion/"
DOCUMENT = "/studies/harbour/documents/harbour-text/"


@pytest.fixture
def shown(marked, reveal):
    """Ben and cleo see each other's work."""
    reveal("ben", "cleo")


@pytest.fixture
def opened(stage):
    """Where a new thread about the ferry is written, and what its form sends."""
    start, end = stage.span(FERRY)
    sent = {"act": "open", "id": str(uuid7()), "start": start, "end": end, "words": "<b>Why</b> fact?\r\nReally."}
    return f"{URL}?start={start}&end={end}", sent


def test_a_thread_is_reached_from_its_place_and_written(read, as_, shown, opened, stage, cast):
    address, sent = opened
    page = read("ben", DOCUMENT)
    assert "Discuss about place" in " ".join(page.words.split())
    assert FERRY in read("ben", address).words
    answer = as_("ben").post(address, sent)
    assert (answer.status_code, answer["Location"].endswith(f"#comment-{sent['id']}")) == (302, True)
    assert as_("ben").post(address, sent).status_code == 302, "sent twice it is one comment"
    assert Comment.objects.get().words == "<b>Why</b> fact?\nReally."
    page = read("cleo", URL)
    assert "<b>Why</b>" not in page.markup
    assert stage.study.memberships.get(user=cast.ben).pseudonym in page.words
    assert ">ben<" not in page.markup
    reply = {"act": "answer", "id": str(uuid7()), "thread": sent["id"], "words": "Counted."}
    assert as_("cleo").post(URL, reply).status_code == 302
    words = " ".join(read("ben", DOCUMENT).words.split())
    assert "2 comments about place" in words
    assert "Discussion, 1 thread" in words


def test_history_tells_that_something_was_said_and_not_what(read, as_, shown, opened):
    address, sent = opened
    as_("ben").post(address, sent)
    as_("ben").post(URL, {"act": "edit", "id": sent["id"], "version": "1", "words": "Edited."})
    for page in ("/studies/harbour/history/", f"{DOCUMENT}history/"):
        words = " ".join(read("ben", page).words.split())
        assert f"said something about “{FERRY}”" in words or f"said something about {FERRY}" in words, page
        assert "edited a comment on" in words
        assert "Really." not in words
        assert "Edited." not in words


def test_ones_own_is_edited_deleted_and_restored(read, as_, shown, opened):
    address, sent = opened
    as_("ben").post(address, sent)
    edit = {"act": "edit", "id": sent["id"], "version": "1", "words": "Edited."}
    assert as_("ben").post(URL, edit).status_code == 302
    assert as_("ben").post(URL, {**edit, "words": "Late."}).status_code == 412
    assert "Edited 1 time" in read("cleo", URL).words
    delete = {"act": "delete", "id": sent["id"], "version": "2"}
    assert as_("cleo").post(URL, delete).status_code == 404
    assert as_("ben").post(URL, delete).status_code == 302
    assert "Edited." not in read("cleo", URL).words
    assert "Deleted by its author." in read("cleo", URL).words
    assert "only you see what it said" in read("ben", URL).words
    late = as_("ben").post(URL, {**edit, "words": "Typed elsewhere."})
    assert late.status_code == 410
    assert "Typed elsewhere." in late.content.decode(), "what was typed in another window is not lost"
    assert as_("ben").post(URL, {"act": "restore", "id": sent["id"]}).status_code == 302
    assert "Edited." in read("cleo", URL).words


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"words": ""}, 400),
        ({"words": " "}, 400),
        ({"words": "x" * 10_001}, 400),
        ({"act": "shout"}, 400),
        ({"act": "answer"}, 400),
        ({"act": "answer", "thread": "x"}, 400),
        ({"id": "x"}, 400),
        ({"start": ""}, 400),
        ({"end": "99999"}, 400),
        ({"start": "9" * 30}, 400),
        ({"act": "edit"}, 404),
        ({"act": "delete"}, 404),
    ],
)
def test_odd_forms_are_refused_and_what_was_typed_stays(as_, shown, opened, changes, status):
    address, sent = opened
    answer = as_("ben").post(address, {**sent, **changes})
    assert answer.status_code == status
    assert not Comment.objects.exists()
    if status == 400 and changes.keys() & {"end", "start"}:
        assert "Really." in answer.content.decode()


@pytest.mark.parametrize(
    "query", ["start=x&end=1", "start=5&end=2", "start=0&end=999999", "start=٣&end=9", "revision=x"]
)
def test_an_odd_stretch_begins_no_thread(read, shown, query):
    page = read("ben", f"{URL}?{query}")
    assert "New thread" not in page.words
    assert "Nobody has said anything yet" in page.words


def test_before_the_reveal_everything_is_the_same_byte_for_byte_whatever_is_said(read, as_, marked, reveal, opened):
    address, sent = opened
    pages = (URL, DOCUMENT, "/studies/harbour/", "/", "/api/v1/comments/", "/api/v1/studies/harbour/events/")
    pages += ("/api/v1/studies/harbour/export/jsonl/", f"/api/v1/comments/{sent['id']}/", address)

    def told():
        answers = [as_("cleo").get(page) for page in pages]
        return [CHANGING.sub(b"", b"".join(each) if each.streaming else each.content) for each in answers]

    reveal("ben")
    before = told()
    assert as_("ada").post(address, sent).status_code == 302
    reply = {**sent, "act": "answer", "thread": sent["id"], "id": str(uuid7())}
    assert as_("ben").post(URL, reply).status_code == 302
    assert told() == before
    assert "work is not shown" in before[0].decode()
    assert as_("cleo").post(address, {**sent, "id": str(uuid7())}).status_code == 404
    read("eli", URL, 404)

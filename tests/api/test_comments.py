"""Discussions by API: the same door as others' work, and every act of the page."""

import pytest

from annotator.actions.assignments import reveal_assignment, submit_assignment
from annotator.ids import uuid7

WORDS = "The ferry carried 1,200 people in May."


@pytest.fixture
def revealed(cast, stage, mark):
    """Ben and cleo have submitted; ben has revealed, cleo has not."""
    for name in ("ben", "cleo"):
        mark(name, WORDS, "fact")
        submit_assignment(actor=getattr(cast, name), assignment_id=stage.assignments[name].pk, accept_gaps=True)
    reveal_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk)


@pytest.fixture
def body(stage):
    """A new thread on the ferry."""
    start, end = stage.span(WORDS)
    place = {"study": "harbour", "document": "harbour-text", "revision": 1, "start": start, "end": end}
    return {**place, "words": " Why fact?\n"}


def test_a_thread_is_opened_answered_edited_deleted_and_restored(ben, dora, body, revealed, stage, cast, refused):
    path = f"comments/{uuid7()}/"
    refused(ben.put(path, body), 428, "if_match")
    made = ben.put(path, body, if_none_match="*")
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    assert {key: made.data[key] for key in body} == body
    assert (made.data["own"], made.data["thread"], made.data["versions"]) == (True, None, [])
    assert made.data["author"] == stage.study.memberships.get(user=cast.ben).pseudonym
    assert ben.put(path, body, if_none_match="*").data == made.data
    assert ben.get(path, if_none_match='"1"').status_code == 304
    answer = dora.put(f"comments/{uuid7()}/", {"thread": made.data["id"], "words": "Counted."}, if_none_match="*")
    assert (answer.status_code, answer.data["thread"]) == (201, made.data["id"])
    refused(dora.put(path, {"words": "Mine."}, if_match='"1"'), 404, "not_found")
    stale = ben.put(path, {"words": "Other."}, if_match='"7"')
    refused(stale, 412, "stale")
    assert stale.data["current"] == made.data
    edited = ben.put(path, {"words": "Edited."}, if_match='"1"')
    assert (edited.data["words"], [each["words"] for each in edited.data["versions"]]) == ("Edited.", [body["words"]])
    refused(ben.delete(path), 428, "if_match")
    assert ben.delete(path, if_match='"2"').status_code == 204
    assert ben.delete(path, if_match='"2"').status_code == 204
    gone = dora.get(path).data
    assert (gone["words"], gone["versions"], gone["deleted_at"] is None) == ("", [], False)
    assert ben.get(path).data["words"] == "Edited."
    refused(ben.put(path, {"words": "Again."}, if_match='"3"'), 410, "deleted")
    refused(dora.post(f"{path}restore/"), 404, "not_found")
    assert ben.post(f"{path}restore/").data["deleted_at"] is None
    listed = dora.get(f"comments/?thread={made.data['id']}").data["results"]
    assert [row["words"] for row in listed] == ["Counted."]


def test_comments_are_listed_and_filtered(ben, body, revealed):
    for _ in range(3):
        ben.put(f"comments/{uuid7()}/", body, if_none_match="*")
    page = ben.get("comments/?limit=2").data
    assert len(page["results"]) == 2
    assert len(ben.get(f"comments/?after={page['next']}").data["results"]) == 1
    for query, number in {"study=harbour": 3, "study=x": 0, "document=harbour-text": 3, "document=x": 0}.items():
        assert len(ben.get(f"comments/?{query}").data["results"]) == number, query


def test_what_does_not_fit_is_refused_in_words(ben, body, revealed, refused):
    def put(**changes):
        sent = {key: value for key, value in {**body, **changes}.items() if value is not None}
        return ben.put(f"comments/{uuid7()}/", sent, if_none_match="*")

    for changes, field in [
        ({"words": ""}, "words"),
        ({"words": 3}, "words"),
        ({"words": None}, "words"),
        ({"words": "x" * 10_001}, "words"),
        ({"start": "0"}, "start"),
        ({"start": None}, "start"),
        ({"revision": True}, "revision"),
        ({"annotation": str(uuid7())}, "annotation"),
        ({"thread": str(uuid7())}, "study"),
        ({"author": "ben"}, "author"),
    ]:
        answer = put(**changes)
        refused(answer, 400, "invalid")
        assert field in {fault["field"] for fault in answer.data["errors"]}, changes
    refused(put(start=-1), 400, "span")
    refused(put(end=10**6), 400, "span")
    refused(put(words="\x00"), 400, "bad_text")
    for changes in ({"study": "x"}, {"document": "x"}, {"revision": 9}):
        refused(put(**changes), 404, "not_found")
    for sent in ({"words": "Where?"}, {"words": "So.", "thread": str(uuid7())}):
        refused(ben.put(f"comments/{uuid7()}/", sent, if_none_match="*"), 400, "invalid")
    assert ben.get("comments/").data["results"] == []


def test_before_the_reveal_a_comment_is_as_one_that_is_not_there(ben, cleo, eli, body, revealed, refused):
    made = ben.put(f"comments/{uuid7()}/", body, if_none_match="*").data
    for caller in (cleo, eli):
        there, nowhere = (caller.get(f"comments/{key}/") for key in (made["id"], uuid7()))
        refused(there, 404, "not_found")
        assert {**there.data, "request_id": 0} == {**nowhere.data, "request_id": 0}
        assert caller.get("comments/").data["results"] == []
        refused(caller.put(f"comments/{uuid7()}/", body, if_none_match="*"), 404, "not_found")
        for thread in (made["id"], str(uuid7())):
            said = caller.put(f"comments/{uuid7()}/", {"thread": thread, "words": "So."}, if_none_match="*")
            refused(said, 400, "invalid")

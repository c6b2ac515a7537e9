"""Ratings of a whole document over HTTP: one for each scale, versioned, with evidence."""

import pytest

from annotator.ids import uuid7
from annotator.models import Rating

WORDS = "The ferry carried 1,200 people in May."


@pytest.fixture
def path(stage):
    return f"assignments/{stage.assignments['ben'].pk}/ratings/credibility/"


def test_rating_is_created_changed_and_cleared(ben, path, refused):
    created = ben.put(path, {"point": 2}, if_none_match="*")
    assert (created.status_code, created.headers["ETag"]) == (201, '"1"')
    assert created.data == {"scale": "credibility", "point": 2, "evidence": [], "version": 1}
    changed = ben.put(path, {"point": 3}, if_match='"1"')
    assert (changed.status_code, changed.headers["ETag"], changed.data["point"]) == (200, '"2"', 3)
    assert ben.get(path).data == changed.data
    assert ben.delete(path, if_match='"2"').status_code == 204
    refused(ben.get(path), 404, "not_found")


def test_same_rating_sent_again_gives_the_same_row(ben, path):
    assert ben.put(path, {"point": 2}, if_none_match="*").status_code == 201
    again = ben.put(path, {"point": 2}, if_none_match="*")
    assert (again.status_code, again.headers["ETag"]) == (200, '"1"')
    assert Rating.objects.count() == 1


def test_second_creation_with_another_point_is_different(ben, path, refused):
    ben.put(path, {"point": 2}, if_none_match="*")
    response = ben.put(path, {"point": 3}, if_none_match="*")
    refused(response, 409, "different")
    assert response.data["current"]["point"] == 2


def test_stale_change_is_shown_the_rating_as_it_is(ben, path, refused):
    ben.put(path, {"point": 2}, if_none_match="*")
    ben.put(path, {"point": 3}, if_match='"1"')
    response = ben.put(path, {"point": 4}, if_match='"1"')
    refused(response, 412, "stale")
    assert response.data["current"] == {"scale": "credibility", "point": 3, "evidence": [], "version": 2}
    refused(ben.delete(path, if_match='"1"'), 412, "stale")
    refused(ben.put(path, {"point": 4}, if_match="2"), 412, "stale")


def test_old_version_never_fits_a_rating_that_was_cleared_and_given_again(ben, path, refused):
    ben.put(path, {"point": 2}, if_none_match="*")
    ben.delete(path, if_match='"1"')
    assert ben.put(path, {"point": 3}, if_none_match="*").headers["ETag"] == '"2"'
    refused(ben.put(path, {"point": 4}, if_match='"1"'), 412, "stale")


def test_clearing_what_is_not_there_is_no_fault(ben, path):
    assert ben.delete(path, if_match='"1"').status_code == 204
    assert ben.delete(path).status_code == 204


def test_write_without_a_precondition_is_answered_428(ben, path, refused):
    refused(ben.put(path, {"point": 2}), 428, "if_match")
    ben.put(path, {"point": 2}, if_none_match="*")
    refused(ben.delete(path), 428, "if_match")


def test_evidence_names_own_passages_of_the_same_assignment(ben, cleo, path, passage, refused):
    mine, theirs = uuid7(), uuid7()
    ben.put(f"annotations/{mine}/", passage(WORDS), if_none_match="*")
    cleo.put(f"annotations/{theirs}/", passage(WORDS, who="cleo"), if_none_match="*")
    for strange in (theirs, uuid7()):
        response = ben.put(path, {"point": 2, "evidence": [str(mine), str(strange)]}, if_none_match="*")
        refused(response, 400, "invalid")
        assert response.data["errors"][0]["field"] == "evidence.1"
    assert ben.put(path, {"point": 2, "evidence": [str(mine)]}, if_none_match="*").data["evidence"] == [str(mine)]


def test_list_holds_the_ratings_of_the_assignment(ben, path):
    above = path.removesuffix("credibility/")
    assert ben.get(above).data == {"results": []}
    created = ben.put(path, {"point": 2}, if_none_match="*")
    assert ben.get(above).data == {"results": [created.data]}


def test_known_version_is_answered_304(ben, path):
    ben.put(path, {"point": 2}, if_none_match="*")
    assert ben.get(path, if_none_match='"1"').status_code == 304


def test_passage_scale_and_unknown_scale_have_no_address(ben, path, refused):
    for scale in ("slant", "nothing", "x" * 101, "%00"):
        response = ben.put(path.replace("credibility", scale), {"point": 2}, if_none_match="*")
        assert response.status_code in (400, 404)
    refused(ben.put(path.replace("credibility", "slant"), {"point": 1}, if_none_match="*"), 404, "not_found")
    assert not Rating.objects.exists()

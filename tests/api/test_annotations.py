"""Annotations over HTTP: create, edit, delete, restore, list; sent twice, and by two windows at once."""

from annotator.ids import uuid7
from annotator.models import Annotation, Event

WORDS = "The ferry carried 1,200 people in May."
PERSIAN = "کشتی دیروز آمد."


def test_created_passage_is_answered_201_with_its_version(ben, passage):
    annotation_id = uuid7()
    response = ben.put(f"annotations/{annotation_id}/", passage(WORDS), if_none_match="*")
    assert response.status_code == 201, response.content
    assert response.headers["ETag"] == '"1"'
    assert response.data["id"] == str(annotation_id)
    assert response.data["quote"] == WORDS
    assert response.data["version"] == 1


def test_offsets_count_code_points_and_utf16_is_answered_beside_them(ben, passage, stage):
    response = ben.put(f"annotations/{uuid7()}/", passage(PERSIAN), if_none_match="*")
    start, end = response.data["start"], response.data["end"]
    assert stage.revision.text[start:end] == PERSIAN
    before = stage.revision.text[:start].encode("utf-16-le")
    assert response.data["start_utf16"] == len(before) // 2 == start + 1  # one emoji stands before
    assert response.data["end_utf16"] == end + 1


def test_note_comes_back_letter_for_letter(ben, passage):
    note = "  \t<b>e\u0301\u0085\u2028\u202e\U0001f9e0\r\n "
    path = f"annotations/{uuid7()}/"
    ben.put(path, passage(WORDS, note=note), if_none_match="*")
    assert ben.get(path).data["note"] == note


def test_ratings_are_saved_with_the_passage(ben, passage):
    ratings = [{"scale": "slant", "point": -2}]
    response = ben.put(f"annotations/{uuid7()}/", passage(WORDS, ratings=ratings), if_none_match="*")
    assert response.data["ratings"] == ratings


def test_edit_left_without_ratings_keeps_those_still_asked(ben, passage):
    path = f"annotations/{uuid7()}/"
    ben.put(path, passage(WORDS, ratings=[{"scale": "slant", "point": 1}]), if_none_match="*")
    body = passage(WORDS, "opinion")
    del body["ratings"]
    response = ben.put(path, body, if_match='"1"')
    assert (response.status_code, response.data["ratings"]) == (200, [{"scale": "slant", "point": 1}])


def test_same_create_sent_again_gives_the_same_row(ben, passage):
    path = f"annotations/{uuid7()}/"
    first = ben.put(path, passage(WORDS), if_none_match="*")
    second = ben.put(path, passage(WORDS), if_none_match="*")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.data == second.data
    assert Annotation.objects.count() == 1


def test_replay_of_a_create_that_was_edited_since_gives_the_row_as_it_is(ben, passage):
    path = f"annotations/{uuid7()}/"
    ben.put(path, passage(WORDS), if_none_match="*")
    ben.put(path, passage(WORDS, note="edited"), if_match='"1"')
    response = ben.put(path, passage(WORDS), if_none_match="*")
    assert (response.status_code, response.data["note"]) == (200, "edited")


def test_same_id_with_other_content_is_different(ben, passage, refused):
    path = f"annotations/{uuid7()}/"
    ben.put(path, passage(WORDS), if_none_match="*")
    response = ben.put(path, passage(PERSIAN), if_none_match="*")
    refused(response, 409, "different")
    assert response.data["current"]["quote"] == WORDS


def test_id_of_another_reviewer_is_taken_and_names_nobody(ben, cleo, passage, refused):
    path = f"annotations/{uuid7()}/"
    ben.put(path, passage(WORDS), if_none_match="*")
    response = cleo.put(path, passage(WORDS, who="cleo"), if_none_match="*")
    refused(response, 409, "id_taken")
    assert "current" not in response.data
    assert "ben" not in response.content.decode()


def test_edit_counts_the_version_up(ben, passage):
    path = f"annotations/{uuid7()}/"
    ben.put(path, passage(WORDS), if_none_match="*")
    response = ben.put(path, passage(WORDS, note="now"), if_match='"1"')
    assert (response.status_code, response.headers["ETag"], response.data["note"]) == (200, '"2"', "now")


def test_stale_edit_is_shown_the_row_as_it_is(ben, passage, refused):
    path = f"annotations/{uuid7()}/"
    ben.put(path, passage(WORDS), if_none_match="*")
    ben.put(path, passage(WORDS, note="first"), if_match='"1"')
    response = ben.put(path, passage(WORDS, note="second"), if_match='"1"')
    refused(response, 412, "stale")
    assert response.data["current"] == ben.get(path).data
    assert response.data["current"]["note"] == "first"


def test_edit_whose_answer_was_lost_is_answered_200_when_sent_again(ben, passage):
    path = f"annotations/{uuid7()}/"
    ben.put(path, passage(WORDS), if_none_match="*")
    ben.put(path, passage(WORDS, note="first"), if_match='"1"')
    again = ben.put(path, passage(WORDS, note="first"), if_match='"1"')
    assert (again.status_code, again.headers["ETag"]) == (200, '"2"')


def test_write_without_a_precondition_is_answered_428(ben, passage, refused):
    path = f"annotations/{uuid7()}/"
    refused(ben.put(path, passage(WORDS)), 428, "if_match")
    ben.put(path, passage(WORDS), if_none_match="*")
    refused(ben.put(path, passage(WORDS, note="x")), 428, "if_match")
    refused(ben.delete(path), 428, "if_match")


def test_if_match_is_read_as_a_list_a_star_or_weakened_by_a_proxy(ben, passage):
    path = f"annotations/{uuid7()}/"
    ben.put(path, passage(WORDS), if_none_match="*")
    for version, header in enumerate(('"1"', '"7", "2"', "*", 'W/"4"'), start=2):
        response = ben.put(path, passage(WORDS, note=header), if_match=header)
        assert (response.status_code, response.data["version"]) == (200, version), header


def test_if_match_that_cannot_be_read_meets_no_row(ben, passage, refused):
    path = f"annotations/{uuid7()}/"
    ben.put(path, passage(WORDS), if_none_match="*")
    for header in ("1", "", '"one"', '"1', '"1" "2"', '"1",', '"99999999999999999999"', "**"):
        refused(ben.put(path, passage(WORDS, note="x"), if_match=header), 412, "stale")
        refused(ben.delete(path, if_match=header), 412, "stale")


def test_if_none_match_other_than_a_star_is_no_creation(ben, passage, refused):
    path = f"annotations/{uuid7()}/"
    refused(ben.put(path, passage(WORDS), if_none_match='"1"'), 400, "invalid")
    refused(ben.put(path, passage(WORDS), if_none_match="*", if_match='"1"'), 400, "invalid")
    assert not Annotation.objects.exists()


def test_deleted_passage_is_gone_and_deleting_it_again_is_no_fault(ben, passage, refused):
    path = f"annotations/{uuid7()}/"
    ben.put(path, passage(WORDS), if_none_match="*")
    assert ben.delete(path, if_match='"1"').status_code == 204
    assert ben.delete(path, if_match='"1"').status_code == 204
    refused(ben.get(path), 410, "deleted")
    refused(ben.put(path, passage(WORDS), if_none_match="*"), 410, "deleted")
    refused(ben.put(path, passage(WORDS), if_match='"2"'), 410, "deleted")
    assert ben.get("annotations/").data["results"] == []


def test_stale_delete_is_refused(ben, passage, refused):
    path = f"annotations/{uuid7()}/"
    ben.put(path, passage(WORDS), if_none_match="*")
    ben.put(path, passage(WORDS, note="x"), if_match='"1"')
    refused(ben.delete(path, if_match='"1"'), 412, "stale")
    assert ben.get(path).status_code == 200


def test_restored_passage_has_its_ratings_again(ben, passage):
    path = f"annotations/{uuid7()}/"
    created = ben.put(path, passage(WORDS, ratings=[{"scale": "slant", "point": 2}]), if_none_match="*")
    ben.delete(path, if_match='"1"')
    response = ben.post(f"{path}restore/")
    assert (response.status_code, response.headers["ETag"]) == (200, '"3"')
    assert response.data["ratings"] == created.data["ratings"]
    assert ben.get(path).data == response.data


def test_restore_refuses_where_the_same_label_was_set_again(ben, passage, refused):
    path = f"annotations/{uuid7()}/"
    ben.put(path, passage(WORDS), if_none_match="*")
    ben.delete(path, if_match='"1"')
    ben.put(f"annotations/{uuid7()}/", passage(WORDS), if_none_match="*")
    refused(ben.post(f"{path}restore/"), 409, "overlap")


def test_known_version_is_answered_304(ben, passage):
    path = f"annotations/{uuid7()}/"
    ben.put(path, passage(WORDS), if_none_match="*")
    response = ben.get(path, if_none_match='"1"')
    assert (response.status_code, response.content, response.headers["ETag"]) == (304, b"", '"1"')
    assert ben.get(path, if_none_match='"2"').status_code == 200


def test_every_write_leaves_one_event(ben, passage):
    path = f"annotations/{uuid7()}/"
    ben.put(path, passage(WORDS), if_none_match="*")
    ben.put(path, passage(WORDS, note="x"), if_match='"1"')
    ben.delete(path, if_match='"2"')
    ben.post(f"{path}restore/")
    verbs = Event.objects.filter(kind="annotation").order_by("seq").values_list("verb", flat=True)
    assert list(verbs) == ["created", "changed", "deleted", "restored"]


def test_passage_of_another_answers_as_one_that_is_not_there(ben, cleo, passage, refused):
    mine, unknown = f"annotations/{uuid7()}/", f"annotations/{uuid7()}/"
    ben.put(mine, passage(WORDS), if_none_match="*")
    edit = passage(WORDS, who="cleo", note="x")
    for act in (
        lambda path: cleo.get(path),
        lambda path: cleo.put(path, edit, if_match='"1"'),
        lambda path: cleo.delete(path, if_match='"1"'),
        lambda path: cleo.post(f"{path}restore/"),
    ):
        theirs, none = act(mine), act(unknown)
        refused(theirs, 404, "not_found")
        for answer in (theirs, none):
            del answer.data["request_id"]
        assert theirs.data == none.data
    assert cleo.send("HEAD", mine).status_code == cleo.send("HEAD", unknown).status_code == 404


def test_list_shows_only_what_the_viewer_may_see(ben, cleo, dora, passage):
    ben.put(f"annotations/{uuid7()}/", passage(WORDS), if_none_match="*")
    assert len(ben.get("annotations/").data["results"]) == 1
    assert cleo.get("annotations/").data == dora.get("annotations/").data == {"results": [], "next": None}


def test_list_filters_by_assignment_study_document_and_label(ben, passage, stage):
    ben.put(f"annotations/{uuid7()}/", passage(WORDS), if_none_match="*")
    ben.put(f"annotations/{uuid7()}/", passage(PERSIAN, "opinion"), if_none_match="*")
    found = {
        "": 2,
        "?label=fact": 1,
        "?label=nothing": 0,
        "?study=harbour": 2,
        "?study=other": 0,
        "?document=harbour-text&label=opinion": 1,
        f"?assignment={stage.assignments['ben'].pk}": 2,
        f"?assignment={stage.assignments['cleo'].pk}": 0,
    }
    for query, number in found.items():
        assert len(ben.get(f"annotations/{query}").data["results"]) == number, query


def test_list_is_read_page_by_page_by_the_last_id(ben, passage, stage):
    words = ["Harbour", "news", "ferry", "carried", "people"]
    for word in words:
        ben.put(f"annotations/{uuid7()}/", passage(word), if_none_match="*")
    seen, after = [], ""
    while after is not None:
        page = ben.get(f"annotations/?limit=2{after and f'&after={after}'}").data
        seen += [row["quote"] for row in page["results"]]
        after = page["next"]
    assert seen == words


def test_list_asks_a_fixed_number_of_queries(ben, passage, django_assert_num_queries):
    for word in ("Harbour", "news", "ferry"):
        ben.put(f"annotations/{uuid7()}/", passage(word, ratings=[{"scale": "slant", "point": 0}]), if_none_match="*")
    ben.get("annotations/")
    with django_assert_num_queries(7):  # session, user, passages, ratings, scales, points, texts
        assert len(ben.get("annotations/?limit=1").data["results"]) == 1
    with django_assert_num_queries(7):
        assert len(ben.get("annotations/").data["results"]) == 3


def test_list_refuses_bad_and_unknown_parameters(ben, refused):
    for query in ("limit=0", "limit=1001", "limit=x", "limit=1.5", f"limit={10**30}", "after=x", "assignment=1"):
        refused(ben.get(f"annotations/?{query}"), 400, "invalid")
    for query in ("assignment__reviewer__password=a", "ordering=note", "offset=3", "format=html"):
        refused(ben.get(f"annotations/?{query}"), 400, "unknown_parameter")
    refused(ben.get("annotations/?limit=1&limit=2"), 400, "invalid")


def test_bad_id_in_the_address_is_not_found(ben, refused):
    for path in ("annotations/1/", "annotations/x/", f"annotations/{'0' * 400}/", "annotations/%E2%80%AE/"):
        refused(ben.get(path), 404, "not_found")


def test_token_with_scope_write_writes_without_csrf(by_token, passage):
    program = by_token("ben")
    assert program.put(f"annotations/{uuid7()}/", passage(WORDS), if_none_match="*").status_code == 201


def test_token_with_scope_read_reads_and_does_not_write(by_token, passage, ben, refused):
    path = f"annotations/{uuid7()}/"
    ben.put(path, passage(WORDS), if_none_match="*")
    program = by_token("ben", "read")
    assert program.get(path).status_code == 200
    refused(program.put(path, passage(WORDS, note="x"), if_match='"1"'), 403, "forbidden")
    refused(program.delete(path, if_match='"1"'), 403, "forbidden")
    refused(program.post(f"{path}restore/"), 403, "forbidden")


def test_session_without_the_csrf_token_does_not_write(ben, passage, refused):
    ben.csrf = False
    refused(ben.put(f"annotations/{uuid7()}/", passage(WORDS), if_none_match="*"), 403, "csrf")
    assert not Annotation.objects.exists()

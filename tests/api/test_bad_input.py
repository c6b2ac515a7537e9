"""Directed bad input at every address that writes: the exact refusal, and afterwards nothing has changed.

Every set-up sends the good request first, so that no refusal passes for the wrong reason.
"""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps

from annotator.actions.assignments import reveal_assignment, submit_assignment
from annotator.actions.study import close_study
from annotator.ids import uuid7

WORDS = "The ferry carried 1,200 people in May."
EMOJI_LINE = "\U0001f9e0 Parts of this text were made with AI help."
HUGE = int("9" * 400)


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of ours; when a token was last used is no part of anybody's work."""
    models = [*apps.get_app_config("annotator").get_models(), *apps.get_app_config("sources").get_models()]
    found = {model.__name__: list(model.objects.order_by("pk").values()) for model in models}
    for row in found["Token"]:
        del row["last_used_at"]
    return found


@pytest.fixture
def unchanged(refused):
    """A function that sends something, and asserts how it is refused and that no row changed."""

    def check(status: int, code: str, send: Any, *sent: Any, **headers: str) -> Any:
        before = everything()
        response = send(*sent, **headers)
        refused(response, status, code)
        assert everything() == before
        return response

    return check


def with_value(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of the body with another value at a dotted place."""
    copy = json.loads(json.dumps(body))
    place: Any = copy
    *above, last = path.split(".")
    for step in above:
        place = place[int(step) if isinstance(place, list) else step]
    place[int(last) if isinstance(place, list) else last] = value
    return copy


WRONG_TEXT = [None, True, 5, 1.5, [], {}, ["a"], {"a": 1}]
WRONG_WHOLE = [None, True, False, 1.5, 1.0, "1", "", [], {}, 2**31, 2**63, -(2**63), 10**400, 1e300]
WRONG_ID = [None, True, 5, "", "x", "0" * 32, "urn:uuid:" + str(uuid4()), [], {}, "{" + str(uuid4()) + "}", 10**400]
ANNOTATION_FAULTS = [
    *[("label", value, "invalid") for value in [*WRONG_TEXT, "", " fact", "Fact", "nothing", "x" * 61]],
    *[("start", value, "invalid") for value in WRONG_WHOLE],
    *[("end", value, "invalid") for value in WRONG_WHOLE],
    *[("quote", value, "invalid") for value in WRONG_TEXT],
    *[("note", value, "invalid") for value in [*WRONG_TEXT, "x" * 10_001]],
    *[("assignment", value, "invalid") for value in WRONG_ID],
    *[("ratings", value, "invalid") for value in [None, True, 5, "x", {}, [5], [None], [[]], [{}], ["slant"]]],
    ("ratings", [{"scale": "slant", "point": 1}] * 101, "invalid"),
    ("ratings", [{"scale": "slant", "point": 1}] * 2, "invalid"),
    ("ratings", [{"scale": "slant", "point": 1, "version": 3}], "invalid"),
    ("ratings", [{"scale": "slant"}], "invalid"),
    *[("ratings.0.scale", value, "invalid") for value in [*WRONG_TEXT, "", "nothing", "basis", "credibility"]],
    *[("ratings.0.point", value, "invalid") for value in [*WRONG_WHOLE, 3, 8, -3, HUGE]],
    ("start", -1, "span"),
    ("start", -(2**31), "span"),
    ("end", 2**31 - 1, "span"),
]


@pytest.fixture
def saved(ben, passage):
    """A passage that was saved, its address and body: the good request of every refusal below."""
    path = f"annotations/{uuid7()}/"
    body = passage(WORDS, ratings=[{"scale": "slant", "point": 1}])
    assert ben.put(path, body, if_none_match="*").status_code == 201
    return path, body


@pytest.mark.parametrize("creating", [True, False], ids=["create", "edit"])
def test_passage_with_a_value_that_does_not_fit_is_refused(ben, saved, unchanged, passage, creating):
    path, body = saved
    if creating:
        path, body = f"annotations/{uuid7()}/", passage("news", ratings=[{"scale": "slant", "point": 1}])
    headers = {"if_none_match": "*"} if creating else {"if_match": '"1"'}
    for place, value, code in ANNOTATION_FAULTS:
        response = unchanged(400, code, ben.put, path, with_value(body, place, value), **headers)
        assert response.data["errors"], (place, value)
    assert ben.put(path, with_value(body, "note", "good"), **headers).status_code in (200, 201)


def test_passage_without_a_required_field_is_refused(ben, saved, unchanged):
    path, body = saved
    for name in ("assignment", "label", "start", "end", "quote"):
        less = {key: value for key, value in body.items() if key != name}
        response = unchanged(400, "invalid", ben.put, path, less, if_match='"1"')
        assert response.data["errors"] == [{"field": name, "code": "required", "detail": "This field is required."}]


def test_fields_that_only_the_server_sets_are_refused(ben, saved, unchanged):
    path, body = saved
    for name in ("id", "version", "author", "owner", "reviewer", "created_at", "deleted_at", "derived_from", "x" * 500):
        response = unchanged(400, "invalid", ben.put, path, {**body, name: 1}, if_match='"1"')
        assert response.data["errors"][0]["code"] == "unknown"


def test_thousands_of_unknown_fields_are_not_all_repeated(ben, saved, unchanged):
    path, body = saved
    many = {**body, **{f"field{number}": 1 for number in range(5000)}}
    assert len(unchanged(400, "invalid", ben.put, path, many, if_match='"1"').content) < 10_000


def test_span_outside_the_text_empty_or_inverted_is_refused(ben, saved, unchanged, stage):
    path, body = saved
    length = len(stage.revision.text)
    for start, end in ((5, 5), (6, 5), (0, 0), (-1, 3), (length, length + 1), (0, length + 1), (length, length)):
        for quote in ("", stage.revision.text[max(start, 0) : end]):
            wrong = {**body, "start": start, "end": end, "quote": quote}
            unchanged(400, "span", ben.put, path, wrong, if_match='"1"')


def test_quote_that_is_not_the_text_between_the_offsets_is_refused(ben, saved, unchanged, passage):
    path, body = saved
    moved = {**body, "start": body["start"] + 1, "end": body["end"] + 1}
    for wrong in ({**body, "quote": "x"}, {**body, "quote": ""}, {**body, "quote": WORDS + " "}, moved):
        unchanged(409, "quote", ben.put, path, wrong, if_match='"1"')
    create = passage("news", quote="News")
    unchanged(409, "quote", ben.put, f"annotations/{uuid7()}/", create, if_none_match="*")


def test_client_that_counts_utf16_is_refused_wherever_its_span_begins(ben, passage, unchanged, stage):
    text = stage.revision.text
    units = text.encode("utf-16-le")

    def utf16(offset: int) -> int:
        return len(text[:offset].encode("utf-16-le")) // 2

    start, end = stage.span(EMOJI_LINE)
    good = passage(EMOJI_LINE, "ai")
    inside_pair = {
        **good,
        "start": start + 1,
        "quote": units[2 * (start + 1) : 2 * utf16(end)].decode("utf-16-le", "replace"),
    }
    after = passage(WORDS)
    after_emoji = {**after, "start": utf16(after["start"]), "end": utf16(after["end"])}
    for wrong in (inside_pair, after_emoji, {**good, "end": utf16(end)}):
        unchanged(409, "quote", ben.put, f"annotations/{uuid7()}/", wrong, if_none_match="*")
    half = json.dumps({**good, "quote": "@"}).replace('"@"', '"\\ud83e"').encode()
    unchanged(400, "bad_text", ben.send, "PUT", f"annotations/{uuid7()}/", raw=half, if_none_match="*")
    assert ben.put(f"annotations/{uuid7()}/", good, if_none_match="*").status_code == 201


def test_same_label_overlap_is_refused_and_touching_or_another_label_is_not(ben, saved, unchanged, passage):
    for words in ("ferry", WORDS, f"{WORDS} It is"):
        create = passage(words)
        unchanged(409, "overlap", ben.put, f"annotations/{uuid7()}/", create, if_none_match="*")
    for words, label in ((WORDS, "opinion"), (" It is", "fact")):
        assert ben.put(f"annotations/{uuid7()}/", passage(words, label), if_none_match="*").status_code == 201


def test_edit_onto_another_passage_of_the_same_label_is_refused(ben, saved, unchanged, passage):
    path = f"annotations/{uuid7()}/"
    ben.put(path, passage("news"), if_none_match="*")
    unchanged(409, "overlap", ben.put, path, passage("ferry"), if_match='"1"')


def test_write_into_somebody_elses_assignment_is_as_into_none(ben, saved, unchanged, stage):
    path, body = saved
    for assignment in (stage.assignments["cleo"].pk, uuid4()):
        wrong = {**body, "assignment": str(assignment)}
        unchanged(404, "not_found", ben.put, f"annotations/{uuid7()}/", wrong, if_none_match="*")
        unchanged(404, "not_found", ben.put, path, wrong, if_match='"1"')


def test_passage_stays_in_its_assignment(ben, saved, unchanged, make_stage):
    path, body = saved
    other = make_stage("quay", text=WORDS).assignments["ben"]
    moved = {**body, "assignment": str(other.pk), "start": 0, "end": len(WORDS)}
    unchanged(400, "invalid", ben.put, path, moved, if_match='"1"')


def test_nobody_writes_what_is_ben_s(cleo, dora, ada, eli, saved, unchanged, stage):
    path, body = saved
    mine = f"assignments/{stage.assignments['ben'].pk}/"
    for caller in (cleo, dora, ada, eli):
        for send in (
            lambda caller=caller: caller.put(path, {**body, "note": "x"}, if_match='"1"'),
            lambda caller=caller: caller.put(path, {**body, "note": "x"}, if_match="*"),
            lambda caller=caller: caller.delete(path, if_match='"1"'),
            lambda caller=caller: caller.post(f"{path}restore/"),
            lambda caller=caller: caller.put(f"{mine}ratings/credibility/", {"point": 1}, if_none_match="*"),
            lambda caller=caller: caller.delete(f"{mine}ratings/credibility/", if_match="*"),
            lambda caller=caller: caller.post(f"{mine}submit/", {"accept_gaps": True}),
            lambda caller=caller: caller.post(f"{mine}reveal/"),
            lambda caller=caller: caller.post(f"{mine}revise/", {"reason": "x"}),
        ):
            unchanged(404, "not_found", send)


def writes_of(stage: Any, path: str, body: dict[str, Any]) -> list[tuple[str, str, dict[str, Any], dict[str, str]]]:
    """One good request for every address a reviewer writes to."""
    mine = f"assignments/{stage.assignments['ben'].pk}/"
    return [
        ("PUT", path, {**body, "note": "edited"}, {"if_match": '"1"'}),
        ("PUT", f"{mine}ratings/credibility/", {"point": 2, "evidence": []}, {"if_none_match": "*"}),
        ("DELETE", f"{mine}ratings/credibility/", {}, {"if_match": '"1"'}),
        ("DELETE", path, {}, {"if_match": '"2"'}),
        ("POST", f"{path}restore/", {}, {}),
        ("POST", f"{mine}submit/", {"accept_gaps": True}, {}),
        ("POST", f"{mine}reveal/", {}, {}),
        ("POST", f"{mine}revise/", {"reason": "I missed a line."}, {}),
        ("POST", "tokens/", {"name": "a script"}, {}),
    ]


def nested(depth: int) -> bytes:
    """A JSON object nested so deep."""
    return b'{"x":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


BAD_BODIES = [
    (b"{", "bad_json"),
    (b"nonsense", "bad_json"),
    (b"[]", "bad_json"),
    (b"[1]", "bad_json"),
    (b'"text"', "bad_json"),
    (b"null", "bad_json"),
    (b"5", "bad_json"),
    (b'{"x": 1} trailing', "bad_json"),
    (b'{"x": 1, "x": 2}', "bad_json"),
    (b'{"x": NaN}', "bad_json"),
    (b'{"x": Infinity}', "bad_json"),
    (b'{"x": -Infinity}', "bad_json"),
    (b'{"x": 1e400}', "bad_json"),
    (b'{"x": ' + b"9" * 4301 + b"}", "bad_json"),
    (b'{"x": 0.' + b"9" * 4301 + b"}", "bad_json"),
    (b"{'x': 1}", "bad_json"),
    (b'{"x": "\xff"}', "bad_json"),
    (b'{"x": "\xed\xa0\x80"}', "bad_json"),
    (b"\xef\xbb\xbf{}", "bad_json"),
    ('{"x": 1}'.encode("utf-16"), "bad_json"),
    (b'{"x": "a\nb"}', "bad_json"),
    (nested(33), "too_deep"),
    (nested(40), "too_deep"),
    (nested(100_000), "too_deep"),
    (b"[" * 500_000, "too_deep"),
    (b'{"x": "\\u0000"}', "bad_text"),
    (b'{"x": "\\ud800"}', "bad_text"),
    (b'{"x": "\\udc00 and more"}', "bad_text"),
    (b'{"\\ud800": 1}', "bad_text"),
    (b'{"\\u0000": 1}', "bad_text"),
    (b'{"note": {"deep": [1, {"deeper": ["\\udfff"]}]}}', "bad_text"),
    (b'{"note": [{"a\\ud800": 1}]}', "bad_text"),
    (b'{"x": 1}', "invalid"),
    (b'{"password": "x"}', "invalid"),
]


def test_body_that_is_no_json_object_is_refused_at_every_address_that_writes(ben, saved, unchanged, stage):
    path, body = saved
    for method, address, good, headers in writes_of(stage, path, body):
        for raw, code in BAD_BODIES:
            unchanged(400, code, ben.send, method, address, raw=raw, **headers)
        done = ben.send(method, address, good, **headers)
        assert done.status_code < 300, (method, address, done.content)


def test_bad_text_is_named_by_its_place(ben, saved, unchanged):
    path, _ = saved
    raw = b'{"note": {"deep": [1, {"deeper": "\\u0000"}]}}'
    response = unchanged(400, "bad_text", ben.send, "PUT", path, raw=raw, if_match='"1"')
    assert response.data["errors"][0]["field"] == "note.deep.1.deeper"


def test_nesting_as_deep_as_allowed_is_judged_by_its_fields(ben, saved, unchanged):
    path, _ = saved
    unchanged(400, "invalid", ben.send, "PUT", path, raw=nested(32), if_match='"1"')
    quoted = json.dumps({"note": "[" * 50 + '\\"{' * 50}).encode()
    unchanged(400, "invalid", ben.send, "PUT", path, raw=quoted, if_match='"1"')


@pytest.mark.parametrize(
    ("content_type", "status", "code"),
    [
        ("text/plain", 415, "media_type"),
        ("application/x-www-form-urlencoded", 415, "media_type"),
        ("multipart/form-data; boundary=x", 415, "media_type"),
        ("application/xml", 415, "media_type"),
        ("application/x-ndjson", 415, "media_type"),
        ("application/jsonp", 415, "media_type"),
        ("nonsense", 415, "media_type"),
        ("application/json; charset=utf-16", 400, "bad_json"),
        ("application/json; charset=latin-1", 400, "bad_json"),
        ("application/json; charset=rot13", 400, "bad_json"),
        ("application/json; charset=nothing", 400, "bad_json"),
    ],
)
def test_body_of_another_type_is_refused_at_every_address_that_writes(
    ben, saved, unchanged, stage, content_type, status, code
):
    path, body = saved
    for method, address, good, headers in writes_of(stage, path, body):
        if method != "DELETE":
            unchanged(status, code, ben.send, method, address, good, content_type=content_type, **headers)


def test_address_is_not_decoded_in_the_charset_of_a_body(ben, refused):
    for charset in ("utf-16", "utf-7", "latin-1"):
        response = ben.client.get("/api/v1/me/?x=%41", CONTENT_TYPE=f"application/json; charset={charset}")
        response.data = response.json()
        refused(response, 400, "bad_json")


def test_utf8_is_taken_by_any_of_its_names(ben, passage):
    for charset in ("utf-8", "UTF-8", '"utf-8"', "utf8"):
        path, sent = f"annotations/{uuid7()}/", passage("news")
        done = ben.put(path, sent, content_type=f"application/json; charset={charset}", if_none_match="*")
        assert done.status_code == 201, charset
        ben.delete(path, if_match='"1"')


def test_compressed_body_is_refused(ben, saved, unchanged):
    path, body = saved
    for encoding in ("gzip", "br", "deflate", "nonsense"):
        unchanged(415, "media_type", ben.put, path, body, if_match='"1"', content_encoding=encoding)


def test_body_of_10_mb_is_refused_at_every_address_that_writes(ben, saved, unchanged, stage):
    path, body = saved
    large = json.dumps({**body, "note": "x" * 10_000_000}).encode()
    for method, address, _, headers in writes_of(stage, path, body):
        unchanged(413, "too_large", ben.send, method, address, raw=large, **headers)


def test_large_body_is_refused_when_its_stated_length_is_a_lie(by_token, saved, unchanged):
    path, body = saved
    program = by_token("ben")
    large = json.dumps({**body, "note": "x" * 10_000_000}).encode()
    for stated in ("5000000", "99999999999999999999"):
        unchanged(413, "too_large", program.send, "PUT", path, raw=large, if_match='"1"', content_length=stated)
    # A length below the real one: no more than that is ever read, and a cut body is no JSON.
    unchanged(400, "bad_json", program.send, "PUT", path, raw=large, if_match='"1"', content_length="500")


def test_note_as_long_as_allowed_is_kept_and_odd_characters_with_it(ben, saved):
    path, body = saved
    note = ("\u0007\ufffe\uffff\u202e\u2066\u200b\u0085\u2028\r\n\t \U0010ffff" * 1000)[:10_000]
    response = ben.put(path, {**body, "note": note}, if_match='"1"')
    assert response.status_code == 200
    assert ben.get(path).data["note"] == note


def test_rating_that_does_not_fit_is_refused(ben, saved, unchanged, stage):
    path, _ = saved
    annotation_id = path.split("/")[1]
    address = f"assignments/{stage.assignments['ben'].pk}/ratings/credibility/"
    good = {"point": 2, "evidence": [annotation_id]}
    faults = [
        *[("point", value) for value in [*WRONG_WHOLE, 0, 7, -1]],
        *[("evidence", value) for value in [None, True, 5, "x", {}, [None], [5], ["x"], [[]], [str(uuid4())]]],
        *[("evidence.0", value) for value in WRONG_ID],
        ("evidence", [annotation_id] * 1001),
    ]
    for headers in ({"if_none_match": "*"}, {"if_match": '"1"'}):
        for place, value in faults:
            unchanged(400, "invalid", ben.put, address, with_value(good, place, value), **headers)
        unchanged(400, "invalid", ben.put, address, {"evidence": []}, **headers)
        for name in ("version", "assignment", "scale", "reviewer"):
            unchanged(400, "invalid", ben.put, address, {**good, name: 1}, **headers)
        assert ben.put(address, good, **headers).status_code in (200, 201)


def test_submit_takes_true_or_false_only(ben, saved, unchanged, stage):
    address = f"assignments/{stage.assignments['ben'].pk}/submit/"
    for value in (None, 1, 0, "true", "yes", "", [], {}, 1.0):
        unchanged(400, "invalid", ben.post, address, {"accept_gaps": value})
    unchanged(400, "invalid", ben.post, address, {"accept_gaps": True, "state": "open"})
    assert ben.post(address, {"accept_gaps": True}).status_code == 200


def test_reason_that_does_not_fit_is_refused(ben, ada, saved, unchanged, stage, cast):
    address = f"assignments/{stage.assignments['ben'].pk}/"
    submit_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, accept_gaps=True)
    wrong = [*WRONG_TEXT, "", "   ", "x" * 10_001]
    for value in wrong:
        unchanged(400, "invalid", ada.post, f"{address}reopen/", {"reason": value})
    reveal_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk)
    for value in wrong:
        unchanged(400, "invalid", ben.post, f"{address}revise/", {"reason": value})
    assert ben.post(f"{address}revise/", {"reason": "good"}).status_code == 201


def test_closed_assignment_and_closed_study_take_no_write(ben, saved, unchanged, stage, cast):
    path, body = saved
    rating = f"assignments/{stage.assignments['ben'].pk}/ratings/credibility/"
    ben.put(rating, {"point": 2}, if_none_match="*")
    deleted = f"annotations/{uuid7()}/"
    ben.put(deleted, {**body, "label": "opinion"}, if_none_match="*")
    ben.delete(deleted, if_match='"1"')

    def refuse_all(code: str) -> None:
        for send in (
            lambda: ben.put(path, {**body, "note": "late"}, if_match='"1"'),
            lambda: ben.put(f"annotations/{uuid7()}/", {**body, "label": "opinion"}, if_none_match="*"),
            lambda: ben.delete(path, if_match='"1"'),
            lambda: ben.post(f"{deleted}restore/"),
            lambda: ben.put(rating, {"point": 3}, if_match='"1"'),
            lambda: ben.delete(rating, if_match='"1"'),
        ):
            unchanged(409, code, send)

    submit_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, accept_gaps=True)
    refuse_all("submitted")
    assert ben.put(path, body, if_none_match="*").status_code == 200  # a replay changes nothing
    close_study(actor=cast.ada, study=stage.study)
    refuse_all("closed")


def test_unknown_parameter_is_refused_at_every_address_that_writes(ben, saved, unchanged, stage):
    path, body = saved
    for method, address, good, headers in writes_of(stage, path, body):
        unchanged(400, "unknown_parameter", ben.send, method, f"{address}?actor=ada", good, **headers)


def test_nul_or_broken_utf8_in_the_address_is_a_bad_request(ben, saved, unchanged):
    for address in ("annotations/?label=%00", "annotations/?label=%ff", "annotations/?%00=1"):
        unchanged(400, "bad_request", ben.get, address)
    for address in ("annotations/%00/", "codebooks/%00/1/", "studies/%ff/", "studies/a%00b/agreement/"):
        assert ben.get(address).status_code in (400, 404)
    for address in (f"codebooks/small/{10**30}/", "codebooks/small/-1/", f"sources/{2**63}/", "documents/x'--/"):
        unchanged(404, "not_found", ben.get, address)


def test_lists_and_exports_still_answer_after_all_this(ben, ada, saved):
    path, _ = saved
    ben.send("PUT", path, raw=b'{"note": "\\ud800"}', if_match='"1"')
    for caller in (ben, ada):
        for noun in ("annotations", "assignments", "studies", "documents", "codebooks", "decisions"):
            assert caller.get(f"{noun}/").status_code == 200
        for key in ("jsonl", "csv", "assignments-csv"):
            response = caller.get(f"studies/harbour/export/{key}/")
            assert (response.status_code, bool(b"".join(response))) == (200, True)

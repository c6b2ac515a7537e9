"""The published description: valid, complete, without a warning, and true to what is answered."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse
from drf_spectacular.drainage import GENERATOR_STATS, reset_generator_stats
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from annotator.api.codes import CODES
from annotator.api.urls import urlpatterns
from annotator.ids import uuid7

ANNOTATOR = Path(__file__).resolve().parents[2] / "annotator"
WORDS = "The ferry carried 1,200 people in May."
WRITING = ("post", "put", "delete")


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(schema):
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_description_is_valid_openapi_3_1(schema):
    assert schema["openapi"].startswith("3.1")
    validate(schema)


def test_description_is_made_without_a_warning():
    reset_generator_stats()
    SchemaGenerator().get_schema(request=None, public=True)
    assert not GENERATOR_STATS
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")


def test_every_address_is_described(schema):
    undescribed = {"schema/", "reference/", ""}
    written = {str(pattern.pattern) for pattern in urlpatterns} - undescribed
    assert {re.sub(r"<\w+:(\w+)>", r"{\1}", route) for route in written} == {
        path.removeprefix("/api/v1/") for path in schema["paths"]
    }


def test_every_operation_names_its_refusals_and_how_to_sign_in(schema):
    for path, method, operation in operations(schema):
        assert operation["security"] == [{"token": []}, {"session": []}], path
        expected = {"400", "401", "405", "406", "503"} | ({"403", "411", "413", "415"} if method in WRITING else set())
        assert expected <= operation["responses"].keys(), (path, method)
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert answer["content"].keys() == {"application/problem+json"}, (path, method, status)


def test_versioned_operations_name_their_headers(schema):
    for path in ("/api/v1/annotations/{annotation_id}/", "/api/v1/assignments/{assignment_id}/ratings/{scale}/"):
        headers = {
            method: {each["name"] for each in operation["parameters"] if each["in"] == "header"}
            for method, operation in schema["paths"][path].items()
        }
        assert headers == {"get": {"If-None-Match"}, "put": {"If-Match", "If-None-Match"}, "delete": {"If-Match"}}
        put = schema["paths"][path]["put"]["responses"]
        assert {"200", "201", "409", "412", "428"} <= put.keys()
        assert "ETag" in put["201"]["headers"]


def test_fields_of_bodies_have_their_limits(schema):
    body = schema["components"]["schemas"]["AnnotationBodyRequest"]["properties"]
    assert body["note"]["maxLength"] == 10_000
    assert (body["start"]["minimum"], body["start"]["maximum"]) == (0, 2**31 - 1)
    for name, shape in schema["components"]["schemas"].items():
        assert shape.get("additionalProperties") is (False if name.endswith("Request") else None), name
        for key, value in shape.get("properties", {}).items() if name.endswith("Request") else ():
            if value.get("type") == "string" and "format" not in value:
                assert "maxLength" in value, (name, key)
            if value.get("type") == "integer":
                assert {"minimum", "maximum"} <= value.keys(), (name, key)


def test_published_description_is_this_one_and_is_known_by_its_etag(nobody, db, schema):
    response = nobody.get("schema/")
    assert response.headers["Content-Type"] == "application/vnd.oai.openapi+json"
    assert response.data == json.loads(json.dumps(schema))
    assert nobody.get("schema/", if_none_match=response.headers["ETag"]).status_code == 304
    assert nobody.get("schema/", accept="application/vnd.oai.openapi+json").status_code == 200


def test_reference_page_holds_every_operation_and_every_code(nobody, db, schema):
    response = nobody.get("reference/", accept="text/html")
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    page = response.content.decode()
    for path, method, operation in operations(schema):
        assert f'id="{operation["operationId"]}"' in page
        assert f"<code>{method.upper()} {path}</code>" in page.replace("<wbr>", "")
    for code in CODES:
        assert page.count(f'id="{code.code}"') == 1


def test_reference_page_keeps_to_the_policy(nobody, db):
    page = nobody.get("reference/", accept="text/html").content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", page)
    assert len(set(re.findall(r'\bid="([^"]+)"', page))) == len(re.findall(r'\bid="([^"]+)"', page))
    for target in re.findall(r'href="#([^"]+)"', page):
        assert f'id="{target}"' in page, target


def test_every_code_the_program_can_answer_is_explained():
    known = {code.code for code in CODES}
    said = set()
    for file in [*(ANNOTATOR / "actions").glob("*.py"), *(ANNOTATOR / "api").glob("*.py")]:
        if file.name == "curation.py":  # of the admin's pages
            continue
        text = file.read_text(encoding="utf-8")
        said |= set(re.findall(r'ConflictError\(\s*"(\w+)"', text))
        said |= set(re.findall(r'ProblemError\(\s*\d+,\s*"(\w+)"', text))
        said |= set(re.findall(r'^    (?:status, )?code, title = (?:\d+, )?"(\w+)"', text, re.MULTILINE))
        said |= set(re.findall(r'return \d{3}, "(\w+)"', text))
    assert len(said) > 25
    assert said - {"conflict"} <= known  # every ConflictError names a code of its own instead


def test_type_of_a_refusal_is_its_place_on_the_reference_page(ben, nobody, refused):
    response = ben.get("annotations/?x=1")
    address, _, anchor = response.data["type"].partition("#")
    assert address == reverse("api-reference")
    assert f'id="{anchor}"' in nobody.get(address, accept="text/html").content.decode()


def test_answers_are_as_described(ben, ada, schema, stage, passage):
    """What is answered fits the description, and nothing is answered that it does not name."""
    annotation_id = uuid7()
    ben.put(
        f"annotations/{annotation_id}/", passage(WORDS, ratings=[{"scale": "slant", "point": 1}]), if_none_match="*"
    )
    mine = f"assignments/{stage.assignments['ben'].pk}/"
    ben.put(f"{mine}ratings/credibility/", {"point": 2, "evidence": [str(annotation_id)]}, if_none_match="*")
    ben.post(f"{mine}submit/", {"accept_gaps": True})
    shown = {
        "me/": "Me",
        "documents/": "DocumentPage",
        "documents/harbour-text/": "Document",
        "documents/harbour-text/revisions/": "RevisionPage",
        "documents/harbour-text/revisions/1/": "Revision",
        "codebooks/": "CodebookPage",
        "codebooks/small/1/": "FullCodebook",
        "studies/": "StudyPage",
        "studies/harbour/": "Study",
        "studies/harbour/members/": "MemberPage",
        "studies/harbour/assignments/": "StudyAssignmentPage",
        "studies/harbour/events/": "EventPage",
        "assignments/": "AssignmentPage",
        mine: "Assignment",
        f"{mine}ratings/": "DocumentRatingList",
        f"{mine}ratings/credibility/": "DocumentRating",
        "annotations/": "AnnotationPage",
        f"annotations/{annotation_id}/": "Annotation",
        "annotations/?x=1": "Problem",
    }
    for path, name in shown.items():
        described = {**schema["components"]["schemas"][name], "components": schema["components"]}
        for caller in (ben, ada):
            data = caller.get(path).data
            if "code" in data and name != "Problem":
                continue
            Draft202012Validator(described).validate(data)
            assert data.keys() <= described["properties"].keys(), path

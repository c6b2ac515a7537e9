"""Studies, their members and assignments: what each of the cast learns of them."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotator.actions.assignments import submit_assignment
from annotator.actions.study import add_member, close_study
from annotator.models import Assignment, Membership

WORDS = "The ferry carried 1,200 people in May."


def test_study_is_listed_to_its_members_and_to_staff(ben, dora, ada, eli, stage, make_stage, refused):
    make_stage("quay", reviewers=("cleo",))
    assert [row["slug"] for row in ben.get("studies/").data["results"]] == ["harbour"]
    assert [row["slug"] for row in dora.get("studies/").data["results"]] == ["harbour", "quay"]
    assert [row["slug"] for row in ada.get("studies/").data["results"]] == ["harbour", "quay"]
    assert eli.get("studies/").data["results"] == []
    refused(ben.get("studies/quay/"), 404, "not_found")


def test_studies_are_read_page_by_page(ada, stage, make_stage):
    make_stage("quay")
    first = ada.get("studies/?limit=1").data
    assert first["next"] == "harbour"
    assert [row["slug"] for row in ada.get("studies/?limit=1&after=harbour").data["results"]] == ["quay"]


def test_study_shows_ones_own_place_in_it(ben, stage):
    data = ben.get("studies/harbour/").data
    assert (data["title"], data["demo"], data["blinding"]) == ("Harbour", False, "until_submitted")
    assert data["codebook"] == {"slug": "small", "version": 1}
    assert (data["role"], data["pseudonym"]) == ("reviewer", Membership.objects.get(user__username="ben").pseudonym)
    assert data["texts"] == [{"document": "harbour-text", "revision": 1}]


def test_reviewer_sees_own_membership_only_and_the_trusted_see_pseudonyms_without_names(ben, dora, ada, stage):
    assert [row["role"] for row in ben.get("studies/harbour/members/").data["results"]] == ["reviewer"]
    for caller in (dora, ada):
        response = caller.get("studies/harbour/members/")
        assert sorted(row["role"] for row in response.data["results"]) == [
            "adjudicator",
            "lead",
            "reviewer",
            "reviewer",
        ]
        for name in ("ada", "ben", "cleo", "dora"):
            assert f'"{name}"' not in response.content.decode()
    pseudonyms = [row["pseudonym"] for row in ada.get("studies/harbour/members/").data["results"]]
    assert pseudonyms == sorted(pseudonyms)
    assert len(ada.get("studies/harbour/members/?role=reviewer").data["results"]) == 2


def test_lead_adds_a_member_and_adding_again_changes_nothing(ada, stage, cast):
    first = ada.post("studies/harbour/members/", {"username": "eli"})
    assert (first.status_code, first.data["role"]) == (200, "reviewer")
    assert ada.post("studies/harbour/members/", {"username": "eli"}).data == first.data
    assert stage.study.memberships.filter(user=cast.eli).count() == 1
    changed = ada.post("studies/harbour/members/", {"username": "eli", "role": "reader"})
    assert (changed.data["pseudonym"], changed.data["role"]) == (first.data["pseudonym"], "reader")


def test_only_a_lead_adds_members(ben, dora, eli, by_token, stage, refused):
    for caller in (ben, dora, eli):
        refused(caller.post("studies/harbour/members/", {"username": "eli"}), 404, "not_found")
    refused(by_token("ada", "read").post("studies/harbour/members/", {"username": "eli"}), 403, "forbidden")
    assert stage.study.memberships.count() == 4


def test_member_that_does_not_fit_is_refused(ada, stage, refused):
    for body in (
        {},
        {"username": "nobody"},
        {"username": 5},
        {"username": ""},
        {"username": "x" * 151},
        {"username": "eli", "role": "owner"},
        {"username": "eli", "role": None},
        {"username": "eli", "pseudonym": "R-BEST"},
    ):
        refused(ada.post("studies/harbour/members/", body), 400, "invalid")
    assert stage.study.memberships.count() == 4


def test_assignments_of_a_study_are_ones_own_or_for_the_trusted_all(ben, dora, ada, stage):
    own = ben.get("studies/harbour/assignments/").data["results"]
    assert [row["id"] for row in own] == [str(stage.assignments["ben"].pk)]
    for caller in (dora, ada):
        rows = caller.get("studies/harbour/assignments/").data["results"]
        assert {row["id"] for row in rows} == {str(each.pk) for each in stage.assignments.values()}
        assert {row["state"] for row in rows} == {"open"}


def test_assignments_are_filtered_by_state_and_document(ada, stage, cast):
    submit_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, accept_gaps=True)
    for query, number in {
        "state=submitted": 1,
        "state=open": 1,
        "state=declined": 0,
        "document=harbour-text": 2,
        "document=x": 0,
    }.items():
        assert len(ada.get(f"studies/harbour/assignments/?{query}").data["results"]) == number, query


def test_work_of_a_reviewer_changes_nothing_that_others_learn_of_it(ada, dora, stage, mark):
    paths = ["studies/harbour/", "studies/harbour/members/", "studies/harbour/assignments/", "assignments/"]
    before = [caller.get(path).content for caller in (ada, dora) for path in paths]
    mark("ben", WORDS, "fact")
    assert [caller.get(path).content for caller in (ada, dora) for path in paths] == before


def test_lead_assigns_a_text_and_assigning_again_changes_nothing(ada, stage, cast):
    member = add_member(actor=cast.ada, study=stage.study, user=cast.eli)
    body = {"document": "harbour-text", "revision": 1, "reviewer": member.pseudonym}
    first = ada.post("studies/harbour/assignments/", body)
    assert (first.status_code, first.data["reviewer"], first.data["state"]) == (200, member.pseudonym, "open")
    assert ada.post("studies/harbour/assignments/", body).data == first.data
    assert Assignment.objects.filter(reviewer=cast.eli).count() == 1


def test_assignment_that_does_not_fit_is_refused(ada, ben, stage, cast, make_document, refused):
    make_document("elsewhere")
    pseudonym = add_member(actor=cast.ada, study=stage.study, user=cast.eli).pseudonym
    good = {"document": "harbour-text", "revision": 1, "reviewer": pseudonym}
    before = Assignment.objects.count()
    for changes in (
        {"document": "elsewhere"},
        {"document": "nothing"},
        {"document": 5},
        {"revision": 2},
        {"revision": 0},
        {"revision": 2**31},
        {"revision": "1"},
        {"revision": True},
        {"reviewer": "R-NONE"},
        {"reviewer": "eli"},
        {"reviewer": None},
        {"role": "adjudicator"},
        {"role": "lead"},
        {"state": "submitted"},
    ):
        refused(ada.post("studies/harbour/assignments/", {**good, **changes}), 400, "invalid")
    refused(ben.post("studies/harbour/assignments/", good), 404, "not_found")
    close_study(actor=cast.ada, study=stage.study)
    refused(ada.post("studies/harbour/assignments/", good), 409, "closed")
    assert Assignment.objects.count() == before


def test_lists_ask_a_fixed_number_of_queries(ada, stage, make_stage):
    def counted(path: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert ada.get(path).status_code == 200
        return len(seen)

    paths = [
        "studies/",
        "studies/harbour/members/",
        "studies/harbour/assignments/",
        "documents/",
        "sources/",
        "codebooks/",
    ]
    ada.get("me/")
    before = [counted(path) for path in paths]
    make_stage("quay")
    make_stage("pier")
    assert [counted(path) for path in paths] == before


def test_a_study_is_read_with_another_version_of_its_codebook(ada, ben, stage, cast, refused):
    ada.post("codebooks/small/1/next/", {})
    refused(ada.put("studies/harbour/codebook/", {"version": 2}), 400, "invalid")
    ada.post("codebooks/small/2/publish/", {}, if_match="*")
    refused(ben.put("studies/harbour/codebook/", {"version": 2}), 404, "not_found")
    assert ada.put("studies/harbour/codebook/", {"version": 2}).data == {"version": 2}
    stage.study.refresh_from_db()
    assert stage.study.codebook.version == 2

"""Blind review in the admin: what staff see of others' work, and that nothing tells what they do not see."""

import re

import pytest

from annotator.actions.annotation import Precondition, save_annotation
from annotator.actions.assignments import assign_revision, submit_assignment
from annotator.actions.rating import rate_document
from annotator.actions.study import add_member
from annotator.ids import uuid7
from annotator.models import Annotation, Event, Ledger, Rating

WORK_LISTS = ("annotation", "rating", "decision", "event", "ledger", "assignment", "study", "membership", "user")


def page(client, noun, rest=""):
    answer = client.get(f"/admin/annotator/{noun}/{rest}")
    assert answer.status_code == 200
    # The token of a form is new each time; the address of its stylesheet and all else must be the same.
    return re.sub(rb'csrfmiddlewaretoken" value="[^"]+"', b"", answer.content)


@pytest.fixture
def blind_ada(full_stage, cast, sign_in):
    """The superuser codes the same text and has not submitted."""
    add_member(actor=cast.ada, study=full_stage.study, user=cast.ada, role="lead")
    full_stage.assignments["ada"] = assign_revision(
        actor=cast.ada, study=full_stage.study, revision=full_stage.revision, reviewer=cast.ada
    )
    return sign_in(cast.ada)


def test_staff_see_submitted_work_only(full_stage, lou, sign_in):
    client = sign_in(lou)
    annotations = page(client, "annotation").decode()
    assert "The ferry carried 1,200 people" in annotations
    assert "Fares will rise" not in annotations
    assert b"cleo-note" not in page(client, "event")


def test_open_work_has_no_page_for_others(full_stage, lou, sign_in):
    client = sign_in(lou)
    hidden = Annotation.objects.get(note="cleo-note")
    seen = Annotation.objects.get(note="ben-note")
    assert client.get(f"/admin/annotator/annotation/{seen.pk}/change/").status_code == 200
    unknown = client.get(f"/admin/annotator/annotation/{uuid7()}/change/")
    answer = client.get(f"/admin/annotator/annotation/{hidden.pk}/change/")
    assert (answer.status_code, answer.headers["Location"]) == (302, unknown.headers["Location"])
    assert client.get(f"/admin/annotator/annotation/{hidden.pk}/history/").status_code == 302


def test_blind_superuser_sees_none_of_others_work(blind_ada, full_stage, cast):
    for noun in ("annotation", "rating", "decision"):
        assert blind_ada.get(f"/admin/annotator/{noun}/").context["cl"].result_count == 0, noun
    ben = Annotation.objects.get(note="ben-note")
    rating = Rating.objects.get(annotation=ben)
    assert blind_ada.get(f"/admin/annotator/annotation/{ben.pk}/change/").status_code == 302
    assert blind_ada.get(f"/admin/annotator/rating/{ben.pk}.{rating.scale.code}/change/").status_code == 302
    for event in Event.objects.filter(actor=cast.ben, assignment=full_stage.assignments["ben"]):
        assert blind_ada.get(f"/admin/annotator/event/{event.hash}/change/").status_code == 302
    for term in ("ben-note", "ferry", "opinion", full_stage.study.title):
        assert blind_ada.get("/admin/annotator/annotation/", {"q": term}).context["cl"].result_count == 0


def test_filters_offer_nothing_of_unseen_work(blind_ada):
    lists = page(blind_ada, "annotation"), page(blind_ada, "rating"), page(blind_ada, "decision")
    assert not any(b"?label=" in text or b"assignment__study" in text for text in lists)


def test_own_open_work_is_seen(blind_ada, full_stage, cast):
    start, end = full_stage.span("Harbour news")
    save_annotation(
        actor=cast.ada,
        annotation_id=uuid7(),
        assignment_id=full_stage.assignments["ada"].pk,
        label="fact",
        start=start,
        end=end,
        quote="Harbour news",
        precondition=Precondition(create=True),
    )
    assert blind_ada.get("/admin/annotator/annotation/").context["cl"].result_count == 1


def test_nothing_staff_can_open_changes_while_a_colleague_works(blind_ada, full_stage, lou, cast, mark, sign_in):
    """Byte for byte, for a superuser who codes the text blind and for a lead who does not."""
    readers = blind_ada, sign_in(lou)
    rows = [
        ("study", f"{full_stage.study.pk}/change/"),
        ("study", f"{full_stage.study.pk}/history/"),
        ("assignment", f"{full_stage.assignments['cleo'].pk}/change/"),
        ("assignment", f"{full_stage.assignments['cleo'].pk}/history/"),
        ("user", f"{cast.cleo.pk}/change/"),
        ("annotation", "?q=cleo"),
        ("event", "?q=created"),
    ]
    pages = [*((noun, "") for noun in WORK_LISTS), *rows]
    before = [[page(reader, *where) for where in pages] for reader in readers]
    mark("cleo", "کشتی دیروز آمد.", "fact", ratings=[("slant", 1)], note="cleo goes on")
    rate_document(
        actor=cast.cleo,
        assignment_id=full_stage.assignments["cleo"].pk,
        scale="credibility",
        point=3,
        precondition=Precondition(create=True),
    )
    assert [[page(reader, *where) for where in pages] for reader in readers] == before


def test_numbers_that_count_others_acts_stand_on_no_page(full_stage, lou, sign_in):
    client = sign_in(lou)
    events, ratings = page(client, "event").decode(), page(client, "rating").decode()
    for event in Event.objects.visible_to(lou):
        assert f"/event/{event.pk}/" not in events
    for rating in Rating.objects.visible_to(lou):
        assert f"/rating/{rating.pk}/" not in ratings
    one = Rating.objects.visible_to(lou).first()
    assert client.get(f"/admin/annotator/rating/{one.pk}/change/").status_code == 302


def test_ledger_is_shown_once_all_its_events_are(full_stage, lou, cast, sign_in):
    client = sign_in(lou)
    ledger = Ledger.objects.get(study=full_stage.study)
    assert client.get(f"/admin/annotator/ledger/{ledger.pk}/change/").status_code == 302
    submit_assignment(actor=cast.cleo, assignment_id=full_stage.assignments["cleo"].pk, accept_gaps=True)
    answer = client.get(f"/admin/annotator/ledger/{ledger.pk}/change/")
    assert answer.status_code == 200
    assert Ledger.objects.get(pk=ledger.pk).head in answer.content.decode()


def test_curator_sees_no_work_in_any_place(full_stage, kim, sign_in):
    client = sign_in(kim)
    for noun in WORK_LISTS:
        assert client.get(f"/admin/annotator/{noun}/").status_code == 403
    seen = Annotation.objects.get(note="ben-note")
    assert client.get(f"/admin/annotator/annotation/{seen.pk}/change/").status_code == 403
    assert client.get(f"/admin/annotator/annotation/{seen.pk}/history/").status_code in (302, 403)


def test_why_work_was_revised_is_kept_from_the_blind(blind_ada, full_stage, cast, lou, sign_in):
    from annotator.actions.assignments import reveal_assignment, revise_assignment

    reveal_assignment(actor=cast.ben, assignment_id=full_stage.assignments["ben"].pk)
    second = revise_assignment(
        actor=cast.ben, assignment_id=full_stage.assignments["ben"].pk, reason="dora convinced me"
    )
    submit_assignment(actor=cast.ben, assignment_id=second.pk, accept_gaps=True)
    address = f"/admin/annotator/assignment/{second.pk}/change/"
    assert "dora convinced me" not in blind_ada.get(address).content.decode()
    assert "dora convinced me" in sign_in(lou).get(address).content.decode()


def test_autocomplete_asks_for_the_right_to_see(full_stage, kim, lou, sign_in):
    asked = {"app_label": "annotator", "model_name": "membership", "field_name": "user", "term": "ben"}
    assert sign_in(lou).get("/admin/autocomplete/", asked).json()["results"][0]["text"] == "ben"
    assert sign_in(kim).get("/admin/autocomplete/", asked).status_code == 403

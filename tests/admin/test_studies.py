"""Running a study through the forms of the admin."""

import pytest

from annotator.actions.codebook import create_codebook
from annotator.models import Assignment, Event, Membership, Study
from tests.staging import small_codebook

ABOUT = {"title": "Coast", "slug": "coast", "blinding": "until_closed", "reviewers_per_document": ""}


@pytest.fixture
def codebook(stage):
    return stage.codebook


def study_form(stage, **changes):
    return {**ABOUT, "codebook": stage.codebook.pk, "revisions": [stage.revision.pk], **changes}


def test_lead_takes_a_study_from_nothing_to_closed(stage, cast, lou, sign_in, make_document):
    client = sign_in(lou)
    assert client.post("/admin/annotator/study/add/", study_form(stage)).status_code == 302
    study = Study.objects.get(slug="coast")
    assert study.role_of(lou) == "lead"
    do = f"/admin/annotator/study/{study.pk}/do"
    second = make_document("second", "Another text. It has two sentences.\n")
    assert client.post(f"{do}/texts/", {"revisions": [second.pk]}).status_code == 302
    assert study.revisions.count() == 2
    chosen = [cast.ben.pk, cast.cleo.pk]
    assert client.post(f"{do}/members/", {"users": chosen, "role": "reviewer"}).status_code == 302
    form = client.get(f"{do}/assign/").context["form"]
    assert {user.pk for user in form["reviewers"].initial} == set(chosen)
    texts = [revision.pk for revision in form["revisions"].initial]
    assert len(texts) == 2
    answer = client.post(f"{do}/assign/", {"reviewers": chosen, "revisions": texts, "role": "reviewer"}, follow=True)
    assert "New assignments: 4. There already: 0." in answer.content.decode()
    answer = client.post(f"{do}/assign/", {"reviewers": chosen, "revisions": texts, "role": "reviewer"}, follow=True)
    assert "New assignments: 0. There already: 4." in answer.content.decode()
    assert "0 of 4 submitted" in client.get("/admin/annotator/study/").content.decode()
    assert client.post(f"{do}/close/").status_code == 302
    assert Study.objects.get(pk=study.pk).is_closed
    assert client.post(f"{do}/texts/", {"revisions": [second.pk]}).status_code == 404  # not offered any more
    assert client.post(f"{do}/reopen/").status_code == 302
    assert not Study.objects.get(pk=study.pk).is_closed
    verbs = set(Event.objects.filter(ledger__study=study, actor=lou).values_list("verb", flat=True))
    assert verbs == {"created", "extended", "added", "assigned", "closed", "reopened"}


@pytest.mark.parametrize(
    "change",
    [
        {"slug": "harbour"},
        {"slug": "Not a slug"},
        {"title": ""},
        {"blinding": "never"},
        {"codebook": "987654"},
        {"revisions": ["987654"]},
        {"reviewers_per_document": "99999999999999999999"},
        {"title": "a\x00b"},
    ],
)
def test_unfit_study_is_refused_with_a_word(change, stage, lou, sign_in):
    answer = sign_in(lou).post("/admin/annotator/study/add/", study_form(stage, **change))
    assert answer.status_code == 200
    assert answer.context["errors"]
    assert Study.objects.count() == 1


def test_draft_codebook_is_not_offered_to_a_study(cast, lou, sign_in):
    draft = create_codebook(actor=cast.ada, info=small_codebook())
    answer = sign_in(lou).post("/admin/annotator/study/add/", {**ABOUT, "codebook": draft.pk})
    assert answer.status_code == 200
    assert "codebook" in answer.context["adminform"].form.errors


def test_blinding_stays_once_anybody_is_assigned(stage, lou, sign_in):
    client = sign_in(lou)
    address = f"/admin/annotator/study/{stage.study.pk}/change/"
    form = {"title": "Harbour, renamed", "blinding": "open", "reviewers_per_document": "2"}
    form |= {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    assert client.post(address, form).status_code == 302
    study = Study.objects.get(pk=stage.study.pk)
    assert (study.title, study.reviewers_per_document, study.blinding) == ("Harbour, renamed", 2, "until_submitted")


def test_blinding_of_an_unassigned_study_is_changed_with_an_event(stage, cast, lou, sign_in):
    from annotator.actions.study import create_study

    study = create_study(actor=cast.ada, slug="fresh", title="Fresh", codebook=stage.codebook)
    form = {"title": "Fresh", "blinding": "until_submitted", "reviewers_per_document": ""}
    form |= {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    assert sign_in(lou).post(f"/admin/annotator/study/{study.pk}/change/", form).status_code == 302
    event = Event.objects.get(ledger__study=study, verb="changed")
    assert (event.before, event.after) == ({"blinding": "until_closed"}, {"blinding": "until_submitted"})


def test_progress_counts_submitted_assignments_only(full_stage, lou, sign_in):
    assert "1 of 2 submitted" in sign_in(lou).get("/admin/annotator/study/").content.decode()


def test_member_changes_role_leaves_and_returns(stage, cast, lou, sign_in):
    client = sign_in(lou)
    member = Membership.objects.get(study=stage.study, user=cast.ben)
    row = f"/admin/annotator/membership/{member.pk}"
    assert client.post(f"{row}/change/", {"role": "adjudicator"}).status_code == 302
    assert Membership.objects.get(pk=member.pk).role == "adjudicator"
    assert client.post(f"{row}/do/remove/").status_code == 302
    assert Membership.objects.get(pk=member.pk).left_at is not None
    assert client.post(f"{row}/do/return/").status_code == 302
    again = Membership.objects.get(pk=member.pk)
    assert (again.left_at, again.pseudonym) == (None, member.pseudonym)


def test_member_is_added_on_a_page_of_its_own(stage, cast, lou, sign_in):
    form = {"study": stage.study.pk, "user": cast.eli.pk, "role": "reader"}
    assert sign_in(lou).post("/admin/annotator/membership/add/", form).status_code == 302
    assert stage.study.role_of(cast.eli) == "reader"
    again = sign_in(lou).post("/admin/annotator/membership/add/", form)
    assert again.status_code == 200
    assert again.context["errors"]


def test_assignment_is_given_on_a_page_of_its_own(stage, cast, lou, sign_in):
    client = sign_in(lou)
    form = {"study": stage.study.pk, "revision": stage.revision.pk, "reviewer": cast.dora.pk, "role": "adjudicator"}
    assert client.post("/admin/annotator/assignment/add/", form).status_code == 302
    assert Assignment.objects.get(reviewer=cast.dora).role == "adjudicator"


@pytest.mark.parametrize(
    ("change", "field"),
    [({"reviewer": "eli"}, "reviewer"), ({"role": "adjudicator", "reviewer": "ben"}, "__all__")],
)
def test_what_the_action_refuses_is_said_in_the_form(change, field, stage, cast, lou, sign_in):
    """A stranger to the study; and a text given to the reviewer who has it, in another role, changes nothing."""
    count = Assignment.objects.count()
    form = {"study": stage.study.pk, "revision": stage.revision.pk, "role": "reviewer"}
    form |= {**change, "reviewer": getattr(cast, change["reviewer"]).pk}
    answer = sign_in(lou).post("/admin/annotator/assignment/add/", form)
    if field == "reviewer":
        assert answer.status_code == 200
        assert "Only a member" in str(answer.context["adminform"].form.errors[field])
        assert f'value="{form["reviewer"]}"' in answer.content.decode()  # what was chosen is still there
    assert Assignment.objects.count() == count


def test_submitted_work_is_reopened_with_a_reason(full_stage, lou, sign_in):
    client = sign_in(lou)
    address = f"/admin/annotator/assignment/{full_stage.assignments['ben'].pk}/do/reopen/"
    blank = client.post(address, {"reason": "   "})
    assert blank.status_code == 200
    assert blank.context["form"].errors
    assert client.post(address, {"reason": "Pressed Submit by mistake"}).status_code == 302
    assignment = Assignment.objects.get(pk=full_stage.assignments["ben"].pk)
    assert assignment.is_open
    event = Event.objects.get(verb="reopened", assignment=assignment)
    assert (event.actor, event.after["reason"]) == (lou, "Pressed Submit by mistake")


def test_revealed_work_is_not_reopened_and_the_page_says_why(full_stage, cast, lou, sign_in):
    from annotator.actions.assignments import reveal_assignment

    reveal_assignment(actor=cast.ben, assignment_id=full_stage.assignments["ben"].pk)
    address = f"/admin/annotator/assignment/{full_stage.assignments['ben'].pk}/do/reopen/"
    answer = sign_in(lou).post(address, {"reason": "Late thought"})
    assert answer.status_code == 200
    assert "has seen others" in answer.content.decode()


def test_curator_cannot_do_a_leads_deeds(stage, kim, sign_in):
    client = sign_in(kim)
    for deed in ("close", "assign", "members", "texts"):
        assert client.post(f"/admin/annotator/study/{stage.study.pk}/do/{deed}/").status_code == 403
    assert not Study.objects.get(pk=stage.study.pk).is_closed


def test_deed_without_a_token_against_forgery_is_refused(stage, lou):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(lou)
    assert client.post(f"/admin/annotator/study/{stage.study.pk}/do/close/").status_code == 403
    assert not Study.objects.get(pk=stage.study.pk).is_closed

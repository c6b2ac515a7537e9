"""One reviewer more where a document's agreement is low: when, who, and that nobody can tell."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from annotator.actions.assignments import assign_revision, reveal_assignment, submit_assignment
from annotator.actions.extra_review import give_extra_review
from annotator.actions.reclaiming import reclaim_assignments
from annotator.actions.set_up import change_study
from annotator.actions.study import add_member, add_revisions, close_study, remove_member
from annotator.extra_reviews import after_submission, give_extra_reviews, keeper_of
from annotator.models import Assignment, Event, Study, User
from annotator.queries import low_texts

FERRY, BEST = "The ferry carried 1,200 people in May.", "It is the best ferry on the coast."
FARES, NOBODY = "Fares will rise, the mayor said.", "Nobody should be surprised."
RULE = {"extra_up_to": 4, "extra_below": 0.667, "extra_measure": "together"}


@pytest.fixture
def ruled(stage: Any, cast: SimpleNamespace) -> Study:
    """The stage, its rule set by ada, with fay and gus as further reviewers."""
    for name in ("fay", "gus"):
        setattr(cast, name, User.objects.create(username=name))
        add_member(actor=cast.ada, study=stage.study, user=getattr(cast, name))
    return change_study(actor=cast.ada, study=stage.study, changes=RULE)


@pytest.fixture
def disagree(stage: Any, mark: Any) -> None:
    """Ben and cleo have marked quite other passages."""
    mark("ben", FERRY, "fact", ratings=[("slant", 0)])
    mark("ben", BEST, "opinion", ratings=[("slant", 0)])
    mark("cleo", FARES, "fact", ratings=[("slant", 0)])
    mark("cleo", NOBODY, "opinion", ratings=[("slant", 0)])


@pytest.fixture
def agree(stage: Any, mark: Any) -> None:
    """Ben and cleo have marked the same."""
    for name in ("ben", "cleo"):
        mark(name, FERRY, "fact", ratings=[("slant", 0)])
        mark(name, BEST, "opinion", ratings=[("slant", 0)])


def hand_in(assignment: Any) -> Any:
    done = submit_assignment(actor=assignment.reviewer, assignment_id=assignment.pk, accept_gaps=True)
    after_submission(done)
    return done


def readers(study: Study) -> set[str]:
    return set(Assignment.objects.reviews().filter(study=study).values_list("reviewer__username", flat=True))


def test_the_last_review_of_a_document_with_low_agreement_brings_one_more(
    ruled: Study, stage: Any, cast: SimpleNamespace, disagree: None
) -> None:
    hand_in(stage.assignments["ben"])
    assert readers(ruled) == {"ben", "cleo"}, "cleo's review is still to come"
    hand_in(stage.assignments["cleo"])
    (extra,) = readers(ruled) - {"ben", "cleo"}
    made = Assignment.objects.get(study=ruled, reviewer__username=extra)
    assert (extra in ("fay", "gus"), made.state, made.informed_at) == (True, "open", None)
    said, given = Event.objects.filter(ledger__study=ruled).order_by("-seq")[:2]
    assert (given.verb, given.actor, given.assignment) == ("assigned", cast.ada, made)
    assert (said.verb, said.kind, said.actor, said.assignment) == ("extra review", "study", cast.ada, None)
    assert said.after == {"document": "harbour-text", "revision": 1}


def test_where_agreement_is_high_or_undefined_nobody_is_added(ruled: Study, stage: Any, agree: None) -> None:
    for name in ("ben", "cleo"):
        hand_in(stage.assignments[name])
    assert readers(ruled) == {"ben", "cleo"}


def test_a_document_that_nobody_marked_is_not_low(ruled: Study, stage: Any) -> None:
    for name in ("ben", "cleo"):
        hand_in(stage.assignments[name])
    assert (low_texts(ruled), readers(ruled)) == ([], {"ben", "cleo"})


def test_without_a_rule_nobody_is_added(stage: Any, cast: SimpleNamespace, disagree: None) -> None:
    add_member(actor=cast.ada, study=stage.study, user=cast.eli)
    for name in ("ben", "cleo"):
        hand_in(stage.assignments[name])
    assert readers(stage.study) == {"ben", "cleo"}


def test_the_weakest_label_counts_where_the_rule_says_so(ruled: Study, stage: Any, cast: Any, mark: Any) -> None:
    for name in ("ben", "cleo"):
        for words in (FERRY, FARES, BEST):
            mark(name, words, "fact", ratings=[("slant", 0)])
    mark("ben", NOBODY, "opinion", ratings=[("slant", 0)])
    for name in ("ben", "cleo"):
        submit_assignment(actor=getattr(cast, name), assignment_id=stage.assignments[name].pk, accept_gaps=True)
    assert low_texts(ruled) == []
    weakest = change_study(actor=cast.ada, study=ruled, changes={"extra_measure": "weakest"})
    (low,) = low_texts(weakest)
    assert (low.revision, low.n_reviews, low.value < 0.667) == (stage.revision, 2, True)


def test_it_goes_on_up_to_so_many_and_no_further(ruled: Study, stage: Any, cast: Any, disagree: None) -> None:
    change_study(actor=cast.ada, study=ruled, changes={"extra_up_to": 3})
    for name in ("ben", "cleo"):
        hand_in(stage.assignments[name])
    third = Assignment.objects.open().get(study=ruled)
    hand_in(third)
    assert Assignment.objects.filter(study=ruled).count() == 3
    change_study(actor=cast.ada, study=ruled, changes={"extra_up_to": 4})
    assert len(give_extra_reviews(Study.objects.get(pk=ruled.pk))) == 1
    assert readers(ruled) == {"ben", "cleo", "fay", "gus"}


def test_it_waits_for_as_many_reviews_as_the_study_wants(ruled: Study, stage: Any, cast: Any, disagree: None) -> None:
    change_study(actor=cast.ada, study=ruled, changes={"reviewers_per_document": 3})
    for name in ("ben", "cleo"):
        hand_in(stage.assignments[name])
    assert readers(ruled) == {"ben", "cleo"}


def test_of_two_at_once_one_gives(ruled: Study, stage: Any, cast: Any, disagree: None) -> None:
    for name in ("ben", "cleo"):
        submit_assignment(actor=getattr(cast, name), assignment_id=stage.assignments[name].pk, accept_gaps=True)
    (low,) = low_texts(ruled)
    first, second = (give_extra_review(actor=cast.ada, study=ruled, revision=low.revision) for _ in "ab")
    assert (first is not None, second) == (True, None)


def test_it_goes_to_who_has_least_to_do(
    ruled: Study, stage: Any, cast: Any, make_document: Any, disagree: None
) -> None:
    more = [make_document(slug, f"The text {slug}.\n") for slug in ("anchor", "buoy")]
    add_revisions(actor=cast.ada, study=ruled, revisions=more)
    assign_revision(actor=cast.ada, study=ruled, revision=more[0], reviewer=cast.fay)
    for name in ("ben", "cleo"):
        hand_in(stage.assignments[name])
    assert readers(ruled) - {"fay"} == {"ben", "cleo", "gus"}


def test_who_can_see_work_on_it_is_never_chosen_and_who_saw_other_work_last(
    ruled: Study, stage: Any, make_stage: Any, cast: Any, make_document: Any, disagree: None
) -> None:
    other = make_document("other", "Another text. It has two sentences.\n")
    add_revisions(actor=cast.ada, study=ruled, revisions=[other])
    seen = assign_revision(actor=cast.ada, study=ruled, revision=other, reviewer=cast.gus)
    theirs = assign_revision(actor=cast.ada, study=ruled, revision=other, reviewer=cast.dora)
    for each in (seen, theirs):
        submit_assignment(actor=each.reviewer, assignment_id=each.pk, accept_gaps=True)
    reveal_assignment(actor=cast.gus, assignment_id=seen.pk)
    remove_member(actor=cast.ada, study=ruled, user=cast.dora)
    for name in ("ben", "cleo"):
        hand_in(stage.assignments[name])
    assert "gus" not in set(
        Assignment.objects.filter(study=ruled, revision=stage.revision).values_list("reviewer__username", flat=True)
    )
    fay = Assignment.objects.open().get(study=ruled, reviewer=cast.fay)
    reclaim_assignments(actor=cast.ada, study=ruled, ids=[fay.pk])
    (second,) = give_extra_reviews(ruled)
    assert (second.reviewer, second.informed_at is not None) == (cast.gus, True), "counted apart, as it must be"
    reclaim_assignments(actor=cast.ada, study=ruled, ids=[second.pk])
    add_member(actor=cast.ada, study=ruled, user=cast.eli)
    open_one = make_stage("open", blinding="open", reviewers=())
    add_member(actor=cast.ada, study=open_one.study, user=cast.eli)
    add_revisions(actor=cast.ada, study=open_one.study, revisions=[stage.revision])
    add_member(actor=cast.ada, study=open_one.study, user=cast.ben)
    public = assign_revision(actor=cast.ada, study=open_one.study, revision=stage.revision, reviewer=cast.ben)
    submit_assignment(actor=cast.ben, assignment_id=public.pk, accept_gaps=True)
    assert give_extra_reviews(ruled) == [], "eli can read ben's work on the text in the open study"


@pytest.mark.parametrize("what", ["closed", "withdrawn", "machine", "left"])
def test_nothing_is_given_where_nothing_can_be(ruled: Study, stage: Any, cast: Any, disagree: None, what: str) -> None:
    from sources.store import withdraw_document

    for name in ("ben", "cleo"):
        submit_assignment(actor=getattr(cast, name), assignment_id=stage.assignments[name].pk, accept_gaps=True)
    if what == "closed":
        ruled = close_study(actor=cast.ada, study=ruled)
    if what == "withdrawn":
        withdraw_document(stage.revision.document, "wrong licence")
    for user in (cast.fay, cast.gus):
        if what == "machine":
            User.objects.filter(pk=user.pk).update(kind="machine")
        if what == "left":
            remove_member(actor=cast.ada, study=ruled, user=user)
    assert give_extra_reviews(ruled) == []


def test_the_rule_acts_for_who_set_it_or_else_for_a_lead(ruled: Study, cast: Any) -> None:
    assert keeper_of(ruled) == cast.ada
    User.objects.filter(pk=cast.ada.pk).update(is_superuser=False, is_staff=False)
    ruled = Study.objects.get(pk=ruled.pk)
    assert keeper_of(ruled) == cast.ada, "she leads it"
    add_member(actor=cast.ada, study=ruled, user=cast.eli, role="lead")
    remove_member(actor=cast.eli, study=ruled, user=cast.ada)
    assert keeper_of(Study.objects.get(pk=ruled.pk)) == cast.eli
    User.objects.filter(pk=cast.eli.pk).update(is_active=False)
    assert keeper_of(Study.objects.get(pk=ruled.pk)) is None


def test_a_failure_of_the_rule_leaves_the_submission_standing(
    ruled: Study, stage: Any, disagree: None, monkeypatch: Any, caplog: Any
) -> None:
    def fail(*args: Any) -> None:
        raise ValueError("no figure today")

    monkeypatch.setattr("annotator.extra_reviews.low_texts", fail)
    hand_in(stage.assignments["ben"])
    assert Assignment.objects.get(pk=stage.assignments["ben"].pk).is_submitted
    assert "The rule of extra reviewers failed" in caplog.text


def test_a_command_catches_up(ruled: Study, stage: Any, cast: Any, disagree: None, capsys: Any) -> None:
    for name in ("ben", "cleo"):
        submit_assignment(actor=getattr(cast, name), assignment_id=stage.assignments[name].pk, accept_gaps=True)
    call_command("extra_reviews")
    assert capsys.readouterr().out == "harbour: 1 given\n"
    call_command("extra_reviews", "harbour")
    assert capsys.readouterr().out == "harbour: 0 given\n"
    with pytest.raises(CommandError):
        call_command("extra_reviews", "nothing")


def everything(user: Any, ids: list[Any]) -> list[bytes]:
    """What somebody gets of the study."""
    client = Client()
    client.force_login(user)
    paths = ["assignments/", "studies/", "annotations/", "studies/harbour/", "studies/harbour/assignments/"]
    paths += ["studies/harbour/events/", "studies/harbour/members/", *(f"assignments/{pk}/" for pk in ids)]
    pages = ["/", "/studies/", "/studies/harbour/", "/studies/harbour/documents/harbour-text/"]
    answers = [client.get(f"/api/v1/{path}") for path in paths] + [client.get(path) for path in pages]

    return [
        re.sub(rb'"request_id": ?"[^"]*"|csrfmiddlewaretoken" value="[^"]*"', b"", each.content) for each in answers
    ]


def test_nobody_but_the_new_reviewer_can_tell_and_they_not_why(
    ruled: Study, stage: Any, cast: Any, disagree: None
) -> None:
    for name in ("ben", "cleo"):
        submit_assignment(actor=getattr(cast, name), assignment_id=stage.assignments[name].pk, accept_gaps=True)
    remove_member(actor=cast.ada, study=ruled, user=cast.gus)
    ids = [each.pk for each in stage.assignments.values()]
    before = [everything(user, ids) for user in (cast.ben, cast.cleo)]
    (made,) = give_extra_reviews(ruled)
    assert [everything(user, [*ids]) for user in (cast.ben, cast.cleo)] == before
    (event,) = Event.objects.filter(assignment=made)
    usual = Event.objects.filter(assignment=stage.assignments["ben"]).order_by("seq").first()
    assert (event.verb, event.kind, event.after) == (usual.verb, usual.kind, usual.after), "as any other's"
    told = [answer.replace(b'"extra_reviews":null', b"") for answer in everything(cast.fay, [made.pk])]
    assert not any(b"extra" in answer for answer in told)


def test_the_page_shows_what_is_low_and_gives_it(ruled: Study, stage: Any, cast: Any, disagree: None) -> None:
    client = Client()
    client.force_login(cast.ada)
    page = "/studies/harbour/extra-reviews/"
    assert "No document waits for one" in client.get(page).content.decode()
    assert page in client.get("/studies/harbour/setup/").content.decode()
    for name in ("ben", "cleo"):
        submit_assignment(actor=getattr(cast, name), assignment_id=stage.assignments[name].pk, accept_gaps=True)
    assert "Harbour-Text" in client.get(page).content.decode()
    assert client.post(page).status_code == 302
    assert "1 document given to one reviewer more." in client.get(page).content.decode()


def test_a_lead_who_reviews_is_shown_nothing(ruled: Study, stage: Any, cast: Any, disagree: None) -> None:
    client = Client()
    client.force_login(cast.ada)
    mine = assign_revision(actor=cast.ada, study=ruled, revision=stage.revision, reviewer=cast.ada)
    page, api = "/studies/harbour/extra-reviews/", "/api/v1/studies/harbour/extra-reviews/"
    assert "its agreement is hidden from you" in client.get(page).content.decode()
    assert (client.post(page).status_code, client.get(api).json()["code"]) == (403, "blind")
    for each in (*stage.assignments.values(), mine):
        submit_assignment(actor=each.reviewer, assignment_id=each.pk, accept_gaps=True)
    assert "Harbour-Text" not in client.get(page).content.decode(), "submitted, and not revealed yet"
    assert client.get(api).json() == {"results": []}


def test_the_rule_by_api(ruled: Study, stage: Any, cast: Any, disagree: None) -> None:
    ada, ben = Client(), Client()
    ada.force_login(cast.ada)
    ben.force_login(cast.ben)
    rule = {"up_to": 4, "below": 0.667, "measure": "together"}
    assert ada.get("/api/v1/studies/harbour/").json()["extra_reviews"] == rule
    assert ben.get("/api/v1/studies/harbour/").json()["extra_reviews"] is None

    def patch(rule: Any, version: int) -> Any:
        return ada.patch(
            "/api/v1/studies/harbour/",
            {"extra_reviews": rule},
            content_type="application/json",
            headers={"if-match": f'"{version}"'},
        )

    for wrong in (
        {"up_to": 2, "below": 0.5},
        {"up_to": 3},
        {"up_to": 3, "below": 2},
        {"up_to": 3, "below": "0.5"},
        {"up_to": 3, "below": True},
        {"up_to": 3, "below": 0.5, "measure": "by eye"},
        {"up_to": 3, "below": 0.5, "who": "me"},
        "always",
    ):
        answer = patch(wrong, 2)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), wrong
    for name in ("ben", "cleo"):
        submit_assignment(actor=getattr(cast, name), assignment_id=stage.assignments[name].pk, accept_gaps=True)
    (low,) = ada.get("/api/v1/studies/harbour/extra-reviews/").json()["results"]
    assert (low["text"], low["reviews"]) == ({"document": "harbour-text", "revision": 1}, 2)
    assert low["agreement"] < 0.667
    (made,) = ada.post("/api/v1/studies/harbour/extra-reviews/", {}, content_type="application/json").json()["results"]
    assert (made["document"], made["state"]) == ("harbour-text", "open")
    assert patch(None, 2).json()["extra_reviews"] is None
    assert ada.post("/api/v1/studies/harbour/extra-reviews/", {}, content_type="application/json").json() == {
        "results": []
    }


def test_a_submission_by_api_sets_the_rule_to_work(ruled: Study, stage: Any, cast: Any, disagree: None) -> None:
    for name in ("ben", "cleo"):
        client = Client()
        client.force_login(getattr(cast, name))
        path = f"/api/v1/assignments/{stage.assignments[name].pk}/submit/"
        assert client.post(path, {"accept_gaps": True}, content_type="application/json").status_code == 200
    assert len(readers(ruled)) == 3


def test_the_history_tells_a_lead_who_reviews_nothing_of_the_rule(
    ruled: Study, stage: Any, cast: Any, disagree: None
) -> None:
    """That a document was given to one more says that its agreement is low: even in one's own acts, set as a rule."""
    add_member(actor=cast.ada, study=ruled, user=cast.eli, role="lead")
    mine = assign_revision(actor=cast.ada, study=ruled, revision=stage.revision, reviewer=cast.eli)
    for each in (*stage.assignments.values(), mine):
        hand_in(each)
    said = Event.objects.filter(ledger__study=ruled, verb="extra review")
    assert (said.count(), said.visible_to(cast.eli).count(), said.visible_to(cast.ada).count()) == (1, 0, 1)
    reveal_assignment(actor=cast.eli, assignment_id=mine.pk)
    assert said.visible_to(cast.eli).count() == 1

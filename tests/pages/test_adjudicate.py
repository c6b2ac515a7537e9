"""The adjudicator's page: cases, one form for all that can be done with them, and nothing for anybody else."""

import re

import pytest

from annotator.actions.annotation import Precondition
from annotator.actions.assignments import assign_revision
from annotator.actions.rating import rate_document
from annotator.actions.study import add_member, close_study, create_study
from annotator.models import Annotation, Decision, Rating
from tests.pages.conftest import BEST, FERRY, MACHINE


@pytest.fixture
def gold(cast, stage):
    return assign_revision(
        actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.dora, role="adjudicator"
    )


@pytest.fixture
def url(gold):
    return f"/assignments/{gold.pk}/adjudicate/"


def form_of(page):
    """What the case's form sends besides its button; nothing where there is no case."""
    fields = [each for each in page.all("input") if each.get("type") == "hidden"]
    once = {each["name"]: each["value"] or "" for each in fields if each["name"] in ("id", "scale", "passage", "seen")}
    return {**once, "votes": [each["value"] for each in fields if each["name"] == "votes"]}


def rate(stage, who, point):
    """Somebody rates the document."""
    assignment = stage.assignments[who]
    named = {"actor": assignment.reviewer, "assignment_id": assignment.pk, "precondition": Precondition(create=True)}
    rate_document(scale="credibility", point=point, **named)


def buttons(page, start=""):
    acts = [each["value"] or "" for each in page.all("button") if each.get("name") == "act"]
    return [act for act in acts if act.startswith(start)]


@pytest.fixture
def settle(read, as_, url):
    """A function that presses a button of the case shown and returns the answer."""

    def act(what, case=1, **extra):
        page = read("dora", f"{url}?case={case}")
        chosen = next((each for each in buttons(page) if each.startswith(what)), what)
        return as_("dora").post(f"{url}?case={case}", {**form_of(page), "act": chosen, **extra})

    return act


def test_cases_stand_the_most_divided_first_with_what_each_reviewer_says(read, url, marked, stage, cast):
    page = read("dora", url)
    assert "2 disagreements left" in page.words
    pseudonyms = [stage.study.memberships.get(user=user).pseudonym for user in (cast.ben, cast.cleo)]
    assert all(name in page.words for name in pseudonyms)
    assert not any(f">{name}<" in page.markup for name in ("ben", "cleo"))
    assert "Case 1 of 2" in page.words
    assert len(buttons(page, "take ")) == 1
    assert "1 passage can be settled beforehand" in page.words  # the ferry: the same words and label, rated apart
    assert "<b>bold</b>" not in "".join(read("dora", f"{url}?case={n}").markup for n in (1, 2))


@pytest.mark.parametrize("case", ["0", "99", "-1", "x", "٣", "1e9"])
def test_an_odd_number_shows_a_case_that_is_there(read, url, marked, case):
    assert "of 2" in read("dora", f"{url}?case={case}").words


def test_a_text_is_settled_without_scripts(settle, read, as_, url, marked, gold, stage):
    for what in ("drop", "contest", "agreed", "doubt"):
        answer = settle(what)
        assert (answer.status_code, answer["Location"].endswith("#case")) == (302, True)
    said = {(each.outcome, each.is_on_scale) for each in Decision.objects.all()}
    assert said == {("nothing_here", False), ("contested", False), ("agreed_by_rule", False), ("contested", True)}
    page = read("dora", url)
    assert "No disagreements left" in page.words
    undo = buttons(page, "undo ")[0]
    assert as_("dora").post(url, {"act": undo}).status_code == 302
    assert Decision.objects.live().count() == 3
    settle("take ")
    Rating.objects.filter(assignment=gold, annotation__label__code="ai").delete()
    undo = buttons(read("dora", url), "undo ")[0]
    refused = as_("dora").post(url, {"act": "submit"})
    assert (refused.status_code, "is not answered" in refused.content.decode()) == (409, True)
    assert as_("dora").post(url, {"act": "submit", "accept_gaps": "1"}).status_code == 302
    locked = read("dora", url)
    assert "Submitted and locked" in locked.words
    assert buttons(locked) == []
    assert as_("dora").post(url, {"act": undo}).status_code == 409
    assert "Read the gold standard" in read("dora", "/").words


def test_a_form_sent_twice_settles_once_and_an_old_one_says_so(read, as_, url, marked):
    page = read("dora", url)
    sent = {**form_of(page), "act": buttons(page, "take ")[0]}
    assert [as_("dora").post(url, sent).status_code for _ in range(2)] == [302, 302]
    assert Decision.objects.count() == 1
    old = as_("dora").post(url, {**sent, "id": ""})
    assert (old.status_code, "changed meanwhile" in old.content.decode()) == (409, True)


def test_a_reason_is_asked_for_and_what_was_typed_stays(settle, stage, mark, submit, cast, gold):
    for name in ("ben", "cleo"):
        mark(name, FERRY if name == "ben" else "The ferry carried 1,200 people", "fact")
    submit("ben", "cleo")
    answer = settle("drop", reason="")
    assert (answer.status_code, "Give a reason" in answer.content.decode()) == (400, True)
    assert settle("drop", reason="no claim").status_code == 302
    assert Decision.objects.get().reason == "no claim"


def test_merging_and_redrawing(settle, stage, mark, submit, gold, read, url):
    mark("ben", FERRY, "fact")
    mark("cleo", "ferry carried 1,200", "fact")
    submit("ben", "cleo")
    merges = [value.split()[2:] for value in buttons(read("dora", url), "merge ")]
    wide, narrow = stage.span(FERRY), stage.span("ferry carried 1,200")
    assert merges == [[str(wide[0]), str(wide[1])], [str(narrow[0]), str(narrow[1])]]
    start, end = stage.span("ferry carried")
    assert settle("redraw", label="fact", start="", end="").status_code == 400
    assert settle("redraw", label="fact", start=end, end=start).status_code == 400
    assert settle("redraw", label="fact", start=0, end=7).status_code == 400  # none of the case's words
    assert settle("redraw", label="fact", start=start, end=end).status_code == 302
    assert Annotation.objects.live().get(assignment=gold).quote == "ferry carried"


def test_where_no_words_are_marked_by_all_there_is_one_way_to_merge(stage, mark, submit, gold, read, url):
    for part in ("The ferry carried", "in May."):
        mark("ben", part, "fact")
    mark("cleo", FERRY, "fact")
    submit("ben", "cleo")
    start, end = stage.span(FERRY)
    assert buttons(read("dora", url), "merge ") == [f"merge fact {start} {end}"]


def test_all_of_one_reviewer_in_one_act(settle, marked, gold, stage, cast):
    name = stage.study.memberships.get(user=cast.ben).pseudonym
    settle("agreed")
    assert settle(f"all {name}").status_code == 302
    made = Annotation.objects.live().filter(assignment=gold)
    assert sorted(each.quote for each in made) == sorted([FERRY, BEST])
    assert Decision.objects.count() == 3
    assert (
        Rating.objects.get(annotation__in=made, annotation__label__code="fact").point.value == 0
    )  # and how he rates it


def test_what_all_agree_on_is_settled_by_the_rule_that_is_shown(read, as_, url, mark, submit):
    for name in ("ben", "cleo"):
        mark(name, MACHINE, "ai")
    submit("ben", "cleo")
    page = read("dora", url)
    assert "everybody who read the text marked exactly these words" in page.words
    assert "No disagreements left" in page.words
    assert as_("dora").post(url, {"act": buttons(page, "agreed")[0]}).status_code == 302
    assert Decision.objects.get().outcome == "agreed_by_rule"
    assert "Settled by rule" in read("dora", url).words


def test_a_scale_is_a_case_of_its_own_with_every_point_to_take(settle, read, as_, url, mark, submit, stage, gold):
    for name, point in (("ben", -2), ("cleo", 2)):
        mark(name, FERRY, "fact", ratings=[("slant", point)], note=f"{name} doubts")
        rate(stage, name, 2)
    submit("ben", "cleo")
    page = read("dora", url)
    assert "1 passage and 1 rating of the document can be settled beforehand" in page.words
    settle("agreed")
    page = read("dora", url)
    assert "Case 1 of 1" in page.words
    assert "lie apart by 1" in page.words
    assert "Which way?" in page.words
    assert [act.split()[1] for act in buttons(page, "point ")] == ["-2", "-1", "0", "1", "2", "9"]
    keys = [each.get("data-key") for each in page.all("button") if (each.get("value") or "").startswith("point ")]
    assert keys == ["1", "2", "3", "4", "5", "0"]
    assert all(note in page.words for note in ("ben doubts", "cleo doubts"))
    changed = {**form_of(page), "seen": "R-ABC2=1@", "act": "point 2"}
    assert as_("dora").post(url, changed).status_code == 409
    assert as_("dora").post(url, {**form_of(page), "act": "point 7"}).status_code == 400
    assert as_("dora").post(url, {**form_of(page), "act": "point x"}).status_code == 400
    sent = {**form_of(page), "act": "point 9"}
    assert [as_("dora").post(url, sent).status_code for _ in range(2)] == [302, 302]
    assert as_("dora").post(url, {**sent, "id": ""}).status_code == 409
    page = read("dora", url)
    assert "No disagreements left" in page.words
    assert "Which way? cannot judge" in page.words
    assert Rating.objects.get(assignment=gold, annotation__isnull=False).point.value == 9
    assert Rating.objects.get(assignment=gold, annotation=None).point.value == 2
    assert as_("dora").post(url, {"act": "submit"}).status_code == 302


def test_overruling_a_majority_on_a_scale_wants_a_reason(settle, read, url, cast, stage, mark, submit, gold):
    add_member(actor=cast.ada, study=stage.study, user=cast.eli)
    stage.assignments["eli"] = assign_revision(
        actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.eli
    )
    for name, point in (("ben", 2), ("cleo", 2), ("eli", 5)):
        rate(stage, name, point)
    submit("ben", "cleo", "eli")
    assert "More than half of those who rated say step 2." in read("dora", url).words
    refused = settle("point 5")
    assert (refused.status_code, "say step 2. Give a reason" in refused.content.decode()) == (400, True)
    assert settle("doubt").status_code == 400
    assert settle("point 5", reason="eli asked the mayor").status_code == 302
    assert Decision.objects.get().reason == "eli asked the mayor"


def test_a_rating_submitted_late_is_said_and_the_decision_holds_until_then(
    settle, read, url, cast, stage, submit, gold
):
    add_member(actor=cast.ada, study=stage.study, user=cast.eli)
    stage.assignments["eli"] = assign_revision(
        actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.eli
    )
    for name, point in (("ben", 1), ("cleo", 2), ("eli", 5)):
        rate(stage, name, point)
    submit("ben", "cleo")
    settle("point 1")
    assert "to look at again" not in read("dora", url).words
    submit("eli")
    page = read("dora", url)
    assert "1 decision to look at again" in page.words
    assert "1 rating submitted since." in page.words
    settle("keep ")
    assert "to look at again" not in read("dora", url).words


def test_late_work_is_said_and_the_decision_can_be_upheld(settle, read, as_, url, mark, submit):
    mark("ben", FERRY, "fact")
    submit("ben")
    settle("take ")
    mark("cleo", "ferry carried", "opinion")
    submit("cleo")
    page = read("dora", url)
    assert "1 decision to look at again" in page.words
    assert "Settled here already" in page.words
    assert as_("dora").post(url, {"act": buttons(page, "keep ")[0]}).status_code == 302
    assert "to look at again" not in read("dora", url).words


def test_all_of_a_reviewer_is_taken_whose_imported_name_has_spaces(settle, marked, gold, stage, cast):
    stage.study.memberships.filter(user=cast.ben).update(pseudonym="second  coder A")
    assert settle("all second  coder A").status_code == 302
    assert Decision.objects.live().filter(assignment=gold).exists()


@pytest.mark.parametrize(
    "act", ["", "x", "take", "take x", "take a b", "merge fact x y", "merge fact 1 2", "undo x 1", "keep", "all nobody"]
)
def test_odd_acts_settle_nothing(settle, url, as_, marked, gold, act):
    assert as_("dora").post(url, {"act": act, "id": "x" if act == "x" else "", "start": "9"}).status_code in (
        302,
        400,
        409,
    )
    assert not Decision.objects.exists()


def test_nobody_else_comes_here_and_a_review_is_not_settled(read, url, urls, marked, gold):
    for who in ("ben", "eli", "ada"):
        read(who, url, 404)
    read("ben", f"{urls.workbench}adjudicate/", 404)
    assert re.search("Settle", read("dora", "/").words)


def test_a_blind_adjudicator_sees_none_of_it(read, cast, stage, url, marked):
    other = create_study(
        actor=cast.ada, slug="other", title="Other", codebook=stage.codebook, revisions=[stage.revision]
    )
    add_member(actor=cast.ada, study=other, user=cast.dora)
    assign_revision(actor=cast.ada, study=other, revision=stage.revision, reviewer=cast.dora)
    page = read("dora", url)
    assert "Others’ work is not shown yet" in page.words
    assert FERRY not in page.words


def test_a_closed_study_is_read_only(read, cast, stage, url, marked):
    close_study(actor=cast.ada, study=stage.study)
    page = read("dora", url)
    assert "The study is closed" in page.words
    assert buttons(page) == []


def test_before_anybody_submitted_there_is_nothing_to_settle(read, url, mark):
    mark("ben", FERRY, "fact")
    page = read("dora", url)
    assert "Nothing to settle yet" in page.words
    assert buttons(page, "take") == []

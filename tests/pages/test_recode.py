"""Coding again on its page: one passage at a time, whole without scripts, and only one's own."""

import pytest

from annotator.actions.study import close_study, use_codebook
from annotator.models import Recoding
from tests.actions.test_recoding import split
from tests.pages.conftest import BEST, FERRY

URL = "/studies/harbour/recode/"


@pytest.fixture
def newer(cast, stage, marked):
    """The study is read with opinions split into views and forecasts."""
    codebook = split(stage.codebook, cast.ada, "fact", "event", "statement")
    use_codebook(actor=cast.ada, study=stage.study, codebook=codebook)
    return codebook


def form_of(page):
    names = ("passage", "seen", "version")
    fields = [each for each in page.all("input") if each.get("name") in names]
    return {each["name"]: each["value"] for each in fields[-3:]}


def acts(page):
    return [each["value"] for each in page.all("button") if each.get("name") == "act"]


def test_a_passage_is_answered_with_one_button_and_the_answer_taken_back(read, as_, newer, stage):
    assert "Code 1 passage again" in read("ben", "/").words
    page = read("ben", URL)
    assert "1 passage left" in page.words
    assert (FERRY in page.words, BEST in page.words) == (True, True)  # the whole text stands there
    assert "You called this Fact, in version 1." in page.words
    assert acts(page) == ["is event", "is statement", "none"]
    sent = {**form_of(page), "act": "is event"}
    answer = as_("ben").post(f"{URL}?case=1", sent)
    assert (answer.status_code, answer["Location"]) == (302, f"{URL}?case=1#case")
    assert as_("ben").post(URL, sent).status_code == 302, "sent twice it is the same answer"
    assert Recoding.objects.get(assignment__reviewer__username="ben").label.code == "event"
    page = read("ben", URL)
    assert "Nothing to code again" in page.words
    assert "Code 1 passage again" not in read("ben", "/").words
    (fields,) = [form_of(page)]
    assert as_("ben").post(URL, {**fields, "act": "undo"}).status_code == 302
    assert not Recoding.objects.live().exists()
    assert as_("ben").post(URL, {**sent, "act": "none"}).status_code == 302
    assert Recoding.objects.live().get().label is None


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"act": ""}, 400),
        ({"act": "is"}, 400),
        ({"act": "is opinion"}, 400),
        ({"act": "take event"}, 400),
        ({"passage": "x"}, 400),
        ({"passage": "01890a5d-ac96-774b-bcce-b302099a8057"}, 404),
        ({"seen": "1"}, 409),
        ({"seen": "x"}, 400),
        ({"version": "7"}, 404),
        ({"version": "9" * 30}, 400),
    ],
)
def test_odd_answers_are_refused_and_leave_no_trace(read, as_, newer, changes, status):
    sent = {**form_of(read("ben", URL)), "act": "is event", **changes}
    assert as_("ben").post(URL, sent).status_code == status
    assert not Recoding.objects.exists()


def test_each_sees_their_own_and_others_passages_are_not_answered(read, as_, newer, stage):
    theirs = form_of(read("cleo", URL))
    assert as_("ben").post(URL, {**theirs, "act": "is event"}).status_code == 404
    assert "No label that you used was split." in read("dora", URL).words
    read("eli", URL, 404)


def test_a_closed_study_takes_no_answer(read, as_, cast, stage, newer):
    sent = {**form_of(read("ben", URL)), "act": "is event"}
    close_study(actor=cast.ada, study=stage.study)
    assert "The study is closed" in read("ben", URL).words
    assert as_("ben").post(URL, sent).status_code == 409


@pytest.mark.parametrize("case", ["0", "99", "x", "1e9", "9" * 300])
def test_an_odd_number_shows_a_passage_that_is_there(read, newer, case):
    assert "Passage 1 of 1" in read("ben", f"{URL}?case={case}").words


def test_the_lead_sees_before_and_after_how_many_are_asked(read, as_, cast, stage, marked):
    codebook = split(stage.codebook, cast.ada, "fact", "event", "statement")
    before = " ".join(read("ada", "/studies/harbour/codebook/?version=2").words.split())
    assert "2 passages of 2 reviewers would have to be coded again" in before
    use_codebook(actor=cast.ada, study=stage.study, codebook=codebook)
    as_("ben").post(URL, {**form_of(read("ben", URL)), "act": "is event"})
    after = " ".join(read("ada", "/studies/harbour/codebook/").words.split())
    assert "1 passage of 2 with a split label waits for the answer of its reviewer" in after

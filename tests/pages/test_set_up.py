"""The pages on which a lead begins a study, sets it up, chooses its documents and closes it."""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from annotator.actions.study import add_member, add_revisions
from annotator.models import Assignment, Study

ADDRESS = "/studies/harbour/setup/"
TEXTS = "/studies/harbour/texts/"
SOUND = {
    "title": "Harbour",
    "purpose": "reliability",
    "blinding": "until_submitted",
    "reviewers_per_document": "",
    "order": "random",
    "due_on": "",
    "extra_up_to": "",
    "extra_below": "0.667",
    "extra_measure": "together",
}


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', page))


def test_a_study_is_made_from_its_title_and_a_codebook(stage: Any, as_: Callable[[str], Client]) -> None:
    client = as_("ada")
    assert "/studies/new/" in client.get("/studies/").content.decode()
    page = client.get("/studies/new/").content.decode()
    assert "after a first look nothing is independent any more" in page
    form = {"title": "Ports & quays", "purpose": "teaching", "blinding": "", "codebook": stage.codebook.pk}
    form["order"] = "least_covered"
    answer = client.post("/studies/new/", form)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/studies/ports-quays/texts/")
    made = Study.objects.get(slug="ports-quays")
    assert (made.purpose, made.blinding, made.reviewers_per_document) == ("teaching", "until_submitted", None)
    assert client.post("/studies/new/", form).headers["Location"] == "/studies/ports-quays-2/texts/"
    assert client.post("/studies/new/", {**form, "title": "本"}).headers["Location"] == "/studies/study/texts/"
    assert client.post("/studies/new/", {**form, "title": "New"}).headers["Location"] == "/studies/new-2/texts/"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": ""}, "This field is required"),
        ({"title": "x" * 301}, "at most 300"),
        ({"title": "a\x00b"}, "Null characters are not allowed"),
        ({"slug": "Not a slug"}, "small letters"),
        ({"slug": "harbour"}, "There is a study “harbour” already."),
        ({"slug": "new"}, "is the address of another page"),
        ({"codebook": ""}, "This field is required"),
        ({"codebook": "987654"}, "Select a valid choice"),
        ({"purpose": "fun"}, "Select a valid choice"),
        ({"blinding": "never"}, "Select a valid choice"),
        ({"order": "by mood"}, "Select a valid choice"),
        ({"due_on": "tomorrow"}, "Enter a valid date"),
        ({"due_on": "2001-01-01"}, "This day is over. Choose today or a later one."),
        ({"reviewers_per_document": "0"}, "greater than or equal to 1"),
        ({"reviewers_per_document": "9" * 400}, "less than or equal to 1000"),
    ],
)
def test_an_unfit_study_is_refused_beside_its_field(
    stage: Any, as_: Callable[[str], Client], change: dict[str, str], words: str
) -> None:
    form = {"title": "Quay", "slug": "quay", "purpose": "teaching", "blinding": "", "codebook": stage.codebook.pk}
    form["order"] = "random"
    answer = as_("ada").post("/studies/new/", {**form, **change})
    assert answer.status_code == 400
    assert words.lower() in answer.content.decode().lower()
    assert Study.objects.count() == 1
    assert as_("ada").post("/studies/new/", form).status_code == 302


def test_only_staff_who_run_studies_begin_one(stage: Any, cast: SimpleNamespace, as_: Callable[[str], Client]) -> None:
    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="lead")
    for name in ("ben", "dora", "eli"):
        assert as_(name).get("/studies/new/").status_code == 404
        assert "/studies/new/" not in as_(name).get("/studies/").content.decode()


def test_a_lead_changes_words_and_rules(stage: Any, cast: SimpleNamespace, as_: Callable[[str], Client]) -> None:
    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="lead")
    client = as_("eli")
    assert ADDRESS in client.get("/studies/harbour/").content.decode()
    page = client.get(ADDRESS).content.decode()
    form = {**SOUND, "title": "Quay", "reviewers_per_document": "3", **hidden(page), "act": "save"}
    assert client.post(ADDRESS, form).status_code == 302
    changed = Study.objects.get(slug="harbour")
    assert (changed.title, changed.reviewers_per_document) == ("Quay", 3)
    assert "The set-up is changed." in client.get(ADDRESS).content.decode()
    client.post(ADDRESS, {**form, "version": "2"})
    assert "Nothing was different, so nothing was changed." in client.get(ADDRESS).content.decode()


def test_of_two_leads_at_once_the_second_is_shown_what_the_first_changed_and_neither_is_lost(
    stage: Any, as_: Callable[[str], Client]
) -> None:
    client = as_("ada")
    read = {**SOUND, **hidden(client.get(ADDRESS).content.decode()), "act": "save"}
    first = {**read, "title": "Quay", "reviewers_per_document": "3", "due_on": "2999-12-31"}
    assert client.post(ADDRESS, first).status_code == 302
    answer = client.post(ADDRESS, {**read, "title": "Pier", "order": "fixed"})
    page = answer.content.decode()
    assert answer.status_code == 409
    theirs = re.findall(r"<dt>([^<]*)</dt><dd[^>]*>([^<]*)</dd>", page)
    assert theirs == [("Title", "Quay"), ("Reviewers for each document", "3"), ("Deadline", "31 Dec 2999")]
    assert all(
        each in page for each in ('value="Pier"', 'name="reviewers_per_document" value="3"', 'value="2999-12-31"')
    )
    assert Study.objects.get(slug="harbour").title == "Quay"
    again = {**read, **hidden(page), "act": "save", "title": "Pier", "order": "fixed", "reviewers_per_document": "3"}
    assert client.post(ADDRESS, {**again, "due_on": "2999-12-31"}).status_code == 302
    study = Study.objects.get(slug="harbour")
    assert (study.title, study.order, study.reviewers_per_document, str(study.due_on), study.version) == (
        *("Pier", "fixed", 3, "2999-12-31"),
        3,
    )


def test_what_another_lead_saved_outlives_a_form_that_was_refused_in_between(
    stage: Any, as_: Callable[[str], Client]
) -> None:
    client = as_("ada")
    read = {**SOUND, **hidden(client.get(ADDRESS).content.decode()), "act": "save"}
    assert client.post(ADDRESS, {**read, "title": "Quay"}).status_code == 302
    refused = client.post(ADDRESS, {**read, "reviewers_per_document": "0"})
    page = refused.content.decode()
    assert (refused.status_code, 'name="title" value="Harbour"' in page) == (400, True)
    mended = {**read, **hidden(page), "act": "save", "reviewers_per_document": "3"}
    answer = client.post(ADDRESS, mended)
    assert (answer.status_code, 'name="title" value="Quay"' in answer.content.decode()) == (409, True)
    study = Study.objects.get(slug="harbour")
    assert (study.title, study.reviewers_per_document) == ("Quay", None)
    again = {**mended, **hidden(answer.content.decode()), "act": "save", "title": "Quay"}
    assert client.post(ADDRESS, again).status_code == 302
    study.refresh_from_db()
    assert (study.title, study.reviewers_per_document) == ("Quay", 3)


def test_a_page_that_does_not_say_what_it_read_sends_all_of_it(stage: Any, as_: Callable[[str], Client]) -> None:
    client = as_("ada")
    assert client.post(ADDRESS, {**SOUND, "title": "Quay", "version": "1", "act": "save"}).status_code == 302
    answer = client.post(ADDRESS, {**SOUND, "title": "Pier", "version": "1", "act": "save", "seen-title": ""})
    assert answer.status_code == 409
    assert Study.objects.get(slug="harbour").title == "Quay"


@pytest.mark.parametrize("version", ["", "x", "9" * 400, "²", "-1"])
def test_a_version_that_is_none_is_stale(stage: Any, as_: Callable[[str], Client], version: str) -> None:
    answer = as_("ada").post(ADDRESS, {**SOUND, "title": "Pier", "version": version, "act": "save"})
    assert answer.status_code == 409
    assert Study.objects.get(slug="harbour").title == "Harbour"


def test_a_rule_with_consequences_names_them_and_is_confirmed(
    make_stage: Any, as_: Callable[[str], Client], cast: SimpleNamespace
) -> None:
    from annotator.actions.assignments import submit_assignment

    stage = make_stage(blinding="until_closed")
    submit_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, accept_gaps=True)
    client = as_("ada")
    form = {**SOUND, "version": "1", "act": "save"}
    answer = client.post(ADDRESS, form)
    assert answer.status_code == 409
    assert "have submitted already: 1, on documents: 1" in answer.content.decode()
    assert Study.objects.get(slug="harbour").blinding == "until_closed"
    assert client.post(ADDRESS, {**form, "confirmed": "yes"}).status_code == 302
    assert Study.objects.get(slug="harbour").blinding == "until_submitted"
    answer = client.post(ADDRESS, {**form, "blinding": "open", "version": "2", "confirmed": "yes"})
    assert answer.status_code == 409
    assert "Begin a new study instead." in answer.content.decode()


def test_documents_are_found_ticked_added_and_taken_out(
    stage: Any, make_document: Any, as_: Callable[[str], Client]
) -> None:
    lighthouse, mill = make_document("lighthouse", "A light.\n"), make_document("mill", "Ein Rad.\n", "de")
    client = as_("ada")
    page = client.get(TEXTS).content.decode()
    assert all(words in page for words in ("Harbour-Text", "Lighthouse", "Mill", "2 open"))
    for query, found in (("?q=light", "Lighthouse"), ("?language=de", "Mill"), ("?q=MIL", "Mill")):
        page = client.get(TEXTS + query).content.decode()
        assert [name for name in ("Lighthouse", "Mill") if name in page] == [found], query
    assert "Nothing fits this search" in client.get(TEXTS + "?outlet=7&q=%20x").content.decode()
    assert client.post(TEXTS, {"act": "add", "text": [lighthouse.pk]}).status_code == 302
    assert client.post(TEXTS + "?q=mill", {"act": "add-all"}).headers["Location"] == TEXTS + "?q=mill"
    assert stage.study.revisions.count() == 3
    assert "Every document of the library is in the study already." in client.get(TEXTS).content.decode()
    assert client.post(TEXTS, {"act": "remove", "text": [lighthouse.pk, mill.pk]}).status_code == 302
    assert list(stage.study.revisions.all()) == [stage.revision]


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"act": "add"},
        {"act": "add", "text": ["x", "9" * 400, "987654"]},
        {"act": "remove", "text": ["-1"]},
        {"act": "burn", "text": ["1"]},
    ],
)
def test_nothing_ticked_changes_nothing(stage: Any, as_: Callable[[str], Client], form: dict[str, Any]) -> None:
    answer = as_("ada").post(TEXTS, form)
    assert answer.status_code == 400
    assert "Tick at least one document." in answer.content.decode()
    assert list(stage.study.revisions.all()) == [stage.revision]


def test_a_document_with_work_stays_and_says_why(stage: Any, mark: Any, as_: Callable[[str], Client]) -> None:
    mark("ben", "Harbour news", "fact")
    answer = as_("ada").post(TEXTS, {"act": "remove", "text": [stage.revision.pk]})
    assert answer.status_code == 409
    assert "it stays, with all that was said about it" in answer.content.decode()


def test_a_lead_chooses_among_the_documents_of_their_studies(
    stage: Any, make_stage: Any, make_document: Any, cast: SimpleNamespace, as_: Callable[[str], Client]
) -> None:
    quay = make_stage("quay")
    hidden_one = make_document("secret", "A text of the library.\n")
    for study in (stage.study, quay.study):
        add_member(actor=cast.ada, study=study, user=cast.eli, role="lead")
    client = as_("eli")
    page = client.get(TEXTS).content.decode()
    assert ("Quay-Text" in page, "Secret" in page) == (True, False)
    assert client.post(TEXTS, {"act": "add", "text": [hidden_one.pk]}).status_code == 400
    assert client.post(TEXTS, {"act": "add", "text": [quay.revision.pk]}).status_code == 302
    assert "Ask a curator for others" in client.get(TEXTS).content.decode()


def test_closing_says_how_many_are_open_and_whose(
    stage: Any, cast: SimpleNamespace, as_: Callable[[str], Client]
) -> None:
    client = as_("ada")
    page = client.get(ADDRESS).content.decode()
    assert "2 assignments are open." in page
    for who in (cast.ben, cast.cleo):
        assert f"<li>{stage.study.memberships.get(user=who).pseudonym}: 1 open</li>" in page
    for seen in ("", "1", "9" * 400):
        answer = client.post(ADDRESS, {"act": "close", "open_seen": seen})
        assert (answer.status_code, "Open assignments now: 2." in answer.content.decode()) == (409, True)
    assert client.post(ADDRESS, {"act": "close", "open_seen": "2"}).status_code == 302
    assert Study.objects.get(slug="harbour").is_closed
    assert Assignment.objects.open().count() == 2
    page = client.get(ADDRESS).content.decode()
    assert "Reopen the study" in page
    assert "No document is added to it or taken out of it." in client.get(TEXTS).content.decode()
    assert client.post(TEXTS, {"act": "remove", "text": [stage.revision.pk]}).status_code == 409
    assert client.post(ADDRESS, {**SOUND, "act": "save", "version": "1", "blinding": "until_closed"}).status_code == 409
    assert client.post(ADDRESS, {"act": "reopen"}).status_code == 302
    assert not Study.objects.get(slug="harbour").is_closed


def test_many_documents_are_shown_page_by_page_in_few_queries(
    stage: Any,
    cast: SimpleNamespace,
    make_document: Any,
    as_: Callable[[str], Client],
    django_assert_max_num_queries: Any,
) -> None:
    texts = [make_document(f"text-{number}", f"Text {number}.\n") for number in range(60)]
    add_revisions(actor=cast.ada, study=stage.study, revisions=texts[:5])
    client = as_("ada")
    with django_assert_max_num_queries(20):
        page = client.get(TEXTS).content.decode()
    assert "1 to 50 of 55" in page
    assert "51 to 55 of 55" in client.get(TEXTS + "?page=2").content.decode()
    assert client.post(TEXTS, {"act": "add-all"}).status_code == 302
    assert stage.study.revisions.count() == 61


def test_a_lead_sorts_the_documents_by_numbers(
    stage: Any, cast: SimpleNamespace, make_document: Any, as_: Callable[[str], Client]
) -> None:
    from annotator.actions.set_up import change_study, fixed_order

    texts = {slug: make_document(slug, f"The text {slug}.\n").pk for slug in ("anchor", "buoy", "crane")}
    add_revisions(
        actor=cast.ada, study=stage.study, revisions=stage.revision.__class__.objects.filter(pk__in=texts.values())
    )
    texts["harbour"] = stage.revision.pk
    names = {pk: slug for slug, pk in texts.items()}
    client = as_("ada")
    assert "Save the order" not in client.get(TEXTS).content.decode()
    change_study(actor=cast.ada, study=stage.study, changes={"order": "fixed"})

    def move(slug: str, place: object) -> list[str]:
        digest = hidden(client.get(TEXTS).content.decode())["digest"]
        answer = client.post(TEXTS, {"act": "sort", "digest": digest, f"place-{texts[slug]}": place})
        assert answer.status_code == 302
        return [names[pk] for pk in fixed_order(stage.study)]

    assert move("harbour", 1) == ["harbour", "anchor", "buoy", "crane"]
    assert move("harbour", 3) == ["anchor", "buoy", "harbour", "crane"]
    assert move("anchor", 99) == ["buoy", "harbour", "crane", "anchor"]
    assert move("buoy", 1) == ["buoy", "harbour", "crane", "anchor"]
    assert "Nothing was moved." in client.get(TEXTS).content.decode()
    page = client.get(TEXTS).content.decode()
    assert sorted(names, key=lambda pk: page.index(f'name="place-{pk}"')) == fixed_order(stage.study)
    for wrong in ("0", "-1", "x", "9" * 400):
        assert client.post(TEXTS, {"act": "sort", "digest": "", f"place-{texts['buoy']}": wrong}).status_code == 400
    stale = client.post(TEXTS, {"act": "sort", "digest": "0" * 16, f"place-{texts['buoy']}": "4"})
    assert (stale.status_code, "The order has changed meanwhile." in stale.content.decode()) == (409, True)


def test_a_deadline_is_shown_to_the_reviewer_and_locks_nothing(stage: Any, as_: Callable[[str], Client]) -> None:
    from datetime import date

    client, address = as_("ben"), f"/assignments/{stage.assignments['ben'].pk}/"
    assert "due " not in client.get("/").content.decode()
    assert "Deadline" not in client.get(address).content.decode()
    Study.objects.update(due_on=date(2999, 12, 31))
    assert "due 31 Dec 2999" in client.get("/").content.decode()
    page = client.get(address).content.decode()
    assert "<dt>Deadline</dt><dd>31 Dec 2999. Nothing is locked by it.</dd>" in page
    assert '<span class="due">· due 31 Dec 2999</span>' in page
    Study.objects.update(due_on=date(2001, 1, 2))
    assert "was due 2 Jan 2001" in client.get("/").content.decode()
    page = client.get(address).content.decode()
    assert "<dd>2 Jan 2001, over. Nothing is locked by it.</dd>" in page
    assert '<span class="due late">· was due 2 Jan 2001</span>' in page

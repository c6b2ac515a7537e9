"""Writing a codebook on its pages: begun in three ways, changed by two people, published, continued, compared."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from annotator.actions.study import add_member
from annotator.formats import codebook as codebook_file
from annotator.models import Codebook, Event
from annotator.models.descriptions import codebook_info
from tests.pages.conftest import Page

LABEL = {
    "name": "Claim",
    "code": "claim",
    "shortcut": "4",
    "position": "4",
    "colour_light": "#0b6355",
    "colour_dark": "#74cdbb",
    "definition": "What is said.\r\nTwo lines.",
    "use_when": "",
    "not_when": "",
    "when_in_doubt": "",
    "examples": "one\r\n\r\ntwo",
    "counterexamples": "",
    "replaces": "",
}
SCALE = {
    "question": "How strong?",
    "code": "strength",
    "level": "ordinal",
    "target": "passage",
    "labels": ["opinion", "fact"],
    "required": "on",
    "position": "4",
    "point-TOTAL_FORMS": "3",
    "point-INITIAL_FORMS": "0",
    "point-0-value": "1",
    "point-0-name": "Weak",
    "point-1-value": "2",
    "point-1-name": "Strong",
    "point-1-anchor": "So strong.",
    "point-2-value": "9",
    "point-2-name": "Cannot be judged",
    "point-2-missing": "on",
}


@pytest.fixture
def draft(stage: Any, as_: Callable[[str], Client]) -> str:
    """The address of version 2 of the stage's codebook, begun by clicking."""
    answer = as_("ada").post("/codebooks/small/1/next/")
    assert answer.headers["Location"] == "/codebooks/small/2/edit/"
    return answer.headers["Location"]


@pytest.fixture
def lead(stage: Any, cast: SimpleNamespace) -> str:
    """Eli leads the study of the stage."""
    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="lead")
    return "eli"


def info(version: int = 2) -> Any:
    return codebook_info(Codebook.objects.get(slug="small", version=version))


def seen_in(page: str) -> str:
    """What the form carries of the state it was read in."""
    return next(tag["value"] or "" for tag in Page(page).all("input") if tag.get("name") == "seen")


def test_a_codebook_begins_from_a_preset(as_: Callable[[str], Client], cast: Any) -> None:
    client = as_("ada")
    page = Page(client.get("/codebooks/new/").content.decode())
    assert "credence-default" in [tag.get("value") for tag in page.all("input")]
    answer = client.post("/codebooks/new/", {"way": "preset", "preset": "credence-default", "slug": ""})
    assert answer.headers["Location"] == "/codebooks/credence-default/1/edit/"
    again = client.post("/codebooks/new/", {"way": "preset", "preset": "credence-default", "slug": "mine"}, follow=True)
    assert "Fact, opinion, machine text and framing v1, draft" in Page(again.content.decode()).words
    assert Codebook.objects.get(slug="mine").labels.count() == 3


def test_a_downloaded_file_uploads_as_the_next_version_with_nothing_lost(
    as_: Callable[[str], Client], stage: Any
) -> None:
    answer = as_("ben").get("/codebooks/small/1/codebook.toml")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="small-v1.toml"'
    assert codebook_file.parse(answer.content, draft=True) == info(1)
    upload = {"way": "file", "file": SimpleUploadedFile("x.toml", answer.content)}
    page = as_("ada").post("/codebooks/new/", upload, follow=True).content.decode()
    assert "Its own number, 1, was taken." in Page(page).words
    stored, sent = info(2), info(1)
    assert (stored.labels, stored.scales, stored.guidelines) == (sent.labels, sent.scales, sent.guidelines)
    assert stored.published_at is None


def test_a_faulty_file_is_refused_with_every_fault_and_stores_nothing(as_: Callable[[str], Client], stage: Any) -> None:
    raw = b'slug = "b"\nversion = 1\ntitle = "B"\n[[label]]\ncode = "A!"\nname = ""\ndefinition = "<script>"\nx = 1\n'
    answer = as_("ada").post("/codebooks/new/", {"way": "file", "file": SimpleUploadedFile("x.toml", raw)})
    words = Page(answer.content.decode()).words
    assert answer.status_code == 400
    assert "The file has 3 faults; nothing was stored." in words
    for fault in ("label 1 (A!), code", "label 1 (A!), name", "label 1 (A!), x"):
        assert fault in words
    assert Codebook.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"way": "preset", "preset": "none"}, 400, "Choose one of the presets."),
        ({"way": "preset", "preset": "credence-default", "slug": "No!"}, 400, "slug must be made of small letters"),
        ({"way": "empty", "title": " ", "slug": "x"}, 400, "a title and a short name"),
        ({"way": "file"}, 400, "Choose a file first."),
        ({"way": "file", "file": SimpleUploadedFile("x", b"a" * (1024 * 1024 + 1))}, 413, "larger than 1 MB"),
        ({"way": "odd"}, 400, "not one of the available choices"),
    ],
    ids=["no preset", "slug", "no title", "no file", "large", "way"],
)
def test_a_beginning_that_does_not_fit_says_why(
    as_: Callable[[str], Client], cast: Any, sent: dict[str, Any], status: int, said: str
) -> None:
    answer = as_("ada").post("/codebooks/new/", sent)
    assert answer.status_code == status
    assert said in Page(answer.content.decode()).words
    assert not Codebook.objects.exists()


def test_a_label_is_added_renamed_and_taken_out(as_: Callable[[str], Client], draft: str) -> None:
    client = as_("ada")
    new = client.get(f"{draft}label/").content.decode()
    assert [tag for tag in Page(new).all("option") if tag.get("value") == "4" and "selected" in tag]
    answer = client.post(f"{draft}label/", {**LABEL, "act": "save"})
    assert answer.headers["Location"] == f"{draft}label/claim/"
    added = info().labels[3]
    assert (added.definition, added.examples) == ("What is said.\nTwo lines.", ("one", "two"))
    page = client.get(f"{draft}label/fact/").content.decode()
    assert "5.6:1 on the light page" in Page(page).words
    fact = {**LABEL, "name": "Statement", "code": "statement", "shortcut": "1", "position": "1", "act": "save"}
    client.post(f"{draft}label/fact/", {**fact, "replaces": "small/1/fact", "seen": seen_in(page)})
    renamed = info()
    assert renamed.labels[0].replaces == (("small", 1, "fact"),)
    assert renamed.scales[0].labels == ("statement", "opinion")
    page = client.get(f"{draft}label/claim/").content.decode()
    client.post(f"{draft}label/claim/", {"act": "remove", "seen": seen_in(page)})
    assert [label.code for label in info().labels] == ["statement", "opinion", "ai"]
    assert Event.objects.filter(verb="changed", kind="codebook").count() == 3


def test_a_fault_stands_beside_its_field_and_nothing_typed_is_lost(as_: Callable[[str], Client], draft: str) -> None:
    wrong = {**LABEL, "shortcut": "1", "code": "fact", "name": "", "definition": "kept as typed"}
    answer = as_("ada").post(f"{draft}label/", {**wrong, "act": "save"})
    page = Page(answer.content.decode())
    assert answer.status_code == 400
    assert "“1” already belongs to label 1. Choose another." in page.words
    assert "“fact” already belongs to label 1." in page.words
    assert "kept as typed" in page.words
    bad = {tag["name"] for name in ("input", "select") for tag in page.all(name) if tag.get("aria-invalid") == "true"}
    assert bad == {"name", "code", "shortcut"}
    assert len(info().labels) == 3


def test_the_last_label_of_a_scale_is_not_taken_from_under_it(as_: Callable[[str], Client], draft: str) -> None:
    client = as_("ada")
    page = client.get(f"{draft}label/ai/").content.decode()
    answer = client.post(f"{draft}label/ai/", {"act": "remove", "seen": seen_in(page)})
    assert answer.status_code == 409
    assert "Scale “basis” is asked of this label alone." in Page(answer.content.decode()).words
    assert len(info().labels) == 3


def test_two_people_writing_one_label_lose_nothing(as_: Callable[[str], Client], draft: str, lead: str) -> None:
    first, second = as_("ada"), as_(lead)
    seen = seen_in(first.get(f"{draft}label/fact/").content.decode())
    same = {**LABEL, "code": "fact", "shortcut": "1", "position": "1", "replaces": "small/1/fact", "act": "save"}
    assert second.post(f"{draft}label/fact/", {**same, "name": "Theirs", "seen": seen}).status_code == 302
    answer = first.post(f"{draft}label/fact/", {**same, "name": "Mine", "seen": seen})
    page = Page(answer.content.decode())
    assert answer.status_code == 412
    assert "Nothing of yours is lost" in page.words
    assert "NameTheirs" in page.words.replace("\n", "").replace(" ", "")
    assert "Mine" in [tag.get("value") for tag in page.all("input")]
    assert info().labels[0].name == "Theirs"
    again = first.post(f"{draft}label/fact/", {**same, "name": "Mine", "seen": seen_in(answer.content.decode())})
    assert again.status_code == 302
    assert info().labels[0].name == "Mine"


def test_two_people_at_different_parts_do_not_disturb_each_other(as_: Callable[[str], Client], draft: str) -> None:
    client = as_("ada")
    fact = seen_in(client.get(f"{draft}label/fact/").content.decode())
    heading = seen_in(client.get(draft).content.decode())
    same = {**LABEL, "code": "fact", "shortcut": "1", "position": "1", "act": "save"}
    assert client.post(f"{draft}label/fact/", {**same, "seen": fact}).status_code == 302
    sent = {"title": "Other", "guidelines": "## New\r\n\r\n*words*", "seen": heading, "act": "save"}
    assert client.post(draft, sent).status_code == 302
    assert (info().title, info().guidelines) == ("Other", "## New\n\n*words*")
    assert client.post(draft, {**sent, "title": "Third"}).status_code == 412
    assert info().title == "Other"


def test_a_part_taken_out_meanwhile_is_said_and_can_be_added_again(as_: Callable[[str], Client], draft: str) -> None:
    client = as_("ada")
    client.post(f"{draft}label/", {**LABEL, "act": "save"})
    seen = seen_in(client.get(f"{draft}label/claim/").content.decode())
    client.post(f"{draft}label/claim/", {"act": "remove", "seen": seen})
    assert client.post(f"{draft}label/claim/", {**LABEL, "act": "save", "seen": seen}).status_code == 404


def test_guidelines_are_previewed_without_being_stored(as_: Callable[[str], Client], draft: str) -> None:
    sent = {"title": "T", "guidelines": "## Heading\n\n<script>alert(1)</script>", "act": "preview", "seen": ""}
    markup = as_("ada").post(draft, sent).content.decode()
    assert "<h3>Heading</h3>" in markup
    assert "<script>alert" not in markup
    assert "Preview, not saved yet" in markup
    assert info().guidelines == "Mark **sentences**."


def test_a_scale_is_written_with_its_points_and_more_rows_lose_nothing(
    as_: Callable[[str], Client], draft: str
) -> None:
    client = as_("ada")
    longer = Page(client.post(f"{draft}scale/", {**SCALE, "act": "rows"}).content.decode())
    names = {tag.get("name"): tag.get("value") for tag in longer.all("input")}
    assert names["point-TOTAL_FORMS"] == "8"
    assert names["point-1-name"] == "Strong"
    answer = client.post(f"{draft}scale/", {**SCALE, "act": "save"})
    assert answer.headers["Location"] == f"{draft}scale/strength/"
    added = info().scales[3]
    assert (added.labels, added.required, added.needs_evidence) == (("fact", "opinion"), True, False)
    assert [(point.value, point.name, point.missing) for point in added.points] == [
        (1, "Weak", False),
        (2, "Strong", False),
        (9, "Cannot be judged", True),
    ]


def test_a_fault_of_a_point_stands_in_its_row(as_: Callable[[str], Client], draft: str) -> None:
    wrong = {**SCALE, "point-1-value": "1", "point-2-value": "", "act": "save"}
    answer = as_("ada").post(f"{draft}scale/", wrong)
    assert answer.status_code == 400
    assert "Give the point a value." in Page(answer.content.decode()).words
    answer = as_("ada").post(f"{draft}scale/", {**wrong, "point-2-value": "9"})
    assert "“1” already belongs to point 1." in Page(answer.content.decode()).words
    assert len(info().scales) == 3


@pytest.mark.parametrize("broken", [{"point-TOTAL_FORMS": "x"}, {"point-TOTAL_FORMS": "99999"}, {"position": "a"}])
def test_a_form_nobody_typed_is_refused_and_no_crash(
    as_: Callable[[str], Client], draft: str, broken: dict[str, str]
) -> None:
    for act in ("save", "rows"):
        assert as_("ada").post(f"{draft}scale/", {**SCALE, **broken, "act": act}).status_code in (200, 400)
    assert len(info().scales) == 3


def test_publishing_names_what_is_missing_then_freezes_what_was_read(as_: Callable[[str], Client], draft: str) -> None:
    client = as_("ada")
    client.post(f"{draft}label/", {**LABEL, "colour_light": "#ffffff", "act": "save"})
    page = Page(client.get(draft).content.decode())
    assert "colour light is only 1.0:1 on the light page" in page.words
    refused = client.post(f"{draft}publish/", {"seen": "x"}, follow=True).content.decode()
    assert "changed in the meantime" in Page(refused).words
    client.post(
        f"{draft}label/claim/", {"act": "remove", "seen": seen_in(client.get(f"{draft}label/claim/").content.decode())}
    )
    tags = Page(client.get(draft).content.decode()).all("input")
    seen = [tag["value"] for tag in tags if tag.get("name") == "seen"][-1]
    answer = client.post(f"{draft}publish/", {"seen": seen}, follow=True)
    assert "Published. Studies can use this version" in Page(answer.content.decode()).words
    assert Codebook.objects.get(slug="small", version=2).is_frozen


def test_a_published_version_refuses_every_change_and_says_what_to_do(as_: Callable[[str], Client], stage: Any) -> None:
    client, edit = as_("ada"), "/codebooks/small/1/edit/"
    assert "This version was published and is frozen." in client.get(edit, follow=True).content.decode()
    before = info(1)
    for path, sent in (
        (edit, {"title": "x", "guidelines": "typed", "seen": ""}),
        (f"{edit}label/fact/", {**LABEL, "act": "save"}),
        (f"{edit}scale/slant/", {**SCALE, "act": "save"}),
    ):
        answer = client.post(path, sent)
        assert answer.status_code == 409, path
        assert "Begin a new version instead." in Page(answer.content.decode()).words
    assert "frozen" in client.post(f"{edit}discard/", follow=True).content.decode()
    assert info(1) == before


def test_the_changes_since_the_version_before_are_shown(as_: Callable[[str], Client], draft: str) -> None:
    client = as_("ada")
    client.post(f"{draft}label/", {**LABEL, "act": "save"})
    page = client.get(f"{draft}label/fact/").content.decode()
    changed = {
        **LABEL,
        "name": "Fact",
        "code": "fact",
        "shortcut": "1",
        "position": "1",
        "definition": "Checkable by anybody.",
    }
    client.post(f"{draft}label/fact/", {**changed, "act": "save", "seen": seen_in(page), "replaces": "small/1/fact"})
    markup = client.get(draft).content.decode()
    assert "<del>Checkable.</del><ins>Checkable by anybody.</ins>" in markup
    words = " ".join(Page(markup).words.split())
    assert "Added label claim Claim" in words


def test_a_lead_continues_the_codebook_of_the_study_and_no_other(
    as_: Callable[[str], Client], stage: Any, lead: str, cast: Any
) -> None:
    client = as_(lead)
    assert client.post("/codebooks/small/1/next/").status_code == 302
    assert client.post("/codebooks/small/2/edit/label/", {**LABEL, "act": "save"}).status_code == 302
    as_("ada").post("/codebooks/new/", {"way": "empty", "title": "Other", "slug": "other"})
    assert client.get("/codebooks/other/1/edit/").status_code == 404
    taken = client.post("/codebooks/new/", {"way": "empty", "title": "Mine", "slug": "other"})
    assert (taken.status_code, Codebook.objects.filter(slug="other").count()) == (409, 1)
    assert client.post("/codebooks/new/", {"way": "empty", "title": "Mine", "slug": "mine"}).status_code == 302
    for name in ("ben", "dora"):
        assert as_(name).get("/codebooks/small/2/edit/").status_code == 404
        assert as_(name).get("/codebooks/mine/1/").status_code == 404
        assert as_(name).get("/codebooks/new/").status_code == 404
        assert as_(name).post("/codebooks/small/1/next/").status_code == 404


def test_a_draft_is_discarded_with_an_event(as_: Callable[[str], Client], draft: str) -> None:
    as_("ada").post(f"{draft}discard/")
    assert not Codebook.objects.filter(version=2).exists()
    assert Event.objects.filter(verb="deleted", kind="codebook").count() == 1

"""What a history brings back: passages, ratings, decisions, answers, comments and members, by whom and when not."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django.test import Client

from annotator.actions.adjudication import Verdict, decide_case, undo_decision
from annotator.actions.annotation import delete_annotation
from annotator.actions.assignments import assign_revision
from annotator.actions.comment import Place, delete_comment, write_comment
from annotator.actions.rating import clear_document_rating, rate_document
from annotator.actions.recoding import recode_passage, undo_recoding
from annotator.actions.study import close_study, remove_member, use_codebook
from annotator.ids import uuid7
from annotator.models import Annotation, Decision, Event, Rating, Recoding
from tests.actions.test_recoding import split
from tests.pages.conftest import BEST, FERRY, Page
from tests.pages.test_history import NEW, URL, plain, version


def undo_links(page: Page) -> list[str]:
    """Where the page offers to bring something back."""
    return [link["href"] or "" for link in page.all("a") if (link.get("href") or "").endswith("/undo/")]


def test_a_deleted_passage_is_restored_after_a_question(
    as_: Callable[[str], Client], read: Callable[..., Page], stage: Any, mark: Callable[..., Any], cast: SimpleNamespace
) -> None:
    passage = mark("ben", FERRY, "fact", ratings=[("slant", 1)])
    assert undo_links(read("ben", URL)) == []
    delete_annotation(actor=cast.ben, annotation_id=passage.pk, versions={1})
    (link,) = undo_links(read("ben", URL))
    assert undo_links(read("ben", f"{URL}passages/{passage.pk}/")) == [link]
    client = as_("ben")
    assert "comes back with its label, ratings and note" in plain(Page(client.get(link).content.decode()))
    assert Annotation.objects.get(pk=passage.pk).is_deleted, "looking changes nothing"
    assert client.post(link).headers["Location"] == URL
    passage.refresh_from_db()
    assert (passage.is_deleted, passage.ratings.count()) == (False, 1)
    assert undo_links(read("ben", URL)) == []
    assert client.post(link).status_code == 404, "it is there again"
    assert f"brought back “{FERRY}”, Fact" in plain(read("ben", URL))
    delete_annotation(actor=cast.ben, annotation_id=passage.pk, versions={3})
    assert len(undo_links(read("ben", URL))) == 1, "only the last deletion can be undone"
    assert undo_links(read("ben", URL)) != [link]


def test_a_passage_is_not_restored_over_a_newer_one_nor_into_locked_work(
    as_: Callable[[str], Client],
    read: Callable[..., Page],
    stage: Any,
    mark: Callable[..., Any],
    submit: Callable[..., None],
    cast: SimpleNamespace,
) -> None:
    passage = mark("ben", FERRY, "fact")
    delete_annotation(actor=cast.ben, annotation_id=passage.pk, versions={1})
    newer = mark("ben", "The ferry", "fact")
    (link,) = undo_links(read("ben", URL))
    client = as_("ben")
    assert "A newer passage with the same label stands there now" in plain(read("ben", link))
    answer = client.post(link)
    assert answer.status_code == 409
    assert "This overlaps your passage" in answer.content.decode()
    assert Annotation.objects.get(pk=passage.pk).is_deleted
    delete_annotation(actor=cast.ben, annotation_id=newer.pk, versions={1})
    submit("ben")
    page = read("ben", URL)
    assert undo_links(page) == []
    assert "It stays so: the work is submitted." in page.words
    assert client.post(link).status_code == 409
    close_study(actor=cast.ada, study=stage.study)
    assert "It stays so: the study is closed." in read("ben", URL).words
    assert Annotation.objects.get(pk=passage.pk).is_deleted


def test_nobody_undoes_what_is_another_reviewers(
    as_: Callable[[str], Client],
    read: Callable[..., Page],
    stage: Any,
    mark: Callable[..., Any],
    submit: Callable[..., None],
    cast: SimpleNamespace,
) -> None:
    passage = mark("ben", FERRY, "fact")
    delete_annotation(actor=cast.ben, annotation_id=passage.pk, versions={1})
    (link,) = undo_links(read("ben", URL))
    for name in ("cleo", "ada", "dora", "eli"):
        for method in ("get", "post"):
            assert getattr(as_(name), method)(link).status_code == 404, name
    submit("ben")
    assert f"deleted “{FERRY}”" in plain(read("ada", URL))
    assert undo_links(read("ada", URL)) == []
    assert as_("ada").post(link).status_code == 404
    assert as_("ben").post(f"{URL}{'0' * 64}/undo/").status_code == 404
    created = Event.objects.get(kind="annotation", verb="created", object_id=str(passage.pk)).hash
    assert as_("ben").post(f"{URL}{created}/undo/").status_code == 404, "nothing was taken away by it"


def test_a_rating_of_the_document_is_restored(
    as_: Callable[[str], Client], read: Callable[..., Page], stage: Any, cast: SimpleNamespace
) -> None:
    mine = {"actor": cast.ben, "assignment_id": stage.assignments["ben"].pk, "scale": "credibility"}
    rate_document(**mine, point=2, precondition=NEW)
    clear_document_rating(**mine, precondition=version(1))
    (link,) = undo_links(read("ben", URL))
    rate_document(**mine, point=4, precondition=NEW)
    assert undo_links(read("ben", URL)) == [], "it is rated again"
    assert as_("ben").post(link).status_code == 404
    clear_document_rating(**mine, precondition=version(2))
    (later,) = undo_links(read("ben", URL))
    assert later != link
    assert as_("ben").post(later).status_code == 302
    assert Rating.objects.get(annotation__isnull=True).point.value == 4


def test_a_decision_is_restored_with_its_passage_and_not_its_passage_alone(
    as_: Callable[[str], Client],
    read: Callable[..., Page],
    stage: Any,
    mark: Callable[..., Any],
    submit: Callable[..., None],
    cast: SimpleNamespace,
) -> None:
    vote = mark("ben", FERRY, "fact")
    submit("ben", "cleo")
    gold = assign_revision(
        actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.dora, role="adjudicator"
    )
    verdict = Verdict("took", vote.start, vote.end, (vote.pk,), taken=vote.pk)
    decision, _ = decide_case(
        actor=cast.dora, decision_id=uuid7(), assignment_id=gold.pk, verdict=verdict, precondition=NEW
    )
    undo_decision(actor=cast.dora, decision_id=decision.pk, versions={1})
    (link,) = undo_links(read("dora", URL))
    assert "took a decision back on" in plain(read("dora", link))
    assert as_("dora").post(link).status_code == 302
    assert Decision.objects.get(pk=decision.pk).deleted_at is None
    assert f"brought a decision back on “{FERRY}” taking a reviewer’s passage" in plain(read("dora", URL))
    made = plain(read("dora", f"{URL}passages/{decision.annotation_id}/"))
    assert f"brought a decision back on “{FERRY}”" in made
    assert "settled" not in plain(read("ada", f"{URL}passages/{vote.pk}/")).partition("marked")[2]


def test_a_member_who_left_is_brought_back_by_whoever_runs_the_study(
    as_: Callable[[str], Client], read: Callable[..., Page], stage: Any, cast: SimpleNamespace
) -> None:
    remove_member(actor=cast.ada, study=stage.study, user=cast.cleo)
    (link,) = undo_links(read("ada", URL))
    assert "What was open when they left is opened again" in plain(read("ada", link))
    for name in ("ben", "dora"):
        assert as_(name).post(link).status_code == 404
    assert as_("ada").post(link).status_code == 302
    assert stage.study.memberships.active().filter(user=cast.cleo).exists()
    stage.assignments["cleo"].refresh_from_db()
    assert stage.assignments["cleo"].is_open
    assert undo_links(read("ada", URL)) == []
    remove_member(actor=cast.ada, study=stage.study, user=cast.cleo)
    assert len(undo_links(read("ada", URL))) == 1
    assert as_("ada").post(link).status_code == 404, "that leaving was undone before"


def test_an_answer_about_a_split_label_is_told_and_restored(
    as_: Callable[[str], Client], read: Callable[..., Page], stage: Any, marked: None, cast: SimpleNamespace
) -> None:
    newer = split(stage.codebook, cast.ada, "fact", "event", "statement")
    use_codebook(actor=cast.ada, study=stage.study, codebook=newer)
    passage = Annotation.objects.get(assignment__reviewer=cast.ben, label__code="fact")
    recode_passage(actor=cast.ben, annotation_id=passage.pk, label="event", codebook_version=2, precondition=NEW)
    undo_recoding(actor=cast.ben, annotation_id=passage.pk, versions={1})
    page = read("ben", URL)
    words = plain(page)
    assert f"coded again “{FERRY}” as Event." in words
    assert f"took an answer back, of “{FERRY}” as Event." in words
    own = plain(read("ben", f"{URL}passages/{passage.pk}/"))
    assert f"coded again “{FERRY}” as Event." in own
    assert BEST not in own
    (link,) = undo_links(page)
    assert "The answer stands again" in plain(read("ben", link))
    assert as_("cleo").post(link).status_code == 404
    assert as_("ben").post(link).status_code == 302
    assert Recoding.objects.live().get().label.code == "event"
    assert undo_links(read("ben", URL)) == []
    recoding = Recoding.objects.get()
    undo_recoding(actor=cast.ben, annotation_id=passage.pk, versions={recoding.version})
    use_codebook(actor=cast.ada, study=stage.study, codebook=stage.codebook)
    assert undo_links(read("ben", URL)) == [], "nothing is asked by the version in force"


def test_a_deleted_comment_is_restored_by_its_author(
    as_: Callable[[str], Client],
    read: Callable[..., Page],
    stage: Any,
    marked: None,
    reveal: Callable[..., None],
    cast: SimpleNamespace,
) -> None:
    reveal("ben", "cleo")
    start, end = stage.span(FERRY)
    place = Place(stage.study, stage.revision, start, end)
    comment, _ = write_comment(
        actor=cast.ben, comment_id=uuid7(), place=place, words="Who counted them?", precondition=NEW
    )
    delete_comment(actor=cast.ben, comment_id=comment.pk, versions={comment.version})
    (link,) = undo_links(read("ben", URL))
    assert "The comment stands in its discussion again" in plain(read("ben", link))
    for name in ("cleo", "ada"):
        assert as_(name).post(link).status_code == 404
    assert as_("ben").post(link).status_code == 302
    comment.refresh_from_db()
    assert not comment.is_deleted
    assert undo_links(read("ben", URL)) == []

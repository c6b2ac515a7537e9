"""A check is not to be told from any other document: everything a reviewer can get is the same, byte for byte.

Before and after the lead makes a document a check, and between a reviewer who has a check and one who has none. Work on
training documents reaches nobody but its author and those who run the study.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Permission

from annotator.actions.assignments import assign_revision
from annotator.actions.study import add_member, add_revisions
from annotator.actions.training import Wish, give_check, open_training, retire_text, set_marks
from annotator.models import Assignment
from tests.access.conftest import Theatre
from tests.access.test_blind import differing, paths_for, snapshot
from tests.schooling import BEST, OPINION, School, hand_in, mark


@pytest.fixture
def taught(make_theatre: Callable[..., Theatre], cast: Any, make_document: Any) -> SimpleNamespace:
    """The theatre, in whose study ben has one more document, settled in another study."""
    theatre = make_theatre()
    school = School(cast, theatre.stage, make_document)
    gold = school.gold()
    study = theatre.stage.study
    add_revisions(actor=cast.ada, study=study, revisions=[gold.revision])
    given = assign_revision(actor=cast.ada, study=study, revision=gold.revision, reviewer=cast.ben)
    return SimpleNamespace(theatre=theatre, school=school, gold=gold, given=given)


class Watcher:
    """Somebody who asks for everything, by session and by token, the addresses of the one more document included."""

    def __init__(self, taught: SimpleNamespace, role: str) -> None:
        theatre, given = taught.theatre, taught.given
        slug = given.revision.document.slug
        paths = paths_for(theatre, [str(given.pk), str(taught.gold.pk)], staff=False)
        paths += [f"/assignments/{given.pk}/", f"/assignments/{given.pk}/gold/"]
        paths += [f"/studies/harbour/documents/{slug}/", f"/api/v1/documents/{slug}/"]
        paths += [f"/api/v1/documents/{slug}/revisions/1/", f"/api/v1/assignments/{given.pk}/gold/"]
        paths.append("/api/v1/studies/harbour/training/mine/")
        # Each form of adjudication carries fresh ids for what may be decided.
        self.paths = [path for path in paths if not path.endswith("/adjudicate/")]
        self.clients = [theatre.client(role), theatre.client(role, "read")]
        self.clients[1].get("/api/v1/me/")  # the first use of a token shows on its page
        self.last = self.look()

    def look(self) -> list[dict[str, Any]]:
        """Ask for everything."""
        return [snapshot(client, self.paths) for client in self.clients]

    def changed(self) -> list[str]:
        """Addresses that answer differently from the last time."""
        earlier, self.last = self.last, self.look()
        return [path for pair in zip(earlier, self.last, strict=True) for path in differing(*pair)]


@pytest.mark.halved
@pytest.mark.parametrize("role", ["reviewer", "revealed", "adjudicator"])
def test_nothing_a_reviewer_gets_tells_a_check(role: str, taught: SimpleNamespace, cast: Any) -> None:
    study = taught.theatre.stage.study
    watcher = Watcher(taught, role)
    check = taught.school.add(taught.gold, kind="check")
    assert watcher.changed() == []
    mark(taught.given, BEST, "opinion", ratings=[("slant", 1)])
    hand_in(taught.given)
    watcher.last = watcher.look()
    retire_text(actor=cast.ada, study=study, text_id=check.pk)
    assert watcher.changed() == []


def test_a_check_comes_as_any_document_comes(taught: SimpleNamespace, cast: Any) -> None:
    """The same fields with the same values, but for ids, the text and times: none of them in an order that tells."""
    study = taught.theatre.stage.study
    check = taught.school.add(taught.school.gold(), kind="check")
    (ben,) = [each for each in give_check(actor=cast.ada, study=study, text_id=check.pk) if each.reviewer == cast.ben]
    rows = Assignment.objects.filter(pk__in=[ben.pk, taught.given.pk])
    kept = [
        field.attname
        for field in Assignment._meta.fields
        if field.attname not in ("id", "revision_id", "created_at", "place")
    ]
    one, other = rows.values(*kept)
    assert one == other
    assert ben.pk.version == 4  # at random: not by the time it was given out


def test_training_work_changes_nothing_for_colleagues(taught: SimpleNamespace, cast: Any) -> None:
    """Not even for one who has revealed others' work: training is nobody's but its author's and the lead's."""
    theatre, school = taught.theatre, taught.school
    study = theatre.stage.study
    school.add(school.gold())
    set_marks(actor=cast.ada, study=study, wish=Wish(1, (OPINION,)))
    trainee = theatre.people["outsider"]
    open_training(actor=cast.ada, study=study)
    add_member(actor=cast.ada, study=study, user=trainee)
    watchers = [Watcher(taught, role) for role in ("reviewer", "revealed", "reader")]
    school.read(trainee)
    assert [watcher.changed() for watcher in watchers] == [[], [], []]


def test_a_lead_who_reviews_blind_is_shown_no_gold_of_the_text(taught: SimpleNamespace, cast: Any) -> None:
    """Whoever holds an open assignment on a text is blind to it in every role."""
    theatre = taught.theatre
    check = taught.school.add(taught.gold, kind="check")
    address = f"/studies/harbour/training/texts/{check.pk}/"
    assert theatre.client("lead").get(address).status_code == 200
    lou = theatre.people["lead"]
    held = Assignment.objects.create(
        study=taught.school.study, revision=taught.gold.revision, reviewer=lou, codebook=theatre.stage.codebook
    )
    add_member(actor=cast.ada, study=taught.school.study, user=lou)
    assert theatre.client("lead").get(address).status_code == 404
    hand_in(held)
    assert theatre.client("lead").get(address).status_code == 200


def test_staff_who_see_all_work_and_run_nothing_are_told_no_check(taught: SimpleNamespace, cast: Any) -> None:
    """They may review in the study; only those who run it know which documents have a gold."""
    ben = taught.theatre.people["reviewer"]
    ben.is_staff = True
    ben.save()
    ben.user_permissions.add(Permission.objects.get(codename="view_annotation"))
    client = taught.theatre.client("reviewer")
    paths = ["/studies/harbour/history/", "/api/v1/studies/harbour/events/"]
    before = snapshot(client, paths)
    taught.school.add(taught.gold, kind="check")
    assert differing(before, snapshot(client, paths)) == []
    assert "added a check" in taught.theatre.client("lead").get(paths[0]).content.decode()

"""Staff of the admin tests: kim keeps the sources (curators), lou runs studies (leads), ada may everything."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from annotator.models import User


def make_staff(username: str, group: str) -> User:
    user = User.objects.create_user(username=username, password=None, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def kim(db: None) -> User:
    return make_staff("kim", "curators")


@pytest.fixture
def lou(db: None) -> User:
    return make_staff("lou", "leads")


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    def make(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def full_stage(stage: Any, mark: Callable, cast: Any) -> Any:
    """Ben has submitted two passages with ratings and evidence; cleo holds hers open with one; dora has decided."""
    from annotator.actions.annotation import Precondition
    from annotator.actions.assignments import assign_revision, submit_assignment
    from annotator.actions.rating import rate_document
    from annotator.models import Decision

    fact = mark("ben", "The ferry carried 1,200 people in May.", "fact", ratings=[("slant", 0)], note="ben-note")
    mark("ben", "It is the best ferry on the coast.", "opinion", ratings=[("slant", 2)])
    rate_document(
        actor=cast.ben,
        assignment_id=stage.assignments["ben"].pk,
        scale="credibility",
        point=2,
        evidence=[fact.pk],
        precondition=Precondition(create=True),
    )
    submit_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, accept_gaps=True)
    mark("cleo", "Fares will rise", "opinion", note="cleo-note")
    gold = assign_revision(
        actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.dora, role="adjudicator"
    )
    stage.assignments["dora"] = gold
    settled = mark("dora", "Nobody should be surprised.", "opinion")
    Decision.objects.create(
        assignment=gold, start=settled.start, end=settled.end, outcome="took", annotation=settled, reason="clear"
    )
    submit_assignment(actor=cast.dora, assignment_id=gold.pk, accept_gaps=True)
    return stage

"""People at work, for tests of what others may read of it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group

from annotator.actions.annotation import Precondition, save_annotation
from annotator.actions.assignments import reveal_assignment, submit_assignment
from annotator.actions.rating import rate_document
from annotator.actions.study import add_member
from annotator.ids import uuid7
from annotator.models import User

FERRY = "The ferry carried 1,200 people in May."


@pytest.fixture
def crowd(cast: Any) -> Any:
    """The cast, with fay (reviewer), lou (lead of the study), rea (reader), kim (curator), mo (staff group leads)."""
    for name in ("fay", "lou", "rea"):
        setattr(cast, name, User.objects.create(username=name))
    for name, group in (("kim", "curators"), ("mo", "leads")):
        person = User.objects.create(username=name, is_staff=True)
        person.groups.add(Group.objects.get(name=group))
        setattr(cast, name, person)
    return cast


@pytest.fixture
def staged(make_stage: Callable[..., Any], crowd: Any) -> Callable[..., Any]:
    """A function that sets up a study with everybody in it: ben, cleo and fay review, dora, lou and rea hold roles."""

    def make(blinding: str = "until_submitted", slug: str = "harbour", reviewers: tuple[str, ...] = ()) -> Any:
        stage = make_stage(slug, blinding=blinding, reviewers=reviewers or ("ben", "cleo", "fay"))
        add_member(actor=crowd.ada, study=stage.study, user=crowd.lou, role="lead")
        add_member(actor=crowd.ada, study=stage.study, user=crowd.rea, role="reader")
        return stage

    return make


def work(assignment: Any, submit: bool = True, reveal: bool = False) -> Any:
    """Let the reviewer mark one passage, rate it and the document; return the passage."""
    start = assignment.revision.text.index(FERRY)
    passage, _ = save_annotation(
        actor=assignment.reviewer,
        annotation_id=uuid7(),
        assignment_id=assignment.pk,
        label="fact",
        start=start,
        end=start + len(FERRY),
        quote=FERRY,
        ratings=[("slant", 1)],
        precondition=Precondition(create=True),
    )
    rate_document(
        actor=assignment.reviewer,
        assignment_id=assignment.pk,
        scale="credibility",
        point=3,
        evidence=[passage.pk],
        precondition=Precondition(create=True),
    )
    if submit:
        submit_assignment(actor=assignment.reviewer, assignment_id=assignment.pk)
    if reveal:
        reveal_assignment(actor=assignment.reviewer, assignment_id=assignment.pk)
    return passage

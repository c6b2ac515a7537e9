"""A study with somebody in every role, in which cleo's work is what the others may or may not reach."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from annotator.actions.account import create_token
from annotator.actions.adjudication import Verdict, decide_case
from annotator.actions.annotation import Precondition, delete_annotation, save_annotation
from annotator.actions.assignments import (
    assign_revision,
    reopen_assignment,
    reveal_assignment,
    revise_assignment,
    submit_assignment,
)
from annotator.actions.entrance import create_code, create_invitation
from annotator.actions.rating import rate_document
from annotator.actions.study import add_member
from annotator.ids import uuid7
from annotator.models import Assignment, TrainingText, User
from tests.staging import hashed_password

ROLES = ("anonymous", "outsider", "reviewer", "revealed", "adjudicator", "lead", "curator", "staff", "holder", "reader")


@dataclass(frozen=True)
class Theatre:
    """The study, the people by role, and the ids that rows of the matrix name."""

    stage: Any
    people: dict[str, Any]
    ids: dict[str, str]

    def client(self, role: str, scope: str = "") -> Client:
        """A session of that role, or a client that sends its token."""
        person = self.people.get(role)
        if person is None:
            return Client()
        if scope:
            secret = create_token(actor=person, name="matrix", scope=scope)[1]
            return Client(headers={"authorization": f"Token {secret}"})
        client = Client()
        client.force_login(person)
        return client


class Worker:
    """Somebody who works on an assignment through the actions."""

    def __init__(self, assignment: Any, stage: Any) -> None:
        self.assignment, self.stage, self.actor = assignment, stage, assignment.reviewer

    def mark(self, words: str, label: str, **extra: Any) -> Any:
        start, end = self.stage.span(words)
        return save_annotation(
            actor=self.actor,
            annotation_id=uuid7(),
            assignment_id=self.assignment.pk,
            label=label,
            start=start,
            end=end,
            quote=words,
            precondition=Precondition(create=True),
            **extra,
        )[0]

    def rate(self, point: int, *evidence: Any) -> None:
        rate_document(
            actor=self.actor,
            assignment_id=self.assignment.pk,
            scale="credibility",
            point=point,
            evidence=[passage.pk for passage in evidence],
            precondition=Precondition(create=True),
        )

    def submit(self) -> None:
        submit_assignment(actor=self.actor, assignment_id=self.assignment.pk, accept_gaps=True)

    def reveal(self) -> None:
        reveal_assignment(actor=self.actor, assignment_id=self.assignment.pk)


@pytest.fixture
def make_theatre(make_stage: Callable[..., Any], cast: Any) -> Callable[..., Theatre]:
    """A function that sets up the study; `worked` = cleo has submitted already, fay has revealed; `begun` = ben has."""

    def make(blinding: str = "until_submitted", worked: bool = True, begun: bool = True) -> Theatre:
        def person(name: str, **flags: bool) -> User:
            return User.objects.create(username=name, password=hashed_password(), **flags)

        cast.fay, cast.lou, cast.kim = person("fay"), person("lou"), person("kim", is_staff=True)
        cast.rea = person("rea")
        cast.gus = person("gus", is_staff=True, is_superuser=True)
        cast.kim.groups.add(Group.objects.get(name="curators"))
        stage = make_stage(blinding=blinding, reviewers=("ben", "cleo", "fay", "gus"))
        add_member(actor=cast.ada, study=stage.study, user=cast.lou, role="lead")
        add_member(actor=cast.ada, study=stage.study, user=cast.rea, role="reader")
        people = {
            "anonymous": None,
            "outsider": cast.eli,
            "reviewer": cast.ben,
            "revealed": cast.fay,
            "adjudicator": cast.dora,
            "lead": cast.lou,
            "curator": cast.kim,
            "staff": cast.ada,
            "holder": cast.gus,
            "reader": cast.rea,
            "colleague": cast.cleo,
        }
        ids = {name: str(assignment.pk) for name, assignment in stage.assignments.items()}
        ids |= {"study": stage.study.slug, "document": stage.revision.document.slug, "nobody": str(uuid7())}
        ids["own"] = str(uuid7())
        if begun:
            ids["own"] = str(Worker(stage.assignments["ben"], stage).mark("Harbour news", "fact").pk)
        invitation, _ = create_invitation(actor=cast.ada, study=stage.study, role="reviewer", note="the next")
        code = create_code(actor=cast.ada, study=stage.study, places=3, days=3)
        ids |= {"invitation": str(invitation.pk), "code": str(code.pk)}
        gold = assign_revision(
            actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.dora, role="adjudicator"
        )
        ids["gold"] = str(gold.pk)
        check = TrainingText.objects.create(study=stage.study, revision=stage.revision, gold=gold, kind="check")
        ids["check"] = str(check.pk)
        ids["place"] = stage.study.memberships.get(user=cast.cleo).pseudonym
        if worked:
            cleo = Worker(stage.assignments["cleo"], stage)
            passage = cleo.mark("The ferry carried 1,200 people in May.", "fact", ratings=[("slant", 1)])
            cleo.rate(2, passage)
            cleo.submit()
            ids["theirs"] = str(passage.pk)
            fay = Worker(stage.assignments["fay"], stage)
            fay.submit()
            if blinding == "until_submitted":
                fay.reveal()
        return Theatre(stage, people, ids)

    return make


def work_openly(theatre: Theatre) -> list[str]:
    """Let cleo mark, rate, edit and delete without submitting; return the ids that came into being."""
    cleo = Worker(theatre.stage.assignments["cleo"], theatre.stage)
    first = cleo.mark("The ferry carried 1,200 people in May.", "fact", ratings=[("slant", 1)], note="seen it")
    second = cleo.mark("It is the best ferry on the coast.", "opinion", ratings=[("slant", 2)])
    gone = cleo.mark("Nobody should be surprised.", "opinion")
    delete_annotation(actor=cleo.actor, annotation_id=gone.pk, versions={1})
    cleo.rate(4, first, second)
    return [str(passage.pk) for passage in (first, second, gone)]


def go_on(theatre: Theatre, actor: Any) -> list[str]:
    """Let cleo submit, be reopened, submit, reveal and revise, and dora settle it; return the new ids."""
    stage = theatre.stage
    cleo = Worker(stage.assignments["cleo"], stage)
    cleo.submit()
    reopen_assignment(actor=actor, assignment_id=cleo.assignment.pk, reason="one more look")
    made = [cleo.mark("Fares will rise, the mayor said.", "fact", ratings=[("slant", -1)])]
    cleo.submit()
    if stage.study.blinding == "until_submitted":
        cleo.reveal()
        second_round = revise_assignment(actor=cleo.actor, assignment_id=cleo.assignment.pk, reason="seen the others")
        worker = Worker(second_round, stage)
        made += [second_round, worker.mark("Harbour news", "opinion")]
        worker.submit()
    gold = Assignment.objects.get(pk=theatre.ids["gold"])
    worker = Worker(gold, stage)
    verdict = Verdict("contested", made[0].start, made[0].end, (made[0].pk,), reason="both hold")
    named = {"decision_id": uuid7(), "assignment_id": gold.pk, "verdict": verdict}
    made.append(decide_case(actor=worker.actor, precondition=Precondition(create=True), **named)[0])
    made.append(worker.mark("The ferry carried 1,200 people in May.", "fact"))
    worker.submit()
    return [str(row.pk) for row in made]

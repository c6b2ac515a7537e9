"""Which work enters figures: asked of one study at once, or of every assignment by itself, it is the same work."""

import random
from collections import Counter
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.utils import timezone

from annotator.models import Assignment, Membership, Study, User
from sources.models import Revision

WORLDS = 16
ROLES = [*Membership.Role.values, Membership.Role.REVIEWER, None]
STATES = [*Assignment.State.values, Assignment.State.SUBMITTED, Assignment.State.OPEN]


def person(chance: random.Random, name: str) -> User:
    """Somebody who may be of the staff: all-powerful, of the group of leads, or with no right to see work."""
    kind = chance.choice(["", "", "", "all", "leads", "curators"])
    user = User.objects.create(username=name, is_staff=bool(kind), is_superuser=kind == "all")
    if kind in ("leads", "curators"):
        user.groups.add(Group.objects.get(name=kind))
    return user


def piece_of_work(chance: random.Random, study: Study, text: Revision, reviewer: User, number: int) -> Assignment:
    """Work in any state, for any purpose, by a reviewer or the adjudicator, revealed or not."""
    now = timezone.now()
    training = number == 1 and chance.random() < 0.1
    adjudicates = not training and chance.random() < 0.1
    state = chance.choice(STATES)
    submitted = now - timedelta(days=1) if state == Assignment.State.SUBMITTED else None
    revealed = now if submitted and not training and chance.random() < 0.5 else None
    return Assignment(
        study=study,
        revision=text,
        reviewer=reviewer,
        codebook=study.codebook,
        role=Assignment.Role.ADJUDICATOR if adjudicates else Assignment.Role.REVIEWER,
        purpose=Assignment.Purpose.TRAINING if training else Assignment.Purpose.STUDY,
        round=number,
        state=state,
        submitted_at=submitted,
        revealed_at=revealed,
    )


def world(chance: random.Random, codebook: Any, texts: list[Revision], number: int) -> tuple[list[Study], list[User]]:
    """Three studies of the same texts, under any rule and open or closed, and five people anywhere in them."""
    people = [person(chance, f"person{number}-{each}") for each in range(5)]
    studies = []
    for each in range(3):
        study = Study.objects.create(
            slug=f"study{number}-{each}",
            title="Any",
            codebook=codebook,
            blinding=chance.choice(Study.Blinding.values),
            closed_at=chance.choice([None, timezone.now()]),
        )
        study.revisions.set(texts)
        studies.append(study)
        work: list[Assignment] = []
        for user in people:
            role = chance.choice(ROLES)
            if role:
                left = timezone.now() if chance.random() < 0.15 else None
                Membership.objects.create(study=study, user=user, role=role, left_at=left)
            for text in texts:
                rounds = chance.choice([0, 0, 1, 1, 1, 2])
                work += [piece_of_work(chance, study, text, user, each + 1) for each in range(rounds)]
        settled: set[int] = set()
        for piece in work:  # one gold standard of a text at the most
            if piece.role == Assignment.Role.ADJUDICATOR and piece.state != Assignment.State.DECLINED:
                if piece.revision_id in settled:
                    piece.role = Assignment.Role.REVIEWER
                settled.add(piece.revision_id)
        Assignment.objects.bulk_create(work)
    return studies, people


def test_work_of_one_study_is_measured_as_the_rule_says_of_each_assignment(stage: Any, make_document: Any) -> None:
    texts = [make_document(f"text-{each}", f"The {each}. ferry left.\n") for each in range(3)]
    chance = random.Random(7)
    pieces: Counter[tuple[str, bool, bool]] = Counter()
    for number in range(WORLDS):
        studies, people = world(chance, stage.codebook, texts, number)
        for study in studies:
            for user in people:
                of_each = set(Assignment.objects.filter(study=study).measured_for(user).values_list("pk", flat=True))
                at_once = set(Assignment.objects.measured_for(user, study).values_list("pk", flat=True))
                assert at_once == of_each, (study.blinding, study.is_closed, study.role_of(user), user.sees_all_work)
                role = study.role_of(user) or "none"
                others = study.assignments.submitted().without_training().exclude(reviewer=user)
                for pk in others.values_list("pk", flat=True):
                    pieces[role, study.is_closed, pk in of_each] += 1
    for role in (*Membership.Role.values, "none"):  # much is shown and much is not, or it would prove nothing
        for closed in (True, False):
            assert pieces[role, closed, False] >= 5, (role, closed)
            assert pieces[role, closed, True] >= 5, (role, closed)

"""The disagreements of a text as its adjudicator settles them: open cases, what all agree on, and decisions made."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Prefetch

from annotator.agreement.cases import Case, cases_of
from annotator.agreement.selection import select
from annotator.models import Annotation, Assignment, Decision, User
from annotator.queries.agreement import may_see_agreement
from annotator.queries.coded_documents import coded_documents
from annotator.records import CodedDocument, CodedPassage, Coding


@dataclass(frozen=True, slots=True)
class Settled:
    """A decision with what has changed since it was made: `late` passages mark its stretch, `changed` votes differ.

    `unmade` says that the passage it made was deleted in the workbench.
    """

    decision: Decision
    late: tuple[CodedPassage, ...]
    changed: int
    unmade: bool

    @property
    def stale(self) -> bool:
        """Whether it wants another look; it holds until somebody decides otherwise."""
        return bool(self.late or self.changed or self.unmade)


@dataclass(frozen=True, slots=True)
class CaseBook:
    """A text for its adjudicator.

    `document` has the latest submitted round of each person, in an order of reviewers that is the text's own and tells
    nothing; `cases` are open, the most divided first; `agreed` are those the rule would settle; `decisions` are in the
    order of the text.
    """

    document: CodedDocument
    cases: tuple[Case, ...]
    agreed: tuple[Case, ...]
    decisions: tuple[Settled, ...]

    @property
    def reviewers(self) -> list[str]:
        """Pseudonyms, in the text's own order."""
        return [coding.reviewer for coding in self.document.codings]


def _shuffled(assignment: Assignment, codings: Sequence[Coding]) -> tuple[Coding, ...]:
    """Order codings by chance, the same at each look: a name says nothing of its place in another text or study."""
    return tuple(
        sorted(codings, key=lambda coding: hashlib.sha256(f"{assignment.pk} {coding.id}".encode()).hexdigest())
    )


def _same_as(passage: CodedPassage, votes: dict[UUID, tuple[str, int, int]]) -> bool:
    """Whether it is a vote, or the copy of one that its reviewer left as it was in a second round."""
    said = passage.label, passage.start, passage.end
    return passage.id in votes or (passage.derived_from is not None and votes.get(passage.derived_from) == said)


def live_decisions(assignment: Assignment) -> list[Decision]:
    """Return the decisions of a gold assignment in the order of the text, with what they settle and made.

    Votes in work that was handed back are left out until it is submitted again: till then it is its author's alone.
    """
    votes = Annotation.objects.filter(assignment__state=Assignment.State.SUBMITTED).select_related("label")
    return list(
        Decision.objects.live()
        .filter(assignment=assignment)
        .select_related("annotation__label")
        .prefetch_related(Prefetch("votes", votes))
        .order_by("start", "end", "pk")
    )


def case_book(assignment: Assignment, viewer: User) -> CaseBook | None:
    """Return the cases of the text of a gold assignment; None while its adjudicator reviews the text blind.

    Only submitted work enters. A number of queries that does not grow with the work.
    """
    study, revision = assignment.study, assignment.revision
    if not may_see_agreement(study, viewer, revision):
        return None
    seen = coded_documents(study, viewer, revisions=[revision], purpose="agreement")
    (chosen,) = select(seen, rounds=None, independent=None).documents
    document = replace(chosen, codings=_shuffled(assignment, chosen.codings))
    decisions = live_decisions(assignment)
    votes = {vote.pk: vote for decision in decisions for vote in decision.votes.all()}
    said = {pk: (vote.label.code, vote.start, vote.end) for pk, vote in votes.items()}
    passages = [(coding, passage) for coding in document.codings for passage in coding.passages]
    settled = {passage.id for _, passage in passages if _same_as(passage, said)}
    found = sorted(cases_of(document, settled), key=lambda case: case.rank)
    agreed = _settled_by_rule(assignment, [case for case in found if case.agreed])
    unsettled = [(coding, passage) for coding, passage in passages if passage.id not in settled]
    return CaseBook(
        document=document,
        cases=tuple(case for case in found if case not in agreed),
        agreed=tuple(agreed),
        decisions=tuple(_settled(decision, unsettled) for decision in decisions),
    )


def _settled_by_rule(assignment: Assignment, agreed: Sequence[Case]) -> list[Case]:
    """Return the agreed cases that the rule can settle; the others stay open, for the adjudicator to settle.

    It cannot where the gold's codebook has no such label, or where the adjudicator marked some of the words with it.
    """
    labels = set(assignment.codebook.labels.values_list("code", flat=True))
    gold = list(Annotation.objects.live().filter(assignment=assignment).values_list("label__code", "start", "end"))

    def can(case: Case) -> bool:
        label = case.group.members[0].label
        free = not any(code == label and start < case.end and case.start < end for code, start, end in gold)
        return label in labels and free

    return [case for case in agreed if can(case)]


def _settled(decision: Decision, unsettled: Sequence[tuple[Coding, CodedPassage]]) -> Settled:
    late = [
        passage
        for coding, passage in unsettled
        if passage.start < decision.end
        and decision.start < passage.end
        and coding.submitted_at is not None
        and coding.submitted_at > decision.updated_at
    ]
    changed = sum(vote.is_deleted or vote.updated_at > decision.updated_at for vote in decision.votes.all())
    made = decision.annotation
    return Settled(decision, tuple(late), changed, made is not None and made.is_deleted)

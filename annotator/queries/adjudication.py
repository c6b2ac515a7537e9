"""The disagreements of a text as its adjudicator settles them: open cases, what all agree on, and decisions made."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import F, Prefetch

from annotator.agreement.cases import Case, cases_of
from annotator.agreement.scale_cases import ScaleCase, document_scales, passage_scales
from annotator.agreement.selection import select
from annotator.models import Annotation, Assignment, Decision, Rating, User
from annotator.models.descriptions import codebook_info
from annotator.points import Said, points_on, stands_for
from annotator.queries.agreement import may_see_agreement
from annotator.queries.coded_documents import documents_read_with
from annotator.records import CodebookInfo, CodedDocument, CodedPassage, Coding


@dataclass(frozen=True, slots=True)
class Settled:
    """A decision with what has changed since it was made: `late` passages mark its stretch, `changed` votes differ.

    On a scale, so many reviewers `rated` it since. `unmade` says that the passage it made was deleted in the workbench,
    or that the rating is another one now.
    """

    decision: Decision
    late: tuple[CodedPassage, ...]
    changed: int
    unmade: bool
    rated: int = 0

    @property
    def stale(self) -> bool:
        """Whether it wants another look; it holds until somebody decides otherwise."""
        return bool(self.late or self.changed or self.unmade or self.rated)


@dataclass(frozen=True, slots=True)
class CaseBook:
    """A text for its adjudicator.

    `document` has the latest submitted round of each person, in an order of reviewers that is the text's own and tells
    nothing. It is read with the gold standard's codebook. `cases` of passages and of scales are open, the most divided
    first; `agreed` and `agreed_scales` are those the rule would settle; `decisions` are in the order of the text.
    """

    document: CodedDocument
    cases: tuple[Case, ...]
    agreed: tuple[Case, ...]
    decisions: tuple[Settled, ...]
    scale_cases: tuple[ScaleCase, ...] = ()
    agreed_scales: tuple[ScaleCase, ...] = ()

    @property
    def queue(self) -> list[Case | ScaleCase]:
        """All open cases, the most divided first; where the document is as divided as a passage, it comes after."""
        return sorted([*self.cases, *self.scale_cases], key=lambda case: case.rank)

    @property
    def n_agreed(self) -> int:
        """How much the rule would settle."""
        return len(self.agreed) + len(self.agreed_scales)

    @property
    def reviewers(self) -> list[str]:
        """Pseudonyms, in the text's own order."""
        return [coding.reviewer for coding in self.document.codings]


def _shuffled(assignment: Assignment, codings: Sequence[Coding]) -> tuple[Coding, ...]:
    """Order codings by chance, the same at each look: a name says nothing of its place in another text or study."""
    return tuple(
        sorted(codings, key=lambda coding: hashlib.sha256(f"{assignment.pk} {coding.id}".encode()).hexdigest())
    )


def live_decisions(assignment: Assignment) -> list[Decision]:
    """Return the decisions of a gold assignment in the order of the text, with what they settle and made.

    Votes in work that was handed back are left out until it is submitted again: till then it is its author's alone.
    """
    votes = Annotation.objects.filter(assignment__state=Assignment.State.SUBMITTED).select_related("label")
    return list(
        Decision.objects.live()
        .filter(assignment=assignment)
        .select_related("annotation__label", "scale", "point")
        .prefetch_related(Prefetch("votes", votes), "annotation__ratings__scale", "annotation__ratings__point")
        .order_by("start", "end", F("scale__code").asc(nulls_first=True), "pk")
    )


def case_book(assignment: Assignment, viewer: User) -> CaseBook | None:
    """Return the cases of the text of a gold assignment; None while its adjudicator reviews the text blind.

    Only submitted work enters. A number of queries that does not grow with the work.
    """
    study, revision = assignment.study, assignment.revision
    if not may_see_agreement(study, viewer, revision):
        return None
    seen = documents_read_with(assignment.codebook, study, viewer, revision)
    (chosen,) = select([seen], rounds=None, independent=None).documents
    document = replace(chosen, codings=_shuffled(assignment, chosen.codings))
    decisions = live_decisions(assignment)
    spoken = {each.id: (each.label, each.start, each.end) for coding in seen.codings for each in coding.passages}
    said = _said([decision for decision in decisions if not decision.is_on_scale], spoken)
    passages = [(coding, passage) for coding in document.codings for passage in coding.passages]
    settled = {passage.id for _, passage in passages if stands_for(passage, said)}
    found = sorted(cases_of(document, settled), key=lambda case: case.rank)
    agreed = _settled_by_rule(assignment, [case for case in found if case.agreed])
    unsettled = [(coding, passage) for coding, passage in passages if passage.id not in settled]
    own = {rating.scale.code: rating.point.value for rating in _own_ratings(assignment)}
    scales = _Scales(codebook_info(assignment.codebook), document, decisions, own, spoken)
    return CaseBook(
        document=document,
        cases=tuple(case for case in found if case not in agreed),
        agreed=tuple(agreed),
        decisions=tuple(
            scales.settled(decision, unsettled, seen.codings) if decision.is_on_scale else _settled(decision, unsettled)
            for decision in decisions
        ),
        scale_cases=tuple(sorted(scales.open(), key=lambda case: case.rank)),
        agreed_scales=tuple(scales.agreed()),
    )


def _said(decisions: Sequence[Decision], spoken: Mapping[UUID, Said]) -> dict[UUID, Said]:
    """Return what the votes of decisions say, as it is read now."""
    votes = [vote for decision in decisions for vote in decision.votes.all()]
    return {vote.pk: spoken[vote.pk] for vote in votes if vote.pk in spoken}


def _own_ratings(assignment: Assignment) -> list[Rating]:
    """Return how the gold standard rates the document."""
    return list(Rating.objects.filter(assignment=assignment, annotation=None).select_related("scale", "point"))


class _Scales:
    """The scales of a text for its adjudicator: what is open, what the rule would settle, what became stale."""

    def __init__(
        self,
        codebook: CodebookInfo,
        document: CodedDocument,
        decisions: Sequence[Decision],
        own: Mapping[str, int],
        spoken: Mapping[UUID, Said],
    ) -> None:
        self.codebook, self.document, self.decisions = codebook, document, decisions
        self.own, self.spoken = own, spoken
        self.decided: dict[UUID | None, set[str]] = defaultdict(set)
        for decision in decisions:
            if decision.scale is not None:
                self.decided[decision.annotation_id].add(decision.scale.code)
        self.of_document = document_scales(document.codings, len(document.text), codebook.scales, self.decided[None])

    def open(self) -> list[ScaleCase]:
        """The cases to settle."""
        found = [case for case in self.of_document if not self._by_rule(case)]
        for decision in self.decisions:
            made = decision.annotation
            if decision.is_on_scale or made is None or made.is_deleted:
                continue
            gold = CodedPassage(made.pk, made.label.code, made.start, made.end)
            found += passage_scales(
                gold, self._votes(decision, gold.label), self.codebook.scales, self.decided[made.pk]
            )
        return found

    def agreed(self) -> list[ScaleCase]:
        """The scales of the document that the rule would settle."""
        return [case for case in self.of_document if self._by_rule(case)]

    def _by_rule(self, case: ScaleCase) -> bool:
        """Whether the rule can settle it; not where the adjudicator has rated it otherwise."""
        return case.agreed and self.own.get(case.scale.code, case.given[0]) == case.given[0]

    def _votes(self, decision: Decision, label: str) -> list[tuple[str, CodedPassage]]:
        """The reviewers' passages that a decision settles, as they are now, that have the label."""
        said = _said([decision], self.spoken)
        return [
            (coding.reviewer, passage)
            for coding in self.document.codings
            for passage in coding.passages
            if passage.label == label and stands_for(passage, said)
        ]

    def settled(
        self, decision: Decision, unsettled: Sequence[tuple[Coding, CodedPassage]], codings: Sequence[Coding]
    ) -> Settled:
        """Return a decision on a scale with what has changed since."""
        code, made = decision.scale.code, decision.annotation
        given = self.own if made is None else {each.scale.code: each.point.value for each in made.ratings.all()}
        wanted = decision.point.value if decision.point is not None else None
        gone = made is not None and made.is_deleted
        late: tuple[CodedPassage, ...] = ()
        if made is None:
            rated = len(self._rated_since(code, decision, codings))
        else:
            late = tuple(
                passage
                for passage in _late(decision, unsettled)
                if passage.label == made.label.code and points_on(code, passage.ratings)
            )
            rated = 0
        changed = sum(vote.is_deleted or vote.updated_at > decision.updated_at for vote in decision.votes.all())
        return Settled(decision, late, changed, gone or given.get(code) != wanted, rated)

    def _rated_since(self, code: str, decision: Decision, codings: Sequence[Coding]) -> set[str]:
        """The reviewers who submitted another point, or a first one, after the decision."""
        before = {
            (coding.reviewer, value)
            for coding in codings
            if coding.submitted_at is not None and coding.submitted_at <= decision.updated_at
            for value in points_on(code, coding.ratings)
        }
        now = {
            (coding.reviewer, value) for coding in self.document.codings for value in points_on(code, coding.ratings)
        }
        return {reviewer for reviewer, _ in now - before}


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


def _late(decision: Decision, unsettled: Sequence[tuple[Coding, CodedPassage]]) -> list[CodedPassage]:
    """Return passages on the stretch of a decision that were submitted after it."""
    return [
        passage
        for coding, passage in unsettled
        if passage.start < decision.end
        and decision.start < passage.end
        and coding.submitted_at is not None
        and coding.submitted_at > decision.updated_at
    ]


def _settled(decision: Decision, unsettled: Sequence[tuple[Coding, CodedPassage]]) -> Settled:
    changed = sum(vote.is_deleted or vote.updated_at > decision.updated_at for vote in decision.votes.all())
    made = decision.annotation
    return Settled(decision, tuple(_late(decision, unsettled)), changed, made is not None and made.is_deleted)

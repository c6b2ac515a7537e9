"""A study whose gold standards teach another: what tests of training, checks and qualification stand on."""

from dataclasses import dataclass, field
from typing import Any

from annotator.actions.adjudication import Verdict, decide_case
from annotator.actions.annotation import Precondition, save_annotation
from annotator.actions.assignments import assign_revision, submit_assignment
from annotator.actions.rating import rate_document
from annotator.actions.study import add_member, add_revisions, create_study
from annotator.actions.training import Wish, add_text, open_training, set_marks
from annotator.gold import Mark
from annotator.ids import uuid7
from annotator.models import Assignment

FERRY = "The ferry carried 1,200 people in May."
BEST = "It is the best ferry on the coast."
FARES = "Fares will rise, the mayor said."
NOBODY = "Nobody should be surprised."
OPINION = Mark("label", "opinion", "sentence-f1", 0.7)


def mark(assignment: Any, words: str, label: str, **extra: Any) -> Any:
    """Let whose assignment it is mark words of its text."""
    start = assignment.revision.text.index(words)
    return save_annotation(
        actor=assignment.reviewer,
        annotation_id=uuid7(),
        assignment_id=assignment.pk,
        label=label,
        start=start,
        end=start + len(words),
        quote=words,
        precondition=Precondition(create=True),
        **extra,
    )[0]


def hand_in(assignment: Any) -> Any:
    """Submit, gaps accepted."""
    return submit_assignment(actor=assignment.reviewer, assignment_id=assignment.pk, accept_gaps=True)


@dataclass
class School:
    """The study `school`, in which dora settles texts, and the study of the stage, which may train with them."""

    cast: Any
    stage: Any
    make_document: Any
    study: Any = None
    golds: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.study = create_study(
            actor=self.cast.ada, slug="school", title="School", codebook=self.stage.codebook, revisions=[]
        )
        add_member(actor=self.cast.ada, study=self.study, user=self.cast.dora, role="adjudicator")

    def gold(self, submitted: bool = True) -> Any:
        """Let dora settle one more text: an opinion with its slant, a contested place, and the document rated."""
        revision = self.make_document(f"lesson-{len(self.golds) + 1}")
        add_revisions(actor=self.cast.ada, study=self.study, revisions=[revision])
        made = assign_revision(
            actor=self.cast.ada, study=self.study, revision=revision, reviewer=self.cast.dora, role="adjudicator"
        )
        mark(made, BEST, "opinion", ratings=[("slant", 1)], note="nobody can check what is best")
        mark(made, NOBODY, "opinion", ratings=[("slant", 2)])
        rate_document(
            actor=self.cast.dora,
            assignment_id=made.pk,
            scale="credibility",
            point=2,
            evidence=[],
            precondition=Precondition(create=True),
        )
        if submitted:
            hand_in(made)
        self.golds.append(made)
        return made

    def settled(self) -> Any:
        """Let dora settle a text on which two have voted, one place as contested, with reasons."""
        revision = self.make_document(f"lesson-{len(self.golds) + 1}")
        add_revisions(actor=self.cast.ada, study=self.study, revisions=[revision])
        votes = []
        for user in (self.cast.gina, self.cast.hal):
            add_member(actor=self.cast.ada, study=self.study, user=user)
            theirs = assign_revision(actor=self.cast.ada, study=self.study, revision=revision, reviewer=user)
            votes.append(mark(theirs, FARES, "fact" if user is self.cast.gina else "opinion"))
            votes.append(mark(theirs, BEST, "opinion", ratings=[("slant", 1)]))
            hand_in(theirs)
        made = assign_revision(
            actor=self.cast.ada, study=self.study, revision=revision, reviewer=self.cast.dora, role="adjudicator"
        )
        for outcome, pair, reason in (("contested", votes[::2], "both hold"), ("took", votes[1::2], "a superlative")):
            taken = pair[0].pk if outcome == "took" else None
            votes_on = tuple(vote.pk for vote in pair)
            verdict = Verdict(outcome, pair[0].start, pair[0].end, votes_on, taken=taken, reason=reason)
            decide_case(
                actor=self.cast.dora,
                decision_id=uuid7(),
                assignment_id=made.pk,
                verdict=verdict,
                precondition=Precondition(create=True),
            )
        hand_in(made)
        self.golds.append(made)
        return made

    def teach(self, number: int = 3, needed: int = 2, *marks: Mark) -> list[Any]:
        """Set up a training of so many texts, and let it begin."""
        texts = [self.add(self.gold()) for _ in range(number)]
        set_marks(actor=self.cast.ada, study=self.stage.study, wish=Wish(needed, marks or (OPINION,)))
        open_training(actor=self.cast.ada, study=self.stage.study)
        return texts

    def add(self, gold: Any, kind: str = "lesson") -> Any:
        """Let the study of the stage train with a gold, or check by it."""
        return add_text(actor=self.cast.ada, study=self.stage.study, gold_id=gold.pk, kind=kind)

    def lesson(self, user: Any) -> Any:
        """The training document that somebody has open, or None."""
        return Assignment.objects.training().open().filter(study=self.stage.study, reviewer=user).first()

    def read(self, user: Any, well: bool = True) -> Any:
        """Let somebody work on their open training document, as the gold has it or quite otherwise, and submit."""
        work = self.lesson(user)
        for words in (BEST, NOBODY) if well else (FERRY, FARES):
            mark(work, words, "opinion", ratings=[("slant", 1)])
        return hand_in(work)

"""Passages whose label was split in the version a study is read with: what reviewers are asked, how far all are."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Prefetch

from annotator.models import Annotation, Assignment, Codebook, Label, Recoding, Study, User
from annotator.models.assignment import AssignmentQuerySet
from annotator.models.descriptions import codebook_info, codebooks_behind, passage_said
from annotator.queries.shown import shown_work
from annotator.reading import Reader, heirs_of
from sources.models import Revision


@dataclass(frozen=True, slots=True)
class RecodingCase:
    """One passage to be coded again; its like in the reviewer's other rounds goes with it where the answer is the same.

    `choices` are the labels its own was split into; `answer` is what its reviewer said of it.
    """

    passage: Annotation
    choices: tuple[Label, ...]
    answer: Recoding | None

    @property
    def assignment(self) -> Assignment:
        """The work that the passage belongs to."""
        return self.passage.assignment


@dataclass(frozen=True, slots=True)
class RecodingProgress:
    """How many of a reviewer's passages were to be coded again, and were; `informed` knowing others' work.

    Of a passage in several rounds the first one tells.
    """

    reviewer: str
    asked: int
    answered: int
    informed: int

    @property
    def left(self) -> int:
        """How many are not answered."""
        return self.asked - self.answered


Asked = tuple[Annotation, tuple[str, ...], Recoding | None]


def _asked(codebook: Codebook, work: AssignmentQuerySet, *, with_texts: bool = False) -> list[Asked]:
    """Return passages whose label a version splits, with what there is to choose from and what was said of it.

    Texts are read where they are wanted, each once, not for every passage.
    """
    texts = Revision.objects.select_related("document__source")
    submitted = work.submitted().reviews().without_training().order_by()
    versions = list(Codebook.objects.filter(pk__in=submitted.values("codebook")).exclude(pk=codebook.pk))
    if not versions:
        return []
    newer = codebook_info(codebook)
    reader = Reader(newer, codebooks_behind(newer, {newer.key: newer}))
    older = {version.pk: codebook_info(version) for version in versions}
    split = [
        label.pk
        for version in versions
        for label in version.labels.all()
        if len(heirs_of(older[version.pk], newer, reader.known)[label.code]) > 1
    ]
    answers = Recoding.objects.live().select_related("label", "codebook")
    rows = (
        Annotation.objects.live()
        .filter(assignment__in=submitted.values("pk"), label__in=split)
        .select_related("label", "assignment__codebook")
        .prefetch_related(Prefetch("recodings", answers, to_attr="answers"))
        .prefetch_related(Prefetch("assignment__revision", texts if with_texts else texts.defer("text")))
        .order_by("assignment__revision__document__title", "assignment__revision", "start", "end", "assignment__round")
    )
    found = []
    for row in rows:
        choices = reader.choices(passage_said(row, row.answers), older[row.assignment.codebook_id])
        if choices:
            said = next((each for each in row.answers if each.codebook_id == codebook.pk), None)
            found.append((row, choices, said))
    return found


def _place(row: Annotation) -> tuple[int, int, int, int]:
    """What the same passage in several rounds of a reviewer has in common."""
    return row.assignment.revision_id, row.label_id, row.start, row.end


def recoding_cases(study: Study, user: User) -> list[RecodingCase]:
    """Return the user's own passages that are to be coded again, or were, in the order of the texts."""
    own = Assignment.objects.filter(study=study, reviewer=user)
    asked = _asked(study.codebook, own, with_texts=True)
    labels = {label.code: label for label in study.codebook.labels.all()} if asked else {}
    found: dict[Any, RecodingCase] = {}
    for row, choices, said in asked:
        key = (_place(row), said and (said.label_id, said.informed))  # asked until every round has its answer
        found.setdefault(key, RecodingCase(row, tuple(labels[code] for code in choices), said))
    return list(found.values())


def studies_to_recode(user: User) -> list[tuple[Study, int]]:
    """Return the open studies in which passages of the user's are to be coded again, with how many."""
    moved = Assignment.objects.filter(reviewer=user, study__closed_at__isnull=True).submitted().reviews()
    moved = moved.without_training().exclude(codebook=F("study__codebook"))
    studies = Study.objects.filter(
        pk__in=moved.values("study"), memberships__user=user, memberships__left_at__isnull=True
    ).select_related("codebook")
    counted = []
    for study in studies.order_by("title"):
        asked = _asked(study.codebook, Assignment.objects.filter(study=study, reviewer=user))
        counted.append((study, len({_place(row) for row, _, said in asked if said is None})))
    return [(study, number) for study, number in counted if number]


def recoding_progress(study: Study, codebook: Codebook, viewer: User) -> list[RecodingProgress]:
    """Return how far each reviewer is with what a version asks, of the work that enters this viewer's figures."""
    said: dict[int, dict[tuple[int, int, int, int], list[Recoding | None]]] = defaultdict(lambda: defaultdict(list))
    for row, _, answer in _asked(codebook, shown_work(study, viewer)):
        said[row.assignment.reviewer_id][_place(row)].append(answer)
    names = dict(study.memberships.values_list("user_id", "pseudonym")) if said else {}
    rows = []
    for reviewer_id, places in said.items():
        done = [answers for answers in places.values() if all(answers)]
        informed = sum(answers[0].informed for answers in done if answers[0])
        rows.append(RecodingProgress(names[reviewer_id], len(places), len(done), informed))
    return sorted(rows, key=lambda row: row.reviewer)  # pseudonyms are random: the order tells nothing

"""How reviewers read beside the gold over time: training first, then the checks they met unmarked."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from annotator.actions.qualifying import compared, marks_of
from annotator.gold import SENTENCE_F1, WITHIN, Beside, Mark, Marks, Standing, standing
from annotator.models import Assignment, Membership, Study, TrainingText, User
from annotator.models.codings import SideBySide
from annotator.records import CodebookInfo

LATEST = 2  # readings that are set against the earlier ones
EVERYTHING = Mark("label", "", SENTENCE_F1, 1.0)
"""All labels together: F1 on sentences, each label of a sentence counted."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A document somebody submitted whose gold is known: the figure, or none with the reason."""

    title: str
    submitted_at: datetime
    is_check: bool
    standing: Standing


@dataclass(frozen=True, slots=True)
class ReaderOverTime:
    """A reviewer's readings beside the gold in the order in which they were submitted.

    `before` and `latest` pool the checks before the last two, and these two; None where there are too few of them.
    """

    member: Membership
    readings: tuple[Reading, ...]
    before: float | None
    latest: float | None

    @property
    def n_checks(self) -> int:
        """How many of the readings are checks."""
        return sum(reading.is_check for reading in self.readings)


@dataclass(frozen=True, slots=True)
class Drift:
    """Reviewers who met a check or trained; `of` is what is followed, `n_checks` the checks in use."""

    codebook: CodebookInfo
    of: Mark
    subjects: tuple[Mark, ...]
    readers: tuple[ReaderOverTime, ...]
    n_checks: int


def subjects_of(study: Study, codebook: CodebookInfo) -> tuple[Mark, ...]:
    """Return what can be followed: all labels together, each label, each scale; measured as its pass mark is."""
    marks = {(mark.subject, mark.code): mark for mark in marks_of(study)}
    labels = [marks.get(("label", each.code), Mark("label", each.code, SENTENCE_F1, 1.0)) for each in codebook.labels]
    scales = [
        marks.get(("scale", each.code), Mark("scale", each.code, WITHIN, 1.0, 0 if each.level == "nominal" else 1))
        for each in codebook.scales
    ]
    return (EVERYTHING, *labels, *scales)


def _work(study: Study, viewer: User) -> QuerySet[Assignment]:
    """Return submitted first rounds of people, on texts whose gold is settled, that the viewer may see.

    Work that went into a gold itself is left out: what was submitted in the same study before the gold was settled.
    """
    texts = TrainingText.objects.visible_to(viewer).filter(study=study, revision=OuterRef("revision"))
    texts = texts.filter(gold__submitted_at__isnull=False).exclude(gold__reviewer=OuterRef("reviewer"))
    before = Q(gold__study=study, gold__submitted_at__gte=OuterRef("submitted_at"))
    lesson, check = TrainingText.Kind.LESSON, TrainingText.Kind.CHECK
    rows = Assignment.objects.filter(study=study, round=1, reviewer__kind=User.Kind.HUMAN).submitted().reviews()
    texts = texts.exclude(before)
    trained = Q(Exists(texts.filter(kind=lesson)), purpose=Assignment.Purpose.TRAINING)
    checked = Q(Exists(texts.filter(kind=check)), purpose=Assignment.Purpose.STUDY)
    return rows.filter(trained | checked).work_visible_to(viewer)


def followed_members(study: Study, viewer: User) -> QuerySet[Membership]:
    """Return the members of a study that the viewer runs who have read a document whose gold is known."""
    return Membership.objects.filter(study=study, user__in=_work(study, viewer).values("reviewer"))


def drift(study: Study, viewer: User, members: Iterable[Membership], asked: str = "") -> Drift:
    """Return how these members of a study that the viewer runs read beside the gold, of the work the viewer may see.

    `asked` names what is followed, such as "label-opinion"; all labels together where it names nothing.
    """
    reader = SideBySide(study)
    subjects = subjects_of(study, reader.codebook)
    chosen = next((each for each in subjects if asked and asked == f"{each.subject}-{each.code}"), EVERYTHING)
    known = TrainingText.objects.visible_to(viewer).filter(study=study)
    known = known.select_related("gold__codebook", "revision__document").prefetch_related("revision__segmentations")
    texts = {row.revision_id: row for row in known}
    members = list(members)
    work = _work(study, viewer).filter(reviewer__in=[member.user_id for member in members])
    found: dict[int, list[tuple[Reading, Beside]]] = defaultdict(list)
    rows = list(work.select_related("codebook").order_by("submitted_at", "pk"))
    reader.load([each for row in rows for each in (texts[row.revision_id].gold, row)])
    for row in rows:
        text = texts[row.revision_id]
        beside = compared(reader, text, row)
        title = text.revision.document.title
        is_check = text.kind == TrainingText.Kind.CHECK
        found[row.reviewer_id].append((Reading(title, row.submitted_at, is_check, _standing(chosen, [beside])), beside))
    in_use = [row for row in texts.values() if row.kind == TrainingText.Kind.CHECK and row.retired_at is None]
    readers = tuple(_reader(member, found[member.user_id], chosen) for member in members)
    return Drift(reader.codebook, chosen, subjects, readers, len(in_use))


def _reader(member: Membership, read: list[tuple[Reading, Beside]], chosen: Mark) -> ReaderOverTime:
    checks = [beside for reading, beside in read if reading.is_check]
    split = len(checks) > LATEST
    return ReaderOverTime(
        member,
        tuple(reading for reading, _ in read),
        before=_standing(chosen, checks[:-LATEST]).value if split else None,
        latest=_standing(chosen, checks[-LATEST:]).value if split else None,
    )


def _standing(subject: Mark, read: list[Beside]) -> Standing:
    if subject is not EVERYTHING:
        return standing(subject, read, max(len(read), 1))
    marks = sum((each for beside in read for each in beside.sentences.values()), Marks())
    together = Beside({"": marks}, {}, {})
    return standing(subject, [together], 1)

"""How reviewers read beside the gold over time: training first, then the checks they met unmarked."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from annotator.actions.qualifying import marks_of
from annotator.gold import SENTENCE_F1, WITHIN, Beside, Mark, Marks, Standing, beside_gold, standing
from annotator.models import Assignment, Membership, Study, TrainingText, User
from annotator.models.codings import side_by_side
from annotator.models.descriptions import codebook_info
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
    """All reviewers who met a check or trained, in the order of their random pseudonyms; `of` is what is followed."""

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


def drift(study: Study, viewer: User, asked: str = "") -> Drift:
    """Return how the reviewers of a study that the viewer runs read beside the gold, of the work the viewer may see.

    `asked` names what is followed, such as "label-opinion"; all labels together where it names nothing. Work that went
    into a gold itself is left out: what somebody submitted in the same study before the gold was settled.
    """
    codebook = codebook_info(study.codebook)
    subjects = subjects_of(study, codebook)
    chosen = next((each for each in subjects if asked and asked == f"{each.subject}-{each.code}"), EVERYTHING)
    texts = TrainingText.objects.visible_to(viewer).filter(study=study)
    texts = texts.select_related("gold__codebook", "revision__document")
    found: dict[int, list[Reading]] = defaultdict(list)
    pooled: dict[int, list[Beside]] = defaultdict(list)
    n_checks = 0
    for text in texts:
        n_checks += text.kind == TrainingText.Kind.CHECK and text.retired_at is None
        for work in _work_on(text, viewer):
            document = side_by_side(study, text.revision, [text.gold, work])
            beside = beside_gold(document, codebook, *document.codings)
            is_check = text.kind == TrainingText.Kind.CHECK
            told = _standing(chosen, [beside])
            found[work.reviewer_id].append(Reading(document.title, work.submitted_at, is_check, told))
            if is_check:
                pooled[work.reviewer_id].append(beside)
    members = Membership.objects.filter(study=study, user__in=found).select_related("user").order_by("pseudonym")
    readers = []
    for member in members:
        order = sorted(found[member.user_id], key=lambda reading: reading.submitted_at)
        checks = _in_order(found[member.user_id], pooled[member.user_id])
        split = len(checks) > LATEST
        readers.append(
            ReaderOverTime(
                member,
                tuple(order),
                _standing(chosen, checks[:-LATEST]).value if split else None,
                _standing(chosen, checks[-LATEST:]).value if split else None,
            )
        )
    return Drift(codebook, chosen, subjects, tuple(readers), n_checks)


def _in_order(readings: list[Reading], checks: list[Beside]) -> list[Beside]:
    """Return the checks in the order in which they were submitted."""
    times = [reading.submitted_at for reading in readings if reading.is_check]
    return [beside for _, beside in sorted(zip(times, checks, strict=True), key=lambda pair: pair[0])]


def _work_on(text: TrainingText, viewer: User) -> list[Assignment]:
    """Return the submitted first rounds of people on a text that the viewer may see and that did not make its gold."""
    rows = Assignment.objects.filter(study=text.study_id, revision=text.revision_id, round=1).submitted().reviews()
    rows = rows.filter(reviewer__kind=User.Kind.HUMAN).exclude(reviewer=text.gold.reviewer_id)
    rows = rows.training() if text.kind == TrainingText.Kind.LESSON else rows.without_training()
    if text.gold.submitted_at is None:
        return []
    if text.gold.study_id == text.study_id:
        rows = rows.filter(submitted_at__gt=text.gold.submitted_at)
    return list(rows.work_visible_to(viewer).select_related("codebook").order_by("pk"))


def _standing(subject: Mark, read: list[Beside]) -> Standing:
    if subject is not EVERYTHING:
        return standing(subject, read, max(len(read), 1))
    marks = sum((each for beside in read for each in beside.sentences.values()), Marks())
    together = Beside({"": marks}, {}, {})
    return standing(subject, [together], 1)

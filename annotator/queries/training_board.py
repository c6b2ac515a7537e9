"""The training of a study for those who run it: its texts, golds that could teach, and who is where."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from annotator.actions.qualifying import marks_of, standings_of
from annotator.actions.training import golds_of, untakeable
from annotator.gold import Mark, Standing, usual_marks
from annotator.models import Assignment, Membership, Qualification, Study, Training, TrainingText, User
from annotator.models.descriptions import codebook_info

REVIEWERS_ON_A_PAGE: Final = 25
MOST_GOLDS: Final = 500


@dataclass(frozen=True, slots=True)
class TextRow:
    """A text with a gold: how many have it open, and how many have submitted it."""

    text: TrainingText
    open: int
    submitted: int


@dataclass(frozen=True, slots=True)
class TraineeRow:
    """A reviewer: how many training documents are read, whether one is open, where they stand, and how they passed."""

    member: Membership
    read: int
    current: Assignment | None
    qualification: Qualification | None
    standings: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """The training as it is set up; the usual marks where nothing is stored yet. `untakeable` nobody could reach."""

    training: Training
    stored: bool
    marks: tuple[Mark, ...]
    lessons: tuple[TextRow, ...]
    checks: tuple[TextRow, ...]
    retired: tuple[TextRow, ...]
    untakeable: tuple[Mark, ...]


def training_texts(study: Study, viewer: User) -> QuerySet[TrainingText]:
    """Return the texts with a gold of a study that the viewer runs."""
    texts = TrainingText.objects.visible_to(viewer).filter(study=study)
    return texts.select_related("revision__document", "gold__study").defer("revision__text")


def gold_is_shown(text: TrainingText, viewer: User) -> bool:
    """Whether a viewer who runs the study is shown the gold of one of its texts.

    Not while they review the text blind themselves, and a gold of the study itself as other work in it.
    """
    gold = Assignment.objects.filter(pk=text.gold_id)
    if text.gold.study_id != text.study_id:
        return gold.submitted().not_blinding(viewer).exists()
    return gold.work_visible_to(viewer).exists()


def training_plan(study: Study, viewer: User) -> TrainingPlan:
    """Return how a study that the viewer runs is set up to train."""
    training = Training.objects.filter(study=study).first()
    stored = training is not None
    marks = marks_of(study) if stored else usual_marks(codebook_info(study.codebook))
    states: Counter[tuple[int, str, str]] = Counter(
        Assignment.objects.reviews()
        .filter(study=study, round=1, revision__training_texts__study=study)
        .values_list("revision_id", "purpose", "state")
    )
    rows = []
    for text in training_texts(study, viewer).order_by("position", "pk"):
        purpose = Assignment.Purpose.TRAINING if text.kind == TrainingText.Kind.LESSON else Assignment.Purpose.STUDY
        here = (text.revision_id, purpose)
        rows.append(TextRow(text, states[*here, Assignment.State.OPEN], states[*here, Assignment.State.SUBMITTED]))
    in_use = [row for row in rows if row.text.retired_at is None]
    lessons = tuple(row for row in in_use if row.text.kind == TrainingText.Kind.LESSON)
    return TrainingPlan(
        training=training or Training(study=study),
        stored=stored,
        marks=marks,
        lessons=lessons,
        checks=tuple(row for row in in_use if row.text.kind == TrainingText.Kind.CHECK),
        retired=tuple(row for row in rows if row.text.retired_at is not None),
        untakeable=tuple(untakeable(study, marks, golds_of(study))) if lessons else (),
    )


def teachable_golds(study: Study, viewer: User) -> list[Assignment]:
    """Return submitted gold standards of studies the viewer runs whose text is not in use in the study's training yet.

    Whether the study's codebook can read one is told when it is chosen.
    """
    used = TrainingText.objects.in_use().filter(study=study).values("revision")
    golds = Assignment.objects.gold().submitted().work_visible_to(viewer).exclude(revision__in=used)
    golds = golds.filter(study__in=Study.objects.run_by(viewer))
    golds = golds.filter(revision__document__withdrawn_at__isnull=True).select_related("study", "revision__document")
    return list(golds.defer("revision__text").order_by("study__title", "revision__document__title", "pk")[:MOST_GOLDS])


def trainees(study: Study, viewer: User, page: str = "") -> tuple[Page, list[TraineeRow]]:
    """Return a page of the study's reviewers in the order of their random pseudonyms, and where each is.

    Nobody's for whoever does not run the study; of a reviewer's work only what the viewer may see enters the figures.
    """
    members = Membership.objects.active().filter(study=study, role=Membership.Role.REVIEWER)
    members = members.filter(user__kind=User.Kind.HUMAN).select_related("user").order_by("pseudonym")
    shown = Paginator(members if study.is_run_by(viewer) else members.none(), REVIEWERS_ON_A_PAGE).get_page(page)
    return shown, trainee_rows(study, viewer, shown)


def trainee_rows(study: Study, viewer: User, shown: Iterable[Membership]) -> list[TraineeRow]:
    """Return where each of these members of a study that the viewer runs is with the training."""
    shown = list(shown)
    people = [member.user_id for member in shown]
    training = Training.objects.filter(study=study).first()
    work = Assignment.objects.training().filter(study=study, reviewer__in=people).select_related("revision__document")
    open_ones = {each.reviewer_id: each for each in work.open().defer("revision__text")}
    submitted = Counter(work.submitted().values_list("reviewer_id", flat=True))
    visible = Counter(work.submitted().work_visible_to(viewer).values_list("reviewer_id", flat=True))
    passed = {row.reviewer_id: row for row in Qualification.objects.filter(study=study, reviewer__in=people)}
    told = [each.user for each in shown if submitted[each.user_id] == visible[each.user_id] > 0]
    stand = standings_of(study, told, training) if training and told else {}
    rows = []
    for member in shown:
        rows.append(
            TraineeRow(
                member=member,
                read=submitted[member.user_id],
                current=open_ones.get(member.user_id),
                qualification=passed.get(member.user_id),
                standings=stand.get(member.user_id, ()),
            )
        )
    return rows

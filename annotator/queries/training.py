"""Training as it is shown: one's own way through it, and one's work beside the gold."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from annotator.actions.qualifying import lessons_read, marks_of, standings_of
from annotator.gold import Beside, Place, Standing, beside_gold, places, standings
from annotator.models import Assignment, Qualification, Study, Training, TrainingText, User
from annotator.models.codings import SideBySide
from annotator.models.training import waiting_for_training
from annotator.records import CodebookInfo, CodedDocument, Coding


@dataclass(frozen=True, slots=True)
class LessonResult:
    """A submitted training document beside its gold.

    `number` counts the training documents its reviewer has submitted, up to this one; `standings` are taken over these.
    `following` is the training document that is open now; without one, and without `qualification`, all have been read.
    """

    assignment: Assignment
    text: TrainingText
    codebook: CodebookInfo
    document: CodedDocument
    beside: Beside
    places: tuple[Place, ...]
    standings: tuple[Standing, ...]
    number: int
    needed: int
    training: Training | None
    qualification: Qualification | None
    following: Assignment | None

    @property
    def gold(self) -> Coding:
        """The gold standard, read with the study's codebook."""
        return self.document.codings[0]

    @property
    def theirs(self) -> Coding:
        """The reviewer's work, read with the study's codebook."""
        return self.document.codings[1]


def lesson_result(assignment: Assignment, viewer: User) -> LessonResult | None:
    """Return a submitted training document beside its gold: one's own; or another's, in a study one runs.

    None where it is not shown to the viewer, for now or ever.
    """
    study, reviewer = assignment.study, assignment.reviewer
    if not (assignment.is_training and assignment.is_submitted):
        return None
    if reviewer == viewer:
        texts = TrainingText.objects.shown_to(viewer)
    else:
        seen = Assignment.objects.filter(pk=assignment.pk).work_visible_to(viewer)
        texts = TrainingText.objects.visible_to(viewer) if seen.exists() else TrainingText.objects.none()
    shown = set(texts.filter(study=study).values_list("pk", flat=True))
    read = lessons_read(study, [reviewer])[reviewer.pk]
    number = next((place for place, (_, work) in enumerate(read, start=1) if work.pk == assignment.pk), 0)
    if not number or any(text.pk not in shown for text, _ in read[:number]):  # the marks would tell of all of them
        return None
    reader = SideBySide(study)
    reader.load([each for text, work in read[:number] for each in (text.gold, work)])
    codebook = reader.codebook
    documents = [reader.document(text.revision, [text.gold, work]) for text, work in read[:number]]
    besides = [beside_gold(document, codebook, *document.codings) for document in documents]
    training = Training.objects.filter(study=study).first()
    needed = training.needed if training else number
    return LessonResult(
        assignment=assignment,
        text=read[number - 1][0],
        codebook=codebook,
        document=documents[-1],
        beside=besides[-1],
        places=places(*documents[-1].codings),
        standings=standings(marks_of(study), besides, needed),
        number=number,
        needed=needed,
        training=training,
        qualification=Qualification.objects.filter(study=study, reviewer=reviewer).first(),
        following=Assignment.objects.training().open().filter(study=study, reviewer=reviewer).first(),
    )


def own_standings(study: Study, viewer: User) -> tuple[Standing, ...]:
    """Return where one stands with each pass mark; nothing while the gold of a document one has read is hidden."""
    training = Training.objects.filter(study=study).first()
    read = lessons_read(study, [viewer])[viewer.pk]
    shown = set(TrainingText.objects.shown_to(viewer).filter(study=study).values_list("pk", flat=True))
    if training is None or any(text.pk not in shown for text, _ in read):
        return ()
    return standings_of(study, [viewer], training)[viewer.pk]


@dataclass(frozen=True, slots=True)
class OwnTraining:
    """One's own training in a study: its documents in the order they were given, and whether one is held by it."""

    study: Study
    needed: int
    given: tuple[UUID, ...]
    held: bool

    def name_of(self, assignment: Assignment) -> str:
        """Return what a training document is called: "Training 1 of 3"; one beyond the usual number counts on."""
        number = self.given.index(assignment.pk) + 1
        return f"Training {number} of {max(self.needed, len(self.given))}"


def trainings_of(user: User) -> dict[int, OwnTraining]:
    """Return one's own trainings by the id of the study: those one is held by, and those one has had."""
    work = Assignment.objects.training().filter(reviewer=user).exclude(state=Assignment.State.DECLINED)
    given: dict[int, list[UUID]] = defaultdict(list)
    for study_id, pk in work.order_by("created_at", "pk").values_list("study_id", "pk"):
        given[study_id].append(pk)
    held = set(Training.objects.holding(user).values_list("study_id", flat=True))
    rows = Training.objects.filter(study__in={*held, *given}).select_related("study")
    return {
        row.study_id: OwnTraining(row.study, row.needed, tuple(given[row.study_id]), row.study_id in held)
        for row in rows
    }


def waiting_assignments(user: User) -> set[UUID]:
    """Return the ids of one's own assignments that a training keeps shut for now."""
    return set(Assignment.objects.filter(waiting_for_training(user)).values_list("pk", flat=True))

"""The training of a study by API: its marks, texts and reviewers for those who run it, and one's own way through it."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.errors import NotFoundError
from annotator.actions.training import (
    Wish,
    add_text,
    end_training,
    give_check,
    move_text,
    open_training,
    pass_by_hand,
    retire_text,
    set_marks,
)
from annotator.api.assignments import REASON_LENGTH
from annotator.api.base import PageParameters, find, page_answer, page_of, versioned
from annotator.api.fields import (
    CODE_LENGTH,
    LARGEST,
    Choice,
    Identifier,
    NothingSerializer,
    StrictSerializer,
    Text,
    Whole,
)
from annotator.api.preconditions import precondition_of
from annotator.api.schema import IF_CHANGED, IF_MATCH, describe
from annotator.api.standings import StandingSerializer, standing_data
from annotator.api.studies import PSEUDONYM_LENGTH, StudyView
from annotator.gold import Mark
from annotator.models import Membership, PassMark, Qualification, Study, Training, TrainingText, User
from annotator.models.training import MOST_AWAY
from annotator.queries import own_standings, trainee_rows, training_plan, training_texts, trainings_of

MOST_MARKS = 1000
MARK_FIELDS = ("subject", "code", "measure", "least", "away")


class ShareField(serializers.FloatField):
    """A share from .01 to 1, as JSON's own number."""

    def to_internal_value(self, data: Any) -> float:
        """Return the number; refuse every other type."""
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return round(super().to_internal_value(data), 2)


class PassMarkSerializer(StrictSerializer):
    """What is asked of one label or scale: at least so much of a measure. `away` counts points of a scale."""

    subject = Choice("MarkSubject", PassMark.Subject.values)
    code = Text(max_length=CODE_LENGTH)
    measure = Choice("MarkMeasure", PassMark.Measure.values)
    least = ShareField(min_value=0.01, max_value=1)
    away = Whole(min_value=0, max_value=MOST_AWAY, default=0)


class TrainingSerializer(serializers.Serializer):
    """How a study trains. `impossible` names marks that no gold in use has anything for: nobody could reach them."""

    needed = serializers.IntegerField(help_text="Documents each mark is taken over, and has to be read at least.")
    opened_at = serializers.DateTimeField(allow_null=True)
    marks = PassMarkSerializer(many=True)
    impossible = serializers.ListField(child=serializers.CharField())
    version = serializers.IntegerField()


class TrainingBodySerializer(StrictSerializer):
    """The marks of a training, all of them."""

    needed = Whole(min_value=1, max_value=LARGEST)
    marks = PassMarkSerializer(many=True, max_length=MOST_MARKS)


class TrainingTextSerializer(serializers.Serializer):
    """A text with a gold. `gold` is the id of the adjudicator's assignment, `study` where it was settled."""

    id = serializers.UUIDField()
    kind = Choice("TrainingTextKind", TrainingText.Kind.values)
    document = serializers.CharField(source="revision.document.slug")
    revision = serializers.IntegerField(source="revision.number")
    study = serializers.CharField(source="gold.study.slug")
    gold = serializers.UUIDField(source="gold_id")
    position = serializers.IntegerField()
    retired_at = serializers.DateTimeField(allow_null=True)


class TrainingTextListSerializer(serializers.Serializer):
    """All texts with a gold of a study, training documents and checks, each in its order."""

    results = TrainingTextSerializer(many=True)


class TrainingTextBodySerializer(StrictSerializer):
    """A gold standard to train with, or to check by."""

    gold = Identifier()
    kind = Choice("TrainingTextKind", TrainingText.Kind.values, default=TrainingText.Kind.LESSON)


class PositionBodySerializer(StrictSerializer):
    """A place in the order, from 1."""

    position = Whole(min_value=1, max_value=LARGEST)


class GivenSerializer(serializers.Serializer):
    """How many reviewers were given the check."""

    given = serializers.IntegerField()


class QualificationSerializer(serializers.Serializer):
    """That somebody may read the documents of the study, since when, and how that came."""

    how = Choice("QualificationHow", Qualification.How.values)
    reason = serializers.CharField()
    at = serializers.DateTimeField()


class TraineeSerializer(serializers.Serializer):
    """A reviewer in training: documents read, where they stand with each mark, and since when they are let on."""

    reviewer = serializers.CharField(source="member.pseudonym")
    read = serializers.IntegerField()
    open = serializers.BooleanField()
    qualification = QualificationSerializer(allow_null=True)
    standings = StandingSerializer(many=True)


class TraineePageSerializer(serializers.Serializer):
    """One page of reviewers, in the order of their random pseudonyms."""

    results = TraineeSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class OwnTrainingSerializer(serializers.Serializer):
    """One's own training. `held` says that the documents of the study wait for it."""

    held = serializers.BooleanField()
    needed = serializers.IntegerField()
    assignments = serializers.ListField(child=serializers.UUIDField())
    qualification = QualificationSerializer(allow_null=True)
    standings = StandingSerializer(many=True)


class PassBodySerializer(StrictSerializer):
    """Why a reviewer is let on without the marks."""

    reason = Text(max_length=REASON_LENGTH)


class TraineeListParameters(PageParameters):
    """Which reviewers to list."""

    after = serializers.CharField(max_length=PSEUDONYM_LENGTH, required=False, help_text="`next` of the page before.")


class TrainingView(StudyView):
    """An address below the training of a study."""

    def present(self, row: Any) -> Any:
        """Return the training for the `current` of a refusal."""
        return self.shown(row.study) if isinstance(row, Training) else None

    def shown(self, study: Study) -> dict[str, Any]:
        """Return the training of a study that the viewer runs."""
        plan = training_plan(study, self.viewer)
        marks = [{name: getattr(each, name) for name in MARK_FIELDS} for each in plan.marks]
        return {
            "needed": plan.training.needed,
            "opened_at": plan.training.opened_at,
            "marks": marks,
            "impossible": [f"{mark.subject}.{mark.code}" for mark in plan.untakeable],
            "version": plan.training.version,
        }

    def answer(self, study: Study) -> Response:
        """Answer with the training and its version as ETag."""
        data = TrainingSerializer(self.shown(study)).data
        return versioned(self.request, data, data["version"])

    def version(self) -> int | None:
        """Return the version the request edits, or None for any; raise PreconditionMissingError without one."""
        precondition = precondition_of(self.request)
        precondition.refuse_if_missing()
        named = precondition.versions or frozenset()
        return None if -1 in named else next(iter(named), 0)

    def text(self, study: Study, text_id: UUID) -> TrainingText:
        """Return a text with a gold, or raise NotFoundError."""
        return find(training_texts(study, self.viewer), pk=text_id)


class TrainingDetail(TrainingView):
    """How a study trains."""

    @describe(
        "get_training",
        "Read the training of a study",
        {200: TrainingSerializer, 304: None},
        parameters=[IF_CHANGED],
        problems=(404,),
    )
    def get(self, request: Request, slug: str) -> Response:
        """Show the marks, the usual ones where none are stored yet; leads only."""
        return self.answer(self.run_study(slug))

    @describe(
        "set_training_marks",
        "Choose the pass marks",
        {200: TrainingSerializer},
        body=TrainingBodySerializer,
        parameters=[IF_MATCH],
        problems=(404, 409, 412, 428),
        writes=True,
    )
    def put(self, request: Request, slug: str) -> Response:
        """Store the marks. Who was let on stays so; who reaches the new marks is let on at once. Leads only."""
        study = self.run_study(slug)
        body = self.body(TrainingBodySerializer)
        wish = Wish(body["needed"], tuple(Mark(**mark) for mark in body["marks"]))
        set_marks(actor=self.viewer, study=study, wish=wish, version=self.version())
        return self.answer(study)


class TrainingOpen(TrainingView):
    """The beginning of a training."""

    @describe(
        "open_training",
        "Begin the training",
        {200: TrainingSerializer},
        parameters=[IF_MATCH],
        problems=(404, 409, 412, 428),
        writes=True,
    )
    def post(self, request: Request, slug: str) -> Response:
        """Let the documents of the study wait until reviewers pass; who has begun to read goes on. Leads only."""
        study = self.run_study(slug)
        self.body(NothingSerializer)
        open_training(actor=self.viewer, study=study, version=self.version())
        return self.answer(study)


class TrainingEnd(TrainingView):
    """The end of a training."""

    @describe(
        "end_training",
        "End the training",
        {200: TrainingSerializer},
        parameters=[IF_MATCH],
        problems=(404, 409, 412, 428),
        writes=True,
    )
    def post(self, request: Request, slug: str) -> Response:
        """Open the documents of the study to all its reviewers. Leads only."""
        study = self.run_study(slug)
        self.body(NothingSerializer)
        end_training(actor=self.viewer, study=study, version=self.version())
        return self.answer(study)


class TrainingTextList(TrainingView):
    """The texts with a gold of a study."""

    @describe("list_training_texts", "List texts with a gold", {200: TrainingTextListSerializer}, problems=(404,))
    def get(self, request: Request, slug: str) -> Response:
        """List training documents and checks, those taken out too; leads only."""
        rows = training_texts(self.run_study(slug), self.viewer).order_by("kind", "position", "pk")
        return Response({"results": TrainingTextSerializer(rows, many=True).data})

    @describe(
        "add_training_text",
        "Train with a gold, or check by it",
        {200: TrainingTextSerializer},
        body=TrainingTextBodySerializer,
        problems=(404, 409),
        writes=True,
    )
    def post(self, request: Request, slug: str) -> Response:
        """Add a text by its gold, last in order; adding it again changes nothing. Leads only."""
        study = self.run_study(slug)
        body = self.body(TrainingTextBodySerializer)
        made = add_text(actor=self.viewer, study=study, gold_id=body["gold"], kind=body["kind"])
        return Response(TrainingTextSerializer(self.text(study, made.pk)).data)


class TrainingTextDetail(TrainingView):
    """One text with a gold."""

    @describe("get_training_text", "Read a text with a gold", {200: TrainingTextSerializer}, problems=(404,))
    def get(self, request: Request, slug: str, text_id: UUID) -> Response:
        """Show a text with a gold; leads only."""
        return Response(TrainingTextSerializer(self.text(self.run_study(slug), text_id)).data)

    @describe(
        "move_training_text",
        "Put a text in its place",
        {200: TrainingTextSerializer},
        body=PositionBodySerializer,
        problems=(404, 409),
        writes=True,
    )
    def put(self, request: Request, slug: str, text_id: UUID) -> Response:
        """Put a text at a place in the order of its kind. Leads only."""
        study = self.run_study(slug)
        text = self.text(study, text_id)
        position = self.body(PositionBodySerializer)["position"]
        move_text(actor=self.viewer, study=study, text_id=text.pk, position=position)
        return Response(TrainingTextSerializer(self.text(study, text_id)).data)

    @describe("retire_training_text", "Take a text out", {204: None}, problems=(404, 409), writes=True)
    def delete(self, request: Request, slug: str, text_id: UUID) -> Response:
        """Give a text out no more; who has it finishes it. Taking it out again is no fault. Leads only."""
        study = self.run_study(slug)
        text = self.text(study, text_id)
        self.body(NothingSerializer)
        retire_text(actor=self.viewer, study=study, text_id=text.pk)
        return Response(status=204)


class TrainingTextGive(TrainingView):
    """Giving a check out."""

    @describe("give_check", "Give a check to all reviewers", {200: GivenSerializer}, problems=(404, 409), writes=True)
    def post(self, request: Request, slug: str, text_id: UUID) -> Response:
        """Give a check to all reviewers who have not had its text, as any document of the study. Leads only."""
        study = self.run_study(slug)
        text = self.text(study, text_id)
        self.body(NothingSerializer)
        return Response({"given": len(give_check(actor=self.viewer, study=study, text_id=text.pk))})


class TraineeList(TrainingView):
    """The reviewers of a study and their training."""

    parameters = TraineeListParameters

    @describe(
        "list_trainees",
        "List reviewers with their training",
        {200: TraineePageSerializer},
        parameters=[TraineeListParameters],
        problems=(404,),
    )
    def get(self, request: Request, slug: str) -> Response:
        """List reviewers; leads only. Figures are of work the caller may see."""
        study = self.run_study(slug)
        members = Membership.objects.active().filter(study=study, role=Membership.Role.REVIEWER)
        members = members.filter(user__kind=User.Kind.HUMAN).select_related("user")
        found, following = page_of(members, "pseudonym", self.query)
        rows = [
            {
                "member": row.member,
                "read": row.read,
                "open": row.current is not None,
                "qualification": row.qualification,
                "standings": standing_data(row.standings),
            }
            for row in trainee_rows(study, self.viewer, found)
        ]
        return page_answer(TraineeSerializer, rows, following)


class TraineePass(TrainingView):
    """Letting a reviewer on by hand."""

    @describe(
        "pass_by_hand",
        "Let a reviewer on",
        {204: None},
        body=PassBodySerializer,
        problems=(404, 409),
        writes=True,
    )
    def post(self, request: Request, slug: str, pseudonym: str) -> Response:
        """Let a reviewer on to the documents of the study without the marks, for a reason. Leads only."""
        study = self.run_study(slug)
        member = find(study.memberships.select_related("user"), pseudonym=pseudonym)
        reason = self.body(PassBodySerializer)["reason"]
        pass_by_hand(actor=self.viewer, study=study, member=member, reason=reason)
        return Response(status=204)


class OwnTraining(StudyView):
    """One's own training in a study."""

    @describe("get_own_training", "Read my training", {200: OwnTrainingSerializer}, problems=(404,))
    def get(self, request: Request, slug: str) -> Response:
        """Show one's own way through the training; 404 where there is none for the caller."""
        study = self.study(slug)
        own = trainings_of(self.viewer).get(study.pk)
        if own is None:
            raise NotFoundError
        data = {
            "held": own.held,
            "needed": own.needed,
            "assignments": own.given,
            "qualification": Qualification.objects.filter(study=study, reviewer=self.viewer).first(),
            "standings": standing_data(own_standings(study, self.viewer)),
        }
        return Response(OwnTrainingSerializer(data).data)

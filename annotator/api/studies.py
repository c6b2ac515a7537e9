"""Studies: what they ask, and who reads what in them."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.assignments import assign_revision
from annotator.actions.errors import InvalidError, NotFoundError, StaleError
from annotator.actions.set_up import change_study, remove_revisions
from annotator.actions.study import add_revisions, close_study, create_study, reopen_study, use_codebook
from annotator.api.assignments import AssignmentSummarySerializer, listed
from annotator.api.base import (
    ApiView,
    PageByIdParameters,
    PageBySlugParameters,
    find,
    page_answer,
    page_of,
    versioned,
)
from annotator.api.fields import (
    CODE_LENGTH,
    LARGEST,
    SLUG_LENGTH,
    Choice,
    Day,
    Flag,
    NothingSerializer,
    Number,
    StrictSerializer,
    Text,
    Whole,
)
from annotator.api.preconditions import precondition_of
from annotator.api.schema import IF_MATCH, describe
from annotator.models import Assignment, Codebook, Membership, Study, User
from annotator.queries import choosable_revisions, readable_revisions, readable_with
from sources.models import Revision, RevisionQuerySet

PSEUDONYM_LENGTH = 40
TITLE_LENGTH = 300
MOST_REVIEWERS = 1000
MOST_TEXTS = 10_000


class CodebookNameSerializer(serializers.Serializer):
    """A codebook version by name."""

    slug = serializers.CharField()
    version = serializers.IntegerField()


class StudySummarySerializer(serializers.Serializer):
    """A study by name."""

    slug = serializers.CharField()
    title = serializers.CharField()
    demo = serializers.BooleanField()
    blinding = Choice("Blinding", Study.Blinding.values)
    codebook = CodebookNameSerializer()
    created_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class StudyTextSerializer(serializers.Serializer):
    """A text of a study that the viewer may read."""

    document = serializers.CharField(source="document.slug")
    revision = serializers.IntegerField(source="number")


class ExtraReviewsSerializer(StrictSerializer):
    """The rule of extra reviewers: one more where agreement by a measure is below a figure, up to so many in all."""

    up_to = Whole(min_value=3, max_value=MOST_REVIEWERS)
    below = Number(min_value=-1, max_value=1)
    measure = Choice("ExtraMeasure", Study.ExtraMeasure.values, default=Study.ExtraMeasure.TOGETHER)


class StudySerializer(StudySummarySerializer):
    """A study with the texts and the place the viewer has in it; `role` is empty for site staff who are no members.

    `version` rises with every change of its words and rules. `extra_reviews` is null where there is no such rule, and
    to all but those who run the study: whoever knows it could tell a document of low agreement.
    """

    purpose = Choice("StudyPurpose", Study.Purpose.values)
    reviewers_per_document = serializers.IntegerField(allow_null=True)
    order = Choice("ReadingOrder", Study.Order.values)
    due_on = serializers.DateField(allow_null=True)
    extra_reviews = ExtraReviewsSerializer(allow_null=True, source="shown_extra")
    version = serializers.IntegerField()
    role = serializers.CharField()
    pseudonym = serializers.CharField()
    texts = StudyTextSerializer(many=True)


class StudyPageSerializer(serializers.Serializer):
    """One page of studies."""

    results = StudySummarySerializer(many=True)
    next = serializers.CharField(allow_null=True)


class StudyAssignmentSerializer(AssignmentSummarySerializer):
    """An assignment with the pseudonym of whose it is: its state, and nothing of the work in it."""

    reviewer = serializers.CharField(source="pseudonym")


class StudyAssignmentPageSerializer(serializers.Serializer):
    """One page of a study's assignments."""

    results = StudyAssignmentSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class AssignmentBodySerializer(StrictSerializer):
    """A text of the study to give to a member."""

    document = Text(max_length=SLUG_LENGTH)
    revision = Whole(min_value=1, max_value=LARGEST)
    reviewer = Text(max_length=PSEUDONYM_LENGTH, help_text="The member's pseudonym.")
    role = Choice("AssignmentRole", Assignment.Role.values, default=Assignment.Role.REVIEWER)


class StudyCodebookSerializer(StrictSerializer):
    """The version of its codebook that a study is read with."""

    version = Whole(min_value=1, max_value=LARGEST)


class StudyChangesSerializer(StrictSerializer):
    """What is to be changed in a study; what is left out stays."""

    title = Text(max_length=TITLE_LENGTH, required=False)
    purpose = Choice("StudyPurpose", Study.Purpose.values, required=False)
    blinding = Choice("Blinding", Study.Blinding.values, required=False)
    reviewers_per_document = Whole(min_value=1, max_value=MOST_REVIEWERS, allow_null=True, required=False)
    order = Choice("ReadingOrder", Study.Order.values, required=False)
    due_on = Day(allow_null=True, required=False)
    extra_reviews = ExtraReviewsSerializer(allow_null=True, required=False)
    confirm = Flag(default=False, help_text="Change the blinding rule although work is there, as 409 `confirm` told.")


class CodebookKeySerializer(StrictSerializer):
    """A published codebook version."""

    slug = Text(max_length=CODE_LENGTH)
    version = Whole(min_value=1, max_value=LARGEST)


class TextKeySerializer(StrictSerializer):
    """A text by its document and number."""

    document = Text(max_length=SLUG_LENGTH)
    revision = Whole(min_value=1, max_value=LARGEST)


class TextsBodySerializer(StrictSerializer):
    """Texts for a study, the newest of documents that are not withdrawn."""

    texts = TextKeySerializer(many=True, max_length=MOST_TEXTS)


class StudyBodySerializer(StrictSerializer):
    """A new study. Without `blinding` it has the rule usual for its purpose."""

    slug = Text(max_length=CODE_LENGTH)
    title = Text(max_length=TITLE_LENGTH)
    codebook = CodebookKeySerializer()
    purpose = Choice("StudyPurpose", Study.Purpose.values, default=Study.Purpose.RELIABILITY)
    blinding = Choice("Blinding", Study.Blinding.values, required=False)
    reviewers_per_document = Whole(min_value=1, max_value=MOST_REVIEWERS, allow_null=True, required=False)
    order = Choice("ReadingOrder", Study.Order.values, default=Study.Order.RANDOM)
    due_on = Day(allow_null=True, required=False)
    texts = TextKeySerializer(many=True, required=False, max_length=MOST_TEXTS)


class ClosingBodySerializer(StrictSerializer):
    """How many assignments are known to be open: what is in them stays, and is not counted."""

    open_assignments = Whole(min_value=0, max_value=LARGEST, default=0)


class StudyAssignmentListParameters(PageByIdParameters):
    """Which assignments to list."""

    state = Choice("AssignmentState", Assignment.State.values, required=False)
    document = serializers.CharField(max_length=SLUG_LENGTH, required=False)


class StudyView(ApiView):
    """An address below one study."""

    def study(self, slug: str) -> Study:
        """Return the study with its codebook, or raise NotFoundError."""
        return find(Study.objects.visible_to(self.viewer).select_related("codebook"), slug=slug)

    def run_study(self, slug: str) -> Study:
        """Return a study that the caller runs, or raise NotFoundError."""
        return find(Study.objects.run_by(self.viewer).select_related("codebook"), slug=slug)


def assignments_shown(study: Study, viewer: User) -> QuerySet[Assignment]:
    """Return the assignments whose state the viewer may know: all to whom the study is entrusted, else one's own."""
    rows = Assignment.objects.filter(study=study)
    trusted = viewer.runs_studies or viewer.sees_all_work
    if trusted or study.role_of(viewer) in (Membership.Role.LEAD, Membership.Role.ADJUDICATOR):
        return rows
    return rows.filter(reviewer=viewer)


def find_texts(rows: RevisionQuerySet, wanted: list[dict[str, Any]], words: str) -> list[Revision]:
    """Return the texts named, in that order; raise InvalidError in these words for one that is not among `rows`."""
    rows = rows.filter(document__slug__in={each["document"] for each in wanted})
    found = {(row.document.slug, row.number): row for row in rows.without_text().select_related("document")}
    for each in wanted:
        if (each["document"], each["revision"]) not in found:
            raise InvalidError("texts", words.format(**each))
    return [found[each["document"], each["revision"]] for each in wanted]


def choose_texts(viewer: User, wanted: list[dict[str, Any]]) -> list[Revision]:
    """Return the texts named, all of which the viewer may take into a study, or raise InvalidError."""
    words = "You can choose no text {revision} of “{document}” as its newest."
    return find_texts(choosable_revisions(viewer), wanted, words)


class ShowsStudy(StudyView):
    """An address that answers with the study."""

    def present(self, row: Any) -> Any:
        """Return the study with the viewer's place in it and the texts the viewer may read."""
        place = row.memberships.active().filter(user=self.viewer).first()
        row.role = place.role if place else ""
        row.pseudonym = place.pseudonym if place else ""
        texts = readable_revisions(self.viewer).without_text().filter(studies=row).select_related("document")
        row.texts = texts.order_by("document__slug", "number")
        row.shown_extra = None
        if row.extra_up_to is not None and row.is_run_by(self.viewer):
            row.shown_extra = {"up_to": row.extra_up_to, "below": row.extra_below, "measure": row.extra_measure}
        return StudySerializer(row).data


class StudyList(ShowsStudy):
    """The studies the viewer belongs to; all of them for site staff who run studies."""

    parameters = PageBySlugParameters

    @describe("list_studies", "List studies", {200: StudyPageSerializer}, parameters=[PageBySlugParameters])
    def get(self, request: Request) -> Response:
        """List studies."""
        rows = Study.objects.visible_to(self.viewer).select_related("codebook")
        found, following = page_of(rows, "slug", self.query)
        return page_answer(StudySummarySerializer, found, following)

    @describe(
        "create_study",
        "Make a study",
        {201: StudySerializer},
        body=StudyBodySerializer,
        problems=(404, 409),
        writes=True,
    )
    def post(self, request: Request) -> Response:
        """Make a study and lead it; for site staff who run studies."""
        if not self.viewer.runs_studies:
            raise NotFoundError
        body = self.body(StudyBodySerializer)
        named = body.pop("codebook")
        codebooks = Codebook.objects.visible_to(self.viewer).published().filter(retired_at=None)
        codebook = codebooks.filter(slug=named["slug"], version=named["version"]).first()
        if codebook is None:
            raise InvalidError("codebook", "There is no such published version that you may use.")
        texts = choose_texts(self.viewer, body.pop("texts", []))
        made = create_study(actor=self.viewer, codebook=codebook, revisions=texts, **body)
        return Response(self.present(made), status=201)


class StudyDetail(ShowsStudy):
    """One study."""

    @describe("get_study", "Read a study", {200: StudySerializer}, problems=(404,))
    def get(self, request: Request, slug: str) -> Response:
        """Show a study, the viewer's place in it and the texts the viewer may read."""
        return Response(self.present(self.study(slug)))

    @describe(
        "change_study",
        "Change a study's words and rules",
        {200: StudySerializer},
        body=StudyChangesSerializer,
        parameters=[IF_MATCH],
        problems=(404, 409, 412, 428),
        writes=True,
    )
    def patch(self, request: Request, slug: str) -> Response:
        """Change the fields sent, where If-Match names the `version` that was read; leads only."""
        study = self.run_study(slug)
        changes = self.body(StudyChangesSerializer)
        confirmed = changes.pop("confirm")
        if "extra_reviews" in changes:
            rule = changes.pop("extra_reviews") or {"up_to": None}
            changes |= {f"extra_{name}": value for name, value in rule.items()}
        precondition = precondition_of(request)
        precondition.refuse_if_missing()
        settled = all(getattr(study, name) == value for name, value in changes.items())
        if not settled and not precondition.admits(study.version):
            raise StaleError(study)
        changed = change_study(
            actor=self.viewer, study=study, changes=changes, version=study.version, confirmed=confirmed
        )
        return versioned(request, self.present(changed), changed.version)


class StudyTextList(ShowsStudy):
    """The texts of a study."""

    @describe(
        "add_texts",
        "Add texts to a study",
        {200: StudySerializer},
        body=TextsBodySerializer,
        problems=(404, 409),
        writes=True,
    )
    def post(self, request: Request, slug: str) -> Response:
        """Add texts, all or none; those that it has already are no fault. Leads only."""
        study = self.run_study(slug)
        texts = choose_texts(self.viewer, self.body(TextsBodySerializer)["texts"])
        return Response(self.present(add_revisions(actor=self.viewer, study=study, revisions=texts)))


class StudyTextDetail(ShowsStudy):
    """One text of a study."""

    @describe("remove_text", "Take a text out of a study", {204: None}, problems=(403, 404, 409), writes=True)
    def delete(self, request: Request, slug: str, document: str, number: int) -> Response:
        """Take a text out where nobody has worked on it; who was given it is told so. Leads only."""
        study = self.run_study(slug)
        self.body(NothingSerializer)
        text = find(study.revisions.all(), document__slug=document, number=number)
        remove_revisions(actor=self.viewer, study=study, revisions=[text])
        return Response(status=204)


class StudyClose(ShowsStudy):
    """Taking no more work."""

    @describe(
        "close_study",
        "Close a study",
        {200: StudySerializer},
        body=ClosingBodySerializer,
        problems=(404, 409),
        writes=True,
    )
    def post(self, request: Request, slug: str) -> Response:
        """Take no more work; 409 `open_work` unless the body names how many assignments are open. Leads only."""
        study = self.run_study(slug)
        seen = self.body(ClosingBodySerializer)["open_assignments"]
        return Response(self.present(close_study(actor=self.viewer, study=study, open_seen=seen)))


class StudyReopen(ShowsStudy):
    """Taking work again."""

    @describe("reopen_study", "Reopen a study", {200: StudySerializer}, problems=(404, 409), writes=True)
    def post(self, request: Request, slug: str) -> Response:
        """Take work again, unless anybody saw others' work by the closing. Leads only."""
        study = self.run_study(slug)
        self.body(NothingSerializer)
        return Response(self.present(reopen_study(actor=self.viewer, study=study)))


class StudyAssignmentList(StudyView):
    """The assignments of a study: their states, never how much work is in them."""

    parameters = StudyAssignmentListParameters

    @describe(
        "list_study_assignments",
        "List a study's assignments",
        {200: StudyAssignmentPageSerializer},
        parameters=[StudyAssignmentListParameters],
        problems=(404,),
    )
    def get(self, request: Request, slug: str) -> Response:
        """List assignments: all to whom the study is entrusted, to others their own."""
        study = self.study(slug)
        rows = listed(assignments_shown(study, self.viewer))
        if "state" in self.query:
            rows = rows.filter(state=self.query["state"])
        if "document" in self.query:
            rows = rows.filter(revision__document__slug=self.query["document"])
        found, following = page_of(rows, "id", self.query)
        return page_answer(StudyAssignmentSerializer, found, following)

    @describe(
        "assign",
        "Give a member a text",
        {200: StudyAssignmentSerializer},
        body=AssignmentBodySerializer,
        problems=(404, 409),
        writes=True,
    )
    def post(self, request: Request, slug: str) -> Response:
        """Assign a text of the study to a member; assigning it again changes nothing. Leads only."""
        study = self.run_study(slug)
        body: dict[str, Any] = self.body(AssignmentBodySerializer)
        text = study.revisions.filter(document__slug=body["document"], number=body["revision"])
        revision = text.select_related("document").first()
        if revision is None:
            raise InvalidError("document", "The study has no such text.")
        member = study.memberships.active().filter(pseudonym=body["reviewer"]).select_related("user").first()
        if member is None:
            raise InvalidError("reviewer", "The study has no such member.")
        made = assign_revision(
            actor=self.viewer, study=study, revision=revision, reviewer=member.user, role=body["role"]
        )
        row = listed(Assignment.objects.filter(pk=made.pk)).first()
        if row is None:
            raise NotFoundError
        return Response(StudyAssignmentSerializer(row).data)


class StudyCodebook(StudyView):
    """The version of its codebook that a study is read with."""

    @describe(
        "use_codebook",
        "Read a study with another version",
        {200: StudyCodebookSerializer},
        body=StudyCodebookSerializer,
        problems=(404,),
        writes=True,
    )
    def put(self, request: Request, slug: str) -> Response:
        """Take another published version of the study's codebook; work keeps what it was made with. Leads only."""
        study = self.run_study(slug)
        version = self.body(StudyCodebookSerializer)["version"]
        codebook = readable_with(study, self.viewer).filter(version=version).first()
        if codebook is None:
            raise InvalidError("version", "There is no such published version of the study's codebook.")
        use_codebook(actor=self.viewer, study=study, codebook=codebook)
        return Response({"version": version})

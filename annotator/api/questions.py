"""Questions that the submitted work of a study raises, for those who run it: with figures and places, no verdicts."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.errors import BlindError, InvalidError
from annotator.api.base import MOST_ROWS, PageParameters
from annotator.api.fields import Choice
from annotator.api.schema import describe
from annotator.api.studies import PSEUDONYM_LENGTH, StudyView
from annotator.queries import may_see_agreement
from annotator.queries.questions import study_questions
from annotator.questions import KINDS

MOST_TEXTS = 100


class QuestionSerializer(serializers.Serializer):
    """A question; `said` and `asked` put it into words. `start` and `end` are null where it is about the whole text."""

    kind = Choice("QuestionKind", list(KINDS))
    document = serializers.CharField()
    revision = serializers.IntegerField()
    reviewer = serializers.CharField()
    said = serializers.CharField()
    asked = serializers.CharField()
    figures = serializers.DictField(child=serializers.FloatField())
    scale = serializers.CharField(help_text="The scale it is about, if it is about one.")
    start = serializers.IntegerField(allow_null=True)
    end = serializers.IntegerField(allow_null=True)


class QuestionPageSerializer(serializers.Serializer):
    """The questions about a page of texts, those handed in last first; `next` is the number of the following page."""

    texts = serializers.IntegerField(help_text="Texts with work of which questions can be asked, on all pages.")
    results = QuestionSerializer(many=True)
    next = serializers.IntegerField(allow_null=True)


class QuestionParameters(PageParameters):
    """Which questions to list."""

    limit = serializers.IntegerField(min_value=1, max_value=MOST_TEXTS, default=25, help_text="Texts on a page.")
    page = serializers.IntegerField(
        min_value=1, max_value=MOST_ROWS * MOST_ROWS, default=1, help_text="`next` of the page before."
    )
    kind = Choice("QuestionKind", list(KINDS), required=False)
    reviewer = serializers.CharField(max_length=PSEUDONYM_LENGTH, required=False, help_text="A pseudonym.")


class QuestionList(StudyView):
    """The questions of a study."""

    parameters = QuestionParameters

    @describe(
        "list_questions",
        "List what may be asked about submitted work",
        {200: QuestionPageSerializer},
        parameters=[QuestionParameters],
        problems=(403, 404),
    )
    def get(self, request: Request, slug: str) -> Response:
        """List questions about people's first rounds that the caller may see. Leads only; 403 while they are blind."""
        study = self.run_study(slug)
        if not may_see_agreement(study, self.viewer):
            raise BlindError("Others' work is shown once you have submitted all of yours in this study.")
        reviewer = self.query.get("reviewer", "")
        if reviewer and not study.memberships.filter(pseudonym=reviewer).exists():
            raise InvalidError("reviewer", "The study has no such member.")
        page, found = study_questions(
            study,
            self.viewer,
            reviewer=reviewer,
            kind=self.query.get("kind", ""),
            page=str(self.query["page"]),
            size=self.query["limit"],
        )
        if page.number != self.query["page"]:
            raise InvalidError("page", f"The last page is {page.number}.")
        answer = {
            "texts": page.paginator.count,
            "results": [question for asked in found for question in asked.questions],
            "next": page.next_page_number() if page.has_next() else None,
        }
        return Response(QuestionPageSerializer(answer).data)

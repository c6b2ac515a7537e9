"""Agreement of a study, or of one of its documents, over the work the viewer may see."""

from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.errors import BlindError
from annotator.agreement.comparison import Subject, subjects
from annotator.agreement.report import published
from annotator.agreement.selection import WORK
from annotator.api.base import Parameters, find, is_known
from annotator.api.fields import LARGEST, SLUG_LENGTH
from annotator.api.schema import IF_CHANGED, describe
from annotator.api.studies import StudyView
from annotator.queries import figures_for, may_see_agreement, measurable_revisions
from annotator.records import CodebookInfo

BLIND = (
    "Agreement is shown after you have submitted your work and chosen to see others' work, as the study's rule allows."
)


@extend_schema_field({"type": "object", "additionalProperties": True})
class ReportField(serializers.JSONField):
    """The report: shares and coefficients from 0 to 1, or null with the reason in words."""


@extend_schema_field({"type": "object", "additionalProperties": True, "nullable": True})
class ComparisonField(serializers.JSONField):
    """Reviewers compared on what was asked for: every two of them, and each beside the others; else null."""


class AgreementSerializer(serializers.Serializer):
    """A report. `schema_version` rises when its fields change their meaning."""

    schema_version = serializers.IntegerField()
    study = serializers.CharField()
    demo = serializers.BooleanField()
    document = serializers.CharField(allow_null=True)
    revision = serializers.IntegerField(allow_null=True)
    work = serializers.ChoiceField(choices=list(WORK), help_text="Which work was counted.")
    include_machines = serializers.BooleanField(help_text="Whether machines counted as reviewers.")
    report = ReportField()
    comparison = ComparisonField(allow_null=True)


class AgreementParameters(Parameters):
    """Of which text, without one of the whole study; and over which work."""

    document = serializers.CharField(max_length=SLUG_LENGTH, required=False, help_text="Slug of a document.")
    revision = serializers.IntegerField(
        min_value=1, max_value=LARGEST, required=False, help_text="Its revision; the newest in the study without it."
    )
    work = serializers.ChoiceField(
        choices=[(work.key, work.explanation) for work in WORK.values()],
        required=False,
        help_text="Which submitted work counts; without it independent work, in an open study all first rounds.",
    )
    include_machines = serializers.BooleanField(
        default=False, help_text="Whether machines count as reviewers; by default they are left out."
    )

    of = serializers.CharField(
        max_length=SLUG_LENGTH,
        required=False,
        help_text="What reviewers are compared on: `all` labels, `label-CODE` or `scale-CODE`.",
    )

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        """Refuse a revision of no document."""
        if "revision" in attrs and "document" not in attrs:
            raise serializers.ValidationError({"document": "Name the document too."})
        return attrs


@method_decorator(gzip_page, name="dispatch")  # a twentieth of the bytes, for a study of many documents
class Agreement(StudyView):
    """The agreement of a study."""

    parameters = AgreementParameters

    @describe(
        "get_agreement",
        "Read the agreement",
        {200: AgreementSerializer, 304: None},
        parameters=[AgreementParameters, IF_CHANGED],
        problems=(403, 404),
    )
    def get(self, request: Request, slug: str) -> Response:
        """Compute the agreement over the work the viewer may see; 403 `blind`, in the same words, before that."""
        study = self.study(slug)
        revision = None
        if "document" in self.query:
            texts = measurable_revisions(study, self.viewer).filter(document__slug=self.query["document"])
            if "revision" in self.query:
                texts = texts.filter(number=self.query["revision"])
            revision = find(texts.select_related("document").order_by("-number"))
        if not may_see_agreement(study, self.viewer, revision):
            raise BlindError(BLIND)
        figures = figures_for(study, self.viewer, revision)
        work = WORK[self.query["work"]] if "work" in self.query else figures.usual
        include_machines = self.query["include_machines"]
        subject = self._subject(figures.codebook)
        tag = f'"{figures.tag(work, include_machines=include_machines)}"'
        if is_known(request, tag):
            return Response(status=304, headers={"ETag": tag})
        comparison = None
        if subject is not None:
            comparison = figures.comparison(work, subject, include_machines=include_machines, with_model=True)
        answer = published(
            figures.report(work, include_machines=include_machines),
            study=study.slug,
            demo=study.demo,
            document=(revision.document.slug, revision.number) if revision else None,
            work=work,
            include_machines=include_machines,
            comparison=comparison,
        )
        return Response(AgreementSerializer(answer).data, headers={"ETag": tag})

    def _subject(self, codebook: CodebookInfo) -> Subject | None:
        """Return what reviewers are to be compared on, if on anything."""
        if "of" not in self.query:
            return None
        known = {subject.key: subject for subject in subjects(codebook)}
        if self.query["of"] not in known:
            raise serializers.ValidationError({"of": f"Choose one of: {', '.join(known)}."})
        return known[self.query["of"]]

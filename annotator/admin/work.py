"""Reviewers' work, read only and through `visible_to`: who codes a text blind sees no other work on it."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.admin.views.main import ChangeList
from django.db import models
from django.db.models import F
from django.db.models.functions import Least, Substr
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from annotator.admin.assignments import pseudonym_of
from annotator.admin.base import StaffAdmin, document_page, link
from annotator.models import Annotation, Decision, Rating
from annotator.models.annotation import WorkQuerySet
from sources.admin import ReadOnlyAdmin

QUOTE_LENGTH = 80  # code points in a list
CONTEXT_LENGTH = 60  # code points before and after the quote on a page of its own
STUDY, REVISION = "assignment__study", "assignment__revision"
DOCUMENT = f"{REVISION}__document"


class AddressedList(ChangeList):
    """A list whose rows have addresses other than their numbers: gaps between numbers would count others' work."""

    def url_for_result(self, result: models.Model) -> str:
        """Return the address of a row."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(name, args=[quote(self.model_admin.address_of(result))])


class WithoutNumbers:
    """Mixed into pages whose rows are numbered in the order of everybody's work: `address_of` names them instead."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Use the other addresses."""
        return AddressedList

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Leave out the link to the history, which would name the number."""
        context["hides_number"] = True
        return super().render_change_form(request, context, *args, **kwargs)


class LabelFilter(admin.SimpleListFilter):
    """The label, whatever the version of the codebook."""

    title = parameter_name = "label"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Name the labels of the rows this person may see."""
        codes = model_admin.get_queryset(request).order_by("label__code").values_list("label__code", flat=True)
        return [(code, code) for code in codes.distinct()]

    def queryset(self, request: HttpRequest, queryset: WorkQuerySet) -> WorkQuerySet:
        """Apply the choice."""
        return queryset.filter(label__code=self.value()) if self.value() else queryset


class DeletedFilter(admin.SimpleListFilter):
    """Live rows or tombstones."""

    title = parameter_name = "deleted"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Name the choices."""
        return [("no", "No"), ("yes", "Yes")]

    def queryset(self, request: HttpRequest, queryset: WorkQuerySet) -> WorkQuerySet:
        """Apply the choice."""
        return {"no": queryset.live(), "yes": queryset.filter(deleted_at__isnull=False)}.get(self.value(), queryset)


class RoundFilter(admin.SimpleListFilter):
    """First rounds or later ones. The choices are fixed: a list of the rounds there are would tell of hidden work."""

    title, parameter_name = "round", "round"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Name the choices."""
        return [("first", "First"), ("later", "Later")]

    def queryset(self, request: HttpRequest, queryset: WorkQuerySet) -> WorkQuerySet:
        """Apply the choice."""
        chosen = {"first": {"assignment__round": 1}, "later": {"assignment__round__gt": 1}}.get(self.value(), {})
        return queryset.filter(**chosen)


class WorkAdmin(StaffAdmin, ReadOnlyAdmin):
    """Rows of work with the study, document and pseudonym they belong to."""

    list_filter: list[Any] = [
        (STUDY, admin.RelatedOnlyFieldListFilter),
        (DOCUMENT, admin.RelatedOnlyFieldListFilter),
        RoundFilter,
    ]
    search_fields = [f"{DOCUMENT}__title", f"{STUDY}__title", "pseudonym"]
    actions = None

    def get_queryset(self, request: HttpRequest) -> WorkQuerySet:
        """Show what this person may see, and leave the texts in the database."""
        rows = self.model.objects.visible_to(request.user).select_related(STUDY, DOCUMENT)
        rows = rows.annotate(pseudonym=pseudonym_of(STUDY, "assignment__reviewer"))
        return rows.defer(f"{REVISION}__text")

    def view_on_site(self, obj: Annotation | Rating | Decision) -> str:
        """Lead to the document's agreement page."""
        return document_page(obj.assignment.study, obj.assignment.revision.document)

    @admin.display(ordering=f"{STUDY}__title")
    def study(self, row: Annotation | Rating | Decision) -> str:
        """The study."""
        return str(row.assignment.study)

    @admin.display(ordering=f"{DOCUMENT}__title")
    def document(self, row: Annotation | Rating | Decision) -> SafeString:
        """The document, linked to its agreement page."""
        return link(self.view_on_site(row), str(row.assignment.revision.document))

    @admin.display(ordering="pseudonym", description="Reviewer")
    def reviewer(self, row: Annotation | Rating | Decision) -> str:
        """The reviewer's pseudonym."""
        return row.pseudonym or "–"

    @admin.display(ordering="assignment__round", description="Round")
    def in_round(self, row: Annotation | Rating | Decision) -> int:
        """1 = blind, 2 = revised after the reveal."""
        return row.assignment.round


def cut(words: str, length: int = QUOTE_LENGTH) -> str:
    """Shorten to this number of code points."""
    return words if len(words) <= length else words[: length - 1] + "…"


@admin.register(Annotation)
class AnnotationAdmin(WorkAdmin):
    """Passages with label and note."""

    list_display = ["words", "label", "document", "study", "reviewer", "in_round", "start", "end", "deleted"]
    list_filter = [LabelFilter, DeletedFilter, *WorkAdmin.list_filter]
    list_select_related = ["label"]
    search_fields = [*WorkAdmin.search_fields, "note", "label__name"]
    date_hierarchy = "updated_at"
    ordering = [f"{STUDY}__title", f"{DOCUMENT}__title", "start", "-end", "pk"]
    fields = [
        *("in_context", "label", "ratings", "note", "start", "end", "study", "document", "reviewer", "in_round"),
        *("earlier", "derivation", "version", "created_at", "updated_at", "deleted_at"),
    ]

    def get_queryset(self, request: HttpRequest) -> WorkQuerySet:
        """Cut the quotes out in the database: a list must not read whole texts."""
        length = Least(F("end") - F("start"), QUOTE_LENGTH + 1)
        rows = super().get_queryset(request).select_related("label")
        return rows.annotate(quoted=Substr(f"{REVISION}__text", F("start") + 1, length))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Annotation | None:
        """Note whether the passage it was derived from may be seen."""
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            seen = Annotation.objects.visible_to(request.user).filter(pk=row.derived_from_id)
            row.seen_origin = seen.first()
        return row

    @admin.display(description="Quote", ordering="quoted")
    def words(self, annotation: Annotation) -> SafeString:
        """The beginning of the passage."""
        return format_html("<bdi>{}</bdi>", cut(annotation.quoted))

    @admin.display(description="Passage")
    def in_context(self, annotation: Annotation) -> SafeString:
        """The passage with a little of the text around it."""
        text, start, end = annotation.assignment.revision.text, annotation.start, annotation.end
        before, after = text[max(0, start - CONTEXT_LENGTH) : start], text[end : end + CONTEXT_LENGTH]
        return format_html('<div class="passage" dir="auto">{}<mark>{}</mark>{}</div>', before, text[start:end], after)

    @admin.display()
    def ratings(self, annotation: Annotation) -> SafeString | str:
        """What it was rated."""
        given = annotation.ratings.select_related("scale", "point")
        return format_html_join("", "<div>{}: {}</div>", ((r.scale, r.point) for r in given)) or "None."

    @admin.display(description="Derived from")
    def earlier(self, annotation: Annotation) -> SafeString | str:
        """The passage it was derived from, where that may be seen."""
        origin = annotation.seen_origin
        if origin is None:
            return "–"
        return link(reverse("admin:annotator_annotation_change", args=[origin.pk]), str(origin))

    @admin.display(boolean=True, ordering="deleted_at")
    def deleted(self, annotation: Annotation) -> bool:
        """Whether it is a tombstone."""
        return annotation.is_deleted


class TargetFilter(admin.SimpleListFilter):
    """Ratings of passages or of whole documents."""

    title = parameter_name = "target"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Name the choices."""
        return [("passage", "Passage"), ("document", "Document")]

    def queryset(self, request: HttpRequest, queryset: WorkQuerySet) -> WorkQuerySet:
        """Apply the choice."""
        return {
            "passage": queryset.filter(annotation__isnull=False),
            "document": queryset.filter(annotation__isnull=True),
        }.get(self.value(), queryset)


@admin.register(Rating)
class RatingAdmin(WithoutNumbers, WorkAdmin):
    """Answers on scales, of passages and of whole documents."""

    list_display = ["scale", "point", "target", "document", "study", "reviewer", "in_round"]
    list_filter = [TargetFilter, *WorkAdmin.list_filter]
    search_fields = [*WorkAdmin.search_fields, "scale__question", "scale__code", "point__name"]
    date_hierarchy = "updated_at"
    ordering = [f"{STUDY}__title", f"{DOCUMENT}__title", "scale__position", "assignment"]
    fields = [
        *("scale", "point", "target", "passages", "study", "document", "reviewer", "in_round", "version"),
        "updated_at",
    ]

    def get_queryset(self, request: HttpRequest) -> WorkQuerySet:
        """Read each with its scale and point."""
        return super().get_queryset(request).select_related("scale", "point", "annotation__label")

    def address_of(self, rating: Rating) -> str:
        """Return what identifies it: the passage, or the assignment for a document, and the scale."""
        return f"{rating.annotation_id or rating.assignment_id}.{rating.scale.code}"

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Rating | None:
        """Find a rating by its address."""
        owner, _, scale = object_id.partition(".")
        try:
            key = UUID(owner)
        except ValueError:
            return None
        of_owner = models.Q(annotation=key) | models.Q(annotation__isnull=True, assignment=key)
        return self.get_queryset(request).filter(of_owner, scale__code=scale).first()

    @admin.display(ordering="annotation")
    def target(self, rating: Rating) -> SafeString | str:
        """The passage, or the document."""
        if rating.annotation is None:
            return "document"
        address = reverse("admin:annotator_annotation_change", args=[rating.annotation_id])
        return link(address, f"{rating.annotation.label}, {rating.annotation}")

    @admin.display(description="Evidence")
    def passages(self, rating: Rating) -> SafeString | str:
        """The passages that justify it."""
        rows = (
            (reverse("admin:annotator_annotation_change", args=[passage.pk]), passage.label, passage)
            for passage in rating.evidence.select_related("label")
        )
        return format_html_join("", '<div><a href="{}">{}, {}</a></div>', rows) or "None named."


@admin.register(Decision)
class DecisionAdmin(WorkAdmin):
    """What adjudication settled."""

    list_display = ["outcome", "scale", "document", "study", "start", "end", "updated_at", "deleted"]
    list_filter = ["outcome", DeletedFilter, *WorkAdmin.list_filter[:2]]
    search_fields = [*WorkAdmin.search_fields, "reason"]
    date_hierarchy = "updated_at"
    ordering = [f"{STUDY}__title", f"{DOCUMENT}__title", "start", "-end", "pk"]
    fields = [
        *("outcome", "scale", "start", "end", "result", "reason", "study", "document", "reviewer", "version"),
        *("created_at", "updated_at", "deleted_at"),
    ]

    def get_queryset(self, request: HttpRequest) -> WorkQuerySet:
        """Read each with its scale."""
        return super().get_queryset(request).select_related("scale", "annotation__label")

    @admin.display(description="Gold passage")
    def result(self, decision: Decision) -> SafeString | str:
        """The passage it made."""
        if decision.annotation is None:
            return "–"
        address = reverse("admin:annotator_annotation_change", args=[decision.annotation_id])
        return link(address, f"{decision.annotation.label}, {decision.annotation}")

    @admin.display(boolean=True, ordering="deleted_at")
    def deleted(self, decision: Decision) -> bool:
        """Whether it was withdrawn."""
        return decision.deleted_at is not None

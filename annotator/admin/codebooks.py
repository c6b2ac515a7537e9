"""Codebooks: drafts are written here, then published, which freezes them; what follows is a new version."""

from abc import abstractmethod
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from annotator.actions.codebook import publish_codebook, start_next_version
from annotator.actions.curation import (
    delete_codebook,
    delete_codebook_part,
    retire_codebook,
    save_codebook,
    save_codebook_part,
)
from annotator.admin.base import StaffAdmin, link
from annotator.admin.deeds import Deed, WithDeeds
from annotator.models import Codebook, Label, Scale, ScalePoint
from sources.admin import FIELD_HABITS


class DraftOnly:
    """Mixed in where rows belong to a codebook: they can be written while it is a draft."""

    def codebook_of(self, obj: Codebook | Scale) -> Codebook:
        """Return the codebook a page is about."""
        return obj if isinstance(obj, Codebook) else obj.codebook

    def is_draft(self, obj: Codebook | Scale | None) -> bool:
        """Whether the page is about a draft, or about no codebook yet."""
        return obj is None or not self.codebook_of(obj).is_frozen

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Refuse in a published version."""
        return self.is_draft(obj) and request.user.has_perm("annotator.change_codebook")

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Refuse in a published version."""
        return self.is_draft(obj) and request.user.has_perm("annotator.change_codebook")

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Refuse in a published version."""
        return self.is_draft(obj) and request.user.has_perm("annotator.change_codebook")

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Show parts to those who may see codebooks."""
        return request.user.has_perm("annotator.view_codebook")


class WritesParts:
    """Mixed into pages whose formsets hold parts of a codebook."""

    def save_formset(
        self, request: HttpRequest, form: forms.ModelForm, formset: forms.BaseModelFormSet, change: bool
    ) -> None:
        """Hand each part to its action, deletions first, so that what they free can be given again."""
        formset.save(commit=False)
        for part in formset.deleted_objects:
            delete_codebook_part(actor=request.user, part=part)
        for part_form in formset.saved_forms:
            names = {field.name for field in part_form.instance._meta.many_to_many} & part_form.cleaned_data.keys()
            links = {name: part_form.cleaned_data[name] for name in names}
            save_codebook_part(actor=request.user, part=part_form.instance, links=links)


class LabelInline(DraftOnly, admin.StackedInline):
    """The labels."""

    model = Label
    extra = 0
    formfield_overrides = FIELD_HABITS
    fieldsets = [
        (None, {"fields": [("code", "name"), ("shortcut", "position"), ("colour_light", "colour_dark")]}),
        ("Guidelines", {"fields": ["definition", "use_when", "not_when", "when_in_doubt"]}),
        ("Examples", {"fields": ["examples", "counterexamples"], "classes": ["collapse"]}),
    ]

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        """Three lines for each text: a page holds many."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(db_field, models.TextField):
            field.widget.attrs["rows"] = 3
        return field


def own_labels(codebook_id: Any) -> models.QuerySet[Label]:
    """Return the labels a scale of this codebook can be asked of."""
    return Label.objects.filter(codebook=codebook_id)


class ScaleInline(DraftOnly, admin.TabularInline):
    """The scales; their points stand on a page of each."""

    model = Scale
    extra = 0
    show_change_link = True
    fields = ["code", "question", "level", "target", "labels", "required", "needs_evidence", "position"]

    def formfield_for_manytomany(
        self, db_field: models.ManyToManyField, request: HttpRequest, **kwargs: Any
    ) -> forms.Field:
        """Offer the labels of this codebook."""
        kwargs["queryset"] = own_labels(request.resolver_match.kwargs["object_id"])
        kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class PointInline(DraftOnly, admin.TabularInline):
    """The points of a scale."""

    model = ScalePoint
    extra = 0
    formfield_overrides = FIELD_HABITS
    fields = ["value", "name", "anchor", "missing"]

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        """Two lines for an anchor."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "anchor":
            field.widget.attrs["rows"] = 2
        return field


class CodebookDeed(Deed):
    """A deed of those who keep codebooks."""

    permission = "annotator.change_codebook"

    @abstractmethod
    def fits(self, codebook: Codebook) -> bool:
        """Whether the state of the codebook allows it."""

    def offered(self, request: HttpRequest, row: Codebook) -> bool:
        """Offer it to those permitted, in the fitting state."""
        return request.user.has_perm(self.permission) and self.fits(row)


class Publish(CodebookDeed):
    """Freeze a draft."""

    name, title = "publish", "Publish"
    explanation = (
        "Labels, scales and words of this version then stay as they are for good, and studies can use it."
        " What is to change later goes into a new version."
    )

    def fits(self, codebook: Codebook) -> bool:
        """Drafts."""
        return not codebook.is_frozen

    def do(self, request: HttpRequest, row: Codebook, answers: dict[str, Any]) -> str:
        """Publish it."""
        publish_codebook(actor=request.user, codebook=row)
        return f"{row} is published."


class NextVersion(CodebookDeed):
    """Begin a draft from a version."""

    name, title = "next", "New version from this"
    explanation = "A draft with the same labels, scales and guidelines, to be edited and published."
    permission = "annotator.add_codebook"

    def fits(self, codebook: Codebook) -> bool:
        """Published versions."""
        return codebook.is_frozen

    def do(self, request: HttpRequest, row: Codebook, answers: dict[str, Any]) -> str:
        """Copy it."""
        request.draft = start_next_version(actor=request.user, codebook=row)
        return f"{request.draft} is a draft."

    def next_page(self, request: HttpRequest, row: Codebook) -> str:
        """Open the draft."""
        return reverse("admin:annotator_codebook_change", args=[request.draft.pk])


class Retire(CodebookDeed):
    """Offer a version no longer."""

    name, title, stops = "retire", "Retire", True
    explanation = "New studies are not offered this version any more. Studies that use it go on with it."

    def fits(self, codebook: Codebook) -> bool:
        """Published versions in use."""
        return codebook.is_frozen and codebook.retired_at is None

    def do(self, request: HttpRequest, row: Codebook, answers: dict[str, Any]) -> str:
        """Retire it."""
        retire_codebook(actor=request.user, codebook=row)
        return f"{row} is retired."


class Reinstate(CodebookDeed):
    """Offer a retired version again."""

    name, title = "reinstate", "Offer again"
    explanation = "New studies can use this version again."

    def fits(self, codebook: Codebook) -> bool:
        """Retired versions."""
        return codebook.retired_at is not None

    def do(self, request: HttpRequest, row: Codebook, answers: dict[str, Any]) -> str:
        """Reinstate it."""
        retire_codebook(actor=request.user, codebook=row, retired=False)
        return f"{row} is offered again."


class StateFilter(admin.SimpleListFilter):
    """Draft, published or retired."""

    title = parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Name the choices."""
        return [("draft", "Draft"), ("published", "Published"), ("retired", "Retired")]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        """Apply the choice."""
        return {
            "draft": queryset.filter(published_at=None),
            "published": queryset.filter(published_at__isnull=False, retired_at=None),
            "retired": queryset.filter(retired_at__isnull=False),
        }.get(self.value(), queryset)


@admin.register(Codebook)
class CodebookAdmin(WithDeeds, WritesParts, StaffAdmin):
    """Versions of codebooks."""

    deeds = (Publish(), NextVersion(), Retire(), Reinstate())
    list_display = ["title", "slug", "version", "state", "labels", "scales", "studies", "page"]
    list_filter = [StateFilter, "slug"]
    search_fields = ["title", "slug", "guidelines", "labels__name", "scales__question"]
    formfield_overrides = FIELD_HABITS
    fields = ["title", "slug", "version", "guidelines", "published_at", "retired_at"]
    readonly_fields = ["published_at", "retired_at"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Codebook]:
        """Count what it holds and where it is used."""

        def count(name: str) -> models.Subquery:
            rows = Codebook.objects.filter(pk=models.OuterRef("pk")).order_by()
            return models.Subquery(rows.annotate(number=models.Count(name)).values("number"))

        counts = {f"{name}_count": count(name) for name in ("labels", "scales", "studies")}
        return Codebook.objects.visible_to(request.user).annotate(**counts)

    def get_inlines(self, request: HttpRequest, obj: Codebook | None) -> list[type[admin.options.InlineModelAdmin]]:
        """Ask for scales once there are labels to ask them of."""
        return [LabelInline] if obj is None else [LabelInline, ScaleInline]

    def get_fields(self, request: HttpRequest, obj: Codebook | None = None) -> list[str]:
        """Leave the dates of a new draft out."""
        return self.fields[:4] if obj is None else self.fields

    def has_change_permission(self, request: HttpRequest, obj: Codebook | None = None) -> bool:
        """Refuse for published versions."""
        return super().has_change_permission(request, obj) and (obj is None or not obj.is_frozen)

    def has_delete_permission(self, request: HttpRequest, obj: Codebook | None = None) -> bool:
        """Allow it for one draft at a time."""
        return obj is not None and not obj.is_frozen and super().has_delete_permission(request, obj)

    def get_deleted_objects(
        self, objs: list[Codebook], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Name a draft with its own parts, which go with it; nothing else can hang from a draft."""
        parts = [str(part) for codebook in objs for part in [*codebook.labels.all(), *codebook.scales.all()]]
        return [*(str(codebook) for codebook in objs), *parts], {"codebooks": len(objs)}, set(), []

    def view_on_site(self, obj: Codebook) -> str:
        """Lead to the guidelines."""
        return reverse("codebook", args=[obj.slug, obj.version])

    def save_model(self, request: HttpRequest, obj: Codebook, form: forms.ModelForm, change: bool) -> None:
        """Store the draft."""
        save_codebook(actor=request.user, codebook=obj)

    def delete_model(self, request: HttpRequest, obj: Codebook) -> None:
        """Discard the draft."""
        delete_codebook(actor=request.user, codebook=obj)

    @admin.display(ordering="published_at")
    def state(self, codebook: Codebook) -> str:
        """In a word."""
        if codebook.retired_at is not None:
            return "retired"
        return "published" if codebook.is_frozen else "draft"

    @admin.display(ordering="labels_count")
    def labels(self, codebook: Codebook) -> int:
        """Their number."""
        return codebook.labels_count

    @admin.display(ordering="scales_count")
    def scales(self, codebook: Codebook) -> int:
        """Their number."""
        return codebook.scales_count

    @admin.display(ordering="studies_count")
    def studies(self, codebook: Codebook) -> int:
        """How many use it."""
        return codebook.studies_count

    @admin.display(description="Guidelines")
    def page(self, codebook: Codebook) -> SafeString:
        """A link to the page that reviewers read."""
        return link(self.view_on_site(codebook), "Read")


@admin.register(Scale)
class ScaleAdmin(DraftOnly, WritesParts, StaffAdmin):
    """One scale with its points; reached from its codebook."""

    inlines = [PointInline]
    list_display = ["code", "codebook", "question", "level", "target", "required", "points_in_order"]
    list_filter = ["level", "target"]
    list_select_related = ["codebook"]
    search_fields = ["code", "question"]
    fields = [
        *("codebook", "code", "question", "level", "target", "labels", "required", "needs_evidence", "position"),
    ]
    readonly_fields = ["codebook"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Scale]:
        """Show scales of the codebooks this person may see."""
        codebooks = Codebook.objects.visible_to(request.user).values("pk")
        return super().get_queryset(request).filter(codebook__in=codebooks).prefetch_related("points")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Leave it out of the index: scales are found in their codebook."""
        return False

    def has_add_permission(self, request: HttpRequest, obj: Scale | None = None) -> bool:
        """Refuse: a scale is added in its codebook."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Scale | None = None) -> bool:
        """Refuse: a scale is taken out of its codebook."""
        return False

    def formfield_for_manytomany(
        self, db_field: models.ManyToManyField, request: HttpRequest, **kwargs: Any
    ) -> forms.Field:
        """Offer the labels of its codebook."""
        scale = Scale.objects.filter(pk=request.resolver_match.kwargs["object_id"]).first()
        kwargs["queryset"] = own_labels(scale.codebook_id if scale is not None else None)
        kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Scale, form: forms.ModelForm, change: bool) -> None:
        """Store the scale of a draft."""
        save_codebook_part(actor=request.user, part=obj, links={"labels": form.cleaned_data["labels"]})

    @admin.display(description="Points")
    def points_in_order(self, scale: Scale) -> SafeString:
        """The points in a line."""
        return format_html_join(", ", "{}", ((point,) for point in scale.points.all()))

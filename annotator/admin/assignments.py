"""Assignments: given and reopened here, otherwise only looked at. When a reviewer began or last wrote is not shown."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from annotator.actions.assignments import assign_revision, reopen_assignment
from annotator.admin.base import StaffAdmin, adopt, document_page, link
from annotator.admin.deeds import Deed, ReasonForm, WithDeeds
from annotator.models import Assignment, Membership
from sources.admin import ReadOnlyAdmin


def pseudonym_of(study: str, reviewer: str) -> models.Subquery:
    """Return the pseudonym of a reviewer; `study` and `reviewer` are the paths to them from the row."""
    members = Membership.objects.filter(study=models.OuterRef(study), user=models.OuterRef(reviewer))
    return models.Subquery(members.values("pseudonym")[:1])


class Reopen(Deed):
    """Let a reviewer go on with submitted work."""

    name, title, stops = "reopen", "Reopen", True
    explanation = "Its reviewer can write again and submits anew. The reason is kept in the history."

    def offered(self, request: HttpRequest, row: Assignment) -> bool:
        """Offer it to those who run the study, for submitted work."""
        return row.is_submitted and row.study.is_run_by(request.user)

    def form(self, request: HttpRequest, row: Assignment, data: Any) -> forms.BaseForm:
        """Ask why."""
        return ReasonForm(data)

    def do(self, request: HttpRequest, row: Assignment, answers: dict[str, Any]) -> str:
        """Reopen it."""
        reopen_assignment(actor=request.user, assignment_id=row.pk, reason=answers["reason"])
        return "The assignment is open again."


@admin.register(Assignment)
class AssignmentAdmin(WithDeeds, StaffAdmin, ReadOnlyAdmin):
    """Who codes which text in which study."""

    deeds = (Reopen(),)
    list_display = ["document", "study", "reviewer", "pseudonym", "role", "round", "state", "submitted_at", "page"]
    list_filter = [
        "state",
        "role",
        "purpose",
        "round",
        ("study", admin.RelatedOnlyFieldListFilter),
        ("revision__document", admin.RelatedOnlyFieldListFilter),
    ]
    search_fields = ["revision__document__title", "study__title", "reviewer__username", "pseudonym"]
    date_hierarchy = "submitted_at"
    ordering = ["study__title", "revision__document__title", "pk"]  # random ids: the order tells nothing
    autocomplete_fields = ["study", "revision", "reviewer"]
    shown_fields = ["study", "codebook", "revision", "reviewer", "pseudonym", "role"]
    shown_fields += ["purpose", "round", "state", "submitted_at"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Assignment]:
        """Show all to staff who run studies or see all work, else one's own."""
        rows = Assignment.objects.select_related("study", "codebook", "revision__document", "reviewer")
        rows = rows.defer("revision__text", "codebook__guidelines", "reason")
        rows = rows.annotate(pseudonym=pseudonym_of("study", "reviewer"))
        user = request.user
        return rows if user.runs_studies or user.sees_all_work else rows.filter(reviewer=user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow it to whom it is permitted."""
        return admin.ModelAdmin.has_add_permission(self, request)

    def get_fields(self, request: HttpRequest, obj: Assignment | None = None) -> list[str]:
        """Ask who codes what; show the rest once it is there."""
        return ["study", "revision", "reviewer", "role"] if obj is None else [*self.shown_fields, "why_revised"]

    def get_readonly_fields(self, request: HttpRequest, obj: Assignment | None = None) -> list[str]:
        """Name what is not a field."""
        return [] if obj is None else ["pseudonym", "why_revised"]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Assignment | None:
        """Keep the reviewer's words from those who may not see the work."""
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            row.work_is_visible = Assignment.objects.work_visible_to(request.user).filter(pk=row.pk).exists()
            row.is_own = row.reviewer_id == request.user.pk
        return row

    def view_on_site(self, obj: Assignment) -> str:
        """Lead to the workbench of one's own, to the agreement page of others'."""
        if getattr(obj, "is_own", False):
            return reverse("workbench", args=[obj.pk])
        return document_page(obj.study, obj.revision.document)

    def save_model(self, request: HttpRequest, obj: Assignment, form: forms.ModelForm, change: bool) -> None:
        """Give the assignment."""
        answers = {name: form.cleaned_data[name] for name in ("study", "revision", "reviewer", "role")}
        adopt(obj, assign_revision(actor=request.user, **answers))

    @admin.display(ordering="revision__document__title")
    def document(self, assignment: Assignment) -> str:
        """Title of the document."""
        return str(assignment.revision)

    @admin.display(ordering="pseudonym")
    def pseudonym(self, assignment: Assignment) -> str:
        """The reviewer's name in the study."""
        return assignment.pseudonym or "–"

    @admin.display(description="Agreement")
    def page(self, assignment: Assignment) -> SafeString:
        """A link to the document's agreement page."""
        return link(document_page(assignment.study, assignment.revision.document), "Open")

    @admin.display(description="Why it was revised")
    def why_revised(self, assignment: Assignment) -> str:
        """The reviewer's reason for a second round, to those who may see the work."""
        return assignment.reason if assignment.work_is_visible and assignment.reason else "–"

"""Studies and their members: created, filled, assigned, closed."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from annotator.actions.curation import add_members, assign_all
from annotator.actions.set_up import change_study
from annotator.actions.study import (
    add_member,
    add_revisions,
    close_study,
    create_study,
    remove_member,
    reopen_study,
)
from annotator.admin.base import StaffAdmin, adopt, document_page, link, study_page
from annotator.admin.deeds import Deed, WithDeeds
from annotator.models import Assignment, Codebook, Membership, Study, User
from sources.models import Revision, RevisionQuerySet


def texts_in_order(revisions: RevisionQuerySet) -> RevisionQuerySet:
    """Return revisions with their documents, without the texts themselves."""
    return revisions.without_text().select_related("document").order_by("document__title", "number")


class TextsField(forms.ModelMultipleChoiceField):
    """A choice of texts."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Revision) -> str:
        """Say how long it is."""
        return f"{obj} ({obj.length:,} characters)"


class PeopleField(forms.ModelMultipleChoiceField):
    """A choice of accounts."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: User) -> str:
        """Mark machines."""
        return f"{obj} (machine)" if obj.kind == User.Kind.MACHINE else str(obj)


class StudyDeed(Deed):
    """A deed of those who run the study."""

    def fits(self, study: Study) -> bool:
        """Whether its state allows it."""
        return not study.is_closed

    def offered(self, request: HttpRequest, row: Study) -> bool:
        """Offer it to those who run the study, in the fitting state."""
        return row.is_run_by(request.user) and self.fits(row)


class AddTexts(StudyDeed):
    """Add documents."""

    name, title = "texts", "Add texts"

    def form(self, request: HttpRequest, row: Study, data: Any) -> forms.BaseForm:
        """Ask which."""
        form = forms.Form(data)
        choices = Revision.objects.available().exclude(studies=row)
        form.fields["revisions"] = TextsField(texts_in_order(choices), label="Texts")
        return form

    def do(self, request: HttpRequest, row: Study, answers: dict[str, Any]) -> str:
        """Add them."""
        add_revisions(actor=request.user, study=row, revisions=answers["revisions"])
        return f"Texts added: {len(answers['revisions'])}."


class AddMembers(StudyDeed):
    """Add members."""

    name, title = "members", "Add members"
    explanation = "Each gets a random pseudonym in this study."

    def form(self, request: HttpRequest, row: Study, data: Any) -> forms.BaseForm:
        """Ask who, and in which role."""
        form = forms.Form(data)
        present = Membership.objects.active().filter(study=row).values("user")
        choices = User.objects.filter(is_active=True).exclude(pk__in=present).order_by("username")
        form.fields["users"] = PeopleField(choices, label="People")
        form.fields["role"] = forms.ChoiceField(choices=Membership.Role.choices, initial=Membership.Role.REVIEWER)
        return form

    def do(self, request: HttpRequest, row: Study, answers: dict[str, Any]) -> str:
        """Add them."""
        add_members(actor=request.user, study=row, **answers)
        return f"Members added: {len(answers['users'])}."


class AssignAll(StudyDeed):
    """Assign texts to members."""

    name, title = "assign", "Assign texts"
    explanation = "Every chosen member gets every chosen text. Assignments that are there already stay as they are."

    def form(self, request: HttpRequest, row: Study, data: Any) -> forms.BaseForm:
        """Ask who, what and in which role; all reviewers and all texts are chosen to begin with."""
        form = forms.Form(data)
        members = User.objects.filter(memberships__in=Membership.objects.active().filter(study=row))
        reviewers = members.filter(memberships__study=row, memberships__role=Membership.Role.REVIEWER)
        texts = texts_in_order(row.revisions.filter(document__withdrawn_at=None))
        form.fields["reviewers"] = PeopleField(members.order_by("username"), initial=list(reviewers))
        form.fields["revisions"] = TextsField(texts, label="Texts", initial=list(texts))
        form.fields["role"] = forms.ChoiceField(choices=Assignment.Role.choices, initial=Assignment.Role.REVIEWER)
        return form

    def do(self, request: HttpRequest, row: Study, answers: dict[str, Any]) -> str:
        """Assign them, all or none."""
        made, known = assign_all(actor=request.user, study=row, **answers)
        return f"New assignments: {made}. There already: {known}."


class CloseStudy(StudyDeed):
    """Take no more work."""

    name, title, stops = "close", "Close the study", True
    explanation = "Nobody can write in it any more; work that was not submitted stays unsubmitted."

    def do(self, request: HttpRequest, row: Study, answers: dict[str, Any]) -> str:
        """Close it."""
        close_study(actor=request.user, study=row)
        return f"{row} is closed."


class ReopenStudy(StudyDeed):
    """Take work again."""

    name, title = "reopen", "Reopen the study"
    explanation = "Possible as long as nobody has seen others' work since the closing."

    def fits(self, study: Study) -> bool:
        """Closed studies."""
        return study.is_closed

    def do(self, request: HttpRequest, row: Study, answers: dict[str, Any]) -> str:
        """Reopen it."""
        reopen_study(actor=request.user, study=row)
        return f"{row} is open again."


class MemberInline(admin.TabularInline):
    """The members, to look at."""

    model = Membership
    extra = 0
    can_delete = False
    show_change_link = True
    verbose_name_plural = "members"
    fields = readonly_fields = ["pseudonym", "user", "role", "left_at"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Membership]:
        """Read each with its account."""
        return Membership.objects.visible_to(request.user).select_related("user", "study")

    def has_add_permission(self, request: HttpRequest, obj: Study | None = None) -> bool:
        """Refuse: members are added by a deed."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Study | None = None) -> bool:
        """Refuse: a role is changed on the member's page."""
        return False


class ClosedFilter(admin.SimpleListFilter):
    """Open or closed."""

    title = parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Name the choices."""
        return [("open", "Open"), ("closed", "Closed")]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        """Apply the choice."""
        return {
            "open": queryset.filter(closed_at=None),
            "closed": queryset.filter(closed_at__isnull=False),
        }.get(self.value(), queryset)


def count_of(relation: str, **conditions: Any) -> models.Subquery:
    """Count related rows of a study without multiplying those of other relations."""
    rows = Study.objects.filter(pk=models.OuterRef("pk")).order_by()
    number = models.Count(relation, filter=models.Q(**conditions))
    return models.Subquery(rows.annotate(number=number).values("number"))


@admin.register(Study)
class StudyAdmin(WithDeeds, StaffAdmin):
    """Studies. Progress is told in submitted assignments only."""

    deeds = (AddTexts(), AddMembers(), AssignAll(), CloseStudy(), ReopenStudy())
    list_display = ["title", "codebook", "blinding", "text_number", "member_number", "progress", "state", "page"]
    list_filter = [ClosedFilter, "blinding", "demo", ("codebook", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["codebook"]
    search_fields = ["title", "slug"]
    date_hierarchy = "created_at"
    prepopulated_fields = {"slug": ["title"]}
    filter_horizontal = ["revisions"]
    inlines = [MemberInline]
    new_fields = ["title", "slug", "codebook", "blinding", "reviewers_per_document", "demo", "revisions"]
    fixed_fields = ["slug", "codebook", "demo", "created_at", "closed_at", "progress", "texts"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Study]:
        """Count texts, members, and assignments of the first round."""
        first = {"assignments__round": 1, "assignments__role": Assignment.Role.REVIEWER}
        first["assignments__purpose"] = Assignment.Purpose.STUDY
        return Study.objects.visible_to(request.user).annotate(
            text_count=count_of("revisions"),
            member_count=count_of("memberships", memberships__left_at=None),
            submitted_count=count_of("assignments", **first, assignments__state=Assignment.State.SUBMITTED),
            given_count=count_of(
                "assignments", **first, assignments__state__in=[Assignment.State.OPEN, Assignment.State.SUBMITTED]
            ),
        )

    def get_fields(self, request: HttpRequest, obj: Study | None = None) -> list[str]:
        """Ask for the texts of a new study; list those of an old one."""
        return self.new_fields if obj is None else [*self.new_fields[:-1], *self.fixed_fields[3:]]

    def get_readonly_fields(self, request: HttpRequest, obj: Study | None = None) -> list[str]:
        """Fix what work depends on; the blinding rule as soon as anybody is assigned."""
        if obj is None:
            return []
        return [*self.fixed_fields, "blinding"] if obj.assignments.exists() else self.fixed_fields

    def get_prepopulated_fields(self, request: HttpRequest, obj: Study | None = None) -> dict[str, list[str]]:
        """Fill in the slug of a new study only: afterwards it stands in addresses."""
        return self.prepopulated_fields if obj is None else {}

    def get_inlines(self, request: HttpRequest, obj: Study | None) -> list[type[admin.options.InlineModelAdmin]]:
        """List members once there are some."""
        return self.inlines if obj is not None else []

    def formfield_for_foreignkey(self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any) -> forms.Field:
        """Offer published codebooks that are not retired."""
        kwargs["queryset"] = Codebook.objects.published().filter(retired_at=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(
        self, db_field: models.ManyToManyField, request: HttpRequest, **kwargs: Any
    ) -> forms.Field:
        """Offer texts that were not withdrawn."""
        kwargs["queryset"] = texts_in_order(Revision.objects.available())
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Study | None = None) -> bool:
        """Refuse: close it instead."""
        return False

    def view_on_site(self, obj: Study) -> str:
        """Lead to its agreement page."""
        return study_page(obj)

    def save_model(self, request: HttpRequest, obj: Study, form: forms.ModelForm, change: bool) -> None:
        """Create the study, or store its words."""
        if change:
            changes = {name: form.cleaned_data[name] for name in form.changed_data}
            change_study(actor=request.user, study=Study.objects.get(pk=obj.pk), changes=changes)
            return
        answers = {name: form.cleaned_data[name] for name in self.new_fields}
        adopt(obj, create_study(actor=request.user, **answers))

    @admin.display(ordering="text_count", description="Texts")
    def text_number(self, study: Study) -> int:
        """Their number."""
        return study.text_count

    @admin.display(ordering="member_count", description="Members")
    def member_number(self, study: Study) -> int:
        """How many have not left."""
        return study.member_count

    @admin.display(ordering="submitted_count")
    def progress(self, study: Study) -> SafeString:
        """Submitted assignments of all given, linked to their list."""
        address = f"{reverse('admin:annotator_assignment_changelist')}?study__id__exact={study.pk}"
        return link(address, f"{study.submitted_count} of {study.given_count} submitted")

    @admin.display(ordering="closed_at")
    def state(self, study: Study) -> str:
        """In a word."""
        return "closed" if study.is_closed else "open"

    @admin.display(description="Agreement")
    def page(self, study: Study) -> SafeString:
        """A link to its agreement page."""
        return link(study_page(study), "Open")

    @admin.display(description="Texts")
    def texts(self, study: Study) -> SafeString | str:
        """Its texts, linked to their agreement pages."""
        rows = ((document_page(study, text.document), text) for text in texts_in_order(study.revisions.all()))
        return format_html_join("", '<div><a href="{}" dir="auto">{}</a></div>', rows) or "None yet."


class RemoveMember(Deed):
    """Let a member leave."""

    name, title, stops = "remove", "Remove from the study", True
    explanation = "All work stays, under the pseudonym. The member can be added again."

    def offered(self, request: HttpRequest, row: Membership) -> bool:
        """Offer it for members who have not left."""
        return row.left_at is None and row.study.is_run_by(request.user)

    def do(self, request: HttpRequest, row: Membership, answers: dict[str, Any]) -> str:
        """Remove the member."""
        remove_member(actor=request.user, study=row.study, user=row.user)
        return f"{row} has left the study."


class ReturnMember(Deed):
    """Bring a member back."""

    name, title = "return", "Add again"
    explanation = "The member returns in the same role, under the same pseudonym."

    def offered(self, request: HttpRequest, row: Membership) -> bool:
        """Offer it for members who left."""
        return row.left_at is not None and row.study.is_run_by(request.user)

    def do(self, request: HttpRequest, row: Membership, answers: dict[str, Any]) -> str:
        """Bring the member back."""
        add_member(actor=request.user, study=row.study, user=row.user, role=row.role)
        return f"{row} is a member again."


@admin.register(Membership)
class MembershipAdmin(WithDeeds, StaffAdmin):
    """Who belongs to which study, in which role."""

    deeds = (RemoveMember(), ReturnMember())
    list_display = ["pseudonym", "user", "kind", "study", "role", "left_at"]
    list_filter = ["role", ("study", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["study", "user"]
    search_fields = ["pseudonym", "user__username", "study__title"]
    autocomplete_fields = ["study", "user"]
    ordering = ["study__title", "pseudonym"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Membership]:
        """Show the members this person may know."""
        return Membership.objects.visible_to(request.user).select_related("study", "user")

    def get_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        """Ask for study, person and role."""
        return ["study", "user", "role"] if obj is None else ["study", "user", "pseudonym", "role", "left_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        """Let the role be changed, nothing else; of one who left, nothing."""
        if obj is None:
            return []
        fixed = ["study", "user", "pseudonym", "left_at"]
        return fixed if obj.left_at is None else [*fixed, "role"]

    def has_delete_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        """Refuse: members leave."""
        return False

    def view_on_site(self, obj: Membership) -> str:
        """Lead to the study's page."""
        return study_page(obj.study)

    def save_model(self, request: HttpRequest, obj: Membership, form: forms.ModelForm, change: bool) -> None:
        """Add the member, or change the role."""
        if "role" in form.cleaned_data:
            adopt(obj, add_member(actor=request.user, study=obj.study, user=obj.user, role=obj.role))

    @admin.display(ordering="user__kind")
    def kind(self, member: Membership) -> str:
        """Human or machine."""
        return member.user.get_kind_display()

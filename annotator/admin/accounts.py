"""Accounts, groups and access tokens."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import SetPasswordForm, UserCreationForm
from django.contrib.auth.models import Group
from django.db import models
from django.http import HttpRequest
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from annotator.actions.account import change_password, create_user
from annotator.actions.curation import end_token, save_group, save_user
from annotator.admin.base import StaffAdmin, adopt
from annotator.admin.deeds import Deed, WithDeeds
from annotator.models import Token, User
from sources.admin import ReadOnlyAdmin

admin.site.unregister(Group)


class NewUserForm(UserCreationForm):
    """A name, a kind and a first password."""

    class Meta(UserCreationForm.Meta):
        model = User
        fields = ["username", "kind"]

    def save(self, commit: bool = True) -> User:
        """Hand the account on unsaved: the action sets its password and stores it."""
        return self.instance


class SetPassword(Deed):
    """Give an account a new password."""

    name, title = "password", "Set password"
    explanation = "This ends all sessions of the account. Hand the new password over in person or by a safe channel."

    def offered(self, request: HttpRequest, row: User) -> bool:
        """Offer it to those who may change the account."""
        return may_change(request.user, row)

    def form(self, request: HttpRequest, row: User, data: Any) -> forms.BaseForm:
        """Ask for it twice."""
        return SetPasswordForm(row, data)

    def do(self, request: HttpRequest, row: User, answers: dict[str, Any]) -> str:
        """Set it; the person's own session goes on."""
        user = change_password(actor=request.user, user=row, password=answers["new_password1"])
        if user.pk == request.user.pk:
            update_session_auth_hash(request, user)
        return f"{user} has a new password."


def may_change(actor: User, user: User) -> bool:
    """Whether the actor may change this account: staff accounts are for superusers, erased ones for nobody."""
    if user.erased_at is not None or not actor.has_perm("annotator.change_user"):
        return False
    return actor.is_superuser or not (user.is_staff or user.is_superuser)


@admin.register(User)
class UserAdmin(WithDeeds, StaffAdmin):
    """People and machines. Accounts are never deleted: make one inactive instead."""

    deeds = (SetPassword(),)
    list_display = ["username", "first_name", "last_name", "kind", "is_active", "is_staff", "is_superuser"]
    list_filter = ["kind", "is_active", "is_staff", "groups"]
    search_fields = ["username", "first_name", "last_name", "email"]
    ordering = ["username"]
    filter_horizontal = ["groups"]

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> list[tuple[str | None, dict]]:
        """Ask little of a new account; show roles and groups of an old one."""
        if obj is None:
            return [(None, {"fields": ["username", "kind", "password1", "password2"]})]
        names = {"fields": ["username", "first_name", "last_name", "email", "kind", "date_joined"]}
        roles = {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}
        return [(None, names), ("Rights", roles)]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Fix the kind, which earlier work was measured by; leave roles and groups to superusers."""
        if obj is None:
            return []
        fixed = ["kind", "date_joined"]
        return fixed if request.user.is_superuser else [*fixed, "is_staff", "is_superuser", "groups"]

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        """Use the short form for a new account."""
        if obj is None:
            kwargs["form"] = NewUserForm
        return super().get_form(request, obj, change=change, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Leave staff accounts to superusers."""
        return super().has_change_permission(request, obj) and (obj is None or may_change(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Refuse: work and history hang from accounts."""
        return False

    @method_decorator(sensitive_post_parameters())
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        """Keep the password out of error reports."""
        return super().add_view(request, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        """Create or change the account."""
        if change:
            save_user(actor=request.user, user=obj, groups=form.cleaned_data.get("groups"))
            return
        answers = form.cleaned_data
        created = create_user(
            actor=request.user, username=answers["username"], password=answers["password1"], kind=answers["kind"]
        )
        adopt(obj, created)


@admin.register(Group)
class GroupAdmin(StaffAdmin):
    """What members of a group may do here."""

    list_display = ["name", "members"]
    search_fields = ["name"]
    ordering = ["name"]
    filter_horizontal = ["permissions"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Group]:
        """Count the members."""
        return super().get_queryset(request).annotate(member_count=models.Count("user"))

    def formfield_for_manytomany(self, db_field: models.ManyToManyField, request: HttpRequest, **kwargs: Any) -> Any:
        """Name each permission without a query of its own."""
        kwargs["queryset"] = db_field.remote_field.model.objects.select_related("content_type")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Refuse: take its permissions away instead."""
        return False

    def save_model(self, request: HttpRequest, obj: Group, form: forms.ModelForm, change: bool) -> None:
        """Store name and permissions."""
        save_group(actor=request.user, group=obj, permissions=form.cleaned_data["permissions"])

    @admin.display(ordering="member_count")
    def members(self, group: Group) -> int:
        """Their number."""
        return group.member_count


class EndToken(Deed):
    """End a token that leaked or is no longer needed."""

    name, title, stops = "end", "End this token", True
    explanation = "Programs that use it are refused at once. This cannot be undone."

    def offered(self, request: HttpRequest, row: Token) -> bool:
        """Offer it to the owner and to superusers."""
        return row.revoked_at is None and (row.user_id == request.user.pk or request.user.is_superuser)

    def do(self, request: HttpRequest, row: Token, answers: dict[str, Any]) -> str:
        """End it."""
        end_token(actor=request.user, token=row)
        return f"“{row}” was ended."


@admin.register(Token)
class TokenAdmin(WithDeeds, StaffAdmin, ReadOnlyAdmin):
    """Whose programs may act for them. When a token was last used is its owner's business."""

    deeds = (EndToken(),)
    list_display = fields = ["name", "user", "scope", "created_at", "expires_at", "revoked_at", "usable"]
    list_filter = ["scope"]
    list_select_related = ["user"]
    search_fields = ["name", "user__username"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Token]:
        """Show superusers every token, others their own."""
        tokens = super().get_queryset(request)
        return tokens if request.user.is_superuser else tokens.filter(user=request.user)

    @admin.display(boolean=True)
    def usable(self, token: Token) -> bool:
        """Whether it lets anybody in."""
        return token.is_usable

"""Invitations, class codes and password links, to look at: they are made and ended on the pages of a study."""

from django.contrib import admin
from django.db import models

from annotator.admin.base import StaffAdmin
from annotator.models import ClassCode, Invitation, PasswordLink
from sources.admin import ReadOnlyAdmin


class WithState(StaffAdmin, ReadOnlyAdmin):
    """A row whose state is told in a word."""

    date_hierarchy = "created_at"

    @admin.display(description="State")
    def state_now(self, row: models.Model) -> str:
        """Open or not."""
        return row.state


@admin.register(Invitation)
class InvitationAdmin(WithState):
    """Who was invited to which study, and who came; the link itself is kept nowhere."""

    list_display = fields = [
        *("study", "role", "note", "state_now", "created_by", "created_at", "expires_at"),
        *("used_by", "used_at", "revoked_at"),
    ]
    list_filter = ["role", ("study", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["study", "created_by", "used_by"]
    search_fields = ["note", "study__title"]


@admin.register(ClassCode)
class ClassCodeAdmin(WithState):
    """Which study lets how many in; the code itself stands on the study's page."""

    list_display = fields = [
        *("study", "places", "joined", "documents", "state_now", "created_by", "created_at", "expires_at"),
        "revoked_at",
    ]
    list_filter = [("study", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["study", "created_by"]
    search_fields = ["study__title"]


@admin.register(PasswordLink)
class PasswordLinkAdmin(WithState):
    """For whom links for a new password were made; the link itself is kept nowhere."""

    list_display = fields = [
        *("user", "study", "state_now", "created_by", "created_at", "expires_at", "used_at", "revoked_at"),
    ]
    list_filter = [("study", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["user", "study", "created_by"]
    search_fields = ["user__username"]

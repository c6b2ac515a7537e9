"""The staff admin, one file per noun. Every write is an action; reviewers' work is only read, through `visible_to`."""

from django.contrib import admin

from annotator.admin import accounts, assignments, codebooks, entrances, history, studies, work

__all__ = ["accounts", "assignments", "codebooks", "entrances", "history", "studies", "work"]

admin.site.site_header = "Credence administration"
admin.site.site_title = "Credence"
admin.site.index_title = "Administration"

"""History, read only. Numbers of events are not shown: gaps between them would count acts that must not be seen."""

import json
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from annotator.admin.base import StaffAdmin, document_page, history_line, link, study_page
from annotator.admin.work import WithoutNumbers
from annotator.models import Assignment, Event, Ledger
from annotator.models.event import EventQuerySet
from sources.admin import ReadOnlyAdmin


def shown(payload: Any) -> SafeString | str:
    """Return a payload as indented JSON."""
    if payload is None:
        return "–"
    return format_html('<pre dir="auto">\n{}</pre>', json.dumps(payload, ensure_ascii=False, indent=2, sort_keys=True))


@admin.register(Event)
class EventAdmin(WithoutNumbers, StaffAdmin, ReadOnlyAdmin):
    """What was done, by whom, to what."""

    list_display = ["at", "actor", "act", "kind", "study", "document"]
    list_filter = ["verb", "kind", ("ledger__study", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["actor__username", "verb", "kind", "object_id"]
    date_hierarchy = "at"
    ordering = ["-at", "hash"]
    actions = None
    fields = ["at", "actor", "verb", "kind", "identity", "study", "document", "state_before", "state_after", "hash"]

    def get_queryset(self, request: HttpRequest) -> EventQuerySet:
        """Show what this person may see."""
        rows = Event.objects.visible_to(request.user)
        rows = rows.select_related("actor", "ledger__study", "assignment__study", "assignment__revision__document")
        return rows.defer("assignment__revision__text")

    def address_of(self, event: Event) -> str:
        """Return its hash."""
        return event.hash

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Event | None:
        """Find an event by its hash."""
        return self.get_queryset(request).filter(hash=object_id).first()

    @admin.display(ordering="verb")
    def act(self, event: Event) -> str:
        """The verb, and what became different."""
        return history_line(event).get_change_message

    @admin.display(description="Id")
    def identity(self, event: Event) -> str:
        """The id of what it was done to; ratings are numbered in the order of everybody's work and stay unnumbered."""
        return "–" if event.kind == "rating" else event.object_id

    @admin.display(ordering="ledger__study__title")
    def study(self, event: Event) -> SafeString | str:
        """The study, linked to its page; acts upon the site have none."""
        study = event.ledger.study
        return link(study_page(study), str(study)) if study is not None else "–"

    @admin.display(ordering="assignment__revision__document__title")
    def document(self, event: Event) -> SafeString | str:
        """The document, linked to its agreement page."""
        if event.assignment is None:
            return "–"
        document = event.assignment.revision.document
        return link(document_page(event.assignment.study, document), str(document))

    @admin.display(description="Before")
    def state_before(self, event: Event) -> SafeString | str:
        """The state before."""
        return shown(event.before)

    @admin.display(description="After")
    def state_after(self, event: Event) -> SafeString | str:
        """The state after."""
        return shown(event.after)


@admin.register(Ledger)
class LedgerAdmin(StaffAdmin, ReadOnlyAdmin):
    """The heads of the hash chains, to be kept elsewhere.

    A ledger is shown to those from whom no work in it is hidden: to others its number would count what they may not
    see. That hangs on the states of assignments alone; hiding it at the first unseen event would tell that somebody
    has begun.
    """

    list_display = fields = ["name", "seq", "head"]
    list_select_related = ["study"]
    search_fields = ["study__title", "head"]
    actions = None

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Ledger]:
        """Leave out ledgers of studies with unseen work, begun or not, and those that hold an unseen event."""
        seen = Event.objects.visible_to(request.user).values("pk")
        unseen = Event.objects.filter(ledger=models.OuterRef("pk")).exclude(pk__in=seen)
        work = Assignment.objects.work_visible_to(request.user).values("pk")
        hidden = Assignment.objects.filter(study=models.OuterRef("study")).exclude(pk__in=work)
        ledgers = super().get_queryset(request).filter(~models.Exists(unseen), ~models.Exists(hidden))
        return ledgers.select_related("study")

    @admin.display(description="Ledger", ordering="study__title")
    def name(self, ledger: Ledger) -> str:
        """The study, or the site."""
        return str(ledger)

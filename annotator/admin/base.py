"""What all staff pages share: writing through actions, history from events, filters by name only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from annotator.actions.errors import ActionError, ConflictError
from annotator.actions.transactions import writes
from annotator.models import Event, Study
from sources.admin import fits_a_date, fits_a_key
from sources.models import Document

# What a filter of a list may put behind the name of its field in an address.
FILTER_ENDINGS = frozenset(
    ["", "__exact", "__isnull", "__gte", "__lt", "__year", "__month", "__day", "__id__exact", "__pk__exact"]
)
EVENTS_ON_A_PAGE = 100


def study_page(study: Study) -> str:
    """Return the address of a study's agreement page."""
    return reverse("study", args=[study.slug])


def document_page(study: Study, document: Document) -> str:
    """Return the address of a document's agreement page in a study."""
    return reverse("document", args=[study.slug, document.slug])


def link(address: str, words: str) -> SafeString:
    """Return a link."""
    return format_html('<a href="{}">{}</a>', address, words)


def told(refusal: ActionError | ValidationError) -> Iterator[tuple[str | None, str]]:
    """Yield what a refusal says: the field, or None, and the words."""
    if isinstance(refusal, ActionError):
        if not refusal.errors:
            yield None, refusal.detail
        for error in refusal.errors:
            yield error.field, error.detail
    elif hasattr(refusal, "error_dict"):
        for field, words in refusal.message_dict.items():
            for word in words:
                yield field, word
    else:
        for word in refusal.messages:
            yield None, word


def tell(form: forms.BaseForm, refusal: ActionError | ValidationError) -> None:
    """Show a refusal beside the fields it names, or above the form."""
    for field, words in told(refusal):
        form.add_error(field if field in form.fields else None, words)


class RefusedForm:
    """Mixed into a form whose action refused: shows the refusal with everything typed still there."""

    refusal: ActionError | ValidationError

    def clean(self) -> dict[str, Any]:
        """Add the refusal to the errors."""
        cleaned = super().clean()
        tell(self, self.refusal)
        return cleaned


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """An event in the shape of Django's history page."""

    action_time: datetime
    user: models.Model
    get_change_message: str


def history_line(event: Event) -> HistoryLine:
    """Return the event with the names of what became different."""
    before, after = event.before or {}, event.after or {}
    names = sorted(name for name in before.keys() & after.keys() if before[name] != after[name])
    words = event.verb.replace("_", " ").capitalize()
    return HistoryLine(event.at, event.actor, f"{words}: {', '.join(names)}" if names else words)


class KeySelect(AutocompleteSelect):
    """A choice that is looked up while typing. Sent back with a refusal, it looks up keys only."""

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        """Leave out what can be no key: the framework would ask the database for it."""
        return super().optgroups(name, [key for key in value if fits_a_key(key)], attrs)


class StaffAdmin(admin.ModelAdmin):
    """A page over rows that only actions write.

    Subclasses say which action in `save_model`; a refusal becomes an error of the form. Django's own log is left
    empty: history is made of events.
    """

    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 200

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Allow the filters that the list names: any other lookup could ask for hidden columns, letter by letter."""
        names = [self.date_hierarchy] if self.date_hierarchy else []
        for item in self.get_list_filter(request) if request is not None else self.list_filter:
            if isinstance(item, type):
                names.append(item.parameter_name)
            else:
                names.append(item[0] if isinstance(item, tuple | list) else item)
        named = any(lookup == name + ending for name in names for ending in FILTER_ENDINGS)
        return named and fits_a_date(lookup, value)

    def formfield_for_foreignkey(self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        """Let choices that are looked up take any words back."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = KeySelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Save in one turn of the writers' queue; where the action refuses, show the form again with its words."""
        view = super().changeform_view
        if request.method != "POST":
            return view(request, object_id, form_url, extra_context)
        try:
            return writes(view)(request, object_id, form_url, extra_context)
        except (ActionError, ValidationError) as refusal:
            request.refusal = refusal
        except IntegrityError:  # between the check of the form and the write
            request.refusal = ConflictError("exists", "Somebody stored the same in the meantime. Nothing was saved.")
        return view(request, object_id, form_url, extra_context)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Delete in one turn of the writers' queue; where the action refuses, say so above the list."""
        view = super().delete_view
        if request.method != "POST":
            return view(request, object_id, extra_context)
        try:
            return writes(view)(request, object_id, extra_context)
        except ActionError as refusal:
            self.message_user(request, refusal.detail, messages.ERROR)
            return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))

    def get_form(
        self, request: HttpRequest, obj: models.Model | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        """Mix the refusal in, if there was one."""
        form = super().get_form(request, obj, change=change, **kwargs)
        refusal = getattr(request, "refusal", None)
        return form if refusal is None else type(form)(form.__name__, (RefusedForm, form), {"refusal": refusal})

    def save_related(
        self, request: HttpRequest, form: forms.ModelForm, formsets: list[forms.BaseModelFormSet], change: bool
    ) -> None:
        """Hand each formset on; what a form links is written by the action in `save_model`."""
        for formset in formsets:
            self.save_formset(request, form, formset, change)

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        """Leave it to the events."""

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        """Leave it to the events."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        """Leave it to the events."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show the events of one row that this person may see."""
        events = Event.objects.visible_to(request.user).filter(kind=self.opts.model_name, object_id=unquote(object_id))
        paginator = Paginator(events.select_related("actor").order_by("-at", "-pk"), EVENTS_ON_A_PAGE)
        page = paginator.get_page(request.GET.get("p", 1))
        page.object_list = [history_line(event) for event in page.object_list]
        lines = {
            "action_list": page,
            "page_range": paginator.get_elided_page_range(page.number),
            "pagination_required": paginator.count > EVENTS_ON_A_PAGE,
        }
        return super().history_view(request, object_id, {**lines, **(extra_context or {})})


def adopt(row: models.Model, stored: models.Model) -> None:
    """Make the unsaved row of a form the row that an action has stored."""
    for field in row._meta.concrete_fields:
        setattr(row, field.attname, getattr(stored, field.attname))
    row._state.adding = False

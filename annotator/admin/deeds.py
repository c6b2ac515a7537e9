"""Deeds: what can be done to one row besides editing it, each a button on its page, a form that asks, an action."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from annotator.actions.errors import ActionError
from annotator.admin.base import tell


class ReasonForm(forms.Form):
    """Asks why."""

    reason = forms.CharField(max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))


class Deed(ABC):
    """One thing that can be done to a row; `name` stands in its address, `title` on its button."""

    name: ClassVar[str]
    title: ClassVar[str]
    explanation: ClassVar[str] = ""
    stops: ClassVar[bool] = False  # a button that warns

    @abstractmethod
    def offered(self, request: HttpRequest, row: models.Model) -> bool:
        """Whether this person is offered it for this row; the action decides again."""

    def form(self, request: HttpRequest, row: models.Model, data: Any) -> forms.BaseForm:
        """Return the form that asks."""
        return forms.Form(data)

    @abstractmethod
    def do(self, request: HttpRequest, row: models.Model, answers: dict[str, Any]) -> str:
        """Call the action and return what to say about it; raises ActionError or ValidationError."""

    def next_page(self, request: HttpRequest, row: models.Model) -> str | None:
        """Where to go on; None = the row's page."""
        return None


class WithDeeds:
    """Mixed into a ModelAdmin: offers its `deeds` on the page of a row and gives each a page of its own."""

    deeds: tuple[Deed, ...] = ()

    def deed_address(self, row: models.Model, deed: Deed) -> str:
        """Return the address of a deed's page."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_deed", args=[quote(row.pk), deed.name])

    def get_urls(self) -> list[URLPattern]:
        """Add one address for all deeds."""
        view = self.admin_site.admin_view(self.deed_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_deed"
        return [path("<path:object_id>/do/<slug:name>/", view, name=name), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Add the buttons."""
        row = context.get("original")
        context["deeds"] = [
            {"title": deed.title, "address": self.deed_address(row, deed), "stops": deed.stops}
            for deed in (self.deeds if row is not None else ())
            if deed.offered(request, row)
        ]
        return super().render_change_form(request, context, *args, **kwargs)

    @method_decorator(sensitive_post_parameters())
    @method_decorator(csrf_protect)
    def deed_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Ask on GET, do on POST."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        deed = next((deed for deed in self.deeds if deed.name == name), None)
        if row is None or deed is None or not deed.offered(request, row):
            raise Http404
        form = deed.form(request, row, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                said = deed.do(request, row, form.cleaned_data)
            except (ActionError, ValidationError) as refusal:
                tell(form, refusal)
            else:
                self.message_user(request, said, messages.SUCCESS)
                own_page = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[quote(row.pk)])
                return HttpResponseRedirect(deed.next_page(request, row) or own_page)
        context = {
            **self.admin_site.each_context(request),
            "title": deed.title,
            "subtitle": str(row),
            "opts": self.opts,
            "original": row,
            "deed": deed,
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/annotator/deed.html", context)

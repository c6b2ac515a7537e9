"""Curating the sources: texts arrive as files, never through a textarea, and stay as they came."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from sources.importers import importer_for
from sources.importers.draft import Draft, clean_file_name
from sources.models import Document, DocumentQuerySet, Original, Revision, RevisionQuerySet, Source
from sources.store import (
    read_draft,
    refuse_duplicate,
    reinstate_document,
    same_text_elsewhere,
    store_revision,
    withdraw_document,
)
from sources.text import TextError, describe

# Typed words stay letter for letter too; addresses without a scheme mean https.
FIELD_HABITS = {models.TextField: {"strip": False}, models.URLField: {"assume_scheme": "https"}}


DATE_ENDINGS = ("__year", "__month", "__day")


def fits_a_key(value: str) -> bool:
    """Whether the words can be the number of a row in either database."""
    return value.isascii() and value.isdecimal() and len(value) <= 18


def fits_a_date(lookup: str, value: str) -> bool:
    """Whether a filter by year, month or day has a number that a date can be tried with; longer ones overflow."""
    return not lookup.endswith(DATE_ENDINGS) or len(value) <= 9


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows to look at: nothing is added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Refuse."""
        return False


class DeletableWhenEmpty:
    """Deleting one row at a time, and only one that nothing depends on."""

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Allow it for a single row without dependants, to whom it is permitted; never in bulk."""
        return obj is not None and not self.has_dependants(obj) and super().has_delete_permission(request, obj)


@admin.register(Source)
class SourceAdmin(DeletableWhenEmpty, admin.ModelAdmin):
    """Outlets."""

    list_display = ["name", "kind", "country", "owner", "documents"]
    list_filter = ["kind", "country"]
    search_fields = ["name", "owner", "homepage", "notes"]
    formfield_overrides = FIELD_HABITS

    def has_dependants(self, source: Source) -> bool:
        """Whether it has documents."""
        return source.documents.exists()

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Source]:
        """Count the documents."""
        return super().get_queryset(request).annotate(document_count=models.Count("documents"))

    @admin.display(ordering="document_count")
    def documents(self, source: Source) -> SafeString:
        """Their number, linked to their list."""
        address = f"{reverse('admin:sources_document_changelist')}?source__id__exact={source.pk}"
        return format_html('<a href="{}">{}</a>', address, source.document_count)


class MetadataForm(forms.ModelForm):
    """Metadata of a document, for those who may not store texts."""

    draft: Draft | None = None

    class Meta:
        labels = {"url": "URL"}


class DocumentForm(MetadataForm):
    """Metadata of a document and, as a file, its next text."""

    text_file = forms.FileField(
        label="Text file",
        required=False,
        help_text="Plain text in UTF-8, up to 10 MB. It is kept letter for letter and can be withdrawn, never changed.",
        widget=forms.FileInput(attrs={"accept": ".txt,.text,.md,text/plain"}),
    )

    def clean_text_file(self) -> UploadedFile | None:
        """Read the file while its field can still show what is wrong with it."""
        upload = self.cleaned_data["text_file"]
        if upload is None:
            if self.instance.pk is None:
                raise forms.ValidationError("Choose the file that holds the text.", code="required")
            return None
        try:
            limit = importer_for(upload.name).MAX_BYTES
            self.draft = read_draft(upload.read(limit + 1), upload.name)
            if self.instance.pk is not None:
                refuse_duplicate(self.instance, self.draft)
        except TextError as error:
            raise forms.ValidationError(error.detail, code=error.code) from error
        return upload


class WithdrawalForm(forms.Form):
    """Why documents are withdrawn; reviewers read it."""

    reason = forms.CharField(
        max_length=Document._meta.get_field("withdrawal_reason").max_length,
        help_text="Reviewers with open work on these documents will read this.",
        widget=forms.TextInput(attrs={"size": 80}),
    )


class WithdrawnFilter(admin.SimpleListFilter):
    """Withdrawn or not."""

    title = parameter_name = "withdrawn"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Name the choices."""
        return [("no", "No"), ("yes", "Yes")]

    def queryset(self, request: HttpRequest, queryset: DocumentQuerySet) -> DocumentQuerySet:
        """Apply the choice."""
        return {"no": queryset.filter(withdrawn_at=None), "yes": queryset.withdrawn()}.get(self.value(), queryset)


class DisclosureFilter(admin.SimpleListFilter):
    """Whether the text itself says that AI took part."""

    title = "AI disclosure"
    parameter_name = "disclosure"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Name the choices."""
        return [("yes", "Printed in the text"), ("no", "None")]

    def queryset(self, request: HttpRequest, queryset: DocumentQuerySet) -> DocumentQuerySet:
        """Apply the choice."""
        return {"no": queryset.filter(disclosure=""), "yes": queryset.disclosing_ai()}.get(self.value(), queryset)


@admin.register(Document)
class DocumentAdmin(DeletableWhenEmpty, admin.ModelAdmin):
    """Documents, their metadata, and the upload of their texts."""

    form = DocumentForm
    list_display = ["title", "source", "language", "length", "revisions", "ai_disclosure", "withdrawn"]
    list_filter = [WithdrawnFilter, DisclosureFilter, "language", "source"]
    list_select_related = ["source"]
    search_fields = ["title", "slug", "byline", "source__name"]
    date_hierarchy = "published_on"
    prepopulated_fields = {"slug": ["title"]}
    formfield_overrides = FIELD_HABITS
    actions = ["withdraw", "reinstate"]

    def get_fieldsets(self, request: HttpRequest, obj: Document | None = None) -> list[tuple[str | None, dict]]:
        """Offer the file to those who may add a revision."""
        fields = ["title", "slug", "source", "byline", "published_on", "url", "retrieved_at", "language"]
        sets = [(None, {"fields": fields}), ("Rights and disclosure", {"fields": ["licence", "disclosure"]})]
        may_edit = obj is None or self.has_change_permission(request, obj)
        text = ["text_file"] if may_edit and self.may_upload(request) else []
        if obj is not None:
            text = ["texts", "withdrawn_at", "withdrawal_reason", *text]
        return [*sets, ("Text", {"fields": text})] if text else sets

    def get_readonly_fields(self, request: HttpRequest, obj: Document | None = None) -> list[str]:
        """Show what only uploads and actions write."""
        return ["texts", "withdrawn_at", "withdrawal_reason"] if obj is not None else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Document | None = None) -> dict[str, list[str]]:
        """Fill in the slug of a new document only: afterwards it stands in addresses."""
        return {} if obj is not None else super().get_prepopulated_fields(request, obj)

    def may_upload(self, request: HttpRequest) -> bool:
        """Whether this person may store texts."""
        return request.user.has_perm("sources.add_revision")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Ask for the right to store texts as well: a document comes with one."""
        return super().has_add_permission(request) and self.may_upload(request)

    def has_dependants(self, document: Document) -> bool:
        """Whether it has a text."""
        return document.revisions.exists()

    def get_queryset(self, request: HttpRequest) -> DocumentQuerySet:
        """Add the figures of the list."""
        return Document.objects.with_figures()

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Document | None:
        """Hold the row while an upload is checked and stored, so that two at once do not both pass the check."""
        document = super().get_object(request, object_id, from_field)
        if document is not None and request.method == "POST":
            Document.objects.select_for_update().get(pk=document.pk)
        return document

    def get_form(
        self, request: HttpRequest, obj: Document | None = None, change: bool = False, **kwargs: Any
    ) -> type[MetadataForm]:
        """Take the file's field away from those who may not store texts, also where a client sends it unasked."""
        if not self.may_upload(request):
            kwargs["form"] = MetadataForm
        return super().get_form(request, obj, change, **kwargs)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Refuse numbers that are no date."""
        return super().lookup_allowed(lookup, value, request) and fits_a_date(lookup, value)

    def response_action(self, request: HttpRequest, queryset: DocumentQuerySet) -> HttpResponse | None:
        """Refuse selected rows that can be none: the framework would ask the database for them."""
        if not all(fits_a_key(key) for key in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            raise SuspiciousOperation("A selected row has no number.")
        return super().response_action(request, queryset)

    @method_decorator(require_safe)
    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show what was done; nothing is sent here, and `get_object` would lock outside a transaction."""
        return super().history_view(request, object_id, extra_context)

    def save_model(self, request: HttpRequest, document: Document, form: MetadataForm, change: bool) -> None:
        """Save the metadata, store the file, and say what was stored."""
        super().save_model(request, document, form, change)
        if form.draft is None:
            return
        revision = store_revision(document, form.draft.raw, form.draft.name)
        self.message_user(
            request, f"Stored revision {revision.number} from “{form.draft.name}”: {describe(form.draft.raw)}"
        )
        for twin in same_text_elsewhere(revision):
            self.message_user(request, f"The very same text is also stored as {twin}.", messages.WARNING)

    @admin.display(ordering="current_length")
    def length(self, document: Document) -> int | None:
        """Code points of the newest revision."""
        return document.current_length

    @admin.display(ordering="revision_count")
    def revisions(self, document: Document) -> SafeString:
        """Their number, linked to their list."""
        address = f"{reverse('admin:sources_revision_changelist')}?document__id__exact={document.pk}"
        return format_html('<a href="{}">{}</a>', address, document.revision_count)

    @admin.display(description="AI disclosure")
    def ai_disclosure(self, document: Document) -> str:
        """Whether the text itself says that AI took part; in words, because neither answer is right or wrong."""
        return "printed" if document.disclosure else "none"

    @admin.display(ordering="withdrawn_at")
    def withdrawn(self, document: Document) -> date | None:
        """The day from which no new assignments are made."""
        return document.withdrawn_at and document.withdrawn_at.date()

    @admin.display(description="Revisions")
    def texts(self, document: Document) -> SafeString | str:
        """Links to the stored texts."""
        rows = (
            (reverse("admin:sources_revision_change", args=[r.pk]), r.number, r.length, r.created_at.date(), r.sha256)
            for r in document.revisions.without_text()
        )
        line = '<div><a href="{}">Revision {}</a>: {} code points, stored {}, SHA-256 {}</div>'
        return format_html_join("", line, rows) or "None yet."

    @admin.action(description="Withdraw selected documents …", permissions=["change"])
    def withdraw(self, request: HttpRequest, documents: DocumentQuerySet) -> HttpResponse | None:
        """Ask why, then withdraw."""
        form = WithdrawalForm(request.POST if "confirmed" in request.POST else None)
        chosen = [document for document in documents if not document.is_withdrawn]
        if form.is_valid():
            for document in chosen:
                withdraw_document(document, form.cleaned_data["reason"])
                self.log_change(request, document, f"Withdrawn: {document.withdrawal_reason}")
            self.message_user(request, f"Withdrawn: {len(chosen)}. Open work on them can still be finished.")
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Withdraw documents",
            "opts": self.opts,
            "documents": chosen,
            "form": form,
            "media": self.media,
            "selected": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/sources/document/withdraw.html", context)

    @admin.action(description="Reinstate selected documents", permissions=["change"])
    def reinstate(self, request: HttpRequest, documents: DocumentQuerySet) -> None:
        """Let the selected documents be assigned again."""
        chosen = [document for document in documents if document.is_withdrawn]
        for document in chosen:
            reinstate_document(document)
            self.log_change(request, document, "Reinstated")
        self.message_user(request, f"Reinstated: {len(chosen)}.")


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    """Stored texts."""

    list_display = ["document", "number", "length", "sha256", "created_at"]
    list_filter = [("document", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["document"]
    search_fields = ["document__title", "document__slug", "sha256"]
    fields = ["document", "number", "length", "sha256", "created_at", "units", "files", "shown_text"]

    def get_queryset(self, request: HttpRequest) -> RevisionQuerySet:
        """Leave the texts in the database until one is opened."""
        return Revision.objects.without_text().select_related("document")

    @admin.display(description="Cut into")
    def units(self, revision: Revision) -> SafeString:
        """Counts and methods of the segmentations."""
        rows = ((s.get_kind_display(), len(s.ends), s.method, s.method_version) for s in revision.segmentations.all())
        return format_html_join("", "<div>{}: {} ({}, version {})</div>", rows)

    @admin.display(description="Original files")
    def files(self, revision: Revision) -> SafeString | str:
        """Downloads."""
        return format_html_join("", "<div>{}</div>", ((download_link(o),) for o in revision.originals.all())) or "None."

    @admin.display(description="Text")
    def shown_text(self, revision: Revision) -> SafeString:
        """The text; a line feed stands first because HTML drops one there."""
        return format_html('<pre dir="auto">\n{}</pre>', revision.text)


@admin.register(Original)
class OriginalAdmin(ReadOnlyAdmin):
    """The files that texts came from."""

    list_display = ["name", "revision", "media_type", "sha256", "download"]
    list_select_related = ["revision__document"]
    search_fields = ["name", "sha256", "revision__document__title"]
    fields = ["name", "revision", "media_type", "sha256", "address", "retrieved_at", "download"]

    def get_urls(self) -> list[URLPattern]:
        """Add the download."""
        view = self.admin_site.admin_view(self.download_view)
        return [path("<int:pk>/download/", view, name="sources_original_download"), *super().get_urls()]

    def download_view(self, request: HttpRequest, pk: int) -> FileResponse:
        """Send the file byte for byte as an attachment that no browser opens in this site's name."""
        original = Original.objects.filter(pk=pk).first()
        if original is None or not self.has_view_permission(request, original):
            raise Http404("There is no such file.")
        try:
            content = original.file.open("rb")
        except FileNotFoundError:
            raise Http404("The file is gone from the media folder.") from None
        response = FileResponse(content, as_attachment=True, filename=clean_file_name(original.name))
        response.headers["Content-Type"] = "application/octet-stream"
        response.headers["Content-Security-Policy"] = "sandbox"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    @admin.display(description="File")
    def download(self, original: Original) -> SafeString:
        """A link to the file."""
        return download_link(original)


def download_link(original: Original) -> SafeString:
    """A link that downloads `original`."""
    address = reverse("admin:sources_original_download", args=[original.pk])
    return format_html('<a href="{}">{}</a>', address, original.name)

"""Where a codebook begins: from a preset, from a file, or empty; and where it leaves as a file."""

from dataclasses import replace

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotator.actions.codebook import start_next_version, store_file
from annotator.actions.errors import ActionError
from annotator.formats import FormatError, Problem
from annotator.formats import codebook as codebook_file
from annotator.models import Codebook
from annotator.models.descriptions import codebook_info
from annotator.queries import presets
from annotator.records import CodebookInfo
from annotator.views.codebook import visible_codebook

LARGEST_FILE = 1024 * 1024  # bytes; the largest preset has a twentieth of it


class BeginForm(forms.Form):
    """One of three ways to begin; the short name and title are for an empty one, or another name for a preset."""

    way = forms.ChoiceField(choices=[(way, way) for way in ("preset", "file", "empty")])
    preset = forms.CharField(required=False, max_length=100)
    file = forms.FileField(required=False, allow_empty_file=True)
    slug = forms.CharField(required=False, max_length=100)
    title = forms.CharField(required=False, max_length=300)


class Refused(Exception):  # noqa: N818 - no error, an answer
    """Why nothing was begun: in a sentence, or as the faults of a file."""

    def __init__(self, words: str, faults: list[Problem] | None = None, status: int = 400) -> None:
        super().__init__(words)
        self.words, self.faults, self.status = words, faults or [], status


def _wanted(form: BeginForm) -> CodebookInfo:
    """Return what the form asks to store, or raise Refused."""
    asked = form.cleaned_data
    if asked["way"] == "file":
        return _of_file(asked["file"])
    if asked["way"] == "preset":
        if asked["preset"] not in presets():
            raise Refused("Choose one of the presets.")
        info = presets()[asked["preset"]]
        return replace(info, version=1, slug=asked["slug"] or info.slug)
    if not asked["slug"] or not asked["title"].strip():
        raise Refused("Give the new codebook a title and a short name.")
    return CodebookInfo(asked["slug"], 1, asked["title"])


def _of_file(file: forms.FileField | None) -> CodebookInfo:
    if file is None:
        raise Refused("Choose a file first.")
    if file.size > LARGEST_FILE:
        raise Refused("The file is larger than 1 MB. A codebook has no room for that.", status=413)
    try:
        return codebook_file.parse(file.read(), draft=True)
    except FormatError as error:
        count = "1 fault" if error.total == 1 else f"{error.total} faults"
        raise Refused(f"The file has {count}; nothing was stored.", error.rows) from error


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_codebook(request: HttpRequest) -> HttpResponse:
    """Offer the ways to begin a codebook; begin it and lead to its draft."""
    if not request.user.begins_codebooks:
        raise Http404
    form = BeginForm(request.POST, request.FILES) if request.method == "POST" else BeginForm()
    context = {"section": "codebook", "presets": presets().values(), "form": form}
    if request.method != "POST":
        return render(request, "annotator/codebook_new.html", context)
    try:
        if not form.is_valid():
            raise Refused(" ".join(words for found in form.errors.values() for words in found))
        wanted = _wanted(form)
        draft = store_file(actor=request.user, info=wanted)
    except Refused as refused:
        context |= {"refused": refused.words, "faults": refused.faults}
        return render(request, "annotator/codebook_new.html", context, status=refused.status)
    except ActionError as error:
        context["refused"] = error.detail
        return render(request, "annotator/codebook_new.html", context, status=error.status)
    except ValidationError as error:
        context["refused"] = " ".join(error.messages)
        return render(request, "annotator/codebook_new.html", context, status=400)
    words = f"“{draft.title}” is a draft now, version {draft.version}."
    if draft.version != wanted.version:
        words += f" Its own number, {wanted.version}, was taken."
    messages.success(request, words)
    return redirect("codebook-edit", draft.slug, draft.version)


@require_safe
@login_required
def codebook_toml(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """Send a version as one file, which can be edited, checked and uploaded again."""
    shown = visible_codebook(request.user, slug, version)
    response = HttpResponse(codebook_file.write(codebook_info(shown)), content_type="application/toml; charset=utf-8")
    name = f"{shown.slug}-v{shown.version}.{codebook_file.EXTENSION}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
@login_required
def next_version(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """Begin a draft that continues a published version."""
    found = Codebook.objects.written_by(request.user).filter(slug=slug, version=version).first()
    if found is None:
        raise Http404
    try:
        draft = start_next_version(actor=request.user, codebook=found)
    except ActionError as error:
        messages.error(request, error.detail)
        return redirect("codebook", slug, version)
    messages.success(request, f"Version {draft.version} is a draft with everything of version {version} in it.")
    return redirect("codebook-edit", slug, draft.version)

"""Writing a draft: one page for the whole, one for each label and each scale, each with its preview.

Every form carries what its writer read; where somebody else changed that in between, nothing is stored, both versions
are shown, and what was typed stays in the form.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from annotator.actions.codebook import (
    FaultyError,
    discard_codebook,
    heading_of,
    publish_codebook,
    seen_of,
    write_heading,
    write_part,
)
from annotator.actions.codebooks_restored import parts_taken_out, restore_part
from annotator.actions.errors import ActionError, NotFoundError, StaleError
from annotator.colours import DARK_GROUND, LIGHT_GROUND, contrast
from annotator.formats.codebook_checks import Place, check, place_name
from annotator.models import Codebook
from annotator.models.descriptions import codebook_info
from annotator.queries import changes_since
from annotator.records import CodebookInfo, LabelInfo, PointInfo, ScaleInfo
from annotator.views import label_styles
from annotator.views.codebook import markdown
from annotator.views.codebook_forms import HeadingForm, LabelForm, ScaleForm, point_forms, show_faults

CHANGED = "Somebody changed this while you were writing. Nothing of yours is lost: it stands in the fields below."


def written_codebook(request: HttpRequest, slug: str, version: int) -> Codebook:
    """Return a version the user may write, or raise Http404."""
    found = Codebook.objects.written_by(request.user).filter(slug=slug, version=version).first()
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps a draft from being published: where, what, and the page that mends it."""

    place: str
    words: str
    url: str


def _obstacles(codebook: Codebook, info: CodebookInfo) -> list[Obstacle]:
    return [
        Obstacle(
            place_name(fault.place, info),
            f"{fault.field} {fault.reason}".replace("_", " "),
            part_url(codebook, fault.place, info),
        )
        for fault in check(info)
    ]


def part_url(codebook: Codebook, place: Place, info: CodebookInfo) -> str:
    """Return the page that writes the part at a place."""
    if not place:
        return f"{reverse('codebook-edit', args=[codebook.slug, codebook.version])}#words"
    parts: Sequence[LabelInfo | ScaleInfo] = info.labels if place[0] == "label" else info.scales
    return reverse(f"codebook-{place[0]}", args=[codebook.slug, codebook.version, parts[int(place[1])].code])


def _shared(codebook: Codebook, info: CodebookInfo) -> dict[str, Any]:
    """What every page about a draft shows."""
    labels = list(codebook.labels.all())
    return {
        "section": "codebook",
        "codebook": codebook,
        "info": info,
        "labels": labels,
        "contrasts": label_styles.contrasts(labels),
        "conflicts": label_styles.conflicts(labels),
    }


def _frozen(request: HttpRequest, codebook: Codebook) -> HttpResponse | None:
    """Lead from a frozen version to its page; what was posted about it is refused there by the action."""
    if codebook.is_frozen and request.method != "POST":
        messages.warning(request, "This version was published and is frozen. Begin a new version to change it.")
        return redirect("codebook", codebook.slug, codebook.version)
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """Show a draft with what is still missing, and take its title and guidelines."""
    codebook = written_codebook(request, slug, version)
    if answer := _frozen(request, codebook):
        return answer
    info = codebook_info(codebook)
    title, guidelines = heading_of(info)
    form = HeadingForm(initial={"title": title, "guidelines": guidelines})
    seen, shown, status, extra = seen_of(heading_of(info)), guidelines, 200, {}
    if request.method == "POST":
        form = HeadingForm(request.POST)
        seen, status = request.POST.get("seen", ""), 200 if form.is_valid() else 400
        heading = form.heading() if form.is_valid() else (title, guidelines)
        shown = heading[1]
        if form.is_valid() and request.POST.get("act") != "preview":
            try:
                write_heading(actor=request.user, codebook=codebook, heading=heading, seen=seen)
            except ActionError as error:
                extra, status = _refused(error, form, (), info), error.status
                if isinstance(error, StaleError):
                    stored = codebook_info(Codebook.objects.get(pk=codebook.pk))
                    seen = seen_of(heading_of(stored))
                    pairs = zip(("Title", "Guidelines"), heading_of(stored), heading, strict=True)
                    extra["theirs"] = [(name, theirs) for name, theirs, mine in pairs if theirs != mine]
            else:
                messages.success(request, "Saved.")
                return redirect("codebook-edit", slug, version)
    context = {
        **_shared(codebook, info),
        **extra,
        "form": form,
        "seen": seen,
        "seen_all": seen_of(info),
        "guidelines": markdown(shown),
        "previewed": request.POST.get("act") == "preview",
        "obstacles": _obstacles(codebook, info),
        "scales": codebook.scales.prefetch_related("points", "labels"),
        "since": changes_since(codebook, request.user),
        "taken_out": parts_taken_out(codebook, request.user),
    }
    return render(request, "annotator/codebook_edit.html", context, status=status)


@require_POST
@login_required
def restore(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """Put a label or scale that was taken out of a draft back."""
    codebook = written_codebook(request, slug, version)
    kind, code = request.POST.get("kind", ""), request.POST.get("code", "")
    try:
        restore_part(actor=request.user, codebook=codebook, kind=kind, code=code)
    except NotFoundError as error:
        raise Http404 from error
    except ActionError as error:
        messages.error(request, error.detail)
        return redirect("codebook-edit", slug, version)
    messages.success(request, f"The {kind} “{code}” is in the draft again, behind the others.")
    return redirect(f"codebook-{kind}", slug, version, code)


def _refused(error: ActionError, form: forms.Form, mine: Place, info: CodebookInfo) -> dict[str, Any]:
    """Say a refusal beside its fields, or above the form."""
    if isinstance(error, FaultyError):
        return {"of_points": show_faults(form, error.faults, mine, error.info), "refused": ""}
    return {"refused": CHANGED if isinstance(error, StaleError) else error.detail}


def _contrasts(form: forms.Form) -> dict[str, str]:
    """The contrast of the colours in a form, as figures; nothing for what is no colour."""
    found = {}
    for name, ground in (("colour_light", LIGHT_GROUND), ("colour_dark", DARK_GROUND)):
        try:
            found[name] = f"{contrast(str(form[name].value()), ground):.1f}"
        except ValueError:
            found[name] = ""
    return found


def _differing(form: forms.Form, stored: dict[str, Any]) -> list[tuple[str, Any]]:
    """The fields in which what is stored now differs from what was typed: name and stored value."""
    found = []
    for name, field in form.fields.items():
        theirs = stored[name]
        mine = form.data.getlist(name) if isinstance(field, forms.MultipleChoiceField) else form.cleaned_data.get(name)
        if name in ("replaces", "examples", "counterexamples"):
            mine = form.data.get(name, "").replace("\r\n", "\n").strip()
        theirs = list(theirs) if isinstance(theirs, tuple) else theirs
        if mine != theirs:
            found.append((field.label, ", ".join(theirs) if isinstance(theirs, list) else theirs))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def label(request: HttpRequest, slug: str, version: int, code: str = "") -> HttpResponse:
    """Write one label, or a new one."""
    codebook = written_codebook(request, slug, version)
    if answer := _frozen(request, codebook):
        return answer
    info = codebook_info(codebook)
    at, stored = _find(info.labels, code)
    form = LabelForm(initial=LabelForm.initial_of(stored) if stored else LabelForm.initial_of_new(info))
    context = {"kind": "label", "code": code, "seen": seen_of(stored) if stored else ""}
    status = 200
    if request.method == "POST":
        form = LabelForm(request.POST)
        valid = form.is_valid()
        answer = _write(request, codebook, info, form, ("label", at), code, form.part if valid else None)
        if not isinstance(answer, dict):
            return answer
        context |= answer
        status = context.pop("status")
        if "now" in context and (now := context["now"]) is not None:
            context["theirs"] = _differing(form, LabelForm.initial_of(now))
    context |= {
        **_shared(codebook, info),
        "form": form,
        "figures": _contrasts(form),
        "asked": [scale for scale in info.scales if code and code in scale.labels],
    }
    return render(request, "annotator/codebook_label.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def scale(request: HttpRequest, slug: str, version: int, code: str = "") -> HttpResponse:
    """Write one scale with its points, or a new one."""
    codebook = written_codebook(request, slug, version)
    if answer := _frozen(request, codebook):
        return answer
    info = codebook_info(codebook)
    at, stored = _find(info.scales, code)
    form = ScaleForm(info, initial=ScaleForm.initial_of(stored) if stored else ScaleForm.initial_of_new(info))
    points = point_forms(stored)
    context = {"kind": "scale", "code": code, "seen": seen_of(stored) if stored else ""}
    status = 200
    if request.method == "POST":
        more = 5 if request.POST.get("act") == "rows" else 0
        form, points = ScaleForm(info, request.POST), point_forms(None, request.POST, more)
        valid = all([form.is_valid(), points.is_valid()])
        rows = [row for row in points if valid and row.is_point]
        if more:
            context["seen"] = request.POST.get("seen", "")
        else:

            def part() -> ScaleInfo:
                return form.part([row.part() for row in rows])

            answer = _write(request, codebook, info, form, ("scale", at), code, part if valid else None)
            if not isinstance(answer, dict):
                return answer
            context |= answer
            status = context.pop("status")
            for fault in context.get("of_points", ()):
                row = rows[int(fault.place[3])]
                row.add_error(fault.field, f"{fault.reason.capitalize()}.")
            if "now" in context and (now := context["now"]) is not None:
                context["theirs"] = _differing(form, ScaleForm.initial_of(now)) + _points_now(now, rows)
    context |= {**_shared(codebook, info), "form": form, "points": points}
    context["saved"] = codebook.scales.filter(code=code).prefetch_related("points", "labels")
    return render(request, "annotator/codebook_scale.html", context, status=status)


def _points_now(now: ScaleInfo, rows: Sequence[Any]) -> list[tuple[str, str]]:
    if tuple(row.part() for row in rows) == now.points:
        return []
    return [(f"Point {point.value}", _in_words(point)) for point in now.points]


def _in_words(point: PointInfo) -> str:
    words = f"{point.name}: {point.anchor}" if point.anchor else point.name
    return f"{words} (cannot be judged)" if point.missing else words


def _find(parts: Sequence[Any], code: str) -> tuple[int, Any]:
    """Return a part and its place; of a new one, the place behind the last. Raises Http404."""
    if not code:
        return len(parts), None
    found = next(((at, part) for at, part in enumerate(parts) if part.code == code), None)
    if found is None:
        raise Http404
    return found


def _write(
    request: HttpRequest,
    codebook: Codebook,
    info: CodebookInfo,
    form: forms.Form,
    mine: Place,
    code: str,
    part: Callable[[], LabelInfo | ScaleInfo] | None,
) -> HttpResponse | dict[str, Any]:
    """Store or take out a part and lead on, or return what the page says of the refusal, with its status."""
    kind, seen = str(mine[0]), request.POST.get("seen", "")
    removes = request.POST.get("act") == "remove" and bool(code)
    if part is None and not removes:
        return {"seen": seen, "status": 400}
    wanted = None if removes else part()
    try:
        write_part(
            actor=request.user,
            codebook=codebook,
            part=wanted,
            kind=kind,
            code=code,
            seen=seen,
        )
    except ActionError as error:
        said: dict[str, Any] = {"seen": seen, "status": error.status, **_refused(error, form, mine, info)}
        if isinstance(error, StaleError):
            stored = codebook_info(Codebook.objects.get(pk=codebook.pk))
            parts: Sequence[Any] = stored.labels if kind == "label" else stored.scales
            said["now"] = next((each for each in parts if each.code == code), None)
            said["seen"] = seen_of(said["now"]) if said["now"] else ""
        return said
    if wanted is None:
        messages.success(request, f"The {kind} “{code}” is taken out of the draft.")
        return redirect("codebook-edit", codebook.slug, codebook.version)
    messages.success(request, "Saved.")
    if request.POST.get("act") == "another":
        return redirect(f"codebook-{kind}-new", codebook.slug, codebook.version)
    return redirect(f"codebook-{kind}", codebook.slug, codebook.version, wanted.code)


@require_POST
@login_required
def publish(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """Freeze a draft as it was read."""
    codebook = written_codebook(request, slug, version)
    try:
        publish_codebook(actor=request.user, codebook=codebook, seen=request.POST.get("seen", ""))
    except StaleError:
        messages.error(request, "The draft was changed in the meantime, so it was not published. Read it again first.")
    except ActionError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, "Published. Studies can use this version, and nobody can change it any more.")
        return redirect("codebook", slug, version)
    return redirect("codebook-edit", slug, version)


@require_POST
@login_required
def discard(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """Take a draft away."""
    codebook = written_codebook(request, slug, version)
    try:
        discard_codebook(actor=request.user, codebook=codebook)
    except ActionError as error:
        messages.error(request, error.detail)
        return redirect("codebook", slug, version)
    messages.success(request, f"The draft {codebook.title}, version {version}, is discarded.")
    return redirect("codebook-list")

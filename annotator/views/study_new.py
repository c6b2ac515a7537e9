"""Where a study begins: its words, rules and codebook; its documents are chosen next."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods

from annotator.actions.errors import ActionError, ConflictError
from annotator.actions.study import RESERVED_SLUGS, create_study
from annotator.models import Study
from annotator.views.refusals import tell
from annotator.views.study_forms import NewStudyForm

SLUG_LENGTH = 60


def free_slug(title: str) -> str:
    """Return a short name made from a title that no study has: the title's words, with a number where they are taken.

    Of a title without a Latin letter or digit it is "study".
    """
    words = slugify(title)[: SLUG_LENGTH - 6].strip("-_") or "study"
    taken = {*Study.objects.filter(slug__startswith=words).values_list("slug", flat=True), *RESERVED_SLUGS}
    slug, number = words, 2
    while slug in taken:
        slug, number = f"{words}-{number}", number + 1
    return slug


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_study(request: HttpRequest) -> HttpResponse:
    """Ask for the beginnings of a study; make it and lead to the choice of its documents."""
    if not request.user.runs_studies:
        raise Http404
    form = NewStudyForm(
        request.user, request.POST or None, initial={"purpose": Study.Purpose.RELIABILITY, "order": Study.Order.RANDOM}
    )
    if request.method == "POST" and form.is_valid():
        wanted = form.changes()
        slug = wanted.pop("slug") or free_slug(wanted["title"])
        blinding = wanted.pop("blinding") or None
        try:
            made = create_study(actor=request.user, slug=slug, blinding=blinding, **wanted)
        except ConflictError as refusal:
            form.add_error("slug", refusal.detail)
        except (ActionError, ValidationError) as refusal:
            tell(form, refusal)
        else:
            messages.success(request, f"“{made.title}” is there, and you lead it. Choose its documents now.")
            return redirect("study-texts", made.slug)
    status = 400 if request.method == "POST" else 200
    return render(request, "annotator/study_new.html", {"section": "studies", "form": form}, status=status)

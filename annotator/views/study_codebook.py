"""With which version of its codebook a study is read, for those who run it, and what would be read how."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotator.actions.errors import ActionError, StaleError
from annotator.actions.study import use_codebook
from annotator.models import Codebook
from annotator.queries import readable_with, reading_rows, recoding_progress
from annotator.views.members import run_study


def _asked(versions: list[Codebook], asked: str) -> Codebook | None:
    """Return the version that a request names, or None."""
    return next((each for each in versions if str(each.version) == asked), None)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def study_codebook(request: HttpRequest, slug: str) -> HttpResponse:
    """Show how work is read with a version, and read the study with it."""
    study = run_study(request.user, slug)
    versions = list(readable_with(study, request.user))
    context: dict[str, Any] = {"section": "studies", "study": study, "versions": versions}
    status = 200
    if request.method == "POST":
        chosen, seen = _asked(versions, request.POST.get("version", "")), request.POST.get("seen", "")
        if chosen is None:
            context["refused"], status = "There is no such version.", 400
        else:
            try:
                number = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 7 else 0
                use_codebook(actor=request.user, study=study, codebook=chosen, seen=number)
            except StaleError as error:
                context["refused"] = "Somebody took another version in the meantime. What holds now is shown below."
                status = error.status
                study.refresh_from_db()
            except ActionError as error:
                context["refused"], status = error.detail, error.status
            else:
                messages.success(request, f"The study is read with version {chosen.version} from now on.")
                return redirect("study-codebook", slug)
    shown = _asked(versions, request.GET.get("version", "")) or study.codebook
    rows = reading_rows(study, shown, request.user)
    progress = recoding_progress(study, shown, request.user)
    context |= {
        "shown": shown,
        "labels": shown.labels.all(),
        "rows": rows,
        "n_differing": sum(row.n_annotations for row in rows if row.differs),
        "n_read": sum(row.n_annotations for row in rows),
        "progress": progress,
        "n_asked": sum(row.asked for row in progress),
        "n_left": sum(row.left for row in progress),
    }
    return render(request, "annotator/study_codebook.html", context, status=status)

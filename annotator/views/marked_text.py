"""One's own marked text as plain markup: for screen readers, for paper, and without scripts."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotator.models import Annotation, Rating
from annotator.views.workbench import own_assignment, training_first


@require_safe
@login_required
def marked_text(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    """Show the text with one's own passages marked, numbered and listed."""
    assignment = own_assignment(request.user, assignment_id)
    if (shut := training_first(request, assignment)) is not None:
        return shut
    passages = (
        Annotation.objects.live()
        .filter(assignment=assignment)
        .select_related("label")
        .prefetch_related("ratings__scale", "ratings__point")
        .order_by("start", "-end", "pk")
    )
    ratings = Rating.objects.filter(assignment=assignment, annotation__isnull=True).select_related("scale", "point")
    context = {
        "section": "home",
        "assignment": assignment,
        "study": assignment.study,
        "codebook": assignment.codebook,
        "revision": assignment.revision,
        "document": assignment.revision.document,
        "labels": assignment.codebook.labels.all(),
        "passages": list(passages),
        "ratings": ratings,
    }
    return render(request, "annotator/marked_text.html", context)

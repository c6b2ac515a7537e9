"""The workbench: where a reviewer reads a text and marks passages. Its work is done by the modules in static."""

import hashlib
import hmac
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from annotator.models import Assignment, Training, User


def own_assignment(user: User, assignment_id: UUID) -> Assignment:
    """Return the user's own assignment with its study, codebook, document and source, or raise Http404."""
    found = (
        Assignment.objects.filter(reviewer=user, pk=assignment_id)
        .exclude(state=Assignment.State.DECLINED)
        .select_related("study", "codebook", "reviewer", "revision__document__source")
        .first()
    )
    if found is None:
        raise Http404
    return found


def opaque_name(user: User) -> str:
    """Return what names the user in this browser's store: the same at each visit, and telling no number."""
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, f"browser store of user {user.pk}".encode(), hashlib.sha256).hexdigest()[:32]


def training_first(request: HttpRequest, assignment: Assignment) -> HttpResponse | None:
    """Return the page that says so where a training keeps the assignment shut for now."""
    training = Training.objects.locking(assignment).first()
    if training is None:
        return None
    lesson = Assignment.objects.training().open().filter(study=assignment.study, reviewer=request.user).first()
    context = {"section": "home", "study": assignment.study, "document": assignment.revision.document, "lesson": lesson}
    return render(request, "annotator/training_first.html", context, status=409)


def _afterwards(assignment: Assignment) -> str:
    """Return where a reviewer sees others' work on the text; of a training document, its gold."""
    if assignment.is_training:
        return reverse("beside-gold", args=[assignment.pk])
    return reverse("document", args=[assignment.study.slug, assignment.revision.document.slug])


@require_safe
@login_required
@ensure_csrf_cookie
def workbench(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    """Show one's own assignment; a submitted one is read-only, which the modules see from its state."""
    assignment = own_assignment(request.user, assignment_id)
    if (shut := training_first(request, assignment)) is not None:
        return shut
    study, codebook, document = assignment.study, assignment.codebook, assignment.revision.document
    config = {
        "assignment": str(assignment.pk),
        "user": opaque_name(request.user),
        "api": "/api/v1/",
        "login": reverse("login"),
        "home": reverse("home"),
        "agreement": _afterwards(assignment),
        "guidelines": reverse("codebook", args=[codebook.slug, codebook.version]),
        "text": reverse("marked-text", args=[assignment.pk]),
    }
    context = {
        "assignment": assignment,
        "document": document,
        "study": study,
        "codebook": codebook,
        "labels": codebook.labels.all(),
        "scales": codebook.scales.prefetch_related("points", "labels"),
        "config": config,
    }
    return render(request, "annotator/workbench.html", context)

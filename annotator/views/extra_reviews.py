"""Documents whose agreement asks for one reviewer more, for those who run a study and may see it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotator.extra_reviews import give_extra_reviews
from annotator.queries import hidden_revisions, low_texts, may_see_agreement
from annotator.templatetags.figures import counted
from annotator.views.members import run_study


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def extra_reviews(request: HttpRequest, slug: str) -> HttpResponse:
    """Show which documents the rule is about now; give each to one reviewer more."""
    study = run_study(request.user, slug)
    visible = may_see_agreement(study, request.user)
    shown = study.revisions.exclude(pk__in=hidden_revisions(study, request.user).values("pk"))
    if request.method == "POST" and visible:
        made = give_extra_reviews(study, shown)
        messages.success(request, f"{counted(len(made), 'document')} given to one reviewer more.")
        return redirect("extra-reviews", slug)
    context = {
        "section": "studies",
        "study": study,
        "visible": visible,
        "low": low_texts(study, shown) if visible else [],
    }
    return render(request, "annotator/extra_reviews.html", context, status=403 if request.method == "POST" else 200)

"""Files of the numbers behind the figures on agreement, over the work and by the choices that their page shows."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from annotator.formats.cells import MEDIA_TYPE, heading, line
from annotator.queries.exports import one_moment
from annotator.views.reviewers import asked_of, scope_of
from annotator.views.tables import TABLES


@require_safe
@login_required
def figure(request: HttpRequest, slug: str, key: str, document_slug: str | None = None) -> HttpResponse:
    """Answer with a figure's numbers as CSV, all of one moment; 403, in the same words, before agreement is shown."""
    with one_moment():
        return _file(request, slug, key, document_slug)


def _file(request: HttpRequest, slug: str, key: str, document_slug: str | None) -> HttpResponse:
    scope = scope_of(request, slug, document_slug)
    table = TABLES.get(key)
    if table is None or not (table.of_document if scope.revision else table.of_study):
        raise Http404
    if not scope.visible:
        raise PermissionDenied
    asked = asked_of(request, scope)
    lines = [heading(table.columns), *(line(row) for row in table.rows(asked))]
    name = "-".join([*scope.arguments, key])
    return HttpResponse(
        "".join(lines),
        content_type=MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )

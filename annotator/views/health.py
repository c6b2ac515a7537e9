"""What a process manager asks: is the process alive, and can it serve. Open to all, and telling nothing else."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that the process is alive; asks nothing of the database."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer whether the database is reached and every migration applied; else 503."""
    try:
        executor = MigrationExecutor(connection)
        ready = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        ready = False
    return HttpResponse(
        "ready\n" if ready else "not ready\n",
        status=200 if ready else 503,
        content_type="text/plain; charset=utf-8",
    )

"""The app of studies and reviewers; keeps its database triggers in place after every migration."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from annotator.triggers import install_triggers


class AnnotatorConfig(AppConfig):
    """Codebooks, studies, annotations, history."""

    name = "annotator"
    verbose_name = "Studies"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen for the end of every migrate."""
        post_migrate.connect(keep_triggers, sender=self)


def keep_triggers(using: str, **kwargs: Any) -> None:
    """Install the triggers again: SQLite drops a table's triggers in silence when a migration remakes the table."""
    install_triggers(connections[using])

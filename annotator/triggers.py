"""Triggers of the annotator: history is append-only, work is never deleted, a published codebook is frozen."""

from django.db.backends.base.base import BaseDatabaseWrapper

from sources.triggers import Trigger, changed, install, missing

_KEPT = ("annotation", "decision", "event", "ledger", "user", "invitation", "passwordlink", "classcode")
_KEPT += ("trainingtext", "qualification", "recoding", "comment", "commentversion")
_FROZEN_PARTS = {
    "label": 'SELECT 1 FROM "annotator_codebook" c WHERE c.id = {row}.codebook_id AND c.published_at IS NOT NULL',
    "scale": 'SELECT 1 FROM "annotator_codebook" c WHERE c.id = {row}.codebook_id AND c.published_at IS NOT NULL',
    "scalepoint": (
        'SELECT 1 FROM "annotator_scale" s JOIN "annotator_codebook" c ON c.id = s.codebook_id'
        " WHERE s.id = {row}.scale_id AND c.published_at IS NOT NULL"
    ),
    "label_replaces": (
        'SELECT 1 FROM "annotator_label" l JOIN "annotator_codebook" c ON c.id = l.codebook_id'
        " WHERE l.id = {row}.from_label_id AND c.published_at IS NOT NULL"
    ),
    "scale_labels": (
        'SELECT 1 FROM "annotator_scale" s JOIN "annotator_codebook" c ON c.id = s.codebook_id'
        " WHERE s.id = {row}.scale_id AND c.published_at IS NOT NULL"
    ),
}


def _in_frozen_codebook(query: str, operation: str) -> str:
    rows = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}[operation]
    return " OR ".join(f"EXISTS ({query.replace('{row}', row)})" for row in rows)


TRIGGERS = (
    Trigger(
        "annotator_event_refuses_update",
        "annotator_event",
        "UPDATE",
        "history cannot be rewritten",
        # An erasure may blank a payload; its digest stays, and with it the chain.
        changed(
            *("id", "ledger_id", "seq", "at", "actor_id", "verb", "kind", "object_id", "assignment_id"),
            *("before_digest", "after_digest", "hash"),
        )
        + ' OR (OLD."before" {differs} NEW."before" AND NEW."before" IS NOT NULL)'
        + ' OR (OLD."after" {differs} NEW."after" AND NEW."after" IS NOT NULL)',
    ),
    *(
        Trigger(
            f"annotator_{table}_refuses_update",
            f"annotator_{table}",
            "UPDATE",
            "a link that was used or revoked stays so",
            "(OLD.used_at IS NOT NULL OR OLD.revoked_at IS NOT NULL) AND ("
            + changed("digest", "used_at", "revoked_at")
            + ")",
        )
        for table in ("invitation", "passwordlink")
    ),
    *(
        Trigger(
            f"annotator_{table}_refuses_{verb.lower()}", f"annotator_{table}", verb, f"{table} rows are never deleted"
        )
        for table in _KEPT
        for verb in ("DELETE", "TRUNCATE")
    ),
    Trigger(
        "annotator_qualification_refuses_update",
        "annotator_qualification",
        "UPDATE",
        "who was let on stays so",
        changed("id", "study_id", "reviewer_id", "how", "reason", "by_id", "at"),
    ),
    Trigger(
        "annotator_trainingtext_refuses_update",
        "annotator_trainingtext",
        "UPDATE",
        "a text that taught stays in its study",
        changed("id", "study_id", "revision_id", "added_at"),
    ),
    Trigger(
        "annotator_codebook_refuses_update",
        "annotator_codebook",
        "UPDATE",
        "a published codebook is frozen",
        'OLD."published_at" IS NOT NULL AND ('
        + changed("id", "slug", "version", "title", "guidelines", "published_at")
        + ")",
    ),
    Trigger(
        "annotator_codebook_refuses_delete",
        "annotator_codebook",
        "DELETE",
        "a published codebook is frozen",
        'OLD."published_at" IS NOT NULL',
    ),
    *(
        Trigger(
            f"annotator_{table}_refuses_{verb.lower()}",
            f"annotator_{table}",
            verb,
            "a published codebook is frozen",
            _in_frozen_codebook(query, verb),
        )
        for table, query in _FROZEN_PARTS.items()
        for verb in ("INSERT", "UPDATE", "DELETE")
    ),
)


def install_triggers(connection: BaseDatabaseWrapper) -> None:
    """Install the triggers of this app."""
    install(connection, TRIGGERS)


def missing_triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of this app's triggers that the database lacks; empty when every promise is guarded."""
    return missing(connection, TRIGGERS)

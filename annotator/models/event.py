"""The history: append-only events in hash-chained ledgers, one for each study and one for the site."""

import hashlib
import json
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from annotator.models.assignment import Assignment
from annotator.models.study import Membership, Study
from annotator.models.user import User


def canonical(payload: Any) -> bytes:
    """Return the one spelling of a payload that its digest is taken of."""
    return json.dumps(payload, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()


def digest_of(payload: Any) -> str:
    """Return the SHA-256 of a payload, or an empty string where there is none."""
    return hashlib.sha256(canonical(payload)).hexdigest() if payload is not None else ""


class Ledger(models.Model):
    """Numbers and chains events. Its row is locked last in every action, so `seq` follows the order of commits."""

    study = models.OneToOneField(Study, on_delete=models.PROTECT, null=True, blank=True, related_name="ledger")
    seq = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(models.Value(1), condition=Q(study__isnull=True), name="ledger_of_the_site_is_one"),
        ]

    def __str__(self) -> str:
        return str(self.study) if self.study_id else "the site"


class EventQuerySet(models.QuerySet["Event"]):
    """Words about history."""

    def visible_to(self, user: User) -> "EventQuerySet":
        """One's own acts; what was done to work one may see; a study's own events for its leads and site staff.

        Which texts have a gold is told to those who run the study only, as everywhere: to others a check would no
        longer be one.
        """
        of_visible_work = Q(assignment__in=Assignment.objects.work_visible_to(user).values("pk"))
        lead = Membership.objects.active().filter(study=OuterRef("ledger__study"), user=user, role=Membership.Role.LEAD)
        if user.runs_studies and user.sees_all_work:
            of_studies = Q(assignment__isnull=True)
        elif user.sees_all_work:
            of_studies = Q(assignment__isnull=True) & (~Q(kind="trainingtext") | Q(Exists(lead)))
        else:
            of_studies = Q(Exists(lead), assignment__isnull=True)
        # Of a discussion nobody learns by its history who may not read it: see models/comment.py.
        coding = Assignment.objects.reviews().open().filter(reviewer=user, round=1)
        of_visible_work &= ~Q(kind="comment", assignment__revision__in=coding.values("revision"))
        of_studies &= ~Q(kind="comment")
        mine = Assignment.objects.blind_reviews(user).without_training().filter(revealed_at__isnull=True)
        blind = mine.exclude(state=Assignment.State.DECLINED).values("study")
        shown = self.filter(Q(actor=user) | of_visible_work | of_studies)
        return shown.exclude(verb="extra review", ledger__study__in=blind)


class Event(models.Model):
    """One act: who, when, what, with the states before and after. Rows are never changed or removed.

    The chain covers the payloads by digest, so a logged erasure may blank a payload and the chain still checks.
    """

    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="events")
    verb = models.CharField(max_length=30)
    kind = models.CharField(max_length=30)
    object_id = models.CharField(max_length=80)
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, null=True, blank=True, related_name="events")
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    before_digest = models.CharField(max_length=64, blank=True)
    after_digest = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["ledger", "-seq"]
        constraints = [models.UniqueConstraint(fields=["ledger", "seq"], name="event_ledger_seq_is_unique")]
        indexes = [
            models.Index(fields=["kind", "object_id"], name="event_kind_object"),  # history of one thing
            models.Index(fields=["ledger", "at", "hash"], name="event_ledger_at"),  # history of a study, newest first
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.kind}"

    def chained(self, head: str) -> str:
        """Return the hash of this row upon the ledger's previous head."""
        row = [
            head,
            self.seq,
            self.at.isoformat(),
            self.actor_id,
            self.verb,
            self.kind,
            self.object_id,
            str(self.assignment_id or ""),
            self.before_digest,
            self.after_digest,
        ]
        return hashlib.sha256(canonical(row)).hexdigest()

"""Open assignments of a study that nobody goes on with, and those that were taken back."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from annotator.models import Assignment, Event, Membership, Study, User
from annotator.queries.agreement import reviews_under_way

IDLE_DAYS: Final = (7, 14, 30, 60, 90)
"""After how many days without an act work may be asked for: days, not hours, since nobody's pace is told by it."""


@dataclass(frozen=True, slots=True)
class OpenWork:
    """Open assignments that were given and not touched for so many days, or are overdue, and those taken back.

    `by_date_only`: the viewer reviews in the study, so that whether others are at work is hidden from them: theirs are
    all assignments given so long ago.
    """

    waiting: tuple[Assignment, ...]
    taken_back: tuple[Assignment, ...]
    by_date_only: bool


def _listed(rows: QuerySet[Assignment], names: dict[int, Membership]) -> tuple[Assignment, ...]:
    rows = rows.select_related("study", "reviewer", "revision__document").defer("revision__text")
    found = sorted(
        rows, key=lambda each: (names[each.reviewer_id].pseudonym, each.revision.document.title.casefold(), each.round)
    )
    for each in found:
        each.pseudonym = names[each.reviewer_id].pseudonym
    return tuple(found)


def open_work(study: Study, viewer: User, days: int) -> OpenWork:
    """Return the work of a study that is open and idle, for those who run it; nothing for others. Without training.

    Told is only whether anything was done in so many days, never when, what or how much.
    """
    if not study.is_run_by(viewer):
        return OpenWork((), (), by_date_only=True)
    since = timezone.now() - timedelta(days=days)
    rows = Assignment.objects.filter(study=study).without_training()
    late = Q(due_on__lt=timezone.localdate())
    if study.due_on is not None and study.due_on < timezone.localdate():
        late |= Q(due_on=None)
    blind = reviews_under_way(study, viewer)
    idle = Q(created_at__lt=since)
    if not blind:
        acts = Event.objects.filter(assignment=OuterRef("pk"), at__gte=since)
        touched = acts.filter(Q(actor=OuterRef("reviewer")) | Q(verb__in=["given back", "reopened"]))
        idle &= ~Q(Exists(touched))
    names = {member.user_id: member for member in Membership.objects.filter(study=study)}
    return OpenWork(
        waiting=_listed(rows.open().filter(idle | late), names),
        taken_back=_listed(rows.filter(state=Assignment.State.DECLINED, reclaimed_at__isnull=False), names),
        by_date_only=blind,
    )


def taken_back_from(user: User) -> list[Assignment]:
    """Return what was taken back from a user in studies that go on: it is kept, and can be given back."""
    here = Membership.objects.active().filter(study=OuterRef("study"), user=user)
    rows = Assignment.objects.filter(reviewer=user, state=Assignment.State.DECLINED, reclaimed_at__isnull=False)
    rows = rows.filter(Exists(here), study__closed_at__isnull=True).select_related("study", "revision__document")
    return list(rows.defer("revision__text").order_by("-reclaimed_at", "revision__document__title"))

"""Who belongs to a study, for those who run it: names, roles, and how much of each one's work is handed in."""

from dataclasses import dataclass

from django.db.models import Count, Q

from annotator.models import Assignment, Membership, Study, User


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member with the number of assignments handed in, open, and returned when they left."""

    member: Membership
    submitted: int
    open: int
    returned: int


def member_rows(study: Study, viewer: User) -> list[MemberRow]:
    """Return all members of a study that the viewer runs, those who left too, in the order of pseudonyms.

    Nobody's for whoever does not run it. States of assignments only, never how much was marked.
    """
    if not study.is_run_by(viewer):
        return []
    members = Membership.objects.filter(study=study).select_related("user", "study").order_by("pseudonym")
    counts = {
        row["reviewer"]: row
        for row in Assignment.objects.filter(study=study)
        .without_training()
        .values("reviewer")
        .annotate(
            submitted=Count("pk", filter=Q(state=Assignment.State.SUBMITTED)),
            open=Count("pk", filter=Q(state=Assignment.State.OPEN)),
            returned=Count("pk", filter=Q(state=Assignment.State.DECLINED, returned_at__isnull=False)),
        )
    }
    none = {"submitted": 0, "open": 0, "returned": 0}
    return [MemberRow(member, **{key: counts.get(member.user_id, none)[key] for key in none}) for member in members]

"""How far a study is: submitted or not, for each text and reviewer. Never how many passages, nor when."""

from dataclasses import dataclass
from typing import Final

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q

from annotator.models import Assignment, Membership, Study, User
from sources.models import Revision

TEXTS_ON_A_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class ProgressCell:
    """One text and one member: the states of the rounds, in order; empty = not assigned."""

    pseudonym: str
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProgressGrid:
    """Texts × members, as far as the viewer may know them.

    `rows` are of one page of the texts; `n_assigned` and `n_submitted` count first rounds of all of them that were not
    declined.
    """

    members: tuple[Membership, ...]
    rows: tuple[tuple[Revision, tuple[ProgressCell, ...]], ...]
    page: Page
    n_assigned: int
    n_submitted: int


def study_progress(study: Study, viewer: User, page: str = "") -> ProgressGrid:
    """Return the states of assignments: all of them to those who run or oversee the study, else one's own only.

    `page` is the number of a page of texts, the first where it is none.
    """
    work = Assignment.objects.filter(study=study).without_training()
    members = tuple(Membership.objects.filter(study=study, user__in=work.values("reviewer")).visible_to(viewer))
    assignments = work.filter(reviewer__in=[member.user_id for member in members])
    texts = study.revisions.select_related("document").defer("text").order_by("document__title", "number")
    if not (study.is_run_by(viewer) or viewer.sees_all_work or study.role_of(viewer) == Membership.Role.ADJUDICATOR):
        texts = texts.filter(assignments__in=assignments).distinct()
    shown = Paginator(texts, TEXTS_ON_A_PAGE).get_page(page)
    states: dict[tuple[int, int], list[str]] = {}
    here = assignments.filter(revision__in=[revision.pk for revision in shown])
    for revision_id, reviewer_id, state in here.order_by("round").values_list("revision_id", "reviewer_id", "state"):
        states.setdefault((revision_id, reviewer_id), []).append(state)
    first = assignments.filter(round=1).exclude(state=Assignment.State.DECLINED)
    submitted = Count("pk", filter=Q(state=Assignment.State.SUBMITTED))
    return ProgressGrid(
        members,
        tuple(
            (
                revision,
                tuple(
                    ProgressCell(member.pseudonym, tuple(states.get((revision.pk, member.user_id), ())))
                    for member in members
                ),
            )
            for revision in shown
        ),
        page=shown,
        **first.aggregate(n_assigned=Count("pk"), n_submitted=submitted),
    )

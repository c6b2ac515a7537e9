"""How far a study is: submitted or not, for each text and reviewer. Never how many passages, nor when."""

from dataclasses import dataclass

from annotator.models import Assignment, Membership, Study, User
from sources.models import Revision


@dataclass(frozen=True, slots=True)
class ProgressCell:
    """One text and one member: the states of the rounds, in order; empty = not assigned."""

    pseudonym: str
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProgressGrid:
    """Texts × members, as far as the viewer may know them."""

    members: tuple[Membership, ...]
    rows: tuple[tuple[Revision, tuple[ProgressCell, ...]], ...]


def study_progress(study: Study, viewer: User) -> ProgressGrid:
    """Return the states of assignments: all of them to those who run or oversee the study, else one's own only."""
    members = tuple(
        Membership.objects.filter(study=study).visible_to(viewer).filter(user__assignments__study=study).distinct()
    )
    assignments = Assignment.objects.filter(study=study, reviewer__in=[member.user_id for member in members])
    states: dict[tuple[int, int], list[str]] = {}
    for revision_id, reviewer_id, state in assignments.order_by("round").values_list(
        "revision_id", "reviewer_id", "state"
    ):
        states.setdefault((revision_id, reviewer_id), []).append(state)
    texts = study.revisions.select_related("document").defer("text").order_by("document__title", "number")
    if not (study.is_run_by(viewer) or viewer.sees_all_work or study.role_of(viewer) == Membership.Role.ADJUDICATOR):
        texts = texts.filter(assignments__in=assignments).distinct()
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
            for revision in texts
        ),
    )

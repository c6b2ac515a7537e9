"""Whether agreement is shown to a viewer, of which texts, and the work that enters it."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from annotator.models import Assignment, Membership, Study, User
from annotator.queries.coded_documents import coded_documents
from annotator.records import CodedDocument
from sources.models import Revision


def oversees(study: Study, viewer: User) -> bool:
    """Whether the study's work is entrusted to the viewer: site staff, its leads and adjudicators."""
    return viewer.sees_all_work or study.role_of(viewer) in (Membership.Role.LEAD, Membership.Role.ADJUDICATOR)


def reviews_under_way(study: Study, viewer: User) -> bool:
    """Whether the viewer has a blind review under way in the study, which hides all of it even from who oversees it."""
    return Assignment.objects.blind_reviews(viewer).under_way().filter(study=study).exists()


def awaits_own_reviews(study: Study, viewer: User) -> bool:
    """Whether nothing of a study that the viewer oversees is shown to them until their own reviews are in."""
    return oversees(study, viewer) and reviews_under_way(study, viewer)


def _unrevealed(study: Study, viewer: User) -> QuerySet[Assignment]:
    mine = Assignment.objects.blind_reviews(viewer).filter(study=study, revealed_at__isnull=True)
    return mine.without_training().exclude(state=Assignment.State.DECLINED)


def hidden_revisions(study: Study, viewer: User) -> QuerySet[Revision]:
    """Return the texts of the study on which others' work is not shown to the viewer yet, whatever others did."""
    mine = Assignment.objects.blind_reviews(viewer)
    hidden = Q(pk__in=mine.under_way().values("revision"))
    if oversees(study, viewer) and not reviews_under_way(study, viewer):
        hidden |= Q(pk__in=_unrevealed(study, viewer).values("revision"))
    elif study.is_blind and study.role_of(viewer) != Membership.Role.READER:
        hidden |= ~Q(pk__in=mine.filter(study=study, revealed_at__isnull=False).values("revision"))
    return study.revisions.filter(hidden)


def may_see_agreement(study: Study, viewer: User, revision: Revision | None = None) -> bool:
    """Whether the viewer is shown figures of this text (of any text of the study, without one).

    Depends on nothing that others do: only on the viewer's rights, submissions and reveals, and the study's closing.
    """
    mine = Assignment.objects.blind_reviews(viewer)
    if revision is not None and mine.under_way().filter(revision=revision).exists():
        return False
    if oversees(study, viewer) and not reviews_under_way(study, viewer):
        blind = revision is not None and _unrevealed(study, viewer).filter(revision=revision).exists()
        if not blind:
            return True
    role = study.role_of(viewer)
    if role == Membership.Role.READER:
        return study.is_closed
    if role is None or not study.is_blind:
        return role is not None
    if study.blinding == Study.Blinding.UNTIL_CLOSED and not study.is_closed:
        return False
    revealed = Assignment.objects.submitted().filter(study=study, reviewer=viewer, revealed_at__isnull=False)
    if revision is not None:
        revealed = revealed.filter(revision=revision)
    return revealed.exists()


def measured_documents(
    study: Study, viewer: User, revisions: Iterable[Revision] | None = None
) -> tuple[CodedDocument, ...]:
    """Return the texts of which the viewer may see figures, with the submitted work that enters them."""
    return tuple(
        document
        for document in coded_documents(study, viewer, revisions=revisions, purpose="agreement")
        if document.codings
    )

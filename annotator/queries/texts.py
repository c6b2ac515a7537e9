"""Which texts a person may read, and of which a person may ask for figures."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from annotator.models import Assignment, Membership, Study, User
from annotator.models.training import waiting_for_training
from sources.models import Revision


def readable_revisions(user: User) -> QuerySet[Revision]:
    """Return the texts a user may read.

    All of them to curators; those of their studies to leads, adjudicators and the members of open studies; to a
    reviewer those assigned, once no training of the study comes first.
    """
    if user.keeps_sources:
        return Revision.objects.all()
    own = Assignment.objects.filter(revision=OuterRef("pk"), reviewer=user).exclude(state=Assignment.State.DECLINED)
    own = own.exclude(waiting_for_training(user))
    studies = Study.objects.filter(revisions=OuterRef("pk"))
    if not (user.runs_studies or user.sees_all_work):
        places = Membership.objects.active().filter(study=OuterRef("pk"), user=user)
        trusted = places.filter(role__in=[Membership.Role.LEAD, Membership.Role.ADJUDICATOR])
        working = places.exclude(role=Membership.Role.READER)
        studies = studies.filter(Exists(trusted) | Q(Exists(working), blinding=Study.Blinding.OPEN))
    return Revision.objects.filter(Exists(own) | Exists(studies))


def measurable_revisions(study: Study, user: User) -> QuerySet[Revision]:
    """Return the study's texts whose figures a user may ask for: those readable, and for a reader all."""
    if study.role_of(user) == Membership.Role.READER:
        return study.revisions.all()
    return readable_revisions(user).filter(studies=study)


def choosable_revisions(user: User) -> QuerySet[Revision]:
    """Return the texts a user may take into a study: of those readable the newest of each document not withdrawn.

    The whole library to site staff who keep sources; to a lead the texts of their studies, and those assigned to them.
    """
    return readable_revisions(user).filter(pk__in=Revision.objects.current().available().values("pk"))

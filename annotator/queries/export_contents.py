"""All that the bytes of a viewer's export depend on, in far fewer rows than the export is made of.

Work that is submitted changes only by being handed back, and then has another time of submission: of its passages and
ratings nothing need be read. Of work that is not (in an export that is the viewer's own) the last act done to it tells.
"""

from typing import Any, Final

from django.db.models import F, Min, OuterRef, Q, Subquery, TextField
from django.db.models.functions import Cast

from annotator.models import Assignment, Event, Recoding, Study, User
from annotator.models.assignment import AssignmentQuerySet
from annotator.queries.coded_comments import comments_of
from annotator.queries.coded_documents import Handed, handed_to, study_info
from annotator.records import CodebookInfo
from sources.models import SegmentationKind

OF_DOCUMENTS: Final = (
    *("slug", "title", "source__name", "byline", "published_on", "retrieved_at", "url", "language", "licence"),
    *("disclosure", "withdrawn_at"),
)


def export_contents(study: Study, viewer: User, codebooks: tuple[CodebookInfo, ...]) -> tuple[Any, ...]:
    """Return all that decides what the viewer's export says, `codebooks` being those it names; in plain values.

    To be called within one moment. Others' work that the viewer may not see has no part in it, nor what was done
    to it: where nothing is different here, the export has the same bytes.
    """
    handed = handed_to(viewer, study, study.revisions.all())
    seen = handed.work(Q())
    texts = _texts(handed)
    work = _rows(seen)
    gold = seen.gold().exists()
    counted = handed.counted(Q()) if gold else seen.none()  # whose votes a contested decision is told of
    return (
        _origin(study),
        (viewer.pk, viewer.sees_all_work, viewer.runs_studies, study.role_of(viewer)),
        (study_info(study), study.is_blind, codebooks),
        texts,
        list(
            study.places.filter(revision__in=handed.texts.values("pk"))
            .values_list("revision", "place")
            .order_by("revision")
        ),
        work,
        _unfinished(seen),
        _reveals(study, seen),
        _names(study, seen),
        _rows(counted),
        [_answers(some) for some in (seen, counted)],
        dict(comments_of(study, handed.said, [pk for pk, *_ in texts])),
    )


def _origin(study: Study) -> list[str]:
    """Return what tells this database from another with the same study, and what was imported into it.

    An import is the one act that links passages which are there already to those they were derived from.
    """
    first = Event.objects.filter(ledger__study=study, seq=1)
    imported = Event.objects.filter(kind="study", object_id=str(study.pk), verb="imported")
    return list((first | imported).order_by("ledger", "seq").values_list("hash", flat=True))


def _texts(handed: Handed) -> list[tuple[Any, ...]]:
    """Return the texts, which never change, by their hashes, with all that is told of their documents."""
    columns = ("pk", "number", "sha256", *(f"document__{name}" for name in OF_DOCUMENTS))
    units = ("segmentations__method", "segmentations__method_version")
    rows = handed.texts.filter(segmentations__kind=SegmentationKind.SENTENCE)
    return list(rows.order_by("document__title", "document__slug", "number").values_list(*columns, *units))


def _rows(work: AssignmentQuerySet) -> list[tuple[Any, ...]]:
    """Return every column of assignments, as the database writes it: reading times and ids takes longest."""
    columns = {f"{field.name}_text": Cast(field.attname, TextField()) for field in Assignment._meta.concrete_fields}
    rows = work.order_by("pk").annotate(**columns, kind=F("reviewer__kind"))
    return list(rows.values_list(*columns, "kind"))


def _unfinished(work: AssignmentQuerySet) -> list[tuple[Any, ...]]:
    """Return the last act done to each piece of work that is not submitted: its hash is upon all acts before it."""
    last = Event.objects.filter(assignment=OuterRef("pk")).order_by("-seq").values("hash")[:1]
    rows = work.exclude(state=Assignment.State.SUBMITTED).annotate(last=Subquery(last))
    return list(rows.order_by("pk").values_list("pk", "last"))


def _reveals(study: Study, work: AssignmentQuerySet) -> list[tuple[Any, ...]]:
    """Return when those whose work is seen first saw others' in the study: their later work is not independent."""
    rows = Assignment.objects.filter(study=study, revealed_at__isnull=False, reviewer__in=work.values("reviewer"))
    return list(rows.values_list("reviewer").annotate(Min("revealed_at")).order_by("reviewer"))


def _names(study: Study, work: AssignmentQuerySet) -> list[tuple[Any, ...]]:
    rows = study.memberships.filter(user__in=work.values("reviewer"))
    return list(rows.order_by("user").values_list("user", "pseudonym"))


def _answers(work: AssignmentQuerySet) -> list[tuple[Any, ...]]:
    """Return what was said of passages with a split label: after submission too."""
    rows = Recoding.objects.live().filter(assignment__in=work.values("pk")).order_by("pk")
    return list(rows.values_list("pk", "annotation", "codebook", "label", "informed", "version", "updated_at"))

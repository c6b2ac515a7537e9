"""From rows to records: the one place where the tables become what `agreement` and `formats` read."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, Literal, NamedTuple
from uuid import UUID

from django.db.models import F, Min, Q, TextField
from django.db.models.functions import Cast

from annotator.models import (
    Annotation,
    Assignment,
    Codebook,
    Comment,
    Decision,
    Membership,
    Rating,
    Recoding,
    Study,
    User,
)
from annotator.models.assignment import AssignmentQuerySet
from annotator.models.descriptions import codebook_info, codebooks_behind
from annotator.models.training import waiting_for_training
from annotator.queries.coded_comments import comments_of
from annotator.queries.votes_read import VoteLabels
from annotator.reading import read_with
from annotator.records import (
    CodebookInfo,
    CodedDecision,
    CodedDocument,
    CodedPassage,
    CodedRating,
    CodedRecoding,
    Coding,
    StudyInfo,
)
from sources.models import Revision, SegmentationKind

Purpose = Literal["agreement", "work"]
Chosen = Callable[[Q], AssignmentQuerySet]
"""The work that was chosen for somebody, as far as a condition is true of it: asked of few texts, few are looked at."""

EVERYTHING, LIVE = Q(), Q(deleted_at__isnull=True)
AT_ONCE = 50  # texts with their work held in memory


def study_info(study: Study) -> StudyInfo:
    """Return the record of a study."""
    return StudyInfo(
        slug=study.slug,
        title=study.title,
        codebook=(study.codebook.slug, study.codebook.version),
        blinding=study.blinding,
        demo=study.demo,
        reviewers_per_document=study.reviewers_per_document,
        created_at=study.created_at,
        closed_at=study.closed_at,
        purpose=study.purpose,
        order=study.order,
        due_on=study.due_on,
    )


def coding_of(assignment: Assignment, pseudonym: str) -> Coding:
    """Return the record of an assignment, `with_independence`, without what was marked and rated."""
    return Coding(
        id=assignment.pk,
        reviewer=pseudonym,
        codebook=(assignment.codebook.slug, assignment.codebook.version),
        kind=assignment.reviewer.kind,
        role=assignment.role,
        round=assignment.round,
        state=assignment.state,
        independent=assignment.is_independent,
        reason=assignment.reason,
        created_at=assignment.created_at,
        begun_at=assignment.begun_at,
        submitted_at=assignment.submitted_at,
        revealed_at=assignment.revealed_at,
        informed_at=assignment.informed_at,
        reclaimed_at=assignment.reclaimed_at,
        place=assignment.place,
        due_on=assignment.due_on,
    )


def first_reveals(study: Study) -> dict[int, datetime]:
    """Return when reviewers first saw others' work in the study, by user id."""
    revealed = Assignment.objects.filter(study=study, revealed_at__isnull=False)
    return dict(revealed.values_list("reviewer").annotate(Min("revealed_at")).order_by())


def _ratings_of(assignments: list[UUID]) -> tuple[Mapping[str, list[CodedRating]], Mapping[UUID, list[CodedRating]]]:
    """Return ratings by annotation id, as the database writes it, and document ratings by assignment id."""
    evidence: dict[int, list[UUID]] = defaultdict(list)
    links = Rating.evidence.through.objects.filter(rating__assignment__in=assignments)
    for rating_id, annotation_id in links.values_list("rating_id", "annotation_id").order_by("annotation_id"):
        evidence[rating_id].append(annotation_id)
    of_passages: dict[str, list[CodedRating]] = defaultdict(list)
    of_documents: dict[str, list[CodedRating]] = defaultdict(list)
    columns = ("pk", "assignment_text", "annotation_text", "scale__code", "point__value", "point__missing", "version")
    rows = Rating.objects.filter(assignment__in=assignments).order_by("scale__position", "scale__code")
    rows = rows.annotate(  # reading two ids of every rating takes longer than all else
        assignment_text=Cast("assignment_id", TextField()), annotation_text=Cast("annotation_id", TextField())
    )
    for pk, assignment_id, annotation_id, scale, value, missing, version in rows.values_list(*columns):
        rating = CodedRating(scale, value, missing, tuple(evidence.get(pk, ())), version)
        if annotation_id is None:
            of_documents[assignment_id].append(rating)
        else:
            of_passages[annotation_id].append(rating)
    return of_passages, {UUID(pk): ratings for pk, ratings in of_documents.items()}


def _recodings_of(assignments: list[UUID]) -> tuple[Mapping[UUID, list[CodedRecoding]], Mapping[UUID, set[int]]]:
    """Return answers about split labels by annotation id, and the codebooks they name by assignment id."""
    found: dict[UUID, list[CodedRecoding]] = defaultdict(list)
    codebooks: dict[UUID, set[int]] = defaultdict(set)
    rows = Recoding.objects.live().filter(assignment__in=assignments).order_by("codebook__slug", "codebook__version")
    columns = ("annotation_id", "assignment_id", "codebook_id", "codebook__slug", "codebook__version", "label__code")
    rest = ("informed", "version", "created_at", "updated_at")
    for annotation_id, owner, codebook_id, slug, version, label, *more in rows.values_list(*columns, *rest):
        found[annotation_id].append(CodedRecoding((slug, version), label or "", *more))
        codebooks[owner].add(codebook_id)
    return found, codebooks


def _passages_of(
    assignments: list[UUID],
    ratings: Mapping[str, list[CodedRating]],
    recoded: Mapping[UUID, list[CodedRecoding]],
    kept: Q,
) -> Mapping[UUID, list[CodedPassage]]:
    rows = Annotation.objects.filter(kept, assignment__in=assignments)
    if kept not in (EVERYTHING, LIVE):  # any other may find a passage several times
        rows = Annotation.objects.filter(pk__in=rows.values("pk"))
    rows = rows.annotate(text=Cast("pk", TextField()), assignment_text=Cast("assignment_id", TextField()))
    columns = ("text", "assignment_text", "label__code", "start", "end", "note", "version")
    times = ("created_at", "updated_at", "deleted_at", "derived_from_id", "derivation")
    found: dict[str, list[CodedPassage]] = defaultdict(list)
    for text, assignment_id, label, start, end, note, version, *rest in rows.order_by(
        "start", "-end", "pk"
    ).values_list(*columns, *times):
        pk, given = UUID(text), tuple(ratings.get(text, ()))
        answers = tuple(recoded.get(pk, ())) if recoded else ()
        found[assignment_id].append(CodedPassage(pk, label, start, end, note, given, version, *rest, answers))
    return {UUID(pk): passages for pk, passages in found.items()}


def _decisions_of(gold: list[Assignment], counted: Chosen) -> Mapping[UUID, list[CodedDecision]]:
    """Return the decisions that stand, by gold assignment, in the order of the text; no query where there is none.

    A distribution is in the labels of the gold standard's codebook, over the submitted work among `counted`: what a
    vote in work that was handed back, or is hidden from the viewer now, says is not told.
    """
    found: dict[UUID, list[CodedDecision]] = defaultdict(list)
    if not gold:
        return found
    rows = Decision.objects.live().filter(assignment__in=[each.pk for each in gold])
    texts = counted(Q(revision__in={each.revision_id for each in gold}))
    reviews = texts.submitted().reviews().filter(reviewer__kind=User.Kind.HUMAN)
    known = list(reviews.order_by().values_list("pk", "revision_id", "reviewer_id"))
    told = {pk for pk, _, _ in known}
    readers = Counter(revision_id for revision_id, _ in {each[1:] for each in known})
    rows = rows.select_related("scale", "point", "assignment").prefetch_related(
        *("votes__label", "votes__ratings__scale", "votes__ratings__point"),
        *("votes__recodings__label", "votes__recodings__codebook"),
    )
    rated, read = _rated_documents(reviews, gold), VoteLabels()
    for row in rows.order_by("start", "end", F("scale__code").asc(nulls_first=True), "pk"):
        votes = sorted(row.votes.all(), key=lambda vote: vote.pk)
        distribution: tuple[tuple[str, int], ...] = ()
        points: tuple[tuple[int | None, int], ...] = ()
        if row.scale is not None and row.outcome == Decision.Outcome.CONTESTED:
            revision_id = row.assignment.revision_id
            if row.annotation_id is None:
                points = _points(rated[revision_id, row.scale.code], readers[revision_id])
            else:
                seen = [vote for vote in votes if vote.assignment_id in told]
                points = _points(_given(seen, row.scale.code), len({vote.assignment_id for vote in seen}))
        elif row.outcome == Decision.Outcome.CONTESTED:
            book = row.assignment.codebook_id
            heard = {(read.label(vote, book), vote.assignment_id) for vote in votes if vote.assignment_id in told}
            said = {(code, who) for code, who in heard if code}
            silent = readers[row.assignment.revision_id] - len({who for _, who in said})
            counts = Counter(code for code, _ in said)
            distribution = (*sorted(counts.items()), *([("", silent)] if silent > 0 else []))
        found[row.assignment_id].append(
            CodedDecision(
                id=row.pk,
                start=row.start,
                end=row.end,
                outcome=row.outcome,
                scale=row.scale.code if row.scale else "",
                annotation=row.annotation_id,
                votes=tuple(vote.pk for vote in votes),
                distribution=distribution,
                point=row.point.value if row.point else None,
                points=points,
                reason=row.reason,
                version=row.version,
                created_at=row.created_at,
                updated_at=row.updated_at,
            )
        )
    return found


def _rated_documents(reviews: Any, gold: list[Assignment]) -> Mapping[tuple[int, str], dict[Any, int]]:
    """Return who gave which point to each text on each scale, of the latest round; no query where no scale is asked."""
    found: dict[tuple[int, str], dict[Any, int]] = defaultdict(dict)
    wanted = Decision.objects.live().filter(assignment__in=[each.pk for each in gold], annotation=None)
    if not wanted.filter(scale__isnull=False, outcome=Decision.Outcome.CONTESTED).exists():
        return found
    rows = Rating.objects.filter(annotation=None, assignment__in=reviews.values("pk")).order_by("assignment__round")
    columns = ("assignment__revision_id", "scale__code", "assignment__reviewer_id", "point__value")
    for revision_id, scale, reviewer_id, value in rows.values_list(*columns):
        found[revision_id, scale][reviewer_id] = value
    return found


def _given(votes: list[Annotation], scale: str) -> dict[Any, int]:
    """Return the points given on a scale by vote."""
    return {vote.pk: each.point.value for vote in votes for each in vote.ratings.all() if each.scale.code == scale}


def _points(given: Mapping[Any, int], of: int) -> tuple[tuple[int | None, int], ...]:
    """Count reviewers by point, those who gave none last."""
    silent = of - len(given)
    return (*sorted(Counter(given.values()).items()), *([(None, silent)] if silent > 0 else []))


def _codings_of(
    study: Study, revisions: list[int], visible: Chosen, kept: Q, counted: Chosen
) -> tuple[Mapping[int, list[Coding]], Mapping[int, set[int]]]:
    """Return codings, and the codebooks they were made with or recoded for, by revision id."""
    assignments = list(
        _within(study, Q(pk__in=visible(Q(revision__in=revisions)).values("pk")))
        .select_related("codebook", "reviewer", "study")
        .order_by("pk")  # random ids: the order tells nothing
    )
    reveals = first_reveals(study)
    for assignment in assignments:  # as `with_independence` has it, which looks it up for each of them
        assignment.first_reveal = reveals.get(assignment.reviewer_id)
    ids = [assignment.pk for assignment in assignments]
    pseudonyms = dict(study.memberships.values_list("user_id", "pseudonym"))
    of_passages, of_documents = _ratings_of(ids)
    recoded, named = _recodings_of(ids)
    passages = _passages_of(ids, of_passages, recoded, kept)
    decisions = _decisions_of([each for each in assignments if each.role == Assignment.Role.ADJUDICATOR], counted)
    codings: dict[int, list[Coding]] = defaultdict(list)
    codebooks: dict[int, set[int]] = defaultdict(set)
    for assignment in assignments:
        codebooks[assignment.revision_id] |= {assignment.codebook_id} | named.get(assignment.pk, set())
        codings[assignment.revision_id].append(
            replace(
                coding_of(assignment, pseudonyms[assignment.reviewer_id]),
                passages=tuple(passages.get(assignment.pk, ())),
                ratings=tuple(of_documents.get(assignment.pk, ())),
                decisions=tuple(decisions.get(assignment.pk, ())),
            )
        )
    return codings, codebooks


class Handed(NamedTuple):
    """What of a study is handed on: texts, the work on them, which of its passages, and what was said about them.

    Distributions of contested decisions are over the work `counted`.
    """

    texts: Any
    work: Chosen
    kept: Q
    counted: Chosen
    said: Any


def coded_documents(
    study: Study, viewer: User, *, revisions: Iterable[Revision] | None = None, purpose: Purpose = "work"
) -> Iterator[CodedDocument]:
    """Yield each text of the study with the work the viewer may see; a fixed number of queries for fifty texts.

    `purpose` "work" is what may be shown or exported, one's own open work and tombstones included (others' tombstones
    only for those who run the study or see all work); "agreement" is the
    submitted work that may enter figures, read with the codebook now in force. `revisions` limits the texts.
    """
    texts = study.revisions.all()
    if revisions is not None:
        texts = texts.filter(pk__in=[revision.pk for revision in revisions])
    if purpose == "agreement":
        texts, work = _open_to(viewer, study, texts, lambda where: _within(study, where).measured_for(viewer))
        return as_read_now(study, _records(study, texts, work, LIVE))
    return _records(study, *handed_to(viewer, study, texts))


def handed_to(viewer: User, study: Study, texts: Any) -> Handed:
    """Return what of a study and these of its texts may be shown or exported to the viewer."""
    return Handed(
        *_open_to(viewer, study, texts, lambda where: _within(study, where).work_visible_to(viewer)),
        kept=_kept(study, viewer),
        counted=lambda where: _within(study, where).measured_for(viewer),
        said=Comment.objects.filter(study=study).visible_to(viewer),
    )


def _within(study: Study, where: Q) -> AssignmentQuerySet:
    return Assignment.objects.filter(where, study=study).without_training()


def _open_to(viewer: User, study: Study, texts: Any, work: Chosen) -> tuple[Any, Chosen]:
    """Leave out the work that a training keeps shut; and, for who is not entrusted with all, texts without any."""
    everywhere = (Membership.Role.LEAD, Membership.Role.ADJUDICATOR)
    if viewer.runs_studies or viewer.sees_all_work or study.role_of(viewer) in everywhere:
        return texts, work

    def opened(where: Q) -> AssignmentQuerySet:
        return work(where).exclude(waiting_for_training(viewer))  # their texts are not open to the viewer yet

    return texts.filter(assignments__in=opened(EVERYTHING)).distinct(), opened


def _kept(study: Study, viewer: User) -> Q:
    """Which passages are handed on: what others took back stays theirs, unless it still justifies a rating."""
    if viewer.sees_all_work or study.is_run_by(viewer):
        return EVERYTHING
    return LIVE | Q(assignment__reviewer=viewer) | Q(justifies__isnull=False)


def all_coded_documents(study: Study) -> Iterator[CodedDocument]:
    """Yield everything, work not submitted included: for the operator's own commands, never for a page."""
    said = Comment.objects.filter(study=study)
    return _records(study, study.revisions.all(), lambda where: _within(study, where), EVERYTHING, said=said)


def documents_with(study: Study, revisions: Iterable[int], assignments: Any) -> Iterator[CodedDocument]:
    """Yield texts, by id, with the live passages of the given assignments: whose they may be, the caller has asked.

    Work made with other versions of the codebook is read with the study's own.
    """
    return as_read_now(study, _records(study, study.revisions.filter(pk__in=list(revisions)), assignments.filter, LIVE))


def documents_read_with(codebook: Codebook, study: Study, viewer: User, revision: Revision) -> CodedDocument:
    """Return a text with the submitted work that may enter the viewer's figures, read with one version."""
    newer = codebook_info(codebook)
    texts = study.revisions.filter(pk=revision.pk)
    (document,) = _records(study, texts, lambda where: _within(study, where).measured_for(viewer), LIVE)
    return read_with(document, newer, codebooks_behind(newer, dict(document.codebooks)))


def as_read_now(study: Study, documents: Iterable[CodedDocument]) -> Iterator[CodedDocument]:
    """Read work with the codebook now in force in the study."""
    known: dict[tuple[str, int], CodebookInfo] = {}
    for document in documents:
        if len(document.codebooks) == 1:
            yield document
            continue
        newer = document.codebooks[document.study.codebook]
        known.update(document.codebooks)
        yield read_with(document, newer, codebooks_behind(newer, known))


def _records(
    study: Study, texts: Any, visible: Chosen, kept: Q, counted: Chosen | None = None, said: Any = None
) -> Iterator[CodedDocument]:
    """Yield texts with the visible work, and, for an export, what was `said` about them and their places.

    Distributions of contested decisions are over `counted`, or the same work.
    """
    counted = visible if counted is None else counted
    infos: dict[int, CodebookInfo] = {study.codebook_id: codebook_info(study.codebook)}
    about = study_info(study)
    places = {} if said is None else _places(study, texts)
    texts = texts.select_related("document__source").prefetch_related("segmentations")
    ordered = texts.order_by("document__title", "document__slug", "number").iterator(chunk_size=AT_ONCE)
    while some := list(islice(ordered, AT_ONCE)):
        numbers = [revision.pk for revision in some]
        codings, codebooks = _codings_of(study, numbers, visible, kept, counted)
        comments = comments_of(study, said, numbers)
        for missing in Codebook.objects.filter(pk__in=set().union(*codebooks.values()) - infos.keys()):
            infos[missing.pk] = codebook_info(missing)
        for revision in some:
            used = sorted({study.codebook_id, *codebooks.get(revision.pk, ())})
            known = {infos[pk].key: infos[pk] for pk in used}
            document = _document(revision, about, known, tuple(codings.get(revision.pk, ())))
            yield replace(document, place=places.get(revision.pk), comments=tuple(comments.get(revision.pk, ())))


def _places(study: Study, texts: Any) -> Mapping[int, int]:
    """Return the places of texts in the fixed order, counted among these: no gap tells of another."""
    found = study.places.filter(revision__in=texts.values("pk")).order_by("place", "revision")
    return {pk: place for place, pk in enumerate(found.values_list("revision", flat=True), start=1)}


def _document(
    revision: Revision,
    study: StudyInfo,
    codebooks: Mapping[tuple[str, int], CodebookInfo],
    codings: tuple[Coding, ...],
) -> CodedDocument:
    document = revision.document
    segmentation = revision.segmentation(SegmentationKind.SENTENCE)
    return CodedDocument(
        study=study,
        codebooks=codebooks,
        slug=document.slug,
        title=document.title,
        text=revision.text,
        sha256=revision.sha256,
        revision=revision.number,
        sentences=tuple(segmentation.ends),
        segmentation=(segmentation.method, segmentation.method_version),
        source=document.source.name if document.source else "",
        byline=document.byline,
        published_on=document.published_on,
        retrieved_at=document.retrieved_at,
        url=document.url,
        language=document.language,
        licence=document.licence,
        disclosure=document.disclosure,
        withdrawn_at=document.withdrawn_at,
        codings=codings,
    )

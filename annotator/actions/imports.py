"""Bringing in coded documents from our own export: whole or not at all, and harmless when repeated."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, count
from uuid import UUID

from annotator.actions.account import create_user
from annotator.actions.annotation import state_of
from annotator.actions.codebook import create_codebook
from annotator.actions.errors import ConflictError, FieldError, InvalidError, NotAllowedError
from annotator.actions.history import record
from annotator.actions.imported_comments import take_comments
from annotator.actions.study import RESERVED_SLUGS
from annotator.actions.transactions import writes
from annotator.models import (
    Annotation,
    Assignment,
    Codebook,
    Decision,
    Label,
    Membership,
    Rating,
    Recoding,
    Scale,
    ScalePoint,
    Study,
    TextPlace,
    User,
)
from annotator.records import CodebookInfo, CodedDecision, CodedDocument, CodedPassage, CodedRating, Coding, StudyInfo
from sources.models import Revision
from sources.restore import RecordedText, RestoreError, restore_revision

_SAME_OF_ASSIGNMENTS = ("role", "round", "state", "reason", "submitted_at", "revealed_at", "informed_at")


@dataclass(frozen=True, slots=True)
class ImportCount:
    """How much an import stored; what was there already is not counted."""

    studies: int = 0
    documents: int = 0
    assignments: int = 0
    annotations: int = 0
    comments: int = 0


class _Codebooks:
    """The labels and points of the codebook versions an import uses, looked up once."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, int], Codebook] = {}
        self.labels: dict[tuple[str, int, str], Label] = {}
        self.scales: dict[tuple[str, int, str], Scale] = {}
        self.points: dict[tuple[str, int, str, int], ScalePoint] = {}

    def take(self, actor: User, info: CodebookInfo) -> None:
        """Find the version or make it; one that is here and differs is refused."""
        if info.key in self.rows:
            return
        codebook = Codebook.objects.filter(slug=info.slug, version=info.version).first()
        codebook = codebook or create_codebook(actor=actor, info=info)
        if not codebook.is_frozen:
            raise ConflictError("draft", f"{codebook} is a draft here. Publish it or import into an empty database.")
        self.rows[info.key] = codebook
        for label in codebook.labels.all():
            self.labels[*info.key, label.code] = label
        for scale in codebook.scales.prefetch_related("points"):
            self.scales[*info.key, scale.code] = scale
            for point in scale.points.all():
                self.points[*info.key, scale.code, point.value] = point
        self._refuse_difference(info)

    def _refuse_difference(self, info: CodebookInfo) -> None:
        labels = {code for slug, version, code in self.labels if (slug, version) == info.key}
        points = {(scale, value) for slug, version, scale, value in self.points if (slug, version) == info.key}
        recorded = {(scale.code, point.value) for scale in info.scales for point in scale.points}
        if labels != {label.code for label in info.labels} or points != recorded:
            raise ConflictError(
                "different", f"“{info.slug}” version {info.version} has other labels or scale points here."
            )


class _Members:
    """The users behind the pseudonyms of a study; those unknown here are made, unable to sign in."""

    def __init__(self, actor: User, study: Study) -> None:
        self.actor, self.study = actor, study
        self.users = {
            member.pseudonym: member.user for member in Membership.objects.filter(study=study).select_related("user")
        }

    def user_of(self, coding: Coding) -> User:
        """Return the reviewer of a coding."""
        role = Membership.Role.ADJUDICATOR if coding.role == "adjudicator" else Membership.Role.REVIEWER
        return self.users.get(coding.reviewer) or self._make(coding.reviewer, role, coding.kind)

    def named(self, pseudonym: str) -> User:
        """Return who spoke in a discussion; one who coded nothing comes as a reader."""
        return self.users.get(pseudonym) or self._make(pseudonym, Membership.Role.READER, User.Kind.HUMAN)

    def _make(self, pseudonym: str, role: str, kind: str) -> User:
        user = create_user(actor=self.actor, username=self._free_name(pseudonym), password=None, kind=kind)
        member = Membership(study=self.study, user=user, role=role, pseudonym=pseudonym)
        member.full_clean()
        member.save()
        self.users[pseudonym] = user
        return user

    def _free_name(self, pseudonym: str) -> str:
        """Return a user name nobody has: pseudonyms may hold what these may not, and differ in that alone."""
        wanted = re.sub(r"[^\w.@+-]", "-", f"{self.study.slug}-{pseudonym}".lower())[:140]
        names = chain([wanted], (f"{wanted}-{number}" for number in count(2)))
        return next(name for name in names if not User.objects.filter(username=name).exists())


def _take_study(actor: User, info: StudyInfo, codebooks: _Codebooks) -> tuple[Study, bool]:
    study = Study.objects.filter(slug=info.slug).first()
    if study is not None:
        if (study.codebook.slug, study.codebook.version) != info.codebook or study.demo != info.demo:
            raise ConflictError("different", f"There is another study “{info.slug}” here.")
        return study, False
    if info.slug in RESERVED_SLUGS:
        raise InvalidError("slug", f"“{info.slug}” is the address of another page. Give the study another short name.")
    study = Study(
        slug=info.slug,
        title=info.title,
        codebook=codebooks.rows[info.codebook],
        blinding=info.blinding,
        demo=info.demo,
        reviewers_per_document=info.reviewers_per_document,
        closed_at=info.closed_at,
        purpose=info.purpose,
        order=info.order,
        due_on=info.due_on,
    )
    if info.created_at is not None:
        study.created_at = info.created_at
    study.full_clean()
    study.save()
    return study, True


def _take_text(document: CodedDocument) -> Revision:
    try:
        return restore_revision(
            RecordedText(
                slug=document.slug,
                title=document.title,
                text=document.text,
                sha256=document.sha256,
                number=document.revision,
                sentences=document.sentences,
                segmentation=document.segmentation,
                source=document.source,
                byline=document.byline,
                published_on=document.published_on,
                retrieved_at=document.retrieved_at,
                url=document.url,
                language=document.language,
                licence=document.licence,
                disclosure=document.disclosure,
                withdrawn_at=document.withdrawn_at,
            )
        )
    except RestoreError as error:
        raise ConflictError("different", str(error)) from error


def _refusal(faults: list[FieldError], words: str) -> InvalidError:
    refusal = InvalidError(faults[0].field, words)
    refusal.errors = faults[:100]
    return refusal


def _refuse_strange_labels(document: CodedDocument, coding: Coding, codebooks: _Codebooks) -> None:
    faults = []
    for passage in coding.passages:
        where = f"annotations.{passage.id}"
        if (*coding.codebook, passage.label) not in codebooks.labels:
            faults.append(FieldError(f"{where}.label", "invalid", f"“{passage.label}” is no label of the codebook."))
        if not 0 <= passage.start < passage.end <= len(document.text):
            faults.append(FieldError(where, "span", "The passage lies outside the text."))
        for answer in passage.recoded:
            unknown = answer.codebook not in codebooks.rows
            if unknown or (answer.label and (*answer.codebook, answer.label) not in codebooks.labels):
                words = f"“{answer.label}” is no label of version {answer.codebook[1]}, or that version is not named."
                faults.append(FieldError(f"{where}.recoded", "invalid", words))
    ratings = [*coding.ratings, *(rating for passage in coding.passages for rating in passage.ratings)]
    for rating in ratings:
        if (*coding.codebook, rating.scale, rating.value) not in codebooks.points:
            fault = f"{rating.value} is no point of “{rating.scale}”."
            faults.append(FieldError(f"assignments.{coding.id}.{rating.scale}", "invalid", fault))
    if faults:
        raise _refusal(faults, "The file does not fit its codebook. Nothing was stored.")


def _make_annotations(assignment: Assignment, coding: Coding, codebooks: _Codebooks) -> None:
    """Insert the passages of a coding; links to other passages are set once all of them are there."""
    Annotation.objects.bulk_create(
        [
            Annotation(
                id=passage.id,
                assignment=assignment,
                label=codebooks.labels[*coding.codebook, passage.label],
                start=passage.start,
                end=passage.end,
                note=passage.note,
                version=passage.version,
                derivation=passage.derivation,
                created_at=passage.created_at or coding.created_at or assignment.created_at,
                updated_at=passage.updated_at or passage.created_at or assignment.created_at,
                deleted_at=passage.deleted_at,
            )
            for passage in coding.passages
        ],
        batch_size=1000,
    )


def _make_recodings(assignment: Assignment, coding: Coding, codebooks: _Codebooks) -> None:
    """Insert what passages with a split label were said to be."""
    for passage in coding.passages:
        for answer in passage.recoded:
            times = {"created_at": answer.created_at, "updated_at": answer.updated_at or answer.created_at}
            Recoding.objects.create(
                assignment=assignment,
                annotation_id=passage.id,
                codebook=codebooks.rows[answer.codebook],
                label=codebooks.labels[*answer.codebook, answer.label] if answer.label else None,
                informed=answer.informed,
                version=answer.version,
                **{name: time for name, time in times.items() if time is not None},
            )


def _make_ratings(assignment: Assignment, coding: Coding, codebooks: _Codebooks) -> None:
    given: list[tuple[CodedPassage | None, CodedRating]] = [(None, rating) for rating in coding.ratings]
    given += [(passage, rating) for passage in coding.passages for rating in passage.ratings]
    rows = [
        Rating(
            assignment=assignment,
            annotation_id=passage.id if passage is not None else None,
            scale=codebooks.scales[*coding.codebook, rating.scale],
            point=codebooks.points[*coding.codebook, rating.scale, rating.value],
            version=rating.version,
        )
        for passage, rating in given
    ]
    Rating.objects.bulk_create(rows, batch_size=1000)
    link = Rating.evidence.through
    link.objects.bulk_create(
        [
            link(rating_id=row.pk, annotation_id=passage_id)
            for row, (_, rating) in zip(rows, given, strict=True)
            for passage_id in rating.evidence
        ],
        batch_size=1000,
    )


def _make_decisions(study: Study, revision: Revision, codings: Iterable[Coding], codebooks: _Codebooks) -> None:
    """Insert the decisions of codings that are new here, once all passages of their text are there.

    A vote that is nowhere is left out; one that is here must be on this text in this study.
    """
    decisions = [(coding, decision) for coding in codings for decision in coding.decisions]
    taken = Decision.objects.filter(pk__in=[decision.id for _, decision in decisions]).first()
    if taken is not None:
        raise ConflictError("id_taken", f"The decision {taken.pk} belongs to another assignment here.")
    votes = [vote for _, decision in decisions for vote in decision.votes]
    here = ("assignment__study_id", "assignment__revision_id")
    places = {pk: (*place,) for pk, *place in Annotation.objects.filter(pk__in=votes).values_list("pk", *here)}
    strange = [
        FieldError(f"decisions.{decision.id}.votes", "invalid", f"{vote} is a passage of another text or study here.")
        for _, decision in decisions
        for vote in decision.votes
        if places.get(vote, (study.pk, revision.pk)) != (study.pk, revision.pk)
    ]
    if strange:
        raise _refusal(strange, "A decision settles passages that are not of its text. Nothing was stored.")
    for coding, decision in decisions:
        times = {"created_at": decision.created_at, "updated_at": decision.updated_at or decision.created_at}
        row = Decision.objects.create(
            id=decision.id,
            assignment_id=coding.id,
            start=decision.start,
            end=decision.end,
            scale=codebooks.scales[*coding.codebook, decision.scale] if decision.scale else None,
            outcome=decision.outcome,
            annotation_id=decision.annotation,
            point=_point_of(coding, decision, codebooks),
            reason=decision.reason,
            version=decision.version,
            **{name: time for name, time in times.items() if time is not None},
        )
        row.votes.set([vote for vote in decision.votes if vote in places])


def _point_of(coding: Coding, decision: CodedDecision, codebooks: _Codebooks) -> ScalePoint | None:
    if decision.point is None:
        return None
    return codebooks.points[*coding.codebook, decision.scale, decision.point]


def _same_decisions(assignment: Assignment, coding: Coding) -> bool:
    columns = ("pk", "start", "end", "outcome", "annotation_id", "point__value", "reason", "version")
    stored = set(Decision.objects.live().filter(assignment=assignment).values_list(*columns))
    return stored == {
        (d.id, d.start, d.end, d.outcome, d.annotation, d.point, d.reason, d.version) for d in coding.decisions
    }


def _same_work(assignment: Assignment, coding: Coding) -> bool:
    """Whether an assignment that is here holds what the file says of it."""
    stored = {
        str(annotation.pk): state_of(annotation)
        for annotation in Annotation.objects.filter(assignment=assignment).select_related("label")
    }
    recorded = {
        str(passage.id): {
            "label": passage.label,
            "start": passage.start,
            "end": passage.end,
            "note": passage.note,
            "ratings": [
                {"scale": rating.scale, "point": rating.value}
                for rating in sorted(passage.ratings, key=lambda rating: rating.scale)
            ],
            "version": passage.version,
            "deleted": passage.deleted_at is not None,
        }
        for passage in coding.passages
    }
    return (
        stored == recorded
        and _same_decisions(assignment, coding)
        and _same_recodings(assignment, coding)
        and _stored_answers(assignment) == {(r.scale, r.value, frozenset(r.evidence)) for r in coding.ratings}
        and all(getattr(assignment, name) == getattr(coding, name) for name in _SAME_OF_ASSIGNMENTS)
    )


def _same_recodings(assignment: Assignment, coding: Coding) -> bool:
    columns = ("annotation_id", "codebook__slug", "codebook__version", "label__code", "informed", "version")
    stored = set(Recoding.objects.live().filter(assignment=assignment).values_list(*columns))
    return stored == {
        (passage.id, *answer.codebook, answer.label or None, answer.informed, answer.version)
        for passage in coding.passages
        for answer in passage.recoded
    }


def _stored_answers(assignment: Assignment) -> set[tuple[str, int, frozenset[UUID]]]:
    ratings = Rating.objects.filter(assignment=assignment, annotation=None).select_related("scale", "point")
    return {
        (rating.scale.code, rating.point.value, frozenset(passage.pk for passage in rating.evidence.all()))
        for rating in ratings.prefetch_related("evidence")
    }


def _take_coding(
    actor: User, study: Study, revision: Revision, reviewer: User, coding: Coding, codebooks: _Codebooks
) -> bool:
    """Store one assignment; return whether it is new here."""
    known = Assignment.objects.filter(pk=coding.id).first()
    if known is not None:
        same_place = (known.study_id, known.revision_id, known.reviewer_id) == (study.pk, revision.pk, reviewer.pk)
        if not same_place or not _same_work(known, coding):
            raise ConflictError("different", f"Assignment {coding.id} is here already, with other content.")
        return False
    if reviewer.has_usable_password():
        raise ConflictError(
            "identity",
            f"“{coding.reviewer}” is somebody who can sign in here, and only they may add work under that name. Import"
            " it under the name of a machine reviewer, or into an empty database.",
        )
    assignment = Assignment(
        id=coding.id,
        study=study,
        revision=revision,
        reviewer=reviewer,
        codebook=codebooks.rows[coding.codebook],
        role=coding.role,
        round=coding.round,
        state=coding.state,
        reason=coding.reason,
        begun_at=coding.begun_at,
        submitted_at=coding.submitted_at,
        revealed_at=coding.revealed_at,
        informed_at=coding.informed_at,
        reclaimed_at=coding.reclaimed_at,
        place=coding.place,
        due_on=coding.due_on,
    )
    if coding.created_at is not None:
        assignment.created_at = coding.created_at
    assignment.full_clean()
    taken = Annotation.objects.filter(pk__in=[passage.id for passage in coding.passages]).first()
    if taken is not None:
        raise ConflictError("id_taken", f"The annotation {taken.pk} belongs to another assignment here.")
    assignment.save(force_insert=True)
    _make_annotations(assignment, coding, codebooks)
    _make_ratings(assignment, coding, codebooks)
    _make_recodings(assignment, coding, codebooks)
    return True


def _link_derivations(codings: Iterable[Coding]) -> None:
    wanted: dict[UUID, UUID] = {
        passage.id: passage.derived_from
        for coding in codings
        for passage in coding.passages
        if passage.derived_from is not None
    }
    present = set(Annotation.objects.filter(pk__in=wanted.values()).values_list("pk", flat=True))
    for annotation_id, origin in wanted.items():
        if origin in present:
            Annotation.objects.filter(pk=annotation_id).update(derived_from_id=origin)


@writes
def import_documents(*, actor: User, documents: Sequence[CodedDocument]) -> ImportCount:
    """Store studies, texts, reviewers and their work exactly as recorded: ids, spans, ratings, rounds, states, times.

    What is here already and equal is left alone. Reviewers unknown here become accounts that cannot sign in; nothing
    is added under the name of somebody who can.

    Raises NotAllowedError unless the actor is site staff who run studies; ConflictError `different`, `draft`,
    `id_taken`, `identity`; InvalidError with the faults; django ValidationError for unfit values. Nothing is stored
    then.
    """
    if not (actor.runs_studies and actor.keeps_sources):
        raise NotAllowedError("Only site staff who keep sources and run studies may import.")
    codebooks = _Codebooks()
    studies: dict[str, tuple[Study, _Members]] = {}
    new = {"studies": 0, "documents": 0, "assignments": 0, "annotations": 0, "comments": 0}
    made: set[int] = set()
    touched: dict[str, dict[str, int]] = {}
    for document in documents:
        for info in document.codebooks.values():
            codebooks.take(actor, info)
        if document.study.slug not in studies:
            study, created = _take_study(actor, document.study, codebooks)
            studies[study.slug] = (study, _Members(actor, study))
            new["studies"] += created
            if created:
                made.add(study.pk)
                touched[study.slug] = {"assignments": 0}
        study, members = studies[document.study.slug]
        before = Revision.objects.filter(sha256=document.sha256, document__slug=document.slug).exists()
        revision = _take_text(document)
        new["documents"] += not before
        if not study.revisions.filter(pk=revision.pk).exists():
            study.revisions.add(revision)
            if document.place is not None and study.pk in made:
                TextPlace.objects.create(study=study, revision=revision, place=document.place)
            touched.setdefault(study.slug, {"assignments": 0})
        fresh = []
        for coding in document.codings:
            _refuse_strange_labels(document, coding, codebooks)
            if _take_coding(actor, study, revision, members.user_of(coding), coding, codebooks):
                fresh.append(coding)
                new["assignments"] += 1
                new["annotations"] += len(coding.passages)
                touched.setdefault(study.slug, {"assignments": 0})["assignments"] += 1
        _link_derivations(document.codings)
        _make_decisions(study, revision, fresh, codebooks)
        if said := take_comments(study, revision, document, members.named):
            new["comments"] += said
            counts = touched.setdefault(study.slug, {"assignments": 0})
            counts["comments"] = counts.get("comments", 0) + said
    for slug, counts in touched.items():
        study = studies[slug][0]
        record(actor=actor, verb="imported", row=study, study=study, after=counts)
    return ImportCount(**new)

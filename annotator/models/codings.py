"""Single pieces of work as plain records, read with a study's codebook: what training sets side by side.

Whose work it may be, the caller has asked. Whole studies are read by `queries.coded_documents`.
"""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from annotator.models.annotation import Annotation, Decision, Rating
from annotator.models.assignment import Assignment
from annotator.models.descriptions import codebook_info, codebooks_behind
from annotator.models.study import Study
from annotator.reading import heirs_of, read_with
from annotator.records import CodebookInfo, CodedDecision, CodedDocument, CodedPassage, CodedRating, Coding, StudyInfo
from sources.models import Revision, SegmentationKind


def coding_records(work: Sequence[Assignment]) -> dict[UUID, Coding]:
    """Return the live work of assignments, by id, under the name of its role; of decisions those that stand.

    A fixed number of queries.
    """
    ids = [each.pk for each in work]
    rows = Rating.objects.filter(assignment__in=ids).order_by("scale__position", "scale__code")
    rated: dict[tuple[UUID, UUID | None], list[CodedRating]] = defaultdict(list)
    columns = ("assignment_id", "annotation_id", "scale__code", "point__value", "point__missing")
    for owner, passage, *rating in rows.values_list(*columns):
        rated[owner, passage].append(CodedRating(*rating))
    passages: dict[UUID, list[CodedPassage]] = defaultdict(list)
    marked = Annotation.objects.live().filter(assignment__in=ids).order_by("start", "-end", "pk")
    for owner, pk, *rest in marked.values_list("assignment_id", "pk", "label__code", "start", "end", "note"):
        passages[owner].append(CodedPassage(pk, *rest, ratings=tuple(rated.get((owner, pk), ()))))
    decisions: dict[UUID, list[CodedDecision]] = defaultdict(list)
    decided = Decision.objects.live().filter(assignment__in=ids).select_related("scale")
    for each in decided.order_by("start", "end", "pk"):
        decisions[each.assignment_id].append(
            CodedDecision(
                id=each.pk,
                start=each.start,
                end=each.end,
                outcome=each.outcome,
                scale=each.scale.code if each.scale else "",
                annotation=each.annotation_id,
                reason=each.reason,
            )
        )
    return {
        each.pk: Coding(
            id=each.pk,
            reviewer=each.role,
            codebook=(each.codebook.slug, each.codebook.version),
            role=each.role,
            state=each.state,
            submitted_at=each.submitted_at,
            passages=tuple(passages[each.pk]),
            ratings=tuple(rated.get((each.pk, None), ())),
            decisions=tuple(decisions[each.pk]),
        )
        for each in work
    }


class SideBySide:
    """Puts pieces of work on a text side by side, read with the study's codebook; what it has read it reads once."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.codebook = codebook_info(study.codebook)
        self._books = {study.codebook_id: self.codebook}
        self._known: dict[tuple[str, int], CodebookInfo] = {self.codebook.key: self.codebook}
        self._codings: dict[UUID, Coding] = {}

    def load(self, work: Sequence[Assignment]) -> None:
        """Read these pieces of work at once, those that were not read yet."""
        fresh = {each.pk: each for each in work if each.pk not in self._codings}
        self._codings |= coding_records(list(fresh.values()))
        for each in work:
            if each.codebook_id not in self._books:
                book = codebook_info(each.codebook)
                self._books[each.codebook_id] = self._known[book.key] = book
                codebooks_behind(self.codebook, self._known)

    def document(self, revision: Revision, work: Sequence[Assignment]) -> CodedDocument:
        """Return a text with these pieces of work, in their order."""
        self.load(work)
        study, books = self.study, [self.codebook, *(self._books[each.codebook_id] for each in work)]
        document = CodedDocument(
            study=StudyInfo(study.slug, study.title, self.codebook.key, study.blinding, study.demo),
            codebooks={book.key: book for book in books},
            slug=revision.document.slug,
            title=revision.document.title,
            text=revision.text,
            sha256=revision.sha256,
            revision=revision.number,
            sentences=tuple(revision.segmentation(SegmentationKind.SENTENCE).ends),
            language=revision.document.language,
            codings=tuple(self._codings[each.pk] for each in work),
        )
        return read_with(document, self.codebook, self._known)


def unread_labels(gold: Assignment, study: Study) -> list[str]:
    """Return the names of labels the gold uses that the study's codebook reads as nothing, or as several.

    A codebook of another name is read through what labels replace only: the same code may mean something else there.
    """
    if gold.codebook_id == study.codebook_id:
        return []
    newer, older = codebook_info(study.codebook), codebook_info(gold.codebook)
    behind = codebooks_behind(newer, {newer.key: newer})
    if older.slug != newer.slug and older.key not in behind:
        heirs: dict[str, tuple[str, ...]] = {}
    else:
        heirs = heirs_of(older, newer, {**behind, older.key: older})
    used = Annotation.objects.live().filter(assignment=gold).values_list("label__code", "label__name").distinct()
    return sorted(name for code, name in used if len(heirs.get(code, ())) != 1)

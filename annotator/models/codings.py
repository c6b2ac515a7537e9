"""Single pieces of work as plain records, read with a study's codebook: what training sets side by side.

Whose work it may be, the caller has asked. Whole studies are read by `queries.coded_documents`.
"""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from annotator.models.annotation import Annotation, Decision, Rating
from annotator.models.descriptions import codebook_info, codebooks_behind
from annotator.models.study import Assignment, Study
from annotator.reading import heirs_of, read_with
from annotator.records import CodebookInfo, CodedDecision, CodedDocument, CodedPassage, CodedRating, Coding, StudyInfo
from sources.models import Revision, SegmentationKind


def coding_record(assignment: Assignment) -> Coding:
    """Return the live work of an assignment under the name of its role; of decisions those that stand."""
    rows = Rating.objects.filter(assignment=assignment).order_by("scale__position", "scale__code")
    of_passages: dict[UUID | None, list[CodedRating]] = defaultdict(list)
    for passage, *rating in rows.values_list("annotation_id", "scale__code", "point__value", "point__missing"):
        of_passages[passage].append(CodedRating(*rating))
    passages = Annotation.objects.live().filter(assignment=assignment).order_by("start", "-end", "pk")
    columns = ("pk", "label__code", "start", "end", "note")
    decisions = Decision.objects.live().filter(assignment=assignment).select_related("scale")
    return Coding(
        id=assignment.pk,
        reviewer=assignment.role,
        codebook=(assignment.codebook.slug, assignment.codebook.version),
        role=assignment.role,
        state=assignment.state,
        submitted_at=assignment.submitted_at,
        passages=tuple(
            CodedPassage(pk, *rest, ratings=tuple(of_passages.get(pk, ())))
            for pk, *rest in passages.values_list(*columns)
        ),
        ratings=tuple(of_passages.get(None, ())),
        decisions=tuple(
            CodedDecision(
                id=each.pk,
                start=each.start,
                end=each.end,
                outcome=each.outcome,
                scale=each.scale.code if each.scale else "",
                annotation=each.annotation_id,
                reason=each.reason,
            )
            for each in decisions.order_by("start", "end", "pk")
        ),
    )


class SideBySide:
    """Puts pieces of work on a text side by side, read with the study's codebook; what it has read it reads once."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.codebook = codebook_info(study.codebook)
        self._books = {study.codebook_id: self.codebook}
        self._known: dict[tuple[str, int], CodebookInfo] = {self.codebook.key: self.codebook}
        self._codings: dict[UUID, Coding] = {}

    def document(self, revision: Revision, work: Sequence[Assignment]) -> CodedDocument:
        """Return a text with these pieces of work, in their order."""
        for each in work:
            if each.codebook_id not in self._books:
                book = codebook_info(each.codebook)
                self._books[each.codebook_id] = self._known[book.key] = book
                codebooks_behind(self.codebook, self._known)
            if each.pk not in self._codings:
                self._codings[each.pk] = coding_record(each)
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

"""First rounds beside the later rounds of the same reviewers on the same documents: figures, and what was changed.

A later round was made with the others' work in view. Its agreement says how far reviewers came together, and nothing
about how reliably texts are read: only the first rounds are reliability data.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from annotator.agreement.report import Report, report
from annotator.agreement.selection import select
from annotator.records import CodebookInfo, CodedDocument, CodedPassage, Coding


@dataclass(frozen=True, slots=True)
class Changes:
    """Live passages of first rounds and of the later ones, by what became of them.

    `kept` have the same place, label and ratings; `moved` have another place or label, `rated` other ratings only;
    `taken_back` are in the first round alone and `added` in the later one alone. `n_codings` counts reviewers' pairs
    of rounds and `n_unchanged` those in which nothing at all is different, ratings of the document included.
    """

    n_codings: int = 0
    n_unchanged: int = 0
    kept: int = 0
    moved: int = 0
    rated: int = 0
    taken_back: int = 0
    added: int = 0
    document_ratings: int = 0

    @property
    def before(self) -> int:
        """Passages of the first rounds."""
        return self.kept + self.moved + self.rated + self.taken_back

    @property
    def after(self) -> int:
        """Passages of the later rounds."""
        return self.kept + self.moved + self.rated + self.added

    def __add__(self, other: "Changes") -> "Changes":
        return Changes(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class RevisedDocument:
    """A document with the reviewers who read it again."""

    slug: str
    title: str
    reviewers: tuple[str, ...]
    changes: Changes


@dataclass(frozen=True, slots=True)
class Rounds:
    """The figures of the same reviewers on the same documents before and after, and what they changed."""

    documents: tuple[RevisedDocument, ...]
    before: Report
    after: Report
    changes: Changes


def rounds(
    documents: Sequence[CodedDocument], codebook: CodebookInfo, *, independent: bool | None = True
) -> Rounds | None:
    """Compare people's first rounds with the last later round of the same reviewers.

    Parameters
    ----------
    documents : sequence of CodedDocument
        Of one study, with all their codings.
    codebook : CodebookInfo
        Whose labels and scales make the rows.
    independent : bool, optional
        Which first rounds count: see `selection.select`.

    Returns
    -------
    Rounds or None
        None where no reviewer has both. Documents that only one reviewer read again enter the changes and are
        skipped in both reports.
    """
    first = select(documents, independent=independent).documents
    later = select([_later(document) for document in documents], rounds=None, independent=None).documents
    before, after, rows = [], [], []
    for one, other in zip(first, later, strict=True):
        mine = {coding.reviewer: coding for coding in one.codings}
        again = {coding.reviewer: coding for coding in other.codings if coding.reviewer in mine}
        if not again:
            continue
        both = sorted(again)
        before.append(replace(one, codings=tuple(mine[name] for name in both)))
        after.append(replace(one, codings=tuple(again[name] for name in both)))
        changes = sum((_changes(mine[name], again[name]) for name in both), Changes())
        rows.append(RevisedDocument(one.slug, one.title, tuple(both), changes))
    if not rows:
        return None
    return Rounds(
        documents=tuple(rows),
        before=report(before, codebook, independent=independent),
        after=report(after, codebook, rounds=None, independent=None),
        changes=sum((row.changes for row in rows), Changes()),
    )


def _later(document: CodedDocument) -> CodedDocument:
    return replace(document, codings=tuple(coding for coding in document.codings if coding.round > 1))


def _changes(first: Coding, later: Coding) -> Changes:
    """Say what became of each passage: copies name the passage they come from, however they were changed since."""
    origins = {passage.id: passage for passage in first.passages}
    kept = moved = rated = added = 0
    for passage in later.passages:
        origin = origins.pop(passage.derived_from, None)
        if origin is None:
            added += 1
        elif _place(origin) != _place(passage):
            moved += 1
        elif _points(origin) != _points(passage):
            rated += 1
        else:
            kept += 1
    given, now = ({rating.scale: rating.value for rating in coding.ratings} for coding in (first, later))
    document_ratings = sum(given.get(scale) != now.get(scale) for scale in given.keys() | now.keys())
    same = not (moved or rated or added or origins or document_ratings)
    return Changes(1, int(same), kept, moved, rated, len(origins), added, document_ratings)


def _place(passage: CodedPassage) -> tuple[int, int, str]:
    return passage.start, passage.end, passage.label


def _points(passage: CodedPassage) -> dict[str, int]:
    return {rating.scale: rating.value for rating in passage.ratings}

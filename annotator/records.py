"""Plain records of coded documents: what `queries` hands to the two pure wings, `agreement` and `formats`.

Offsets are half-open, zero-based, in Unicode code points of the revision's exact text. Times are aware UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PointInfo:
    """One point of a scale. `missing` marks "cannot be judged": an answer, but a missing value in statistics."""

    value: int
    name: str
    anchor: str = ""
    missing: bool = False


@dataclass(frozen=True, slots=True)
class ScaleInfo:
    """A rating scale. `level` is nominal, ordinal or interval; `target` passage or document; no `labels` = all."""

    code: str
    question: str
    level: str
    target: str
    points: tuple[PointInfo, ...]
    labels: tuple[str, ...] = ()
    required: bool = False
    needs_evidence: bool = False
    position: int = 0


@dataclass(frozen=True, slots=True)
class LabelInfo:
    """A label of passages; `position` orders labels, sets the line style and defaults the key.

    `replaces` names labels of older versions, each by slug, version and code, whose passages this one reads.
    """

    code: str
    name: str
    definition: str = ""
    use_when: str = ""
    not_when: str = ""
    when_in_doubt: str = ""
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()
    colour_light: str = "#4a545b"
    colour_dark: str = "#a9b2b7"
    shortcut: str = ""
    position: int = 0
    replaces: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CodebookInfo:
    """One version of a codebook, labels and scales in its own order."""

    slug: str
    version: int
    title: str
    guidelines: str = ""
    labels: tuple[LabelInfo, ...] = ()
    scales: tuple[ScaleInfo, ...] = ()
    published_at: datetime | None = None

    @property
    def key(self) -> tuple[str, int]:
        """What a coding names to say which version it was made with."""
        return self.slug, self.version


@dataclass(frozen=True, slots=True)
class CodedRating:
    """A scale point given to a passage or document, with the ids of the passages that justify it."""

    scale: str
    value: int
    missing: bool = False
    evidence: tuple[UUID, ...] = ()
    version: int = 1


@dataclass(frozen=True, slots=True)
class CodedRecoding:
    """The label of a later version that a passage with a split label is read as; "" for none of the new ones.

    `informed` means that its reviewer could see others' work by then.
    """

    codebook: tuple[str, int]
    label: str
    informed: bool = False
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CodedPassage:
    """An annotation: a span [start, end) in code points, its label, ratings and note.

    `deleted_at` is set on tombstones, which only lossless exports carry; statistics read live passages.
    """

    id: UUID
    label: str
    start: int
    end: int
    note: str = ""
    ratings: tuple[CodedRating, ...] = ()
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None
    deleted_at: datetime | None = None
    derived_from: UUID | None = None
    derivation: str = ""
    recoded: tuple[CodedRecoding, ...] = ()


@dataclass(frozen=True, slots=True)
class CodedDecision:
    """What the adjudicator settled about a stretch: `annotation` is the passage made, `votes` the passages settled.

    `outcome` is took, merged, redrew, nothing_here, contested or agreed_by_rule. A contested stretch is no gold; its
    `distribution` says how many reviewers give which label, "" counting those who marked nothing there.

    With a `scale` it settles one rating: of the gold passage `annotation`, or of the document without one. `point` is
    what was taken; a contested scale has `points` instead: how many reviewers give which, None counting those who were
    asked and gave none.
    """

    id: UUID
    start: int
    end: int
    outcome: str
    scale: str = ""
    annotation: UUID | None = None
    votes: tuple[UUID, ...] = ()
    distribution: tuple[tuple[str, int], ...] = ()
    point: int | None = None
    points: tuple[tuple[int | None, int], ...] = ()
    reason: str = ""
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CodedComment:
    """What somebody said about a stretch in a discussion after the reveal; `thread` is the comment it answers.

    No part of reliability data. Of a deleted one the words are left out; `former` has earlier words and their times.
    """

    id: UUID
    author: str  # pseudonym
    start: int
    end: int
    words: str
    annotation: UUID | None = None
    thread: UUID | None = None
    former: tuple[tuple[str, datetime | None], ...] = ()
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Coding:
    """One reviewer's work on one revision in one round: an assignment with its passages and document ratings.

    An empty `passages` means the reviewer read the text and marked nothing; a reviewer who was not assigned has no
    Coding at all. `independent` is round-1 work begun before the reviewer could first see others' work in the study.
    """

    id: UUID
    reviewer: str  # pseudonym, unique within the study
    codebook: tuple[str, int]
    kind: str = "human"  # or machine
    role: str = "reviewer"  # or adjudicator: the gold standard
    round: int = 1
    state: str = "submitted"  # open, submitted, declined
    independent: bool = True
    reason: str = ""
    created_at: datetime | None = None
    begun_at: datetime | None = None  # the first act; before the reviewer's first reveal means independent
    submitted_at: datetime | None = None
    revealed_at: datetime | None = None
    informed_at: datetime | None = None  # given or given back to somebody who could see others' work
    reclaimed_at: datetime | None = None  # declined because it was taken back; it can be given back
    place: int | None = None  # among what its reviewer reads, where the least covered comes first
    due_on: date | None = None  # a day of its own, instead of the study's
    passages: tuple[CodedPassage, ...] = ()
    ratings: tuple[CodedRating, ...] = ()
    decisions: tuple[CodedDecision, ...] = ()  # of an adjudicator, those not undone


@dataclass(frozen=True, slots=True)
class StudyInfo:
    """A study: its codebook now in force, its blinding rule, and whether its labels are invented (`demo`)."""

    slug: str
    title: str
    codebook: tuple[str, int]
    blinding: str = "until_submitted"  # until_closed, open
    demo: bool = False
    reviewers_per_document: int | None = None
    created_at: datetime | None = None
    closed_at: datetime | None = None
    purpose: str = "reliability"  # teaching
    order: str = "random"  # fixed, least_covered
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class CodedDocument:
    """One revision of a document with everything said about it in one study.

    `sentences` holds the end of each stored sentence; sentence i is [sentences[i-1], sentences[i]), and they
    partition the text. `codebooks` maps (slug, version) to every version its codings were made with.
    """

    study: StudyInfo
    codebooks: Mapping[tuple[str, int], CodebookInfo]
    slug: str
    title: str
    text: str
    sha256: str
    revision: int = 1
    sentences: tuple[int, ...] = ()
    segmentation: tuple[str, str] = ("", "")  # method and its version
    source: str = ""
    byline: str = ""
    published_on: date | None = None
    retrieved_at: datetime | None = None
    url: str = ""
    language: str = ""
    licence: str = ""
    disclosure: str = ""
    withdrawn_at: datetime | None = None
    place: int | None = None  # in the fixed order of the study, counted among the documents told of
    codings: tuple[Coding, ...] = field(default=())
    comments: tuple[CodedComment, ...] = ()  # in the order in which they were written, a thread before its answers

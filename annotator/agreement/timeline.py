"""Agreement in the order in which documents were completed: step by step, so far, and by codebook version."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import accumulate
from typing import Final

from annotator.agreement.estimate import Estimate
from annotator.agreement.rows import LabelRow, ScaleRow, label_row, scale_row
from annotator.agreement.sums import Sums, pool_sums
from annotator.records import CodebookInfo, CodedDocument

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Step:
    """Documents completed one after the other.

    Attributes
    ----------
    first, last : int
        Their places in the order of completion, from 1 up.
    titles : tuple of str
    begun, ended : datetime or None
        When the first and the last of them were completed: when the last work that counts came in.
    reviewers : tuple of str
        Who read any of them.
    joined, left : tuple of str
        Of these, who read none before (not in the first step), and who of the step before reads none from here on.
    codebooks : tuple of (slug, version)
        With which they were read.
    """

    first: int
    last: int
    titles: tuple[str, ...]
    begun: datetime | None
    ended: datetime | None
    reviewers: tuple[str, ...]
    joined: tuple[str, ...]
    left: tuple[str, ...]
    codebooks: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One label's alpha on sentences, or one scale's alpha: for each step alone, and over all documents so far."""

    code: str
    name: str
    is_label: bool
    alone: tuple[Estimate, ...]
    so_far: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """The agreement of the documents all of whose work was done with these codebook versions, and no others."""

    codebooks: tuple[tuple[str, int], ...]
    n_documents: int
    labels: tuple[LabelRow, ...]
    scales: tuple[ScaleRow, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Something that changed in the study, not in a document.

    Attributes
    ----------
    at : datetime
    kind : str
        codebook (another version is in force), joined, left or role (of a member).
    name : str
        The version such as "v2", or the member's pseudonym.
    detail : str
        The version before, or the member's role from then on; may be empty.
    """

    at: datetime
    kind: str
    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A change, and how many of the documents that count were completed before it."""

    change: Change
    after: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """Steps, a series for each label and scale, the codebook versions in the order of their first document, changes.

    `completed` says when each document was completed, in the order of that; an unknown time comes before all others.
    """

    n_documents: int
    steps: tuple[Step, ...]
    series: tuple[Series, ...]
    versions: tuple[Version, ...]
    completed: tuple[datetime, ...]
    changes: tuple[Placed, ...] = ()

    def with_changes(self, changes: Iterable[Change]) -> "Timeline":
        """Place changes in the study, given in any order; one at the very moment of a completion comes after it."""
        ordered = sorted(changes, key=lambda each: each.at)
        return replace(self, changes=tuple(Placed(each, bisect_right(self.completed, each.at)) for each in ordered))


@dataclass(frozen=True, slots=True)
class Completed:
    """A document that counts, with the codings that do, and their sums. Its text and passages are not looked at."""

    document: CodedDocument
    sums: Sums

    @property
    def at(self) -> datetime | None:
        """When the last work that counts came in."""
        times = [coding.submitted_at for coding in self.document.codings if coding.submitted_at]
        return max(times, default=None)

    @property
    def reviewers(self) -> frozenset[str]:
        """Who read it."""
        return frozenset(coding.reviewer for coding in self.document.codings)

    @property
    def codebooks(self) -> tuple[tuple[str, int], ...]:
        """With which versions."""
        return tuple(sorted({coding.codebook for coding in self.document.codings}))


def timeline(documents: Iterable[Completed], codebook: CodebookInfo, batch: int) -> Timeline:
    """Follow agreement over documents, in the order in which they were completed.

    Parameters
    ----------
    documents : iterable of Completed
        Of one study, in any order.
    codebook : CodebookInfo
        Whose labels and scales are followed.
    batch : int
        Documents in a step, at least 1; the last step may have fewer.

    Returns
    -------
    Timeline

    Raises
    ------
    ValueError
        When `batch` is below 1.
    """
    if batch < 1:
        raise ValueError("a step has at least one document")
    counted = sorted(documents, key=lambda each: (each.at or _LONG_AGO, each.document.slug, each.document.revision))
    steps = [counted[start : start + batch] for start in range(0, len(counted), batch)]
    alone = [pool_sums([each.sums for each in step], codebook) for step in steps]
    so_far = list(accumulate(alone, lambda before, step: pool_sums([before, step], codebook)))
    return Timeline(
        n_documents=len(counted),
        steps=_steps(steps),
        series=(*_label_series(codebook, alone, so_far), *_scale_series(codebook, alone, so_far)),
        versions=_versions(counted, codebook, so_far[-1] if so_far else None),
        completed=tuple(each.at or _LONG_AGO for each in counted),
    )


def _label_series(codebook: CodebookInfo, alone: Sequence[Sums], so_far: Sequence[Sums]) -> Iterator[Series]:
    for label in codebook.labels:
        figures = [
            tuple(label_row(label, sums, alone=True).sentence_alpha for sums in parts) for parts in (alone, so_far)
        ]
        yield Series(label.code, label.name, True, *figures)


def _scale_series(codebook: CodebookInfo, alone: Sequence[Sums], so_far: Sequence[Sums]) -> Iterator[Series]:
    for scale in codebook.scales:
        figures = [tuple(scale_row(scale, sums, alone=True).alpha for sums in parts) for parts in (alone, so_far)]
        yield Series(scale.code, scale.question, False, *figures)


def _steps(parts: Sequence[Sequence[Completed]]) -> tuple[Step, ...]:
    readers = [frozenset().union(*(each.reviewers for each in part)) for part in parts]
    found, place = [], 0
    for number, part in enumerate(parts):
        before = frozenset().union(*readers[:number])
        later = frozenset().union(*readers[number:])
        times = [each.at for each in part if each.at]
        found.append(
            Step(
                first=place + 1,
                last=place + len(part),
                titles=tuple(each.document.title for each in part),
                begun=min(times, default=None),
                ended=max(times, default=None),
                reviewers=tuple(sorted(readers[number])),
                joined=tuple(sorted(readers[number] - before)) if number else (),
                left=tuple(sorted(readers[number - 1] - later)) if number else (),
                codebooks=tuple(sorted({key for each in part for key in each.codebooks})),
            )
        )
        place += len(part)
    return tuple(found)


def _versions(counted: Sequence[Completed], codebook: CodebookInfo, whole: Sums | None) -> tuple[Version, ...]:
    """Return the figures by codebook version; `whole` has the sums of all documents, so that one version adds none."""
    groups: dict[tuple[tuple[str, int], ...], list[Sums]] = {}
    for each in counted:
        groups.setdefault(each.codebooks, []).append(each.sums)
    found = []
    for codebooks, parts in groups.items():
        sums = whole if whole and len(groups) == 1 else pool_sums(parts, codebook)
        labels = tuple(label_row(label, sums) for label in codebook.labels)
        scales = tuple(scale_row(scale, sums) for scale in codebook.scales)
        found.append(Version(codebooks, len(parts), labels, scales))
    return tuple(found)

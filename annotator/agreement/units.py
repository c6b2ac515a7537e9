"""What is compared across reviewers: rating units for the figures, groups and stretches of passages for the pages.

All functions take documents whose codings were chosen with `selection.select`: one coding a reviewer, live passages.
Offsets are half-open, in code points.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import comb
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.estimate import plain
from annotator.agreement.spans import ink_before
from annotator.records import CodedDocument, CodedRating, ScaleInfo


@dataclass(frozen=True, slots=True)
class Member:
    """A reviewer's passage in a group; `ratings` maps scale to value, "cannot be judged" included."""

    reviewer: str
    passage: UUID
    label: str
    start: int
    end: int
    ratings: Mapping[str, int]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Passages of all reviewers that hang together by shared characters, whatever their labels.

    Attributes
    ----------
    start, end : int
        From the first passage's start to the last one's end; in one layer, of its passages alone.
    marked : int
        Reviewers with a passage in the group, of the `of` who read the text.
    labels : mapping of label to reviewers
        Sorted by label; reviewers sorted.
    ratings : mapping of scale to mapping of value to count
        Ratings given to the members, "cannot be judged" included.
    members : tuple of Member
        In reading order.
    kinds : tuple of str
        What differs, gravest first: "presence" (some reviewers marked nothing here), "label" (those who did, use
        different sets of labels), "boundary" (with equal sets, a label covers different characters), "rating"
        (reviewers gave different points of one scale). Empty when nothing differs.
    """

    start: int
    end: int
    marked: int
    of: int
    labels: Mapping[str, tuple[str, ...]]
    ratings: Mapping[str, Mapping[int, int]]
    members: tuple[Member, ...]
    kinds: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The gravest of `kinds`, or "none"."""
        return self.kinds[0] if self.kinds else "none"

    @property
    def ratings_apart(self) -> float:
        """Share of the pairs of reviewers who rated here that gave different points; of several scales the largest."""
        points: defaultdict[str, defaultdict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        for member in self.members:
            for scale, value in member.ratings.items():
                points[scale][member.reviewer].add(value)
        shares = [
            _unequal(map(frozenset, given.values()), len(given)) / comb(len(given), 2)
            for given in points.values()
            if len(given) > 1
        ]
        return max(shares, default=0.0)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields and `kind`, JSON-safe."""
        return plain(self) | {"kind": self.kind}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of text between two neighbouring boundaries: who marks it, and as what. Nobody: both are empty."""

    start: int
    end: int
    reviewers: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]

    @property
    def marked(self) -> int:
        """Number of reviewers who mark the stretch."""
        return len(self.reviewers)

    def pairs_apart(self, of: int) -> int:
        """Count the pairs among `of` reviewers who mark the stretch with different sets of labels, or one not at all.

        In one layer this is c (m - c), for c of m reviewers who mark it.
        """
        if len(self.labels) < 2:
            return self.marked * (of - self.marked)
        sets: defaultdict[str, list[str]] = defaultdict(list)
        for label, reviewers in self.labels.items():  # sorted, so that equal sets are equal tuples
            for reviewer in reviewers:
                sets[reviewer].append(label)
        return _unequal(map(tuple, sets.values()), of)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields and `marked`, JSON-safe."""
        return plain(self) | {"marked": self.marked}


Answer = tuple[str, CodedRating]
"""A reviewer and the rating given."""
Units = list[dict[str, CodedRating]]
"""The ratings on each shared unit, by reviewer."""


def answers(document: CodedDocument, scale: ScaleInfo) -> list[Answer]:
    """List all ratings of the document, or of the passages the scale is asked of, "cannot be judged" included."""
    if scale.target == "document":
        return [
            (coding.reviewer, rating)
            for coding in document.codings
            for rating in coding.ratings
            if rating.scale == scale.code
        ]
    return [
        (coding.reviewer, rating)
        for coding in document.codings
        for passage in coding.passages
        if _asked(scale, passage.label)
        for rating in passage.ratings
        if rating.scale == scale.code
    ]


def answered_units(document: CodedDocument, scale: ScaleInfo) -> Units:
    """Align the ratings of several reviewers on shared units.

    The unit of a document scale is the document. Passages chosen freely are matched first (`match_passages`), among
    the labels the scale is asked of: the passages whose label is disputed are where the rating matters most.

    Parameters
    ----------
    document : CodedDocument
    scale : ScaleInfo

    Returns
    -------
    list of dict of reviewer to CodedRating
        One for each unit that at least one reviewer answered, "cannot be judged" included. Reviewers who did not mark
        the passage or did not rate it are missing from its unit.
    """
    return units_by_scale(document, [scale])[scale.code]


def units_by_scale(document: CodedDocument, scales: Iterable[ScaleInfo]) -> dict[str, Units]:
    """Return the `answered_units` of each scale, by its code; passages of the same labels are matched once."""
    given: defaultdict[str, dict[UUID, CodedRating]] = defaultdict(dict)
    for coding in document.codings:
        for passage in coding.passages:
            for rating in passage.ratings:
                given[rating.scale][passage.id] = rating
    matched: dict[tuple[str, ...], list[tuple[Member, ...]]] = {}
    found = {}
    for scale in scales:
        if scale.target == "document":
            units = [dict(answers(document, scale))]
        elif scale.code in given:
            if scale.labels not in matched:
                asked = members_of(document, lambda label, scale=scale: _asked(scale, label))
                matched[scale.labels] = match_passages(asked)
            rated = given[scale.code]
            units = [
                {member.reviewer: rated[member.passage] for member in unit if member.passage in rated}
                for unit in matched[scale.labels]
            ]
        else:
            units = []
        found[scale.code] = [unit for unit in units if unit]
    return found


def rating_units(document: CodedDocument, scale: ScaleInfo) -> list[dict[str, int]]:
    """Return the values on each unit that anybody judged; "cannot be judged" is missing. See `answered_units`."""
    return judged_units(answered_units(document, scale))


def judged_units(units: Units) -> list[dict[str, int]]:
    """Return the values on each of some answered units that anybody judged; "cannot be judged" is missing."""
    judged = [{name: rating.value for name, rating in unit.items() if not rating.missing} for unit in units]
    return [unit for unit in judged if unit]


def match_passages(members: Sequence[Member]) -> list[tuple[Member, ...]]:
    """Match passages of different reviewers that are mostly the same characters.

    Passages of different reviewers are linked when their shared characters are at least half of the characters that
    either covers; linked passages form a unit. Of two passages of one reviewer in a unit the longest counts, then
    the first.

    Parameters
    ----------
    members : sequence of Member

    Returns
    -------
    list of tuple of Member
        One unit each, in reading order, with one member for each reviewer in it.
    """
    units = []
    for linked in connected(members, mostly_shared):
        best: dict[str, Member] = {}
        for member in sorted(linked, key=lambda each: (each.start - each.end, *reading_order(each))):
            best.setdefault(member.reviewer, member)
        units.append(tuple(best.values()))
    return units


def groups(document: CodedDocument, label: str | None = None) -> tuple[Group, ...]:
    """Cluster the passages of all reviewers that share characters, in reading order: "k of n marked this, and as what".

    Parameters
    ----------
    document : CodedDocument
    label : str, optional
        The layer to look at: only passages with this label make a group, and those with others join the groups whose
        characters they share. So a long passage of another label, which may be AI-generated over a whole paragraph,
        does not make one group of all it covers.

    Raises
    ------
    ValueError
        When a reviewer has two codings: they were not chosen with `select`.
    """
    of = len({coding.reviewer for coding in document.codings})
    ink = ink_before(document.text)
    members = members_of(document)
    clusters = list(connected([each for each in members if label in (None, each.label)], lambda one, other: True))
    spans = [(min(each.start for each in cluster), max(each.end for each in cluster)) for cluster in clusters]
    if label is not None:
        _join(clusters, spans, [each for each in members if each.label != label])
    return tuple(
        group_of(span, tuple(sorted(cluster, key=reading_order)), of, ink)
        for span, cluster in zip(spans, clusters, strict=True)
    )


def _join(clusters: Sequence[list[Member]], spans: Sequence[tuple[int, int]], others: Sequence[Member]) -> None:
    """Add passages to every cluster they share characters with; the spans are disjoint and in reading order."""
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    for member in others:
        for index in range(bisect_right(ends, member.start), bisect_left(starts, member.end)):
            clusters[index].append(member)


def stretches(document: CodedDocument, label: str | None = None) -> tuple[Stretch, ...]:
    """Cut the text at every boundary of a passage, of one label or all: disjoint stretches that cover it.

    Raises
    ------
    ValueError
        When a reviewer has two codings: they were not chosen with `select`.
    """
    changes: defaultdict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
    for member in members_of(document):
        if label is None or member.label == label:
            changes[member.start][member.label, member.reviewer] += 1
            changes[member.end][member.label, member.reviewer] -= 1
    cuts = sorted({0, len(document.text), *changes})
    active: Counter[tuple[str, str]] = Counter()
    found = []
    for start, end in pairwise(cuts):
        active.update(changes.get(start, {}))
        marks = sorted(mark for mark, times in active.items() if times)
        reviewers = tuple(sorted({reviewer for _, reviewer in marks}))
        found.append(Stretch(start=start, end=end, reviewers=reviewers, labels=_by_label(marks)))
    return tuple(found)


def division(spans: Sequence[Group], pieces: Sequence[Stretch], of: int) -> list[float]:
    """Return for each group the share of pairs of reviewers who differ, averaged over its characters.

    Parameters
    ----------
    spans : sequence of Group
        From `groups`.
    pieces : sequence of Stretch
        From `stretches`, of the same document and layer: they cover the text.
    of : int
        Reviewers of the document.

    Returns
    -------
    list of float
        Between 0 (all mark all of it alike) and 1; 0 for fewer than two reviewers, of whom nobody can differ.
    """
    pairs = comb(of, 2)
    if not pairs:
        return [0.0] * len(spans)
    bounds = np.array([each.start for each in pieces] + [each.end for each in pieces[-1:]], dtype=np.int64)
    weights = np.array([each.pairs_apart(of) * (each.end - each.start) for each in pieces], dtype=np.int64)
    before = np.concatenate([[0], np.cumsum(weights)])
    places = np.searchsorted(bounds, [[each.start, each.end] for each in spans]).reshape(-1, 2)
    sizes = [each.end - each.start for each in spans]
    apart = before[places[:, 1]] - before[places[:, 0]]
    return [float(total) / size / pairs for total, size in zip(apart, sizes, strict=True)]


def _unequal(values: Iterable[Hashable], of: int) -> int:
    """Count the pairs among `of` reviewers whose values differ; those without a value are alike."""
    counts = Counter(values)
    return comb(of, 2) - comb(of - counts.total(), 2) - sum(comb(times, 2) for times in counts.values())


def _asked(scale: ScaleInfo, label: str) -> bool:
    return not scale.labels or label in scale.labels


def members_of(document: CodedDocument, chosen: Callable[[str], bool] = lambda label: True) -> list[Member]:
    """List the passages of all reviewers, of the labels chosen."""
    reviewers = Counter(coding.reviewer for coding in document.codings)
    twice = [reviewer for reviewer, times in reviewers.items() if times > 1]
    if twice:
        raise ValueError(f"{twice[0]} has several codings of {document.slug}: choose one with select")
    return [
        Member(
            reviewer=coding.reviewer,
            passage=passage.id,
            label=passage.label,
            start=passage.start,
            end=passage.end,
            ratings={rating.scale: rating.value for rating in passage.ratings},
            note=passage.note,
        )
        for coding in document.codings
        for passage in coding.passages
        if chosen(passage.label)
    ]


def reading_order(member: Member) -> tuple[int, int, str, str, UUID]:
    """Return what sorts passages by where they begin."""
    return member.start, member.end, member.label, member.reviewer, member.passage


def mostly_shared(one: Member, other: Member) -> bool:
    """Whether different reviewers' spans have an intersection over union of at least one half."""
    shared = min(one.end, other.end) - max(one.start, other.start)
    either = max(one.end, other.end) - min(one.start, other.start)
    return one.reviewer != other.reviewer and 2 * shared >= either


def connected(members: Sequence[Member], linked: Callable[[Member, Member], bool]) -> Iterator[list[Member]]:
    """Yield the connected components of overlapping passages that are linked, by where they begin."""
    ordered = sorted(members, key=reading_order)
    component: list[list[int]] = []
    reached: list[int] = []
    for index, member in enumerate(ordered):
        component.append([index])
        reached = [other for other in reached if ordered[other].end > member.start]
        for other in reached:
            smaller, larger = component[index], component[other]
            if smaller is larger or not linked(member, ordered[other]):
                continue
            if len(smaller) > len(larger):  # so that each passage moves a few times only, however many hang together
                smaller, larger = larger, smaller
            larger.extend(smaller)
            for each in smaller:
                component[each] = larger
        reached.append(index)
    for together in {id(indices): indices for indices in component}.values():
        yield [ordered[index] for index in together]


def group_of(span: tuple[int, int], members: tuple[Member, ...], of: int, ink: NDArray[np.int64]) -> Group:
    """Make a group of passages in reading order; `ink` is `spans.ink_before` of the text."""
    reviewers = {member.reviewer for member in members}
    ratings: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for member in members:
        for scale, value in member.ratings.items():
            ratings[scale][value] += 1
    return Group(
        start=span[0],
        end=span[1],
        marked=len(reviewers),
        of=of,
        labels=_by_label(sorted({(member.label, member.reviewer) for member in members})),
        ratings={scale: dict(sorted(counts.items())) for scale, counts in sorted(ratings.items())},
        members=members,
        kinds=_kinds(members, reviewers, of, ink),
    )


def _kinds(members: Sequence[Member], reviewers: Collection[str], of: int, ink: NDArray[np.int64]) -> tuple[str, ...]:
    spans: defaultdict[str, defaultdict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    points: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for member in members:
        spans[member.reviewer][member.label].append((int(ink[member.start]), int(ink[member.end])))
        for scale, value in member.ratings.items():
            points[scale][member.reviewer].append(value)
    label_sets = {frozenset(layers) for layers in spans.values()}
    coverage = [{label: _covered(pieces) for label, pieces in layers.items()} for layers in spans.values()]
    differs = {
        "presence": len(reviewers) < of,
        "label": len(label_sets) > 1,
        "boundary": len(label_sets) == 1 and any(each != coverage[0] for each in coverage),
        "rating": any(len({frozenset(given) for given in each.values()}) > 1 for each in points.values()),
    }
    return tuple(kind for kind, differ in differs.items() if differ)


def _covered(pieces: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join pieces that overlap or abut: what is covered, however it was marked."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(pieces):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _by_label(marks: Sequence[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    labels: defaultdict[str, list[str]] = defaultdict(list)
    for label, reviewer in marks:
        labels[label].append(reviewer)
    return {label: tuple(reviewers) for label, reviewers in labels.items()}

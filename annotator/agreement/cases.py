"""What adjudication settles, case by case: passages of several reviewers that are readings of the same words.

The documents' codings were chosen with `selection.select`: one coding a reviewer, live passages.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import comb
from uuid import UUID

from annotator.agreement.spans import ink_before
from annotator.agreement.units import Group, Member, connected, group_of, members_of, mostly_shared, reading_order
from annotator.records import CodedDocument

BLOCK = 512  # characters, in which clusters look for each other
Marks = frozenset[tuple[str, int, int]]
"""What one reviewer marked: label, start and end of each passage."""


@dataclass(frozen=True, slots=True)
class Case:
    """Passages to be settled together.

    Attributes
    ----------
    group : Group
        The passages, by whom and how they differ.
    division : float
        From 0 (all reviewers marked the same characters with the same label) to 1: over the pairs of reviewers, the
        mean share of what either marked, by character and label, that the other did not mark so. Pairs of whom
        neither marked anything are alike.
    """

    group: Group
    division: float

    @property
    def start(self) -> int:
        """First code point."""
        return self.group.start

    @property
    def end(self) -> int:
        """Behind the last code point."""
        return self.group.end

    @property
    def rank(self) -> tuple[float, float, int, int]:
        """Sorts the most divided first, then those whose ratings lie apart, then by the text."""
        return -self.division, -self.group.ratings_apart, self.start, self.end

    @property
    def agreed(self) -> bool:
        """Whether every reviewer, of two or more, marked exactly these words once, with one label.

        Where their ratings lie apart, each scale is a case of its own: see `ScaleCase`.
        """
        said = {(each.label, each.start, each.end) for each in self.group.members}
        return len(said) == 1 and self.group.of > 1 and len(self.group.members) == self.group.of


def cases_of(document: CodedDocument, settled: Collection[UUID] = ()) -> tuple[Case, ...]:
    """Cluster the passages that are not settled yet, in reading order.

    Passages with one label hang together where they share at least half of the shorter one: at most one of them can be
    right as it is. Where they share less, as neighbours do whose borders were drawn differently, each is a case, or a
    whole text could be one. Passages with different labels hang together where they are mostly the same characters
    (see `units.match_passages`) and none of their reviewers uses both labels there: somebody who marks a sentence as
    fact and as AI-generated says two things, somebody else who says opinion instead says another one.

    Parameters
    ----------
    document : CodedDocument
    settled : collection of UUID
        Passages that are left out.

    Raises
    ------
    ValueError
        When a reviewer has two codings: they were not chosen with `select`.
    """
    of = len(document.codings)
    ink = ink_before(document.text)
    left = set(settled)
    open_members = [each for each in members_of(document) if each.passage not in left]
    found = []
    for members in _clusters(open_members):
        span = min(each.start for each in members), max(each.end for each in members)
        found.append(Case(group_of(span, tuple(members), of, ink), _division(members, of)))
    return tuple(sorted(found, key=lambda case: (case.start, case.end)))


def _clusters(members: Sequence[Member]) -> Iterator[list[Member]]:
    """Yield clusters in which passages of one label are together, joined where labels are alternatives.

    The labels most reviewers use stand first, so that another one is an alternative to what most say.
    """
    alike = [
        cluster
        for label in sorted({each.label for each in members})
        for cluster in connected([each for each in members if each.label == label], _shared_half)
    ]
    alike.sort(key=lambda cluster: (-len({each.reviewer for each in cluster}), reading_order(cluster[0])))
    clusters: list[list[Member]] = []
    homes: defaultdict[int, list[list[Member]]] = defaultdict(list)  # clusters by the blocks of text they touch
    for cluster in alike:
        blocks = _blocks(cluster)
        near = (each for block in blocks for each in homes[block])
        home = next((each for each in near if _rivals(each, cluster)), None)
        if home is None:
            clusters.append(home := [])
        home.extend(cluster)
        for block in blocks:
            if not any(each is home for each in homes[block]):
                homes[block].append(home)
    for cluster in clusters:
        yield sorted(cluster, key=reading_order)


def _blocks(members: Sequence[Member]) -> range:
    """Number the blocks of text that passages which hang together touch."""
    return range(min(each.start for each in members) // BLOCK, max(each.end for each in members) // BLOCK + 1)


def _shared_half(one: Member, other: Member) -> bool:
    shared = min(one.end, other.end) - max(one.start, other.start)
    return 2 * shared >= min(one.end - one.start, other.end - other.start)


def _rivals(cluster: Sequence[Member], other: Sequence[Member]) -> bool:
    if {each.reviewer for each in cluster} & {each.reviewer for each in other}:
        return False
    return any(mostly_shared(one, two) for one in cluster for two in other)


def _division(members: Sequence[Member], of: int) -> float:
    """Average over the pairs of reviewers; those who marked the same are counted together."""
    marks: dict[str, set[tuple[str, int, int]]] = {}
    for each in members:
        marks.setdefault(each.reviewer, set()).add((each.label, each.start, each.end))
    alike = Counter(frozenset(said) for said in marks.values())
    silent = of - len(marks)
    if of < 2:
        return 0.0
    apart = float(silent * len(marks))
    for (one, times), (two, others) in combinations(alike.items(), 2):
        apart += times * others * _apart(one, two)
    return apart / comb(of, 2)


def _apart(one: Marks, two: Marks) -> float:
    """Share of the characters either marked, label by label, that the other did not mark so."""
    cuts = sorted({at for _, start, end in one | two for at in (start, end)})
    either = both = 0
    for start, end in pairwise(cuts):
        labels = [{label for label, first, last in said if first <= start < last} for said in (one, two)]
        either += (end - start) * len(labels[0] | labels[1])
        both += (end - start) * len(labels[0] & labels[1])
    return 1 - both / either

"""Who reads what: texts dealt out to reviewers so that all read equally many and every two share some. Pure."""

import random
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import combinations
from typing import Generic, TypeVar

Text = TypeVar("Text", bound=Hashable)
Reader = TypeVar("Reader", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Plan(Generic[Text, Reader]):
    """A distribution: what is given out now, and what everybody then reads.

    `given` has new readers only, text by text; `readers` all of them, those outside the choice of reviewers included.
    `loads` counts texts for each reviewer of the choice, `shared` texts that every two of them both read.
    """

    given: Mapping[Text, tuple[Reader, ...]]
    readers: Mapping[Text, frozenset[Reader]]
    loads: Mapping[Reader, int]
    shared: Mapping[frozenset[Reader], int]

    @property
    def n_given(self) -> int:
        """Assignments to make."""
        return sum(len(readers) for readers in self.given.values())

    @property
    def n_compared(self) -> int:
        """Texts that two or more read, so that agreement on them can be computed."""
        return sum(len(readers) >= 2 for readers in self.readers.values())

    @property
    def apart(self) -> tuple[frozenset[Reader], ...]:
        """Pairs of reviewers who share no text."""
        return tuple(pair for pair, number in self.shared.items() if not number)


def distribute(
    texts: Sequence[Text],
    reviewers: Sequence[Reader],
    per_text: int,
    *,
    for_all: int = 0,
    read: Mapping[Text, Iterable[Reader]] | None = None,
    apart: Collection[tuple[Text, Reader]] = (),
    seed: int = 0,
) -> Plan[Text, Reader]:
    """Deal texts out to reviewers.

    Texts are taken in a random order; each goes to those who have the least so far and, among these, to those who
    share the fewest texts with its other readers. Where nothing was given before, loads therefore differ by one at
    most.

    Parameters
    ----------
    texts, reviewers : sequences of distinct hashables
    per_text : int
        Readers each text shall have; fewer where there are not so many reviewers.
    for_all : int
        How many texts every reviewer reads, chosen at random: a common ground however few readers the others have.
    read : mapping, optional
        Who reads which text already. They stay, count as its readers, and fill the loads of reviewers.
    apart : collection of (text, reviewer), optional
        Who must not be given which text: they declined it, say.
    seed : int
        The same seed gives the same plan.

    Raises
    ------
    ValueError
        When `per_text` is below 1, `for_all` below 0 or above the number of texts, or a text or reviewer comes twice.
    """
    if per_text < 1:
        raise ValueError("each text needs one reader at least")
    if not 0 <= for_all <= len(texts):
        raise ValueError("more texts for everybody than there are")
    if len(set(texts)) < len(texts) or len(set(reviewers)) < len(reviewers):
        raise ValueError("a text or a reviewer is named twice")
    chance = random.Random(seed)  # noqa: S311 - a fair draw, no secret
    readers = {text: set((read or {}).get(text, ())) for text in texts}
    loads = Counter(dict.fromkeys(reviewers, 0))
    shared = Counter({frozenset(pair): 0 for pair in combinations(reviewers, 2)})
    for already in readers.values():
        loads.update(loads.keys() & already)
        shared.update(pair for pair in map(frozenset, combinations(already, 2)) if pair in shared)
    given: dict[Text, list[Reader]] = {text: [] for text in texts}

    def give(text: Text, reviewer: Reader) -> None:
        shared.update(frozenset((reviewer, other)) for other in readers[text] if other in loads)
        loads[reviewer] += 1
        readers[text].add(reviewer)
        given[text].append(reviewer)

    order = list(texts)
    chance.shuffle(order)
    for text in order[:for_all]:
        for reviewer in reviewers:
            if reviewer not in readers[text] and (text, reviewer) not in apart:
                give(text, reviewer)
    for text in order[for_all:]:
        while len(readers[text]) < per_text:
            free = [one for one in reviewers if one not in readers[text] and (text, one) not in apart]
            if not free:
                break
            least = min(loads[one] for one in free)
            free = [one for one in free if loads[one] == least]
            chance.shuffle(free)
            others = [other for other in readers[text] if other in loads]
            give(text, min(free, key=lambda one: sum(shared[frozenset((one, other))] for other in others)))
    return Plan(
        given={text: tuple(new) for text, new in given.items() if new},
        readers={text: frozenset(all_of_it) for text, all_of_it in readers.items()},
        loads=dict(loads),
        shared=dict(shared),
    )


def reading_places(
    given: Mapping[Text, Iterable[Reader]], covered: Mapping[Text, int], *, seed: int = 0
) -> dict[tuple[Text, Reader], int]:
    """Say in which place each reader reads what they are given, counted from 1, so that the least covered comes first.

    Readers take turns; each takes the text of theirs that the fewest have read by then, if all read as fast, at random
    where several have as many. So every text is read once before any is read twice, as far as the readers allow.

    Parameters
    ----------
    given : mapping of text to its new readers
    covered : mapping of text to how many read it before; 0 where it is missing
    seed : int
        The same seed gives the same places.
    """
    chance = random.Random(seed)  # noqa: S311 - a fair draw, no secret
    count = Counter(covered)
    waiting: dict[Reader, list[tuple[int, float, Text]]] = defaultdict(list)
    for text, readers in given.items():
        for reader in readers:
            waiting[reader].append((count[text], chance.random(), text))
    for heap in waiting.values():
        heapify(heap)
    places: dict[tuple[Text, Reader], int] = {}
    turns = list(waiting)
    chance.shuffle(turns)
    for place in range(1, max(map(len, waiting.values()), default=0) + 1):
        for reader in turns:
            heap = waiting[reader]
            while heap and heap[0][0] != count[heap[0][2]]:  # others took it since: it waits among those as covered
                _, draw, text = heappop(heap)
                heappush(heap, (count[text], draw, text))
            if heap:
                text = heappop(heap)[2]
                count[text] += 1
                places[text, reader] = place
    return places

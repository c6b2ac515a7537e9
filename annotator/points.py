"""What several reviewers' points on one scale come to: which one stands by a rule, which has a majority, how far apart.

Asked by the actions that settle scales and by the queries that show what is left to settle.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from uuid import UUID

from annotator.records import CodedPassage, CodedRating, ScaleInfo

RULE = "two or more gave a point on the scale, and all who did gave the same"
Said = tuple[str, int, int]
"""Label, start and end of a passage."""


def agreed_point(given: Sequence[int]) -> int | None:
    """Return the point that stands by RULE, or None."""
    return given[0] if len(given) > 1 and len(set(given)) == 1 else None


def majority_point(given: Sequence[int]) -> int | None:
    """Return the point that more than half of those who gave one gave, or None."""
    most = Counter(given).most_common(1)
    return most[0][0] if most and 2 * most[0][1] > len(given) else None


def uncontested(passages: Sequence[CodedPassage], taken: UUID | None = None) -> tuple[tuple[str, int], ...]:
    """Return scale and point of the ratings that passages settled together hand on to the gold passage.

    Those that stand by RULE; and of the passage `taken`, or of one that stands alone, all that nobody contradicts.
    """
    given: dict[str, list[int]] = {}
    own: set[str] = set()
    for passage in passages:
        for rating in passage.ratings:
            given.setdefault(rating.scale, []).append(rating.value)
            if passage.id == taken or len(passages) == 1:
                own.add(rating.scale)
    return tuple(
        (scale, values[0])
        for scale, values in sorted(given.items())
        if len(set(values)) == 1 and (len(values) > 1 or scale in own)
    )


def points_on(scale: str, ratings: Iterable[CodedRating]) -> list[int]:
    """Return the points given on a scale."""
    return [rating.value for rating in ratings if rating.scale == scale]


def stands_for(passage: CodedPassage, votes: Mapping[UUID, Said]) -> bool:
    """Whether a passage is a vote, or the copy of one that its reviewer left as it was in a second round."""
    said = passage.label, passage.start, passage.end
    return passage.id in votes or (passage.derived_from is not None and votes.get(passage.derived_from) == said)


def is_asked_of(scale: ScaleInfo, label: str) -> bool:
    """Whether passages with the label are rated on the scale."""
    return scale.target == "passage" and (not scale.labels or label in scale.labels)


def distance(scale: ScaleInfo, given: Collection[int]) -> float:
    """Return how far apart points are: from 0, all alike, to 1, the mean over their pairs.

    A nominal scale counts unequal points; an ordinal one steps between them, an interval one the difference of their
    values, each as a share of the longest there could be. "Cannot be judged" is as far as can be from every judgement.
    """
    judged = sorted(point.value for point in scale.points if not point.missing)
    pairs = list(combinations(given, 2))
    if not pairs:
        return 0.0
    return sum(_apart(scale.level, judged, one, other) for one, other in pairs) / len(pairs)


def _apart(level: str, judged: list[int], one: int, other: int) -> float:
    if one == other:
        return 0.0
    if level == "nominal" or one not in judged or other not in judged:
        return 1.0
    if level == "interval":
        return abs(one - other) / (judged[-1] - judged[0])
    return abs(judged.index(one) - judged.index(other)) / (len(judged) - 1)

"""The rows of a report: how far reviewers agree on one label or one scale, over one document or many."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from annotator.agreement.alpha import (
    DIFFERENCES,
    NO_PAIRS,
    NO_VARIATION,
    alpha_from_coincidences,
    alpha_of_category,
    nominal,
)
from annotator.agreement.chance import fleiss_from_shares, gwet_from_shares
from annotator.agreement.estimate import Estimate, not_computable
from annotator.agreement.intervals import Interval, alpha_interval, character_interval, layer_interval, u_interval
from annotator.agreement.keeping import quick_to_keep
from annotator.agreement.layers import (
    character_alpha,
    character_percent,
    character_prevalence,
    sentence_ac1,
    sentence_alpha,
    sentence_percent,
    sentence_prevalence,
)
from annotator.agreement.leave_out import LeftOut, left_out, sentence_alpha_without_each
from annotator.agreement.percent import percent_from_coincidences
from annotator.agreement.ratings import Ratings, over_categories
from annotator.agreement.sums import Sums
from annotator.agreement.unitizing import u_alpha
from annotator.agreement.weights import quadratic
from annotator.records import LabelInfo, ScaleInfo

SAME_RATING: Final = not_computable("all who judged gave the same rating, so there is no variation to compare")
THIS_OR_NOT: Final = not_computable("of what two or more judged, everything is this point or nothing is")
SAME_JUDGED: Final = not_computable("all answers compared are judgements, or all are “cannot be judged”")
NO_SHARED: Final[Mapping[str, str]] = {
    "passage": not_computable("no two reviewers judged the same passage on this scale"),
    "document": not_computable("no two reviewers judged the same document on this scale"),
}
NO_RATINGS: Final = not_computable("nobody gave a judgement on this scale")


@quick_to_keep
@dataclass(frozen=True, slots=True)
class LabelRow:
    """How far reviewers mark the same text with a label; prevalences are the shares of judgements that are "marked".

    `u_alpha` is over passages, abutting ones joined. `interval` and `without` are those of `sentence_alpha`, the other
    intervals those of the figures they are named for; None in the row of one document among several.
    """

    label: str
    name: str
    sentence_alpha: Estimate
    u_alpha: Estimate
    character_alpha: Estimate
    sentence_percent: Estimate
    character_percent: Estimate
    sentence_prevalence: Estimate
    character_prevalence: Estimate
    sentence_ac1: Estimate
    n_passages: int
    n_documents: int
    n_reviewers: int
    interval: Interval | None
    u_interval: Interval | None
    character_interval: Interval | None
    without: LeftOut | None


@quick_to_keep
@dataclass(frozen=True, slots=True)
class PointCount:
    """How often a point of a scale was given; `missing` marks "cannot be judged".

    `alpha` is nominal alpha of this point or any other, on the units of the scale's own; None for "cannot be judged",
    and in the row of one document among several.
    """

    value: int
    name: str
    missing: bool
    count: int
    alpha: Estimate | None = None


@quick_to_keep
@dataclass(frozen=True, slots=True)
class MissingShare:
    """How much of a reviewer's ratings, or of all, is "cannot be judged"; `share` is None where there are none."""

    reviewer: str
    n_ratings: int
    n_missing: int
    share: float | None


@quick_to_keep
@dataclass(frozen=True, slots=True)
class ScaleRow:
    """How far reviewers rate alike.

    `alpha` is that of the scale's level. Alpha and percent agreement are conditional on shared units; `coverage` is
    the share of the ratings other than "cannot be judged" that could be compared. `missing` is over all reviewers,
    with an empty name; `n_documents` counts documents with a unit that two reviewers rated. `interval` and `without`
    are those of `alpha`; None in the row of one document among several. `nominal` takes the same units as named
    categories; `fleiss`, `ac1` and `ac2` (quadratic weights; None on a nominal scale) correct for other chances, over
    all points of the codebook. `judged` is alpha of judged or "cannot be judged"; None where no point says that.
    """

    scale: str
    question: str
    level: str
    target: str
    labels: tuple[str, ...]
    alpha: Estimate
    percent: Estimate
    nominal: Estimate
    fleiss: Estimate
    ac1: Estimate
    ac2: Estimate | None
    judged: Estimate | None
    coverage: Estimate
    missing: MissingShare
    missing_by_reviewer: tuple[MissingShare, ...]
    distribution: tuple[PointCount, ...]
    n_units: int
    n_documents: int
    n_reviewers: int
    interval: Interval | None
    without: LeftOut | None


def _explain(estimate: Estimate, reason: str) -> Estimate:
    """Give an undefined estimate its reason in the words of its row; leave a defined one alone."""
    return estimate if estimate.value is not None else replace(estimate, reason=reason)


def label_row(label: LabelInfo, sums: Sums, *, skipped: str = "", alone: bool = False) -> LabelRow:
    """Return the row of a label over documents whose sums were pooled.

    `skipped` says why these are of no document; `alone` leaves out what takes several, in the row of one of them.
    """
    pooled = sums.layers[label.code]
    figures = {
        "sentence_alpha": sentence_alpha(pooled),
        "u_alpha": u_alpha(sums.continua[label.code]),
        "character_alpha": character_alpha(pooled),
        "sentence_percent": sentence_percent(pooled),
        "character_percent": character_percent(pooled),
        "sentence_prevalence": sentence_prevalence(pooled),
        "character_prevalence": character_prevalence(pooled),
        "sentence_ac1": sentence_ac1(pooled),
    }
    if skipped:
        figures = {name: _explain(figure, not_computable(skipped)) for name, figure in figures.items()}
    return LabelRow(
        label=label.code,
        name=label.name,
        n_passages=pooled.n_passages,
        n_documents=pooled.n_documents,
        n_reviewers=len(pooled.reviewers),
        interval=None if alone else layer_interval(pooled.by_document, sums.titles),
        u_interval=None if alone else u_interval(sums.by_document[label.code], sums.titles),
        character_interval=None if alone else character_interval(sums.by_document[label.code], sums.titles),
        without=None if alone else sentence_alpha_without_each(pooled),
        **figures,
    )


def scale_row(scale: ScaleInfo, sums: Sums, *, skipped: str = "", alone: bool = False) -> ScaleRow:
    """Return the row of a scale over documents whose sums were pooled; see `label_row`."""
    pooled = sums.ratings[scale.code]
    readers = sorted(sums.reviewers)
    pairs, n_reviewers = pooled.units, len(pooled.reviewers)
    given = sum(times for (_, _, missing), times in pooled.answers.items() if not missing)
    coverage = Estimate(
        pairs.n_values / given if given else None,
        n_units=pairs.n_units,
        n_reviewers=n_reviewers,
        n_values=given,
    )
    no_pairs = not_computable(skipped) if skipped else NO_SHARED[scale.target]

    def told(estimate: Estimate, same: str = SAME_RATING) -> Estimate:
        return _explain(estimate, {NO_PAIRS: no_pairs, NO_VARIATION: same}.get(estimate.reason, estimate.reason))

    def apart(value: int, missing: bool) -> Estimate | None:
        if alone or missing:
            return None
        place = pooled.values.tolist().index(value) if value in pooled.values else None
        if place is None:
            return told(Estimate(None, NO_VARIATION if pairs.n_units else NO_PAIRS), THIS_OR_NOT)
        return told(alpha_of_category(pairs, place, n_reviewers), THIS_OR_NOT)

    categories = [point.value for point in scale.points if not point.missing]
    categories += [value for value in pooled.values.tolist() if value not in categories]
    shares = over_categories(pooled.shares, pooled.values, categories)
    ac2 = None if scale.level == "nominal" else gwet_from_shares(shares, n_reviewers, quadratic(categories))
    judged = None
    if any(point.missing for point in scale.points):
        judged = told(alpha_from_coincidences(pooled.judged, (0, 1), nominal, len(pooled.judging)), SAME_JUDGED)
    return ScaleRow(
        scale=scale.code,
        question=scale.question,
        level=scale.level,
        target=scale.target,
        labels=scale.labels,
        alpha=told(alpha_from_coincidences(pairs, pooled.values, DIFFERENCES[scale.level], n_reviewers)),
        percent=told(percent_from_coincidences(pairs, n_reviewers)),
        nominal=told(alpha_from_coincidences(pairs, pooled.values, nominal, n_reviewers)),
        fleiss=told(fleiss_from_shares(shares, n_reviewers)),
        ac1=told(gwet_from_shares(shares, n_reviewers)),
        ac2=told(ac2) if ac2 else None,
        judged=judged,
        coverage=_explain(coverage, not_computable(skipped) if skipped else NO_RATINGS),
        missing=_missing_share("", pooled.answers),
        missing_by_reviewer=tuple(
            _missing_share(reader, {key: times for key, times in pooled.answers.items() if key[0] == reader})
            for reader in readers
        ),
        distribution=tuple(
            replace(each, alpha=apart(each.value, each.missing)) for each in _distribution(scale, pooled.answers)
        ),
        n_units=pairs.n_units,
        n_documents=pooled.n_documents,
        n_reviewers=n_reviewers,
        interval=None if alone else _scale_interval(scale, sums),
        without=None if alone else _scale_without_each(scale, pooled),
    )


def _scale_interval(scale: ScaleInfo, sums: Sums) -> Interval:
    ratings = sums.ratings[scale.code]
    return alpha_interval(ratings.by_document, ratings.values, DIFFERENCES[scale.level], sums.titles)


def _scale_without_each(scale: ScaleInfo, pooled: Ratings) -> LeftOut:
    found = {}
    for name, pairs in pooled.without.items():
        others = len(pooled.reviewers - {name})
        found[name] = alpha_from_coincidences(pairs, pooled.values, DIFFERENCES[scale.level], others)
    return left_out(found)


def _missing_share(reviewer: str, given: Mapping[tuple[str, int, bool], int]) -> MissingShare:
    n_ratings = sum(given.values())
    n_missing = sum(times for (_, _, missing), times in given.items() if missing)
    return MissingShare(reviewer, n_ratings, n_missing, n_missing / n_ratings if n_ratings else None)


def _distribution(scale: ScaleInfo, given: Mapping[tuple[str, int, bool], int]) -> tuple[PointCount, ...]:
    """Count the points in the codebook's order; values only another version knows follow, without a name."""
    counts: defaultdict[tuple[int, bool], int] = defaultdict(int)
    for (_, value, missing), times in given.items():
        counts[value, missing] += times
    points = [(point.value, point.name, point.missing) for point in scale.points]
    known = {(value, missing) for value, _, missing in points}
    points += [(value, "", missing) for value, missing in sorted(counts.keys() - known)]
    return tuple(PointCount(value, name, missing, counts[value, missing]) for value, name, missing in points)

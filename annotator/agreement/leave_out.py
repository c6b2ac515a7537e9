"""Agreement without each reviewer: a clear rise means that this reviewer reads differently, which is no error yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from annotator.agreement.alpha import Difference, alpha, alpha_from_coincidences, nominal
from annotator.agreement.estimate import Estimate, not_computable, plain
from annotator.agreement.keeping import quick_to_keep
from annotator.agreement.layers import Layer

FEW_REVIEWERS: Final = not_computable("leaving one reviewer out wants three")
NONE_DEFINED: Final = not_computable("without any one reviewer there is nothing to compare or no variation")


@quick_to_keep
@dataclass(frozen=True, slots=True)
class LeftOut:
    """A figure without each reviewer.

    `without` maps a reviewer to the figure of the others; `low` and `high` are the least and greatest of those that are
    defined, None when none is, and `reason` then says why. Where figures follow from sums, `n_reviewers` counts all
    others of the whole figure, also one whose values then meet nobody's.
    """

    without: Mapping[str, Estimate]
    low: float | None = None
    high: float | None = None
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the fields, JSON-safe."""
        return plain(self)


def left_out(without: Mapping[str, Estimate]) -> LeftOut:
    """Find the range of a figure over the reviewers left out, whatever the figure; see `LeftOut`."""
    values = [estimate.value for estimate in without.values() if estimate.value is not None]
    if values:
        return LeftOut(without, min(values), max(values))
    return LeftOut(without, reason=FEW_REVIEWERS if len(without) < 3 else NONE_DEFINED)


def alpha_without_each(data: ArrayLike, reviewers: Sequence[str], difference: Difference = nominal) -> LeftOut:
    """Krippendorff's alpha of ratings without each reviewer.

    Parameters
    ----------
    data : array_like of float, shape (n_reviewers, n_units)
        Value given by reviewer i to unit j; NaN where the reviewer did not judge it. Units of all documents.
    reviewers : sequence of str
        Whose rows these are.
    difference : callable
        One of `alpha.DIFFERENCES`; an ordinal one takes the counts of the values that stay pairable.

    Returns
    -------
    LeftOut

    Raises
    ------
    ValueError
        When there is not one name for each row, or `alpha` refuses the data.
    """
    table = np.asarray(data, dtype=float)
    if len(table) != len(reviewers):
        raise ValueError("every row of the data belongs to one reviewer")
    rest = {name: np.delete(table, row, axis=0) for row, name in enumerate(reviewers)}
    return left_out({name: alpha(others, difference) for name, others in rest.items()})


def sentence_alpha_without_each(sums: Layer) -> LeftOut:
    """Nominal alpha over sentences without each reviewer of a layer, of one document or pooled."""
    others = len(sums.reviewers) - 1
    return left_out(
        {name: alpha_from_coincidences(rest, (0, 1), nominal, others) for name, rest in sums.without.items()}
    )

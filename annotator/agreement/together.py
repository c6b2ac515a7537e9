"""All labels together: the u-alpha family over what any label marks, text under several labels valued their set.

The one place where all labels make one variable, since the measure takes sets of labels by its definition.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from annotator.agreement.continuum import Unitized
from annotator.agreement.estimate import Estimate, not_computable, plain
from annotator.agreement.keeping import quick_to_keep
from annotator.agreement.unitizing import (
    coding_alpha,
    coding_coverage,
    u_alpha,
    unit_alpha,
    value_alpha,
    value_coverage,
    value_share,
)


@quick_to_keep
@dataclass(frozen=True, slots=True)
class ValueRow:
    """One set of labels: the share of the text marked just so, (k)u-alpha, and the share of that it rests on."""

    labels: tuple[str, ...]
    share: Estimate
    alpha: Estimate
    coverage: Estimate


@quick_to_keep
@dataclass(frozen=True, slots=True)
class TogetherRow:
    """The figures of all labels together, of one document or many.

    `u_alpha` is over passages and labels, `unit_alpha` over what is marked at all, `coding_alpha` over the labels of
    what two or more marked, on which `coverage` of the judgements rest. Abutting passages of one label are one.
    """

    u_alpha: Estimate
    unit_alpha: Estimate
    coding_alpha: Estimate
    coverage: Estimate
    values: tuple[ValueRow, ...]
    n_documents: int
    n_reviewers: int

    def as_dict(self) -> dict[str, Any]:
        """Return the fields, JSON-safe."""
        return plain(self)


def together_row(sums: Unitized, labels: Sequence[str], *, skipped: str = "") -> TogetherRow:
    """Return the figures; values are each of the labels alone, then the sets of several that occur.

    `skipped` says why there are no sums.
    """
    known = [(label,) for label in labels]
    values = known + [value for value in sums.values if len(value) > 1]

    def told(estimate: Estimate) -> Estimate:
        return replace(estimate, reason=not_computable(skipped)) if skipped else estimate

    return TogetherRow(
        u_alpha=told(u_alpha(sums)),
        unit_alpha=told(unit_alpha(sums)),
        coding_alpha=told(coding_alpha(sums)),
        coverage=told(coding_coverage(sums)),
        values=tuple(
            ValueRow(
                labels=value,
                share=told(value_share(sums, *value)),
                alpha=told(value_alpha(sums, *value)),
                coverage=told(value_coverage(sums, *value)),
            )
            for value in values
        ),
        n_documents=sums.n_documents,
        n_reviewers=len(sums.reviewers),
    )

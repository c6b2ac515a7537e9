"""MEASURES: the table of contents of the engine, with the formula and source a page shows beside a figure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from annotator.agreement.alpha import alpha, interval, nominal, ordinal, ratio
from annotator.agreement.estimate import Estimate
from annotator.agreement.f1 import f1
from annotator.agreement.layers import (
    character_alpha,
    character_percent,
    sentence_alpha,
    sentence_percent,
    token_alpha,
)
from annotator.agreement.percent import percent
from annotator.agreement.unitizing import coding_alpha, u_alpha, unit_alpha, value_alpha

ALPHA: Final = "1 − (n − 1) Σ o(c,k) δ²(c,k) / Σ n(c) n(k) δ²(c,k)"
PERCENT: Final = "mean over units of Σ r(k) (r(k) − 1) / (r (r − 1))"
F1: Final = "2 P R / (P + R), P = TP / n(1), R = TP / n(2)"
U: Final = "1 − Σ l(c,k) / Σ e(c,k), e(c,k) = T (l(c) l(k) − [c = k] z(c)) / (T² − Σ z)"
KRIPPENDORFF: Final = "K. Krippendorff, Computing Krippendorff's alpha-reliability, 2011"
UNITIZING: Final = "K. Krippendorff, On the reliability of unitizing continuous data, 1995"
CONTINUA: Final = (
    "K. Krippendorff, Y. Mathet, S. Bouvry and A. Widlöcher, On the reliability of unitizing textual continua, 2016"
)
CONLL: Final = "E. F. Tjong Kim Sang and F. De Meulder, Introduction to the CoNLL-2003 shared task, 2003"
HRIPCSAK: Final = (
    "G. Hripcsak and A. S. Rothschild, Agreement, the F-measure, and reliability in information retrieval, 2005"
)
GWET: Final = "K. L. Gwet, Handbook of Inter-Rater Reliability, 4th ed., 2014, ch. 2"


@dataclass(frozen=True, slots=True)
class Measure:
    """A row of the registry.

    `takes` names the argument of `compute`: "ratings" (array of reviewers x units, NaN where missing), "layer" (a
    `layers.Layer`), "unitized" (a `continuum.Unitized`, of a layer or of all labels), "value" (the same, and the labels
    that make the value) or "hits" (the `f1.Hits` of two reviewers, in the mode that the key ends in). `reviewers` is
    the least number of them; `missing` says whether values may be missing.
    """

    key: str
    name: str
    takes: str
    formula: str
    reference: str
    compute: Callable[..., Estimate]
    reviewers: int = 2
    missing: bool = True


MEASURES: Final[Mapping[str, Measure]] = {
    row.key: row
    for row in (
        Measure(
            "alpha-nominal",
            "Krippendorff's alpha, nominal",
            "ratings",
            ALPHA + ", δ² = [c ≠ k]",
            KRIPPENDORFF,
            partial(alpha, difference=nominal),
        ),
        Measure(
            "alpha-ordinal",
            "Krippendorff's alpha, ordinal",
            "ratings",
            ALPHA + ", δ = Σ n(g) from c to k − (n(c) + n(k)) / 2",
            KRIPPENDORFF,
            partial(alpha, difference=ordinal),
        ),
        Measure(
            "alpha-interval",
            "Krippendorff's alpha, interval",
            "ratings",
            ALPHA + ", δ = c − k",
            KRIPPENDORFF,
            partial(alpha, difference=interval),
        ),
        Measure(
            "alpha-ratio",
            "Krippendorff's alpha, ratio",
            "ratings",
            ALPHA + ", δ = (c − k) / (c + k)",
            KRIPPENDORFF,
            partial(alpha, difference=ratio),
        ),
        Measure("percent", "Percent agreement", "ratings", PERCENT, GWET, percent),
        Measure(
            "sentence-alpha",
            "Alpha on sentences",
            "layer",
            ALPHA + ", sentences marked or not",
            KRIPPENDORFF,
            sentence_alpha,
        ),
        Measure(
            "character-alpha",
            "Alpha on characters",
            "layer",
            ALPHA + ", characters marked or not",
            UNITIZING,
            character_alpha,
        ),
        Measure(
            "token-alpha",
            "Alpha on tokens",
            "layer",
            ALPHA + ", tokens marked or not",
            KRIPPENDORFF,
            token_alpha,
        ),
        Measure("sentence-percent", "Percent agreement on sentences", "layer", PERCENT, GWET, sentence_percent),
        Measure("character-percent", "Percent agreement on characters", "layer", PERCENT, GWET, character_percent),
        Measure("u-alpha", "u-alpha: passages and labels", "unitized", U + ", sums over c ≠ k", CONTINUA, u_alpha),
        Measure(
            "unit-alpha",
            "|u-alpha: marked or not",
            "unitized",
            U + ", sums over the gap and k other than the gap",
            CONTINUA,
            unit_alpha,
        ),
        Measure(
            "coding-alpha",
            "cu-alpha: labels of what two marked",
            "unitized",
            U + ", sums over c ≠ k without the gap, z of the length units share",
            CONTINUA,
            coding_alpha,
        ),
        Measure(
            "value-alpha",
            "(k)u-alpha: one label of what two marked",
            "value",
            "1 − (e(k) / l(k)) (l(k) − l(k,k)) / (e(k) − e(k,k)), without the gap",
            CONTINUA,
            value_alpha,
        ),
        Measure("f1-exact", "F1, same passages", "hits", F1 + ", TP with the same start, end and label", CONLL, f1),
        Measure(
            "f1-overlap",
            "F1, overlapping passages",
            "hits",
            F1 + ", TP the most pairs of one label that share a character",
            HRIPCSAK,
            f1,
        ),
        Measure(
            "f1-overlap_any",
            "F1, overlapping passages, one for several",
            "hits",
            "2 P R / (P + R), P and R the shares that share a character with any of the other's",
            HRIPCSAK,
            f1,
        ),
        Measure("f1-char", "F1, characters", "hits", F1 + ", TP characters with the same label", HRIPCSAK, f1),
    )
}

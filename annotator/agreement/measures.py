"""MEASURES: the table of contents of the engine, with the formula and source a page shows beside a figure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from numpy.typing import ArrayLike

from annotator.agreement.alpha import alpha, interval, nominal, ordinal, ratio
from annotator.agreement.chance import fleiss, gwet, randolph
from annotator.agreement.estimate import Estimate
from annotator.agreement.f1 import f1
from annotator.agreement.kappa import cohen_of_two
from annotator.agreement.layers import (
    character_alpha,
    character_percent,
    sentence_alpha,
    sentence_percent,
    token_alpha,
)
from annotator.agreement.percent import percent
from annotator.agreement.unitizing import coding_alpha, u_alpha, unit_alpha, value_alpha
from annotator.agreement.weights import linear, quadratic

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
COHEN_1960: Final = "J. Cohen, A coefficient of agreement for nominal scales, 1960"
COHEN_1968: Final = "J. Cohen, Weighted kappa, 1968"
FLEISS: Final = "J. L. Fleiss, Measuring nominal scale agreement among many raters, 1971; missing values as Gwet, 2014"
RANDOLPH: Final = "J. J. Randolph, Free-marginal multirater kappa, 2005; R. L. Brennan & D. J. Prediger, 1981"
GWET_2008: Final = (
    "K. L. Gwet, Computing inter-rater reliability and its variance in the presence of high agreement, 2008"
)
GWET_2014: Final = "K. L. Gwet, Handbook of Inter-Rater Reliability, 4th ed., 2014"
KAPPA: Final = "1 − n Σ (1 − w(k,l)) n(k,l) / Σ (1 − w(k,l)) n(k) n(l), n(k,l) units given k by one and l by the other"
CORRECTED: Final = "(p − e) / (1 − e), p percent agreement, "
MEAN_SHARE: Final = "π(k) = mean over all units judged of r(k) / r"
WEIGHTED_GWET: Final = (
    "(p − e) / (1 − e), p = mean over units of Σ r(k) (Σ w(k,l) r(l) − 1) / (r (r − 1)), "
    "e = (Σ w(k,l)) (Σ π(k) (1 − π(k))) / (q (q − 1)), " + MEAN_SHARE
)
EQUAL: Final = ", w = [k = l]"
LINEAR: Final = ", w = 1 − |k − l| / (max − min)"
QUADRATIC: Final = ", w = 1 − ((k − l) / (max − min))²"
NO_VARIATION: Final = "no unit has two values, or all values compared are the same (0 / 0)"
NO_PAIRS: Final = "no unit has two values; 1 where all values compared are the same"
ONE_CATEGORY: Final = "no unit has two values, or the codebook has one category; 1 where all values are the same"
BOTH_CONSTANT: Final = "no unit has both values, or both gave one and the same value throughout; 0 where only one did"
NO_LAYER: Final = "nobody marked anything, everybody marked everything, or no document has two reviewers"
NO_TEXT: Final = "no document has two reviewers; 1 where nobody marked anything"
ALL_ALIKE: Final = "nobody marked anything, or everybody marked the whole text alike"
ALL_OR_NOTHING: Final = "nobody marked anything, or everybody marked the whole text"
NOTHING_SHARED: Final = "no two reviewers marked the same text, or all text that two marked has the same labels"
VALUE_ALONE: Final = (
    "nobody marked text so, no other reviewer marked any of it, or all text that two marked is marked so"
)
NEITHER_MARKED: Final = "neither marked anything in the documents both read"

Compute = Callable[..., Estimate]


@dataclass(frozen=True, slots=True)
class Measure:
    """A row of the registry.

    `takes` says how `compute` is called. "ratings": with an array of reviewers x units, NaN where missing, and the
    codebook's categories, which measures that know only the values given do without. "layer": with a `layers.Layer`.
    "unitized": with a `continuum.Unitized`, of a layer or of all labels. "value": with the same, and the labels that
    make the value. "hits": with the `f1.Hits` of two reviewers, in the mode that the key ends in. `undefined` says in
    words when there is no figure, and what there is at the border of that. `reviewers` is the least number of them and
    `at_most` the greatest, None where there is none; `missing` says whether values may be missing.
    """

    key: str
    name: str
    takes: str
    formula: str
    reference: str
    undefined: str
    compute: Compute
    reviewers: int = 2
    at_most: int | None = None
    missing: bool = True


def _of_values(measure: Compute) -> Compute:
    """Let a measure that knows only the values given be called like one that knows the codebook's categories."""

    def compute(data: ArrayLike, categories: ArrayLike | None = None) -> Estimate:
        return measure(data)

    return compute


def _weighted(measure: Compute, weigh: Callable[[ArrayLike], ArrayLike]) -> Compute:
    """Let the categories themselves be the scores that a measure's weights come from."""

    def compute(data: ArrayLike, categories: ArrayLike) -> Estimate:
        return measure(data, categories, weigh(categories))

    return compute


MEASURES: Final[Mapping[str, Measure]] = {
    row.key: row
    for row in (
        Measure(
            "alpha-nominal",
            "Krippendorff's alpha, nominal",
            "ratings",
            ALPHA + ", δ² = [c ≠ k]",
            KRIPPENDORFF,
            NO_VARIATION,
            _of_values(partial(alpha, difference=nominal)),
        ),
        Measure(
            "alpha-ordinal",
            "Krippendorff's alpha, ordinal",
            "ratings",
            ALPHA + ", δ = Σ n(g) from c to k − (n(c) + n(k)) / 2",
            KRIPPENDORFF,
            NO_VARIATION,
            _of_values(partial(alpha, difference=ordinal)),
        ),
        Measure(
            "alpha-interval",
            "Krippendorff's alpha, interval",
            "ratings",
            ALPHA + ", δ = c − k",
            KRIPPENDORFF,
            NO_VARIATION,
            _of_values(partial(alpha, difference=interval)),
        ),
        Measure(
            "alpha-ratio",
            "Krippendorff's alpha, ratio",
            "ratings",
            ALPHA + ", δ = (c − k) / (c + k)",
            KRIPPENDORFF,
            NO_VARIATION,
            _of_values(partial(alpha, difference=ratio)),
        ),
        Measure("percent", "Percent agreement", "ratings", PERCENT, GWET, NO_PAIRS, _of_values(percent)),
        Measure("cohen", "Cohen's kappa", "ratings", KAPPA + EQUAL, COHEN_1960, BOTH_CONSTANT, cohen_of_two, at_most=2),
        Measure(
            "cohen-linear",
            "Cohen's kappa, linear weights",
            "ratings",
            KAPPA + LINEAR,
            COHEN_1968,
            BOTH_CONSTANT,
            _weighted(cohen_of_two, linear),
            at_most=2,
        ),
        Measure(
            "cohen-quadratic",
            "Cohen's kappa, quadratic weights",
            "ratings",
            KAPPA + QUADRATIC,
            COHEN_1968,
            BOTH_CONSTANT,
            _weighted(cohen_of_two, quadratic),
            at_most=2,
        ),
        Measure(
            "fleiss", "Fleiss' kappa", "ratings", CORRECTED + "e = Σ π(k)², " + MEAN_SHARE, FLEISS, NO_VARIATION, fleiss
        ),
        Measure(
            "randolph",
            "Randolph's free-marginal kappa",
            "ratings",
            CORRECTED + "e = 1 / q for q categories",
            RANDOLPH,
            ONE_CATEGORY,
            randolph,
        ),
        Measure(
            "ac1",
            "Gwet's AC1",
            "ratings",
            CORRECTED + "e = Σ π(k) (1 − π(k)) / (q − 1), " + MEAN_SHARE,
            GWET_2008,
            ONE_CATEGORY,
            gwet,
        ),
        Measure(
            "ac2-linear",
            "Gwet's AC2, linear weights",
            "ratings",
            WEIGHTED_GWET + LINEAR,
            GWET_2014,
            ONE_CATEGORY,
            _weighted(gwet, linear),
        ),
        Measure(
            "ac2-quadratic",
            "Gwet's AC2, quadratic weights",
            "ratings",
            WEIGHTED_GWET + QUADRATIC,
            GWET_2014,
            ONE_CATEGORY,
            _weighted(gwet, quadratic),
        ),
        Measure(
            "sentence-alpha",
            "Alpha on sentences",
            "layer",
            ALPHA + ", sentences marked or not",
            KRIPPENDORFF,
            NO_LAYER,
            sentence_alpha,
        ),
        Measure(
            "character-alpha",
            "Alpha on characters",
            "layer",
            ALPHA + ", characters marked or not",
            UNITIZING,
            NO_LAYER,
            character_alpha,
        ),
        Measure(
            "token-alpha",
            "Alpha on tokens",
            "layer",
            ALPHA + ", tokens marked or not",
            KRIPPENDORFF,
            NO_LAYER,
            token_alpha,
        ),
        Measure(
            "sentence-percent", "Percent agreement on sentences", "layer", PERCENT, GWET, NO_TEXT, sentence_percent
        ),
        Measure(
            "character-percent", "Percent agreement on characters", "layer", PERCENT, GWET, NO_TEXT, character_percent
        ),
        Measure(
            "u-alpha", "u-alpha: passages and labels", "unitized", U + ", sums over c ≠ k", CONTINUA, ALL_ALIKE, u_alpha
        ),
        Measure(
            "unit-alpha",
            "|u-alpha: marked or not",
            "unitized",
            U + ", sums over the gap and k other than the gap",
            CONTINUA,
            ALL_OR_NOTHING,
            unit_alpha,
        ),
        Measure(
            "coding-alpha",
            "cu-alpha: labels of what two marked",
            "unitized",
            U + ", sums over c ≠ k without the gap, z of the length units share",
            CONTINUA,
            NOTHING_SHARED,
            coding_alpha,
        ),
        Measure(
            "value-alpha",
            "(k)u-alpha: one label of what two marked",
            "value",
            "1 − (e(k) / l(k)) (l(k) − l(k,k)) / (e(k) − e(k,k)), without the gap",
            CONTINUA,
            VALUE_ALONE,
            value_alpha,
        ),
        Measure(
            "f1-exact",
            "F1, same passages",
            "hits",
            F1 + ", TP with the same start, end and label",
            CONLL,
            NEITHER_MARKED,
            f1,
            at_most=2,
        ),
        Measure(
            "f1-overlap",
            "F1, overlapping passages",
            "hits",
            F1 + ", TP the most pairs of one label that share a character",
            HRIPCSAK,
            NEITHER_MARKED,
            f1,
            at_most=2,
        ),
        Measure(
            "f1-overlap_any",
            "F1, overlapping passages, one for several",
            "hits",
            "2 P R / (P + R), P and R the shares that share a character with any of the other's",
            HRIPCSAK,
            NEITHER_MARKED,
            f1,
            at_most=2,
        ),
        Measure(
            "f1-char",
            "F1, characters",
            "hits",
            F1 + ", TP characters with the same label",
            HRIPCSAK,
            NEITHER_MARKED,
            f1,
            at_most=2,
        ),
    )
}

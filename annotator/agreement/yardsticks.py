"""Published figures beside which a label or scale of a codebook may be read, with what sets the two apart.

They stand here and not in the codebook: a published version is frozen, and says what reviewers are to do; what others
found with other codebooks is no part of that, grows when more is published, and must not be told to reviewers at work.
A codebook is named by its slug, so all its versions have them, and another codebook's label of the same code has none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

BABE: Final = (
    "T. Spinde, M. Plank, J.-D. Krieger, T. Ruas, B. Gipp and A. Aizawa, Neural Media Bias Detection Using Distant "
    "Supervision With BABE, Findings of EMNLP, 2021"
)
OTHER: Final = "other codebook, other texts"


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What others report for something akin.

    Attributes
    ----------
    codebook : str
        Slug of the codebook it belongs to, whatever its version.
    code : str
        Label or scale of that codebook.
    measure : str
        Key in `measures.MEASURES` of the only figure that may stand beside it.
    what : str
        What was judged there, in words.
    reported : tuple of (name, figures)
        Whose reading, and the alphas published of it, ascending.
    differs : str
        What sets it apart from ours.
    source : str
    """

    codebook: str
    code: str
    measure: str
    what: str
    reported: tuple[tuple[str, tuple[float, ...]], ...]
    differs: str
    source: str


YARDSTICKS: Final[tuple[Yardstick, ...]] = (
    Yardstick(
        codebook="credence-default",
        code="opinion",
        measure="sentence-alpha",
        what="whether a sentence of the news is opinion",
        reported=(("MBIC, crowdworkers", (0.26,)), ("BABE, trained experts", (0.46, 0.60))),
        differs=f"{OTHER}; single sentences in three classes, from factual to opinionated, read without their article",
        source=BABE,
    ),
    Yardstick(
        codebook="credence-default",
        code="slant",
        measure="alpha-ordinal",
        what="whether a sentence of the news is biased",
        reported=(("MBIC, crowdworkers", (0.21,)), ("BABE, trained experts", (0.39, 0.40))),
        differs=f"{OTHER}; biased or not biased, where slant has five ordered points and leans to either side",
        source=BABE,
    ),
)


def yardsticks_of(codebook: str, codes: Sequence[str]) -> tuple[Yardstick, ...]:
    """Return the yardsticks of a codebook, by its slug, for the labels and scales it has."""
    return tuple(each for each in YARDSTICKS if each.codebook == codebook and each.code in codes)

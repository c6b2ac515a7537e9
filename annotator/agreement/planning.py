"""How many more documents a study wants before a figure is known well enough."""

from math import ceil, sqrt

from annotator.agreement.intervals import FEWEST, LEVEL
from annotator.agreement.student import quantile


def documents_needed(
    error: float, n_documents: int, width: float, n_effective: float | None = None, level: float = LEVEL
) -> int:
    """How many more documents like these would narrow an interval to a width.

    Parameters
    ----------
    error : float
        Standard error found with the documents at hand; it shrinks with the square root of their number.
    n_documents : int
        Documents at hand, at least 1.
    width : float
        Wanted distance of the two ends, above 0; that the upper end is cut at 1 is left aside.
    n_effective : float, optional
        Effective documents at hand, which grow in proportion; all of them when omitted.
    level : float
        See `intervals.Interval`.

    Returns
    -------
    int
        0 when the interval is narrow enough. Never so few that the documents count as fewer than three.

    Raises
    ------
    ValueError
        When the width or the effective documents are not above 0, the error is negative, or there is no document.
    """
    share = 1.0 if n_effective is None else n_effective / max(n_documents, 1)
    if not width > 0 or not share > 0 or error < 0 or n_documents < 1:
        raise ValueError("a width above 0, an error of 0 or more and at least one document are needed")
    deviation = error * sqrt(n_documents)

    def narrow(number: int) -> bool:
        return 2 * quantile((1 + level) / 2, share * number - 1) * deviation <= width * sqrt(number)

    high = max(n_documents, ceil(FEWEST / share - 1e-9))
    low = high - 1
    while not narrow(high):
        low, high = high, 2 * high
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (low, middle) if narrow(middle) else (middle, high)
    return high - n_documents

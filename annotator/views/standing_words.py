"""Pass marks and where a reader stands with them, in words: for pages that show them, and for the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from annotator.gold import CHARACTER_F1, SENTENCE_SHARE, WITHIN, Beside, Mark, Marks, Ratings, Standing
from annotator.records import CodebookInfo
from annotator.templatetags.figures import coefficient, counted, share


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One pass mark: of what, what is wanted, this document and the last documents it is taken over, in words."""

    name: str
    code: str
    is_label: bool
    wanted: str
    here: str
    so_far: str
    reached: bool


def names_of(codebook: CodebookInfo) -> Mapping[tuple[str, str], str]:
    """Return the name of each label and the question of each scale."""
    names = {("label", label.code): label.name for label in codebook.labels}
    return names | {("scale", scale.code): scale.question for scale in codebook.scales}


def wanted_words(mark: Mark) -> str:
    """Say what a mark asks for: "F1 .70 on sentences", "80 % of ratings within 1 point of the gold’s"."""
    if mark.measure == WITHIN:
        nearness = f"within {counted(mark.away, 'point')} of the gold’s" if mark.away else "as the gold’s"
        return f"{share(mark.least)} of ratings {nearness}"
    if mark.measure == SENTENCE_SHARE:
        return f"{share(mark.least)} of sentences as the gold has them"
    return f"F1 {coefficient(mark.least)} on {'characters' if mark.measure == CHARACTER_F1 else 'sentences'}"


def marks_words(mark: Mark, marks: Marks, who: str) -> str:
    """Say how a reader marked, beside the gold."""
    if mark.measure == SENTENCE_SHARE:
        return f"{marks.alike} of {counted(marks.units, 'sentence')} as the gold has them"
    if not marks.gold and not marks.theirs:
        return f"neither {who} nor the gold marked any"
    unit = "character" if mark.measure == CHARACTER_F1 else "sentence"
    return (
        f"{counted(marks.both, unit)} as the gold has them; the gold marks {marks.gold:,}, {who} {marks.theirs:,}:"
        f" F1 {coefficient(marks.f1)}"
    )


def ratings_words(mark: Mark, ratings: Ratings) -> str:
    """Say how a reader rated, beside the gold."""
    if not ratings.total:
        return "no rating to compare"
    nearness = f"within {counted(mark.away, 'point')} of the gold’s" if mark.away else "as the gold’s"
    words = f"{ratings.near(mark.away)} of {counted(ratings.total, 'rating')} {nearness}"
    return f"{words}, {ratings.unanswered} not given" if ratings.unanswered else words


def standing_words(standing: Standing, who: str) -> str:
    """Say where a reader, "you" or a pseudonym, stands: "14 of 20 sentences as the gold has them; wanted 16"."""
    mark = standing.mark
    if standing.value is None:
        return f"not computable yet: {standing.reason}"
    if mark.is_of_label:
        words, wanted = marks_words(mark, standing.marks, who), coefficient(mark.least)
        if mark.measure == SENTENCE_SHARE:
            wanted = str(ceil(mark.least * standing.marks.units - 1e-9))
        return f"{words}; wanted {wanted}"
    return f"{ratings_words(mark, standing.ratings)}; wanted {ceil(mark.least * standing.ratings.total - 1e-9)}"


def mark_rows(codebook: CodebookInfo, beside: Beside, standings: Sequence[Standing], who: str) -> list[MarkRow]:
    """Put all marks into words."""
    names = names_of(codebook)
    rows = []
    for each in standings:
        mark = each.mark
        here = (
            marks_words(mark, beside.marks(mark.measure, mark.code), who)
            if mark.is_of_label
            else ratings_words(mark, beside.scales.get(mark.code, Ratings()))
        )
        rows.append(
            MarkRow(
                name=names.get((mark.subject, mark.code), mark.code),
                code=mark.code,
                is_label=mark.is_of_label,
                wanted=wanted_words(mark),
                here=here,
                so_far=standing_words(each, who),
                reached=each.reached,
            )
        )
    return rows

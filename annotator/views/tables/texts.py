"""Rows of one text: its stretches and the places where reviewers differ."""

from collections.abc import Iterator

from annotator.agreement.units import division, groups
from annotator.agreement.units import stretches as stretches_of
from annotator.records import CodedDocument
from annotator.views import document as text
from annotator.views.cases import Wording, places_of
from annotator.views.reviewers import Asked
from annotator.views.tables.cells import Row


def stretches(asked: Asked) -> Iterator[Row]:
    """Who marked each stretch of a text, label by label."""
    choice, coded = _looked_at(asked)
    for piece in stretches_of(coded, choice.layer or None) if coded else ():
        place = [piece.start, piece.end, piece.marked, len(coded.codings), piece.pairs_apart(len(coded.codings))]
        for label, who in piece.labels.items():
            yield [*place, label, len(who), " ".join(who), coded.text[piece.start : piece.end]]


def places(asked: Asked) -> Iterator[Row]:
    """The places where reviewers differ, as the page lists them."""
    choice, coded = _looked_at(asked)
    if coded is None:
        return
    wording, layer = Wording(asked.codebook, coded), choice.layer or None
    found = groups(coded, layer)
    for place in places_of(found, division(found, stretches_of(coded, layer), wording.of)):
        words = wording.case(place)
        yield [
            *(place.number, place.start, place.end, words.marked, words.of, place.division),
            *(" ".join(place.group.kinds) or "alike", words.labels, words.ratings),
            coded.text[place.start : place.end],
        ]


def _looked_at(asked: Asked) -> tuple[text.Choice, CodedDocument | None]:
    """Return what the page of a text was asked for, and the work it then shows."""
    choice = text.Choice.of(asked.request, [label.code for label in asked.codebook.labels])
    study, machines = asked.figures.study, asked.counted["include_machines"]
    coded = text.shown_work(asked.request, study, asked.scope.revision, choice, include_machines=machines)
    return choice, None if coded is None else text.looked_at(coded, choice)

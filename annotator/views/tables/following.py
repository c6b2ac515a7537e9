"""Rows of what is set against one another: earlier and later work, codebook versions, machines and people."""

from collections.abc import Iterator
from typing import Final

from annotator.agreement.machines import machines as beside_people
from annotator.agreement.revisions import Rounds
from annotator.agreement.revisions import rounds as read_again
from annotator.agreement.timeline import Timeline
from annotator.queries.shown import documents_apart
from annotator.views.over_time import followed
from annotator.views.reviewers import Asked
from annotator.views.rounds import pairs
from annotator.views.tables.cells import Row, interval, told

CHANGES: Final = ("before", "kept", "moved", "rated", "taken_back", "added", "document_ratings")


def _followed(asked: Asked) -> Timeline:
    return followed(asked.figures, asked.viewer, asked.counted["work"], asked.query.get("batch", ""))[0]


def over_time(asked: Asked) -> Iterator[Row]:
    """Each figure step by step, alone and so far."""
    found = _followed(asked)
    for series in found.series:
        for step, alone, so_far in zip(found.steps, series.alone, series.so_far, strict=True):
            kind = "label" if series.is_label else "scale"
            yield [kind, series.code, step.first, step.last, len(step.reviewers), *told(alone), *told(so_far)]


def study_changes(asked: Asked) -> Iterator[Row]:
    """When codebook and members changed."""
    for each in _followed(asked).changes:
        yield [each.change.at, each.after, each.change.kind, each.change.name, each.change.detail or None]


def versions(asked: Asked) -> Iterator[Row]:
    """The figures of each codebook version."""
    for version in _followed(asked).versions:
        names = " ".join(f"{slug}-{number}" for slug, number in version.codebooks)
        for row in version.labels:
            yield [names, version.n_documents, "label", row.label, *told(row.sentence_alpha), *interval(row.interval)]
        for row in version.scales:
            yield [names, version.n_documents, "scale", row.scale, *told(row.alpha), *interval(row.interval)]


def _again(asked: Asked) -> Rounds | None:
    documents = documents_apart(asked.figures.study, asked.viewer)
    return read_again(documents, asked.codebook, independent=asked.figures.usual.independent)


def changes(asked: Asked) -> Iterator[Row]:
    """What second rounds changed in each document."""
    found = _again(asked)
    for row in found.documents if found else ():
        yield [row.slug, " ".join(row.reviewers), *(getattr(row.changes, name) for name in CHANGES)]


def machines(asked: Asked) -> Iterator[Row]:
    """Each machine beside people."""
    documents = documents_apart(asked.figures.study, asked.viewer)
    for each in beside_people(documents, asked.codebook, independent=asked.figures.usual.independent):
        begins = [each.machine, each.n_documents]
        for row in each.labels:
            characters = (row.machine, row.people, row.both)
            yield [
                *begins,
                "label",
                row.label,
                *told(row.alpha),
                row.alpha.n_units,
                *told(row.among_people),
                *characters,
            ]
        for row in each.scales:
            yield [*begins, "scale", row.scale, *told(row.alpha), row.alpha.n_units, *[None] * 5]


def rounds(asked: Asked) -> Iterator[Row]:
    """Figures of first and of second rounds."""
    found = _again(asked)
    for row in pairs(found.before, found.after) if found else ():
        yield ["label" if row.is_label else "scale", row.code, *told(row.before), *told(row.after)]

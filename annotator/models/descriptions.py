"""Rows of a codebook as one plain record, for who compares, checks or writes it as a whole."""

from collections.abc import Iterable
from typing import Any

from annotator.models.annotation import Annotation
from annotator.models.codebook import Codebook
from annotator.models.recoding import Recoding
from annotator.records import (
    CodebookInfo,
    CodedPassage,
    CodedRecoding,
    LabelInfo,
    PointInfo,
    ScaleInfo,
)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.split("\n") if line)


def codebook_info(codebook: Codebook) -> CodebookInfo:
    """Return the record of a codebook version; five queries, and none when the same row of a frozen one comes again."""
    if not codebook.is_frozen:
        return _read(codebook)
    if codebook.read_as is None:
        codebook.read_as = _read(codebook)
    return codebook.read_as


def _read(codebook: Codebook) -> CodebookInfo:
    labels = {label.pk: label for label in codebook.labels.prefetch_related("replaces__codebook")}
    scales = codebook.scales.prefetch_related("points", "labels")
    return CodebookInfo(
        slug=codebook.slug,
        version=codebook.version,
        title=codebook.title,
        guidelines=codebook.guidelines,
        published_at=codebook.published_at,
        labels=tuple(
            LabelInfo(
                code=label.code,
                name=label.name,
                definition=label.definition,
                use_when=label.use_when,
                not_when=label.not_when,
                when_in_doubt=label.when_in_doubt,
                examples=_lines(label.examples),
                counterexamples=_lines(label.counterexamples),
                colour_light=label.colour_light,
                colour_dark=label.colour_dark,
                shortcut=label.shortcut,
                position=label.position,
                replaces=tuple(
                    sorted((each.codebook.slug, each.codebook.version, each.code) for each in label.replaces.all())
                ),
            )
            for label in labels.values()
        ),
        scales=tuple(
            ScaleInfo(
                code=scale.code,
                question=scale.question,
                level=scale.level,
                target=scale.target,
                points=tuple(
                    PointInfo(value=point.value, name=point.name, anchor=point.anchor, missing=point.missing)
                    for point in scale.points.all()
                ),
                labels=tuple(label.code for label in scale.labels.all()),
                required=scale.required,
                needs_evidence=scale.needs_evidence,
                position=scale.position,
            )
            for scale in scales
        ),
    )


def codebooks_behind(newer: CodebookInfo, known: dict[tuple[str, int], CodebookInfo]) -> dict[Any, CodebookInfo]:
    """Return `known` with every version that labels of `newer` replace, and those behind these, put into it."""
    waiting, seen = [newer], {newer.key}
    while waiting:
        named = {(slug, version) for label in waiting.pop().labels for slug, version, _ in label.replaces}
        for slug, version in sorted(named - seen):
            if (slug, version) not in known:
                known[slug, version] = codebook_info(Codebook.objects.get(slug=slug, version=version))
            waiting.append(known[slug, version])
        seen |= named
    return known


def passage_said(row: Annotation, answers: Iterable[Recoding]) -> CodedPassage:
    """Return what a passage says, without ratings: its label and span, and what it was coded as again."""
    recoded = tuple(_recoded(each) for each in answers if not each.is_deleted)
    return CodedPassage(row.pk, row.label.code, row.start, row.end, derived_from=row.derived_from_id, recoded=recoded)


def _recoded(answer: Recoding) -> CodedRecoding:
    label = answer.label.code if answer.label is not None else ""
    return CodedRecoding((answer.codebook.slug, answer.codebook.version), label, answer.informed)

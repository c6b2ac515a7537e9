"""What is kept of coded documents: the sums from which the rows of a report follow.

Sums of documents add up to sums, so that a document's are found once. What an interval wants of each document lines up
instead, in arrays whose first axis is that of `Sums.titles`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.continuum import Unitized, pool_unitized, stack_layers, unitized, unitized_layer
from annotator.agreement.layers import Layer, layer, pool_layers
from annotator.agreement.ratings import Ratings, document_ratings, pool_ratings
from annotator.agreement.spans import ink_before
from annotator.agreement.units import Units, units_by_scale
from annotator.records import CodebookInfo, CodedDocument, LabelInfo


@dataclass(frozen=True, slots=True)
class Sums:
    """All that a report needs to know of documents that count.

    `continua` holds the layers as units and gaps, `together` all labels, text under several valued their set.
    `by_document` has of each layer what `intervals.u_interval` wants of each document, from `continuum.stack_layers`.
    """

    titles: tuple[str, ...]
    reviewers: frozenset[str]
    layers: Mapping[str, Layer]
    continua: Mapping[str, Unitized]
    together: Unitized
    ratings: Mapping[str, Ratings]
    by_document: Mapping[str, NDArray[np.float64]]


def document_sums(document: CodedDocument, codebook: CodebookInfo, units: Mapping[str, Units] | None = None) -> Sums:
    """Sum a document with the codings that count, for each label and scale of the codebook.

    `units` are those of its scales, from `units.units_by_scale`, if known.

    Raises
    ------
    ValueError
        When a span is not a passage of the text, or stored sentences do not partition it.
    """
    units = units_by_scale(document, codebook.scales) if units is None else units
    ink = ink_before(document.text)
    marked = {label.code: _marked(document, label) for label in codebook.labels}
    layers = {
        coding.reviewer: {code: spans[coding.reviewer] for code, spans in marked.items()} for coding in document.codings
    }
    continua = {code: unitized_layer(spans, len(document.text), joined=True) for code, spans in marked.items()}
    return Sums(
        titles=(document.title,),
        reviewers=frozenset(coding.reviewer for coding in document.codings),
        layers={code: _layer(document, spans, ink) for code, spans in marked.items()},
        continua=continua,
        together=unitized(layers, len(document.text), joined=True),
        ratings={scale.code: document_ratings(document, scale, units[scale.code]) for scale in codebook.scales},
        by_document={code: stack_layers([continuum]) for code, continuum in continua.items()},
    )


def pool_sums(parts: Sequence[Sums], codebook: CodebookInfo) -> Sums:
    """Add the sums of documents, in their order; of none, all are 0."""
    return Sums(
        titles=tuple(title for part in parts for title in part.titles),
        reviewers=frozenset().union(*(part.reviewers for part in parts)),
        layers={label.code: pool_layers(part.layers[label.code] for part in parts) for label in codebook.labels},
        continua={label.code: pool_unitized(part.continua[label.code] for part in parts) for label in codebook.labels},
        together=pool_unitized(part.together for part in parts),
        ratings={scale.code: pool_ratings([part.ratings[scale.code] for part in parts]) for scale in codebook.scales},
        by_document={
            label.code: np.concatenate([stack_layers([]), *(part.by_document[label.code] for part in parts)])
            for label in codebook.labels
        },
    )


def _marked(document: CodedDocument, label: LabelInfo) -> dict[str, list[tuple[int, int]]]:
    return {
        coding.reviewer: [(each.start, each.end) for each in coding.passages if each.label == label.code]
        for coding in document.codings
    }


def _layer(document: CodedDocument, marked: Mapping[str, Sequence[tuple[int, int]]], ink: NDArray[np.int64]) -> Layer:
    return layer(marked, len(document.text), document.sentences, ink)

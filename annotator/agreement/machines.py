"""Each machine reviewer beside the consensus of the people who read the same documents.

People's own figures never hold a machine's work. What is shown here says how far a machine marks and rates as most
people do, and is no measure of truth.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from annotator.agreement.alpha import DIFFERENCES, alpha_from_coincidences
from annotator.agreement.consensus import majority, marked_confusion, quorum_spans
from annotator.agreement.counts import coincidences, count_patterns
from annotator.agreement.estimate import Estimate, not_computable
from annotator.agreement.layers import Layer, layer, pool_layers, sentence_alpha
from annotator.agreement.selection import select
from annotator.agreement.spans import ink_before, merge
from annotator.agreement.units import rating_units
from annotator.records import CodebookInfo, CodedDocument, Coding, LabelInfo, ScaleInfo

PEOPLE = "people"
NO_MAJORITY = not_computable("no unit that the machine rated has a majority of people’s ratings")


@dataclass(frozen=True, slots=True)
class BesideLabel:
    """One label: the machine beside the text that most people mark.

    `alpha` compares sentences. Of all characters, `machine` are marked by the machine, `people` by most people and
    `both` by both. `among_people` is the people's own alpha on the same documents.
    """

    label: str
    name: str
    alpha: Estimate
    among_people: Estimate
    machine: int
    people: int
    both: int
    length: int


@dataclass(frozen=True, slots=True)
class BesideScale:
    """One scale: the machine beside the point that most people give a unit.

    `n_split` counts units that the machine and two or more people rated, on which no point has more than half of the
    people's votes: these are left out.
    """

    scale: str
    question: str
    level: str
    alpha: Estimate
    n_split: int


@dataclass(frozen=True, slots=True)
class Beside:
    """One machine beside people, over the documents that it and two or more people have submitted."""

    machine: str
    n_documents: int
    labels: tuple[BesideLabel, ...]
    scales: tuple[BesideScale, ...]


def machines(
    documents: Sequence[CodedDocument], codebook: CodebookInfo, *, independent: bool | None = True
) -> tuple[Beside, ...]:
    """Set each machine beside the consensus of people's first rounds.

    Parameters
    ----------
    documents : sequence of CodedDocument
        Of one study, with all their codings.
    codebook : CodebookInfo
        Whose labels and scales make the rows.
    independent : bool, optional
        Which first rounds of people count: see `selection.select`. A machine's last submitted round counts.

    Returns
    -------
    tuple of Beside
        By pseudonym; also machines without a document to compare.
    """
    people = select(documents, independent=independent).documents
    theirs = [
        {
            coding.reviewer: coding
            for coding in select([document], rounds=None, independent=None, include_machines=True).documents[0].codings
            if coding.kind == "machine"
        }
        for document in documents
    ]
    found = []
    for name in sorted({name for codings in theirs for name in codings}):
        shared = [
            (document, codings[name])
            for document, codings in zip(people, theirs, strict=True)
            if name in codings and len(document.codings) >= 2 and document.text
        ]
        found.append(
            Beside(
                machine=name,
                n_documents=len(shared),
                labels=tuple(_beside_label(label, shared) for label in codebook.labels),
                scales=tuple(_beside_scale(scale, name, shared) for scale in codebook.scales),
            )
        )
    return tuple(found)


def _spans(coding: Coding, label: LabelInfo) -> list[tuple[int, int]]:
    return [(each.start, each.end) for each in coding.passages if each.label == label.code]


def _beside_label(label: LabelInfo, shared: Sequence[tuple[CodedDocument, Coding]]) -> BesideLabel:
    crossed = np.zeros((2, 2), dtype=np.int64)
    beside: list[Layer] = []
    among: list[Layer] = []
    for document, machine in shared:
        length, ink = len(document.text), ink_before(document.text)
        marked = {coding.reviewer: _spans(coding, label) for coding in document.codings}
        consensus = quorum_spans([merge(spans, length) for spans in marked.values()])
        own = _spans(machine, label)
        crossed += marked_confusion(merge(own, length, joined=True), consensus, length)
        beside.append(layer({PEOPLE: consensus.tolist(), machine.reviewer: own}, length, document.sentences, ink))
        among.append(layer(marked, length, document.sentences, ink))
    return BesideLabel(
        label=label.code,
        name=label.name,
        alpha=sentence_alpha(pool_layers(beside)),
        among_people=sentence_alpha(pool_layers(among)),
        machine=int(crossed[1].sum()),
        people=int(crossed[:, 1].sum()),
        both=int(crossed[1, 1]),
        length=int(crossed.sum()),
    )


def _beside_scale(scale: ScaleInfo, name: str, shared: Sequence[tuple[CodedDocument, Coding]]) -> BesideScale:
    patterns: Counter[tuple[int, ...]] = Counter()
    n_split = 0
    for document, machine in shared:
        together = replace(document, codings=(*document.codings, machine))
        for unit in rating_units(together, scale):
            votes = [value for reviewer, value in unit.items() if reviewer != name]
            if name in unit and len(votes) >= 2:
                point = majority(votes)
                n_split += point is None
                if point is not None:
                    patterns[tuple(sorted((unit[name], point)))] += 1
    values, counts, multiplicity = count_patterns(patterns)
    alpha = alpha_from_coincidences(coincidences(counts, multiplicity), values, DIFFERENCES[scale.level], 2)
    if not patterns:
        alpha = replace(alpha, reason=NO_MAJORITY)
    return BesideScale(scale.code, scale.question, scale.level, alpha, n_split)

"""Which codings count: independent, submitted work of human reviewers unless asked otherwise, and what is left out."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from annotator.records import CodedDocument, Coding


@dataclass(frozen=True, slots=True)
class Work:
    """Which submitted work enters figures, in the words of pages, API and command; see `select`."""

    key: str
    name: str
    explanation: str
    rounds: tuple[int, ...] | None
    independent: bool | None


WORK: Final[Mapping[str, Work]] = {
    work.key: work
    for work in (
        Work(
            "independent",
            "Independent work",
            "First rounds begun before their reviewer saw others’ work in this study.",
            (1,),
            True,
        ),
        Work(
            "calibrated",
            "After calibration",
            "Work begun, or revised, after its reviewer had seen others’ work in this study.",
            None,
            False,
        ),
        Work(
            "first",
            "All first rounds",
            "First rounds, whether or not their reviewer had seen others’ work.",
            (1,),
            None,
        ),
        Work(
            "second",
            "Second rounds",
            "First rounds that were revised after their reviewer had seen others’ work, as they are now.",
            (2,),
            None,
        ),
    )
}


def usual_work(*, blind: bool) -> Work:
    """Return what counts unless asked otherwise: independent work, and all first rounds where none ever is."""
    return WORK["independent" if blind else "first"]


@dataclass(frozen=True, slots=True)
class Selection:
    """Documents with the chosen codings only, at most one a reviewer, and how many codings were left out and why."""

    documents: tuple[CodedDocument, ...]
    left_out: Mapping[str, int]


def select(
    documents: Iterable[CodedDocument],
    *,
    rounds: tuple[int, ...] | None = (1,),
    independent: bool | None = True,
    include_machines: bool = False,
) -> Selection:
    """Keep the codings whose agreement is asked for, and their live passages.

    Parameters
    ----------
    documents : iterable of CodedDocument
    rounds : tuple of int, optional
        Rounds to keep; None keeps all. Where a reviewer has several of them, the latest counts.
    independent : bool, optional
        True keeps work begun before the reviewer's first reveal in the study, False only later work ("after
        calibration", which for round 2 wants `rounds=None`), None both.
    include_machines : bool
        Whether machines count as reviewers.

    Returns
    -------
    Selection
        All documents, in their order, also those left with fewer than two codings or none.
    """
    chosen: list[CodedDocument] = []
    left_out: Counter[str] = Counter()
    for document in documents:
        kept: dict[str, Coding] = {}
        for coding in sorted(document.codings, key=lambda each: (each.reviewer, each.round)):
            reason = _reason_against(coding, rounds, independent, include_machines)
            if reason:
                left_out[reason] += 1
                continue
            if coding.reviewer in kept:
                left_out["replaced by a later round"] += 1
            live = tuple(passage for passage in coding.passages if passage.deleted_at is None)
            kept[coding.reviewer] = replace(coding, passages=live)
        chosen.append(replace(document, codings=tuple(kept.values())))
    return Selection(documents=tuple(chosen), left_out=dict(sorted(left_out.items())))


def _reason_against(
    coding: Coding, rounds: tuple[int, ...] | None, independent: bool | None, include_machines: bool
) -> str:
    if coding.state != "submitted":
        return "declined" if coding.state == "declined" else "not submitted"
    if coding.role != "reviewer":
        return "adjudication"
    if coding.kind == "machine" and not include_machines:
        return "labelled by a machine"
    if rounds is not None and coding.round not in rounds:
        return f"round {coding.round}"
    if independent is not None and coding.independent is not independent:
        return "independent" if coding.independent else "after calibration"
    return ""

"""A scale to be settled, as the adjudicator's page shows it: its points, who gave which, and their keys."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from annotator.agreement.scale_cases import ScaleCase, Voice
from annotator.queries import CaseBook
from annotator.queries.adjudication import Settled
from annotator.records import PointInfo
from annotator.templatetags.figures import signed
from annotator.views.cases import Wording

KEYS = 9  # points that a digit takes; "cannot be judged" has 0, as in the workbench


@dataclass(frozen=True, slots=True)
class PointOption:
    """One point that can be taken: its key, its value as it is written, and the reviewers who gave it."""

    key: str
    point: PointInfo
    written: str
    voices: tuple[Voice, ...]
    share: str


@dataclass(frozen=True, slots=True)
class ShownScale:
    """An open case on a scale; `label` is that of the gold passage, empty of the document."""

    number: int
    case: ScaleCase
    options: tuple[PointOption, ...]
    label: str
    majority: str
    here: tuple[Settled, ...] = ()
    is_scale: bool = True


def shown_scale(number: int, case: ScaleCase, book: CaseBook, wording: Wording) -> ShownScale:
    """Put a case on a scale into what the page shows."""
    order = {reviewer: index for index, reviewer in enumerate(book.reviewers)}
    return ShownScale(
        number=number,
        case=case,
        options=_options(case, order),
        label=wording.names.get(case.label, case.label),
        majority=_majority_words(case),
    )


def _options(case: ScaleCase, order: dict[str, int]) -> tuple[PointOption, ...]:
    judged = [point for point in case.scale.points if not point.missing]
    unjudged = [point for point in case.scale.points if point.missing]
    show = signed if any(point.value < 0 for point in judged) else str
    keys = [*(str(number) if number <= KEYS else "" for number in range(1, len(judged) + 1))]
    keys += ["0" if number == 0 else "" for number in range(len(unjudged))]
    return tuple(
        PointOption(key, point, _written(point, show), voices, _share(voices, case))
        for key, point in zip(keys, [*judged, *unjudged], strict=True)
        for voices in [_voices(case, point, order)]
    )


def _written(point: PointInfo, show: Callable[[int], str]) -> str:
    """The value as it is written before the point's name; nothing where the name begins with it."""
    if point.name.startswith(str(point.value)):
        return ""
    return "–" if point.missing else show(point.value)


def _voices(case: ScaleCase, point: PointInfo, order: dict[str, int]) -> tuple[Voice, ...]:
    gave = [voice for voice in case.voices if voice.value == point.value]
    return tuple(sorted(gave, key=lambda voice: order[voice.reviewer]))


def _share(voices: Sequence[Voice], case: ScaleCase) -> str:
    return f"{100 * len(voices) / len(case.voices):.2f}"


def point_name(case: ScaleCase, value: int | None) -> str:
    """Return the name of a point of the case's scale."""
    return next((point.name for point in case.scale.points if point.value == value), "")


def _majority_words(case: ScaleCase) -> str:
    if case.majority is None:
        return ""
    name = point_name(case, case.majority)
    return f"More than half of those who rated say {name}. Whatever else you choose needs a reason."

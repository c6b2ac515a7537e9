"""What adjudication settles about scales: points that reviewers gave apart, on a gold passage or on the document."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from annotator.points import agreed_point, distance, is_asked_of, majority_point, points_on
from annotator.records import CodedPassage, Coding, ScaleInfo


@dataclass(frozen=True, slots=True)
class Voice:
    """A reviewer's point; `passage` is the passage it was given to, None for the document."""

    reviewer: str
    value: int
    passage: UUID | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ScaleCase:
    """One scale of one gold passage, or of the document where `passage` is None.

    `silent` are the reviewers who were asked and gave no point.
    """

    scale: ScaleInfo
    passage: UUID | None
    label: str
    start: int
    end: int
    voices: tuple[Voice, ...]
    silent: tuple[str, ...]

    @property
    def given(self) -> list[int]:
        """The points given."""
        return [voice.value for voice in self.voices]

    @property
    def division(self) -> float:
        """How far apart the points are, from 0 to 1: see `points.distance`."""
        return distance(self.scale, self.given)

    @property
    def rank(self) -> tuple[float, float, int, int]:
        """Sorts among cases of passages: the most divided first, then by the text."""
        return -self.division, 0.0, self.start, self.end

    @property
    def agreed(self) -> bool:
        """Whether its point stands by the rule."""
        return agreed_point(self.given) is not None

    @property
    def majority(self) -> int | None:
        """The point that more than half of those who rated gave."""
        return majority_point(self.given)

    @property
    def key(self) -> str:
        """Changes with anything that is said in it."""
        said = sorted((voice.reviewer, voice.value, str(voice.passage or "")) for voice in self.voices)
        return " ".join(f"{reviewer}={value}@{passage}" for reviewer, value, passage in said)


def passage_scales(
    gold: CodedPassage,
    votes: Sequence[tuple[str, CodedPassage]],
    scales: Sequence[ScaleInfo],
    decided: Collection[str] = (),
) -> list[ScaleCase]:
    """Return the scales of a gold passage on which reviewers' points differ and that are not decided yet.

    `votes` are the reviewers' passages that the gold passage settles and that have its label.
    """
    found = []
    for scale in scales:
        if scale.code in decided or not is_asked_of(scale, gold.label):
            continue
        voices = tuple(
            Voice(reviewer, value, passage.id, passage.note)
            for reviewer, passage in votes
            for value in points_on(scale.code, passage.ratings)
        )
        if len({voice.value for voice in voices}) < 2:
            continue
        answered = {voice.reviewer for voice in voices}
        silent = tuple(sorted({reviewer for reviewer, _ in votes} - answered))
        found.append(ScaleCase(scale, gold.id, gold.label, gold.start, gold.end, voices, silent))
    return found


def document_scales(
    codings: Sequence[Coding], length: int, scales: Sequence[ScaleInfo], decided: Collection[str] = ()
) -> list[ScaleCase]:
    """Return the scales of the document that two reviewers or more rated, alike or apart, and are not decided yet."""
    found = []
    for scale in scales:
        if scale.target != "document" or scale.code in decided:
            continue
        voices = tuple(
            Voice(coding.reviewer, value) for coding in codings for value in points_on(scale.code, coding.ratings)
        )
        if len(voices) < 2:
            continue
        answered = {voice.reviewer for voice in voices}
        silent = tuple(coding.reviewer for coding in codings if coding.reviewer not in answered)
        found.append(ScaleCase(scale, None, "", 0, length, voices, silent))
    return found

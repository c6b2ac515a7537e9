"""Places that reviewers marked, in words: how many of them, as what, how they differ and who said what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb
from types import MappingProxyType

from annotator.agreement.comparison import bases_of
from annotator.agreement.units import Group, Member, Stretch
from annotator.records import CodebookInfo, CodedDocument, ScaleInfo
from annotator.templatetags.figures import counted, signed

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "presence": "marked by some only",
        "label": "labels differ",
        "boundary": "borders differ",
        "rating": "ratings differ",
    }
)
ALIKE = "alike"
HEARD = 3  # passages of a reviewer at a place that are quoted; the table has them all


@dataclass(frozen=True, slots=True)
class Place:
    """A group of passages with its number in the order of the text and how divided the reviewers are about it."""

    number: int
    group: Group
    division: float

    @property
    def start(self) -> int:
        """First code point."""
        return self.group.start

    @property
    def end(self) -> int:
        """Behind the last code point."""
        return self.group.end

    @property
    def rank(self) -> tuple[float, float, int]:
        """Sorts the most divided first, then those whose ratings lie apart, then by the text."""
        return -self.division, -self.group.ratings_apart, self.number

    def is_of(self, kind: str) -> bool:
        """Whether reviewers differ here in this way; in any, for ""; in none, for "alike"."""
        kinds = self.group.kinds
        return not kinds if kind == ALIKE else bool(kinds) if not kind else kind in kinds


def places_of(groups: Sequence[Group], divisions: Sequence[float]) -> list[Place]:
    """Number groups, which come in the order of the text."""
    return [
        Place(number, group, division)
        for number, (group, division) in enumerate(zip(groups, divisions, strict=True), start=1)
    ]


@dataclass(frozen=True, slots=True)
class Filter:
    """One way in which reviewers differ, or the places where they do not: how many places, and its words."""

    kind: str
    words: str
    count: int


def filters_of(places: Sequence[Place]) -> list[Filter]:
    """Count the places of each kind. One that differs in several ways counts with each."""
    words = {
        "": "All that differ",
        **{kind: said.capitalize() for kind, said in KINDS.items()},
        ALIKE: "Nothing differs",
    }
    return [Filter(kind, said, sum(place.is_of(kind) for place in places)) for kind, said in words.items()]


@dataclass(frozen=True, slots=True)
class Heard:
    """A reviewer's passage at a place: its label in words, its ratings, its note; `whole` if it covers the place."""

    label: str
    words: str
    ratings: str
    start: int
    end: int
    whole: bool
    note: str


@dataclass(frozen=True, slots=True)
class Voice:
    """What one reviewer says about a place: the first passages, and how many more there are."""

    reviewer: str
    heard: tuple[Heard, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Case:
    """A place in words; `silent` are the reviewers who marked nothing there."""

    number: int
    start: int
    end: int
    marked: int
    of: int
    labels: str
    ratings: str
    kinds: str
    voices: tuple[Voice, ...]
    silent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A stretch of the text in words; `labels` has a label's code, what it is said to be, and by whom.

    Of all `pairs` of reviewers so many are `apart`.
    """

    start: int
    end: int
    marked: int
    apart: int
    pairs: int
    labels: tuple[tuple[str, str, str], ...]


def basis_words(scale: ScaleInfo, given: Mapping[str, set[int]], of: int) -> str:
    """Say what marks rest on: "declared in the text by 1 of 4, suspected by 2 of 4".

    `given` maps each reviewer who used the label to the points given on the scale.
    """
    words = []
    for point in scale.points:
        number = sum(point.value in values for values in given.values())
        if number:
            words.append(f"{_begun_small(point.name)} by {number} of {of}")
    if unsaid := sum(not values for values in given.values()):
        words.append(f"basis not given by {unsaid} of {of}")
    return ", ".join(words)


def _begun_small(words: str) -> str:
    return f"{words[:1].lower()}{words[1:]}"


def _rating_words(scale: ScaleInfo, counts: Mapping[int, int]) -> str:
    """Say between which points ratings lie: "slant −1 to +1, cannot be judged 1"."""
    missing = {point.value: point.name for point in scale.points if point.missing}
    judged = sorted(value for value in counts if value not in missing)
    show = signed if any(point.value < 0 for point in scale.points) else str
    words = []
    if judged:
        words.append(show(judged[0]) if judged[0] == judged[-1] else f"{show(judged[0])} to {show(judged[-1])}")
    several = sum(counts.values()) > 1
    words += [
        f"{name.lower()} {counts[value]}" if several else name.lower()
        for value, name in missing.items()
        if counts.get(value)
    ]
    return f"{scale.code.replace('-', ' ')} {', '.join(words)}"


class Wording:
    """Puts what reviewers marked into the words of a codebook, over all reviewers of a document."""

    def __init__(self, codebook: CodebookInfo, document: CodedDocument) -> None:
        self.text = document.text
        self.reviewers = sorted(coding.reviewer for coding in document.codings)
        self.names = {label.code: label.name for label in codebook.labels}
        self.bases = bases_of(codebook)
        said_with_label = {scale.code for scale in self.bases.values()}
        passage_scales = [scale for scale in codebook.scales if scale.target == "passage"]
        self.scales = [scale for scale in passage_scales if scale.code not in said_with_label]
        self.passages = {coding.reviewer: coding.passages for coding in document.codings}

    @property
    def of(self) -> int:
        """Number of reviewers."""
        return len(self.reviewers)

    def case(self, place: Place) -> Case:
        """Put a place into words, with what each reviewer says about it."""
        group = place.group
        by_reviewer: dict[str, list[Member]] = {}
        for member in sorted(group.members, key=lambda each: each.reviewer):
            by_reviewer.setdefault(member.reviewer, []).append(member)
        return Case(
            number=place.number,
            start=group.start,
            end=group.end,
            marked=group.marked,
            of=group.of,
            labels=self._labels(group),
            ratings="; ".join(
                _rating_words(scale, group.ratings[scale.code]) for scale in self.scales if scale.code in group.ratings
            ),
            kinds=", ".join(KINDS[kind] for kind in group.kinds),
            voices=tuple(
                Voice(
                    reviewer,
                    tuple(self.heard(member, group) for member in members[:HEARD]),
                    max(len(members) - HEARD, 0),
                )
                for reviewer, members in by_reviewer.items()
            ),
            silent=tuple(reviewer for reviewer in self.reviewers if reviewer not in by_reviewer),
        )

    def _labels(self, group: Group) -> str:
        words = []
        for code in self._ordered(group.labels):
            if code not in self.bases:
                words.append(f"{self.names.get(code, code)} {len(group.labels[code])}")
                continue
            given: dict[str, set[int]] = {reviewer: set() for reviewer in group.labels[code]}
            for member in group.members:
                if member.label == code and self.bases[code].code in member.ratings:
                    given[member.reviewer].add(member.ratings[self.bases[code].code])
            words.append(f"{self.names[code]} {basis_words(self.bases[code], given, group.of)}")
        return ", ".join(words)

    def _ordered(self, codes: Iterable[str]) -> list[str]:
        """The codebook's labels in its order, then those it does not have."""
        used = set(codes)
        return [code for code in self.names if code in used] + sorted(used - self.names.keys())

    def heard(self, member: Member, group: Group) -> Heard:
        """Put a reviewer's passage at a place into words."""
        words = self.names.get(member.label, member.label)
        if scale := self.bases.get(member.label):
            basis = {point.value: point.name for point in scale.points}.get(member.ratings.get(scale.code, 0))
            words += f", {_begun_small(basis)}" if basis else ", basis not given"
        return Heard(
            label=member.label,
            words=words,
            ratings=", ".join(
                _rating_words(scale, {member.ratings[scale.code]: 1})
                for scale in self.scales
                if scale.code in member.ratings
            ),
            start=member.start,
            end=member.end,
            whole=self.text[member.start : member.end].strip() == self.text[group.start : group.end].strip(),
            note=member.note,
        )

    def row(self, piece: Stretch) -> Row:
        """Put a stretch into words: who marks it, and as what."""
        labels = []
        for code in self._ordered(piece.labels):
            who = piece.labels[code]
            words = f"{self.names.get(code, code)} {len(who)}"
            if scale := self.bases.get(code):
                given = {reviewer: self._given(scale, reviewer, code, piece) for reviewer in who}
                words = f"{self.names[code]} {basis_words(scale, given, self.of)}"
            labels.append((code, words, ", ".join(who)))
        return Row(piece.start, piece.end, piece.marked, piece.pairs_apart(self.of), comb(self.of, 2), tuple(labels))

    def _given(self, scale: ScaleInfo, reviewer: str, code: str, piece: Stretch | None = None) -> set[int]:
        """The points a reviewer gave on a scale to passages with a label: to all, or to those over a stretch."""
        return {
            rating.value
            for passage in self.passages[reviewer]
            if passage.label == code and (piece is None or (passage.start <= piece.start and piece.end <= passage.end))
            for rating in passage.ratings
            if rating.scale == scale.code
        }

    def marked_by(self, reviewer: str) -> str:
        """Say how many passages a reviewer has of each label: "Fact 2, AI-generated suspected 1"."""
        words = []
        for code in self._ordered(passage.label for passage in self.passages[reviewer]):
            found = [passage for passage in self.passages[reviewer] if passage.label == code]
            name = self.names.get(code, code)
            scale = self.bases.get(code)
            if scale is None:
                words.append(f"{name} {len(found)}")
                continue
            given = [rating.value for each in found for rating in each.ratings if rating.scale == scale.code]
            said = [(_begun_small(point.name), given.count(point.value)) for point in scale.points]
            said.append(("basis not given", len(found) - len(given)))
            words.append(f"{name} {', '.join(f'{basis} {number}' for basis, number in said if number)}")
        return ", ".join(words)

    def bases_in_words(self) -> list[tuple[str, str]]:
        """Return label and words for each label whose marks name their basis, over all reviewers of the document."""
        found = []
        for code, scale in self.bases.items():
            given = {
                reviewer: self._given(scale, reviewer, code)
                for reviewer, passages in self.passages.items()
                if any(passage.label == code for passage in passages)
            }
            words = basis_words(scale, given, self.of)
            found.append((self.names[code], words or f"marked by none of {counted(self.of, 'reviewer')}"))
        return found

"""Places that reviewers marked, in words: how many of them, as what, how they differ and who said what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from annotator.agreement.units import Group
from annotator.records import CodebookInfo, CodedDocument, ScaleInfo
from annotator.templatetags.figures import counted, signed

KINDS = {
    "presence": "marked by some only",
    "label": "labels differ",
    "boundary": "borders differ",
    "rating": "ratings differ",
}


def basis_scales(codebook: CodebookInfo) -> dict[str, ScaleInfo]:
    """Return, by label, the nominal passage scale asked of that label alone: what a mark of it rests on."""
    return {
        scale.labels[0]: scale
        for scale in codebook.scales
        if scale.target == "passage" and scale.level == "nominal" and len(scale.labels) == 1
    }


def basis_words(scale: ScaleInfo, given: Mapping[str, set[int]], of: int) -> str:
    """Say what marks rest on: "declared in the text by 1 of 4, suspected by 2 of 4".

    `given` maps each reviewer who used the label to the points given on the scale.
    """
    words = []
    for point in scale.points:
        number = sum(point.value in values for values in given.values())
        if number:
            words.append(f"{point.name[:1].lower()}{point.name[1:]} by {number} of {of}")
    if unsaid := sum(not values for values in given.values()):
        words.append(f"basis not given by {unsaid} of {of}")
    return ", ".join(words)


def _rating_words(scale: ScaleInfo, counts: Mapping[int, int]) -> str:
    missing = {point.value: point.name for point in scale.points if point.missing}
    judged = sorted(value for value in counts if value not in missing)
    show = signed if any(point.value < 0 for point in scale.points) else str
    words = []
    if judged:
        words.append(show(judged[0]) if judged[0] == judged[-1] else f"{show(judged[0])} to {show(judged[-1])}")
    words += [f"{name.lower()} {counts[value]}" for value, name in missing.items() if counts.get(value)]
    return f"{scale.code.replace('-', ' ')} {', '.join(words)}"


@dataclass(frozen=True, slots=True)
class Case:
    """A group of overlapping passages in words."""

    number: int
    group: Group
    labels: str
    ratings: str
    kinds: str
    division: float

    @property
    def start(self) -> int:
        """First code point."""
        return self.group.start

    @property
    def end(self) -> int:
        """Behind the last code point."""
        return self.group.end


def _division(group: Group) -> float:
    """Share of the pairs of reviewers who gave the group different sets of labels, none included."""
    sets: dict[str, set[str]] = {}
    for label, reviewers in group.labels.items():
        for reviewer in reviewers:
            sets.setdefault(reviewer, set()).add(label)
    given = [frozenset(labels) for labels in sets.values()] + [frozenset()] * (group.of - group.marked)
    pairs = list(combinations(given, 2))
    return sum(one != other for one, other in pairs) / len(pairs) if pairs else 0.0


def _label_words(group: Group, codebook: CodebookInfo) -> str:
    names = {label.code: label.name for label in codebook.labels}
    bases = basis_scales(codebook)
    words = []
    for code in [label.code for label in codebook.labels if label.code in group.labels]:
        reviewers = group.labels[code]
        if code not in bases:
            words.append(f"{names[code]} {len(reviewers)}")
            continue
        given: dict[str, set[int]] = {reviewer: set() for reviewer in reviewers}
        for member in group.members:
            if member.label == code and bases[code].code in member.ratings:
                given[member.reviewer].add(member.ratings[bases[code].code])
        words.append(f"{names[code]} {basis_words(bases[code], given, group.of)}")
    unknown = [f"{code} {len(reviewers)}" for code, reviewers in group.labels.items() if code not in names]
    return ", ".join(words + unknown)


def cases_of(groups: Sequence[Group], codebook: CodebookInfo) -> list[Case]:
    """Put groups into words, numbered in reading order."""
    said_with_label = {scale.code for scale in basis_scales(codebook).values()}
    scales = [scale for scale in codebook.scales if scale.target == "passage" and scale.code not in said_with_label]
    return [
        Case(
            number=number,
            group=group,
            labels=_label_words(group, codebook),
            ratings="; ".join(
                _rating_words(scale, group.ratings[scale.code]) for scale in scales if scale.code in group.ratings
            ),
            kinds=", ".join(KINDS[kind] for kind in group.kinds),
            division=_division(group),
        )
        for number, group in enumerate(groups, start=1)
    ]


def basis_summary(document: CodedDocument, codebook: CodebookInfo) -> list[tuple[str, str]]:
    """Return label and words for each label whose marks name their basis, over all reviewers of the document."""
    found = []
    names = {label.code: label.name for label in codebook.labels}
    for code, scale in basis_scales(codebook).items():
        given: dict[str, set[int]] = {}
        for coding in document.codings:
            for passage in coding.passages:
                if passage.label == code:
                    values = {rating.value for rating in passage.ratings if rating.scale == scale.code}
                    given.setdefault(coding.reviewer, set()).update(values)
        words = basis_words(scale, given, len(document.codings)) if given else ""
        found.append((names[code], words or f"marked by none of {counted(len(document.codings), 'reviewer')}"))
    return found

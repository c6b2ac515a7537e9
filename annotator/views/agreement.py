"""What the pages on agreement share: which work is counted, what is said before the reveal, and groups in words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from annotator.agreement.measures import MEASURES, Measure
from annotator.agreement.report import Report, report
from annotator.agreement.selection import WORK, Work, usual_work
from annotator.agreement.units import Group
from annotator.models import Assignment, Study, User
from annotator.queries import codebook_info, oversees, reviews_under_way
from annotator.records import CodebookInfo, CodedDocument, ScaleInfo
from annotator.templatetags.figures import counted, signed
from sources.models import Revision

KINDS = {
    "presence": "marked by some only",
    "label": "labels differ",
    "boundary": "borders differ",
    "rating": "ratings differ",
}


def chosen_work(key: str, study: Study) -> Work:
    """Return the work asked for; where the word is unknown, what usually counts in the study."""
    return WORK.get(key, usual_work(blind=study.is_blind))


def report_of(documents: Sequence[CodedDocument], study: Study, work: Work) -> Report:
    """Return the agreement over the chosen work."""
    info = codebook_info(study.codebook)
    return report(documents, info, rounds=work.rounds, independent=work.independent)


def has_later_work(documents: Sequence[CodedDocument]) -> bool:
    """Whether any work was begun after its reviewer had seen others', so that the choice of work matters."""
    return any(
        coding.state == "submitted" and coding.role == "reviewer" and not coding.independent
        for document in documents
        for coding in document.codings
    )


def measures_of(codebook: CodebookInfo) -> list[Measure]:
    """Return the measures that the pages of this codebook show, with formula and source."""
    levels = sorted({f"alpha-{scale.level}" for scale in codebook.scales})
    keys = ["sentence-alpha", "u-alpha", "character-alpha", *levels, "sentence-percent", "percent"]
    return [MEASURES[key] for key in keys]


def readable_study(user: User, slug: str) -> Study | None:
    """Return a study the user may see, with its codebook."""
    return Study.objects.visible_to(user).select_related("codebook").filter(slug=slug).first()


@dataclass(frozen=True, slots=True)
class Blindness:
    """Why others' work is not shown yet and what ends that. Depends on nothing that others do."""

    words: str
    own: Assignment | None = None
    may_reveal: bool = False


def blindness(study: Study, user: User, revision: Revision) -> Blindness:
    """Say what the user needs before others' work on this text is shown."""
    mine = Assignment.objects.filter(revision=revision, reviewer=user, round=1, role=Assignment.Role.REVIEWER)
    here = mine.filter(study=study).select_related("study").first()
    if here is not None and here.is_open and not study.is_closed:
        words = (
            "Others’ work on this document is shown after you have submitted yours."
            " Nobody sees your passages before you submit, and you see nobody’s."
        )
        return Blindness(words, here)
    blind = Assignment.objects.blind_reviews(user).under_way()
    elsewhere = blind.filter(revision=revision).select_related("study").first()
    if elsewhere is not None:
        words = (
            "You hold this document unsubmitted, here or in another study."
            " Others’ work on it is shown after you have submitted yours."
        )
        return Blindness(words, elsewhere)
    if here is not None and here.may_reveal:
        words = "You have submitted your work."
        if not study.is_closed:
            words += " Once you see others’, what you begin later in this study no longer counts as independent."
        return Blindness(words, here, may_reveal=True)
    if oversees(study, user) and reviews_under_way(study, user):
        words = "You review other documents of this study. Others’ work is shown once you have submitted all of yours."
        return Blindness(words, here)
    if here is not None and here.is_submitted:
        return Blindness("You have submitted your work. Others’ is shown once the study is closed.", here)
    return Blindness("Others’ work is shown once the study is closed.", here)


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


def left_out_words(left_out: Mapping[str, int]) -> list[str]:
    """Say what was left out of the figures and why, the most first."""
    most_first = Counter(left_out).most_common()
    return [f"{counted(number, 'piece')} of work: {reason}" for reason, number in most_first]

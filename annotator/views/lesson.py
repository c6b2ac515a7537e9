"""One's work on a training document beside the gold: both on the text, where they differ and why, and the marks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from annotator.gold import Place
from annotator.models import Assignment, Study, User
from annotator.queries import LessonResult, lesson_result
from annotator.records import CodebookInfo, CodedDecision, CodedPassage, CodedRating, Coding, LabelInfo
from annotator.templatetags.passages import two_texts
from annotator.views.standing_words import mark_rows


@dataclass(frozen=True, slots=True)
class Marked:
    """A passage with its label, as the marked text wants it."""

    start: int
    end: int
    label: LabelInfo


@dataclass(frozen=True, slots=True)
class Answer:
    """One question with both answers, in the words of the scale; empty where one was not given."""

    question: str
    gold: str
    theirs: str
    reason: str = ""

    @property
    def differs(self) -> bool:
        """Whether the answers are not the same."""
        return self.gold != self.theirs


@dataclass(frozen=True, slots=True)
class Entry:
    """One place of the text: what the gold and the reader have there, and why the gold has it."""

    what: str
    same: bool
    label: LabelInfo | None
    span: CodedPassage | CodedDecision
    theirs: CodedPassage | None
    answers: tuple[Answer, ...]
    note: str
    reasons: tuple[str, ...]


def marked_passages(coding: Coding, codebook: CodebookInfo) -> list[Marked]:
    """Return the passages whose label the codebook has, in reading order."""
    labels = {label.code: label for label in codebook.labels}
    rows = [Marked(each.start, each.end, labels[each.label]) for each in coding.passages if each.label in labels]
    return sorted(rows, key=lambda row: (row.start, -row.end))


def answers_of(
    codebook: CodebookInfo,
    target: str,
    gold: Iterable[CodedRating],
    theirs: Iterable[CodedRating],
    reasons: Mapping[str, str] | None = None,
) -> tuple[Answer, ...]:
    """Set ratings beside each other, in the codebook's order, of the scales that either answered.

    `reasons` are the adjudicator's, by scale.
    """
    given = [{rating.scale: rating.value for rating in ratings} for ratings in (gold, theirs)]
    found = []
    for scale in codebook.scales:
        if scale.target != target or not any(scale.code in each for each in given):
            continue
        names = {point.value: point.name for point in scale.points}
        words = [names.get(each[scale.code], str(each[scale.code])) if scale.code in each else "" for each in given]
        found.append(Answer(scale.question, *words, (reasons or {}).get(scale.code, "")))
    return tuple(found)


def reasons_of_document(gold: Coding) -> dict[str, str]:
    """Return why the adjudicator rated the whole document so, by scale."""
    return {each.scale: each.reason for each in gold.decisions if each.scale and each.annotation is None}


def entries(result: LessonResult) -> list[Entry]:
    """List the places of the text, contested ones and those where the gold has decided for nothing among them."""
    found = [_entry(place, result) for place in result.places]
    found += _without_passage(result.gold)
    return sorted(found, key=lambda entry: (entry.span.start, entry.span.end))


def entries_of_gold(gold: Coding, codebook: CodebookInfo) -> list[Entry]:
    """List the places of a gold alone, with its reasons, as for `entries`."""
    labels = {label.code: label for label in codebook.labels}
    found = []
    for passage in gold.passages:
        reasons = {each.reason for each in gold.decisions if each.annotation == passage.id and each.reason}
        answers = answers_of(codebook, "passage", passage.ratings, passage.ratings)
        label = labels.get(passage.label)
        found.append(Entry("", False, label, passage, None, answers, passage.note, tuple(sorted(reasons))))
    return sorted([*found, *_without_passage(gold)], key=lambda entry: (entry.span.start, entry.span.end))


def _entry(place: Place, result: LessonResult) -> Entry:
    labels = {label.code: label for label in result.codebook.labels}
    gold, theirs = place.gold, place.theirs
    answers: tuple[Answer, ...] = ()
    if gold is not None:
        answers = answers_of(result.codebook, "passage", gold.ratings, theirs.ratings if theirs else ())
    if gold is None:
        what = "you alone"
    elif theirs is None:
        what = "the gold alone"
    else:
        what = "both" if place.same_words else "both, of other words"
    same = theirs is not None and place.same_words and not any(answer.differs for answer in answers)
    reasons = {each.reason for each in result.gold.decisions if gold and each.annotation == gold.id and each.reason}
    return Entry(
        what=what,
        same=same,
        label=labels.get(place.passage.label),
        span=place.passage,
        theirs=theirs if gold is not None and not place.same_words else None,
        answers=answers,
        note=gold.note if gold else "",
        reasons=tuple(sorted(reasons)),
    )


def _without_passage(gold: Coding) -> Iterator[Entry]:
    words = {"contested": "contested: nobody is right or wrong here", "nothing_here": "the gold has nothing here"}
    for each in gold.decisions:
        if each.outcome in words and not each.scale:
            reasons = (each.reason,) if each.reason else ()
            yield Entry(words[each.outcome], False, None, each, None, (), "", reasons)


def _submitted(user: User, assignment_id: UUID) -> Assignment:
    rows = Assignment.objects.training().exclude(state=Assignment.State.DECLINED)
    found = rows.filter(pk=assignment_id).select_related("study__codebook", "reviewer", "revision__document").first()
    if found is None:
        raise Http404
    own = found.reviewer_id == user.pk
    if not own and not (found.is_submitted and Study.objects.run_by(user).filter(pk=found.study_id).exists()):
        raise Http404
    return found


@require_safe
@login_required
def beside_gold(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    """Show one's submitted work beside the gold; to those who run the study, anybody's."""
    assignment = _submitted(request.user, assignment_id)
    own = assignment.reviewer_id == request.user.pk
    if own and not assignment.is_submitted:
        return redirect("workbench", assignment.pk)
    result = lesson_result(assignment, request.user)
    if result is None:
        if not own:
            raise Http404
        return render(request, "annotator/gold_held.html", {"section": "home", "assignment": assignment})
    pseudonym = assignment.study.memberships.get(user=assignment.reviewer).pseudonym
    context: dict[str, Any] = {
        "section": "home" if own else "studies",
        "own": own,
        "study": assignment.study,
        "codebook": assignment.study.codebook,
        "document": assignment.revision.document,
        "revision": assignment.revision,
        "assignment": assignment,
        "result": result,
        "marks": mark_rows(result.codebook, result.beside, result.standings, "you" if own else pseudonym),
        "rows": two_texts(
            assignment.revision.text,
            marked_passages(result.gold, result.codebook),
            marked_passages(result.theirs, result.codebook),
            assignment.revision.document.language,
        ),
        "entries": entries(result),
        "answers": answers_of(
            result.codebook,
            "document",
            result.gold.ratings,
            result.theirs.ratings,
            reasons_of_document(result.gold),
        ),
        "pseudonym": pseudonym,
    }
    return render(request, "annotator/beside_gold.html", context)

"""The training of a study, for those who run it: texts and their order, pass marks, beginning and end, who is where."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from annotator.actions.errors import ActionError, StaleError
from annotator.actions.training import (
    Wish,
    add_text,
    end_training,
    give_check,
    move_text,
    open_training,
    pass_by_hand,
    retire_text,
    set_marks,
)
from annotator.gold import LABEL_MEASURES, WITHIN, Mark
from annotator.models import PassMark, Study, TrainingText
from annotator.models.codings import SideBySide
from annotator.models.descriptions import codebook_info
from annotator.models.training import MOST_AWAY, MOST_NEEDED
from annotator.queries import gold_is_shown, teachable_golds, trainees, training_plan, training_texts
from annotator.records import CodebookInfo
from annotator.templatetags.figures import coefficient, counted
from annotator.views.lesson import answers_of, entries_of_gold, marked_passages, reasons_of_document
from annotator.views.members import run_study
from annotator.views.standing_words import names_of, standing_words, wanted_words

MEASURES: Final = {key: PassMark.Measure(key).label for key in LABEL_MEASURES}
STALE: Final = (
    "Somebody else changed the training in the meantime. It is shown as it is now; nothing of yours was saved."
)


@dataclass
class Told:
    """What a deed came to where the page is shown again: refused, and what was typed into the marks."""

    status: int = 200
    refused: str = ""
    faults: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MarkField:
    """A label or scale in the form of the marks, with what is asked of it now; `least` is empty where nothing is."""

    subject: str
    code: str
    name: str
    least: str
    measure: str
    away: str
    most_away: int
    fault: str
    untakeable: bool

    @property
    def key(self) -> str:
        """Name of its fields."""
        return f"{self.subject}.{self.code}"


class DeedForm(forms.Form):
    """What is to be done."""

    deed = forms.CharField(max_length=10)
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    gold = forms.UUIDField(required=False)
    kind = forms.CharField(max_length=10, required=False)
    text = forms.UUIDField(required=False)
    position = forms.IntegerField(min_value=1, max_value=10_000, required=False)
    pseudonym = forms.CharField(max_length=40, required=False)
    reason = forms.CharField(max_length=10_000, required=False, strip=False)
    needed = forms.IntegerField(min_value=-1, max_value=2**31 - 1, required=False)


def _share(text: str) -> float | None:
    """Read a share as people type it: ".7", "0,7", "70 %"."""
    words = text.strip().replace(",", ".").replace("%", "").strip()
    try:
        value = float(words)
    except ValueError:
        return None
    if "%" in text:
        value /= 100
    return round(value, 2) if 0.005 <= value <= 1 else None


def wish_of(request: HttpRequest, codebook: CodebookInfo, needed: int, told: Told) -> Wish | None:
    """Read the form of the marks; None, with the faults told, where a figure cannot be read."""
    marks = []
    for subject, code in names_of(codebook):
        key = f"{subject}.{code}"
        typed = {name: request.POST.get(f"{name}.{key}", "")[:100] for name in ("least", "measure", "away")}
        told.typed |= {f"{name}.{key}": value for name, value in typed.items()}
        if not typed["least"].strip():
            continue
        least = _share(typed["least"])
        away = typed["away"].strip() or "0"
        if least is None:
            told.faults[key] = "Give a figure from .01 to 1, or leave it empty to ask for none."
        elif not (away.isascii() and away.isdigit() and len(away) < 4 and int(away) <= MOST_AWAY):
            told.faults[key] = "Give a whole number of points."
        else:
            measure = typed["measure"] if subject == "label" else WITHIN
            marks.append(Mark(subject, code, measure, least, int(away) if subject == "scale" else 0))
    return None if told.faults else Wish(needed, tuple(marks))


def _mark_fields(codebook: CodebookInfo, plan: Any, told: Told) -> list[MarkField]:
    marks = {(mark.subject, mark.code): mark for mark in plan.marks}
    untakeable = {(mark.subject, mark.code) for mark in plan.untakeable}
    scales = {scale.code: scale for scale in codebook.scales}
    found = []
    for (subject, code), name in names_of(codebook).items():
        mark, key = marks.get((subject, code)), f"{subject}.{code}"
        scale = scales.get(code) if subject == "scale" else None
        most = 0
        if scale is not None and scale.level != "nominal":
            most = max(sum(not point.missing for point in scale.points) - 1, 0)
        now = {
            "least": coefficient(mark.least) if mark else "",
            "measure": mark.measure if mark else LABEL_MEASURES[0],
            "away": str(mark.away if mark else min(most, 1)),
        }
        shown = {each: told.typed.get(f"{each}.{key}", value) for each, value in now.items()}
        fault = told.faults.get(key, "")
        found.append(
            MarkField(
                subject, code, name, **shown, most_away=most, fault=fault, untakeable=(subject, code) in untakeable
            )
        )
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def training(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the training of a study, and change it."""
    study = run_study(request.user, slug)
    told = Told()
    if request.method == "POST":
        told = Told(status=400, refused="Choose what is to be done.")
        form = DeedForm(request.POST)
        if form.is_valid() and form.cleaned_data["deed"] in DEEDS:
            told = Told()
            try:
                done = DEEDS[form.cleaned_data["deed"]](request, study, form.cleaned_data, told)
            except StaleError as refusal:
                told.status, told.refused = refusal.status, STALE
            except ActionError as refusal:
                told.status, told.refused = refusal.status, refusal.detail
                told.faults |= {each.field.removeprefix("marks."): each.detail for each in refusal.errors}
            else:
                if not told.faults:
                    messages.success(request, done)
                    return redirect("training", study.slug)
                told.status, told.refused = 400, "Nothing was stored. What is wrong stands beside its field."
    return render(request, "annotator/training.html", _context(request, study, told), status=told.status)


def _context(request: HttpRequest, study: Study, told: Told) -> dict[str, Any]:
    plan = training_plan(study, request.user)
    codebook = codebook_info(study.codebook)
    page, rows = trainees(study, request.user, request.GET.get("page", ""))
    names = names_of(codebook)
    board = [
        (
            row,
            [
                (
                    names.get((each.mark.subject, each.mark.code), each.mark.code),
                    standing_words(each, row.member.pseudonym),
                    each.reached,
                )
                for each in row.standings
            ],
        )
        for row in rows
    ]
    return {
        "section": "studies",
        "here": "training",
        "study": study,
        "codebook": study.codebook,
        "plan": plan,
        "told": told,
        "fields": _mark_fields(codebook, plan, told),
        "needed": request.POST.get("needed", "")[:10] if told.typed else plan.training.needed,
        "most_needed": MOST_NEEDED,
        "wanted": [(names[mark.subject, mark.code], wanted_words(mark)) for mark in plan.marks],
        "measures": MEASURES,
        "golds": teachable_golds(study, request.user),
        "kinds": TrainingText.Kind.choices,
        "page": page,
        "board": board,
    }


Deed = Callable[[HttpRequest, Study, dict[str, Any], Told], str]


def _add(request: HttpRequest, study: Study, wanted: dict[str, Any], told: Told) -> str:
    if wanted["gold"] is None:
        told.faults["gold"] = "Choose a gold standard."
        return ""
    text = add_text(actor=request.user, study=study, gold_id=wanted["gold"], kind=wanted["kind"])
    if text.kind == TrainingText.Kind.CHECK:
        return f"“{text.revision.document}” is a check now. Give it out together with other documents."
    return f"“{text.revision.document}” is a training document now."


def _retire(request: HttpRequest, study: Study, wanted: dict[str, Any], told: Told) -> str:
    text = retire_text(actor=request.user, study=study, text_id=_text(wanted))
    return f"“{text.revision.document}” is given out no more. Whoever has it finishes it."


def _move(request: HttpRequest, study: Study, wanted: dict[str, Any], told: Told) -> str:
    text = move_text(actor=request.user, study=study, text_id=_text(wanted), position=wanted["position"] or 0)
    return f"“{text.revision.document}” is number {text.position} now."


def _give(request: HttpRequest, study: Study, wanted: dict[str, Any], told: Told) -> str:
    given = give_check(actor=request.user, study=study, text_id=_text(wanted))
    return f"Given to {counted(len(given), 'reviewer')}." if given else "All reviewers have had this text already."


def _marks(request: HttpRequest, study: Study, wanted: dict[str, Any], told: Told) -> str:
    wish = wish_of(request, codebook_info(study.codebook), wanted["needed"] or 0, told)
    if wish is None:
        return ""
    set_marks(actor=request.user, study=study, wish=wish, version=wanted["version"])
    return "The pass marks are stored. Whoever was let on before stays so."


def _open(request: HttpRequest, study: Study, wanted: dict[str, Any], told: Told) -> str:
    open_training(actor=request.user, study=study, version=wanted["version"])
    return "The training has begun: each reviewer who has not begun to read has its first document."


def _end(request: HttpRequest, study: Study, wanted: dict[str, Any], told: Told) -> str:
    end_training(actor=request.user, study=study, version=wanted["version"])
    return "The training has ended: the documents of the study are open to all its reviewers."


def _pass(request: HttpRequest, study: Study, wanted: dict[str, Any], told: Told) -> str:
    member = study.memberships.select_related("user").filter(pseudonym=wanted["pseudonym"]).first()
    if member is None:
        raise Http404
    pass_by_hand(actor=request.user, study=study, member=member, reason=wanted["reason"])
    return f"{member.pseudonym} is let on to the documents of the study."


def _text(wanted: dict[str, Any]) -> UUID:
    if wanted["text"] is None:
        raise Http404
    return wanted["text"]


DEEDS: Final[dict[str, Deed]] = {
    "add": _add,
    "retire": _retire,
    "move": _move,
    "give": _give,
    "marks": _marks,
    "open": _open,
    "end": _end,
    "pass": _pass,
}


@require_safe
@login_required
def training_text(request: HttpRequest, slug: str, text_id: UUID) -> HttpResponse:
    """Show the gold of a text as reviewers are shown it after they submit."""
    study = run_study(request.user, slug)
    text = training_texts(study, request.user).filter(pk=text_id).first()
    if text is None or not gold_is_shown(text, request.user):
        raise Http404
    reader = SideBySide(study)
    (gold,), codebook = reader.document(text.revision, [text.gold]).codings, reader.codebook
    context = {
        "section": "studies",
        "study": study,
        "codebook": study.codebook,
        "labels": codebook.labels,
        "text": text,
        "document": text.revision.document,
        "revision": text.revision,
        "passages": marked_passages(gold, codebook),
        "entries": entries_of_gold(gold, codebook),
        "answers": answers_of(codebook, "document", gold.ratings, (), reasons_of_document(gold)),
    }
    return render(request, "annotator/training_text.html", context)

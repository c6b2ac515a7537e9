"""Coding again, passage by passage, what a reviewer marked with a label that was split since: whole without scripts."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from annotator.actions.annotation import Precondition
from annotator.actions.errors import ActionError, NotFoundError
from annotator.actions.recoding import recode_passage, undo_recoding
from annotator.models import Label, Membership, Study, User
from annotator.queries import RecodingCase, recoding_cases
from annotator.templatetags.passages import line_starts

NONE = "none of these"
KEYS = 9  # labels that a digit takes


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the new labels with its key."""

    key: str
    label: Label


class AnswerForm(forms.Form):
    """What the reviewer says: `act` is "is CODE", "none" or "undo"."""

    act = forms.CharField(max_length=80)
    passage = forms.UUIDField()
    seen = forms.IntegerField(min_value=1, max_value=100_000)
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)


def member_study(user: User, slug: str) -> Study:
    """Return a study that the user is a member of, or raise Http404."""
    members = Membership.objects.active().filter(user=user)
    found = Study.objects.filter(pk__in=members.values("study"), slug=slug).select_related("codebook").first()
    if found is None:
        raise Http404
    return found


def _answer(user: User, sent: dict[str, Any]) -> str:
    """Do what the button says and return it in words."""
    verb, _, code = sent["act"].partition(" ")
    passage, version = sent["passage"], sent["version"]
    if verb == "undo":
        undo_recoding(actor=user, annotation_id=passage, versions={version})
        return "Undone; the passage is asked about again"
    recoding, _ = recode_passage(
        actor=user,
        annotation_id=passage,
        label=None if verb == "none" else code,
        codebook_version=sent["seen"],
        precondition=Precondition(versions=frozenset({version})) if version else Precondition(create=True),
    )
    return f"Read as {recoding.label.name if recoding.label else NONE} from now on"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def recode(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the passage that is asked about, and take the answer."""
    study = member_study(request.user, slug)
    refused, status = "", 200
    if request.method == "POST":
        form = AnswerForm(request.POST)
        if not form.is_valid() or form.cleaned_data["act"].split(" ")[0] not in ("is", "none", "undo"):
            refused, status = "This could not be read. Look at the passage again.", 400
        else:
            try:
                messages.success(request, f"{_answer(request.user, form.cleaned_data)}.")
                return redirect(f"{reverse('recode', args=[slug])}?case={request.GET.get('case', '1')[:6]}#case")
            except NotFoundError as error:
                raise Http404 from error
            except ActionError as error:
                refused, status = error.detail, error.status
    return render(request, "annotator/recode.html", _page(request, study) | {"refused": refused}, status=status)


def _page(request: HttpRequest, study: Study) -> dict[str, Any]:
    cases = recoding_cases(study, request.user)
    left = [case for case in cases if case.answer is None]
    done = sorted((case for case in cases if case.answer), key=lambda case: case.answer.updated_at, reverse=True)
    asked = request.GET.get("case", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    number = min(max(number, 1), max(len(left), 1))
    case = left[number - 1] if left and not study.is_closed else None
    context: dict[str, Any] = {
        "section": "studies",
        "study": study,
        "codebook": study.codebook,
        "left": len(left),
        "done": done,
        "total": len(cases),
        "number": number,
        "case": case,
        "writable": not study.is_closed,
        "none": NONE,
        "painted": {"case": None, "marks": []},
    }
    return context | _shown(case) if case is not None else context


def _shown(case: RecodingCase) -> dict[str, Any]:
    revision, passage = case.assignment.revision, case.passage
    return {
        "revision": revision,
        "document": revision.document,
        "choices": [
            Choice(str(place) if place <= KEYS else "", label) for place, label in enumerate(case.choices, start=1)
        ],
        "line_starts": line_starts(revision.text),
        "painted": {"case": [passage.start, passage.end], "marks": []},
    }

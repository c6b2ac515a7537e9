"""The discussion of a text: threads on its passages, read and written by those who may see each other's work on it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from annotator.actions.annotation import Precondition
from annotator.actions.comment import Place, delete_comment, restore_comment, write_comment
from annotator.actions.errors import ActionError, NotFoundError
from annotator.ids import uuid7
from annotator.models import Membership, Study, User
from annotator.models.comment import WORDS_LENGTH
from annotator.queries import Thread, threads_on
from annotator.templatetags.passages import line_starts
from annotator.views import agreement as shared
from sources.models import Revision


@dataclass(frozen=True, slots=True)
class Span:
    """The stretch a new thread would be about."""

    start: int
    end: int


class CommentForm(forms.Form):
    """One act: open a thread, answer in one, edit, delete or restore a comment of one's own."""

    act = forms.ChoiceField(choices=[(act, act) for act in ("open", "answer", "edit", "delete", "restore")])
    id = forms.UUIDField()
    thread = forms.UUIDField(required=False)
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    start = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    end = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    words = forms.CharField(max_length=WORDS_LENGTH, required=False, strip=False)


def _place(request: HttpRequest, slug: str, document_slug: str) -> tuple[Study, Revision]:
    study = shared.visible_study(request, slug)
    return study, shared.asked_revision(request, study, document_slug)


def _do(user: User, study: Study, revision: Revision, sent: dict[str, Any]) -> str:
    """Do what the form says, and return it in words."""
    act, comment_id = sent["act"], sent["id"]
    versions = frozenset({sent["version"]} if sent["version"] else ())
    words = sent["words"].replace("\r\n", "\n")
    if act == "delete":
        delete_comment(actor=user, comment_id=comment_id, versions=versions)
        return "Deleted; you can restore it"
    if act == "restore":
        restore_comment(actor=user, comment_id=comment_id)
        return "Restored"
    precondition = Precondition(versions=versions) if act == "edit" else Precondition(create=True)
    start, end = (-1 if sent[name] is None else sent[name] for name in ("start", "end"))
    write_comment(
        actor=user,
        comment_id=comment_id,
        place=Place(study, revision, start, end) if act == "open" else None,
        thread_id=sent["thread"],
        words=words,
        precondition=precondition,
    )
    return {"edit": "Edited; what it said before is kept"}.get(act, "Written")


def _asked(request: HttpRequest, revision: Revision) -> Span | None:
    """Return the stretch that the address names, where it is one of the text."""
    numbers = [request.GET.get(name, "") for name in ("start", "end")]
    if not all(each.isascii() and each.isdigit() and len(each) < 10 for each in numbers):
        return None
    span = Span(*map(int, numbers))
    return span if span.start < span.end <= revision.length else None


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def discussion(request: HttpRequest, slug: str, document_slug: str) -> HttpResponse:
    """Show the threads on a text and take part in them; before others' work is shown, the sentence that says so."""
    study, revision = _place(request, slug, document_slug)
    context: dict[str, Any] = {"section": "studies", "study": study, "revision": revision}
    context["document"] = revision.document
    threads = threads_on(study, revision, request.user)
    if threads is None:
        if request.method == "POST":
            raise Http404
        context["blindness"] = shared.blindness(study, request.user, revision)
        return render(request, "annotator/document_blind.html", context)
    refused, status, sent = "", 200, {}
    if request.method == "POST":
        form = CommentForm(request.POST)
        if form.is_valid():
            sent = form.cleaned_data
            try:
                messages.success(request, f"{_do(request.user, study, revision, sent)}.")
            except NotFoundError as error:
                raise Http404 from error
            except ActionError as error:
                refused, status = error.detail, error.status
            else:
                address = reverse("discussion", args=[slug, document_slug])
                return redirect(f"{address}?revision={revision.number}#comment-{sent['id']}")
        else:
            refused = " ".join(str(error) for name in form.errors for error in form.errors[name])
            status = 400
            sent = {"words": request.POST.get("words", "")[:WORDS_LENGTH], "act": request.POST.get("act", "")}
            sent["id"], sent["thread"] = _id(request.POST.get("id", "")), _id(request.POST.get("thread", ""))
        threads = threads_on(study, revision, request.user) or []
    context |= _page(request, study, revision, threads) | {"refused": refused, "sent": sent}
    return render(request, "annotator/discussion.html", context, status=status)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _page(request: HttpRequest, study: Study, revision: Revision, threads: list[Thread]) -> dict[str, Any]:
    member = Membership.objects.active().filter(study=study, user=request.user).first()
    return {
        "threads": threads,
        "text": revision.text,
        "line_starts": line_starts(revision.text),
        "asked": _asked(request, revision),
        "pseudonym": member.pseudonym if member is not None else "",
        "new_id": uuid7(),
        "longest": WORDS_LENGTH,
    }

"""The history of a study, of one of its documents or passages, newest first; and bringing back what was taken away."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_safe

from annotator.actions.annotation import Precondition, restore_annotation
from annotator.actions.comment import restore_comment
from annotator.actions.decisions_restored import restore_decision
from annotator.actions.errors import ActionError, NotFoundError
from annotator.actions.rating import restore_document_rating
from annotator.actions.recoding import recode_passage
from annotator.actions.study import add_member
from annotator.models import Annotation, Event, Membership, Study, User
from annotator.queries import readable_revisions
from annotator.queries.history import UNDOABLE, Sought, events_shown, newest, reads_others, settling
from annotator.views.act_words import KINDS, OWN_KINDS, OWN_VERBS, VERBS
from annotator.views.acts import acts_of
from annotator.views.agreement import visible_study
from sources.models import Document

ACTS_ON_A_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader asked the history to show; unknown words ask for nothing."""

    who: str
    sought: Sought

    @classmethod
    def of(cls, request: HttpRequest, people: dict[str, int], **place: Any) -> "Asked":
        """Read the address; `place` is the document or passage whose history it is."""
        who, kind, verb = (request.GET.get(name, "") for name in ("who", "kind", "verb"))
        return cls(
            who if who in people else "",
            Sought(
                actor=people.get(who),
                kind=kind if kind in KINDS else "",
                verb=verb if verb in VERBS else "",
                day=_day(request.GET.get("day", "")),
                **place,
            ),
        )

    @property
    def narrow(self) -> bool:
        """Whether anything is left out."""
        return bool(self.who or self.sought.kind or self.sought.verb or self.sought.day)


def _day(words: str) -> date | None:
    try:
        return parse_date(words)
    except ValueError:
        return None


def _people(study: Study, viewer: User) -> dict[str, int]:
    """Return who may be asked for: nobody by whoever reads their own acts only."""
    if not reads_others(study, viewer):
        return {}
    members = Membership.objects.filter(study=study).visible_to(viewer).order_by("pseudonym")
    return dict(members.values_list("pseudonym", "user_id"))


def _show(request: HttpRequest, study: Study, title: str, context: dict[str, Any], **place: Any) -> HttpResponse:
    people, others = _people(study, request.user), reads_others(study, request.user)
    asked = Asked.of(request, people, **place)
    seen = asked.sought.among(events_shown(study, request.user))
    try:
        events, following = newest(seen, before=request.GET.get("before", "")[:120], limit=ACTS_ON_A_PAGE)
    except ValueError:
        events, following = newest(seen, limit=ACTS_ON_A_PAGE)
    acts = acts_of(events, study, request.user)
    days = [(day, list(some)) for day, some in groupby(acts, key=lambda act: timezone.localdate(act.event.at))]
    context |= {
        "section": "studies",
        "study": study,
        "title": title,
        "days": days,
        "following": following,
        "later": "before" in request.GET,
        "asked": asked,
        "people": people,
        "kinds": KINDS if others else {key: KINDS[key] for key in OWN_KINDS},
        "verbs": VERBS if others else {key: VERBS[key] for key in OWN_VERBS},
        "entrusted": others,
        "runs": study.is_run_by(request.user),
    }
    return render(request, "annotator/history.html", context)


@require_safe
@login_required
def study_history(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what was done in a study: all they may see to whom it is entrusted, to others what they did."""
    study = visible_study(request, slug)
    return _show(request, study, "History", {})


@require_safe
@login_required
def document_history(request: HttpRequest, slug: str, document_slug: str) -> HttpResponse:
    """Show what was done with one document of a study."""
    study = visible_study(request, slug)
    here = Q(revisions__studies=study) | Q(revisions__assignments__study=study)  # or what the study trains with
    document = Document.objects.filter(here, slug=document_slug).first()
    if document is None:
        raise Http404
    acts = Sought(document=document_slug).among(events_shown(study, request.user))
    texts = readable_revisions(request.user).filter(studies=study, document=document)
    if not (texts.exists() or acts.exists()):
        raise Http404
    return _show(request, study, "History of a document", {"document": document}, document=document_slug)


@require_safe
@login_required
def passage_history(request: HttpRequest, slug: str, annotation_id: UUID) -> HttpResponse:
    """Show what was done to one passage, what was decided with it, and what was answered about it."""
    study = visible_study(request, slug)
    seen = Sought(passage=annotation_id).among(events_shown(study, request.user))
    if not seen.exists():
        raise Http404
    return _show(
        request,
        study,
        "History of a passage",
        {"passage": True},
        passage=annotation_id,
        settles=settling(annotation_id),
    )


def _restore_passage(actor: User, study: Study, event: Event) -> None:
    restore_annotation(actor=actor, annotation_id=UUID(event.object_id))


def _restore_rating(actor: User, study: Study, event: Event) -> None:
    scale = (event.before or {}).get("scale", "")
    restore_document_rating(actor=actor, assignment_id=event.assignment_id, scale=scale)


def _restore_decision(actor: User, study: Study, event: Event) -> None:
    restore_decision(actor=actor, decision_id=UUID(event.object_id))


def _restore_recoding(actor: User, study: Study, event: Event) -> None:
    state = event.before or event.after or {}
    recode_passage(
        actor=actor,
        annotation_id=UUID(state["annotation"]),
        label=state["label"],
        codebook_version=state["codebook_version"],
        precondition=Precondition(create=True),
    )


def _restore_comment(actor: User, study: Study, event: Event) -> None:
    restore_comment(actor=actor, comment_id=UUID(event.object_id))


def _bring_back(actor: User, study: Study, event: Event) -> None:
    member = Membership.objects.select_related("user").get(pk=event.object_id)
    add_member(actor=actor, study=study, user=member.user, role=member.role, version=member.version)


UNDO: Final[dict[tuple[str, str], Callable[[User, Study, Event], None]]] = {
    ("annotation", "deleted"): _restore_passage,
    ("rating", "cleared"): _restore_rating,
    ("decision", "undone"): _restore_decision,
    ("recoding", "undone"): _restore_recoding,
    ("comment", "deleted"): _restore_comment,
    ("membership", "left"): _bring_back,
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def undo(request: HttpRequest, slug: str, act: str) -> HttpResponse:
    """Ask whether what an act took away is to come back, and bring it back; a refusal says why it cannot."""
    study = visible_study(request, slug)
    event = newest(events_shown(study, request.user).filter(hash=act), limit=1)[0]
    if not event or (event[0].kind, event[0].verb) not in UNDOABLE:
        raise Http404
    (shown,) = acts_of(event, study, request.user)
    if shown.undo is None:
        raise Http404
    refused, status = "", 200
    if request.method == "POST":
        try:
            UNDO[shown.event.kind, shown.event.verb](request.user, study, shown.event)
        except NotFoundError as error:
            raise Http404 from error
        except ActionError as error:
            refused, status = error.detail, error.status
        else:
            messages.success(request, "It is there again. The history keeps both acts.")
            return redirect("history", study.slug)
    context = {"section": "studies", "study": study, "act": shown, "refused": refused, "newer": _newer(shown.event)}
    return render(request, "annotator/undo.html", context, status=status)


def _newer(event: Event) -> Annotation | None:
    """Return the live passage that stands where a deleted one would come back, so that it can be looked at."""
    if event.kind != "annotation" or not event.before:
        return None
    here = Annotation.objects.live().filter(assignment=event.assignment_id, label__code=event.before["label"])
    return here.filter(start__lt=event.before["end"], end__gt=event.before["start"]).first()

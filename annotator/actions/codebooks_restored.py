"""Bringing back a draft of a codebook that was discarded, from what history keeps of it."""

from collections.abc import Mapping
from typing import Any

from annotator.actions.codebook import store_file
from annotator.actions.errors import NotFoundError
from annotator.actions.history import record
from annotator.actions.transactions import writes
from annotator.models import Codebook, Event, User
from annotator.models.event import EventQuerySet
from annotator.records import CodebookInfo, LabelInfo, PointInfo, ScaleInfo


def discarded_drafts(user: User) -> EventQuerySet:
    """Return the acts by which drafts were discarded that are still gone: the user's own, and others' to keepers."""
    acts = Event.objects.visible_to(user).filter(ledger__study=None, kind="codebook")
    back = acts.filter(verb="restored").values_list("after__discarded", flat=True)
    gone = acts.filter(verb="deleted", before__content__isnull=False).exclude(hash__in=list(back))
    return gone if user.keeps_codebooks else gone.filter(actor=user)


def content_of(act: Event) -> CodebookInfo:
    """Return the draft as it was when it was discarded."""
    return _described((act.before or {})["content"])


def _described(content: Mapping[str, Any]) -> CodebookInfo:
    labels = [
        LabelInfo(
            **{
                **each,
                "examples": tuple(each["examples"]),
                "counterexamples": tuple(each["counterexamples"]),
                "replaces": tuple((slug, version, code) for slug, version, code in each["replaces"]),
            }
        )
        for each in content["labels"]
    ]
    scales = [
        ScaleInfo(
            **{
                **each,
                "points": tuple(PointInfo(**point) for point in each["points"]),
                "labels": tuple(each["labels"]),
            }
        )
        for each in content["scales"]
    ]
    return CodebookInfo(**{**content, "labels": tuple(labels), "scales": tuple(scales), "published_at": None})


@writes
def restore_draft(*, actor: User, act: str) -> Codebook:
    """Store a discarded draft again, under the next number where its own is taken; `act` is the hash of discarding.

    Raises NotFoundError where there is no such act, it is not the actor's to undo, or it was undone; what
    `create_codebook` raises.
    """
    found = discarded_drafts(actor).filter(hash=act).first()
    if found is None:
        raise NotFoundError
    codebook = store_file(actor=actor, info=content_of(found))
    after = {"slug": codebook.slug, "version": codebook.version, "discarded": found.hash}
    record(actor=actor, verb="restored", row=codebook, after=after)
    return codebook

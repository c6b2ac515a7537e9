"""Bringing back a draft of a codebook that was discarded, or a part taken out of one, as history keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from annotator.actions.codebook import Part, store_file, write_part
from annotator.actions.errors import InvalidError, NotFoundError
from annotator.actions.history import record
from annotator.actions.transactions import writes
from annotator.models import Codebook, Event, User
from annotator.models.descriptions import codebook_info
from annotator.models.event import EventQuerySet
from annotator.records import CodebookInfo, LabelInfo, PointInfo, ScaleInfo

MOST_CHANGES: Final = 200  # of a draft, the latest, among which parts taken out are looked for


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A label or scale that was taken out of a draft, and when."""

    kind: str
    part: Part
    at: datetime

    @property
    def name(self) -> str:
        """What it is called, or asks."""
        return self.part.name if isinstance(self.part, LabelInfo) else self.part.question


def discarded_drafts(user: User) -> EventQuerySet:
    """Return the acts by which drafts were discarded that are still gone: the user's own, and others' to keepers."""
    acts = Event.objects.visible_to(user).filter(ledger__study=None, kind="codebook")
    back = acts.filter(verb="restored").values_list("after__discarded", flat=True)
    gone = acts.filter(verb="deleted", before__content__isnull=False).exclude(hash__in=list(back))
    return gone if user.keeps_codebooks else gone.filter(actor=user)


def content_of(act: Event) -> CodebookInfo:
    """Return the draft as it was when it was discarded."""
    return _described((act.before or {})["content"])


def _label(kept: Mapping[str, Any]) -> LabelInfo:
    lists = {name: tuple(kept[name]) for name in ("examples", "counterexamples")}
    return LabelInfo(**{**kept, **lists, "replaces": tuple((slug, at, code) for slug, at, code in kept["replaces"])})


def _scale(kept: Mapping[str, Any]) -> ScaleInfo:
    points = tuple(PointInfo(**point) for point in kept["points"])
    return ScaleInfo(**{**kept, "points": points, "labels": tuple(kept["labels"])})


def _described(content: Mapping[str, Any]) -> CodebookInfo:
    parts = {
        "labels": tuple(_label(each) for each in content["labels"]),
        "scales": tuple(_scale(each) for each in content["scales"]),
    }
    return CodebookInfo(**{**content, **parts, "published_at": None})


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


def parts_taken_out(codebook: Codebook, user: User) -> list[TakenOut]:
    """Return the labels and scales that were taken out of a draft, the latest first, unless their codes are there."""
    info = codebook_info(codebook)
    known = {("label", each.code) for each in info.labels} | {("scale", each.code) for each in info.scales}
    acts = Event.objects.visible_to(user).filter(ledger__study=None, kind="codebook", object_id=str(codebook.pk))
    found = []
    changed = acts.filter(verb="changed").order_by("-seq").values_list("at", "before", "after")
    for at, before, after in changed[:MOST_CHANGES]:
        for name, kept in (before or {}).items():
            kind = name.partition(" ")[0]
            if kind not in ("label", "scale") or not kept or "code" not in kept or (after or {}).get(name) is not None:
                continue
            if (kind, kept["code"]) not in known:
                known.add((kind, kept["code"]))
                found.append(TakenOut(kind, _label(kept) if kind == "label" else _scale(kept), at))
    return found


@writes
def restore_part(*, actor: User, codebook: Codebook, kind: str, code: str) -> Codebook:
    """Put a label or scale that was taken out of a draft back behind the others.

    A key that another label has by now is left out, and so are labels no longer there of which a scale was asked.

    Raises NotFoundError where none of that code was taken out; InvalidError for a scale asked of labels of which none
    is there; what `write_part` raises.
    """
    taken = [each for each in parts_taken_out(codebook, actor) if (each.kind, each.part.code) == (kind, code)]
    if not taken:
        raise NotFoundError
    info, part = codebook_info(codebook), taken[0].part
    parts: tuple[Part, ...] = info.labels if kind == "label" else info.scales
    position = 1 + max((each.position for each in parts), default=0)
    if isinstance(part, LabelInfo):
        keys = {each.shortcut for each in info.labels}
        part = replace(part, position=position, shortcut="" if part.shortcut in keys else part.shortcut)
    else:
        there = {each.code for each in info.labels}
        labels = tuple(each for each in part.labels if each in there)
        if part.labels and not labels:
            raise InvalidError("code", "None of the labels that this scale is asked of is in the draft. Restore one.")
        part = replace(part, position=position, labels=labels)
    return write_part(actor=actor, codebook=codebook, part=part, kind=kind)

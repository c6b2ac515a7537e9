"""Writing codebooks: a draft from a description, its changes, then publication, which freezes it."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from annotator.actions.errors import ActionError, ConflictError, FieldError, NotAllowedError, StaleError
from annotator.actions.history import record
from annotator.actions.transactions import writes
from annotator.formats.codebook_changes import changes, for_history
from annotator.formats.codebook_checks import Fault, check, place_name
from annotator.models import Codebook, Label, Scale, ScalePoint, User
from annotator.models.descriptions import codebook_info
from annotator.models.event import digest_of
from annotator.records import CodebookInfo, LabelInfo, ScaleInfo

Part = LabelInfo | ScaleInfo
_PLURAL = {"label": "labels", "scale": "scales", "point": "points"}


def seen_of(part: CodebookInfo | LabelInfo | ScaleInfo | tuple[str, str]) -> str:
    """Return what a writer sends back to say which state of a part was read; it tells nothing but sameness."""
    plain = list(part) if isinstance(part, tuple) else _plain(asdict(part))
    return hashlib.sha256(digest_of(plain).encode()).hexdigest()[:32]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, datetime) else value


def kept_of(part: Part) -> dict[str, Any]:
    """Return a label or scale that is taken out as history keeps it, under the name of the change."""
    kind = "label" if isinstance(part, LabelInfo) else "scale"
    return {f"{kind} {part.code}": _plain(asdict(part))}


def heading_of(info: CodebookInfo) -> tuple[str, str]:
    """Return the part of a codebook that is neither label nor scale: its title and its guidelines."""
    return info.title, info.guidelines


def field_of(fault: Fault) -> str:
    """Return a fault's field as the API spells it: `labels.0.colour_light`."""
    steps = [_PLURAL.get(str(step), str(step)) for step in fault.place]
    return ".".join([*steps, *([_PLURAL.get(fault.field, fault.field)] if fault.field else [])])


class FaultyError(ActionError):
    """A codebook with faults: `faults` as the check found them in `info`, `errors` as the API names them."""

    def __init__(self, words: str, info: CodebookInfo, faults: list[Fault]) -> None:
        errors = [
            FieldError(field_of(each), "invalid", f"{place_name(each.place, info)}, {each.field} {each.reason}.")
            for each in faults
        ]
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"{words}: {count}. {errors[0].detail}", errors)
        self.info, self.faults = info, faults


def _refuse(info: CodebookInfo, faults: Iterable[Fault], words: str) -> None:
    if found := list(faults):
        raise FaultyError(words, info, found)


@writes
def create_codebook(*, actor: User, info: CodebookInfo) -> Codebook:
    """Store a codebook version as a draft, or published where the description says when.

    Labels it replaces are linked where they are in the database. Raises NotAllowedError unless the actor keeps or
    leads; FaultyError naming every fault no draft may have; ConflictError `exists` where this slug and version is
    taken, or `taken` where the slug is another's.
    """
    if not actor.begins_codebooks:
        raise NotAllowedError("Your account may not do this.")
    _refuse(info, (fault for fault in check(info) if fault.stops == "storing"), "Nothing was stored")
    if Codebook.objects.filter(slug=info.slug, version=info.version).exists():
        raise ConflictError("exists", f"There is a version {info.version} of “{info.slug}” already.")
    if Codebook.objects.filter(slug=info.slug).exists() and not (
        actor.keeps_codebooks or Codebook.objects.written_by(actor).filter(slug=info.slug).exists()
    ):
        raise ConflictError("taken", f"There is a codebook “{info.slug}” already. Give yours another short name.")
    codebook = Codebook(
        slug=info.slug, version=info.version, title=info.title, guidelines=info.guidelines, begun_by=actor
    )
    codebook.full_clean()
    codebook.save()
    _store_parts(codebook, info)
    record(actor=actor, verb="created", row=codebook, after={"slug": codebook.slug, "version": codebook.version})
    if info.published_at is not None:
        return publish_codebook(actor=actor, codebook=codebook, at=info.published_at)
    return codebook


def _store_parts(codebook: Codebook, info: CodebookInfo) -> None:
    labels: dict[str, Label] = {}
    for item in info.labels:
        label = Label(
            codebook=codebook,
            code=item.code,
            name=item.name,
            definition=item.definition,
            use_when=item.use_when,
            not_when=item.not_when,
            when_in_doubt=item.when_in_doubt,
            examples="\n".join(item.examples),
            counterexamples="\n".join(item.counterexamples),
            colour_light=item.colour_light,
            colour_dark=item.colour_dark,
            shortcut=item.shortcut,
            position=item.position,
        )
        label.full_clean()
        label.save()
        labels[item.code] = label
        link_replaced(label, item)
    for item in info.scales:
        scale = Scale(
            codebook=codebook,
            code=item.code,
            question=item.question,
            level=item.level,
            target=item.target,
            required=item.required,
            needs_evidence=item.needs_evidence,
            position=item.position,
        )
        scale.full_clean()
        scale.save()
        scale.labels.set([labels[code] for code in item.labels])
        for point in item.points:
            row = ScalePoint(
                scale=scale, value=point.value, name=point.name, anchor=point.anchor, missing=point.missing
            )
            row.full_clean()
            row.save()


def link_replaced(label: Label, info: LabelInfo) -> None:
    """Link a label with those it replaces.

    One that is not in the database has no work here, so nothing to be read. Neither has one of a draft, and its row is
    made anew whenever the draft is changed: that would take the link out of a version which is published and frozen.
    """
    published = Label.objects.filter(codebook__published_at__isnull=False)
    for slug, version, code in info.replaces:
        older = published.filter(codebook__slug=slug, codebook__version=version, code=code).first()
        if older is not None:
            label.replaces.add(older)


def lock_draft(actor: User, codebook: Codebook) -> Codebook:
    """Lock a codebook that the actor may write; raise NotAllowedError, or ConflictError `frozen` once published."""
    if not codebook.is_written_by(actor):
        raise NotAllowedError("Your account may not do this.")
    return lock_unless_frozen(codebook.pk)


def lock_unless_frozen(codebook_id: int) -> Codebook:
    """Lock a codebook and return it as it is now; raise ConflictError `frozen` once it is published."""
    codebook = Codebook.objects.select_for_update().get(pk=codebook_id)
    if codebook.is_frozen:
        raise ConflictError("frozen", "This version was published and is frozen. Begin a new version instead.")
    return codebook


@writes
def rewrite_codebook(*, actor: User, codebook: Codebook, info: CodebookInfo, seen: str | None = None) -> Codebook:
    """Replace all that a draft holds; slug and version stay. Nothing is stored where nothing differs.

    `seen` is `seen_of` the state the writer read. Raises NotAllowedError; ConflictError `frozen`; StaleError where the
    draft is another by now; FaultyError naming every fault no draft may have.
    """
    codebook = lock_draft(actor, codebook)
    stored = codebook_info(codebook)
    if seen is not None and seen != seen_of(stored):
        raise StaleError(codebook)
    return _rewrite(actor, codebook, stored, info)


def _rewrite(
    actor: User, codebook: Codebook, stored: CodebookInfo, info: CodebookInfo, taken_out: Part | None = None
) -> Codebook:
    info = replace(info, slug=stored.slug, version=stored.version, published_at=None)
    _refuse(info, (each for each in check(info) if each.stops == "storing"), "Nothing was stored")
    found = changes(stored, info)
    if stored == info:
        return codebook
    codebook.title, codebook.guidelines = info.title, info.guidelines
    codebook.full_clean()
    codebook.save(update_fields=["title", "guidelines"])
    delete_parts(codebook)
    _store_parts(codebook, info)
    before, after = for_history(found)
    if taken_out is not None:
        before |= kept_of(taken_out)
    record(actor=actor, verb="changed", row=codebook, before=before, after=after)
    return codebook


def delete_parts(codebook: Codebook) -> None:
    """Take all labels and scales out of a draft, to which nothing else can point."""
    ScalePoint.objects.filter(scale__codebook=codebook).delete()
    codebook.scales.all().delete()
    codebook.labels.all().delete()


@writes
def write_heading(*, actor: User, codebook: Codebook, heading: tuple[str, str], seen: str) -> Codebook:
    """Store a draft's title and guidelines; raises as `rewrite_codebook` does."""
    codebook = lock_draft(actor, codebook)
    stored = codebook_info(codebook)
    if seen != seen_of(heading_of(stored)):
        raise StaleError(codebook)
    return _rewrite(actor, codebook, stored, replace(stored, title=heading[0], guidelines=heading[1]))


@writes
def write_part(
    *, actor: User, codebook: Codebook, part: LabelInfo | ScaleInfo | None, kind: str, code: str = "", seen: str = ""
) -> Codebook:
    """Put a label or scale (`kind`) into a draft in the place of the one of that code, or add it; None takes it out.

    `seen` is `seen_of` what the writer read there. A label's new code is followed by the scales asked of it. Raises as
    `rewrite_codebook` does, StaleError also where the part is gone by now.
    """
    codebook = lock_draft(actor, codebook)
    stored, taken_out = codebook_info(codebook), None
    parts = list(stored.labels if kind == "label" else stored.scales)
    if code:
        at = next((at for at, each in enumerate(parts) if each.code == code), None)
        if at is None or seen != seen_of(parts[at]):
            raise StaleError(codebook)
        taken_out = parts[at] if part is None else None
        parts[at : at + 1] = [] if part is None else [part]
    elif part is not None:
        parts.append(part)
    info = replace(stored, **{f"{kind}s": tuple(parts)})
    if kind == "label" and code:
        info = replace(info, scales=_followed(info.scales, code, None if part is None else part.code))
    return _rewrite(actor, codebook, stored, info, taken_out)


def _followed(scales: tuple[ScaleInfo, ...], old: str, new: str | None) -> tuple[ScaleInfo, ...]:
    """Let scales ask the label by its new code. One asked of it alone may not become one asked of every label."""
    found = []
    for scale in scales:
        if old in scale.labels:
            left = tuple(new if code == old else code for code in scale.labels if code != old or new is not None)
            if not left:
                words = f"Scale “{scale.code}” is asked of this label alone. Change or take out the scale first."
                raise ConflictError("in_use", words)
            scale = replace(scale, labels=left)
        found.append(scale)
    return tuple(found)


@writes
def publish_codebook(
    *, actor: User, codebook: Codebook, at: datetime | None = None, seen: str | None = None
) -> Codebook:
    """Freeze a draft; publishing again changes nothing.

    Raises NotAllowedError; FaultyError naming every fault of the draft; StaleError where `seen`, which is `seen_of`
    what the publisher read, is not what the draft holds. `at` is when it was published elsewhere: then
    only what nobody could use is refused, no labels or a scale without points.
    """
    if not codebook.is_written_by(actor):
        raise NotAllowedError("Your account may not do this.")
    codebook = Codebook.objects.select_for_update().get(pk=codebook.pk)
    if codebook.is_frozen:
        return codebook
    info = codebook_info(codebook)
    if seen is not None and seen != seen_of(info):
        raise StaleError(codebook)
    faults = [fault for fault in check(info) if at is None or fault.field in ("label", "point")]
    _refuse(info, faults, "It was not published")
    codebook.published_at = at or timezone.now()
    codebook.save(update_fields=["published_at"])
    record(
        actor=actor,
        verb="published",
        row=codebook,
        after={"slug": codebook.slug, "version": codebook.version},
    )
    return codebook


@writes
def discard_codebook(*, actor: User, codebook: Codebook) -> None:
    """Take a draft away; history keeps what it held. Raises NotAllowedError, ConflictError `frozen`."""
    codebook = lock_draft(actor, codebook)
    content = _plain(asdict(codebook_info(codebook)))
    delete_parts(codebook)
    key = codebook.pk
    codebook.delete()
    codebook.pk = key  # the event names the row that was
    before = {"slug": codebook.slug, "version": codebook.version, "content": content}
    record(actor=actor, verb="deleted", row=codebook, before=before)


@writes
def start_next_version(*, actor: User, codebook: Codebook) -> Codebook:
    """Begin a draft that continues a published version: the same in all, each label replacing its own older self.

    Raises NotAllowedError; ConflictError `draft` for a version not published yet.
    """
    if not codebook.is_written_by(actor):
        raise NotAllowedError("Your account may not do this.")
    if not codebook.is_frozen:
        raise ConflictError("draft", "This version is a draft itself. Change it, or publish it first.")
    info = codebook_info(codebook)
    labels = tuple(replace(label, replaces=((*info.key, label.code),)) for label in info.labels)
    number = next_number(info.slug)
    return create_codebook(actor=actor, info=replace(info, version=number, published_at=None, labels=labels))


def next_number(slug: str) -> int:
    """Return the first version of a codebook that nothing has yet."""
    newest = Codebook.objects.filter(slug=slug).order_by("-version").values_list("version", flat=True).first()
    return 1 + (newest or 0)


@writes
def store_file(*, actor: User, info: CodebookInfo) -> Codebook:
    """Store a codebook that came as a file: a draft, under the next number where its own is taken.

    Raises as `create_codebook` does.
    """
    taken = Codebook.objects.filter(slug=info.slug, version=info.version).exists()
    version = next_number(info.slug) if taken else info.version
    return create_codebook(actor=actor, info=replace(info, version=version, published_at=None))

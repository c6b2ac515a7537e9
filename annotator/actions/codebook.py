"""Writing codebooks: a draft from a description, then publication, which freezes it."""

from datetime import datetime

from django.utils import timezone

from annotator.actions.errors import ConflictError, InvalidError
from annotator.actions.history import record
from annotator.actions.permissions import require
from annotator.actions.transactions import writes
from annotator.models import Codebook, Label, Scale, ScalePoint, User
from annotator.records import CodebookInfo


@writes
def create_codebook(*, actor: User, info: CodebookInfo) -> Codebook:
    """Store a codebook version as a draft, or published where the description says when.

    Raises NotAllowedError; ConflictError `exists` where this slug and version is taken; django ValidationError for
    unfit values.
    """
    require(actor, "annotator.add_codebook")
    if Codebook.objects.filter(slug=info.slug, version=info.version).exists():
        raise ConflictError("exists", f"There is a version {info.version} of “{info.slug}” already.")
    codebook = Codebook(slug=info.slug, version=info.version, title=info.title, guidelines=info.guidelines)
    codebook.full_clean()
    codebook.save()
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
    record(actor=actor, verb="created", row=codebook, after={"slug": codebook.slug, "version": codebook.version})
    if info.published_at is not None:
        return publish_codebook(actor=actor, codebook=codebook, at=info.published_at)
    return codebook


@writes
def publish_codebook(*, actor: User, codebook: Codebook, at: datetime | None = None) -> Codebook:
    """Freeze a draft; publishing again changes nothing.

    Raises NotAllowedError; InvalidError where a codebook could not be used: no labels, or a scale without points.
    """
    require(actor, "annotator.change_codebook")
    codebook = Codebook.objects.select_for_update().get(pk=codebook.pk)
    if codebook.is_frozen:
        return codebook
    if not codebook.labels.exists():
        raise InvalidError("labels", "A codebook needs at least one label before it is published.")
    for scale in codebook.scales.all():
        if scale.points.filter(missing=False).count() < 2:
            raise InvalidError("scales", f"“{scale.code}” needs at least two points before the codebook is published.")
    codebook.published_at = at or timezone.now()
    codebook.save(update_fields=["published_at"])
    record(
        actor=actor,
        verb="published",
        row=codebook,
        after={"slug": codebook.slug, "version": codebook.version},
    )
    return codebook

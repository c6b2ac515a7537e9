"""Writing codebooks: a draft from its whole description, replaced, published, continued or taken away.

A body is the codebook as `GET` shows it, and passes through the same check as a file: every fault is named at once.
"""

from dataclasses import asdict
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.codebook import (
    create_codebook,
    discard_codebook,
    field_of,
    publish_codebook,
    rewrite_codebook,
    seen_of,
    start_next_version,
)
from annotator.actions.errors import NotFoundError, PreconditionMissingError
from annotator.api.base import ApiView, find
from annotator.api.fields import LARGEST, Choice, Flag, NothingSerializer, StrictSerializer, Text, Whole
from annotator.api.schema import IF_MATCH, describe
from annotator.formats.codebook_checks import ANCHOR, CODE, GUIDELINES, LEVELS, NAME, PROSE, TARGETS, TITLE, check
from annotator.models import Codebook
from annotator.models.descriptions import codebook_info
from annotator.records import CodebookInfo, LabelInfo, PointInfo, ScaleInfo

MOST_PARTS = 100  # labels, scales, points of a scale
COLOUR = 7  # characters of #rrggbb


class OlderLabelSerializer(StrictSerializer):
    """A label of an older version."""

    codebook = Text(max_length=CODE)
    version = Whole(min_value=1, max_value=LARGEST)
    label = Text(max_length=CODE)


class DraftLabelSerializer(StrictSerializer):
    """A label; `replaces` names older labels whose passages it reads."""

    code = Text(max_length=CODE)
    name = Text(max_length=NAME)
    definition = Text(max_length=PROSE)
    use_when = Text(max_length=PROSE, allow_blank=True, default="")
    not_when = Text(max_length=PROSE, allow_blank=True, default="")
    when_in_doubt = Text(max_length=PROSE, allow_blank=True, default="")
    examples = serializers.ListField(child=Text(max_length=PROSE), default=list, max_length=MOST_PARTS)
    counterexamples = serializers.ListField(child=Text(max_length=PROSE), default=list, max_length=MOST_PARTS)
    colour_light = Text(max_length=COLOUR)
    colour_dark = Text(max_length=COLOUR)
    shortcut = Text(max_length=1, allow_blank=True, default="", help_text="A digit from 1 to 9, or empty.")
    position = Whole(min_value=1, max_value=MOST_PARTS)
    replaces = OlderLabelSerializer(many=True, default=list, max_length=MOST_PARTS)


class DraftPointSerializer(StrictSerializer):
    """A point of a scale."""

    value = Whole(min_value=-LARGEST, max_value=LARGEST)
    name = Text(max_length=NAME)
    anchor = Text(max_length=ANCHOR, allow_blank=True, default="")
    missing = Flag(default=False)


class DraftScaleSerializer(StrictSerializer):
    """A scale with its points; no `labels` means that it is asked of every passage."""

    code = Text(max_length=CODE)
    question = Text(max_length=TITLE)
    level = Choice("ScaleLevel", list(LEVELS))
    target = Choice("ScaleTarget", list(TARGETS))
    labels = serializers.ListField(child=Text(max_length=CODE), default=list, max_length=MOST_PARTS)
    required = Flag(default=False)
    needs_evidence = Flag(default=False)
    position = Whole(min_value=1, max_value=MOST_PARTS)
    points = DraftPointSerializer(many=True, default=list, max_length=MOST_PARTS)


class DraftSerializer(StrictSerializer):
    """What a draft holds."""

    title = Text(max_length=TITLE)
    guidelines = Text(max_length=GUIDELINES, allow_blank=True, default="", help_text="Markdown.")
    labels = DraftLabelSerializer(many=True, default=list, max_length=MOST_PARTS)
    scales = DraftScaleSerializer(many=True, default=list, max_length=MOST_PARTS)


class NewCodebookSerializer(DraftSerializer):
    """A codebook to begin as a draft."""

    slug = Text(max_length=CODE)
    version = Whole(min_value=1, max_value=LARGEST)


class CodebookFaultSerializer(serializers.Serializer):
    """What keeps a draft from being published."""

    field = serializers.CharField()
    detail = serializers.CharField()


class FullCodebookSerializer(NewCodebookSerializer):
    """A codebook version in full, with its dates."""

    published_at = serializers.DateTimeField(allow_null=True)
    retired_at = serializers.DateTimeField(allow_null=True)


def in_full(codebook: Codebook) -> tuple[dict[str, Any], str]:
    """Return a version as the API shows it, and the tag of this state."""
    info = codebook_info(codebook)
    data = asdict(info)
    for label in data["labels"]:
        label["replaces"] = [
            {"codebook": slug, "version": version, "label": code} for slug, version, code in label["replaces"]
        ]
    return {**data, "retired_at": codebook.retired_at}, seen_of(info)


def _described(sent: dict[str, Any], slug: str, version: int) -> CodebookInfo:
    labels = tuple(
        LabelInfo(
            **{
                **label,
                "examples": tuple(label["examples"]),
                "counterexamples": tuple(label["counterexamples"]),
                "replaces": tuple(
                    sorted((each["codebook"], each["version"], each["label"]) for each in label["replaces"])
                ),
            }
        )
        for label in sent["labels"]
    )
    scales = tuple(
        ScaleInfo(
            **{
                **scale,
                "labels": tuple(scale["labels"]),
                "points": tuple(PointInfo(**point) for point in scale["points"]),
            }
        )
        for scale in sent["scales"]
    )
    return CodebookInfo(slug, version, sent["title"], sent["guidelines"], labels, scales)


def _answer(codebook: Codebook, status: int = 200) -> Response:
    data, tag = in_full(codebook)
    return Response(data, status=status, headers={"ETag": f'"{tag}"'})


class DraftView(ApiView):
    """What all writes to one codebook share."""

    def written(self, slug: str, version: int) -> Codebook:
        """Return the version, or raise NotFoundError where the viewer may not write it."""
        return find(Codebook.objects.written_by(self.viewer), slug=slug, version=version)

    def seen(self) -> str | None:
        """Return the tag the client read, None for any; raise PreconditionMissingError without If-Match."""
        header = self.request.META.get("HTTP_IF_MATCH")
        if header is None:
            raise PreconditionMissingError
        tag = header.strip().removeprefix("W/").strip('"')
        return None if tag == "*" else tag

    def present(self, row: Codebook) -> Any:
        """Return a draft as it is, for the `current` of a refusal."""
        return in_full(row)[0]


def begin(view: ApiView) -> Response:
    """Store the codebook sent as a draft; the answer is the draft."""
    if not view.viewer.begins_codebooks:
        raise NotFoundError
    sent = view.body(NewCodebookSerializer)
    draft = create_codebook(actor=view.viewer, info=_described(sent, sent["slug"], sent["version"]))
    return _answer(draft, 201)


class CodebookWrites(DraftView):
    """Mixed under the view that reads one version: replace what a draft holds, or take it away."""

    @describe(
        "replace_codebook",
        "Replace a draft",
        {200: FullCodebookSerializer},
        body=DraftSerializer,
        parameters=[IF_MATCH],
        problems=(404, 409, 412, 428),
        writes=True,
    )
    def put(self, request: Request, slug: str, version: int) -> Response:
        """Replace title, guidelines, labels and scales of a draft; slug and version stay."""
        codebook = self.written(slug, version)
        info = _described(self.body(DraftSerializer), slug, version)
        return _answer(rewrite_codebook(actor=self.viewer, codebook=codebook, info=info, seen=self.seen()))

    @describe("discard_codebook", "Discard a draft", {204: None}, problems=(404, 409), writes=True)
    def delete(self, request: Request, slug: str, version: int) -> Response:
        """Take a draft away with its labels and scales."""
        discard_codebook(actor=self.viewer, codebook=self.written(slug, version))
        return Response(status=204)


class CodebookPublish(DraftView):
    """Freezing a draft."""

    @describe(
        "publish_codebook",
        "Publish a draft",
        {200: FullCodebookSerializer},
        body=NothingSerializer,
        parameters=[IF_MATCH],
        problems=(404, 412, 428),
        writes=True,
    )
    def post(self, request: Request, slug: str, version: int) -> Response:
        """Freeze a draft as it was read; refused with every fault it has. Publishing again changes nothing."""
        codebook = self.written(slug, version)
        self.body(NothingSerializer)
        return _answer(publish_codebook(actor=self.viewer, codebook=codebook, seen=self.seen()))


class CodebookNext(DraftView):
    """Continuing a published version."""

    @describe(
        "continue_codebook",
        "Begin a new version",
        {201: FullCodebookSerializer},
        body=NothingSerializer,
        problems=(404, 409),
        writes=True,
    )
    def post(self, request: Request, slug: str, version: int) -> Response:
        """Begin a draft with everything of a published version in it, each label replacing its older self."""
        codebook = self.written(slug, version)
        self.body(NothingSerializer)
        return _answer(start_next_version(actor=self.viewer, codebook=codebook), 201)


class CodebookFaults(DraftView):
    """What a draft still lacks."""

    @describe("check_codebook", "Check a draft", {200: CodebookFaultSerializer(many=True)}, problems=(404,))
    def get(self, request: Request, slug: str, version: int) -> Response:
        """List everything that keeps a draft from being published; nothing for what is fit."""
        info = codebook_info(self.written(slug, version))
        found = [{"field": field_of(fault), "detail": fault.reason} for fault in check(info)]
        return Response(found)

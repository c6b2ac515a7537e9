"""Codebook files in TOML: one file holds labels, scales and guidelines of one version.

Tables: `slug`, `version`, `title`, `guidelines` (Markdown), then `[[label]]` and `[[scale]]` with `[[scale.point]]`;
keys are the fields of LabelInfo, ScaleInfo and PointInfo in `annotator.records`.
"""

import tomllib
from dataclasses import fields
from typing import Any, BinaryIO, TypeVar

from annotator.records import CodebookInfo, LabelInfo, PointInfo, ScaleInfo

TITLE, MEDIA_TYPE, EXTENSION = "Codebook", "application/toml", "toml"

T = TypeVar("T")


class CodebookFileError(ValueError):
    """The file is no codebook; the message names the place and the fault."""


def _build(kind: type[T], table: dict[str, Any], where: str, **given: Any) -> T:
    known = {field.name: field for field in fields(kind)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            raise CodebookFileError(f"{where}: unknown key “{key}”")
        values[key] = tuple(value) if isinstance(value, list) else value
    try:
        return kind(**{**values, **given})
    except TypeError as error:
        raise CodebookFileError(f"{where}: {error}") from error


def read(stream: BinaryIO) -> CodebookInfo:
    """Read one codebook; raise CodebookFileError where it is not well formed."""
    try:
        data = tomllib.load(stream)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CodebookFileError(str(error)) from error
    labels = tuple(_build(LabelInfo, table, f"label {number}") for number, table in enumerate(data.pop("label", []), 1))
    scales = []
    for number, table in enumerate(data.pop("scale", []), 1):
        where = f"scale {number}"
        points = tuple(
            _build(PointInfo, point, f"{where}, point {place}") for place, point in enumerate(table.pop("point", []), 1)
        )
        scales.append(_build(ScaleInfo, table, where, points=points))
    codebook = _build(CodebookInfo, data, "codebook", labels=labels, scales=tuple(scales))
    _check(codebook)
    return codebook


def _check(codebook: CodebookInfo) -> None:
    codes = [label.code for label in codebook.labels]
    if len(set(codes)) < len(codes):
        raise CodebookFileError("two labels share a code")
    scales = [scale.code for scale in codebook.scales]
    if len(set(scales)) < len(scales):
        raise CodebookFileError("two scales share a code")
    for scale in codebook.scales:
        for code in scale.labels:
            if code not in codes:
                raise CodebookFileError(f"scale {scale.code}: asked of “{code}”, which is no label")
        values = [point.value for point in scale.points]
        if len(set(values)) < len(values) or not values:
            raise CodebookFileError(f"scale {scale.code}: its points need different values, at least one")

"""Reading bodies strictly: what no database or export could hold is refused at the door, wherever it stands."""

import codecs
import json
import math
import re
import tempfile
from typing import IO, Any

from django.conf import settings
from django.http import UnreadablePostError
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from annotator.actions.errors import FieldError
from annotator.api.errors import ProblemError

NDJSON = "application/x-ndjson"
DEEPEST = 32
MOST_DIGITS = 4300
LARGEST_FILE = 100 * 1024 * 1024
KEPT_IN_MEMORY = 1024 * 1024
CHUNK = 64 * 1024
_UNFIT = re.compile("[\x00\ud800-\udfff]")
# A string, closed or not, or a bracket. Nothing is ever read twice, so that no body takes long.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)


def _bad_json(detail: str) -> ProblemError:
    return ProblemError(400, "bad_json", "Not readable", detail)


def _too_large(limit: int) -> ProblemError:
    size = f"{limit / 1024 / 1024:.1f}".removesuffix(".0")
    return ProblemError(413, "too_large", "Too large", f"A body may have {size} MB here. Send less at a time.")


def _number(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise _bad_json(f"A number has more than {MOST_DIGITS} digits.")
    return int(text)


def _fraction(text: str) -> float:
    value = float(text) if len(text) <= MOST_DIGITS else math.inf
    if math.isinf(value):
        raise _bad_json("A number is too large.")
    return value


def _constant(text: str) -> Any:
    raise _bad_json(f"{text} is not JSON.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _bad_json("A key stands twice in one object.")
    return found


def check_depth(text: str) -> None:
    """Refuse nesting deeper than 32 before a parser recurses into it."""
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in ("[", "{"):
            depth += 1
            if depth > DEEPEST:
                raise ProblemError(400, "too_deep", "Nested too deeply", f"Nest at most {DEEPEST} levels.")
        elif token[0] in ("]", "}"):
            depth -= 1


def check_text(value: Any, field: str = "") -> None:
    """Refuse NUL and lone surrogates in every string and key, naming the place."""
    if isinstance(value, str):
        if _UNFIT.search(value):
            fault = FieldError(field, "bad_text", "Remove NUL characters and lone surrogates.")
            raise ProblemError(400, "bad_text", "Not text", "A string holds what is not text.", [fault])
    elif isinstance(value, dict):
        for key, item in value.items():
            place = f"{field}.{key}" if field else key
            check_text(key, _UNFIT.sub("\ufffd", place))
            check_text(item, place)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            check_text(item, f"{field}.{index}")


def parse_strictly(raw: bytes) -> Any:
    """Return the JSON value of the bytes; raise ProblemError `bad_json`, `too_deep` or `bad_text`."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise _bad_json(f"The body is not UTF-8 at byte {error.start}.") from error
    check_depth(text)
    try:
        value = json.loads(
            text, parse_int=_number, parse_float=_fraction, parse_constant=_constant, object_pairs_hook=_object
        )
    except ValueError as error:
        raise _bad_json("The body is not JSON.") from error
    check_text(value)
    return value


def refuse_encoding(request: Request) -> None:
    """Refuse every charset but UTF-8, and compressed bodies: a small one may open into gigabytes.

    Asked before anything else: the framework would decode the address, too, in the charset that the client names.
    """
    charset = request.encoding or request.content_params.get("charset", "utf-8")
    try:
        is_utf8 = codecs.lookup(charset).name == "utf-8"
    except (LookupError, ValueError):  # ValueError: a name that is not text
        is_utf8 = False
    if not is_utf8:
        raise _bad_json("Send the body in UTF-8.")
    encoding = request.META.get("HTTP_CONTENT_ENCODING", "identity")
    if encoding.lower() != "identity":
        raise UnsupportedMediaType(encoding)


def _read(request: Request, stream: Any, limit: int) -> IO[bytes]:
    """Read the body into a file, kept in memory while it is small; 413 by its stated length and again by its real."""
    if request.META.get("CONTENT_LENGTH", "").isdecimal() and int(request.META["CONTENT_LENGTH"]) > limit:
        raise _too_large(limit)
    file = tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115 - read by the view, closed with it
    size = 0
    try:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > limit:
                raise _too_large(limit)
            file.write(chunk)
    except UnreadablePostError as error:
        raise ProblemError(400, "bad_request", "Cut off", "The body ended too early. Send it again.") from error
    file.seek(0)
    return file


class StrictJSONParser(BaseParser):
    """A JSON object in UTF-8. An empty body is an empty object."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: dict[str, Any] | None = None) -> Any:
        """Read the body, at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes, and return its object."""
        request = (parser_context or {})["request"]
        with _read(request, stream, settings.DATA_UPLOAD_MAX_MEMORY_SIZE) as file:
            raw = file.read()
        if not raw.strip():
            return {}
        value = parse_strictly(raw)
        if not isinstance(value, dict):
            raise _bad_json("The body must be a JSON object.")
        return value


class LinesParser(BaseParser):
    """A file of JSON Lines, handed on unread; the format checks every row itself."""

    media_type = NDJSON

    def parse(self, stream: Any, media_type: str | None = None, parser_context: dict[str, Any] | None = None) -> Any:
        """Return the body as a file of at most 100 MB."""
        request = (parser_context or {})["request"]
        return _read(request, stream, LARGEST_FILE)
